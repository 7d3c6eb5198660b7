"""The language of lexicon patterns: what a phrase may say, and every way in which it may stand in a text.

A phrase is words one after the other. ``a|b`` are alternatives of one word, ``alleg*`` is any ending, ``[3]`` up to
three words between, ``a?`` an optional word, ``@month`` a class of words. A pattern never becomes a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, product
from math import prod

#: Kinds of word that are known by their shape; they may be named like the classes of ``classes.csv``.
SHAPES = ("number", "capital", "lower", "ly", "ing", "ed", "s", "genitive", "not")
#: Stands, alone, for a word or two between quotation marks.
QUOTED = "@quoted"
#: A gap longer than this joins words of different thoughts, and every further word multiplies the work.
LONGEST_GAP = 8
#: Gaps and optional words multiply: sixteen optional words in a row are 65,536 phrases. The codebook's largest has 36.
MOST_VARIANTS = 256
_WORD = re.compile(r"^[^\s\[\]?;]+\??$")
_GAP = re.compile(r"^\[(\d+)\]$")


def word_faults(word: str, classes: Collection[str], where: str) -> Iterator[str]:
    """What is wrong with one word of a pattern or condition."""
    if word.startswith("@") and word[1:] not in [*classes, *SHAPES]:
        known = ", ".join(sorted([*classes, *SHAPES]))
        yield f"{where} names the class {word!r}, which is not known; known are {known}"
    if "*" in word and (word.index("*") != len(word) - 1 or len(word) < 3):
        yield f"{where} has {word!r}; * stands for an ending, after two letters or more"


def phrase_faults(phrase: str, classes: Collection[str]) -> Iterator[str]:
    """What is wrong with a phrase, worst first.

    Examples
    --------
    >>> next(phrase_faults("m*y be", []))
    "the pattern has 'm*y'; * stands for an ending, after two letters or more"
    """
    parts = phrase.split()
    if phrase == QUOTED:
        return
    for part in parts:
        words = part.rstrip("?").split("|")
        if gap := _GAP.match(part):
            if len(gap[1]) > 1 or int(gap[1]) > LONGEST_GAP or part in (parts[0], parts[-1]):
                yield f"in {phrase!r} a gap must stand between words and be [{LONGEST_GAP}] or less"
        elif not _WORD.match(part):
            yield f"in {phrase!r} {part!r} is neither a word nor a gap such as [2]"
        elif not all(re.search(r"\w", word) for word in words):
            yield f"in {phrase!r} {part!r} leaves an alternative empty"
        else:
            for word in words:
                yield from word_faults(word, classes, "the pattern")
    if all(part.endswith("?") or _GAP.match(part) for part in parts):
        yield f"{phrase!r} is all optional: it would match nothing"
    ways = prod(len(_choices(part)) for part in parts)
    if ways > MOST_VARIANTS:
        yield f"{phrase[:60]!r} stands for {ways} phrases; at most {MOST_VARIANTS}: use fewer gaps or optional words"


def phrase_variants(phrase: str) -> list[list[tuple[int, str]]]:
    """Every way in which a phrase may stand in a text, as words at fixed distances.

    Parameters
    ----------
    phrase : str
        Of which `phrase_faults` finds nothing.

    Returns
    -------
    list of list of (distance, word)
        Words with their distance from the first; a hyphen is tried as written, as a space, and in two or three
        plain words as a join.

    Examples
    --------
    >>> phrase_variants("no [1] evidence")
    [[(0, 'no'), (1, 'evidence')], [(0, 'no'), (2, 'evidence')]]
    >>> phrase_variants("so-called")
    [[(0, 'so-called')], [(0, 'so'), (1, 'called')]]
    """
    plain = phrase.split()
    found: dict[tuple[tuple[int, str], ...], None] = {}  # in order, each once
    for choice in product(*map(_choices, plain)):
        placed = [(place, word) for place, word in enumerate(chain(*choice)) if word is not None]
        if placed:
            found[tuple((place - placed[0][0], word) for place, word in placed)] = None
    if 1 < len(plain) <= 3 and all(re.fullmatch(r"[^\W\d_]+\*?", part) for part in plain):
        found[((0, "-".join(plain)),)] = None
    return [list(variant) for variant in found]


def _choices(part: str) -> list[list[str | None]]:
    """The runs of words that may stand for one part of a phrase; None is any word."""
    if gap := _GAP.match(part):
        return [[None] * width for width in range(min(int(gap[1]), LONGEST_GAP) + 1)]
    word = part.rstrip("?")
    runs: list[list[str | None]] = [[word]]
    if "-" in word and "|" not in word:
        runs.append([*word.split("-")])
    return [*runs, []] if part.endswith("?") else runs
