"""The quotations table: who says what, in which words of the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.read.pages import section_lines
from analysis.tables import QUOTATIONS
from analysis.voice import SECTIONS, STANCES, Spans, Tokens, Vocabulary, find_spans, in_turn, tokenise, whole_characters


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


def tabulate_spans(tokens: Tokens, spans: Spans, article_id: pd.Series, lines: pd.DataFrame) -> pa.Table:
    """The quotations table of a batch whose texts are headline, text, headline, text, …

    Parameters
    ----------
    tokens : Tokens
    spans : Spans
    article_id : Series of str
        One an article.
    lines : DataFrame
        From `pages.section_lines`.

    Returns
    -------
    Table
        The columns of the quotations table, offsets in code points; in the order in which the contents end, so that
        the innermost comes first of those that end together: its speaker owns the words.
    """
    attribution, earliest = np.unique(spans.attribution, return_index=True)
    earliest.sort()
    article = spans.text[earliest] // 2
    ordinal = np.arange(len(article)) - np.searchsorted(article, article, side="left") + 1
    which = np.zeros(int(attribution.max(initial=-1)) + 1, dtype=np.int64)
    which[spans.attribution[earliest]] = np.arange(len(article))
    known, number = pick(article_id, article).cast(pa.string()), pa.array(ordinal).cast(pa.string())
    names = pc.binary_join_element_wise(known, number, ":")
    order = np.lexsort((-spans.first, spans.last, spans.text))
    sorted_columns = {name: column[order] for name, column in spans._asdict().items() if name != "names"}
    spans = spans._replace(**sorted_columns)
    start = tokens.characters(spans.start, spans.text)

    def characters(byte: np.ndarray) -> pa.Array:
        places = tokens.characters(np.where(byte >= 0, byte, spans.start), spans.text)
        return pa.array(places.astype(np.int64), mask=byte < 0)

    def words(low: np.ndarray, high: np.ndarray) -> pa.Array:
        good = low >= 0
        return pc.if_else(pa.array(good), tokens.strings(np.where(good, low, 0), np.where(good, high, 0)), None)

    columns = {
        "article_id": pick(article_id, spans.text // 2),
        "section": pick(SECTIONS, _sections(spans.text, start, lines)),
        "attribution_id": pick(names, which[spans.attribution]),
        "parent_id": pick(names, np.where(spans.parent >= 0, which[spans.parent], -1) if len(names) else spans.parent),
        "start": pa.array(start.astype(np.int64)),
        "end": pa.array(tokens.characters(spans.end, spans.text).astype(np.int64)),
        "kind": pick(("indirect", "direct"), spans.direct),
        "speaker": words(spans.speaker_start, spans.speaker_end),
        "speaker_start": characters(spans.speaker_start),
        "speaker_end": characters(spans.speaker_end),
        "person": pick(spans.names, spans.person),
        "cue": words(spans.cue_start, spans.cue_end),
        "cue_start": characters(spans.cue_start),
        "cue_end": characters(spans.cue_end),
        "stance": pick(STANCES, spans.stance),
    }
    return pa.table({name: columns[name] for name in QUOTATIONS})


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
        ``speaker_start``, ``speaker_end``, ``person``, ``cue``, ``cue_start``, ``cue_end``, ``stance``.

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
        tokens = tokenise(in_turn(headlines, bodies), vocabulary)
        spans = find_spans(tokens, np.arange(2 * len(part)) % 2 == 0)
        found.append(tabulate_spans(tokens, spans, part["article_id"], section_lines(bodies.reset_index(drop=True))))
    if not found:
        return pd.DataFrame(columns=QUOTATIONS)
    frame = spelt_out(pa.concat_tables(found)).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame.astype({"start": "int64", "end": "int64"})
