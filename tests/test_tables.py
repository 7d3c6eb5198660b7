"""Tables on disk come back as they were, and no half of one is ever left behind."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tables import (
    ARTICLES,
    InputError,
    open_table,
    read_table,
    round_significant,
    safe_cells,
    write_table,
)

AWKWARD = [
    "None",
    "NA",
    "nan",
    "null",
    "a\rb",
    "a\r\nb",
    'a "b", c',
    "=1+1",
    " padded ",
    "\u2028line",
    "é\x00z",
    "0012",
]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.csv.gz", "t.jsonl.gz"])
def test_awkward_text_comes_back_to_the_character(tmp_path, name):
    table = pd.DataFrame({"article_id": AWKWARD, "outlet": AWKWARD[::-1], "words": range(len(AWKWARD))})
    write_table(table, tmp_path / name)
    back = read_table(tmp_path / name)
    assert back["article_id"].tolist() == AWKWARD
    assert back["outlet"].tolist() == AWKWARD[::-1]
    assert back["words"].tolist() == list(range(len(AWKWARD)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=6))
def test_any_text_survives_csv(tmp_path_factory, rows):
    rows = [tuple(cell.encode("utf-8", "ignore").decode() for cell in row) for row in rows]
    path = tmp_path_factory.mktemp("any") / "t.csv"
    write_table(pd.DataFrame(rows, columns=["article_id", "text"]), path)
    back = read_table(path)
    assert back["text"].fillna("").tolist() == [text for _, text in rows]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_only_the_empty_field_is_missing_and_types_are_kept(tmp_path, name):
    table = pd.DataFrame(
        {
            "outlet": ["NA", None, "None"],
            "speaker_start": [3.0, np.nan, 12.0],
            "per_1000": [1.5, np.nan, 0.0],
            "negated": [True, False, True],
        }
    )
    write_table(table, tmp_path / name)
    back = read_table(tmp_path / name)
    assert back["outlet"].isna().tolist() == [False, True, False]
    assert back["speaker_start"].dropna().tolist() == [3, 12]
    assert back["speaker_start"].dtype == "Int64"
    assert back["per_1000"].dropna().tolist() == [1.5, 0.0]
    assert back["negated"].tolist() == [True, False, True]
    assert back["negated"].dtype == bool


def test_csv_quotes_every_field_and_ends_lines_with_one_byte(tmp_path):
    write_table(pd.DataFrame({"speaker_start": [7, None], "outlet": [None, 'The "Sun"']}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b'"speaker_start","outlet"\n"7",""\n"","The ""Sun"""\n'


def test_a_table_written_in_pieces_equals_one_written_whole(tmp_path):
    table = pd.DataFrame({"article_id": ["a", "b", "c"], "outlet": [None, None, "x"], "words": [1, 2, 3]})
    for suffix in ["csv", "jsonl", "parquet"]:
        write_table(table, tmp_path / f"whole.{suffix}")
        with open_table(tmp_path / f"pieces.{suffix}") as append:
            append(table[:2])
            append(table[2:])
        pd.testing.assert_frame_equal(
            read_table(tmp_path / f"whole.{suffix}"), read_table(tmp_path / f"pieces.{suffix}")
        )


def test_an_interrupted_table_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "t.csv"
    write_table(pd.DataFrame({"outlet": ["old"]}), path)
    with pytest.raises(KeyboardInterrupt), open_table(path) as append:
        append(pd.DataFrame({"outlet": ["new"]}))
        raise KeyboardInterrupt
    assert read_table(path)["outlet"].tolist() == ["old"]
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.jsonl", "t.parquet"])
def test_the_same_table_gives_the_same_bytes(tmp_path, name, monkeypatch):
    table = pd.DataFrame({"outlet": ["a", None], "per_1000": [0.1, 2.0]})
    write_table(table, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    (tmp_path / "again").mkdir()
    write_table(table, tmp_path / "again" / name)
    assert (tmp_path / "again" / name).read_bytes() == first


def test_a_spreadsheet_holds_no_live_cell(tmp_path):
    cells = ["=1+1", "+49", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "plain", "a=b", "bell\x07"]
    write_table(pd.DataFrame({"=match": cells, "n": range(len(cells))}), tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    shown = [row[0].value for row in sheet.iter_rows(min_row=1)]
    assert shown[:5] == ["'=match", "'=1+1", "'+49", "'-2+3", "'@SUM(A1)"]
    assert shown[-3:] == ["plain", "a=b", "bell"]


def test_safe_cells_leaves_its_input_and_missing_cells_alone():
    table = pd.DataFrame({"a": ["=1", None], "n": [-1, 2]})
    safe = safe_cells(table)
    assert table["a"].tolist()[0] == "=1"
    assert safe["a"].isna().tolist() == [False, True]
    assert safe["n"].tolist() == [-1, 2]


@given(st.floats(-1e300, 1e300, allow_subnormal=False), st.integers(2, 9))
def test_rounding_gives_the_double_nearest_to_the_short_decimal(value, digits):
    rounded = round_significant(value, digits)
    assert float(f"{rounded:.{digits}g}") == rounded
    assert rounded == pytest.approx(value, rel=10.0 ** (1 - digits))
    assert round_significant(rounded, digits) == rounded


def test_rounding_touches_only_floating_point_columns():
    table = pd.DataFrame({"words": [1234567], "per_1000": [1.23456789], "outlet": ["x"], "p": [np.nan]})
    rounded = round_significant(table)
    assert rounded["words"].tolist() == [1234567]
    assert rounded["per_1000"].tolist() == [1.23457]
    assert rounded["p"].isna().all()


def test_unusable_paths_are_named_in_one_line(tmp_path):
    (tmp_path / "broken.jsonl").write_text("{not json\n")
    (tmp_path / "words.csv").write_text('"words"\n"many"\n')
    (tmp_path / "file").write_text("")
    for path in ["absent.csv", "table.doc", "broken.jsonl", "words.csv"]:
        with pytest.raises(InputError, match=path) as caught:
            read_table(tmp_path / path)
        assert "\n" not in str(caught.value)
    for path in ["table.doc", "file/table.csv"]:
        with pytest.raises(InputError, match="table"):
            write_table(pd.DataFrame({"a": ["b"]}), tmp_path / path)


def test_columns_are_those_of_the_data_dictionary():
    assert ARTICLES[0] == "article_id"
    assert len(ARTICLES) == len(set(ARTICLES)) == 11


def test_a_workbook_refuses_what_it_would_cut_and_names_it(tmp_path, monkeypatch):
    table = pd.DataFrame({"article_id": ["a", "b"], "text": ["short", "x" * 32_768]})
    with pytest.raises(
        InputError, match="text of article b has 32,768 characters, and a cell of a workbook holds 32,76"
    ):
        write_table(table, tmp_path / "t.xlsx")
    write_table(table.assign(text=["", "x" * 32_767]), tmp_path / "t.xlsx")
    monkeypatch.setattr("analysis.tables.SHEET_ROWS", 2)
    with pytest.raises(InputError, match="2 rows"):
        write_table(table[["article_id"]], tmp_path / "rows.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]


def test_a_workbook_holds_no_sign_that_xml_lacks(tmp_path):
    write_table(pd.DataFrame({"outlet": ["A\ufffe\uffff\x00\x1b\x85B"]}), tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").active["A2"].value == "AB"


def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path):
    name = "é" * 125 + ".csv"
    write_table(pd.DataFrame({"a": ["b"]}), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_a_killed_run_left_beside_a_table_goes_with_the_next_one(tmp_path):
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from analysis.tables import replacing
with replacing({str(tmp_path / "t.csv")!r}) as beside:
    beside.write_text("half")
    os._exit(9)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    write_table(pd.DataFrame({"a": ["b"]}), tmp_path / "other.csv")
    assert len(list(tmp_path.iterdir())) == 2, "of other tables nothing is taken away"
    write_table(pd.DataFrame({"a": ["b"]}), tmp_path / "t.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.csv", "t.csv"]
