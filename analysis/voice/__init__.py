"""Whose words: the spans of texts that are attributed to somebody. `find` is the only door to this room."""

from analysis.voice.cues import STANCES
from analysis.voice.spans import SECTIONS, VOICES, Spans, find_spans, owners, word_voices
from analysis.voice.tokens import (
    Tokens,
    Vocabulary,
    in_turn,
    sentence_bounds,
    split_sentences,
    tokenise,
    whole_characters,
)

__all__ = [
    "SECTIONS",
    "STANCES",
    "VOICES",
    "Spans",
    "Tokens",
    "Vocabulary",
    "find_spans",
    "in_turn",
    "owners",
    "sentence_bounds",
    "split_sentences",
    "tokenise",
    "whole_characters",
    "word_voices",
]
