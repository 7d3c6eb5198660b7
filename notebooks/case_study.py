"""What only the case study shows: how the comparison was calibrated, and how five articles were read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis.show.drawing import draw_points
from analysis.show.figures import Plot, in_style
from analysis.show.findings import say_rates
from analysis.tables import read_table
from analysis.validate.agreement import precision_table


def calibration_table(path: str | Path, voice: str = "newsroom", split: str = "random") -> pd.DataFrame:
    """False alarms between halves of one outlet, from the table that `benchmarks/calibration.py` writes.

    Returns
    -------
    DataFrame
        `feature`, `size`, `test` (ours, G2), `per_cent` (mean over outlets), `lowest`, `highest` (outlet), `halves`.
    """
    tests = {"false_alarms": "this project", "false_alarms_g2": "G2 on pooled words"}
    raw = read_table(path).rename(columns=tests)
    raw = raw[(raw["voice"] == voice) & (raw["split"] == split)].astype({"articles": int, "halves": int})
    table = raw.melt(["articles", "feature", "halves"], list(tests.values()), "test")
    table["value"] = 100 * table["value"].astype(float)
    table["size"] = table["articles"].map("{0} + {0} articles".format)
    grouped = table.sort_values("articles", kind="stable").groupby(["size", "feature", "test"], sort=False)["value"]
    found = grouped.agg(per_cent="mean", lowest="min", highest="max").reset_index()
    return found.assign(halves=grouped.size().to_numpy() * raw["halves"].max())


@in_style
def draw_calibration(table: pd.DataFrame) -> Figure:
    """False alarms by feature, ours beside G2, from `calibration_table`; the line is what p < 0.05 promises."""
    label = "false alarms, per cent of comparisons of an outlet with itself"
    figure = draw_points(table, "per_cent", "feature", label, "test", "size", "lowest", "highest", columns=3)
    for ax in figure.axes:
        ax.axvline(5, color="#444444", lw=0.8, zorder=0.5)
    return figure


def missed_table(recall: pd.DataFrame) -> pd.DataFrame:
    """Of sentences read that have a related word and no mention: `read`, `missed`, `per_cent` with an interval."""
    found = precision_table(recall.assign(verdict=recall["missed"]))
    found = found.rename(columns={"judged": "read", "right": "missed"})
    return found.assign(**(100 * found[["precision", "ci_low", "ci_high"]])).rename(columns={"precision": "per_cent"})


def reading_table(sheet: pd.DataFrame, articles: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """A reading of articles, marker by marker, against what the tool found in them.

    Parameters
    ----------
    sheet : DataFrame
        `article`, `section`, `context` (a stretch that occurs once), `match` (in it), `feature`, `voice`.
    articles, mentions : DataFrame
        As `score_articles` gives them.

    Returns
    -------
    DataFrame
        By `feature`: `coded`, `found` (of these), `voice_right` (of the found), `by_tool`, `not_coded` (of the tool's).
    """
    coded = sheet.rename(columns={"article": "article_id"})
    coded = coded.merge(articles[["article_id", "headline", "text"]], "left").assign(row=range(len(sheet)))
    coded["head"] = coded["section"] == "headline"
    whole = coded["headline"].where(coded["head"], coded["text"])
    coded["begin"] = [t.index(c) + c.index(m) for t, c, m in zip(whole, coded["context"], coded["match"], strict=True)]
    found = mentions.assign(head=mentions["section"] == "headline", place=range(len(mentions)))
    both = coded.merge(found, on=["article_id", "feature", "head"], suffixes=("_coded", ""))
    both = both[(both["start"] < both["begin"] + both["match_coded"].str.len()) & (both["end"] > both["begin"])]
    first = both.drop_duplicates("row")
    counts = {"coded": sheet["feature"], "found": first["feature"],
              "voice_right": first["feature"][first["voice"] == first["voice_coded"]], "by_tool": mentions["feature"],
              "not_coded": found["feature"][~found["place"].isin(both["place"])]}  # fmt: skip
    table = pd.DataFrame({name: column.value_counts() for name, column in counts.items()})
    return table.fillna(0).astype("int64").rename_axis("feature").reset_index()


def calibration(path: str | Path) -> Plot:
    """How often an outlet is called different from itself."""
    data = calibration_table(path)
    return Plot(
        "calibration", draw_calibration(data), data,
        "How often is an outlet called different from itself?",
        "Random halves of one outlet, newsroom's voice (of several outlets their mean, and the range); line: 5 "
        "per cent.",
        "A panel for each size. " + say_rates(data, "per_cent", ["size", "test", "feature"], "per cent false alarms"),
        notebook="06_distinctive_language", n=f"n = {data['halves'].max():,} pairs of halves for each feature and size",
    )  # fmt: skip


def voice_table(voices: pd.DataFrame) -> pd.DataFrame:
    """How often a voice is right, by the voice given: `voice given`, `judged`, `right`, `precision` and its "
    "interval."""
    return precision_table(voices.assign(feature=voices["voice"])).rename(columns={"feature": "voice given"})
