"""Notebooks are an argument that was run from top to bottom, on any corpus, and whose stored numbers are checked."""

import ast
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from analysis.notebooks import CASE_STUDY, run_notebook
from analysis.show import figures
from analysis.tables import InputError, read_table

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: Those that need nothing but articles.
GENERAL = [path for path in NOTEBOOKS if path.name[:2] in ("01", "02", "03", "04")]
PARAMETERS = {"CORPUS", "LEXICON", "ACTORS", "ABOUT", "FIGURES"}


def cells_of(path, kind="code"):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


def test_there_are_notebooks_in_order():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, len(NOTEBOOKS) + 1)]


def test_stored_outputs_are_those_of_one_run_from_top_to_bottom(notebook):
    cells = cells_of(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data"} and "execute_result" in kinds


def test_cells_are_short_calls_without_definitions(notebook):
    for cell in cells_of(notebook):
        assert len(cell.source.splitlines()) <= 15, cell.source
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try}, cell.source


def test_prose_introduces_every_figure_and_closes_the_notebook(notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    assert cells[0].cell_type == cells[-1].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert any("what cannot" in cell.source for cell in cells if cell.cell_type == "markdown")
    for before, cell in pairwise(cells):
        if cell.cell_type == "code" and ".save(FIGURES)" in cell.source and before.cell_type == "code":
            assert before.outputs, cell.source


def test_the_first_code_cell_holds_all_that_another_corpus_changes(notebook):
    first = cells_of(notebook)[0]
    assert first.metadata.tags == ["parameters"]
    assigned = {target.id for node in ast.parse(first.source).body for target in node.targets}
    assert assigned >= (PARAMETERS if notebook in GENERAL else {"FIGURES"})
    assert not any("parameters" in cell.metadata.get("tags", []) for cell in cells_of(notebook)[1:])


def test_only_prose_is_about_the_five_articles(notebook):
    tagged = [CASE_STUDY in cell.metadata.get("tags", []) for cell in cells_of(notebook)]
    assert not any(tagged) or notebook not in GENERAL


@pytest.mark.parametrize("path", GENERAL, ids=lambda path: path.stem)
def test_untagged_prose_is_true_of_any_corpus(path):
    general = [cell.source for cell in cells_of(path, "markdown") if CASE_STUDY not in cell.metadata.get("tags", [])]
    assert not [text for text in general if "Sputnik" in text or "TASS" in text or "five articles" in text]


def test_what_the_prose_says_of_the_five_articles_holds():
    voices = read_table(ROOT / "figures" / "voice_of_features.csv").astype({"share": float})
    own = voices[voices["voice"] == "newsroom"].set_index("feature")["share"]
    assert max(own["hedge"], own["discredit"]) < 0.2 < 0.5 < min(own["denial"], own["no_evidence"])
    said = read_table(ROOT / "figures" / "speaking_sides.csv").astype({"share": float})
    said = said[said["who"] != "newsroom"].sort_values("share").drop_duplicates("outlet", keep="last")
    loudest = said.set_index("outlet")["who"]
    assert loudest["Sputnik"] == loudest["Times of Islamabad"] == "Russia" and loudest["TASS"] == "US and NATO"
    origins = read_table(ROOT / "figures" / "rates_by_origin.csv").set_index("outlet")["articles"]
    assert set(origins["Sputnik"]) == {3} and "Times of Islamabad" not in origins
    assert not (ROOT / "figures" / "contrasts.csv").exists(), "no contrast of the five articles has an interval"


def test_stored_notebooks_know_neither_time_nor_machine(notebook):
    text = notebook.read_text(encoding="utf-8")
    book = json.loads(text)
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in book["cells"])
    assert str(ROOT) not in text and " at 0x" not in text and "Warning" not in text


OUTLETS = [
    ("Post", "President Smith said the mayor may resign. “Perhaps,” she said. The mayor denied the claim."),
    ("Mail", "The mayor allegedly lied. There is no evidence, the police said. Critics say he must go."),
    ("Wire", "The governor accused the mayor of fraud. “This is clearly false,” the mayor told reporters."),
]


def corpus(folder, outlets=3, articles=4, drop=()):
    """Short articles of a few outlets, as a CSV that lacks the columns in `drop`."""
    rows = []
    for outlet, text in OUTLETS[:outlets]:
        for number in range(articles):
            body = (
                f"{text} The council of ward {number} met on Monday and it rained. " + "The budget was read. " * number
            )
            rows.append({"id": f"{outlet}{number}", "outlet": outlet, "date": f"2020-01-0{number + 1}",
                         "title": f"Mayor denies claim number {number}", "text": body})  # fmt: skip
    pd.DataFrame(rows).drop(columns=list(drop)).to_csv(folder / "corpus.csv", index=False)
    return folder / "corpus.csv"


VARIANTS = {
    "three outlets": {},
    "no outlets, no dates": {"drop": ["outlet", "date"]},
    "one outlet, no headlines": {"outlets": 1, "drop": ["title"]},
    "two articles": {"outlets": 2, "articles": 1},
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("path", GENERAL, ids=lambda path: path.stem)
def test_notebooks_read_any_corpus(path, variant, tmp_path, monkeypatch):
    """Without a kernel, and small pictures only: starting it and drawing would take most of the time."""
    draw = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, file, **how: how["format"] == "svg" or draw(self, file, **how))
    monkeypatch.setattr(figures, "DPI", 30)
    monkeypatch.chdir(ROOT / "notebooks")
    changed = {"CORPUS": str(corpus(tmp_path, **VARIANTS[variant])), "FIGURES": str(tmp_path / "figures")}
    names: dict[str, object] = {}
    for cell in cells_of(path):
        exec(cell.source, names)  # noqa: S102 - the notebooks are ours
        names.update(changed)
    made = {file.stem for file in (tmp_path / "figures").glob("*.png")}
    # A figure with nothing to plot is said to be so and is not exported.
    assert 0 < len(made) <= sum(".save(FIGURES)" in cell.source for cell in cells_of(path))
    for name in made:
        with Image.open(tmp_path / "figures" / f"{name}.png") as picture:
            assert "Development" not in picture.info["Description"]


def test_a_notebook_runs_in_a_fresh_kernel_with_the_parameters_of_another_corpus(tmp_path):
    parameters = {"CORPUS": str(corpus(tmp_path)), "FIGURES": str(tmp_path / "figures")}
    run_notebook(GENERAL[0], tmp_path / "out.ipynb", parameters, drop_tags=[CASE_STUDY])
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "12 articles of 3 outlets" in text and "Sputnik" not in text
    assert (tmp_path / "figures" / "corpus_timeline.png").is_file()
    run_notebook(GENERAL[0], tmp_path / "again.ipynb", parameters, drop_tags=[CASE_STUDY])
    assert (tmp_path / "again.ipynb").read_bytes() == (tmp_path / "out.ipynb").read_bytes()


def tiny(path, source, *stored):
    """A notebook of one cell; or of as many with the same source as there are outputs stored of it."""
    cells = []
    for number, text in enumerate(stored or (None,), 1):
        outputs = [] if text is None else [nbformat.v4.new_output("stream", name="stdout", text=text)]
        cells.append(nbformat.v4.new_code_cell(source, execution_count=number, id=f"c{number}", outputs=outputs))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_failing_cell_is_named_with_its_cause(tmp_path):
    with pytest.raises(InputError, match=r"bad\.ipynb, code cell 1: ZeroDivisionError: division by zero"):
        run_notebook(tiny(tmp_path / "bad.ipynb", "1 / 0"), tmp_path / "out.ipynb")


def test_a_changed_digit_in_a_stored_output_fails_the_check(tmp_path):
    tiny(tmp_path / "digits.ipynb", "print(1.234)", "1.234\n", "1.235\n")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path),
               "-p", "no:cacheprovider", "--nbval", str(tmp_path)]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert said.returncode == 1 and "1 failed, 1 passed" in said.stdout, said.stdout[-2000:]
    assert "Cell 1" in said.stdout and "Cell 0" not in said.stdout


def test_ctrl_c_ends_a_run_and_its_kernels_at_once(tmp_path):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    cell["source"] = "import os, time\nopen(str(os.getpid()), 'w').close()\ntime.sleep(600)"
    book = tmp_path / "long.ipynb"
    book.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    before = book.read_bytes()
    code = (
        f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"from pathlib import Path; from analysis.notebooks import run_notebooks\n"
        f"run_notebooks({{Path({str(book)!r}): Path({str(book)!r})}})"
    )
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while run.poll() is None and len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.1)
    kernel = next(int(path.name) for path in tmp_path.iterdir() if path.name.isdecimal())
    begin = time.monotonic()
    run.send_signal(signal.SIGINT)
    said = run.communicate()[1]
    assert run.returncode and said.rstrip().endswith("KeyboardInterrupt")
    assert time.monotonic() - begin < 60 and book.read_bytes() == before
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
