"""Words and phrases that set one outlet apart from the rest, counted so that one long article cannot decide.

The measure is the weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008). Its
published variance takes every word for an independent draw; here it comes from the differences between articles.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.compare.contrasts import adjust_p
from analysis.compare.events import run_keys, sparse, split_batches
from analysis.tables import InputError, round_significant
from analysis.voice import VOICES, Vocabulary

#: Words of the prior: each outlet is read as if it had also printed so many words of the whole corpus. A word of one
#: in 1,000 so starts from one mention. Larger ones shrink outlets of a few short articles to nothing.
PRIOR = 1000
#: A term in fewer articles of the corpus, or used more by an outlet in fewer of its own, is an anecdote.
TERM_ARTICLES, OWN_ARTICLES = 10, 3
#: So many words at either end of an article are left out: labels (*story highlights*), datelines and credits. Nine in
#: ten of the first terms of 7 and of 187 outlets are the same without this; *contributing* and *highlights* are not.
EDGE = 3
#: A run of so many words in this share of an outlet's articles is a sign-up box or a caption; names and numbers are
#: not told apart in it.
RUN, RUN_SHARE = 6, 0.02
#: Runs that are looked up at once: some 100 MB, whatever the number of an outlet's articles.
RUNS_AT_ONCE = 4_000_000
#: A word is a proper name if most of its uses inside a sentence have a capital.
NAME_SHARE = 0.5
COLUMNS = (
    "outlet voice term mentions articles per_1000 rest_per_1000 log_odds ci_low ci_high z p p_adjusted status".split()
)


def log_odds(mentions: np.ndarray, words: np.ndarray | float, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smoothed log-odds of terms in one body of text, and their variance if words were independent.

    The difference of two such log-odds is the measure of Monroe, Colaresi and Quinn (2008), the sum of the two
    variances its variance.

    Parameters
    ----------
    mentions : array
        Mentions of each term.
    words : float or array
        All words of the text, those of other terms included.
    prior : array
        Mentions of each term in the prior; the last entry is that of all other words.

    Examples
    --------
    >>> odds, variance = log_odds(np.array([3.0]), 100, np.array([1.0, 99.0]))
    >>> odds.round(4).tolist(), variance.tolist()  # log(4 / 196), 1 / 4
    ([-3.8918], [0.25])
    """
    seen = mentions + prior[:-1]
    return np.log(seen / np.maximum(words + prior.sum() - seen, 1e-9)), 1 / seen


class Uses(NamedTuple):
    """How some articles use terms: sums over these articles, of each term or (the last three) of all words."""

    mentions: np.ndarray
    squares: np.ndarray  #: of the mentions in an article
    products: np.ndarray  #: of the mentions in an article and its words
    articles: np.ndarray  #: that have the term
    words: np.ndarray
    word_squares: np.ndarray
    all_articles: np.ndarray

    def minus(self, other: Uses) -> Uses:
        """Those of the articles that are left when the articles of `other` leave."""
        return Uses(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class Words(NamedTuple):
    """Every word of some articles, in little room: what is told of words is counted from it for each voice."""

    articles: pd.DataFrame  #: without texts, by outlet and id
    group: np.ndarray  #: outlet of each article, as a number
    outlets: pd.Index
    forms: np.ndarray  #: the different words, as they are counted
    batches: list[Batch]
    by_voice: bool


class Batch(NamedTuple):
    """The words of some articles, one after the other."""

    article: np.ndarray
    form: np.ndarray
    voice: np.ndarray
    joined: np.ndarray  #: goes on a sentence after a space
    kept: np.ndarray  #: stands in the comparison
    term: np.ndarray  #: can be a term


def distinctive_words(
    articles: pd.DataFrame,
    quotations: pd.DataFrame | None = None,
    by: str = "outlet",
    voice: str = "newsroom",
    top: int | None = 50,
) -> pd.DataFrame:
    """Find the words and pairs of words that each outlet uses more or less than the others.

    Parameters
    ----------
    articles : DataFrame
        ``article_id``, ``text`` and the column `by`; articles without an outlet are left out.
    quotations : DataFrame, optional
        The quotations table; without it every word counts, whose voice it may be, and ``voice`` is ``all``.
    by : str
        The column to compare by.
    voice : str
        With `quotations`: ``newsroom`` (outside all attributed content), ``reported`` or ``quoted``.
    top : int, optional
        Terms shown of each outlet, those furthest from the others; all of them if None.

    Returns
    -------
    DataFrame
        ``outlet``, ``voice``, ``term``, ``mentions``, ``articles`` (of the outlet, that use it: its range),
        ``per_1000`` and ``rest_per_1000`` words, ``log_odds`` against the rest (shrunk towards 0) with a 95 %
        interval, ``z``, ``p``, ``p_adjusted`` (Benjamini-Hochberg over all outlets and terms tested) and
        ``status``, which says why a term has no p: too few articles.

    Raises
    ------
    InputError
        If a column is missing, the voice unknown, or there are not two outlets to compare.
    """
    return compare_words(read_words(articles, quotations, by, voice), voice, top)


def read_words(
    articles: pd.DataFrame, quotations: pd.DataFrame | None = None, by: str = "outlet", voice: str = "newsroom"
) -> Words:
    """The words of articles, split once for all voices: parameters and errors as of `distinctive_words`."""
    if missing := {"article_id", "text", by} - set(articles.columns):
        raise InputError(f"the articles table has no column {' or '.join(sorted(missing))}")
    _check_voice(voice)
    used = articles[articles[by].notna()].sort_values([by, "article_id"], ignore_index=True)
    group, outlets = pd.factorize(used[by], sort=True)
    if len(outlets) < 2:
        raise InputError(f"{len(outlets)} different {by} in the articles: two are needed to compare their language")
    forms, batches = _split(used, quotations)
    _mark_repeated(batches, group)
    return Words(used.drop(columns="text"), group, outlets, forms, batches, quotations is not None)


def compare_words(words: Words, voice: str = "newsroom", top: int | None = 50) -> pd.DataFrame:
    """`distinctive_words` of words that were read before."""
    _check_voice(voice)
    group, outlets = words.group, words.outlets
    counts, terms, length = _count_terms(words, VOICES.index(voice) if words.by_voice else None)
    own = _uses(counts, length, group, len(outlets))
    whole = Uses(*(part.sum(axis=0) for part in own))
    prior = PRIOR * np.append(whole.mentions, max(length.sum() - whole.mentions.sum(), 0)) / max(length.sum(), 1)
    tables, tests = [], []  # all are tested, and what is shown is kept: of many outlets the rest would fill the memory
    for place, outlet in enumerate(outlets):
        mine = Uses(*(part[place] for part in own))
        table, p = compare_uses(mine, whole.minus(mine), prior, top)
        tests.append(p)
        tables.append(table.assign(outlet=outlet, term=terms[table.index]).set_index(table.index + place * len(terms)))
    table = pd.concat(tables)
    table["p_adjusted"] = adjust_p(np.concatenate(tests))[table.index]
    table["voice"] = voice if words.by_voice else "all"
    return round_significant(table[COLUMNS].reset_index(drop=True))


def _check_voice(voice: str) -> None:
    if voice not in VOICES:
        raise InputError(f"voice is {voice!r}: give one of {', '.join(VOICES)}")


def _uses(counts: Any, length: np.ndarray, group: np.ndarray, outlets: int) -> Uses:
    """The sums of each outlet, a row an outlet; `counts` are mentions, articles x terms."""
    member = sparse(group, np.arange(len(group)), np.ones(len(group)), (outlets, len(group)))
    of_terms = counts, counts.multiply(counts), counts.multiply(length[:, None]), counts.sign()
    of_words = length, length**2, np.ones(len(length))
    return Uses(*((member @ part).toarray() for part in of_terms), *((member @ part)[:, None] for part in of_words))


def compare_uses(own: Uses, rest: Uses, prior: np.ndarray, top: int | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Log-odds of every term between some articles and others, with an interval whose unit is the article.

    Parameters
    ----------
    own, rest : Uses
        Of one outlet, and of the others.
    prior : array
        As of `log_odds`.
    top : int, optional
        Terms to show, of those with a p: the least p first, then those furthest from the others; all if None.

    Returns
    -------
    DataFrame, array
        A row a term shown, by its number: ``mentions``, ``articles``, ``per_1000``, ``rest_per_1000``, ``log_odds``,
        ``ci_low``, ``ci_high``, ``z``, ``p``, ``status``; and p of all terms.
    """
    (odds, variance, spread), (rest_odds, rest_variance, rest_spread) = (_estimate(use, prior) for use in (own, rest))
    # Welch's degrees of freedom, of the articles that a term is really spread over.
    parts = variance**2 / np.maximum(spread - 1, 0.5) + rest_variance**2 / np.maximum(rest_spread - 1, 0.5)
    freedom = (variance + rest_variance) ** 2 / parts
    difference, error = odds - rest_odds, np.sqrt(variance + rest_variance)
    z = difference / error
    users = np.where(z > 0, own.articles, np.minimum(rest.articles, own.all_articles))
    tested = users >= OWN_ARTICLES
    p = np.full(len(z), np.nan)
    p[tested] = 2 * stdtr(freedom[tested], -np.abs(z[tested]))
    shown = np.lexsort((-np.abs(z), p))
    shown = shown if top is None else shown[: min(top, tested.sum())]
    reach = error[shown] * stdtrit(freedom[shown], 0.975)
    table = pd.DataFrame({
        "mentions": own.mentions[shown].astype(int), "articles": own.articles[shown].astype(int),
        "per_1000": 1000 * own.mentions[shown] / np.maximum(own.words, 1),
        "rest_per_1000": 1000 * rest.mentions[shown] / np.maximum(rest.words, 1),
        "log_odds": difference[shown], "ci_low": difference[shown] - reach, "ci_high": difference[shown] + reach,
        "z": z[shown], "p": p[shown], "status": np.where(tested[shown], "", "too few articles"),
    }, index=shown)  # fmt: skip
    return table, p


def _estimate(use: Uses, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds of each term, their variance, and the number of articles that a term is spread over."""
    odds, poisson = log_odds(use.mentions, use.words, prior)
    rate = use.mentions / np.maximum(use.words, 1)
    # Linearised: an article moves the log-odds by how far its mentions are from those its length would give.
    scatter = use.squares - 2 * rate * use.products + rate**2 * use.word_squares
    scatter = scatter * use.all_articles / np.maximum(use.all_articles - 1, 1) * poisson**2
    spread = np.where(use.mentions > 0, use.mentions**2 / np.maximum(use.squares, 1), use.all_articles)
    # Few articles show little of the scatter there is: never less than independent words would give.
    return odds, np.maximum(scatter, poisson), spread


def _split(articles: pd.DataFrame, quotations: pd.DataFrame | None) -> tuple[np.ndarray, list[Batch]]:
    """The different words of articles, and every word in its place; what is told of a word is asked once of each."""
    vocabulary, batches, words = Vocabulary(), [], []
    voices = _Voices(articles, quotations)
    for article, word, start, inner, joined in split_batches(articles["text"], vocabulary):
        size = np.bincount(article - article[:1].sum())
        place = np.arange(len(word)) - np.repeat(np.cumsum(size) - size, size)
        middle = np.minimum(place, np.repeat(size, size) - 1 - place) >= EDGE
        words.append((word, inner))
        batches.append(Batch(article, word, voices.of(article, start), joined, middle, middle))
    strings = pd.Series(vocabulary.strings, dtype=object)
    fold, forms = pd.factorize(strings.str.lower().str.replace("’", "'"))
    fold = fold.astype(np.int32)
    # The first word of a sentence always has a capital: it tells only where the word is nowhere else.
    capital = strings.str[:1].str.isupper().to_numpy(dtype=bool)
    uses = np.zeros((2, 2, len(forms)), dtype=np.int64)  # whether inside a sentence, whether with a capital
    for word, inner in words:
        for within, large in np.ndindex(2, 2):
            uses[within, large] += np.bincount(
                fold[word[(inner == within) & (capital[word] == large)]], minlength=len(forms)
            )
    weighted = uses[1] + 1e-6 * uses[0]
    personal, spelt = forms.str.fullmatch(r"i(?:'\w+)?"), forms.str.contains(r"[^\W\d_]")
    term = (weighted[1] <= NAME_SHARE * weighted.sum(axis=0)) & spelt | personal
    shouted = (strings.str.isupper() & (strings.str.len() > 1)).to_numpy(dtype=bool)
    found = []
    for batch in batches:
        form, kept = fold[batch.form], batch.kept & ~shouted[batch.form]
        found.append(batch._replace(form=form, kept=kept, term=term[form]))
    return np.asarray(forms), found


def _mark_repeated(batches: list[Batch], group: np.ndarray) -> None:
    """Take out words in runs that come back in articles of an outlet: sign-up boxes, captions, copied passages."""
    borders = np.searchsorted(group, np.arange(group.max() + 2))
    for first, last in pairwise(borders):
        parts = [(batch, slice(*np.searchsorted(batch.article, [first, last]))) for batch in batches]
        parts = [(batch, here) for batch, here in parts if here.start < here.stop]
        if last - first < OWN_ARTICLES or not parts:
            continue
        code = np.concatenate([np.where(batch.term[here], batch.form[here] + 1, 0) for batch, here in parts])
        article = np.concatenate([batch.article[here] for batch, here in parts])
        again = _repeated(code, article, max(OWN_ARTICLES, RUN_SHARE * (last - first)))
        for batch, here in parts:
            batch.kept[here] &= ~again[: here.stop - here.start]
            again = again[here.stop - here.start :]


def _repeated(code: np.ndarray, article: np.ndarray, least: float) -> np.ndarray:
    """Words in runs that stand in so many articles."""
    key = run_keys(code, RUN)
    whole = np.flatnonzero(article[: len(key)] == article[len(code) - len(key) :])
    parts = len(whole) // RUNS_AT_ONCE + 1
    repeated = np.zeros(len(code), dtype=bool)
    for part in range(parts):
        begin = whole[key[whole] % np.uint64(parts) == part] if parts > 1 else whole
        run, runs = pd.factorize(key[begin])
        texts = np.int64(article[-1] + 1)
        pairs = np.unique(run * texts + article[begin]) // texts
        found = begin[np.bincount(pairs, minlength=len(runs))[run] >= least]
        repeated[found[:, None] + np.arange(RUN)] = True
    return repeated


class _Voices:
    """The attributed stretches of all texts, laid end to end."""

    def __init__(self, articles: pd.DataFrame, quotations: pd.DataFrame | None) -> None:
        size = articles["text"].str.len().fillna(0).to_numpy(dtype=np.int64) + 1
        self.base = np.cumsum(size) - size
        self.borders: list[tuple[int, np.ndarray, np.ndarray]] = []
        if quotations is None:
            return
        spans = quotations[(quotations["section"] == "body") & quotations["article_id"].isin(articles["article_id"])]
        row = pd.Index(articles["article_id"]).get_indexer(spans["article_id"])
        for code, kind in ((1, "indirect"), (2, "direct")):
            use = (spans["kind"] == kind).to_numpy(dtype=bool)
            opened, closed = (
                np.sort(self.base[row[use]] + spans[side].to_numpy(dtype=int)[use]) for side in ("start", "end")
            )
            self.borders.append((code, opened, closed))

    def of(self, article: np.ndarray, start: np.ndarray) -> np.ndarray:
        """0 newsroom, 1 reported, 2 quoted: inside quotation marks the wording is the source's, whatever is around."""
        voice, position = np.zeros(len(article), dtype=np.int8), self.base[article] + start
        for code, opened, closed in self.borders:
            voice[np.searchsorted(opened, position, "right") > np.searchsorted(closed, position, "right")] = code
        return voice


def _count_terms(words: Words, voice: int | None) -> tuple[Any, np.ndarray, np.ndarray]:
    """Mentions in a voice, articles x terms; the terms: words and pairs of words; and the words of each article."""
    size, forms = len(words.articles), words.forms
    length, pieces = np.zeros(size, dtype=np.int64), []
    for batch in words.batches:
        kept = batch.kept if voice is None else batch.kept & (batch.voice == voice)
        length += np.bincount(batch.article[kept], minlength=size)
        able, form = kept & batch.term, batch.form.astype(np.int64)
        pair = np.append(False, able[:-1]) & able & batch.joined
        key = np.concatenate([form[able], (form[:-1][pair[1:]] + 1) * len(forms) + form[pair]])
        pieces.append(_counted(np.concatenate([batch.article[able], batch.article[pair]]), key))
    article, key, count = map(np.concatenate, zip(*pieces, strict=True))
    column, keys = pd.factorize(key)
    use = np.flatnonzero(np.bincount(column, minlength=len(keys)) >= max(TERM_ARTICLES, size // 1000))
    place = np.full(len(keys), -1)
    place[use] = np.arange(len(use))
    held = place[column] >= 0
    counts = sparse(article[held], place[column[held]], count[held].astype(float), (size, len(use)))
    first, second = np.divmod(keys[use], len(forms))
    return counts, np.where(first > 0, forms[first - 1] + " ", "") + forms[second], length


def _counted(article: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each key stands in each article: article, key, count, a row each that is not 0."""
    order = np.lexsort((key, article))
    article, key = article[order], key[order]
    new = np.append(True, (np.diff(article) != 0) | (np.diff(key) != 0))[: len(key)]
    begin = np.flatnonzero(new)
    return article[begin], key[begin], np.diff(np.append(begin, len(key))).astype(np.uint16)
