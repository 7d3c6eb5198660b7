"""Who speaks: the noun phrase of the sentence that names the speaker of each cue."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.voice.contents import DISTANCES, bucket_of, likeliest
from analysis.voice.models import Columns
from analysis.voice.tokens import Tokens
from analysis.voice.words import (
    AND,
    BEING,
    BY,
    COMMA,
    GAPS,
    KINDS,
    THAT,
    WHO,
    Words,
    cited_before,
    citing_beside,
    gaps_named,
    kinds_named,
    stated_by,
    subject_of,
)

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
#: Alone they name nobody: *one can say*.
_NOBODY = kinds_named("the a an such any every each one")
_VERBAL = kinds_named("Ed Ing")
_FREE = gaps_named("space other slash stop")
#: Prepositions that join a noun phrase to the one before it: a subject never stands behind one.
_JOINING = kinds_named("with in at by on for to from near against about into over under between among within")


@cache
def word_class(name: str) -> frozenset[str]:
    """One class of speaker_words.csv (lower case)."""
    with Path(__file__).with_name("speaker_words.csv").open(encoding="utf-8", newline="") as lines:
        return next(frozenset(row["words"].split("|")) for row in csv.DictReader(lines) if row["class"] == name)


class Phrases(NamedTuple):
    """Word numbers of noun phrases: first word, one past the last; in the order of the text, none overlapping."""

    first: np.ndarray
    last: np.ndarray


def _after(mask: np.ndarray) -> np.ndarray:
    """Which places follow one of the mask."""
    return np.append(False, mask[:-1])


def _ahead_of(mask: np.ndarray) -> np.ndarray:
    """Which places stand before one of the mask."""
    return np.append(mask[1:], False)


def find_phrases(tokens: Tokens, words: Words) -> Phrases:
    """Noun phrases, found by what cannot stand in one: grammatical words, verbs as far as they show, punctuation."""
    kind = words.kind[: words.size]
    joined = _FREE.take(words.gap[: words.size])
    joined[words.head[: words.size]] = False
    content, alone = _stands_in_phrase(tokens, words), _ALONE.take(kind)
    link = _links(tokens, kind, content) & joined & _ahead_of(joined)
    part = content | link | alone
    begins = ~_after(part) | ~joined | alone | _after(alone)
    begins = part & (begins | DETERMINER.take(kind) & ~_after(link))
    stop = np.flatnonzero(begins | ~part).astype(np.int32)
    opens = np.flatnonzero(begins.take(stop))
    return Phrases(stop[opens], np.append(stop, np.int32(words.size))[opens + 1])


def _stands_in_phrase(tokens: Tokens, words: Words) -> np.ndarray:
    """Which words may stand inside a noun phrase."""
    verbs, openers = word_class("verb"), word_class("opener")
    plain = tokens.vocabulary.table(
        "no noun", lambda s: s in verbs or (s[:1].isupper() and s.lower() in openers), of="words"
    )
    kind, frame = words.kind[: words.size], words.frame[: words.size]
    noun = words.cues.governing("noun").take(frame) & (kind == KINDS.index("Ss"))
    cue = (frame > 0) & (kind != KINDS.index("capital")) & ~noun
    # *The ministry's press service*, but not *Russia's claim that …*.
    owned = _after(kind == KINDS.index("Possessive")) & ~_ahead_of(kind == THAT)
    reported = _after(words.press[: words.size]) & (kind == KINDS.index("Ss"))
    an = tokens.vocabulary.table("an", lambda s: s.lower() == "an", of="words").take(tokens.word)
    determined = (_after(DETERMINER.take(kind) | an) | owned | reported) & ~words.opens[: words.size]
    return (
        ~_HARD.take(kind) & ~_ALONE.take(kind) & ~plain.take(tokens.word) & (~(_VERBAL.take(kind) | cue) | determined)
    )


def _links(tokens: Tokens, kind: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Which words join two parts of one phrase: *of*, *and* between names, *to* after an office (*envoy to Kabul*)."""
    persons = word_class("person")
    office = tokens.vocabulary.table("office", lambda s: s.lower() in persons).take(tokens.word)
    capital = _CAPITAL.take(kind)
    of = (kind == KINDS.index("of")) & _after(content) & _ahead_of(content)
    both = (kind == AND) & _after(capital) & _ahead_of(capital)
    return of | both | (kind == KINDS.index("to")) & _after(office) & _ahead_of(capital)


#: Phrases looked at to the left and to the right of a cue.
_LEFTWARD, _RIGHTWARD = 6, 2
#: Log-odds under which nobody is named.
SPEAKER_ODDS = -3.0
#: Noun phrases that a subject may have behind it (*two officials familiar with the matter*), at most.
_BEHIND = 3


class Candidates(NamedTuple):
    """Pairs of a cue and a phrase of its sentence that may name its speaker: numbers of both."""

    owner: np.ndarray
    phrase: np.ndarray


def speaker_candidates(phrases: Phrases, cue: np.ndarray, low: np.ndarray, high: np.ndarray) -> Candidates:
    """The phrases between low and high of each cue, as far as they are near it."""
    middle = np.searchsorted(phrases.first, cue, side="left")
    begin = np.maximum(np.searchsorted(phrases.first, low, side="left"), middle - _LEFTWARD)
    stop = np.minimum(np.searchsorted(phrases.first, high, side="left"), middle + _RIGHTWARD)
    size = np.maximum(stop - begin, 0)
    owner = np.repeat(np.arange(len(cue)), size)
    return Candidates(owner, (begin - np.cumsum(size) + size)[owner] + np.arange(size.sum()))


def speaker_columns(
    words: Words, phrases: Phrases, cue: np.ndarray, left: np.ndarray, candidates: Candidates
) -> Columns:
    """What is known of each phrase as the speaker of each cue."""
    kind, gap = words.kind, words.gap
    owner, which = candidates
    c, first, last = cue[owner], phrases.first[which], phrases.last[which]
    middle = np.searchsorted(phrases.first, cue, side="left")[owner]
    right = which >= middle
    marks = np.cumsum(np.append(0, gap == COMMA), dtype=np.int32)
    verbs = np.cumsum(np.append(0, words.frame > 0), dtype=np.int32)
    inner, outer = np.where(right, c + 1, last), np.where(right, first, c)
    commas = np.where(right, marks[first + 1] - marks[c + 1], marks[c + 1] - marks[last])
    subject = last == subject_of(words, cue)[owner] + 1
    digits = tuple("0123456789")
    return {
        "lemma": (words.lemma[c], words.cues.lemmas),
        "frame": (words.frame[c], words.cues.frames),
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
    words: Words, phrases: Phrases, cue: np.ndarray, left: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Phrases:
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

    Returns
    -------
    Phrases
        One a cue; -1 where nobody is named.
    """
    if not len(phrases.first):
        return Phrases(np.full(len(cue), -1), np.full(len(cue), -1))
    chosen = _likeliest_phrases(words, phrases, cue, left, low, high)
    chosen = _before_relative(words, phrases, chosen, cue)
    chosen = _out_of_prepositions(words, phrases, chosen, cue, low)
    chosen = _with_participle(words, phrases, chosen, cue)
    stated, cited = stated_by(words, cue), cited_before(words, cue)
    cited = np.where(cited == 0, citing_beside(words, cue), cited)
    after = np.minimum(np.searchsorted(phrases.first, np.where(stated, cue, cited) + 1), len(phrases.first) - 1)
    chosen = np.where(stated | (cited > 0), after, chosen)
    # *He was quoted by an agency as saying*; *…, he was quoted as saying by it*.
    passive = np.flatnonzero(cited < 0)
    ends = subject_of(words, -cited[passive]) + 1
    quoted = np.minimum(np.searchsorted(phrases.last, ends), len(phrases.last) - 1)
    found = phrases.last[quoted] == ends
    chosen[passive[found]] = quoted[found]
    first, last = (np.where(chosen >= 0, np.append(bound, -1)[chosen], -1) for bound in phrases)
    first = _whole_subject(words, phrases, chosen, first, cue)
    # *US claims that …*: the name before the noun.
    named = words.governs("noun", cue) & (words.kind[cue - 1] == KINDS.index("capital")) & (words.gap[cue] == 0)
    named &= (words.kind[cue + 1] == THAT) & (words.kind[cue] != KINDS.index("capital"))
    first, last = np.where(named, cue - 1, first), np.where(named, cue, last)
    last = np.where(first < cue, np.minimum(last, cue), last)
    press = words.press[cue - 1] & (words.kind[cue] == KINDS.index("Ss")) & (words.gap[cue] == 0)
    press &= (words.kind[cue + 1] == THAT) & words.of_lemma(cue, "report")
    first, last = np.where(press, cue - 1, first), np.where(press, cue + 1, last)
    bare = (first >= 0) & (last == first + 1) & _NOBODY[words.kind[first]]
    bare |= (words.kind[first] == KINDS.index("it")) & BEING[words.kind[last]] & (cue - last < 3) & (first < cue)
    return Phrases(np.where(bare, -1, first), np.where(bare, -1, last))


def _likeliest_phrases(
    words: Words, phrases: Phrases, cue: np.ndarray, left: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Number of the likeliest phrase of each cue; -1 where none is likely."""
    chosen = np.full(len(cue), -1)
    candidates = speaker_candidates(phrases, cue, low, high)
    if not len(candidates.owner):
        return chosen
    columns = speaker_columns(words, phrases, cue, left, candidates)
    merit = words.cues.models.odds(("speaker",), columns)[:, 0]
    with_any, group = np.unique(candidates.owner, return_inverse=True)
    best = likeliest(merit, group, np.searchsorted(group, np.arange(len(with_any))))
    best = best[merit[best] > SPEAKER_ODDS]
    chosen[candidates.owner[best]] = candidates.phrase[best]
    return chosen


def _with_participle(words: Words, phrases: Phrases, chosen: np.ndarray, cue: np.ndarray) -> np.ndarray:
    """Whose words they are stands before the participle: *statements of (or by) US officials claiming that …*."""
    adjacent = np.minimum(np.searchsorted(phrases.last, cue), len(phrases.last) - 1)
    participle = (words.kind[cue] == KINDS.index("Ing")) & (words.gap[cue] == 0) & (phrases.last[adjacent] == cue)
    links = np.cumsum(np.append(0, words.kind == KINDS.index("of")), dtype=np.int32)
    first = phrases.first[adjacent]
    owned = (words.kind[first - 1] == BY) | (links[cue] > links[first])
    return np.where(participle & owned & (words.kind[cue - 1] == KINDS.index("Ss")), adjacent, chosen)


def _whole_subject(
    words: Words, phrases: Phrases, chosen: np.ndarray, first: np.ndarray, cue: np.ndarray
) -> np.ndarray:
    """First words of subjects, the first of two plurals taken along: *hospital officials and family members said*."""
    here, outer = np.maximum(chosen, 0), np.maximum(chosen - 1, 0)
    joint = phrases.first[here] - 1
    plural = (words.kind[joint - 1] == KINDS.index("Ss")) | (joint - 1 == words.head[joint])
    plural &= words.kind[phrases.last[here] - 1] == KINDS.index("Ss")
    joined = (words.kind[joint] == AND) & (words.gap[joint] == 0) & (words.gap[joint + 1] == 0)
    both = (chosen > 0) & (phrases.last[here] <= cue) & joined & plural & (phrases.last[outer] == joint)
    return np.where(both, phrases.first[outer], first)


def _before_relative(words: Words, phrases: Phrases, chosen: np.ndarray, cue: np.ndarray) -> np.ndarray:
    """Who is described by a clause before the cue speaks: *an aide who attended the talks said* names the aide."""
    who = np.append(-1, np.flatnonzero(words.kind == WHO))
    here = np.maximum(chosen, 0)
    relative = who[np.searchsorted(who, phrases.first[here]) - 1]
    within = (relative > words.mark[cue]) & (phrases.last[here] <= cue) & (chosen > 0)
    outer = np.searchsorted(phrases.first, relative) - 1
    return np.where(within & (outer >= 0) & (relative > words.head[cue]), outer, chosen)


def _out_of_prepositions(
    words: Words, phrases: Phrases, chosen: np.ndarray, cue: np.ndarray, low: np.ndarray
) -> np.ndarray:
    """A subject never stands behind a preposition: *two officials familiar with the matter said* names the
    officials."""
    for _ in range(_BEHIND):
        here = np.maximum(chosen, 0)
        before = phrases.first[here] - 1
        outer = np.maximum(here - 1, 0)
        behind = (chosen > 0) & (phrases.last[here] <= cue) & _JOINING[words.kind[before]]
        behind &= (
            (words.gap[phrases.first[here]] == 0)
            & (words.kind[cue - 1] != KINDS.index("to"))
            & (words.gap[before] == 0)
        )
        behind &= (
            ~_ALONE[words.kind[phrases.first[here]]] & (phrases.last[outer] == before) & (phrases.first[outer] >= low)
        )
        chosen = np.where(behind, outer, chosen)
    return chosen
