"""How a table is drawn: points with intervals, divided bars, shaded grids, time lines, markers along a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from analysis.show.figures import (
    COLUMN,
    LOOKS,
    PAGE,
    SHADES,
    add_legend,
    in_style,
    look_of,
    new_figure,
    plain,
)
from analysis.show.plotted import VOICES

#: Intervals are drawn up to this multiple of the highest value beside them, with an arrow, so that values can be read.
REACH = 2.5
#: Per cent of a bar from which its share is written on it.
WRITTEN = 7
#: Characters of a row's name on a page, and in a column.
LONGEST, SHORT = 44, 26
#: Characters of an upright label to an inch of a figure's height, of which title and legend take some.
_UPRIGHT = 11
#: Outlets drawn over time, a panel each: what fits a page, and as many as other figures name.
PANELS = 9


def _rows(ax: Any, names: pd.Series, sizes: pd.Series | None = None) -> list[str]:
    """Name the rows from the top down, long names cut, with their size in brackets; give the names in order."""
    rows = list(dict.fromkeys(names))
    longest = LONGEST if ax.figure.get_figwidth() > COLUMN else SHORT + 3  # beyond which a figure takes a page
    shown = [plain(str(name)).replace("_", " ") for name in rows]
    shown = [name if len(name) <= longest else name[: longest - 2] + "…" for name in shown]
    if sizes is not None:
        shown = [f"{name} ({size:,})" for name, size in zip(shown, sizes[rows], strict=True)]
    ax.set_yticks(range(len(rows)), shown)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    return rows


@in_style
def draw_points(
    table: pd.DataFrame, value: str, row: str, label: str, series: str = "", panel: str = "",
    low: str = "ci_low", high: str = "ci_high", columns: int = 4, ratio: bool = False, written: str = "",
    width: float = 0.0, ends: tuple[float, float] | None = None, lines: Sequence[float] = (),
) -> Figure:  # fmt: skip
    """Points with intervals, a row each; filled where there is an interval, hollow where there is none.

    Parameters
    ----------
    table : DataFrame
        Rows, series and panels are drawn in the order of the table. With a column `articles` each row's name has it.
    value, low, high : str
        Columns of numbers. Intervals that reach far beyond all points (`REACH`) end in an arrow.
    row, series, panel : str
        Columns of names: up the axis, by colour and marker, and apart.
    label : str
        Of the horizontal axis, with its unit.
    columns : int
        Panels beside one another.
    ratio : bool
        A logarithmic axis with a line at 1.
    written : str
        Column of texts that stand behind the rows, such as numbers to cite.
    width : float
        Inches; by default a column's, with panels or long names a page's.
    ends, lines : floats
        Ends of the axis, and values at which lines stand.
    """
    kinds, panels = (list(dict.fromkeys(table[c])) if c else [""] for c in (series, panel))
    columns, looks = min(columns, len(panels)), look_of(kinds)
    deep = -(-len(panels) // columns)
    height = 1.0 + deep * (0.33 + table[row].nunique() * max(0.07 + 0.09 * len(kinds), 0.14 if written else 0))
    width = width or (PAGE if panel or table[row].astype("str").str.len().max() > SHORT else COLUMN)
    figure, axes = new_figure(width, height, rows=deep, columns=columns, sharey=True, squeeze=False)
    rows = _rows(axes[0, 0], table[row], table.groupby(row)["articles"].max() if row == "outlet" else None)
    handles: dict[str, Any] = {}
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, panels, strict=False):
        here = table[table[panel] == name] if panel else table
        reach = _reach(here, value, low, ratio)
        for number, kind in enumerate(kinds):
            these = here[here[series] == kind] if series else here
            y = these[row].map(rows.index).to_numpy(float) + (number - (len(kinds) - 1) / 2) * 0.8 / len(kinds)
            handles[kind] = _points(
                ax, these.rename(columns={value: "value", low: "low", high: "high"}), y, looks[kind], reach
            )
        for place, text in zip(here[row].map(rows.index), here[written] if written else [], strict=False):
            ax.text(1.02, place, plain(text), transform=ax.get_yaxis_transform(), va="center", color="#333333")
        ax.set_title(plain(str(name)).replace("_", " "))
        ax.grid(axis="x")
        for line in [1.0, *lines] if ratio else lines:
            ax.axvline(line, color="#444444", lw=0.8, ls="-" if line == 1 else ":", zorder=0.5)
        _scale(ax, here[[value, high]].clip(upper=reach[1]), ratio, ends)
    add_legend(figure, list(handles.values()) if series else [], kinds if series else [], label)
    return figure


def _reach(here: pd.DataFrame, value: str, low: str, ratio: bool) -> tuple[float, float]:
    """How far to the left and right intervals are drawn."""
    right = float(np.fmax.reduce(here[[value, low]].to_numpy(float), axis=None, initial=0)) * REACH or 1.0
    return (float(here[value].min()) / REACH if ratio else 0.0), right


def _points(ax: Any, these: pd.DataFrame, y: np.ndarray, look: tuple[str, str, str], reach: tuple[float, float]) -> Any:
    """Points (`value`) with their intervals (`low`, `high`), with an arrow where one runs on; give the handle."""
    colour, marker, _ = look
    known = these["high"].notna().to_numpy()
    span = these[["low", "high"]][known].clip(*reach)
    ax.hlines(y[known], span["low"], span["high"], color=colour, lw=1.1)
    for end, beyond, sign in ((reach[0], these["low"] < reach[0], "<"), (reach[1], these["high"] > reach[1], ">")):
        ax.plot(np.full(beyond.sum(), end), y[beyond], ls="", marker=sign, ms=3, color=colour)
    style = {"ls": "", "marker": marker, "ms": 4, "mec": colour, "mew": 1.0}
    ax.plot(these["value"][~known], y[~known], mfc="white", **style)
    (handle,) = ax.plot(these["value"][known], y[known], mfc=colour, **style)
    return handle


def _scale(ax: Any, shown: pd.DataFrame, ratio: bool, ends: tuple[float, float] | None) -> None:
    """A logarithmic axis of ratios; else one from 0, or between the ends asked for."""
    if ratio:
        ax.set_xscale("log", base=2)
        if ax.get_xlim()[1] < 5 * ax.get_xlim()[0]:  # powers of 2 alone would leave one or two numbers
            ax.xaxis.get_major_locator().set_params(subs=(1.0, 1.5))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    elif ends:
        ax.set_xlim(*ends)
    else:
        most = np.fmax.reduce(shown.to_numpy(float), axis=None, initial=0) or 1.0
        ax.set_xlim(-0.05 * most, 1.08 * most)


@in_style
def draw_shares(table: pd.DataFrame, label: str, of: str) -> Figure:
    """Bars that add up to 100 %, a row each: parts by colour, lightness and hatch.

    Parameters
    ----------
    table : DataFrame
        From `share_table`: its first column makes the rows, its second the parts.
    label : str
        Of the horizontal axis.
    of : str
        What is counted; the total stands behind each row's name.
    """
    row, part = table.columns[:2]
    looks = look_of(list(dict.fromkeys(table[part])), SHADES)
    # A legend of many parts takes several rows, about three names each: the bars must not pay for them.
    figure, ax = new_figure(COLUMN, 0.9 + 0.24 * table[row].nunique() + 0.1 * len(looks))
    rows = _rows(ax, table[row], table.groupby(row)["count"].sum())
    left = np.zeros(len(rows))
    handles = []
    for name, (colour, _, hatch) in looks.items():
        width = table[table[part] == name].set_index(row)["share"].reindex(rows).fillna(0).to_numpy() * 100
        look = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5}
        handles.append(ax.barh(range(len(rows)), width, left=left, height=0.74, **look))
        for y in np.flatnonzero(width >= WRITTEN):
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
            ax.text(left[y] + width[y] / 2, y, f"{width[y]:.0f}", ha="center", va="center", size=7, bbox=box)
        left += width
    ax.set_xlim(0, 100)
    add_legend(figure, handles, list(looks), f"{label} (in brackets: {of})")
    return figure


@in_style
def draw_heatmap(table: pd.DataFrame) -> Figure:
    """Outlets by features: rate per 1,000 words, with the mentions below; white is a feature's lowest rate."""
    figure, ax = new_figure(height=1.4 + 0.31 * table["outlet"].nunique())
    rows = _rows(ax, table["outlet"], table.groupby("outlet")["articles"].max())
    columns = list(dict.fromkeys(table["feature"]))
    grids = (table.pivot_table(index="outlet", columns="feature", values=v) for v in ("per_1000", "mentions"))
    rate, count = (grid.reindex(index=rows, columns=columns).to_numpy() for grid in grids)
    lowest, highest = np.fmin.reduce(rate, axis=0), np.fmax.reduce(rate, axis=0)
    shade = np.nan_to_num((rate - lowest) / np.maximum(highest - lowest, 1e-9))
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    for (y, x), dark in np.ndenumerate(shade):
        text = "no words" if np.isnan(rate[y, x]) else f"{rate[y, x]:.3g}\n({count[y, x]:.0f})"
        ax.text(x, y, text, ha="center", va="center", size=7, color="white" if dark > 0.7 else "#111111")
    ax.set_xticks(range(len(columns)), [plain(name).replace("_", " ") for name in columns], rotation=30, ha="right")
    ax.spines[:].set_visible(False)
    return figure


@in_style
def draw_timeline(table: pd.DataFrame) -> Figure:
    """Outlets over time, from `timeline_table`: one mark a day or month, the larger the more articles.

    Dates far from almost all others stand at the edge.
    """
    days = (pd.to_datetime(table["published"]) - pd.Timestamp("1970-01-01")).dt.days
    first, last = days.repeat(table["articles"].tolist()).quantile([0.02, 0.98], interpolation="nearest")
    days = days.clip(first - (last - first) / 4, last + (last - first) / 4)  # a mistyped year must not squeeze the rest
    known = sorted({round(day) for day in np.linspace(days.min(), days.max(), 3)}) if days.notna().any() else []
    undated = known[0] - max((known[-1] - known[0]) / 6, 1) if known else 0
    ticks: dict[float, str] = {day: str(np.datetime64(day, "D")) for day in known}
    ticks |= {undated: "no date"} if days.isna().any() else {}
    figure, ax = new_figure(COLUMN, 1.1 + 0.22 * table["outlet"].nunique())
    rows = _rows(ax, table["outlet"], table.groupby("outlet")["articles"].sum())
    size, handles = table["articles"], []
    area = (70 * size / np.fmax(size[days.notna()].max(), 4)).clip(4, 150)
    for number, kind in enumerate(("own", "agency")):
        here = table["copy"] == kind
        y = table["outlet"][here].map(rows.index).astype(float) + (number - 0.5) * 0.3
        style = {"marker": "o^"[number], "color": ("#1b3a5c", "#e69f00")[number], "alpha": 0.8, "linewidths": 0}
        handles.append(ax.scatter(days[here].fillna(undated), y, s=area[here], **style))
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.grid()
    add_legend(figure, handles, ["the outlet's own copy", "agency copy"])
    return figure


@in_style
def draw_positions(table: pd.DataFrame) -> Figure:
    """Markers along the articles, from `position_table`: each in its place, or how many a tenth of the text."""
    single, handles = "article" in table, []
    height = 1.1 + 0.3 * table["article"].nunique() if single else 2.4
    figure, ax = new_figure(PAGE if single else COLUMN, height)
    rows = _rows(ax, table["article"]) if single else []
    for number, voice in enumerate(VOICES):
        colour, marker, _ = LOOKS[voice]
        here = table[table["voice"] == voice]
        y = here["article"].map(rows.index).astype(float) + (number - 1) * 0.25 if single else here["per_article"]
        style = {"marker": marker, "ms": 4.5, "color": colour, "mec": "#222222", "mew": 0.4}
        handles += ax.plot(here["position"], y, ls="" if single else "-", **style)
    if single:
        ax.hlines(range(len(rows)), 0, 100, color="#cccccc", lw=0.8, zorder=0.5)
    else:
        ax.set(ylabel="markers per article", ylim=(0, None))
        ax.grid(axis="y")
    ax.set(xlim=(-1, 101), xlabel="per cent of the way through the text")
    add_legend(figure, handles, list(VOICES))
    return figure


@in_style
def draw_over_time(table: pd.DataFrame, by: str, label: str, events: Mapping[str, str] | None = None) -> Figure:
    """Rates over time, a panel for each outlet (up to `PANELS`) and a line with its intervals for each voice.

    Parameters
    ----------
    table : DataFrame
        `outlet`, the column `by` (first day of each period), `voice`, `per_1000`, `ci_low`, `ci_high`, `articles`.
    by : str
        The period.
    label : str
        Of the vertical axis, with its unit.
    events : mapping of str to str, optional
        Days of the story (``2018-03-24``) to be marked, with a word for each.
    """
    named, kinds = table.dropna(subset=["outlet", by]), list(dict.fromkeys(table["voice"]))
    sizes = named[named["voice"] == kinds[0]].groupby("outlet")["articles"].sum()
    panels = sizes.sort_values(ascending=False, kind="stable").index[:PANELS].tolist()
    days = pd.to_datetime(named[by])
    ticks = pd.date_range(days.min(), days.max(), min(3, days.nunique()))
    deep, across = -(-len(panels) // 3), min(3, len(panels))
    height = 1.1 + 1.4 * deep
    figure, axes = new_figure(height=height, rows=deep, columns=across, sharex=True, squeeze=False)
    handles = {}
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, panels, strict=False):
        here = named[named["outlet"] == name].sort_values(by)
        for kind in kinds:
            handles[kind] = _line(ax, here[here["voice"] == kind], by, look_of(kinds)[kind])
        for day, word in (events or {}).items():
            ax.axvline(pd.Timestamp(day), color="#444444", lw=0.8, ls=":")
            ax.text(pd.Timestamp(day), 1, f" {plain(word)}", transform=ax.get_xaxis_transform(), va="top")
        ax.set_title(f"{plain(name)} ({sizes[name]:,})")
        most = np.fmax.reduce(here["per_1000"].to_numpy(float), initial=0)
        ax.set_ylim(0, REACH * most or 1.0)
        ax.set_xticks(ticks, [f"{tick:%Y-%m}" if by == "month" else f"{tick:%Y-%m-%d}" for tick in ticks])
        ax.grid(axis="y")
    figure.supylabel("\n".join(wrap(label, int(_UPRIGHT * height))), size=7)
    add_legend(figure, list(handles.values()), kinds)
    return figure


def _line(ax: Any, here: pd.DataFrame, by: str, look: tuple[str, str, str]) -> Any:
    """The rates of one outlet in one voice over time, within their intervals; give the handle."""
    colour, marker, _ = look
    day = pd.to_datetime(here[by]).to_numpy()
    ax.fill_between(day, here["ci_low"], here["ci_high"], color=colour, alpha=0.2, linewidth=0)
    (handle,) = ax.plot(day, here["per_1000"], color=colour, marker=marker, ms=3)
    return handle
