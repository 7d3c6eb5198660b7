"""Lexicons: what is counted, read from wherever it stands and checked before anything is scored.

Our own form is a folder that a social scientist edits in a spreadsheet: ``features.csv`` defines the features,
``classes.csv`` names lists of words, every other table there holds entries. Each row is a pattern with optional
conditions in plain columns. ``data/lexicons/README.md`` explains them with examples. Word lists and the dictionaries of
other tools are read by `analysis.codebook.dictionaries`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.codebook.dictionaries import pairs_of_file, pairs_of_words
from analysis.codebook.patterns import SHAPES, phrase_faults, word_faults
from analysis.tables import DATA, InputError, columns_of, write_table

#: The project's own codebook.
CODEBOOK = DATA / "lexicons"
CONDITIONS = ["before", "not_before", "after", "not_after", "beside", "not_beside"]
ENTRY_COLUMNS = [
    *["feature", "pattern", "negation", *CONDITIONS, "within", "case", "not_in"],
    *["category", "source", "note"],
]
FEATURE_COLUMNS = ["feature", "label", "definition", "source", "core"]
#: What these columns may say beside nothing.
ALLOWED = {"negation": ["ignore", "needs", "never"], "case": ["lower", "not_initial", "typed"]}
#: Words to either side in which ``beside`` looks, when the row does not say: a short clause.
WITHIN = 4
#: The furthest that ``beside`` may look, each word a look at every mention: of clauses in newswire 99 in 100 have 42
#: words or fewer, and no condition looks out of its clause.
FURTHEST = 50
#: Rows of the largest table of entries: 20,000 are read in 2 s and scored with in 3, and 100,000 took over a minute.
MOST_ENTRIES = 20_000


class Lexicon(NamedTuple):
    """Features, entries and word classes.

    Attributes
    ----------
    features : DataFrame
        One row a feature: ``feature``, ``label``, ``definition``, ``source``, ``core`` and what else the file has. The
        features of a lexicon are what a comparison made with it declares beforehand.
    entries : DataFrame
        One row a phrase: ``feature``, ``term`` (the phrase as written), the conditions, ``file`` and ``row``.
    classes : dict of str to list of str
        Words of each class.
    """

    features: pd.DataFrame
    entries: pd.DataFrame
    classes: dict[str, list[str]]


def read_lexicon(
    source: Lexicon | str | Path | Mapping[str, Iterable[str]] | Iterable[str] = CODEBOOK,
) -> Lexicon:
    """Read and check a lexicon.

    Parameters
    ----------
    source : path, mapping, list or Lexicon
        A folder with ``features.csv`` and tables of entries; a file of words (``.txt``, ``.csv``, ``.tsv``: one column,
        or a feature and a pattern) or a dictionary of another tool (``.yml``, ``.yaml``: quanteda; ``.dic``: LIWC),
        whose keys become the features; features with their words, ``{"doubt": ["allegedly", "so-called"]}``; a list
        of words. By default the project's own codebook. Python's words are patterns, as in a folder.

    Returns
    -------
    Lexicon

    Raises
    ------
    InputError
        For a bad lexicon, with file, row and reason: a feature that ``features.csv`` does not define, an empty
        pattern, one that stands for too many phrases, two rows that contradict, a condition that can never hold, a
        missing column, a wrong encoding.

    Examples
    --------
    >>> sorted(read_lexicon().features["feature"])[:3]
    ['accusation', 'attribution', 'booster']
    >>> read_lexicon({"doubt": ["allegedly", "so-called"]}).entries["term"].tolist()
    ['allegedly', 'so-called']
    """
    if isinstance(source, Lexicon):
        return source
    if not isinstance(source, str | Path):
        if not isinstance(source, Iterable):
            raise InputError(f"a lexicon is a path, words or features with their words, and not {source!r}")
        return _listed("lexicon", pairs_of_words(source))
    path = Path(source)
    if path.is_file():
        return _listed(str(path), pairs_of_file(path))
    return _folder(path)


def write_lexicon(lexicon: Lexicon, folder: str | Path) -> None:
    """Write a lexicon as a folder of our own form: `read_lexicon` gives it back."""
    classes = [{"class": name, "words": "|".join(words)} for name, words in lexicon.classes.items()]
    entries = lexicon.entries.drop(columns=["term", "file", "row"]).assign(pattern=lexicon.entries["term"])
    write_table(lexicon.features, Path(folder) / "features.csv")
    write_table(pd.DataFrame(classes, columns=["class", "words"]), Path(folder) / "classes.csv")
    write_table(entries.astype("str"), Path(folder) / "entries.csv")


def written_files(folder: Path) -> list[Path]:
    """The files of a lexicon that `write_lexicon` left in a folder; none of a folder that holds another's."""
    files = [folder / f"{name}.csv" for name in ("features", "classes", "entries")]
    here = sorted(folder.iterdir()) if folder.is_dir() else []
    return files if here == sorted(files) and columns_of(files[-1]) == ENTRY_COLUMNS else []


def is_codebook(lexicon: Lexicon) -> bool:
    """Whether a lexicon is the project's own codebook, of which precision and recall are known."""
    own = read_lexicon()
    told = ["feature", "term", *CONDITIONS, "negation", "within", "case", "not_in"]
    return lexicon.entries[told].equals(own.entries[told]) and lexicon.classes == own.classes


def _listed(name: str, pairs: Iterable[tuple[str, str, int]]) -> Lexicon:
    """The lexicon of plain phrases: no conditions, no classes, each feature named by its key."""
    table = pd.DataFrame(pairs, columns=["feature", "pattern", "row"])
    if table.empty:
        raise InputError(f"{name}: no words in it; {{'doubt': ['allegedly', 'so-called']}} would be a lexicon")
    rows = table.reindex(columns=ENTRY_COLUMNS, fill_value="").assign(row=table["row"])
    known = {*table["feature"]} - {""}
    entries = pd.DataFrame(_checked(Path(name), rows, known, {}), columns=[*ENTRY_COLUMNS, "term", "file", "row"])
    features = entries[["feature"]].drop_duplicates(ignore_index=True).reindex(columns=FEATURE_COLUMNS, fill_value="")
    return Lexicon(features.assign(label=features["feature"], source=Path(name).name), entries, {})


def _folder(path: Path) -> Lexicon:
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


def _table(path: Path, *needed: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save the table as “CSV UTF-8”") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError, OSError) as error:
        raise InputError(f"{path}: not a table that can be read ({str(error).strip()}); save it as CSV") from error
    if not {*needed} <= {*table}:
        raise InputError(f"{path}: needs the columns {' and '.join(needed)}")
    return table.apply(lambda column: column.str.strip())


def _classes(path: Path) -> dict[str, list[str]]:
    classes: dict[str, list[str]] = {}
    table = _table(path, "class", "words") if path.is_file() else pd.DataFrame(columns=["class", "words"])
    for row, name, words in zip(table.index + 2, table["class"], table["words"], strict=True):
        listed = [word.strip() for word in words.split("|") if word.strip()]
        if not name or not listed:
            raise InputError(f"{path}, row {row}: a class needs a name and words (a|b|c)")
        if name in SHAPES:
            raise InputError(f"{path}, row {row}: the class {name!r} is known by its shape and cannot be given words")
        for word in listed:
            # A class within a class could name itself, round any number of corners.
            reason = next(word_faults(word, [], f"the class {name!r}"), "holds two words" if " " in word else None)
            if reason:
                raise InputError(f"{path}, row {row}: {word!r}: {reason}")
        classes.setdefault(name, []).extend(listed)
    return classes


def _entries(file: Path, features: Collection[str], classes: dict[str, list[str]]) -> list[dict[Any, Any]]:
    table = _table(file)
    for column in ("feature", "pattern"):
        if column not in table:
            raise InputError(f"{file}: has no column {column!r}; it has {', '.join(map(str, table.columns))}")
    for column in {*map(str, table.columns)} - {*ENTRY_COLUMNS}:
        if meant := get_close_matches(column, ENTRY_COLUMNS, 1, 0.8):
            raise InputError(f"{file}: the column {column!r} is not known; {meant[0]!r} is")
    rows = table.reindex(columns=ENTRY_COLUMNS, fill_value="").assign(row=table.index + 2)
    return list(_checked(file, rows, features, classes))


def _checked(
    file: Path, rows: pd.DataFrame, features: Collection[str], classes: dict[str, list[str]]
) -> Iterator[dict[Any, Any]]:
    """The entries of a table, one a phrase."""
    if len(rows) > MOST_ENTRIES:
        raise InputError(
            f"{file}: it has {len(rows):,} entries; at most {MOST_ENTRIES:,} are read: leave rare ones out"
        )
    for entry in rows.to_dict("records"):
        if reason := next(_faults(entry, features, classes), None):
            raise InputError(f"{file}, row {entry['row']}: {reason}")
        entry |= {"within": int(entry["within"] or WITHIN), "file": file.name}
        yield from (entry | {"term": phrase.strip()} for phrase in entry["pattern"].split(";"))


def _faults(entry: dict[Any, Any], features: Collection[str], classes: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with a row of entries."""
    if not entry["feature"]:
        yield "no feature is named"
    if entry["feature"] and entry["feature"] not in features:
        yield f"the feature {entry['feature']!r} is not defined in features.csv"
    for column, allowed in ALLOWED.items():
        if entry[column] and entry[column] not in allowed:
            yield f"{column} is {entry[column]!r}; it may be empty or one of {', '.join(allowed)}"
    if entry["within"] and not (entry["within"].isdecimal() and len(entry["within"]) < 12):
        yield f"within is {entry['within']!r}; it must be a number of words"
    elif entry["within"] and not 0 < int(entry["within"]) <= FURTHEST:
        yield f"within is {entry['within']}; it may be 1 to {FURTHEST} words"
    for column in CONDITIONS:
        for word in filter(None, entry[column].split("|")):
            yield from word_faults(word, classes, column)
        other = column.removeprefix("not_")
        wanted, unwanted = ({*entry[name].split("|")} - {""} for name in (other, column))
        if other != column and wanted and wanted <= unwanted:
            yield f"{other} and {column} exclude each other: it can never hold"
    phrases = entry["pattern"].split(";")
    if not all(map(str.strip, phrases)):
        yield "an empty pattern"
    for phrase in filter(None, map(str.strip, [*phrases, *entry["not_in"].split(";")])):
        yield from phrase_faults(phrase, classes)


def _refuse_contradictions(entries: pd.DataFrame, folder: Path) -> None:
    """Two rows for the same phrase in the same circumstances that say different things of negation."""
    same = ["feature", "term", *CONDITIONS, "case"]
    told = entries.drop_duplicates([*same, "negation"])
    for _, second in told[told.duplicated(same)].iterrows():
        first = told[(told[same] == second[same]).all(axis=1)].iloc[0]
        raise InputError(
            f"{folder / second['file']}, row {second['row']}: {second['term']!r} contradicts {first['file']}, row "
            f"{first['row']}: negation {first['negation'] or 'empty'!r} there, {second['negation'] or 'empty'!r} here"
        )
