"""Errors of the tool carried into rates and contrasts, from sentences that people coded.

A tool that misses more in one outlet than in another makes a difference of its own. Where sentences were drawn from
each outlet with known chances, coders' answers say by what factor its counts are wrong, and how sure that is:
design-based supervised learning (Egami et al. 2023), or prediction-powered inference (Angelopoulos et al. 2023) with
unequal chances. The tool's counts of all sentences keep their precision; the coded ones take its error out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.compare.detectable import welch_freedom
from analysis.compare.rates import COMMON_FREEDOM, UNQUOTED, Sides
from analysis.tables import InputError, round_significant
from analysis.voice import VOICES

#: Columns of a table of coded sentences; answers are 0, a voice, or 1 where no voice was given.
CODED = ["article_id", "section", "feature", "weight", "tool", "coder"]
#: With fewer coded sentences an outlet's factor is not known: not one of 30 misses may be seen of a recall of 0.9.
FEWEST_CODED = 30


class Factors(NamedTuple):
    """What counts are to be multiplied by: arrays (sides, cells); missing where not enough was coded."""

    factor: np.ndarray
    variance: np.ndarray  #: of its logarithm
    freedom: np.ndarray


def correction_factors(coded: pd.DataFrame, side: pd.Series, names: pd.Series, cells: pd.DataFrame) -> Factors:
    """By what factor each outlet's counts are too low or high, with its variance over coded articles.

    The factor is the weighted number of sentences in which coders found the feature over that of the tool. Its
    variance is linearised over articles: sentences of one article are alike; one miss that was not seen is added
    to it, so that a sheet without any does not prove that there are none.

    Parameters
    ----------
    coded : DataFrame
        `CODED`: a row a sentence and feature, ``weight`` the sentences that it stands for.
    side : Series
        Of each article that counts, by ``article_id``, its side.
    names, cells
        Sides and cells wanted.
    """
    coded = coded.assign(side=coded["article_id"].map(side)).dropna(subset=["side", "coder"])
    found = np.full((len(Factors._fields), len(names), len(cells)), np.nan)
    row = {name: number for number, name in enumerate(names)}
    column = {
        cell: number for number, cell in enumerate(zip(cells["feature"], cells["section"], cells["voice"], strict=True))
    }
    for voice in (*VOICES, "unquoted", "all"):
        asked = {"unquoted": UNQUOTED, "all": VOICES}.get(voice, (voice,))
        tool = coded["tool"].isin(asked)
        # a yes without a voice has that of the tool, and where the tool found nothing the newsroom's, as most have
        given = coded["coder"].mask(coded["coder"] == "1", coded["tool"].where(coded["tool"] != "0", "newsroom"))
        weight = coded["weight"].astype(float)
        table = coded.assign(tool=weight * tool, coder=weight * given.isin(asked), silent=weight.where(~tool))
        for (name, feature, section), rows in table[table["side"].isin(names)].groupby(["side", "feature", "section"]):
            if len(rows) >= FEWEST_CODED and rows["tool"].sum() > 0 and (feature, section, voice) in column:
                found[:, row[name], column[feature, section, voice]] = _factor(rows)
    return Factors(*found)


def _factor(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Factor of one outlet, feature, section and voice, variance of its logarithm, and degrees of freedom."""
    unseen = rows["silent"].mean() if rows["silent"].notna().any() else 0.0
    sums = rows.groupby("article_id")[["tool", "coder"]].sum()
    right = max(sums["coder"].sum(), unseen / 2, 1e-9)
    factor = right / sums["tool"].sum()
    parts = np.append(sums["coder"] - factor * sums["tool"], unseen) / right
    return factor, (parts**2).sum(), max((parts**2).sum() ** 2 / max((parts**4).sum(), 1e-300), 1)


def correct_sides(sides: Sides, factors: Factors) -> Sides:
    """Sides with counts as coders would have made them; those that were not coded enough have no rate to compare.

    The variance of coding is added to that of articles, with its own degrees of freedom (Welch 1947).
    """
    known = np.isfinite(factors.factor)
    factor, more = np.where(known, factors.factor, 1), np.where(known, factors.variance, 0)
    whole = sides.variance + more
    with np.errstate(all="ignore"):
        freedom = welch_freedom(sides.variance, more, sides.freedom, np.where(known, factors.freedom, 1))
    return sides._replace(
        units=np.where(known, sides.units, 0), rate=np.where(known, sides.rate * factor, np.nan),
        log_rate=sides.log_rate + np.log(factor),
        counted=sides.counted * factor, excess=sides.excess + more, expected=sides.expected + more,
        variance=whole, freedom=np.maximum(freedom, COMMON_FREEDOM),
    )  # fmt: skip


def error_differences(coded: pd.DataFrame, articles: pd.DataFrame, by: str = "outlet") -> pd.DataFrame:
    """Whether the tool errs alike in all outlets: a test that their factors are one (Cochran 1954).

    Parameters
    ----------
    coded : DataFrame
        As of `correction_factors`.
    articles : DataFrame
        ``article_id`` and the column `by`.

    Returns
    -------
    DataFrame
        ``feature``, ``section``, ``voice``, ``outlets``, ``lowest`` and ``highest`` (outlet and factor), ``p``.

    Raises
    ------
    InputError
        Where fewer than two outlets were coded.
    """
    check_coded(coded)
    side = articles.set_index("article_id")[by]
    names = pd.Series(sorted(side[side.index.isin(coded["article_id"])].dropna().unique()), dtype="str")
    if len(names) < 2:
        what = "one outlet only" if len(names) else "no outlet of this corpus"
        raise InputError(f"sentences of {what} were coded: draw a sheet with --by outlet")
    cells = coded[["feature", "section"]].drop_duplicates().merge(pd.DataFrame({"voice": VOICES}), how="cross")
    cells = cells.sort_values(["feature", "section", "voice"], ignore_index=True)
    factors = correction_factors(coded, side, names, cells)
    known = np.isfinite(factors.factor)
    with np.errstate(all="ignore"):
        weight, value = np.where(known, 1 / factors.variance, 0), np.where(known, np.log(factors.factor), 0)
        middle = (weight * value).sum(axis=0) / weight.sum(axis=0)
        apart = (weight * (value - middle) ** 2).sum(axis=0)
    number = known.sum(axis=0)
    ranked = np.where(known, factors.factor, np.nan)
    said = [
        [f"{names[end]} {column[end]:.3g}" for end in (np.nanargmin(column), np.nanargmax(column))] if n else ["", ""]
        for column, n in zip(ranked.T, number, strict=True)
    ]
    ends = pd.DataFrame(said, columns=["lowest", "highest"])
    p = np.where(number > 1, stats.chi2.sf(apart, np.maximum(number - 1, 1)), np.nan)
    return round_significant(pd.concat([cells.assign(outlets=number), ends], axis=1).assign(p=p))


def check_coded(coded: pd.DataFrame) -> None:
    """Refuse a table that is none of coded sentences."""
    if missing := [name for name in CODED if name not in coded]:
        raise InputError(f"coded sentences have no column {missing[0]!r}; they need {', '.join(CODED)}")
