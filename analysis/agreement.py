"""What coders' answers say of each other and of the tool: agreement, precision, recall, with their uncertainty.

Intervals know two things that the textbook ones do not: sentences of one article are not independent, and a
sentence drawn without a hit stands for many. The second decides recall: where no miss was found among 300 sentences
that stand for 30,000, some hundreds of misses are still possible, and the interval says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .sheets import HASH, SHOWN, VOICES, sheet_features
from .tables import InputError, round_significant

#: Two-sided 95 %.
_LOW, _HIGH, _Z = 0.025, 0.975, 1.959964
#: As in the comparison of outlets: what varies between articles cannot be seen in fewer.
MIN_ARTICLES = 3
NO_INTERVAL = f"fewer than {MIN_ARTICLES} articles: no interval"
_TOOL = ["reference", "about", "name", "units", "hits", "positives", "right", "measure", "estimate", "ci_low",
         "ci_high"]  # fmt: skip

_VOICE_NUMBERS = {voice: float(number) for number, voice in enumerate(VOICES)}


class Agreement(NamedTuple):
    """Tables of `compare_coders`: coders with one another, tool with coders, and the items to talk about."""

    coders: pd.DataFrame
    tool: pd.DataFrame
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
    parts = _alpha_parts(ratings)
    return float(_alpha(parts.sum(axis=0, keepdims=True))[0])


def _alpha_parts(ratings: pd.DataFrame | np.ndarray) -> np.ndarray:
    """What each unit adds to agreement, disagreement and the total of each value: all that alpha is made of."""
    codes, values = pd.factorize(pd.DataFrame(ratings).to_numpy().ravel())
    codes = codes.reshape(np.shape(ratings))
    counts = (codes[:, :, None] == np.arange(len(values))).sum(axis=1)
    coded = counts.sum(axis=1, keepdims=True)
    counts, coded = np.where(coded > 1, counts, 0), np.where(coded > 1, coded, 0)
    apart = (coded**2 - (counts**2).sum(axis=1, keepdims=True)) / np.maximum(coded - 1, 1)
    return np.hstack([coded > 0, apart / np.maximum(coded, 1), apart, counts])


def _alpha(totals: np.ndarray) -> np.ndarray:
    values = totals[:, 3:]
    n = values.sum(axis=1)
    expected = (n**2 - (values**2).sum(axis=1)) / np.maximum(n - 1, 1)
    return 1 - np.divide(totals[:, 2], expected, out=np.full(len(n), np.nan), where=expected > 0)


def _agreement_row(ratings: np.ndarray, article: np.ndarray, draws: int, seed: int) -> dict[str, Any]:
    """Per cent agreement and alpha, with intervals from drawing articles anew (Field and Welsh 2007)."""
    parts = _alpha_parts(ratings)
    parts, article = parts[parts[:, 0] > 0], article[parts[:, 0] > 0]
    code, articles = pd.factorize(article)
    sums = np.zeros((len(articles), parts.shape[1]))
    np.add.at(sums, code, parts)
    chance = np.full(len(articles), 1 / max(len(articles), 1))
    weights = np.random.default_rng(seed).multinomial(len(articles), chance, draws) if len(articles) else sums
    row: dict[str, Any] = {"units": len(parts), "articles": len(articles)}
    enough = len(articles) >= MIN_ARTICLES
    for name, estimate in (("agreement", lambda t: 1 - t[:, 1] / t[:, 0]), ("alpha", _alpha)):
        value = estimate(sums.sum(axis=0, keepdims=True))[0] if len(parts) else np.nan
        known = enough and not np.isnan(value)
        ends = np.nanquantile(estimate(weights @ sums), [_LOW, _HIGH]) if known else [np.nan, np.nan]
        row |= {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}
    status = "coded by fewer than two" if not len(parts) else "" if enough else NO_INTERVAL
    return row | {"status": "every answer the same: no alpha" if len(parts) and np.isnan(value) else status}


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

    Raises
    ------
    InputError
        If a verdict is something else.

    Examples
    --------
    >>> verdicts = pd.DataFrame({"feature": "hedge", "verdict": ["1"] * 9 + ["0"]})
    >>> print(precision_table(verdicts).round(2).to_string(index=False))
    feature  judged  right  precision  ci_low  ci_high
      hedge      10      9        0.9     0.6     0.98
    """
    verdict = pd.to_numeric(judgements["verdict"], errors="coerce")
    wrong = judgements["verdict"].notna() & ~verdict.isin([0, 1])
    if wrong.any():
        row = judgements[wrong].iloc[0]
        raise InputError(f"{wrong.sum()} verdicts are neither 1 nor 0, first {row['verdict']!r} ({row['feature']})")
    table = verdict.groupby(judgements["feature"]).agg(judged="count", right="sum").reset_index()
    n = table["judged"].where(table["judged"] > 0)
    share = table["right"] / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + (_Z / (2 * n)) ** 2)
    ends = {"ci_low": (middle - reach).clip(lower=0), "ci_high": (middle + reach).clip(upper=1)}
    return round_significant(table.astype({"right": "int64"}).assign(precision=share, **ends))


def _total(values: np.ndarray, ceiling: float, inflation: float) -> np.ndarray:
    """A weighted count with the gamma interval of Fay and Feuer (1997): estimate, low, high.

    `ceiling` is the weight of the heaviest item that might have counted: with no item found, the upper end is what
    could have been missed if it were of that weight.
    """
    from scipy.special import gammaincinv

    total, spread = values.sum(), (values**2).sum() * inflation
    above = ceiling * inflation
    low = spread / total * gammaincinv(total**2 / spread, _LOW) if total else 0.0
    shape = (total + above) ** 2 / (spread + above**2)
    return np.array([total, low, (total + above) / shape * gammaincinv(shape, _HIGH)])


def _share(right: np.ndarray, wrong: np.ndarray, ceilings: tuple[float, float], article: np.ndarray) -> list[float]:
    """The share right / (right + wrong) of weighted counts, and its interval.

    The interval of the ratio of two counts is made of those of the counts (Donner and Zou 2012), each widened by
    the design effect of articles. `ceilings` are the heaviest weights that a right and a wrong item could have.
    """
    if not (right + wrong).any():
        return [np.nan] * 3
    share = right.sum() / (right + wrong).sum()
    code, articles = pd.factorize(article)
    if len(articles) < MIN_ARTICLES:
        return [share, np.nan, np.nan]
    residual = right - share * (right + wrong)
    clustered = (np.bincount(code, residual) ** 2).sum() * len(articles) / (len(articles) - 1)
    inflation = max(1.0, clustered / ((residual**2).sum() or np.inf))
    t, t_low, t_high = _total(right, ceilings[0], inflation)
    e, e_low, e_high = _total(wrong, ceilings[1], inflation)
    most = e * t + np.sqrt((e * t) ** 2 - e_high * t_low * (2 * e - e_high) * (2 * t - t_low))
    most = most / (t_low * (2 * t - t_low)) if t_low else np.inf
    least = e * t + np.sqrt((e * t) ** 2 - e_low * t_high * (2 * e - e_low) * (2 * t - t_high))
    least = e_low * (2 * e - e_low) / least if e_low else 0.0
    return [share, 1 / (1 + most), 1 / (1 + least)]


def _measures(tool: np.ndarray, coder: np.ndarray, weight: np.ndarray, article: np.ndarray) -> list[dict[str, Any]]:
    """Precision, recall and F1 of one yes-or-no answer, a row each."""
    right, false, missed = weight * (tool & coder), weight * (tool & ~coder), weight * (~tool & coder)
    least = weight.min(initial=np.inf)
    found, unfound = weight[tool].max(initial=least), weight[~tool].max(initial=least)
    counts = {"units": len(tool), "hits": tool.sum(), "positives": coder.sum(), "right": (tool & coder).sum()}
    either = (false + missed) / 2, max(found, unfound) / 2
    rows = []
    for measure, (wrong, most) in {"precision": (false, found), "recall": (missed, unfound), "F1": either}.items():
        ends = _share(right, wrong, (found, most), article)
        rows.append(counts | {"measure": measure} | dict(zip(_TOOL[-3:], ends, strict=True)))
    return rows


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
        Bootstrap draws for alpha and per cent agreement, and their seed.

    Returns
    -------
    Agreement
        `coders`: `about` (feature or voice), `name`, `units` (coded by two or more), `articles`, `positives` (yes
        answers), `agreement` and `alpha` with `_low` and `_high`, `status` (why something is missing). Voice is
        compared where both found the feature.
        `tool`: `reference` (coder 1, …, consensus), `about`, `name`, `units`, `hits` (of the tool), `positives` (of
        the reference), `right`, `measure`, `estimate`, `ci_low`, `ci_high`, `status`. Voice is judged where both
        found the feature; of all voices together the measure is accuracy.
        `disagreements`: `item`, `sentence` where the sheets hold it, `feature`, an answer column a coder, `tool`.

    Raises
    ------
    InputError
        If the sheets code different features, or do not belong to one another or to the key.
    """
    names = sheet_features(sheets[0])
    for number, sheet in enumerate(sheets, 1):
        if sorted(sheet_features(sheet)) != sorted(names) or not names:
            raise InputError(f"sheet {number} does not code the same features as sheet 1")
    about = _items(sheets, key)
    present, voice = _answers([*sheets] if key is None else [*sheets, key], names, about.index)
    said, heard = present[: len(sheets)], voice[: len(sheets)]

    # A column of answers is a pair of item and feature; a row is a coder, and the last row the tool.
    feature = np.tile(np.arange(len(names)), len(about))
    article, weight = (np.repeat(about[name].to_numpy(), len(names)) for name in ("article_id", "weight"))
    rows = []
    for number, name in enumerate([*names, "all"]):
        here, answers = (feature == number, said) if number < len(names) else (feature >= 0, heard)
        row = {"about": "feature" if answers is said else "voice", "name": name}
        row |= {"positives": (said[:, here] == 1).sum()}
        rows.append(row | _agreement_row(answers[:, here].T, article[here], draws, seed))
    agreement = pd.DataFrame(rows)

    coders = [f"coder {number}" for number in range(1, len(sheets) + 1)]
    references = dict(zip(coders, zip(said, heard, strict=True), strict=True))
    if len(sheets) > 1:
        references["consensus"] = _majority(said, 2), _majority(heard, len(VOICES))
    rows = []
    for reference, (yes, whose) in references.items() if key is not None else ():
        known = ~np.isnan(yes) & ~np.isnan(present[-1])
        both = (yes == 1) & (present[-1] == 1) & ~np.isnan(whose) & ~np.isnan(voice[-1])
        asked = [("feature", n, present[-1] == 1, yes == 1, known & (feature == i)) for i, n in enumerate(names)]
        asked += [("voice", n, voice[-1] == i, whose == i, both) for i, n in enumerate(VOICES)]
        asked += [("voice", "all", both, voice[-1] == whose, both)]
        for kind, name, tool, coder, here in asked:
            found = _measures(tool[here], coder[here], weight[here], article[here])
            if name == "all":
                found = [found[0] | {"measure": "accuracy", "positives": here.sum()}]
            rows += [{"reference": reference, "about": kind, "name": name} | row for row in found]
    table = pd.DataFrame(rows, columns=_TOOL)
    few = table["estimate"].notna() & table["ci_low"].isna()
    table["status"] = np.select([table["estimate"].isna(), few], ["nothing to judge", NO_INTERVAL], "")
    talk = _disagreements(about, names, coders, present, voice)
    return Agreement(round_significant(agreement), round_significant(table), talk)


def _items(sheets: Sequence[pd.DataFrame], key: pd.DataFrame | None) -> pd.DataFrame:
    """Every item by its number, with article and weight; refuses sheets that belong to another key or sheet."""
    about = sheets[0][["item"]].assign(weight=1.0) if key is None else key.astype({"item": "int64", "weight": float})
    about = about.set_index("item")
    for number, sheet in enumerate(sheets, 1):
        own = sheet.set_index("item")
        own = own[[name for name in own if name in ("article_id", "hash", *SHOWN)]]
        if key is not None and len(strange := own.index.difference(about.index)):
            raise InputError(f"sheet {number}, item {strange[0]}: the key has no such item")
        about = about.combine_first(own.assign(weight=1.0))
        if "hash" in own:
            mine, theirs = own["hash"].fillna(""), about.loc[own.index, "hash"].fillna("")
            if (other := mine.str.fullmatch(HASH) & theirs.str.fullmatch(HASH) & (mine != theirs)).any():
                raise InputError(f"sheet {number}, item {other.idxmax()}: another sentence than in the key or sheet 1")
    return about if "article_id" in about else about.assign(article_id=about.index.astype(str))


def _answers(tables: Sequence[pd.DataFrame], names: list[str], items: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Present (0, 1) and voice (its number), missing as NaN: a row a table, a column a pair of item and feature."""
    frames = [table.astype({"item": "int64"}).set_index("item").reindex(items) for table in tables]
    present = [frame[names].astype(float).to_numpy().ravel() for frame in frames]
    spoken = [frame[[f"{name}_voice" for name in names]].to_numpy(dtype=object).ravel() for frame in frames]
    return np.array(present), np.array([pd.Series(spoken_by).map(_VOICE_NUMBERS) for spoken_by in spoken], dtype=float)


def _majority(answers: np.ndarray, values: int) -> np.ndarray:
    """The value that more than half of at least two coders gave; NaN where there is none."""
    votes = (answers[:, :, None] == np.arange(values)).sum(axis=0)
    coded = votes.sum(axis=1)
    clear = (coded > 1) & (2 * votes.max(axis=1) > coded)
    return np.where(clear, votes.argmax(axis=1), np.nan)


def _disagreements(
    about: pd.DataFrame, names: list[str], coders: list[str], present: np.ndarray, voice: np.ndarray
) -> pd.DataFrame:
    """Pairs of item and feature on which not all say the same: those between coders first, then the tool's."""

    def differ(answers: np.ndarray) -> np.ndarray:
        return np.fmax.reduce(answers) > np.fmin.reduce(answers)

    among = differ(present[: len(coders)]) | differ(voice[: len(coders)])
    rows = np.flatnonzero(among | differ(present) | differ(voice))
    code = np.where(np.isnan(present), 0, np.where(np.isnan(voice), 1 + present, 3 + voice))[:, rows].astype(int)
    table = about[[name for name in ("article_id", *SHOWN) if name in about]].iloc[rows // len(names)].reset_index()
    table["feature"] = np.array(names, dtype=object)[rows % len(names)]
    table["between"] = np.where(among[rows], "coders", "tool")
    for name, answers in zip([*coders, "tool"], code, strict=False):
        table[name] = np.array(["", "0", "1", *VOICES], dtype=object)[answers]
    return table.sort_values(["between", "item", "feature"], ignore_index=True)
