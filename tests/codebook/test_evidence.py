"""The sentence behind every number, and articles shown with their markers in place."""

import re
from html import unescape

import pandas as pd
import pytest

from analysis.codebook.evidence import concordance, evidence, highlight
from analysis.codebook.scoring import score
from analysis.tables import InputError

TEXT = "Talks began. “It may <b>fail</b>,” Doe said.\nMoscow allegedly agreed & left. It was not false."


@pytest.fixture(scope="module")
def scored():
    return score(
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
    found = concordance(scored.mentions, scored.articles)
    assert len(found) == len(scored.mentions)
    sentence = found.set_index("match")["sentence"]
    assert sentence["allegedly"] == "Moscow allegedly agreed & left."
    assert found.query("section == 'headline'")["sentence"].tolist() == ["Talks may fail"]
    assert found["published"].iloc[0] == "2018-03-06"


def test_evidence_is_filtered_by_what_is_named(scored):
    hedges = evidence(scored.mentions, scored.articles, feature="hedge", voice="quoted")
    assert hedges["match"].tolist() == ["may"]
    assert hedges["speaker"].tolist() == ["Doe"]
    assert len(evidence(scored.mentions, scored.articles, outlet="The Sun")) == len(scored.mentions) - 1


def test_what_is_asked_for_first_is_a_feature_or_a_word(scored):
    def matches(*asked, **named):
        return evidence(scored.mentions, scored.articles, *asked, **named)["match"].tolist()

    assert matches("hedge") == ["may", "may", "Perhaps"]
    assert matches("PERHAPS") == ["Perhaps"]
    assert matches("may", voice="quoted") == ["may"]
    with pytest.raises(InputError, match="no marker is 'hedge'"):
        matches("hedge", feature="hedge")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"outlet": "the sun"}, "no outlet is 'the sun'; did you mean 'The Sun'?"),
        ({"outlet": "The"}, "did you mean 'The Sun'?"),
        ({"outlet": "Nobody"}, "no outlet is 'Nobody'. There are The Sun"),
        ({"match": "alegedly"}, "did you mean 'allegedly'?"),
        ({"match": "(?i).*"}, "no marker is"),
        ({"match": " "}, "empty"),
        ({"voice": "quote"}, "did you mean 'quoted'?"),
        ({"side": "Russia"}, "There are none"),
        (
            {"feature": "hearsay", "voice": "quoted"},
            "no mention with feature 'hearsay' has the voice 'quoted'; there are newsroom (1)",
        ),
    ],
)
def test_a_filter_that_nothing_meets_is_refused_with_what_there_is(scored, asked, says):
    with pytest.raises(InputError) as refused:
        evidence(scored.mentions, scored.articles, **asked)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_evidence_shows_its_markers_in_text_and_in_a_notebook(scored):
    shown = evidence(scored.mentions, scored.articles, outlet="The Sun").query("section == 'body'")
    assert "Moscow [allegedly] agreed & left." in repr(shown)
    assert "Moscow <mark>allegedly</mark> agreed &amp; left." in shown._repr_html_()
    assert "<b>" not in shown._repr_html_()


def test_a_long_concordance_says_how_much_is_shown(scored):
    often = pd.concat([scored.mentions] * 10, ignore_index=True)
    shown = concordance(often, scored.articles)
    assert f"{len(shown)} mentions, of which the first 20 are shown" in repr(shown)
    assert shown._repr_html_().count("<mark>") == 20


def test_columns_cut_from_evidence_are_shown_as_any_table(scored):
    columns = concordance(scored.mentions, scored.articles)[["feature", "match"]]
    assert "allegedly" in repr(columns)
    assert "<mark>" not in columns._repr_html_()


def test_a_highlighted_article_is_escaped_and_loses_no_character(scored):
    colours = {"hedge": "#0072b2", "hearsay": "#d55e00", "discredit": "#009e73"}
    html = highlight(scored.articles.iloc[0], scored.mentions, scored.quotations, colours)
    assert "<b>" not in html
    body = html.split('<div class="text">')[1].split("</div>")[0]
    plain = unescape(re.sub(r"<[^>]*>", "", re.sub(r"<sup>.*?</sup>", "", body)))
    assert plain == TEXT


def test_marks_show_feature_voice_and_negation(scored):
    colours = {"hedge": "#0072b2", "hearsay": "#d55e00", "discredit": "#009e73"}
    html = highlight(scored.articles.iloc[0], scored.mentions, scored.quotations, colours)
    assert re.search(r"#d55e00[^>]*>allegedly</span><sup>b</sup>", html)
    assert re.search(r"line-through[^>]*>false</span><sup>c</sup>", html)
    headline, body = re.findall(r"<span[^>]*>may</span><sup>a</sup>", html)
    assert "background:#fdf3d8" in body
    assert "background" not in headline
