"""Which person each speaker is, by one name through an article."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from analysis.voice.cues import GAPS, Words, kinds_named
from analysis.voice.speakers import DETERMINER, Phrases, Speakers, word_class
from analysis.voice.tokens import Tokens

_PRONOUN = kinds_named(
    "i you he she it we they who which that him her them us me there his its their our my your "
    "it's he's she's they're i'm we're you're i've we've they've"
)
_RELATIVE = kinds_named("who which that")
_FIRST_PERSON = kinds_named("i we me us my our i'm we're i've we've")
_SINGULAR = kinds_named("he she him her his he's she's")
_CAPITAL = kinds_named("capital initial")
_LINK, _AND = kinds_named("of to"), kinds_named("and")
_DEFINITE = kinds_named("the this that")
#: Words of a name beside its last one, at most (given names, initials, particles).
_NAME_WORDS = 4
#: Words of rank before a name that is an apposition, at most.
_RANK_WORDS = 4
#: The speaker speaks of himself: *I*, *we*.
SPEAKING = -2


def _name_class(word: str) -> int:
    """1: may be part of a personal name; 2: office, rank, nationality; 3: last word of a body's name; else 0."""
    low = word.lower().replace("’", "'")
    low = low.removesuffix("'s")
    if not word[:1].isupper():
        return 0
    return 2 if low.strip(".") in word_class("title") else 3 if low in word_class("body") else 1


def name_persons(
    tokens: Tokens, words: Words, phrases: Phrases, who: Speakers, article: np.ndarray, headline: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """One name for each speaker through an article.

    A surname takes the full name used before it in that article (else after it); a pronoun takes the person named
    last, a noun for one person (*the diplomat*) the last speaker so described, if there is one.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    phrases : Phrases
    who : Speakers
        In the order of the text.
    article : int array
        Article of each, not decreasing.
    headline : bool array
        Which of them stand in headlines, where every word may be capitalised.

    Returns
    -------
    tuple
        Code of each speaker's person (-1: nobody; SPEAKING: *I* or *we*), and the names by code.
    """
    first, last, other, full = _antecedents(words, phrases, who)
    named, begin, end = first >= 0, np.maximum(first, 0), np.maximum(last - 1, 0)
    strings, kind = tokens.vocabulary, words.kind
    sort = strings.table("name class", _name_class, "uint8", "words").take(tokens.word)
    start, stop, isname = _name_bounds(words, sort, begin, end)
    start2, stop2, isname2 = _name_bounds(words, sort, np.minimum(other, full - 1).clip(0), np.maximum(full - 1, 0))
    apposed = named & (full > other) & isname2 & (start2 < stop2) & ~isname & (start2 - other <= _RANK_WORDS)
    apposed &= sort[np.minimum(other, len(sort) - 1)] > 0
    start, stop, isname = (np.where(apposed, b, a) for a, b in ((start, start2), (stop, stop2), (isname, isname2)))
    pronoun = named & (last - first == 1) & _PRONOUN[kind[begin]]
    nouns = {noun: code for code, noun in enumerate(sorted(word_class("person")), 1)}
    codes = strings.table("person noun", lambda s: nouns.get(s.lower(), 0), "uint8", "words")
    noun = _noun_within(tokens, codes, begin, np.maximum(full - 1, end))
    taken_up = named & ~isname & ~pronoun & (codes[tokens.word[end]] > 0) & _DEFINITE[kind[begin]]
    own = named & ~pronoun & ~taken_up
    start = np.where(isname, start, np.minimum(begin + DETERMINER[kind[begin]], end))
    stop = np.where(isname, stop, end)
    genitive = strings.table("genitive", lambda s: len(s[-2:].encode()) * s.endswith(("'s", "’s")), "int8")
    texts = tokens.strings(tokens.start[start], tokens.end[stop] - genitive[tokens.word[stop]]).dictionary_encode()
    row = np.arange(len(first))
    whole = own & isname & (stop > start) & ~headline
    bare = strings.table("bare word", lambda s: crc32(s.removesuffix("'s").removesuffix("’s").encode()), "int64")
    surname = _key(article, bare[tokens.word[stop]])
    fullest = _carried(row, whole, _key(surname, np.where(whole, bare[tokens.word[start]], -1)), first=True)
    same = _carried(row, whole, surname)
    same = np.where(same >= 0, same, _carried(row, whole, surname, first=True))
    owner = np.where(
        own & isname & ~whole & (same >= 0), fullest[same], np.where(whole, fullest, np.where(own, row, -1))
    )
    bodies = strings.table("no person", lambda s: s.isupper() or s.lower() in word_class("place"))[tokens.word[stop]]
    personal = _carried(row, own & isname & ~bodies & ~headline, article)
    personal = np.where(personal >= 0, personal, _carried(row, own & isname, article))
    recent = np.where(_SINGULAR[kind[begin]] | taken_up, personal, _carried(row, own, article))
    described = _carried(row, own & (noun > 0), _key(article, noun))
    recent = np.where(taken_up & (noun > 0) & (described >= 0), described, recent)
    speaking = pronoun & _FIRST_PERSON[kind[begin]]
    taken = np.where(recent >= 0, owner[recent], np.where(taken_up, row, -1))
    owner = np.where(named & ~own & ~speaking, taken, owner)
    person = np.where(speaking, SPEAKING, np.where(owner >= 0, texts.indices.to_numpy()[owner], -1))
    return person.astype(np.int32), [" ".join(name.split()) for name in texts.dictionary.to_pylist()]


def _key(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """One number for each pair of keys."""
    return np.unique(inner, return_inverse=True)[1] + outer.astype(np.int64) * (len(inner) + 1)


def _carried(row: np.ndarray, marked: np.ndarray, key: np.ndarray, first: bool = False) -> np.ndarray:
    """The last marked row up to each row (or the first of all) with the same key; -1 where there is none."""
    order = np.lexsort((row, ~marked, key) if first else (row, key))
    if not len(order):
        return order
    new = np.append(True, np.diff(key[order]) != 0)
    head = np.maximum.accumulate(np.where(new, row, 0))
    last = head if first else np.maximum.accumulate(np.where(marked[order] | new, row, 0))
    found = np.empty(len(row), dtype=np.int64)
    found[order] = np.where(marked[order[last]], order[last], -1)
    return found


def _antecedents(words: Words, phrases: Phrases, who: Speakers) -> tuple[np.ndarray, ...]:
    """Bounds of each naming phrase and its apposition.

    A relative pronoun stands for the phrase before it, an apposition for the name before it (*Gen. X, the commander,*).
    """
    if not len(phrases.first):
        return who
    begin = np.maximum(who.first, 0)
    before = np.maximum(np.searchsorted(phrases.first, begin, side="left") - 1, 0)
    relative = _RELATIVE[words.kind[begin]] & (who.last == begin + 1)
    described = (words.gap[begin] == GAPS.index("comma")) & (phrases.last[before] == begin)
    described &= DETERMINER[words.kind[begin]] & _CAPITAL[words.kind[begin - 1]] & (begin - phrases.first[before] > 1)
    instead = (who.first > 0) & (relative | described) & (phrases.first[before] >= words.head[begin])
    first, last = (np.where(instead, new[before], old) for new, old in zip(phrases, who[:2], strict=True))
    return first, last, *(np.where(instead, last, bound) for bound in who[2:])


def _name_bounds(
    words: Words, sort: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last word of the personal name in each phrase, and whether there is one.

    It ends the phrase, or stands before the first *of* (*Alice Wells of the State Department*).
    """
    count = len(words.head)
    of, joint = (np.flatnonzero(mask.take(words.kind[:count])) for mask in (_LINK, _AND))
    split = np.append(of, count)[np.searchsorted(of, begin)]
    two = (split <= end) & (split - 2 >= begin) & (sort[split - 1] == 1) & (sort[split - 2] == 1)
    end = np.where(two, split - 1, end)
    joint = np.append(joint, count)
    linked = split < end
    start, isname = end.copy(), sort[end] == 1
    going = isname
    for _ in range(_NAME_WORDS):
        before = np.maximum(start - 1, 0)
        going = going & (start > begin) & (sort[before] == 1)
        start = np.where(going, before, start)
    return start, end, isname & ~(linked & (start == end)) & (joint[np.searchsorted(joint, begin)] > end)


def _noun_within(tokens: Tokens, codes: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Code of the last noun for a person in each phrase [begin, end]; 0 where there is none."""
    place = np.flatnonzero(codes.take(tokens.word))
    if not len(place):
        return np.zeros(len(begin), dtype=np.uint8)
    last = place[np.maximum(np.searchsorted(place, end, side="right") - 1, 0)]
    return np.where((last >= begin) & (last <= end), codes[tokens.word[last]], 0)
