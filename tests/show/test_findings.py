"""Sentences about results say what the tables say, for any corpus, and survive names with markup."""

import pandas as pd
import pytest

from analysis.read.articles import Corpus
from analysis.show import findings
from analysis.show.findings import (
    codebook_table,
    count,
    describe_contrasts,
    describe_copies,
    describe_corpus,
    describe_intervals,
    describe_part,
    describe_rates,
    describe_shares,
    describe_shift,
    development_note,
    listed,
    sample_size,
    say_rates,
    say_shares,
)


def articles(**columns):
    table = {"article_id": ["a", "b"], "outlet": ["Post", None], "origin": ["Post", "AFP"], "headline": ["H", "H"]}
    return pd.DataFrame(table | {"published": ["2018-03-06", None], "words": [400, 1]} | columns)


def corpus(table):
    removed = pd.DataFrame({"article_id": ["a", "a"], "reason": "caption"})
    return Corpus(table, pd.DataFrame({"reason": []}), removed, pd.DataFrame())


def rates(**columns):
    table = {"feature": ["hedge", "claim", "denial"], "outlet": "Post", "articles": 3, "words": [1000, 1000, 1000]}
    return pd.DataFrame(table | {"mentions": [2, 5, 0], "per_1000": [2.0, 5.0, 0.0]} | columns)


def test_one_is_singular_and_thousands_are_grouped():
    assert count(1, "word") == "1 word" and count(0, "word") == "0 words" and count(12345, "word") == "12,345 words"


def test_long_lists_are_counted_and_one_more_is_named():
    assert listed("abcde") == "a, b, c, d and e"
    assert listed("abcdef") == "a, b, c, d and 2 more"
    assert listed([]) == ""
    assert listed(["no_evidence"]) == "no evidence"


def test_the_sample_is_articles_named_outlets_and_words():
    assert sample_size(articles()) == "n = 2 articles of 1 outlet, 401 words"
    assert sample_size(articles(outlet=None)) == "n = 2 articles, 401 words"


def test_the_corpus_is_described_with_what_is_missing():
    text = describe_corpus(corpus(articles()))
    assert "2 articles of 1 outlet, 401 words, published from 2018-03-06 to 2018-03-06" in text
    assert "not known: the outlet of 1 article and the date of 1 article" in text
    assert "Blocks of page furniture removed: 2, from 1 article." in text


def test_a_corpus_without_dates_says_nothing_of_dates_and_that_they_are_missing():
    text = describe_corpus(corpus(articles(published=None)))
    assert "published" not in text and "the date of 2 articles" in text


def test_copies_name_printer_and_writer():
    table = articles(outlet=["Post", None], origin=["AFP", "AFP"])
    assert describe_copies(table) == (
        "Somebody else's copy: 2 of 2 articles. Post prints AFP (1) and an outlet not named prints AFP (1)."
    )
    assert describe_copies(articles(origin=["Post", None])).startswith("No article is credited")


def test_names_with_markup_stay_names():
    text = describe_copies(articles(outlet=["*<Post>*", "B"], origin=["A[1]", "B"]))
    assert r"\*&lt;Post&gt;\* prints A\[1\]" in text


def test_only_the_articles_that_shaped_the_lexicon_are_development():
    shaped = pd.read_csv(findings.DEVELOPMENT)["file"].str.removesuffix(".txt")
    assert development_note(pd.DataFrame({"article_id": shaped})).startswith("Development figure")
    assert development_note(pd.DataFrame({"article_id": ["mine"]})) == ""


def test_rates_are_pooled_over_outlets_and_what_never_occurs_is_named():
    text = describe_rates(pd.concat([rates(), rates(outlet="Mail", mentions=[0, 1, 0])]))
    assert "claim 3 (6) and hedge 1 (2). Never found: denial." in text
    assert describe_rates(rates(mentions=0)).endswith("nothing. Never found: hedge, claim and denial.")


def test_highest_values_are_told_by_panel_and_zeros_are_not_highest():
    text = say_rates(rates(), "per_1000", ["feature", "outlet"], "per 1,000 words")
    assert text == "Highest per 1,000 words, by feature: hedge 2 (Post) and claim 5 (Post)."
    undated = pd.DataFrame({"outlet": ["A"], "published": pd.Series([None], dtype="str"), "articles": [2]})
    assert say_rates(undated, "articles", ["outlet", "published"], "x") == "Highest x, by outlet: A 2 (not known)."
    assert say_rates(rates(per_1000=None), "per_1000", ["feature"], "x") == "Nothing could be estimated."
    assert say_rates(rates(per_1000=0.0), "per_1000", ["feature", "outlet"], "x").endswith("none above 0.")


def shares(side="Russia", **columns):
    table = {"side": side, "stance": ["neutral", "denying", "doubting"], "count": [6, 4, 0], "share": [0.6, 0.4, 0]}
    return pd.DataFrame(table | columns)


def test_shares_leave_out_what_is_nothing_and_count_the_rest():
    assert say_shares(shares()) == "Russia: neutral 60 %, denying 40 % (of 10)."
    many = pd.concat([shares(name) for name in "abc"])
    assert say_shares(many, most=1).endswith("; and 2 more.")
    assert say_shares(shares().head(0)) == "nothing was found."
    assert describe_shares(shares("*x*"), "Cues") == r"Cues: \*x\*: neutral 60 %, denying 40 % (of 10)."


def test_outlets_with_too_few_articles_are_told_apart():
    text = describe_intervals(pd.concat([rates(), rates(outlet=None, articles=2), rates(outlet="Zero", articles=0)]))
    assert text.startswith("Outlets with intervals, by number of articles: Post (3). Fewer than 3: (not named) (2).")
    assert "Zero" not in text
    assert describe_intervals(rates(articles=1)).startswith("Outlets with intervals, by number of articles: none.")
    assert "Fewer" not in describe_intervals(rates())


def test_the_newsrooms_part_is_that_of_mentions():
    table = pd.concat([rates(voice="newsroom", mentions=[1, 0, 0]), rates(voice="all", mentions=[4, 6, 0])])
    assert describe_shift(table) == (
        "In the newsroom's own voice: 10 % of these mentions. By feature: hedge 1 of 4 and claim 0 of 6."
    )
    assert "0 % of these mentions. By feature: none" in describe_shift(table.assign(mentions=0))


def test_a_part_is_measured_against_the_whole():
    text = describe_part(rates(words=250, mentions=[1, 5, 0]), rates(), "Headlines")
    assert text == "Headlines: 25 % of the words, and of the mentions hedge 1 of 2 and claim 5 of 5."
    assert describe_part(rates().head(0), rates(), "X") == "X: 0 % of the words, and of the mentions none."


def contrasts(**columns):
    table = {"feature": ["hedge", "claim"], "outlet_a": "Post", "family": "declared", "rate_ratio": [2.0, 0.9],
             "ci_low": [1.5, 0.4], "ci_high": [2.6, 2.0], "p_adjusted": [0.01, 0.8], "detectable_ratio": [None, 2.5],
             "status": ["", ""]}  # fmt: skip
    return pd.DataFrame(table | columns)


def test_contrasts_that_hold_are_named_with_their_interval_and_the_others_with_what_could_be_seen():
    text = describe_contrasts(contrasts())
    assert "declared before testing: 2; estimated: 2; with an adjusted p below 0.05: 1." in text
    assert "hedge in Post, 2 times the rate of the others (1.5 to 2.6)" in text and "claim" not in text
    assert "differ 2.5-fold" in text and text.endswith("not shown to be alike.")


def test_contrasts_that_cannot_be_estimated_say_why_and_exploratory_ones_are_not_counted():
    table = contrasts(p_adjusted=None, detectable_ratio=None, status=["too few", "too few"])
    other = contrasts(family="exploratory", status="other", p_adjusted=[0.001, 0.001])
    text = describe_contrasts(pd.concat([table, other], ignore_index=True))
    assert "declared before testing: 2; estimated: 0 (too few: 2)." in text
    refused = pd.DataFrame({"status": ["one outlet only"]}).reindex(columns=contrasts().columns)
    assert "declared before testing: 0; estimated: 0 (one outlet only: 1)." in describe_contrasts(refused)


@pytest.fixture
def lexicon(tmp_path):
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "features.csv").write_text("feature,definition,source\nhedge,Doubt.,X (2000)\nclaim,Says.,\n")
    (folder / "words.csv").write_text("feature,pattern\nhedge,perhaps\n")
    return folder


def test_the_codebook_shows_measured_precision_beside_the_features_it_was_measured_for(lexicon):
    assert codebook_table(lexicon).columns.tolist() == ["feature", "definition", "source"]
    (lexicon.parent / "coding").mkdir()
    verdicts = "".join(f'"hedge","{right}"\n' for right in (1, 1, 1, 0))
    (lexicon.parent / "coding" / "precision.csv").write_text('"feature","verdict"\n' + verdicts)
    table = codebook_table(lexicon).set_index("feature")
    assert table.loc["hedge", "precision"] == 0.75 and pd.isna(table.loc["claim", "precision"])
