"""Who speaks: the words that name a speaker, one name per person through an article, and the side they are on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.cues import DATA, GAPS, KINDS, CueList, Words
from analysis.tables import InputError, read_table
from analysis.tokens import Tokens

#: Words that stand before a name and are no part of it: offices, ranks, nationalities.
TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir lord lady sen sens senator senators rep reps representative congressman "
    "congresswoman gov governor president vice premier prime minister chancellor king queen prince princess pope "
    "secretary assistant deputy principal under acting interim former ex-president general gen lt lieutenant col "
    "colonel maj major capt captain adm admiral sgt sergeant commander chief director chairman chairwoman chair "
    "head spokesman spokeswoman spokesperson ambassador envoy attorney mayor judge justice leader speaker majority "
    "minority whip rev reverend father bishop archbishop cardinal sheriff officer ceo founder editor reporter "
    "correspondent host analyst strategist adviser advisor aide manager candidate nominee republican democratic "
    "democrat gop conservative liberal state foreign defense defence interior finance treasury homeland security "
    "national intelligence press military army navy air force marine special presidential russian american british "
    "german french afghan czech chinese iranian turkish israeli ukrainian european us u.s uk un nato eu white house "
    "senate congress congressional federal district county city international republicans democrats campaign "
    "co-founder author activist actor actress comedian billionaire businessman spokesmen detective agent counsel "
    "new yorker fellow star anchor columnist blogger supreme allied resolute support mission hon honorable".split()
)
#: Nouns for one person, by which a speaker already named is often taken up (*the diplomat*).
PERSON_NOUNS = frozenset(
    "official diplomat president leader senator spokesman spokeswoman spokesperson minister general commander "
    "candidate governor congressman congresswoman lawmaker analyst expert professor envoy ambassador secretary "
    "director chairman chairwoman nominee author mogul billionaire businessman businesswoman mayor judge lawyer "
    "attorney politician activist strategist adviser advisor aide reporter journalist writer editor actor actress "
    "singer comedian host frontrunner front-runner contender hopeful veteran doctor pastor bishop pope king queen "
    "prince premier chancellor officer colonel captain admiral sheriff detective agent prosecutor defendant "
    "suspect victim witness man woman father mother son daughter brother sister husband wife student teacher "
    "teenager boy girl researcher scientist economist historian conservative liberal democrat republican texan "
    "speaker chief head boss executive founder owner manager coach player star legend tycoon".split()
)
_SUBJECT = frozenset("i you he she it we they".split())
_WITHIN = frozenset(
    "of the a an this that these those some many several most all both two one other his her its".split()
)
#: Words at which a noun phrase ends when read leftwards (and rightwards).
_HARD = (
    "that who which whom what how why when where while whether if because as after before since until although though "
    "unless than so but or nor is are was were be been being am has have had having do does did will would can could "
    "may might must should shall not never to there here then now also still just only even already again ever too "
    "later time said says told according time it's he's she's they're like into during through about against"
).split()
_PREPOSITIONS = "in on at by from with between among within without toward around under over following despite".split()
_PRONOUNS = "i you he she it we they who which that him her them us me".split()


def _flags(names: list[str]) -> np.ndarray:
    return np.isin(np.array(KINDS), names)


_IS_HARD, _IS_PREPOSITION, _IS_PRONOUN = _flags(_HARD), _flags(_PREPOSITIONS), _flags(_PRONOUNS)
_IS_CAPITAL = _flags(["capital", "Possessive", "initial"])
_IS_DETERMINER = _flags("the a an this these those some such any every each another his its their our my your".split())
_FREE = np.isin(np.array(GAPS), ["space", "other", "slash"])
_BY, _OF, _FOR, _AND, _TO, _WHO = (KINDS.index(name) for name in ("by", "of", "for", "and", "to", "who"))
_IS_STOP = np.isin(np.array(GAPS), ["stop"])
_STOP, _COMMA = GAPS.index("stop"), GAPS.index("comma")


class Speakers(NamedTuple):
    """Word numbers of each speaker's noun phrase (-1, -1 where none is named) and of it with its apposition."""

    first: np.ndarray
    last: np.ndarray
    full_first: np.ndarray
    full_last: np.ndarray


def phrase_left(words: Words, end: np.ndarray, low: np.ndarray) -> np.ndarray:
    """First word of the noun phrase whose last word is `end`, not before `low`."""
    kind, gap = words.kind, words.gap
    start = end.copy()
    going = ~_IS_PRONOUN[kind[end]]
    for _ in range(14):
        before = start - 1
        ok = going & (before >= low) & (_FREE[gap[start]] | (gap[start] == _STOP))
        if not ok.any():
            break
        before = np.maximum(before, 0)
        here = kind[before]
        verb = (
            (words.frame[before] > 0)
            & ~_IS_CAPITAL[here]
            & (here != KINDS.index("lower"))
            & (here != KINDS.index("Ss"))
        )
        joint = (here == _AND) & ~(_IS_CAPITAL[kind[start]] & _IS_CAPITAL[kind[np.maximum(before - 1, 0)]])
        ok &= ~_IS_HARD[here] & ~_IS_PRONOUN[here] & ~verb & ~joint
        ok &= ~(_IS_DETERMINER[kind[start]] & ~(_IS_PREPOSITION[here] | (here == _OF) | (here == _FOR)))
        start = np.where(ok, before, start)
        going = ok
    for _ in range(3):
        fronted = (start < end) & (_IS_PREPOSITION[kind[start]] | np.isin(kind[start], (_OF, _FOR, _AND)))
        if not fronted.any():
            break
        start = np.where(fronted, _after_preposition(words, start, end), start)
    return start


def _after_preposition(words: Words, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Skip a fronted preposition and its noun: on to the next determiner, or the last run of capitals."""
    kind = words.kind
    place = end.copy()
    going = np.ones(len(end), dtype=bool)
    for _ in range(14):
        before = place - 1
        ok = going & (before > start) & ~_IS_PREPOSITION[kind[before]] & ~_IS_DETERMINER[kind[place]]
        ok &= (_IS_CAPITAL[kind[before]] | ~_IS_CAPITAL[kind[place]]) & ~np.isin(kind[before], (_OF, _FOR, _AND))
        place = np.where(ok, before, place)
        going = ok
    return place


def phrase_right(words: Words, start: np.ndarray, high: np.ndarray) -> np.ndarray:
    """One past the last word of the noun phrase that begins at `start`, not beyond `high`."""
    kind, gap = words.kind, words.gap
    end = np.minimum(start + 1, high)
    going = ~_IS_PRONOUN[kind[start]]
    for _ in range(14):
        here = kind[np.minimum(end, len(kind) - 4)]
        ok = going & (end < high) & (_FREE[gap[end]] | (gap[end] == _STOP))
        ok &= ~_IS_HARD[here] & ~_IS_PREPOSITION[here] & ~_IS_PRONOUN[here]
        ok &= (here != _AND) | (_IS_CAPITAL[kind[end - 1]] & _IS_CAPITAL[kind[np.minimum(end + 1, len(kind) - 4)]])
        end = np.where(ok, end + 1, end)
        going = ok
    return end


def locate_speakers(
    words: Words,
    cue: np.ndarray,
    left: np.ndarray,
    subject: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    cues: CueList,
) -> Speakers:
    """The noun phrase that each cue gives as its speaker.

    Parameters
    ----------
    words : Words
    cue : int array
        Word numbers of the cues, sorted.
    left : bool array
        The content stands (also) to the left of the cue.
    subject : int array
        From `attribution.subject_of`.
    low, high : int arrays
        The sentence of each cue, or the quotation around it.
    cues : CueList

    Returns
    -------
    Speakers
    """
    kind, gap = words.kind, words.gap
    frames = np.array(cues.frames)
    prep = np.isin(frames, ["prep"])[words.frame[cue]]
    noun = np.array(["noun" in f.split() for f in frames])[words.frame[cue]]
    after = np.where(gap[cue + 1] == 0, kind[cue + 1], 0)
    by = after == _BY
    named_right = ~_IS_HARD[after] & ~_IS_PREPOSITION[after] & (after != 0) & ~np.isin(after, (_OF, _FOR, _AND))
    inverted = left & ~noun & (gap[cue] != 0) & named_right
    begin = np.where(prep, cue + 1 + (after == _TO), np.where(by, cue + 2, cue + 1))
    rightward = prep | inverted | by | (noun & np.isin(after, (KINDS.index("from"),)))
    begin = np.where(noun & (after == KINDS.index("from")), cue + 2, begin)
    begin = np.minimum(begin, np.maximum(high - 1, 0))
    right_end = phrase_right(words, begin, high)

    end = np.maximum(subject, 0)
    owner = np.zeros(len(cue), dtype=bool)
    for step in (1, 2, 3):
        place = np.maximum(cue - step, 0)
        possessive = np.isin(
            kind[place], [KINDS.index(n) for n in ("Possessive", "his", "her", "their", "its", "our", "my", "your")]
        )
        hit = noun & ~owner & possessive & (place >= low) & (gap[place + 1] == 0)
        end, owner = np.where(hit, place, end), owner | hit
    apposed = (gap[end + 1] == _COMMA) & ~owner
    breaks = np.flatnonzero((gap[: len(words.head)] != 0) & ~(gap[: len(words.head)] == _STOP))
    comma = breaks[np.maximum(np.searchsorted(breaks, end, side="right") - 1, 0)]
    apposed &= (comma > low) & (gap[comma] == _COMMA) & (kind[cue] != KINDS.index("Ing"))
    full_end = end
    end = np.where(apposed, comma - 1, end)
    end = np.maximum(end, low)
    first = phrase_left(words, end, low)
    dangling = _IS_HARD[kind[end]] | _IS_PREPOSITION[kind[end]] | np.isin(kind[end], (_OF, _FOR, _AND)) | (end >= cue)
    dangling |= (gap[end + 1] != 0) & ~apposed
    dangling &= ~np.isin(kind[end], (_WHO, KINDS.index("which"), KINDS.index("that"), KINDS.index("there")))
    dangling |= noun & ~owner
    first = np.where(rightward, begin, first)
    last = np.where(rightward, right_end, end + 1)
    full_last = np.where(rightward | ~apposed, last, np.minimum(full_end + 1, cue))
    lost = dangling & ~rightward
    first, last, full_last = _inherit(words, cue, low, lost, first, last, full_last)
    none = last <= first
    return Speakers(*(np.where(none, -1, v).astype(np.int32) for v in (first, last, first, full_last)))


def _inherit(
    words: Words,
    cue: np.ndarray,
    low: np.ndarray,
    lost: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    full: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Participles, infinitives and second verbs take the speaker of the cue before, or the sentence's first phrase."""
    known = np.where(~lost, np.arange(len(cue)), -1)
    nearest = np.maximum.accumulate(known) if len(cue) else known
    found = lost & (nearest >= 0)
    found &= words.head[cue] == words.head[cue[np.maximum(nearest, 0)]]
    found &= first[np.maximum(nearest, 0)] >= low
    source = np.where(found, nearest, np.arange(len(cue)))
    first, last, full = first[source], last[source], full[source]
    opening = lost & ~found
    begin = low
    skip = _IS_PREPOSITION[words.kind[begin]] | _IS_HARD[words.kind[begin]]
    end = phrase_right(words, begin, words.tail[np.minimum(cue, len(words.tail) - 1)])
    first = np.where(opening, begin, first)
    last = np.where(opening, np.where(skip | (begin >= cue), begin, np.minimum(end, cue)), last)
    return first, last, np.where(opening, last, full)


#: Last words of the names of bodies, which are kept whole.
_BODIES = frozenset(
    "department ministry committee party university times post news council agency court administration union bank "
    "office bureau institute center centre group association house street senate congress journal tribune network "
    "foundation commission organization organisation alliance coalition movement government campaign team company "
    "corporation press today states nations kingdom magazine herald society fund board league army force forces "
    "service review project coast gazette report chronicle globe pac caucus college school church club".split()
)
_NOUN_CODES = {noun: code for code, noun in enumerate(sorted(PERSON_NOUNS), 1)}
#: Words of a name beside its last one, at most (given names, initials, particles).
_NAME_WORDS = 4


def _name_class(word: str) -> int:
    """1: part of a personal name as typed; 2: office, rank or nationality; 3: last word of a body's name; else 0."""
    low = word.lower().replace("’", "'")
    if not word[:1].isupper() or low.endswith("'s"):
        return 0
    return 2 if low.strip(".") in TITLES else 3 if low in _BODIES else 1


def name_persons(
    tokens: Tokens, words: Words, who: Speakers, place: np.ndarray, article: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """One name for each speaker through an article.

    A surname takes the full name used before it in that article (else after it); a pronoun takes the person named
    last, a noun for one person (*the diplomat*) the last speaker so described, if there is one.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    who : Speakers
    place : int array
        Word number of each cue, increasing.
    article : int array
        Article of each, not decreasing.

    Returns
    -------
    tuple
        Code of each speaker's person (-1: nobody), and the names by code.
    """
    first, last, full = _antecedents(words, who)
    named = first >= 0
    begin, end = np.maximum(first, 0), np.maximum(last - 1, 0)
    strings = tokens.vocabulary
    sort = strings.table("name class", _name_class, "uint8")
    noun_of = strings.table("person noun", lambda s: _NOUN_CODES.get(s.lower(), 0), "uint8")
    start, stop, isname = _name_bounds(tokens, words, sort, begin, end)
    start2, stop2, isname2 = _name_bounds(
        tokens, words, sort, np.minimum(last, full - 1).clip(0), np.maximum(full - 1, 0)
    )
    apposed = named & (full > last) & isname2 & (start2 < stop2) & ~(isname & (start < stop))
    start, stop, isname = (np.where(apposed, b, a) for a, b in ((start, start2), (stop, stop2), (isname, isname2)))
    pronoun = named & (last - first == 1) & _IS_PRONOUN[words.kind[begin]]
    speaking = pronoun & np.isin(words.kind[begin], [KINDS.index(name) for name in ("i", "we", "me", "us")])
    determined = _IS_DETERMINER[words.kind[begin]]
    definite = np.isin(words.kind[begin], [KINDS.index(name) for name in ("the", "this", "that")])
    noun = np.where(named & ~pronoun, noun_of[tokens.word[end]], 0)
    taken_up = (noun > 0) & definite & ~isname & ~apposed
    own = named & ~pronoun & ~taken_up & ~np.isin(words.kind[begin], [KINDS.index("there"), KINDS.index("who")])
    start = np.where(isname, start, np.minimum(begin + determined, end))
    stop = np.where(isname, stop, end)
    texts = tokens.strings(tokens.start[start], tokens.end[stop]).dictionary_encode()
    label = texts.indices.to_numpy().astype(np.int64)
    names = [" ".join(name.split()) for name in texts.dictionary.to_pylist()]
    row = np.arange(len(place))
    whole = own & isname & (stop > start)
    owner = np.where(own, row, -1)
    lone = own & isname & (stop == start)
    owner = np.where(lone, _same_key(row, whole, lone, article, tokens.word[stop], own), owner)
    pair = tokens.word[start].astype(np.int64) * len(strings) + tokens.word[stop]
    owner = np.where(whole, _earliest(row, article, pair, whole), owner)
    owner = np.where((owner >= 0) & whole[owner], _earliest(row, article, pair, whole)[owner], owner)
    recent = _last(row, own, article)
    recent_name = _last(row, own & isname, article)
    single = np.isin(words.kind[begin], [KINDS.index(name) for name in ("he", "she", "him", "her", "who")])
    antecedent = np.where(single & (recent_name >= 0), recent_name, recent)
    antecedent = np.where(taken_up & (recent_name >= 0), recent_name, antecedent)
    described = _last_described(tokens, noun_of, begin, np.maximum(full - 1, end), own, taken_up, noun, article)
    antecedent = np.where(described >= 0, described, antecedent)
    unnamed = (pronoun & ~speaking | taken_up) & named
    owner = np.where(unnamed, np.where(antecedent >= 0, owner[antecedent], np.where(taken_up, row, -1)), owner)
    person = np.where(owner >= 0, label[owner], -1)
    return person.astype(np.int32), names


def _antecedents(words: Words, who: Speakers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of each naming phrase; for a relative pronoun those of the phrase before it."""
    begin = np.maximum(who.first, 0)
    relative = (who.first > 0) & np.isin(words.kind[begin], [KINDS.index(name) for name in ("who", "which", "that")])
    before = np.maximum(begin - 1, 0)
    first = np.where(relative, phrase_left(words, before, words.head[before]), who.first)
    last = np.where(relative, begin, who.last)
    return first, last, np.where(relative, begin, who.full_last)


def _name_bounds(
    tokens: Tokens, words: Words, sort: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last word of the personal name at the end of each phrase, and whether there is one."""
    start = end.copy()
    isname = sort[tokens.word[end]] == 1
    going = isname
    for _ in range(_NAME_WORDS):
        before = np.maximum(start - 1, 0)
        going = going & (start > begin) & (sort[tokens.word[before]] == 1) & (_FREE | _IS_STOP)[words.gap[start]]
        start = np.where(going, before, start)
    return start, end, isname


def _last_described(
    tokens: Tokens,
    noun_of: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    own: np.ndarray,
    asking: np.ndarray,
    noun: np.ndarray,
    article: np.ndarray,
) -> np.ndarray:
    """For each asking row: the last row before it in its article whose phrase [begin, end] holds the same noun."""
    place = np.flatnonzero(noun_of[tokens.word])
    low, high = np.searchsorted(place, begin), np.searchsorted(place, end, side="right")
    size = np.where(own, high - low, 0)
    row = np.repeat(np.arange(len(begin)), size)
    inner = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    code = noun_of[tokens.word[place[np.repeat(low, size) + inner]]]
    rows = np.concatenate([row, np.flatnonzero(asking)])
    codes = np.concatenate([code, noun[asking]]).astype(np.int64)
    asks = np.repeat([False, True], [len(row), int(asking.sum())])
    group = article[rows].astype(np.int64) * 256 + codes
    order = np.lexsort((~asks, rows, group))
    found = _last(np.arange(len(order)), ~asks[order], group[order])
    result = np.full(len(begin), -1)
    hit = asks[order] & (found >= 0)
    result[rows[order][hit]] = rows[order][found[hit]]
    return result


def _last(row: np.ndarray, marked: np.ndarray, article: np.ndarray) -> np.ndarray:
    """The last marked row before each row, in the same article; -1 where there is none."""
    if not len(row):
        return row
    last = np.append(-1, np.maximum.accumulate(np.where(marked, row, -1))[:-1])
    return np.where((last >= 0) & (article[last] == article), last, -1)


def _earliest(row: np.ndarray, article: np.ndarray, key: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """The first marked row of the same article and key."""
    order = np.lexsort((row, ~marked, key, article))
    new = np.append(True, (np.diff(key[order]) != 0) | (np.diff(article[order]) != 0))[: len(order)]
    found = np.empty(len(row), dtype=np.int64)
    found[order] = order[np.maximum.accumulate(np.where(new, row, 0))] if len(row) else order
    return found


def _same_key(
    row: np.ndarray, whole: np.ndarray, lone: np.ndarray, article: np.ndarray, key: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """For surnames: the last full name before with that surname in the article, else the next after, else the first."""
    used = np.flatnonzero(whole | lone)
    order = used[np.lexsort((used, key[used], article[used]))]
    group = np.append(0, np.cumsum((np.diff(key[order]) != 0) | (np.diff(article[order]) != 0)))[: len(order)]
    inner = np.arange(len(order))
    before = np.maximum.accumulate(np.where(whole[order], inner, -1)) if len(order) else inner
    after = np.minimum.accumulate(np.where(whole[order], inner, len(order))[::-1])[::-1] if len(order) else inner
    first = np.searchsorted(group, group)
    good_before = (before >= 0) & (group[before] == group) if len(order) else inner.astype(bool)
    safe = np.minimum(after, len(order) - 1)
    good_after = (after < len(order)) & (group[safe] == group) if len(order) else good_before
    chosen = np.where(good_before, before, np.where(good_after, safe, first))
    found = row.copy()
    found[order] = order[chosen]
    return found


def read_actors(path: Path | str = DATA / "actors.csv") -> pd.DataFrame:
    """The actors table: which names and descriptions belong to which side.

    Parameters
    ----------
    path : path
        A table with the columns ``pattern`` (words of a name or description; ``*`` at the end of a word stands for
        any ending) and ``side``; a speaker belongs to the side of the longest pattern found in the name.

    Raises
    ------
    InputError
        If a column is missing.
    """
    actors = read_table(path)
    for column in ("pattern", "side"):
        if column not in actors:
            raise InputError(f"{path}: an actors table needs the columns pattern and side; {column} is missing")
    return actors


def sides(speakers: pd.Series, actors: pd.DataFrame | None) -> pd.Series:
    """Side of each speaker's name or description; missing where no pattern fits.

    Parameters
    ----------
    speakers : Series of str
    actors : DataFrame or None
        From `read_actors`.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> actors = pd.DataFrame({"pattern": ["russia*", "moscow"], "side": ["Russia", "Russia"]})
    >>> sides(pd.Series(["the Russian Foreign Ministry", "Wells"]), actors).tolist()
    ['Russia', nan]
    """
    side = pd.Series(index=speakers.index, dtype="str")
    if actors is None:
        return side
    rows = actors.assign(size=actors["pattern"].str.len()).sort_values(["size", "pattern"], ascending=False)
    for pattern, name in zip(rows["pattern"], rows["side"], strict=True):
        expression = r"\b" + re.escape(pattern.strip()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") + r"\b"
        hit = side.isna() & speakers.str.contains(expression, case=pattern != pattern.lower(), regex=True, na=False)
        side[hit] = name
    return side
