"""Whose words: the spans of a text that are attributed to somebody, with cue, speaker and stance."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.cues import DATA, GAPS, KINDS, STANCES, CueList, Words, read_cues, read_words
from analysis.quotes import Quotes, find_quotes
from analysis.speakers import Speakers, locate_speakers, name_persons
from analysis.tables import QUOTATIONS
from analysis.tokens import Tokens, Vocabulary, tokenise

Columns = dict[str, tuple[np.ndarray, tuple[str, ...]]]

#: Distances in words are told apart up to here, then in widening steps.
_STEPS = np.array([0, 1, 2, 3, 4, 5, 6, 6, 8, 8, 8, 11, 11, 11, 11, 11, 16, 16, 16, 16, 16, 16, 16, 16, 16, 26])
_BUCKET = np.unique(_STEPS, return_inverse=True)[1].astype(np.uint8)
_DISTANCES = (*map(str, np.unique(_STEPS)), "far")
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


class Linear(NamedTuple):
    """A linear model over columns: one table of weights for each template (one column or several crossed)."""

    bias: float
    templates: tuple[tuple[str, ...], ...]
    tables: tuple[np.ndarray, ...]

    def score(self, columns: Columns) -> np.ndarray:
        """Log-odds of each row."""
        total = np.full(len(next(iter(columns.values()))[0]), self.bias, dtype=np.float32)
        for template, table in zip(self.templates, self.tables, strict=True):
            total += table[crossed(columns, template)[0]]
        return total


def crossed(columns: Columns, template: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Codes of a template's columns taken together, and how many there can be."""
    codes, names = columns[template[0]]
    codes, size = codes.astype(np.int32), len(names)
    for name in template[1:]:
        more, names = columns[name]
        codes = codes * len(names) + more
        size *= len(names)
    return codes, size


def _at(values: np.ndarray, place: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Values at places; 0 outside [low, high)."""
    inside = (place >= low) & (place < high)
    return np.where(inside, values[np.where(inside, place, 0)], 0)


def _near(distance: np.ndarray) -> np.ndarray:
    return _BUCKET[np.clip(distance, 0, len(_BUCKET) - 1)]


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
        "left": (_near(cue - low), _DISTANCES),
        "right": (_near(high - cue - 1), _DISTANCES),
        "inside": (inside.astype(np.uint8), yes),
        "closes": (closes, _SIDES),
        "opens": (opens, _SIDES),
        "ahead": (after, cues.frames),
        "behind": (before, cues.frames),
        "ahead_by": (np.where(same, _near(step), 0), _DISTANCES),
        "behind_by": (np.where(np.roll(same, 1), _near(np.roll(step, 1)), 0), _DISTANCES),
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


CUE_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("lemma",), ("lemma", "form"), ("lemma", "next"), ("lemma", "previous"), ("lemma", "closes"), ("lemma", "gap_next"),
    ("lemma", "right"), ("frame", "next"), ("frame", "form"), ("frame", "form", "next"), ("frame", "subject"),
    ("frame", "gap_next"), ("frame", "opens"), ("frame", "closes"), ("form", "previous"), ("form", "subject"),
    ("form", "next"), ("previous", "next"), ("previous2", "previous"), ("next", "next2"), ("subject_gap", "form"),
    ("subject", "subject2"), ("gap", "gap_next"), ("gap_next2", "next"), ("left",), ("right",), ("first",), ("inside",),
    ("closes", "gap_next"), ("opens", "gap_next"), ("opens", "next"), ("ahead", "ahead_by"), ("behind", "behind_by"),
    ("frame", "behind"), ("frame", "ahead"), ("next3",), ("closes", "right"), ("frame", "right"), ("frame", "left"),
)  # fmt: skip
STOP_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("gap", "kind"), ("frame", "gap"), ("frame", "kind"), ("kind", "kind2"), ("kind", "before"), ("gap", "before"),
    ("frame", "order"), ("frame", "length"), ("kind", "length"), ("gap", "length"), ("rest", "gap"), ("rest", "kind"),
    ("start", "kind"), ("start", "gap"), ("quoted", "gap"), ("lemma", "kind"), ("lemma", "gap"), ("later", "gap"),
    ("later", "kind"), ("later", "rest"), ("cue_here", "gap"), ("cue_here", "kind"), ("final", "frame"),
    ("start", "frame", "final"), ("start", "length"), ("kind", "kind2", "gap"),
)  # fmt: skip
START_TEMPLATES: tuple[tuple[str, ...], ...] = (
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
        "length": (_near(place - s), _DISTANCES),
        "rest": (_near(high[owner] - place), _DISTANCES),
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
        "length": (_near(e - place), _DISTANCES),
        "rest": (_near(place - low[owner]), _DISTANCES),
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


QUOTE_TEMPLATES: tuple[tuple[str, ...], ...] = (
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
        "length": (_near(last - first), _DISTANCES),
        "first": (kind[first], KINDS),
        "gap": (gap[first], GAPS),
        "gap_after": (gap[last], GAPS),
        "before": (np.where(first > low, kind[first - 1], 0), KINDS),
        "after": (kind[last], KINDS),
        "line": (_near(first - line), _DISTANCES),
        "line_end": ((gap[last] == 9).astype(np.uint8), yes),
        "since": (_near(since), _DISTANCES),
        "previous": (_near(first - previous), _DISTANCES),
        "closed": (quotes.closed.astype(np.uint8), yes),
        "continued": (quotes.continued.astype(np.uint8), yes),
        "sentence": (np.minimum(first - low, 3), tuple("0123")),
    }


#: Log-odds above which a content is taken; tuned for token F1 on the development part.
RIGHT_ODDS, LEFT_ODDS, QUOTE_ODDS = -0.4, -0.4, 0.0
TEMPLATES = {
    "right": CUE_TEMPLATES, "left": CUE_TEMPLATES, "end": STOP_TEMPLATES, "start": START_TEMPLATES, "quote": QUOTE_TEMPLATES
}  # fmt: skip


@cache
def _weights(path: Path) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Rows of data/attribution.csv by model and template."""
    rows: dict[tuple[str, str], list[tuple[str, float]]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for model, template, value, weight in list(csv.reader(lines))[1:]:
            rows.setdefault((model, template), []).append((value, float(weight)))
    return rows


def read_linear(model: str, columns: Columns, path: Path = DATA / "attribution.csv") -> Linear:
    """One of the linear models, its weights laid out over the codes of `columns`."""
    rows = _weights(path)
    places = {name: {value: code for code, value in enumerate(names)} for name, (_, names) in columns.items()}
    tables = []
    for template in TEMPLATES[model]:
        sizes = [len(columns[name][1]) for name in template]
        table = np.zeros(int(np.prod(sizes)), dtype=np.float32)
        for value, weight in rows.get((model, "&".join(template)), ()):
            code = 0
            for name, size, part in zip(template, sizes, value.split("&"), strict=True):
                code = -1 if code < 0 or part not in places[name] else code * size + places[name][part]
            if code >= 0:
                table[code] = weight
        tables.append(table)
    return Linear(rows.get((model, "bias"), [("", 0.0)])[0][1], TEMPLATES[model], tuple(tables))


_LINEAR: dict[tuple[str, int], Linear] = {}


def odds(model: str, columns: Columns, cues: CueList) -> np.ndarray:
    """Log-odds that a model gives; it is laid out once for a list of cues."""
    key = (model, id(cues))
    if key not in _LINEAR:
        _LINEAR[key] = read_linear(model, columns)
    return _LINEAR[key].score(columns)


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
    right, left = cue[odds("right", columns, cues) > RIGHT_ODDS], cue[odds("left", columns, cues) > LEFT_ODDS]
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
    end = best_place(pairs, odds("end", right_columns(words, quotes, cue, start, high, pairs, cues), cues))
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
    start = best_place(pairs, odds("start", left_columns(words, quotes, cue, end, low, pairs, cues), cues), True)
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


VOICES = ("newsroom", "quoted", "reported")


class Spans(NamedTuple):
    """Attributed contents of a batch, one row a span, sorted by text, start and (outer first) end.

    Attributes
    ----------
    text : int32 array
        Index of the text.
    attribution, parent : int32 arrays
        Number of the attribution, and of the one that encloses it (or -1).
    start, end : int32 arrays
        Byte offsets in ``tokens.data``.
    direct : bool array
        In quotation marks.
    speaker_start, speaker_end, cue_start, cue_end : int32 arrays
        Byte offsets, or -1.
    person : int32 array
        Index into `names`, or -1.
    stance : uint8 array
        Index into ``cues.STANCES``.
    names : list of str
        Persons.
    first, last : int32 arrays
        First word of the span, and one past its last.
    """

    text: np.ndarray
    attribution: np.ndarray
    parent: np.ndarray
    start: np.ndarray
    end: np.ndarray
    direct: np.ndarray
    speaker_start: np.ndarray
    speaker_end: np.ndarray
    person: np.ndarray
    cue_start: np.ndarray
    cue_end: np.ndarray
    stance: np.ndarray
    names: list[str]
    first: np.ndarray
    last: np.ndarray


def find_spans(tokens: Tokens, headline: np.ndarray) -> Spans:
    """Attributed contents of a batch of texts.

    Parameters
    ----------
    tokens : Tokens
    headline : bool array
        Which texts are headlines (of the text after them: a speaker has one name in both).

    Returns
    -------
    Spans
    """
    cues = read_cues()
    words = read_words(tokens, cues)
    quotes = find_quotes(tokens)
    if not len(tokens.word):
        return _no_spans()
    contents = find_contents(words, quotes, cues)
    rows = np.column_stack([contents.start, contents.end])
    loose = ~covered(quotes.first, rows) if len(quotes.first) else np.zeros(0, bool)
    if loose.any():
        loose &= odds("quote", quote_columns(words, quotes, rows), cues) > QUOTE_ODDS
    return assemble(tokens, words, quotes, contents, np.flatnonzero(loose), headline, cues)


def assemble(
    tokens: Tokens,
    words: Words,
    quotes: Quotes,
    contents: Contents,
    loose: np.ndarray,
    headline: np.ndarray,
    cues: CueList,
) -> Spans:
    """Number the attributions, add the quotations inside contents, and name the speakers."""
    cue, which = np.unique(contents.cue, return_inverse=True)
    has_left = np.zeros(len(cue), bool)
    has_left[which[contents.left]] = True
    low, high = limit_of(words, quotes, cue)
    who = locate_speakers(words, cue, has_left, subject_of(words, cue), low, high, cues)
    person, names = _persons(tokens, words, who, cue, headline)
    first = np.concatenate([contents.start, quotes.first[loose]])
    last = np.concatenate([contents.end, quotes.last[loose]])
    owner = np.concatenate([which, _speaker_before(contents, which, quotes.first[loose], tokens, headline)])
    late = owner[len(which) :]
    number = np.concatenate([which, np.where(late >= 0, late, len(cue) + np.arange(len(loose)))])
    direct = np.zeros(len(first), bool)
    first, last = _whole_chains(quotes, first, last)
    inner, host = _quotes_inside(quotes, first, last)
    exact = (quotes.first[inner] <= first[host]) & (quotes.last[inner] >= last[host])
    direct[host[exact]] = True
    inner, host = inner[~exact], host[~exact]
    first = np.concatenate([first, quotes.first[inner]])
    last = np.concatenate([last, quotes.last[inner]])
    direct = np.concatenate([direct, np.ones(len(inner), bool)])
    owner, number = np.concatenate([owner, owner[host]]), np.concatenate([number, number[host]])
    order = np.lexsort((direct, number, -last, first))
    first, last, direct, owner, number = (a[order] for a in (first, last, direct, owner, number))
    text = np.searchsorted(tokens.first, first, side="right") - 1
    start, end = _byte_bounds(tokens, quotes, first, last)
    known = np.maximum(owner, 0)

    def bytes_at(offsets: np.ndarray, place: np.ndarray) -> np.ndarray:
        good = (owner >= 0) & (place >= 0) if len(place) == len(owner) else owner >= 0
        return np.where(good, offsets[np.where(good, place, 0)], -1).astype(np.int32)

    if len(cue):
        spoken = np.where(owner >= 0, who.first[known], -1)
        spoken_last = np.where(spoken >= 0, who.last[known] - 1, -1)
        cued = np.where(number < len(cue), cue[np.minimum(number, len(cue) - 1)], -1)
        of = np.where(owner >= 0, person[known], -1)
        stance = np.where(cued >= 0, words.stance[np.maximum(cued, 0)], 0)
    else:
        spoken = spoken_last = cued = of = np.full(len(first), -1)
        stance = np.zeros(len(first))
    cue_start = np.where(cued >= 0, tokens.start[np.maximum(cued, 0)], -1)
    cue_end = np.where(cued >= 0, tokens.end[np.maximum(cued, 0)], -1)
    parent = _parents(first, last, number, text)
    return Spans(
        text.astype(np.int32), number.astype(np.int32), parent, start, end, direct,
        bytes_at(tokens.start, spoken), bytes_at(tokens.end, spoken_last), of.astype(np.int32),
        cue_start.astype(np.int32), cue_end.astype(np.int32), stance.astype(np.uint8), names,
        first.astype(np.int32), last.astype(np.int32),
    )  # fmt: skip


def _no_spans() -> Spans:
    none = np.zeros(0, dtype=np.int32)
    return Spans(*[none] * 5, none.astype(bool), *[none] * 6, [], none, none)


def _persons(
    tokens: Tokens, words: Words, who: Speakers, cue: np.ndarray, headline: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """Persons of the speakers of cues, in the order of the text."""
    text = np.searchsorted(tokens.first, cue, side="right") - 1
    return name_persons(tokens, words, who, cue, article_of(headline)[text])


def article_of(headline: np.ndarray) -> np.ndarray:
    """Number of the article of each text: a headline and the text after it are one."""
    return np.cumsum(np.append(True, ~(headline[:-1] & ~headline[1:]))[: len(headline)])


def _speaker_before(
    contents: Contents, which: np.ndarray, place: np.ndarray, tokens: Tokens, headline: np.ndarray
) -> np.ndarray:
    """The cue (by number) whose content came last before each quotation that has none, in the same text."""
    if not len(contents.cue):
        return np.full(len(place), -1)
    order = np.argsort(contents.cue, kind="stable")
    before = np.searchsorted(contents.cue[order], place, side="left") - 1
    found = order[np.maximum(before, 0)]
    same = np.searchsorted(tokens.first, contents.cue[found], side="right") == np.searchsorted(
        tokens.first, place, side="right"
    )
    return np.where((before >= 0) & same, which[found], -1)


def _whole_chains(quotes: Quotes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take quotations that run over several paragraphs whole."""
    if not quotes.continued.any():
        return first, last
    chain = np.cumsum(~quotes.continued) - 1
    begins = quotes.first[~quotes.continued]
    ends = quotes.last[np.append(np.flatnonzero(~quotes.continued)[1:] - 1, len(chain) - 1)]
    one = np.searchsorted(quotes.first, first, side="right") - 1
    two = np.searchsorted(quotes.last, last, side="left")
    opening = (one >= 0) & (quotes.first[one] == first)
    closing = (two < len(chain)) & (quotes.last[np.minimum(two, len(chain) - 1)] == last)
    first = np.where(opening, begins[chain[one]], first)
    return first, np.where(closing, ends[chain[np.minimum(two, len(chain) - 1)]], last)


def _quotes_inside(quotes: Quotes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a quotation and a content that it lies in."""
    low = np.searchsorted(quotes.first, first, side="left")
    high = np.searchsorted(quotes.last, last, side="right")
    low = np.maximum(low - ((low > 0) & (np.append(0, quotes.last)[low] >= last)), 0) if len(quotes.first) else low
    high = np.maximum(high, np.searchsorted(quotes.last, last, side="left") + 1) if len(quotes.first) else high
    high = np.minimum(high, len(quotes.first))
    size = np.maximum(high - low, 0)
    host = np.repeat(np.arange(len(first)), size)
    inner = np.repeat(low, size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    touching = (quotes.last[inner] > first[host]) & (quotes.first[inner] < last[host])
    inside = (quotes.first[inner] >= first[host]) & (quotes.last[inner] <= last[host])
    around = (quotes.first[inner] <= first[host]) & (quotes.last[inner] >= last[host])
    keep = touching & (inside | around)
    return inner[keep], host[keep]


def _byte_bounds(tokens: Tokens, quotes: Quotes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Byte offsets of contents; quotation marks at their ends are theirs."""
    start, end = tokens.start[first], tokens.end[last - 1]
    if len(quotes.first):
        one = np.searchsorted(quotes.first, first, side="right") - 1
        start = np.where((one >= 0) & (quotes.first[one] == first), np.minimum(quotes.start[one], start), start)
        two = np.minimum(np.searchsorted(quotes.last, last, side="left"), len(quotes.last) - 1)
        end = np.where(quotes.last[two] == last, np.maximum(quotes.end[two], end), end)
    return start.astype(np.int32), end.astype(np.int32)


#: How many spans back to look for the one that encloses another.
_LOOK_BACK = 12


def _parents(first: np.ndarray, last: np.ndarray, number: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Number of the attribution whose span is the smallest around each span; -1 where there is none."""
    parent = np.full(len(first), -1, dtype=np.int32)
    for back in range(1, min(_LOOK_BACK, len(first) - 1) + 1):
        here, there = slice(back, None), slice(None, -back)
        hit = (
            (parent[here] < 0)
            & (last[there] >= last[here])
            & (text[there] == text[here])
            & (number[there] != number[here])
        )
        parent[here] = np.where(hit, number[there], parent[here])
    return parent


def owners(tokens: Tokens, spans: Spans) -> np.ndarray:
    """Index of the innermost span of each word; -1 in the newsroom's own words."""
    owner = np.full(len(tokens.word), -1, dtype=np.int32)
    size = (spans.last - spans.first).astype(np.int64)
    place = np.repeat(spans.first - (np.cumsum(size) - size), size) + np.arange(size.sum())
    owner[place] = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return owner


def word_voices(tokens: Tokens, spans: Spans) -> np.ndarray:
    """Voice (index into VOICES, uint8) of each word: quoted inside any direct span, else reported inside any."""
    depth = np.zeros((2, len(tokens.word) + 1), dtype=np.int32)
    for level, rows in enumerate((slice(None), spans.direct)):
        depth[level] += np.bincount(spans.first[rows], minlength=depth.shape[1])
        depth[level] -= np.bincount(spans.last[rows], minlength=depth.shape[1])
    inside = np.cumsum(depth, axis=1)[:, :-1] > 0
    return np.where(inside[1], 1, np.where(inside[0], 2, 0)).astype(np.uint8)


def voice_of(tokens: Tokens, spans: Spans, byte: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voice (index into VOICES) of each place, and the index of the innermost span around it (-1: none)."""
    word = np.maximum(np.searchsorted(tokens.start, byte, side="right") - 1, 0)
    if not len(tokens.word):
        return np.zeros(len(byte), np.uint8), np.full(len(byte), -1, np.int32)
    return word_voices(tokens, spans)[word], owners(tokens, spans)[word]


def tabulate_spans(tokens: Tokens, spans: Spans, article_id: pd.Series, lines: pd.DataFrame) -> pd.DataFrame:
    """The quotations table of a batch whose texts are headline, text, headline, text, …

    Parameters
    ----------
    tokens : Tokens
    spans : Spans
    article_id : Series of str
        One an article.
    lines : DataFrame
        From `pages.section_lines`.

    Returns
    -------
    DataFrame
        The columns of the quotations table, offsets in code points.
    """
    article = spans.text // 2
    identifier = article_id.to_numpy(object)[article].astype(str)
    earliest = np.unique(spans.attribution, return_index=True)[1] if len(article) else article
    rank = np.zeros(int(spans.attribution.max(initial=-1)) + 1, dtype=np.int64)
    by_place = np.sort(earliest)
    ordinal = np.arange(len(by_place)) - np.searchsorted(article[by_place], article[by_place], side="left") + 1
    rank[spans.attribution[by_place]] = ordinal
    known = pd.Series(identifier, dtype="str")
    name = known + ":" + pd.Series(rank[spans.attribution], dtype="str") if len(known) else known
    parent = known + ":" + pd.Series(rank[np.maximum(spans.parent, 0)], dtype="str") if len(known) else known
    start = tokens.characters(spans.start, spans.text)

    def characters(byte: np.ndarray) -> pd.Series:
        safe = np.where(byte >= 0, byte, spans.start)
        return pd.Series(tokens.characters(safe, spans.text), dtype="Int64").mask(byte < 0)

    def words(low: np.ndarray, high: np.ndarray) -> pd.Series:
        good = low >= 0
        found = tokens.strings(np.where(good, low, 0), np.where(good, high, 0)).to_pylist()
        return pd.Series(found, dtype="str").where(good)

    persons = pd.Series([*spans.names, None], dtype="str")
    return pd.DataFrame(
        {
            "article_id": known,
            "section": _sections(spans.text, start, lines),
            "attribution_id": name,
            "parent_id": parent.where(spans.parent >= 0),
            "start": start.astype(np.int64),
            "end": tokens.characters(spans.end, spans.text).astype(np.int64),
            "kind": np.where(spans.direct, "direct", "indirect"),
            "speaker": words(spans.speaker_start, spans.speaker_end),
            "speaker_start": characters(spans.speaker_start),
            "speaker_end": characters(spans.speaker_end),
            "person": persons.iloc[spans.person].reset_index(drop=True),
            "cue": words(spans.cue_start, spans.cue_end),
            "cue_start": characters(spans.cue_start),
            "cue_end": characters(spans.cue_end),
            "stance": np.array(STANCES)[spans.stance],
        }
    )[QUOTATIONS]


def _sections(text: np.ndarray, start: np.ndarray, lines: pd.DataFrame) -> np.ndarray:
    """Section of each span: headline, or that of the line of the text that it begins in."""
    section = np.where(text % 2 == 0, "headline", "body").astype(object)
    if len(lines):
        width = np.int64(2**32)
        key = lines["row"].to_numpy(np.int64) * width + lines["start"].to_numpy(np.int64)
        order = np.argsort(key)
        mine = (text // 2).astype(np.int64) * width + start
        which = np.searchsorted(key[order], mine, side="right") - 1
        row = order[np.maximum(which, 0)]
        ends = lines["row"].to_numpy(np.int64) * width + lines["end"].to_numpy(np.int64)
        hit = (which >= 0) & (mine < ends[row]) & (text % 2 == 1)
        section[hit] = lines["section"].to_numpy(object)[row[hit]]
    return section


#: Characters of text worked on at once: enough for arrays to pay, small in memory.
BATCH_CHARACTERS = 8_000_000


def find_quotations(articles: pd.DataFrame) -> pd.DataFrame:
    """Whose words: the attributed contents of articles.

    Parameters
    ----------
    articles : DataFrame
        The articles table; only ``article_id`` and ``text`` are required.

    Returns
    -------
    DataFrame
        The quotations table: ``article_id``, ``section``, ``attribution_id`` (shared by the parts of one
        attribution), ``parent_id``, ``start``, ``end`` (code points), ``kind`` (direct, indirect), ``speaker``,
        ``speaker_start``, ``speaker_end``, ``person``, ``cue``, ``cue_start``, ``cue_end``, ``stance``.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Wells said that Moscow may agree."]})
    >>> find_quotations(articles)[["speaker", "cue", "kind", "stance"]].values.tolist()
    [['Wells', 'said', 'indirect', 'neutral']]
    """
    from analysis.pages import section_lines

    vocabulary = Vocabulary()
    lengths = articles["text"].str.len().fillna(0).to_numpy()
    batch = (np.cumsum(lengths) // BATCH_CHARACTERS).astype(int)
    found = []
    for _, part in articles.groupby(batch, sort=True):
        bodies = part["text"].fillna("")
        headlines = part["headline"].fillna("") if "headline" in part else bodies.str[:0]
        texts = [text for pair in zip(headlines, bodies, strict=True) for text in pair]
        tokens = tokenise(texts, vocabulary)
        spans = find_spans(tokens, np.arange(len(texts)) % 2 == 0)
        found.append(tabulate_spans(tokens, spans, part["article_id"], section_lines(bodies.reset_index(drop=True))))
    if not found:
        return pd.DataFrame(columns=QUOTATIONS)
    return pd.concat(found, ignore_index=True)
