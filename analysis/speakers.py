"""Who speaks: the words that name a speaker, one name per person through an article, and the side they are on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.contents import DISTANCES, bucket_of, inside_quotes, subject_of
from analysis.cues import DATA, GAPS, KINDS, Columns, CueList, Templates, Words, odds
from analysis.quotes import Quotes
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
_OF, _AND = KINDS.index("of"), KINDS.index("and")
_IS_STOP = np.isin(np.array(GAPS), ["stop"])
_IS_VERBAL = _flags(["Ed", "Ing"])
_IS_JOINT = _flags(["and", "of", "for"])
_LY = KINDS.index("Ly")
_STOP, _COMMA = GAPS.index("stop"), GAPS.index("comma")


#: Verbs that no ending shows and that are no cues: a noun phrase does not run over them.
_VERBS = frozenset(
    "went came got met gave made left began became held kept led lost paid ran sat sent took won grew fell rose broke "
    "brought built bought caught cost cut drove felt flew fought hit knew let lay put quit rode shot spent stood struck "
    "sold swept threw understood woke wore beat chose drew dropped hung hurt set shut split spread won't goes gets "
    "makes takes comes keeps leaves leads needs uses works runs helps gives becomes get make take come keep leave need "
    "use work help give become go let’s let's been".split()
)


class Phrases(NamedTuple):
    """Noun phrases of a batch: first word, one past the last; in the order of the text, none overlapping."""

    first: np.ndarray
    last: np.ndarray


class Speakers(NamedTuple):
    """Word numbers of each speaker's noun phrase (-1, -1 where none is named) and of it with its apposition."""

    first: np.ndarray
    last: np.ndarray
    full_first: np.ndarray
    full_last: np.ndarray


def find_phrases(tokens: Tokens, words: Words) -> Phrases:
    """Noun phrases, found by what cannot stand in one: grammatical words, verbs as far as they show, punctuation."""
    count = len(words.head)
    kind, gap = words.kind[:count], words.gap[:count]
    verb = tokens.vocabulary.table("plain verb", lambda s: s in _VERBS)[tokens.word]
    shaped = _IS_VERBAL[kind]
    after_determiner = np.append(False, _IS_DETERMINER[kind[:-1]])
    cue = (words.frame > 0) & (kind != KINDS.index("capital")) & (shaped | (kind == KINDS.index("lower")))
    content = ~_IS_HARD[kind] & ~_IS_PREPOSITION[kind] & ~_IS_PRONOUN[kind] & ~_IS_JOINT[kind] & ~verb & (kind != _LY)
    content &= ~(shaped | cue) | after_determiner
    alone = _IS_PRONOUN[kind]
    joined = (_FREE | _IS_STOP)[gap]
    joined[words.head] = False
    before, behind = np.append(False, content[:-1]), np.append(content[1:], False)
    of = (kind == _OF) & before & behind & joined & np.append(joined[1:], False)
    capital = _IS_CAPITAL[kind]
    both = (kind == _AND) & np.append(False, capital[:-1]) & np.append(capital[1:], False) & joined
    both &= np.append(joined[1:], False)
    link = of | both
    part = content | link | alone
    opens = _IS_DETERMINER[kind] & ~np.append(False, link[:-1])
    begins = part & (~np.append(False, part[:-1]) | ~joined | opens | alone | np.append(False, alone[:-1]))
    first = np.flatnonzero(begins)
    stop = np.flatnonzero(begins | ~part)
    last = np.append(stop, count)[np.searchsorted(stop, first, side="right")]
    return Phrases(first.astype(np.int32), last.astype(np.int32))


SPEAKER_TEMPLATES: Templates = (
    ("rank",), ("rank", "frame"), ("rank", "form"), ("rank", "left", "gap_cue"), ("adjacent", "last"), ("rank", "after_cue"),
    ("rank", "cues"), ("rank", "commas"), ("first", "last"), ("before", "rank"), ("after", "rank"), ("gap_after", "rank"),
    ("lemma", "side"), ("quoted", "side"), ("length", "side"), ("head", "form"), ("previous", "rank"), ("before", "after"),
    ("first", "rank"), ("adjacent", "form", "left"), ("gap_before", "side"), ("gap_before", "gap_after", "side"),
    ("cues", "commas", "side"), ("lemma", "adjacent"), ("distance", "side"), ("last", "side", "left"), ("head", "adjacent"),
    ("frame", "after_cue", "side"), ("frame", "adjacent", "previous"), ("before", "frame"), ("first", "frame", "side"),
)  # fmt: skip
#: Phrases looked at to the left and to the right of a cue.
_LEFTWARD, _RIGHTWARD = 8, 3
#: Log-odds under which nobody is named.
SPEAKER_ODDS = -3.0


def speaker_pairs(
    words: Words, phrases: Phrases, cue: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cue and a phrase of its sentence that may name its speaker: the cue's number, the phrase's."""
    middle = np.searchsorted(phrases.first, cue, side="left")
    begin = np.maximum(np.searchsorted(phrases.first, low, side="left"), middle - _LEFTWARD)
    stop = np.minimum(np.searchsorted(phrases.first, high, side="left"), middle + _RIGHTWARD)
    size = np.maximum(stop - begin, 0)
    owner = np.repeat(np.arange(len(cue)), size)
    return owner, np.repeat(begin, size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)


def speaker_columns(
    words: Words,
    quotes: Quotes,
    phrases: Phrases,
    cue: np.ndarray,
    left: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    cues: CueList,
) -> Columns:
    """What is known of each phrase as the speaker of each cue."""
    kind, gap = words.kind, words.gap
    owner, which = pairs
    c = cue[owner]
    first, last = phrases.first[which], phrases.last[which]
    middle = np.searchsorted(phrases.first, cue, side="left")[owner]
    right = which >= middle
    rank = np.where(right, which - middle + _LEFTWARD, middle - which - 1)
    marks = np.cumsum(np.append(0, gap[: len(words.head)] == _COMMA), dtype=np.int32)
    verbs = np.cumsum(np.append(0, words.frame > 0), dtype=np.int32)
    inner, outer = np.where(right, c + 1, last), np.where(right, first, c)
    between = np.maximum(outer - inner, 0)
    subject = subject_of(words, cue)[owner]
    inside = inside_quotes(quotes, first) * 2 + inside_quotes(quotes, c)
    commas = np.where(right, marks[first + 1] - marks[c + 1], marks[c + 1] - marks[last])
    adjacent = np.where(right, (first == c + 1) * 2, (last == subject + 1) * 1 + (last == c) * 2)
    digits = tuple("0123456789")
    return {
        "lemma": (words.lemma[c], cues.lemmas),
        "frame": (words.frame[c], cues.frames),
        "form": (kind[c], KINDS),
        "rank": (rank.astype(np.int16), tuple(map(str, range(_LEFTWARD + _RIGHTWARD)))),
        "side": (right.astype(np.uint8), ("before", "behind")),
        "left": (left[owner].astype(np.uint8), ("no", "yes")),
        "gap_cue": (gap[c], GAPS),
        "after_cue": (np.where(gap[c + 1] == 0, kind[c + 1], 0), KINDS),
        "previous": (np.where(gap[c] == 0, kind[c - 1], 0), KINDS),
        "adjacent": (adjacent.astype(np.uint8), digits),
        "first": (kind[first], KINDS),
        "last": (kind[last - 1], KINDS),
        "length": (np.minimum(last - first, 9), digits),
        "before": (np.where(gap[first] == 0, kind[first - 1], 0), KINDS),
        "after": (np.where(gap[last] == 0, kind[last], 0), KINDS),
        "gap_before": (gap[first], GAPS),
        "gap_after": (gap[last], GAPS),
        "cues": (np.minimum(verbs[np.maximum(outer, inner)] - verbs[inner], 4), digits),
        "commas": (np.clip(commas, 0, 4), digits),
        "quoted": (inside.astype(np.uint8), digits),
        "head": ((first == words.head[c]).astype(np.uint8), ("no", "yes")),
        "distance": (bucket_of(between), DISTANCES),
    }


def locate_speakers(
    tokens: Tokens,
    words: Words,
    quotes: Quotes,
    cue: np.ndarray,
    left: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    cues: CueList,
) -> Speakers:
    """The noun phrase that each cue gives as its speaker: the likeliest one of its sentence.

    Parameters
    ----------
    tokens : Tokens
    words : Words
    quotes : Quotes
    cue : int array
        Word numbers of the cues, increasing.
    left : bool array
        The content stands (also) to the left of the cue.
    low, high : int arrays
        The sentence of each cue, or the quotation around it.
    cues : CueList

    Returns
    -------
    Speakers
    """
    phrases = find_phrases(tokens, words)
    owner, which = pairs = speaker_pairs(words, phrases, cue, low, high)
    if not len(owner):
        return Speakers(*[np.full(len(cue), -1, dtype=np.int32)] * 4)
    merit = odds("speaker", SPEAKER_TEMPLATES, speaker_columns(words, quotes, phrases, cue, left, pairs, cues), cues)
    best = np.lexsort((which, merit, owner))
    best = best[np.append(owner[best][1:] != owner[best][:-1], True)]
    best = best[merit[best] > SPEAKER_ODDS]
    chosen = np.full(len(cue), -1)
    chosen[owner[best]] = which[best]
    named = chosen >= 0
    first = np.where(named, phrases.first[chosen], -1)
    last = np.where(named, phrases.last[chosen], -1)
    breaks = np.flatnonzero((words.gap[: len(words.head) + 1] != 0) & (words.gap[: len(words.head) + 1] != _STOP))
    stop = breaks[np.minimum(np.searchsorted(breaks, last, side="right"), len(breaks) - 1)]
    apposed = named & (words.gap[last] == _COMMA) & (stop - last < 16)
    full = np.where(apposed, np.where(first < cue, np.minimum(stop, cue), stop), last)
    return Speakers(*(v.astype(np.int32) for v in (first, last, first, np.maximum(full, last))))


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
    first, last, full = _antecedents(tokens, words, who)
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


def _antecedents(tokens: Tokens, words: Words, who: Speakers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of each naming phrase; for a relative pronoun those of the phrase before it."""
    begin = np.maximum(who.first, 0)
    relative = (who.first > 0) & np.isin(words.kind[begin], [KINDS.index(name) for name in ("who", "which", "that")])
    phrases = find_phrases(tokens, words)
    before = np.maximum(np.searchsorted(phrases.first, begin, side="left") - 1, 0)
    relative &= phrases.first[before] >= words.head[begin] if len(phrases.first) else False
    if not relative.any():
        return who.first, who.last, who.full_last
    first = np.where(relative, phrases.first[before], who.first)
    last = np.where(relative, phrases.last[before], who.last)
    return first, last, np.where(relative, last, who.full_last)


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
