"""A report holds what was found, all that it was made from, and what went wrong; it never overwrites in silence."""

import json
from itertools import islice

import pandas as pd
import pytest

from analysis import report
from analysis.codebook.scoring import score_articles
from analysis.read.articles import read_articles
from analysis.report import compare_scored, open_scores, write_report
from analysis.stream import Options
from analysis.tables import InputError, read_table, write_table

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
GOOD = ["CORPUS = 'none'", "from pathlib import Path", "assert Path(CORPUS).is_file()\nprint('seen', CORPUS)"]
BAD = ["CORPUS = 'none'", "1 + 1", "raise ValueError('the cause\\nand more')", "print('never')"]


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
    tables = "articles quotations mentions scores comparison contrasts events articles.rejected".split()
    assert {f"tables/{name}.csv" for name in tables} <= there
    assert {"index.html", "methods.md", "manifest.json", "evidence.csv", "notebooks/01_good.ipynb"} <= there
    assert {"data/lexicon/features.csv", "data/actors/actors.csv", "data/coding/precision.csv"} <= there
    assert "notebooks/07_validation.ipynb" not in there, "nothing to validate without the user's own sheets"


def test_the_notebooks_know_what_was_rejected_when_the_corpus_was_read(made):
    again = read_articles(made[0] / "one" / "tables" / "articles.csv")
    assert again.rejected["reason"].tolist() == ["it has no text"] and again.notes.empty
    assert again.articles["words"].tolist() == read_articles(made[0] / "news.csv").articles["words"].tolist()


def test_a_failing_notebook_is_named_with_cell_and_cause_and_the_others_are_kept(made):
    folder, problems = made
    assert problems[0] == ["02_bad.ipynb, code cell 4: ValueError: the cause"]
    page = (folder / "one" / "index.html").read_text()
    assert "Not finished: 02_bad.ipynb, code cell 4" in page and "seen ../tables/articles.csv" in page
    assert "stale" not in page, "outputs of an earlier run are not of this corpus"


def test_cells_on_the_five_articles_and_on_a_matter_that_is_not_named_are_left_out(made):
    page = (made[0] / "one" / "index.html").read_text()
    assert "Five pages." not in page and "The matter." not in page


def test_findings_come_first_with_interval_and_escaped_sentences(made):
    page = (made[0] / "one" / "index.html").read_text()
    assert page.index("&lt;b&gt;Post: hedge</b>: ") < page.index('<section id="01_good">')
    assert "<q>Moscow may &lt;script&gt; agree, x0 y0 z0.</q>\n<small>&lt;i&gt;Talks&lt;/i&gt; go on</small>" in page
    assert "<script" not in page and "<b>Post" not in page and "<title>A &amp; B</title>" in page


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
    assert set(manifest["sha256"]) == {"corpus", "lexicon", "actors"} and manifest["title"] == "A & B"
    assert manifest["parameters"]["CORPUS"] == "../tables/articles.csv" and "pandas" in manifest["software"]


@pytest.fixture
def nothing_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "NOTEBOOKS", tmp_path / "none")
    (tmp_path / "news.csv").write_text("id,text\n1,It may rain.\n2,It may not.\n")
    return tmp_path


def test_without_outlets_the_report_says_why_nothing_is_compared(nothing_to_run):
    assert write_report(nothing_to_run / "news.csv", nothing_to_run / "out") == []
    page = (nothing_to_run / "out" / "index.html").read_text()
    assert "estimated: 0 (" in page and "<li>None could be estimated.</li>" in page
    assert read_table(nothing_to_run / "out" / "tables" / "contrasts.csv")["status"].notna().all()


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
        write_report(nothing_to_run / "news.csv", nothing_to_run / "out", options=Options(lexicon="nowhere"))
    assert not (nothing_to_run / "out").exists()


def test_sheets_and_their_key_go_with_the_report_and_are_hashed(nothing_to_run):
    for name in ("news-1.csv", "news.key.csv"):
        (nothing_to_run / name).write_text("item,hedge,done\n1,1,1\n")
    write_report(nothing_to_run / "news.csv", nothing_to_run / "out", sheets=[nothing_to_run / "news-1.csv"])
    assert {path.name for path in (nothing_to_run / "out/data/sheets").iterdir()} == {"news-1.csv", "news.key.csv"}
    assert "news-1.csv" in json.loads((nothing_to_run / "out/manifest.json").read_text())["sha256"]
    assert "coded by hand: see" in (nothing_to_run / "out/methods.md").read_text()


def test_where_only_sentences_on_a_matter_are_counted_the_methods_say_so(nothing_to_run):
    matter = nothing_to_run / "matter"
    matter.mkdir()
    (matter / "features.csv").write_text("feature,definition,source\nmatter,What is in dispute.,\n")
    (matter / "words.csv").write_text("feature,pattern\nmatter,rain\n")
    (nothing_to_run / "news.csv").write_text("id,text\n1,It may rain. He may go home now.\n2,It may not rain.\n")
    write_report(nothing_to_run / "news.csv", nothing_to_run / "out", options=Options(about=str(matter)))
    scores = read_table(nothing_to_run / "out" / "tables" / "scores.csv")
    bodies = scores[(scores["section"] == "body") & (scores["voice"] == "all") & (scores["feature"] == "hedge")]
    assert bodies["words"].tolist() == [3, 4]
    assert "Only sentences that name the matter in dispute" in (nothing_to_run / "out" / "methods.md").read_text()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_scores_are_read_from_the_folder_that_score_wrote(tmp_path, kind):
    (tmp_path / "news.csv").write_text("id,outlet,text\n1,A,It may rain.\n2,B,It rains.\n")
    articles, scores, _ = open_scores(tmp_path / "news.csv")
    for name, table in {"articles": articles, "scores": scores}.items():
        write_table(table, tmp_path / "scored" / f"{name}.{kind}")
    again = open_scores(tmp_path / "scored")
    assert again[1]["mentions"].sum() == scores["mentions"].sum() > 0
    found, expected = compare_scored(*again), compare_scored(articles, scores)
    for name in ("comparison", "contrasts", "events"):
        pd.testing.assert_frame_equal(found[name], expected[name], check_dtype=False)


def test_copies_are_counted_as_asked():
    text = "Talks go on and nobody can say when they end or what will come of them at all this year. " * 5
    articles = pd.DataFrame(
        {"article_id": list("abc"), "outlet": list("ABC"), "origin": list("ABC"), "text": [text, text, "It may rain."]}
    )
    scored = score_articles(articles)
    for way, printed in {"all": [1, 1, 1], "once": [1, 0, 1]}.items():
        rates = compare_scored(scored.articles, scored.scores, copies=way)["comparison"]
        assert rates.groupby("outlet")["articles"].max().tolist() == printed, way
