"""How many times as often one outlet does what others do: every contrast of a corpus, and what may be made of it."""

from __future__ import annotations

from itertools import combinations
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from .comparison import (
    FEW_ARTICLES,
    FEW_MENTIONS,
    LEVEL,
    MIN_ARTICLES,
    MIN_CLUSTERS,
    Counts,
    Moments,
    group_sources,
    indicator,
    merge_rows,
    moment_table,
    prepare_counts,
    select_rows,
    split_moments,
    tells_many_events,
)
from .ratios import (
    DRAWS,
    Found,
    contrast_sides,
    fit_trend,
    rate_ratios,
    stratified_ratios,
    stratify_sides,
    widen_by_clusters,
)
from .tables import CONTRASTS, InputError, round_significant

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


def adjust_p(p: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's (1995) adjusted p; missing ones stay out of the family.

    Examples
    --------
    >>> adjust_p(np.array([0.01, 0.02, np.nan, 0.9])).round(3).tolist()
    [0.03, 0.03, nan, 0.9]
    """
    order = np.argsort(p, kind="stable")  # missing ones last
    known = int(np.isfinite(p).sum())
    steps = p[order[:known]] * known / np.arange(1, known + 1)
    adjusted = np.full(len(p), np.nan)
    adjusted[order[:known]] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
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
    counts = prepare_counts(scores, articles, "outlet", copies, events, per)
    counts = select_rows(counts, (counts.rows["counted"] & counts.rows["source"].notna()).to_numpy())
    names = sorted(counts.rows["source"].unique())
    if len(counts.rows) < 2:
        raise InputError("one article only: nothing to compare it with")
    if len(names) < 2:
        raise InputError(f"one outlet only ({names[0]}): add articles of another, or a column that names the outlets")
    labels = [("rest", name, "rest") for name in names]
    if pairs or (pairs is None and len(names) <= MAX_PAIRED):
        labels += [("pair", a, b) for a, b in combinations(names, 2)]
    found = [_tabulate_tests(counts.cells, contrast_units(counts, labels, draws, seed), labels)]
    for column in dict.fromkeys([*(["event"] if "event" in counts.rows else []), *within]):
        if column not in counts.rows:
            raise InputError(f"articles have no column {column!r} to compare within")
        found += _contrast_within(counts, labels, column)
    if "outlet_group" in articles:
        found += _contrast_groups(counts, draws, seed)
    found += _list_trends(counts, names)
    return _finish(pd.concat(found, ignore_index=True))


def contrast_units(
    counts: Counts, labels: list[tuple[str, str, str]], draws: int = DRAWS, seed: int = 0
) -> list[Found]:
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
    clustered = tells_many_events(counts.rows)
    units = merge_rows(counts, ["source", "event"]) if clustered else counts
    source, table, column = units.rows["source"].to_numpy(), moment_table(units), units.column
    event = units.rows.groupby("event", sort=False).ngroup().to_numpy() if clustered else np.zeros(0, dtype=int)
    totals = merge_rows(units, ["event"]) if clustered else units
    base = np.vstack([table, moment_table(totals)]) if clustered else table
    week = counts.rows["date"].sub(counts.rows["date"].min()).dt.days.floordiv(7).fillna(-1).to_numpy(int)
    weeks, writer = int(week.max(initial=-1)) + 1, counts.rows["source"].to_numpy()
    both = np.hstack([counts.mentions, counts.words])
    every = indicator(week, weeks) @ both
    found = []
    for kind, first, second in labels:
        a, b, extra = np.flatnonzero(source == first), np.flatnonzero(source == second), None
        if kind == "rest" and clustered:  # events without this outlet, and what others wrote on the events with it
            parts = [getattr(totals, n)[event[a]] - getattr(units, n)[a] for n in ("mentions", "words", "articles")]
            left = parts[2].any(axis=1)
            y, w, n = (part[left] for part in parts)
            extra = moment_table(Counts(y, w, n, column, units.cells, units.rows))
            b = len(table) + np.setdiff1d(np.arange(len(totals.rows)), event[a])
        elif kind == "rest":
            b = np.flatnonzero(source != first)
        by_a, by_b = (indicator(week[writer == name], weeks) @ both[writer == name] for name in (first, second))
        by_b = every - by_a if kind == "rest" else by_b
        tested = contrast_sides(base, column, a, b, extra, draws, seed)
        found.append(widen_by_clusters(tested, by_a, by_b, column) if weeks >= MIN_CLUSTERS else tested)
    return found


def _contrast_groups(counts: Counts, draws: int, seed: int) -> list[pd.DataFrame]:
    """Pairs of groups of outlets, each outlet a unit; a copy belongs to the group of its origin, which may be none."""
    grouped = counts._replace(rows=counts.rows.assign(group=group_sources(counts.rows)))
    units = merge_rows(grouped, ["source", "group"])
    group, table = units.rows["group"], moment_table(units)
    labels = [("group", a, b) for a, b in combinations(sorted(group.dropna().unique()), 2)]
    rows = {name: np.flatnonzero(group == name) for name in group.dropna().unique()}
    tested = [contrast_sides(table, units.column, rows[a], rows[b], None, draws, seed) for _, a, b in labels]
    return [_tabulate_tests(counts.cells, tested, labels)] if tested else []


def _tabulate_tests(cells: pd.DataFrame, tested: list[Found], labels: list[tuple[str, str, str]]) -> pd.DataFrame:
    """One row per contrast and cell, intervals found for all at once."""
    one = join_bundles(tested)
    table = _label(cells, labels)
    table["articles_a"], table["articles_b"] = one.sides.a.articles, one.sides.b.articles
    table = pd.concat([table, rate_ratios(one)], axis=1)
    table["method"] = np.where(one.permuted, "quasi-Poisson, articles relabelled", "quasi-Poisson, t")
    table["units"], table["mentions"] = one.units, one.sides.a.mentions + one.sides.b.mentions
    return table


def _contrast_within(counts: Counts, contrasts: list[tuple[str, str, str]], column: str) -> list[pd.DataFrame]:
    """Every outlet against the rest, and pairs, within the values of a column; articles without one stay out."""
    counts = select_rows(counts, counts.rows[column].notna().to_numpy())
    value, values = pd.factorize(counts.rows[column], sort=True)
    table, column_of = moment_table(counts), counts.column
    totals = split_moments(indicator(value, len(values)) @ table, column_of)
    source, parts = counts.rows["source"].to_numpy(), {}
    for name in {name for kind, a, b in contrasts for name in ((a,) if kind == "rest" else (a, b))}:
        mine = source == name
        there, code = np.unique(value[mine], return_inverse=True)
        parts[name] = there, split_moments(indicator(code, len(there)) @ table[mine], column_of)
    found, labels = [], []
    for kind, a, b in contrasts:
        there, mine = parts[a]
        if kind == "rest":
            theirs = Moments(*(part[there] for part in totals)).minus(mine)
        else:
            _, left, right = np.intersect1d(there, parts[b][0], return_indices=True)
            mine, theirs = (Moments(*(part[i] for part in m)) for m, i in ((mine, left), (parts[b][1], right)))
        found.append(stratify_sides(mine, theirs, len(values) >= MIN_CLUSTERS))
        labels.append((f"within-{column}", a, b))
    one = join_bundles(found)
    rows = pd.concat([_label(counts.cells, labels), stratified_ratios(one)], axis=1)
    rows["articles_a"], rows["articles_b"] = one.a.articles, one.b.articles
    rows["method"] = f"Mantel-Haenszel within {column}, t"
    rows["units"], rows["mentions"] = one.units, one.a.mentions + one.b.mentions
    return [rows]


def _list_trends(counts: Counts, names: list[str]) -> list[pd.DataFrame]:
    """Change over time in each outlet; articles without a date stay out."""
    counts = select_rows(counts, counts.rows["date"].notna().to_numpy())
    published = counts.rows["date"]
    span = published.max() - published.min()
    if not span > pd.Timedelta(0):
        return []
    time, source = ((published - published.min()) / span).to_numpy(float), counts.rows["source"].to_numpy()
    tables = []
    for name in names:
        mine = select_rows(counts, source == name)
        table = pd.concat([_label(counts.cells, [("trend", name, "")]), fit_trend(mine, time[source == name])], axis=1)
        table["articles_a"] = mine.articles.sum(axis=0)[counts.column]
        table["mentions"] = mine.mentions.sum(axis=0)
        tables.append(table)
    found = pd.concat(tables, ignore_index=True)
    found["articles_b"], found["outlet_b"], found["units"] = 0, None, found["articles_a"]
    found["method"] = f"log-linear quasi-Poisson, {published.max():%Y-%m-%d} over {published.min():%Y-%m-%d}"
    return [found]


def _label(cells: pd.DataFrame, labels: list[tuple[str, str, str]]) -> pd.DataFrame:
    """The cells once for each contrast, with its name and sides."""
    table = pd.concat([cells] * len(labels), ignore_index=True)
    for i, column in enumerate(("contrast", "outlet_a", "outlet_b")):
        table[column] = np.repeat([label[i] for label in labels], len(cells))
    return table


def join_bundles(bundles: list[Bundle]) -> Bundle:
    """One bundle of arrays out of many, end to end."""
    first = bundles[0]
    columns = zip(*bundles, strict=True)
    parts = (join_bundles(list(c)) if isinstance(c[0], tuple) else np.concatenate(c, axis=-1) for c in columns)
    return type(first)(*parts)


def _finish(table: pd.DataFrame) -> pd.DataFrame:
    """Families, adjusted p and statuses."""
    one_sided = table["contrast"] == "trend"
    fewest = table["articles_a"].where(one_sided, table[["articles_a", "articles_b"]].min(axis=1))
    thin, bound = fewest < MIN_ARTICLES, table["units"] < MIN_ARTICLES
    side = table["side"].isna() if "side" in table else True
    declared = (table["contrast"] == "rest") & (table["voice"] == "newsroom") & (table["section"] == "body") & side
    declared &= table["feature"].isin(CORE_FEATURES)
    table["family"] = np.where(declared, "declared", "exploratory")
    table["p_adjusted"] = table.groupby("family")["p"].transform(lambda p: adjust_p(p.to_numpy()))
    table["detectable_ratio"] = table["detectable_ratio"].where(table["p_adjusted"] >= 1 - LEVEL)
    little = table["detectable_ratio"] > TELLING_RATIO
    needed = table["detectable_ratio"].map("too little to tell: a ratio under {:.3g} would be missed".format)
    status = pd.Series("", index=table.index).mask(little, needed)
    status = status.mask(table["p"].isna(), f"fewer than {FEW_MENTIONS} mentions on a side: no interval")
    status = status.mask(bound, f"fewer than {MIN_ARTICLES} independent units on a side: no interval")
    status = status.mask(thin, f"fewer than {MIN_ARTICLES} articles on a side: no interval")
    status = status.mask(one_sided & table["p"].isna(), f"fewer than {FEW_ARTICLES} dated articles or 5 mentions")
    table["status"] = status.mask(table["mentions"] == 0, "no mention on either side")
    table[["articles_a", "articles_b"]] = table[["articles_a", "articles_b"]].astype(np.int64)
    return round_significant(table.reindex(columns=CONTRASTS))
