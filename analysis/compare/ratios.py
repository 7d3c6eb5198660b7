"""Ratios of rates between two sides, within strata, and over time: estimates and tests that hold their level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, special

from analysis.compare.rates import (
    FEW_ARTICLES,
    FEW_MENTIONS,
    LEVEL,
    MIN_ARTICLES,
    MIN_CLUSTERS,
    Counts,
    Moments,
    Z,
    effective_size,
    split_moments,
    student_quantile,
    sum_moments,
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
    permuted: np.ndarray  #: whether `critical` comes from relabelling


def pair_sides(a: Moments, b: Moments) -> Sides:
    """Put two sides together with dispersions that are not under Poisson's nor left to a handful of mentions."""
    return Sides(a, b, *mix_dispersions((unexplained(a), unexplained(b)), (a.mentions, b.mentions)))


def mix_dispersions(squares: Sequence[np.ndarray], mentions: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Dispersion of each of two sides, at least 1, drawn towards that of both by `PRIOR_MENTIONS`."""
    common = PRIOR_MENTIONS * (squares[0] + squares[1]) / np.maximum(mentions[0] + mentions[1], 1)
    return [np.maximum(1, (own + common) / (n + PRIOR_MENTIONS)) for own, n in zip(squares, mentions, strict=True)]


def signed_root(sides: Sides, ratio: np.ndarray | float = 1.0) -> np.ndarray:
    """Signed root of the quasi-likelihood ratio of `ratio` (a over b): G2 over the dispersion, not over 1.

    Given all mentions, those of a are a share π = ratio·w_a / (ratio·w_a + w_b) of them; twice the log-likelihood
    ratio of that binomial is the G2 of keyness, and here it is divided by φ = (1-π)·φ_a + π·φ_b, the variance of the
    score over its Poisson variance. A side that shows less than `ratio` expects has its φ - 1 raised in proportion,
    as a negative binomial count would, up to `GROWTH`.
    """
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
    return np.sign(a - expected[0]) * np.sqrt(deviance / ((1 - share) * spreads[0] + share * spreads[1]))


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
    extra = table[:0] if extra is None else extra
    height, width = len(table), len(table) + len(extra)
    b = np.concatenate([b, np.arange(height, width)])
    small, large = (b, a) if len(b) < len(a) else (a, b)
    pool, size, random = np.concatenate([small, large]), len(small), np.random.default_rng(seed)
    permuted = MIN_ARTICLES <= size < LARGE
    chosen = [random.choice(len(pool), size, replace=False, shuffle=False) for _ in range(draws if permuted else 0)]
    # The smaller side as it is, as relabelled, and all rows.
    index = pool[np.concatenate([np.arange(size), *chosen, np.arange(len(pool))])]
    start = np.append(np.arange(len(chosen) + 2) * size, len(index))
    choice: Any = sparse.csr_array((np.ones(len(index)), index, start), shape=(len(start) - 1, width))
    if size * 8 > width:  # dense products are faster for all but thin choices
        choice = choice.toarray()
    sums = choice[:, :height] @ table + choice[:, height:] @ extra
    first, every = split_moments(sums[:-1], column), split_moments(sums[-1:], column)
    second = every.minus(first)
    least = (2 if 2 * size == len(pool) else 1) / special.binom(len(pool), size)
    return _settle(second, first, least) if small is b else _settle(first, second, least)


def _settle(first: Moments, second: Moments, least: float) -> Found:
    """The observed sides (row 0) and critical values from the relabelled ones (the other rows)."""
    roots = np.abs(signed_root(pair_sides(first, second)))
    sides = pair_sides(first.at(0), second.at(0))
    words = np.array([sides.a.words, sides.b.words])
    size = np.maximum([effective_size(sides.a) - 1, effective_size(sides.b) - 1], 1)
    with np.errstate(all="ignore"):
        welch = (1 / words).sum(axis=0) ** 2 / (1 / words**2 / size).sum(axis=0)
        unlike = size.max(axis=0) / size.min(axis=0) > LIKE_SIZE
        unlike |= words.max(axis=0) / words.min(axis=0) > LIKE_WORDS
    welch = np.nan_to_num(welch, nan=1, posinf=1)
    critical = student_quantile(welch)
    if len(roots) == 1:
        return Found(sides, critical, welch, np.zeros_like(welch), np.zeros_like(welch, dtype=bool))
    relabelled = exceeded_by_few(roots[1:])
    critical = np.where(unlike, np.maximum(relabelled, critical), relabelled)
    freedom = np.where(unlike, welch, size.sum(axis=0))
    return Found(sides, critical, freedom, np.full_like(critical, least), np.full(critical.shape, True))


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
    return (edge + np.where(np.isfinite(above), above, 4 / 3 * edge + 0.1)) / 2


def search_limits(root: Callable[[np.ndarray], np.ndarray], critical: np.ndarray) -> np.ndarray:
    """Ratios at which the falling `root` reaches `critical` and its negative: 50 halvings of the logarithm's range."""
    target = np.array([critical, -critical])
    low, high = np.full_like(target, -FARTHEST), np.full_like(target, FARTHEST)
    for _ in range(50):
        middle = (low + high) / 2
        above = root(np.exp(middle)) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.exp((low + high) / 2)


def tabulate_estimates(
    a: Moments, b: Moments, units: np.ndarray, known: np.ndarray, values: Sequence[np.ndarray]
) -> pd.DataFrame:
    """The table of `rate_ratios`; of `values` (its `ESTIMATES`) only the ratio where not `known`.

    Limits at the end of the range that was searched say that there is none.
    """
    ratio, low, high, p, detectable = values
    edge = np.exp(FARTHEST - 0.01)
    low, high = np.where(low < 1 / edge, 0, low), np.where(high > edge, np.inf, high)
    limited = np.where(known, [low, high, p, detectable], np.nan)
    rows = np.array([ratio, *limited, a.articles, b.articles, units, a.mentions + b.mentions])
    return pd.DataFrame(rows.T, columns=[*ESTIMATES, "articles_a", "articles_b", "units", "mentions"])


def rate_ratios(tested: Found) -> pd.DataFrame:
    """Ratio, 95 % interval, p and the ratio that would have been detected, from what was tested.

    The interval is made of all ratios that `signed_root` with the same critical value does not reject. Where a side
    has fewer than five mentions it also covers the exact binomial interval (Clopper and Pearson 1934) of the effective
    counts, as far as that does not take back what p says of 1. p comes from t, scaled so that p = 0.05 at the critical
    value.

    Returns
    -------
    DataFrame
        ``rate_ratio``, ``ci_low``, ``ci_high``, ``p``, ``detectable_ratio`` (of 80 % power at p < 0.05);
        ``articles_a``, ``articles_b``, ``units`` (independent ones on the smaller side), ``mentions`` (of both).
    """
    sides, critical = tested.sides, tested.critical
    a, b, w_a, w_b = sides.a.mentions, sides.b.mentions, sides.a.words, sides.b.words
    with np.errstate(all="ignore"):
        ratio = np.where((w_a > 0) & (w_b > 0), a / w_a / (b / w_b), np.nan)
        low, high = search_limits(lambda at: signed_root(sides, at), critical)
        share = w_a / (w_a + w_b)
        spread = (1 - share) * sides.spread_a + share * sides.spread_b
        scale, tail = spread * np.maximum(critical / Z, 1) ** 2, (1 - LEVEL) / 2
        least = special.betaincinv(np.maximum(a / scale, 1e-9), b / scale + 1, tail)
        most = special.betaincinv(a / scale + 1, np.maximum(b / scale, 1e-9), 1 - tail)
        least, most = (bound / (1 - bound) * w_b / w_a for bound in (least, most))
        size = np.abs(signed_root(sides)) / critical * student_quantile(tested.freedom)
        p = np.maximum(2 * special.stdtr(np.maximum(tested.freedom, 1), -size), tested.least_p)
        few, unequal = np.minimum(a, b) < FEW_MENTIONS, p < 1 - LEVEL
        low = np.where(few & ~(unequal & (low > 1) & (least < 1)), np.minimum(low, least), low)
        high = np.where(few & ~(unequal & (high < 1) & (most > 1)), np.maximum(high, most), high)
        low, high = np.where(a > 0, low, 0), np.where(b > 0, high, np.inf)
        error = np.sqrt(spread / ((a + b) * share * (1 - share)))
        detectable = np.exp(np.minimum((critical + POWER_QUANTILE) * error, FARTHEST))
    units = np.minimum(sides.a.units, sides.b.units)
    known = (a + b > 0) & (units >= MIN_ARTICLES)
    return tabulate_estimates(sides.a, sides.b, units, known, (ratio, low, high, p, detectable))


def stratified_ratios(a: Moments, b: Moments, clustered: bool) -> pd.DataFrame:
    """Compare two sides within strata only: the rate ratio of Mantel and Haenszel (1959; rates: Rothman 1986).

    The interval is made of the ratios ρ for which Σ(y_a·w_b - ρ·y_b·w_a)/w, over its standard deviation (never under
    that of Poisson counts), is within t. There is none under five mentions a side.

    Parameters
    ----------
    a, b : Moments
        Arrays (strata, cells).
    clustered : bool
        True where strata are many (events): the variance is that of the strata's differences, whatever correlates the
        articles of one event. False where they are few and large (genre): that of articles within strata and sides.

    Returns
    -------
    DataFrame
        Columns as `rate_ratios`; ``units`` are the strata with words on both sides, or where strata are few the
        articles on the smaller side.
    """
    shared = (a.words > 0) & (b.words > 0)
    a, b = (Moments(*(np.where(shared, part, 0) for part in side)) for side in (a, b))
    words = np.where(shared, a.words + b.words, 1)
    share_a, share_b = a.words / words, b.words / words
    r, s = a.mentions * share_b, b.mentions * share_a
    poisson = share_a * share_b * (a.mentions + b.mentions)  # variance of r - s, were counts Poisson
    # The variance of Σr - ρ·Σs is a quadratic in the ratio ρ, whose coefficients these are.
    if clustered:
        weight = a.words * share_b
        freedom = weight.sum(axis=0) ** 2 / np.maximum((weight**2).sum(axis=0), 1e-9) - 1
        # Σψ over √Σψ² exceeds this where t, which takes Σψ out of Σψ², exceeds its quantile.
        shrunk = (freedom + 1) / (freedom + student_quantile(freedom) ** 2)
        constant, linear, square = shrunk * np.array([r * r, -2 * r * s, s * s]).sum(axis=1)
        units = shared.sum(axis=0)
    else:
        several = [np.where(side.articles > 1, [unexplained(side), side.mentions], 0).sum(axis=1) for side in (a, b)]
        spread_a, spread_b = mix_dispersions(*zip(*several, strict=True))
        parts = (poisson * share_b).sum(axis=0) * spread_a, (poisson * share_a).sum(axis=0) * spread_b
        constant, linear, square = 0, sum(parts), 0
        spare = [np.maximum(effective_size(side) - 1, 0).sum(axis=0) + 1e-9 for side in (a, b)]
        freedom = linear**2 / np.maximum(parts[0] ** 2 / spare[0] + parts[1] ** 2 / spare[1], 1e-9)
        units = np.minimum(a.articles.sum(axis=0), b.articles.sum(axis=0))
    a, b = (Moments(*(part.sum(axis=0) for part in side)) for side in (a, b))
    r, s, poisson, quantile = r.sum(axis=0), s.sum(axis=0), poisson.sum(axis=0), student_quantile(freedom)

    def error(ratio: np.ndarray | float) -> np.ndarray:
        return np.sqrt(np.maximum(constant + linear * ratio + square * ratio**2, poisson * ratio))

    def root(ratio: np.ndarray | float) -> np.ndarray:
        return np.nan_to_num((r - ratio * s) / error(ratio))

    with np.errstate(all="ignore"):
        low, high = search_limits(root, quantile)
        p = 2 * special.stdtr(np.maximum(freedom, 1), -np.abs(root(1.0)))
        detectable = np.exp((quantile + POWER_QUANTILE) * error(1.0) * 2 / (r + s))
        ratio = r / s
    known = (np.minimum(a.mentions, b.mentions) >= FEW_MENTIONS) & (units >= MIN_ARTICLES)
    return tabulate_estimates(a, b, units, known, (ratio, low, high, p, detectable))


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
    y, w, t = counts.mentions, counts.words[:, counts.column], time[:, None]
    sums = sum_moments(counts, np.ones((1, len(time)))).at(0)
    slope = np.zeros(y.shape[1])
    with np.errstate(all="ignore"):
        for _ in range(30):
            weight = w * np.exp(slope * (t - 0.5))
            rate = sums.mentions / weight.sum(axis=0)
            mean, away = weight * rate, t - (weight * t).sum(axis=0) / weight.sum(axis=0)
            bread = (mean * away**2).sum(axis=0)
            step = ((y - mean) * away).sum(axis=0) / bread
            slope = np.clip(slope + np.clip(np.nan_to_num(step), -1, 1), -FARTHEST, FARTHEST)
        leverage = np.minimum(mean / sums.mentions + mean * away**2 / bread, 0.9)
        meat = (((y - mean) * away / (1 - leverage)) ** 2).sum(axis=0)
        error = np.sqrt(np.maximum(meat, bread)) / bread
        freedom = np.maximum(effective_size(sums) - 2, 1)
        half = student_quantile(freedom) * error
        p = 2 * special.stdtr(freedom, -np.abs(slope) / error)
        ratio, low, high, detectable = np.exp([slope, slope - half, slope + half, half + POWER_QUANTILE * error])
    known = (sums.articles >= FEW_ARTICLES) & (sums.mentions >= FEW_MENTIONS) & (bread > 0)
    values = np.where(known, ratio, np.nan), low, high, p, detectable
    return tabulate_estimates(sums, sums.minus(sums), sums.articles, known, values)
