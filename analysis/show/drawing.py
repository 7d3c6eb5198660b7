"""How a table is drawn: points with intervals, divided bars, shaded grids, time lines, markers along a text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.show.figures import LOOKS, PALETTE, add_legend, in_style, look_of, new_figure
from analysis.show.plotted import VOICES

#: Intervals are drawn up to this multiple of the highest value beside them, with an arrow, so that values can be read.
REACH = 2.5
#: Per cent of a bar from which its share is written on it.
WRITTEN = 7
#: Outlets drawn over time, a panel each: what fits a page.
PANELS = 6


def _rows(ax: Any, names: pd.Series, sizes: pd.Series | None = None) -> list[str]:
    """Name the rows from the top down, long names cut, with their size in brackets; give the names in order."""
    rows = list(dict.fromkeys(names))
    shown = [name.replace("_", " ") if len(name) < 40 else name[:38] + "…" for name in rows]
    if sizes is not None:
        shown = [f"{name} ({size:,})" for name, size in zip(shown, sizes[rows], strict=True)]
    ax.set_yticks(range(len(rows)), shown)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    return rows


@in_style
def draw_points(
    table: pd.DataFrame, value: str, row: str, label: str, series: str = "", panel: str = "",
    low: str = "ci_low", high: str = "ci_high", columns: int = 4, ratio: bool = False,
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
    """
    kinds, panels = (list(dict.fromkeys(table[c])) if c else [""] for c in (series, panel))
    columns, looks = min(columns, len(panels)), look_of(kinds)
    lines = -(-len(panels) // columns)
    height = 1.0 + lines * (0.33 + table[row].nunique() * (0.07 + 0.09 * len(kinds)))
    figure, axes = new_figure(height=height, rows=lines, columns=columns, sharey=True, squeeze=False)
    rows = _rows(axes[0, 0], table[row], table.groupby(row)["articles"].max() if row == "outlet" else None)
    handles = {}
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, panels, strict=False):
        here = table[table[panel] == name] if panel else table
        right = np.fmax.reduce(here[[value, low]].to_numpy(float), axis=None, initial=0) * REACH or 1.0
        left = here[value].min() / REACH if ratio else 0.0
        for number, kind in enumerate(kinds):
            these = here[here[series] == kind] if series else here
            colour, marker, _ = looks[kind]
            y = these[row].map(rows.index).to_numpy(float) + (number - (len(kinds) - 1) / 2) * 0.8 / len(kinds)
            known = these[high].notna().to_numpy()
            span = these[[low, high]][known].clip(left, right)
            ax.hlines(y[known], span[low], span[high], color=colour, lw=1.1)
            for end, beyond, sign in ((left, these[low] < left, "<"), (right, these[high] > right, ">")):
                ax.plot(np.full(beyond.sum(), end), y[beyond], ls="", marker=sign, ms=3, color=colour)
            style = {"ls": "", "marker": marker, "ms": 4, "mec": colour, "mew": 1.0}
            ax.plot(these[value][~known], y[~known], mfc="white", **style)
            (handles[kind],) = ax.plot(these[value][known], y[known], mfc=colour, **style)
        ax.set_title(name.replace("_", " "))
        ax.grid(axis="x")
        if ratio:
            ax.set_xscale("log", base=2)
            if ax.get_xlim()[1] < 5 * ax.get_xlim()[0]:  # powers of 2 alone would leave one or two numbers
                ax.xaxis.get_major_locator().set_params(subs=(1.0, 1.5))
            ax.xaxis.set_major_formatter("{x:g}")
            ax.axvline(1, color="#444444", lw=0.8, zorder=0.5)
        else:
            most = np.fmax.reduce(here[[value, high]].clip(upper=right).to_numpy(float), axis=None, initial=0) or 1.0
            ax.set_xlim(-0.05 * most, 1.08 * most)
    add_legend(figure, list(handles.values()) if series else [], kinds if series else [], label)
    return figure


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
    figure, ax = new_figure(height=1.2 + 0.27 * table[row].nunique())
    looks = look_of(list(dict.fromkeys(table[part])))
    rows = _rows(ax, table[row], table.groupby(row)["count"].sum())
    left = np.zeros(len(rows))
    handles = []
    for name, (colour, _, hatch) in looks.items():
        width = table[table[part] == name].set_index(row)["share"].reindex(rows).fillna(0).to_numpy() * 100
        look = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5}
        handles.append(ax.barh(range(len(rows)), width, left=left, height=0.74, **look))
        for y in np.flatnonzero(width >= WRITTEN):
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            ax.text(left[y] + width[y] / 2, y, f"{width[y]:.0f}", ha="center", va="center", size=7, bbox=box)
        left += width
    ax.set(xlim=(0, 100), xlabel=f"{label} (in brackets: {of})")
    add_legend(figure, handles, list(looks))
    return figure


@in_style
def draw_heatmap(table: pd.DataFrame) -> Figure:
    """Outlets by features: rate per 1,000 words, with the mentions below; dark where it is the feature's highest."""
    figure, ax = new_figure(height=1.5 + 0.33 * table["outlet"].nunique())
    rows = _rows(ax, table["outlet"], table.groupby("outlet")["articles"].max())
    columns = list(dict.fromkeys(table["feature"]))
    grids = (table.pivot_table(index="outlet", columns="feature", values=v) for v in ("per_1000", "mentions"))
    rate, count = (grid.reindex(index=rows, columns=columns).to_numpy() for grid in grids)
    shade = np.nan_to_num(rate / np.maximum(np.fmax.reduce(rate, axis=0), 1e-9))
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    for (y, x), dark in np.ndenumerate(shade):
        text = "no words" if np.isnan(rate[y, x]) else f"{rate[y, x]:.3g}\n({count[y, x]:.0f})"
        ax.text(x, y, text, ha="center", va="center", size=7, color="white" if dark > 0.7 else "#111111")
    ax.set_xticks(range(len(columns)), [name.replace("_", " ") for name in columns], rotation=30, ha="right")
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
    known = sorted({round(day) for day in np.linspace(days.min(), days.max(), 5)}) if days.notna().any() else []
    undated = known[0] - max((known[-1] - known[0]) / 6, 1) if known else 0
    ticks: dict[float, str] = {day: str(np.datetime64(day, "D")) for day in known}
    ticks |= {undated: "no date"} if days.isna().any() else {}
    figure, ax = new_figure(height=1.3 + 0.24 * table["outlet"].nunique())
    rows = _rows(ax, table["outlet"], table.groupby("outlet")["articles"].sum())
    size, handles = table["articles"], []
    area = (140 * size / np.fmax(size[days.notna()].max(), 4)).clip(5, 300)
    for number, kind in enumerate(("own", "agency")):
        here = table["copy"] == kind
        y = table["outlet"][here].map(rows.index).astype(float) + (number - 0.5) * 0.3
        style = {"marker": "o^"[number], "color": PALETTE[number], "alpha": 0.8, "linewidths": 0}
        handles.append(ax.scatter(days[here].fillna(undated), y, s=area[here], **style))
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.grid()
    add_legend(figure, handles, ["the outlet's own copy", "agency copy"])
    return figure


@in_style
def draw_positions(table: pd.DataFrame) -> Figure:
    """Markers along the articles, from `position_table`: each in its place, or how many a tenth of the text."""
    single, handles = "article" in table, []
    figure, ax = new_figure(height=1.2 + 0.34 * table["article"].nunique() if single else 2.9)
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
def draw_over_time(table: pd.DataFrame, by: str, label: str) -> Figure:
    """Rates over time, a panel for each outlet (up to `PANELS`) and a line with its intervals for each voice.

    Parameters
    ----------
    table : DataFrame
        `outlet`, the column `by` (first day of each period), `voice`, `per_1000`, `ci_low`, `ci_high`, `articles`.
    by : str
        The period.
    label : str
        Of the vertical axis, with its unit.
    """
    named = table.dropna(subset=["outlet", by])
    sizes = named.groupby("outlet")["articles"].sum().sort_values(ascending=False, kind="stable")
    panels, kinds = sizes.index[:PANELS].tolist(), list(dict.fromkeys(table["voice"]))
    lines = -(-len(panels) // 3)
    figure, axes = new_figure(
        height=1.2 + 1.5 * lines, rows=lines, columns=min(3, len(panels)), sharex=True, squeeze=False
    )
    handles = {}
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, panels, strict=False):
        for kind in kinds:
            here = named[(named["outlet"] == name) & (named["voice"] == kind)].sort_values(by)
            day = pd.to_datetime(here[by]).to_numpy()
            colour, marker, _ = look_of(kinds)[kind]
            ax.fill_between(day, here["ci_low"], here["ci_high"], color=colour, alpha=0.2, linewidth=0)
            (handles[kind],) = ax.plot(day, here["per_1000"], color=colour, marker=marker, ms=3)
        ax.set_title(f"{name} ({sizes[name]:,})", parse_math=False)
        top = np.fmax.reduce(named["per_1000"].to_numpy(float), axis=None, initial=0) * REACH or 1.0
        ax.set_ylim(0, min(top, max(ax.get_ylim()[1], 1e-9)))
        ax.tick_params(axis="x", rotation=30)
        ax.grid(axis="y")
    figure.supylabel(label, size=8)
    add_legend(figure, list(handles.values()), kinds)
    return figure
