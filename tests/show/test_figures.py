"""Figures are the same bytes every time, look alike, say what they are, and are indexed from their own words."""

import base64
import re
from html import escape
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import mistune
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from analysis.show.drawing import draw_heatmap, draw_points, draw_shares
from analysis.show.figures import (
    COLUMN,
    LOOKS,
    PALETTE,
    SCREEN,
    SHADES,
    Plot,
    add_legend,
    in_style,
    look_of,
    new_figure,
    plain_markdown,
    show_table,
    write_index,
)
from analysis.show.plotted import SOURCES
from analysis.tables import InputError


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
    assert how["image/png"]["alt"] == "Two points." and how["image/png"]["width"] == 7 * SCREEN
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
    """L* of CIELAB, by its luminance: what a colour is in grey, from 0 to 100."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16


def test_voices_differ_in_grey_by_lightness_and_marker():
    three = [LOOKS[voice] for voice in ("newsroom", "reported", "quoted")]
    shades = sorted(lightness(colour) for colour, _, _ in three)
    assert min(b - a for a, b in pairwise(shades)) > 25
    assert len({marker for _, marker, _ in three}) == len({hatch for _, _, hatch in three}) == 3
    assert len(set(PALETTE)) == len(PALETTE) == 11


def test_neighbours_in_a_bar_differ_in_grey():
    for parts in (("newsroom", "reported", "quoted"), ("neutral", "endorsing", "doubting", "denying", "accusing"),
                  tuple(SOURCES.values())):  # fmt: skip
        shades = [lightness(LOOKS[part][0]) for part in parts]
        assert min(abs(a - b) for a, b in pairwise(shades)) > 17, parts
    assert min(abs(lightness(a) - lightness(b)) for a, b in pairwise(SHADES)) > 24


def test_names_are_drawn_as_they_are_without_mathematics_or_control_characters(tmp_path):
    names = ["Bu$ine$$ Daily $\\frac{1}{2}$", "A\x1b[31m\x00--><script>", "../B"]
    table = pd.DataFrame({"outlet": names, "per_1000": [1.0, 2, 3], "ci_low": 0.5, "ci_high": 4.0, "articles": 3,
                          "voice": names, "feature": names, "mentions": 1, "written": names})  # fmt: skip
    shares = table.assign(count=1, share=0.5)[["outlet", "voice", "count", "share"]]
    figures = [
        draw_points(table, "per_1000", "outlet", names[0], series="voice", panel="feature", written="written"),
        draw_heatmap(table),
        draw_shares(shares, "x", "y"),
    ]
    for figure in figures:
        Plot("hostile", figure, table, names[1] + names[0], "C.", names[1], n=names[1]).save(tmp_path)
        ElementTree.parse(tmp_path / "hostile.svg")  # noqa: S314
        assert names[0] in {text.get_text() for text in figure.findobj(Text)} | {names[0] + " (3)"}


def test_a_title_that_is_too_long_for_its_width_goes_on_in_another_line_and_covers_nothing():
    with_legend = [draw(pd.DataFrame({"a": [1]})) for _ in range(2)]
    short, long = (
        Plot("x", figure, pd.DataFrame({"a": [1]}), title, "C.", "A.", n="n = 3")
        for figure, title in zip(with_legend, ("Who?", "Who says so? " * 20), strict=True)
    )
    assert long.file("png") and short.file("png")
    assert long.figure.get_figheight() > short.figure.get_figheight()
    inches = [plot.figure.axes[0].get_position().height * plot.figure.get_figheight() for plot in (short, long)]
    assert inches[0] == pytest.approx(inches[1], abs=0.02)
    title = next(text for text in long.figure.texts if text.get_text().startswith("Who"))
    assert title.get_window_extent().y0 > long.figure.legends[0].get_window_extent().y1 - 1
    assert title.get_window_extent().x1 < long.figure.bbox.x1


def test_alternative_texts_are_short_and_an_empty_figure_says_why():
    empty = pd.DataFrame({"a": []})
    plot = Plot("x", draw(empty), empty, "Who?", "C.", "word " * 80, why="Nobody spoke.")
    assert len(plot.alt) < 150 and plot.alt.endswith("word …") and str(plot) == "**Who?** Nobody spoke."


def test_a_figure_without_panels_is_as_wide_as_a_column_with_type_of_seven_points():
    table = pd.DataFrame({"outlet": ["A", "B"], "per_1000": [1.0, 2.0], "ci_low": 0.5, "ci_high": 4.0, "articles": 3})
    figure = draw_points(table, "per_1000", "outlet", "mentions per 1,000 words of that voice")
    assert figure.get_figwidth() == COLUMN == pytest.approx(8.5 / 2.54, abs=0.01)
    shown = Plot("x", figure, table, "How often?", "C.", "A.", n="n = 3 articles")
    assert shown.file("svg") and figure.get_tightbbox().x1 <= COLUMN + 0.01
    assert {text.get_fontsize() for text in figure.findobj(Text) if text.get_text()} == {7.0, 8.0}
    long = table.assign(outlet=["The Very Long Winded Gazette and Advertiser", "B"])
    assert draw_points(long, "per_1000", "outlet", "x").get_figwidth() == 7


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


def test_text_in_a_table_stands_left_numbers_right_and_a_long_pattern_is_wrapped():
    html = show_table(pd.DataFrame({"term": ["may|" * 40], "said": ["may"], "rate": [0.5], "negated": [True]})).data
    styles = [cell.split('"')[1] for cell in html.partition("<tbody>")[2].split("<td ")[1:]]
    assert [style.split(";")[0] for style in styles] == [
        f"text-align:{side}" for side in "left left right left".split()
    ]
    assert "max-width" in styles[0] and "overflow-wrap" in styles[0] and "max-width" not in styles[1]


def test_long_texts_in_tables_are_not_cut():
    assert "w" * 400 in show_table(pd.DataFrame({"sentence": ["w" * 400]})).data


@pytest.mark.parametrize(
    "name", ["Bu$ine$$", "*a* _b_ ~~c~~ `d`", "A\n# B\n\n<script>x</script>", "[l](javascript:x)", "\\(x\\)"]
)
def test_a_name_in_markdown_is_one_line_without_markup_or_mathematics(name):
    shown = mistune.create_markdown(escape=False, plugins=["strikethrough"])(f"See {plain_markdown(name)}.")
    text = re.sub(r"<span>([$\\\\])</span>", r"\1", shown)
    assert text == f"<p>See {escape(' '.join(name.split()), quote=False)}.</p>\n", "nothing in it became an element"
    assert not re.search(r"[$\\\\](?!</span>)", shown), "a dollar or backslash stands alone"


def test_a_half_written_picture_is_left_out_if_hidden_and_else_named(tmp_path):
    (tmp_path / ".half.png").write_bytes(b"\x89PNG")
    assert write_index(tmp_path).empty
    (tmp_path / "half.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"half\.png: not a picture"):
        write_index(tmp_path)


def test_the_numbers_of_a_figure_hold_no_live_cell(tmp_path):
    figure, _ = new_figure(height=1)
    table = pd.DataFrame({"outlet": ["=1+1", "A"], "rate": [-1.0, 2.0]})
    Plot("f", figure, table, "How many?", "A caption.", "Two bars.").save(tmp_path)
    assert pd.read_csv(tmp_path / "f.csv").to_numpy().tolist() == [["'=1+1", -1.0], ["A", 2.0]]


def test_a_table_without_rows_is_a_sentence_and_no_header():
    assert show_table(pd.DataFrame(columns=["outlet", "p"])).data == "<p>There is no row to show.</p>"
