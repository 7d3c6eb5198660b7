"""How often the comparison, as it is reported, finds a difference where there is none, and where there is one.

    python benchmarks/calibration.py CORPUS [-o benchmarks/] [--trials 200] [--outlets 3]

Each trial makes eight outlets out of the articles of one: one of 3, 5, 15 or 60 articles, and seven of 60 (with
replacement where there are too few), and asks what differs, as `compare` does. What it finds is a false alarm, unless
mentions were planted in the one outlet: then it is power. ``split`` says how articles come to outlets: ``random``, or
``week``: whole weeks go to one outlet, which keeps what articles of a week share.

``calibration.csv``, a row per outlet (whose articles they are), split, number of articles and feature (newsroom's
voice, body): ``trials``; ``tested`` (share that had a p); ``false_alarms`` (share with p < 0.05), ``coverage``
(share of the intervals given that hold 1), ``rate_coverage`` (share of the intervals of rates that hold the rate of all
these articles), ``power`` and ``power_adjusted`` (found with twice the mentions: by p, by p adjusted in the family).
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.codebook.scoring import score
from analysis.compare.contrasts import contrast_sides, finish
from analysis.compare.rates import MIN_ARTICLES, Sums, estimate_sides, rate_limits
from analysis.read import read
from analysis.tables import InputError, round_significant, write_table

SIZES = (3, 5, 15, 60)
OTHERS = 7
OTHER_SIZE = 60
#: Ratio that is planted to measure power.
PLANTED = 2.0
ALPHA = 0.05
MEASURES = ("tested", "false_alarms", "coverage", "rate_coverage", "power", "power_adjusted")


class Outlet(NamedTuple):
    """The articles of one outlet: arrays (articles, features) of the newsroom's voice in the body."""

    name: str
    features: list[str]
    mentions: np.ndarray
    words: np.ndarray
    week: np.ndarray


def read_outlets(corpus: str, number: int) -> list[Outlet]:
    """Score the corpus and keep its `number` largest outlets of 120 dated articles or more."""
    articles = read(corpus).articles
    published = pd.to_datetime(articles["published"], errors="coerce", utc=True, format="mixed")
    articles["week"] = (published - pd.Timestamp("1970-01-05", tz="UTC")).dt.days // 7
    articles = articles.dropna(subset=["week", "outlet"])
    sizes = articles["outlet"].value_counts()
    chosen = sizes[sizes >= 2 * OTHER_SIZE].index[:number]
    if not len(chosen):
        raise InputError(f"{corpus}: no outlet has {2 * OTHER_SIZE} dated articles; calibration needs one")
    found = []
    for name in chosen:
        mine = articles[articles["outlet"] == name].reset_index(drop=True)
        scores = score(mine).scores
        scores = scores[(scores["section"] == "body") & (scores["voice"] == "newsroom")]
        wide = scores.pivot_table(["mentions", "words"], "article_id", "feature", aggfunc="sum")
        wide = wide.reindex(mine["article_id"])
        features = wide["mentions"].columns.tolist()
        parts = (wide[part].to_numpy(float) for part in ("mentions", "words"))
        found.append(Outlet(str(name), features, *parts, mine["week"].to_numpy(int)))
    return found


def draw_trial(outlet: Outlet, size: int, split: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the articles of one trial, and the number of the outlet each goes to (0: the small one)."""
    sizes = np.array([size] + [OTHER_SIZE] * OTHERS)
    side = np.repeat(np.arange(len(sizes)), sizes)
    if split == "random":
        return random.integers(len(outlet.words), size=sizes.sum()), side
    weeks = pd.Series(np.arange(len(outlet.week))).groupby(outlet.week).indices
    rows = []
    for wanted in sizes:  # whole weeks in random order until there are enough articles
        order = random.permutation(list(weeks))
        taken = np.concatenate([weeks[week] for week in order])[:wanted]
        rows.append(taken if len(taken) == wanted else np.resize(taken, wanted))
    return np.concatenate(rows), side


def sum_trial(outlet: Outlet, rows: np.ndarray, side: np.ndarray, planted: float, random: np.random.Generator) -> Sums:
    """The units of one trial: what each outlet wrote in each week."""
    mentions, words = outlet.mentions[rows].copy(), outlet.words[rows]
    small = side == 0
    mentions[small] += random.binomial(mentions[small].astype(int), planted - 1)
    labels = pd.DataFrame({"side": [f"o{k}" for k in side], "unit": outlet.week[rows].astype(str)})
    grouped = labels.groupby(["side", "unit"])
    code, index = grouped.ngroup().to_numpy(), grouped.size().index.to_frame(index=False)
    sums = []
    for part in (mentions, words, (words > 0).astype(float)):
        total = np.zeros((len(index), len(outlet.features)))
        np.add.at(total, code, part)
        sums.append(total)
    cells = pd.DataFrame({"feature": outlet.features, "section": "body", "voice": "newsroom"})
    return Sums(index, cells, *sums)


def judge_trial(sums: Sums) -> pd.DataFrame:
    """The small outlet's contrasts as they are reported, adjusted with those of all."""
    table = finish(contrast_sides(sums).assign(family="declared", unclustered=""))
    return table[table["outlet_a"] == "o0"].set_index("feature").reindex(sums.cells["feature"])


def calibrate(task: tuple[Outlet, str, int, int, int]) -> pd.DataFrame:
    """All features of one outlet, split and size: a row each."""
    outlet, split, size, trials, seed = task
    random, sums = np.random.default_rng(seed), {name: np.zeros(len(outlet.features)) for name in MEASURES}
    true = outlet.mentions.sum(axis=0) / outlet.words.sum(axis=0)
    covered = np.zeros(len(outlet.features))
    for _ in range(trials):
        rows, side = draw_trial(outlet, size, split, random)
        flat = sum_trial(outlet, rows, side, 1, random)
        one, found = judge_trial(flat), judge_trial(sum_trial(outlet, rows, side, PLANTED, random))
        sides = estimate_sides(flat)[1].at(slice(0, 1))
        low, high = rate_limits(sides)
        sums["tested"] += one["p"].notna()
        sums["false_alarms"] += one["p"] < ALPHA
        sums["coverage"] += one["ci_low"].le(1) & one["ci_high"].ge(1)
        sums["power"] += (found["p"] < ALPHA) & (found["rate_ratio"] > 1)
        sums["power_adjusted"] += (found["p_adjusted"] < ALPHA) & (found["rate_ratio"] > 1)
        sums["rate_coverage"] += ((low <= true) & (true <= high) & (sides.units >= MIN_ARTICLES))[0]
        covered += sides.units[0] >= MIN_ARTICLES
    table = pd.DataFrame(
        {"outlet": outlet.name, "split": split, "articles": size, "feature": outlet.features, "trials": trials}
    )
    given = np.maximum(sums["tested"], 1)
    shares = {name: total / trials for name, total in sums.items()}
    shares["coverage"] = np.where(sums["tested"] > 0, sums["coverage"] / given, np.nan)
    shares["rate_coverage"] = np.where(covered > 0, sums["rate_coverage"] / np.maximum(covered, 1), np.nan)
    return table.assign(**{name: np.asarray(share) for name, share in shares.items()})


def main() -> None:
    """Write ``calibration.csv`` and print the worst of each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--outlets", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    outlets = read_outlets(chosen.corpus, chosen.outlets)
    tasks = [
        (outlet, split, size, chosen.trials, 1000 * i + size)
        for i, outlet in enumerate(outlets) for split in ("random", "week") for size in SIZES
    ]  # fmt: skip
    with ProcessPoolExecutor(chosen.jobs) as pool:
        table = pd.concat(pool.map(calibrate, tasks), ignore_index=True)
    write_table(round_significant(table), chosen.output / "calibration.csv")
    grouped = table.groupby(["split", "articles"])
    worst = grouped.agg({"tested": "mean", "false_alarms": ["mean", "max"], "coverage": "min", "rate_coverage": "min",
                         "power": ["mean", "max"], "power_adjusted": ["mean", "max"]})  # fmt: skip
    print(worst.round(3).to_string())


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        raise SystemExit(f"calibration: {error}") from error
