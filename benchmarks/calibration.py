"""How often the package finds a difference where there is none, and where there is one; G2 beside it.

    python benchmarks/calibration.py CORPUS [-o benchmarks/] [--halves 4000] [--outlets 3]

Each trial draws two samples of articles from one outlet and asks `analysis` whether they differ. What it finds is a
false alarm, unless mentions were added to one of them: then it is power. Sides are split at random, by week, and by
event (`group_events`; articles of one event are then one unit), which keeps what articles of a week or event share.

``calibration.csv``, a row per outlet, feature, voice, split and number of articles a side:

- ``mentions_a_side``: mean mentions of a side; ``halves``: trials
- ``false_alarms``, ``false_alarms_g2``: share of trials with p < 0.05, of `analysis` and of G2 on pooled words
- ``ratio_coverage``: share of intervals of the rate ratio that hold 1
- ``power``, ``power_g2``: share with p < 0.05 where side a has 1.3 times the mentions (random halves only, as the rest)
- ``planted_coverage``: share of intervals that hold 1.3; ``detectable``: geometric mean of the detectable ratio
- ``rate_coverage``: share of intervals of the rate of articles drawn with replacement that hold the outlet's rate

``false-discovery.csv``: ``false_discovery_rate`` of the declared family and ``planted_found``, of `measure_fdr`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.codebook.scoring import score
from analysis.compare.contrasts import CORE_FEATURES, adjust_p, join_bundles
from analysis.compare.rates import Counts, merge_rows, moment_table, rate_interval, sum_moments
from analysis.compare.ratios import DRAWS, Found, contrast_sides, rate_ratios, widen_by_clusters
from analysis.read import read
from analysis.tables import InputError, round_significant, write_table

SIZES = (5, 15, 60)
VOICES = ("newsroom", "all")
#: Difference that is planted to measure power.
PLANTED = 1.3
#: Trials whose cells are worked on at once: their 1,000 relabellings take about 100 MB, which caches still like.
CHUNK = 25
ALPHA = 0.05


class Outlet(NamedTuple):
    """The articles of one outlet: counts of the cells that are calibrated, and what halves are split by."""

    name: str
    mentions: np.ndarray  #: (articles, cells)
    words: np.ndarray  #: (articles, voices)
    column: np.ndarray  #: voice of each cell
    cells: pd.DataFrame
    week: np.ndarray
    event: np.ndarray


def read_outlets(corpus: str, number: int) -> list[Outlet]:
    """Score the corpus and keep the `number` largest outlets of 120 articles or more."""
    articles = read(corpus).articles
    published = pd.to_datetime(articles["published"], errors="coerce", utc=True, format="mixed")
    articles["week"] = (published - pd.Timestamp("1970-01-05", tz="UTC")).dt.days // 7
    articles = articles.dropna(subset=["week", "outlet"])
    chosen = articles["outlet"].value_counts()
    chosen = chosen[chosen >= 2 * max(SIZES)].index[:number]
    if not len(chosen):
        raise InputError(f"{corpus}: no outlet has {2 * max(SIZES)} dated articles; calibration needs one")
    articles = articles[articles["outlet"].isin(chosen)].reset_index(drop=True)
    from analysis.compare.events import group_events

    event = articles["article_id"].map(group_events(articles).set_index("article_id")["event"])
    scores = score(articles).scores
    scores = scores[(scores["section"] == "body") & scores["voice"].isin(VOICES)]
    wide = scores.pivot_table("mentions", "article_id", ["voice", "feature"], aggfunc="sum")
    wide = wide.reindex(articles["article_id"])[[(v, f) for v in VOICES for f in CORE_FEATURES]]
    words = scores.pivot_table("words", "article_id", "voice", aggfunc="first")
    words = words.reindex(articles["article_id"])[list(VOICES)]
    column = np.repeat(np.arange(len(VOICES)), len(CORE_FEATURES))
    cells = wide.columns.to_frame(index=False)
    week, found = articles["week"].to_numpy(), []
    for name in chosen:
        mine = (articles["outlet"] == name).to_numpy()
        group = week[mine], pd.factorize(event[mine])[0]
        found.append(Outlet(name, wide.to_numpy(float)[mine], words.to_numpy(float)[mine], column, cells, *group))
    return found


def draw_halves(outlet: Outlet, size: int, split: str, trials: int, random: np.random.Generator) -> np.ndarray:
    """Rows of `trials` pairs of samples, (trials, 2 * size): the first half of each row is side a.

    Split by week or event, whole weeks (events) stand in random order, the first articles are side a and the last
    are side b.
    """
    number = len(outlet.mentions)
    if split == "random":
        return random.random((trials, number)).argsort(axis=1)[:, : 2 * size]
    group = pd.factorize(outlet.week if split == "week" else outlet.event)[0]
    keys = random.random((trials, group.max() + 1))[:, group] + 1e-9 * random.random((trials, number))
    order = keys.argsort(axis=1)
    return np.hstack([order[:, :size], order[:, -size:]])


def contrast_halves(outlet: Outlet, rows: np.ndarray, planted: float, random: np.random.Generator) -> Found:
    """Every trial and cell at once: cells of all trials stand side by side in one wide table of moments."""
    size, trials = rows.shape[1] // 2, len(rows)
    y, w = outlet.mentions[rows], outlet.words[rows]  # (trials, articles, cells)
    if planted > 1:
        y[:, :size] += random.binomial(y[:, :size].astype(int), planted - 1)
    column = (np.arange(trials)[:, None] * w.shape[2] + outlet.column).ravel()
    weeks = sum_weeks(outlet, rows, y, w)
    y, w = (part.transpose(1, 0, 2).reshape(2 * size, -1) for part in (y, w))
    counts = Counts(y, w, (w > 0).astype(float), column, outlet.cells, pd.DataFrame(index=range(2 * size)))
    sides = np.arange(size), np.arange(size, 2 * size)
    found = contrast_sides(moment_table(counts), column, *sides, None, DRAWS, int(random.integers(2**31)))
    return widen_by_clusters(found, *weeks, column)


def sum_weeks(outlet: Outlet, rows: np.ndarray, y: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, ...]:
    """Mentions and words of each side by week: (weeks, cells and words of all trials)."""
    week = np.unique(outlet.week, return_inverse=True)[1]
    size, trial, found = rows.shape[1] // 2, np.arange(len(rows))[:, None], []
    for side in (slice(size), slice(size, None)):
        parts = []
        for values in (y, w):
            sums = np.zeros((week.max() + 1, len(rows), values.shape[2]))
            np.add.at(sums, (week[rows[:, side]], trial), values[:, side])
            parts.append(sums.reshape(len(sums), -1))
        found.append(np.hstack(parts))
    return tuple(found)


def contrast_clusters(outlet: Outlet, rows: np.ndarray, random: np.random.Generator) -> Found:
    """The same with the articles of one side on one event as one unit: a trial at a time, since units differ."""
    size, found = rows.shape[1] // 2, []
    for row in rows:
        labels = pd.DataFrame({"side": np.repeat(["a", "b"], size), "event": outlet.event[row]})
        y, w = outlet.mentions[row], outlet.words[row]
        counts = merge_rows(Counts(y, w, (w > 0).astype(float), outlet.column, outlet.cells, labels), ["side", "event"])
        a = (counts.rows["side"] == "a").to_numpy()
        sides = np.flatnonzero(a), np.flatnonzero(~a)
        one = contrast_sides(moment_table(counts), outlet.column, *sides, None, DRAWS, int(random.integers(2**31)))
        weeks = sum_weeks(outlet, row[None], y[None], w[None])
        found.append(widen_by_clusters(one, *weeks, outlet.column))
    return join_bundles(found)


def g2_alarms(found: Found) -> np.ndarray:
    """Whether log-likelihood G2 on pooled words, with its chi-squared of one degree, is under p = 0.05."""
    from scipy import special, stats

    a, b = found.sides.a, found.sides.b
    total, share = a.mentions + b.mentions, a.words / (a.words + b.words)
    with np.errstate(all="ignore"):
        g2 = special.xlogy(a.mentions, a.mentions / (total * share))
        g2 += special.xlogy(b.mentions, b.mentions / (total * (1 - share)))
    return np.nan_to_num(2 * g2) > stats.chi2.isf(ALPHA, 1)


def calibrate_cell(task: tuple[Outlet, int, str, int, int]) -> pd.DataFrame:
    """All features and voices of one outlet, size and split: a row each."""
    outlet, size, split, halves, seed = task
    random = np.random.default_rng(seed)
    width, sums = len(outlet.cells), dict[str, np.ndarray]()

    def add(name: str, values: np.ndarray) -> None:
        sums[name] = sums.get(name, np.zeros(width)) + np.asarray(values, dtype=float).reshape(-1, width).sum(axis=0)

    for done in range(0, halves, CHUNK):
        rows = draw_halves(outlet, size, split, min(CHUNK, halves - done), random)
        found = (
            contrast_clusters(outlet, rows, random) if split == "event" else contrast_halves(outlet, rows, 1, random)
        )
        ratios = rate_ratios(found)
        add("mentions_a_side", (found.sides.a.mentions + found.sides.b.mentions) / 2)
        add("false_alarms", ratios["p"] < ALPHA)
        add("false_alarms_g2", g2_alarms(found))
        add("ratio_coverage", ~((ratios["ci_low"] > 1) | (ratios["ci_high"] < 1)))
        if split != "random":
            continue
        found = contrast_halves(outlet, rows, PLANTED, random)
        ratios = rate_ratios(found)
        add("power", (ratios["p"] < ALPHA) & (ratios["rate_ratio"] > 1))
        add("power_g2", g2_alarms(found))
        add("planted_coverage", ~((ratios["ci_low"] > PLANTED) | (ratios["ci_high"] < PLANTED)))
        add("detectable", np.log(ratios["detectable_ratio"].fillna(np.inf).clip(upper=100)))
        # The outlet's articles are the population, and samples with replacement are from it.
        rows = random.integers(len(outlet.mentions), size=(len(rows), size))
        low, high = sample_intervals(outlet, rows)
        true = outlet.mentions.sum(axis=0) / outlet.words.sum(axis=0)[outlet.column]
        add("rate_coverage", (low <= true) & (true <= high))
    table = outlet.cells.assign(outlet=outlet.name, articles=size, split=split, halves=halves)
    for name, total in sums.items():
        table[name] = total / halves
    if "detectable" in table:
        table["detectable"] = np.exp(table["detectable"])
    return table


def sample_intervals(outlet: Outlet, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intervals of the rate of each sample and cell; the samples stand for outlets of one corpus."""
    samples, size = rows.shape
    flat = rows.ravel()
    y, w = outlet.mentions[flat], outlet.words[flat]
    counts = Counts(y, w, (w > 0).astype(float), outlet.column, outlet.cells, pd.DataFrame(index=range(len(flat))))
    return rate_interval(sum_moments(counts, np.kron(np.eye(samples), np.ones(size))))[:2]


def measure_fdr(outlet: Outlet, corpora: int, seed: int, outlets: int = 8, size: int = 30) -> pd.DataFrame:
    """Share of false among the declared family's findings: outlets are samples of one, a third of features planted.

    One outlet has twice the mentions in three features. The other outlets' contrasts in these features (whose rest has
    the planted outlet) count neither as true nor as false.
    """
    random, rates, hits = np.random.default_rng(seed), [], 0
    features, planted = len(CORE_FEATURES), [0, 3, 9]
    for _ in range(corpora):
        rows = random.integers(len(outlet.mentions), size=outlets * size)
        y, w = outlet.mentions[rows, :features].copy(), outlet.words[rows, :1]
        y[:size, planted] *= 2
        column = np.zeros(features, dtype=int)
        table = moment_table(Counts(y, w, (w > 0).astype(float), column, outlet.cells, pd.DataFrame()))
        p, every = [], np.arange(outlets * size)
        for start in range(0, outlets * size, size):
            mine = every[start : start + size]
            found = contrast_sides(
                table, column, mine, np.setdiff1d(every, mine), None, DRAWS, int(random.integers(2**31))
            )
            p.append(rate_ratios(found)["p"].to_numpy())
        hit = adjust_p(np.concatenate(p)).reshape(outlets, features) < ALPHA
        false, true = np.delete(hit, planted, axis=1).sum(), hit[0, planted].sum()
        rates.append(false / max(false + true, 1))
        hits += true
    return pd.DataFrame([{
        "outlet": outlet.name, "corpora": corpora, "outlets": outlets, "articles": size,
        "false_discovery_rate": np.mean(rates), "planted_found": hits / corpora / len(planted),
    }])  # fmt: skip


def main() -> None:
    """Write ``calibration.csv`` and ``false-discovery.csv``."""
    from concurrent.futures import ProcessPoolExecutor

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    parser.add_argument("--halves", type=int, default=4000)
    parser.add_argument("--outlets", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    outlets = read_outlets(chosen.corpus, chosen.outlets)
    tasks = [
        (outlet, size, split, chosen.halves, 1000 * i + size)
        for i, outlet in enumerate(outlets) for split in ("random", "week", "event") for size in SIZES
    ]  # fmt: skip
    with ProcessPoolExecutor(chosen.jobs) as pool:
        table = pd.concat(pool.map(calibrate_cell, tasks), ignore_index=True)
        fdr = pd.concat(pool.map(measure_fdr, outlets, [chosen.halves // 20] * len(outlets), range(len(outlets))))
    first = ["outlet", "feature", "voice", "split", "articles", "halves"]
    table = table[first + [name for name in table if name not in first]]
    write_table(round_significant(table), chosen.output / "calibration.csv")
    write_table(round_significant(fdr), chosen.output / "false-discovery.csv")
    worst = table.groupby(["voice", "split", "articles"])[["false_alarms", "false_alarms_g2"]].max()
    print(worst.round(3).to_string())
    print(table.groupby(["voice", "articles"])[["ratio_coverage", "rate_coverage", "planted_coverage"]].min().round(3))
    print(fdr.to_string())


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        raise SystemExit(f"calibration: {error}") from error
