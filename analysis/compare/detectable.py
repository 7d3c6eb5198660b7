"""How much more, or how much less, one outlet would have to do of something for it to be found.

Of two outlets that are not shown to differ it is said how far apart they would have been found to be: a p that is not
small says nothing of that. What counts is the p that is asked, adjusted in its family.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from analysis.compare.rates import COMMON_FREEDOM, HALF, chance_variance

#: Share of corpora in which what is called detectable is found.
POWER = 0.8
#: Beyond this factor, up or down, nothing is promised: it would be no difference of style.
NEVER = 50.0
#: Steps, and halvings of one, of a logarithm's range: enough to tell one mention from the next among ten thousand.
STEPS, HALVINGS = 24, 12
#: What has to be known of both sides of a contrast, a and b.
OF_A_SIDE = ("words", "counted", "expected", "freedom")


def detectable_ratios(table: pd.DataFrame, threshold: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Ratios under and over 1 that would give a p below `threshold` in 0.8 of corpora like this one.

    First the counts of side a are sought that the test, as it is, would find too few or too many; then the rates that
    give such counts so often, if counts of a side are negative binomial. Variance beyond Poisson's is what another
    corpus may be expected to show, and the test's estimate of it is uncertain by the units that carry it.

    Simulated (11 features of 0.1 to 21 mentions in 1,000 words, one outlet beside seven of 60 articles), what was
    planted at it was found in the shares that ``data/measured.md`` gives.

    Parameters
    ----------
    table : DataFrame
        A row a contrast, ``words_a``, ``words_b`` and so on of all `OF_A_SIDE`: words, mentions and a half, variance
        beyond Poisson's of the log rate, and degrees of freedom.
    threshold : Series
        p under which a contrast would be found, of each row.

    Returns
    -------
    Series, Series
        A ratio under 1 and one over 1; missing where even no mention at all, or `NEVER` times the rate, would not do.
    """
    (words_a, _, expected_a, freedom_a), (words_b, counted_b, expected_b, freedom_b) = (
        table[[f"{name}_{side}" for name in OF_A_SIDE]].to_numpy(float).T for side in "ab"
    )
    with np.errstate(all="ignore"):  # sides without words, or with no interval
        like_b = counted_b / words_b * words_a  # mentions of side a, were its rate that of side b
    beside = chance_variance(counted_b, counted_b)
    carrying_b = np.maximum(freedom_b - COMMON_FREEDOM, 1)

    def is_found(mentions: np.ndarray) -> np.ndarray:
        counted, pooled = mentions + HALF, (mentions + HALF + counted_b) / (words_a + words_b)
        mine = expected_a + chance_variance(counted, pooled * words_a)
        theirs = expected_b + chance_variance(counted_b, pooled * words_b)
        carrying_a = np.minimum(freedom_a - COMMON_FREEDOM, mentions)
        freedom = welch_freedom(mine, theirs, carrying_a + COMMON_FREEDOM, freedom_b)
        critical = -special.stdtrit(freedom, threshold.to_numpy() / 2)
        # Where few units carry the variance its estimate may well be larger than what is expected of it.
        unsure = critical**2 / (2 * welch_freedom(mine, theirs, np.maximum(carrying_a, 1), carrying_b))
        critical = critical + special.ndtri(POWER) * (np.sqrt(1 + unsure) - 1)
        return np.abs(np.log(counted / like_b)) >= critical * np.sqrt(mine + theirs)

    with np.errstate(all="ignore"):
        few = np.floor(np.exp(_nearest(is_found, np.log(HALF), np.log(like_b))) - HALF + 1e-6)
        many = np.ceil(np.exp(_nearest(is_found, np.log(2 * NEVER * like_b), np.log(like_b))) - HALF - 1e-6)
        size = 1 / np.maximum(expected_a + expected_b + beside, 1e-6)  # of the negative binomial
        chance = special.betaincinv(size, few + 1, POWER), special.betaincinv(size, np.maximum(many, 1), 1 - POWER)
        below, above = (size * (1 - part) / part / like_b for part in chance)
        below = np.where((below < 1) & (below >= 1 / NEVER), below, np.nan)
        above = np.where((above > 1) & (above <= NEVER), above, np.nan)
    return pd.Series(below, table.index), pd.Series(above, table.index)


def _nearest(is_found: Callable[[np.ndarray], np.ndarray], far: np.ndarray | float, near: np.ndarray) -> np.ndarray:
    """Logarithm of the count, and a half, nearest to `near` and towards `far` that is found; missing where none is.

    Steps first: an outlet with so few mentions that no variance can be seen in them may be found less than one with
    some more.
    """
    step, found = (far - near) / STEPS, np.full(near.shape, np.nan)
    for number in range(STEPS, 0, -1):
        found = np.where(is_found(np.exp(near + number * step) - HALF), near + number * step, found)
    missed = found - step
    for _ in range(HALVINGS):
        middle = (missed + found) / 2
        there = is_found(np.exp(middle) - HALF)
        missed, found = np.where(there, missed, middle), np.where(there, middle, found)
    return found


def welch_freedom(mine: np.ndarray, theirs: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Degrees of freedom of a sum of two estimated variances (Welch 1947)."""
    return (mine + theirs) ** 2 / (mine**2 / one + theirs**2 / other)
