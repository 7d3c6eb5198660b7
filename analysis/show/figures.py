"""Figures for print: one look, and files that are the same bytes every time.

A figure is exported as PNG, as SVG and as a CSV of the numbers plotted. Title, caption, alt text, n and the notebook
that made it travel inside the PNG, and `write_index` makes the captioned index from them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial, wraps
from html import escape
from itertools import cycle
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any

import pandas as pd
from IPython.display import HTML, Image
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from analysis.tables import CONTROLS, InputError, replacing, round_significant, safe_cells, write_table

#: Okabe and Ito (2008), told apart by the colour-blind, and three more. Order of use.
PALETTE = "#0072b2 #d55e00 #009e73 #cc79a7 #e69f00 #56b4e9 #6a3d9a #444444 #a6761d #b3b300 #999999".split()
MARKERS = "os^DvP*X<>"
HATCHES = ("////", "....", "\\\\\\\\", "xxxx", "----", "oo", "++++", "")
#: What means the same in every figure looks the same: colour, marker, hatch. The lightness differs too, for print
#: in grey.
LOOKS = {
    "newsroom": ("#1b3a5c", "o", ""), "quoted": ("#f0c25a", "^", "...."), "all": ("#8a8a8a", "D", ""),
    "reported": ("#4b8b78", "s", "////"), "unquoted": ("#4b8b78", "s", "////"),
    "headline": ("#d55e00", "^", ""), "body": ("#1b3a5c", "o", ""),
    "neutral": ("#e4e4e4", "o", ""), "endorsing": ("#3f8fb5", "s", "////"), "doubting": ("#e3ab4a", "^", "...."),
    "denying": ("#c0501f", "v", ""), "accusing": ("#5a2d6b", "D", ""),
    "person named": ("#1b3a5c", "o", ""), "office or country": ("#4f9ac4", "s", ""), "group": ("#cfe3c8", "^", "...."),
    "medium": ("#c0501f", "v", ""), "document": ("#e3ab4a", "D", "////"), "unnamed": ("#f0e9f4", "P", "xxxx"),
    "side not known": ("#eeeeee", "o", ""), "other sides": ("#aaaaaa", "o", "xxxx"),
}  # fmt: skip
#: Parts of a bar that have no look of their own, light beside dark: in grey 74, 45, 88, 36 and 61 (L* of CIELAB), so
#: that neighbours differ by 25 or more beside their hatch.
SHADES = ("#e3ab4a", "#b5460f", "#cfe3c8", "#7d3c74", "#4f9ac4")
#: Stands where a figure would have no rows.
NOTHING = "There is nothing to show of this corpus; the text beside the figure says why."
#: Width of a page and of a column of a journal (8.5 cm), in inches: type of 7 points is that in both.
PAGE, COLUMN = 7.0, 3.35
#: Pixels an inch on a screen, where 7 points are then 13 pixels high.
SCREEN = 130
#: The longest alternative text: what a screen reader reads in one breath.
ALT = 149
DPI = 300
#: Inches kept for the title, the line of n below, and each row of a legend.
_TITLE, _FOOT, _ROW, _LINE = 0.28, 0.2, 0.18, 0.135
#: Characters of a title (8 points, bold) and of the line below (7 points) to an inch.
_TITLE_WIDTH, _FOOT_WIDTH = 13.0, 17.5
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 7, "legend.fontsize": 7, "legend.frameon": False,
    "axes.titlesize": 7, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.labelsize": 7,
    "text.parse_math": False,  # an outlet may be called Bu$ine$$
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "ytick.major.size": 0,
    "xtick.labelsize": 7, "ytick.labelsize": 7, "grid.color": "#dddddd", "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6, "lines.linewidth": 1.2, "path.simplify": False, "svg.hashsalt": "comparative-framing",
}  # fmt: skip
#: Characters of a cell from which its column is kept to a width that can be read: without it a pattern of the lexicon
#: makes a table of 1,900 pixels.
_LONG, _WRAPPED = 40, ";min-width:12em;max-width:34em;white-space:normal;overflow-wrap:anywhere"
_ABOUT = """Exported by the notebooks (`make`): each as PNG (300 dpi), as SVG and with the plotted numbers as CSV. This
index is written by the export; do not edit it."""
#: Matplotlib's own defaults with the project's style over them, whatever the user's settings are.
_look = partial(style.context, ["default", STYLE])
INDEX = ["figure", "notebook", "title", "n", "caption", "alt"]


def _frame(figure: Figure, above: float = 0.0, below: float = 0.0) -> None:
    """Keep room (inches) above the panels for title and legend, and below for n and a common label."""
    height, below = figure.get_figheight(), below + _FOOT
    rect = (0, below / height, 1, 1 - (_TITLE + above + below) / height)
    figure.get_layout_engine().set(rect=rect)  # type: ignore[union-attr, call-arg]


def _grow(figure: Figure, above: float, below: float) -> None:
    """Make a figure higher (inches), with what is on it where it was: for a title or line of n of several lines."""
    old = figure.get_figheight()
    new = old + above + below
    left, bottom, width, height = figure.get_layout_engine().get()["rect"]  # type: ignore[union-attr]
    rect = left, (bottom * old + below) / new, width, height * old / new
    figure.set_figheight(new)
    figure.get_layout_engine().set(rect=rect)  # type: ignore[union-attr, call-arg]
    for text in figure.texts:
        text.set_y((text.get_position()[1] * old + below) / new)
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0.0, 1 - (_TITLE - 0.04 + above) / new))


def in_style(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Decorator of functions that draw a table: in the project's style, and saying so where the table has no rows."""

    @wraps(draw)
    def styled(table: pd.DataFrame, *given: Any, **options: Any) -> Figure:
        with _look():
            if len(table):
                return draw(table, *given, **options)
            figure, ax = new_figure(height=1.1)
            ax.set_axis_off()
            ax.text(0, 0.5, NOTHING, va="center")
            return figure

    return styled


def new_figure(width: float = PAGE, height: float = 3.6, rows: int = 1, columns: int = 1, **options: Any) -> Any:
    """A matplotlib figure and its axes in the project's style, without touching global settings.

    Parameters
    ----------
    width, height : float
        Inches.
    rows, columns : int
        Panels.
    **options
        For ``Figure.subplots`` (``sharex``, ``squeeze``, ``gridspec_kw``, …).

    Returns
    -------
    tuple of Figure and Axes (or array of Axes)

    Examples
    --------
    >>> figure, axes = new_figure(height=2)
    >>> figure.get_size_inches().tolist()
    [7.0, 2.0]
    """
    with _look():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        _frame(figure)
        return figure, figure.subplots(rows, columns, **options)


def look_of(names: Sequence[str], colours: Sequence[str] = PALETTE) -> dict[str, tuple[str, str, str]]:
    """Colour, marker and hatch of each name: what `LOOKS` says, the others in the order of `colours`.

    Examples
    --------
    >>> look_of(["newsroom", "Russia", "Taliban"])["Russia"]
    ('#0072b2', 'o', '////')
    """
    others = [name for name in names if name not in LOOKS]
    looks = LOOKS | dict(zip(others, zip(cycle(colours), cycle(MARKERS), cycle(HATCHES)), strict=False))
    return {name: looks[name] for name in names}


def add_legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str], label: str = "") -> None:
    """A legend between title and panels, and below them the label of all their horizontal axes.

    The legend has as many rows as its labels need.
    """
    height = figure.get_figheight()
    # About 16 characters fit in an inch, and each label's handle takes the room of 6.
    room = int(16 * figure.get_figwidth())
    columns = max(1, min(len(labels), room // (max(map(len, labels), default=1) + 6)))
    _frame(figure, -(-len(labels) // columns) * _ROW, _ROW if label else 0)
    figure.text(0.5, _FOOT / height, label, ha="center")
    anchor = (0.0, 1 - (_TITLE - 0.04) / height)
    names = [plain(name.replace("_", " ")) for name in labels]
    figure.legend(handles, names, loc="upper left", bbox_to_anchor=anchor, ncols=columns, borderaxespad=0.2)


class Plot:
    """A figure that shows itself in a notebook and can be saved, with the numbers that it shows.

    Parameters
    ----------
    name : str
        Stem of its files.
    figure : Figure
        From one of the functions that draw; where `data` has no rows it is not shown.
    data : DataFrame
        The numbers that the figure shows.
    title, caption, alt : str
        The question; how to read the figure; what is seen, for those who cannot see it.
    n, note, notebook : str
        How many articles and words are behind it, what every caption adds, and the notebook that makes it.
    why : str
        Why there is nothing to show, where `data` has no rows.

    Examples
    --------
    >>> figure, axes = new_figure(height=2)
    >>> plot = Plot("empty", figure, pd.DataFrame(), "How many?", "A caption.", "Nothing.")
    >>> print(plot)
    **How many?** There is nothing to show of this corpus; the text beside the figure says why.
    """

    def __init__(
        self, name: str, figure: Figure, data: pd.DataFrame, title: str, caption: str, alt: str,
        *, n: str = "", note: str = "", notebook: str = "", why: str = NOTHING,
    ) -> None:  # fmt: skip
        self.name, self.figure, self.data, self.why, self.notebook = name, figure, data, why, notebook
        self.title, self.n, self.caption = plain(title), plain(n), plain(f"{caption} {note}".strip())
        self.alt = shorten(plain(alt), ALT, placeholder=" …")
        self._files: dict[str, bytes] = {}

    def __str__(self) -> str:
        return f"**{plain_markdown(self.title)}** " + (self.why if self.data.empty else self.alt)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if self.data.empty:
            return {"text/markdown": str(self), "text/plain": str(self)}
        width = round(self.figure.get_figwidth() * SCREEN)
        picture = Image(data=self.file("png"), width=width, alt=self.alt)
        shown, how = picture._repr_mimebundle_(include, exclude)
        return {**shown, "text/plain": str(self)}, how

    def of(self, notebook: str) -> Plot:
        """The same figure in another notebook than its own, under a name that says which: before it is saved."""
        self.name, self.notebook = f"{notebook.partition('_')[2]}_{self.name}", notebook
        return self

    def file(self, kind: str) -> bytes:
        """The figure as ``png`` (300 dpi) or ``svg``, drawn once, with title and n written on it."""
        if not self._files:
            self._files = self._draw()
        return self._files[kind]

    def save(self, folder: str | Path) -> Plot:
        """Export the figure: ``name.png``, ``name.svg`` and ``name.csv``; old files of a figure without numbers go.

        Returns
        -------
        Plot
            Itself, so that a cell that ends in it shows it.
        """
        folder = Path(folder)
        for kind in ("png", "svg", "csv"):
            path = folder / f"{self.name}.{kind}"
            if self.data.empty:
                path.unlink(missing_ok=True)
            elif kind == "csv":
                write_table(safe_cells(round_significant(self.data)), path)
            else:
                with replacing(path) as beside:
                    beside.write_bytes(self.file(kind))
        return self

    def _draw(self) -> dict[str, bytes]:
        source = f"{self.notebook}; {self.n}"
        said: dict[str, dict[str, Any]] = {
            "png": {"Title": self.title, "Description": self.caption, "Comment": self.alt, "Source": source,
                    "Software": None},
            "svg": {"Title": self.title, "Description": self.alt, "Date": None},
        }  # fmt: skip
        drawn = {}
        width = self.figure.get_figwidth()
        title, foot = wrap(self.title, int(width * _TITLE_WIDTH)), wrap(self.n, int(width * _FOOT_WIDTH))
        with _look():
            _grow(self.figure, (len(title) - 1) * _LINE * bool(title), (len(foot) - 1) * _LINE * bool(foot))
            height = self.figure.get_figheight()
            self.figure.text(0.008, 1 - 0.05 / height, "\n".join(title), va="top", weight="bold", size=8)
            self.figure.text(0.008, 0.05 / height, "\n".join(foot), color="#555555")
            # The solver that lays many panels out ends a hair apart from run to run: its result is rounded and kept.
            self.figure.set_dpi(DPI)
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
            for ax in self.figure.axes:
                ax.set_position(Bbox(ax.get_position().get_points().round(9)))
            for kind, metadata in said.items():
                content = io.BytesIO()
                self.figure.savefig(content, format=kind, dpi=DPI, metadata=metadata)
                drawn[kind] = content.getvalue()
        return drawn


def show_table(table: pd.DataFrame, rows: int = 20) -> Any:
    """The first rows of a table as escaped HTML, with the number of rows that are not shown; of none a sentence.

    Text stands on the left and numbers on the right, each cell by its own style: Jupyter's would put all on the right,
    and takes a style sheet out of what it has not run itself.

    Parameters
    ----------
    table : DataFrame
    rows : int
        Rows to show.

    Returns
    -------
    IPython.display.HTML

    Examples
    --------
    >>> print(show_table(pd.DataFrame({"match": ["<b>", "may"]}), rows=1).data)
    <table class="dataframe ... <tr><td style="text-align:left">&lt;b&gt;</td></tr> ... <p>1 of 2 rows</p>
    """
    if table.empty:
        return HTML("<p>There is no row to show.</p>")
    shown = round_significant(table.head(rows), 3)
    looks = [_look_of_cells(values) for _, values in shown.items()]
    lines = [_table_row("th", map(str, shown), looks), "</thead>", "<tbody>"]
    known = shown.astype(object).where(shown.notna(), None)
    lines += [_table_row("td", row, looks) for row in known.itertuples(index=False, name=None)]
    more = f"\n<p>{len(shown):,} of {len(table):,} rows</p>" if len(table) > len(shown) else ""
    opened = '<table class="dataframe mathjax_ignore tex2jax_ignore">'
    return HTML("\n".join([opened, "<thead>", *lines, "</tbody>", "</table>"]) + more)


def _look_of_cells(values: pd.Series) -> str:
    """The style of a column's cells: numbers right, text left and wrapped."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return "text-align:right"
    return "text-align:left" + _WRAPPED * bool(values.astype("str").str.len().max() > _LONG)


def _table_row(tag: str, cells: Iterable[Any], looks: Sequence[str]) -> str:
    """A row of an HTML table; what is missing is left empty."""
    texts = (f"{cell:g}" if isinstance(cell, float) else "" if cell is None else str(cell) for cell in cells)
    row = "".join(f'<{tag} style="{look}">{escape(plain(t))}</{tag}>' for t, look in zip(texts, looks, strict=True))
    return f"<tr>{row}</tr>"


def write_index(folder: str | Path) -> pd.DataFrame:
    """Write ``README.md`` of a folder of figures from what the PNG files say of themselves.

    Returns
    -------
    DataFrame
        Columns of `INDEX`, one row a figure, by notebook and name.
    """
    from PIL import Image as Picture

    folder = Path(folder)
    rows = []
    for path in sorted(path for path in folder.glob("*.png") if not path.name.startswith(".")):
        try:
            with Picture.open(path) as picture:
                says = [str(picture.info.get(key, "")) for key in ("Source", "Title", "Description", "Comment")]
        except OSError as error:
            raise InputError(f"{path}: not a picture that can be read: remove it, and run its notebook anew") from error
        notebook, _, n = says[0].partition("; ")
        rows.append([" ".join(part.split()) for part in (path.stem, notebook, says[1], n, *says[2:])])
    index = pd.DataFrame(rows, columns=INDEX).sort_values(["notebook", "figure"], ignore_index=True)
    lines = ["# Figures", "", *wrap(_ABOUT, 120)]
    for row in index.map(plain_markdown).itertuples():
        lines += ["", f"## {row.title}", "", f"![{row.alt}]({row.figure}.png)", "", f"{row.caption} {row.n}.", ""]
        files = ", ".join(f"[{kind.upper()}]({row.figure}.{kind})" for kind in ("png", "svg", "csv"))
        lines += [f"Alt text: {row.alt}", "", f"Files: {files}. Made by `notebooks/{row.notebook}.ipynb`."]
    with replacing(folder / "README.md") as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return index


def plain(text: Any) -> str:
    """Text without control characters; nothing for what is missing.

    Examples
    --------
    >>> plain("Post\\x1b[2J")
    'Post[2J'
    """
    return CONTROLS.sub("", text) if isinstance(text, str) else ""


def plain_markdown(text: str) -> str:
    """A text that Markdown, HTML and a notebook's mathematics leave as it is: one line, without markup.

    Names of outlets and speakers may hold anything. A dollar or backslash stands in an element of its own, since
    mathematics is not looked for across elements.

    Examples
    --------
    >>> plain_markdown("*Bu$iness*\\n# <b>")
    '\\\\*Bu<span>$</span>iness\\\\* # &lt;b&gt;'
    """
    line = escape(" ".join(CONTROLS.sub(" ", text).split()), quote=False)
    line = re.sub(r"([\[\]*`]|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~)", r"\\\1", line.replace("\\", "&#92;"))
    return re.sub(r"\$|&#92;", r"<span>\g<0></span>", line)
