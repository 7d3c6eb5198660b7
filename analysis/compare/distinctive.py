"""Words and phrases that set one outlet apart from the rest, counted so that one long article cannot decide.

The measure is the weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008). Its
published variance takes every word for an independent draw; here it comes from the differences between articles.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.compare.contrasts import adjust_p
from analysis.compare.events import run_keys, sparse, split_texts
from analysis.tables import InputError, round_significant
from analysis.voice import VOICES

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
    if missing := {"article_id", "text", by} - set(articles.columns):
        raise InputError(f"the articles table has no column {' or '.join(sorted(missing))}")
    if voice not in VOICES:
        raise InputError(f"voice is {voice!r}: give one of {', '.join(VOICES)}")
    used = articles[articles[by].notna()].sort_values("article_id", ignore_index=True)
    group, outlets = pd.factorize(used[by], sort=True)
    if len(outlets) < 2:
        raise InputError(f"{len(outlets)} different {by} in the articles: two are needed to compare their language")
    words, forms = _words(used, group, quotations, voice)
    counts, terms = _counts(words, forms, len(used))
    length = np.bincount(words["article"][words["kept"]], minlength=len(used))
    own = _uses(counts, length, group, len(outlets))
    whole = Uses(*(part.sum(axis=0) for part in own))
    prior = PRIOR * np.append(whole.mentions, max(length.sum() - whole.mentions.sum(), 0)) / max(length.sum(), 1)
    tables, tests = [], []  # all are tested, and what is shown is kept: of many outlets the rest would fill the memory
    for place, outlet in enumerate(outlets):
        mine = Uses(*(part[place] for part in own))
        table = compare_uses(mine, whole.minus(mine), prior).assign(outlet=outlet, term=terms)
        table.index += place * len(terms)
        tests.append(table["p"])
        tables.append(_furthest(table, top))
    table = pd.concat(tables)
    table["p_adjusted"] = adjust_p(np.concatenate(tests))[table.index]
    table["voice"] = "all" if quotations is None else voice
    return round_significant(table[COLUMNS].reset_index(drop=True))


def _uses(counts: Any, length: np.ndarray, group: np.ndarray, outlets: int) -> Uses:
    """The sums of each outlet, a row an outlet; `counts` are mentions, articles x terms."""
    member = sparse(group, np.arange(len(group)), np.ones(len(group)), (outlets, len(group)))
    of_terms = counts, counts.multiply(counts), counts.multiply(length[:, None]), counts.sign()
    of_words = length, length**2, np.ones(len(length))
    return Uses(*((member @ part).toarray() for part in of_terms), *((member @ part)[:, None] for part in of_words))


def compare_uses(own: Uses, rest: Uses, prior: np.ndarray) -> pd.DataFrame:
    """Log-odds of every term between some articles and others, with an interval whose unit is the article.

    Parameters
    ----------
    own, rest : Uses
        Of one outlet, and of the others.
    prior : array
        As of `log_odds`.

    Returns
    -------
    DataFrame
        A row a term: ``mentions``, ``articles``, ``per_1000``, ``rest_per_1000``, ``log_odds``, ``ci_low``,
        ``ci_high``, ``z``, ``p``, ``status``.
    """
    (odds, variance, spread), (rest_odds, rest_variance, rest_spread) = (_estimate(use, prior) for use in (own, rest))
    # Welch's degrees of freedom, of the articles that a term is really spread over.
    parts = variance**2 / np.maximum(spread - 1, 0.5) + rest_variance**2 / np.maximum(rest_spread - 1, 0.5)
    freedom = (variance + rest_variance) ** 2 / parts
    difference, error = odds - rest_odds, np.sqrt(variance + rest_variance)
    z, reach = difference / error, error * stdtrit(freedom, 0.975)
    users = np.where(z > 0, own.articles, np.minimum(rest.articles, own.all_articles))
    few = users < OWN_ARTICLES
    return pd.DataFrame({
        "mentions": own.mentions.astype(int), "articles": own.articles.astype(int),
        "per_1000": 1000 * own.mentions / np.maximum(own.words, 1),
        "rest_per_1000": 1000 * rest.mentions / np.maximum(rest.words, 1),
        "log_odds": difference, "ci_low": difference - reach, "ci_high": difference + reach, "z": z,
        "p": np.where(few, np.nan, 2 * stdtr(freedom, -np.abs(z))), "status": np.where(few, "too few articles", ""),
    })  # fmt: skip


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


def _furthest(table: pd.DataFrame, top: int | None) -> pd.DataFrame:
    """The terms furthest from the others, the least p first; with `top` only so many, and only those with a p."""
    table = table.iloc[np.lexsort((-table["z"].abs(), table["p"]))]
    return table if top is None else table[table["p"].notna()].head(top)


def _words(
    articles: pd.DataFrame, group: np.ndarray, quotations: pd.DataFrame | None, voice: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every word: its form, whether it is kept in the comparison and whether it can be a term; and the forms."""
    article, word, start, inner, joined, strings = split_texts(articles["text"])
    fold, forms = pd.factorize(strings.str.lower().str.replace("’", "'"))
    form, size = fold[word], np.bincount(article, minlength=len(articles))
    place = np.arange(len(form)) - (np.cumsum(size) - size)[article]
    # The first word of a sentence always has a capital: it tells only where the word is nowhere else.
    capital = strings.str[:1].str.isupper().to_numpy(dtype=bool)[word]
    uses, capitals = (np.bincount(form, (inner + 1e-6) * use, len(forms)) for use in (True, capital))
    personal, spelt = forms.str.fullmatch(r"i(?:'\w+)?"), forms.str.contains(r"[^\W\d_]")
    term = ((capitals <= NAME_SHARE * uses) & spelt | personal)[form]
    shouted = (strings.str.isupper() & (strings.str.len() > 1)).to_numpy(dtype=bool)[word]
    kept = ~shouted & (np.minimum(place, size[article] - 1 - place) >= EDGE)
    kept &= ~_repeated(np.where(term, form + 1, 0), article, group)
    if quotations is not None:
        kept &= _voices(article, start, articles, quotations) == VOICES.index(voice)
    columns = {"article": article, "form": form, "joined": joined, "kept": kept, "term": kept & term}
    return pd.DataFrame(columns), np.asarray(forms)


def _repeated(code: np.ndarray, article: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Words in runs that come back in articles of the same outlet: sign-up boxes, captions, copied passages."""
    key = run_keys(code, RUN)
    begin, whole = article[: len(key)], article[: len(key)] == article[len(code) - len(key) :]
    run, runs = pd.factorize(key * np.uint64(2 * len(group) + 1) + group[begin].astype(np.uint64))
    least = np.maximum(OWN_ARTICLES, RUN_SHARE * np.bincount(group)[group])[begin]
    found = np.flatnonzero(whole & (_carried(begin, run, (len(group), len(runs)))[run] >= least))
    repeated = np.zeros(len(code), dtype=bool)
    repeated[found[:, None] + np.arange(RUN)] = True
    return repeated


def _voices(article: np.ndarray, start: np.ndarray, articles: pd.DataFrame, quotations: pd.DataFrame) -> np.ndarray:
    """0 newsroom, 1 reported, 2 quoted: inside quotation marks the wording is the source's, whatever encloses it."""
    base = articles["text"].str.len().fillna(0).add(1).cumsum().to_numpy(dtype=np.int64)
    spans = quotations[(quotations["section"] == "body") & quotations["article_id"].isin(articles["article_id"])]
    row = pd.Index(articles["article_id"]).get_indexer(spans["article_id"])
    voice, position = np.zeros(len(article), dtype=np.int8), base[article] + start
    for code, kind in ((1, "indirect"), (2, "direct")):
        use = (spans["kind"] == kind).to_numpy(dtype=bool)
        opened, closed = (np.sort(base[row[use]] + spans[side].to_numpy(dtype=int)[use]) for side in ("start", "end"))
        voice[np.searchsorted(opened, position, "right") > np.searchsorted(closed, position, "right")] = code
    return voice


def _counts(words: pd.DataFrame, forms: np.ndarray, articles: int) -> tuple[Any, np.ndarray]:
    """Mentions, articles x terms, and the terms: words and pairs of words."""
    least = max(TERM_ARTICLES, articles // 1000)
    able, form = words["term"].to_numpy(), words["form"].to_numpy(dtype=np.int64)
    pair = np.append(False, able[:-1]) & able & words["joined"].to_numpy()
    keys = np.concatenate([form[able], (form[:-1][pair[1:]] + 1) * len(forms) + form[pair]])
    both = pd.concat([words[able], words[pair]])
    column, keys = pd.factorize(keys)
    shape = articles, len(keys)
    use = np.flatnonzero(_carried(both["article"], column, shape) >= least)
    first, second = np.divmod(keys[use], len(forms))
    counts = sparse(both["article"], column, np.ones(len(both)), shape)[:, use]
    return counts, np.where(first > 0, forms[first - 1] + " ", "") + forms[second]


def _carried(article: Any, column: Any, shape: tuple[int, int]) -> np.ndarray:
    """Number of articles that each column is in."""
    return np.bincount(sparse(article, column, np.ones(len(column)), shape).indices, minlength=shape[1])
