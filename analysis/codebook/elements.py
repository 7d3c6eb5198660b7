"""The sets of words that the patterns and conditions of a lexicon name, and which of them each word belongs to.

Every word that a pattern or condition names is an *element*: a word, its alternatives, an ending, a class. A distinct
word of the texts is looked up once; the elements that it belongs to give it a small *code*, so that all further
questions are array look-ups, ``member[code, element]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.codebook.clauses import NEGATORS, plain_word, straight
from analysis.codebook.patterns import SHAPES
from analysis.voice import Tokens

_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand "
    "million billion trillion first second third dozen dozens hundreds thousands".split()
)
#: With *s* after an apostrophe these are "it is", "that is" and no possessives.
NOT_POSSESSIVE = frozenset("it that he she what there here let who where how this".split())
#: Before a hyphen these leave the word after it what it is: *now-debunked*, *much-denied*.
_ADVERBS = frozenset("now much widely long oft often once newly recently then since previously".split())
#: Of a word and its plain form.
_SHAPE_TESTS = {
    "number": lambda w, plain: w[0].isdigit() or plain in _NUMBER_WORDS,
    "capital": lambda w, plain: w[0].isupper(),
    "lower": lambda w, plain: w[0].islower(),
    "ly": lambda w, plain: len(w) > 4 and w.endswith("ly"),
    "ing": lambda w, plain: len(w) > 4 and w.endswith("ing"),
    "ed": lambda w, plain: len(w) > 3 and w.endswith("ed"),
    "s": lambda w, plain: len(w) > 2 and w.endswith("s"),
    "genitive": lambda w, plain: plain.endswith("'s") and plain[:-2] not in NOT_POSSESSIVE,
    "not": lambda w, plain: plain in NEGATORS or plain.endswith("n't"),
}
assert set(_SHAPE_TESTS) == set(SHAPES)


class Elements:
    """The elements of one lexicon; it keeps what it has learnt of the words seen so far."""

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        self._classes = classes
        self._numbers: dict[tuple[str, bool], int] = {}
        self._exact: dict[str, list[int]] = {}
        self._typed: dict[str, list[int]] = {}
        self._prefix: dict[str, list[int]] = {}
        self._shape: dict[str, list[int]] = {}
        self._codes: dict[tuple[int, ...], int] = {(): 0}
        self._table = f"elements {id(self)}"
        self.member = np.zeros((0, 0), dtype=bool)

    def number(self, text: str, typed: bool = False) -> int:
        """Number of the element that a text such as ``claim|claims`` stands for; `typed`: capitals must be as typed."""
        if (text, typed) in self._numbers:
            return self._numbers[text, typed]
        number = self._numbers[text, typed] = len(self._numbers)
        for word in text.replace("’", "'").split("|"):
            for each in self._classes.get(word[1:], [word]) if word.startswith("@") else [word]:
                if each.startswith("@"):
                    self._shape.setdefault(each[1:], []).append(number)
                elif typed:
                    self._typed.setdefault(each, []).append(number)
                elif each.endswith("*"):
                    self._prefix.setdefault(each[:-1].lower(), []).append(number)
                else:
                    self._exact.setdefault(each.lower(), []).append(number)
        return number

    def _code(self, word: str) -> int:
        """Code of a word: which elements it belongs to."""
        typed, plain = straight(word), plain_word(word)
        found = set(self._exact.get(plain, ()))
        if self._typed:
            found.update(self._typed.get(typed, ()))
        if plain.endswith("'s") and plain[:-2] not in NOT_POSSESSIVE:
            found.update(self._exact.get(plain[:-2], ()), self._typed.get(typed[:-2], ()))
        if "-" in plain and plain[: plain.index("-")] in _ADVERBS:
            found.update(self._exact.get(plain[plain.index("-") + 1 :], ()))
        for length in self._prefix_lengths:
            found.update(self._prefix.get(plain[:length], ()))
        for shape, numbers in self._shape.items():
            if _SHAPE_TESTS[shape](word, plain):
                found.update(numbers)
        if not found:
            return 0
        return self._codes.setdefault(tuple(sorted(found)), len(self._codes))

    def codes(self, tokens: Tokens) -> np.ndarray:
        """Code of each word of the tokens; `member` is brought up to date."""
        self._prefix_lengths = sorted({len(start) for start in self._prefix})
        table = tokens.vocabulary.table(self._table, self._code, "int32", "words")
        if len(self.member) < len(self._codes):
            self.member = np.zeros((len(self._codes), len(self._numbers)), dtype=bool)
            for numbers, code in self._codes.items():
                self.member[code, list(numbers)] = True
        return table.take(tokens.word)
