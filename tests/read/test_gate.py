"""Every form in which people have articles goes through one gate, and comes out as the same table."""

import os
import zipfile

import numpy as np
import pandas as pd
import pytest

import analysis as fa
from analysis.read import Corpus, describe, iter_articles, read
from analysis.tables import ARTICLES, InputError, write_table

ROWS = [
    {"id": 7, "medium": "The Sun", "date": "2018-03-06", "title": "Rain", "body": "It may rain, he said."},
    {"id": 8, "medium": "The Moon", "date": "2018-03-07", "title": "Sun", "body": "It rains."},
]


def as_file(folder):
    pd.DataFrame(ROWS).to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


FORMS = {
    "a file": as_file,
    "the name of a file": lambda folder: str(as_file(folder)),
    "a folder": lambda folder: as_file(folder).parent,
    "a DataFrame": lambda folder: pd.DataFrame(ROWS),
    "what read_csv gives": lambda folder: pd.read_csv(as_file(folder)),
    "a DataFrame with objects": lambda folder: pd.DataFrame(ROWS, dtype=object),
    "a DataFrame with float ids": lambda folder: pd.DataFrame(ROWS).astype({"id": float}),
    "a DataFrame with days": lambda folder: pd.DataFrame(ROWS).assign(
        date=pd.to_datetime(["2018-03-06", "2018-03-07"])
    ),
    "a DataFrame whose ids are its index": lambda folder: pd.DataFrame(ROWS).set_index("id"),
    "a part of a DataFrame": lambda folder: pd.DataFrame([ROWS[0], *ROWS]).iloc[1:],
    "a list of records": lambda folder: ROWS,
    "a generator": lambda folder: (row for row in ROWS),
    "a corpus": lambda folder: read(ROWS),
    "an articles table": lambda folder: read(ROWS).articles,
}


@pytest.mark.parametrize("form", FORMS)
def test_whatever_holds_the_articles_the_table_is_the_same(tmp_path, form):
    articles = read(FORMS[form](tmp_path)).articles
    assert list(articles.columns) == ARTICLES
    assert articles["article_id"].tolist() == ["7", "8"]
    assert articles["outlet"].tolist() == ["The Sun", "The Moon"]
    assert articles["published"].tolist() == ["2018-03-06", "2018-03-07"]
    assert articles["headline"].tolist() == ["Rain", "Sun"]
    assert articles["text"].tolist() == ["It may rain, he said.", "It rains."]
    assert articles["words"].tolist() == [5, 2]


def test_the_gate_is_the_room_and_the_function():
    assert fa.read is read
    assert fa.read(["It may rain."]).articles["text"].tolist() == ["It may rain."]


def test_reading_what_was_read_changes_nothing(tmp_path):
    frame = pd.DataFrame({"text": ["It may rain.", "It\u00a0rains.", "Rain."], "date": ["5/6/2017", None, "soon"],
                          "id": [3.0, None, 3.0], "topic": ["a", "b", None]})  # fmt: skip
    once = read(frame).articles
    pd.testing.assert_frame_equal(read(once).articles, once)
    write_table(once, tmp_path / "a.csv")
    pd.testing.assert_frame_equal(read(tmp_path / "a.csv").articles, once)


def test_a_dataframe_is_not_altered():
    frame = pd.DataFrame({"id": [1, 1], "text": ["It may \x00rain.", ""], "date": ["5/6/2017", "soon"]}, index=[5, 5])
    before = frame.copy(deep=True)
    read(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_list_of_texts_is_numbered_and_an_empty_one_named():
    corpus = read(["It may rain.", None, np.nan, "", "It rains."])
    assert corpus.articles["article_id"].tolist() == ["text-1", "text-5"]
    assert corpus.rejected[["line", "reason"]].to_numpy().tolist() == [[n, "it has no text"] for n in (2, 3, 4)]
    assert read(pd.Series(["It may rain."], index=pd.Index(["a"], name="id"))).articles["article_id"].tolist() == ["a"]
    with pytest.raises(InputError, match="the list: no article can be used: it is empty"):
        read([])


def test_repeated_and_missing_ids_are_made_unique_and_told():
    corpus = read(pd.DataFrame({"id": [1, 1, None, 2], "text": ["One.", "Two.", "Three.", "Four."]}))
    assert corpus.articles["article_id"].tolist() == ["1", "1-2", "table-3", "2"]
    assert corpus.notes[["article_id", "note"]].to_numpy().tolist() == [["1-2", "the id is repeated: 1"]]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            pd.DataFrame({"wording": ["It may rain."], "n": [1]}),
            r"no column of text among wording, n.*columns=\{\"text\"",
        ),
        (pd.DataFrame(), "the DataFrame: no article can be used"),
        ([{"wording": "It may rain."}], "no column of text among wording"),
        (7, "articles of type int are not read; give a path, a DataFrame, a list"),
        ({"text": "It may rain."}, "articles of type dict are not read"),
        (b"It may rain.", "articles of type bytes are not read"),
        ("It may rain.\nIt rains. " * 500, "to read one text, give a list of it"),
        ("a\0b", "no such file or folder"),
        ([1, 2], "not a text or a record but a int"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(source, said):
    with pytest.raises(InputError, match=said) as caught:
        read(source)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_named_column_wins_over_one_of_the_usual_name():
    frame = pd.DataFrame({"text": ["No."], "full_text": ["It may rain."], "title": ["a"], "heading": ["b"]})
    corpus = read(frame, columns={"text": "full_text", "headline": "heading"})
    assert corpus.articles[["text", "headline"]].to_numpy().tolist() == [["It may rain.", "b"]]
    told = corpus.columns.set_index("column")["taken_for"]
    assert told.dropna().to_dict() == {"full_text": "text", "heading": "headline"}


def test_two_columns_of_one_name_are_both_there():
    frame = pd.DataFrame([["It may rain.", "No.", 1]], columns=["text", "text", "id"])
    corpus = read(frame)
    assert corpus.articles["text"].tolist() == ["It may rain."]
    assert corpus.columns["column"].tolist() == ["text", "text (2)", "id"]


def test_dots_lead_into_nested_records():
    record = {"webTitle": "Rain", "fields": {"bodyText": "It may rain.", "tags": [{"id": 1}]}}
    corpus = read([record], columns={"text": "fields.bodyText", "headline": "webTitle"})
    assert corpus.articles[["headline", "text"]].to_numpy().tolist() == [["Rain", "It may rain."]]
    assert "fields.tags" in corpus.columns["column"].tolist()
    frame = pd.DataFrame([record])
    assert read(frame, columns={"text": "fields.bodyText"}).articles["text"].tolist() == ["It may rain."]


def test_half_characters_and_null_characters_cost_no_article():
    corpus = read(pd.DataFrame({"text": ["Half \ud83d.", "a\0b"], "title": ["\udc00", "a\0b"]}, dtype=object))
    assert corpus.articles["text"].str.len().tolist() == [len("Half ?."), 2]
    assert corpus.articles["headline"].tolist()[1] == "ab"
    assert "invisible characters" in corpus.notes["note"].iloc[-1]


@pytest.mark.parametrize("place", [".", "tables"])
def test_a_folder_that_was_scored_gives_its_articles_once(tmp_path, place):
    folder = tmp_path / place
    write_table(read(ROWS).articles, folder / "articles.csv")
    write_table(pd.DataFrame({"article_id": ["7"], "mentions": [1]}), folder / "scores.csv")
    write_table(pd.DataFrame({"article_id": ["7"], "text": ["cut away"]}), folder / "articles.removed.csv")
    assert read(tmp_path).articles["article_id"].tolist() == ["7", "8"]


def test_what_is_no_file_is_named_and_the_rest_is_read(tmp_path):
    as_file(tmp_path)
    (tmp_path / "gone.csv").symlink_to(tmp_path / "absent.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.txt").write_text("It may rain, the weather office said on Monday in the evening news.\n")
    (tmp_path / "linked").symlink_to(tmp_path / "inner")
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as archive:
        archive.writestr("c.csv", "id,text\n1,Rain.\n" * 50)
    data = bytearray((tmp_path / "broken.zip").read_bytes())
    data[45:60] = b"\xff" * 15
    (tmp_path / "broken.zip").write_bytes(bytes(data))
    corpus = read(tmp_path)
    assert corpus.articles["article_id"].tolist() == ["7", "8", "b"]
    reasons = corpus.rejected.set_index("source")["reason"].to_dict()
    assert reasons["gone.csv"] == "a link to nothing"
    assert reasons["pipe.csv"] == "not a regular file"
    assert reasons["linked"].startswith("a linked folder")
    assert any(name.startswith("broken.zip") for name in reasons)


def test_a_name_that_is_no_text_is_read_and_shown(tmp_path):
    name = os.fsdecode(b"caf\xe9\x1b[31m.csv")
    try:
        (tmp_path / name).write_text("id,text\n1,It may rain.\n")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    corpus = read(tmp_path)
    assert all(map(str.isprintable, corpus.articles["source"]))
    assert corpus.articles["text"].tolist() == ["It may rain."]


def test_a_table_of_a_million_columns_is_refused():
    with pytest.raises(InputError, match="it has 1001 columns; at most 1000 are read"):
        read(pd.DataFrame([["It may rain."] * 1001], columns=["text", *map(str, range(1000))]))


def test_a_stream_of_what_is_in_memory_comes_in_batches():
    frame = pd.DataFrame({"text": [f"It may rain on day {n}." for n in range(100)]})
    batches = list(iter_articles(frame, batch_bytes=10_000))
    assert len(batches) > 5
    assert pd.concat([batch.articles["article_id"] for batch in batches]).tolist()[-1] == "table-100"


def test_the_summary_says_what_was_read_and_what_was_not():
    rows = [{"id": n, "medium": "The Sun", "date": f"5/{n}/2017", "body": "It may rain." * (n > 1), "likes": n}
            for n in range(1, 9)]  # fmt: skip
    said = describe(read(rows))
    assert said.splitlines() == [
        "7 articles, of 1 outlet, 2017-02-05 to 2017-08-05",
        "columns: article_id from id, outlet from medium, published from date, text from body",
        'not used: likes (to use one: --columns headline=likes or columns={"headline": "likes"})',
        "1 record rejected: 1 × it has no text",
        "note: published: a date that can be read two ways (6×)",
    ]
    assert "\x1b" not in describe(read([{"text": "It may rain.", "a\x1b[31m": 1}]))


def test_columns_are_counted_once_however_many_batches_have_them(tmp_path):
    frame = pd.DataFrame({"text": ["It may rain."] * 100, "likes": 1})
    columns = pd.concat([batch.columns for batch in iter_articles(frame, batch_bytes=5000)])
    assert columns["column"].tolist() == ["text", "likes"]


def test_what_a_corpus_is_shows_itself():
    assert repr(read(["It may rain."])).startswith("1 article, of no outlet that is named")
    assert isinstance(read(["It may rain."]), Corpus)


def test_the_line_to_try_names_what_is_missing_and_not_what_was_found():
    row = {"text": "It may rain.", "outlet": "Sun", "published": "2017-05-05", "headline": "Rain", "likes": 5}
    assert describe(read([row])).endswith("not used: likes")
    del row["outlet"]
    assert "--columns outlet=likes" in describe(read([row]))
