"""Whose words: the spans of a text that are attributed to somebody, with cue, speaker and stance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.voice.contents import LEFT, find_contents, limits_of, loose_quotes
from analysis.voice.labels import find_labels
from analysis.voice.persons import SPEAKING, name_persons
from analysis.voice.quotes import Quotes, find_quotes
from analysis.voice.sources import source_kinds
from analysis.voice.speakers import Phrases, find_phrases, locate_speakers
from analysis.voice.tokens import Tokens
from analysis.voice.words import GAPS, Words, gaps_named, kinds_named, read_cues, read_words

#: Sections by number. Headlines count in the headline, the others in the text.
SECTIONS = ("headline", "subheading", "body", "footnote")
VOICES = ("newsroom", "reported", "quoted")
#: How many spans back to look for the one that encloses another.
_LOOK_BACK = 12
_COMMA_QUOTE = GAPS.index("comma-quote")


class Spans(NamedTuple):
    """Attributed contents of a batch.

    Attributes
    ----------
    table : DataFrame
        One row a span, sorted by text, start and (outer first) end: ``text`` (its index), ``attribution`` and
        ``parent`` (numbers; -1 without one), ``first``, ``last`` (word numbers, the last exclusive), ``start``, ``end``
        (code points in the text), ``direct``, ``speaker_start``, ``speaker_end``, ``cue_start``, ``cue_end`` (code
        points, -1 without one), ``person`` (index into `names`, or -1), ``stance`` (index into STANCES),
        ``source_kind`` (index into SOURCE_KINDS, or -1).
    names : list of str
        Persons.
    """

    table: pd.DataFrame
    names: list[str]


def find_spans(tokens: Tokens, headline: np.ndarray) -> Spans:
    """Attributed contents of a batch of texts.

    Parameters
    ----------
    tokens : Tokens
    headline : bool array
        Which texts are headlines (of the text after them: a speaker has one name in both).

    Returns
    -------
    Spans
    """
    quotes = find_quotes(tokens)
    words = read_words(tokens, quotes, read_cues())
    phrases = find_phrases(tokens, words)
    contents = find_contents(words, quotes)
    labels = find_labels(tokens, words, phrases, headline)
    attributions, spans = number_attributions(words, phrases, contents, labels)
    attributions["text"] = tokens.text_of_word(attributions["place"].to_numpy())
    speech = ~(named_only(tokens, words, quotes) & ~headline[tokens.text_of_word(quotes.first)])
    spans = add_loose_quotes(tokens, words, quotes, speech, attributions, spans)
    spans = in_reading_order(add_inner_quotes(quotes, speech, spans))
    spans["text"] = tokens.text_of_word(spans["first"].to_numpy())
    spans["parent"] = parents(spans)
    who = Phrases(attributions["speaker"].to_numpy(), attributions["speaker_last"].to_numpy())
    text = attributions["text"].to_numpy()
    person, names = name_persons(tokens, words, phrases, who, article_of(headline)[text], headline[text])
    attributions["person"] = person
    return Spans(with_offsets(tokens, words, quotes, attributions, spans, names), names)


def number_attributions(
    words: Words, phrases: Phrases, contents: pd.DataFrame, labels: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row an attribution, in the order of the text; and the contents of cues and labels with its number.

    Returns
    -------
    tuple of DataFrame
        Attributions: ``place`` (word number of the cue or label), ``cue`` (-1 for a label), ``speaker``,
        ``speaker_last``. Spans: ``first``, ``last``, ``attribution``, ``direct``.
    """
    cue, claim = np.unique(contents["cue"].to_numpy(), return_inverse=True)
    left = np.isin(np.arange(len(cue)), claim[contents["side"] == LEFT])
    who = locate_speakers(words, phrases, cue, left, *limits_of(words, cue))
    last, kept = before_speakers(words, contents, who.first[claim])
    contents, claim = contents.assign(last=last)[kept], claim[kept]
    cued = pd.DataFrame({"place": cue, "cue": cue, "speaker": who.first, "speaker_last": who.last})
    labelled = labels[["speaker", "speaker_last"]].assign(place=labels["speaker"], cue=-1)
    attributions = pd.concat([cued, labelled[cued.columns]], ignore_index=True)
    order = np.argsort(attributions["place"].to_numpy(), kind="stable")
    number = np.argsort(order)
    spans = pd.concat(
        [
            contents[["first", "last"]].assign(attribution=number[claim], direct=lost_opening(words, contents)),
            labels[["first", "last", "direct"]].assign(attribution=number[len(cue) :]),
        ],
        ignore_index=True,
    )
    return attributions.iloc[order].reset_index(drop=True), spans.astype({"direct": bool})


def lost_opening(words: Words, contents: pd.DataFrame) -> np.ndarray:
    """Which contents before their cue are quotations although the opening mark is missing: *It may rain,” he said.*"""
    last = contents["last"].to_numpy()
    closes = (words.gap[last] == _COMMA_QUOTE) & (words.quote_last[last - 1] != last)
    return (contents["side"].to_numpy() == LEFT) & closes


#: Words from a speaker to the end of a content to the left, at most, that are his name and not the content.
_NAMING_WORDS = 24


def before_speakers(words: Words, contents: pd.DataFrame, speaker: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of contents, none of which takes the speaker along that stands behind it (*…, Wells, the envoy, said*); and
    which contents are more than the day on which somebody spoke."""
    first, last, left = contents["first"].to_numpy(), contents["last"].to_numpy(), contents["side"].to_numpy() == LEFT
    inside = (speaker > first) & (speaker < last) & (speaker > last - _NAMING_WORDS)
    last = np.where(left & inside & (words.gap[speaker] != 0), speaker, last)
    no_day = np.cumsum(np.append(0, ~words.day), dtype=np.int32)
    return last, left | (no_day[last] > no_day[first])


def add_loose_quotes(
    tokens: Tokens, words: Words, quotes: Quotes, speech: np.ndarray, attributions: pd.DataFrame, spans: pd.DataFrame
) -> pd.DataFrame:
    """Add the quotations that no cue claims: they are the last speaker's of the same text, or nobody's that is known.

    *According to X* beside another cue of its sentence leaves the floor to that cue's speaker.
    """
    # What is claimed inside a quotation by a cue inside it leaves the quotation itself unclaimed.
    inner = words.inside(attributions["place"].to_numpy())[spans["attribution"].to_numpy()]
    loose = loose_quotes(words, quotes, spans[~inner])
    loose = loose[speech[loose]]
    first = quotes.first[loose]
    place, cue = attributions["place"].to_numpy(), attributions["cue"].to_numpy()
    prep = (cue >= 0) & words.governs("prep", cue)
    passing = prep & np.isin(words.head[place], words.head[place[~prep]])
    latest = np.append(np.maximum.accumulate(np.where(passing, 0, np.arange(len(place)))), -1)
    before = latest[np.searchsorted(place, first, side="left") - 1]
    same = np.append(attributions["text"].to_numpy(), -1)[before] == tokens.text_of_word(first)
    number = np.where(same, before, len(place) + np.arange(len(loose)))
    found = pd.DataFrame({"first": first, "last": quotes.last[loose], "attribution": number, "direct": True})
    return pd.concat([spans, found], ignore_index=True).astype({"direct": bool})


#: Words of a title in quotation marks, at most.
_TITLE_WORDS = 7
_COMMON = kinds_named(
    "lower Ss Ed Ing Ly Possessive is are was were will have has had do does not i you we he she they it"
)
#: Words after which quotation marks hold a name, not speech.
_NAMING = frozenset("so-called dubbed nicknamed titled entitled named called known".split())
_ANNOUNCED = gaps_named("comma-quote colon")


def named_only(tokens: Tokens, words: Words, quotes: Quotes) -> np.ndarray:
    """Which quotations are titles of works or names (*“War and Peace”*, *a so-called “peace park”*), by their looks."""
    first, last = quotes.first, quotes.last
    upper = tokens.vocabulary.table("upper", lambda s: s[:1].isupper()).take(tokens.word)
    common = np.cumsum(np.append(0, _COMMON[words.kind[: words.size]] & ~upper), dtype=np.int32)
    short = last - first <= _TITLE_WORDS
    title = (common[last] == common[first]) & (last - first >= 2) & (words.gap[last] != _COMMA_QUOTE)
    naming = tokens.vocabulary.table("naming", lambda s: s.lower() in _NAMING)[tokens.word[np.maximum(first - 1, 0)]]
    return short & ~_ANNOUNCED[words.gap[first]] & (title | naming & (first > words.head[first]))


def add_inner_quotes(quotes: Quotes, speech: np.ndarray, spans: pd.DataFrame) -> pd.DataFrame:
    """Tell which spans are direct, and add to each the quotations inside it that no span within it has."""
    inner, host = _quotes_inside(quotes, spans["first"].to_numpy(), spans["last"].to_numpy())
    inner, host = inner[speech[inner]], host[speech[inner]]
    around = spans.iloc[host].assign(quote=inner, start=quotes.first[inner], stop=quotes.last[inner])
    exact = (around["start"] <= around["first"]) & (around["stop"] >= around["last"])
    direct = spans["direct"] | spans.index.isin(around.index[exact])
    same = exact & (around["start"] == around["first"]) & (around["stop"] == around["last"])
    rest = around[~exact & ~around["quote"].isin(around.loc[same, "quote"])]
    rest = rest.sort_values(["quote", "first", "last"], ascending=[True, False, True], kind="stable")
    rest = rest.drop_duplicates("quote").drop(columns=["first", "last", "quote"])
    rest = rest.rename(columns={"start": "first", "stop": "last"}).assign(direct=True)
    return pd.concat([spans.assign(direct=direct), rest], ignore_index=True)


def _quotes_inside(quotes: Quotes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a quotation and a span that it lies in, or that lies in it."""
    low = np.searchsorted(quotes.last, first, side="right")
    high = np.maximum(np.searchsorted(quotes.first, last, side="left"), low)
    host = np.repeat(np.arange(len(first)), high - low)
    size = high - low
    inner = (low - np.cumsum(size) + size)[host] + np.arange(size.sum())
    inside = (quotes.first[inner] >= first[host]) & (quotes.last[inner] <= last[host])
    around = (quotes.first[inner] <= first[host]) & (quotes.last[inner] >= last[host])
    return inner[inside | around], host[inside | around]


def in_reading_order(spans: pd.DataFrame) -> pd.DataFrame:
    """Spans by first word and (outer first) last; one of those that are alike."""
    order = np.lexsort((spans["direct"], spans["attribution"], -spans["last"], spans["first"]))
    return spans.iloc[order].drop_duplicates(["first", "last", "attribution"], ignore_index=True)


def parents(spans: pd.DataFrame) -> np.ndarray:
    """Number of the attribution whose span is the smallest around each span; -1 where there is none."""
    last, number, text = (spans[name].to_numpy() for name in ("last", "attribution", "text"))
    parent = np.full(len(spans), -1)
    for back in range(1, min(_LOOK_BACK, len(spans) - 1) + 1):
        here, there = slice(back, None), slice(None, -back)
        hit = (parent[here] < 0) & (last[there] >= last[here])
        hit &= (text[there] == text[here]) & (number[there] != number[here])
        parent[here] = np.where(hit, number[there], parent[here])
    return parent


def article_of(headline: np.ndarray) -> np.ndarray:
    """Number of the article of each text: a headline and the text after it are one."""
    return np.cumsum(np.append(True, ~(headline[:-1] & ~headline[1:]))[: len(headline)])


def _self_named(person: np.ndarray, number: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """*I* and *we* inside somebody's words are that speaker."""
    for _ in range(2):
        hit = (person[number] == SPEAKING) & (parent >= 0)
        person[number[hit]] = person[parent[hit]]
    return np.where(person == SPEAKING, -1, person)


def with_offsets(
    tokens: Tokens, words: Words, quotes: Quotes, attributions: pd.DataFrame, spans: pd.DataFrame, names: list[str]
) -> pd.DataFrame:
    """The table of `Spans`: what is known of each span's attribution, and all places as code points."""
    text, number = spans["text"].to_numpy(), spans["attribution"].to_numpy()
    known = attributions.reindex(range(int(number.max(initial=-1)) + 1), fill_value=-1)
    known["person"] = _self_named(known["person"].to_numpy(copy=True), number, spans["parent"].to_numpy())
    known["source_kind"] = source_kinds(tokens, words, known, names)
    of = known.iloc[number].reset_index(drop=True)
    start, end = _with_marks(tokens, quotes, spans["first"].to_numpy(), spans["last"].to_numpy())
    cue, speaker = of["cue"].to_numpy(), of["speaker"].to_numpy()

    def places(word: np.ndarray, byte: np.ndarray, named: np.ndarray) -> np.ndarray:
        return np.where(named, tokens.characters(byte[np.where(named, word, 0)], text), -1)

    return spans.assign(
        start=tokens.characters(start, text),
        end=tokens.characters(end, text),
        speaker_start=places(speaker, tokens.start, speaker >= 0),
        speaker_end=places(of["speaker_last"].to_numpy() - 1, tokens.end, speaker >= 0),
        cue_start=places(cue, tokens.start, cue >= 0),
        cue_end=places(cue, tokens.end, cue >= 0),
        person=of["person"],
        stance=np.where(cue >= 0, words.stance[cue], 0),
        source_kind=of["source_kind"],
    )


def _with_marks(tokens: Tokens, quotes: Quotes, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Byte offsets of spans; quotation marks at their ends are theirs."""
    start, end = tokens.start[first], tokens.end[last - 1]
    if len(quotes.first):
        one = np.searchsorted(quotes.first, first, side="right") - 1
        start = np.where((one >= 0) & (quotes.first[one] == first), np.minimum(quotes.start[one], start), start)
        two = np.minimum(np.searchsorted(quotes.last, last, side="left"), len(quotes.last) - 1)
        end = np.where(quotes.last[two] == last, np.maximum(quotes.end[two], end), end)
    return start, end


def word_owners(words: int, spans: pd.DataFrame) -> np.ndarray:
    """Row of the innermost span of each word whose speaker is named (else of the innermost); -1 outside all."""
    named = _innermost(words, spans, np.flatnonzero(spans["person"] >= 0))
    return np.where(named >= 0, named, _innermost(words, spans, np.arange(len(spans))))


def _innermost(words: int, spans: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """The last of these rows of spans around each word; -1 where there is none."""
    owner = np.full(words, -1, dtype=np.int32)
    first, last = spans["first"].to_numpy()[rows], spans["last"].to_numpy()[rows]
    size = last - first
    which = np.repeat(np.arange(len(rows)), size)
    owner[(first - np.cumsum(size) + size)[which] + np.arange(size.sum())] = rows[which]
    return owner


def word_voices(words: int, spans: pd.DataFrame) -> np.ndarray:
    """Voice (index into VOICES, uint8) of each word: quoted inside any direct span, else reported inside any."""
    depth = np.zeros((2, words + 1), dtype=np.int32)
    for row, rows in enumerate((spans, spans[spans["direct"]])):
        np.add.at(depth[row], rows["first"].to_numpy(), 1)
        np.add.at(depth[row], rows["last"].to_numpy(), -1)
    within, quoted = np.cumsum(depth, axis=1)[:, :words] > 0
    voice = np.where(within, VOICES.index("reported"), VOICES.index("newsroom"))
    return np.where(quoted, VOICES.index("quoted"), voice).astype(np.uint8)
