"""Where attributed contents begin and end: the cues that have one, to their right or left, and its bounds.

Every choice is a linear model over columns of small integers (`cues`), weighed on hand-annotated news
(`benchmarks/attribution.py`): is this word a cue with a content to its right, to its left; does the content end here;
is a quotation that no cue claims somebody's speech. Rules say what is possible, the weights what is likely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.cues import GAPS, KINDS, Columns, CueList, Words, kinds_named, odds
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
_LABEL = GAPS.index("label")
_BEING = kinds_named("is are was were be been being")
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


def bounds_of(words: Words) -> np.ndarray:
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
    told = _member(cues.frames, [f for f in cues.frames if {"that", "told"} & {*f.split()} and "object small" not in f])
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


class Claims(NamedTuple):
    """Candidates for cues (word numbers, increasing) and their log-odds of a content to the right and to the left."""

    cue: np.ndarray
    right: np.ndarray
    left: np.ndarray


def weigh_claims(words: Words, quotes: Quotes, cues: CueList) -> Claims:
    """Every candidate for a cue, with its log-odds."""
    cue = np.flatnonzero(words.lemma)
    columns = cue_columns(words, quotes, cue, cues)
    return Claims(cue, *(odds(model, columns, cues) for model in ("right", "left")))


def bound_columns(
    words: Words,
    quotes: Quotes,
    claims: Claims,
    cue: np.ndarray,
    edge: np.ndarray,
    far: np.ndarray,
    pairs: Pairs,
    cues: CueList,
    backwards: bool,
) -> Columns:
    """What is known of each possible end of a content that begins at `edge` (backwards: start of one that ends there)."""
    kind, gap = words.kind, words.gap
    owner, place = pairs.owner, pairs.place
    c, e, limit = cue[owner], edge[owner], far[owner]
    begins = np.append(quotes.first, -1)[np.searchsorted(quotes.first, place if backwards else e, side="right") - 1]
    strong = np.cumsum(np.append(0, np.maximum(claims.right, claims.left) > 1.5), dtype=np.int32)
    here, edge_at, cue_at, end_at = (np.searchsorted(claims.cue, at) for at in (place, e, c, words.tail[c]))
    there = np.minimum(here, len(claims.cue) - 1)
    level = np.searchsorted([-2.0, -0.5, 1.5], claims.right[there]) * 3 + np.searchsorted(
        [-0.5, 1.5], claims.left[there]
    )
    step = np.where(here < end_at, np.minimum(claims.cue[there] - place, 5), 6)
    size = np.diff(np.append(pairs.begin, len(owner)))
    order = size[owner] - 1 - pairs.order if backwards else pairs.order
    digits = tuple("0123456789ab")
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "gap": (gap[place], GAPS),
        "kind": (np.where(place < words.tail[c], kind[place], 0), KINDS),
        "kind2": (np.where(place + 1 < words.tail[c], kind[place + 1], 0), KINDS),
        "before": (kind[place - 1], KINDS),
        "edge": (kind[e], KINDS),
        "edge_gap": (gap[e], GAPS),
        "order": (np.minimum(order, 7), digits),
        "length": (bucket_of(np.abs(place - e)), DISTANCES),
        "rest": (bucket_of(np.abs(limit - place)), DISTANCES),
        "quoted": ((begins == (place if backwards else e)) * 2 + inside_quotes(quotes, place - 1 + backwards), digits),
        "ahead": (np.where(step < 6, level, 0), digits),
        "step": (step, digits),
        "inner": (np.clip(np.abs(strong[here] - strong[edge_at]), 0, 2), digits),
        "later": (np.clip(strong[end_at] - strong[here], 0, 2), digits),
        "cue_strong": (strong[cue_at + 1] - strong[cue_at], digits),
        "final": ((order == size[owner] - 1).astype(np.uint8), ("no", "yes")),
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
    being = _BEING
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
    breaks = np.flatnonzero((gap == 9) | (gap == _LABEL))
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
        "line_end": (((gap[last] == 9) | (gap[last] == _LABEL)).astype(np.uint8), yes),
        "since": (bucket_of(since), DISTANCES),
        "previous": (bucket_of(first - previous), DISTANCES),
        "closed": (quotes.closed.astype(np.uint8), yes),
        "continued": (quotes.continued.astype(np.uint8), yes),
        "sentence": (np.minimum(first - low, 3), tuple("0123")),
    }


#: Log-odds above which a content is taken; tuned for token F1 on the development part.
RIGHT_ODDS, LEFT_ODDS, QUOTE_ODDS = -0.6, 0.0, -0.8


class Contents(NamedTuple):
    """Attributed contents, as word numbers: start, end, cue (-1 for a quotation without one), side of the cue."""

    start: np.ndarray
    end: np.ndarray
    cue: np.ndarray
    left: np.ndarray


def find_contents(words: Words, quotes: Quotes, cues: CueList) -> Contents:
    """Contents that cues claim, to the right and to the left."""
    claims = weigh_claims(words, quotes, cues)
    right, left = claims.cue[claims.right > RIGHT_ODDS], claims.cue[claims.left > LEFT_ODDS]
    right = right[~np.isin(right, cited_before(words, right, cues))]
    start = right_start(words, quotes, right, cues)
    end = right_end(words, quotes, claims, right, start, cues)
    stop = left_end(words, quotes, left, cues)
    left, stop = left[stop >= 0], stop[stop >= 0]
    begin = left_start(words, quotes, claims, left, stop, cues)
    said, said_first, said_last = announced_quotes(words, quotes, claims)
    found = Contents(
        np.concatenate([start, begin, said_first]),
        np.concatenate([end, stop, said_last]),
        np.concatenate([right, left, said]),
        np.repeat([False, True, False], [len(right), len(left), len(said)]),
    )
    some = found.end > found.start
    order = np.lexsort((-found.end[some], found.start[some]))
    return within_each_other(Contents(*(values[some][order] for values in found)))


def cited_before(words: Words, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """The *cited* or *quoted* before each *as saying* of its sentence; -1 for other cues and in the passive."""
    citing = np.flatnonzero(_member(cues.lemmas, ["cite", "quote as saying"])[words.lemma])
    if not len(citing):
        return np.full(len(cue), -1)
    last = citing[np.maximum(np.searchsorted(citing, cue) - 1, 0)]
    saying = (words.kind[cue] == KINDS.index("Ing")) & (words.kind[cue - 1] == KINDS.index("as"))
    active = ~_BEING[words.kind[last - 1]]
    return np.where(saying & active & (last < cue) & (last >= words.head[cue]), last, -1)


def announced_quotes(words: Words, quotes: Quotes, claims: Claims) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quotations that begin a paragraph after one that ends in a colon: the likeliest cue of that one's last sentence."""
    place = np.flatnonzero(words.gap[quotes.first] == _LABEL)
    first = quotes.first[place]
    last = np.searchsorted(claims.cue, first, side="left")
    best = np.full(len(first), -1)
    for back in range(1, 5):
        here = np.maximum(last - back, 0)
        same = (
            (last - back >= 0) & (words.tail[claims.cue[here]] == first)
            if len(claims.cue)
            else np.zeros(len(first), bool)
        )
        better = same & ((best < 0) | (claims.right[here] > claims.right[np.maximum(best, 0)]))
        best = np.where(better, here, best)
    good = best >= 0
    return claims.cue[best[good]], first[good], quotes.last[place[good]]


#: How many contents back to look for the one that a cue stands in.
_LOOK_BACK = 12


def within_each_other(contents: Contents) -> Contents:
    """What a cue inside a content claims does not reach beyond that content."""
    start, end, cue, left = contents
    end = end.copy()
    for back in range(1, min(_LOOK_BACK, len(start) - 1) + 1):
        here, there = slice(back, None), slice(None, -back)
        inside = (cue[here] < end[there]) & (cue[here] >= start[there]) & (cue[here] != cue[there])
        inside &= (end[here] > end[there]) & (start[here] < end[there])
        end[here] = np.where(inside, end[there], end[here])
    return Contents(start, end, cue, left)


def limit_of(words: Words, quotes: Quotes, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sentence, or the quotation if sooner, begins and ends that each word stands in."""
    low, high = words.head[place], words.tail[place]
    if len(quotes.first):
        which = np.searchsorted(quotes.first, place, side="right") - 1
        inside = (which >= 0) & (place < quotes.last[which])
        low = np.where(inside, np.maximum(low, quotes.first[which]), low)
        high = np.where(inside, np.minimum(high, quotes.last[which]), high)
    return low, high


def right_pairs(
    words: Words, quotes: Quotes, cue: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Pairs]:
    """Starts, limits and possible ends of contents to the right."""
    _, high = limit_of(words, quotes, cue)
    start = np.minimum(start, high)
    return start, high, expand(bounds_of(words), np.minimum(start + 1, high), high)


def right_end(
    words: Words, quotes: Quotes, claims: Claims, cue: np.ndarray, start: np.ndarray, cues: CueList
) -> np.ndarray:
    """One past the last word of the content that begins at `start`; never inside a quotation begun in it."""
    start, high, pairs = right_pairs(words, quotes, cue, start)
    if not len(pairs.owner):
        return start
    columns = bound_columns(words, quotes, claims, cue, start, high, pairs, cues, backwards=False)
    return through_quotes(quotes, cue, best_place(pairs, odds("end", columns, cues)))


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


def left_pairs(words: Words, quotes: Quotes, cue: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, Pairs]:
    """Limits and possible starts of contents to the left."""
    low = first_of(quotes, end, limit_of(words, quotes, cue)[0])
    return low, expand(bounds_of(words), low, end - 1)


def left_start(
    words: Words, quotes: Quotes, claims: Claims, cue: np.ndarray, end: np.ndarray, cues: CueList
) -> np.ndarray:
    """First word of the content that ends at `end`; a quotation that closes there is taken whole."""
    if not len(cue):
        return cue.astype(np.int32)
    low, pairs = left_pairs(words, quotes, cue, end)
    columns = bound_columns(words, quotes, claims, cue, end, low, pairs, cues, backwards=True)
    start = best_place(pairs, odds("start", columns, cues), backwards=True)
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
    likely = odds("quote", quote_columns(words, quotes, rows), cues) > QUOTE_ODDS
    return np.flatnonzero(free & likely)
