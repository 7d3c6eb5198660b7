"""Every committed figure is the one that its notebook makes: nbval does not compare pictures, so this does.

On Linux x86-64 the files are the same bytes. Elsewhere tables are the same bytes, pictures differ by more than 32 of
255 shades in at most 1 % of their pixels (letters are drawn with other rounding), and SVG files are only there.
"""

import base64
import json
import platform

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from analysis.show.figures import Plot, in_style, new_figure

from .conftest import ROOT

EXACT = platform.system() == "Linux" and platform.machine() == "x86_64"
SHADES, SHARE = 32, 0.01


def differing_files(committed, rebuilt, exact=EXACT):
    """Names of the files of two folders that are not alike, or are in one of them only."""
    names = [{path.name for path in folder.iterdir()} for folder in (committed, rebuilt)]
    both = sorted(names[0] & names[1])
    return sorted(names[0] ^ names[1]) + [n for n in both if not alike(committed / n, rebuilt / n, exact)]


def alike(one, other, exact):
    if exact or one.suffix in (".csv", ".md"):
        return one.read_bytes() == other.read_bytes()
    if one.suffix != ".png":
        return True
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size or first.info != second.info:
            return False
        shades = [np.asarray(picture.convert("L"), dtype=int) for picture in (first, second)]
    return (np.abs(shades[0] - shades[1]) > SHADES).mean() <= SHARE


def test_every_figure_is_the_one_its_notebook_makes(rebuilt):
    assert differing_files(ROOT / "figures", rebuilt) == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_picture_in_a_notebook_is_an_exported_file(path):
    exported = {file.read_bytes() for file in (ROOT / "figures").glob("*.png")}
    outputs = [out for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for out in cell.get("outputs", [])]
    pictures = [out["data"]["image/png"] for out in outputs if "image/png" in out.get("data", {})]
    assert pictures and {base64.b64decode("".join(picture)) for picture in pictures} <= exported


def test_every_figure_has_its_three_files_and_its_place_in_the_index():
    names = {path.name for path in (ROOT / "figures").iterdir()}
    index = (ROOT / "figures" / "README.md").read_text(encoding="utf-8")
    stems = {name.rsplit(".", 1)[0] for name in names - {"README.md"}}
    assert names == {"README.md"} | {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg", "csv")}
    assert all(f"]({stem}.png)" in index for stem in stems) and len(stems) >= 10


@in_style
def draw(table):
    figure, ax = new_figure(height=2)
    ax.plot(table["x"], table["x"])
    return figure


@pytest.fixture
def twice(tmp_path):
    """Two folders with the same figure."""
    table = pd.DataFrame({"x": [1.0, 2.25]})
    for name in ("ours", "again"):
        Plot("figure", draw(table), table, "T", "C", "A", n="n = 1", notebook="01").save(tmp_path / name)
    return tmp_path / "ours", tmp_path / "again"


@pytest.mark.parametrize("exact", [True, False])
def test_the_same_figure_passes(twice, exact):
    assert differing_files(*twice, exact) == []


def test_a_few_changed_pixels_are_noticed(twice):
    path = twice[1] / "figure.png"
    with Image.open(path) as picture:
        picture.load()
        pixels = picture.copy()
    for x in range(4):
        pixels.putpixel((100 + x, 100), (255, 0, 0, 255))
    pixels.save(path)
    assert differing_files(*twice, True) == ["figure.png"]


def test_elsewhere_a_moved_line_is_noticed(twice):
    path = twice[1] / "figure.png"
    with Image.open(path) as picture:
        info = {**picture.info}
        moved = Image.fromarray(np.roll(np.asarray(picture), 30, axis=0))
    moved.info = info
    moved.save(path)
    assert differing_files(*twice, False) == ["figure.png"]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(("kind", "old", "new"), [("csv", b"2.25", b"2.26"), ("svg", b"stroke-width", b"stroke-w1dth")])
def test_a_changed_digit_is_noticed(twice, exact, kind, old, new):
    path = twice[1] / f"figure.{kind}"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert differing_files(*twice, exact) == ([path.name] if exact or kind == "csv" else [])


def test_a_figure_more_or_less_is_noticed(twice):
    (twice[0] / "figure.svg").unlink()
    (twice[1] / "other.csv").write_text("x")
    assert differing_files(*twice, False) == ["figure.svg", "other.csv"]
