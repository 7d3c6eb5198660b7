"""Ratios of rates between two sides, within strata, and over time: estimates and tests that hold their level."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from .comparison import (
    FEW_ARTICLES,
    FEW_MENTIONS,
    LEVEL,
    MIN_ARTICLES,
    MIN_CLUSTERS,
    Counts,
    Matrix,
    Moments,
    Z,
    effective_size,
    split_moments,
    student_quantile,
    unexplained,
)

#: Relabellings of articles behind a critical value; 999 leave it uncertain by 0.7 points of false alarms.
DRAWS = 999
#: From this many articles on the smaller side t is used: permuted critical values of 60 + 60 articles of US news were
#: 0 to 5 % above it.
LARGE = 100
#: Permutation is safe against unequal dispersion only where sides are of like size (Romano 1990): where they differ by
#: more than this factor the critical value is never under Welch's. At 3 + 100 coverage was 0.85 without, 0.95 with it.
LIKE_SIZE = 2.0
#: The same for words: between 5 + 5 articles of 300 and of 1,500 words rare markers made 11 % false alarms without it.
LIKE_WORDS = 4.0
#: Mentions' worth of both sides' common dispersion that each side's own is mixed with.
PRIOR_MENTIONS = 5.0
#: How much the dispersion may grow with the rate that is tested. Simulated coverage of 3:300 to 60:600 articles with
#: unlike dispersion: at least 0.87 with 1, 0.92 with 1.5, 0.94 with 2 and with 4, which costs half the power of rare
#: features.
GROWTH = 2.0
#: Normal quantile of the power that `detectable_ratio` has.
POWER_QUANTILE = 0.841621
#: Contrasts whose ratio is beyond this in either direction are not bounded on that side.
FARTHEST = 16.0
#: What `rate_ratios`, `stratified_ratios` and `fit_trend` find.
ESTIMATES = ["rate_ratio", "ci_low", "ci_high", "p", "detectable_ratio"]


class Sides(NamedTuple):
    """Two sides of a contrast: what they sum to and the dispersion (variance over mean) of each."""

    a: Moments
    b: Moments
    spread_a: np.ndarray
    spread_b: np.ndarray


class Found(NamedTuple):
    """Contrasts before intervals: one row each of what `rate_ratios` needs."""

    sides: Sides
    critical: np.ndarray  #: |z| that 5 % of equal sides would exceed
    freedom: np.ndarray
    least_p: np.ndarray  #: what relabelling could give at the least
    units: np.ndarray  #: independent units with words on the smaller side
    permuted: np.ndarray  #: whether `critical` comes from relabelling


def pair_sides(a: Moments, b: Moments) -> Sides:
    """Put two sides together with dispersions that are not under Poisson's nor left to a handful of mentions."""
    squares_a, squares_b = unexplained(a), unexplained(b)
    total = a.mentions + b.mentions
    pool = (squares_a + squares_b) / np.where(total > 0, total, 1)
    spread_a, spread_b = (
        np.maximum(1, (squares + PRIOR_MENTIONS * pool) / (side.mentions + PRIOR_MENTIONS))
        for squares, side in ((squares_a, a), (squares_b, b))
    )
    return Sides(a, b, spread_a, spread_b)


def signed_root(sides: Sides, ratio: np.ndarray | float = 1.0) -> np.ndarray:
    """Signed root of the quasi-likelihood ratio of `ratio` (a over b): G2 over the dispersion, not over 1.

    Given all mentions, those of a are a share π = ratio·w_a / (ratio·w_a + w_b) of them; twice the log-likelihood
    ratio of that binomial is the G2 of keyness, and here it is divided by φ = (1-π)·φ_a + π·φ_b, the variance of the
    score over its Poisson variance. A side that shows less than `ratio` expects has its φ - 1 raised in proportion,
    as a negative binomial count would, up to `GROWTH`.
    """
    from scipy import special

    a, b = sides.a.mentions, sides.b.mentions
    total = a + b
    with np.errstate(all="ignore"):
        share = np.nan_to_num(ratio * sides.a.words / (ratio * sides.a.words + sides.b.words))
        expected = total * share, total * (1 - share)
        twice = special.xlogy(a, a / expected[0]) + special.xlogy(b, b / expected[1])
        deviance = np.nan_to_num(np.maximum(2 * twice, 0), posinf=0)
        spreads = [
            1 + (spread - 1) * np.clip(np.nan_to_num(e / seen, nan=1, posinf=GROWTH), 1, GROWTH)
            for spread, e, seen in zip(sides[2:], expected, (a, b), strict=True)
        ]
    root: np.ndarray = np.sign(a - expected[0]) * np.sqrt(deviance / ((1 - share) * spreads[0] + share * spreads[1]))
    return root


def contrast_sides(
    table: np.ndarray,
    column: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    extra: np.ndarray | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Found:
    """Contrast two sets of rows of a `moment_table` in all cells at once.

    The critical value of `signed_root` comes from relabelling articles, which is exact where both sides are alike, and
    from Welch's t where the smaller side has `LARGE` articles or more. Where sides differ in size more than
    `LIKE_SIZE`, or in words more than `LIKE_WORDS`, it is the larger of both.

    Parameters
    ----------
    table : ndarray
        Rows are articles, or other independent units.
    column : ndarray
        The column of words of each cell.
    a, b : ndarray of int
        Rows of each side.
    extra : ndarray, optional
        Further rows of side b that stand in no table (what is left of an event without side a).
    draws, seed : int
        Relabellings, and what fixes them.

    Returns
    -------
    Found
        Arrays over the cells.
    """
    from scipy import sparse

    height = len(table)
    if extra is not None:
        b = np.concatenate([b, height + np.arange(len(extra))])
    small, large = (b, a) if len(b) < len(a) else (a, b)
    pool, size, random = np.concatenate([small, large]), len(small), np.random.default_rng(seed)
    permuted = MIN_ARTICLES <= size < LARGE
    chosen = [random.choice(len(pool), size, replace=False, shuffle=False) for _ in range(draws if permuted else 0)]
    index = pool[np.concatenate([np.arange(size), *chosen, np.arange(len(pool))])]
    start = np.append(np.arange(len(chosen) + 2) * size, len(index))
    width = height + (0 if extra is None else len(extra))
    choice: Matrix = sparse.csr_array((np.ones(len(index)), index, start), shape=(len(start) - 1, width))
    if size * 8 > width:  # dense products are faster for all but thin choices
        choice = choice.toarray()
    sums = choice[:, :height] @ table
    if extra is not None:
        sums += choice[:, height:] @ extra
    first, all_rows = split_moments(sums[:-1], column), split_moments(sums[-1:], column)
    second = all_rows.minus(first)
    words = slice(3 * len(column), 3 * len(column) + (table.shape[1] - 3 * len(column)) // 3)
    left = 0 if extra is None else (extra[:, words] > 0).sum(axis=0)
    units = [(table[rows[rows < height], words] > 0).sum(axis=0) for rows in (a, b)]
    fewest = np.minimum(units[0], units[1] + left)[column]
    return _settle(first, second, small is b, size, len(pool), fewest)


def _settle(first: Moments, second: Moments, swapped: bool, size: int, number: int, units: np.ndarray) -> Found:
    """The observed sides (row 0) and critical values from the relabelled ones (the other rows)."""
    from scipy import special

    roots = np.abs(signed_root(pair_sides(first, second)))
    one, two = (Moments(*(part[0] for part in side)) for side in (first, second))
    sizes = [np.maximum(effective_size(side) - 1, 1) for side in (one, two)]
    with np.errstate(all="ignore"):
        weights = 1 / one.words, 1 / two.words
        welch = (weights[0] + weights[1]) ** 2 / (weights[0] ** 2 / sizes[0] + weights[1] ** 2 / sizes[1])
    welch = np.nan_to_num(welch, nan=1, posinf=1)
    critical, freedom, least, permuted = student_quantile(welch), welch, np.zeros_like(welch), len(roots) > 1
    if permuted:
        with np.errstate(all="ignore"):
            sizes_apart = np.maximum(sizes[0] / sizes[1], sizes[1] / sizes[0])
            words_apart = np.maximum(one.words / two.words, two.words / one.words)
        unlike = (sizes_apart > LIKE_SIZE) | (words_apart > LIKE_WORDS)
        freedom = np.where(unlike, welch, sizes[0] + sizes[1])
        relabelled = exceeded_by_few(roots[1:])
        critical = np.where(unlike, np.maximum(relabelled, critical), relabelled)
        ways = special.gammaln([number + 1, size + 1, number - size + 1]) @ [1, -1, -1]
        least = np.full_like(critical, np.exp(-ways) * (2 if 2 * size == number else 1))
    sides = pair_sides(two, one) if swapped else pair_sides(one, two)
    return Found(sides, critical, freedom, least, units, np.full(critical.shape, permuted))


def widen_by_clusters(found: Found, by_a: np.ndarray, by_b: np.ndarray, column: np.ndarray) -> Found:
    """Raise critical values where the articles of one week (or other cluster) go together, on either side or both.

    The variance of the score is estimated from clusters, whose two sides may cancel, and from articles; where clusters
    give more, the critical value grows by the square root of the quotient and by the t of their number. Halves of one
    outlet split by week were false alarms in up to 8.6 % of trials without this.

    Parameters
    ----------
    found : Found
    by_a, by_b : ndarray
        (clusters, cells + columns of words): mentions and words of each cluster on each side.
    column : ndarray
        The column of words of each cell.
    """
    a, b, width = found.sides.a, found.sides.b, len(column)
    with np.errstate(all="ignore"):
        share = a.words / (a.words + b.words)
        words = [side[:, width:][:, column] for side in (by_a, by_b)]
        rest_a = by_a[:, :width] - a.mentions / a.words * words[0]
        rest_b = by_b[:, :width] - b.mentions / b.words * words[1]
        together = (((1 - share) * rest_a - share * rest_b) ** 2).sum(axis=0)
        weight = (1 - share) ** 2 * words[0] + share**2 * words[1]
        number = weight.sum(axis=0) ** 2 / (weight**2).sum(axis=0)
        alone = (1 - share) ** 2 * unexplained(a) + share**2 * unexplained(b)
        grown = np.nan_to_num(together / (1 - 1 / number) / alone, posinf=1)
    few = student_quantile(np.nan_to_num(number) - 1) / student_quantile(found.freedom)
    factor = np.where((grown > 1) & (number >= MIN_CLUSTERS), np.sqrt(grown) * np.maximum(few, 1), 1)
    return found._replace(critical=found.critical * factor)


def exceeded_by_few(roots: np.ndarray) -> np.ndarray:
    """Value per column that no more than 5 % of relabellings exceed, set between two values that occur.

    Counts tie: a value that occurs often is either exceeded or not as a whole, so the critical value stands half-way
    to the next larger one (a third above the largest where none is larger).
    """
    rank = max(int((1 - LEVEL) * (len(roots) + 1)), 1)
    edge = -np.partition(-roots, rank - 1, axis=0)[rank - 1]
    above = np.where(roots > edge + 1e-9, roots, np.inf).min(axis=0)
    critical: np.ndarray = (edge + np.where(np.isfinite(above), above, 4 / 3 * edge + 0.1)) / 2
    return critical


def search_ratio(root: Callable[[np.ndarray], np.ndarray], target: np.ndarray) -> np.ndarray:
    """Ratio at which the falling function `root` reaches `target`, by halving its logarithm's range 50 times."""
    low, high = np.full_like(target, -FARTHEST), np.full_like(target, FARTHEST)
    for _ in range(50):
        middle = (low + high) / 2
        above = root(np.exp(middle)) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.exp((low + high) / 2)


def bound_ratios(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits at the end of the range that was searched say that there is none."""
    edge = np.exp(FARTHEST - 0.01)
    return np.where(low < 1 / edge, 0, low), np.where(high > edge, np.inf, high)


def rate_ratios(tested: Found) -> pd.DataFrame:
    """Ratio, 95 % interval, p and the ratio that would have been detected, from what was tested.

    The interval is made of all ratios that `signed_root` with the same critical value does not reject. Where a side
    has fewer than five mentions it also covers the exact binomial interval (Clopper and Pearson 1934) of the effective
    counts, as far as that does not take back what p says of 1. p comes from t, scaled so that p = 0.05 at the critical
    value.

    Returns
    -------
    DataFrame
        ``rate_ratio``, ``ci_low``, ``ci_high``, ``p``, ``detectable_ratio`` (of 80 % power at p < 0.05).
    """
    from scipy import special

    sides, critical = tested.sides, tested.critical
    (a, b), (w_a, w_b) = (sides.a.mentions, sides.b.mentions), (sides.a.words, sides.b.words)
    with np.errstate(all="ignore"):
        ratio = np.where(a + b > 0, a / w_a / (b / w_b), np.nan)
        low = search_ratio(lambda at: signed_root(sides, at), critical)
        high = search_ratio(lambda at: signed_root(sides, at), -critical)
        share = w_a / (w_a + w_b)
        spread = (1 - share) * sides.spread_a + share * sides.spread_b
        scale = spread * np.maximum(critical / Z, 1) ** 2
        tail = (1 - LEVEL) / 2
        least = special.betaincinv(np.maximum(a / scale, 1e-9), b / scale + 1, tail)
        most = special.betaincinv(a / scale + 1, np.maximum(b / scale, 1e-9), 1 - tail)
        least, most = (bound / (1 - bound) * w_b / w_a for bound in (least, most))
        size = np.abs(signed_root(sides)) / critical * student_quantile(tested.freedom)
        p = np.maximum(2 * special.stdtr(np.maximum(tested.freedom, 1), -size), tested.least_p)
        few, unequal = np.minimum(a, b) < FEW_MENTIONS, p < 1 - LEVEL
        low = np.where(few & ~(unequal & (low > 1) & (least < 1)), np.minimum(low, least), low)
        high = np.where(few & ~(unequal & (high < 1) & (most > 1)), np.maximum(high, most), high)
        low, high = bound_ratios(np.where(a > 0, low, 0), np.where(b > 0, high, np.inf))
        error = np.sqrt(spread / ((a + b) * share * (1 - share)))
        detectable = np.exp(np.minimum((critical + POWER_QUANTILE) * error, FARTHEST))
    fewest = np.minimum(np.minimum(sides.a.articles, sides.b.articles), tested.units)
    values = np.where(fewest < MIN_ARTICLES, np.nan, [low, high, p, detectable])
    values = np.where((a + b > 0) & (w_a > 0) & (w_b > 0), np.vstack([ratio, values]), np.nan)
    return pd.DataFrame(values.T, columns=ESTIMATES)


class Strata(NamedTuple):
    """A stratified contrast: sums over strata that its ratio and variance need, arrays over the cells."""

    a: Moments
    b: Moments
    weighted_a: np.ndarray  #: Σ y_a·w_b / w, whose quotient with `weighted_b` is the ratio
    weighted_b: np.ndarray
    variance: np.ndarray  #: (3, cells): variance of weighted_a - ratio·weighted_b is a quadratic in the ratio
    least_variance: np.ndarray  #: over the ratio, were counts Poisson
    freedom: np.ndarray
    units: np.ndarray  #: strata with words on both sides; articles on the smaller where strata are few


def stratify_sides(a: Moments, b: Moments, clustered: bool) -> Strata:
    """Compare two sides within strata only: the rate ratio of Mantel and Haenszel (1959; rates: Rothman 1986).

    Parameters
    ----------
    a, b : Moments
        Arrays (strata, cells).
    clustered : bool
        True where strata are many (events): the variance is that of the strata's differences, whatever correlates the
        articles of one event. False where they are few and large (genre): that of articles within strata and sides.

    Returns
    -------
    Strata
    """
    shared = (a.words > 0) & (b.words > 0)
    a, b = (Moments(*(np.where(shared, part, 0) for part in side)) for side in (a, b))
    words = np.where(shared, a.words + b.words, 1)
    share_a, share_b, units = a.words / words, b.words / words, shared.sum(axis=0)
    r, s = a.mentions * share_b, b.mentions * share_a
    if clustered:
        variance = np.array([(r * r).sum(axis=0), -2 * (r * s).sum(axis=0), (s * s).sum(axis=0)])
        weight = a.words * share_b
        freedom = weight.sum(axis=0) ** 2 / np.maximum((weight**2).sum(axis=0), 1e-9) - 1
        # Σψ over √Σψ² exceeds this where t, which takes Σψ out of Σψ², exceeds its quantile.
        quantile = student_quantile(freedom)
        variance *= (freedom + 1) / (freedom + quantile**2)
    else:
        several = [np.where(side.articles > 1, [unexplained(side), side.mentions], 0).sum(axis=1) for side in (a, b)]
        pool = (several[0][0] + several[1][0]) / np.maximum(several[0][1] + several[1][1], 1)
        spread_a, spread_b = (
            np.maximum(1, (squares + PRIOR_MENTIONS * pool) / (seen + PRIOR_MENTIONS)) for squares, seen in several
        )
        expected = share_a * share_b * (a.mentions + b.mentions)
        parts = [(expected * share_b).sum(axis=0) * spread_a, (expected * share_a).sum(axis=0) * spread_b]
        variance = np.array([0 * parts[0], parts[0] + parts[1], 0 * parts[0]])
        spare = [np.maximum(effective_size(side) - 1, 0).sum(axis=0) + 1e-9 for side in (a, b)]
        freedom = variance[1] ** 2 / np.maximum(parts[0] ** 2 / spare[0] + parts[1] ** 2 / spare[1], 1e-9)
        units = np.minimum(*(side.articles.sum(axis=0) for side in (a, b)))
    least = (share_a * share_b * (a.mentions + b.mentions)).sum(axis=0)
    a, b = (Moments(*(part.sum(axis=0) for part in side)) for side in (a, b))
    return Strata(a, b, r.sum(axis=0), s.sum(axis=0), variance, least, freedom, units)


def stratified_ratios(strata: Strata) -> pd.DataFrame:
    """Ratio, 95 % interval, p and detectable ratio of stratified contrasts; no interval under five mentions a side.

    The interval is made of the ratios ρ for which Σ(y_a·w_b - ρ·y_b·w_a)/w, over its standard deviation (never under
    that of Poisson counts), is within t.
    """
    from scipy import special

    quantile = student_quantile(strata.freedom)

    def root(ratio: np.ndarray | float) -> np.ndarray:
        variance = strata.variance[0] + strata.variance[1] * ratio + strata.variance[2] * ratio**2
        error = np.sqrt(np.maximum(variance, strata.least_variance * ratio))
        value: np.ndarray = np.nan_to_num((strata.weighted_a - ratio * strata.weighted_b) / error)
        return value

    with np.errstate(all="ignore"):
        low, high = bound_ratios(search_ratio(root, quantile), search_ratio(root, -quantile))
        p = 2 * special.stdtr(np.maximum(strata.freedom, 1), -np.abs(root(1.0)))
        error = np.sqrt(np.maximum(strata.variance.sum(axis=0), strata.least_variance))
        detectable = np.exp((quantile + POWER_QUANTILE) * error * 2 / (strata.weighted_a + strata.weighted_b))
        ratio = strata.weighted_a / strata.weighted_b
    few = (np.minimum(strata.a.mentions, strata.b.mentions) < FEW_MENTIONS) | (strata.units < MIN_ARTICLES)
    values = np.where(few, np.nan, [low, high, p, detectable])
    return pd.DataFrame(np.vstack([ratio, values]).T, columns=ESTIMATES)


def fit_trend(counts: Counts, time: np.ndarray) -> pd.DataFrame:
    """Log-linear change of each cell's rate over `time` (0 to 1): quasi-Poisson regression, offset log words.

    Newton's method in all cells at once; variance by the sandwich of residuals over 1 - leverage (MacKinnon and White
    1985, HC3), t with n_eff - 2 degrees of freedom.

    Parameters
    ----------
    counts : Counts
        Rows of one outlet.
    time : ndarray
        Time of each row.

    Returns
    -------
    DataFrame
        Columns as `rate_ratios`; the ratio is that of the rate at time 1 to that at time 0. Missing with fewer than 15
        articles or 5 mentions.
    """
    from scipy import special

    y, w, t = counts.mentions, counts.words[:, counts.column], time[:, None]
    number = counts.articles.sum(axis=0)[counts.column]
    slope = np.zeros(y.shape[1])
    with np.errstate(all="ignore"):
        for _ in range(30):
            weight = w * np.exp(slope * (t - 0.5))
            rate = y.sum(axis=0) / weight.sum(axis=0)
            mean, away = weight * rate, t - (weight * t).sum(axis=0) / weight.sum(axis=0)
            bread = (mean * away**2).sum(axis=0)
            step = ((y - mean) * away).sum(axis=0) / bread
            slope = np.clip(slope + np.clip(np.nan_to_num(step), -1, 1), -FARTHEST, FARTHEST)
        leverage = np.minimum(mean / y.sum(axis=0) + mean * away**2 / bread, 0.9)
        meat = (((y - mean) * away / (1 - leverage)) ** 2).sum(axis=0)
        error = np.sqrt(np.maximum(meat, bread)) / bread
        freedom = np.maximum(w.sum(axis=0) ** 2 / (w * w).sum(axis=0) - 2, 1)
        half = student_quantile(freedom) * error
        low, high = bound_ratios(np.exp(slope - half), np.exp(slope + half))
        detectable = np.exp(half + POWER_QUANTILE * error)
        p = 2 * special.stdtr(freedom, -np.abs(slope) / error)
    enough = (number >= FEW_ARTICLES) & (y.sum(axis=0) >= FEW_MENTIONS) & (bread > 0)
    values = np.where(enough, [np.exp(slope), low, high, p, detectable], np.nan)
    return pd.DataFrame(values.T, columns=ESTIMATES)
