"""What coders' answers say of each other and of the tool: agreement, precision, recall, with their uncertainty.

All intervals are of one kind, a Bayesian bootstrap (Rubin 1981): everything that an article holds gets a random
exponential weight, since sentences of one article are not independent, or every item its own, whichever interval is
the wider. To the ends one unseen item is added, wrong for the low and right for the high one. With equal weights
that is the exact interval of Clopper and Pearson (1934), and with sampling weights it knows how much an item stands
for: where no miss was found among 300 sentences that stand for 30,000, some hundreds of misses are still possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.compare.rates import MIN_ARTICLES
from analysis.tables import DATA, InputError, read_table, round_significant
from analysis.validate.sheets import SHOWN, VOICES, find_key, read_sheet, sheet_features

#: What two coders of 290 sentences of news agreed on, by feature.
AGREEMENT = DATA / "coding" / "agreement.csv"
#: Lower ends of what was measured: columns of the codebook and of `AGREEMENT`.
_ENDS = ["precision_low", "agency_low", "recall_low", "alpha_low"]
#: Lower ends of 95 % intervals that a feature needs to be called firm, or tentative. Precision: 0.85 is what is asked
#: of every feature; under 0.7 three of ten mentions may be none. Recall: where it is unlike in two outlets it can make
#: a ratio of 1/0.7 = 1.4 by itself, or of 2 at 0.5. Alpha: the customary thresholds (Krippendorff 2004).
FIRM = {"precision": 0.85, "recall": 0.7, "alpha": 0.8}
TENTATIVE = {"precision": 0.7, "recall": 0.5, "alpha": 0.667}
#: What varies between articles cannot be seen in fewer.
NO_INTERVAL = f"fewer than {MIN_ARTICLES} articles: no interval"


class Agreement(NamedTuple):
    """Tables of `compare_coders`: coders with one another and tool with coders, and the items to talk about."""

    measures: pd.DataFrame
    disagreements: pd.DataFrame


def krippendorff_alpha(ratings: pd.DataFrame | np.ndarray) -> float:
    """Krippendorff's alpha for nominal values, any number of coders, with missing values (Krippendorff 2011).

    Parameters
    ----------
    ratings : DataFrame or array, units x coders
        Numbers or text; missing where a coder did not code the unit. Units coded once do not count.

    Returns
    -------
    float
        1 for perfect agreement, 0 for what chance gives; missing where all values are the same, or none is paired.

    Examples
    --------
    >>> first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> round(krippendorff_alpha(pd.DataFrame({"coder 1": first, "coder 2": second})), 3)
    0.095
    """
    return float(_alpha(_pairs(ratings).sum(axis=0)))


def _pairs(ratings: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Of each unit that two coded its disagreeing pairs and how often it got each value: what alpha is made of."""
    codes, values = pd.factorize(pd.DataFrame(ratings).to_numpy().ravel())
    counts = (codes.reshape(np.shape(ratings))[:, :, None] == np.arange(len(values))).sum(axis=1)
    coded = counts.sum(axis=1, keepdims=True)
    apart = (coded**2 - (counts**2).sum(axis=1, keepdims=True)) / np.maximum(coded - 1, 1)
    return np.hstack([apart, counts]) * (coded > 1)


@np.errstate(invalid="ignore")
def _alpha(totals: np.ndarray) -> np.ndarray:
    n = totals[..., 1:].sum(axis=-1)
    return 1 - totals[..., 0] * (n - 1) / (n**2 - (totals[..., 1:] ** 2).sum(axis=-1))


def precision_table(judgements: pd.DataFrame) -> pd.DataFrame:
    """Precision per feature from judged mentions, with Wilson (1927) intervals.

    Parameters
    ----------
    judgements : DataFrame
        `feature` and `verdict` (1 right, 0 wrong, missing where not judged); one row a mention drawn at random.

    Returns
    -------
    DataFrame
        `feature`, `judged`, `right`, `precision`, `ci_low`, `ci_high`, by feature.

    Examples
    --------
    >>> verdicts = pd.DataFrame({"feature": "hedge", "verdict": ["1"] * 9 + ["0"]})
    >>> print(precision_table(verdicts).round(2).to_string(index=False))
    feature  judged  right  precision  ci_low  ci_high
      hedge      10      9        0.9     0.6     0.98
    """
    verdict = judgements["verdict"].astype(float)
    table = verdict.groupby(judgements["feature"]).agg(judged="count", right="sum").astype("int64").reset_index()
    judged = table["judged"].where(table["judged"] > 0)
    share, square = table["right"] / judged, ndtri(0.975) ** 2
    centre = (share + square / (2 * judged)) / (1 + square / judged)
    half = np.sqrt(square * (share * (1 - share) + square / (4 * judged)) / judged) / (1 + square / judged)
    return round_significant(table.assign(precision=share, ci_low=centre - half, ci_high=centre + half))


def reliability_tiers(features: pd.DataFrame, agreement: pd.DataFrame) -> pd.DataFrame:
    """How far each feature's counts can be trusted: firm, tentative or weak, by the worst that was measured.

    Parameters
    ----------
    features : DataFrame
        The codebook: ``feature``, and what was measured: ``precision_low``, ``agency_low`` (precision in agency news),
        ``recall_low``.
    agreement : DataFrame
        ``feature``, ``alpha_low``: what two coders' agreement is at the least.

    Returns
    -------
    DataFrame
        ``feature``, ``tier``, ``because``: the lower ends of the intervals, that which decides first. Weak, too, is
        what was not measured.

    Examples
    --------
    >>> codebook = {"feature": ["hedge"], "precision_low": [0.92], "agency_low": [0.84], "recall_low": [0.8]}
    >>> tiers = reliability_tiers(pd.DataFrame(codebook), pd.DataFrame({"feature": ["hedge"], "alpha_low": [0.86]}))
    >>> tiers[["tier", "because"]].values.tolist()
    [['tentative', 'precision from 0.84, alpha from 0.86, recall from 0.80']]
    """
    table = features.merge(agreement, how="left", on="feature").reindex(columns=["feature", *_ENDS])
    low = table[_ENDS].apply(pd.to_numeric, errors="coerce")
    ends = pd.DataFrame(
        {"precision": low[_ENDS[:2]].min(axis=1), "recall": low["recall_low"], "alpha": low["alpha_low"]}
    )
    firm, tentative = ((ends >= pd.Series(asked)).all(axis=1) for asked in (FIRM, TENTATIVE))
    spare = (ends - pd.Series(FIRM)).fillna(-1).to_dict("records")  # what is furthest from firm decides
    said = [
        ", ".join(
            f"{name} from {row[name]:.2f}" if row[name] >= 0 else f"{name} not measured"
            for name in sorted(FIRM, key=by.__getitem__)
        )
        for row, by in zip(ends.to_dict("records"), spare, strict=True)
    ]
    tier = np.select([firm, tentative], ["firm", "tentative"], "weak")
    return pd.DataFrame({"feature": table["feature"], "tier": tier, "because": said})


def compare_coders(
    sheets: Sequence[pd.DataFrame], key: pd.DataFrame | None = None, *, draws: int = 2000, seed: int = 0
) -> Agreement:
    """Hold coders against each other and the tool against each of them and against their consensus.

    Consensus is what more than half of at least two coders say; items without one are left out there, which
    flatters the tool, so the single coders are shown beside it. Alpha and per cent agreement are those of the
    sheet; precision, recall and F1 are weighted to the corpus that it was drawn from.

    Parameters
    ----------
    sheets : sequence of DataFrame
        Filled-in sheets (`analysis.sheets.read_sheet`), one a coder; they are called by number.
    key : DataFrame, optional
        The key of the sheet: places, weights and the tool's answers. Without it only coders are compared, and each
        item is taken for an article of its own unless the sheets name their articles.
    draws, seed : int
        Bootstrap draws, and their seed.

    Returns
    -------
    Agreement
        `measures`: `reference` (coders, with one another; coder 1, …, consensus, the tool with them), `about`
        (feature or voice), `name`, `measure` (agreement, alpha; precision, recall, F1; accuracy), `right` of `units`
        (items and features that the measure is of: for precision the tool's hits, for recall the coder's),
        `estimate`, `ci_low`, `ci_high`, `status` (why something is missing). Voice is compared, and judged, where both
        found the feature and gave one.
        `disagreements`: `item`, what the sheets hold of it, `feature`, `between` (coders, or tool), each one's answer.

    Raises
    ------
    InputError
        If the sheets code different features, or do not belong to one another or to the key.
    """
    coders = [f"coder {number}" for number in range(1, len(sheets) + 1)]
    units, answers = _answers(dict(zip(coders, sheets, strict=True)) | ({} if key is None else {"tool": key}))
    apart, weight, names = _pairs(answers[coders])[:, 0] > 0, units.pop("weight"), units["feature"].unique()
    talk = units.dropna(axis=1, how="all").assign(between=np.where(apart, "coders", "tool")).join(answers)
    talk = talk[apart | (_pairs(answers)[:, 0] > 0)].sort_values(["between", "item", "feature"], ignore_index=True)

    yes, voice = (answers != "0").astype(float).where(answers.notna()), answers.where(answers.isin(VOICES))
    if len(coders) > 1:
        yes["consensus"], voice["consensus"] = _majority(yes[coders], [0.0, 1.0]), _majority(voice[coders], VOICES)
    article = units.drop_duplicates("item")["article_id"].factorize()[0]
    chances = np.random.default_rng(seed).exponential(size=(2, draws, len(article) + 1))
    chances[0] = chances[0][:, [*article, -1]]
    rows = []

    def judge(row: tuple[str, ...], right: Any, wrong: Any, may: Any, weight: Any) -> None:
        parts = np.column_stack([right * weight, wrong * weight])
        counts = ((parts[:, 0] > 0) & (parts[:, 1] == 0)).sum(), parts.any(axis=1).sum()
        unseen = [0, (may * weight).max()], [parts[:, 0].max() or np.min(weight), 0]
        rows.append((*row, *counts, *_interval(lambda t: t[..., 0] / t.sum(axis=-1), parts, article, chances, unseen)))

    for kind, name in [*(("feature", name) for name in names), ("voice", "all")]:
        here = _pairs(yes[coders].where(units["feature"] == name) if kind == "feature" else voice[coders])
        coded = here[:, 1:].sum(axis=1)
        wrong = here[:, 0] / np.maximum(coded, 1)
        judge(("coders", kind, name, "agreement"), (coded > 0) - wrong, wrong, coded > 0, 1)
        rows.append((*rows[-1][:3], "alpha", *rows[-1][4:6], *_interval(_alpha, here, article, chances)))
    for reference in yes.columns.difference(["tool"]) if key is not None else []:
        pair = [reference, "tool"]
        known, both = yes[pair].notna().all(axis=1), voice[pair].notna().all(axis=1)
        asked = [("feature", name, yes == 1, known & (units["feature"] == name)) for name in names]
        for kind, name, said, here in asked + [("voice", name, voice == name, both) for name in VOICES]:
            row, tool, coder = (reference, kind, name), said["tool"] & here, said[reference] & here
            judge((*row, "precision"), tool & coder, tool & ~coder, tool, weight)
            judge((*row, "recall"), tool & coder, coder & ~tool, here & ~tool, weight)
            judge((*row, "F1"), 2 * (tool & coder), tool ^ coder, here, weight)
        same = both & (voice[reference] == voice["tool"])
        judge((reference, "voice", "all", "accuracy"), same, both & ~same, both, weight)
    table = pd.DataFrame(rows, columns="reference about name measure right units estimate ci_low ci_high".split())
    unsaid = [table["units"] == 0, table["estimate"].isna(), table["ci_low"].isna()]
    table["status"] = np.select(unsaid, ["nothing to judge", "every answer the same: no alpha", NO_INTERVAL], "")
    return Agreement(round_significant(table), talk)


def _answers(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is known of every item and feature, and what each coder, or the tool, answered there."""
    names = sheet_features(tables["coder 1"])
    about = pd.DataFrame(columns=["article_id", "weight", "hash", *SHOWN], dtype=object)
    for who, table in sorted(tables.items(), reverse=True):  # the tool first: its key has all items
        if {*sheet_features(table)} != {*names} or not names:
            raise InputError(f"{who} does not code the same features as coder 1")
        tables[who] = table.astype({"item": "int64"}).set_index("item")
        own = tables[who].reindex(columns=about.columns).astype(object)
        known = about["hash"].reindex(own.index)
        # A spreadsheet turns a hash that looks like a number into one; such a cell says nothing of the sentence.
        other = own["hash"].astype("str").str.fullmatch("[0-9a-f]{12}") & known.notna() & (own["hash"] != known)
        other |= ("tool" in tables) & (who != "tool") & ~own.index.isin(about.index)
        if other.any():
            raise InputError(f"{who}, item {other.idxmax()}: another sentence than in the key or another sheet")
        about = about.combine_first(own)
    about = about.assign(weight=about["weight"].astype(float).fillna(1.0)).rename_axis("item").drop(columns="hash")
    about["article_id"] = about["article_id"].fillna(about.index.to_series())
    units = about.reset_index().merge(pd.DataFrame({"feature": names}), how="cross")
    answers = {who: table.reindex(about.index)[names].to_numpy(dtype=object).ravel() for who, table in tables.items()}
    return units, pd.DataFrame(answers, dtype="str")


@np.errstate(invalid="ignore")
def _interval(estimate: Any, parts: np.ndarray, article: np.ndarray, chances: np.ndarray, unseen: Any = (0, 0)) -> Any:
    """The estimate from the parts of all units, and its interval; `unseen` is added for the low and the high end."""
    sums = parts.reshape(len(article), -1, parts.shape[1]).sum(axis=1)
    value = estimate(sums.sum(axis=0))
    if np.isnan(value) or len(np.unique(article[sums.any(axis=1)])) < MIN_ARTICLES:
        return value, np.nan, np.nan
    low, high = (estimate(chances[:, :, :-1] @ sums + chances[:, :, -1:] * more) for more in unseen)
    return value, np.quantile(low, 0.025, axis=1).min(), np.quantile(high, 0.975, axis=1).max()


def _majority(answers: pd.DataFrame, values: Sequence[Any]) -> pd.Series:
    """The value that more than half of at least two coders gave; missing where there is none."""
    votes = pd.DataFrame({value: (answers == value).sum(axis=1) for value in values})
    return votes.idxmax(axis=1).where((votes.sum(axis=1) > 1) & (2 * votes.max(axis=1) > votes.sum(axis=1)))


def compare_files(paths: Sequence[Path], key: Path | None = None) -> Agreement:
    """`compare_coders` for filled-in files, with the key that lies beside one of them unless another is named."""
    key = key or next(filter(None, map(find_key, paths)), None)
    if key is None and len(paths) < 2:
        raise InputError(f"{paths[0]}: no key beside it and no second sheet: there is nothing to compare it with")
    return compare_coders([read_sheet(path) for path in paths], None if key is None else read_table(key))
