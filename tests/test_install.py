"""Installed as any package, and not from a checkout, it finds all that it needs from any folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder without the checkout, and an environment in which the package is a plain install."""
    folder = tmp_path_factory.mktemp("elsewhere")
    uv = Path(sys.executable).with_name("uv")
    for name in ("analysis", "data", "notebooks"):  # building in the checkout would leave files there
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / "source" / name)
    source = str(folder / "source")
    how = ["--quiet", "--offline", "--no-deps", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([str(uv), "pip", "install", *how, "--target", "site", source], check=True, cwd=folder)
    rows = [
        {"id": 1, "outlet": "Post", "text": "It may rain, Smith said."},
        {"id": 2, "outlet": "Mail", "text": "It rains."},
    ]
    pd.DataFrame(rows).to_csv(folder / "news.csv", index=False)
    return folder, os.environ | {"PYTHONPATH": str(folder / "site")}


def test_a_plain_install_scores_in_another_folder(elsewhere):
    folder, environment = elsewhere
    code = "import analysis, pathlib; print(pathlib.Path(analysis.__file__).parent.parent.name)"
    said = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, check=True)
    assert said.stdout.decode().strip() == "site"
    command = [sys.executable, "-m", "analysis", "score", "news.csv", "-o", "out"]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    assert "may" in (folder / "out" / "mentions.csv").read_text()


def test_a_plain_install_has_the_codebook_and_the_notebooks(elsewhere):
    folder, environment = elsewhere
    code = (
        "from analysis.tables import BOOKS, DATA; print((DATA / 'lexicons/features.csv').is_file(), *BOOKS.glob('0*'))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, check=True)
    there, *books = said.stdout.decode().split()
    assert there == "True" and {Path(book).name for book in books} == {
        path.name for path in (ROOT / "notebooks").glob("0*")
    }
