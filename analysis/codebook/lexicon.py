"""Lexicons: reading, checking, and exchanging them with other tools.

A lexicon is a folder that a social scientist edits in a spreadsheet: ``features.csv`` defines the features,
``classes.csv`` names lists of words, every other table there holds entries. Each row is a pattern with optional
conditions in plain columns. ``data/lexicons/README.md`` explains them with examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.tables import DATA, InputError

#: The project's own codebook.
CORE = DATA / "lexicons"
CONDITIONS = ["before", "not_before", "after", "not_after", "beside", "not_beside"]
ENTRY_COLUMNS = [
    *["feature", "pattern", "negation", *CONDITIONS, "within", "case", "section", "not_in", "category", "note"],
]
#: Kinds of word that are known by their shape; they may be named like the classes of ``classes.csv``.
SHAPES = ("number", "capital", "lower", "ly", "ing", "ed", "s", "not")
#: What these columns may say beside nothing.
ALLOWED = {
    "negation": ["ignore", "needs", "never"],
    "case": ["lower", "not_initial", "typed"],
    "section": ["body", "footnote", "headline", "subheading"],
}
#: Words to either side in which ``beside`` looks, when the row does not say: a short clause.
WITHIN = 4
#: A gap longer than this joins words of different thoughts, and every further word multiplies the work.
LONGEST_GAP = 8
_WORD = re.compile(r"^[^\s\[\]?;]+\??$")
_GAP = re.compile(r"^\[(\d+)\]$")


class Lexicon(NamedTuple):
    """Features, entries and word classes of one folder.

    Attributes
    ----------
    features : DataFrame
        One row a feature: ``feature``, ``label``, ``definition``, ``source``, ``core`` and what else the file has.
    entries : DataFrame
        One row a phrase: ``feature``, ``term`` (the phrase as written), the conditions, ``file`` and ``row``.
    classes : dict of str to list of str
        Words of each class.
    """

    features: pd.DataFrame
    entries: pd.DataFrame
    classes: dict[str, list[str]]


def _table(path: Path, *needed: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save the table as “CSV UTF-8”") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InputError(f"{path}: not a table that can be read ({str(error).strip()}); save it as CSV") from error
    if not {*needed} <= {*table}:
        raise InputError(f"{path}: needs the columns {' and '.join(needed)}")
    return table.apply(lambda column: column.str.strip())


def read_lexicon(path: str | Path = CORE) -> Lexicon:
    """Read and check a lexicon.

    Parameters
    ----------
    path : path
        A folder with ``features.csv`` and tables of entries; or a dictionary of another tool, ``.yml`` or
        ``.yaml`` (quanteda) or ``.dic`` (LIWC), whose keys become the features.

    Returns
    -------
    Lexicon

    Raises
    ------
    InputError
        For a bad lexicon, with file, row and reason: a feature that ``features.csv`` does not define, an empty
        pattern, two rows that contradict, a condition that can never hold, a missing column, a wrong encoding.

    Examples
    --------
    >>> lexicon = read_lexicon()
    >>> sorted(lexicon.features["feature"])[:3]
    ['accusation', 'attribution', 'booster']
    """
    path = Path(path)
    if path.is_file():
        from analysis.codebook.dictionaries import read_dictionary

        return read_dictionary(path)
    if not path.is_dir():
        raise InputError(f"{path}: no such lexicon; name a folder with features.csv and tables of entries")
    if not (path / "features.csv").is_file():
        raise InputError(f"{path}: has no features.csv, which defines the features of a lexicon")
    features = _table(path / "features.csv", "feature", "definition")
    doubled = features["feature"].duplicated() | (features["feature"] == "")
    if doubled.any():
        row = doubled.argmax() + 2
        raise InputError(f"{path / 'features.csv'}, row {row}: a feature without a name, or named twice")
    usual: dict[str, Any] = {"label": features["feature"].str.replace("_", " "), "source": "", "core": ""}
    features = features.assign(**{name: value for name, value in usual.items() if name not in features})
    classes = _classes(path / "classes.csv")
    files = sorted(f for f in path.glob("*.csv") if f.name not in ("features.csv", "classes.csv"))
    if not files:
        raise InputError(f"{path}: no table of entries beside features.csv")
    rows = [row for file in files for row in _entries(file, {*features["feature"]}, classes)]
    entries = pd.DataFrame(rows, columns=[*ENTRY_COLUMNS, "term", "file", "row"])
    _refuse_contradictions(entries, path)
    return Lexicon(features, entries, classes)


def _classes(path: Path) -> dict[str, list[str]]:
    classes: dict[str, list[str]] = {}
    table = _table(path, "class", "words") if path.is_file() else pd.DataFrame(columns=["class", "words"])
    for row, name, words in zip(table.index + 2, table["class"], table["words"], strict=True):
        if not name or not words:
            raise InputError(f"{path}, row {row}: a class needs a name and words (a|b|c)")
        if name in SHAPES:
            raise InputError(f"{path}, row {row}: the class {name!r} is known by its shape and cannot be given words")
        classes.setdefault(name, []).extend(word.strip() for word in words.split("|") if word.strip())
    return classes


def _entries(file: Path, features: set[str], classes: dict[str, list[str]]) -> list[dict[Any, Any]]:
    table = _table(file)
    for column in ("feature", "pattern"):
        if column not in table:
            raise InputError(f"{file}: has no column {column!r}; it has {', '.join(map(str, table.columns))}")
    rows = []
    for number, entry in enumerate(table.reindex(columns=ENTRY_COLUMNS, fill_value="").to_dict("records"), start=2):
        if reason := next(_faults(entry, features, classes), None):
            raise InputError(f"{file}, row {number}: {reason}")
        entry |= {"within": int(entry["within"] or WITHIN), "file": file.name, "row": number}
        rows += [entry | {"term": phrase.strip()} for phrase in entry["pattern"].split(";")]
    return rows


def _faults(entry: dict[Any, Any], features: set[str], classes: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with a row of entries."""
    if not entry["feature"]:
        yield "no feature is named"
    if entry["feature"] and entry["feature"] not in features:
        yield f"the feature {entry['feature']!r} is not defined in features.csv"
    for column, allowed in ALLOWED.items():
        if entry[column] and entry[column] not in allowed:
            yield f"{column} is {entry[column]!r}; it may be empty or one of {', '.join(allowed)}"
    if entry["within"] and not entry["within"].isdecimal():
        yield f"within is {entry['within']!r}; it must be a number of words"
    for column in CONDITIONS:
        for word in filter(None, entry[column].split("|")):
            yield from _word_faults(word, classes, column)
        other = column.removeprefix("not_")
        wanted, unwanted = ({*entry[name].split("|")} - {""} for name in (other, column))
        if other != column and wanted and wanted <= unwanted:
            yield f"{other} and {column} exclude each other: it can never hold"
    phrases = entry["pattern"].split(";")
    if not all(map(str.strip, phrases)):
        yield "an empty pattern"
    for phrase in filter(None, map(str.strip, [*phrases, *entry["not_in"].split(";")])):
        yield from _phrase_faults(phrase, classes)


def _word_faults(word: str, classes: dict[str, list[str]], where: str) -> Iterator[str]:
    if word.startswith("@") and word[1:] not in [*classes, *SHAPES]:
        known = ", ".join(sorted([*classes, *SHAPES]))
        yield f"{where} names the class {word!r}, which is not known; known are {known}"
    if "*" in word and (word.index("*") != len(word) - 1 or len(word) < 3):
        yield f"{where} has {word!r}; * stands for an ending, after two letters or more"


def _phrase_faults(phrase: str, classes: dict[str, list[str]]) -> Iterator[str]:
    parts = phrase.split()
    for part in parts:
        words = part.rstrip("?").split("|")
        if gap := _GAP.match(part):
            if int(gap[1]) > LONGEST_GAP or part in (parts[0], parts[-1]):
                yield f"in {phrase!r} a gap must stand between words and be [{LONGEST_GAP}] or less"
        elif not _WORD.match(part):
            yield f"in {phrase!r} {part!r} is neither a word nor a gap such as [2]"
        elif not all(re.search(r"\w", word) for word in words):
            yield f"in {phrase!r} {part!r} leaves an alternative empty"
        else:
            for word in words:
                yield from _word_faults(word, classes, "the pattern")
    if all(part.endswith("?") or _GAP.match(part) for part in parts):
        yield f"{phrase!r} is all optional: it would match nothing"


def _refuse_contradictions(entries: pd.DataFrame, folder: Path) -> None:
    """Two rows for the same phrase in the same circumstances that say different things of negation."""
    same = ["feature", "term", *CONDITIONS, "case", "section"]
    told = entries.drop_duplicates([*same, "negation"])
    for _, second in told[told.duplicated(same)].iterrows():
        first = told[(told[same] == second[same]).all(axis=1)].iloc[0]
        raise InputError(
            f"{folder / second['file']}, row {second['row']}: {second['term']!r} contradicts {first['file']}, row "
            f"{first['row']}: negation {first['negation'] or 'empty'!r} there, {second['negation'] or 'empty'!r} here"
        )


def phrase_variants(phrase: str) -> list[list[tuple[int, str]]]:
    """Every way in which a phrase may stand in a text, as words at fixed distances.

    Parameters
    ----------
    phrase : str
        As in a lexicon: words, alternatives ``a|b``, endings ``alleg*``, ``[n]`` for up to n words, ``word?``.

    Returns
    -------
    list of list of (distance, word)
        Words with their distance from the first; a hyphen is tried as written, as a space, and in two or three
        plain words as a join.

    Examples
    --------
    >>> phrase_variants("no [1] evidence")
    [[(0, 'no'), (1, 'evidence')], [(0, 'no'), (2, 'evidence')]]
    >>> phrase_variants("so-called")
    [[(0, 'so-called')], [(0, 'so'), (1, 'called')]]
    """
    choices: list[list[list[str | None]]] = []  # of each part what may stand there; None is any word
    for part in phrase.split():
        word = part.rstrip("?")
        if gap := _GAP.match(part):
            choices.append([[None] * width for width in range(int(gap[1]) + 1)])
        else:
            choices.append([[word], [*word.split("-")]] if "-" in word and "|" not in word else [[word]])
            choices[-1] += [[]] if part.endswith("?") else []
    found: list[list[tuple[int, str]]] = []
    for choice in product(*choices):
        placed = [(place, word) for place, word in enumerate(chain(*choice)) if word is not None]
        variant = [(place - placed[0][0], word) for place, word in placed]
        if variant and variant not in found:
            found.append(variant)
    plain = phrase.split()
    if 1 < len(plain) <= 3 and all(re.fullmatch(r"[^\W\d_]+\*?", part) for part in plain):
        found.append([(0, "-".join(plain))])
    return found
