"""Finding the entries of a lexicon in batches of texts, under their conditions and with negation in scope.

Every word a pattern or condition names belongs to an *element* (a set of alternatives). A distinct word of the texts
is looked up once: the elements that it belongs to give it a small *code*, so that all further questions are array
look-ups, ``member[code, element]``. Patterns are tried only where their rarest word stands. No step handles one
mention at a time.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.codebook.lexicon import Lexicon
from analysis.codebook.patterns import SHAPES, phrase_variants
from analysis.voice import Tokens

#: Words that negate what follows them in the clause; so does every word in *n't*.
NEGATORS = frozenset(
    "not never no without nor neither none nobody nothing hardly scarcely barely cannot nowhere".split()
)
#: With *of* and *to* after them, these negate too: *lack of*, *fail to*, *declined to*.
NEGATING_OF = frozenset("lack lacks lacked lacking absence".split())
NEGATING_TO = frozenset("fail fails failed failing failure refuse refuses refused decline declines declined".split())
#: After a negator, these undo it: *not only*, *no doubt*, *not to mention*, *no matter*.
NOT_NEGATING = frozenset("only just merely simply doubt matter question mention surprise wonder coincidence".split())
#: These begin a clause of its own, which a negation before them does not reach.
SCOPE_ENDS = frozenset(
    "but although though because while whereas which who whom whose if unless until when where that yet".split()
)
#: How far a negation reaches inside its clause, in words. *did not immediately respond to or deny* is 6; read
#: on newswire, further off the negated word is a different one.
NEGATION_WINDOW = 6
#: A headline in which this share of the words is capitalised is in title case: capitals tell nothing there.
TITLE_CASE = 0.7

_NEGATOR, _UNDOES, _ENDS, _BEFORE_OF, _BEFORE_TO, _OF, _TO = 1, 2, 4, 8, 16, 32, 64
_CLAUSE = re.compile(r"""[,;:()\[\]{}"“”«»…—–\n\r\x00]|\s-+\s|--|\.\.\.|(?:^|\s)['‘]\B|[.!?]\s""")
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand "
    "million billion trillion first second third dozen dozens hundreds thousands".split()
)
#: With *s* after an apostrophe these are "it is", "that is" and no possessives.
NOT_POSSESSIVE = frozenset("it that he she what there here let who where how this".split())
_SHAPE_TESTS = {
    "number": lambda w: w[0].isdigit() or w.lower() in _NUMBER_WORDS,
    "capital": lambda w: w[0].isupper(),
    "lower": lambda w: w[0].islower(),
    "ly": lambda w: len(w) > 4 and w.endswith("ly"),
    "ing": lambda w: len(w) > 4 and w.endswith("ing"),
    "ed": lambda w: len(w) > 3 and w.endswith("ed"),
    "s": lambda w: len(w) > 2 and w.endswith("s"),
    "not": lambda w: _negates(w),
}
assert set(_SHAPE_TESTS) == set(SHAPES)


def _negates(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in NEGATORS or plain.endswith("n't")


_ROLES = [
    (NEGATORS, _NEGATOR), (NOT_NEGATING, _UNDOES), (SCOPE_ENDS, _ENDS), (NEGATING_OF, _BEFORE_OF),
    (NEGATING_TO, _BEFORE_TO), ({"of"}, _OF), ({"to"}, _TO),
]  # fmt: skip
_ROLE_OF = {word: sum(role for words, role in _ROLES if word in words) for words, _ in _ROLES for word in words}


def _negation_role(word: str) -> int:
    """What a word does to negation, as bits."""
    lower = word.lower()
    return _NEGATOR if lower.endswith(("n't", "n’t")) else _ROLE_OF.get(lower, 0)


class Matches(NamedTuple):
    """Places where entries of a lexicon match: arrays of one length, in the order of the texts.

    Attributes
    ----------
    entry : int array
        Row of the entry in ``lexicon.entries``.
    first, last : int arrays
        First and last word of the match in the tokens.
    negated : bool array
    """

    entry: np.ndarray
    first: np.ndarray
    last: np.ndarray
    negated: np.ndarray


class Matcher:
    """A lexicon made ready for `find_matches`; it keeps what it has learnt of the words seen so far."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.entries = lexicon.entries
        self._classes = lexicon.classes
        self._elements: dict[tuple[str, bool], int] = {}
        self._exact: dict[str, list[int]] = {}
        self._typed: dict[str, list[int]] = {}
        self._prefix: dict[str, list[int]] = {}
        self._shape: dict[str, list[int]] = {}
        rows: list[tuple[int, list[tuple[int, int]]]] = []
        exclusions: list[tuple[int, list[tuple[int, int]]]] = []
        for number, entry in enumerate(self.entries.to_dict("records")):
            typed = entry["case"] == "typed"
            for variant in phrase_variants(entry["term"]):
                rows.append((number, [(d, self._element(word, typed)) for d, word in variant]))
            for phrase in filter(None, (part.strip() for part in entry["not_in"].split(";"))):
                exclusions += [
                    (number, [(d, self._element(word)) for d, word in variant]) for variant in phrase_variants(phrase)
                ]
        self._conditions = {
            column: np.array([self._element(text) if text else -1 for text in self.entries[column]], dtype=np.int32)
            for column in ("before", "not_before", "after", "not_after", "beside", "not_beside")
        }
        self._edges = {
            column: self.entries[column].str.split("|").map(lambda words: "^" in words or "$" in words).to_numpy(bool)
            for column in ("before", "not_before", "after", "not_after")
        }
        self._lengths = sorted({len(start) for start in self._prefix})
        self._shapes = [(numbers, _SHAPE_TESTS[shape]) for shape, numbers in self._shape.items()]
        self.patterns, self.excluded = _Patterns(rows), _Patterns(exclusions)
        self.within = self.entries["within"].to_numpy(np.int32)
        self.case = self.entries["case"].to_numpy(object)
        self.negation = self.entries["negation"].to_numpy(object)
        self.feature = self.entries["feature"].astype("category")
        self._codes: dict[tuple[int, ...], int] = {(): 0}
        self._name = f"elements {id(self)}"
        self._member = np.zeros((0, 0), dtype=bool)
        self._often = np.zeros(0, dtype=np.int64)

    def _element(self, text: str, typed: bool = False) -> int:
        """Number of the set of words that `text` stands for; its words are entered in the look-up tables."""
        if (text, typed) in self._elements:
            return self._elements[text, typed]
        number = self._elements[text, typed] = len(self._elements)
        for word in text.replace("’", "'").split("|"):
            for each in self._classes.get(word[1:], [word]) if word.startswith("@") else [word]:
                if each.startswith("@"):
                    self._shape.setdefault(each[1:], []).append(number)
                elif typed:
                    self._typed.setdefault(each, []).append(number)
                elif each.endswith("*"):
                    self._prefix.setdefault(each[:-1].lower(), []).append(number)
                else:
                    self._exact.setdefault(each.lower(), []).append(number)
        return number

    def _code(self, string: str) -> int:
        """Code of a word: which elements it belongs to."""
        typed = string.replace("’", "'")
        plain = typed.lower()
        found = set(self._exact.get(plain, ()))
        if self._typed:
            found.update(self._typed.get(typed, ()))
        if plain.endswith("'s") and plain[:-2] not in NOT_POSSESSIVE:
            found.update(self._exact.get(plain[:-2], ()), self._typed.get(typed[:-2], ()))
        for length in self._lengths:
            found.update(self._prefix.get(plain[:length], ()))
        for numbers, test in self._shapes:
            if test(string):
                found.update(numbers)
        if not found:
            return 0
        return self._codes.setdefault(tuple(sorted(found)), len(self._codes))

    def codes(self, tokens: Tokens) -> np.ndarray:
        """Code of each word of the tokens; the membership table is brought up to date."""
        table = tokens.vocabulary.table(self._name, self._code, "int32", "words")
        if len(self._member) < len(self._codes):
            self._member = np.zeros((len(self._codes), len(self._elements)), dtype=bool)
            for numbers, code in self._codes.items():
                self._member[code, list(numbers)] = True
            if not len(self._often):
                self._often = np.bincount(table.take(tokens.word), minlength=len(self._member)) @ self._member
            self.patterns.index(self._member, self._often)
            self.excluded.index(self._member, self._often)
        return table.take(tokens.word)

    def holds(self, element: np.ndarray, place: np.ndarray, code: np.ndarray, reachable: np.ndarray) -> np.ndarray:
        """Whether the word at each place (if reachable) belongs to each element."""
        inside = reachable & (place >= 0) & (place < len(code))
        found = self._member[code[np.where(inside, place, 0)], element] if len(code) else inside
        return inside & found


class _Patterns:
    """Patterns as padded arrays: for each its words' elements and distances from the anchor."""

    def __init__(self, rows: list[tuple[int, list[tuple[int, int]]]]) -> None:
        longest = max((len(words) for _, words in rows), default=1)
        self.entry = np.array([entry for entry, _ in rows], dtype=np.int32)
        self.element = np.full((len(rows), longest), -1, dtype=np.int32)
        self.distance = np.zeros((len(rows), longest), dtype=np.int32)
        for row, (_, words) in enumerate(rows):
            self.element[row, : len(words)] = [element for _, element in words]
            self.distance[row, : len(words)] = [distance for distance, _ in words]
        self.span = self.distance.max(axis=1) if len(rows) else np.zeros(0, np.int32)
        self.anchor = np.zeros(len(rows), dtype=np.int32)

    def index(self, member: np.ndarray, often: np.ndarray) -> None:
        """For each code the patterns anchored there; the anchor is the word that was rarest in the first batch."""
        if not len(self.entry):
            return
        often = np.append(often, often.max(initial=0) + 1)
        self.order = often[self.element].argsort(axis=1, kind="stable").astype(np.int32)
        self.anchor = self.order[:, 0]
        at = self.element[np.arange(len(self.entry)), self.anchor]
        code, pattern = np.nonzero(member[:, at])
        self.pattern = pattern.astype(np.int32)
        self.begin = np.searchsorted(code, np.arange(member.shape[0] + 1)).astype(np.int64)

    def find(self, matcher: Matcher, code: np.ndarray, clause: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pattern number and first word of each match, inside one clause."""
        if not len(self.entry) or not len(code):
            return np.zeros(0, np.int32), np.zeros(0, np.int64)
        count = np.diff(self.begin)[code]
        place = np.flatnonzero(count)
        many = count[place]
        step = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        pattern = self.pattern[np.repeat(self.begin[code[place]], many) + step]
        first = np.repeat(place, many) - self.distance[pattern, self.anchor[pattern]]
        for rank in range(1, self.element.shape[1]):
            slot = self.order[pattern, rank]
            element = self.element[pattern, slot]
            place = np.clip(first + self.distance[pattern, slot], 0, len(code) - 1)
            good = (element < 0) | matcher._member[code[place], element]
            pattern, first = pattern[good], first[good]
        last = first + self.span[pattern]
        good = (first >= 0) & (last < len(code))
        pattern, first, last = pattern[good], first[good], last[good]
        good = clause[first] == clause[last]
        return pattern[good], first[good]


def clause_numbers(tokens: Tokens) -> np.ndarray:
    """Number of the clause (a stretch without punctuation or quotation marks) that each word stands in."""
    breaks = tokens.vocabulary.table("clause", lambda s: bool(_CLAUSE.search(s)), of="gaps")[tokens.gap[:-1]]
    breaks |= np.diff(tokens.sentence, prepend=0) != 0
    return np.cumsum(breaks, dtype=np.int32)


def negated_places(tokens: Tokens, clause: np.ndarray, place: np.ndarray, last: np.ndarray | None = None) -> np.ndarray:
    """Whether each stretch of words stands under, or holds after its first word, an odd number of negations.

    A negation reaches `NEGATION_WINDOW` words forward, to the end of its clause or to a word that begins another.

    Parameters
    ----------
    tokens : Tokens
    clause : int array
        From `clause_numbers`.
    place, last : int arrays
        Indices of first and last words; by default the stretches are single words.

    Returns
    -------
    bool array
    """
    role = tokens.vocabulary.table("negation", _negation_role, "uint8", "words").take(tokens.word)
    negator = (role & _NEGATOR) > 0
    negator[:-1] &= ((role[1:] & _UNDOES) == 0) | (clause[1:] != clause[:-1])
    negator[1:] |= ((role[:-1] & _BEFORE_OF) > 0) & ((role[1:] & _OF) > 0)
    negator[1:] |= ((role[:-1] & _BEFORE_TO) > 0) & ((role[1:] & _TO) > 0)
    ends = (role & _ENDS) > 0
    scope = clause + np.cumsum(ends, dtype=np.int32)
    where = np.flatnonzero(negator)
    if not len(where):
        return np.zeros(len(place), dtype=bool)
    before = np.searchsorted(where, place)
    odd = np.zeros(len(place), dtype=bool)
    for back in (1, 2, 3):
        index = before - back
        at = where[np.maximum(index, 0)]
        odd ^= (index >= 0) & (scope[at] == scope[place]) & (place - at <= NEGATION_WINDOW)
    if last is not None:  # *is not possible*, found by *is [1] possible*
        odd ^= (np.searchsorted(where, last, side="right") - np.searchsorted(where, place, side="right")) % 2 == 1
    return odd


def find_matches(tokens: Tokens, matcher: Matcher, section: np.ndarray) -> Matches:
    """Entries of a lexicon in a batch of texts.

    Parameters
    ----------
    tokens : Tokens
    matcher : Matcher
    section : int array
        Section of each word: 0 headline, 1 subheading, 2 body, 3 footnote.

    Returns
    -------
    Matches

    Examples
    --------
    >>> from analysis.codebook.lexicon import read_lexicon
    >>> from analysis.voice import tokenise
    >>> tokens = tokenise(["There is no evidence. The charge was not false, Moscow said."])
    >>> matcher = Matcher(read_lexicon())
    >>> found = find_matches(tokens, matcher, np.full(len(tokens.word), 2))
    >>> matcher.entries["feature"][found.entry].tolist()[0]
    'no_evidence'
    """
    code = matcher.codes(tokens)
    clause = clause_numbers(tokens)
    pattern, first = matcher.patterns.find(matcher, code, clause)
    entry, last = matcher.patterns.entry[pattern], first + matcher.patterns.span[pattern]
    keep = _conditions_hold(tokens, matcher, code, clause, entry, first, last, section)
    entry, first, last = entry[keep], first[keep], last[keep]
    under = negated_places(tokens, clause, first, last)
    negation = matcher.negation[entry]
    keep = ~((negation == "needs") & ~under) & ~((negation == "never") & under)
    keep &= ~_inside_longer(matcher, code, clause, entry, first, last)
    entry, first, last, under, negation = (a[keep] for a in (entry, first, last, under, negation))
    feature = matcher.feature.cat.codes.to_numpy()[entry]
    order = _longest(feature, entry, first, last)
    order = _without_suppressed(matcher, feature, first, last, order, len(code))
    negated = under & (negation == "")
    return Matches(entry[order], first[order], last[order], negated[order])


def _conditions_hold(
    tokens: Tokens,
    matcher: Matcher,
    code: np.ndarray,
    clause: np.ndarray,
    entry: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    section: np.ndarray,
) -> np.ndarray:
    keep = np.ones(len(entry), dtype=bool)

    def clause_at(place: np.ndarray) -> np.ndarray:
        return clause[np.clip(place, 0, max(len(clause) - 1, 0))]

    for column, place, here in (("before", first - 1, first), ("after", last + 1, last)):
        same = (place >= 0) & (place < len(code)) & (clause_at(place) == clause[here])
        for name, wanted in ((column, True), (f"not_{column}", False)):
            element = matcher._conditions[name][entry]
            found = matcher.holds(np.maximum(element, 0), place, code, same & (element >= 0))
            found |= matcher._edges[name][entry] & ~same
            keep &= (element < 0) | (found == wanted)
    for name, wanted in (("beside", True), ("not_beside", False)):
        element = matcher._conditions[name][entry]
        asked = np.flatnonzero((element >= 0) & keep)
        found = np.zeros(len(asked), dtype=bool)
        for step in range(1, int(matcher.within[entry[asked]].max(initial=0)) + 1):
            near = matcher.within[entry[asked]] >= step
            for place in (first[asked] - step, last[asked] + step):
                reach = near & (clause_at(place) == clause[first[asked]])
                found |= matcher.holds(element[asked], place, code, reach)
        keep[asked] &= found == wanted
    case = matcher.case[entry]
    asked = np.flatnonzero(keep & ((case == "lower") | (case == "not_initial")))
    keep[asked] &= _case_holds(tokens, first[asked], last[asked], case[asked] == "lower", section)
    return keep


def _case_holds(
    tokens: Tokens, first: np.ndarray, last: np.ndarray, lower_only: np.ndarray, section: np.ndarray
) -> np.ndarray:
    vocabulary = tokens.vocabulary
    upper = vocabulary.table("capital", lambda s: s[0].isupper(), of="words")
    number = vocabulary.table("number", lambda s: s[0].isdigit(), of="words")
    capital = upper[tokens.word[first]]
    text = np.searchsorted(tokens.first, first, side="right") - 1
    words = np.diff(tokens.first)
    total = np.add.reduceat(np.append(upper.take(tokens.word), False).astype(np.int32), tokens.first[:-1])
    title = (section[first] == 0) & (total[text] >= TITLE_CASE * words[text])
    opens = np.append(True, tokens.sentence[1:] != tokens.sentence[:-1])[first]
    after = np.append(number.take(tokens.word), False)[last + 1]
    return ~capital | ((title | (opens & ~lower_only)) & ~after)


def _inside_longer(
    matcher: Matcher, code: np.ndarray, clause: np.ndarray, entry: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Matches that stand inside one of the longer phrases that their entry excludes."""
    pattern, begin = matcher.excluded.find(matcher, code, clause)
    if not len(pattern):
        return np.zeros(len(entry), dtype=bool)
    width = matcher.excluded.span[pattern] + 1
    step = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
    covered = np.repeat(matcher.excluded.entry[pattern].astype(np.int64), width) * len(code)
    covered = np.unique(covered + np.repeat(begin, width) + step)
    key = entry.astype(np.int64) * len(code)
    return np.isin(key + first, covered) & np.isin(key + last, covered)


def _longest(feature: np.ndarray, entry: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Indices of the matches to keep: of those of one feature that overlap, the longest, then the leftmost."""
    kept = np.zeros(len(first), dtype=bool)
    left = np.lexsort((entry, -last, first, feature))
    while len(left):
        f, a, b = feature[left].astype(np.int64), first[left], last[left]
        apart = f * (2 * int(last.max()) + 2)
        reach = np.maximum.accumulate(apart + b)
        opens = np.append(True, apart[1:] + a[1:] > reach[:-1])
        cluster = np.cumsum(opens) - 1
        best = pd.Series(b - a).groupby(cluster).idxmax().to_numpy()
        kept[left[best]] = True
        chosen = best[cluster]
        left = left[(a > b[chosen]) | (b < a[chosen])]
    keep = np.flatnonzero(kept)
    return keep[np.lexsort((feature[keep], last[keep], first[keep]))]


def _without_suppressed(
    matcher: Matcher, feature: np.ndarray, first: np.ndarray, last: np.ndarray, order: np.ndarray, words: int
) -> np.ndarray:
    """Drop what stands inside a `no_evidence` mention: *evidence* in *no evidence* is not evidence affirmed."""
    names = list(matcher.feature.cat.categories)
    if "no_evidence" not in names:
        return order
    strong = feature[order] == names.index("no_evidence")
    cover = np.zeros(words + 1, dtype=np.int32)
    np.add.at(cover, first[order][strong], 1)
    np.add.at(cover, last[order][strong] + 1, -1)
    inside = np.cumsum(cover) > 0
    return order[strong | ~(inside[first[order]] & inside[last[order]])]
