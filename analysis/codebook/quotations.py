"""The quotations table: who says what, in which words of the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.read.pages import section_lines
from analysis.tables import QUOTATIONS
from analysis.voice import SECTIONS, SOURCE_KINDS, STANCES, Found, Vocabulary, find, whole_characters


def pick(values: Any, index: np.ndarray) -> pa.Array:
    """``values[index]`` as Arrow strings, stored once each; a negative index, or a missing value, is missing."""
    if isinstance(values, pd.Series):
        values = values.astype("str").tolist()
    if not isinstance(values, pa.Array):
        values = pa.array(values, pa.string(), from_pandas=True)
    # A dictionary must hold each value once: Parquet's writer leaves room for repeated ones, and whatever was there.
    options = values.dictionary_encode()
    codes = np.append(options.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int32(-1))
    code = codes[index.astype(np.intp)]
    return pa.DictionaryArray.from_arrays(pa.array(code, mask=code < 0), options.dictionary)


def spelt_out(table: pa.Table) -> pa.Table:
    """The same table with plain strings where each distinct string is stored once."""
    whole = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(whole, table.column_names)


def tabulate_spans(found: Found, article_id: pd.Series, lines: pd.DataFrame) -> pa.Table:
    """The quotations table of a batch of articles.

    Parameters
    ----------
    found : Found
    article_id : Series of str
        One an article.
    lines : DataFrame
        From `pages.section_lines`.

    Returns
    -------
    Table
        The columns of the quotations table; in the order in which the contents end, so that the innermost comes first
        of those that end together: its speaker owns the words.
    """
    identifier = _attribution_ids(found.spans, article_id)
    order = np.lexsort((-found.spans["first"], found.spans["last"], found.spans["text"]))
    spans = found.spans.iloc[order]
    span = {name: spans[name].to_numpy() for name in spans}

    def places(name: str) -> pa.Array:
        return pa.array(span[name].astype(np.int64), mask=span[name] < 0)

    def words(name: str) -> pa.Array:
        return found.tokens.cut(span["text"], span[f"{name}_start"], span[f"{name}_end"])

    columns = {
        "article_id": pick(article_id, span["text"] // 2),
        "section": pick(SECTIONS, _sections(span["text"], span["start"], lines)),
        "attribution_id": pick(identifier, span["attribution"]),
        "parent_id": pick(identifier, span["parent"]),
        "start": places("start"),
        "end": places("end"),
        "kind": pick(("indirect", "direct"), span["direct"]),
        "speaker": words("speaker"),
        "speaker_start": places("speaker_start"),
        "speaker_end": places("speaker_end"),
        "person": pick(found.persons, span["person"]),
        "source_kind": pick(SOURCE_KINDS, span["source_kind"]),
        "cue": words("cue"),
        "cue_start": places("cue_start"),
        "cue_end": places("cue_end"),
        "stance": pick(STANCES, span["stance"]),
    }
    return pa.table({name: columns[name] for name in QUOTATIONS})


def _attribution_ids(spans: pd.DataFrame, article_id: pd.Series) -> pd.Series:
    """An identifier by number of each attribution: its article's, and which of them it is in the order of the text."""
    first = spans.drop_duplicates("attribution").assign(article=lambda rows: rows["text"] // 2)
    which = first.groupby("article").cumcount() + 1
    known = article_id.astype("str").reset_index(drop=True).reindex(first["article"]).reset_index(drop=True)
    names = pd.Series((known + ":" + which.astype("str").reset_index(drop=True)).to_numpy(), first["attribution"])
    return names.reindex(range(int(spans["attribution"].max()) + 1 if len(spans) else 0))


def _sections(text: np.ndarray, start: np.ndarray, lines: pd.DataFrame) -> np.ndarray:
    """Section (index into SECTIONS) of each span: headline, or that of the line of the text that it begins in."""
    section = np.where(text % 2 == 0, SECTIONS.index("headline"), SECTIONS.index("body"))
    if len(lines):
        width = np.int64(2**32)
        row = lines["row"].to_numpy(np.int64) * width
        key, ends = row + lines["start"].to_numpy(np.int64), row + lines["end"].to_numpy(np.int64)
        order = np.argsort(key)
        mine = (text // 2).astype(np.int64) * width + start
        which = np.searchsorted(key[order], mine, side="right") - 1
        line = order[np.maximum(which, 0)]
        hit = (which >= 0) & (mine < ends[line]) & (text % 2 == 1)
        section[hit] = lines["section"].map(SECTIONS.index).to_numpy()[line[hit]]
    return section


#: Characters of text worked on at once: enough for arrays to pay, small in memory.
BATCH_CHARACTERS = 8_000_000


def find_quotations(articles: pd.DataFrame) -> pd.DataFrame:
    """Whose words: the attributed contents of articles.

    Parameters
    ----------
    articles : DataFrame
        The articles table; only ``article_id`` and ``text`` are required.

    Returns
    -------
    DataFrame
        The quotations table: ``article_id``, ``section``, ``attribution_id`` (shared by the parts of one
        attribution), ``parent_id``, ``start``, ``end`` (code points), ``kind`` (direct, indirect), ``speaker``,
        ``speaker_start``, ``speaker_end``, ``person``, ``source_kind``, ``cue``, ``cue_start``, ``cue_end``,
        ``stance``.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Wells said that Moscow may agree."]})
    >>> find_quotations(articles)[["speaker", "cue", "kind", "stance"]].values.tolist()
    [['Wells', 'said', 'indirect', 'neutral']]
    """
    vocabulary = Vocabulary()
    lengths = articles["text"].str.len().fillna(0).to_numpy()
    batch = (np.cumsum(lengths) // BATCH_CHARACTERS).astype(int)
    found = []
    for _, part in articles.groupby(batch, sort=True):
        bodies = whole_characters(part["text"]).fillna("")
        headlines = part["headline"] if "headline" in part else bodies.str[:0]
        lines = section_lines(bodies.reset_index(drop=True))
        found.append(tabulate_spans(find(bodies, headlines, vocabulary), part["article_id"], lines))
    if not found:
        return pd.DataFrame(columns=QUOTATIONS)
    frame = spelt_out(pa.concat_tables(found)).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame.astype({"start": "int64", "end": "int64"})
