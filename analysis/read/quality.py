"""Is a corpus fit to be compared? Duplicates, stubs, other languages, broken characters; and what is in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.tables import NOTES, read_table

# Shorter bodies hold a rate of one marker in their every word or two: 50 words is a brief of two sentences.
SHORT_WORDS = 50
# News sites give this away before the wall; services cut their texts and say by how many characters.
_RULES = read_table(Path(__file__).with_name("furniture.csv")).set_index("rule")["pattern"]
_STUB_CHARACTERS = 1200  # a whole article may end in the same call, a stub is short: about 200 words
# What UTF-8 looks like that was read as Windows or Latin text.
_MOJIBAKE = "[ÂÃâÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd"
_LANGUAGE_SHORTEST = 40  # characters: of fewer no detector can tell
_LANGUAGE_CHARACTERS = 300  # the first paragraph tells a language; whole texts take a hundred times as long
#: What an article may be flagged as, and how that is said.
PROBLEMS = {
    "duplicate": "with the same text as an earlier one",
    "short": f"of fewer than {SHORT_WORDS} words",
    "stub": "cut off before a paywall or by a service",
    "language": "in another language than most",
}


def check_articles(
    articles: pd.DataFrame, languages: bool = True, repair: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flag what may distort a comparison, and repair broken characters; no article is left out.

    Parameters
    ----------
    articles : DataFrame
        The articles table.
    languages : bool
        Tell the languages too (1 ms an article).
    repair : bool
        Put characters right where UTF-8 had been read as another encoding; else they are only noted.

    Returns
    -------
    articles : DataFrame
        As given, or repaired, with the columns `duplicate_of` (the first article with the same text), `problem` (the
        `PROBLEMS` it has, `; ` between; missing for most) and, if asked for, `language` (ISO 639-1).
    notes : DataFrame
        `article_id`, `source`, `field`, `note`: every flag and repair.

    Examples
    --------
    >>> text = ["It may rain.", "It may rain.", "Itâ€™s raining."]
    >>> checked, notes = check_articles(pd.DataFrame({"article_id": list("abc"), "text": text}), languages=False)
    >>> checked["text"].iloc[2], checked["duplicate_of"].tolist(), checked["problem"].tolist()
    ('It’s raining.', [nan, 'a', nan], ['short', 'duplicate; short', 'short'])
    """
    checked = articles.copy()
    flags = [pd.DataFrame(columns=NOTES)]

    def note(rows: pd.Series, field: str, text: str | pd.Series) -> None:
        said = text[rows] if isinstance(text, pd.Series) else text  # pandas lets a Series fill a table without rows
        flags.append(checked.reindex(columns=NOTES)[rows].assign(field=field, note=said))

    for name in checked.columns.intersection(["text", "headline"]):
        broken = checked[name].str.contains(_MOJIBAKE, na=False)
        if not repair:
            note(broken, name, "characters of a wrong encoding, left as they are")
        elif broken.any():
            import ftfy

            # Only the encoding is put right: quotation marks and ligatures stay as the outlet set them.
            config = ftfy.TextFixerConfig(uncurl_quotes=False, fix_latin_ligatures=False, unescape_html=False)
            checked.loc[broken, name] = [ftfy.fix_text(text, config=config) for text in checked.loc[broken, name]]
            changed = broken & (checked[name] != articles[name])
            note(changed, name, "characters of a wrong encoding were repaired")
            note(broken & ~changed, name, "characters are broken and could not be repaired")
    same = checked["text"].str.split().str.join(" ")
    first = checked["article_id"].groupby(same).transform("first")
    checked["duplicate_of"] = first.where(same.duplicated()).astype("str")
    brief = checked["text"].where(checked["text"].str.len() < _STUB_CHARACTERS)
    stub = brief.str.contains("|".join(_RULES[["stub"]]), case=False, na=False)
    short = (brief.str.count(r"\w+") < SHORT_WORDS) & ~stub
    note(same.duplicated(), "text", "the same text as " + first)
    note(stub, "text", "only the beginning, before a paywall or a cut")
    note(short, "text", f"fewer than {SHORT_WORDS} words")
    other = pd.Series(False, checked.index)
    if languages:
        import py3langid

        long = checked["text"].str.slice(0, _LANGUAGE_CHARACTERS).where(checked["text"].str.len() >= _LANGUAGE_SHORTEST)
        checked["language"] = long.map(lambda text: py3langid.classify(text)[0], na_action="ignore").astype("str")
        other = checked["language"].notna() & ~checked["language"].isin(checked["language"].mode()[:1])
        note(other, "language", "in another language than most: " + checked["language"])
    problems = pd.DataFrame(dict(zip(PROBLEMS, (same.duplicated(), short, stub, other), strict=True)))
    named = problems.dot(problems.columns.to_series() + "; ").str.removesuffix("; ")
    checked["problem"] = named.replace("", None).astype("str")
    return checked, pd.concat(flags, ignore_index=True)


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
        counted = counted.assign(duplicates=table["duplicate_of"].notna(), problems=table["problem"].notna())
    if "language" in table:
        counted["other_languages"] = table["language"].notna() & ~table["language"].isin(table["language"].mode()[:1])
    groups = counted.groupby([key.fillna("") for key in keys])
    lengths = groups["words"].agg(shortest="min", median="median", longest="max")
    return groups.sum().astype("int64").join(lengths).reset_index()
