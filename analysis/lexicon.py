"""Lexicons: reading, checking, and exchanging them with other tools.

A lexicon is a folder that a social scientist edits in a spreadsheet: ``features.csv`` defines the features,
``classes.csv`` names lists of words, every other table there holds entries. Each row is a pattern with optional
conditions in plain columns. ``data/lexicons/README.md`` explains them with examples.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .tables import InputError

#: The project's own codebook.
CORE = Path(__file__).resolve().parent.parent / "data" / "lexicons"
CONDITIONS = ["before", "not_before", "after", "not_after", "beside", "not_beside"]
ENTRY_COLUMNS = [
    *["feature", "pattern", "negation", *CONDITIONS, "within", "case", "section", "not_in", "category", "note"],
    *["stance", "frame", "lemma"],
]
#: Kinds of word that are known by their shape; they may be named like the classes of ``classes.csv``.
SHAPES = ("number", "capital", "lower", "ly", "ing", "ed", "s", "not")
ALLOWED = {
    "negation": {"", "needs", "never", "ignore"},
    "case": {"", "typed", "lower", "not_initial"},
    "section": {"", "headline", "subheading", "body", "footnote"},
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


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save the table as “CSV UTF-8”") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InputError(f"{path}: not a table that can be read ({str(error).strip()}); save it as CSV") from error
    return table.apply(lambda column: column.str.strip())


def _problem(path: Path, row: int, reason: str) -> InputError:
    return InputError(f"{path}, row {row}: {reason}")


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
        from .dictionaries import read_dictionary

        return read_dictionary(path)
    if not path.is_dir():
        raise InputError(f"{path}: no such lexicon; name a folder with features.csv and tables of entries")
    if not (path / "features.csv").is_file():
        raise InputError(f"{path}: has no features.csv, which defines the features of a lexicon")
    features = _table(path / "features.csv")
    if "feature" not in features or "definition" not in features:
        raise InputError(f"{path / 'features.csv'}: needs the columns feature and definition")
    doubled = features["feature"][features["feature"].duplicated() | (features["feature"] == "")]
    if len(doubled):
        raise _problem(path / "features.csv", int(doubled.index[0]) + 2, "a feature without a name, or named twice")
    for column in ("label", "source", "core"):
        if column not in features:
            features[column] = features["feature"].str.replace("_", " ") if column == "label" else ""
    classes = _classes(path / "classes.csv")
    files = sorted(f for f in path.glob("*.csv") if f.name not in ("features.csv", "classes.csv"))
    if not files:
        raise InputError(f"{path}: no table of entries beside features.csv")
    rows: list[dict[str, object]] = []
    for file in files:
        rows += _entries(file, set(features["feature"]), classes)
    entries = pd.DataFrame(rows, columns=[*ENTRY_COLUMNS, "term", "file", "row"])
    _contradictions(entries, path)
    return Lexicon(features, entries, classes)


def _classes(path: Path) -> dict[str, list[str]]:
    if not path.is_file():
        return {}
    table = _table(path)
    if not {"class", "words"} <= set(table):
        raise InputError(f"{path}: needs the columns class and words")
    classes: dict[str, list[str]] = {}
    for row, (name, words) in enumerate(zip(table["class"], table["words"], strict=True), start=2):
        if not name or not words:
            raise _problem(path, row, "a class needs a name and words (a|b|c)")
        if name in SHAPES:
            raise _problem(path, row, f"the class {name!r} is known by its shape and cannot be given words")
        classes.setdefault(name, []).extend(word.strip() for word in words.split("|") if word.strip())
    return classes


def _entries(file: Path, features: set[str], classes: dict[str, list[str]]) -> list[dict[str, object]]:
    table = _table(file)
    for column in ("feature", "pattern"):
        if column not in table:
            raise InputError(f"{file}: has no column {column!r}; it has {', '.join(map(str, table.columns))}")
    for column in ENTRY_COLUMNS:
        if column not in table:
            table[column] = ""
    rows: list[dict[str, object]] = []
    for number, entry in enumerate(table.to_dict("records"), start=2):
        if not entry["feature"] and not (entry["stance"] or entry["frame"]):
            raise _problem(file, number, "no feature is named")
        if entry["feature"] and entry["feature"] not in features:
            raise _problem(file, number, f"the feature {entry['feature']!r} is not defined in features.csv")
        for column, allowed in ALLOWED.items():
            if entry[column] not in allowed:
                say = ", ".join(sorted(filter(None, allowed)))
                raise _problem(file, number, f"{column} is {entry[column]!r}; it may be empty or one of {say}")
        if entry["within"] and not entry["within"].isdecimal():
            raise _problem(file, number, f"within is {entry['within']!r}; it must be a number of words")
        for column in CONDITIONS:
            for word in filter(None, entry[column].split("|")):
                _check_word(word, classes, file, number, column)
            if (other := column.removeprefix("not_")) != column and entry[other] and entry[column]:
                both = set(entry[other].split("|")) - set(entry[column].split("|"))
                if not both:
                    raise _problem(file, number, f"{other} and {column} exclude each other: it can never hold")
        phrases = [phrase.strip() for phrase in entry["pattern"].split(";")]
        if not all(phrases):
            raise _problem(file, number, "an empty pattern")
        for phrase in phrases + [part.strip() for part in entry["not_in"].split(";") if part.strip()]:
            _check_phrase(phrase, classes, file, number)
        entry["within"] = int(entry["within"] or WITHIN)
        rows += [entry | {"term": phrase, "file": file.name, "row": number} for phrase in phrases]
    return rows


def _check_word(word: str, classes: dict[str, list[str]], file: Path, row: int, where: str) -> None:
    if word.startswith("@") and word[1:] not in classes and word[1:] not in SHAPES:
        known = ", ".join(sorted([*classes, *SHAPES]))
        raise _problem(file, row, f"{where} names the class {word!r}, which is not known; known are {known}")
    if "*" in word and (word.index("*") != len(word) - 1 or len(word) < 3):
        raise _problem(file, row, f"{where} has {word!r}; * stands for an ending, after two letters or more")


def _check_phrase(phrase: str, classes: dict[str, list[str]], file: Path, row: int) -> None:
    parts = phrase.split()
    for part in parts:
        if gap := _GAP.match(part):
            if int(gap[1]) > LONGEST_GAP or part in (parts[0], parts[-1]):
                raise _problem(
                    file, row, f"in {phrase!r} a gap must stand between words and be [{LONGEST_GAP}] or less"
                )
        elif not _WORD.match(part):
            raise _problem(file, row, f"in {phrase!r} {part!r} is neither a word nor a gap such as [2]")
        else:
            alternatives = part.rstrip("?").split("|")
            if not all(alternatives) or not all(re.search(r"\w", word) for word in alternatives):
                raise _problem(file, row, f"in {phrase!r} {part!r} leaves an alternative empty")
            for word in alternatives:
                _check_word(word, classes, file, row, "the pattern")
    if all(part.endswith("?") or _GAP.match(part) for part in parts):
        raise _problem(file, row, f"{phrase!r} is all optional: it would match nothing")


def _contradictions(entries: pd.DataFrame, folder: Path) -> None:
    """Two rows for the same phrase in the same circumstances that say different things of negation or stance."""
    named = entries[entries["feature"] != ""]
    same = named.groupby(["feature", "term", *CONDITIONS, "case", "section"], sort=False)
    for column in ("negation", "stance"):
        clash = same[column].transform("nunique") > 1
        if clash.any():
            first, second = named[clash].iloc[0], named[clash].iloc[1]
            raise _problem(
                folder / second["file"],
                second["row"],
                f"{second['term']!r} contradicts {first['file']}, row {first['row']}: {column} "
                f"{first[column] or 'empty'!r} there, {second[column] or 'empty'!r} here",
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
    choices: list[list[list[str | int]]] = []
    for part in phrase.split():
        if gap := _GAP.match(part):
            choices.append([[width] for width in range(int(gap[1]) + 1)])
            continue
        word = part.rstrip("?")
        options: list[list[str | int]] = [[word]]
        if "-" in word and "|" not in word:
            options.append(list(word.split("-")))
        choices.append([*options, []] if part.endswith("?") else options)
    found: list[list[tuple[int, str]]] = []
    for choice in product(*choices):
        distance, variant = 0, []
        for item in (piece for pieces in choice for piece in pieces):
            if isinstance(item, int):
                distance += item
            else:
                variant.append((distance, item))
                distance += 1
        if variant and variant not in found:
            found.append([(d - variant[0][0], word) for d, word in variant])
    plain = phrase.split()
    if 1 < len(plain) <= 3 and all(re.fullmatch(r"[^\W\d_]+\*?", part) for part in plain):
        found.append([(0, "-".join(plain))])
    return found
