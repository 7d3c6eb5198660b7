"""Linear models over small integers: every choice of the engine is one of these, and their weights can be read as
words.

What a model knows of a place in a text is a *column*: an integer code a row, with a name for each code. A *template*
is one column, or several crossed. The weights (log-odds) of each template's values stand in weights.csv.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

Columns = dict[str, tuple[np.ndarray, tuple[str, ...]]]
#: A row of weights.csv: model, template (columns joined by &), value (of each, joined likewise), weight.
Weight = tuple[str, str, str, float]

WEIGHTS = Path(__file__).with_name("weights.csv")
#: Rows that are weighed at once: few enough that all their columns stay in the processor's cache.
_BLOCK = 1 << 14


def crossed(columns: Columns, template: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Codes of a template's columns taken together, and how many there can be.

    Examples
    --------
    >>> columns = {"a": (np.array([0, 1]), ("x", "y")), "b": (np.array([2, 1]), ("p", "q", "r"))}
    >>> codes, size = crossed(columns, ("a", "b"))
    >>> codes.tolist(), size
    ([2, 4], 6)
    """
    codes, names = columns[template[0]]
    size = len(names)
    for name in template[1:]:
        more, names = columns[name]
        size *= len(names)
        narrow = np.dtype("uint16" if size <= 1 << 16 else "uint32")  # half the time that whole words take
        codes = codes.astype(narrow) * len(names) + more.astype(narrow)
    return codes, size


class Linear(NamedTuple):
    """Models over the same columns: a table of weights (models x codes) for each template."""

    bias: np.ndarray
    templates: tuple[tuple[str, ...], ...]
    tables: tuple[np.ndarray, ...]


class Models:
    """All linear models of one table of weights, each laid out once over the codes of its columns.

    Examples
    --------
    >>> models = Models([("m", "bias", "", -1.0), ("m", "a", "y", 2.0)])
    >>> models.odds(("m",), {"a": (np.array([0, 1]), ("x", "y"))}).tolist()
    [[-1.0], [1.0]]
    """

    def __init__(self, weights: list[Weight]) -> None:
        self._rows: dict[str, dict[str, list[tuple[str, float]]]] = {}
        self._laid_out: dict[tuple[str, ...], Linear] = {}
        for model, template, value, weight in weights:
            self._rows.setdefault(model, {}).setdefault(template, []).append((value, weight))

    def odds(self, names: tuple[str, ...], columns: Columns) -> np.ndarray:
        """Log-odds (rows x models) that the models named give to each row of `columns`."""
        if names not in self._laid_out:
            self._laid_out[names] = self._lay_out(names, columns)
        linear = self._laid_out[names]
        rows = len(next(iter(columns.values()))[0])
        total = np.repeat(linear.bias[:, None], rows, axis=1)
        for begin in range(0, rows, _BLOCK):
            part = total[:, begin : begin + _BLOCK]
            block = {name: (codes[begin : begin + _BLOCK], values) for name, (codes, values) in columns.items()}
            for template, table in zip(linear.templates, linear.tables, strict=True):
                place = crossed(block, template)[0].astype(np.intp)
                for sums, weights in zip(part, table, strict=True):
                    sums += weights.take(place, mode="wrap")  # all are in range, which this mode does not check
        return total.T

    def _lay_out(self, names: tuple[str, ...], columns: Columns) -> Linear:
        rows = [self._rows[name] for name in names]
        templates = [key for key in dict.fromkeys(key for row in rows for key in row) if key != "bias"]
        tables = [np.stack([_weights_by_code(row.get(key, []), key, columns) for row in rows]) for key in templates]
        bias = np.array([row["bias"][0][1] for row in rows], dtype=np.float32)
        return Linear(bias, tuple(tuple(key.split("&")) for key in templates), tuple(tables))


def _weights_by_code(weights: list[tuple[str, float]], template: str, columns: Columns) -> np.ndarray:
    """The weights of one template by crossed code; values that the columns do not know are passed over."""
    names = [columns[name][1] for name in template.split("&")]
    codes = [{value: code for code, value in enumerate(values)} for values in names]
    table = np.zeros([len(values) for values in names], dtype=np.float32)
    for value, weight in weights:
        parts = value.split("&")
        if all(part in known for part, known in zip(parts, codes, strict=True)):
            table[tuple(known[part] for part, known in zip(parts, codes, strict=True))] = weight
    return table.ravel()


def read_models(path: Path = WEIGHTS) -> Models:
    """The models of a table of weights."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return Models([(model, template, value, float(weight)) for model, template, value, weight in rows])
