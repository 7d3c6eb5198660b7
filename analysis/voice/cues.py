"""Cues of attribution: which words may be one, and what stands around each, as small integers.

Everything that the linear models of `attribution` know of a place in a text is a *column*: an integer code a row,
with a name for each code. Words are coded by their own form where they are grammatical words or cues, by their
shape otherwise, so that the weights (`data/attribution.csv`) can be read as words.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.voice.quotes import Quotes
from analysis.voice.tokens import Tokens, Vocabulary

Columns = dict[str, tuple[np.ndarray, tuple[str, ...]]]

#: What the weights were fitted on: edit it only together with a new fit (benchmarks/attribution.py).
CUES = Path(__file__).with_name("cues.csv")
WEIGHTS = Path(__file__).with_name("weights.csv")
STANCES = ("neutral", "doubting", "denying", "accusing", "endorsing")

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


class Cue(NamedTuple):
    """One word that may carry an attribution: lemma, frame (what it can govern) and stance."""

    lemma: str
    frame: str
    stance: str


class CueList(NamedTuple):
    """The words of cues.csv in lower case, and the lemmas and frames that they have, each in order, `none` first."""

    forms: dict[str, Cue]
    lemmas: tuple[str, ...]
    frames: tuple[str, ...]


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


def kinds_named(names: str) -> np.ndarray:
    """A mask over KINDS: true for the names given, separated by spaces."""
    return np.isin(np.array(KINDS), names.split())


@cache
def read_cues() -> CueList:
    """The words of cues.csv, with lemma, frame and stance."""
    forms: dict[str, Cue] = {}
    with CUES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            cue = Cue(row["lemma"], row["frame"], row["stance"])
            forms.update(dict.fromkeys(row["words"].split("|"), cue))
    lemmas = tuple(dict.fromkeys(["none", *(cue.lemma for cue in forms.values())]))
    frames = tuple(dict.fromkeys(["none", *(cue.frame for cue in forms.values())]))
    return CueList(forms, lemmas, frames)


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
    quoted = any(mark in '"“”«»„‘' or (mark in "'’" and gap[:1] in "'’" and len(marks) > 1) for mark in marks)
    for code, members in ((2, ";"), (3, ":"), (5, "(["), (6, ")]"), (7, ".…"), (8, "!?"), (4, "—–"), (1, ",")):
        if any(mark in members for mark in marks):
            if quoted:
                return 11 if code in (1, 4) else 12 if code in (7, 8) else code
            return code
    if quoted:
        return 10
    return 4 if "-" in marks else 13 if "/" in marks else 14


def cue_tables(vocabulary: Vocabulary, cues: CueList) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each string of the vocabulary: lemma, frame (indices into `cues`; 0 is no cue) and stance."""
    lemma = {name: code for code, name in enumerate(cues.lemmas)}
    frame = {name: code for code, name in enumerate(cues.frames)}

    def code(word: str) -> int:
        found = cues.forms.get(word.lower())
        if found is None:
            return 0
        return (lemma[found.lemma] * 64 + frame[found.frame]) * 8 + STANCES.index(found.stance)

    packed = vocabulary.table(f"cue {id(cues)}", code, "int32", "words")
    return packed // 512, packed // 8 % 64, packed % 8


class Words(NamedTuple):
    """What is known of every word and gap of a batch.

    Attributes
    ----------
    kind : uint8 array
        Index into KINDS of each word; padded with two `none` at the end.
    gap : uint8 array
        Index into GAPS of the gap before each word; padded likewise.
    lemma, frame : int16 arrays
        Indices into the CueList's; 0 for words that are no cue.
    stance : uint8 array
    head, tail : int32 arrays
        First word, and one past the last, of the sentence of each word.
    mark : int32 array
        The last word at or before each with more than a space before it.
    quote_first, quote_last, quote_next : int32 arrays
        First word and end of the last quotation that begins at or before each word (-1: none), and the first word of
        the next one; padded.
    cue : int array
        Places of the words that may be a cue.
    that : int array
        Places of *that*, but for *of that*.
    opens : bool array
        Begins a text; padded. What stands before it is another text's and must not count.
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
    cue: np.ndarray
    that: np.ndarray
    opens: np.ndarray

    def inside(self, word: np.ndarray) -> np.ndarray:
        """Which word numbers stand inside quotation marks."""
        return word < self.quote_last[word]


def read_words(tokens: Tokens, quotes: Quotes, cues: CueList) -> Words:
    """Code the words and gaps of a batch."""
    strings = tokens.vocabulary
    kinds = strings.table("kind", kind_of, "uint8", "words")
    gaps = strings.table("gap kind", gap_kind, "uint8", "gaps")
    lemma, frame, stance = cue_tables(strings, cues)
    change = np.flatnonzero(np.diff(tokens.sentence, prepend=-1)).astype(np.int32)
    size = np.diff(np.append(change, len(tokens.word)))
    gap = gaps.take(tokens.gap)
    abbreviated = gap == GAPS.index("stop")
    abbreviated[change] = False
    gap[abbreviated] = 0
    count = len(tokens.word)
    gap = np.append(gap, np.full(3, 9, np.uint8))
    mark = np.maximum.accumulate(np.where(gap != 0, np.arange(count + 4, dtype=np.int32), 0))
    began = np.zeros(count + 4, dtype=np.int32)
    began[quotes.first] = 1
    began = np.cumsum(began, dtype=np.int32)
    opens = np.zeros(count + 4, dtype=bool)
    opens[tokens.first] = True
    kind = np.append(kinds.take(tokens.word), np.zeros(4, np.uint8))
    that = np.flatnonzero(kind == KINDS.index("that"))
    lemma = lemma.astype(np.int16).take(tokens.word)
    return Words(
        kind,
        gap,
        lemma,
        frame.astype(np.int16).take(tokens.word),
        stance.astype(np.uint8).take(tokens.word),
        np.repeat(change, size),
        np.repeat((change + size).astype(np.int32), size),
        mark,
        np.append(np.int32(-1), quotes.first)[began],
        np.append(np.int32(-1), quotes.last)[began],
        np.append(quotes.first, np.int32(2**30))[began],
        np.flatnonzero(lemma),
        that[(kind[that - 1] != KINDS.index("of")) | opens[that]],
        opens,
    )


#: Words between a subject and its verb.
_SKIPPED = kinds_named(
    "Ly is are was were be been being am has have had having do does did will would can could may might must "
    "should shall not never also still just only even already again ever now then later once isn't aren't wasn't "
    "weren't don't doesn't didn't won't wouldn't can't couldn't hasn't haven't hadn't"
)
BEING = kinds_named("is are was were be been being")
_OWNER = kinds_named("Possessive his her their its our my your")
#: Words from a cue within which *that* begins its content, nothing but spaces between.
_THAT_WITHIN = 16
COMMA = GAPS.index("comma")


def subject_of(words: Words, cue: np.ndarray) -> np.ndarray:
    """Last word before the cue that is no auxiliary, adverb or negation (or the one before a comma)."""
    place = cue - 1
    for _ in range(5):
        skip = (place >= words.head[cue]) & _SKIPPED[words.kind[place]] & (words.gap[place + 1] == 0)
        place = place - skip
    return place


def that_after(words: Words, cue: np.ndarray) -> np.ndarray:
    """The *that* after each cue with nothing but spaces between, or directly after a comma (*said, however, that*)."""
    found = np.append(words.that, len(words.kind) - 1)[np.searchsorted(words.that, cue, side="right")]
    near = (found - cue < _THAT_WITHIN) & (found < words.tail[np.minimum(cue, len(words.tail) - 1)])
    plain = words.mark[found] <= cue
    parted = (words.mark[found] == found) & (words.gap[found] == COMMA) & (words.gap[cue + 1] == COMMA)
    return np.where(near & (plain | parted), found, -1)


def cited_before(words: Words, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """The *cited* or *quoted* before each *as saying* of its sentence, negative in the passive; 0 for other cues."""
    citing = np.append(0, of_lemma(words, cues, ["cite", "quote as saying"]))
    last = citing[np.searchsorted(citing, cue) - 1]
    saying = (words.kind[cue] == KINDS.index("Ing")) & (words.kind[cue - 1] == KINDS.index("as"))
    passive = BEING[words.kind[last - 1]]
    return np.where(saying & (last > 0) & (last >= words.head[cue]), np.where(passive, -last, last), 0)


def of_lemma(words: Words, cues: CueList, lemmas: list[str]) -> np.ndarray:
    return words.cue[np.isin(np.array(cues.lemmas), lemmas)[words.lemma[words.cue]]]


def stated_by(words: Words, cue: np.ndarray, cues: CueList) -> np.ndarray:
    """Which cues are a noun with its speaker and content: *allegations by the commander that …*."""
    noun = np.array(["noun" in frame.split() for frame in cues.frames])[words.frame[cue]]
    stated = noun & (words.kind[cue + 1] == KINDS.index("by"))
    stated[stated] = that_after(words, cue[stated]) > 0
    return stated


def in_the_view(words: Words, cue: np.ndarray, cues: CueList) -> tuple[np.ndarray, np.ndarray]:
    """Which cues are the noun of *in X's view*, and which of these open a sentence, with the content after them."""
    noun = np.isin(np.array(cues.lemmas), ["view", "opinion", "judgment", "assessment", "word"])[words.lemma[cue]]
    inner = noun & _OWNER[words.kind[cue - 1]]
    place = np.full(len(cue), -1)
    for back in range(2, 6):
        place = np.where(inner & (place < 0) & (words.kind[cue - back] == KINDS.index("in")), cue - back, place)
    view = (place >= words.head[cue]) & ((words.gap[cue + 1] == COMMA) | (words.gap[np.maximum(place, 0)] == COMMA))
    return view, view & (words.gap[cue + 1] == COMMA)


class Linear(NamedTuple):
    """Linear models over the same columns: a table of weights (models x codes) for each template of columns."""

    bias: np.ndarray
    templates: tuple[tuple[str, ...], ...]
    tables: tuple[np.ndarray, ...]


def crossed(columns: Columns, template: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Codes of a template's columns taken together, and how many there can be."""
    codes, names = columns[template[0]]
    size = len(names)
    for name in template[1:]:
        more, names = columns[name]
        size *= len(names)
        narrow = np.dtype("uint16" if size <= 1 << 16 else "uint32")  # half the time that whole words take
        codes = codes.astype(narrow) * len(names) + more.astype(narrow)
    return codes, size


@cache
def _weights(path: Path) -> dict[str, dict[str, list[tuple[str, float]]]]:
    """Rows of data/attribution.csv by model and template."""
    rows: dict[str, dict[str, list[tuple[str, float]]]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for model, template, value, weight in list(csv.reader(lines))[1:]:
            rows.setdefault(model, {}).setdefault(template, []).append((value, float(weight)))
    return rows


def read_linear(models: tuple[str, ...], columns: Columns, path: Path = WEIGHTS) -> Linear:
    """Linear models with their weights laid out over the codes of `columns`."""
    places = {name: {value: code for code, value in enumerate(names)} for name, (_, names) in columns.items()}
    rows = [_weights(path)[model] for model in models]
    templates = tuple(tuple(key.split("&")) for key in dict.fromkeys(k for row in rows for k in row) if key != "bias")
    tables = []
    for template in templates:
        sizes = [len(columns[name][1]) for name in template]
        table = np.zeros((len(models), int(np.prod(sizes))), dtype=np.float32)
        for number, row in enumerate(rows):
            for value, weight in row.get("&".join(template), ()):
                code = 0
                for name, size, part in zip(template, sizes, value.split("&"), strict=True):
                    code = -1 if code < 0 or part not in places[name] else code * size + places[name][part]
                if code >= 0:
                    table[number, code] = weight
        tables.append(table)
    return Linear(np.array([row["bias"][0][1] for row in rows], dtype=np.float32), templates, tuple(tables))


#: Rows that are weighed at once: few enough that all their columns stay in the processor's cache.
_BLOCK = 1 << 14
_LINEAR: dict[tuple[tuple[str, ...], int], Linear] = {}


def odds(models: tuple[str, ...], columns: Columns, cues: CueList) -> np.ndarray:
    """Log-odds (rows x models) that models give; they are laid out once for a list of cues."""
    key = (models, id(cues))
    if key not in _LINEAR:
        _LINEAR[key] = read_linear(models, columns)
    linear = _LINEAR[key]
    rows = len(next(iter(columns.values()))[0])
    total = np.repeat(linear.bias[:, None], rows, axis=1)
    for begin in range(0, rows, _BLOCK):
        part = total[:, begin : begin + _BLOCK]
        block = {name: (codes[begin : begin + _BLOCK], names) for name, (codes, names) in columns.items()}
        for template, table in zip(linear.templates, linear.tables, strict=True):
            place = crossed(block, template)[0].astype(np.intp)
            for sums, weights in zip(part, table, strict=True):
                sums += weights.take(place, mode="wrap")  # all are in range, which this mode does not check
    return total.T
