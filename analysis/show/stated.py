"""What was found, as sentences with their numbers: one line a finding, and what could have been found but was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.compare.sensitivity import ALPHA
from analysis.show.findings import count
from analysis.show.plotted import LAST, declared, turn

#: What a sentence calls the words of a feature of the codebook; of others their label does.
WORDS = {
    "hedge": "hedging words", "hearsay": "hearsay words", "no_evidence": "words for absent evidence",
    "claim": "“claim” words", "accusation": "words of accusation", "denial": "words of denial",
    "discredit": "discrediting words", "booster": "boosters", "factive": "factive words",
    "attribution": "neutral words of speech", "vague_source": "vague sources", "distance": "distancing words",
}  # fmt: skip
#: What stands on the other side where it is no outlet.
OTHERS = {"typical": "the typical outlet"}
WHOSE = {"newsroom": "In its own voice", "quoted": "In its quotations", "reported": "In reported words"}
FINDINGS = [
    *["feature", "outlet", "other", "voice", "section", "ratio", "low", "high", "p_adjusted", "mentions", "words"],
    *["least", "sentence"],
]


def number(value: float) -> str:
    """Two digits of a ratio or rate, and no powers of ten.

    Examples
    --------
    >>> number(3.4321), number(0.0312), number(131.2)
    ('3.4', '0.031', '131')
    """
    return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}"


def words_of(feature: str, names: Mapping[str, str] | None = None) -> str:
    """What a sentence calls the words of a feature.

    Examples
    --------
    >>> words_of("hearsay"), words_of("doubt")
    ('hearsay words', '“doubt” words')
    """
    label = (names or {}).get(feature, feature.replace("_", " "))
    return WORDS.get(feature, f"“{label}” words")


def findings_table(
    contrasts: pd.DataFrame, rates: pd.DataFrame, names: Mapping[str, str] | None = None, level: float = ALPHA
) -> pd.DataFrame:
    """What was found, a row and a sentence each: framing features first, the largest sure difference first.

    Parameters
    ----------
    contrasts, rates : DataFrame
        The tables ``contrasts`` and ``comparison``; counts of a sentence are those of the latter.
    names : mapping of str to str, optional
        What features are called.
    level : float
        An adjusted p below this is found.

    Returns
    -------
    DataFrame
        Columns of `FINDINGS`. Of two outlets, that with the higher rate is `outlet`, so that ratios are above 1.
        `least` is the difference that the interval leaves at the least, as a ratio above 1; the table is in its order.

    Examples
    --------
    >>> contrasts = pd.DataFrame({"feature": ["hearsay"], "section": "body", "voice": "newsroom", "contrast": "typical",
    ...     "outlet_a": ["Post"], "outlet_b": "typical", "rate_ratio": [3.4], "ci_low": [1.9], "ci_high": [6.1],
    ...     "p_adjusted": [0.001], "family": "declared"})
    >>> rates = pd.DataFrame({"feature": ["hearsay"], "section": "body", "voice": "newsroom", "outlet": "Post",
    ...     "mentions": [33], "words": [28939]})
    >>> print(findings_table(contrasts, rates)["sentence"][0])
    In its own voice Post uses hearsay words 3.4 times as often as the typical outlet (1.9 to 6.1; 33 mentions in
    28,939 words).
    """
    known = declared(contrasts)
    found = known[(known["p_adjusted"] < level) & known["ratio"].notna()].copy()
    found["outlet"], found["other"] = found["outlet_a"], found["outlet_b"]
    found["turned"] = ~found["contrast"].isin(OTHERS) & (found["ratio"] < 1)
    found.loc[found["turned"], ["outlet", "other"]] = found.loc[found["turned"], ["outlet_b", "outlet_a"]].to_numpy()
    found = turn(found)
    key = ["feature", "section", "voice", "outlet"]
    found = found.merge(rates[[*key, "mentions", "words"]].drop_duplicates(key), how="left", on=key)
    with np.errstate(divide="ignore"):
        found["least"] = np.where(found["ratio"] >= 1, found["low"], 1 / found["high"].astype(float))
    found["sentence"] = [say_finding(row, names) for row in found.to_dict("records")]
    found["last"] = found["feature"] == LAST
    order = ["last", "least", "p_adjusted", "feature", "outlet", "other"]
    ascending = [True, False, True, True, True, True]
    return found.sort_values(order, ascending=ascending, ignore_index=True).reindex(columns=FINDINGS)


def say_finding(row: Mapping[Any, Any], names: Mapping[str, str] | None = None) -> str:
    """One finding as a sentence.

    That outlets differ is shown by p, from the data alone; the ratio that is stated and its interval are drawn towards
    1, and may reach it. Then the sentence says in which direction they differ, and that the size is not sure.
    """
    whose, words = WHOSE.get(row["voice"], "In all that it prints"), words_of(row["feature"], names)
    where = "in headlines " if row["section"] == "headline" else ""
    other, ratio, low, high = OTHERS.get(row["contrast"], row["other"]), row["ratio"], row["low"], row["high"]
    notes = [f"{number(low)} to {number(high)}"] if low == low and high == high else []
    if ratio == np.inf:
        how, notes = f"where {other} uses none", [f"at the least {number(low)} times as often"] if low > 0 else []
    elif notes and (low <= 1 <= high or "1" in (number(low), number(high))):
        how = f"{'more' if ratio >= 1 else 'less'} often than {other}, by how much is not sure"
        notes = [f"about {number(ratio)} times, {notes[0]}"]
    elif ratio >= 1:
        how = f"{number(ratio)} times as often as {other}"
    else:
        how = f"less often than {other}, {number(ratio)} times as often"
    notes += (
        [f"{count(row['mentions'], 'mention')} in {row['words']:,.0f} words"] if row["words"] == row["words"] else []
    )
    return f"{whose} {row['outlet']} uses {words} {where}{how} ({'; '.join(notes)}).".replace(" ()", "")


def missed_table(contrasts: pd.DataFrame, level: float = ALPHA) -> pd.DataFrame:
    """What was not found, by feature, and how large a difference would have been.

    Returns
    -------
    DataFrame
        `feature`, `compared` (contrasts with a p), `found`, `untold` (no p: too few articles or mentions),
        `detectable_low`, `detectable`, `detectable_high` (least, median and largest `detectable_ratio` of what was not
        found); the neutral words of speech come last.
    """
    known = declared(contrasts)
    tested = known["p_adjusted"].notna()
    hit = tested & (known["p_adjusted"] < level)
    sizes = known["detectable_ratio"].astype(float).where(tested & ~hit)
    table = known.assign(compared=tested, found=hit, untold=~tested, size=sizes)
    grouped = table.groupby("feature", sort=False)
    found = grouped.agg(
        compared=("compared", "sum"), found=("found", "sum"), untold=("untold", "sum"),
        detectable_low=("size", "min"), detectable=("size", "median"), detectable_high=("size", "max"),
    )  # fmt: skip
    found = found.reset_index().assign(last=lambda table: table["feature"] == LAST)
    return found.sort_values(["last", "detectable"], kind="stable", ignore_index=True).drop(columns="last")


def say_missed(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> str:
    """One sentence on what was not found, from `missed_table`."""
    left, untold = int((table["compared"] - table["found"]).sum()), int(table["untold"].sum())
    said = []
    if left:
        shows = "comparison shows" if left == 1 else "comparisons show"
        said.append(f"{left:,} {shows} no difference, which does not show the outlets to be alike.")
    known = table.dropna(subset=["detectable"]).sort_values("detectable", kind="stable")
    if len(known):
        ends = dict(zip(known["feature"].iloc[[0, -1]], known["detectable"].iloc[[0, -1]], strict=True))
        sizes = [f"one of {number(size)} times in {words_of(feature, names)}" for feature, size in ends.items()]
        said.append(f"Half of them would have shown a difference if it was {', but only '.join(sizes)}.")
    if untold:
        said.append(f"{untold:,} more could not be estimated: too few articles or mentions.")
    everything = "Everything that was compared differs." if table["compared"].sum() else "Nothing was compared."
    return " ".join(said) or everything


def say_status(row: Mapping[Any, Any], level: float = ALPHA) -> str:
    """What became of one contrast, in a phrase.

    Examples
    --------
    >>> say_status({"p_adjusted": 0.2, "detectable_ratio": 2.31, "status": "long"})
    'not shown to differ (2.3 times would be)'
    >>> say_status({"p_adjusted": float("nan"), "detectable_ratio": float("nan"), "status": "no words"})
    'no words'
    """
    if not row["p_adjusted"] >= 0:
        return str(row["status"]).split(":")[0]
    if row["p_adjusted"] < level:
        return "found"
    size = row["detectable_ratio"]
    return "not shown to differ" + (f" ({number(size)} times would be)" if 1 < size < 100 else "")


def corpus_line(articles: pd.DataFrame) -> str:
    """How many articles, outlets and words, and from when."""
    outlets, dates = articles["outlet"].nunique(), articles["published"].dropna().astype(str).str.slice(0, 10)
    dated = f", {dates.min()} to {dates.max()}" if len(dates) else ""
    return f"{len(articles):,} articles of {outlets:,} outlets, {articles['words'].sum():,.0f} words{dated}"
