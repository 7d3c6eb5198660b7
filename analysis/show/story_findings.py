"""Sentences on events, copies, distinctive words and validity, made from the tables as those of `findings` are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.compare.sensitivity import ALPHA
from analysis.show.figures import plain_markdown
from analysis.show.findings import count, listed
from analysis.show.story_plots import COMPARED, STANDS


def describe_events(table: pd.DataFrame, events: pd.DataFrame, copies: pd.DataFrame) -> str:
    """How many events the articles tell, and how many of them can be compared."""
    both = table[table["outlets"] > 1]
    shared = f"by more than one outlet: {len(both):,}, in {count(both['articles'].sum(), 'article')}"
    none = "" if len(both) else " No event is told by two outlets, so nothing can be compared within events."
    return (
        f"{count(len(events), 'article')} tell {count(events['event'].nunique(), 'event')}; told by more than one "
        f"article: {len(table):,}; {shared}. Articles in somebody else's words: {len(copies):,}, of which "
        f"{copies['original'].notna().sum():,} found by comparing texts.{none}"
    )


def describe_within(table: pd.DataFrame) -> str:
    """What is left of the contrasts that hold over all articles when the same events are compared (`select_within`)."""
    raw, within = (table[table["comparison"] == name] for name in COMPARED.values())
    raw = raw[raw["p_adjusted"] < ALPHA]
    if raw.empty:
        return "No contrast over all articles has an adjusted p below 0.05: there is none to hold within events."
    pairs = raw.merge(within[within["p"].notna()], on="contrast", suffixes=("", "_w"))
    size, size_w = (np.log(pairs[name].to_numpy(float)) for name in ("rate_ratio", "rate_ratio_w"))
    clear = pairs[(size * size_w > 0) & ((pairs["ci_low_w"] > 1) | (pairs["ci_high_w"] < 1))]
    names = [f"{r.contrast} {r.rate_ratio_w:.2g} ({r.ci_low_w:.2g} to {r.ci_high_w:.2g})" for r in clear.itertuples()]
    return plain_markdown(
        f"Of the {len(raw):,} shown that hold over all articles, {len(pairs):,} could be estimated within events. "
        f"Of these {np.sum(size * size_w > 0):,} point the same way there, {np.sum(abs(size_w) < abs(size)):,} are "
        f"weaker, and {len(clear):,} have an interval without 1{': ' * bool(names)}{listed(names, 6)}. A wide "
        "interval says that few events are shared, and not that the difference is gone."
    )


def describe_drive(drive: pd.DataFrame) -> str:
    """Whether one entry, article or voice, or the copies, carry the clearest contrast."""
    if drive.empty:
        return "There is no contrast in this corpus of which anything could be left out."
    one = drive[drive["contrast"] == drive["contrast"].iloc[0]]
    found = {name: one.loc[one["change"] == f"{name} left out", "rate_ratio"] for name in ("entry", "article")}
    known = {name: ratios.replace(np.inf, np.nan).dropna() for name, ratios in found.items()}
    said = [
        f"; without each {n} in turn ({len(r):,}), {r.min():.2g} to {r.max():.2g}" for n, r in known.items() if len(r)
    ]
    changed = one.loc[~one["verdict"].isin(STANDS), ["change", "what", "verdict"]]
    names = listed(f"{change}: {what} ({verdict})" for change, what, verdict in changed.itertuples(index=False))
    verdict = f"What changes the verdict: {names or 'nothing that was tried'}."
    verdict = verdict if one["p"].notna().any() else "Without intervals there is no verdict that could change."
    ratio = one["rate_ratio"].iloc[0]
    return plain_markdown(f"{one['contrast'].iloc[0]}: ratio {ratio:.2g}{''.join(said)}. {verdict}".replace("_", " "))


def describe_terms(terms: pd.DataFrame, voice: str) -> str:
    """How many words and phrases set outlets apart in a voice."""
    if terms["term"].isna().all():
        why = listed(terms["status"].dropna()) or "no word is in enough articles"
        return plain_markdown(f"Distinctive words, {voice}: nothing can be said ({why}).")
    found = terms[(terms["p_adjusted"] < ALPHA) & (terms["log_odds"] > 0)]
    names = listed(f"{name} ({number:,})" for name, number in sorted(found["outlet"].value_counts().items()))
    return plain_markdown(
        f"Words and pairs of words used more than by others, {voice}, adjusted p below 0.05: {len(found):,}, of "
        f"{found['outlet'].nunique():,} of {count(terms['outlet'].nunique(), 'outlet')}{': ' * bool(names)}{names}."
    )


def describe_measured(table: pd.DataFrame, name: str, value: str, low: str, of: str) -> str:
    """The lowest and the middle of what was measured of each feature, and on how many items."""
    known = table.dropna(subset=[value]).sort_values(value, kind="stable")
    if known.empty:
        return f"{name}: nothing could be measured."
    row, end = known.iloc[0], known[low].min()
    least = f" (lowest lower bound {end:.2g})" if end == end else " (too few articles for intervals)"
    which = str(row["feature" if "feature" in row else "name"]).replace("_", " ")
    middle = f"{name}, by feature: {known[value].median():.2g} in the middle, the least {row[value]:.2g} for {which}"
    return f"{middle}{least}; on {count(known[of].sum(), 'judgement')}."
