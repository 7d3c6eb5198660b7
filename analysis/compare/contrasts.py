"""How many times as often one outlet does what others do: every contrast of a corpus, and what may be made of it."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from analysis.compare.rates import (
    FEW_ARTICLES,
    FEW_MENTIONS,
    LEVEL,
    MIN_ARTICLES,
    Counts,
    Moments,
    has_many,
    indicator,
    merge_rows,
    moment_table,
    prepare_counts,
    select_rows,
    split_moments,
)
from analysis.compare.ratios import (
    DRAWS,
    Found,
    contrast_sides,
    fit_trend,
    rate_ratios,
    stratified_ratios,
    widen_by_clusters,
)
from analysis.tables import CONTRASTS, InputError, round_significant

#: The features of the codebook. The family of tests declared before testing: these, in the newsroom's voice, in the
#: body, each outlet against the rest. All else is exploratory and adjusted apart.
CORE_FEATURES = (
    "hedge hearsay no_evidence claim accusation denial discredit booster factive attribution vague_source"
).split()  # fmt: skip
#: With more outlets than this, pairs are compared on request only.
MAX_PAIRED = 10
#: A comparison that would miss a difference of this factor is said to tell too little.
TELLING_RATIO = 2.0

Bundle = TypeVar("Bundle", bound=tuple[Any, ...])
Label = tuple[str, str, str | None]


def adjust_p(p: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's (1995) adjusted p; missing ones stay out of the family.

    Examples
    --------
    >>> adjust_p(np.array([0.01, 0.02, np.nan, 0.9])).round(3).tolist()
    [0.03, 0.03, nan, 0.9]
    """
    known = np.isfinite(p)
    adjusted = np.full(len(p), np.nan)
    adjusted[known] = false_discovery_control(p[known])
    return adjusted


def contrast_outlets(
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    copies: str = "once",
    events: pd.DataFrame | None = None,
    per: str = "voice",
    pairs: bool | None = None,
    within: tuple[str, ...] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Rate ratios of every outlet against the rest, of pairs, within events, of groups of outlets, and over time.

    Parameters
    ----------
    scores, articles : DataFrame
        As `score_articles` gives them. ``outlet_group`` and ``published`` are used where they are.
    copies : {"once", "all", "drop"}
        See `assign_sources`.
    events : DataFrame, optional
        ``article_id``, ``event``, ``duplicate_of``: articles of one side on one event become one unit, since they share
        what happened, and contrasts within events are added. A column ``event`` of `articles` does as well.
    per : {"voice", "section"}
        Words that mentions are held against.
    pairs : bool, optional
        Whether to compare all pairs; by default up to 10 outlets.
    within : tuple of str
        Columns of `articles` (topic, genre, month, …) within whose values to compare, too.
    draws, seed : int
        Relabellings of articles, and what fixes them.

    Returns
    -------
    DataFrame
        Columns `tables.CONTRASTS`. ``contrast``: rest, pair, within-event, within-COLUMN, group (unit: the outlet),
        trend (``rate_ratio``: last date of the corpus over its first). ``family``: declared (core features, newsroom,
        body, rest) or exploratory; ``p_adjusted`` within each. ``detectable_ratio`` where nothing was found.
        ``status`` says why there is no interval, or that there is too little to tell.

    Raises
    ------
    InputError
        With one article, one outlet, or no words.

    Examples
    --------
    >>> names = [f"{outlet}{i}" for outlet in "AB" for i in range(4)]
    >>> articles = pd.DataFrame({"article_id": names, "outlet": [name[0] for name in names]})
    >>> scores = pd.DataFrame({"article_id": names, "section": "body", "feature": "hedge", "voice": "newsroom",
    ...                        "mentions": [9, 8, 7, 10, 1, 2, 3, 2], "words": 500})
    >>> found = contrast_outlets(scores, articles)
    >>> found[["contrast", "outlet_a", "outlet_b", "rate_ratio", "family"]].values.tolist()
    [['rest', 'A', 'rest', 4.25, 'declared'], ['rest', 'B', 'rest', 0.235294, 'declared'],
     ['pair', 'A', 'B', 4.25, 'exploratory']]
    >>> bool(found["ci_low"][0] > 1)
    True
    """
    counts = count_sources(scores, articles, copies, events, per)
    names = sorted(counts.rows["source"].unique())
    if len(counts.rows) < 2:
        raise InputError("one article only: nothing to compare it with")
    if len(names) < 2:
        raise InputError(f"one outlet only ({names[0]}): add articles of another, or a column that names the outlets")
    labels: list[Label] = [("rest", name, "rest") for name in names]
    if pairs or (pairs is None and len(names) <= MAX_PAIRED):
        labels += [("pair", a, b) for a, b in combinations(names, 2)]
    found = [_test_labels(counts, labels, draws, seed)]
    for column in dict.fromkeys([*(["event"] if "event" in counts.rows else []), *within]):
        if column not in counts.rows:
            raise InputError(f"articles have no column {column!r} to compare within")
        found.append(_contrast_within(counts, labels, column))
    if "outlet_group" in articles:
        found.append(_contrast_groups(counts, draws, seed))
    found.append(_list_trends(counts, names))
    return _finish(pd.concat(found, ignore_index=True))


def count_sources(
    scores: pd.DataFrame, articles: pd.DataFrame, copies: str, events: pd.DataFrame | None, per: str = "voice"
) -> Counts:
    """Matrices of the articles that count for an outlet, whose name is `rows["source"]`."""
    counts = prepare_counts(scores, articles, "outlet", copies, events, per)
    return select_rows(counts, (counts.rows["counted"] & counts.rows["source"].notna()).to_numpy())


def list_rows(counts: Counts) -> defaultdict[Any, Any]:
    """Places of the rows of each source; none of a name that is no source."""
    return defaultdict(lambda: np.zeros(0, dtype=int), counts.rows.groupby("source").indices)


def contrast_units(counts: Counts, labels: list[Label], draws: int = DRAWS, seed: int = 0) -> list[Found]:
    """Contrast sources with each other and with the rest; units are articles, or those of a side on one event.

    Parameters
    ----------
    counts : Counts
        Articles, with `source` and `date`, and `event` where known.
    labels : list of tuple
        Kind (``rest``: b is all but a), a and b of each contrast.

    Returns
    -------
    list of Found
    """
    clustered, column = has_many(counts.rows, "event"), counts.column
    units = merge_rows(counts, ["source", "event"]) if clustered else counts
    rows, written, base = list_rows(units), list_rows(counts), moment_table(units)
    if clustered:
        totals, event = merge_rows(units, ["event"]), units.rows.groupby("event", sort=False).ngroup().to_numpy()
        base = np.vstack([base, moment_table(totals)])
    week = counts.rows["date"].sub(counts.rows["date"].min()).dt.days.floordiv(7).fillna(-1).to_numpy(int)
    weeks, both = int(week.max(initial=-1)) + 1, np.hstack([counts.mentions, counts.words])
    every = indicator(week, weeks) @ both
    found = []
    for kind, first, second in labels:
        a, b, extra = rows[first], rows[second], None
        by_a, by_b = (indicator(week[written[name]], weeks) @ both[written[name]] for name in (first, second))
        if kind == "rest":
            b, by_b = np.delete(np.arange(len(units.rows)), a), every - by_a
        if kind == "rest" and clustered:  # events without this outlet, and what others wrote on the events with it
            parts = [whole[event[a]] - own[a] for whole, own in zip(totals[:3], units[:3], strict=True)]
            mentions, words, articles = (part[parts[2].any(axis=1)] for part in parts)
            extra = moment_table(units._replace(mentions=mentions, words=words, articles=articles))
            b = len(units.rows) + np.delete(np.arange(len(totals.rows)), event[a])
        found.append(widen_by_clusters(contrast_sides(base, column, a, b, extra, draws, seed), by_a, by_b, column))
    return found


def _test_labels(counts: Counts, labels: list[Label], draws: int, seed: int) -> pd.DataFrame:
    """One row per contrast and cell, intervals found for all at once."""
    one = join_bundles(contrast_units(counts, labels, draws, seed))
    method = np.where(one.permuted, "quasi-Poisson, articles relabelled", "quasi-Poisson, t")
    return _label(counts.cells, labels, rate_ratios(one)).assign(method=method)


def _contrast_groups(counts: Counts, draws: int, seed: int) -> pd.DataFrame:
    """Pairs of groups of outlets, each outlet a unit; a copy belongs to the group of its origin, which may be none."""
    outlets = merge_rows(counts, ["source", "source_group"])
    group = outlets.rows["source_group"]
    labels: list[Label] = [("group", a, b) for a, b in combinations(sorted(group.dropna().unique()), 2)]
    rows = pd.DataFrame({"source": group, "date": pd.to_datetime(np.full(len(group), np.nan))})
    return _test_labels(outlets._replace(rows=rows), labels, draws, seed) if labels else pd.DataFrame()


def _contrast_within(counts: Counts, labels: list[Label], column: str) -> pd.DataFrame:
    """Every outlet against the rest, and pairs, within the values of a column; articles without one stay out."""
    counts = select_rows(counts, counts.rows[column].notna().to_numpy())
    value, values = pd.factorize(counts.rows[column], sort=True)
    table, rows, found = moment_table(counts), list_rows(counts), []
    clustered = has_many(counts.rows, column)
    totals = split_moments(indicator(value, len(values)) @ table, counts.column)

    def sum_strata(name: str | None, strata: np.ndarray) -> Moments:
        sums = indicator(pd.Index(strata).get_indexer(value[rows[name]]), len(strata))
        return split_moments(sums @ table[rows[name]], counts.column)

    for kind, a, b in labels:
        strata = np.unique(value[rows[a]])
        if kind != "rest":
            strata = np.intersect1d(strata, value[rows[b]])
        mine = sum_strata(a, strata)
        theirs = totals.at(strata).minus(mine) if kind == "rest" else sum_strata(b, strata)
        found.append(stratified_ratios(mine, theirs, clustered))
    estimates = _label(counts.cells, [(f"within-{column}", a, b) for _, a, b in labels], pd.concat(found))
    return estimates.assign(method=f"Mantel-Haenszel within {column}, t")


def _list_trends(counts: Counts, names: list[str]) -> pd.DataFrame:
    """Change over time in each outlet; articles without a date stay out."""
    counts = select_rows(counts, counts.rows["date"].notna().to_numpy())
    published, rows = counts.rows["date"], list_rows(counts)
    first, last = published.min(), published.max()
    if not last > first:
        return pd.DataFrame()
    time = ((published - first) / (last - first)).to_numpy(float)
    found = [fit_trend(select_rows(counts, rows[name]), time[rows[name]]) for name in names]
    table = _label(counts.cells, [("trend", name, None) for name in names], pd.concat(found))
    return table.assign(method=f"log-linear quasi-Poisson, {last:%Y-%m-%d} over {first:%Y-%m-%d}")


def _label(cells: pd.DataFrame, labels: list[Label], estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates of all cells of each contrast in turn, with its name and sides."""
    table = pd.DataFrame(labels, columns=["contrast", "outlet_a", "outlet_b"]).merge(cells, how="cross")
    return pd.concat([table, estimates.reset_index(drop=True)], axis=1)


def join_bundles(bundles: list[Bundle]) -> Bundle:
    """One bundle of arrays out of many, end to end."""
    columns = zip(*bundles, strict=True)
    parts = (join_bundles(list(c)) if isinstance(c[0], tuple) else np.concatenate(c, axis=-1) for c in columns)
    return type(bundles[0])(*parts)


def _finish(table: pd.DataFrame) -> pd.DataFrame:
    """Families, adjusted p and statuses."""
    one_sided = table["contrast"] == "trend"
    fewest = table["articles_a"].where(one_sided, table[["articles_a", "articles_b"]].min(axis=1))
    side = table["side"].isna() if "side" in table else True
    declared = (table["contrast"] == "rest") & (table["voice"] == "newsroom") & (table["section"] == "body") & side
    declared &= table["feature"].isin(CORE_FEATURES)
    table["family"] = np.where(declared, "declared", "exploratory")
    table["p_adjusted"] = table.groupby("family")["p"].transform(lambda p: adjust_p(p.to_numpy()))
    table["detectable_ratio"] = table["detectable_ratio"].where(table["p_adjusted"] >= 1 - LEVEL)
    needed = table["detectable_ratio"].map("too little to tell: a ratio under {:.3g} would be missed".format)
    reasons = {
        "no mention on either side": table["mentions"] == 0,
        f"fewer than {FEW_ARTICLES} dated articles or 5 mentions": one_sided & table["p"].isna(),
        f"fewer than {MIN_ARTICLES} articles on a side: no interval": fewest < MIN_ARTICLES,
        f"fewer than {MIN_ARTICLES} independent units on a side: no interval": table["units"] < MIN_ARTICLES,
        f"fewer than {FEW_MENTIONS} mentions on a side: no interval": table["p"].isna(),
    }
    too_little = needed.where(table["detectable_ratio"] > TELLING_RATIO, "")
    table["status"] = np.select(list(reasons.values()), list(reasons), too_little)
    table[["articles_a", "articles_b"]] = table[["articles_a", "articles_b"]].astype(np.int64)
    return round_significant(table.reindex(columns=CONTRASTS))
