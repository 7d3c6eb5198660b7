"""Quotation marks: where direct speech begins and ends.

Marks stand in the gaps between words, and there are few distinct gaps, so what each gap opens or closes is worked
out once for each distinct gap. Nearly every paragraph then simply alternates between opening and closing marks and
is paired by array arithmetic; only the others (nested, unclosed or mistyped marks, single quotation marks) are read
one mark after the other.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from analysis.voice.tokens import Tokens, among

OPENING = "“„‟«‹‘‚〝"
CLOSING = "”»›’〞"
SINGLE = "'‘’‚‹›"
MARKS = frozenset("\"＂'" + OPENING + CLOSING)

#: What a mark may do: open, close, or whichever the state of the paragraph asks for; singles apart from doubles.
OPEN, CLOSE, EITHER = 1, 2, 3
SINGLE_OPEN, SINGLE_CLOSE = 4, 5
_LINE_END = re.compile(r"[\n\r\x00]")
#: Words that begin with an apostrophe, which is no opening mark.
APHERESIS = frozenset("tis twas em til till cause bout n round cuz sup".split())


class Quotes(NamedTuple):
    """Stretches between quotation marks, sorted; no two overlap (marks inside marks belong to the outer stretch).

    Attributes
    ----------
    start, end : int32 arrays
        Byte offsets, the marks included.
    first, last : int32 arrays
        First word inside, and one past the last.
    paragraphs : int32 array
        Paragraphs that it runs over: each but the last left open, each but the first opened again.
    closed : bool array
        A closing mark was found.
    """

    start: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    paragraphs: np.ndarray
    closed: np.ndarray


@cache
def _marks(gap: str) -> list[tuple[int, int, int, int]]:
    """Marks of one gap: (byte offset, bytes, what it does, line). Doubled marks count as one.

    Examples
    --------
    >>> _marks(',” ')
    [(1, 3, 2, 0)]
    >>> _marks(' "')
    [(1, 1, 1, 0)]
    """
    found = []
    place = 0
    while place < len(gap):
        mark = gap[place]
        if mark not in MARKS and mark != "`":
            place += 1
            continue
        stop = place + 1
        while stop < len(gap) and (gap[stop] == mark or (mark == "`" and gap[stop] == "'")):
            stop += 1
        run = gap[place:stop]
        before = gap[place - 1] if place else "a"
        after = gap[stop] if stop < len(gap) else "a"
        single = mark in SINGLE and len(run) == 1
        if mark in "'’`" and len(run) == 2:
            single = False
        free_before = before.isspace() or before in "\x00([{—–-/" or (before in MARKS and before not in "”’»›")
        free_after = after.isspace() or after in "\x00)]},.;:!?…—–-" or after in MARKS
        if mark == "`":
            what = OPEN if len(run) == 2 else SINGLE_OPEN
        elif free_before and not free_after:
            what = OPEN
        elif free_after and not free_before:
            what = CLOSE
        elif mark in OPENING:
            what = OPEN
        elif mark in CLOSING:
            what = CLOSE
        else:
            what = EITHER
        if single and mark != "`":
            what = SINGLE_OPEN if what == OPEN else SINGLE_CLOSE
        size = len(gap[:place].encode("utf-8", "surrogatepass"))
        lines = bool(_LINE_END.search(gap[:place])) * (1 if _LINE_END.search(gap[stop:]) else 2)
        found.append((size, len(run.encode("utf-8", "surrogatepass")), what, lines))
        place = stop
    return found


def _mark_rows(tokens: Tokens) -> tuple[np.ndarray, ...]:
    """All quotation marks of a batch: gap number, start, end (bytes), what each may do, line."""
    strings = tokens.vocabulary
    count = strings.table(
        "marks", lambda s: 0 if MARKS.isdisjoint(s) and "`" not in s else len(_marks(s)), "int8", "gaps"
    )
    gap = np.flatnonzero(count.take(tokens.gap))
    if not len(gap):
        return tuple(np.zeros(0, dtype=np.int32) for _ in range(5))
    distinct, which = np.unique(tokens.gap[gap], return_inverse=True)
    parsed = [_marks(strings.strings[code]) for code in distinct.tolist()]
    size = np.array([len(marks) for marks in parsed])
    flat = np.array([mark for marks in parsed for mark in marks], dtype=np.int32).reshape(-1, 4)
    begin = np.cumsum(size) - size
    repeat = size[which]
    inner = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    row = flat[np.repeat(begin[which], repeat) + inner]
    gap = np.repeat(gap, repeat).astype(np.int32)
    begins = np.append(0, tokens.end).astype(np.int32)
    start = begins[gap] + row[:, 0]
    ends_line = strings.table("line", lambda s: "\n" in s or "\x00" in s or "\r" in s, of="gaps")
    lines = np.flatnonzero(ends_line.take(tokens.gap))
    line = np.searchsorted(lines, gap, side="left") * 2 + row[:, 3]
    return gap, start, (start + row[:, 1]).astype(np.int32), row[:, 2].copy(), line.astype(np.int32)


@lru_cache(1 << 14)
def _read_line(kinds: bytes) -> list[tuple[int, int]]:
    """Pair the marks of one irregular paragraph: (opening, closing) places; closing is -1 where none was found."""
    pairs: list[tuple[int, int]] = []
    opened, depth, single = -1, 0, False
    for place, kind in enumerate(kinds):
        rest = kinds[place + 1 :]
        if opened < 0:
            if kind == OPEN or (kind == EITHER and (CLOSE in rest or EITHER in rest)):
                opened, depth, single = place, 1, False
            elif kind == SINGLE_OPEN and SINGLE_CLOSE in rest:
                opened, depth, single = place, 1, True
        elif single:
            if kind == SINGLE_CLOSE and (SINGLE_CLOSE not in rest or not _closes_later(rest)):
                pairs.append((opened, place))
                opened = -1
        elif kind == OPEN:
            if rest.count(CLOSE) + rest.count(EITHER) > rest.count(OPEN) + depth:
                depth += 1
            else:
                pairs.append((opened, -1))
                opened, depth = place, 1
        elif kind in (CLOSE, EITHER):
            depth -= 1
            if depth == 0:
                pairs.append((opened, place))
                opened = -1
    if opened >= 0 and not single:
        pairs.append((opened, -1))
    return pairs


def _closes_later(rest: bytes) -> bool:
    """A possessive apostrophe inside single marks: a further close comes before the next opening mark."""
    for kind in rest:
        if kind in (SINGLE_OPEN, OPEN):
            return False
        if kind == SINGLE_CLOSE:
            return True
    return False


def find_quotes(tokens: Tokens) -> Quotes:
    """Stretches between quotation marks in a batch of texts.

    A quotation runs over several paragraphs when a paragraph leaves it open and the next begins with an opening
    mark; otherwise a mark never closed reaches to the end of its sentence, or of its paragraph if it began it.

    Parameters
    ----------
    tokens : Tokens

    Returns
    -------
    Quotes

    Examples
    --------
    >>> from analysis.voice.tokens import tokenise
    >>> tokens = tokenise(['Wells called it "a legitimate force" in the ’90s.'])
    >>> quotes = find_quotes(tokens)
    >>> tokens.slice(quotes.start[0], quotes.end[0])
    '"a legitimate force"'
    """
    gap, start, end, kind, line = _mark_rows(tokens)
    words = len(tokens.word)
    if not len(gap) or not words:
        return no_quotes()
    elided = tokens.vocabulary.table(
        "elided", lambda s: s[:1].isdigit() or s.lower() in APHERESIS or s.lower() in ("s", "t")
    )
    follows = tokens.word[np.minimum(gap, words - 1)]
    kind = np.where((kind == SINGLE_OPEN) & elided[follows], SINGLE_CLOSE, kind)
    keep = kind != SINGLE_CLOSE
    keep[among(line, line[kind == SINGLE_OPEN])] = True
    gap, start, end, kind, line = (a[keep] for a in (gap, start, end, kind, line))
    if not len(gap):
        return no_quotes()
    head = np.flatnonzero(np.diff(line, prepend=-1))
    place = np.arange(len(line)) - np.repeat(head, np.diff(np.append(head, len(line))))
    wanted = np.where(place % 2 == 0, OPEN, CLOSE)
    odd_line = np.logical_or.reduceat(kind != wanted, head)
    regular = ~np.repeat(odd_line, np.diff(np.append(head, len(line))))
    opens = np.flatnonzero(regular & (place % 2 == 0))
    last_in_line = np.append(line[1:] != line[:-1], True)
    shut = np.where(last_in_line[opens], -1, opens + 1)
    pairs = [np.column_stack([opens, shut])]
    codes = kind.astype(np.uint8)
    for begin, stop in zip(head[odd_line], np.append(head[1:], len(line))[odd_line], strict=True):
        found = np.array(_read_line(codes[begin:stop].tobytes()), dtype=np.int64).reshape(-1, 2)
        pairs.append(np.where(found < 0, -1, found + begin))
    paired = np.concatenate(pairs)
    paired = paired[np.argsort(paired[:, 0], kind="stable")]
    return _quoted_stretches(tokens, paired[:, 0], paired[:, 1], gap, start, end, line)


def no_quotes() -> Quotes:
    """No quotations at all."""
    none = np.zeros(0, dtype=np.int32)
    return Quotes(none, none, none, none, none, none.astype(bool))


def _quoted_stretches(
    tokens: Tokens,
    opened: np.ndarray,
    shut: np.ndarray,
    gap: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    line: np.ndarray,
) -> Quotes:
    """Word and byte bounds of paired marks; those never closed end with their paragraph or sentence."""
    strings = tokens.vocabulary
    words = len(tokens.word)
    closed = shut >= 0
    first = gap[opened].astype(np.int64)
    ends_line = strings.table("line", lambda s: "\n" in s or "\x00" in s or "\r" in s, of="gaps")
    lines = np.flatnonzero(ends_line.take(tokens.gap))
    begins_line = np.zeros(len(opened), dtype=bool)
    inside = first < words
    begins_line[inside] = ends_line[tokens.gap[first[inside]]]
    here = np.minimum(first, words - 1)
    line_end = np.append(lines, words)[np.minimum(np.searchsorted(lines, here, side="right"), len(lines))]
    next_line = np.append(line[opened][1:] - line[opened][:-1] == 2, False)
    goes_on = ~closed & next_line & np.append(begins_line[1:], False)
    goes_on[:-1] &= np.diff(tokens.text_of(start[opened])) == 0
    sentence_end = np.searchsorted(tokens.sentence, tokens.sentence[here], side="right")
    loose_end = np.where(begins_line | goes_on, line_end, np.minimum(sentence_end, line_end))
    following = np.append(first[1:], words)
    loose_end = np.minimum(loose_end, np.maximum(following, first))
    last = np.where(closed, gap[shut], loose_end)
    stop = np.where(closed, end[shut], tokens.end[np.maximum(last - 1, 0)])
    some = (last > first) & (tokens.text_of(start[opened]) == tokens.text_of(np.maximum(stop - 1, 0)))
    head = np.flatnonzero(some & ~np.append(False, goes_on[:-1] & some[:-1]))
    tail = np.append(head[1:], len(opened)) - 1
    tail = np.flatnonzero(some)[np.searchsorted(np.flatnonzero(some), tail, side="right") - 1] if len(head) else head
    bounds = (values.astype(np.int32) for values in (start[opened[head]], stop[tail], first[head], last[tail]))
    begin, end, begins, ends = bounds
    return Quotes(begin, end, begins, ends, (tail - head + 1).astype(np.int32), closed[tail])
