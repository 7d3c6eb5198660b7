"""A record that is broken costs only itself, and nothing is read in silence as what it is not."""

import csv
import gzip
import io
import json
import math
import os
import zipfile

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from analysis.read import read, records
from analysis.tables import InputError


def test_an_unclosed_quotation_mark_swallows_no_other_record(tmp_path):
    lines = ["id,outlet,text", '1,A,"It may rain."', '2,B,"It rains, he said.', '3,C,"Three, it is."', "4,D,Four."]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles[["article_id", "outlet", "text"]].to_numpy().tolist() == [
        ["1", "A", "It may rain."], ["3", "C", "Three, it is."], ["4", "D", "Four."]
    ]  # fmt: skip
    assert corpus.rejected[["line", "reason"]].to_numpy().tolist() == [
        [3, "a quotation mark is not closed, or one inside the text is not doubled"]
    ]
    assert corpus.notes["source"].tolist() == ["a.csv:4"]


def test_an_unclosed_quotation_mark_at_the_end_is_told(tmp_path):
    (tmp_path / "a.csv").write_text('id,text\n1,"It may rain."\n2,"It rains.\n3,Sun.\n')
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles["article_id"].tolist() == ["1", "3"]
    assert corpus.rejected["line"].tolist() == [3]


def test_marks_that_are_not_doubled_stay_where_a_line_leaves_no_doubt(tmp_path):
    (tmp_path / "a.csv").write_text('id,text\n1,"He said "no" to it, twice."\n2,"Sun."\n')
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles["text"].tolist() == ['He said "no" to it, twice.', "Sun."]
    assert corpus.notes["note"].tolist() == ["quotation marks inside a field are not doubled"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.sampled_from('ab",\n ;'), min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_sound_csv_is_read_as_the_standard_reads_it(tmp_path_factory, texts):
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "text"], *([f"x{n}", f"T {text}."] for n, text in enumerate(texts))])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(stream.getvalue().encode())
    corpus = read(path)
    assert corpus.rejected.empty
    assert corpus.articles["article_id"].tolist() == [f"x{n}" for n in range(len(texts))]


def test_two_columns_of_one_name_are_told(tmp_path):
    (tmp_path / "a.csv").write_text("id,text,text\n1,It may rain.,No.\n")
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles["text"].tolist() == ["It may rain."]
    assert corpus.columns["column"].tolist() == ["id", "text", "text (2)"]
    assert corpus.notes["note"].tolist() == ["more than one column of this name: the first is read for it"]
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "It may rain.", "text": "No."}\n')
    assert read(tmp_path / "a.jsonl").articles["text"].tolist() == ["It may rain."]


def test_what_python_writes_for_a_missing_number_is_no_reason_to_lose_a_record(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "text": "It may rain.", "likes": math.nan}) + "\n")
    assert len(read(tmp_path / "a.jsonl").articles) == 1


def test_a_line_separator_of_unicode_ends_no_record(tmp_path):
    rows = [json.dumps({"id": n, "text": "It may\u2028rain."}, ensure_ascii=False) for n in range(3)]
    for name in ("a.jsonl", "a.json"):
        (tmp_path / name).write_text("\n".join(rows), encoding="utf-8")
        assert read(tmp_path / name).articles["text"].tolist() == ["It may\nrain."] * 3


@pytest.mark.parametrize("name", ["A.CSV.GZ", "A.Csv.gz", "A.CSV"])
def test_names_in_capitals_are_read(tmp_path, name):
    data = b"id,text\n1,It may rain.\n"
    (tmp_path / name).write_bytes(gzip.compress(data) if name.lower().endswith("gz") else data)
    assert read(tmp_path / name).articles["article_id"].tolist() == ["1"]


@pytest.mark.parametrize("depth", [400, 100_000])
def test_deep_json_is_read_or_refused_in_one_line(tmp_path, depth):
    deep = "[" * depth + "]" * depth
    (tmp_path / "a.jsonl").write_text('{"text": "It may rain."}\n{"text": "Rain.", "a": ' + deep + "}\n")
    corpus = read(tmp_path / "a.jsonl")
    assert len(corpus.articles) + len(corpus.rejected) == 2
    (tmp_path / "b.json").write_text(deep)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "b.json")
    assert "\n" not in str(caught.value)


def test_an_old_workbook_and_a_second_sheet_are_named(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match="an old or encrypted workbook; save it as"):
        read(tmp_path / "a.xlsx")
    with pd.ExcelWriter(tmp_path / "b.xlsx") as book:
        pd.DataFrame({"text": ["It may rain."]}).to_excel(book, sheet_name="One", index=False)
        pd.DataFrame({"text": ["No."]}).to_excel(book, sheet_name="Two", index=False)
    corpus = read(tmp_path / "b.xlsx")
    assert corpus.articles["text"].tolist() == ["It may rain."]
    assert corpus.notes[["field", "note"]].to_numpy().tolist() == [["Two", "a second sheet, which is not read"]]


def test_a_name_twice_in_an_archive_is_read_twice(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "id,text\n1,It may rain.\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", "id,text\n2,It rains.\n")
    assert sorted(read(tmp_path / "a.zip").articles["article_id"]) == ["1", "2"]


def test_bytes_in_a_table_are_text(tmp_path):
    pd.DataFrame({"id": [1], "text": ["It may “rain”.".encode()]}).to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").articles["text"].tolist() == ["It may “rain”."]


def test_a_text_too_long_for_an_article_is_refused(monkeypatch):
    monkeypatch.setattr(__import__("sys").modules["analysis.read.articles"], "LONGEST_TEXT", 100)
    corpus = read(["It may rain.", "a" * 101])
    assert corpus.rejected["reason"].tolist() == ["its text is longer than 100 characters: not one article"]


def test_tables_that_tell_of_a_table_are_not_read_as_articles(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,It may rain.\n")
    (tmp_path / "a.removed.csv").write_text('"article_id","source","line","reason","text"\n"1","a","1","x","Home"\n')
    (tmp_path / "mine.removed.csv").write_text("id,text\n2,It rains.\n")
    assert read(tmp_path).articles["article_id"].tolist() == ["1", "2"]


NASTY = [
    *(
        b'"',
        b",",
        b"\n",
        b"\r",
        b"\0",
        b"text",
        b"id",
        b"{",
        b"}",
        b"[",
        b":",
        b"\xff",
        b"\xe2\x80\x9c",
        b"<p>",
        b" rain",
    ),
    *(b"1 of 2 DOCUMENTS\n", b"LENGTH: 3 words\n", b"Full text: ", b"HD\n", b"&quot;"),
]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["a.csv", "a.jsonl", "a.json", "a.txt", "a.html", "a.xml", "a.rtf", "a.tsv"]),
    st.lists(st.sampled_from(NASTY), max_size=40),
)
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, kind, parts):
    path = tmp_path_factory.mktemp("bytes") / f"a.{kind}"
    path.write_bytes(b"".join(parts))
    try:
        corpus = read(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert corpus.articles["article_id"].is_unique
        assert not corpus.articles["text"].str.contains("\0", regex=False).any()


def test_a_field_that_holds_a_line_like_a_record_is_noted(tmp_path):
    (tmp_path / "a.csv").write_text('id,outlet,text\n1,A,"One, it is.\n2,B,Two it is.\n3,C,Three it is"\n4,D,Four.\n')
    corpus = read(tmp_path / "a.csv", languages=None)
    assert corpus.articles["article_id"].tolist() == ["1", "4"]
    assert corpus.notes[["source", "field"]].to_numpy().tolist() == [["a.csv:2", "text"]]
    assert "shaped like a record" in corpus.notes["note"][0]
    (tmp_path / "b.csv").write_text('id,outlet,text\n1,A,"One, it is, he said.\nThen, one day, it was."\n')
    assert read(tmp_path / "b.csv", languages=None).notes.empty, "a paragraph is no record"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"id": 1, "text" : "It may rain.", "text" : "No."}\n'),
        ("a.json", '[{"id": 1, "text": "It may rain.", "text": "No."}]'),
        ("a.jsonl", '{"id": 1, "text": "It may rain.", "outlet": "A", "outlet": "B"}\n'),
    ],
)
def test_a_key_that_is_there_twice_is_read_once_and_told(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    corpus = read(tmp_path / name)
    assert corpus.articles["text"].tolist() == ["It may rain."] and corpus.articles["outlet"].isin(["A", None]).all()
    assert [column for column in corpus.columns["column"] if column.endswith(" (2)")]


def test_columns_of_parquet_may_share_a_name_and_hold_days_that_python_has_not(tmp_path):
    days = pa.array([10**18, 10**15], pa.int64()).cast(pa.timestamp("us"))
    columns = [pa.array(["It may rain.", "It rains."]), pa.array(["No.", "No."]), days]
    parquet.write_table(pa.Table.from_arrays(columns, ["text", "text", "date"]), tmp_path / "a.parquet")
    corpus = read(tmp_path / "a.parquet")
    assert corpus.articles["text"].tolist() == ["It may rain.", "It rains."]
    assert "more than one column of this name: the first is read for it" in set(corpus.notes["note"])


def test_a_record_too_deep_for_its_reader_and_a_key_of_half_characters_stop_nothing(tmp_path):
    rows = ['{"text": "It may rain."}', '{"text": "R.", "a": %s}' % ("[" * 1000 + "]" * 1000)]
    (tmp_path / "a.jsonl").write_text("\n".join([*rows, '{"\\ud800": "x", "text": "It rains."}']))
    corpus = read(tmp_path / "a.jsonl")
    assert {"It may rain.", "It rains."} <= set(corpus.articles["text"])


def test_a_file_whose_name_is_not_text_is_read(tmp_path):
    name = os.fsdecode(b"n\xff.csv")
    (tmp_path / name).write_text("id,text\n1,It may rain.\n")
    assert read(tmp_path / name).articles["article_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("name", "head", "row", "tail"),
    [
        ("a.jsonl.gz", '{"text": "It may rain."}\n', '{"text": "%s"}\n', '{"text": "It rains."}\n'),
        ("a.csv.gz", "text\nIt may rain.\n", "%s\n", "It rains.\n"),
        ("a.csv.gz", "text\nIt may rain.\n", '"%s\n', "It rains.\n"),
    ],
)
def test_a_record_longer_than_any_is_refused_without_being_held(tmp_path, monkeypatch, name, head, row, tail):
    monkeypatch.setattr(records, "LONGEST_RECORD", 1000)
    (tmp_path / name).write_bytes(gzip.compress((head + row % ("x " * 2500) + tail).encode()))
    corpus = read(tmp_path / name, languages=None)
    assert corpus.articles["text"].tolist() == ["It may rain.", "It rains."]
    assert len(corpus.rejected) == 1


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a.html", "a.xlsx", "a.parquet.gz"])
def test_a_file_that_unpacks_to_more_than_is_read_as_a_whole_is_refused(tmp_path, monkeypatch, name):
    frame, path = pd.DataFrame({"text": ["It may rain."] * 50}), tmp_path / name
    monkeypatch.setattr(records, "LARGEST_WHOLE", 500)
    if name.endswith(".xlsx"):
        frame.to_excel(path)
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(frame.to_parquet()))
    else:
        path.write_text("It may rain. " * 50)
    with pytest.raises(InputError, match="larger than 0 MB unpacked"):
        read(path)
