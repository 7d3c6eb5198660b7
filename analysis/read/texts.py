"""Articles without their texts, which may not be handed on, and the texts put back, known by their hashes."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from analysis.tables import HASHES, InputError, columns_of, find_table


def leave_out_texts(articles: pd.DataFrame) -> pd.DataFrame:
    """The articles with a SHA-256 in the place of each text and headline; one that is missing or empty has none.

    Examples
    --------
    >>> table = leave_out_texts(pd.DataFrame({"article_id": ["a"], "headline": [None], "text": ["It may rain."]}))
    >>> table.columns.tolist(), table["text_sha256"][0][:8]
    (['article_id', 'headline_sha256', 'text_sha256'], 'b213e54d')
    """
    hashed = {name: _hashes(articles[name]) for name in HASHES if name in articles}
    return articles.assign(**hashed).rename(columns=HASHES)


def put_back_texts(articles: pd.DataFrame, texts: pd.DataFrame, source: Any) -> pd.DataFrame:
    """Articles that were handed on without their texts, completed by a table that has them.

    Parameters
    ----------
    articles : DataFrame
        From `leave_out_texts`: any columns of the articles table, and the hashes.
    texts : DataFrame
        The articles table of the same corpus, read in the same way; articles that `articles` lacks are left out.
    source : object
        Where the texts are from, for an error.

    Raises
    ------
    InputError
        Where a text or headline is missing, or is not the one that was counted.
    """
    missing = [name for name in HASHES.values() if name not in articles]
    if missing:
        raise InputError(f"{source}: the articles have no column {missing[0]} by which their texts could be known")
    known = texts.set_index("article_id").reindex(articles["article_id"]).reset_index()
    for name, column in HASHES.items():
        other = _hashes(known[name]).fillna("").to_numpy() != articles[column].fillna("").to_numpy()
        if other.any():
            first = articles["article_id"][other].iloc[0]
            raise InputError(
                f"{source}: the {name} of {other.sum()} of {len(articles)} articles is not there, or not the one that "
                f"was counted; the first is {first!r}: give the same corpus, read in the same way"
            )
    return articles.assign(**{name: known[name].to_numpy() for name in HASHES})


def has_only_hashes(folder: Any) -> bool:
    """Whether a folder is one that was scored and handed on without its texts."""
    articles = find_table(folder, "articles")
    return articles is not None and HASHES["text"] in (there := columns_of(articles)) and "text" not in there


def _hashes(texts: pd.Series) -> pd.Series:
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    return texts.astype("str").replace("", None).map(digest, na_action="ignore").astype("str")
