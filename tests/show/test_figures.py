"""Figures are the same bytes every time, look alike, say what they are, and are indexed from their own words."""

import base64
from itertools import pairwise

import matplotlib as mpl
import pandas as pd
import pytest
from PIL import Image

from analysis.show.figures import (
    LOOKS,
    PALETTE,
    Plot,
    add_legend,
    in_style,
    look_of,
    new_figure,
    show_table,
    write_index,
)


@in_style
def draw(table):
    figure, ax = new_figure(height=2)
    handles = ax.plot([0, 1], [1, 2])
    ax.set_xlabel("share")
    add_legend(figure, handles, ["a_b"])
    return figure


def export(folder, name="one", **changes):
    given = {"title": "Who?", "caption": "Points.", "alt": "Two points.", "notebook": "01_a", "n": "n = 2 articles"}
    table = pd.DataFrame({"outlet": ["A", "B"], "per_1000": [1 / 3, 2e-7]})
    return Plot(name, draw(table), table, **(given | changes)).save(folder)


def test_a_figure_drawn_again_is_the_same_bytes_whatever_the_user_has_set(tmp_path):
    export(tmp_path / "a")
    with mpl.rc_context({"font.size": 20, "savefig.dpi": 50, "axes.grid": True, "svg.hashsalt": "other"}):
        export(tmp_path / "b")
    for kind in ("png", "svg", "csv"):
        assert (tmp_path / "a" / f"one.{kind}").read_bytes() == (tmp_path / "b" / f"one.{kind}").read_bytes(), kind


def test_drawing_leaves_the_users_settings_alone(tmp_path):
    before = dict(mpl.rcParams)
    export(tmp_path)
    assert dict(mpl.rcParams) == before


def test_where_nothing_was_plotted_a_line_says_so_and_no_file_is_left(tmp_path):
    export(tmp_path)
    nothing = pd.DataFrame({"outlet": []})
    shown = Plot("one", draw(nothing), nothing, "*Who?*", "Points.", "Two points.").save(tmp_path)
    said = shown._repr_mimebundle_()["text/markdown"]
    assert said.startswith(r"**\*Who?\*** There is nothing to show") and not list(tmp_path.iterdir())


def test_the_picture_shown_is_the_exported_file_with_its_alt_text(tmp_path):
    shown = export(tmp_path)
    bundle, how = shown._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == (tmp_path / "one.png").read_bytes()
    assert how["image/png"]["alt"] == "Two points." and how["image/png"]["width"] == 700
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.size == (2100, 600)


def test_the_csv_holds_the_plotted_numbers_to_six_digits(tmp_path):
    export(tmp_path)
    assert (tmp_path / "one.csv").read_text() == '"outlet","per_1000"\n"A","0.333333"\n"B","2e-7"\n'


def test_neither_file_knows_when_it_was_made(tmp_path):
    export(tmp_path)
    assert b"<dc:date>" not in (tmp_path / "one.svg").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert set(picture.info) <= {"dpi", "Title", "Description", "Comment", "Source"}


def test_title_and_n_stand_on_the_figure_and_nothing_is_cut_off(tmp_path):
    figure = draw(pd.DataFrame({"a": [1]}))
    Plot("x", figure, pd.DataFrame({"a": [1]}), "T" * 60, "C.", "A.", n="n = 3").save(tmp_path)
    assert {"T" * 60, "n = 3"} <= {text.get_text() for text in figure.texts}
    box = figure.get_tightbbox()
    assert box.x0 >= -0.01 and box.y0 >= -0.01
    assert box.x1 <= figure.get_figwidth() + 0.01 and box.y1 <= figure.get_figheight() + 0.01


def test_the_index_is_written_from_the_pictures_and_survives_names_with_markup(tmp_path):
    export(tmp_path, "b", notebook="02_b", note="Development figure.")
    export(tmp_path, "a", alt="[x](y) <b>", title="*Why*?")
    index = write_index(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert index["figure"].tolist() == ["a", "b"]
    assert "Points. Development figure. n = 2 articles." in text
    assert r"![\[x\](y) &lt;b&gt;](a.png)" in text and r"## \*Why\*?" in text
    assert "Made by `notebooks/02_b.ipynb`" in text
    assert max(map(len, text.splitlines()[:5])) <= 120


def test_the_same_name_looks_the_same_in_every_figure():
    alone, among = look_of(["quoted"])["quoted"], look_of(["x", "y", "quoted"])["quoted"]
    assert alone == among == LOOKS["quoted"]
    assert len({look_of(list("abcdefgh"))[name] for name in "abcdefgh"}) == 8


def lightness(colour):
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_voices_differ_in_grey_by_lightness_and_marker():
    three = [LOOKS[voice] for voice in ("newsroom", "reported", "quoted")]
    shades = sorted(lightness(colour) for colour, _, _ in three)
    assert min(b - a for a, b in pairwise(shades)) > 0.15
    assert len({marker for _, marker, _ in three}) == len({hatch for _, _, hatch in three}) == 3
    assert len(set(PALETTE)) == len(PALETTE) == 11


def test_a_table_without_rows_gives_a_figure_that_says_so():
    @in_style
    def never(table):
        raise AssertionError("not drawn")

    (text,) = never(pd.DataFrame({"a": []})).axes[0].texts
    assert "nothing to show" in text.get_text()


def test_an_error_in_drawing_is_not_swallowed():
    @in_style
    def broken(table):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken(pd.DataFrame({"a": [1]}))


def test_a_shown_table_is_escaped_counted_and_free_of_addresses():
    html = show_table(pd.DataFrame({"text": ["<script>"] * 3, "rate": [1 / 3, None, 2.0]}), rows=2).data
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "0.333<" in html and "NaN" not in html
    assert html.endswith("<p>2 of 3 rows</p>") and "0x" not in html
    assert html == show_table(pd.DataFrame({"text": ["<script>"] * 3, "rate": [1 / 3, None, 2.0]}), rows=2).data


def test_long_texts_in_tables_are_not_cut():
    assert "w" * 400 in show_table(pd.DataFrame({"sentence": ["w" * 400]})).data
