"""Where attributed contents begin and end: the cues that have one, to their right or left, and its bounds.

Every choice is a linear model over columns of small integers (`cues`), weighed on hand-annotated news
(`benchmarks/attribution.py`): is this word a cue with a content to its right, to its left; does the content end here;
is a quotation that no cue claims somebody's speech. Rules say what is possible, the weights what is likely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.voice.cues import (
    BEING,
    COMMA,
    GAPS,
    KINDS,
    Columns,
    CueList,
    Words,
    cited_before,
    in_the_view,
    kinds_named,
    odds,
    of_lemma,
    stated_by,
    subject_of,
    that_after,
)
from analysis.voice.quotes import Quotes
from analysis.voice.tokens import among

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
_TOPIC = kinds_named("on about of")
_NAME = kinds_named("capital initial")
_PARTICLE = kinds_named("out according up off back time")
_LINE, _LABEL = GAPS.index("line"), GAPS.index("label")
_LEAD = np.isin(np.array(GAPS), ["colon", "comma-quote"])
_DIGITS = tuple("0123456789ab")
_SIDES = ("none", "here", "next", "near", "far", "line")
#: Log-odds above which a content is taken. On the development part token F1 is flat from -0.7 (0.885) to 0 (0.883) and
#: Matthews' correlation best at -0.35 (0.781): there precision and recall are alike, so that no voice is favoured.
RIGHT_ODDS, LEFT_ODDS, QUOTE_ODDS = -0.35, -0.2, -0.8
#: Words from the end of a sentence within which its last cue announces what follows a colon.
_AT_END = 3
#: Log-odds of a cue that is hardly ever anything else.
_STRONG = 1.5
#: A distance in words beyond all that are told apart: there is nothing in this text to measure from.
_FAR = 10**6
#: How many contents back to look for the one that a cue stands in.
LOOK_BACK = 12


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


def cue_columns(words: Words, cue: np.ndarray, cues: CueList) -> Columns:
    """What is known of each candidate for a cue (given as word numbers)."""
    kind, gap, frame = words.kind, words.gap, words.frame[cue]
    low, high = words.head[cue], words.tail[cue]
    subject = subject_of(words, cue)
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
        "lemma": (words.lemma[cue], cues.lemmas),
        "frame": (frame, cues.frames),
        "form": (kind[cue], KINDS),
        "previous": at(cue - 1, True),
        "previous2": at(cue - 2),
        "next": at(cue + 1, True),
        "next2": at(cue + 2, True),
        "next3": at(cue + 3),
        "gap": (gap[cue], GAPS),
        "gap_next": (gap[cue + 1], GAPS),
        "gap_next2": (np.where(words.opens[cue + 1], _LINE, gap[cue + 2]), GAPS),
        "subject": at(subject, True),
        "subject_gap": (gap[subject + 1], GAPS),
        "subject2": at(subject - 1),
        "first": (kind[low], KINDS),
        "left": (bucket_of(cue - low), DISTANCES),
        "right": (bucket_of(high - cue - 1), DISTANCES),
        "that": (bucket_of(that_after(words, cue) - cue), DISTANCES),
        "inside": (words.inside(cue).astype(np.uint8), _DIGITS),
        "closes": (closes, _SIDES),
        "opens": (opens, _SIDES),
        "ahead": (np.where(same, np.roll(frame, -1), 0), cues.frames),
        "behind": (np.where(since, np.roll(frame, 1), 0), cues.frames),
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


def weigh_claims(words: Words, cues: CueList) -> Claims:
    """Every candidate for a cue, with its log-odds."""
    cue = words.cue
    right, left = odds(("right", "left"), cue_columns(words, cue, cues), cues).T
    before, strong = np.zeros((2, len(words.kind)), dtype=np.int32)
    before[cue + 1] = 1
    strong[cue[np.maximum(right, left) > _STRONG] + 1] = 1
    level = np.searchsorted([-2.0, -0.5, _STRONG], right) * 3 + np.searchsorted([-0.5, _STRONG], left)
    before, strong = np.cumsum([before, strong], axis=1, dtype=np.int32)
    return Claims(cue, right, left, before, strong, level.astype(np.uint8))


class Pairs(NamedTuple):
    """Possible ends (or starts) of contents: `owner` (index of a cue), `place` (a word number), which of the owner's
    it is (`order`), and where the pairs of each owner begin (`begin`)."""

    owner: np.ndarray
    place: np.ndarray
    order: np.ndarray
    begin: np.ndarray


def pair_bounds(words: Words, low: np.ndarray, high: np.ndarray) -> Pairs:
    """All places in [low, high] of each row before which a content may end or begin; there must be one."""
    count = len(words.head)
    bound = (words.gap[: count + 1] != 0) | _STOPPING[words.kind[: count + 1]]
    name, comma = _NAME[words.kind[: count + 1]], words.gap[: count + 1] == COMMA
    joined = (words.kind[: count + 1] == KINDS.index("and")) & np.append(name[1:], False)
    listed = comma & np.append(False, name[:-1])
    bound &= ~(listed & name & (np.append(comma[1:], False) | np.append(joined[1:], False)))
    bound &= ~(listed & joined & np.append(False, comma[:-1]))
    bound[np.concatenate([low, high])] = True
    bound[count] = True
    bounds = np.flatnonzero(bound).astype(np.int32)
    before = np.cumsum(np.append(False, bound), dtype=np.int32)
    first, size = before[low], before[high + 1] - before[low]
    begin = np.cumsum(size) - size
    owner = np.repeat(np.arange(len(low), dtype=np.int32), size)
    order = np.arange(size.sum()) - np.repeat(begin, size)
    return Pairs(owner, bounds[np.repeat(first, size) + order], order, begin)


def bound_columns(
    words: Words, claims: Claims, cue: np.ndarray, edge: np.ndarray, far: np.ndarray, pairs: Pairs, cues: CueList
) -> Columns:
    """What is known of each possible bound of a content whose other bound is `edge`, none being beyond `far`."""
    kind, gap, subject = words.kind, words.gap, subject_of(words, cue)
    owner, place = pairs.owner, pairs.place
    c, e, limit = cue[owner], edge[owner], far[owner]
    backwards = bool(len(cue)) and bool(far[0] < edge[0])
    stop = words.tail[c]
    here = claims.before[place]
    there = np.minimum(here, len(claims.cue) - 1)
    step = np.where(here < claims.before[stop], np.minimum(claims.cue[there] - place, 5), 6)
    size = np.diff(np.append(pairs.begin, len(owner)))[owner]
    order = size - 1 - pairs.order if backwards else pairs.order
    mine = place if backwards else e
    within = words.inside(np.maximum(place - 1 + backwards, 0))
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "gap": (gap[place], GAPS),
        "kind": (np.where(place < stop, kind[place], 0), KINDS),
        "kind2": (np.where(place + 1 < stop, kind[place + 1], 0), KINDS),
        "before": (np.where(words.opens[place], 0, kind[place - 1]), KINDS),
        "subject": (np.where(words.opens[subject + 1], 0, kind[subject])[owner], KINDS),
        "edge": (kind[e], KINDS),
        "edge_gap": (gap[e], GAPS),
        "order": (np.minimum(order, 7), _DIGITS),
        "length": (bucket_of(np.abs(place - e)), DISTANCES),
        "rest": (bucket_of(np.abs(limit - place)), DISTANCES),
        "quoted": ((words.quote_first[mine] == mine) * 2 + within, _DIGITS),
        "ahead": (np.where(step < 6, claims.level[there], 0), _DIGITS),
        "step": (step, _DIGITS),
        "inner": (np.clip(np.abs(claims.strong[place] - claims.strong[e]), 0, 2), _DIGITS),
        "later": (np.clip(claims.strong[stop] - claims.strong[place], 0, 2), _DIGITS),
        "cue_strong": (claims.strong[c + 1] - claims.strong[c], _DIGITS),
        "final": ((order == size - 1).astype(np.uint8), _DIGITS),
    }


def best_place(pairs: Pairs, likely: np.ndarray, backwards: bool) -> np.ndarray:
    """The likeliest bound of each row, when each may stop the content with its own odds and the last one must."""
    go = -np.logaddexp(0, likely.astype(np.float64))
    stop = go + likely
    final = np.append(pairs.begin[1:], len(likely)) - 1
    stop[pairs.begin if backwards else final] = 0.0
    total = np.cumsum(go)
    passed = (
        total[final][pairs.owner] - total if backwards else total - go - np.append(0, total)[pairs.begin][pairs.owner]
    )
    return pairs.place[likeliest(stop + passed, pairs.owner, pairs.begin)]


def likeliest(merit: np.ndarray, owner: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Row of the highest merit of each owner, whose rows begin at `begin`; none may be empty."""
    hit = np.flatnonzero(merit == np.maximum.reduceat(merit, begin)[owner])
    chosen = np.zeros(len(begin), dtype=np.int64)
    chosen[owner[hit]] = hit
    return chosen


def right_start(words: Words, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """First word of the content to the right of each cue: past a hearer, a day, or up to *that* or a quotation."""
    kind, high = words.kind, limits_of(words, cue)[1]
    frames = [set(frame.split()) for frame in cues.frames]
    speech = np.array([bool(tags & {"that", "told", "noun"}) and "object" not in tags for tags in frames])
    hearer = np.array([tags == {"that", "told"} for tags in frames])[words.frame[cue]]
    speech = speech[words.frame[cue]]
    noun = np.array(["noun" in tags for tags in frames])[words.frame[cue]]
    found = np.where(speech & (noun | ~_TOPIC[kind[cue + 1]]), that_after(words, cue), -1)
    start = cue + 1 + _PARTICLE[kind[cue + 1]]
    start = np.where(hearer & (words.gap[cue + 1] == 0), cue + 2, start)
    quote = words.quote_next[cue]
    led = speech & (quote < words.tail[cue]) & _LEAD[words.gap[np.minimum(quote, len(words.head))]]
    found = np.where(stated_by(words, cue, cues), that_after(words, cue), found)
    start = np.where(found > 0, found, np.where(led, quote, start))
    marks = np.flatnonzero(words.gap != 0)
    comma = marks[np.minimum(np.searchsorted(marks, cue + 2), len(marks) - 1)]
    prep = np.array([tags == {"prep"} for tags in frames])[words.frame[cue]]
    return np.minimum(np.where(prep, comma, start), high).astype(np.int32)


def right_pairs(words: Words, cue: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, Pairs]:
    """Limits and possible ends of contents to the right."""
    high = limits_of(words, cue)[1]
    return high, pair_bounds(words, np.minimum(start + 1, high), high)


def right_contents(words: Words, claims: Claims, cue: np.ndarray, cues: CueList) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of the content to the right of each cue; it never ends inside a quotation begun in it."""
    start = right_start(words, cue, cues)
    if not len(cue):
        return start, start
    high, pairs = right_pairs(words, cue, start)
    likely = odds(("end",), bound_columns(words, claims, cue, start, high, pairs, cues), cues)[:, 0]
    end = best_place(pairs, likely, backwards=False)
    cut = np.maximum(end - 1, 0)
    through = (words.quote_last[cut] > end) & (words.quote_first[cut] > cue)
    return start, np.where(through, words.quote_last[cut], end)


def left_end(words: Words, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """One past the last word of the content to the left of each cue; -1 where there is no place for one."""
    kind, gap = words.kind, words.gap
    low = limits_of(words, cue)[0]
    closes, _ = _beside_quotes(words, cue)
    subject = subject_of(words, cue)
    comma = words.mark[np.maximum(subject, 0)]
    comma = np.where((subject == cue - 1) & (gap[cue] != 0), cue, comma)
    apposed = (gap[subject + 1] == COMMA) & (kind[cue] != KINDS.index("Ing")) & (comma < cue)
    comma = np.where(apposed, words.mark[np.maximum(comma - 1, 0)], comma)
    passive = (subject < cue - 1) & BEING[kind[cue - 1]] | (subject < cue - 2) & BEING[kind[cue - 2]]
    end = np.where(comma > low, comma, np.where(passive, subject + 1, -1))
    prep = (np.array(cues.frames) == "prep")[words.frame[cue]]
    end = np.where((gap[cue] != 0) | prep, cue, end)
    closing = (closes > 0) & (words.quote_last[cue] >= low)
    end = np.where(closing, words.quote_last[cue], end)
    line = (gap[low] == _LINE) | (gap[low] == _LABEL)
    good = (end > low + 1) | closing & ((end == low + 1) | (end == low) & (cue > low) & ~line)
    return np.where(good, end, -1).astype(np.int32)


def left_pairs(words: Words, cue: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, Pairs]:
    """Limits and possible starts of contents to the left; a quotation that closes at the end may begin before."""
    low = limits_of(words, cue)[0]
    low = np.where(words.quote_last[end - 1] == end, np.minimum(low, words.quote_first[end - 1]), low)
    return low, pair_bounds(words, low, end - 1)


def left_contents(
    words: Words, claims: Claims, cue: np.ndarray, cues: CueList
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start and end of contents to the left of cues, and these; a quotation that closes at the end is taken whole."""
    end = left_end(words, cue, cues)
    cue, end = cue[end >= 0], end[end >= 0]
    if not len(cue):
        return end, end, cue
    low, pairs = left_pairs(words, cue, end)
    likely = odds(("start",), bound_columns(words, claims, cue, end, low, pairs, cues), cues)[:, 0]
    start = best_place(pairs, likely, backwards=True)
    whole = words.quote_last[end - 1] == end
    start = np.where(whole, np.minimum(start, words.quote_first[end - 1]), start)
    cut = np.maximum(start - 1, 0)
    within = (words.quote_last[cut] > start) & (words.quote_last[cut] <= cue)
    return np.where(within, words.quote_first[cut], start), end, cue


class Contents(NamedTuple):
    """Attributed contents, as word numbers, sorted: start, end, cue, and whether the content is to its left."""

    start: np.ndarray
    end: np.ndarray
    cue: np.ndarray
    left: np.ndarray


def find_contents(words: Words, quotes: Quotes, cues: CueList) -> Contents:
    """Contents that cues claim, to the right and to the left."""
    claims = weigh_claims(words, cues)
    view, view_right = in_the_view(words, claims.cue, cues)
    citing = np.abs(cited_before(words, claims.cue, cues))
    cited = among(claims.cue, citing[citing > 0])
    cited |= (words.kind[claims.cue + 1] == KINDS.index("as")) & among(claims.cue, of_lemma(words, cues, ["know that"]))
    right = claims.cue[((claims.right > RIGHT_ODDS) & ~cited & ~view) | view_right | stated_by(words, claims.cue, cues)]
    left = claims.cue[((claims.left > LEFT_ODDS) & ~cited & ~view) | (view & ~view_right)]
    start, end = right_contents(words, claims, right, cues)
    begin, stop, left = left_contents(words, claims, left, cues)
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


def announced_quotes(words: Words, quotes: Quotes, claims: Claims) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quotations that begin a paragraph after a colon, and the likeliest cue of the sentence before them."""
    place = np.flatnonzero((words.gap[quotes.first] == _LABEL) & (claims.before[quotes.first] > 0))
    first = quotes.first[place]
    last = claims.before[first] - 1
    best = np.where(words.tail[claims.cue[last]] == first, last, -1)
    open_to = (best >= 0) & (first - claims.cue[last] > _AT_END)
    for back in range(1, 4):
        here = np.maximum(last - back, 0)
        same = open_to & (here == last - back) & (words.tail[claims.cue[here]] == first)
        best = np.where(same & (claims.right[here] > claims.right[best]), here, best)
    good = best >= 0
    return claims.cue[best[good]], first[good], quotes.last[place[good]]


def within_each_other(contents: Contents) -> Contents:
    """What a cue inside a content claims does not reach beyond that content."""
    start, end, cue, _ = contents
    end = end.copy()
    for back in range(1, min(LOOK_BACK, len(start) - 1) + 1):
        here, there = slice(back, None), slice(None, -back)
        inside = (cue[here] < end[there]) & (cue[here] >= start[there]) & (cue[here] != cue[there])
        inside &= (end[here] > end[there]) & (start[here] < end[there])
        end[here] = np.where(inside, end[there], end[here])
    return contents._replace(end=end)


def quote_columns(words: Words, quotes: Quotes, contents: Contents) -> Columns:
    """What is known of quotations that no cue claimed."""
    kind, gap = words.kind, words.gap
    first, last = quotes.first, quotes.last
    texts = np.flatnonzero(words.opens)
    begin = texts[np.searchsorted(texts, first, side="right") - 1]
    ends = np.append(0, np.sort(contents.end))
    since, previous = ends[np.searchsorted(ends, first, side="right") - 1], np.append(0, last[:-1])
    lines = np.flatnonzero((gap == _LINE) | (gap == _LABEL))
    line = lines[np.maximum(np.searchsorted(lines, first, side="right") - 1, 0)]
    low = words.head[np.minimum(first, len(words.head) - 1)]
    return {
        "length": (bucket_of(last - first), DISTANCES),
        "first": (kind[first], KINDS),
        "gap": (gap[first], GAPS),
        "gap_after": (gap[last], GAPS),
        "before": (np.where(first > low, kind[first - 1], 0), KINDS),
        "after": (np.where(words.opens[last], 0, kind[last]), KINDS),
        "line": (bucket_of(first - line), DISTANCES),
        "line_end": (((gap[last] == _LINE) | (gap[last] == _LABEL)).astype(np.uint8), _DIGITS),
        "since": (bucket_of(np.where(since > begin, first - since, _FAR)), DISTANCES),
        "previous": (bucket_of(np.where(previous > begin, first - previous, _FAR)), DISTANCES),
        "closed": (quotes.closed.astype(np.uint8), _DIGITS),
        "continued": ((quotes.paragraphs > 1).astype(np.uint8), _DIGITS),
        "sentence": (np.minimum(first - low, 3), _DIGITS),
    }


def loose_quotes(words: Words, quotes: Quotes, contents: Contents, cues: CueList) -> np.ndarray:
    """Numbers of the quotations that no cue claims and that are yet somebody's speech (no scare quotes, no titles)."""
    if not len(quotes.first):
        return np.zeros(0, dtype=np.int64)
    likely = odds(("quote",), quote_columns(words, quotes, contents), cues)[:, 0] > QUOTE_ODDS
    return np.flatnonzero(likely & ~covered(quotes.first, contents))


def covered(place: np.ndarray, contents: Contents) -> np.ndarray:
    """Which word numbers stand inside any of the contents."""
    if not len(contents.start):
        return np.zeros(len(place), dtype=bool)
    order = np.argsort(contents.start, kind="stable")
    reach = np.maximum.accumulate(contents.end[order])
    which = np.searchsorted(contents.start[order], place, side="right") - 1
    return (which >= 0) & (place < reach[which])
