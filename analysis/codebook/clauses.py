"""Where words stand: in which clause, within reach of which phrase, under how many negations."""

from __future__ import annotations

import re

import numpy as np

from analysis.voice import Tokens

#: Words that negate what follows them in the clause; so does every word in *n't*, with or without its apostrophe.
NEGATORS = frozenset(
    "not never no without nor neither none nobody nothing hardly scarcely barely cannot nowhere "
    "refrain refrains refrained refraining".split()
)
#: With *of* and *to* after them, these negate too: *lack of*, *stopped short of*, *failed to*, *has yet to*.
NEGATING_OF = frozenset("lack lacks lacked lacking absence short".split())
NEGATING_TO = frozenset(
    "fail fails failed failing failure refuse refuses refused refusing decline declines declined declining unable "
    "yet".split()
)
#: After a negator, these undo it: *not only*, *no doubt*, *not to mention*, *no matter*.
NOT_NEGATING = frozenset("only just merely simply doubt matter question mention surprise wonder coincidence".split())
#: These begin a clause of its own, which a negation before them does not reach.
SCOPE_ENDS = frozenset(
    "but although though because while whereas which who whom whose if unless until when where that yet".split()
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
_OPENS_QUOTE = re.compile(r"""\s["“‘«„＂']$""")
_CLOSES_QUOTE = re.compile(r"""["”’'»“＂](?![\w])""")
_SOFT_LINE = re.compile(r"[ \t]*\r?\n[ \t]*$")
_NEGATOR, _UNDOES, _ENDS, _BEFORE_OF, _BEFORE_TO, _OF, _TO = 1, 2, 4, 8, 16, 32, 64


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
        word = word.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("\xad", "").translate(_APOSTROPHES)
    return word.strip("_") or word


def negates(word: str) -> bool:
    """Whether a word negates what follows it."""
    plain = plain_word(word)
    return plain in NEGATORS or plain.endswith("n't")


def clause_numbers(tokens: Tokens) -> np.ndarray:
    """Number of the clause (a stretch without punctuation or quotation marks) that each word stands in."""
    return np.cumsum(_breaks(tokens), dtype=np.int32)


def reach_numbers(tokens: Tokens) -> np.ndarray:
    """Number of the stretch within which phrases and negations run, by word.

    It is the clause, but that it runs through quotation marks and brackets round a few words, and through the end of a
    line in the middle of a sentence.
    """
    table = tokens.vocabulary.table
    gap = tokens.gap[:-1]
    opens = table("opens an aside", lambda s: bool(_OPENS.match(s)), of="gaps")[gap]
    closes = table("closes an aside", lambda s: bool(_CLOSES.match(s)), of="gaps")[gap]
    closes_only = table("only closes an aside", lambda s: bool(_CLOSES_ONLY.match(s)), of="gaps")[gap]
    soft = table("line within a sentence", lambda s: bool(_SOFT_LINE.match(s)), of="gaps")[gap]
    soft &= table("begins small", lambda s: s[0].islower(), of="words")[tokens.word]
    mark = np.flatnonzero(opens | closes)
    before, after = mark[:-1], mark[1:]
    aside = opens[before] & closes[after] & (after - before <= SHORT_ASIDE)
    soft[before[aside]] = True
    soft[after[aside]] |= closes_only[after[aside]]
    return np.cumsum(_breaks(tokens) & ~soft, dtype=np.int32)


def _breaks(tokens: Tokens) -> np.ndarray:
    """Whether a clause begins at each word."""
    breaks = tokens.vocabulary.table("clause", lambda s: bool(_CLAUSE.search(s)), of="gaps")[tokens.gap[:-1]]
    return breaks | (np.diff(tokens.sentence, prepend=0) != 0)


def quoted_stretches(tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """First and last word of each stretch of one or two words between quotation marks that begins with a small letter.

    A capital begins a title or a name. A comma within the marks belongs to speech (*“false,” he said*).
    """
    table = tokens.vocabulary.table
    opens = table("opens a quotation", lambda s: bool(_OPENS_QUOTE.match(s)), of="gaps")[tokens.gap]
    closes = table("closes a quotation", lambda s: bool(_CLOSES_QUOTE.match(s)), of="gaps")[tokens.gap]
    small = table("begins small", lambda s: s[0].islower(), of="words")[tokens.word]
    place = np.flatnonzero(opens[:-1] & small)
    one, two = closes[place + 1], closes[np.minimum(place + 2, len(tokens.word))]
    two &= ~one & (place + 1 < len(tokens.word))
    two[two] &= tokens.sentence[place[two]] == tokens.sentence[place[two] + 1]
    return place[one | two], place[one | two] + two[one | two]


def in_addresses(tokens: Tokens) -> np.ndarray:
    """Which words stand in an address or a handle (`claims@example.org`, `@allegedly`, `www.false.example/claims`)."""
    table = tokens.vocabulary.table
    gap = tokens.gap[:-1]
    apart = table("has white space", lambda s: bool(re.search(r"[\s\x00]", s)), of="gaps")[gap]
    sign = table("address", lambda s: "@" in s or "://" in s, of="gaps")[gap]
    sign |= table("www", lambda s: s.lower() == "www", of="words")[tokens.word]
    if not sign.any():
        return sign
    run = np.cumsum(apart, dtype=np.int32)
    marked = np.zeros(int(run[-1]) + 1, dtype=bool)
    marked[run[sign]] = True
    return marked[run]


def _role(word: str) -> int:
    """What a word does to negation, as bits."""
    plain = plain_word(word)
    return _NEGATOR if plain.endswith("n't") else _ROLE_OF.get(plain, 0)


_ROLES = [
    (NEGATORS, _NEGATOR), (NOT_NEGATING, _UNDOES), (SCOPE_ENDS, _ENDS), (NEGATING_OF, _BEFORE_OF),
    (NEGATING_TO, _BEFORE_TO), ({"of"}, _OF), ({"to"}, _TO),
]  # fmt: skip
_ROLE_OF = {word: sum(role for words, role in _ROLES if word in words) for words, _ in _ROLES for word in words}


def _negators(tokens: Tokens, clause: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which words negate, and which end the reach of a negation before them."""
    role = tokens.vocabulary.table("negation", _role, "uint8", "words").take(tokens.word)
    cut = tokens.vocabulary.table("cut n't", lambda s: s.lower() in _CUT, of="words").take(tokens.word)
    lone_t = tokens.vocabulary.table("lone t", lambda s: s in "tT", of="words").take(tokens.word)
    negator = (role & _NEGATOR) > 0
    negator[:-1] &= ((role[1:] & _UNDOES) == 0) | (clause[1:] != clause[:-1])
    negator[1:] |= ((role[:-1] & _BEFORE_OF) > 0) & ((role[1:] & _OF) > 0)
    negator[1:] |= ((role[:-1] & _BEFORE_TO) > 0) & ((role[1:] & _TO) > 0)
    negator[1:] |= cut[:-1] & lone_t[1:]
    return negator, (role & _ENDS) > 0


#: *didn‘t* with a mark that is no apostrophe is two words, *didn* and *t*.
_CUT = frozenset(contracted.removesuffix("'t") for contracted in CONTRACTED.values())


def negated_places(tokens: Tokens, reach: np.ndarray, first: np.ndarray, last: np.ndarray | None = None) -> np.ndarray:
    """Whether each stretch of words stands under, or holds after its first word, an odd number of negations.

    A negation reaches `NEGATION_WINDOW` words forward, to the end of its clause or to a word that begins another.

    Parameters
    ----------
    tokens : Tokens
    reach : int array
        From `reach_numbers`.
    first, last : int arrays
        Indices of first and last words; by default the stretches are single words.

    Returns
    -------
    bool array
    """
    negator, ends = _negators(tokens, reach)
    scope = reach + np.cumsum(ends, dtype=np.int32)
    where = np.flatnonzero(negator)
    odd = np.zeros(len(first), dtype=bool)
    if not len(where):
        return odd
    before = np.searchsorted(where, first)
    for back in (1, 2, 3):
        index = before - back
        at = where[np.maximum(index, 0)]
        odd ^= (index >= 0) & (scope[at] == scope[first]) & (first - at <= NEGATION_WINDOW)
    if last is not None:  # *is not possible*, found by *is [1] possible*
        odd ^= (np.searchsorted(where, last, side="right") - np.searchsorted(where, first, side="right")) % 2 == 1
    return odd
