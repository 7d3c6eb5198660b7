"""Whatever a researcher brings is read into the articles table, and what cannot be is named."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.read import read
from analysis.read.articles import iter_articles
from analysis.read.encoding import guess_encoding
from analysis.tables import ARTICLES, InputError, read_table, write_table

DATA = Path(__file__).parent.parent.parent / "data" / "articles"
ROWS = [
    {"id": "NA", "source": "None", "title": "Rain", "publish_date": "2018-03-06", "content": 'It may\n"rain" today.'},
    {
        "id": "7",
        "source": "The Sun",
        "title": None,
        "publish_date": "March 7, 2018",
        "content": " Ünder\u00a0way, they said. ",
    },
]
PAGE = (
    "Rain is near\n\nPARIS (AFP) - Rain is on its way to the city, the weather office said on Monday.\n\nTags:\nrain\n"
)


def save(path, rows=ROWS):
    """One file of the same articles, by its suffix."""
    frame = pd.DataFrame(rows)
    name = path.name.removesuffix(".gz")
    if name.endswith(".csv"):
        data = frame.to_csv(index=False).encode()
    elif name.endswith(".tsv"):
        data = frame.to_csv(index=False, sep="\t").encode("utf-16")
    elif name.endswith(".jsonl"):
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    elif name.endswith(".json"):
        data = json.dumps({"status": "ok", "articles": rows}).encode()
    else:
        stream = io.BytesIO()
        frame.to_parquet(stream) if name.endswith(".parquet") else frame.to_excel(stream, index=False)
        data = stream.getvalue()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


NAMES = ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet", "a.xlsx", "a.csv.gz", "a.jsonl.gz", "a.parquet.gz"]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_articles_come_out_of_every_kind_of_table(tmp_path, name):
    corpus = read(save(tmp_path / name))
    articles = corpus.articles
    assert list(articles.columns) == ARTICLES
    assert articles["article_id"].tolist() == ["NA", "7"]
    assert articles["outlet"].tolist() == ["None", "The Sun"]
    assert articles["published"].tolist() == ["2018-03-06", "2018-03-07"]
    assert articles["headline"].isna().tolist() == [False, True]
    assert articles["text"].tolist() == [row["content"] for row in ROWS]
    assert articles["words"].tolist() == [4, 4]
    assert corpus.rejected.empty


def test_a_zip_of_tables_and_pages_is_read(tmp_path):
    save(tmp_path / "a.csv")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "a.csv", "in/a.csv")
        archive.writestr("page.txt", PAGE)
    articles = read(tmp_path / "all.zip").articles
    assert articles["article_id"].tolist() == ["NA", "7", "page"]
    assert articles["agency"].tolist()[2] == "AFP"


def test_our_own_articles_table_comes_back_as_it_was(tmp_path):
    articles = read(DATA).articles
    for name in ["a.csv", "a.jsonl", "a.parquet"]:
        write_table(articles, tmp_path / name)
        again = read(tmp_path / name).articles
        pd.testing.assert_frame_equal(again, read_table(tmp_path / name), check_dtype=False)


def test_the_five_articles(tmp_path):
    articles = read(DATA).articles.set_index("article_id")
    articles.index = articles.index.str[:3]
    found = articles[["outlet", "agency", "origin", "published"]].astype(object)
    assert found.where(found.notna(), None).T.to_dict("list") == {
        "000": ["Sputnik", "Sputnik", "Sputnik", "2018-06-20"],
        "001": ["TASS", "TASS", "TASS", "2018-03-06"],
        "002": ["Sputnik", "Sputnik", "Sputnik", "2018-03-29"],
        "003": [None, "AFP; AP", "AFP; AP", "2017-03-24"],
        "004": ["Times of Islamabad", "Sputnik", "Sputnik", "2017-09-05"],
    }
    assert articles["headline"].isna().tolist() == [False, True, False, False, False]
    lines = articles["text"].str.split("\n")
    assert lines.map(len).to_dict() == {"000": 8, "001": 14, "002": 30, "003": 14, "004": 8}
    assert lines.str[0].str.split().str[:3].str.join(" ").tolist() == [
        "The United States", "The United States", "The United States", "Russia on March", "Russia is not"
    ]  # fmt: skip
    assert lines.str[-1].str.split().str[-2:].str.join(" ").tolist() == [
        "in Russia", 'in Afghanistan."', "in Russia", "planned conference.", "and unprofessional."
    ]  # fmt: skip
    for furniture in ["READ MORE", "AP Photo", "Register", "Tags:", "style=", "/TASS/", "(Sputnik)"]:
        assert not articles["text"].str.contains(furniture, regex=False).any()


def test_agencies_are_found_without_the_metadata(tmp_path):
    for page in DATA.glob("*.txt"):
        (tmp_path / page.name[:3]).with_suffix(".txt").write_bytes(page.read_bytes())
    articles = read(tmp_path).articles.set_index("article_id")
    assert articles["agency"].to_dict() == {
        "000": "Sputnik", "001": "TASS", "002": "Sputnik", "003": "AFP; AP", "004": "Sputnik"
    }  # fmt: skip
    assert articles["outlet"].isna().all()
    assert articles["text"].tolist() == read(DATA).articles["text"].tolist()


def test_columns_can_be_named_and_a_table_without_text_says_what_it_has(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("nr,paper,words_of_it\n1,The Sun,It may rain.\n")
    with pytest.raises(InputError, match=r"nr, paper, words_of_it.*--columns text="):
        read(path)
    articles = read(path, columns={"text": "words_of_it", "outlet": "paper", "article_id": "nr"}).articles
    assert articles[["article_id", "outlet", "text"]].to_numpy().tolist() == [["1", "The Sun", "It may rain."]]
    with pytest.raises(InputError, match="no column body"):
        read(path, columns={"text": "body"})
    with pytest.raises(InputError, match="colour is not among"):
        read(path, columns={"colour": "paper"})


def test_a_bad_record_is_named_with_its_line_and_the_rest_is_read(tmp_path):
    lines = [
        '{"id": 1, "text": "One."}',
        "{broken",
        "",
        "[1, 2]",
        '{"id": 4, "text": null}',
        '{"id": 5, "text": "Five \\ud83d."}',
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    corpus = read(tmp_path / "a.jsonl")
    assert corpus.articles["article_id"].tolist() == ["1", "5"]
    assert corpus.rejected["line"].tolist() == [2, 4, 5]
    assert corpus.rejected["reason"].str.split(":").str[0].tolist() == [
        "not JSON", "not a record of named values", "it has no text"
    ]  # fmt: skip
    (tmp_path / "a.csv").write_text('id,text\n1,One.\n2,Two,more\n3,""\n4,"Four\nlines"\n')
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles["article_id"].tolist() == ["1", "4"]
    assert sorted(corpus.rejected["line"].tolist()) == [3, 4]


def test_a_bad_record_deep_in_a_fast_file_costs_only_itself(tmp_path):
    rows = [json.dumps({"id": str(n), "text": f"Article {n} may be read."}) for n in range(600)]
    rows[400] = '{"id": "400", "text": 12.5, '
    (tmp_path / "a.jsonl").write_text("\n".join(rows) + "\n")
    batches = list(iter_articles(tmp_path / "a.jsonl", batch_bytes=16384))
    assert sum(len(batch.articles) for batch in batches) == 599
    assert [line for batch in batches for line in batch.rejected["line"]] == [401]
    sources = pd.concat([batch.articles["source"] for batch in batches]).tolist()
    assert sources[399] == "a.jsonl:400"
    assert sources[400] == "a.jsonl:402"


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.jsonl.gz"])
def test_a_stream_gives_the_same_articles_as_the_whole(tmp_path, name):
    rows = [{"id": str(n % 40), "text": f"Text {n} of the day.", "date": "2018-03-06"} for n in range(200)]
    path = save(tmp_path / name, rows)
    whole = read(path).articles
    batches = [batch.articles for batch in iter_articles(path, batch_bytes=4000, count_words=True)]
    assert len(batches) > 3
    pd.testing.assert_frame_equal(pd.concat(batches, ignore_index=True), whole)
    assert whole["article_id"].is_unique
    assert {"0", "0-2", "0-3", "0-4", "0-5"} <= set(whole["article_id"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["a", "a-2", "b", "a-2-2"]), min_size=1, max_size=12))
def test_ids_are_unique_and_the_first_keeps_its_own(tmp_path_factory, ids):
    path = tmp_path_factory.mktemp("ids") / "a.jsonl"
    path.write_text("".join(json.dumps({"id": key, "text": "It may rain."}) + "\n" for key in ids))
    found = read(path).articles["article_id"]
    assert len(found) == len(ids)
    assert found.is_unique
    assert found.iloc[0] == ids[0]
    assert all(new.startswith(old) for new, old in zip(found, ids, strict=True))


def test_ambiguous_and_unreadable_dates_are_reported(tmp_path):
    rows = [
        {"id": n, "text": "Rain.", "date": date} for n, date in enumerate([" 8/29/18", "8/9/18", "soon", "5/5/2018"])
    ]
    corpus = read(save(tmp_path / "a.jsonl", rows))
    assert corpus.articles["published"].fillna("").tolist() == ["2018-08-29", "2018-08-09", "", "2018-05-05"]
    assert corpus.notes["article_id"].tolist() == ["1", "2"]
    assert corpus.notes["note"].tolist() == [
        "a date that can be read two ways: 8/9/18, read as 2018-08-09",
        "not a date of 1800 to next year that can be read: soon",
    ]
    rows[0]["date"] = "29/8/18"
    assert read(save(tmp_path / "b.jsonl", rows)).articles["published"].tolist()[1] == "2018-09-08"


def test_an_agency_keeps_its_outlets_name_and_its_copy_elsewhere_the_agencys(tmp_path):
    text = "PARIS (AP) — Rain is on its way, the office said."
    rows = [{"id": n, "outlet": outlet, "text": text} for n, outlet in enumerate(["Associated Press", "The Sun", None])]
    articles = read(save(tmp_path / "a.jsonl", rows)).articles
    assert articles["origin"].tolist() == ["Associated Press", "AP", "AP"]
    assert articles["agency"].tolist() == ["AP"] * 3


def test_nested_sources_numbers_and_unused_columns(tmp_path):
    rows = [
        {"id": 3, "source": {"id": None, "name": "The Sun"}, "content": ["One.", "Two."], "likes": 5, "topic": "rain"}
    ]
    corpus = read(save(tmp_path / "a.jsonl", rows))
    row = corpus.articles.iloc[0]
    assert (row["article_id"], row["outlet"], row["text"], row["topic"]) == ("3", "The Sun", "One.\nTwo.", "rain")
    told = corpus.columns.set_index("column")["taken_for"].to_dict()
    assert told["source.name"] == "outlet"
    assert pd.isna(told["likes"])


def test_encodings_are_found_out(tmp_path):
    text = "Министр заявил, что доказательств нет и не было, и что он не будет об этом говорить."
    for encoding in ["cp1251", "utf-16", "utf-8-sig"]:
        assert text.encode(encoding).decode(guess_encoding(text.encode(encoding), "a.txt")) == text
    english = "The minister said there was “no evidence” – none at all."
    assert guess_encoding(english.encode("cp1252"), "a.txt") == "cp1252"
    (tmp_path / "a.csv").write_bytes("id,text\n1,Élan “vital” – so said he.\n".encode("cp1252"))
    corpus = read(tmp_path / "a.csv")
    assert corpus.articles["text"].tolist() == ["Élan “vital” – so said he."]
    assert corpus.notes["note"].tolist() == ["read as cp1252"]


def test_html_pages_give_text_headline_and_date(tmp_path):
    paragraphs = "".join(
        f"<p>The office said that rain number {n} would reach the city by the evening.</p>" for n in range(6)
    )
    head = '<title>Rain is near</title><meta property="article:published_time" content="2018-03-06"/>'
    body = f"<nav>Home</nav><article><h1>Rain is near</h1>{paragraphs}</article>"
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    (tmp_path / "rain.html").write_text(page)
    row = read(tmp_path / "rain.html").articles.iloc[0]
    assert (row["article_id"], row["headline"], row["published"]) == ("rain", "Rain is near", "2018-03-06")
    assert row["text"].count("\n") == 5
    assert "Home" not in row["text"]


def test_a_folder_keeps_what_it_can_and_names_the_rest(tmp_path):
    (tmp_path / "good.txt").write_text(PAGE)
    (tmp_path / "unlisted.txt").write_text(PAGE)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "furniture.txt").write_text("Home\nSearch\nLog in\n")
    (tmp_path / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "articles.csv").write_text(
        "file,outlet,headline\ngood.txt,The Sun,\nabsent.txt,The Moon,\nempty.txt,,\n"
    )
    corpus = read(tmp_path)
    assert corpus.articles["article_id"].tolist() == ["good", "unlisted"]
    assert corpus.articles["outlet"].fillna("").tolist() == ["The Sun", ""]
    assert corpus.articles["headline"].fillna("").tolist() == ["", "Rain is near"]
    reasons = corpus.rejected.set_index("source")["reason"].to_dict()
    assert sorted(reasons) == ["absent.txt", "empty.txt", "furniture.txt", "paper.pdf", "photo.txt"]
    assert reasons["absent.txt"] == "articles.csv names it, but there is no such file"
    assert reasons["empty.txt"] == "the file is empty"
    assert "furniture" in reasons["furniture.txt"]
    assert reasons["photo.txt"] == "the file is not text"
    assert corpus.notes["article_id"].tolist() == ["furniture", "unlisted"]
    assert set(corpus.removed["article_id"]) == {"good", "unlisted", "furniture"}


def test_tables_are_taken_to_the_character_unless_cleaning_is_asked_for(tmp_path):
    path = save(tmp_path / "a.jsonl", [{"id": "1", "text": PAGE}])
    assert read(path).articles["text"].tolist() == [PAGE]
    corpus = read(path, clean=True)
    assert corpus.articles["text"].tolist() == ["Rain is on its way to the city, the weather office said on Monday."]
    assert corpus.articles["headline"].tolist() == ["Rain is near"]
    assert "dateline" in corpus.removed["reason"].tolist()
    (tmp_path / "page.txt").write_text(PAGE)
    assert read(tmp_path / "page.txt", clean=False).articles["text"].tolist() == [PAGE]


def test_an_archive_that_is_cut_short_is_named(tmp_path):
    whole = gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS * 50).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(InputError, match=r"a\.jsonl: the archive is damaged or cut short"):
        read(tmp_path / "a.jsonl.gz")
    save(tmp_path / "b.jsonl")
    corpus = read(tmp_path)
    assert len(corpus.articles) == 2
    assert corpus.rejected["source"].tolist() == ["a.jsonl"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent", None, "no such file or folder"),
        ("empty.csv", b"", "the file is empty"),
        ("header.csv", b"id,text\n", "no article can be used"),
        ("binary.txt", b"\x7fELF\x00\x01\x02\x03", "is not text"),
        ("furniture.txt", b"Home\nSearch\nLog in\n", "furniture"),
        ("broken.json", b"{nothing", "not JSON"),
        ("broken.xlsx", b"PK nothing", "not a readable xlsx table"),
        ("broken.parquet", b"nothing at all", "not a readable parquet table"),
        ("broken.csv.gz", b"nothing at all", "damaged"),
        ("movie.mp4", b"nothing", "this kind of file is not read"),
        ("texts.jsonl", b'{"id": 1}\n{"id": 2}\n', "no column of text among id"),
    ],
)
def test_unusable_input_is_said_in_one_line(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_and_a_missing_table_of_pages_are_named(tmp_path):
    with pytest.raises(InputError, match="the folder is empty"):
        read(tmp_path)
    (tmp_path / "page.txt").write_text(PAGE)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path, metadata=tmp_path / "absent.csv")
    (tmp_path / "other.csv").write_text("name,outlet\npage.txt,The Sun\n")
    with pytest.raises(InputError, match="needs a column 'file'"):
        read(tmp_path, metadata=tmp_path / "other.csv")
