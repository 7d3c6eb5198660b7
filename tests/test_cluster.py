"""A corpus in parts: the same tables as in one process, whatever becomes of a worker."""

import gzip
import json
import os
import signal
import threading
import time

import pandas as pd
import pytest
from distributed import LocalCluster

from analysis.cluster import list_parts, score_parts
from analysis.stream import Options, score_corpus
from analysis.tables import InputError, read_table

NAMES = ("articles", "quotations", "mentions", "scores", "events")
TEXTS = ["It may rain, Doe said.", "“Perhaps,” Roe told reporters.", "Moscow denied it.", "Clearly, arms came."]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Three parts of three kinds, with a record that cannot be used."""
    folder = tmp_path_factory.mktemp("parts")
    rows = [{"id": f"a{i}", "outlet": "NA", "date": "2020-01-02", "title": "No evidence", "text": f"{TEXTS[i % 4]} {i}"}
            for i in range(18)]  # fmt: skip
    lines = [json.dumps(row) + "\n" for row in rows]
    (folder / "a.jsonl.gz").write_bytes(gzip.compress("".join([*lines[:6], '{"id": "bad", "text": ""}\n']).encode()))
    pd.DataFrame(rows[6:12]).to_csv(folder / "b.csv", index=False)
    pd.DataFrame(rows[12:]).to_parquet(folder / "c.parquet")
    (folder / "read me.txt").write_text("no articles")
    return folder


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "words.csv"
    path.write_text("feature,pattern\ndoubt,perhaps|may\n")
    return path


@pytest.fixture(scope="module")
def one(parts, tmp_path_factory):
    """The tables that one process makes of the parts."""
    folder = tmp_path_factory.mktemp("one")
    (folder / "whole").mkdir()
    for path in sorted(parts.iterdir())[:3]:
        (folder / "whole" / path.name).symlink_to(path)
    score_corpus(folder / "whole", folder / "tables", "parquet", workers=1)
    return folder / "tables"


def same(one, other):
    for name in NAMES:
        pd.testing.assert_frame_equal(read_table(one / f"{name}.parquet"), read_table(other / f"{name}.parquet"))


def test_parts_give_the_tables_of_one_process_and_a_bad_record_is_named_with_its_file(parts, one, cluster, tmp_path):
    score_parts(f"{parts}/[a-c].*", tmp_path / "parts", cluster.scheduler_address)
    same(tmp_path / "parts", one)
    rejected = read_table(tmp_path / "parts" / "rejected.csv")
    assert rejected[["source", "line", "reason"]].to_numpy().tolist() == [["a.jsonl", 7, "it has no text"]]
    pd.testing.assert_frame_equal(rejected, read_table(one / "rejected.csv"))
    assert not list((tmp_path / "parts").glob("**/parts")), "tables of parts are laid together"


def test_a_worker_killed_on_the_way_changes_nothing(parts, one, cluster, tmp_path):
    killed = []

    def kill():
        while not list((tmp_path / "out").glob("parts/.making-*")):
            time.sleep(0.005)
        killed.append(next(iter(cluster.workers.values())).pid)
        os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    score_parts(parts, tmp_path / "out", cluster.scheduler_address)
    thread.join()
    assert killed
    same(tmp_path / "out", one)


def test_a_lexicon_travels_and_a_part_of_no_use_is_rejected_and_others_are_scored(parts, cluster, words, tmp_path):
    whole = Options(lexicon=str(words))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text((parts / "b.csv").read_text())
    (tmp_path / "in" / "b.jsonl").write_text("no json\n")
    assert len(score_parts(tmp_path / "in", tmp_path / "out", cluster.scheduler_address, whole).articles) == 6
    assert set(read_table(tmp_path / "out" / "scores.parquet")["feature"]) == {"doubt"}
    assert read_table(tmp_path / "out" / "mentions.parquet")["match"].str.lower().unique().tolist() == [
        "may",
        "perhaps",
    ]
    assert read_table(tmp_path / "out" / "rejected.csv")["source"].tolist() == ["b.jsonl"]
    (tmp_path / "in" / "c.csv").write_text((parts / "b.csv").read_text())
    with pytest.raises(InputError, match="article_id 'a6' stands in two parts"):
        score_parts(tmp_path / "in", tmp_path / "again", cluster.scheduler_address, whole)
    assert not (tmp_path / "again" / "scores.parquet").exists()


def test_where_there_is_nothing_to_open_one_line_says_so(tmp_path):
    with pytest.raises(InputError, match="no file of articles there"):
        list_parts(tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        list_parts("nowhere9://bucket/articles")
