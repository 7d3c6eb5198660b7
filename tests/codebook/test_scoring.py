"""Mentions and scores: voices, sections and counts that agree with one another and with the text."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.preview import preview_lexicon
from analysis.codebook.quotations import pick
from analysis.codebook.scoring import Scored, prepare_scorer, score, score_with
from analysis.tables import ARTICLES, MENTIONS, QUOTATIONS, SCORES

TEXT = (
    "Moscow allegedly sends arms, Doe said.\n“Perhaps it does,” Roe told reporters.\n"
    "No evidence given\nIt may be false. The charge is not false.\n* Group, perhaps banned in Freedonia"
)

#: One for all examples: making it ready takes longer than scoring a few words.
SCORER = prepare_scorer()


def corpus(*texts, headline=""):
    return pd.DataFrame(
        {"article_id": [f"a{i}" for i in range(len(texts))], "outlet": "The Times", "headline": headline, "text": texts}
    )


@pytest.fixture(scope="module")
def scored() -> Scored:
    return score(corpus(TEXT, headline="Moscow Allegedly Sends Arms"))


def places(mentions):
    return mentions[["section", "match", "feature", "voice"]].apply(tuple, axis=1).tolist()


def test_the_four_tables_have_the_columns_that_are_documented(scored):
    assert scored.articles.columns.tolist()[: len(ARTICLES)] == ARTICLES
    assert scored.quotations.columns.tolist() == QUOTATIONS
    assert scored.mentions.columns.tolist() == MENTIONS
    assert scored.scores.columns.tolist() == SCORES


def test_every_mention_knows_its_section_and_voice(scored):
    found = places(scored.mentions)
    assert ("headline", "Allegedly", "hearsay", "newsroom") in found
    assert ("body", "allegedly", "hearsay", "reported") in found
    assert ("body", "Perhaps", "hedge", "quoted") in found
    assert ("body", "may", "hedge", "newsroom") in found
    assert ("subheading", "No evidence", "no_evidence", "newsroom") in found


def test_a_footnote_counts_for_no_core_feature(scored):
    assert "footnote" not in set(scored.mentions["section"])
    assert scored.mentions["match"].str.lower().tolist().count("perhaps") == 1


def test_negated_mentions_are_kept_and_not_counted(scored):
    false = scored.mentions[scored.mentions["match"] == "false"]
    assert sorted(false["negated"]) == [False, True]
    body = scored.scores.query("section == 'body' and feature == 'discredit' and voice == 'all'")
    assert body["mentions"].tolist() == [1]


def test_words_of_the_voices_add_up_to_all_and_footnotes_to_none(scored):
    one = scored.scores.query("feature == 'hedge'").set_index(["section", "voice"])["words"]
    for section in ("headline", "body"):
        assert one[section, "all"] == sum(one[section, voice] for voice in ("newsroom", "quoted", "reported"))
    assert one["headline", "all"] == 4
    assert one["body", "all"] == scored.articles["words"].iloc[0] - 5


def test_rates_are_per_thousand_words_and_missing_without_words():
    scores = score(corpus("It may rain today.")).scores
    newsroom = scores.query("section == 'body' and feature == 'hedge'").set_index("voice")
    assert newsroom.loc["newsroom", "per_1000"] == 250
    assert newsroom.loc["quoted", "words"] == 0
    assert np.isnan(newsroom.loc["quoted", "per_1000"])
    assert newsroom.loc["quoted", "share_per_1000"] == 0


def test_every_article_feature_section_and_voice_has_a_row_zeros_included():
    scores = score(corpus("Nothing here.", "")).scores
    features = len(read_lexicon().features)
    assert len(scores) == 2 * 2 * features * 4
    assert not scores.duplicated(["article_id", "section", "feature", "voice"]).any()


def test_about_counts_only_sentences_that_name_the_matter(tmp_path):
    (tmp_path / "features.csv").write_text("feature,definition\nmatter,d\n")
    (tmp_path / "words.csv").write_text("feature,pattern\nmatter,arms\n")
    text = "It may rain. Doe may send arms."
    scored = score(corpus(text), about=read_lexicon(tmp_path))
    assert scored.mentions["start"].tolist() == [text.rindex("may")]
    assert scored.scores.query("section == 'body' and voice == 'all'")["words"].unique().tolist() == [4]


def test_missing_outlets_and_headlines_stay_missing():
    articles = pd.DataFrame({"article_id": ["NA", "b"], "outlet": [None, "None"], "text": ["It may be.", "Perhaps."]})
    scored = score(articles)
    assert scored.mentions["outlet"].isna().tolist() == [True, False]
    assert scored.mentions["article_id"].tolist() == ["NA", "b"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("may said “”\"'.,\n A perhaps é😀"), max_size=120), min_size=1, max_size=4
    )
)
def test_offsets_hold_and_counts_agree_for_any_text(texts):
    scored = score_with(corpus(*texts, headline="He said “perhaps”"), SCORER)
    known = scored.articles.set_index("article_id")
    for row in scored.mentions.to_dict("records"):
        text = known.loc[row["article_id"], "headline" if row["section"] == "headline" else "text"]
        assert text[row["start"] : row["end"]] == row["match"]
        assert row["sentence_start"] <= row["start"] < row["end"] <= row["sentence_end"] <= len(text)
    counted = (~scored.mentions["negated"]).sum()
    assert scored.scores.query("voice == 'all'")["mentions"].sum() == counted
    assert scored.scores.query("voice != 'all'")["mentions"].sum() == counted


def test_the_order_and_company_of_articles_change_nothing():
    texts = [TEXT, "Doe denied it.", "", "“It may be,” she said.", "Critics say it was clearly so."]
    together = score_with(corpus(*texts), SCORER).mentions.drop(columns="article_id")
    alone = pd.concat([score_with(corpus(text), SCORER).mentions for text in texts]).drop(columns="article_id")
    pd.testing.assert_frame_equal(together, alone.reset_index(drop=True))


def test_a_lexicon_can_be_previewed_with_examples(tmp_path):
    (tmp_path / "features.csv").write_text("feature,definition\nmatter,d\n")
    (tmp_path / "words.csv").write_text("feature,pattern\nmatter,arm*\nmatter,tank\n")
    lines = preview_lexicon(corpus("Arms and arms came.", "No army came."), read_lexicon(tmp_path))
    assert lines[0] == "matter: 3 mentions, 1 of them negated"
    assert "2  arms  [arm*]  | Arms and arms came." in lines[1]
    assert lines[-1] == "  no match for 1 of 2 entries: tank"


def test_a_dictionary_of_strings_holds_each_once_and_nothing_for_the_missing():
    picked = pick(pd.Series(["The Sun", None, "The Sun"]), np.array([2, 1, 0, -1]))
    assert picked.to_pylist() == ["The Sun", None, "The Sun", None]
    assert picked.dictionary.to_pylist() == ["The Sun"]


def test_missing_texts_and_half_characters_stop_nothing():
    texts = pd.Series(["Doe said that \ud800 it may rain.", None], dtype=object)
    scored = score_with(pd.DataFrame({"article_id": ["a", "b"], "text": texts}), SCORER)
    assert scored.mentions["match"].tolist() == ["said", "may"]
    assert scored.articles["words"].tolist() == [6, 0]
    assert scored.mentions["start"].tolist() == [4, 19]
