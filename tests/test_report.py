"""A report holds what was found, all that it was made from, and what went wrong; it never overwrites in silence."""

import json
import re
import shutil
from itertools import islice

import pandas as pd
import pytest

from analysis import report
from analysis import study as study_module
from analysis.__main__ import main
from analysis.stream import score_corpus
from analysis.study import Study
from analysis.tables import InputError, read_table

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
GOOD = ["CORPUS = 'none'", "from pathlib import Path", "assert Path(CORPUS).is_dir()\nprint('seen', CORPUS)"]
BAD = ["CORPUS = 'none'", "1 + 1", "raise ValueError('the cause\\nand more')", "print('never')"]


def write_report(path, folder, title="", sheets=(), force=False, **how):
    return Study(path, **how).report(folder, title, sheets=sheets, force=force)


def notebook(path, sources, tags=("parameters",)):
    cells = [
        {"cell_type": "code", "id": f"c{i}", "source": source, "execution_count": 9, "metadata": {},
         "outputs": [{"output_type": "stream", "name": "stdout", "text": f"stale {i}"}]}
        for i, source in enumerate(sources)
    ]  # fmt: skip
    cells[0]["metadata"] = {"tags": list(tags)}
    cells.append({"cell_type": "markdown", "id": "case", "source": "Five pages.", "metadata": {"tags": ["case-study"]}})
    cells.append({"cell_type": "markdown", "id": "about", "source": "The matter.", "metadata": {"tags": ["about"]}})
    path.write_text(json.dumps({"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two reports on the same small corpus, by a notebook that runs and one that fails."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "books").mkdir()
    notebook(folder / "books" / "01_good.ipynb", GOOD)
    notebook(folder / "books" / "02_bad.ipynb", BAD)
    notebook(folder / "books" / "07_validation.ipynb", GOOD)
    numbers = iter(range(1000))
    rows = [
        {"id": f"{outlet}{i}", "outlet": outlet, "title": "<i>Talks</i> go on", "date": f"2018-03-{i + 1:02}",
         "text": " ".join(f"Moscow may <script> agree, x{n} y{n} z{n}." for n in islice(numbers, many + i % 2))}
        for outlet, many in (("<b>Post", 9), ("Mail", 1)) for i in range(6)
    ]  # fmt: skip
    pd.DataFrame([*rows, {"id": "empty"}]).to_csv(folder / "news.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "NOTEBOOKS", folder / "books")
        problems = [write_report(folder / "news.csv", folder / name, "A & B") for name in ("one", "sub/two")]
    return folder, problems


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_input_gives_the_same_bytes_wherever_the_report_goes(made):
    folder, _ = made
    one, two = files(folder / "one"), files(folder / "sub" / "two")
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name] and name != "notebooks/02_bad.ipynb"] == []
    assert not [name for name, content in one.items() if str(folder).encode() in content and "02_bad" not in name]


def test_everything_that_a_report_promises_is_there(made):
    folder, _ = made
    there = set(files(folder / "one"))
    tables = "articles quotations mentions scores events".split()
    assert {f"tables/{name}.parquet" for name in tables} <= there
    assert {f"tables/{name}.csv" for name in ("comparison", "contrasts", "rejected")} <= there
    assert {"index.html", "methods.md", "manifest.json", "evidence.csv", "notebooks/01_good.ipynb"} <= there
    assert "data/lexicon/features.csv" in there and "data/actors/actors.csv" not in there, "nobody gave sides"
    assert "notebooks/07_validation.ipynb" not in there, "nothing to validate without the user's own sheets"


def test_the_notebooks_know_what_was_rejected_when_the_corpus_was_read(made):
    again, first = Study(made[0] / "one" / "tables").corpus, Study(made[0] / "news.csv").corpus
    assert again.rejected["reason"].tolist() == first.rejected["reason"].tolist() == ["it has no text"]
    assert again.articles["words"].tolist() == first.articles["words"].tolist()


def test_a_failing_notebook_is_named_with_cell_and_cause_and_the_others_are_kept(made):
    folder, problems = made
    assert problems[0] == ["02_bad.ipynb, code cell 4: ValueError: the cause"]
    page = (folder / "one" / "index.html").read_text()
    assert "02_bad.ipynb, code cell 4" in page
    good = (folder / "one" / "notebooks" / "01_good.html").read_text()
    assert "seen ../tables" in good and "stale" not in good, "outputs of an earlier run are not of this corpus"


def test_cells_on_the_five_articles_and_on_a_matter_that_is_not_named_are_left_out(made):
    page = (made[0] / "one" / "notebooks" / "01_good.html").read_text()
    assert "seen" in page and "Five pages." not in page and "The matter." not in page


def test_the_first_page_leads_to_the_sentences_and_nothing_in_a_name_is_markup(made):
    folder = made[0] / "one"
    page = (folder / "index.html").read_text()
    assert "&lt;b&gt;Post" in page and "<b>Post" not in page and "<title>A &amp; B</title>" in page
    links = [link for link in re.findall(r'href="(evidence/[^"#]+)', page) if "hedge" in link]
    assert links, "no rate leads to its sentences"
    sentences = (folder / links[0]).read_text()
    assert "agree, x" in sentences and "&lt;b&gt;Post" in sentences
    assert not re.search("<script>|<b>Post|<i>Talks", sentences)
    linked = {link.partition("#")[0] for link in re.findall(r'href="([^":]+)"', page)} - {""}
    assert [link for link in linked if not (folder / link).is_file()] == [], "nothing points to what is not there"


def test_methods_say_what_was_excluded_decided_and_measured(made):
    text = (made[0] / "one" / "methods.md").read_text()
    assert "{" not in text
    for part in (
        "12 articles of 2 outlets",
        "it has no text (1)",
        "one component of framing",
        "Entman",
        "Seed 1",
        "pandas",
    ):
        assert part in text, part
    assert "No sentence of this corpus was coded by hand" in text


def test_the_manifest_says_what_the_run_can_be_repeated_from(made):
    manifest = json.loads((made[0] / "one" / "manifest.json").read_text())
    assert set(manifest["sha256"]) == {"corpus", "lexicon", "articles"} and manifest["title"] == "A & B"
    assert manifest["parameters"]["CORPUS"] == "../tables" and "pandas" in manifest["software"]


def test_a_report_on_a_study_without_its_texts_compares_and_says_what_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "books").mkdir()
    sources = ["CORPUS = 'none'", "1 / 0", "print('seen', CORPUS)"]
    notebook(tmp_path / "books" / "01_good.ipynb", sources)
    book = json.loads((tmp_path / "books" / "01_good.ipynb").read_text())
    book["cells"][1]["metadata"] = {"tags": ["texts"]}
    (tmp_path / "books" / "01_good.ipynb").write_text(json.dumps(book))
    for other in ("06_distinctive_language", "08_us_news"):
        notebook(tmp_path / "books" / f"{other}.ipynb", ["1 / 0"])
    monkeypatch.setattr(report, "NOTEBOOKS", tmp_path / "books")
    rows = [{"id": f"{o}{i}", "outlet": o, "title": "Talks", "body": f"Moscow may agree, x{i}."}
            for o in ("Post", "Mail") for i in range(4)]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "news.csv", index=False)
    score = ["score", str(tmp_path / "news.csv"), "-o", str(tmp_path / "scored"), "--no-text"]
    assert main([*score, "--columns", "headline=title"]) == 0
    assert main(["report", str(tmp_path / "scored"), "-o", str(tmp_path / "out")]) == 0
    page, there = (tmp_path / "out" / "index.html").read_text(), files(tmp_path / "out")
    assert "without its texts" in page and "evidence.csv" not in there
    run = (tmp_path / "out" / "notebooks" / "01_good.ipynb").read_text()
    assert "this needs the texts" in run and "seen ../tables" in run
    assert [name for name in there if name.endswith(".ipynb")] == ["notebooks/01_good.ipynb"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["input"]["name"] == "news.csv" and manifest["input"]["columns"] == {"headline": "title"}
    assert manifest["scored"]["options"]["texts"] is False
    with_them = [
        "report",
        str(tmp_path / "scored"),
        "-o",
        str(tmp_path / "more"),
        "--texts",
        str(tmp_path / "news.csv"),
    ]
    monkeypatch.setattr(report, "NOTEBOOKS", tmp_path / "none")
    assert main(with_them) == 0 and "evidence.csv" in files(tmp_path / "more")


@pytest.fixture
def nothing_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "NOTEBOOKS", tmp_path / "none")
    (tmp_path / "news.csv").write_text("id,text\n1,It may rain.\n2,It may not.\n")
    return tmp_path


def test_without_outlets_the_report_says_why_nothing_is_compared(nothing_to_run):
    assert write_report(nothing_to_run / "news.csv", nothing_to_run / "out") == []
    page = (nothing_to_run / "out" / "index.html").read_text()
    assert "Nothing could be compared" in page and "Nothing was compared." in page and "differs" not in page
    assert "Nothing was compared." in (nothing_to_run / "out" / "methods.md").read_text()
    assert read_table(nothing_to_run / "out" / "tables" / "contrasts.csv")["status"].notna().all()


def test_outlets_whose_texts_lost_their_marks_are_said_not_to_be_comparable(nothing_to_run):
    text = (
        "The office said on Monday that rain may reach the city, and nobody, it added, knows the office's plans. " * 20
    )
    rows = [{"id": f"{o}{i}", "outlet": o, "text": f"{text} Day {i}."} for o in ("Post", "Mail") for i in range(12)]
    frame = pd.DataFrame(rows)
    frame.loc[frame["outlet"] == "Mail", "text"] = frame["text"].str.replace("[,']", "", regex=True)
    write_report(frame, nothing_to_run / "out")
    for page in ("index.html", "methods.md"):
        assert "cannot be compared with others" in (nothing_to_run / "out" / page).read_text(), page


def test_a_folder_in_use_is_refused_and_with_force_keeps_its_other_files(nothing_to_run):
    (nothing_to_run / "out").mkdir()
    (nothing_to_run / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_report(nothing_to_run / "news.csv", nothing_to_run / "out")
    assert [path.name for path in (nothing_to_run / "out").iterdir()] == ["mine.txt"]
    write_report(nothing_to_run / "news.csv", nothing_to_run / "out", force=True)
    assert (nothing_to_run / "out" / "mine.txt").read_text() == "mine"


def test_a_bad_lexicon_is_refused_before_anything_is_written(nothing_to_run):
    with pytest.raises(InputError):
        write_report(nothing_to_run / "news.csv", nothing_to_run / "out", lexicon="nowhere")
    assert not (nothing_to_run / "out").exists()


def test_sheets_and_their_key_go_with_the_report_and_are_hashed(nothing_to_run):
    for name in ("news-1.csv", "news.key.csv"):
        (nothing_to_run / name).write_text("item,hedge,done\n1,1,1\n")
    write_report(nothing_to_run / "news.csv", nothing_to_run / "out", sheets=[nothing_to_run / "news-1.csv"])
    assert {path.name for path in (nothing_to_run / "out/data/sheets").iterdir()} == {"news-1.csv", "news.key.csv"}
    assert "news-1.csv" in json.loads((nothing_to_run / "out/manifest.json").read_text())["sha256"]
    assert "coded by hand" in (nothing_to_run / "out/methods.md").read_text()


def test_what_takes_long_is_made_once_and_gone_when_the_corpus_is_another(made, tmp_path, monkeypatch):
    folder = made[0] / "one" / "tables"
    one = Study(folder)
    expected = Study(made[0] / "news.csv")
    for name in ("group_events", "contrasts", "check_articles"):
        monkeypatch.setattr(study_module, name, None)
    pd.testing.assert_frame_equal(one.events, read_table(folder / "events.parquet"))
    kept, problems, flags = one.contrasts(), one.checked, one.flags
    monkeypatch.undo()
    pd.testing.assert_frame_equal(kept, expected.contrasts(), check_dtype=False)
    pd.testing.assert_series_equal(problems["problem"], expected.checked["problem"])
    assert flags["note"].tolist() == expected.flags["note"].tolist()
    shutil.copytree(folder, tmp_path / "tables")
    score_corpus(pd.DataFrame({"id": ["a"], "text": ["It may rain."]}), tmp_path / "tables", "parquet")
    assert not list((tmp_path / "tables" / "made").glob("*")), "contrasts of another corpus"
