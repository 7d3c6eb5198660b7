"""Whose side a speaker is on, by a table of actors."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.tables import InputError, read_table

#: Speakers that are no name, and on no side: pronouns, and people at large.
_NOBODY = frozenset(
    "i you he she it we they who which that this these those one some many others people everyone anyone".split()
)


def read_actors(source: pd.DataFrame | Path | str) -> pd.DataFrame:
    """The actors table: which names and descriptions belong to which side.

    Parameters
    ----------
    source : path or DataFrame
        A table with the columns ``pattern`` (words of a name or description; ``*`` at the end of a word stands for
        any ending; with a capital letter only as typed) and ``side``. Rows without a side are left out, so that a
        template of `frequent_actors` may be filled in by and by.

    Raises
    ------
    InputError
        If a column is missing, or no row says a side.
    """
    actors = source if isinstance(source, pd.DataFrame) else read_table(source)
    name = "actors" if isinstance(source, pd.DataFrame) else source
    for column in ("pattern", "side"):
        if column not in actors:
            raise InputError(f"{name}: an actors table needs the columns pattern and side; {column} is missing")
    told = actors[["pattern", "side"]].astype("str").apply(lambda column: column.str.strip().replace("", None)).dropna()
    if told.empty:
        raise InputError(f"{name}: no row of it has both a pattern and a side; fill in the side of each actor")
    return told.reset_index(drop=True)


def frequent_actors(quotations: pd.DataFrame, top: int = 50) -> pd.DataFrame:
    """The most quoted persons, as an actors table to fill in.

    Parameters
    ----------
    quotations : DataFrame
        From `find_quotations` or `score`.
    top : int
        How many at most.

    Returns
    -------
    DataFrame
        ``pattern`` (the name), ``side`` (empty: yours to say), ``attributions`` and ``articles`` (how many),
        most quoted first.

    Examples
    --------
    >>> from analysis.codebook.quotations import find_quotations
    >>> texts = ["Wells said it rained. Wells added that it snowed.", "Moscow said it did not."]
    >>> found = find_quotations(pd.DataFrame({"article_id": ["a", "b"], "text": texts}))
    >>> frequent_actors(found)[["pattern", "attributions", "articles"]].values.tolist()
    [['Wells', 2, 1], ['Moscow', 1, 1]]
    """
    if top < 1:
        raise InputError(f"top is {top}: ask for one actor or more")
    named = quotations[quotations["person"].notna()].drop_duplicates("attribution_id")
    pattern = named["person"].str.replace(r"^(?:the|a|an|his|her|its|their)\s+", "", case=False, regex=True)
    named = named.assign(pattern=pattern.str.strip("* "))
    named = named[~named["pattern"].str.casefold().isin(_NOBODY) & named["pattern"].str.contains(r"\w")]
    counts = named.groupby("pattern", as_index=False).agg(
        attributions=("attribution_id", "size"), articles=("article_id", "nunique")
    )
    order = counts.sort_values(["attributions", "articles", "pattern"], ascending=[False, False, True]).head(top)
    return order.assign(side="")[["pattern", "side", "attributions", "articles"]].reset_index(drop=True)


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
