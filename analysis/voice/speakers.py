"""Who speaks: the noun phrase of the sentence that names the speaker of each cue."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.voice.contents import DISTANCES, bucket_of, likeliest
from analysis.voice.cues import (
    BEING,
    COMMA,
    GAPS,
    KINDS,
    Columns,
    CueList,
    Words,
    cited_before,
    kinds_named,
    odds,
    stated_by,
    subject_of,
)
from analysis.voice.tokens import Tokens

#: Words at which a noun phrase ends, beside prepositions and pronouns.
_HARD = kinds_named(
    "that who which whom what how why when where while whether if because as after before since until although though "
    "unless than so but or nor is are was were be been being am has have had having do does did will would can could "
    "may might must should shall not never to there here then now also still just only even already again ever too "
    "later time said says told according like into during through about "
    "against isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't "
    "in on at by from with between among within without toward around under over following despite and of for Ly"
)
_ALONE = kinds_named(
    "i you he she it we they who which that him her them us me it's he's she's "
    "they're i'm we're you're i've we've they've"
)
_CAPITAL = kinds_named("capital Possessive initial")
DETERMINER = kinds_named("the a an this these those some such any every each another his its their our my your")
_ARTICLE = kinds_named("the a an such any every each")
_VERBAL = kinds_named("Ed Ing")
_FREE = np.isin(np.array(GAPS), ["space", "other", "slash", "stop"])
_LINE = np.isin(np.array(GAPS), ["line", "label"])
_DASH, _COLON = GAPS.index("dash"), GAPS.index("colon")


@cache
def word_class(name: str) -> frozenset[str]:
    """One class of speaker_words.csv (lower case)."""
    with Path(__file__).with_name("speaker_words.csv").open(encoding="utf-8", newline="") as lines:
        return next(frozenset(row["words"].split("|")) for row in csv.DictReader(lines) if row["class"] == name)


class Phrases(NamedTuple):
    """Noun phrases of a batch: first word, one past the last; in the order of the text, none overlapping."""

    first: np.ndarray
    last: np.ndarray


class Speakers(NamedTuple):
    """Word numbers of each speaker's noun phrase (-1 where none is named), and of its apposition."""

    first: np.ndarray
    last: np.ndarray
    apposed: np.ndarray
    full: np.ndarray


def find_phrases(tokens: Tokens, words: Words, cues: CueList) -> Phrases:
    """Noun phrases, found by what cannot stand in one: grammatical words, verbs as far as they show, punctuation."""
    count = len(words.head)
    kind, gap = words.kind[:count], words.gap[:count]
    verbs, openers = word_class("verb"), word_class("opener")
    plain = tokens.vocabulary.table(
        "no noun", lambda s: s in verbs or (s[:1].isupper() and s.lower() in openers), of="words"
    )
    noun = np.array(["noun" in frame.split() for frame in cues.frames])
    cue = (words.frame > 0) & (kind != KINDS.index("capital")) & ~(noun.take(words.frame) & (kind == KINDS.index("Ss")))
    determined = np.append(False, DETERMINER.take(kind[:-1])) & ~words.opens[:count]
    content = (
        ~_HARD.take(kind) & ~_ALONE.take(kind) & ~plain.take(tokens.word) & (~(_VERBAL.take(kind) | cue) | determined)
    )
    joined = _FREE.take(gap)
    joined[words.head] = False
    close = joined & np.append(joined[1:], False)
    of = (kind == KINDS.index("of")) & np.append(False, content[:-1]) & np.append(content[1:], False)
    both = (
        (kind == KINDS.index("and"))
        & np.append(False, _CAPITAL.take(kind[:-1]))
        & np.append(_CAPITAL.take(kind[1:]), False)
    )
    persons = word_class("person")
    office = tokens.vocabulary.table("office", lambda s: s.lower() in persons).take(tokens.word)
    to = (kind == KINDS.index("to")) & np.append(False, office[:-1]) & np.append(_CAPITAL.take(kind[1:]), False)
    link = (of | both | to) & close
    alone = _ALONE.take(kind)
    part = content | link | alone
    begins = ~np.append(False, part[:-1]) | ~joined | alone | np.append(False, alone[:-1])
    begins = part & (begins | DETERMINER.take(kind) & ~np.append(False, link[:-1]))
    stop = np.flatnonzero(begins | ~part).astype(np.int32)
    opens = np.flatnonzero(begins.take(stop))
    return Phrases(stop[opens], np.append(stop, np.int32(count))[opens + 1])


#: Phrases looked at to the left and to the right of a cue.
_LEFTWARD, _RIGHTWARD = 6, 2
#: Log-odds under which nobody is named.
SPEAKER_ODDS = -3.0
#: Words of an apposition, at most.
_APPOSITION = 16
#: Words between a phrase and the comma that opens its apposition, at most.
_TO_COMMA = 5


def speaker_pairs(
    words: Words, phrases: Phrases, cue: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cue and a phrase of its sentence that may name its speaker: the cue's number, the phrase's."""
    middle = np.searchsorted(phrases.first, cue, side="left")
    begin = np.maximum(np.searchsorted(phrases.first, low, side="left"), middle - _LEFTWARD)
    stop = np.minimum(np.searchsorted(phrases.first, high, side="left"), middle + _RIGHTWARD)
    size = np.maximum(stop - begin, 0)
    owner = np.repeat(np.arange(len(cue)), size)
    return owner, np.repeat(begin, size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)


def speaker_columns(
    words: Words,
    phrases: Phrases,
    cue: np.ndarray,
    left: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    cues: CueList,
) -> Columns:
    """What is known of each phrase as the speaker of each cue."""
    kind, gap = words.kind, words.gap
    owner, which = pairs
    c, first, last = cue[owner], phrases.first[which], phrases.last[which]
    middle = np.searchsorted(phrases.first, cue, side="left")[owner]
    right = which >= middle
    marks = np.cumsum(np.append(0, gap[: len(words.head)] == COMMA), dtype=np.int32)
    verbs = np.cumsum(np.append(0, words.frame > 0), dtype=np.int32)
    inner, outer = np.where(right, c + 1, last), np.where(right, first, c)
    commas = np.where(right, marks[first + 1] - marks[c + 1], marks[c + 1] - marks[last])
    subject = last == subject_of(words, cue)[owner] + 1
    digits = tuple("0123456789")
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "form": (kind[c], KINDS),
        "rank": (np.where(right, which - middle + _LEFTWARD, middle - which - 1), (*digits, "10")),
        "side": (right.astype(np.uint8), ("before", "behind")),
        "left": (left[owner].astype(np.uint8), digits),
        "gap_cue": (gap[c], GAPS),
        "after_cue": (np.where(gap[c + 1] == 0, kind[c + 1], 0), KINDS),
        "previous": (np.where(gap[c] == 0, kind[c - 1], 0), KINDS),
        "adjacent": (np.where(right, (first == c + 1) * 2, subject + (last == c) * 2), digits),
        "first": (kind[first], KINDS),
        "last": (kind[last - 1], KINDS),
        "length": (np.minimum(last - first, 9), digits),
        "before": (np.where(gap[first] == 0, kind[first - 1], 0), KINDS),
        "after": (np.where(gap[last] == 0, kind[last], 0), KINDS),
        "gap_before": (gap[first], GAPS),
        "gap_after": (gap[last], GAPS),
        "cues": (np.minimum(verbs[np.maximum(outer, inner)] - verbs[inner], 4), digits),
        "commas": (np.clip(commas, 0, 4), digits),
        "quoted": (words.inside(first) * 2 + words.inside(c), digits),
        "head": ((first == words.head[c]).astype(np.uint8), digits),
        "distance": (bucket_of(np.maximum(outer - inner, 0)), DISTANCES),
    }


def locate_speakers(
    words: Words,
    phrases: Phrases,
    cue: np.ndarray,
    left: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    cues: CueList,
) -> Speakers:
    """The noun phrase that each cue gives as its speaker: the likeliest one of its sentence.

    Parameters
    ----------
    words : Words
    phrases : Phrases
    cue : int array
        Word numbers of the cues, increasing.
    left : bool array
        The content stands (also) to the left of the cue.
    low, high : int arrays
        The sentence of each cue, or the quotation around it.
    cues : CueList

    Returns
    -------
    Speakers
    """
    owner, which = pairs = speaker_pairs(words, phrases, cue, low, high)
    if not len(owner):
        return Speakers(*[np.full(len(cue), -1, dtype=np.int32)] * 4)
    merit = odds(("speaker",), speaker_columns(words, phrases, cue, left, pairs, cues), cues)[:, 0]
    begin = np.flatnonzero(np.diff(owner, prepend=-1))
    best = likeliest(merit, np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(owner)))), begin)
    best = best[merit[best] > SPEAKER_ODDS]
    chosen = np.full(len(cue), -1)
    chosen[owner[best]] = which[best]
    cited = cited_before(words, cue, cues)
    stated = stated_by(words, cue, cues)
    after = np.minimum(np.searchsorted(phrases.first, np.where(stated, cue, cited) + 1), len(phrases.first) - 1)
    chosen = np.where((cited > 0) & (phrases.first[after] < cue) | stated, after, chosen)
    first, last = (np.where(chosen >= 0, bound[chosen], -1) for bound in phrases)
    last = np.where(first < cue, np.minimum(last, cue), last)
    bare = (chosen >= 0) & (last == first + 1) & _ARTICLE[words.kind[first]]
    bare |= (words.kind[first] == KINDS.index("it")) & BEING[words.kind[last]] & (cue - last < 3) & (first < cue)
    first, last = np.where(bare, -1, first), np.where(bare, -1, last)
    return Speakers(first, last, *appositions(words, first, last, np.where(first < cue, cue, len(words.head))))


def appositions(words: Words, first: np.ndarray, last: np.ndarray, limit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the apposition after each phrase, if a comma opens one (*head of forces in Kabul, Gen. X,*)."""
    marks = np.append(np.flatnonzero(words.gap != 0), len(words.gap) - 1)
    opens = np.searchsorted(marks, last, side="left")
    begin, stop = marks[opens], np.minimum(marks[np.minimum(opens + 1, len(marks) - 1)], limit)
    good = (first >= 0) & (words.gap[begin] == COMMA) & (begin - last < _TO_COMMA) & (begin < stop)
    good &= stop - begin < _APPOSITION
    return np.where(good, begin, last), np.where(good, stop, last)


#: Words of a label before a colon, at most, and of the line after it where no headline is.
_LABEL_WORDS, _LABELLED_WORDS = 6, 25


def find_labels(
    tokens: Tokens, words: Words, phrases: Phrases, headline: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contents that a label claims: *Reports: …* and *X: “…”* at the head of a line, *… - Diplomat* in a headline.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    phrases : Phrases
    headline : bool array
        Which texts are headlines.

    Returns
    -------
    tuple of int arrays
        First word and end of each content, and the number of the phrase that is its label.
    """
    count = len(words.head)
    gap, first, last = words.gap, phrases.first, phrases.last
    lines = np.flatnonzero(_LINE[gap[: count + 1]])
    headed = np.repeat(headline, np.diff(tokens.first))
    before_colon, after_dash = gap[last] == _COLON, (gap[first] == _DASH) & headed[first]
    which = np.flatnonzero((before_colon | after_dash) & (last - first <= _LABEL_WORDS))
    first, last, before_colon = first[which], last[which], before_colon[which]
    before = lines[np.maximum(np.searchsorted(lines, first, side="right") - 1, 0)]
    behind = np.append(lines, count)[np.searchsorted(lines, last, side="left")]
    size, outlets = behind - last, word_class("outlet")
    outlet = tokens.vocabulary.table("outlet", lambda s: s.lower() in outlets, of="words")[tokens.word[last - 1]]
    labels = (
        before_colon
        & (first == before)
        & (size >= 3)
        & ~outlet
        & _CAPITAL[words.kind[last - 1]]
        & (headed[first] | (size <= _LABELLED_WORDS))
    )
    signs = ~before_colon & (last == behind) & (last - first <= 3) & (first - before >= 3) & ~outlet
    keep = labels | signs
    content = np.where(signs, before, last), np.where(signs, first, behind)
    return content[0][keep], content[1][keep], which[keep]
