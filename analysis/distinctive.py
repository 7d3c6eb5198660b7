"""Words and phrases that set one outlet apart from the rest, counted so that one long article cannot decide.

The measure is the weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008). Its
published variance takes every word for an independent draw; here it comes from the differences between articles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.tables import InputError, round_significant
from analysis.tokens import Vocabulary, tokenise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Words of the prior: each outlet is read as if it had also printed so many words of the whole corpus. A word of one
#: in 1,000 so starts from one mention. Larger ones shrink outlets of a few short articles to nothing.
PRIOR = 1000
#: A term in fewer articles of the corpus, or used more by an outlet in fewer of its own, is an anecdote.
MIN_ARTICLES, MIN_OWN_ARTICLES = 10, 3
#: Boilerplate: in this share of an outlet's articles a term stands among the first or last words, where it also has
#: at least half of its mentions and four times its fair share of them.
EDGE, EDGE_SHARE = 30, 0.1
#: A run of so many words in this share of an outlet's articles is a sign-up box or a caption; names and numbers are
#: not told apart in it.
RUN, RUN_SHARE = 6, 0.02
#: A word is a proper name if most of its uses inside a sentence have a capital.
NAME_SHARE = 0.5
COLUMNS = [
    "outlet", "voice", "term", "mentions", "articles", "per_1000", "rest_per_1000", "log_odds", "ci_low", "ci_high",
    "z", "p", "p_adjusted", "status",
]  # fmt: skip
VOICES = ("newsroom", "reported", "quoted")
_BATCH = 2000


class _Words(NamedTuple):
    """Every word of the corpus: its article, its folded form, whether a bigram may start at it, and more."""

    article: np.ndarray
    form: np.ndarray
    joined: np.ndarray
    edge: np.ndarray
    voice: np.ndarray
    shouted: np.ndarray
    forms: np.ndarray
    name: np.ndarray


def log_odds(mentions: np.ndarray, words: float, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smoothed log-odds of terms in one body of text, and their variance if words were independent.

    The difference of two such log-odds is the measure of Monroe, Colaresi and Quinn (2008), the sum of the two
    variances its variance.

    Parameters
    ----------
    mentions : array
        Mentions of each term.
    words : float
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


def distinctive_terms(
    articles: pd.DataFrame,
    quotations: pd.DataFrame | None = None,
    by: str = "outlet",
    voice: str = "newsroom",
    top: int | None = 50,
    names: bool = False,
    min_articles: int | None = None,
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
    names : bool
        Whether proper names take part: they set outlets apart by what they cover and not by how.
    min_articles : int
        Articles of the corpus that a term must be in; 10, and one in a thousand, unless given.

    Returns
    -------
    DataFrame
        ``outlet``, ``voice``, ``term``, ``mentions``, ``articles`` (of the outlet, that use it: its range),
        ``per_1000`` and ``rest_per_1000`` words, ``log_odds`` against the rest (shrunk towards 0) with a 95 %
        interval, ``z``, ``p``, ``p_adjusted`` (Benjamini-Hochberg over all outlets and terms tested) and
        ``status``, which says why a term has no p: an outlet's boilerplate, or too few articles.

    Raises
    ------
    InputError
        If a column is missing, the voice unknown, or there are not two outlets to compare.
    """
    from scipy.special import stdtr, stdtrit
    from scipy.stats import false_discovery_control

    missing = {"article_id", "text", by} - set(articles.columns)
    if missing:
        raise InputError(f"the articles table has no column {' or '.join(sorted(missing))}")
    if voice not in VOICES:
        raise InputError(f"voice is {voice!r}: give one of {', '.join(VOICES)}")
    used = articles[articles[by].notna()].sort_values("article_id", ignore_index=True)
    group, outlets = pd.factorize(used[by], sort=True)
    if len(outlets) < 2:
        raise InputError(f"{len(outlets)} different {by} in the articles: two are needed to compare their language")
    words = _words(used, quotations)
    kept = ~_repeated(words, group) & ~words.shouted
    if quotations is not None:
        kept &= words.voice == VOICES.index(voice)
    least = max(MIN_ARTICLES, len(used) // 1000) if min_articles is None else min_articles
    counts, at_edge, terms = _counts(words, kept, len(used), least, names)
    length = np.bincount(words.article[kept], minlength=len(used)).astype(float)
    member = _matrix(group, np.arange(len(used)), np.ones(len(used)), (len(outlets), len(used)))
    squares = counts.multiply(counts).tocsr()
    weighted = counts.multiply(length[:, None]).tocsr()
    # Sums over the articles of each outlet; those of the others are the totals without them.
    own = [(member @ part).tocsr() for part in (counts, squares, weighted, counts.sign())]
    sums = [np.asarray(part.sum(axis=0)).ravel() for part in own]
    edges = [(member @ part).tocsr() for part in (at_edge, at_edge.sign())]
    sizes = np.stack([member @ length, member @ length**2, np.bincount(group, minlength=len(outlets))])
    edge_length = member @ np.bincount(words.article[kept & words.edge], minlength=len(used))
    prior = PRIOR * np.append(sums[0], max(length.sum() - sums[0].sum(), 0)) / max(length.sum(), 1)
    tables, tests = [], []
    for place, outlet in enumerate(outlets):
        mine = [part[[place]].toarray().ravel() for part in own]
        others = [whole - part for whole, part in zip(sums, mine, strict=True)]
        mine_size, others_size = sizes[:, place], sizes.sum(axis=1) - sizes[:, place]
        side, other = _side(mine, mine_size, prior), _side(others, others_size, prior)
        difference, variance = side[0] - other[0], side[1] + other[1]
        # Welch's degrees of freedom, of the articles that a term is really spread over.
        freedom = variance**2 / sum(one[1] ** 2 / np.maximum(one[2] - 1, 0.5) for one in (side, other))
        z, error = difference / np.sqrt(variance), np.sqrt(variance)
        at_edges, edge_articles = (part[[place]].toarray().ravel() for part in edges)
        fair = 4 * edge_length[place] / max(mine_size[0], 1)
        furniture = (edge_articles >= max(EDGE_SHARE * mine_size[2], MIN_OWN_ARTICLES)) & (z > 0)
        furniture &= at_edges >= mine[0] * np.clip(fair, 0.5, 0.9)
        few = np.where(z > 0, mine[3], np.minimum(others[3], mine_size[2])) < MIN_OWN_ARTICLES
        p = np.where(furniture | few, np.nan, 2 * stdtr(freedom, -np.abs(z)))
        order = np.lexsort((-np.abs(z), np.nan_to_num(p, nan=2)))
        shown = order if top is None else order[: min(top, int(np.isfinite(p).sum()))]
        reach = error * stdtrit(freedom, 0.975)
        tests.append(p)
        tables.append(pd.DataFrame({
            "outlet": outlet, "voice": "all" if quotations is None else voice, "term": terms, "mentions": mine[0],
            "articles": mine[3], "per_1000": 1000 * mine[0] / max(mine_size[0], 1),
            "rest_per_1000": 1000 * others[0] / max(others_size[0], 1), "log_odds": difference,
            "ci_low": difference - reach, "ci_high": difference + reach, "z": z, "p": p,
            "status": np.select([furniture, few], ["boilerplate of this outlet", "too few articles"], ""),
            "place": place * len(terms) + np.arange(len(terms)),
        }).iloc[shown])  # fmt: skip
    every = np.concatenate(tests)
    every[np.isfinite(every)] = false_discovery_control(every[np.isfinite(every)])
    result = pd.concat(tables, ignore_index=True).astype({"mentions": int, "articles": int})
    return round_significant(result.assign(p_adjusted=every[result["place"]])[COLUMNS])


def _side(
    sums: list[np.ndarray], sizes: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds, variance between articles, articles the mentions are spread over, articles with the term."""
    mentions, squares, weighted, present = sums
    words, long, articles = sizes
    odds, poisson = log_odds(mentions, words, prior)
    rate = mentions / max(words, 1)
    # Linearised: an article moves the log-odds by how far its mentions are from those its length would give.
    scatter = squares - 2 * rate * weighted + rate**2 * long
    scatter *= articles / max(articles - 1, 1) * poisson**2
    spread = np.where(mentions > 0, mentions**2 / np.maximum(squares, 1), articles)
    # Few articles show little of the scatter there is: never less than independent words would give.
    return odds, np.maximum(scatter, poisson), spread, present


def _words(articles: pd.DataFrame, quotations: pd.DataFrame | None) -> _Words:
    """Read all texts as one sequence of words."""
    vocabulary, parts = Vocabulary(), []
    texts = articles["text"].astype("str").fillna("").tolist()
    size = np.array([len(text) for text in texts], dtype=np.int64)
    base = np.cumsum(size + 1) - size - 1
    for begin in range(0, len(texts), _BATCH):
        tokens = tokenise(texts[begin : begin + _BATCH], vocabulary)
        counts = np.diff(tokens.first)[: len(texts[begin : begin + _BATCH])]
        owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        place = np.arange(len(owner)) - tokens.first[owner]
        plain = vocabulary.table("spaces", str.isspace)
        inside = np.append(tokens.sentence[1:] == tokens.sentence[:-1], False)[: len(owner)]
        parts.append((
            owner + begin, tokens.word[: len(owner)], inside & plain[tokens.gap[1 : len(owner) + 1]],
            (place < EDGE) | (place >= counts[owner] - EDGE),
            np.append(False, inside[:-1]), base[owner + begin] + tokens.characters(tokens.start[: len(owner)], owner),
        ))  # fmt: skip
    article, word, joined, edge, within, position = (np.concatenate(part) for part in zip(*parts, strict=True))
    strings = pd.Series(vocabulary.strings, dtype=object)
    fold, forms = pd.factorize(strings.str.lower().str.replace("’", "'"))
    capital = strings.str[:1].str.isupper().to_numpy(dtype=bool)
    form = fold[word]
    # The first word of a sentence always has a capital; only the others tell.
    uses = [np.bincount(form[w], minlength=len(forms)) for w in (within, within & capital[word], capital[word])]
    name = np.where(uses[0] > 0, uses[1] > NAME_SHARE * uses[0], uses[2] > 0)
    name &= ~pd.Series(forms).str.fullmatch(r"i(?:'\w+)?").to_numpy(dtype=bool)
    name |= ~pd.Series(forms).str.contains(r"[^\W\d_]").to_numpy(dtype=bool)
    shouted = (strings.str.isupper() & (strings.str.len() > 1)).to_numpy(dtype=bool)[word]
    voice = _voices(position, base, articles, quotations)
    return _Words(article, form, joined, edge, voice, shouted, np.asarray(forms), name)


def _repeated(words: _Words, group: np.ndarray) -> np.ndarray:
    """Words in runs that come back in articles of the same outlet: sign-up boxes, captions, copied passages."""
    code = np.where(words.name, 0, np.arange(len(words.name)) + 1).astype(np.uint64)[words.form]
    count = max(len(code) - RUN + 1, 0)
    run = group[words.article[:count]].astype(np.uint64)
    for step in range(RUN):
        run = run * np.uint64(0x9E3779B97F4A7C15) + code[step : step + count]
        run ^= run >> np.uint64(29)
    key, runs = pd.factorize(run)
    article = words.article[:count]
    carried = _carried(article, key, len(group), len(runs))[key]
    size = np.bincount(group)[group][article]
    found = (carried >= np.maximum(MIN_OWN_ARTICLES, RUN_SHARE * size)) & (
        article == words.article[len(code) - count :]
    )
    repeated = np.zeros(len(code), dtype=bool)
    for step in range(RUN):
        repeated[step : step + count] |= found
    return repeated


def _voices(
    position: np.ndarray, base: np.ndarray, articles: pd.DataFrame, quotations: pd.DataFrame | None
) -> np.ndarray:
    """0 newsroom, 1 reported, 2 quoted: inside quotation marks the wording is the source's, whatever encloses it."""
    voice = np.zeros(len(position), dtype=np.int8)
    if quotations is None:
        return voice
    spans = quotations[quotations["section"] == "body"]
    row = pd.Index(articles["article_id"]).get_indexer(spans["article_id"])
    for code, kind in ((1, "indirect"), (2, "direct")):
        use = ((spans["kind"] == kind) & (row >= 0)).to_numpy(dtype=bool)
        start, end = (np.sort(base[row[use]] + spans[side].to_numpy(dtype=int)[use]) for side in ("start", "end"))
        depth = np.searchsorted(start, position, "right") - np.searchsorted(end, position, "right")
        voice[depth > 0] = code
    return voice


def _counts(
    words: _Words, kept: np.ndarray, articles: int, least: int, names: bool
) -> tuple[csr_matrix, csr_matrix, np.ndarray]:
    """Articles x terms: mentions, those at the edges of articles, and the terms."""
    from scipy.sparse import hstack

    able = np.ones(len(words.forms), dtype=bool) if names else ~words.name
    able &= _carried(words.article[kept], words.form[kept], articles, len(able)) >= least
    single = np.flatnonzero(kept & able[words.form])
    pair = single[words.joined[single]]
    pair = pair[kept[pair + 1] & able[words.form[pair + 1]]]
    first = words.form.astype(np.int64)
    blocks = []
    for place, key in ((single, first[single]), (pair, first[pair] * len(able) + first[pair + 1])):
        column, keys = pd.factorize(key)
        use = np.flatnonzero(_carried(words.article[place], column, articles, len(keys)) >= least)
        label = words.forms[keys[use] % len(able)]
        blocks.append([
            _matrix(words.article[place], column, value, (articles, len(keys)))[:, use]
            for value in (np.ones(len(place)), words.edge[place].astype(float))
        ] + [label if place is single else words.forms[keys[use] // len(able)] + " " + label])  # fmt: skip
    full, edge, label = zip(*blocks, strict=True)
    edges = hstack(edge, format="csr")
    edges.eliminate_zeros()
    return hstack(full, format="csr"), edges, np.concatenate(label)


def _matrix(row: np.ndarray, column: np.ndarray, value: np.ndarray, shape: tuple[int, int]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    return csr_matrix((value, (row, column)), shape)


def _carried(article: np.ndarray, key: np.ndarray, articles: int, keys: int) -> np.ndarray:
    """Number of articles that each key is in."""
    present = _matrix(article, key, np.ones(len(key), dtype=np.int32), (articles, keys))
    return np.bincount(present.indices, minlength=keys)
