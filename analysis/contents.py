"""Where attributed contents begin and end: the cues that have one, to their right or left, and its bounds.

Every choice is a linear model over columns of small integers (`cues`), weighed on hand-annotated news
(`benchmarks/attribution.py`): is this word a cue with a content to its right, to its left; does the content end here;
is a quotation that no cue claims somebody's speech. Rules say what is possible, the weights what is likely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.cues import GAPS, KINDS, Columns, CueList, Templates, Words, odds
from analysis.quotes import Quotes

#: Distances in words are told apart up to here, then in widening steps.
_STEPS = np.array([0, 1, 2, 3, 4, 5, 6, 6, 8, 8, 8, 11, 11, 11, 11, 11, 16, 16, 16, 16, 16, 16, 16, 16, 16, 26])
_BUCKET = np.unique(_STEPS, return_inverse=True)[1].astype(np.uint8)
DISTANCES = (*map(str, np.unique(_STEPS)), "far")
#: Words between a subject and its verb.
_BETWEEN = (
    "Ly is are was were be been being am has have had having do does did will would can could may might must "
    "should shall not never also still just only even already again ever now then later once isn't aren't wasn't "
    "weren't don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't"
).split()
#: Grammatical words at which a content may end, beside punctuation.
_STOPS = (
    "that who which whom whose what how why when where while whether if because as after before since until although "
    "though unless than so and but or nor yet of in on at by to for from with about against into over under during "
    "between through among without within toward around including despite following amid upon time according "
    "regarding now then earlier later"
).split()


def _member(names: tuple[str, ...], wanted: list[str]) -> np.ndarray:
    return np.isin(np.array(names), wanted)


_SKIPPED = _member(KINDS, _BETWEEN)
_STOPPING = _member(KINDS, _STOPS)
_SIDES = ("none", "here", "next", "near", "far", "line")


def _at(values: np.ndarray, place: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Values at places; 0 outside [low, high)."""
    inside = (place >= low) & (place < high)
    return np.where(inside, values[np.where(inside, place, 0)], 0)


def bucket_of(distance: np.ndarray) -> np.ndarray:
    return _BUCKET[np.clip(distance, 0, len(_BUCKET) - 1)]


def inside_quotes(quotes: Quotes, place: np.ndarray) -> np.ndarray:
    """Which word numbers stand inside quotation marks (0 or 1)."""
    if not len(quotes.first):
        return np.zeros(len(place), dtype=np.uint8)
    which = np.searchsorted(quotes.first, place, side="right") - 1
    return ((which >= 0) & (place < quotes.last[which])).astype(np.uint8)


def subject_of(words: Words, cue: np.ndarray) -> np.ndarray:
    """Last word before the cue that is no auxiliary, adverb or negation (or the one before a comma)."""
    place = cue - 1
    for _ in range(5):
        skip = (place >= words.head[cue]) & _SKIPPED[words.kind[place]] & (words.gap[place + 1] == 0)
        if not skip.any():
            break
        place = place - skip
    return place


def cue_columns(words: Words, quotes: Quotes, cue: np.ndarray, cues: CueList) -> Columns:
    """What is known of each candidate for a cue (given as word numbers)."""
    kind, gap = words.kind, words.gap
    low, high = words.head[cue], words.tail[cue]
    subject = subject_of(words, cue)
    subject_kind = np.where(gap[subject + 1] == 0, _at(kind, subject, low, high), 0)
    subject_gap = gap[subject + 1]
    inside, closes, opens = _beside_quotes(quotes, cue, low, high)
    same = np.append(words.head[cue[1:]] == words.head[cue[:-1]], False)
    step = np.append(np.diff(cue), 0)
    after = np.where(same, np.roll(words.frame[cue], -1), 0)
    before = np.where(np.roll(same, 1), np.roll(words.frame[cue], 1), 0)
    yes = ("no", "yes")
    gaps = tuple(GAPS)
    return {
        "lemma": (words.lemma[cue], cues.lemmas),
        "frame": (words.frame[cue], cues.frames),
        "form": (kind[cue], KINDS),
        "previous": (np.where(gap[cue] == 0, _at(kind, cue - 1, low, high), 0), KINDS),
        "previous2": (_at(kind, cue - 2, low, high), KINDS),
        "next": (np.where(gap[cue + 1] == 0, _at(kind, cue + 1, low, high), 0), KINDS),
        "next2": (np.where(gap[cue + 2] == 0, _at(kind, cue + 2, low, high), 0), KINDS),
        "next3": (_at(kind, cue + 3, low, high), KINDS),
        "gap": (gap[cue], gaps),
        "gap_next": (gap[cue + 1], gaps),
        "gap_next2": (gap[cue + 2], gaps),
        "subject": (subject_kind, KINDS),
        "subject_gap": (subject_gap, gaps),
        "subject2": (_at(kind, subject - 1, low, high), KINDS),
        "first": (kind[low], KINDS),
        "left": (bucket_of(cue - low), DISTANCES),
        "right": (bucket_of(high - cue - 1), DISTANCES),
        "inside": (inside.astype(np.uint8), yes),
        "closes": (closes, _SIDES),
        "opens": (opens, _SIDES),
        "ahead": (after, cues.frames),
        "behind": (before, cues.frames),
        "ahead_by": (np.where(same, bucket_of(step), 0), DISTANCES),
        "behind_by": (np.where(np.roll(same, 1), bucket_of(np.roll(step, 1)), 0), DISTANCES),
    }


def _beside_quotes(
    quotes: Quotes, cue: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Is the cue inside quotation marks; how near a quotation closes before it and opens after it."""
    if not len(quotes.first):
        none = np.zeros(len(cue), dtype=np.uint8)
        return none.astype(bool), none, none
    before = np.searchsorted(quotes.first, cue, side="right") - 1
    known = before >= 0
    last = np.where(known, quotes.last[before], -1)
    inside = cue < last
    away = cue - last
    closes = np.where(~known | inside | (last < low), 0, np.searchsorted([2, 4, 9], away, side="right") + 1)
    first = np.append(quotes.first, 2**31 - 1)[before + 1]
    ahead = first - cue
    opens = np.where(first > high, 0, np.searchsorted([2, 4, 9], ahead, side="right") + 1)
    opens = np.where(first == high, 5, opens)
    return inside, closes.astype(np.uint8), opens.astype(np.uint8)


CUE_TEMPLATES: Templates = (
    ("lemma",), ("lemma", "form"), ("lemma", "next"), ("lemma", "previous"), ("lemma", "closes"), ("lemma", "gap_next"),
    ("lemma", "right"), ("frame", "next"), ("frame", "form"), ("frame", "form", "next"), ("frame", "subject"),
    ("frame", "gap_next"), ("frame", "opens"), ("frame", "closes"), ("form", "previous"), ("form", "subject"),
    ("form", "next"), ("previous", "next"), ("previous2", "previous"), ("next", "next2"), ("subject_gap", "form"),
    ("subject", "subject2"), ("gap", "gap_next"), ("gap_next2", "next"), ("left",), ("right",), ("first",), ("inside",),
    ("closes", "gap_next"), ("opens", "gap_next"), ("opens", "next"), ("ahead", "ahead_by"), ("behind", "behind_by"),
    ("frame", "behind"), ("frame", "ahead"), ("next3",), ("closes", "right"), ("frame", "right"), ("frame", "left"),
)  # fmt: skip
STOP_TEMPLATES: Templates = (
    ("gap", "kind"), ("frame", "gap"), ("frame", "kind"), ("kind", "kind2"), ("kind", "before"), ("gap", "before"),
    ("frame", "order"), ("frame", "length"), ("kind", "length"), ("gap", "length"), ("rest", "gap"), ("rest", "kind"),
    ("start", "kind"), ("start", "gap"), ("quoted", "gap"), ("lemma", "kind"), ("lemma", "gap"), ("later", "gap"),
    ("later", "kind"), ("later", "rest"), ("cue_here", "gap"), ("cue_here", "kind"), ("final", "frame"),
    ("start", "frame", "final"), ("start", "length"), ("kind", "kind2", "gap"),
)  # fmt: skip
START_TEMPLATES: Templates = (
    ("gap", "kind"), ("frame", "gap"), ("kind", "kind2"), ("kind", "before"), ("gap", "before"), ("frame", "order"),
    ("length", "gap"), ("rest", "gap"), ("rest", "kind"), ("quoted", "gap"), ("final", "frame"), ("final", "quoted"),
    ("subject_gap", "final"), ("subject_gap", "gap"), ("subject_gap", "quoted"), ("cue_here", "gap"), ("lemma", "final"),
    ("final", "rest"), ("final", "length"),
)  # fmt: skip


class Pairs(NamedTuple):
    """Possible ends (or starts) of contents: rows of `owner` (index of a cue) and `place` (a word number)."""

    owner: np.ndarray
    place: np.ndarray
    order: np.ndarray
    begin: np.ndarray


def expand(bounds: np.ndarray, low: np.ndarray, high: np.ndarray) -> Pairs:
    """All bounds in [low, high] for each row; `high` must be one of them."""
    first = np.searchsorted(bounds, low, side="left")
    last = np.searchsorted(bounds, high, side="right")
    size = last - first
    begin = np.cumsum(size) - size
    owner = np.repeat(np.arange(len(low)), size)
    order = np.arange(size.sum()) - np.repeat(begin, size)
    return Pairs(owner, bounds[np.repeat(first, size) + order], order, begin)


def bounds_of(words: Words, quotes: Quotes) -> np.ndarray:
    """Word numbers before which a content may end or begin."""
    count = len(words.head)
    bound = (words.gap[: count + 1] != 0) | _STOPPING[words.kind[: count + 1]]
    bound[words.head] = True
    bound[count] = True
    return np.flatnonzero(bound).astype(np.int32)


def right_start(words: Words, quotes: Quotes, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """First word of the content to the right of each cue: past a hearer, a day, or up to *that* or a quotation."""
    kind, high = words.kind, words.tail[cue]
    start = cue + 1
    told = _member(cues.frames, [f for f in cues.frames if "told" in f.split() or "that" in f.split()])
    open_to = told[words.frame[cue]]
    that, time, out = (
        KINDS.index("that"),
        KINDS.index("time"),
        _member(KINDS, ["out", "according", "up", "off", "back"]),
    )
    found = np.full(len(cue), -1)
    for step in range(1, 9):
        place = np.minimum(cue + step, len(kind) - 4)
        hit = open_to & (found < 0) & (place < high) & (kind[place] == that) & (kind[place - 1] != KINDS.index("of"))
        found = np.where(hit, place, found)
        blocked = (found < 0) & (words.gap[place] != 0)
        found = np.where(blocked, -2, found)
    start = np.where(out[kind[start]] | (kind[start] == time), start + 1, start)
    hearer = _member(cues.frames, ["that told"])[words.frame[cue]]
    start = np.where(hearer & (words.gap[cue + 1] == 0), cue + 2, start)
    start = np.where(found > 0, found, start)
    _, _, opens = _beside_quotes(quotes, cue, words.head[cue], high)
    following = np.append(quotes.first, 2**31 - 1)[np.searchsorted(quotes.first, cue, side="right")]
    before = np.minimum(following, len(kind) - 4)
    lead = (opens > 0) & (opens < 5) & (found < 0) & open_to & np.isin(words.gap[before], (3, 11))
    start = np.where(lead, following, start)
    breaks = np.flatnonzero(words.gap[: len(words.head) + 1] != 0)
    comma = breaks[np.minimum(np.searchsorted(breaks, cue + 2), len(breaks) - 1)]
    start = np.where(_member(cues.frames, ["prep"])[words.frame[cue]], comma, start)
    return np.minimum(start, high).astype(np.int32)


def right_columns(
    words: Words, quotes: Quotes, cue: np.ndarray, start: np.ndarray, high: np.ndarray, pairs: Pairs, cues: CueList
) -> Columns:
    """What is known of each possible end of a content."""
    kind, gap = words.kind, words.gap
    owner, place = pairs.owner, pairs.place
    c, s = cue[owner], start[owner]
    quoted = np.append(quotes.first, -1)[np.searchsorted(quotes.first, s, side="right") - 1] == s
    inside, _, _ = _beside_quotes(quotes, place, s, place)
    lemma_at = np.append(words.frame, np.zeros(4, words.frame.dtype))
    near = np.maximum(lemma_at[place], lemma_at[np.minimum(place + 1, len(lemma_at) - 1)])
    count = np.cumsum(np.append(0, words.frame > 0), dtype=np.int32)
    size = np.diff(np.append(pairs.begin, len(owner)))
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "gap": (gap[place], GAPS),
        "kind": (np.where(place < high[owner], kind[place], 0), KINDS),
        "kind2": (np.where(place + 1 < high[owner], kind[place + 1], 0), KINDS),
        "before": (kind[place - 1], KINDS),
        "start": (kind[s], KINDS),
        "order": (np.minimum(pairs.order, 7), tuple("01234567")),
        "length": (bucket_of(place - s), DISTANCES),
        "rest": (bucket_of(high[owner] - place), DISTANCES),
        "quoted": (quoted * 2 + inside, tuple("0123")),
        "later": (np.minimum(count[high[owner]] - count[np.minimum(place, high[owner])], 3), tuple("0123")),
        "cue_here": (near, cues.frames),
        "final": ((pairs.order == size[owner] - 1).astype(np.uint8), ("no", "yes")),
    }


def left_columns(
    words: Words, quotes: Quotes, cue: np.ndarray, end: np.ndarray, low: np.ndarray, pairs: Pairs, cues: CueList
) -> Columns:
    """What is known of each possible start of a content to the left."""
    kind, gap = words.kind, words.gap
    owner, place = pairs.owner, pairs.place
    c, e = cue[owner], end[owner]
    which = np.searchsorted(quotes.first, place, side="right") - 1
    begins = np.append(quotes.first, -1)[which] == place
    inside, _, _ = _beside_quotes(quotes, place, place, place)
    lemma_at = np.append(words.frame, np.zeros(4, words.frame.dtype))
    size = np.diff(np.append(pairs.begin, len(owner)))
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "gap": (gap[place], GAPS),
        "subject_gap": (gap[e], GAPS),
        "kind": (kind[place], KINDS),
        "kind2": (kind[place + 1], KINDS),
        "before": (kind[place - 1], KINDS),
        "order": (np.minimum(size[owner] - 1 - pairs.order, 7), tuple("01234567")),
        "length": (bucket_of(e - place), DISTANCES),
        "rest": (bucket_of(place - low[owner]), DISTANCES),
        "quoted": (begins * 2 + inside, tuple("0123")),
        "cue_here": (lemma_at[place], cues.frames),
        "final": ((pairs.order == 0).astype(np.uint8), ("no", "yes")),
    }


def best_place(pairs: Pairs, odds: np.ndarray, backwards: bool = False) -> np.ndarray:
    """The likeliest bound of each row, when each may stop the content with its own odds and the last one must."""
    if not len(pairs.begin):
        return np.zeros(0, dtype=np.int32)
    go = -np.logaddexp(0, odds.astype(np.float64))
    stop = go + odds
    size = np.diff(np.append(pairs.begin, len(odds)))
    final = pairs.begin if backwards else pairs.begin + size - 1
    stop[final] = 0.0
    total = np.cumsum(go)
    if backwards:
        end = np.append(total, 0)[pairs.begin + size - 1]
        passed = end[pairs.owner] - total
    else:
        passed = total - go - np.append(0, total)[pairs.begin][pairs.owner]
    merit = stop + passed
    top = np.maximum.reduceat(merit, pairs.begin)
    hit = np.flatnonzero(merit == top[pairs.owner])
    chosen = np.full(len(pairs.begin), -1)
    chosen[pairs.owner[hit]] = hit
    return pairs.place[chosen]


QUOTE_TEMPLATES: Templates = (
    ("length",), ("first", "gap"), ("gap", "gap_after"), ("before",), ("after",), ("line", "line_end"), ("since", "line"),
    ("since", "gap"), ("previous", "since"), ("closed", "continued"), ("length", "gap"), ("length", "first"), ("sentence",),
    ("length", "line"), ("previous", "gap"), ("since",), ("length", "gap_after"), ("before", "length"),
)  # fmt: skip


def left_end(words: Words, quotes: Quotes, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """One past the last word of the content to the left of each cue; -1 where there is no place for one."""
    kind, gap = words.kind, words.gap
    low, high = limit_of(words, quotes, cue)
    _, closes, _ = _beside_quotes(quotes, cue, low, high)
    which = np.searchsorted(quotes.first, cue, side="right") - 1
    subject = subject_of(words, cue)
    breaks = np.flatnonzero(gap[: len(words.head) + 1] != 0)
    comma = breaks[np.maximum(np.searchsorted(breaks, subject, side="right") - 1, 0)]
    before = breaks[np.maximum(np.searchsorted(breaks, comma - 1, side="right") - 1, 0)]
    comma = np.where((subject == cue - 1) & (gap[cue] != 0), cue, comma)
    comma = np.where((gap[subject + 1] == 1) & (kind[cue] != KINDS.index("Ing")) & (comma < cue), before, comma)
    being = _member(KINDS, "is are was were be been being".split())
    passive = (subject < cue - 1) & being[kind[cue - 1]] | being[kind[cue - 2]] & (subject < cue - 2)
    end = np.where(comma > low, comma, np.where(passive, subject + 1, -1))
    prep = _member(cues.frames, ["prep"])[words.frame[cue]]
    end = np.where((gap[cue] != 0) | prep, cue, end)
    if len(quotes.last):
        end = np.where(closes > 0, quotes.last[which], end)
    return np.where((end > low) | (end == low) & (closes > 0) & (cue > low), end, -1).astype(np.int32)


def quote_columns(words: Words, quotes: Quotes, contents: np.ndarray) -> Columns:
    """What is known of quotations that no cue claimed; `contents` are the rows (start, end) that cues did claim."""
    kind, gap = words.kind, words.gap
    first, last = quotes.first, quotes.last
    ends = np.sort(contents[:, 1]) if len(contents) else np.zeros(1, np.int32)
    since = first - ends[np.maximum(np.searchsorted(ends, first, side="right") - 1, 0)]
    breaks = np.flatnonzero(gap == 9)
    line = breaks[np.maximum(np.searchsorted(breaks, first, side="right") - 1, 0)]
    previous = np.append(-(10**6), last[:-1])
    low = words.head[np.minimum(first, len(words.head) - 1)]
    yes = ("no", "yes")
    return {
        "length": (bucket_of(last - first), DISTANCES),
        "first": (kind[first], KINDS),
        "gap": (gap[first], GAPS),
        "gap_after": (gap[last], GAPS),
        "before": (np.where(first > low, kind[first - 1], 0), KINDS),
        "after": (kind[last], KINDS),
        "line": (bucket_of(first - line), DISTANCES),
        "line_end": ((gap[last] == 9).astype(np.uint8), yes),
        "since": (bucket_of(since), DISTANCES),
        "previous": (bucket_of(first - previous), DISTANCES),
        "closed": (quotes.closed.astype(np.uint8), yes),
        "continued": (quotes.continued.astype(np.uint8), yes),
        "sentence": (np.minimum(first - low, 3), tuple("0123")),
    }


#: Log-odds above which a content is taken; tuned for token F1 on the development part.
RIGHT_ODDS, LEFT_ODDS, QUOTE_ODDS = -0.6, -0.2, -0.7


class Contents(NamedTuple):
    """Attributed contents, as word numbers: start, end, cue (-1 for a quotation without one), side of the cue."""

    start: np.ndarray
    end: np.ndarray
    cue: np.ndarray
    left: np.ndarray


def find_contents(words: Words, quotes: Quotes, cues: CueList) -> Contents:
    """Contents that cues claim, to the right and to the left."""
    cue = np.flatnonzero(words.lemma)
    columns = cue_columns(words, quotes, cue, cues)
    right, left = (
        cue[odds("right", CUE_TEMPLATES, columns, cues) > RIGHT_ODDS],
        cue[odds("left", CUE_TEMPLATES, columns, cues) > LEFT_ODDS],
    )
    bounds = bounds_of(words, quotes)
    start = right_start(words, quotes, right, cues)
    end = right_end(words, quotes, right, start, bounds, cues)
    stop = left_end(words, quotes, left, cues)
    left, stop = left[stop >= 0], stop[stop >= 0]
    begin = left_start(words, quotes, left, stop, bounds, cues)
    both = np.concatenate([right, left])
    side = np.repeat([False, True], [len(right), len(left)])
    found = Contents(np.concatenate([start, begin]), np.concatenate([end, stop]), both, side)
    some = found.end > found.start
    order = np.lexsort((-found.end[some], found.start[some]))
    return Contents(*(values[some][order] for values in found))


def limit_of(words: Words, quotes: Quotes, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sentence, or the quotation if sooner, begins and ends that each word stands in."""
    low, high = words.head[place], words.tail[place]
    if len(quotes.first):
        which = np.searchsorted(quotes.first, place, side="right") - 1
        inside = (which >= 0) & (place < quotes.last[which])
        low = np.where(inside, np.maximum(low, quotes.first[which]), low)
        high = np.where(inside, np.minimum(high, quotes.last[which]), high)
    return low, high


def right_end(
    words: Words, quotes: Quotes, cue: np.ndarray, start: np.ndarray, bounds: np.ndarray, cues: CueList
) -> np.ndarray:
    """One past the last word of the content that begins at `start`; never inside a quotation begun in it."""
    _, high = limit_of(words, quotes, cue)
    start = np.minimum(start, high)
    pairs = expand(bounds, np.minimum(start + 1, high), high)
    if not len(pairs.owner):
        return start
    end = best_place(
        pairs, odds("end", STOP_TEMPLATES, right_columns(words, quotes, cue, start, high, pairs, cues), cues)
    )
    return through_quotes(quotes, cue, end)


def through_quotes(quotes: Quotes, cue: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Move ends that fall inside a quotation begun after the cue to that quotation's end."""
    if not len(quotes.first):
        return end
    which = np.searchsorted(quotes.first, end, side="left") - 1
    inside = (which >= 0) & (quotes.last[which] > end) & (quotes.first[which] > cue)
    return np.where(inside, quotes.last[which], end)


def first_of(quotes: Quotes, end: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Where the quotation that closes at `end` begins, if before `low`."""
    if not len(quotes.first):
        return low
    which = np.searchsorted(quotes.first, end - 1, side="right") - 1
    whole = (which >= 0) & (quotes.last[which] == end)
    return np.where(whole, np.minimum(low, quotes.first[which]), low)


def left_start(
    words: Words, quotes: Quotes, cue: np.ndarray, end: np.ndarray, bounds: np.ndarray, cues: CueList
) -> np.ndarray:
    """First word of the content that ends at `end`; a quotation that closes there is taken whole."""
    low, _ = limit_of(words, quotes, cue)
    if not len(cue):
        return cue.astype(np.int32)
    low = first_of(quotes, end, low)
    pairs = expand(bounds, low, end - 1)
    start = best_place(
        pairs, odds("start", START_TEMPLATES, left_columns(words, quotes, cue, end, low, pairs, cues), cues), True
    )
    if len(quotes.first):
        which = np.searchsorted(quotes.first, end - 1, side="right") - 1
        whole = (which >= 0) & (quotes.last[which] == end)
        start = np.where(whole, np.minimum(start, quotes.first[which]), start)
        which = np.searchsorted(quotes.first, start, side="left") - 1
        within = (which >= 0) & (quotes.last[which] > start) & (quotes.last[which] <= cue)
        start = np.where(within, quotes.first[which], start)
    return start.astype(np.int32)


def covered(place: np.ndarray, contents: np.ndarray) -> np.ndarray:
    """Which word numbers stand inside any of the (start, end) rows."""
    if not len(contents):
        return np.zeros(len(place), dtype=bool)
    ordered = contents[np.argsort(contents[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    which = np.searchsorted(ordered[:, 0], place, side="right") - 1
    return (which >= 0) & (place < reach[which])


def loose_quotes(words: Words, quotes: Quotes, contents: Contents, cues: CueList) -> np.ndarray:
    """Numbers of the quotations that no cue claims and that are yet somebody's speech (no scare quotes, no titles)."""
    rows = np.column_stack([contents.start, contents.end])
    if not len(quotes.first):
        return np.zeros(0, dtype=np.int64)
    free = ~covered(quotes.first, rows)
    likely = odds("quote", QUOTE_TEMPLATES, quote_columns(words, quotes, rows), cues) > QUOTE_ODDS
    return np.flatnonzero(free & likely)
