"""What only the case study shows: how the comparison was calibrated, and how five articles were read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis.show.drawing import draw_points
from analysis.show.figures import Plot, in_style
from analysis.tables import read_table
from analysis.validate.agreement import precision_table
from analysis.validate.sheets import read_sheet, sheet_features, tool_answers

#: How articles were divided among outlets, as the figure says it.
SPLITS = {"random": "articles at random", "week": "whole weeks"}


def calibration_table(path: str | Path) -> pd.DataFrame:
    """False alarms of what is reported, from the table that `benchmarks/calibration.py` writes.

    Returns
    -------
    DataFrame
        `feature`, `size` (articles of the one outlet), `split` (at random, whole weeks), `per_cent` (false alarms, mean
        over the outlets whose articles were divided), `lowest`, `highest` of them, `trials`.
    """
    raw = read_table(path).astype({"articles": int, "trials": int, "false_alarms": float})
    raw = raw.assign(per_cent=100 * raw["false_alarms"], split=raw["split"].map(SPLITS))
    raw["size"] = raw["articles"].map("{} articles".format)
    grouped = raw.sort_values("articles", kind="stable").groupby(["size", "feature", "split"], sort=False)
    found = grouped["per_cent"].agg(per_cent="mean", lowest="min", highest="max").reset_index()
    return found.assign(trials=grouped["trials"].sum().to_numpy())


@in_style
def draw_calibration(table: pd.DataFrame) -> Figure:
    """False alarms by feature, from `calibration_table`; the line is what p < 0.05 promises."""
    label = "false alarms, per cent of comparisons of an outlet with its own articles"
    figure = draw_points(table, "per_cent", "feature", label, "split", "size", "lowest", "highest", columns=4)
    for ax in figure.axes:
        ax.axvline(5, color="#444444", lw=0.8, zorder=0.5)
        ax.set_xlim(-0.3, max(6.0, 1.05 * table["highest"].max()))  # one scale: the line stands in every panel
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
    """How often an outlet is called different where all articles are one outlet's."""
    data = calibration_table(path)
    return Plot(
        "calibration", draw_calibration(data), data,
        "How often is a difference found where there is none?",
        "One outlet against seven of 60 articles, all of one; mean and range of three outlets; line: 5 per cent.",
        f"Points by feature, a panel for each size; the highest is {data['highest'].max():.1f} per cent.",
        notebook="06_distinctive_language", n=f"n = {data['trials'].max():,} corpora for each feature, size and split",
    )  # fmt: skip


def answers_table(folder: str | Path, articles: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """What each coder and the tool say of each sentence of the five articles in which anyone finds a feature.

    Parameters
    ----------
    folder : path
        Of the sheets ``five-coder*.csv``: places of the sentences, and for each feature the voice it is in, or 0.
    articles, mentions : DataFrame
        As `score_articles` gives them.

    Returns
    -------
    DataFrame
        `article_id`, `section`, `sentence`; `coder 1`, `coder 2`, `tool`: features with voices (``denial: quoted``).
    """
    sheets = [read_sheet(path) for path in sorted(Path(folder).glob("five-coder*.csv"))]
    places = sheets[0][["article_id", "section", "start", "end"]].astype({"start": int, "end": int})
    features = sheet_features(sheets[0])
    texts = articles.set_index("article_id")
    said = {f"coder {number}": sheet[features] for number, sheet in enumerate(sheets, 1)}
    said["tool"] = tool_answers(places, mentions, features)
    table = places[["article_id", "section"]].copy()
    whole = [
        texts.loc[key, "headline" if part == "headline" else "text"] for key, part in table.itertuples(index=False)
    ]
    ends = zip(whole, places["start"], places["end"], strict=True)
    table["sentence"] = [text[start:end] for text, start, end in ends]
    for who, answers in said.items():
        table[who] = [
            "; ".join(f"{name}: {voice}" for name, voice in row.items() if voice not in ("0", "nan"))
            for row in answers.astype("str").to_dict("records")
        ]
    return table[table[list(said)].ne("").any(axis=1)].reset_index(drop=True)
