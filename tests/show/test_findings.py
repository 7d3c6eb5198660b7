"""Sentences about results say what the tables say, for any corpus, and survive names with markup."""

import pandas as pd
import pytest

from analysis.codebook.lexicon import read_lexicon
from analysis.read.articles import Corpus
from analysis.show import findings
from analysis.show.findings import (
    codebook_table,
    count,
    describe_contrasts,
    describe_copies,
    describe_corpus,
    describe_drive,
    describe_events,
    describe_intervals,
    describe_measured,
    describe_part,
    describe_rates,
    describe_shares,
    describe_shift,
    describe_terms,
    describe_within,
    development_note,
    listed,
    sample_size,
    say_rates,
    say_shares,
)
from analysis.show.plotted import COMPARED


def articles(**columns):
    table = {"article_id": ["a", "b"], "outlet": ["Post", None], "origin": ["Post", "AFP"], "headline": ["H", "H"]}
    return pd.DataFrame(table | {"published": ["2018-03-06", None], "words": [400, 1]} | columns)


def corpus(table):
    removed = pd.DataFrame({"article_id": ["a", "a"], "reason": "caption"})
    return Corpus(table, pd.DataFrame({"reason": []}), removed, pd.DataFrame(), pd.DataFrame())


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
    parts = pd.concat([rates().assign(section="body"), rates(words=250, mentions=[1, 5, 0]).assign(section="headline")])
    text = describe_part(parts.assign(voice="all"), "section", "Headlines")
    assert text == "Headlines: 25 % of the words, and of the mentions hedge 1 of 2 and claim 5 of 5."
    alone = rates().assign(part="whole articles", voice="all")
    assert describe_part(alone, "part", "X") == "X: 0 % of the words, and of the mentions none."


def contrasts(**columns):
    table = {"feature": ["hedge", "claim"], "outlet_a": "Post", "outlet_b": "typical", "family": "declared",
             "rate_ratio": [2.0, 0.9], "shrunken_ratio": [1.8, 0.9], "shrunken_low": [1.4, 0.5],
             "shrunken_high": [2.3, 1.9], "p": [0.01, 0.8], "ci_low": [1.5, 0.4], "ci_high": [2.6, 2.0],
             "p_adjusted": [0.01, 0.8], "detectable_ratio": [None, 2.5], "status": ["", ""]}  # fmt: skip
    return pd.DataFrame(table | columns)


def test_contrasts_that_hold_are_named_with_their_interval_and_the_others_with_what_could_be_seen():
    text = describe_contrasts(contrasts(), declared=True)
    assert "Contrasts declared before testing: 2; estimated: 2; with an adjusted p below 0.05: 1." in text
    assert "to the typical outlet or to the one named: Post: hedge 1.8 (1.4 to 2.3)" in text and "claim" not in text
    assert "exploratory: not declared before testing" in describe_contrasts(contrasts())
    assert "differ 2.5-fold" in text and text.endswith("not shown to be alike.")


def test_contrasts_that_cannot_be_estimated_say_why_and_exploratory_ones_are_not_counted():
    table = contrasts(p_adjusted=None, detectable_ratio=None, status=["too few", "too few"])
    other = contrasts(family="exploratory", status="other", p_adjusted=[0.001, 0.001])
    text = describe_contrasts(pd.concat([table, other], ignore_index=True))
    assert "declared before testing): 2; estimated: 0 (too few: 2)." in text
    refused = pd.DataFrame({"status": ["one outlet only"]}).reindex(columns=contrasts().columns)
    assert "declared before testing): 0; estimated: 0 (one outlet only: 1)." in describe_contrasts(refused)


@pytest.fixture
def lexicon(tmp_path):
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "features.csv").write_text("feature,definition,source\nhedge,Doubt.,X (2000)\nclaim,Says.,\n")
    (folder / "words.csv").write_text("feature,pattern\nhedge,perhaps\n")
    return folder


def test_precision_stands_beside_the_features_of_the_codebook_and_of_no_other_lexicon(lexicon):
    table = codebook_table(read_lexicon()).set_index("feature")
    assert 0.8 < table.loc["hedge", "precision"] <= 1 and table.loc["hedge", "judged"] > 100
    assert table["agency_precision"].between(0.8, 1).all() and (table["agency_low"] < table["agency_precision"]).all()
    assert codebook_table(read_lexicon(lexicon)).columns.tolist() == ["feature", "definition", "source"]


EVENTS = pd.DataFrame({"article_id": list("abcd"), "event": ["a", "a", "c", "d"]})
COPIES = pd.DataFrame({"original": ["a", None]})


def test_events_are_counted_and_those_of_several_outlets_apart():
    told = pd.DataFrame({"outlets": [2], "articles": [2]})
    text = describe_events(told, EVENTS, COPIES)
    assert text.startswith(
        "4 articles tell 3 events; told by more than one article: 1; by more than one outlet: 1, in 2"
    )
    assert text.endswith("in somebody else's words: 2, of which 1 found by comparing texts.")


def test_a_corpus_without_a_shared_event_says_that_nothing_can_be_compared():
    text = describe_events(pd.DataFrame({"outlets": [1], "articles": [2]}), EVENTS, COPIES.head(0))
    assert "by more than one outlet: 0, in 0 articles" in text and text.endswith("compared within events.")


def held(raw, within, p_adjusted=0.01, p=0.04):
    """Pairs of ratio, low, high over all articles and within events."""
    names = [f"Post: *{i}*" for i in range(len(raw))]
    columns = ["ratio", "low", "high"]
    parts = [
        pd.DataFrame(rows, columns=columns).assign(contrast=names, comparison=name, p=p, p_adjusted=p_adjusted)
        for rows, name in zip((raw, within), COMPARED.values(), strict=True)
    ]
    return pd.concat(parts)


def test_what_holds_within_events_is_told_from_what_weakens_or_turns():
    table = held([(3, 2, 4), (2, 1.5, 3), (0.5, 0.4, 0.6)], [(2, 1.2, 3), (0.9, 0.5, 2), (0.4, 0.1, 2)])
    text = describe_within(table)
    assert text.startswith("Of the 3 shown that hold over all articles, 3 could be estimated within events.")
    assert "2 point the same way there, 2 are weaker, and 1 have an interval without 1" in text
    assert r": Post: \*0\* 2 (1.2 to 3)." in text


def test_contrasts_that_do_not_hold_over_all_articles_are_not_held_within_events():
    assert describe_within(held([(3, 2, 4)], [(2, 1.2, 3)], p_adjusted=0.3)).startswith("No contrast over all articles")
    assert "0 could be estimated within events" in describe_within(held([(3, 2, 4)], [(2, 1, 3)], p=None))


def drive(**columns):
    table = {"contrast": "Post: no_evidence", "change": ["none", "voice", "entry left out", "article left out"],
             "what": ["newsroom", "all", "may", "a1"], "rate_ratio": [2.0, 1.1, 1.5, 3.0], "p": [0.01, 0.4, 0.02, 0.01],
             "verdict": ["stays", "vanishes", "stays", "stays"]}  # fmt: skip
    return pd.DataFrame(table | columns)


def test_what_changes_a_verdict_is_named_with_the_range_of_ratios():
    text = describe_drive(drive())
    assert text.startswith(
        "Post: no evidence: ratio 2; without each entry in turn (1), 1.5 to 1.5; without each article"
    )
    assert text.endswith("What changes the verdict: voice: all (vanishes).")
    assert describe_drive(drive(verdict="stays")).endswith("nothing that was tried.")


def test_without_intervals_or_contrasts_nothing_is_claimed():
    assert describe_drive(drive(p=None, verdict="cannot tell")).endswith("no verdict that could change.")
    assert describe_drive(drive().head(0)).startswith("There is no contrast")
    alone = describe_drive(drive(rate_ratio=[2.0, 1.1, 1.5, None]))
    assert "each entry in turn (1)" in alone and "article" not in alone and "nan" not in alone


def terms(**columns):
    table = {
        "outlet": ["A", "A", "B"],
        "term": list("xyz"),
        "log_odds": [1.0, -1.0, 2.0],
        "p_adjusted": [0.01, 0.01, 0.2],
    }
    return pd.DataFrame(table | columns).assign(status="")


def test_words_that_set_outlets_apart_are_counted_by_outlet():
    text = describe_terms(terms(), "newsroom")
    assert text.endswith("newsroom, adjusted p below 0.05: 1, of 1 of 2 outlets: A (1).")


def test_why_there_are_no_distinctive_words_is_said():
    refused = pd.DataFrame({"status": ["1 different outlet"], "term": [None]})
    assert describe_terms(refused, "quoted").endswith("nothing can be said (1 different outlet).")
    assert describe_terms(terms().head(0), "quoted").endswith("nothing can be said (no word is in enough articles).")


def test_the_least_of_what_was_measured_is_named():
    table = pd.DataFrame(
        {"feature": ["hedge", "no_evidence"], "precision": [0.9, 0.8], "ci_low": [0.8, 0.7], "judged": 20}
    )
    text = describe_measured(table, "Precision", "precision", "ci_low", "judged")
    assert text.startswith("Precision, by feature: 0.85 in the middle, the least 0.8 for no evidence")
    assert text.endswith("(lowest lower bound 0.7); on 40 judgements.")
    few = describe_measured(table.assign(ci_low=None), "Precision", "precision", "ci_low", "judged")
    assert "(too few articles for intervals)" in few
    assert (
        describe_measured(table.head(0), "Alpha", "precision", "ci_low", "judged")
        == "Alpha: nothing could be measured."
    )


def test_example_sentences_come_from_every_feature_and_from_as_many_outlets_as_there_are():
    rows = [("hedge", "A")] * 5 + [("hedge", "B")] + [("denial", None)] + [("attribution", "A")] * 9
    evidence = pd.DataFrame(rows, columns=["feature", "outlet"]).assign(sentence=[f"s{n}" for n in range(16)])
    shown = findings.example_sentences(evidence, each=2)
    assert shown["feature"].tolist() == ["hedge", "hedge", "denial"], "the commonest first, no neutral attribution"
    assert shown["sentence"].tolist() == ["s0", "s5", "s6"]


def test_a_lexicon_entry_is_shown_by_what_it_matches_most_often():
    table = pd.DataFrame({"feature": "hedge", "term": "may|might", "match": ["May", "may", "might"], "negated": False})
    (row,) = findings.commonest_terms(table).to_dict("records")
    assert row == {"feature": "hedge", "match": "may", "mentions": 3, "term": "may|might"}


def test_references_stand_side_by_side_and_the_strictest_is_named():
    measures = pd.DataFrame({
        "reference": ["coder 1", "consensus"], "about": "feature", "name": "hedge", "measure": "precision",
        "right": [7, 9], "units": 10, "estimate": [0.7, 0.9], "ci_low": [0.5, None], "ci_high": [0.8, None],
        "status": "",
    })  # fmt: skip
    (row,) = findings.side_by_side(measures).to_dict("records")
    assert row["strictest"] == "coder 1" and row["coder 1"] == "0.70 (0.50 to 0.80), 7 of 10"
    assert row["consensus"] == "0.90, 9 of 10"
    assert "the least 0.7 for hedge" in findings.describe_strictest(measures)


def test_of_what_was_cut_away_the_longest_of_each_reason_are_shown():
    removed = pd.DataFrame({"reason": ["caption", "caption", "menu"], "text": ["a", "a long one", "b"]})
    assert findings.longest_removed(removed, each=1)["text"].tolist() == ["a long one", "b"]
