"""What a contrast hangs on: one lexicon entry, one article, one voice, the copies?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.compare.contrasts import contrast_units, count_sources, list_rows
from analysis.compare.rates import COPIES, LEVEL, UNQUOTED, Counts, moment_table, split_moments
from analysis.compare.ratios import DRAWS, ESTIMATES, Found, pair_sides, rate_ratios
from analysis.tables import InputError, round_significant

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

    def contrast(counts: Counts) -> Found:
        return contrast_units(counts, [("rest" if against == "rest" else "pair", outlet, against)], draws, seed)[0]

    counts = count_sources(wanted, articles, copies, events)
    a, b = (list_rows(counts)[name] for name in (outlet, against))
    if against == "rest":
        b = np.delete(np.arange(len(counts.rows)), a)
    for rows, name in ((a, outlet), (b, against)):
        if not len(rows):
            raise InputError(f"no article of {name!r} to compare")
    voices = counts.cells["voice"].tolist()
    if voice not in voices:
        raise InputError(f"no scores of voice {voice!r}; there are {', '.join(voices)}")
    at = voices.index(voice)
    # A cell for each voice, and after these one for each entry, without its mentions.
    entries = _count_entries(mentions, counts, feature, section, voice)
    cells = np.hstack([counts.mentions, counts.mentions[:, [at]] - entries])
    columns = np.append(counts.column, np.repeat(counts.column[at], entries.shape[1]))
    found = contrast(counts._replace(mentions=cells, column=columns))
    estimates = rate_ratios(found)
    one = counts._replace(mentions=counts.mentions[:, [at]], column=counts.column[[at]])
    copied = [rate_ratios(contrast(count_sources(wanted, articles, choice, events))).iloc[[at]] for choice in COPIES]
    parts = {
        "none": estimates.iloc[[at]].set_axis([voice]),
        "voice": estimates[: len(voices)].set_axis(voices),
        "entry left out": estimates[len(voices) :].set_axis(entries.columns),
        "article left out": _leave_articles(one, a, b, found.critical[at]),
        "copies": pd.concat(copied).set_axis(COPIES),
    }
    table = pd.concat(parts, names=["change", "what"])[ESTIMATES[:-1]].reset_index()
    whole = table.iloc[0]
    turned = (table["rate_ratio"] - 1) * (whole["rate_ratio"] - 1) < 0
    appears, vanishes = (table["p"] < ALPHA) & ~(whole["p"] < ALPHA), (table["p"] >= ALPHA) & (whole["p"] < ALPHA)
    verdicts = ["cannot tell", "turns", "appears", "vanishes"]
    table["verdict"] = np.select([table["p"].isna(), turned, appears, vanishes], verdicts, "stays")
    return round_significant(table)


def _count_entries(mentions: pd.DataFrame, counts: Counts, feature: str, section: str, voice: str) -> pd.DataFrame:
    """Mentions by article and lexicon entry, as the scores of that section and voice count them."""
    voices = {"all": ["newsroom", "quoted", "reported"], "unquoted": list(UNQUOTED)}.get(voice, [voice])
    sections = ["body", "subheading"] if section == "body" else [section]
    kept = (mentions["feature"] == feature) & mentions["section"].isin(sections) & mentions["voice"].isin(voices)
    kept &= ~mentions["negated"].astype(bool) & mentions["article_id"].isin(counts.rows["article_id"])
    entries = pd.crosstab(mentions["article_id"][kept], mentions["term"][kept])
    return entries.reindex(counts.rows["article_id"], fill_value=0)


def _leave_articles(counts: Counts, a: np.ndarray, b: np.ndarray, critical: float) -> pd.DataFrame:
    """The contrast without each article of either side, with the critical value of the whole."""
    table, rows = moment_table(counts), np.concatenate([a, b])
    mine = (np.arange(len(rows)) < len(a))[:, None]
    left = [table[side].sum(axis=0) - np.where(lost, table[rows], 0) for side, lost in ((a, mine), (b, ~mine))]
    sides = pair_sides(*(split_moments(sums, counts.column).at(np.s_[:, 0]) for sums in left))
    same, freedom = np.full(len(rows), critical), np.full(len(rows), len(rows) - 3.0)
    estimates = rate_ratios(Found(sides, same, freedom, 0 * same, same > 0))
    return estimates.set_axis(counts.rows["article_id"].iloc[rows])
