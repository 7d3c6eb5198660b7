"""Whose words: the spans of texts that are attributed to somebody. This is the only door to the room.

`find` reads headlines and texts and gives their words, the spans that are attributed to somebody, and for each word
whose voice it is in and which span owns it. What else is here is what those hold, and the splitter of words and
sentences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.voice.sources import SOURCE_KINDS
from analysis.voice.spans import SECTIONS, VOICES, Spans, find_spans, word_owners, word_voices
from analysis.voice.tokens import (
    Tokens,
    Vocabulary,
    in_turn,
    sentence_bounds,
    split_sentences,
    tokenise,
    whole_characters,
)
from analysis.voice.words import STANCES

__all__ = [
    "SECTIONS",
    "SOURCE_KINDS",
    "STANCES",
    "VOICES",
    "Found",
    "Spans",
    "Tokens",
    "Vocabulary",
    "find",
    "sentence_bounds",
    "split_sentences",
    "tokenise",
    "whole_characters",
]


class Found(NamedTuple):
    """What `find` gives.

    Attributes
    ----------
    tokens : Tokens
        Words and sentences of headline, text, headline, text, …
    spans : DataFrame
        One row an attributed span: ``text`` (index into headline, text, headline, …), ``start``, ``end`` (code points),
        ``attribution``, ``parent``, ``direct``, ``speaker_start``, ``speaker_end``, ``cue_start``, ``cue_end`` (code
        points; -1 without one), ``person`` (index into `persons`), ``stance``, ``source_kind`` (indices into STANCES
        and SOURCE_KINDS); ``first``, ``last`` (word numbers).
    persons : list of str
        One name for each person.
    voice : uint8 array
        Index into VOICES, by word.
    owner : int32 array
        Row of `spans` that is the innermost around each word; -1 in the newsroom's own words.
    """

    tokens: Tokens
    spans: pd.DataFrame
    persons: list[str]
    voice: np.ndarray
    owner: np.ndarray


def find(texts: pd.Series, headlines: pd.Series | None = None, vocabulary: Vocabulary | None = None) -> Found:
    """Whose words: the attributed spans of articles, and the voice of each of their words.

    Parameters
    ----------
    texts : Series of str
    headlines : Series of str, optional
        Of the same articles; a speaker has one name in both.
    vocabulary : Vocabulary, optional
        One to go on with from batch to batch; a new one otherwise.

    Returns
    -------
    Found

    Examples
    --------
    >>> found = find(pd.Series(["Wells said Moscow may agree."]))
    >>> [VOICES[code] for code in found.voice]
    ['newsroom', 'newsroom', 'reported', 'reported', 'reported']
    >>> found.persons[found.spans["person"][0]]
    'Wells'
    """
    headlines = pd.Series("", index=texts.index) if headlines is None else headlines
    tokens = tokenise(in_turn(headlines, texts), vocabulary)
    spans, persons = find_spans(tokens, np.arange(2 * len(texts)) % 2 == 0)
    count = len(tokens.word)
    return Found(tokens, spans, persons, word_voices(count, spans), word_owners(count, spans))
