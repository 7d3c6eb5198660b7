"""Which person each speaker is, by one name through an article."""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

import numpy as np

from analysis.voice.speakers import DETERMINER, Phrases, word_class
from analysis.voice.tokens import Tokens
from analysis.voice.words import COMMA, Words, kinds_named

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
#: Words between a phrase and the comma that opens its apposition, at most.
_TO_COMMA = 5
#: The speaker speaks of himself: *I*, *we*.
SPEAKING = -2


def name_class(word: str) -> int:
    """1: may be part of a personal name; 2: office, rank, nationality; 3: last word of a body's name; else 0."""
    low = word.lower().replace("’", "'").removesuffix("'s")
    if not word[:1].isupper():
        return 0
    return 2 if low.strip(".") in word_class("title") else 3 if low in word_class("body") else 1


class Naming(NamedTuple):
    """How each speaker is named there: one row a speaker, in the order of the text.

    `start`, `stop` (first and last word of the name), `personal` (it is the name of a person), `own` (it is a name at
    all, and no pronoun or *the diplomat*), `noun` (code of the noun for a person in it, or 0), `taken_up` (*the
    diplomat*), `pronoun` and `singular` (of the pronouns those for one person, and *the diplomat*), `speaking` (*I*).
    """

    start: np.ndarray
    stop: np.ndarray
    personal: np.ndarray
    own: np.ndarray
    noun: np.ndarray
    taken_up: np.ndarray
    pronoun: np.ndarray
    singular: np.ndarray
    speaking: np.ndarray


def name_persons(
    tokens: Tokens, words: Words, phrases: Phrases, who: Phrases, article: np.ndarray, headline: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """One name for each speaker through an article.

    A surname takes the full name used before it in that article (else after it); a pronoun takes the person named
    last, a noun for one person (*the diplomat*) the last speaker so described, if there is one.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    phrases : Phrases
        All noun phrases.
    who : Phrases
        One a speaker, in the order of the text; -1 where nobody is named.
    article : int array
        Article of each, not decreasing.
    headline : bool array
        Which of them stand in headlines, where every word may be capitalised.

    Returns
    -------
    tuple
        Code of each speaker's person (-1: nobody; SPEAKING: *I* or *we*), and the names by code.
    """
    who = _antecedents(words, phrases, who)
    naming = _read_naming(tokens, words, *who)
    apposed = _read_naming(tokens, words, *_apposed_names(words, phrases, who))
    better = apposed.personal & (apposed.start < apposed.stop) & ~naming.personal & naming.own
    naming = Naming(*(np.where(better, b, a) for a, b in zip(naming, apposed, strict=True)))
    referent = _by_own_name(tokens, naming, article, headline)
    recent = _taken_up(tokens, naming, article, headline)
    taken = np.where(
        recent >= 0, np.append(referent, -1)[recent], np.where(naming.taken_up, np.arange(len(recent)), -1)
    )
    referent = np.where((naming.taken_up | naming.pronoun) & ~naming.speaking, taken, referent)
    genitive = tokens.vocabulary.table("genitive", lambda s: len(s[-2:].encode()) * s.endswith(("'s", "’s")), "int8")
    stop = tokens.end[naming.stop] - genitive[tokens.word[naming.stop]]
    texts = tokens.strings(tokens.start[naming.start], stop).dictionary_encode()
    person = np.where(referent >= 0, np.append(texts.indices.to_numpy(), -1)[referent], -1)
    person = np.where(naming.speaking, SPEAKING, person)
    return person.astype(np.int32), [" ".join(name.split()) for name in texts.dictionary.to_pylist()]


def _read_naming(tokens: Tokens, words: Words, first: np.ndarray, last: np.ndarray) -> Naming:
    """How each speaker is named, by the phrase [first, last)."""
    strings, kind = tokens.vocabulary, words.kind
    named, begin, end = first >= 0, np.maximum(first, 0), np.maximum(last - 1, 0)
    sort = strings.table("name class", name_class, "uint8", "words").take(tokens.word)
    start, stop, personal = _name_bounds(words, sort, begin, end)
    pronoun = named & (last - first == 1) & _PRONOUN[kind[begin]]
    an = strings.table("an", lambda s: s.lower() == "an", of="words")  # of no kind of its own
    nouns = {noun: code for code, noun in enumerate(sorted(word_class("person")), 1)}
    codes = strings.table("person noun", lambda s: nouns.get(s.lower(), 0), "uint8", "words")
    taken_up = named & ~personal & ~pronoun & (codes[tokens.word[end]] > 0) & _DEFINITE[kind[begin]]
    return Naming(
        start=np.where(personal, start, np.minimum(begin + (DETERMINER[kind[begin]] | an[tokens.word[begin]]), end)),
        stop=np.where(personal, stop, end),
        personal=personal,
        own=named & ~pronoun & ~taken_up,
        noun=_noun_within(tokens, codes, begin, end),
        taken_up=taken_up,
        pronoun=pronoun,
        singular=_SINGULAR[kind[begin]] | taken_up,
        speaking=pronoun & _FIRST_PERSON[kind[begin]],
    )


def _by_own_name(tokens: Tokens, naming: Naming, article: np.ndarray, headline: np.ndarray) -> np.ndarray:
    """Row whose name each speaker named by name goes by: the first with the full name of that surname; -1 for
    others."""
    row = np.arange(len(article))
    bare = tokens.vocabulary.table(
        "bare word", lambda s: crc32(s.removesuffix("'s").removesuffix("’s").encode()), "int64"
    )
    whole = naming.own & naming.personal & (naming.stop > naming.start) & ~headline
    surname = _key(article, bare[tokens.word[naming.stop]])
    fullest = _carried(row, whole, _key(surname, np.where(whole, bare[tokens.word[naming.start]], -1)), first=True)
    same = _carried(row, whole, surname)
    same = np.where(same >= 0, same, _carried(row, whole, surname, first=True))
    by_surname = naming.own & naming.personal & ~whole & (same >= 0)
    return np.where(by_surname, np.append(fullest, -1)[same], np.where(whole, fullest, np.where(naming.own, row, -1)))


def _taken_up(tokens: Tokens, naming: Naming, article: np.ndarray, headline: np.ndarray) -> np.ndarray:
    """Row of the speaker named before that a pronoun or *the diplomat* takes up; -1 where there is none."""
    row = np.arange(len(article))
    no_person = tokens.vocabulary.table("no person", lambda s: s.isupper() or s.lower() in word_class("place"))
    person = naming.own & naming.personal & ~no_person[tokens.word[naming.stop]] & ~headline
    latest = _carried(row, person, article)
    latest = np.where(latest >= 0, latest, _carried(row, naming.own & naming.personal, article))
    described = _carried(row, naming.own & (naming.noun > 0), _key(article, naming.noun))
    recent = np.where(naming.singular, latest, _carried(row, naming.own, article))
    return np.where(naming.taken_up & (naming.noun > 0) & (described >= 0), described, recent)


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


def _antecedents(words: Words, phrases: Phrases, who: Phrases) -> Phrases:
    """Bounds of each naming phrase: a relative pronoun stands for the phrase before it, an apposition for the name
    before it (*Gen. X, the commander,*)."""
    if not len(phrases.first):
        return who
    begin = np.maximum(who.first, 0)
    before = np.maximum(np.searchsorted(phrases.first, begin, side="left") - 1, 0)
    relative = _RELATIVE[words.kind[begin]] & (who.last == begin + 1)
    described = (words.gap[begin] == COMMA) & (phrases.last[before] == begin)
    described &= DETERMINER[words.kind[begin]] & _CAPITAL[words.kind[begin - 1]] & (begin - phrases.first[before] > 1)
    instead = (who.first > 0) & (relative | described) & (phrases.first[before] >= words.head[begin])
    return Phrases(*(np.where(instead, new[before], old) for new, old in zip(phrases, who, strict=True)))


def _apposed_names(words: Words, phrases: Phrases, who: Phrases) -> Phrases:
    """Bounds of the phrase between commas behind each (*the head of forces in Kabul, Gen. X,*); -1 where there is
    none."""
    following = np.searchsorted(phrases.first, who.last)
    for _ in range(2):  # a place may stand between the two
        here = np.append(phrases.first, words.size)[following]
        following = following + (words.gap[here] == 0) * (following < len(phrases.first))
    first, last = (np.append(bound, words.size)[np.minimum(following, len(bound))] for bound in phrases)
    between = (
        (words.gap[first] == COMMA) & (words.gap[last] == COMMA) & (words.mark[np.maximum(first - 1, 0)] <= who.last)
    )
    good = (who.first >= 0) & between & (first - who.last < _TO_COMMA)
    return Phrases(np.where(good, first, -1), np.where(good, last, -1))


def _name_bounds(
    words: Words, sort: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last word of the personal name in each phrase, and whether there is one.

    It ends the phrase, or stands before the first *of* (*Alice Wells of the State Department*).
    """
    count = words.size
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
