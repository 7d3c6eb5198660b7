"""Whatever a scraper, a service or a database calls its columns, and however deep they lie, they are found."""

import json

import pandas as pd
import pytest

from analysis.read import read
from analysis.tables import InputError


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"date_publish": "2018-05-04 17:03:00", "source_domain": "www.sun.example", "title": "A",
          "maintext": "It may rain."},
         ["www.sun.example", "2018-05-04", "A", "It may rain.", ""]),
        ({"publisher": "The Sun", "plaintext": "It may rain.", "title": "A",
          "publishing_date": "2018-05-04 10:00:00+00:00",
          "body": {"summary": ["No."], "sections": [{"paragraphs": ["No."]}]}},
         ["The Sun", "2018-05-04", "A", "It may rain.", ""]),
        ({"title": "A", "hostname": "sun.example", "source-hostname": "The Sun", "source": "https://sun.example/1",
          "date": "2018-05-04", "text": "It may rain."},
         ["The Sun", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"title": "A", "domain": "sun.example", "date": "2018-05-04", "text": "It may rain.", "url": "https://sun.example/1"},
         ["sun.example", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"webTitle": "A", "webPublicationDate": "2018-05-04T01:00:00Z", "fields": {"bodyText": "It may rain."},
          "webUrl": "https://sun.example/1"}, ["", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"title": "A", "meta_site_name": "The Sun", "publish_date": "2018-05-04", "text": "It may rain.",
          "canonical_link": "https://sun.example/1"},
         ["The Sun", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"title": {"rendered": "A"}, "content": {"rendered": "<p>It may rain.</p>"}, "date": "2018-05-04T10:00:00",
          "link": "https://sun.example/1"}, ["", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"Title": "A", "pubtitle": "The Sun", "publisher": "Sun Group", "pubdate": "May 4, 2018",
          "FullText": "It may rain.", "DocumentURL": "https://sun.example/1"},
         ["The Sun", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"headline": "A", "articleBody": "It may rain.", "datePublished": "2018-05-04",
          "publisher": {"@type": "Organization", "name": "The Sun"}, "mainEntityOfPage": "https://sun.example/1"},
         ["The Sun", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
        ({"title": "A", "text": "It may rain.", "published": "2018-05-04", "url": "https://sun.example/1",
          "thread": {"site": "sun.example", "title": "x"}},
         ["sun.example", "2018-05-04", "A", "It may rain.", "https://sun.example/1"]),
    ],
)  # fmt: skip
def test_what_scrapers_write_is_read_without_naming_columns(record, expected):
    articles = read([record]).articles
    assert articles[["outlet", "published", "headline", "text", "url"]].fillna("").to_numpy().tolist() == [expected]


ONE = {"title": "A", "body": "It may rain.", "date": "2018-05-04", "outlet": "The Sun"}
TOLD = [["The Sun", "2018-05-04", "A", "It may rain."]]


@pytest.mark.parametrize(
    "answer",
    [
        [ONE],
        ONE,
        {"status": "ok", "articles": [ONE]},
        {"response": {"docs": [ONE], "meta": {"hits": 1}}},
        {"articles": {"results": [{**ONE, "authors": [{"name": "Anna Jones"}]}]}},
        {"hits": {"total": 1, "hits": [{"_index": "i", "_id": "x", "_source": ONE}]}},
        {"response": {"status": "ok", "content": ONE}},
        {"data": {"items": [{"attributes": ONE}]}},
        {"facets": [{"name": "weather"}], "results": [ONE]},
        {name: {"0": value} for name, value in ONE.items()},
        {**ONE, "author": [{"name": "Anna Jones"}]},
    ],
)
def test_articles_are_found_in_whatever_a_service_wraps_round_them(tmp_path, answer):
    (tmp_path / "a.json").write_text(json.dumps(answer))
    told = read(tmp_path / "a.json").articles
    assert told[["outlet", "published", "headline", "text"]].to_numpy().tolist() == TOLD


def test_articles_under_their_ids_are_all_read(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"x": ONE, "y": {**ONE, "title": "B"}}))
    assert read(tmp_path / "a.json").articles["headline"].tolist() == ["A", "B"]


def test_sections_of_paragraphs_are_a_text_and_authors_are_named():
    body = {"summary": ["No."], "sections": [{"headline": ["The dam"], "paragraphs": ["It may rain.", "Or not."]}]}
    corpus = read([{"title": "A", "authors": [{"name": "Anna Jones"}, {"name": "Bo Lee"}], "body": body}])
    assert corpus.articles["text"].tolist() == ["The dam\nIt may rain.\nOr not."]
    assert corpus.articles["author"].tolist() == ["Anna Jones; Bo Lee"]


def test_a_record_without_a_text_has_it_from_the_next_column_and_a_note(tmp_path):
    records = [{"text": None, "maintext": "It may rain.", "raw_text": "It"}, {"text": "It rains.", "maintext": "No."}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    corpus = read(tmp_path / "a.jsonl")
    assert corpus.articles["text"].tolist() == ["It may rain.", "It rains."]
    assert corpus.notes[["source", "note"]].to_numpy().tolist() == [["a.jsonl:1", "text is empty, taken from maintext"]]


def test_what_stands_beside_an_article_is_not_its_text():
    with pytest.raises(InputError, match=r"no column of text among title, comments\.body; name it"):
        read([{"title": "A", "comments": {"body": "Nice."}}])


def test_a_nested_text_can_be_named_by_dots():
    frame = pd.DataFrame({"id": ["a"], "answer": [{"said": {"words": "It may rain."}}]})
    assert read(frame, columns={"text": "answer.said.words"}).articles["text"].tolist() == ["It may rain."]
