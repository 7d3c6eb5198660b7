"""Figures for print: one look, and files that are the same bytes every time.

A figure is exported as PNG, as SVG and as a CSV of the numbers plotted. Title, caption, alt text, n and the notebook
that made it travel inside the PNG, and `write_index` makes the captioned index from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .tables import replacing, round_significant, write_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe and Ito (2008): told apart by the colour-blind. Order of use.
PALETTE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#6a3d9a",
    "#444444",
    "#a6761d",
    "#b3b300",
    "#999999",
)
#: Voices always have these colours: they differ in lightness too, for print in grey.
VOICE_COLOURS = {"newsroom": "#1b3a5c", "reported": "#5fa08c", "quoted": "#e8b04a", "all": "#777777"}
#: Width of a text column and a page, in inches.
COLUMN, PAGE = 3.5, 7.0
DPI = 300
STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": DPI,
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "svg.hashsalt": "comparative-framing",
    "svg.fonttype": "path",
    "path.simplify": False,
}
INDEX = ["figure", "notebook", "title", "n", "caption", "alt"]


def _look() -> Any:
    """Matplotlib's own defaults with the project's style over them, whatever the user's settings are."""
    import matplotlib as mpl

    plain: dict[Any, Any] = {key: value for key, value in mpl.rcParamsDefault.items() if "backend" not in key}
    return mpl.rc_context({**plain, **STYLE})


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
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _look():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.subplots(rows, columns, **options)


def save_figure(
    figure: Figure,
    folder: str | Path,
    name: str,
    plotted: pd.DataFrame,
    title: str,
    caption: str,
    alt: str,
    n: str,
    notebook: str,
) -> Any:
    """Export a figure and show it: ``name.png`` (300 dpi), ``name.svg`` and ``name.csv``.

    Parameters
    ----------
    figure : Figure
        From one of the functions that draw.
    folder, name : path, str
        Where to, and the file's stem.
    plotted : DataFrame
        The numbers that the figure shows.
    title, caption, alt, n, notebook : str
        For the index: the question, how to read it, what is seen (for those who cannot see it), the number of
        articles and words behind it, and the notebook that makes it.

    Returns
    -------
    IPython.display.Image
        The exported PNG itself, at page width, with its alt text.
    """
    from IPython.display import Image

    folder = Path(folder)
    says = {"Title": title, "Description": caption, "Comment": alt, "Source": f"{notebook}; {n}"}
    with _look():
        with replacing(folder / f"{name}.png") as beside:
            figure.savefig(beside, format="png", dpi=DPI, metadata={**says, "Software": None})
        with replacing(folder / f"{name}.svg") as beside:
            figure.savefig(beside, format="svg", metadata={"Title": title, "Description": alt, "Date": None})
    write_table(round_significant(plotted), folder / f"{name}.csv")
    return Image(data=(folder / f"{name}.png").read_bytes(), width=int(figure.get_figwidth() * 100), alt=alt)


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
    for path in sorted(folder.glob("*.png")):
        with Picture.open(path) as picture:
            says: dict[str, str] = {str(key): str(value) for key, value in picture.info.items()}
        notebook, _, n = says.get("Source", "").partition("; ")
        text = [path.stem, notebook, says.get("Title", ""), n, says.get("Description", ""), says.get("Comment", "")]
        rows.append(text)
    index = pd.DataFrame(rows, columns=INDEX).sort_values(["notebook", "figure"], ignore_index=True)
    lines = [
        "# Figures",
        "",
        "Exported by the notebooks (`make`): each as PNG (300 dpi), as SVG and with the plotted numbers as CSV. This",
        "index is written by the export; do not edit it.",
    ]
    for row in index.to_dict("records"):
        lines += ["", f"## {row['title']}", "", f"![{row['alt']}]({row['figure']}.png)", ""]
        lines += [f"{row['caption']} {row['n']}.", ""]
        files = ", ".join(f"[{kind.upper()}]({row['figure']}.{kind})" for kind in ("png", "svg", "csv"))
        lines += [f"Alt text: {row['alt']}", "", f"Files: {files}. Made by `notebooks/{row['notebook']}.ipynb`."]
    with replacing(folder / "README.md") as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return index
