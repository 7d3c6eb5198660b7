"""The sentence behind every number, and articles shown with their markers in place."""

import re
from html import unescape

import pandas as pd
import pytest

from analysis.codebook.evidence import highlight_article, list_evidence
from analysis.codebook.scoring import score_articles

TEXT = "Talks began. “It may <b>fail</b>,” Doe said.\nMoscow allegedly agreed & left. It was not false."


@pytest.fixture(scope="module")
def scored():
    return score_articles(
        pd.DataFrame(
            {
                "article_id": ["a", "b"],
                "outlet": ["The Sun", None],
                "published": ["2018-03-06", None],
                "headline": ["Talks may fail", ""],
                "text": [TEXT, "Perhaps."],
            }
        )
    )


def test_each_mention_stands_with_its_sentence(scored):
    found = list_evidence(scored.mentions, scored.articles)
    assert len(found) == len(scored.mentions)
    sentence = found.set_index("match")["sentence"]
    assert sentence["allegedly"] == "Moscow allegedly agreed & left."
    assert found.query("section == 'headline'")["sentence"].tolist() == ["Talks may fail"]
    assert found["published"].iloc[0] == "2018-03-06"


def test_evidence_is_filtered_by_what_is_named(scored):
    hedges = list_evidence(scored.mentions, scored.articles, feature="hedge", voice="quoted")
    assert hedges["match"].tolist() == ["may"]
    assert hedges["speaker"].tolist() == ["Doe"]
    assert len(list_evidence(scored.mentions, scored.articles, outlet="The Sun")) == len(scored.mentions) - 1
    assert list_evidence(scored.mentions, scored.articles, outlet="Nobody").empty


def test_a_highlighted_article_is_escaped_and_loses_no_character(scored):
    colours = {"hedge": "#0072b2", "hearsay": "#d55e00", "discredit": "#009e73"}
    html = highlight_article(scored.articles.iloc[0], scored.mentions, scored.quotations, colours)
    assert "<b>" not in html
    body = html.split('<div class="text">')[1].split("</div>")[0]
    plain = unescape(re.sub(r"<[^>]*>", "", re.sub(r"<sup>.*?</sup>", "", body)))
    assert plain == TEXT


def test_marks_show_feature_voice_and_negation(scored):
    colours = {"hedge": "#0072b2", "hearsay": "#d55e00", "discredit": "#009e73"}
    html = highlight_article(scored.articles.iloc[0], scored.mentions, scored.quotations, colours)
    assert re.search(r"#d55e00[^>]*>allegedly</span><sup>b</sup>", html)
    assert re.search(r"line-through[^>]*>false</span><sup>c</sup>", html)
    headline, body = re.findall(r"<span[^>]*>may</span><sup>a</sup>", html)
    assert "background:#fdf3d8" in body
    assert "background" not in headline
