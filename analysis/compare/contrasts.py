"""How many times as often one outlet does what others do, how sure one can be of it, and what may be made of it.

The logarithm of a ratio of rates has the variance of both (`rates.estimate_sides`), and Welch's (1947) t with it: one
closed form for all sizes, without anything drawn at random. What is shown is drawn towards no difference by as much as
the outlets differ no more than chance has them differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import false_discovery_control

from analysis.compare.correction import check_coded, correct_sides, correction_factors
from analysis.compare.detectable import OF_A_SIDE, detectable_ratios, welch_freedom
from analysis.compare.rates import (
    ENDLESS,
    FARTHEST,
    HALF,
    LEVEL,
    MIN_ARTICLES,
    Sides,
    Sums,
    estimate_sides,
    place_articles,
    ratio_limits,
    ratio_variances,
    student_quantile,
    sum_units,
)
from analysis.tables import CONTRASTS, InputError, round_significant

#: Up to so many outlets all pairs are compared, 15 at most; more are compared with the typical one.
MOST_PAIRED = 6
#: Section and voice of the family of tests that is declared, in these features or those that are given.
DECLARED = {"section": "body", "voice": "newsroom"}
#: p, adjusted in its family, under which a difference counts as found.
ALPHA = 1 - LEVEL
#: Mentions of which chance takes no part that could be seen.
MANY = 1e6
#: A difference of this factor that would have been missed is said to be.
TELLING = 2.0
#: Outlets further from the centre than so many standard deviations pull no harder than at that distance: Huber's (1964)
#: choice, which costs 5 % of precision where nobody is an outlier.
OUTLYING = 1.345
#: Outlets from which their spread can be estimated.
FEWEST_POOLED = 4
#: Standard deviations of outlets' log rates that are averaged over, and the scale of their half-Cauchy prior (Gelman
#: 2006): the middle half of outlets of one language seldom differs by more than a factor of two.
SPREADS, PRIOR_SPREAD = np.linspace(0, 2, 41), 0.5
METHOD = "log ratio, quasi-Poisson HC3, Welch t"
CORRECTED = f"{METHOD}, corrected by coded sentences"
WITHIN = "log ratio within events (Mantel-Haenszel), t over events"


def contrasts(
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "outlet",
    features: Sequence[str] | None = None,
    copies: str = "once",
    events: pd.DataFrame | None = None,
    pairs: bool | None = None,
    coded: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rate ratios: up to six outlets all pairs, more each against the typical outlet; groups; the same within events.

    Parameters
    ----------
    scores, articles : DataFrame
        The tables of those names; articles need no text. With ``outlet_group`` groups are compared too.
    by : str
        Column of `articles` to compare by; by ``outlet_group`` outlets are the units.
    features : sequence of str, optional
        Those whose contrasts in body and newsroom's voice are the declared family; by default all.
    copies : {"once", "all", "drop"}
        See `events.assign_sources`.
    events : DataFrame, optional
        ``article_id``, ``event``, ``duplicate_of``: contrasts within events are added.
    pairs : bool, optional
        All pairs (True) or each against the typical outlet (False), however many there are.
    coded : DataFrame, optional
        Sentences that people coded, drawn from each outlet with known chances (`correction.CODED`): counts are
        corrected by them, and intervals hold the variance of coding too. Outlets that were not coded have no ratio.

    Returns
    -------
    DataFrame
        Columns `tables.CONTRASTS`. ``contrast``: pair, typical, group, within-event. ``outlet_b``: an outlet,
        ``typical`` (Huber's centre of the other outlets' log rates, each counting once and less where it is uncertain),
        or ``others`` (those that tell the same events). ``family``: declared or exploratory; ``p_adjusted`` within each
        (Benjamini and Hochberg 1995). ``shrunken_…`` from four outlets on. ``detectable_ratio``, ``detectable_below``:
        the ratios over and under 1 that would have been found, by adjusted p, in 0.8 of such corpora; missing where
        none would (`detectable`).
        With more than six outlets those with fewer than three articles are left to the table of rates.

    Raises
    ------
    InputError
        With one article, one outlet, no words, or features that the scores do not have.

    Examples
    --------
    >>> names = [f"{outlet}{i}" for outlet in "AB" for i in range(4)]
    >>> articles = pd.DataFrame({"article_id": names, "outlet": [name[0] for name in names]})
    >>> scores = pd.DataFrame({"article_id": names, "section": "body", "feature": "hedge", "voice": "newsroom",
    ...                        "mentions": [9, 8, 7, 10, 1, 2, 3, 2], "words": 500})
    >>> found = contrasts(scores, articles)
    >>> found[["contrast", "outlet_a", "outlet_b", "rate_ratio", "family"]].values.tolist()
    [['pair', 'A', 'B', 4.25, 'declared']]
    >>> bool(found["ci_low"][0] > 1)
    True
    """
    features = _check_features(scores, features)
    placed = place_articles(articles, by, copies, events)
    sums, side = _sum_named(scores, placed), None
    if coded is not None:
        check_coded(coded)
        side = placed[placed["counted"]].set_index("article_id")["side"]
    tables = [contrast_sides(sums, "group" if by == "outlet_group" else "", pairs, coded, side)]
    if tables[0].empty:
        raise InputError(f"one {by.replace('_', ' ')} only: add articles of another, or a column that tells them apart")
    if by == "outlet" and "outlet_group" in articles and articles["outlet_group"].notna().any():
        grouped = place_articles(articles, "outlet_group", copies, events)
        tables.append(contrast_sides(_sum_named(scores, grouped), "group"))
    if by == "outlet" and events is not None:
        tables.append(_contrast_within(scores, placed, events, tables[0]))
    table = pd.concat(tables, ignore_index=True)
    clustered = table["contrast"].isin(["group", "within-event"])
    table["unclustered"] = np.where(clustered, "", placed.attrs["unclustered"])
    declared = table["feature"].isin(features) & table["contrast"].isin(
        ["pair", "typical", "group"][: 2 + (by != "outlet")]
    )
    for column, value in DECLARED.items():
        declared &= table[column] == value
    return finish(table.assign(family=np.where(declared, "declared", "exploratory")))


def _check_features(scores: pd.DataFrame, features: Sequence[str] | None) -> Sequence[str]:
    there = sorted(scores["feature"].unique())
    if features is not None and (unknown := sorted({*features} - {*there})):
        raise InputError(f"no scores of the feature {unknown[0]!r}; there are {', '.join(there)}")
    return there if features is None else features


def _sum_named(scores: pd.DataFrame, placed: pd.DataFrame) -> Sums:
    """Sums of the sides that have a name."""
    return sum_units(scores, placed[placed["side"].notna()])


def contrast_sides(
    sums: Sums,
    kind: str = "",
    pairs: bool | None = None,
    coded: pd.DataFrame | None = None,
    side: pd.Series | None = None,
) -> pd.DataFrame:
    """Contrast all sides of which there are sums, before families: a row a contrast and cell.

    Parameters
    ----------
    sums : Sums
        What each unit holds.
    kind : str
        What the contrasts are called; by default ``pair`` or ``typical``.
    pairs, coded : optional
        As of `contrasts`.
    side : Series, optional
        With `coded`: the side of each article that counts, by ``article_id``.
    """
    names, sides = estimate_sides(sums)
    if coded is not None and side is not None:
        sides = correct_sides(sides, correction_factors(coded, side, names, sums.cells))
    chosen = np.arange(len(names))
    many = np.flatnonzero(sides.articles.max(axis=1) >= MIN_ARTICLES)
    if len(chosen) > MOST_PAIRED and len(many) > 1:
        chosen = many
    if pairs is None:
        pairs = len(chosen) <= MOST_PAIRED
    if len(chosen) < 2:
        return pd.DataFrame()
    known = sides.units >= MIN_ARTICLES
    if pairs:
        first, second = np.array(list(combinations(chosen, 2))).T
        b, named = sides.at(second), names[second].to_numpy()
    else:
        first, second = chosen, None
        b, named = typical_side(sides, known).at(chosen), "typical"
    labels = {
        "contrast": kind or ("pair" if pairs else "typical"),
        "outlet_a": names[first].to_numpy(),
        "outlet_b": named,
    }
    table = pd.DataFrame(labels).merge(sums.cells, how="cross")
    estimates = compare_sides(sides.at(first), b) | shrink(sides, known, first, second, b)
    method = METHOD if coded is None else CORRECTED
    return table.assign(**{name: part.ravel() for name, part in estimates.items()}, method=method)


def typical_side(sides: Sides, known: np.ndarray) -> Sides:
    """What stands against each side: a robust centre of the log rates of the others, each counting once.

    Huber's (1964) estimate of location, weighted by one over the variance of each log rate plus that between outlets:
    where outlets differ each counts alike, where they do not the uncertain ones count less. Nobody is compared with
    himself, and one outlier moves the centre of the others by little.

    Parameters
    ----------
    sides : Sides
        Arrays (sides, cells).
    known : ndarray of bool
        Which of them have an interval: only these make the centre.

    Returns
    -------
    Sides
        For each side the centre of the others; `units` are these.
    """
    value, variance = np.where(known, sides.log_rate, np.nan), np.where(known, sides.variance, np.inf)
    with np.errstate(all="ignore"):
        middle = _median(value)
        # The median of squared deviations is 0.455 of their variance in a normal distribution, outliers or not.
        between = np.nan_to_num(np.maximum(_median((value - middle) ** 2 / 0.4549 - sides.variance), 0))
        weight = 1 / (variance + between)
        for _ in range(20):
            pull = np.nan_to_num(weight * np.minimum(1, OUTLYING / np.abs(value - middle) / np.sqrt(weight)))
            middle = (pull * np.nan_to_num(value)).sum(axis=0) / pull.sum(axis=0)
        total = pull.sum(axis=0) - pull
        centre = ((pull * np.nan_to_num(value)).sum(axis=0) - pull * np.nan_to_num(value)) / total
    articles, mentions = (part.sum(axis=0) - part for part in (sides.articles, sides.mentions))
    others = known.sum(axis=0) - known
    rate = np.where(mentions > 0, np.exp(centre), 0)
    freedom = np.maximum(others - 1.0, 1)
    # Two outlets have no centre that one of them could not be.
    units = np.where(others >= MIN_ARTICLES, others, 0).astype(float)
    words, variance = np.full_like(centre, ENDLESS), 1 / total
    counted = words * np.exp(centre)
    return Sides(articles, units, words, mentions, rate, counted, centre, variance, variance, variance, freedom)


def _median(values: np.ndarray) -> np.ndarray:
    """The median of each cell over the sides that are known; missing where none is."""
    ranked = np.sort(values, axis=0)  # missing ones last
    number = np.isfinite(values).sum(axis=0)
    ends = (np.maximum(number - 1, 0) // 2, np.maximum(number, 1) // 2)
    return np.mean([np.take_along_axis(ranked, end[None], axis=0)[0] for end in ends], axis=0)


def compare_sides(a: Sides, b: Sides) -> dict[str, np.ndarray]:
    """Ratio of rates a to b, its interval and p, and what `finish` needs besides."""
    known = (np.minimum(a.units, b.units) >= MIN_ARTICLES) & (a.mentions + b.mentions > 0)
    with np.errstate(all="ignore"):
        difference, variances = a.log_rate - b.log_rate, ratio_variances(a, b)
        freedom = welch_freedom(*variances, a.freedom, b.freedom)
        error = np.sqrt(np.add(*variances))
        p = 2 * special.stdtr(freedom, -np.abs(difference) / error)
        low, high = ratio_limits(a, b, student_quantile(freedom))
        ratio = np.where(a.mentions + b.mentions > 0, a.rate / b.rate, np.nan)
    low, high = np.where(low < 1 / FARTHEST, 0, low), np.where(high > FARTHEST, np.inf, high)
    return {
        "articles_a": a.articles, "articles_b": b.articles, "rate_ratio": ratio,
        **{name: np.where(known, part, np.nan) for name, part in (("ci_low", low), ("ci_high", high), ("p", p))},
        "mentions_a": a.mentions, "mentions_b": b.mentions, "units": np.minimum(a.units, b.units),
        "log_ratio": difference, "error": error, "freedom": freedom,
        **{f"{name}_{side}": getattr(part, name) for name in OF_A_SIDE for side, part in (("a", a), ("b", b))},
    }  # fmt: skip


def shrink(
    sides: Sides, known: np.ndarray, first: np.ndarray, second: np.ndarray | None, b: Sides
) -> dict[str, np.ndarray]:
    """Ratios drawn towards 1 by as much as chance may explain of the outlets' differences, with their interval.

    Log rates of the outlets are taken for draws from one normal distribution, whose standard deviation is averaged over
    by its likelihood (a normal hierarchical model: Efron and Morris 1975; Gelman 2006). Where the
    variance beyond Poisson's is uncertain it is widened as Student's t would.

    Parameters
    ----------
    sides, known
        As of `typical_side`.
    first, second : ndarray of int
        Sides of each contrast; no `second` where the other side is `b`, the typical one.
    b : Sides
        The other side of each contrast.

    Returns
    -------
    dict
        ``shrunken_ratio``, ``shrunken_low``, ``shrunken_high``; missing with fewer than four outlets.
    """
    normal = special.ndtri((1 + LEVEL) / 2)
    variance = sides.variance + sides.excess * ((student_quantile(sides.freedom) / normal) ** 2 - 1)
    value, number = np.where(known, sides.log_rate, 0), known.sum(axis=0)
    centres, logs = [], []
    for spread in SPREADS:
        weight = np.where(known, 1 / (variance + spread**2), 0)
        total = np.maximum(weight.sum(axis=0), 1e-12)
        centre = (weight * value).sum(axis=0) / total
        fit = np.where(known, np.log(np.where(known, weight, 1)) - weight * (value - centre) ** 2, 0).sum(axis=0)
        logs.append((fit - np.log(total)) / 2 - np.log1p((spread / PRIOR_SPREAD) ** 2))
        centres.append((centre, 1 / total))
    share = special.softmax(np.array(logs), axis=0)
    mean, square = np.zeros((2, len(first), known.shape[1]))
    for spread, (centre, error), chance in zip(SPREADS, centres, share, strict=True):
        kept = spread**2 / (variance + spread**2)
        mine, within = kept[first], kept[first] * variance[first]
        if second is None:
            # Each belongs to the outlets whose centre it is drawn towards, and counts there for one of them.
            part = mine * (sides.log_rate[first] - b.log_rate) * (number - 1) / np.maximum(number, 1)
            more = within + mine**2 * b.variance
        else:
            part = mine * (sides.log_rate[first] - centre) - kept[second] * (sides.log_rate[second] - centre)
            more = within + kept[second] * variance[second] + (mine - kept[second]) ** 2 * error
        mean += chance * part
        square += chance * (more + part**2)
    half = normal * np.sqrt(np.maximum(square - mean**2, 0))
    shown = known[first] & (number >= FEWEST_POOLED) & (b.units >= MIN_ARTICLES)
    values = (np.exp(np.where(shown, part, np.nan)) for part in (mean, mean - half, mean + half))
    return dict(zip(("shrunken_ratio", "shrunken_low", "shrunken_high"), values, strict=True))


def _contrast_within(
    scores: pd.DataFrame, placed: pd.DataFrame, events: pd.DataFrame, like: pd.DataFrame
) -> pd.DataFrame:
    """The contrasts of `like` on the events that both sides tell: against the other outlet, or all others there.

    Mantel and Haenszel's (1959; rates: Rothman 1986) ratio, with the event as the unit: its variance comes from the
    differences between events, whatever articles of one event share.
    """
    told = placed.assign(unit=placed["article_id"].map(events.set_index("article_id")["event"]))
    told = told[told["counted"] & told["side"].notna() & told["unit"].notna()]
    told = told[told.groupby("unit")["side"].transform("nunique") > 1]
    if told.empty:
        return pd.DataFrame()
    sums = sum_units(scores, told)
    event = pd.factorize(sums.rows["unit"])[0]
    parts = np.stack([sums.mentions, sums.words, sums.articles])
    every = np.zeros((3, event.max() + 1, len(sums.cells)))
    for total, part in zip(every, parts, strict=True):
        np.add.at(total, event, part)
    rows, found = sums.rows.groupby("side").indices, []
    for name, other in like[["outlet_a", "outlet_b"]].drop_duplicates().itertuples(index=False):
        mine, theirs = (rows.get(side, np.zeros(0, dtype=int)) for side in (name, other))
        if other == "typical":
            a, b = parts[:, mine], every[:, event[mine]] - parts[:, mine]
        else:
            _, one, two = np.intersect1d(event[mine], event[theirs], return_indices=True)
            a, b = parts[:, mine[one]], parts[:, theirs[two]]
        found.append(sums.cells.assign(outlet_a=name, outlet_b=other, **_stratify(a, b)))
    table = pd.concat(found, ignore_index=True).assign(contrast="within-event", method=WITHIN)
    return table.assign(outlet_b=table["outlet_b"].replace("typical", "others"))


def _stratify(mine: np.ndarray, theirs: np.ndarray) -> dict[str, np.ndarray]:
    """Mantel and Haenszel's ratio of (mentions, words, articles) by event; columns as of `compare_sides`."""
    both = (mine[1] > 0) & (theirs[1] > 0)
    mine, theirs = np.where(both, mine, 0), np.where(both, theirs, 0)
    words = np.where(both, mine[1] + theirs[1], 1)
    ours, others, weight = mine[0] * theirs[1] / words, theirs[0] * mine[1] / words, mine[1] * theirs[1] / words
    with np.errstate(all="ignore"):
        a, b = ours.sum(axis=0), others.sum(axis=0)
        # Half a mention is added to each side in the currency of the weights.
        scale = weight.sum(axis=0) * (1 / mine[1].sum(axis=0) + 1 / theirs[1].sum(axis=0)) / 2
        more = np.nan_to_num(HALF * scale)
        leverage = weight / weight.sum(axis=0)
        residual = (ours / (a + more) - others / (b + more)) / np.where(leverage < 1, 1 - leverage, np.inf)
        difference = np.log((a + more) / (b + more))
        residual = residual - leverage * residual.sum(axis=0)
        poisson = 1 / (mine[0].sum(axis=0) + HALF) + 1 / (theirs[0].sum(axis=0) + HALF)
        variance = np.maximum((residual**2).sum(axis=0), poisson)
        freedom = np.maximum(weight.sum(axis=0) ** 2 / (weight**2).sum(axis=0) - 1, 1)
        units = both.sum(axis=0)
        known = (units >= MIN_ARTICLES) & (a + b > 0)
        error = np.where(known, np.sqrt(variance), np.nan)
        half = student_quantile(freedom) * error
        low, high = np.exp(difference - half), np.exp(difference + half)
        low = np.where(known & ((a == 0) | (low < 1 / FARTHEST)), 0, low)
        high = np.where(known & ((b == 0) | (high > FARTHEST)), np.inf, high)
        p = 2 * special.stdtr(freedom, -np.abs(difference) / error)
        ratio = a / np.where(a + b > 0, b, np.nan)
    return {
        "articles_a": mine[2].sum(axis=0), "articles_b": theirs[2].sum(axis=0),
        "rate_ratio": ratio, "ci_low": low, "ci_high": high, "p": p,
        "mentions_a": mine[0].sum(axis=0), "mentions_b": theirs[0].sum(axis=0), "units": units.astype(float),
        # To `detectable_ratios` sides of so many mentions that all variance is between events.
        **dict.fromkeys(("words_a", "words_b"), 1.0), **dict.fromkeys(("counted_a", "counted_b"), MANY),
        "expected_a": variance, "expected_b": 0.0, "freedom_a": freedom, "freedom_b": 1.0,
    }  # fmt: skip


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


def finish(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust p within families, and say what could have been found and why something is missing."""
    table["p_adjusted"] = table.groupby("family")["p"].transform(lambda p: adjust_p(p.to_numpy()))
    tests = table.groupby("family")["p"].transform("count")
    found = (table["p_adjusted"] < ALPHA).groupby(table["family"]).transform("sum")
    # What is found lowers the bar for the next; an outlet that differs does so in each of its pairs.
    paired = table["contrast"] == "pair"
    outlets = len({*table.loc[paired, "outlet_a"], *table.loc[paired, "outlet_b"]})
    rank = found + np.where(paired, max(outlets - 1, 1), 1)
    below, above = detectable_ratios(table, ALPHA * rank.clip(upper=tests) / tests.clip(lower=1))
    table["detectable_ratio"], table["detectable_below"] = (part.where(table["p"].notna()) for part in (above, below))
    table["status"] = _say_status(table)
    table[["articles_a", "articles_b"]] = table[["articles_a", "articles_b"]].astype(np.int64)
    table["corrected"] = (table["method"] == CORRECTED) & table["p"].notna()
    return round_significant(table.reindex(columns=CONTRASTS))


def _say_status(table: pd.DataFrame) -> list[str]:
    """Why there is no interval, or only one limit; what would have been missed; and what was not known of units."""
    unit = table["contrast"].map({"group": "outlets", "within-event": "shared events"}).fillna("weeks or events")
    above, below = table["detectable_ratio"], table["detectable_below"]
    tested = table["p"].notna()
    missed = pd.Series([_say_missed(*ends) for ends in zip(below, above, strict=True)], table.index)
    few = f"fewer than {MIN_ARTICLES} "
    none = pd.Series("", table.index)
    reasons = {
        "no mention on either side": table["mentions_a"] + table["mentions_b"] == 0,
        few + "articles on a side: no interval": table[["articles_a", "articles_b"]].min(axis=1) < MIN_ARTICLES,
        "not enough coded sentences of a side": (table["method"] == CORRECTED) & (table["units"] == 0),
        "few units": table["units"] < MIN_ARTICLES,
        "nothing could be found: too few articles or mentions for so many tests": tested & above.isna() & below.isna(),
        "missed": (table["p_adjusted"] >= ALPHA) & ~(above <= TELLING),
    }
    why = pd.Series(np.select([when.to_numpy() for when in reasons.values()], list(reasons), ""), table.index)
    why = why.mask(why == "few units", few + unit + " on a side: no interval").mask(why == "missed", missed)
    silent = table["outlet_a"].where(table["mentions_a"] == 0, table["outlet_b"].where(table["mentions_b"] == 0))
    single = (silent + " has none: a ratio with one limit").where(tested & silent.notna(), none)
    rows = zip(why, single, table["unclustered"], strict=True)
    return ["; ".join(filter(None, parts)) for parts in rows]


def _say_missed(below: float, above: float) -> str:
    """Between which ratios one would have been missed, or on which side of the one that there is."""
    ends = f"between {below:.2g} and {above:.3g}" if below > 0 and above > 0 else f"under {above:.3g}"
    return f"too little to tell: a ratio {ends if above > 0 else f'over {below:.2g}'} would be missed"
