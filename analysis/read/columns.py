"""Which column of a table is what: by the names that databases, scrapers and this project give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.tables import InputError, read_table

# The first name that a table has wins.
_NAMES = read_table(Path(__file__).with_name("columns.csv"))
_USUAL = {ours: names.split() for ours, names in _NAMES.itertuples(index=False)}
_TEXTS = set(_USUAL["text"])
# Kept as they are where a table has them: what outlets are compared within, and what an article is about.
EXTRA = ["topic", "genre", "event", "author"]
FILE = {"file", "filename"}
_MOST_NAMED = 30  # columns that an error lists
_LONGEST_NAME = 60  # characters of a name that an error shows
_DEEPEST = 4  # records in records that are looked through for a list of articles


def plain_name(name: str) -> str:
    """A column's name as it is looked for: `webTitle` and `Web title` are one.

    Examples
    --------
    >>> plain_name("webTitle"), plain_name("DocumentURL"), plain_name(" fields.bodyText ")
    ('web_title', 'document_url', 'fields_body_text')
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("\"' \n"))
    return re.sub(r"\W+", "_", parted).strip("_").lower()


def list_names(names: Iterable[str]) -> str:
    """Names of columns for an error, in one line of bounded length."""
    shown = [name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…" for name in names]
    more = f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    return " ".join(", ".join(shown[:_MOST_NAMED]).split()) + more


def map_columns(
    names: list[str], columns: Mapping[str, str], source: str, source_is_address: bool = False
) -> dict[str, str]:
    """From a table's column names to ours; each of ours is given once.

    Parameters
    ----------
    names : list of str
        The table's columns.
    columns : mapping
        What the user says: ours to theirs.
    source : str
        The table, for errors.
    source_is_address : bool
        Whether its column `source` holds addresses, as trafilatura writes it.

    Raises
    ------
    InputError
        If `columns` names what is not there.

    Examples
    --------
    >>> map_columns(["webTitle", "fields.bodyText", "likes"], {}, "a.json")
    {'webTitle': 'headline', 'fields.bodyText': 'text'}
    >>> map_columns(["_score", "_source.title", "_source.text"], {}, "hits.json")
    {'_source.title': 'headline', '_source.text': 'text'}
    """
    if wrong := [name for name in columns if name not in {*_USUAL, *EXTRA}]:
        raise InputError(f"columns: {list_names(wrong)} is not among {', '.join(dict.fromkeys([*_USUAL, *EXTRA]))}")
    if absent := [name for name in columns.values() if names and name not in names]:
        raise InputError(f"{source}: no column {list_names(absent)}; it has {list_names(names)}")
    plain = {plain_name(name): name for name in reversed(names)}
    if source_is_address:
        plain.setdefault("url", plain.pop("source"))
    if _TEXTS.isdisjoint(plain) and "text" not in columns:
        inner = dict(_wrapped(names))
        plain = {plain_name(inner.get(name, name)): name for name in reversed([*inner, *names])}
    mapping = {theirs: ours for ours, theirs in columns.items()}
    for ours, usual in _USUAL.items():
        for theirs in [plain[alias] for alias in usual if alias in plain and ours not in columns][:1]:
            mapping.setdefault(theirs, ours)
    # Beside an outlet, `source` is what this project's own tables call the file that a row came from.
    return {"source": "source", **mapping} if "source" in names and not source_is_address else mapping


def _wrapped(names: list[str]) -> Iterator[tuple[str, str]]:
    """Columns of records that stand whole in an outer one, with the name that they have there."""
    for name in names:
        parts = name.split(".")
        for depth in range(1, len(parts)):
            prefix = ".".join(parts[:depth]) + "."
            inner = [other.removeprefix(prefix) for other in names if other.startswith(prefix)]
            if plain_name(name.removeprefix(prefix)) in _TEXTS and len(inner) > 1:
                yield from ((prefix + other, other) for other in inner)
                return


def list_spares(names: Iterable[str], taken: str) -> list[str]:
    """Columns that hold the text too, in the order in which they are asked where the one that was taken is empty.

    Examples
    --------
    >>> list_spares(["maintext", "text", "raw_text"], "text")
    ['maintext', 'raw_text']
    """
    plain = {plain_name(name): name for name in names}
    return [plain[alias] for alias in _USUAL["text"] if plain.get(alias, taken) != taken]


def are_addresses(frame: pd.DataFrame) -> bool:
    """Whether the column `source` holds addresses, as trafilatura writes it."""
    given = frame["source"].dropna() if "source" in frame else pd.Series(dtype="str")
    return bool(len(given) and given.str.match("https?://").all())


def find_records(whole: Any) -> list[Any]:
    """The articles of a JSON file: a list of them, or what services, search engines and tables wrap round one.

    Parameters
    ----------
    whole : list, dict or other
        The file.

    Returns
    -------
    list
        Of records, as far as they are any.

    Examples
    --------
    >>> find_records({"response": {"results": [{"fields": {"bodyText": "It may rain."}}]}})
    [{'fields': {'bodyText': 'It may rain.'}}]
    >>> find_records({"a": {"text": "Rain."}, "b": {"text": "Sun."}})
    [{'text': 'Rain.'}, {'text': 'Sun.'}]
    >>> find_records({"text": {"0": "Rain."}, "title": {"0": "A"}})
    [{'text': 'Rain.', 'title': 'A'}]
    """
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, dict) or _holds_text(whole, 0):
        return [whole]
    values = list(whole.values())
    if len(values) > 1 and all(isinstance(value, dict) and value for value in values):
        keys = list(values[0])
        if any(plain_name(str(name)) in _TEXTS for name in whole) and all(list(value) == keys for value in values):
            return [{name: column[key] for name, column in whole.items()} for key in keys]
        if all(_holds_text(value, 0) for value in values):
            return values
    lists = list(_lists(whole, _DEEPEST))
    return next((some for some in lists if _holds_text(some[0], _DEEPEST)), None) or next(iter(lists), [whole])


def _holds_text(record: Any, depth: int) -> bool:
    """Whether a record has a text of its own, or one at most so many records deep."""
    if not isinstance(record, dict):
        return False
    own = any(plain_name(str(name)) in _TEXTS and isinstance(value, str) for name, value in record.items())
    return own or (depth > 0 and any(_holds_text(value, depth - 1) for value in record.values()))


def _lists(outer: dict[str, Any], depth: int) -> Iterator[list[Any]]:
    """Lists of records, the outermost first."""
    for value in outer.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield value
    for value in outer.values():
        if isinstance(value, dict) and depth > 0:
            yield from _lists(value, depth - 1)
