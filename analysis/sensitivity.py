"""What a contrast hangs on: one lexicon entry, one article, one voice, the copies?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from .comparison import (
    COPIES,
    LEVEL,
    UNQUOTED,
    Counts,
    Moments,
    moment_table,
    prepare_counts,
    select_rows,
    split_moments,
)
from .contrasts import contrast_units
from .ratios import DRAWS, ESTIMATES, Found, pair_sides, rate_ratios
from .tables import InputError, round_significant

#: p under which a difference counts as found.
ALPHA = 1 - LEVEL


def sensitivity(
    mentions: pd.DataFrame,
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    feature: str,
    outlet: str,
    against: str = "rest",
    voice: str = "newsroom",
    section: str = "body",
    copies: str = "once",
    events: pd.DataFrame | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """The same contrast with each lexicon entry and each article left out, in each voice, and with copies or without.

    Parameters
    ----------
    mentions, scores, articles : DataFrame
        As `score_articles` gives them.
    feature, outlet, against, voice, section : str
        The contrast; `against` is another outlet or ``rest``.
    copies, events, draws, seed
        As of `contrast_outlets`.

    Returns
    -------
    DataFrame
        ``change`` (none, entry left out, article left out, voice, copies), ``what`` (which), ``rate_ratio``,
        ``ci_low``, ``ci_high``, ``p``, and ``verdict``: whether p = 0.05 is crossed (``appears``, ``vanishes``), the
        ratio crosses 1 (``turns``), or neither (``stays``). Where an article is left out, relabelling keeps the
        critical value of the whole.

    Raises
    ------
    InputError
        Where the scores do not have the feature, or the articles not the outlets.

    Examples
    --------
    >>> names = [f"{outlet}{i}" for outlet in "AB" for i in range(4)]
    >>> articles = pd.DataFrame({"article_id": names, "outlet": [name[0] for name in names]})
    >>> scores = pd.DataFrame({"article_id": names, "section": "body", "feature": "hedge", "voice": "newsroom",
    ...                        "mentions": [3, 3, 3, 3, 1, 1, 1, 1], "words": 500})
    >>> mentions = pd.DataFrame({"article_id": [*(names[:4] * 3), *names[4:]], "section": "body", "feature": "hedge",
    ...                          "term": ["may"] * 8 + ["perhaps"] * 8, "voice": "newsroom", "negated": False})
    >>> found = sensitivity(mentions, scores, articles, "hedge", "A", "B")
    >>> found.loc[found["change"] == "entry left out", ["what", "rate_ratio"]].values.tolist()
    [['may', 1.0], ['perhaps', inf]]
    """
    wanted = scores[(scores["feature"] == feature) & (scores["section"] == section)]
    if not len(wanted):
        raise InputError(f"no scores of feature {feature!r} in section {section!r}")

    label = ("rest" if against == "rest" else "pair", outlet, against)

    def contrast(counts: Counts) -> Found:
        return contrast_units(counts, [label], draws, seed)[0]

    def count(choice: str) -> Counts:
        every = prepare_counts(wanted, articles, "outlet", choice, events, "voice")
        return select_rows(every, (every.rows["counted"] & every.rows["source"].notna()).to_numpy())

    counts = count(copies)
    source = counts.rows["source"].to_numpy()
    a, b = (
        np.flatnonzero(source == outlet),
        np.flatnonzero(source != outlet if against == "rest" else source == against),
    )
    for rows, name in ((a, outlet), (b, against)):
        if not len(rows):
            raise InputError(f"no article of {name!r} to compare")
    voices = counts.cells["voice"].tolist()
    if voice not in voices:
        raise InputError(f"no scores of voice {voice!r}; there are {', '.join(voices)}")
    at = voices.index(voice)
    found = contrast(counts)
    estimates = rate_ratios(found)
    parts = [_rows("none", [voice], estimates.iloc[[at]]), _rows("voice", voices, estimates)]
    one = counts._replace(mentions=counts.mentions[:, [at]], column=counts.column[[at]])
    parts.append(_rows("entry left out", *_leave_entries(mentions, one, feature, section, voice, contrast)))
    parts.append(_rows("article left out", *_leave_articles(one, a, b, found.critical[at])))
    for choice in COPIES:
        parts.append(_rows("copies", [choice], rate_ratios(contrast(count(choice))).iloc[[at]]))
    table = pd.concat(parts, ignore_index=True)
    whole = table.iloc[0]
    table["verdict"] = np.select(
        [
            table["p"].isna(),
            (table["rate_ratio"] - 1) * (whole["rate_ratio"] - 1) < 0,
            (table["p"] < ALPHA) & ~(whole["p"] < ALPHA),
            (table["p"] >= ALPHA) & (whole["p"] < ALPHA),
        ],
        ["cannot tell", "turns", "appears", "vanishes"],
        "stays",
    )
    return round_significant(table)


def _rows(change: str, what: list[str], estimates: pd.DataFrame) -> pd.DataFrame:
    table = estimates[ESTIMATES[:-1]].reset_index(drop=True)
    table.insert(0, "change", change)
    table.insert(1, "what", what)
    return table


def _leave_entries(
    mentions: pd.DataFrame,
    counts: Counts,
    feature: str,
    section: str,
    voice: str,
    contrast: Callable[[Counts], Found],
) -> tuple[list[str], pd.DataFrame]:
    """The contrast without each lexicon entry that occurs: a cell per entry, all contrasted at once."""
    voices = {"all": ["newsroom", "quoted", "reported"], "unquoted": list(UNQUOTED)}.get(voice, [voice])
    sections = ["body", "subheading"] if section == "body" else [section]
    row = pd.Index(counts.rows["article_id"]).get_indexer(mentions["article_id"])
    kept = (mentions["feature"] == feature) & mentions["section"].isin(sections) & mentions["voice"].isin(voices)
    kept &= ~mentions["negated"].astype(bool) & (row >= 0)
    term, terms = pd.factorize(mentions.loc[kept, "term"], sort=True)
    without = np.repeat(counts.mentions, len(terms), axis=1)
    np.subtract.at(without, (row[kept], term), 1)
    column = np.repeat(counts.column, len(terms))
    return list(terms), rate_ratios(contrast(counts._replace(mentions=without, column=column)))


def _leave_articles(counts: Counts, a: np.ndarray, b: np.ndarray, critical: float) -> tuple[list[str], pd.DataFrame]:
    """The contrast without each article of either side, with the critical value of the whole."""
    table, rows = moment_table(counts), np.concatenate([a, b])
    here = np.arange(len(rows))[:, None]
    lost_a, lost_b = (np.where(part, table[rows], 0) for part in (here < len(a), here >= len(a)))
    sums = [table[side].sum(axis=0) - lost for side, lost in ((a, lost_a), (b, lost_b))]
    sides = pair_sides(*(Moments(*(p[:, 0] for p in split_moments(s, counts.column))) for s in sums))
    same, units = np.full(len(rows), critical), np.minimum(sides.a.articles, sides.b.articles)
    estimates = rate_ratios(Found(sides, same, np.full(len(rows), len(rows) - 3.0), same * 0, units, same > 0))
    return counts.rows["article_id"].iloc[rows].tolist(), estimates
