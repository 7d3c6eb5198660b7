"""Which person each speaker is, by one name through an article."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.cues import KINDS, Words, kinds_named
from analysis.speakers import Phrases, Speakers, word_class
from analysis.tokens import Tokens

_PRONOUN = kinds_named("i you he she it we they who which that him her them us me there")
_RELATIVE = kinds_named("who which that")
_FIRST_PERSON = kinds_named("i we me us")
_SINGULAR = kinds_named("he she him her")
_DEFINITE = kinds_named("the this that")
_DETERMINER = kinds_named("the a an this these those some such any every each another his its their our my your")
#: Words of a name beside its last one, at most (given names, initials, particles).
_NAME_WORDS = 4
#: The speaker speaks of himself: *I*, *we*.
SPEAKING = -2


def _name_class(word: str) -> int:
    """1: may be part of a personal name; 2: office, rank, nationality; 3: last word of a body's name; else 0."""
    low = word.lower().replace("’", "'")
    if not word[:1].isupper() or low.endswith("'s"):
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
    first, last, full = _antecedents(words, phrases, who)
    named, begin, end = first >= 0, np.maximum(first, 0), np.maximum(last - 1, 0)
    strings, kind = tokens.vocabulary, words.kind
    sort = strings.table("name class", _name_class, "uint8", "words")[tokens.word]
    start, stop, isname = _name_bounds(words, sort, begin, end)
    start2, stop2, isname2 = _name_bounds(words, sort, np.minimum(last, full - 1).clip(0), np.maximum(full - 1, 0))
    apposed = named & (full > last) & isname2 & (start2 < stop2) & ~(isname & (start < stop))
    start, stop, isname = (np.where(apposed, b, a) for a, b in ((start, start2), (stop, stop2), (isname, isname2)))
    pronoun = named & (last - first == 1) & _PRONOUN[kind[begin]]
    nouns = {noun: code for code, noun in enumerate(sorted(word_class("person")), 1)}
    codes = strings.table("person noun", lambda s: nouns.get(s.lower(), 0), "uint8", "words")
    noun = _noun_within(tokens, codes, begin, np.maximum(full - 1, end))
    taken_up = named & ~isname & ~pronoun & (codes[tokens.word[end]] > 0) & _DEFINITE[kind[begin]]
    own = named & ~pronoun & ~taken_up
    start = np.where(isname, start, np.minimum(begin + _DETERMINER[kind[begin]], end))
    stop = np.where(isname, stop, end)
    texts = tokens.strings(tokens.start[start], tokens.end[stop]).dictionary_encode()
    row = pd.Series(np.arange(len(first), dtype=np.float64))

    def pick(marked: np.ndarray, *keys: np.ndarray) -> pd.Series:
        """Per row, the last marked row of the same article and keys up to it."""
        return row.where(marked).groupby([article, *keys]).ffill()

    whole = own & isname & (stop > start) & ~headline
    surname = tokens.word[stop]
    given = np.where(whole, tokens.word[start], -1)
    fullest = row.where(whole).groupby([article, surname, given]).transform("first")
    later = fullest.where(whole).groupby([article, surname]).bfill()
    same = fullest.where(whole).groupby([article, surname]).ffill().fillna(later)
    single = own & isname & ~whole
    owner = row.where(own).mask(whole, fullest).mask(single, same.fillna(row))
    personal = (own & isname & owner.isin(row[whole])).to_numpy() & ~headline
    recent = pick(personal).fillna(pick(own & isname)).where(_SINGULAR[kind[begin]] | taken_up, pick(own))
    recent = pick(own & (noun > 0), noun).where(taken_up & (noun > 0)).fillna(recent)
    speaking = pronoun & _FIRST_PERSON[kind[begin]]
    asks = named & ~own & ~speaking
    found = owner.to_numpy()[recent.fillna(0).astype(np.int64)] if len(row) else row
    owner = owner.mask(asks, pd.Series(found).where(recent.notna()).fillna(row.where(taken_up)))
    person = texts.indices.to_numpy()[owner.fillna(0).astype(np.int64)]
    person = np.where(speaking, SPEAKING, np.where(owner.isna(), -1, person))
    return person.astype(np.int32), [" ".join(name.split()) for name in texts.dictionary.to_pylist()]


def _antecedents(words: Words, phrases: Phrases, who: Speakers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of each naming phrase; for a relative pronoun those of the phrase before it."""
    begin = np.maximum(who.first, 0)
    before = np.maximum(np.searchsorted(phrases.first, begin, side="left") - 1, 0)
    relative = (who.first > 0) & _RELATIVE[words.kind[begin]] & (who.last == begin + 1)
    if not relative.any():
        return who.first, who.last, who.full
    relative &= phrases.first[before] >= words.head[begin]
    first, last = (np.where(relative, bound[before], own) for bound, own in zip(phrases, who[:2], strict=True))
    return first, last, np.where(relative, last, who.full)


def _name_bounds(
    words: Words, sort: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last word of the personal name in each phrase, and whether there is one.

    It ends the phrase, or stands before the first *of* (*Alice Wells of the State Department*).
    """
    count = len(words.head)
    of = np.flatnonzero(words.kind[:count] == KINDS.index("of"))
    split = np.append(of, count)[np.searchsorted(of, begin)]
    two = (split <= end) & (split - 2 >= begin) & (sort[split - 1] == 1) & (sort[split - 2] == 1)
    end = np.where(two, split - 1, end)
    start, isname = end.copy(), sort[end] == 1
    going = isname
    for _ in range(_NAME_WORDS):
        before = np.maximum(start - 1, 0)
        going = going & (start > begin) & (sort[before] == 1)
        start = np.where(going, before, start)
    return start, end, isname


def _noun_within(tokens: Tokens, codes: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Code of the last noun for a person in each phrase [begin, end]; 0 where there is none."""
    place = np.flatnonzero(codes[tokens.word])
    if not len(place):
        return np.zeros(len(begin), dtype=np.uint8)
    last = place[np.maximum(np.searchsorted(place, end, side="right") - 1, 0)]
    return np.where((last >= begin) & (last <= end), codes[tokens.word[last]], 0)
