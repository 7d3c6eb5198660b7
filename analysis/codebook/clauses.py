"""Where words stand: in which clause, within reach of which phrase, under how many negations."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize

import numpy as np

from analysis.voice import Tokens

#: Words that negate what follows them in the clause; so does every word in *n't*, with or without its apostrophe.
NEGATORS = frozenset(
    "not never no without nor neither none nobody nothing hardly scarcely barely cannot nowhere "
    "refrain refrains refrained refraining".split()
)
#: Words that negate with a second word: *lack of*, *stopped short of*, *failed to*, *has yet to*, *far from*.
NEGATING_WITH = {
    "of": frozenset("lack lacks lacked lacking absence short".split()),
    "to": frozenset("fail fails failed failing failure refuse refuses refused refusing decline declines declined "
                    "declining unable yet".split()),
    "from": frozenset({"far"}),
}  # fmt: skip
#: After a negator, these undo it: *not only*, *no doubt*, *not to mention*, *no matter*.
NOT_NEGATING = frozenset("only just merely simply doubt matter question mention surprise wonder coincidence".split())
#: These begin a clause of its own, which a negation before them does not reach.
SCOPE_ENDS = frozenset(
    "but although though because while whereas which who whom whose if unless until when where that yet "
    "named identified".split()  # an official who declined to be named told …
)
#: How far a negation reaches inside its clause, in words. *did not immediately respond to or deny* is 6; read
#: on newswire, further off the negated word is a different one.
NEGATION_WINDOW = 6
#: A phrase runs through quotation marks or brackets round so many words (*no "credible" evidence*); more are speech.
SHORT_ASIDE = 3

#: Contractions by what is left of them where the apostrophe was lost; *won t* and *ca n't* come out of other splitters.
_N_T = "do does did is are was were has have had would could should must need might ca can wo won ai".split()
CONTRACTED = {f"{verb}nt": f"{verb}n't" for verb in _N_T} | {"cant": "can't", "wont": "won't"}
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´′＇", "'"))

_CLAUSE = re.compile(r"""[,;:()\[\]{}"“”«»„＂…—–\n\r\x00]|\s-+\s|--|\.\.\.|\s['‘]\B|[.!?]\s""")
_OPENS = re.compile(r"""\s["“'‘«„＂(\[]+$""")
_CLOSES = re.compile(r"""[.,;!?]?["”'’»“＂)\]]""")
_CLOSES_ONLY = re.compile(r"""["”'’»“＂)\]]+\s+$""")
#: After a full stop without a blank these end the name of a site.
_DOMAINS = frozenset("com org net gov edu info io ru uk".split())
_OPENS_QUOTE = re.compile(r"""\s["“‘«„＂']$""")
_CLOSES_QUOTE = re.compile(r"""["”’'»“＂](?![\w])""")
#: With these begins no name for something.
_NO_NAME = frozenset(
    "to yes no a the i we of in by on at and or but not if very so too more most just against about for with over "
    "thank".split()
)
_SOFT_LINE = re.compile(r"[ \t]*\r?\n[ \t]*\Z")
_NEGATOR, _UNDOES, _ENDS, _CUT_SHORT, _LONE_T = 1, 2, 4, 8, 16


def plain_word(word: str) -> str:
    """A word as lexicons write it: small letters, one kind of apostrophe, and the one that was lost put back.

    Examples
    --------
    >>> [plain_word(word) for word in ("Didn’t", "didnt", "_alleged_", "conﬁrmed")]
    ["didn't", "didn't", 'alleged', 'confirmed']
    """
    plain = straight(word).lower()
    return CONTRACTED.get(plain, plain)


def straight(word: str) -> str:
    """A word with its capitals, but one kind of apostrophe, whole letters, no emphasis by underscores."""
    if not word.isascii():
        word = normalize("NFKC", word.translate(_APOSTROPHES))
    return word.strip("_") or word


def negates(word: str) -> bool:
    """Whether a word negates what follows it."""
    plain = plain_word(word)
    return plain in NEGATORS or plain.endswith("n't")


class Stretches(NamedTuple):
    """Numbers of the stretches that each word stands in: int arrays over the words of a batch.

    Attributes
    ----------
    clause
        A stretch without punctuation or quotation marks.
    reach
        How far phrases and negations run: a clause, through quotation marks and brackets round a few words and through
        the end of a line in the middle of a sentence.
    aside
        The few words in quotation marks or brackets; 0 outside.
    """

    clause: np.ndarray
    reach: np.ndarray
    aside: np.ndarray


def find_stretches(tokens: Tokens) -> Stretches:
    """The clauses of a batch, and how far phrases run in it."""
    table, gap, words = tokens.vocabulary.table, tokens.gap, len(tokens.word)
    opens = table("opens an aside", lambda s: bool(_OPENS.match(s)), of="gaps")[gap]
    closes = table("closes an aside", lambda s: bool(_CLOSES.match(s)), of="gaps")[gap]
    closes_only = table("only closes an aside", lambda s: bool(_CLOSES_ONLY.match(s)), of="gaps")[gap]
    soft = table("line within a sentence", lambda s: bool(_SOFT_LINE.match(s)), of="gaps")[gap]
    soft[:words] &= table("begins small", lambda s: s[0].islower(), of="words")[tokens.word]
    mark = np.flatnonzero(opens | closes)
    short = opens[mark[:-1]] & closes[mark[1:]] & (np.diff(mark) <= SHORT_ASIDE)
    first, end = mark[:-1][short], mark[1:][short]
    soft[first] = True
    soft[end] |= closes_only[end]
    border = np.zeros(words + 1, dtype=np.int32)
    border[first] = np.arange(1, len(first) + 1)
    border[end] -= np.arange(1, len(first) + 1)
    breaks = _breaks(tokens)
    clause, reach = (np.cumsum(begins, dtype=np.int32) for begins in (breaks, breaks & ~soft[:words]))
    return Stretches(clause, reach, np.cumsum(border[:words], dtype=np.int32))


def _breaks(tokens: Tokens) -> np.ndarray:
    """Whether a clause begins at each word."""
    breaks = tokens.vocabulary.table("clause", lambda s: bool(_CLAUSE.search(s)), of="gaps")[tokens.gap[:-1]]
    return breaks | (np.diff(tokens.sentence, prepend=0) != 0)


def _may_be_named(word: str) -> bool:
    """Whether a word in quotation marks can begin what somebody calls something: no title, adverb or preposition."""
    return word[0].islower() and len(word) > 1 and not word.endswith("ly") and word not in _NO_NAME


def quoted_stretches(tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """First and last word of each stretch of one or two words between quotation marks that begins with a small letter.

    A capital begins a title or a name, and *to* or *yes* no name at all. A comma within the marks belongs to
    speech (*“false,” he said*).
    """
    table = tokens.vocabulary.table
    opens = table("opens a quotation", lambda s: bool(_OPENS_QUOTE.match(s)), of="gaps")[tokens.gap]
    closes = table("closes a quotation", lambda s: bool(_CLOSES_QUOTE.match(s)), of="gaps")[tokens.gap]
    small = table("begins what is quoted", _may_be_named, of="words")[tokens.word]
    place = np.flatnonzero(opens[:-1] & small)
    blank = tokens.vocabulary.table("one blank", lambda s: s == " ", of="gaps")[tokens.gap]
    one, two = closes[place + 1], closes[np.minimum(place + 2, len(tokens.word))]
    two &= ~one & blank[place + 1]
    return place[one | two], place[one | two] + two[one | two]


def in_addresses(tokens: Tokens) -> np.ndarray:
    """Which words stand in an address or a handle (`claims@example.org`, `@allegedly`, `www.false.example/claims`)."""
    table = tokens.vocabulary.table
    gap = tokens.gap[:-1]
    apart = table("has white space", lambda s: bool(re.search(r"[\s\x00]", s)), of="gaps")[gap]
    sign = table("address", lambda s: "@" in s or "://" in s, of="gaps")[gap]
    sign |= table("www", lambda s: s.lower() == "www", of="words")[tokens.word]
    dot = table("lone dot", lambda s: s == ".", of="gaps")[gap]
    sign |= dot & table("domain", lambda s: s in _DOMAINS, of="words")[tokens.word]
    if not sign.any():
        return sign
    run = np.cumsum(apart, dtype=np.int32)
    marked = np.zeros(int(run[-1]) + 1, dtype=bool)
    marked[run[sign]] = True
    return marked[run]


def _role(word: str) -> int:
    """What a word does to negation, as bits."""
    plain = plain_word(word)
    alone = (plain in NEGATORS or plain.endswith("n't")) * _NEGATOR + (plain in NOT_NEGATING) * _UNDOES
    return alone + (plain in SCOPE_ENDS) * _ENDS + (plain in _CUT) * _CUT_SHORT + (plain == "t") * _LONE_T


def _negators(tokens: Tokens, clause: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which words negate, and which end the reach of a negation before them."""
    table = tokens.vocabulary.table
    role = table("negation", _role, "uint8", "words").take(tokens.word)
    first = table("negates with", lambda s: _PAIR_FIRST.get(s.lower(), 0), "uint8", "words").take(tokens.word)
    second = table("is negated with", lambda s: _PAIR_SECOND.get(s.lower(), 0), "uint8", "words").take(tokens.word)
    named = table("may stand in a name", lambda s: s in _IN_NAMES, of="words").take(tokens.word)
    capital = table("capital", lambda s: s[0].isupper(), of="words").take(tokens.word)
    needs_verb = table("negates a verb", lambda s: s in _OF_VERBS, of="words").take(tokens.word)
    doing = table("ends in ing", lambda s: s.endswith("ing"), of="words").take(tokens.word)
    negator = (role & _NEGATOR) > 0
    negator[:-1] &= ((role[1:] & _UNDOES) == 0) | (clause[1:] != clause[:-1])
    negator[1:-1] &= ~(named[1:-1] & capital[:-2] & capital[2:])
    pair = (first[:-1] > 0) & (first[:-1] == second[1:])
    pair[:-1] &= ~needs_verb[:-2] | doing[2:]
    negator[1:] |= pair | (((role[:-1] & _CUT_SHORT) > 0) & ((role[1:] & _LONE_T) > 0))
    return negator, (role & _ENDS) > 0


#: These negate only a verb after them: short of denying, but not short of a weapon.
_OF_VERBS = frozenset({"short"})
#: Between two capitals these stand in a name: *Doctors Without Borders*.
_IN_NAMES = frozenset("Without Nothing Nobody Nowhere Never".split())
_PAIR_SECOND = {word: number for number, word in enumerate(NEGATING_WITH, 1)}
_PAIR_FIRST = {first: _PAIR_SECOND[second] for second, firsts in NEGATING_WITH.items() for first in firsts}
#: *didn‘t* with a mark that is no apostrophe is two words, *didn* and *t*.
_CUT = frozenset(contracted.removesuffix("'t") for contracted in CONTRACTED.values())


def negated_places(tokens: Tokens, stretches: Stretches, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether each stretch of words stands under, or holds after its first word, an odd number of negations.

    A negation reaches `NEGATION_WINDOW` words forward, to the end of its clause or to a word that begins another; it
    does not reach out of quotation marks (*it was “not ideal”, she said*).

    Parameters
    ----------
    tokens : Tokens
    stretches : Stretches
    first, last : int arrays
        Indices of the first and last word of each.

    Returns
    -------
    bool array
    """
    negator, ends = _negators(tokens, stretches.reach)
    scope, aside = stretches.reach + np.cumsum(ends, dtype=np.int32), stretches.aside
    where = np.flatnonzero(negator)
    odd = np.zeros(len(first), dtype=bool)
    if not len(where):
        return odd
    before = np.searchsorted(where, first)
    for back in (1, 2, 3):
        index = before - back
        at = where[np.maximum(index, 0)]
        near = (index >= 0) & (scope[at] == scope[first]) & (first - at <= NEGATION_WINDOW)
        odd ^= near & ((aside[at] == 0) | (aside[at] == aside[first]))
    # within the match too: *is not possible*, found by *is [1] possible*
    return odd ^ ((np.searchsorted(where, last, side="right") - np.searchsorted(where, first, side="right")) % 2 == 1)
