"""Figures of the articles, of the features in them, and of the voices: for each the table plotted, and its drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.codebook.actors import sides
from analysis.read.articles import WORD
from analysis.show.figures import LOOKS, PALETTE, add_legend, in_style, look_of, new_figure
from analysis.tables import COMPARISON, CONTRASTS, InputError

#: Outlets named in a figure: what stays legible in a column; the rest is grouped and counted.
MOST = 8
#: Where nothing is said of the outlet, of the side.
UNNAMED, UNKNOWN = "(not named)", "side not known"
#: Up to so many articles each is a line of its own in `draw_positions`.
SINGLE = 20
#: Up to so many dated articles each is a mark of its own in `draw_timeline`; beyond, each month of an outlet.
DATED = 60
VOICES = ("newsroom", "reported", "quoted")
STANCES = ("neutral", "endorsing", "doubting", "denying", "accusing")
#: Intervals are drawn up to this multiple of the highest value beside them, with an arrow, so that values can be read.
REACH = 2.5
#: Per cent of a bar from which its share is written on it.
WRITTEN = 7


def attempt(compare: Callable[..., pd.DataFrame], *given: Any, **options: Any) -> pd.DataFrame:
    """A comparison or contrasts; where they refuse what they are given, one row that only says why, in `status`."""
    try:
        return compare(*given, **options)
    except InputError as error:
        return pd.DataFrame({"status": [str(error)]}).reindex(columns=list(dict.fromkeys(COMPARISON + CONTRASTS)))


def name_outlets(articles: pd.DataFrame, column: str = "outlet", most: int = MOST) -> pd.DataFrame:
    """Articles under the outlets that a figure names: the largest, and the rest as “n others”.

    Parameters
    ----------
    articles : DataFrame
        `outlet` and `origin`.
    column : {"outlet", "origin"}
        With `origin` an article's outlet becomes the one whose words it mainly is.
    most : int
        Names to keep; a single one more is kept too.

    Examples
    --------
    >>> articles = pd.DataFrame({"outlet": ["X", "Y", "X", "Z"], "origin": ["X", "Y", "X", "Z"]})
    >>> name_outlets(articles, most=1)["outlet"].tolist()
    ['X', '2 others', 'X', '2 others']
    """
    names = articles[column].fillna(articles["outlet"])
    counts = names.groupby(names).size().sort_values(ascending=False, kind="stable")
    rest = counts.index[most:].tolist() if len(counts) > most + 1 else []
    names = names.mask(names.isin(rest), f"{len(rest)} others")
    own = articles["origin"].eq(articles["outlet"]) | (column == "origin")
    return articles.assign(outlet=names, origin=articles["origin"].mask(own, names))


def arrange(table: pd.DataFrame, by: str = "outlet", size: str = "articles") -> pd.DataFrame:
    """Rows by the size of what `by` names, the largest first; “n others” and what has no name come last."""
    names = table[by].astype("str").fillna(UNNAMED)
    sizes = table.groupby(names)[size].sum()
    order = sorted(sizes.index, key=lambda name: (name == UNNAMED, name.endswith(" others"), -sizes[name], name))
    return in_order(table.assign(**{by: names}), by, order)


def in_order(table: pd.DataFrame, column: str, order: Sequence[str]) -> pd.DataFrame:
    """Rows that have one of some values in a column, in the order of these values, else as they were."""
    place = pd.Index(order).get_indexer(pd.Index(table[column]))
    return table.iloc[np.argsort(place, kind="stable")[np.sum(place < 0) :]].reset_index(drop=True)


def select_rates(
    comparison: pd.DataFrame, features: Sequence[str], sections: Sequence[str] = ("body",),
    voices: Sequence[str] = ("newsroom", "unquoted", "all"),
) -> pd.DataFrame:  # fmt: skip
    """The rates of a comparison that a figure shows, by feature, outlet, section and voice in the order given.

    Outlets without an article of their own are left out.
    """
    table = comparison[(comparison["articles"] > 0) & comparison["feature"].isin(list(features))]
    table = arrange(in_order(in_order(table, "voice", voices), "section", sections))
    return in_order(table, "feature", features)


def select_contrasts(contrasts: pd.DataFrame, most: int = 25) -> pd.DataFrame:
    """The contrasts declared before testing that have a ratio to draw, the clearest first and up to `most`."""
    drawn = contrasts["rate_ratio"].gt(0) & np.isfinite(contrasts["rate_ratio"].astype(float))
    known = contrasts[(contrasts["family"] == "declared") & drawn]
    known = known.assign(contrast=known["outlet_a"].astype("str") + ": " + known["feature"].astype("str"))
    return known.sort_values(["p_adjusted", "p", "contrast"]).head(most).reset_index(drop=True)


def timeline_table(articles: pd.DataFrame) -> pd.DataFrame:
    """Articles by outlet, date and whose copy: `outlet`, `published`, `copy`, `articles`, `words`.

    `published` is the day, or beyond `DATED` articles the first of the month; missing where it is.
    `copy` is `agency` where `origin` is somebody else than the outlet, else `own`.
    """
    date = articles["published"].astype("str").str.slice(0, 10)
    if date.notna().sum() > DATED:
        date = date.str.slice(0, 7) + "-01"
    foreign = articles["origin"].notna() & (articles["origin"] != articles["outlet"])
    table = articles.assign(published=date, copy=np.where(foreign, "agency", "own"))
    grouped = table.groupby(["outlet", "published", "copy"], dropna=False)
    return arrange(grouped.agg(articles=("article_id", "size"), words=("words", "sum")).reset_index())


def length_table(articles: pd.DataFrame) -> pd.DataFrame:
    """Words of an article by outlet: `articles`, `words` (all), `median`, `low` and `high` of the middle 80 %."""
    words = articles.groupby("outlet", dropna=False)["words"]
    table = words.agg(articles="size", words="sum", median="median")
    table["low"] = words.quantile(0.1, interpolation="lower")
    table["high"] = words.quantile(0.9, interpolation="higher")
    return arrange(table.reset_index())


def position_table(mentions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Where in the body markers stand, in per cent of the way through: neutral attribution left out.

    Returns
    -------
    DataFrame
        Up to `SINGLE` articles a row a marker: `article` (number, outlet, date), `position`, `feature`, `voice`.
        Beyond, a row a tenth of the text and voice: `position` (middle of the tenth), `voice`, `mentions`,
        `per_article`.
    """
    chosen = mentions["section"].isin(["body", "subheading"]) & ~mentions["negated"]
    found = mentions[chosen & (mentions["feature"] != "attribution")]
    where = pd.Index(articles["article_id"]).get_indexer(pd.Index(found["article_id"]))
    table = found.assign(position=100 * found["start"] / articles["text"].str.len().to_numpy()[where])
    if len(articles) <= SINGLE:
        shown = articles.fillna({"outlet": UNNAMED, "published": "no date"})
        names = (shown["outlet"].astype("str") + ", " + shown["published"].astype("str")).tolist()
        table = table.assign(article=[f"{i + 1}  {names[i]}" for i in where])
        return table.iloc[np.lexsort((table["position"], where))][["article", "position", "feature", "voice"]]
    tenth = (table["position"] // 10).clip(upper=9).astype("int64") * 10 + 5
    index = pd.MultiIndex.from_product([range(5, 100, 10), VOICES], names=["position", "voice"])
    counts = table.groupby([tenth, "voice"]).size().reindex(index, fill_value=0).reset_index(name="mentions")
    return counts.assign(per_article=counts["mentions"] / len(articles))


def attribution_table(quotations: pd.DataFrame, articles: pd.DataFrame, actors: pd.DataFrame | None) -> pd.DataFrame:
    """One row an attribution: who is made to say how many words.

    Returns
    -------
    DataFrame
        `article_id`, `person`, `side` (or `UNKNOWN`), `stance`, `cue` (its first), `kind`, `words`: the innermost
        speaker owns a word, so those of attributions inside it are not counted.
    """
    texts: dict[Any, Any] = articles.set_index("article_id")[["headline", "text"]].to_dict()
    parts = quotations.assign(part=np.where(quotations["section"] == "headline", "headline", "text"), words=0)
    parts["size"] = parts["start"] - parts["end"]
    parts = parts.sort_values(["article_id", "part", "size"], ignore_index=True)
    for (article, part), spans in parts.groupby(["article_id", "part"]):
        text = texts[part][article]
        owner = np.full(len(text), -1)
        for place, start, end in spans[["start", "end"]].itertuples():
            owner[start:end] = place  # shorter ones over longer ones
        found = owner[[word.start() for word in WORD.finditer(text)]]
        parts.loc[spans.index, "words"] = np.bincount(found[found >= 0] - spans.index[0], minlength=len(spans))
    grouped = parts.sort_values(["article_id", "start"]).groupby(["article_id", "attribution_id"])
    table = grouped[["person", "stance", "cue", "kind"]].first().assign(words=grouped["words"].sum())
    table["side"] = sides(table["person"], actors).fillna(UNKNOWN).to_numpy()
    return table.reset_index()[["article_id", "person", "side", "stance", "cue", "kind", "words"]]


def share_table(table: pd.DataFrame, row: str, part: str, parts: Sequence[str], weight: str = "") -> pd.DataFrame:
    """How the rows of a table divide into parts: columns `row`, `part`, `count`, `share` (of that row).

    Parameters
    ----------
    table : DataFrame
    row, part : str
        Columns; the largest row comes first (`arrange`).
    parts : sequence of str
        Values of `part`, in order; other values are left out.
    weight : str
        A column to add up, else rows are counted.

    Examples
    --------
    >>> voices = pd.DataFrame({"feature": ["hedge", "hedge"], "voice": ["quoted", "newsroom"]})
    >>> share_table(voices, "feature", "voice", ["newsroom", "quoted"])["share"].tolist()
    [0.5, 0.5]
    """
    chosen = table.assign(count=table[weight] if weight else 1, **{row: table[row].astype("str").fillna(UNNAMED)})
    counts = chosen.pivot_table(index=row, columns=part, values="count", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=list(parts), fill_value=0).astype("int64")
    long = counts.reset_index().melt(id_vars=row, var_name=part, value_name="count")
    total = long.groupby(row)["count"].transform("sum")
    return arrange(long.assign(share=long["count"] / total.where(total > 0)), row, "count")


def speaker_table(attributions: pd.DataFrame, articles: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Whose words an outlet prints: `outlet`, `who` (newsroom, the sides that speak most, others), `count`, `share`.

    Words of headline and text are counted; those in nobody's mouth are the newsroom's.
    """
    spoken = attributions.groupby("article_id")["words"].sum().reindex(articles["article_id"], fill_value=0)
    headline = articles["headline"].fillna("").map(lambda text: len(WORD.findall(text)))
    own = (articles["words"] + headline).to_numpy() - spoken.to_numpy()
    newsroom = pd.DataFrame({"article_id": articles["article_id"], "side": "newsroom", "words": own})
    table = pd.concat([newsroom, attributions[["article_id", "side", "words"]]])
    table = table.merge(articles[["article_id", "outlet"]], on="article_id")
    sizes = attributions.groupby("side")["words"].sum().drop(UNKNOWN, errors="ignore")
    named = sizes.sort_values(ascending=False, kind="stable").index.tolist()
    order = ["newsroom", *named[:most], *(["other sides"] if len(named) > most else []), UNKNOWN]
    table["who"] = table["side"].where(table["side"].isin(order), "other sides")
    return share_table(table, "outlet", "who", order, "words")


def cue_scores(attributions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Cues by stance in the shape of a scores table, so that they are compared as rates are.

    Returns
    -------
    DataFrame
        Columns that `compare_outlets` needs. `feature` is the stance, `mentions` the attributions of an article with
        a cue of that stance, `words` all that have a cue: a rate per 1,000 “words” is one per 1,000 attributions.
    """
    cued = attributions[attributions["cue"].notna()]
    counts = pd.crosstab(cued["article_id"], cued["stance"]).reindex(articles["article_id"], fill_value=0)
    counts = counts.reindex(columns=list(STANCES), fill_value=0)
    table = counts.assign(words=counts.sum(axis=1)).rename_axis(index="article_id").reset_index()
    table = table.melt(id_vars=["article_id", "words"], var_name="feature", value_name="mentions")
    return table.assign(section="body", voice="all")


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
