"""What a contrast hangs on: one lexicon entry, one article, one voice, the copies?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from analysis.compare.contrasts import ALPHA, contrast_sides
from analysis.compare.events import COPIES
from analysis.compare.rates import HALF, UNQUOTED, place_articles, student_quantile, sum_units
from analysis.tables import InputError, round_significant
from analysis.voice import VOICES

_ESTIMATES = ["rate_ratio", "ci_low", "ci_high", "p"]


def sensitivity(
    mentions: pd.DataFrame,
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    feature: str,
    outlet: str,
    against: str = "typical",
    voice: str = "newsroom",
    section: str = "body",
    copies: str = "once",
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The same contrast with each lexicon entry and each article left out, in each voice, and with copies or without.

    Parameters
    ----------
    mentions, scores, articles : DataFrame
        The tables of those names.
    feature, outlet, against, voice, section : str
        The contrast; `against` is another outlet or ``typical``.
    copies, events
        As of `contrasts`.

    Returns
    -------
    DataFrame
        ``change`` (none, entry left out, article left out, voice, copies), ``what`` (which), ``rate_ratio``,
        ``ci_low``, ``ci_high``, ``p``, and ``verdict``: whether p = 0.05 is crossed (``appears``, ``vanishes``), the
        ratio crosses 1 (``turns``), or neither (``stays``). An article of the outlet, or of the other one, is left out
        of its rate; the variance stays that of the whole.

    Raises
    ------
    InputError
        Where the scores do not have the feature or the voice, or the articles not the outlets.

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
    if wanted.empty:
        raise InputError(f"no scores of feature {feature!r} in section {section!r}")
    placed = place_articles(articles, "outlet", copies, events)
    for name in {outlet, against} - {"typical"}:
        if not (placed["counted"] & (placed["side"] == name)).any():
            raise InputError(f"no article of {name!r} to compare")
    without = _without_entries(mentions, wanted, feature, section, voice)
    found = _contrast(pd.concat([wanted, without]), placed, outlet, against)
    voices = found[found["feature"] == feature].set_index("voice")
    if voice not in voices.index:
        raise InputError(f"no scores of voice {voice!r}; there are {', '.join(voices.index)}")
    counted = {way: place_articles(articles, "outlet", way, events) for way in COPIES}
    copied = [_contrast(wanted, rows, outlet, against).set_index("voice").loc[[voice]] for rows in counted.values()]
    parts = {
        "none": voices.loc[[voice]],
        "voice": voices,
        "entry left out": found[found["feature"] != feature].set_index("feature").sort_index(),
        "article left out": _without_articles(wanted, placed, voices.loc[[voice]].iloc[0], outlet, against),
        "copies": pd.concat(copied).set_axis(list(COPIES)),
    }
    parts["entry left out"].index = parts["entry left out"].index.str.removeprefix("without ")
    table = pd.concat(parts, names=["change", "what"])[_ESTIMATES].reset_index()
    whole = table.iloc[0]
    turned = (table["rate_ratio"] - 1) * (whole["rate_ratio"] - 1) < 0
    appears, vanishes = (table["p"] < ALPHA) & ~(whole["p"] < ALPHA), (table["p"] >= ALPHA) & (whole["p"] < ALPHA)
    verdicts = ["cannot tell", "turns", "appears", "vanishes"]
    table["verdict"] = np.select([table["p"].isna(), turned, appears, vanishes], verdicts, "stays")
    return round_significant(table)


def _contrast(scores: pd.DataFrame, placed: pd.DataFrame, outlet: str, against: str) -> pd.DataFrame:
    """The rows of one contrast, turned so that `outlet` is side a."""
    sums = sum_units(scores, placed[placed["side"].notna()])
    table = contrast_sides(sums, pairs=against != "typical")
    if table.empty:  # where copies are counted otherwise, there may be one outlet only
        return sums.cells.assign(**dict.fromkeys(_ESTIMATES, np.nan))
    mine = table[(table["outlet_a"] == outlet) & (table["outlet_b"] == against)]
    if mine.empty:
        mine = table[(table["outlet_a"] == against) & (table["outlet_b"] == outlet)]
        with np.errstate(divide="ignore"):
            turned = {
                "rate_ratio": 1 / mine["rate_ratio"],
                "ci_low": 1 / mine["ci_high"],
                "ci_high": 1 / mine["ci_low"],
            }
        mine = mine.assign(**turned)
    if mine.empty:  # it has no articles of its own where copies are counted otherwise
        return sums.cells.assign(**dict.fromkeys(_ESTIMATES, np.nan))
    return mine


def _without_entries(
    mentions: pd.DataFrame, scores: pd.DataFrame, feature: str, section: str, voice: str
) -> pd.DataFrame:
    """Scores of a voice with the mentions of one lexicon entry left out, each as a feature of its own."""
    voices = {"all": list(VOICES), "unquoted": list(UNQUOTED)}.get(voice, [voice])
    sections = ["body", "subheading"] if section == "body" else [section]
    kept = (mentions["feature"] == feature) & mentions["section"].isin(sections) & mentions["voice"].isin(voices)
    kept &= ~mentions["negated"].astype(bool)
    entries = pd.crosstab(mentions["article_id"][kept], mentions["term"][kept])
    own = scores[scores["voice"].isin([voice] if voice != "unquoted" else voices)]
    own = own.groupby("article_id", as_index=False, sort=False).agg(
        mentions=("mentions", "sum"), words=("words", "sum")
    )
    counts = entries.reindex(own["article_id"], fill_value=0)
    parts = [
        own.assign(feature=f"without {term}", mentions=own["mentions"] - counts[term].to_numpy()) for term in entries
    ]
    table = pd.concat([own.iloc[:0], *parts], ignore_index=True)
    return table.assign(section=section, voice=voice)


def _without_articles(
    scores: pd.DataFrame, placed: pd.DataFrame, whole: pd.Series, outlet: str, against: str
) -> pd.DataFrame:
    """The contrast without each article of its sides that has words, with the variance of the whole."""
    voices = UNQUOTED if whole.name == "unquoted" else [whole.name]
    sums = scores[scores["voice"].isin(voices)].groupby("article_id")[["mentions", "words"]].sum()
    rows = placed[placed["counted"] & placed["side"].isin([outlet, against])].join(sums, "article_id", "inner")
    rows = rows[rows["words"] > 0].set_index("article_id")
    left = rows.groupby("side")[["mentions", "words"]].transform("sum") - rows[["mentions", "words"]]
    total = rows.groupby("side")[["mentions", "words"]].transform("sum")
    sign, turned = np.where(rows["side"] == outlet, 1, -1), 1 if whole["outlet_a"] == outlet else -1
    error, half = whole["error"], student_quantile(whole["freedom"]) * whole["error"]
    with np.errstate(all="ignore"):
        moved = np.log((left["mentions"] + HALF) / left["words"]) - np.log((total["mentions"] + HALF) / total["words"])
        plain = left["mentions"] / left["words"] / (total["mentions"] / total["words"])
        centre = whole["log_ratio"] * turned + sign * moved
        table = {
            "rate_ratio": whole["rate_ratio"] * plain**sign, "ci_low": np.exp(centre - half),
            "ci_high": np.exp(centre + half), "p": 2 * special.stdtr(whole["freedom"], -np.abs(centre) / error),
        }  # fmt: skip
    found = pd.DataFrame(table, index=rows.index)
    return found if pd.notna(whole["p"]) else found.assign(**dict.fromkeys(_ESTIMATES[1:], np.nan))
