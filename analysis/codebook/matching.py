"""Finding the entries of a lexicon in batches of texts, under their conditions and with negation in scope.

Patterns are tried only where their rarest word stands. No step handles one mention at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.codebook.clauses import (
    Facts,
    Stretches,
    find_facts,
    find_stretches,
    in_addresses,
    negated_places,
    quoted_stretches,
)
from analysis.codebook.elements import Elements
from analysis.codebook.lexicon import Lexicon
from analysis.codebook.patterns import QUOTED, phrase_variants
from analysis.voice import Tokens

#: A headline in which this share of the words is capitalised is in title case: capitals tell nothing there.
TITLE_CASE = 0.7


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

    def where(self, keep: np.ndarray) -> Matches:
        """The matches that a mask or an index chooses."""
        return Matches(*(column[keep] for column in self))


class Batch(NamedTuple):
    """The words of a batch, and what conditions ask of them.

    Attributes
    ----------
    tokens : Tokens
    code : int array
        Which elements of the lexicon each word belongs to.
    facts : Facts
        What is known of words and gaps.
    stretches : Stretches
        Clauses, and how far phrases run.
    headline : bool array
        Which words stand in headlines.
    """

    tokens: Tokens
    code: np.ndarray
    facts: Facts
    stretches: Stretches
    headline: np.ndarray

    def together(self, places: np.ndarray, others: np.ndarray, stretch: np.ndarray) -> np.ndarray:
        """Whether two words are in one clause or reach (`stretch`); places may lie outside the batch."""
        inside = (places >= 0) & (places < len(stretch))
        return inside & (stretch[np.where(inside, places, 0)] == stretch[others])


class Matcher:
    """A lexicon made ready for `find_matches`; it keeps what it has learnt of the words seen so far."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.entries = entries = lexicon.entries
        self.elements = elements = Elements(lexicon.classes)
        patterns, excluded = _Patterns(), _Patterns()
        for number, entry in enumerate(entries.to_dict("records")):
            patterns.add(number, entry["term"], elements, entry["case"] == "typed")
            for phrase in filter(None, map(str.strip, entry["not_in"].split(";"))):
                excluded.add(number, phrase, elements)
        self.patterns, self.excluded = patterns.padded(), excluded.padded()
        self.conditions = {
            column: np.array([elements.number(text) if text else -1 for text in entries[column]], dtype=np.int32)
            for column in ("before", "not_before", "after", "not_after", "beside", "not_beside")
        }
        self.edges = {
            column: entries[column].str.split("|").map(lambda words: "^" in words or "$" in words).to_numpy(bool)
            for column in ("before", "not_before", "after", "not_after")
        }
        self.within = entries["within"].to_numpy(np.int32)
        self.case = entries["case"].to_numpy(object)
        self.negation = entries["negation"].to_numpy(object)
        self.feature = entries["feature"].astype("category")
        self.quoted = np.flatnonzero(entries["term"] == QUOTED).astype(np.int32)
        self._known = -1

    def batch(self, tokens: Tokens, headline: np.ndarray) -> Batch:
        """The words of a batch as this lexicon sees them; patterns are indexed anew where there are new codes."""
        code = self.elements.codes(tokens)
        member = self.elements.member
        if self._known < len(member):
            if self._known < 0:  # what is rare in the first batch is taken to be rare in all
                often = np.bincount(code, minlength=len(member)) @ member
                self.patterns.choose_anchors(often)
                self.excluded.choose_anchors(often)
            self._known = len(member)
            self.patterns.index(member)
            self.excluded.index(member)
        facts = find_facts(tokens)
        return Batch(tokens, code, facts, find_stretches(tokens, facts), headline)


class _Patterns:
    """Phrases as padded arrays: for each its words' elements and distances from the first, the rarest word in front."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, list[tuple[int, int]]]] = []

    def add(self, entry: int, phrase: str, elements: Elements, typed: bool = False) -> None:
        """Every variant of a phrase of an entry; what stands for words in quotation marks is found otherwise."""
        if phrase != QUOTED:
            for variant in phrase_variants(phrase):
                self._rows.append((entry, [(elements.number(word, typed), distance) for distance, word in variant]))

    def padded(self) -> _Patterns:
        """Lay the phrases out; -1 stands for no word."""
        longest = max((len(words) for _, words in self._rows), default=1)
        self.entry = np.array([entry for entry, _ in self._rows], dtype=np.int32)
        self.element = np.full((len(self._rows), longest), -1, dtype=np.int32)
        self.distance = np.zeros((len(self._rows), longest), dtype=np.int32)
        for row, (_, words) in enumerate(self._rows):
            self.element[row, : len(words)], self.distance[row, : len(words)] = zip(*words, strict=True)
        self.span = self.distance.max(axis=1, initial=0)
        return self

    def choose_anchors(self, often: np.ndarray) -> None:
        """Put the rarest word of each phrase in front: the phrase is tried only where it stands."""
        often = np.append(often, often.max(initial=0) + 1)
        order = often[self.element].argsort(axis=1, kind="stable")
        self.element = np.take_along_axis(self.element, order, axis=1)
        self.distance = np.take_along_axis(self.distance, order, axis=1)

    def index(self, member: np.ndarray) -> None:
        """For each code the phrases anchored there: `pattern` from ``begin[code]`` to ``begin[code + 1]``."""
        code, pattern = np.nonzero(member[:, self.element[:, 0]])
        self.pattern = pattern.astype(np.int32)
        self.begin = np.searchsorted(code, np.arange(len(member) + 1)).astype(np.int64)

    def find(self, batch: Batch, member: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Entry, first and last word of each phrase that stands within one reach."""
        code = batch.code
        if not len(self.entry) or not len(code):
            return np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)
        count = np.diff(self.begin)[code]
        place = np.flatnonzero(count)
        many = count[place]
        pattern = self.pattern[_runs(self.begin[code[place]], many)]
        first = np.repeat(place, many) - self.distance[pattern, 0]
        for rank in range(1, self.element.shape[1]):
            element = self.element[pattern, rank]
            word = np.clip(first + self.distance[pattern, rank], 0, len(code) - 1)
            good = (element < 0) | member[code[word], element]
            pattern, first = pattern[good], first[good]
        last = first + self.span[pattern]
        good = (first >= 0) & (last < len(code))
        pattern, first, last = pattern[good], first[good], last[good]
        good = batch.stretches.reach[first] == batch.stretches.reach[last]
        return self.entry[pattern[good]], first[good], last[good]


def _runs(begin: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The numbers from each begin on, as many as its count, one run after the other."""
    return np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())


def find_matches(tokens: Tokens, matcher: Matcher, headline: np.ndarray) -> Matches:
    """Entries of a lexicon in a batch of texts.

    Parameters
    ----------
    tokens : Tokens
    matcher : Matcher
    headline : bool array
        Which words stand in headlines.

    Returns
    -------
    Matches

    Examples
    --------
    >>> from analysis.codebook.lexicon import read_lexicon
    >>> from analysis.voice import tokenise
    >>> tokens = tokenise(["There is no evidence. The charge was not false, Moscow said."])
    >>> matcher = Matcher(read_lexicon())
    >>> found = find_matches(tokens, matcher, np.zeros(len(tokens.word), dtype=bool))
    >>> matcher.entries["feature"][found.entry].tolist()[0]
    'no_evidence'
    """
    batch = matcher.batch(tokens, headline)
    found = _candidates(batch, matcher)
    for condition in (_neighbours_hold, _surroundings_hold, _case_holds, _negation_holds, _no_longer_phrase):
        found = found.where(condition(batch, matcher, found))
    found = found.where(_longest(matcher, found))
    found = found.where(~_suppressed(matcher, found, len(batch.code)))
    return found._replace(negated=found.negated & (matcher.negation[found.entry] == ""))


def _candidates(batch: Batch, matcher: Matcher) -> Matches:
    """Where the words of an entry stand, whatever its conditions."""
    entry, first, last = matcher.patterns.find(batch, matcher.elements.member)
    for number in matcher.quoted:
        opens, closes = quoted_stretches(batch.facts)
        entry = np.append(entry, np.full(len(opens), number))
        first, last = np.append(first, opens), np.append(last, closes)
    if len(first):
        apart = ~in_addresses(batch.facts)[first]
        entry, first, last = entry[apart], first[apart], last[apart]
    return Matches(entry, first, last, np.zeros(len(entry), dtype=bool))


def _belongs(batch: Batch, matcher: Matcher, element: np.ndarray, place: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whether the word at each place belongs to each element, where it is asked."""
    found = np.zeros(len(place), dtype=bool)
    found[asked] = matcher.elements.member[batch.code[place[asked]], element[asked]]
    return found


def _neighbours_hold(batch: Batch, matcher: Matcher, found: Matches) -> np.ndarray:
    """`before`, `not_before`, `after`, `not_after`: the words beside the match, or the edge of its clause."""
    keep = np.ones(len(found.entry), dtype=bool)
    for column, place, own in (("before", found.first - 1, found.first), ("after", found.last + 1, found.last)):
        edge = ~batch.together(place, own, batch.stretches.clause)
        near = batch.together(place, own, batch.stretches.reach)
        for name, wanted in ((column, True), (f"not_{column}", False)):
            element = matcher.conditions[name][found.entry]
            holds = _belongs(batch, matcher, element, place, near & (element >= 0))
            holds |= matcher.edges[name][found.entry] & edge
            keep &= (element < 0) | (holds == wanted)
    return keep


def _surroundings_hold(batch: Batch, matcher: Matcher, found: Matches) -> np.ndarray:
    """`beside` and `not_beside`: some word of the clause not far from the match."""
    keep = np.ones(len(found.entry), dtype=bool)
    for name, wanted in (("beside", True), ("not_beside", False)):
        asked = np.flatnonzero((matcher.conditions[name][found.entry] >= 0) & keep)
        entry, first, last = found.entry[asked], found.first[asked], found.last[asked]
        element, within = matcher.conditions[name][entry], matcher.within[entry]
        holds = np.zeros(len(asked), dtype=bool)
        for step in range(1, int(within.max(initial=0)) + 1):
            for place in (first - step, last + step):
                near = (within >= step) & batch.together(place, first, batch.stretches.reach)
                holds |= _belongs(batch, matcher, element, place, near)
        keep[asked] = holds == wanted
    return keep


def _case_holds(batch: Batch, matcher: Matcher, found: Matches) -> np.ndarray:
    """`case`: a capital is allowed where it says nothing, at the start of a sentence or in a headline in title case."""
    case = matcher.case[found.entry]
    asked = np.flatnonzero((case == "lower") | (case == "not_initial"))
    keep = np.ones(len(case), dtype=bool)
    if not len(asked):
        return keep
    tokens, first, last = batch.tokens, found.first[asked], found.last[asked]
    upper = tokens.vocabulary.table("capital", lambda s: s[0].isupper(), of="words").take(tokens.word)
    number = tokens.vocabulary.table("number", lambda s: s[0].isdigit(), of="words").take(tokens.word)
    text = np.searchsorted(tokens.first, first, side="right") - 1
    capitals = np.add.reduceat(np.append(upper, False).astype(np.int32), tokens.first[:-1])
    title = batch.headline[first] & (capitals >= TITLE_CASE * np.diff(tokens.first))[text]
    opens = np.append(True, tokens.sentence[1:] != tokens.sentence[:-1])[first]
    silent = title | (opens & (case[asked] == "not_initial"))
    keep[asked] = ~upper[first] | (silent & ~np.append(number, False)[last + 1])
    return keep


def _negation_holds(batch: Batch, matcher: Matcher, found: Matches) -> np.ndarray:
    """`negation`: ``needs`` one, or ``never`` stands under one. Which matches do is noted in `found`."""
    found.negated[:] = negated_places(batch.facts, batch.stretches, found.first, found.last)
    negation = matcher.negation[found.entry]
    return np.where(found.negated, negation != "never", negation != "needs")


def _no_longer_phrase(batch: Batch, matcher: Matcher, found: Matches) -> np.ndarray:
    """`not_in`: the match stands in none of the longer phrases that its entry excludes."""
    entry, begin, end = matcher.excluded.find(batch, matcher.elements.member)
    if not len(entry):
        return np.ones(len(found.entry), dtype=bool)
    width = end - begin + 1
    covered = np.unique(np.repeat(entry.astype(np.int64), width) * len(batch.code) + _runs(begin, width))
    own = found.entry.astype(np.int64) * len(batch.code)
    return ~(np.isin(own + found.first, covered) & np.isin(own + found.last, covered))


def _longest(matcher: Matcher, found: Matches) -> np.ndarray:
    """Indices of the matches to keep: of those of one feature that overlap, the longest, then the leftmost."""
    entry, first, last, _ = found
    feature = matcher.feature.cat.codes.to_numpy()[entry]
    kept = np.zeros(len(first), dtype=bool)
    left = np.lexsort((entry, -last, first, feature))
    while len(left):
        begin, end = first[left], last[left]
        apart = feature[left].astype(np.int64) * (2 * int(last.max()) + 2)
        reached = np.maximum.accumulate(apart + end)
        opens = np.append(True, apart[1:] + begin[1:] > reached[:-1])
        cluster = np.cumsum(opens) - 1
        best = pd.Series(end - begin).groupby(cluster).idxmax().to_numpy()
        kept[left[best]] = True
        chosen = best[cluster]
        left = left[(begin > end[chosen]) | (end < begin[chosen])]
    keep = np.flatnonzero(kept)
    return keep[np.lexsort((feature[keep], last[keep], first[keep]))]


def _suppressed(matcher: Matcher, found: Matches, words: int) -> np.ndarray:
    """What stands inside a `no_evidence` mention: *evidence* in *no evidence* is not evidence affirmed."""
    strong = (matcher.feature == "no_evidence").to_numpy()[found.entry]
    border = np.zeros(words + 1, dtype=np.int32)
    np.add.at(border, found.first[strong], 1)
    np.add.at(border, found.last[strong] + 1, -1)
    inside = np.cumsum(border) > 0
    return ~strong & inside[found.first] & inside[found.last]
