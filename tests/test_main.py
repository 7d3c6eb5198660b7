"""The command line: what it prints, writes and refuses."""

import csv
import gzip
import io
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pandas as pd
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
        ["sheet", "empty", "-o", "out/sheet.xlsx"],
        ["sheet", "news.csv", "-o", "out/sheet.docx"],
        ["agreement", "nowhere.xlsx", "nowhere.csv", "-o", "out"],
        ["agreement", "news.csv", "news.csv", "-o", "out"],
        ["compare", "nowhere.csv", "-o", "out"],
        ["report", "news.csv", "-o", "out", "--lexicon", "nowhere"],
        ["report", "news.csv", "-o", "out", "--sheets", "nowhere.xlsx"],
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
        "articles.csv", "events.csv", "manifest.json", "mentions.csv", "quotations.csv", "scores.csv",
    ]  # fmt: skip
    assert "2 articles, of 2 outlets" in capsys.readouterr().out


def test_events_are_written_for_every_article_and_refused_records_are_named(tmp_path, capsys):
    story = "Dock workers in Odessa walked out over unpaid wages and the port closed four grain piers."
    path = tmp_path / "news.csv"
    path.write_text(f"id,date,text\n7,2018-03-06,{story}\n8,2018-03-09,{story}\n9,,It may rain.\nx,,\n")
    assert main(["events", str(path), "-o", str(tmp_path / "events.csv")]) == 0
    with (tmp_path / "events.csv").open(newline="") as rows:
        assert [tuple(row.values()) for row in csv.DictReader(rows)] == [
            ("7", "7", ""),
            ("8", "7", "7"),
            ("9", "9", ""),
        ]
    assert "1 record rejected: 1 × it has no text" in capsys.readouterr().out
    assert (tmp_path / "events.rejected.csv").exists()


def test_outlets_are_compared_from_articles_or_from_scores_and_one_alone_is_refused(news, tmp_path, capsys):
    assert main(["score", str(news), "-o", str(tmp_path / "scored")]) == 0
    for source, target in (("news.csv", "one"), ("scored", "two")):
        assert main(["compare", str(tmp_path / source), "-o", str(tmp_path / target), "--copies", "all"]) == 0
    for name in ("comparison.csv", "contrasts.csv", "events.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    alone = tmp_path / "alone.csv"
    alone.write_text("id,outlet,text\n1,Post,It may rain.\n2,Post,Ships left.\n")
    assert main(["compare", str(alone), "-o", str(tmp_path / "three")]) == 2
    assert "one outlet only" in capsys.readouterr().err and not (tmp_path / "three").exists()


def test_a_report_says_where_it_is_and_which_notebook_failed(news, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("analysis.report.NOTEBOOKS", tmp_path / "none")
    monkeypatch.setattr("analysis.report._run_all", lambda *given: ["05.ipynb, code cell 2: KeyError: 'x'"])
    assert main(["report", str(news), "-o", str(tmp_path / "out"), "--title", "Mine"]) == 2
    said = capsys.readouterr()
    assert "index.html" in said.out and said.err == "analysis: 05.ipynb, code cell 2: KeyError: 'x'\n"
    assert "<title>Mine</title>" in (tmp_path / "out" / "index.html").read_text()
    assert main(["report", str(news), "-o", str(tmp_path / "out")]) == 2
    assert "--force" in capsys.readouterr().err


def test_evidence_is_filtered_and_safe_in_a_spreadsheet(news, tmp_path):
    target = tmp_path / "evidence.csv"
    assert main(["evidence", str(news), "-o", str(target), "--feature", "hearsay"]) == 0
    with target.open(newline="") as rows:
        [row] = csv.DictReader(rows)
    assert row["match"] == "allegedly"
    assert row["outlet"] == "'=SUM(A1)"
    assert row["sentence"] == "Moscow allegedly agreed, Doe said."


def test_articles_that_may_distort_are_flagged_and_left_out_by_choice(tmp_path, capsys):
    news, one = tmp_path / "twice.csv", "The office said on Monday that rain may reach the city by the end of the week."
    other = "Itâ€™s fine, the office said on Tuesday, and nobody in the whole of the city had to leave the house."
    news.write_text(f'id,outlet,text\n1,A,"{one}"\n2,B,"{one}"\n3,B,"{other}"\n', encoding="utf-8")
    assert main(["articles", str(news), "-o", str(tmp_path / "all.csv")]) == 0
    assert (
        "Among 3 articles: 1 with the same text as an earlier one; 3 of fewer than 50 words" in capsys.readouterr().out
    )
    repaired = other.replace("â€™", "’")
    assert pd.read_csv(tmp_path / "all.csv")["text"].tolist() == [one, one, repaired]
    assert pd.read_csv(tmp_path / "all.notes.csv")["article_id"].tolist() == [3], "what was repaired is noted"
    flags = pd.read_csv(tmp_path / "all.flags.csv")
    assert set(flags["note"]) >= {"the same text as 1"}
    assert pd.read_csv(tmp_path / "all.corpus.csv")["articles"].sum() == 3
    assert main(["articles", str(news), "-o", str(tmp_path / "some.csv"), "--clean", "--exclude", "duplicate"]) == 0
    assert pd.read_csv(tmp_path / "some.csv")["text"].tolist() == [one, repaired]
    assert pd.read_csv(tmp_path / "some.rejected.csv")["article_id"].tolist() == [2]
    with pytest.raises(SystemExit):
        main(["articles", str(news), "-o", str(tmp_path / "none.csv"), "--exclude", "copies"])


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


@pytest.fixture
def sheets(tmp_path):
    """Two coders' copies of one sheet, and a way to fill them in."""
    news = tmp_path / "news.csv"
    said = ["Moscow allegedly agreed.", "It may rain.", "“It might,” Doe said.", "Nothing is known.", "Ships left."]
    news.write_text("id,text\n" + "".join(f'{i},"{said[i % 5]}"\n' for i in range(20)))
    assert main(["sheet", str(news), "-o", str(tmp_path / "news.xlsx"), "--all"]) == 0

    def fill(coder, answer, order=1):
        sheet = pd.read_excel(tmp_path / "news.xlsx", dtype=str)
        sheet["hedge"] = sheet["sentence"].map(answer)
        sheet["done"] = sheet["hedge"].notna().map({True: "1", False: ""})
        path = tmp_path / f"news {coder}.xlsx"
        sheet.iloc[::order].to_excel(path, index=False)
        return str(path)

    return fill


def right(sentence):
    return {"It may rain.": "newsroom", "“It might,” Doe said.": "Quoted"}.get(sentence, "0")


def test_a_sheet_is_drawn_blind_with_its_codebook_and_key(news, tmp_path, capsys):
    assert main(["sheet", str(news), "-o", str(tmp_path / "s.xlsx"), "--items", "2", "--seed", "3"]) == 0
    assert "2 sentences" in capsys.readouterr().out
    coding, codebook = pd.read_excel(tmp_path / "s.xlsx", sheet_name=["coding", "codebook"]).values()
    assert len(coding) == 2
    assert coding["hedge"].isna().all()
    assert set(codebook["feature"]) <= set(coding.columns)
    with (tmp_path / "s.key.csv").open(newline="") as rows:
        assert {row["hearsay"] for row in csv.DictReader(rows)} == {"reported", "0"}
    first = pd.read_excel(tmp_path / "s.xlsx")
    assert main(["sheet", str(news), "-o", str(tmp_path / "s.xlsx"), "--items", "2", "--seed", "3"]) == 0
    assert pd.read_excel(tmp_path / "s.xlsx").equals(first)


def test_half_filled_and_reordered_sheets_are_compared(sheets, tmp_path, capsys):
    half = sheets("2", lambda sentence: None if "Ships" in sentence else right(sentence), order=-1)
    assert main(["agreement", sheets("1", right), half, "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "only the tool differs" in said
    assert "coders differ" not in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["disagreements.csv", "measures.csv"]
    with (tmp_path / "out" / "measures.csv").open(newline="") as rows:
        found = {(row["reference"], row["name"], row["measure"]): row for row in csv.DictReader(rows)}
    assert found["coders", "hedge", "agreement"]["units"] == "16"
    assert found["coders", "hedge", "alpha"]["estimate"] == "1"
    assert found["coder 1", "hedge", "recall"]["right"] == "8"
    assert found["consensus", "all", "accuracy"]["estimate"] == "1"


def test_a_misspelt_answer_is_refused_by_its_cell(sheets, tmp_path, capsys):
    bad = sheets("2", lambda sentence: "newsrom" if "may" in sentence else "0")
    assert main(["agreement", sheets("1", right), bad, "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "E3 (hedge) says “newsrom”" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_one_sheet_without_a_key_has_nothing_to_be_compared_with(sheets, tmp_path, capsys):
    path = sheets("1", right)
    (tmp_path / "news.key.csv").unlink()
    assert main(["agreement", path]) == 2
    assert "nothing to compare" in capsys.readouterr().err


def test_starting_up_imports_nothing_heavy():
    code = (
        "import sys, analysis.__main__ as m; m._parser(); import analysis\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'sklearn', 'scipy', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begin < 30, "start-up hangs"


ROWS = 'id,outlet,text\n1,A,"Moscow allegedly agreed, Doe said."\n2,B,"It may rain."\n'


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        (["n.csv"], ["articles", "n.csv", "-o", "n.csv"]),
        (["n.corpus.csv"], ["articles", "n.corpus.csv", "-o", "n.csv"]),
        (["n.csv"], ["events", "n.csv", "-o", "./there/../n.csv"]),
        (["n.key.csv"], ["sheet", "n.key.csv", "-o", "n.csv"]),
        (["in/n.csv"], ["score", "in", "-o", "in"]),
        (["in/n.csv"], ["quotations", "in", "-o", "in/q.csv"]),
        (["in/n.csv"], ["report", "in", "-o", "in", "--force"]),
        (["out/articles.csv"], ["score", "out/articles.csv", "-o", "out"]),
        (["n.csv", "words.csv"], ["evidence", "n.csv", "--lexicon", "words.csv", "-o", "words.csv"]),
        (["n.csv", "out/scores.csv"], ["score", "n.csv", "-o", "out"]),
        (["n.csv", "out/contrasts.csv"], ["compare", "n.csv", "-o", "out"]),
        (["n.csv", "out/lexicon/entries.csv"], ["score", "n.csv", "--lexicon", "n.csv", "-o", "out"]),
        (["n.csv", "x.flags.csv"], ["articles", "n.csv", "-o", "x.csv"]),
    ],
)
def test_nothing_is_written_over_what_is_read_or_is_not_ours(tmp_path, monkeypatch, capsys, files, arguments):
    monkeypatch.chdir(tmp_path)
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(ROWS)
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert {path.as_posix(): path.read_text() for path in Path().rglob("*.*")} == dict.fromkeys(files, ROWS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sheet", "news.csv", "-o", "s.csv", "--seed", "-1"], "the seed is -1"),
        (["sheet", "news.csv", "-o", "s.csv", "--items", "0"], "0 sentences are asked for"),
        (["sheet", "news.csv", "-o", "s.csv", "--lexicon", "words.txt"], "'words'"),
        (["score", "news.csv", "-o", "out", "--actors", "cut.csv.gz"], "cut.csv.gz"),
        (["agreement", "broken.xlsx", "broken.xlsx"], "broken.xlsx"),
        (["articles", "news.csv", "-o", "o" * 245 + ".csv"], "too long"),
        (["articles", "news.csv", "-o", "o\0.csv"], "cannot be written"),
        (["report", "news.csv", "-o", "out", "--declare", "deep.json"], "deep.json"),
        (["compare", "scored", "-o", "out"], "scores.csv: it has no column"),
    ],
)
def test_an_option_that_cannot_be_is_one_line_and_nothing_is_written(
    news, tmp_path, monkeypatch, capsys, arguments, says
):
    monkeypatch.chdir(tmp_path)
    Path("words.txt").write_text("may\n")
    Path("cut.csv.gz").write_bytes(gzip.compress(b"pattern,side\n" + b"Doe,X\n" * 999)[:50])
    with zipfile.ZipFile("broken.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<a><b")
    Path("deep.json").write_text("[" * 100_000)
    Path("scored").mkdir()
    Path("scored/articles.csv").write_text('"article_id","outlet"\n"1","A"\n')
    Path("scored/scores.csv").write_text('"article_id"\n"1"\n')
    Path("scored/events.csv").write_text('"article_id","event","duplicate_of"\n"1","1",""\n')
    before = sorted(Path().rglob("*"))
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and says in said and "fault of the program" not in said
    assert sorted(path for path in Path().rglob("*") if path.is_file() or path in before) == before


def test_a_feature_may_be_called_like_a_column_of_numbers(news, tmp_path):
    (tmp_path / "words.csv").write_text("feature,pattern\nwords,may\nmentions,allegedly\n")
    assert main(["score", str(news), "-o", str(tmp_path / "out"), "--lexicon", str(tmp_path / "words.csv")]) == 0
    assert sorted(pd.read_csv(tmp_path / "out" / "mentions.csv")["feature"]) == ["mentions", "words"]


def test_orders_to_a_terminal_in_names_are_printed_as_signs_whatever_the_encoding(tmp_path, monkeypatch, capsys):
    orders = "\x1b[2J\x1b]0;x\x07\u202e"
    path = tmp_path / "n.csv"
    path.write_text(f"id,outlet,ζ{orders},text\n1,A{orders},x,It may rain.\n", encoding="utf-8")
    assert main(["articles", str(path), "-o", str(tmp_path / "o.csv")]) == 0
    assert main(["evidence", str(path), "-o", str(tmp_path / "e.csv"), "--outlet", "zz"]) == 2
    said = "".join(capsys.readouterr())
    assert "ζ" in said and "\ufffd" in said and not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", said)
    narrow = io.TextIOWrapper(io.BytesIO(), "ascii", "strict")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["articles", str(path), "-o", str(tmp_path / "o.csv")]) == 0
    assert b"not used: ?" in narrow.buffer.getvalue()


def test_what_nobody_foresaw_is_one_line_that_asks_to_be_reported(news, tmp_path, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("two\nlines \x1b[2J")

    monkeypatch.setattr("analysis.commands.read", fail)
    assert main(["articles", str(news), "-o", str(tmp_path / "o.csv")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("analysis: RuntimeError (two lines") and "report it" in said and "\x1b" not in said
    assert said.count("\n") == 1
    monkeypatch.setattr("analysis.commands.read", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
    assert main(["articles", str(news), "-o", str(tmp_path / "o.csv")]) == 2
    assert "memory ran out" in capsys.readouterr().err
