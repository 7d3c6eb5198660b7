"""Articles that are in memory already: a DataFrame, a list or Series of texts, a list of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.read.records import Batch, as_frame, as_text, number_names, split_rows
from analysis.tables import InputError

_TAKEN = "a path, a DataFrame, a list of texts or a list of records"


def is_path(source: Any) -> bool:
    """Whether a source is the name of a file or folder; everything else is in memory."""
    return isinstance(source, str) or hasattr(source, "__fspath__")


def read_given(source: Any, size: int) -> Iterator[Batch]:
    """Batches of articles that are in memory; what is given is not altered.

    Raises
    ------
    InputError
        If it is nothing that holds articles.

    Examples
    --------
    >>> [batch] = read_given(pd.DataFrame({"id": [7.0], "body": ["It may rain."]}), 1000)
    >>> batch.frame.values.tolist()
    [['7', 'It may rain.', 1]]
    """
    if hasattr(source, "to_pandas"):  # as Arrow and Polars give their tables
        source = source.to_pandas()
    if isinstance(source, pd.Series):
        source = source.rename("text").to_frame()
        yield from split_rows(_from_frame(source), "text", size)
    elif isinstance(source, pd.DataFrame):
        yield from split_rows(_from_frame(source), "table", size)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        yield from _from_items(list(source), size)
    else:
        raise InputError(f"articles of type {type(source).__name__} are not read; give {_TAKEN}")


def _from_frame(given: pd.DataFrame) -> pd.DataFrame:
    """A DataFrame as a table of text with the column `line`; a named index is a column too."""
    named = [place for place, name in enumerate(given.index.names) if name is not None and name not in given.columns]
    kept = given.reset_index(level=named) if named else given
    names = [str(name) for name in kept.columns]
    values = [kept.iloc[:, place] for place in range(len(names))]
    if any(isinstance(cell, dict) for column in values if column.dtype == object for cell in column):
        rows = zip(*(column.tolist() for column in values), strict=True)
        return as_frame({line: dict(zip(names, row, strict=True)) for line, row in enumerate(rows, 1)})
    unique = number_names(names)
    table = {name: as_text(column.reset_index(drop=True)) for name, column in zip(unique, values, strict=True)}
    return pd.DataFrame(table, index=range(len(kept))).assign(line=range(1, len(kept) + 1))


def _from_items(items: list[Any], size: int) -> Iterator[Batch]:
    records: dict[int, dict[str, Any]] = {}
    rejected: list[tuple[Any, ...]] = []
    of_texts = not any(isinstance(item, Mapping) for item in items)
    source = "text" if of_texts else "record"
    for line, item in enumerate(items, 1):
        if isinstance(item, Mapping):
            records[line] = {str(name): value for name, value in item.items()}
        elif of_texts and (isinstance(item, str) or as_frame({1: {"text": item}})["text"].isna()[0]):
            records[line] = {"text": item}
        else:
            rejected.append((source, line, None, f"not a text or a record but a {type(item).__name__}"))
    for number, batch in enumerate(split_rows(as_frame(records), source, size)):
        yield batch if number else batch._replace(rejected=rejected)
