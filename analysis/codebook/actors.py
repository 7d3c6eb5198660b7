"""Whose side a speaker is on, by a table of actors."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.tables import DATA, InputError, read_table


def read_actors(path: Path | str = DATA / "actors.csv") -> pd.DataFrame:
    """The actors table: which names and descriptions belong to which side.

    Parameters
    ----------
    path : path
        A table with the columns ``pattern`` (words of a name or description; ``*`` at the end of a word stands for
        any ending; with a capital letter only as typed) and ``side``.

    Raises
    ------
    InputError
        If a column is missing.
    """
    actors = read_table(path)
    for column in ("pattern", "side"):
        if column not in actors:
            raise InputError(f"{path}: an actors table needs the columns pattern and side; {column} is missing")
    return actors


def sides(speakers: pd.Series, actors: pd.DataFrame | None) -> pd.Series:
    """Side of each speaker's name or description: that of the pattern that stands first in it.

    Where several patterns begin there, the longest counts; where none fits, the side is missing.

    Parameters
    ----------
    speakers : Series of str
    actors : DataFrame or None
        From `read_actors`.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> actors = pd.DataFrame({"pattern": ["Russia*", "Moscow"], "side": ["Russia", "Russia"]})
    >>> sides(pd.Series(["the Russian Foreign Ministry", "Wells"]), actors).tolist()
    ['Russia', nan]
    """
    names = pd.Series(speakers.dropna().unique(), dtype="str")
    if actors is None or actors.empty or names.empty:
        return speakers.map({}).astype("str")
    rough, exact, side_of = _actor_patterns(*map(tuple, actors[["pattern", "side"]].to_numpy().tolist()))
    near = pc.match_substring_regex(pa.array(names, pa.large_string()), rough)
    found = ((name, exact.search(name)) for name in names[near.to_numpy(zero_copy_only=False)])
    side = {name: side_of[(match.lastindex or 0) - 1] for name, match in found if match}
    return speakers.map(side).astype("str")


@cache
def _actor_patterns(*actors: tuple[str, str]) -> tuple[str, re.Pattern[str], list[str]]:
    """One expression for Arrow, which leaves the few names that can match, one that tells patterns apart, the sides.

    To Arrow only ASCII letters are letters, so that it may let through too much and never too little.
    """
    rows = sorted(actors, key=lambda row: (len(row[0]), row[0]), reverse=True)
    parts = [
        f"(?{'i' * (p == p.lower())}:" + re.escape(p.strip()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") + ")"
        for p, _ in rows
    ]
    exact = re.compile(rf"(?<!\w)(?:{'|'.join(f'({part})' for part in parts)})(?!\w)")
    return rf"(?:^|\W)(?:{'|'.join(parts)})(?:\W|$)", exact, [side for _, side in rows]
