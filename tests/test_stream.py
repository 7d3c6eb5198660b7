"""Corpora in batches: the same tables whatever the batches, the processes and the format."""

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis import stream
from analysis.earlier import Earlier
from analysis.stream import Options, score_corpus, work_in_order
from analysis.study import Study
from analysis.tables import InputError, read_table

NAMES = ("articles", "quotations", "mentions", "scores")


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "news.jsonl"
    texts = ["It may rain, Doe said.", "“Perhaps,” Roe told reporters.", "Moscow denied it.", "Clearly, arms came."]
    rows = [{"id": i, "outlet": "None", "title": "No evidence", "text": f"{texts[i % 4]} {i}"} for i in range(23)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tables(folder, kind="csv"):
    return [read_table(folder / f"{name}.{kind}") for name in NAMES]


def test_batches_processes_and_a_full_memory_do_not_change_a_byte(corpus, tmp_path, monkeypatch):
    score_corpus(corpus, tmp_path / "one", workers=1)
    score_corpus(corpus, tmp_path / "many", workers=2, batch_bytes=2000)
    monkeypatch.setattr(stream, "MOST_STRINGS", 10)
    score_corpus(corpus, tmp_path / "anew", workers=1, batch_bytes=2000)
    for name in NAMES:
        expected = (tmp_path / "one" / f"{name}.csv").read_bytes()
        assert (tmp_path / "many" / f"{name}.csv").read_bytes() == expected
        assert (tmp_path / "anew" / f"{name}.csv").read_bytes() == expected


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_formats_hold_the_same_tables(corpus, tmp_path, kind):
    score_corpus(corpus, tmp_path / "csv")
    score_corpus(corpus, tmp_path / kind, kind, batch_bytes=2000)
    for one, other in zip(tables(tmp_path / "csv"), tables(tmp_path / kind, kind), strict=True):
        pd.testing.assert_frame_equal(one, other[one.columns], check_dtype=False)


@pytest.mark.parametrize("whole", [0, 5])
def test_scores_of_zero_that_are_not_written_are_there_when_read(corpus, tmp_path, monkeypatch, whole):
    score_corpus(corpus, tmp_path / "dense", "parquet", workers=1)
    monkeypatch.setattr(stream, "MOST_WHOLE", whole)
    score_corpus(corpus, tmp_path / "sparse", "parquet", workers=1, batch_bytes=2000)
    dense, sparse = (tmp_path / name / "scores.parquet" for name in ("dense", "sparse"))
    assert pq.read_metadata(dense).num_rows == len(read_table(dense)) > 1.5 * pq.read_metadata(sparse).num_rows
    pd.testing.assert_frame_equal(read_table(dense), read_table(sparse))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_articles_that_are_added_give_the_tables_of_scoring_all(corpus, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(stream, "MOST_WHOLE", 6)
    lines = [*corpus.read_text().splitlines(True), '{"id": "empty", "text": ""}\n']
    lines[3] = lines[3].replace("Clearly", "<b>Clearly</b>")
    many, few = "".join(lines), "".join([*lines[:9], lines[-1]])
    corpus.write_text(many)
    score_corpus(corpus, tmp_path / "all", kind, workers=1, batch_bytes=2000)
    corpus.write_text(few)
    score_corpus(corpus, tmp_path / "out", kind, workers=1)
    corpus.write_text("".join([*lines[:9], lines[-1], *lines[9:-1]]))
    earlier = Earlier(tmp_path / "out")
    score_corpus(corpus, tmp_path / "out", kind, workers=1, batch_bytes=2000, earlier=earlier)
    assert earlier.describe().startswith("14 added (9 more of the corpus were there) to 9 articles in ")
    for name in (*NAMES, "events"):
        one, other = (read_table(tmp_path / folder / f"{name}.{kind}") for folder in ("all", "out"))
        if name == "articles":  # where in the file an article stands has changed
            one, other = one.drop(columns="source"), other.drop(columns="source")
        pd.testing.assert_frame_equal(one, other)
    assert len(read_table(tmp_path / "out" / "rejected.csv")) == 1
    notes = [read_table(tmp_path / folder / "notes.csv") for folder in ("all", "out")]
    pd.testing.assert_frame_equal(*notes)
    again = Earlier(tmp_path / "out")
    score_corpus(corpus, tmp_path / "out", kind, workers=1, earlier=again)
    assert (again.added, again.again) == (0, 23) and len(read_table(tmp_path / "out" / f"scores.{kind}")) == len(
        read_table(tmp_path / "all" / f"scores.{kind}")
    )


def test_an_article_that_is_there_otherwise_is_rejected_and_other_words_are_refused(corpus, tmp_path):
    score_corpus(corpus, tmp_path / "out", workers=1)
    lines = corpus.read_text().splitlines(True)
    corpus.write_text(lines[0].replace("rain", "snow") + lines[1].replace('"id": 1', '"id": "new"'))
    score_corpus(corpus, tmp_path / "out", workers=1, earlier=Earlier(tmp_path / "out"))
    rejected = read_table(tmp_path / "out" / "rejected.csv")
    assert rejected["article_id"].tolist() == ["0"] and "out holds another article of this id" in rejected["reason"][0]
    assert read_table(tmp_path / "out" / "articles.csv")["article_id"].tolist() == [*map(str, range(23)), "new"]
    (tmp_path / "words.csv").write_text("feature,pattern\ndoubt,perhaps\n")
    before = (tmp_path / "out" / "scores.csv").read_bytes()
    other = Options(lexicon=str(tmp_path / "words.csv"))
    with pytest.raises(InputError, match="out was scored with other lexicon"):
        score_corpus(corpus, tmp_path / "out", options=other, workers=1, earlier=Earlier(tmp_path / "out"))
    assert (tmp_path / "out" / "scores.csv").read_bytes() == before
    with pytest.raises(InputError, match="no scored corpus to add to"):
        Earlier(tmp_path)


def test_bad_records_are_rejected_by_name_and_the_rest_is_scored(corpus, tmp_path):
    corpus.write_text(corpus.read_text() + '{"id": "x", "text": ""}\n{"id": \n')
    run = score_corpus(corpus, tmp_path / "out")
    assert len(run.articles) == 23 and "text" not in run.articles
    assert read_table(tmp_path / "out" / "rejected.csv")["line"].tolist() == [24, 25]


def test_a_stale_list_of_rejected_records_is_removed_and_other_files_are_kept(corpus, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "rejected.csv").write_text('"source","line","article_id","reason"\n"old","1","1","no text"\n')
    (folder / "notes.txt").write_text("mine")
    score_corpus(corpus, folder)
    assert not (folder / "rejected.csv").exists()
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_file_of_somebody_else_under_the_name_of_a_list_stops_the_run_and_is_kept(corpus, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "rejected.csv").write_text("my,own,table\n1,2,3\n")
    with pytest.raises(InputError, match=r"rejected\.csv stands in the way"):
        score_corpus(corpus, folder)
    assert [path.name for path in folder.iterdir()] == ["rejected.csv"]
    assert (folder / "rejected.csv").read_text() == "my,own,table\n1,2,3\n"


def test_nothing_is_written_when_the_input_cannot_be_used(tmp_path):
    (tmp_path / "bad.jsonl").write_text("not json\n")
    with pytest.raises(InputError):
        score_corpus(tmp_path / "bad.jsonl", tmp_path / "out")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "bad.jsonl"]


def test_a_compressed_corpus_is_read_in_batches_too(corpus, tmp_path):
    packed = tmp_path / "news.jsonl.gz"
    packed.write_bytes(gzip.compress(corpus.read_bytes()))
    score_corpus(corpus, tmp_path / "plain")
    score_corpus(packed, tmp_path / "packed", batch_bytes=2000)
    assert (tmp_path / "plain" / "scores.csv").read_bytes() == (tmp_path / "packed" / "scores.csv").read_bytes()


def square(number):
    return number * number


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_work_comes_back_in_the_order_given(workers, count):
    assert list(work_in_order(square, range(count), workers)) == [i * i for i in range(count)]


def test_a_column_that_only_later_records_have_is_kept(corpus, tmp_path):
    more = {"id": "late", "outlet": "The Sun", "title": "", "text": "It may rain.", "topic": "weather"}
    corpus.write_text(corpus.read_text() + json.dumps(more) + "\n")
    score_corpus(corpus, tmp_path / "out", batch_bytes=2000)
    topics = read_table(tmp_path / "out" / "articles.csv").set_index("article_id")["topic"]
    assert topics["late"] == "weather"
    assert topics.drop("late").isna().all()


def test_nothing_of_an_earlier_corpus_is_left_in_its_folder(corpus, tmp_path):
    folder, words = tmp_path / "out", tmp_path / "words.csv"
    words.write_text("feature,pattern\ndoubt,perhaps\n")
    score_corpus(corpus, folder, "parquet", Options(lexicon=str(words)))
    (folder / "events.csv").write_text('"article_id","event","duplicate_of"\n"x","x",""\n')
    assert Study(folder).lexicon.features["feature"].tolist() == ["doubt"], "what was counted stands beside the counts"
    score_corpus(corpus, folder)
    assert not list(folder.glob("*.parquet")) and "x" not in set(read_table(folder / "events.csv")["article_id"])
    assert "hedge" in set(Study(folder).lexicon.features["feature"])


def test_a_table_of_somebody_else_is_left_alone(corpus, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "events.csv").write_text("day,what\nMonday,rain\n")
    score_corpus(corpus, tmp_path / "out", "parquet")
    assert (tmp_path / "out" / "events.csv").read_text() == "day,what\nMonday,rain\n"


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    code = f"""
import os, sys, time
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from analysis.stream import work_in_order
def work(number):
    open({str(tmp_path)!r} + f"/{{os.getpid()}}", "w").close()
    time.sleep(60)
list(work_in_order(work, range(9), 2))
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    while parent.poll() is None and len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    begin = time.monotonic()
    assert parent.stdout.read() == b"", "the pipe is let go when the last of them is gone"
    assert time.monotonic() - begin < 30
