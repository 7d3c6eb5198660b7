"""What may distort a comparison is flagged and reported, and nothing is dropped."""

import pandas as pd
import pytest

from analysis.read.flags import check_articles, describe_problems, tabulate_corpus
from analysis.read.languages import tell_languages

LONG = (
    "The office said on Monday that rain would reach the city by the evening and stay until the end of the week. " * 4
)
TEXTS = {
    "a": LONG,
    "b": LONG.replace(" on ", "\n on ", 1),
    "c": "Rain is near.",
    "d": "The office said a lot on Monday. Subscribe now to continue reading this article.",
    "e": LONG + "Itâ€™s â€œnearâ€\x9d.",
    "f": "Le bureau a dit lundi que la pluie atteindrait la ville dans la soirée et qu'elle resterait longtemps. " * 5,
    "g": "The office said [+2345 chars]",
    "h": LONG + " Sign up to read our daily letter, please.",
}


@pytest.fixture(scope="module")
def checked():
    articles = pd.DataFrame({"article_id": list(TEXTS), "text": list(TEXTS.values()), "source": "a.csv"})
    table, notes = check_articles(articles)
    return table.set_index("article_id"), notes


def test_no_article_is_dropped(checked):
    assert checked[0].index.tolist() == list(TEXTS)


def test_repeated_texts_point_to_the_first(checked):
    assert checked[0]["same_text_as"].dropna().to_dict() == {"b": "a"}


def test_problems_are_named(checked):
    expected = {"b": "duplicate", "c": "short", "d": "stub", "f": "language", "g": "stub"}
    assert checked[0]["problem"].dropna().to_dict() == expected


def test_problems_are_counted_in_a_sentence(checked):
    assert describe_problems(checked[0]) == (
        "Among 8 articles: 1 with the same text as an earlier one; 1 of fewer than 50 words; 2 cut off before a "
        "paywall or by a service; 1 in another language than English; 0 without quotation marks, commas or "
        "apostrophes, or with question marks in their place; 0 with words masked or all in capitals. Nothing of this "
        "kind was found in 3."
    )


def test_characters_past_repair_are_told(checked):
    notes = checked[1]
    assert notes[notes["note"].str.contains("could not be repaired")]["article_id"].tolist() == ["e"]


def test_other_languages_are_reported(checked):
    table, notes = checked
    assert table.loc["f", "language"] == "fr"
    assert table["language"].drop(["c", "f", "g"]).eq("en").all()
    assert pd.isna(table.loc["c", "language"])
    assert "in another language than English: fr" in notes["note"].tolist()


def test_every_flag_has_a_note(checked):
    table, notes = checked
    flagged = table.index[table["problem"].notna() | (table["language"] == "fr")]
    assert set(flagged) <= set(notes["article_id"])


def test_the_corpus_is_described_by_outlet_and_month(checked):
    table = checked[0].reset_index().assign(
        outlet=["A", "A", "A", "B", "B", "B", None, None],
        published=["2018-03-06"] * 3 + ["2018-04-01", None] + [None] * 3,
        headline=None, origin=["A", "AFP", "A", "B", "B", "B", None, None], words=range(1, 9),
    )  # fmt: skip
    described = tabulate_corpus(table).set_index(["outlet", "month"])
    row = described.loc[("A", "2018-03")]
    assert row[["articles", "words", "shortest", "median", "longest"]].tolist() == [3, 6, 1, 2, 3]
    assert row[["agency_copy", "duplicates", "problems", "without_headline"]].tolist() == [1, 1, 2, 3]
    assert described.loc[("B", ""), "other_languages"] == 1
    assert described.loc[("", ""), "articles"] == 2
    assert described["articles"].sum() == len(table)


PROSE = (
    "The minister's office said, on Monday, that “rain may come” to the city, and the mayor's party didn't deny it at "
    "all, though its leader called it “a false report” before the vote. "
) * 10
STATES = {
    "no quotation marks in a long text": PROSE.translate(str.maketrans("", "", "“”")),  # apostrophes are no marks
    "no commas or no apostrophes in a long text": PROSE.replace(",", ""),
    "question marks stand for other marks": PROSE.replace("“", "?").replace("”", "?").replace("'", "?"),
    "words are masked": PROSE + "@ @ @ @ @ @ @ @ @ @",
    "all in capitals": PROSE.upper(),
}


@pytest.mark.parametrize("state", STATES)
def test_a_text_past_repair_is_flagged_and_its_outlet_named(state):
    texts = [f"{n} {text}" for text in (STATES[state], PROSE) for n in range(5)]
    articles = pd.DataFrame({"article_id": [f"a{n}" for n in range(10)], "text": texts})
    articles["outlet"] = ["Damaged"] * 5 + ["Sound"] * 5
    table, notes = check_articles(articles)
    assert table["problem"].notna().tolist() == [True] * 5 + [False] * 5
    assert (notes["note"] == state).sum() == 5
    told = notes[notes["field"] == "outlet"]["note"]
    assert any(state in note and note.endswith(": Damaged") for note in told)
    assert not told.str.contains("Sound").any()


def test_a_long_text_in_which_nobody_speaks_needs_no_quotation_marks():
    text = "The town's bakers open at six, and the queues are long by seven, when the bread is nearly gone. " * 20
    assert check_articles(pd.DataFrame({"article_id": ["a"], "text": [text]}))[0]["problem"].isna().all()
    spoken = f"{text} It's late, she said. He told her so."
    assert check_articles(pd.DataFrame({"article_id": ["a"], "text": [spoken]}))[0]["problem"].tolist() == ["marks"]


def test_lines_that_repeat_across_an_outlets_articles_are_told():
    texts = [f"{PROSE}\nJUST WATCHED\nThe rain of day {n}." for n in range(6)]
    articles = pd.DataFrame({"article_id": list("abcdef"), "outlet": "A", "text": texts})
    notes = check_articles(articles)[1]
    told = notes[notes["note"].str.contains("repeats")]["note"].tolist()
    assert told == ["a line repeats across an outlet's articles, try --clean: JUST WATCHED (6 articles)"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Hafen bleibt geschlossen, sagte ein Sprecher am Dienstag.", "de"),
        ("El puerto permanece cerrado, dijo un portavoz el martes por la noche.", "es"),
        ("Правительство сообщило, что порт останется закрытым до конца недели.", "ru"),
        ("Senators: 48 yes, 52 no. Oil 60 dollars. Gold 1,204. Yen 108. Wheat 4.", None),
        ("Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.", None),
    ],
)
def test_a_brief_of_one_sentence_shows_its_language_and_figures_show_none(text, language):
    assert tell_languages(pd.Series([text])).dropna().tolist() == [language] * (language is not None)
