"""From articles to quotations, mentions and scores, a batch of articles at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.codebook.actors import read_actors, sides
from analysis.codebook.lexicon import Lexicon, read_lexicon
from analysis.codebook.matching import Matcher, Matches, find_matches
from analysis.codebook.quotations import pick, spelt_out, tabulate_spans
from analysis.progress import progress
from analysis.read.pages import section_lines
from analysis.tables import ARTICLES, MENTIONS, SCORES, round_significant
from analysis.voice import SECTIONS, VOICES, Found, Tokens, Vocabulary, find, sentence_bounds, whole_characters

#: Sections that are scored: subheadings count to the body, footnotes to neither.
SCORED_SECTIONS = ("headline", "body")
#: Characters of text that are worked on at once by `score`: enough for arrays to pay, small in memory.
BATCH_CHARACTERS = 16_000_000


class Scored(NamedTuple):
    """The four tables of a scored corpus, with the columns that `data/README.md` describes."""

    articles: pd.DataFrame
    quotations: pd.DataFrame
    mentions: pd.DataFrame
    scores: pd.DataFrame


class Scorer(NamedTuple):
    """What scoring needs beside the articles, made ready once; `feature` numbers the feature of each entry of the
    matcher, `core` says which features do not count in footnotes."""

    lexicon: Lexicon
    matcher: Matcher
    about: Matcher | None
    actors: pd.DataFrame | None
    vocabulary: Vocabulary
    feature: np.ndarray
    core: np.ndarray


def prepare_scorer(lexicon: Any = None, actors: Any = None, about: Any = None) -> Scorer:
    """Make lexicons and actors ready for `score_batch`; each as `score` takes it."""
    lexicon = read_lexicon() if lexicon is None else read_lexicon(lexicon)
    actors = None if actors is None else read_actors(actors)
    about = None if about is None else read_lexicon(about)
    matcher = Matcher(lexicon)
    feature = pd.Index(lexicon.features["feature"]).get_indexer(matcher.entries["feature"])
    core = lexicon.features["core"].eq("1").to_numpy()
    return Scorer(lexicon, matcher, None if about is None else Matcher(about), actors, Vocabulary(), feature, core)


def score(articles: pd.DataFrame, lexicon: Any = None, actors: Any = None, about: Any = None) -> Scored:
    """Find and count the markers of a lexicon in articles, by section and by whose voice they are in.

    Parameters
    ----------
    articles : DataFrame
        The articles table; only ``article_id`` and ``text`` are required.
    lexicon : Lexicon, or what `read_lexicon` takes, optional
        The project's codebook otherwise.
    actors : DataFrame, or what `read_actors` takes, optional
        Which side each speaker is on; without it nobody is on one.
    about : Lexicon, or what `read_lexicon` takes, optional
        Count only in sentences that name one of its entries, and count only their words.

    Returns
    -------
    Scored
        ``articles`` (with ``words`` counted), ``quotations``, ``mentions`` and ``scores``. ``per_1000`` is per
        1,000 words of that voice in that section, ``share_per_1000`` per 1,000 words of the section.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["a"], "text": ["Moscow allegedly agreed. “Perhaps,” he said."]})
    >>> mentions = score(articles).mentions
    >>> mentions[["match", "feature", "voice"]].values.tolist()
    [['allegedly', 'hearsay', 'newsroom'], ['Perhaps', 'hedge', 'quoted'], ['said', 'attribution', 'newsroom']]
    """
    return score_with(articles, prepare_scorer(lexicon, actors, about))


def score_with(articles: pd.DataFrame, scorer: Scorer) -> Scored:
    """`score` with a scorer that was prepared before."""
    lengths = articles["text"].str.len().fillna(0).to_numpy()
    batch = (np.cumsum(lengths) // BATCH_CHARACTERS).astype(int)
    batches = [part for _, part in articles.groupby(batch, sort=True)] or [articles]
    parts = [score_batch(part, scorer) for part in progress(batches, unit="batches")]
    return Scored(*(spelt_out(pa.concat_tables([part[i] for part in parts])).to_pandas() for i in range(4)))


def score_batch(articles: pd.DataFrame, scorer: Scorer) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """`score` for one batch, with Arrow tables: articles, quotations, mentions, scores."""
    articles = articles.reindex(columns=[*ARTICLES, *(c for c in articles if c not in ARTICLES)])
    articles["text"] = whole_characters(articles["text"]).fillna("")
    found = find(articles["text"], articles["headline"], scorer.vocabulary)
    tokens = found.tokens
    section, lines = word_sections(tokens, articles["text"])
    counted = np.ones(len(tokens.word), dtype=bool)
    if scorer.about is not None:
        hits = find_matches(tokens, scorer.about, section == SECTIONS.index("headline"))
        named = np.zeros(int(tokens.sentence.max(initial=0)) + 1, dtype=bool)
        named[tokens.sentence[hits.first]] = True
        counted = named[tokens.sentence]
    mentions, tally = _mentions(found, scorer, section, counted, articles)
    words = _words(tokens, section, found.voice, counted, len(articles))
    scores = _scores(tally, words, scorer, articles)
    articles = articles.assign(words=np.diff(tokens.first)[1::2].astype(np.int64))
    quotations = tabulate_spans(found, articles["article_id"], lines)
    return _plain(articles), quotations, mentions, scores


def _plain(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def word_sections(tokens: Tokens, bodies: pd.Series) -> tuple[np.ndarray, pd.DataFrame]:
    """Section number of each word, and the lines of the bodies that are no body text.

    Parameters
    ----------
    tokens : Tokens
        Of headline, text, headline, text, …
    bodies : Series of str
        The texts.

    Returns
    -------
    tuple
        uint8 array over the words, and the table of `pages.section_lines`.
    """
    text = np.repeat(np.arange(len(tokens.first) - 1), np.diff(tokens.first))
    section = np.where(text % 2 == 0, SECTIONS.index("headline"), SECTIONS.index("body")).astype(np.uint8)
    lines = section_lines(bodies.reset_index(drop=True))
    owner = lines["row"].to_numpy(np.int64) * 2 + 1
    start = np.searchsorted(tokens.start, tokens.bytes_of(lines["start"].to_numpy(np.int64), owner))
    end = np.searchsorted(tokens.start, tokens.bytes_of(lines["end"].to_numpy(np.int64), owner))
    width = end - start
    place = np.repeat(start - (np.cumsum(width) - width), width) + np.arange(width.sum())
    number = lines["section"].map({name: i for i, name in enumerate(SECTIONS)}).to_numpy(np.uint8)
    section[place] = np.repeat(number, width)
    return section, lines


def _matches(found: Found, scorer: Scorer, section: np.ndarray, counted: np.ndarray) -> tuple[Matches, np.ndarray]:
    """The matches that are mentions, and for each the word whose voice and speaker are its own."""
    headline, footnote = (section == SECTIONS.index(name) for name in ("headline", "footnote"))
    matches = find_matches(found.tokens, scorer.matcher, headline)
    keep = counted[matches.first] & ~(footnote[matches.first] & scorer.core[scorer.feature[matches.entry]])
    quoted = np.isin(matches.entry, scorer.matcher.quoted)
    keep &= ~quoted | (_unclaimed(found, matches.first) & ~headline[matches.first])
    # quotation marks of distance are the writer's: theirs is the voice of the word before
    return matches.where(keep), (matches.first - quoted)[keep]


def _mentions(
    found: Found, scorer: Scorer, section: np.ndarray, counted: np.ndarray, articles: pd.DataFrame
) -> tuple[pa.Table, np.ndarray]:
    """The mentions table, and counts by article, scored section, feature and voice."""
    tokens, entries = found.tokens, scorer.matcher.entries
    (entry, first, last, negated), own = _matches(found, scorer, section, counted)
    text, start, end = tokens.places(first, last)
    opens, closes = sentence_bounds(tokens)
    speaker, side = _owners(found, found.owner[own], scorer)
    columns: dict[str, Any] = {
        "article_id": pick(articles["article_id"], text // 2),
        "outlet": pick(articles["outlet"], text // 2),
        "section": pick(SECTIONS, section[first]),
        "start": start.astype(np.int64),
        "end": end.astype(np.int64),
        "match": tokens.strings(tokens.start[first], tokens.end[last]),
        "sentence_start": tokens.characters(opens[tokens.sentence[first]], text).astype(np.int64),
        "sentence_end": tokens.characters(closes[tokens.sentence[last]], text).astype(np.int64),
        "feature": pick(scorer.lexicon.features["feature"].tolist(), scorer.feature[entry]),
        "term": pick(entries["term"], entry),
        "category": pick(entries["category"].replace("", None), entry),
        "voice": pick(VOICES, found.voice[own]),
        "speaker": speaker,
        "side": side,
        "negated": negated,
    }
    table = pa.table({name: columns[name] for name in MENTIONS})
    scored = ~negated & (section[first] != SECTIONS.index("footnote"))
    body = (section[first] != SECTIONS.index("headline")).astype(np.int64)
    places = (text // 2, body, scorer.feature[entry], found.voice[own])
    return table, _tally([place[scored] for place in places], len(articles), len(scorer.lexicon.features))


def _tally(places: list[np.ndarray], articles: int, features: int) -> np.ndarray:
    """Mentions by article, headline or body, feature and voice."""
    shape = (articles, len(SCORED_SECTIONS), features, len(VOICES))
    key = np.ravel_multi_index([place.astype(np.int64) for place in places], shape)
    return np.bincount(key, minlength=int(np.prod(shape))).reshape(shape)


def _unclaimed(found: Found, first: np.ndarray) -> np.ndarray:
    """Which words in quotation marks nobody is said to have said: no cue in their sentence, the newsroom before and in.

    A headline quotes in few words what somebody says, and is left out by the caller.
    """
    tokens, before = found.tokens, np.maximum(first - 1, 0)
    cued = found.spans[found.spans["cue_start"] >= 0]
    cue = tokens.bytes_of(cued["cue_start"].to_numpy(), cued["text"].to_numpy())
    spoken = np.isin(tokens.sentence[first], tokens.sentence[np.searchsorted(tokens.start, cue)])
    own = (found.voice[before] == VOICES.index("newsroom")) & (found.voice[first] == VOICES.index("newsroom"))
    return ~spoken & own & (tokens.sentence[before] == tokens.sentence[first])


def _owners(found: Found, owner: np.ndarray, scorer: Scorer) -> tuple[pa.Array, pa.Array]:
    """Speaker (one name each) and side of the innermost span of each mention."""
    person = np.append(found.spans["person"], -1)[owner]
    side = sides(pd.Series(found.persons, dtype="str"), scorer.actors)
    return pick(found.persons, person), pick(side, person)


def _words(tokens: Tokens, section: np.ndarray, voices: np.ndarray, counted: np.ndarray, articles: int) -> np.ndarray:
    """Words by article, scored section and voice."""
    text = np.repeat(np.arange(articles * 2), np.diff(tokens.first))
    kept = counted & (section != SECTIONS.index("footnote"))
    key = text.astype(np.int64) * len(VOICES) + voices
    return np.bincount(key[kept], minlength=articles * 2 * len(VOICES)).reshape(articles, 2, len(VOICES))


def _scores(tally: np.ndarray, words: np.ndarray, scorer: Scorer, articles: pd.DataFrame) -> pa.Table:
    """The scores table: every article, section, feature and voice, zeros included."""
    tally = np.concatenate([tally, tally.sum(axis=3, keepdims=True)], axis=3)
    words = np.concatenate([words, words.sum(axis=2, keepdims=True)], axis=2)[:, :, None, :]
    words = np.broadcast_to(words, tally.shape)
    whole = np.broadcast_to(words[:, :, :, -1:], tally.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = round_significant(np.where(words > 0, 1000.0 * tally / words, np.nan))
        share = round_significant(np.where(whole > 0, 1000.0 * tally / whole, np.nan))
    index = np.indices(tally.shape, dtype=np.int32).reshape(4, -1)
    columns: dict[str, Any] = {
        "article_id": pick(articles["article_id"], index[0]),
        "outlet": pick(articles["outlet"], index[0]),
        "section": pick(SCORED_SECTIONS, index[1]),
        "feature": pick(scorer.lexicon.features["feature"], index[2]),
        "voice": pick([*VOICES, "all"], index[3]),
        "mentions": tally.ravel().astype(np.int64),
        "words": words.ravel().astype(np.int64),
        "per_1000": pa.array(rate.ravel(), from_pandas=True),
        "share_per_1000": pa.array(share.ravel(), from_pandas=True),
    }
    return pa.table({name: columns[name] for name in SCORES})
