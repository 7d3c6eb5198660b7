"""What README shows is true as it stands there: its lines of Python run, and its commands are those that there are."""

import re
from pathlib import Path

import pandas as pd

import analysis as fa
from analysis.__main__ import _parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_lines_of_python_run_as_they_stand(tmp_path, monkeypatch):
    rows = [
        {
            "id": number,
            "outlet": outlet,
            "date": f"2018-0{number % 3 + 1}-06",
            "title": "Mayor denies claim",
            "text": f"{text} On day {number} it rained.",
        }
        for number, (outlet, text) in enumerate(
            [("Sputnik", "The mayor allegedly lied. It may rain."), ("TASS", "Smith said it could rain, perhaps.")] * 4
        )
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "my_articles.csv", index=False)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - the lines are ours


def test_every_command_is_named_and_no_other():
    [commands] = [action.choices for action in _parser()._actions if action.dest == "command"]
    named = re.findall(r"^\| `(\w+) ", README, re.MULTILINE)
    assert set(named) == set(commands)


def test_the_sentences_that_it_asks_for_are_found_in_the_case_study():
    [line] = re.findall(r"^study\.evidence\(.*?\)", README, re.MULTILINE)
    found = eval(line, {"study": fa.Study(ROOT / "data" / "articles")})  # noqa: S307 - the line is ours
    assert len(found) and found["sentence"].str.contains("allegedly").all()
