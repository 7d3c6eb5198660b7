"""Every word and gap of a batch as small integers: what kind it is, whether it may be a cue, what stands around it.

Words are coded by their own form where they are grammatical words, by their shape otherwise, so that the weights of the
models (weights.csv) can be read as words. All arrays are padded by one rule: `PAD` places follow the last word, which
hold nothing; so a few places beyond either end of a batch can be asked for (index -1 is the last of the padding).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.voice.models import Models, read_models
from analysis.voice.quotes import Quotes
from analysis.voice.tokens import Tokens, Vocabulary

#: What the weights were fitted on: edit it only together with a new fit (benchmarks/attribution.py).
CUES = Path(__file__).with_name("cues.csv")
STANCES = ("neutral", "endorsing", "doubting", "denying", "accusing")
#: Places after the last word that hold nothing.
PAD = 4

#: Grammatical words, each a kind of its own; words of the same line share their name's kind when given after `=`.
_GRAMMAR = """
that who which whom whose what how why when where while whether if because as after before since until although though
unless than like so and but or nor yet of in on at by to for from with about against into over under during between
through among without within toward around including despite following amid upon regarding not never no
the a this these those such some any all every each another other both many most more several few one two
i you he she it we they me him her us them his its our their my your himself herself itself themselves myself
there here then now also still just only even already again ever too later earlier once
is are was were be been being am has have had having do does did will would can could may might must should shall
according up out off down back away it's he's she's they're i'm we're you're that's there's isn't aren't wasn't
weren't don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't i've we've they've
said says told
time=monday,tuesday,wednesday,thursday,friday,saturday,sunday,yesterday,today,tonight,week,month,year,morning,night
hearer=reporters,journalists,lawmakers,supporters,voters,viewers,readers,senators,congress,fans,audience
""".split("\n")
#: Kinds of all other words, by shape.
_SHAPES = ("none", "number", "initial", "capital", "Ly", "Ing", "Ed", "Ss", "Possessive", "lower")
_GAPS = "space comma semicolon colon dash open close stop question line quote comma-quote stop-quote slash other label"


def _kind_names() -> tuple[tuple[str, ...], dict[str, int]]:
    names, codes = list(_SHAPES), {}
    for token in " ".join(_GRAMMAR).split():
        name, _, members = token.partition("=")
        if name not in names:
            names.append(name)
        for word in members.split(",") if members else [name]:
            codes[word] = names.index(name)
    return tuple(names), codes


KINDS, _KIND_CODES = _kind_names()
GAPS = tuple(_GAPS.split())
LINE, LABEL, COMMA, COLON, DASH = (GAPS.index(name) for name in ("line", "label", "comma", "colon", "dash"))
THAT, WHO, AND, BY, AS = (KINDS.index(name) for name in ("that", "who", "and", "by", "as"))


def kinds_named(names: str) -> np.ndarray:
    """A mask over KINDS: true for the names given, separated by spaces."""
    return np.isin(np.array(KINDS), names.split())


def gaps_named(names: str) -> np.ndarray:
    """A mask over GAPS: true for the names given, separated by spaces."""
    return np.isin(np.array(GAPS), names.split())


def kind_of(word: str) -> int:
    """Code (an index into KINDS) of a word: itself if grammatical, else its shape."""
    low = word.lower().replace("’", "'")
    if low in _KIND_CODES and not (word.isupper() and len(word) > 1):
        return _KIND_CODES[low]
    if word[:1].isdigit():
        return 1
    if word[:1].isupper():
        return 8 if low.endswith("'s") else 3
    for code, ending in ((4, "ly"), (5, "ing"), (6, "ed"), (8, "'s"), (7, "s")):
        if low.endswith(ending) and len(low) > len(ending) + 2:
            return code
    return 9


def gap_kind(gap: str) -> int:
    """Code (an index into GAPS) of what stands between two words."""
    if "\n" in gap or "\x00" in gap or "\r" in gap:
        return 9 if "\x00" in gap or ":" not in gap.splitlines()[0] else 15
    marks = "".join(gap.split())
    if not marks:
        return 0
    quoted = any(mark in '"＂“”〝〞«»„‘' or (mark in "'’" and gap[:1] in "'’" and len(marks) > 1) for mark in marks)
    for code, members in ((2, ";"), (3, ":"), (5, "(["), (6, ")]"), (7, ".…"), (8, "!?"), (4, "—–"), (1, ",")):
        if any(mark in members for mark in marks):
            if quoted:
                return 11 if code in (1, 4) else 12 if code in (7, 8) else code
            return code
    if quoted:
        return 10
    return 4 if "-" in marks else 13 if "/" in marks else 14


class Cue(NamedTuple):
    """One word that may carry an attribution: lemma, frame (what it can govern) and stance."""

    lemma: str
    frame: str
    stance: str


class CueList(NamedTuple):
    """The words of cues.csv in lower case; the lemmas and frames that they have, each in order, `none` first; and the
    models that were fitted on them."""

    forms: dict[str, Cue]
    lemmas: tuple[str, ...]
    frames: tuple[str, ...]
    models: Models

    def governing(self, tag: str) -> np.ndarray:
        """A mask over `frames`: true for those with this tag."""
        return np.array([tag in frame.split() for frame in self.frames])


@cache
def read_cues() -> CueList:
    """The cues that are shipped, with the shipped weights."""
    return list_cues(read_models())


def list_cues(models: Models) -> CueList:
    """The cues that are shipped, with the models given."""
    forms: dict[str, Cue] = {}
    with CUES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cue = Cue(row["lemma"], row["frame"], row["stance"])
            forms.update(dict.fromkeys(row["words"].split("|"), cue))
    lemmas = tuple(dict.fromkeys(["none", *(cue.lemma for cue in forms.values())]))
    frames = tuple(dict.fromkeys(["none", *(cue.frame for cue in forms.values())]))
    return CueList(forms, lemmas, frames, models)


def cue_tables(vocabulary: Vocabulary, cues: CueList) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each string of the vocabulary: lemma, frame (indices into `cues`; 0 is no cue) and stance."""
    known = list(dict.fromkeys(cues.forms.values()))
    number = {cue: code for code, cue in enumerate(known, 1)}
    nothing = Cue("none", "none", STANCES[0])
    code = vocabulary.table("cue", lambda s: number.get(cues.forms.get(s.lower(), nothing), 0), "int16", "words")
    rows = [nothing, *known]
    lemmas, frames = ({value: code for code, value in enumerate(values)} for values in (cues.lemmas, cues.frames))
    lemma = np.array([lemmas[cue.lemma] for cue in rows], dtype=np.int16)
    frame = np.array([frames[cue.frame] for cue in rows], dtype=np.int16)
    stance = np.array([STANCES.index(cue.stance) for cue in rows], dtype=np.uint8)
    return lemma[code], frame[code], stance[code]


class Words(NamedTuple):
    """What is known of every word and gap of a batch; `size` words, then `PAD` places that hold nothing.

    Attributes
    ----------
    kind : uint8 array
        Index into KINDS of each word.
    gap : uint8 array
        Index into GAPS of what stands before each word.
    lemma, frame : int16 arrays
        Indices into those of `cues`; 0 for words that are no cue.
    stance : uint8 array
        Index into STANCES.
    head, tail : int32 arrays
        First word, and one past the last, of the sentence of each word.
    mark : int32 array
        The last word at or before each with more than a space before it.
    quote_first, quote_last, quote_next : int32 arrays
        First word and end of the last quotation that begins at or before each word (-1: none), and the first word of
        the next one.
    opens : bool array
        Begins a text: what stands before it is another text's and must not count.
    cue : int array
        Places of the words that may be a cue.
    day : bool array
        Says when somebody spoke and nothing else (*last Monday*, *March 23*).
    seeming : bool array
        Says how it looks to who writes (*apparently*, *an apparent hint*).
    press : bool array
        Makes of *reports* behind it what media report (*media reports*).
    that : int array
        Places of *that*, but for *of that*.
    size : int
        How many words there are.
    cues : CueList
    """

    kind: np.ndarray
    gap: np.ndarray
    lemma: np.ndarray
    frame: np.ndarray
    stance: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    mark: np.ndarray
    quote_first: np.ndarray
    quote_last: np.ndarray
    quote_next: np.ndarray
    opens: np.ndarray
    cue: np.ndarray
    day: np.ndarray
    seeming: np.ndarray
    press: np.ndarray
    that: np.ndarray
    size: int
    cues: CueList

    def inside(self, place: np.ndarray) -> np.ndarray:
        """Which places stand inside quotation marks."""
        return place < self.quote_last[place]

    def before(self, place: np.ndarray) -> np.ndarray:
        """Kind of the word before each place; none where a text begins."""
        return np.where(self.opens[place], 0, self.kind[place - 1])

    def governs(self, tag: str, cue: np.ndarray) -> np.ndarray:
        """Which of the words have this tag in their frame."""
        return self.cues.governing(tag)[self.frame[cue]]

    def of_lemma(self, cue: np.ndarray, *lemmas: str) -> np.ndarray:
        """Which of the words are forms of these lemmas."""
        return np.isin(np.array(self.cues.lemmas), lemmas)[self.lemma[cue]]


_DAYS = frozenset(
    "on last this next earlier later late early week month year morning afternoon evening night today yesterday monday "
    "tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december jan feb aug sept oct nov dec".split()
)


_SEEMING = ("apparent", "apparently", "seeming", "seemingly", "presumably", "evidently")


_PRESS = ("media", "press", "news", "newspaper", "television", "intelligence")
#: Days, looks and the press in one table: one pass over the vocabulary.
_MARKED = {**dict.fromkeys(_DAYS, 1), **dict.fromkeys(_SEEMING, 2), **dict.fromkeys(_PRESS, 3)}


def _padded(values: np.ndarray, filler: int = 0) -> np.ndarray:
    return np.append(values, np.full(PAD, filler, dtype=values.dtype))


def read_words(tokens: Tokens, quotes: Quotes, cues: CueList) -> Words:
    """Code the words and gaps of a batch."""
    strings, count = tokens.vocabulary, len(tokens.word)
    kind = _padded(strings.table("kind", kind_of, "uint8", "words").take(tokens.word))
    change = np.flatnonzero(np.diff(tokens.sentence, prepend=-1)).astype(np.int32)
    kind[_inside_names(strings, tokens, kind, change)] = KINDS.index("capital")
    size = np.diff(np.append(change, count))
    gap = strings.table("gap kind", gap_kind, "uint8", "gaps").take(tokens.gap)
    inner = np.ones(count + 1, dtype=bool)
    inner[change] = False
    gap[inner & (gap == GAPS.index("stop"))] = 0  # the full stop of an abbreviation
    gap = _padded(gap[:count], LINE)
    opens = np.zeros(count + PAD, dtype=bool)
    opens[tokens.first] = True
    place = np.arange(count + PAD, dtype=np.int32)
    began = np.zeros(count + PAD, dtype=np.int32)
    began[quotes.first] = 1
    began = np.cumsum(began, dtype=np.int32)
    that = np.flatnonzero(kind == THAT)
    lemma, frame, stance = (_padded(table.take(tokens.word)) for table in cue_tables(strings, cues))
    marked = strings.table("marked", lambda s: _MARKED.get(s.lower(), int(s.isdigit())), "uint8", "words")
    marked = _padded(marked.take(tokens.word))
    return Words(
        kind=kind,
        gap=gap,
        lemma=lemma,
        frame=frame,
        stance=stance,
        head=_padded(np.repeat(change, size), count),
        tail=_padded(np.repeat((change + size).astype(np.int32), size), count),
        mark=np.maximum.accumulate(np.where(gap != 0, place, 0)),
        quote_first=np.append(np.int32(-1), quotes.first)[began],
        quote_last=np.append(np.int32(-1), quotes.last)[began],
        quote_next=np.append(quotes.first, np.int32(2**30))[began],
        opens=opens,
        cue=np.flatnonzero(lemma),
        day=marked == 1,
        seeming=marked == 2,
        press=marked == 3,
        that=that[(kind[that - 1] != KINDS.index("of")) | opens[that]],
        size=count,
        cues=cues,
    )


_IN_NAMES = kinds_named("without for of in on at by to and with from the")
_LOWER = kinds_named("lower Ss Ed Ing Ly")


def _inside_names(strings: Vocabulary, tokens: Tokens, kind: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Grammatical words that are part of a name, capitalised between capitalised ones (*Doctors Without Borders*); not
    in a sentence that is capitalised throughout."""
    upper = strings.table("upper", lambda s: s[:1].isupper()).take(tokens.word)
    named = upper & ~_IN_NAMES[kind[: len(upper)]]
    inside = upper & ~named & np.append(False, named[:-1]) & np.append(named[1:], False)
    place = np.flatnonzero(inside)
    lower = np.cumsum(np.append(0, _LOWER[kind[: len(upper)]] & ~upper), dtype=np.int32)
    sentence = np.searchsorted(heads, place, side="right") - 1
    ends = np.append(heads, len(upper))
    return place[lower[ends[sentence + 1]] > lower[heads[sentence]]]


#: Words between a subject and its verb.
_SKIPPED = kinds_named(
    "Ly is are was were be been being am has have had having do does did will would can could may might must "
    "should shall not never also still just only even already again ever now then later once isn't aren't wasn't "
    "weren't don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't"
)
BEING = kinds_named("is are was were be been being")
#: Words from a cue within which *that* begins its content, nothing but spaces between.
_THAT_WITHIN = 16


def subject_of(words: Words, cue: np.ndarray) -> np.ndarray:
    """Last word before the cue that is no auxiliary, adverb or negation (or the one before a comma)."""
    place = cue - 1
    for _ in range(5):
        skip = (place >= words.head[cue]) & _SKIPPED[words.kind[place]] & (words.gap[place + 1] == 0)
        place = place - skip
    return place


def that_after(words: Words, cue: np.ndarray) -> np.ndarray:
    """The *that* after each cue with nothing but spaces between, or directly after a comma (*said, however, that*)."""
    found = np.append(words.that, words.size)[np.searchsorted(words.that, cue, side="right")]
    near = (found - cue < _THAT_WITHIN) & (found < words.tail[cue])
    plain = words.mark[found] <= cue
    parted = (words.mark[found] == found) & (words.gap[found] == COMMA) & (words.gap[cue + 1] == COMMA)
    return np.where(near & (plain | parted), found, -1)


def stated_by(words: Words, cue: np.ndarray) -> np.ndarray:
    """Which cues are a noun with its speaker and content: *allegations by the commander that …*."""
    stated = words.governs("noun", cue) & (words.kind[cue + 1] == BY)
    stated[stated] = that_after(words, cue[stated]) > 0
    return stated


def citing_beside(words: Words, cue: np.ndarray) -> np.ndarray:
    """The *citing* or *quoting* after a comma whose object is the speaker of each verb of speech beside it; 0 for other
    cues: *Reuters reported, citing officials, that …*; *Haaretz, quoting officials, said …*."""
    said = words.of_lemma(cue, "report", "reported", "say") & (words.kind[cue] != KINDS.index("Ing"))
    said &= words.quote_next[words.head[cue]] >= words.tail[cue]
    citing = words.cue[words.of_lemma(words.cue, "cite", "quote as saying")]
    citing = citing[(words.kind[citing] == KINDS.index("Ing")) & (words.gap[citing] == COMMA) & ~words.inside(citing)]
    before = np.append(0, citing)[np.searchsorted(citing, cue)]
    aside = (words.gap[cue] == COMMA) & (before > words.head[cue]) & (words.mark[cue - 1] == before)
    after = np.append(citing, words.size)[np.searchsorted(citing, cue, side="right")]
    speech = np.cumsum(np.append(0, words.cues.governing("speech")[words.frame]), dtype=np.int32)
    behind = (after < words.tail[cue]) & (words.mark[after - 1] <= cue) & (speech[after] == speech[cue + 1])
    return np.where(said & aside, before, np.where(said & behind, after, 0))


def cited_before(words: Words, cue: np.ndarray) -> np.ndarray:
    """The *cited* or *quoted* before each *as saying* of its sentence, negative in the passive; 0 for other cues."""
    citing = np.append(0, words.cue[words.of_lemma(words.cue, "cite", "quote as saying")])
    last = citing[np.searchsorted(citing, cue) - 1]
    saying = (words.kind[cue] == KINDS.index("Ing")) & (words.kind[cue - 1] == AS)
    return np.where(
        saying & (last > 0) & (last >= words.head[cue]), np.where(BEING[words.kind[last - 1]], -last, last), 0
    )
