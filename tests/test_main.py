"""The command line: what it prints, writes and refuses."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.__main__ import main

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.csv"
    path.write_text('id,outlet,text\n1,"=SUM(A1)","Moscow allegedly agreed, Doe said."\n2,None,"It may rain."\n')
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["articles", "nowhere.csv", "-o", "out.csv"],
        ["score", "empty", "-o", "out"],
        ["quotations", "empty.csv", "-o", "out.csv"],
        ["score", "news.csv", "-o", "out", "--lexicon", "nowhere"],
        ["score", "news.csv", "-o", "out", "--actors", "nowhere.csv"],
        ["score", "news.csv", "-o", "out", "--columns", "text=story"],
        ["articles", "news.csv", "-o", "out.docx"],
        ["lexicon", "empty"],
    ],
)
def test_bad_input_is_one_line_and_status_2(news, tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("empty.csv").touch()
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("analysis: ")
    assert said.count("\n") == 1
    assert not Path("out").exists() or not any(Path("out").iterdir())
    assert not Path("out.csv").exists()


def test_score_writes_the_tables_and_says_so(news, tmp_path, capsys):
    assert main(["score", str(news), "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "articles.csv", "mentions.csv", "quotations.csv", "scores.csv",
    ]  # fmt: skip
    assert "2 articles read" in capsys.readouterr().out


def test_evidence_is_filtered_and_safe_in_a_spreadsheet(news, tmp_path):
    target = tmp_path / "evidence.csv"
    assert main(["evidence", str(news), "-o", str(target), "--feature", "hearsay"]) == 0
    with target.open(newline="") as rows:
        [row] = csv.DictReader(rows)
    assert row["match"] == "allegedly"
    assert row["outlet"] == "'=SUM(A1)"
    assert row["sentence"] == "Moscow allegedly agreed, Doe said."


def test_columns_can_be_named(tmp_path, capsys):
    path = tmp_path / "odd.csv"
    path.write_text("story,medium\nIt may rain.,The Sun\n")
    assert main(["articles", str(path), "-o", str(tmp_path / "a.csv"), "--columns", "text=story,outlet=medium"]) == 0
    with (tmp_path / "a.csv").open(newline="") as rows:
        [row] = csv.DictReader(rows)
    assert (row["outlet"], row["text"]) == ("The Sun", "It may rain.")


def test_a_lexicon_is_checked_and_previewed(news, capsys):
    assert main(["lexicon", str(ROOT / "data" / "lexicons"), "--corpus", str(news)]) == 0
    said = capsys.readouterr().out
    assert "nothing wrong" in said
    assert "allegedly" in said


def test_starting_up_imports_nothing_heavy():
    code = (
        "import sys, analysis.__main__ as m; m._parser(); import analysis\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'sklearn', 'scipy', 'statsmodels', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begin < 30, "start-up hangs"
