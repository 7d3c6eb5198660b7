"""Articles from anywhere into the articles table; every loss and repair named.

`read` is the one gate: every public function and command takes articles through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.read.corpus import Corpus

#: What else this room hands out, by module: imported when first asked for, since pandas is slow to start.
_MODULE_OF = {"Corpus": "corpus", "describe": "corpus", "iter_articles": "articles"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'analysis.read' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def read(
    source: Any,
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    metadata: str | Path | None = None,
    languages: Sequence[str] | None = ("en",),
) -> Corpus:
    """Articles from wherever a researcher has them, as one table: nothing lost, and every loss named.

    Parameters
    ----------
    source : path, DataFrame, sequence or Corpus
        A file: CSV, TSV, JSON Lines, JSON, Parquet or Excel; a Nexis, Factiva or ProQuest export; a text or HTML page;
        plain, gzipped or zipped. A folder of them, or one that ``score`` or ``report`` wrote. Articles in memory: a
        DataFrame (never altered), a list or Series of texts, a list of dicts. A `Corpus` is given back as it is.
    columns : mapping, optional
        Which column of the input holds what, e.g. ``{"text": "body", "outlet": "medium"}``; others are recognised. Dots
        lead into nested records: ``{"text": "fields.bodyText"}``.
    clean : bool, optional
        Remove page furniture. By default pages are cleaned, and tables and exports are not.
    metadata : path, optional
        A table with a column `file` that says what is known of each page of the folder; by default one in the folder.
    languages : sequence of str, optional
        ISO 639-1 codes. The codebook is English: articles in other languages are among the rejected ones unless their
        language is named here; None keeps them all.

    Returns
    -------
    Corpus
        `articles`, and `rejected`, `removed`, `notes` and `columns`, which say what became of everything else.

    Raises
    ------
    InputError
        If there is nothing at `source`, or nothing in it that can be used: in one line.

    Examples
    --------
    >>> corpus = read([{"id": 7, "medium": "The Sun", "date": "March 6, 2018", "body": "It may rain."}])
    >>> corpus.articles[["article_id", "outlet", "published", "words"]].values.tolist()
    [['7', 'The Sun', '2018-03-06', 3]]
    >>> read(["It may rain.", "It rains."]).articles["article_id"].tolist()
    ['text-1', 'text-2']
    """
    # Here and not above: pandas takes half a second to import, and a command that only prints its help needs none.
    from analysis.read.articles import iter_articles, join_corpus
    from analysis.read.corpus import Corpus

    if isinstance(source, Corpus):
        return source
    batches = iter_articles(
        source, columns=columns, clean=clean, metadata=metadata, count_words=True, languages=languages
    )
    return join_corpus(batches, source)
