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
    "refrain refrains refrained refraining avoid avoids avoided avoiding".split()
)
#: Words that negate with a second word: *lack of*, *stopped short of*, *failed to*, *has yet to*, *far from*.
NEGATING_WITH = {
    "of": frozenset("lack lacks lacked lacking absence short instead".split()),
    "to": frozenset("fail fails failed failing failure refuse refuses refused refusing decline declines declined "
                    "declining unable yet".split()),
    "from": frozenset({"far"}),
    "than": frozenset({"rather"}),
    "but": frozenset({"anything"}),
}  # fmt: skip
#: After a negator, these undo it: *not only*, *no doubt*, *not to mention*, *no matter*.
NOT_NEGATING = frozenset("only just merely simply doubt matter question mention surprise wonder coincidence".split())
#: These negate the next word and no further: *instead of denying*, but *instead of making false claims*.
BRIEF_NEGATORS = frozenset("avoid avoids avoided avoiding instead rather".split())
#: These begin a clause of its own, which a negation before them does not reach.
SCOPE_ENDS = frozenset(
    "but although though because while whereas which who whom whose if unless until when where that yet nor "
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

#: After a full stop without a blank these end the name of a site.
_DOMAINS = frozenset("com org net gov edu info io ru uk".split())
#: With these begins no name for something.
_NO_NAME = frozenset(
    "to yes no a the i we of in by on at and or but not if very so too more most just against about for with over "
    "thank".split()
)
#: Between two capitals these stand in a name: *Doctors Without Borders*.
_IN_NAMES = frozenset("Without Nothing Nobody Nowhere Never".split())
#: *didn‘t* with a mark that is no apostrophe is two words, *didn* and *t*.
_CUT = frozenset(contracted.removesuffix("'t") for contracted in CONTRACTED.values())


class Gap:
    """What stands between two words, as bits (an enumeration would take longer to ask than to work out)."""

    CLAUSE = 1 << 0  # begins another clause
    OPENS = 1 << 1  # opens quotation marks or a bracket
    CLOSES = 1 << 2
    CLOSES_ONLY = 1 << 3  # closes, with no other punctuation
    OPENS_QUOTE = 1 << 4
    CLOSES_QUOTE = 1 << 5  # with no punctuation before the mark
    LINE = 1 << 6  # is a line's end that may stand in the middle of a sentence
    BLANK = 1 << 7  # is one blank
    APART = 1 << 8  # has white space
    ADDRESS = 1 << 9  # stands in addresses only
    DOT = 1 << 10  # is one full stop


_GAP_TESTS = {
    Gap.CLAUSE: re.compile(r"""[\s\S]*(?:[,;:()\[\]{}"“”«»„＂…—–\n\r\x00]|\s-+\s|--|\.\.\.|\s['‘]\B|[.!?]\s)"""),
    Gap.OPENS: re.compile(r"""\s["“'‘«„＂(\[]+\Z"""),
    Gap.CLOSES: re.compile(r"""[.,;!?]?["”'’»“＂)\]]"""),
    Gap.CLOSES_ONLY: re.compile(r"""["”'’»“＂)\]]+\s+\Z"""),
    Gap.OPENS_QUOTE: re.compile(r"""\s["“‘«„＂']\Z"""),
    Gap.CLOSES_QUOTE: re.compile(r"""["”’'»“＂]"""),
    Gap.LINE: re.compile(r"[ \t]*\r?\n[ \t]*\Z"),
    Gap.BLANK: re.compile(r" \Z"),
    Gap.APART: re.compile(r"[\s\S]*[\s\x00]"),
    Gap.ADDRESS: re.compile(r"[\s\S]*(?:@|://)"),
    Gap.DOT: re.compile(r"\.\Z"),
}


class Word:
    """What a word does to negation, and how it looks, as bits."""

    NEGATES = 1 << 0
    UNDOES = 1 << 1  # a negation before it
    ENDS = 1 << 2  # the reach of a negation
    CUT = 1 << 3  # is the first half of a contraction
    LONE_T = 1 << 4  # is its second half
    IN_NAMES = 1 << 5  # negates, but not between two capitals
    OF_VERBS = 1 << 6  # negates with *of* only a verb
    CAPITAL = 1 << 7
    SMALL = 1 << 8
    DOING = 1 << 9  # ends in *ing*
    NAMES = 1 << 10  # may begin what somebody calls something
    SITE = 1 << 11  # stands in the name of a site
    BRIEF = 1 << 28  # negates the next word only
    FIRST = tuple(1 << 12 + number for number in range(len(NEGATING_WITH)))  # negates with the second word after it
    SECOND = tuple(1 << 20 + number for number in range(len(NEGATING_WITH)))


_WORD_LISTS = {
    Word.NEGATES: NEGATORS, Word.UNDOES: NOT_NEGATING, Word.ENDS: SCOPE_ENDS, Word.CUT: _CUT, Word.LONE_T: {"t"},
    Word.OF_VERBS: {"short"}, Word.BRIEF: BRIEF_NEGATORS, **dict(zip(Word.FIRST, NEGATING_WITH.values(), strict=True)),
    **{bit: {word} for bit, word in zip(Word.SECOND, NEGATING_WITH, strict=True)},
}  # fmt: skip
_LISTED = {
    word: sum(bit for bit, words in _WORD_LISTS.items() if word in words)
    for words in _WORD_LISTS.values()
    for word in words
}


def _gap_facts(gap: str) -> int:
    return sum(bit for bit, test in _GAP_TESTS.items() if test.match(gap))


def _word_facts(word: str) -> int:
    plain = plain_word(word)
    facts = _LISTED.get(plain, 0) | (Word.NEGATES if plain.endswith("n't") else 0)
    if word[0].isupper():
        facts |= Word.CAPITAL | (Word.IN_NAMES if word in _IN_NAMES else 0)
    elif word[0].islower():
        facts |= Word.SMALL
        if len(word) > 1 and word not in _NO_NAME and not word.endswith("ly"):
            facts |= Word.NAMES
        if word.endswith("ing"):
            facts |= Word.DOING
    return facts | (Word.SITE if plain in _DOMAINS or plain == "www" else 0)


class Facts(NamedTuple):
    """What is known of each word of a batch, and of each gap (one more, the last after the last word), as bits."""

    word: np.ndarray
    gap: np.ndarray

    def words(self, bit: int) -> np.ndarray:
        """Which words are so."""
        return (self.word & bit) > 0

    def gaps(self, bit: int) -> np.ndarray:
        """Which gaps are so."""
        return (self.gap & bit) > 0


def find_facts(tokens: Tokens) -> Facts:
    """What is known of the words and gaps of a batch."""
    table = tokens.vocabulary.table
    words = table("facts of words", _word_facts, "int32", "words").take(tokens.word)
    return Facts(words, table("facts of gaps", _gap_facts, "int32", "gaps").take(tokens.gap))


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


def find_stretches(tokens: Tokens, facts: Facts) -> Stretches:
    """The clauses of a batch, and how far phrases run in it."""
    words = len(tokens.word)
    opens, closes, soft = facts.gaps(Gap.OPENS), facts.gaps(Gap.CLOSES), facts.gaps(Gap.LINE)
    soft[:words] &= facts.words(Word.SMALL)
    mark = np.flatnonzero(opens | closes)
    short = opens[mark[:-1]] & closes[mark[1:]] & (np.diff(mark) <= SHORT_ASIDE)
    first, end = mark[:-1][short], mark[1:][short]
    soft[first] = True
    soft[end] |= (facts.gap[end] & Gap.CLOSES_ONLY) > 0
    border = np.zeros(words + 1, dtype=np.int32)
    border[first] = np.arange(1, len(first) + 1)
    border[end] -= np.arange(1, len(first) + 1)
    breaks = facts.gaps(Gap.CLAUSE)[:words] | (np.diff(tokens.sentence, prepend=0) != 0)
    clause, reach = (np.cumsum(begins, dtype=np.int32) for begins in (breaks, breaks & ~soft[:words]))
    return Stretches(clause, reach, np.cumsum(border[:words], dtype=np.int32))


def quoted_stretches(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """First and last word of each stretch of one or two words in quotation marks that may name something.

    A capital begins a title or a name, and *to* or *yes* no name at all. A comma within the marks belongs to speech
    (*“false,” he said*).
    """
    closes = facts.gaps(Gap.CLOSES_QUOTE)
    place = np.flatnonzero(facts.gaps(Gap.OPENS_QUOTE)[:-1] & facts.words(Word.NAMES))
    one, two = closes[place + 1], closes[np.minimum(place + 2, len(facts.word))]
    two &= ~one & ((facts.gap[place + 1] & Gap.BLANK) > 0)
    return place[one | two], place[one | two] + two[one | two]


def in_addresses(facts: Facts) -> np.ndarray:
    """Which words stand in an address or a handle (`claims@example.org`, `@allegedly`, `www.false.example/claims`)."""
    dot = facts.gaps(Gap.DOT)
    sign = facts.gaps(Gap.ADDRESS)[:-1] | ((dot[:-1] | dot[1:]) & facts.words(Word.SITE))
    if not sign.any():
        return sign
    run = np.cumsum(facts.gaps(Gap.APART)[:-1], dtype=np.int32)
    marked = np.zeros(int(run[-1]) + 1, dtype=bool)
    marked[run[sign]] = True
    return marked[run]


def _negators(facts: Facts, clause: np.ndarray) -> np.ndarray:
    """Which words negate what follows them."""
    negator = facts.words(Word.NEGATES)
    negator[:-1] &= ~facts.words(Word.UNDOES)[1:] | (clause[1:] != clause[:-1])
    capital = facts.words(Word.CAPITAL)
    negator[1:-1] &= ~(facts.words(Word.IN_NAMES)[1:-1] & capital[:-2] & capital[2:])
    pair = facts.words(Word.CUT)[:-1] & facts.words(Word.LONE_T)[1:]
    for first, second in zip(Word.FIRST, Word.SECOND, strict=True):
        pair |= facts.words(first)[:-1] & facts.words(second)[1:]
    pair[:-1] &= ~facts.words(Word.OF_VERBS)[:-2] | facts.words(Word.DOING)[2:]
    negator[1:] |= pair
    return negator


def negated_places(facts: Facts, stretches: Stretches, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether each stretch of words stands under, or holds after its first word, an odd number of negations.

    A negation reaches `NEGATION_WINDOW` words forward, to the end of its clause or to a word that begins another; it
    does not reach out of quotation marks (*it was “not ideal”, she said*).

    Parameters
    ----------
    facts : Facts
    stretches : Stretches
    first, last : int arrays
        Indices of the first and last word of each.

    Returns
    -------
    bool array
    """
    scope, aside = stretches.reach + np.cumsum(facts.words(Word.ENDS), dtype=np.int32), stretches.aside
    where = np.flatnonzero(_negators(facts, stretches.reach))
    odd = np.zeros(len(first), dtype=bool)
    if not len(where):
        return odd
    brief = facts.words(Word.BRIEF)
    reach = np.where(brief[where] | brief[np.maximum(where - 1, 0)], 1, NEGATION_WINDOW)
    before = np.searchsorted(where, first)
    for back in (1, 2, 3):
        index = before - back
        at = where[np.maximum(index, 0)]
        near = (index >= 0) & (scope[at] == scope[first]) & (first - at <= reach[np.maximum(index, 0)])
        odd ^= near & ((aside[at] == 0) | (aside[at] == aside[first]))
    # within the match too: *is not possible*, found by *is [1] possible*
    return odd ^ ((np.searchsorted(where, last, side="right") - np.searchsorted(where, first, side="right")) % 2 == 1)
