"""Where attributed contents begin and end: the cues that have one, to their right or left, and its bounds.

Every choice is a linear model (`models`) fitted on hand-annotated news (`benchmarks/attribution.py`): is this word a
cue with a content to its right, to its left; does the content open here, does it end here. Rules say what is possible,
the weights what is likely. A bound is looked for from the cue outwards, to the right as to the left: each possible
place may be the one with its own odds, and the last must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.voice.models import Columns
from analysis.voice.quotes import Quotes
from analysis.voice.words import (
    AND,
    BEING,
    COMMA,
    GAPS,
    KINDS,
    LABEL,
    LINE,
    THAT,
    Words,
    cited_before,
    kinds_named,
    stated_by,
    subject_of,
    that_after,
)

#: Distances in words are told apart up to six, then in widening steps.
_STEPS = np.array([0, 1, 2, 3, 4, 5, 6, 6, 8, 8, 8, 11, 11, 11, 11, 11, 16, 16, 16, 16, 16, 16, 16, 16, 16, 26])
_BUCKET = np.unique(_STEPS, return_inverse=True)[1].astype(np.uint8)
DISTANCES = (*map(str, np.unique(_STEPS)), "far")
#: Grammatical words at which a content may end, beside punctuation.
_STOPPING = kinds_named(
    "that who which whom whose what how why when where while whether if because as after before since until although "
    "though unless than so and but or nor yet of in on at by to for from with about against into over under during "
    "between through among without within toward around including despite following amid upon time according "
    "regarding now then earlier later"
)
#: Words at which a content may open, beside punctuation and the word after the cue: what begins a clause or its
#: subject.
_OPENING = kinds_named(
    "that what how why who when where whether if capital the a an this these those some any all each another both many "
    "most more several few one two i you he she it we they his her its their our my your himself there no number Ss"
)
#: Words after which none of them begins a content: the one before still governs it.
_GOVERNING = kinds_named(
    "in on at by to for from with about against into over under during of the a an his her its their"
)
#: Words that show that a clause has begun.
_FINITE = kinds_named(
    "is are was were has have had do does did will would can could may might must should isn't aren't wasn't weren't "
    "don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't it's he's she's they're i'm we're there's"
)
#: Words that begin the object of a verb before them.
_OBJECT = kinds_named("a an the this these those his its their her him them us it capital number")
#: Words from a cue within which its content opens, at most.
_OPENS_WITHIN = 16
_TOLD = kinds_named("said says told Ed")
_NAME = kinds_named("capital initial")
_DIGITS = tuple("0123456789ab")
_SIDES = ("none", "here", "next", "near", "far", "line")
#: Log-odds above which a content is taken. On the development part token F1 is flat from -0.7 (0.885) to 0 (0.883) and
#: Matthews' correlation best at -0.35 (0.781): there precision and recall are alike, so that no voice is favoured.
RIGHT_ODDS, LEFT_ODDS = -0.35, -0.2
#: The same for a verb of speech that has no content otherwise: on its likelier side.
SPEECH_ODDS = -1.0
#: The same for one behind a whole clause and a comma.
BEHIND_ODDS = -2.5
#: Words of a quotation that no cue claims, at least, to be taken for speech: shorter ones are mostly scare quotes. The
#: model that told them apart before gave the same F1 on the development part (0.887) and the same voices.
SPEECH_WORDS = 4
#: Words from the end of a sentence within which its last cue announces what follows a colon.
_AT_END = 3
#: Log-odds of a cue that is hardly ever anything else.
_STRONG = 1.5
#: How many contents back to look for the one that a cue stands in.
_LOOK_BACK = 12
#: Places looked at for a bound of a content, at most: of 250,000 contents in news the most is 85. Without a limit a
#: sentence of thousands of cues takes the square of its length (100 KB of *He said that*: 7.2 GB).
MOST_PLACES = 128
#: Places that are weighed at once: more than a batch of news has (220,000), some 0.2 GB.
_PIECE = 1 << 20
RIGHT, LEFT = 1, -1


def bucket_of(distance: np.ndarray) -> np.ndarray:
    """Codes (into DISTANCES) of distances in words."""
    return _BUCKET[np.clip(distance, 0, len(_BUCKET) - 1)]


def limits_of(words: Words, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sentence, or the quotation if sooner, begins and ends that each word stands in."""
    low, high, inside = words.head[place], words.tail[place], words.inside(place)
    low = np.where(inside, np.maximum(low, words.quote_first[place]), low)
    return low, np.where(inside, np.minimum(high, words.quote_last[place]), high)


def _beside_quotes(words: Words, cue: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How near, in its sentence, a quotation closes before each cue and opens after it (codes into _SIDES)."""
    last, first, high, head = words.quote_last[cue], words.quote_next[cue], words.tail[cue], words.head[cue]
    closes = np.searchsorted([2, 4, 9], cue - last, side="right") + 1
    closes = np.where((last < 0) | (cue < last) | (last < head + words.opens[head]), 0, closes)
    opens = np.searchsorted([2, 4, 9], first - cue, side="right") + 1
    opens = np.where(first > high - words.opens[high], 0, np.where(first == high, 5, opens))
    return closes.astype(np.uint8), opens.astype(np.uint8)


#: What stands before the subject of a cue, with or without an aside (*the envoy, who …, said*) between the two.
_FRONTS = ("head", "mark", "aside-head", "aside-mark")


def _front_of(words: Words, subject: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First word of the aside that a comma closes after each subject (a kind; none without), and a code of _FRONTS."""
    opens = words.mark[subject]
    aside = (words.gap[subject + 1] == COMMA) & (words.gap[opens] == COMMA) & (opens > words.head[subject])
    begins = np.where(aside, words.mark[opens - 1], opens)
    front = aside * 2 + (begins > words.head[subject])
    return np.where(aside, words.kind[opens], 0), front.astype(np.uint8)


def cue_columns(words: Words, cue: np.ndarray) -> Columns:
    """What is known of each candidate for a cue (given as word numbers)."""
    kind, gap, frame = words.kind, words.gap, words.frame[cue]
    low, high = words.head[cue], words.tail[cue]
    subject = subject_of(words, cue)
    aside, front = _front_of(words, subject)
    closes, opens = _beside_quotes(words, cue)
    same = np.append(words.head[cue[1:]] == words.head[cue[:-1]], False)
    since = np.roll(same, 1)
    step = bucket_of(np.append(np.diff(cue), 0))

    def at(place: np.ndarray, joined: bool = False) -> tuple[np.ndarray, tuple[str, ...]]:
        inside = (place >= low) & (place < high)
        if joined:
            inside &= gap[np.where(place < cue, place + 1, place)] == 0
        return np.where(inside, kind[place], 0), KINDS

    return {
        "lemma": (words.lemma[cue], words.cues.lemmas),
        "frame": (frame, words.cues.frames),
        "form": (kind[cue], KINDS),
        "previous": at(cue - 1, True),
        "previous2": at(cue - 2),
        "next": at(cue + 1, True),
        "next2": at(cue + 2, True),
        "next3": at(cue + 3),
        "gap": (gap[cue], GAPS),
        "gap_next": (gap[cue + 1], GAPS),
        "gap_next2": (np.where(words.opens[cue + 1], LINE, gap[cue + 2]), GAPS),
        "subject": at(subject, True),
        "subject_gap": (gap[subject + 1], GAPS),
        "subject2": at(subject - 1),
        "aside": (aside, KINDS),
        "front": (front, _FRONTS),
        "first": (kind[low], KINDS),
        "left": (bucket_of(cue - low), DISTANCES),
        "right": (bucket_of(high - cue - 1), DISTANCES),
        "that": (bucket_of(that_after(words, cue) - cue), DISTANCES),
        "inside": (words.inside(cue).astype(np.uint8), _DIGITS),
        "closes": (closes, _SIDES),
        "opens": (opens, _SIDES),
        "ahead": (np.where(same, np.roll(frame, -1), 0), words.cues.frames),
        "behind": (np.where(since, np.roll(frame, 1), 0), words.cues.frames),
        "ahead_by": (np.where(same, step, 0), DISTANCES),
        "behind_by": (np.where(since, np.roll(step, 1), 0), DISTANCES),
    }


class Claims(NamedTuple):
    """Candidates for cues (word numbers, increasing) and their log-odds of a content to the right and to the left.

    `before` counts the candidates, and `strong` the likely ones, before each word; `level` says how likely each is.
    """

    cue: np.ndarray
    right: np.ndarray
    left: np.ndarray
    before: np.ndarray
    strong: np.ndarray
    level: np.ndarray


def weigh_claims(words: Words) -> Claims:
    """Every candidate for a cue, with its log-odds."""
    cue = words.cue
    right, left = words.cues.models.odds(("right", "left"), cue_columns(words, cue)).T
    before, strong = np.zeros((2, len(words.kind)), dtype=np.int32)
    before[cue + 1] = 1
    strong[cue[np.maximum(right, left) > _STRONG] + 1] = 1
    level = np.searchsorted([-2.0, -0.5, _STRONG], right) * 3 + np.searchsorted([-0.5, _STRONG], left)
    before, strong = np.cumsum([before, strong], axis=1, dtype=np.int32)
    return Claims(cue, right, left, before, strong, level.astype(np.uint8))


class Bounds(NamedTuple):
    """Possible bounds of contents, those of an owner one after another from its edge outwards.

    `owner` (its number), `place` (a word number, before which the bound is), `order` (the how-manieth of the owner's),
    `begin` and `size` (an owner each: its first row, and how many it has).
    """

    owner: np.ndarray
    place: np.ndarray
    order: np.ndarray
    begin: np.ndarray
    size: np.ndarray

    def pieces(self) -> Iterator[tuple[Bounds, slice]]:
        """These bounds in pieces of about `_PIECE`, and the owners of each."""
        cuts = np.flatnonzero(np.diff(self.begin // _PIECE, prepend=-1)).tolist()
        for low, high in pairwise([*cuts, len(self.begin)]):
            rows = slice(self.begin[low], self.begin[high - 1] + self.size[high - 1])
            owner, begin = self.owner[rows] - low, self.begin[low:high] - self.begin[low]
            yield Bounds(owner, self.place[rows], self.order[rows], begin, self.size[low:high]), slice(low, high)


def bounds_between(possible: np.ndarray, low: np.ndarray, high: np.ndarray, side: int) -> Bounds:
    """The possible places (a mask over words) in [low, high] of each owner, from low (RIGHT) or from high (LEFT): the
    first `MOST_PLACES` of them."""
    places = np.flatnonzero(possible).astype(np.int32)
    before = np.cumsum(np.append(False, possible), dtype=np.int32)
    first, stop = before[low], before[high + 1]
    size = np.minimum(stop - first, MOST_PLACES)
    begin = np.cumsum(size) - size
    owner = np.repeat(np.arange(len(low), dtype=np.int32), size)
    order = np.arange(size.sum()) - begin[owner]
    return Bounds(owner, places[first[owner] + order if side == RIGHT else stop[owner] - 1 - order], order, begin, size)


def likeliest(merit: np.ndarray, owner: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Row of the highest merit of each owner, whose rows begin at `begin`; none may be empty.

    Examples
    --------
    >>> likeliest(np.array([0.1, 0.7, 0.3]), np.array([0, 0, 1]), np.array([0, 2])).tolist()
    [1, 2]
    """
    hit = np.flatnonzero(merit == np.maximum.reduceat(merit, begin)[owner])
    chosen = np.zeros(len(begin), dtype=np.int64)
    chosen[owner[hit]] = hit
    return chosen


def best_place(bounds: Bounds, likely: np.ndarray) -> np.ndarray:
    """The likeliest bound of each owner, when each place may be it with its own odds and the last must."""
    go_on = -np.logaddexp(0, likely.astype(np.float64))
    here = go_on + likely
    here[bounds.begin + bounds.size - 1] = 0.0
    passed = np.cumsum(go_on) - go_on
    return bounds.place[likeliest(here + passed - passed[bounds.begin][bounds.owner], bounds.owner, bounds.begin)]


def _may_end(words: Words, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Places before which a content may end (or, to the left, begin): marks, grammatical words, its limits."""
    kind, gap = words.kind[: words.size + 1], words.gap[: words.size + 1]
    possible = ((gap != 0) | _STOPPING[kind]) & ~_in_list(kind, gap)
    possible[np.concatenate([low, high])] = True
    possible[words.size] = True
    return possible


def _in_list(kind: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Places inside a list of names (*Iran, Russia and China*): nothing ends there. Without it readers see *that
    Iran*."""
    name, comma = _NAME[kind], gap == COMMA
    joined = (kind == AND) & np.append(name[1:], False)
    follows = np.append(False, name[:-1])
    item = comma & follows & name & np.append((comma | joined)[1:], False)
    return item | comma & follows & joined | joined & follows & np.append(False, comma[:-1])


def end_columns(words: Words, claims: Claims, cue: np.ndarray, edge: np.ndarray, bounds: Bounds, side: int) -> Columns:
    """What is known of each possible far bound of contents whose near bound is `edge`."""
    kind, gap, subject = words.kind, words.gap, subject_of(words, cue)
    owner, place = bounds.owner, bounds.place
    c, e = cue[owner], edge[owner]
    limit = bounds.place[bounds.begin + bounds.size - 1][owner]
    stop = words.tail[c]
    here = claims.before[place]
    there = np.minimum(here, len(claims.cue) - 1)
    step = np.where(here < claims.before[stop], np.minimum(claims.cue[there] - place, 5), 6)
    first, inner = (e, place - 1) if side == RIGHT else (place, place)
    return {
        "lemma": (words.lemma[c], words.cues.lemmas),
        "frame": (words.frame[c], words.cues.frames),
        "gap": (gap[place], GAPS),
        "kind": (np.where(place < stop, kind[place], 0), KINDS),
        "kind2": (np.where(place + 1 < stop, kind[place + 1], 0), KINDS),
        "before": (words.before(place), KINDS),
        "subject": (words.before(subject + 1)[owner], KINDS),
        "edge": (kind[e], KINDS),
        "edge_gap": (gap[e], GAPS),
        "order": (np.minimum(bounds.order, 7), _DIGITS),
        "length": (bucket_of(np.abs(place - e)), DISTANCES),
        "rest": (bucket_of(np.abs(limit - place)), DISTANCES),
        "quoted": ((words.quote_first[first] == first) * 2 + words.inside(np.maximum(inner, 0)), _DIGITS),
        "ahead": (np.where(step < 6, claims.level[there], 0), _DIGITS),
        "step": (step, _DIGITS),
        "inner": (np.clip(np.abs(claims.strong[place] - claims.strong[e]), 0, 2), _DIGITS),
        "later": (np.clip(claims.strong[stop] - claims.strong[place], 0, 2), _DIGITS),
        "cue_strong": (claims.strong[c + 1] - claims.strong[c], _DIGITS),
        "final": ((bounds.order == bounds.size[owner] - 1).astype(np.uint8), _DIGITS),
    }


def far_bounds(
    words: Words, claims: Claims, cue: np.ndarray, edge: np.ndarray, bounds: Bounds, side: int
) -> np.ndarray:
    """The likeliest far bound of each content whose near bound is `edge`; weighed in pieces, to bound memory."""
    model = "end" if side == RIGHT else "start"
    found = []
    for part, owners in bounds.pieces():
        columns = end_columns(words, claims, cue[owners], edge[owners], part, side)
        found.append(best_place(part, words.cues.models.odds((model,), columns)[:, 0]))
    return np.concatenate(found)


def opening_bounds(words: Words, cue: np.ndarray) -> Bounds:
    """Where the content to the right of each cue may open: at the next word, or where a clause or its subject
    begins."""
    kind, gap = words.kind[: words.size + 1], words.gap[: words.size + 1]
    free = ~np.append(True, _GOVERNING[kind[:-1]])
    possible = (gap != 0) | (_OPENING[kind] & free)
    low, high = cue + 1, np.minimum(cue + _OPENS_WITHIN, limits_of(words, cue)[1] - 1)
    # At the verb a clause has begun, and *that* belongs to something in it (*said there was no evidence that …*).
    verb = _FINITE[kind] | (kind == KINDS.index("Ed")) & np.append(_OBJECT[kind[1:]], False)
    verbs = np.append(np.flatnonzero(verb), words.size)
    high = np.where(words.governs("speech", cue), np.minimum(high, verbs[np.searchsorted(verbs, low)]), high)
    possible[np.minimum(low, words.size)] = True
    return bounds_between(possible, low, np.maximum(low, high), RIGHT)


def opening_columns(words: Words, cue: np.ndarray, bounds: Bounds) -> Columns:
    """What is known of each place where a content to the right may open."""
    kind, gap, place = words.kind, words.gap, bounds.place
    c = cue[bounds.owner]
    finite = np.cumsum(np.append(False, _FINITE[kind]), dtype=np.int32)
    marks = np.cumsum(np.append(False, gap != 0), dtype=np.int32)
    that = that_after(words, cue)[bounds.owner]
    return {
        "lemma": (words.lemma[c], words.cues.lemmas),
        "frame": (words.frame[c], words.cues.frames),
        "form": (kind[c], KINDS),
        "gap": (gap[place], GAPS),
        "kind": (kind[place], KINDS),
        "kind2": (np.where(place + 1 < words.tail[c], kind[place + 1], 0), KINDS),
        "before": (np.where(place > c + 1, kind[place - 1], 0), KINDS),
        "next": (kind[c + 1], KINDS),
        "gap_next": (gap[c + 1], GAPS),
        "order": (np.minimum(bounds.order, 7), _DIGITS),
        "length": (bucket_of(place - c - 1), DISTANCES),
        "finite": (np.minimum(finite[place] - finite[c + 1], 2), _DIGITS),
        "marks": (np.minimum(marks[place] - marks[np.minimum(c + 2, place)], 2), _DIGITS),
        "that": (np.where(that < 0, 0, np.where(that > place, 1, np.where(that == place, 2, 3))), _DIGITS),
        "quoted": ((words.quote_next[place - 1] == place) * 2 + words.inside(place), _DIGITS),
    }


def right_starts(words: Words, cue: np.ndarray) -> np.ndarray:
    """First word of the content to the right of each cue."""
    if not len(cue):
        return cue
    bounds = opening_bounds(words, cue)
    start = best_place(bounds, words.cues.models.odds(("open",), opening_columns(words, cue, bounds))[:, 0])
    start = np.where(stated_by(words, cue), that_after(words, cue), start)
    return np.minimum(start, limits_of(words, cue)[1]).astype(np.int32)


def right_bounds(words: Words, cue: np.ndarray, start: np.ndarray) -> Bounds:
    """Where the content to the right of each cue may end."""
    high = np.maximum(_before_announcing(words, limits_of(words, cue)[1]), np.minimum(start + 1, words.size))
    low = np.minimum(start + 1, high)
    return bounds_between(_may_end(words, low, high), low, high, RIGHT)


def _before_announcing(words: Words, high: np.ndarray) -> np.ndarray:
    """Ends of sentences, without the *he said* that announces what the next paragraph quotes."""
    announcing = words.governs("speech", high - 1) & (words.gap[high] == LABEL)
    return np.where(announcing, subject_of(words, high - 1), high)


_ARTICLE = kinds_named("a lower")  # *an* is of no kind of its own
_COMMENTING = kinds_named("a in")
#: What follows the verb of a hint: *referring to*, *hinting at*.
_POINTING = kinds_named("to at")
_RELATIVE = kinds_named("that which who")
#: Subjects that begin a clause of the newsroom's after a quotation and *and*.
_SUBJECT = kinds_named("he she it they")


def clause_breaks(words: Words) -> np.ndarray:
    """Places of *and* that end a content: before a second verb of speech with *that* (*said that … and noted that …*),
    and after a quotation before a new subject (*wrote that she “couldn’t” and she left*); and of a comment (*…, in what
    may be a hint*; *…, apparently a hint*; *…, a claim that could not be verified*)."""
    joint = np.flatnonzero(words.kind[: words.size] == AND)
    verb = _TOLD[words.kind[joint + 1]] & words.governs("speech", joint + 1) & (words.kind[joint + 2] == THAT)
    subject = (words.quote_last[joint] == joint) & _SUBJECT[words.kind[joint + 1]]
    breaks = joint[(verb | subject) & ~words.inside(joint)]
    comment = np.flatnonzero(words.gap[: words.size] == COMMA)
    opens, second, third = (words.kind[comment + ahead] for ahead in range(3))
    within = (opens == KINDS.index("in")) & ((second == KINDS.index("what")) | words.seeming[comment + 1])
    within |= (opens == KINDS.index("in")) & words.seeming[comment + 2]
    an = _ARTICLE[opens]
    within |= an & words.seeming[comment + 1]
    seeming = words.seeming[comment] & _COMMENTING[second]
    seeming |= words.seeming[comment] & (second == KINDS.index("Ing")) & _POINTING[third]
    called = an & words.governs("noun", comment + 1) & (second != KINDS.index("Ss")) & _RELATIVE[third]
    return np.union1d(breaks, comment[(within | seeming | called) & ~words.inside(comment)])


def right_contents(words: Words, claims: Claims, cue: np.ndarray) -> pd.DataFrame:
    """The content to the right of each cue; it never ends inside a quotation begun in it."""
    start = right_starts(words, cue)
    if not len(cue):
        return _contents(start, start, cue, RIGHT)
    end = far_bounds(words, claims, cue, start, right_bounds(words, cue, start), RIGHT)
    breaks = np.append(clause_breaks(words), words.size)
    end = np.minimum(end, breaks[np.searchsorted(breaks, start, side="right")])
    cut = np.maximum(end - 1, 0)
    through = (words.quote_last[cut] > end) & (words.quote_first[cut] > cue)
    return _contents(start, np.where(through, words.quote_last[cut], end), cue, RIGHT)


def left_end(words: Words, cue: np.ndarray) -> np.ndarray:
    """One past the last word of the content to the left of each cue; -1 where there is no place for one."""
    kind, gap = words.kind, words.gap
    low = limits_of(words, cue)[0]
    subject = subject_of(words, cue)
    comma = words.mark[np.maximum(subject, 0)]
    comma = np.where((subject == cue - 1) & (gap[cue] != 0), cue, comma)
    apposed = (gap[subject + 1] == COMMA) & (kind[cue] != KINDS.index("Ing")) & (comma < cue)
    comma = np.where(apposed, words.mark[np.maximum(comma - 1, 0)], comma)
    passive = (subject < cue - 1) & BEING[kind[cue - 1]] | (subject < cue - 2) & BEING[kind[cue - 2]]
    end = np.where(comma > low, comma, np.where(passive, subject + 1, -1))
    end = np.where((gap[cue] != 0) | words.governs("prep", cue), cue, end)
    closing = (_beside_quotes(words, cue)[0] > 0) & (words.quote_last[cue] >= low)
    # *“…,” he told an agency, according to another*: the second reports all of it.
    speech = np.cumsum(np.append(0, words.cues.governing("speech")[words.frame]), dtype=np.int32)
    closing &= (speech[cue] == speech[np.maximum(words.quote_last[cue], 0)]) | (
        (end <= low) & ~words.governs("prep", cue)
    )
    end = np.where(closing, words.quote_last[cue], end)
    line = (gap[low] == LINE) | (gap[low] == LABEL)
    good = (end > low + 1) | closing & ((end == low + 1) | (end == low) & (cue > low) & ~line)
    return np.where(good, end, -1).astype(np.int32)


def left_bounds(words: Words, cue: np.ndarray, end: np.ndarray) -> Bounds:
    """Where the content to the left of each cue may begin; a quotation that closes at its end may begin before."""
    low = limits_of(words, cue)[0]
    low = np.where(words.quote_last[end - 1] == end, np.minimum(low, words.quote_first[end - 1]), low)
    # What is said is a clause: it begins before the verb that no mark parts from its end.
    verbs = np.append(-1, np.flatnonzero(_FINITE[words.kind[: words.size]]))
    verb = verbs[np.searchsorted(verbs, end) - 1]
    clause = (verb > low) & (words.mark[end - 1] <= verb) & (words.gap[end] == COMMA) & words.governs("speech", cue)
    high = np.where(clause, verb - 1, end - 1)
    return bounds_between(_may_end(words, low, high), low, high, LEFT)


def left_contents(words: Words, claims: Claims, cue: np.ndarray) -> pd.DataFrame:
    """The content to the left of each cue that has room for one; a quotation at either bound is taken whole."""
    end = left_end(words, cue)
    cue, end = cue[end >= 0], end[end >= 0]
    if not len(cue):
        return _contents(end, end, cue, LEFT)
    start = far_bounds(words, claims, cue, end, left_bounds(words, cue, end), LEFT)
    whole = words.quote_last[end - 1] == end
    start = np.where(whole, np.minimum(start, words.quote_first[end - 1]), start)
    cut = np.maximum(start - 1, 0)
    within = (words.quote_last[cut] > start) & (words.quote_last[cut] <= cue)
    return _contents(np.where(within, words.quote_first[cut], start), end, cue, LEFT)


def _contents(first: np.ndarray, last: np.ndarray, cue: np.ndarray, side: int) -> pd.DataFrame:
    return pd.DataFrame({"first": first, "last": last, "cue": cue, "side": side}, dtype=np.int64)


def find_contents(words: Words, quotes: Quotes) -> pd.DataFrame:
    """What cues claim.

    Parameters
    ----------
    words : Words
    quotes : Quotes

    Returns
    -------
    DataFrame
        ``first``, ``last`` (word numbers, the last exclusive), ``cue`` (its word number), ``side`` (RIGHT or LEFT of
        the cue), sorted by first and (outer first) last.
    """
    claims = weigh_claims(words)
    no_content = is_question(words, claims.cue) | is_citing(words, claims.cue) | is_anothers(words, claims.cue)
    no_content |= is_described(words, claims.cue)
    right, left = _claimed_sides(words, claims)
    right, left = right & ~no_content | stated_by(words, claims.cue), left & ~no_content
    found = pd.concat(
        [
            right_contents(words, claims, claims.cue[right]),
            left_contents(words, claims, claims.cue[left]),
            announced_quotes(words, quotes, claims),
        ],
        ignore_index=True,
    )
    found = without_circumstance(words, claims, found[found["last"] > found["first"]])
    found = without_questions(words, found)
    found = found.sort_values(["first", "last"], ascending=[True, False], kind="stable", ignore_index=True)
    return found.assign(last=within_each_other(found))


def _claimed_sides(words: Words, claims: Claims) -> tuple[np.ndarray, np.ndarray]:
    """Which candidates have a content to the right, and which to the left: by their odds, and a verb of speech that has
    none by these on its likelier side."""
    cue = claims.cue
    right, left = claims.right > RIGHT_ODDS, claims.left > LEFT_ODDS
    telling = _TOLD[words.kind[cue]] | (words.kind[cue + 1] == THAT)
    speech = words.governs("speech", cue) & telling & ~right & ~left
    behind = says_behind(words, cue) & (claims.left > BEHIND_ODDS)
    rather_right = (claims.right >= claims.left) | (left_end(words, cue) < 0)
    right |= speech & rather_right & (claims.right > SPEECH_ODDS) | says_that(words, cue)
    left |= speech & ~rather_right & (claims.left > SPEECH_ODDS)
    right, left = right & ~(behind & (words.gap[cue + 1] == 0)), left | behind
    return right, left


#: What begins a second part of a content that stands on both sides of its cue, after a mark.
_GOES_ON = kinds_named(
    "and but or nor so i you he she it we they there the a an this these those no capital if because"
)


def without_circumstance(words: Words, claims: Claims, found: pd.DataFrame) -> pd.DataFrame:
    """Where a cue has a content on either side, leave out the less likely one, unless the later goes on with the other.

    *…, Wells said at a press conference*; *…, he said, in what was a reference to …*: what follows is circumstance.
    Only *that*, a quotation, or what begins another clause after a mark goes on.
    """
    first, cue = found["first"].to_numpy(), found["cue"].to_numpy()
    right, left = (found["side"] == RIGHT).to_numpy(), (found["side"] == LEFT).to_numpy()
    quoted = words.quote_next[first - 1] < found["last"].to_numpy()
    goes_on = quoted | (words.kind[first] == THAT) | ((words.gap[first] != 0) & _GOES_ON[words.kind[first]])
    both = np.isin(cue, cue[right & ~goes_on]) & np.isin(cue, cue[left])
    which = np.searchsorted(claims.cue, cue)
    finite = np.cumsum(np.append(0, _FINITE[words.kind]), dtype=np.int32)
    holds = (finite[found["last"].to_numpy()] > finite[first]) | (
        words.quote_next[first - 1] < found["last"].to_numpy()
    )
    clause, front = np.isin(cue, cue[right & holds]), np.isin(cue, cue[left & holds])
    fronted = words.governs("speech", cue) & (words.gap[cue + 1] == 0) & ~front
    rather_left = (claims.left[which] > claims.right[which]) & ~fronted | ~clause
    return found[~both | np.where(left, rather_left, ~rather_left)]


#: What follows a verb of speech whose content stands before it, if anything does: when, where, how.
_WHEREABOUTS = kinds_named("in on at by during after through via while when as Ing time")


def says_that(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues are a verb of speech directly before *that*: rare ones (*the report states that*) have low odds."""
    said = words.governs("speech", cue) & (words.kind[cue] != KINDS.index("capital"))
    return said & (words.kind[cue + 1] == THAT) & (words.gap[cue + 1] == 0)


#: Words that begin a clause inside another, whose verb is theirs.
_INNER = kinds_named("who which that whose when where while if because although though since as what")
_PRONOUN = kinds_named("i you he she it we they there this that")
_WHO = kinds_named("who which")


def says_behind(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues are a verb of speech behind a whole clause and a comma: *…, Putin said answering a question*, or with
    nothing but the speaker behind them (*…, says the army*)."""
    kind, gap = words.kind, words.gap
    said = words.governs("speech", cue) & (that_after(words, cue) < 0) & ~_WHO[kind[subject_of(words, cue)]]
    said &= (kind[cue] != KINDS.index("Ing")) | (cited_before(words, cue) != 0)
    end, (low, high) = left_end(words, cue), limits_of(words, cue)
    said &= (end > 0) & (gap[np.maximum(end, 0)] == COMMA) & (words.quote_next[cue] > high)
    verb = np.cumsum(np.append(0, _FINITE[kind]), dtype=np.int32)
    inner = np.cumsum(np.append(0, _INNER[kind]), dtype=np.int32)
    end = np.maximum(end, low)
    final = (cue + 1 == high) & (words.gap[high] != LABEL)
    said &= (final & _OPENING[kind[low]]) | (verb[end] - verb[low] > inner[end] - inner[low])
    mark = np.append(np.flatnonzero(gap), words.size)
    mark = np.minimum(mark[np.searchsorted(mark, cue, side="right")], high)
    inverted = (
        (end == cue)
        & (verb[mark] == verb[cue + 1])
        & ~_PRONOUN[kind[cue + 1]]
        & ((mark == high) | (gap[mark] == COMMA))
    )
    return said & (_WHEREABOUTS[kind[cue + 1]] | (gap[cue + 1] != 0) | inverted)


_TOPIC = kinds_named("about on if whether")
_PUT, _ABOUT = kinds_named("about on if whether for"), kinds_named("about")
_ASKING = ("ask", "question", "press", "quiz", "grill")
_ANSWERING = ("answer", "respond", "reply", "response")
#: What may stand before *asked* at the head of a sentence, and before *response*.
_BEFORE_ASKED = kinds_named("when in while")
_AUXILIARY = _FINITE & ~kinds_named("it's he's she's they're i'm we're there's")
_VERB_FORM = kinds_named("Ss Ed lower")


def is_question(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues put a question to somebody: what they are asked about is nobody's word (*asked about its alleged
    aid*; *asked by a reporter whether …*)."""
    every, cue = cue, cue[words.of_lemma(cue, *_ASKING, *_ANSWERING, "elaborate", "inquire", "comment")]
    asking = words.of_lemma(cue, "ask", "question", "elaborate", "inquire", "comment")
    when, topic = np.zeros(len(cue), dtype=bool), _TOPIC[words.kind[cue + 1]]
    # Who asks, or who is asked, may stand between, where the clause is no statement of its own.
    passive = (words.gap[cue] != 0) | (cue == words.head[cue]) | BEING[words.kind[cue - 1]]
    for step in range(1, 5):
        when |= (words.kind[cue - step] == KINDS.index("when")) & (cue - step >= words.head[cue])
        place = np.minimum(cue + step, words.size)
        topic |= np.where(passive, _PUT[words.kind[place]], _ABOUT[words.kind[place]]) & (words.mark[place] <= cue)
    asking |= words.of_lemma(cue, *_ASKING) & (passive | when)
    replying = words.of_lemma(cue, *_ANSWERING) & (words.kind[cue - 1] == KINDS.index("in"))
    puts = asking & (when | topic) | replying & (words.kind[cue + 1] == KINDS.index("to"))
    return np.isin(every, cue[puts])


def question_ends(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """First words of the sentences that begin with a question put to somebody, and the comma that ends it: *Asked
    whether …,*; *Responding to a question about …,*; *In response to …,*."""
    head = np.unique(words.head[: words.size])
    at = head + _BEFORE_ASKED[words.kind[head]]
    asked = words.of_lemma(at, *_ASKING) | (words.of_lemma(at, *_ANSWERING) & (words.kind[at + 1] != THAT))
    head, at = head[asked], at[asked]
    marks = np.append(np.flatnonzero(words.gap[: words.size]), words.size)
    comma = marks[np.searchsorted(marks, at, side="right")]
    good = (words.gap[comma] == COMMA) & (comma < words.tail[head]) & ~words.inside(head)
    return head[good], comma[good]


def without_questions(words: Words, found: pd.DataFrame) -> pd.DataFrame:
    """Contents before a cue without the question that the sentence begins with."""
    head, comma = question_ends(words)
    first, left = found["first"].to_numpy(), (found["side"] == LEFT).to_numpy()
    which = np.searchsorted(head, first, side="right") - 1
    within = left & (which >= 0) & (first < np.append(comma, 0)[which])
    begins = np.where(within, np.append(comma, 0)[which], first)
    return found.assign(first=begins)[begins < found["last"].to_numpy()]


def is_citing(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues cite somebody *as saying* something: the content is that of *saying*."""
    citing = np.abs(cited_before(words, cue))
    return np.isin(cue, citing[citing > 0])


def is_described(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues are a noun with a relative clause behind it, no content: *a proposal that seems to please nobody*."""
    verb = (words.frame[cue + 2] > 0) & ~words.governs("noun", cue + 2) & _VERB_FORM[words.kind[cue + 2]]
    return words.governs("noun", cue) & (words.kind[cue + 1] == THAT) & (_AUXILIARY[words.kind[cue + 2]] | verb)


def is_anothers(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues are a noun whose genitive names the speaker and no content: *statements of US officials*."""
    noun = words.of_lemma(cue, "statement", "comment", "remark", "testimony", "word")
    return noun & (words.kind[cue + 1] == KINDS.index("of"))


def announced_quotes(words: Words, quotes: Quotes, claims: Claims) -> pd.DataFrame:
    """Quotations that begin a paragraph after a colon, and the likeliest cue of the sentence before them."""
    after = (words.gap[quotes.first] == LABEL) & (claims.before[quotes.first] > 0)
    first, last = quotes.first[after], quotes.last[after]
    nearest = claims.before[first] - 1
    best = np.where(words.tail[claims.cue[nearest]] == first, nearest, -1)
    open_to = (best >= 0) & (first - claims.cue[nearest] > _AT_END)
    for back in range(1, 4):
        here = np.maximum(nearest - back, 0)
        same = open_to & (here == nearest - back) & (words.tail[claims.cue[here]] == first)
        best = np.where(same & (claims.right[here] > claims.right[best]), here, best)
    good = best >= 0
    return _contents(first[good], last[good], claims.cue[best[good]], RIGHT)


def within_each_other(found: pd.DataFrame) -> np.ndarray:
    """Ends of contents, when what a cue inside a content claims does not reach beyond that content."""
    first, last, cue = (found[name].to_numpy() for name in ("first", "last", "cue"))
    last = last.copy()
    for back in range(1, min(_LOOK_BACK, len(first) - 1) + 1):
        here, there = slice(back, None), slice(None, -back)
        inside = (cue[here] < last[there]) & (cue[here] >= first[there]) & (cue[here] != cue[there])
        inside &= (last[here] > last[there]) & (first[here] < last[there])
        last[here] = np.where(inside, last[there], last[here])
    return last


def loose_quotes(words: Words, quotes: Quotes, claimed: pd.DataFrame) -> np.ndarray:
    """Numbers of the quotations that no cue claims and that are somebody's speech: by their length or a comma at their
    end."""
    long = (quotes.last - quotes.first >= SPEECH_WORDS) | (words.gap[quotes.last] == GAPS.index("comma-quote"))
    return np.flatnonzero(long & ~covered(quotes.first, claimed))


def covered(place: np.ndarray, contents: pd.DataFrame) -> np.ndarray:
    """Which word numbers stand inside any of the contents."""
    if contents.empty:
        return np.zeros(len(place), dtype=bool)
    contents = contents.sort_values("first", kind="stable")
    reach = np.maximum.accumulate(contents["last"].to_numpy())
    which = np.searchsorted(contents["first"].to_numpy(), place, side="right") - 1
    return (which >= 0) & (place < reach[which])
