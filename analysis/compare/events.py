"""The same event told by several articles, and the same text printed by several outlets.

Two articles tell the same event when they share the words that are rare elsewhere and appeared within days of each
other. Articles of one event are joined by average linkage (an article joins where it is like the group, not like one
member of it), because joining by chains of neighbours runs a whole election campaign together. A copy is found by
the runs of words it shares with another text, whatever the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables import HASHES, InputError
from analysis.voice import Vocabulary, tokenise

#: Average likeness from which groups are one event, where CROWD articles lie within reach of an article. Of 0.06 to
#: 0.09 this served the tuning half of the coded pairs (F1 0.64 in either corpus) and corpora of 150 to 300 articles
#: (0.97 to 1.00 with dates) together best (`benchmarks/events.py`).
THRESHOLD = 0.07
#: Likeness is divided by one more than the days between. A logistic regression of the coded verdicts on likeness
#: and days gave the factors 0.57 (1 day), 0.27 (2-3), 0.15 (4-7) and 0.09 (more); this is 0.5, 0.29, 0.15, 0.1.
#: Beyond the window only a copy tells the same event.
WINDOW = 7
#: What an unknown date costs: less than a day, since all articles are then within reach.
UNDATED = 0.75
#: The more articles of other matters lie within reach (the window, or everywhere if undated), the more alike the
#: nearest of them looks by chance: likeness is divided by this power of their number over CROWD. Without it a threshold
#: that suits several articles a day misses a sixth of the pairs where there are a few a week.
CROWD, CROWDING = 15, 0.2
#: Words of the text that are read for the event; later ones are background. Of 250, 400, 800 and all words, 800 and
#: all separated the coded pairs best, and equally well. A word of the headline counts as so many words.
LEAD, HEADLINE = 800, 3
#: A word in a larger share of the articles says nothing of the event.
MOST_ARTICLES = 0.25
#: Articles of other matters imagined beside the corpus, each word in one of a hundred of them: without them two
#: articles alone would share no word that is rare, and would never be alike.
IMAGINED, IMAGINED_SHARE = 50, 0.01
#: Candidates are found by the heaviest words of each article, so that the search stays near-linear; those that reach
#: this share of the threshold by them alone are clustered by all words.
HEAVIEST, CANDIDATE = 60, 0.4
#: Groups above this size are first cut at a higher likeness: average linkage needs all their pairs.
LARGEST = 3000
#: Runs of words whose keys, one in four, stand for a text (Broder 1997; Manber 1994).
RUN, KEPT = 5, 4
#: A run in more articles is an outlet's furniture.
COMMON_RUN = 1000
#: Share of the later text that stands in the earlier one, from which it is a copy. Among 3,840 articles the pairs
#: that share 0.7 or more were all copies or later versions, those that share less than 0.55 the furniture of one site.
COPIED = 0.6
_BATCH, _BLOCK = 2000, 250
#: Ways to count copies, see `assign_sources`.
COPIES = ("once", "all", "drop")


def group_events(articles: pd.DataFrame, threshold: float = THRESHOLD) -> pd.DataFrame:
    """Group articles that tell the same event, and name the original of every copy.

    Parameters
    ----------
    articles : DataFrame
        ``article_id`` (unique) and ``text``; ``headline`` and ``published`` where known.
    threshold : float
        Average likeness (0 to 1) from which groups are joined.

    Returns
    -------
    DataFrame
        One row an article, in the order given: ``article_id``; ``event``, the smallest ``article_id`` of those
        that tell it (an article alone is its own event); ``duplicate_of``, the earliest article (by date, then
        id) with mostly the same text, missing for that article itself and where there is none.

    Raises
    ------
    InputError
        If a needed column is missing, an id is repeated, or `threshold` is not between 0 and 1.

    Examples
    --------
    >>> texts = ["Moscow denied on Tuesday that it arms the Taliban, the ministry said in Kabul.",
    ...          "The ministry in Moscow denied that Russia arms the Taliban around Kabul.",
    ...          "Voters in Iowa chose a senator."]
    >>> group_events(pd.DataFrame({"article_id": ["a", "b", "c"], "published": "2018-03-06", "text": texts}))
      article_id event duplicate_of
    0          a     a          NaN
    1          b     a          NaN
    2          c     c          NaN
    """
    if missing := {"article_id", "text"} - set(articles.columns):
        raise InputError(f"the articles table has no column {' or '.join(sorted(missing))}: events need it")
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}: give a likeness above 0 and at most 1, such as {THRESHOLD}")
    if (repeated := articles["article_id"].duplicated()).any():
        raise InputError(f"article_id {articles['article_id'][repeated].iloc[0]} is repeated: each needs its own")
    if articles.empty:
        return pd.DataFrame(columns=["article_id", "event", "duplicate_of"], dtype="str")
    table = articles.reindex(columns=["article_id", "published", "headline", "text"]).set_axis(range(len(articles)))
    table = table.astype({"article_id": "str", "headline": "str", "text": "str"}).fillna({"headline": "", "text": ""})
    dates = pd.to_datetime(table["published"], errors="coerce", utc=True, format="ISO8601")
    table["day"] = (dates.dt.normalize() - pd.Timestamp(0, tz="UTC")).dt.days.astype(float)
    # Worked on in an order of its own, so that the order of the rows changes nothing.
    table = table.sort_values(["day", "article_id"], na_position="last")
    day, rows = table["day"].to_numpy(), pd.Series(range(len(table)))
    # Headlines are read after the texts, by the same numbers.
    article, word, _, _, _, strings = split_texts(pd.concat([table["text"], table["headline"]]))
    code, forms = pd.factorize(strings.str.lower().str.replace("’", "'").str.removesuffix("'s"))
    form, size = code.astype(np.int32)[word], np.bincount(article, minlength=2 * len(rows))
    body = slice(size[: len(rows)].sum())
    copies = _components(len(rows), *_copies(form[body], article[body], day))
    original = rows.groupby(copies).transform("min").to_numpy()
    lead = np.flatnonzero(np.arange(len(form)) - (np.cumsum(size) - size)[article] < LEAD)
    value = np.where(article[lead] < len(rows), 1.0, HEADLINE)
    counts = sparse(article[lead] % len(rows), form[lead], value, (len(rows), len(forms)))
    group = _groups(_weighted(counts, pd.Series(forms), day), day, threshold)
    first = rows.groupby(group).transform("min").to_numpy()
    # A copy tells what its original tells, also when it is printed a month later.
    event = _components(len(rows), np.tile(rows, 2), np.concatenate([original, first]))
    table["event"] = table["article_id"].groupby(event).transform("min")
    table["duplicate_of"] = table["article_id"].iloc[original].to_numpy()
    table.loc[original == rows.to_numpy(), "duplicate_of"] = None
    return table[["article_id", "event", "duplicate_of"]].sort_index().set_axis(articles.index)


def assign_sources(articles: pd.DataFrame, copies: str = "once", events: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say for which outlet each article is evidence, so that a text that many print is not counted as many.

    Parameters
    ----------
    articles : DataFrame
        ``article_id``, ``outlet``; ``origin`` where known (an article whose origin is not its outlet is a copy).
    copies : {"once", "all", "drop"}
        ``once``: a copy counts for its origin and only once, however many print it; ``all``: every article
        counts for the outlet that printed it; ``drop``: copies count for nobody.
    events : DataFrame, optional
        ``article_id``, ``duplicate_of``: the near-duplicates that the text shows.

    Returns
    -------
    DataFrame
        ``article_id``, ``source`` (missing: no outlet known), ``counted`` and ``note`` (why one is not counted
        for its outlet), in the order of `articles`.

    Raises
    ------
    InputError
        For an unknown `copies`.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["1", "2"], "outlet": ["Times", "Agency"], "origin": "Agency"})
    >>> assign_sources(articles)[["source", "counted", "note"]].values.tolist()
    [['Agency', True, 'copy of Agency'], ['Agency', True, '']]
    """
    if copies not in COPIES:
        raise InputError(f"copies={copies!r}: choose one of {', '.join(COPIES)}")
    found = articles[["article_id"]].reset_index(drop=True)
    outlet = articles["outlet"].reset_index(drop=True)
    if copies == "all":
        return found.assign(source=outlet, counted=True, note="")
    origin = articles["origin"].reset_index(drop=True).fillna(outlet) if "origin" in articles else outlet
    root = found["article_id"]
    if events is not None and "duplicate_of" in events:
        root = root.map(events.set_index("article_id")["duplicate_of"]).fillna(root)
    # The original stands before its copies, wherever it is in the table; where it is absent, the first copy does.
    order = np.argsort((root != found["article_id"]).to_numpy(), kind="stable")
    again = root.iloc[order].duplicated().sort_index()
    by = next((name for name in ("text", HASHES["text"]) if name in articles and articles[name].notna().any()), None)
    if by:  # an agency's text printed word by word is the same text, without any events table; so is its hash
        same = pd.DataFrame({"origin": origin, "text": articles[by].to_numpy()})
        again |= same.duplicated() & same["text"].fillna("").ne("") & origin.notna()
    credited = origin.ne(outlet) & origin.notna()
    counted = ~again & ~(credited & (copies == "drop"))
    note = ("copy of " + origin).where(credited, "").mask(again & ~credited, "copy of another article")
    return found.assign(source=origin, counted=counted, note=note)


def split_texts(texts: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, pd.Series]:
    """Of every word what `split_batches` gives; last come the strings that the numbers stand for."""
    vocabulary = Vocabulary()
    parts = split_batches(texts, vocabulary)
    article, word, start, inner, joined = (np.concatenate(part) for part in zip(*parts, strict=True))
    return article, word, start, inner, joined, pd.Series(vocabulary.strings, dtype=object)


def split_batches(texts: pd.Series, vocabulary: Vocabulary) -> Iterator[tuple[np.ndarray, ...]]:
    """Of every word, some articles at a time: row of its text, number in the vocabulary, first character, whether it
    goes on a sentence, and that after a space."""
    filled = texts.astype("str").fillna("").tolist()
    for begin in range(0, len(filled), _BATCH):
        tokens = tokenise(filled[begin : begin + _BATCH], vocabulary)
        article = tokens.text_of(tokens.start)
        inner = np.diff(tokens.sentence, prepend=-1) == 0
        joined = inner & vocabulary.table("space", str.isspace)[tokens.gap[: len(article)]]
        start = tokens.characters(tokens.start, article)
        yield article + np.int32(begin), tokens.word, start, inner, joined


def run_keys(form: np.ndarray, length: int) -> np.ndarray:
    """A number for the run of words that begins at each place; equal runs have equal numbers."""
    key = np.zeros(max(len(form) - length + 1, 0), dtype=np.uint64)
    for step in range(length):
        key += form[step : step + len(key)].astype(np.uint64)
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def _copies(form: np.ndarray, article: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Pairs of rows (later, earlier) where most of the later text stands in the earlier one."""
    key = run_keys(form, RUN)
    begins = np.flatnonzero((key % np.uint64(KEPT) == 0) & (article[: len(key)] == article[len(form) - len(key) :]))
    column, keys = pd.factorize(key[begins])
    runs = sparse(article[begins], column, np.ones(len(begins), np.int32), (len(day), len(keys))).sign()
    size, carried = np.diff(runs.indptr), np.bincount(runs.indices, minlength=len(keys))
    runs = runs[:, (carried > 1) & (carried <= COMMON_RUN)]
    pairs = [np.zeros((2, 0), dtype=int)]
    for begin in range(0, len(day), _BATCH):
        shared = (runs[begin : begin + _BATCH] @ runs[: begin + _BATCH].T).tocoo()
        later, earlier = shared.row + begin, shared.col
        # Of two texts of one day, or undated, either may be the copy: the shorter one is asked.
        least = np.where(day[later] > day[earlier], size[later], np.minimum(size[later], size[earlier]))
        pairs.append(np.stack([later, earlier])[:, (earlier < later) & (shared.data >= COPIED * least)])
    return np.hstack(pairs)


def _weighted(counts: Any, forms: pd.Series, day: np.ndarray) -> Any:
    """Words by their rarity, in rows whose products are the likeness of articles of one day."""
    from scipy.sparse import diags
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
    from sklearn.preprocessing import normalize

    counts.data = 1 + np.log(counts.data)
    carried, articles = np.bincount(counts.indices, minlength=len(forms)), counts.shape[0]
    rarity = np.log((1 + articles + IMAGINED) / (1 + carried + IMAGINED * IMAGINED_SHARE))
    # In a handful of articles every word of their story is in most of them.
    common = carried > max(MOST_ARTICLES * articles, IMAGINED / 2)
    rarity[common | (forms.str.len() < 2) | forms.isin(ENGLISH_STOP_WORDS)] = 0
    dated = np.sort(day[np.isfinite(day)])
    near = np.full(articles, float(articles))
    near[: len(dated)] = np.searchsorted(dated, dated + WINDOW, "right") - np.searchsorted(dated, dated - WINDOW)
    # A word of one article counts in its length only.
    weighted = normalize(counts @ diags(rarity))[:, (carried > 1) & (rarity > 0)]
    return (diags((near / CROWD) ** (-CROWDING / 2)) @ weighted).tocsr()


def _groups(weighted: Any, day: np.ndarray, threshold: float) -> np.ndarray:
    """A group number for every row."""
    from sklearn.cluster import AgglomerativeClustering

    left, right, like = np.hstack(list(_candidates(weighted, day, CANDIDATE * threshold)))
    left, right, level = left.astype(int), right.astype(int), np.full(len(day), 0.0)
    # Groups of average likeness lie within what is linked by pairs; where that is too much, by nearer pairs.
    while True:
        component = _components(len(day), *np.stack([left, right])[:, like >= level[left]])
        size = np.bincount(component)[component]
        if size.max() <= LARGEST:
            break
        level = np.where(size > LARGEST, np.maximum(level * 1.25, CANDIDATE * threshold), level)
    group, order = np.arange(len(day)), np.argsort(component, kind="stable")
    distances = {"metric": "precomputed", "linkage": "average", "distance_threshold": 1 - threshold}
    linkage = AgglomerativeClustering(n_clusters=None, **distances)
    for rows in np.split(order, np.flatnonzero(np.diff(component[order])) + 1):
        if len(rows) > 1:
            alike = (weighted[rows] @ weighted[rows].T).toarray() * _nearness(day[rows], day[rows][:, None])
            group[rows] = rows[linkage.fit_predict(1 - np.clip(alike, 0, 1))]
    return group


def _candidates(weighted: Any, day: np.ndarray, least: float) -> Iterator[np.ndarray]:
    """Pairs of rows that their heaviest words make alike: row, earlier row and that likeness."""
    row = np.repeat(np.arange(len(day)), np.diff(weighted.indptr))
    order = np.lexsort((-weighted.data, row))
    order = order[np.arange(len(order)) - weighted.indptr[row] < HEAVIEST]
    heavy = sparse(row[order], weighted.indices[order], weighted.data[order], weighted.shape)
    for begin in range(0, len(day), _BLOCK):
        end = min(begin + _BLOCK, len(day))
        # Undated rows come last, and may be near to any.
        start = np.searchsorted(day, day[begin] - WINDOW) if np.isfinite(day[end - 1]) else 0
        product = (heavy[begin:end] @ heavy[start:end].T).tocoo()
        left, right = product.row + begin, product.col + start
        like = product.data * _nearness(day[left], day[right])
        yield np.stack([left, right, like])[:, (right < left) & (like >= least)]


def _nearness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    apart = np.abs(one - other)
    return np.where(np.isnan(apart), UNDATED, np.where(apart <= WINDOW, 1 / (1 + apart), 0.0))


def _components(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    from scipy.sparse.csgraph import connected_components

    return connected_components(sparse(left, right, np.ones(len(left)), (size, size)), directed=False)[1]


def sparse(row: np.ndarray, column: np.ndarray, value: np.ndarray, shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix((value, (row, column)), shape)
