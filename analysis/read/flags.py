"""Is a corpus fit to be compared? Duplicates, stubs, other languages, states past repair; and what is in it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pandas as pd

from analysis.read.languages import tell_languages
from analysis.read.repair import MOJIBAKE
from analysis.tables import NOTES, read_table

# Shorter bodies hold a rate of one marker in their every word or two: 50 words is a brief of two sentences.
SHORT_WORDS = 50
# News sites give this away before the wall; services cut their texts and say by how many characters.
_RULES = read_table(Path(__file__).with_name("furniture.csv")).set_index("rule")["pattern"]
_STUB_CHARACTERS = 1200  # a whole article may end in the same call, a stub is short: about 200 words
_BROKEN = f"{MOJIBAKE}|\ufffd"
# Of news of this length nine in ten articles have quotation marks, and hardly one has no comma or apostrophe.
_MARKED_WORDS = 300
_FEWEST_LETTERS = 200  # of which nearly all are capitals
_DOUBLE_MARKS = "[\"“”„«»]|``|''"
# A single mark that opens: an apostrophe is no quotation.
_SINGLE_OPENS = r"(?:^|[\s(\[—])[‘'](?=\w)"
# A text in which nobody speaks needs no marks. Two verbs of saying were chosen on half of 3,000 US articles: 10 of its
# 1,500 sound ones are flagged (42 without the verbs) and 0.70 of those stripped of double marks (0.84); of the other
# half 7 (39) and 0.70 (0.82).
_SPEAKS, _FEWEST_SPEAK = r"\b(?:said|says|told|added|asked|wrote)\b", 2
# A sign of the question where a quotation mark or an apostrophe stood: before or inside a word, or before a stop.
_QUESTIONED = r"(?:^|\s)\?\w|\w\?(?:s|t|re|ve|ll|d|m)\b|[,.]\?(?:\s|$)"
_FEWEST_QUESTIONED = 3
_MASKED = r"(?:@ ){2,}@|\[(?:MASK|REDACTED)\]|(?:<unk> ?){2,}"
_MASK_PARTS = ("@ @", "[MASK]", "[REDACTED]", "<unk>")
_LETTERS, _SMALL = string.ascii_letters.encode(), string.ascii_lowercase.encode()
# An outlet is in another state than the others where so many of its articles are, of at least so many.
# Of 60 outlets of US news with half of their articles stripped of double marks 44 are named (23 at 0.4), of the same
# stripped of all 55; of the sound ones none, and one at 0.2.
_OUTLET_SHARE, _OUTLET_ARTICLES = 0.3, 5
# A line that stands in so many articles of an outlet, and in so large a part of them, is furniture of its pages.
_REPEATED_ARTICLES, _REPEATED_SHARE, _LONGEST_FURNITURE = 5, 0.05, 120
#: What an article may be flagged as, and how that is said.
PROBLEMS = {
    "duplicate": "with the same text as an earlier one",
    "short": f"of fewer than {SHORT_WORDS} words",
    "stub": "cut off before a paywall or by a service",
    "language": "in another language than English",
    "marks": "without quotation marks, commas or apostrophes, or with question marks in their place",
    "masked": "with words masked or all in capitals",
}


def check_articles(articles: pd.DataFrame, languages: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flag what may distort a comparison and cannot be repaired; no article is left out.

    Parameters
    ----------
    articles : DataFrame
        The articles table.
    languages : bool
        Tell the languages too.

    Returns
    -------
    articles : DataFrame
        As given, with the columns `same_text_as` (the first article with the same text), `problem` (the
        `PROBLEMS` it has, `; ` between; missing for most) and, if asked for, `language` (ISO 639-1).
    notes : DataFrame
        `article_id`, `source`, `field`, `note`: every flag; of an outlet as a whole without an article.

    Examples
    --------
    >>> text = ["It may rain.", "It may rain.", "It is raining."]
    >>> checked, notes = check_articles(pd.DataFrame({"article_id": list("abc"), "text": text}), languages=False)
    >>> checked["same_text_as"].tolist(), checked["problem"].tolist()
    ([nan, 'a', nan], ['short', 'duplicate; short', 'short'])
    """
    checked = articles.copy()
    flags = [pd.DataFrame(columns=NOTES)]

    def note(rows: pd.Series, field: str, text: str | pd.Series) -> None:
        said = text[rows] if isinstance(text, pd.Series) else text  # pandas lets a Series fill a table without rows
        flags.append(checked.reindex(columns=NOTES)[rows].assign(field=field, note=said))

    for name in checked.columns.intersection(["text", "headline"]):
        note(checked[name].str.contains(_BROKEN, na=False), name, "characters are broken and could not be repaired")
    same = checked["text"].str.split().str.join(" ")
    first = checked["article_id"].groupby(same).transform("first")
    checked["same_text_as"] = first.where(same.duplicated()).astype("str")
    brief = checked["text"].where(checked["text"].str.len() < _STUB_CHARACTERS)
    stub = brief.str.contains("|".join(_RULES[["stub"]]), case=False, na=False)
    short = (brief.str.count(r"\w+") < SHORT_WORDS) & ~stub
    note(same.duplicated(), "text", "the same text as " + first)
    note(stub, "text", "only the beginning, before a paywall or a cut")
    note(short, "text", f"fewer than {SHORT_WORDS} words")
    other = pd.Series(False, checked.index)
    if languages:
        checked["language"] = tell_languages(checked["text"])
        other = checked["language"].notna() & (checked["language"] != "en")
        note(other, "language", "in another language than English: " + checked["language"])
    states = _find_states(checked["text"])
    for state, rows in states.items():
        note(rows, "text", str(state))
    flags.append(_note_outlets(checked, states))
    flags.append(_find_furniture(checked))
    marks = states.drop(columns=[_IN_CAPITALS, _HAS_MASKS]).any(axis=1)
    masked = states[[_IN_CAPITALS, _HAS_MASKS]].any(axis=1)
    problems = pd.DataFrame(dict(zip(PROBLEMS, (same.duplicated(), short, stub, other, marks, masked), strict=True)))
    named = problems.dot(problems.columns.to_series() + "; ").str.removesuffix("; ")
    checked["problem"] = named.replace("", None).astype("str")
    return checked, pd.concat(flags, ignore_index=True)


_NO_QUOTATIONS, _NO_COMMAS = "no quotation marks in a long text", "no commas or no apostrophes in a long text"
_HAS_QUESTIONS = "question marks stand for other marks"
_HAS_MASKS, _IN_CAPITALS = "words are masked", "all in capitals"


def _find_states(texts: pd.Series) -> pd.DataFrame:
    """Which texts are in a state that changes whose words are whose: a column a state.

    Strings are counted in with their own methods, and a pattern is asked only of what can have it: patterns over whole
    texts took nine tenths of the time of all checks.
    """
    states = [_find_state(text) if isinstance(text, str) else (False,) * 5 for text in texts]
    return pd.DataFrame(
        states, texts.index, [_NO_QUOTATIONS, _NO_COMMAS, _HAS_QUESTIONS, _HAS_MASKS, _IN_CAPITALS], dtype=bool
    )


def _find_state(text: str) -> tuple[bool, ...]:
    long = len(text.split()) > _MARKED_WORDS
    plain = text.encode("utf-8", "replace")
    letters, small = (len(plain) - len(plain.translate(None, which)) for which in (_LETTERS, _SMALL))
    return (
        long and _lacks_marks(text),
        long and ("," not in text or not ("'" in text or "’" in text)),
        text.count("?") >= _FEWEST_QUESTIONED and len(re.findall(_QUESTIONED, text)) >= _FEWEST_QUESTIONED,
        any(mark in text for mark in _MASK_PARTS) and bool(re.search(_MASKED, text)),
        letters >= _FEWEST_LETTERS and small < 0.1 * letters,
    )


def _lacks_marks(text: str) -> bool:
    """Whether people speak in a text and nothing stands between marks."""
    if re.search(_DOUBLE_MARKS, text) or len(re.findall(_SINGLE_OPENS, text)) >= 2:
        return False
    return len(re.findall(_SPEAKS, text)) >= _FEWEST_SPEAK


def _note_outlets(articles: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """A note on each outlet of which many texts are in a state in which it cannot be compared with others."""
    if "outlet" not in articles:
        return pd.DataFrame(columns=NOTES)
    groups = states.groupby(articles["outlet"])
    share, size = groups.mean(), groups.size()
    rows = [
        (None, outlet, "outlet", f"many texts of an outlet, which cannot be compared with others: {name}: {outlet}")
        for name in states
        for outlet in share.index[(share[name] >= _OUTLET_SHARE) & (size >= _OUTLET_ARTICLES)]
    ]
    return pd.DataFrame(rows, columns=NOTES)


def _find_furniture(articles: pd.DataFrame) -> pd.DataFrame:
    """A note on each line that repeats across an outlet's articles: furniture of its pages, and no text of theirs."""
    outlets = articles.reindex(columns=["outlet"])["outlet"].astype("str").fillna("")
    lines = articles["text"].str.split("\n").explode().str.strip()
    lines = lines[(lines.str.len() > 0) & (lines.str.len() <= _LONGEST_FURNITURE)]
    table = pd.DataFrame({"outlet": outlets.reindex(lines.index), "line": lines, "row": lines.index}).drop_duplicates()
    counts = table.groupby(["outlet", "line"])["row"].size()
    least = (outlets.value_counts() * _REPEATED_SHARE).clip(lower=_REPEATED_ARTICLES)
    repeated = counts[counts.to_numpy() >= least.reindex(counts.index.get_level_values("outlet")).to_numpy()]
    told = repeated.reset_index(name="count")
    note = "a line repeats across an outlet's articles, try --clean: " + told["line"] + " ("
    note = note + told["count"].astype("str") + " articles)"
    return told.assign(article_id=None, source=told["outlet"], field="text", note=note)[NOTES]


def has_problem(checked: pd.DataFrame, problem: str) -> pd.Series:
    """Which articles of `check_articles` have a problem.

    Examples
    --------
    >>> has_problem(pd.DataFrame({"problem": ["duplicate; short", None]}), "short").tolist()
    [True, False]
    """
    return checked["problem"].str.contains(problem, regex=False, na=False)


def describe_problems(checked: pd.DataFrame) -> str:
    """How many articles of `check_articles` have each problem, in a sentence.

    Examples
    --------
    >>> describe_problems(pd.DataFrame({"problem": ["short", None]})).split(";")[1]
    ' 1 of fewer than 50 words'
    """
    counts = (f"{int(has_problem(checked, problem).sum())} {said}" for problem, said in PROBLEMS.items())
    sound = int(checked["problem"].isna().sum())
    return f"Among {len(checked)} articles: {'; '.join(counts)}. Nothing of this kind was found in {sound}."


def tabulate_corpus(articles: pd.DataFrame) -> pd.DataFrame:
    """What is in a corpus, by outlet and month: to be read before any figure is believed.

    Parameters
    ----------
    articles : DataFrame
        The articles table; with the columns of `check_articles` more is counted.

    Returns
    -------
    DataFrame
        One row an `outlet` and `month` (YYYY-MM), either empty where missing: `articles`, `words`, `shortest`, `median`
        and `longest` (words of an article), `without_headline`, `without_date`, `agency_copy`, and, if checked,
        `duplicates`, `problems` and `other_languages`.

    Examples
    --------
    >>> table = pd.DataFrame({"outlet": ["A", "A"], "published": ["2018-03-06", None], "words": [3, 5]})
    >>> tabulate_corpus(table)[["outlet", "month", "articles", "words", "without_date"]].values.tolist()
    [['A', '', 1, 5, 1], ['A', '2018-03', 1, 3, 0]]
    """
    told = [*articles.columns.union(["outlet", "published", "headline", "origin"], sort=False)]
    table = articles.reindex(columns=told)
    keys = table["outlet"].astype("str"), table["published"].astype("str").str.slice(0, 7).rename("month")
    counted = pd.DataFrame(
        {"articles": 1, "words": table["words"], "without_headline": table["headline"].isna(),
         "without_date": table["published"].isna(),
         "agency_copy": table["origin"].notna() & (table["origin"] != table["outlet"])}
    )  # fmt: skip
    if "problem" in table:
        counted = counted.assign(duplicates=table["same_text_as"].notna(), problems=table["problem"].notna())
    if "language" in table:
        counted["other_languages"] = table["language"].notna() & (table["language"] != "en")
    groups = counted.groupby([key.fillna("") for key in keys])
    lengths = groups["words"].agg(shortest="min", median="median", longest="max")
    return groups.sum().astype("int64").join(lengths).reset_index()
