"""The page that searches the sentences of all features and outlets at once, from a folder and without a network.

A page opened from a folder may not read files, but it may run scripts: the sentences of each feature are a script that
hands them over, and is run when that feature is first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from analysis.show.figures import plain
from analysis.show.plotted import VOICES


def search_address(**asked: str) -> str:
    """Address of the search page with what it is to show: `feature`, `outlet`, `voice` or a given column.

    Examples
    --------
    >>> search_address(feature="hedge", topic="war & peace")
    'evidence/index.html#feature=hedge&topic=war+%26+peace'
    """
    return "evidence/index.html#" + urlencode(asked)


def write_sentences(
    shown: pd.DataFrame, sentences: Sequence[Mapping[str, Any]], articles: pd.DataFrame, links: Mapping[str, str],
    columns: Sequence[str], folder: Path,
) -> dict[str, list[str]]:  # fmt: skip
    """Write the scripts of the search page: ``articles.js``, and ``sentences-N.js`` for the N-th feature.

    Parameters
    ----------
    shown : DataFrame
        The mentions to be found, with `outlet` and `part` as `pages.counted_mentions` gives them.
    sentences : sequence of mapping
        For each of them ``before``, ``match``, ``after`` and ``speaker``.
    articles : DataFrame
        The articles of the study.
    links : mapping of str to str
        Address of an article's page by its id.
    columns : sequence of str
        Given columns of `articles` that can be asked for.
    folder : path

    Returns
    -------
    dict
        What can be asked for: the names of ``feature``, ``outlet`` and of each column, in the order of their numbers.
    """
    told = articles[articles["article_id"].isin(shown["article_id"].unique())]
    values = {name: sorted(told[name].dropna().astype(str).unique()) for name in columns}
    asked = {name: sorted(shown[name].unique()) for name in ("feature", "outlet")}
    place = {name: {value: n for n, value in enumerate(known)} for name, known in {**asked, **values}.items()}
    heads = [
        [plain(row["headline"]) or row["article_id"], plain(row["published"])[:10], links.get(row["article_id"], ""),
         *(place[name].get(str(row[name]), -1) for name in columns)]
        for row in told.to_dict("records")
    ]  # fmt: skip
    _write_script(folder / "articles.js", "articles", heads)
    number = {article: n for n, article in enumerate(told["article_id"])}
    rows: dict[str, list[list[Any]]] = {feature: [] for feature in asked["feature"]}
    for mention, said in zip(shown.to_dict("records"), sentences, strict=True):
        rows[mention["feature"]].append([
            number[mention["article_id"]], place["outlet"][mention["outlet"]], VOICES.index(mention["voice"]),
            ("h" if mention["section"] == "headline" else "t") + str(mention["start"]),
            said["before"], said["match"], said["after"], said["speaker"],
        ])  # fmt: skip
    for n, here in enumerate(rows.values()):
        _write_script(folder / f"sentences-{n}.js", f"sentences[{n}]", here)
    return {**asked, **values}


def _write_script(path: Path, name: str, value: Any) -> None:
    """A script that holds a value and nothing else: with ASCII alone, and no tag that could end it."""
    held = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    path.write_text(f"{name}={held};\n", encoding="ascii", newline="\n")
