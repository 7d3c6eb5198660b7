"""Whose words: the spans of a text that are attributed to somebody, with cue, speaker and stance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.voice.contents import Contents, covered, find_contents, limits_of, loose_quotes
from analysis.voice.cues import GAPS, KINDS, CueList, Words, kinds_named, read_cues, read_words
from analysis.voice.persons import SPEAKING, name_persons
from analysis.voice.quotes import Quotes, find_quotes
from analysis.voice.speakers import Speakers, find_labels, find_phrases, locate_speakers
from analysis.voice.tokens import Tokens, among

#: Sections by number. Headlines count in the headline, the others in the text.
SECTIONS = ("headline", "subheading", "body", "footnote")
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
    if not len(tokens.word):
        return _no_spans()
    quotes = find_quotes(tokens)
    words = read_words(tokens, quotes, cues)
    return assemble(tokens, words, quotes, find_contents(words, quotes, cues), headline, cues)


def assemble(
    tokens: Tokens, words: Words, quotes: Quotes, contents: Contents, headline: np.ndarray, cues: CueList
) -> Spans:
    """Number the attributions, add labelled contents and the quotations inside and beside contents, name speakers."""
    phrases = find_phrases(tokens, words, cues)
    cue, claim = np.unique(contents.cue, return_inverse=True)
    has_left = among(np.arange(len(cue)), claim[contents.left])
    who = locate_speakers(words, phrases, cue, has_left, *limits_of(words, cue), cues)
    contents, claim = _without_speakers(tokens, words, contents, claim, who)
    spoken_of = ~(named_only(tokens, words, quotes) & ~headline[_text_of_word(tokens, quotes.first)])
    label_first, label_last, label = find_labels(tokens, words, phrases, headline)
    labelled = Contents(label_first, label_last, label, label)
    loose = loose_quotes(words, quotes, contents, cues)
    loose = loose[spoken_of[loose] & ~covered(quotes.first[loose], labelled)]

    place = np.concatenate([cue, phrases.first[label]])
    ranked = np.argsort(place, kind="stable")
    rank = np.argsort(ranked)
    labels = (phrases.first[label], *[phrases.last[label]] * 3)
    who = Speakers(*(np.concatenate(pair)[ranked] for pair in zip(who, labels, strict=True)))
    place, is_cue = place[ranked], ranked < len(cue)
    text = _text_of_word(tokens, place)
    person, names = name_persons(tokens, words, phrases, who, article_of(headline)[text], headline[text])

    contents = _under_labels(contents, labelled)
    prep = is_cue & (words.frame[place] == cues.frames.index("prep"))
    prep &= np.append(False, words.head[place[1:]] == words.head[place[:-1]])[: len(place)]
    latest = np.maximum.accumulate(np.where(prep, 0, np.arange(len(place))))
    before = np.searchsorted(place, quotes.first[loose], side="left") - 1
    before = np.where(before >= 0, np.append(latest, -1)[before], -1)
    same = (before >= 0) & (np.append(text, -1)[before] == _text_of_word(tokens, quotes.first[loose]))
    late = np.where(same, before, len(place) + np.arange(len(loose)))
    first = np.concatenate([contents.start, label_first, quotes.first[loose]])
    last = np.concatenate([contents.end, label_last, quotes.last[loose]])
    number = np.concatenate([rank[claim], rank[len(cue) :], late])
    first, last, number, direct = _with_quotes(quotes, spoken_of, first, last, number)
    order = np.lexsort((direct, number, -last, first))
    order = order[np.append(True, (np.diff([first[order], last[order], number[order]]) != 0).any(axis=0))[: len(order)]]
    first, last, number, direct = (values[order] for values in (first, last, number, direct))
    text = _text_of_word(tokens, first)
    parent = _parents(first, last, number, text)
    person = _self_named(np.append(person, np.full(len(loose), -1)), number, parent)

    def by_number(values: np.ndarray) -> np.ndarray:
        return np.append(values, np.full(len(loose), -1))[number]

    spoken, spoken_last = by_number(who.first), by_number(who.last) - 1
    cued = by_number(np.where(is_cue, place, -1))

    def byte(offsets: np.ndarray, word: np.ndarray, known: np.ndarray) -> np.ndarray:
        return np.where(known >= 0, offsets[np.maximum(word, 0)], -1).astype(np.int32)

    start, end = _byte_bounds(tokens, quotes, first, last)
    return Spans(
        text, number.astype(np.int32), parent, start, end, direct,
        byte(tokens.start, spoken, spoken), byte(tokens.end, spoken_last, spoken), person[number].astype(np.int32),
        byte(tokens.start, cued, cued), byte(tokens.end, cued, cued),
        np.where(cued >= 0, words.stance[cued], 0).astype(np.uint8), names,
        first.astype(np.int32), last.astype(np.int32),
    )  # fmt: skip


def _text_of_word(tokens: Tokens, word: np.ndarray) -> np.ndarray:
    return (np.searchsorted(tokens.first, word, side="right") - 1).astype(np.int32)


def _under_labels(contents: Contents, labelled: Contents) -> Contents:
    """What is claimed inside a labelled content does not reach into its label."""
    if not len(labelled.start):
        return contents
    order = np.argsort(labelled.start, kind="stable")
    which = order[np.maximum(np.searchsorted(labelled.start[order], contents.cue, side="right") - 1, 0)]
    inside = (contents.cue >= labelled.start[which]) & (contents.cue < labelled.end[which])
    return contents._replace(end=np.where(inside, np.minimum(contents.end, labelled.end[which]), contents.end))


#: Words of a title in quotation marks, at most.
_TITLE_WORDS = 7
_COMMON = kinds_named(
    "lower Ss Ed Ing Ly Possessive is are was were will have has had do does not i you we he she they it"
)
#: Words after a cue whose content comes before it that hold a hearer or a day, at most.
_AFTERTHOUGHT = 5
#: Words from a speaker to the end of a content to the left, at most, that are his name and not the content.
_NAMING_WORDS = 24


def _without_speakers(
    tokens: Tokens, words: Words, contents: Contents, claim: np.ndarray, who: Speakers
) -> tuple[Contents, np.ndarray]:
    """Take the speaker out of what is attributed to him: *…, Wells, the envoy, said*; *…, said Wells*.

    What follows a cue whose content comes before it is his name, his hearer or the day, unless *that* or a quotation
    begins there.
    """
    speaker = who.first[claim]
    start, end, cue, left = contents
    inside = (speaker > start) & (speaker < end) & (speaker > end - _NAMING_WORDS)
    end = np.where(left & inside & (words.gap[speaker] != 0), speaker, end)
    begins = (words.kind[start] == KINDS.index("that")) | (words.quote_next[start - 1] < end)
    keep = left | begins | ~among(cue, cue[left]) | (end - start > _AFTERTHOUGHT) & (speaker != start)
    day = tokens.vocabulary.table("day", lambda s: s.lower() in _DAYS or s.isdigit()).take(tokens.word)
    days = np.cumsum(np.append(0, day), dtype=np.int32)
    keep &= left | (days[end] - days[start] < end - start)
    return Contents(start[keep], end[keep], cue[keep], left[keep]), claim[keep]


#: A content of nothing but these is the day on which somebody spoke.
_DAYS = frozenset(
    "on last this next earlier later late early week month year morning afternoon evening night today yesterday monday "
    "tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december jan feb aug sept oct nov dec".split()
)
#: Words after which quotation marks hold a name, not speech.
_NAMING = frozenset("so-called dubbed nicknamed titled entitled named called known".split())


def named_only(tokens: Tokens, words: Words, quotes: Quotes) -> np.ndarray:
    """Which quotations are titles of works or names (*“War and Peace”*, *a so-called “peace park”*), by their looks."""
    first, last = quotes.first, quotes.last
    common = _COMMON[words.kind[: len(words.head)]] & ~tokens.vocabulary.table("upper", _upper).take(tokens.word)
    lower = np.cumsum(np.append(0, common), dtype=np.int32)
    short = last - first <= _TITLE_WORDS
    title = (lower[last] == lower[first]) & (last - first >= 2) & (words.gap[last] != GAPS.index("comma-quote"))
    naming = tokens.vocabulary.table("naming", lambda s: s.lower() in _NAMING)[tokens.word[np.maximum(first - 1, 0)]]
    spaced = (words.gap[first] != GAPS.index("comma-quote")) & (words.gap[first] != GAPS.index("colon"))
    return short & spaced & (title | naming & (first > words.head[np.minimum(first, len(words.head) - 1)]))


def _upper(word: str) -> bool:
    return word[:1].isupper()


def _with_quotes(
    quotes: Quotes, spoken: np.ndarray, first: np.ndarray, last: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Tell direct contents, and add the quotations inside others."""
    inner, host = _quotes_inside(quotes, first, last)
    inner, host = inner[spoken[inner]], host[spoken[inner]]
    exact = (quotes.first[inner] <= first[host]) & (quotes.last[inner] >= last[host])
    direct = among(np.arange(len(first)), host[exact])
    inner, host = inner[~exact], host[~exact]
    return (
        np.concatenate([first, quotes.first[inner]]),
        np.concatenate([last, quotes.last[inner]]),
        np.concatenate([number, number[host]]),
        np.concatenate([direct, np.ones(len(inner), dtype=bool)]),
    )


def _self_named(person: np.ndarray, number: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """*I* and *we* inside somebody's words are that speaker."""
    for _ in range(2):
        hit = (person[number] == SPEAKING) & (parent >= 0)
        person[number[hit]] = person[parent[hit]]
    return np.where(person == SPEAKING, -1, person)


def _no_spans() -> Spans:
    none = np.zeros(0, dtype=np.int32)
    off = none.astype(bool)
    return Spans(none, none, none, none, none, off, none, none, none, none, none, none, [], none, none)


def article_of(headline: np.ndarray) -> np.ndarray:
    """Number of the article of each text: a headline and the text after it are one."""
    return np.cumsum(np.append(True, ~(headline[:-1] & ~headline[1:]))[: len(headline)])


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
    voices = np.zeros(len(tokens.word), dtype=np.uint8)
    for voice, rows in ((2, slice(None)), (1, spans.direct)):
        first, last = spans.first[rows], spans.last[rows]
        reach = np.maximum.accumulate(np.append(0, last))
        fresh = np.maximum(reach[1:] - np.maximum(first, reach[:-1]), 0)
        begin = reach[1:] - fresh
        place = np.repeat(begin - np.cumsum(fresh) + fresh, fresh) + np.arange(fresh.sum())
        voices[place] = voice
    return voices
