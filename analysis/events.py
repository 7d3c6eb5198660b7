"""The same event told by several articles, and the same text printed by several outlets.

Two articles tell the same event when they share the words that are rare elsewhere and appeared within days of each
other. Articles of one event are joined by average linkage (an article joins where it is like the group, not like one
member of it), because joining by chains of neighbours runs a whole election campaign together. A copy is found by
the runs of words it shares with another text, whatever the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np
import pandas as pd

from analysis.tables import InputError
from analysis.tokens import Vocabulary, tokenise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Likeness from which groups are one event. On the tuning half of the coded neighbours F1 hardly moves from 0.07 to
#: 0.10 (0.57 to 0.63 in one corpus, 0.64 to 0.69 in the other); events that lie far from each other are never joined
#: there and lose a few pairs with every step up, so the lower part of that range (`benchmarks/events.py`).
THRESHOLD = 0.08
#: Likeness is divided by one more than the days between. A logistic regression of the coded verdicts on likeness
#: and days gave the factors 0.57 (1 day), 0.27 (2-3), 0.15 (4-7) and 0.09 (more); this is 0.5, 0.29, 0.15, 0.1.
#: Beyond the window only a copy tells the same event: likeness would have to be above 0.72.
WINDOW = 7
#: What an unknown date costs: a little more than a day between the articles.
UNDATED = 0.45
#: Words of the text that are read for the event; later ones are background. Of 250, 400, 800 and all words, 800 and
#: all separated the coded pairs best, and equally well.
LEAD = 800
#: A word in a larger share of the articles says nothing of the event.
MOST_ARTICLES = 0.25
#: Articles of other matters imagined beside the corpus, each word in one of a hundred of them: without them two
#: articles alone would share no word that is rare, and would never be alike.
IMAGINED, IMAGINED_SHARE = 50, 0.01
#: Candidates are found by the heaviest words of each article, so that the search stays near-linear; those that reach
#: this share of the threshold by them alone have their likeness taken over all words.
HEAVIEST, CANDIDATE = 60, 0.4
#: Groups above this size are first cut at a higher likeness: average linkage needs all their pairs.
LARGEST = 3000
#: Runs of words whose hashes, one in four, stand for a text (Broder 1997; Manber 1994).
RUN, KEPT = 5, 4
#: A run in more articles is an outlet's furniture.
COMMON_RUN = 1000
#: Share of the later text that stands in the earlier one, from which it is a copy. Among 3,840 articles the pairs
#: that share 0.7 or more were all copies or later versions, those that share less than 0.55 the furniture of one site.
COPIED = 0.6
_COLUMNS, _BATCH = 1 << 22, 2000


class _Read(NamedTuple):
    counts: csr_matrix
    runs: csr_matrix
    sizes: np.ndarray


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
    missing = {"article_id", "text"} - set(articles.columns)
    if missing:
        raise InputError(f"the articles table has no column {' or '.join(sorted(missing))}: events need it")
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}: give a likeness above 0 and at most 1, such as {THRESHOLD}")
    repeated = articles.loc[articles["article_id"].duplicated(), "article_id"]
    if len(repeated):
        raise InputError(f"article_id {repeated.iloc[0]} is repeated: every article needs its own")
    if articles.empty:
        return pd.DataFrame(columns=["article_id", "event", "duplicate_of"], dtype="str")
    table = pd.DataFrame({"article_id": articles["article_id"].astype("str").to_numpy()})
    dates = articles["published"] if "published" in articles else pd.Series(pd.NaT, index=articles.index)
    dates = pd.to_datetime(dates, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
    table["day"] = (dates.dt.normalize() - pd.Timestamp(0)).dt.days.to_numpy(dtype=float)
    for name in ("headline", "text"):
        given = articles[name] if name in articles else pd.Series("", index=articles.index)
        table[name] = given.astype("str").fillna("").to_numpy()
    # Worked on in an order of its own, so that the order of the rows changes nothing.
    table = table.sort_values(["day", "article_id"], na_position="last")
    row, order = table.index.to_numpy(), np.arange(len(table))
    day, ids = table["day"].to_numpy(), table["article_id"].to_numpy(dtype=object)
    read = _read(table["headline"].tolist(), table["text"].tolist())
    copy, original = _copies(read.runs, read.sizes, day)
    text = _components(len(table), copy, original)
    event = _events(_weighted(read.counts), day, threshold)
    # A copy tells what its original tells, also when it is printed a month later.
    _, first = np.unique(text, return_index=True)
    event = _components(len(table), np.concatenate([order, order]), np.concatenate(
        [len(table) + event, len(table) * 2 + text]))[: len(table)]  # fmt: skip
    smallest = pd.Series(ids).groupby(event).transform("min").to_numpy()
    earliest = ids[first[text]]
    result = pd.DataFrame({"article_id": ids, "event": smallest, "duplicate_of": earliest}, index=row)
    result["duplicate_of"] = result["duplicate_of"].astype("str").mask(order == first[text])
    result = result.astype({"article_id": "str", "event": "str"}).sort_index()
    return result.set_axis(articles.index)


def _read(headlines: list[str], texts: list[str]) -> _Read:
    """Word weights (1 + log count, headline words once more) and kept runs of words, by article."""
    from scipy.sparse import csr_matrix, vstack
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    def stem(word: str) -> int:
        word = word.lower().replace("’", "'").removesuffix("'s")
        return crc32(word.encode("utf-8", "replace"))

    def plain(word: str) -> bool:
        return len(word) < 2 or word.lower() in ENGLISH_STOP_WORDS

    counts, runs, vocabulary = [], [], Vocabulary()
    for begin in range(0, max(len(texts), 1), _BATCH):
        batch = texts[begin : begin + _BATCH]
        parts = []
        for source, lead in ((headlines[begin : begin + _BATCH], None), (batch, LEAD)):
            tokens = tokenise(source, vocabulary)
            owner = np.repeat(np.arange(len(batch), dtype=np.int32), np.diff(tokens.first)[: len(batch)])
            place = np.arange(len(owner)) - tokens.first[owner]
            word = tokens.word[: len(owner)]
            code = vocabulary.table("stem", stem, "uint32")[word]
            use = ~vocabulary.table("plain", plain)[word] & (place < (lead or len(place) + 1))
            column = (code[use] % _COLUMNS).astype(np.int32)
            part = csr_matrix((np.ones(len(column), np.float32), (owner[use], column)), (len(batch), _COLUMNS))
            part.data = 1 + np.log(part.data) if lead else np.ones_like(part.data)
            parts.append(part)
        counts.append(parts[0] + parts[1])
        runs.append(_runs(code, owner, np.diff(tokens.first)[: len(batch)]))
    owner_of = np.concatenate([owner + _BATCH * i for i, (owner, _) in enumerate(runs)])
    _, column = np.unique(np.concatenate([code for _, code in runs]), return_inverse=True)
    shape = (len(texts), int(column.max(initial=0)) + 1)
    marks = csr_matrix((np.ones(len(column), np.int32), (owner_of, column)), shape)
    marks.data[:] = 1
    sizes = np.diff(marks.indptr)
    carried = np.bincount(marks.indices, minlength=shape[1])
    shared = np.flatnonzero((carried > 1) & (carried <= COMMON_RUN))
    return _Read(vstack(counts, format="csr"), marks[:, shared].tocsr(), sizes)


def _runs(code: np.ndarray, owner: np.ndarray, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Owner and hash of each kept run of words; every text of words also has the hash of its whole."""
    value = (code.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    power, count = np.uint64(0x100000001B3), max(len(code) - RUN + 1, 0)
    run = np.zeros(count, dtype=np.uint64)
    for step in range(RUN):
        run = run * power + value[step : step + count]
    run ^= run >> np.uint64(29)
    run *= np.uint64(0xBF58476D1CE4E5B9)
    kept = (run >> np.uint64(40)) % np.uint64(KEPT) == 0
    kept &= owner[:count] == owner[len(code) - count :]
    filled = np.flatnonzero(words)
    first = (np.cumsum(words) - words)[filled]
    place = (np.arange(len(code)) - np.repeat(first, words[filled])).astype(np.uint64)
    whole = np.add.reduceat(value * (place * power + np.uint64(1)), first) if len(filled) else run[:0]
    return np.concatenate([owner[:count][kept], filled]), np.concatenate([run[kept], whole])


def _copies(runs: csr_matrix, sizes: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows (later, earlier) where most of the later text stands in the earlier one."""
    laters, earliers = [], []
    for begin in range(0, runs.shape[0], _BATCH):
        shared = (runs[begin : begin + _BATCH] @ runs[: begin + _BATCH].T).tocoo()
        later, earlier = shared.row + begin, shared.col
        # Of two texts of one day, or undated, either may be the copy: the shorter one is asked.
        ordered = day[later] > day[earlier]
        size = np.where(ordered, sizes[later], np.minimum(sizes[later], sizes[earlier]))
        copied = (earlier < later) & (shared.data >= COPIED * size)
        laters.append(later[copied])
        earliers.append(earlier[copied])
    return np.concatenate(laters or [np.zeros(0, int)]), np.concatenate(earliers or [np.zeros(0, int)])


def _weighted(counts: csr_matrix) -> csr_matrix:
    """Rows of unit length; a word weighs by its rarity, and nothing where it is in many of the articles."""
    from scipy.sparse import csr_matrix, diags
    from sklearn.preprocessing import normalize

    articles = counts.shape[0]
    carried = np.bincount(counts.indices, minlength=_COLUMNS)
    column, carried = np.cumsum(carried > 0) - 1, carried[carried > 0]
    counts = csr_matrix((counts.data, column[counts.indices], counts.indptr), (articles, len(carried)))
    rarity = np.log((1 + articles + IMAGINED) / (1 + carried + IMAGINED * IMAGINED_SHARE))
    # In a handful of articles every word of their story is in most of them.
    rarity[carried > max(MOST_ARTICLES * articles, IMAGINED / 2)] = 0
    # A word of one article counts in its length only.
    return normalize((counts @ diags(rarity)).tocsr())[:, np.flatnonzero((carried > 1) & (rarity > 0))].tocsr()


def _events(weighted: csr_matrix, day: np.ndarray, threshold: float) -> np.ndarray:
    """A group number for every row."""
    from sklearn.cluster import AgglomerativeClustering

    candidates = _candidates(weighted, day, CANDIDATE * threshold)
    pairs = [_likeness(weighted, day, left, right) for left, right in candidates]
    left, right, like = (np.concatenate(part) for part in zip(*pairs, strict=True)) if pairs else [day[:0]] * 3
    group = np.arange(len(day))
    # Average likeness reaches the threshold only where a pair does: groups lie within these components.
    waiting, level = [(left, right, like)], threshold
    while waiting:
        left, right, like = waiting.pop()
        near = like >= level
        left, right, like = left[near].astype(int), right[near].astype(int), like[near]
        component = _components(len(day), left, right)
        size = np.bincount(component)[component]
        large = size[left] > LARGEST
        if large.any():
            waiting, level = [(left[large], right[large], like[large])], level * 1.25
        members = np.flatnonzero((size > 1) & (size <= LARGEST))
        members = members[np.argsort(component[members], kind="stable")]
        for rows in np.split(members, np.flatnonzero(np.diff(component[members])) + 1):
            if len(rows):
                alike = (weighted[rows] @ weighted[rows].T).toarray() * _nearness(day[rows], day[rows][:, None])
                linkage = AgglomerativeClustering(
                    n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - threshold
                )
                label = linkage.fit(1 - np.clip(alike, 0, 1)).labels_
                group[rows] = rows[np.unique(label, return_index=True)[1]][label]
    return group


def _candidates(weighted: csr_matrix, day: np.ndarray, least: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows within the window (an unknown date is within every window) that share heavy words."""
    heavy = _heaviest(weighted)
    dated = int(np.isfinite(day).sum())
    begin = 0
    while begin < len(day):
        if begin < dated:
            end = min(begin + _BATCH // 2, int(np.searchsorted(day[:dated], day[begin] + WINDOW, "right")))
            stop = int(np.searchsorted(day[:dated], day[end - 1] + WINDOW, "right"))
            start = begin
        else:
            end, start = min(begin + _BATCH // 2, len(day)), 0
            stop = end
        product = (heavy[begin:end] @ heavy[start:stop].T).tocoo()
        left, right = product.row + begin, product.col + start
        keep = (product.data >= least) & ((left < right) if begin < dated else (right < left))
        left, right, like = left[keep], right[keep], product.data[keep]
        keep = like * _nearness(day[left], day[right]) >= least
        yield left[keep], right[keep]
        begin = end


def _heaviest(weighted: csr_matrix) -> csr_matrix:
    from scipy.sparse import csr_matrix

    row = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    order = np.argsort(2 * row - weighted.data, kind="stable")
    keep = order[np.arange(len(order)) - weighted.indptr[row] < HEAVIEST]
    return csr_matrix((weighted.data[keep], (row[keep], weighted.indices[keep])), weighted.shape)


def _likeness(
    weighted: csr_matrix, day: np.ndarray, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    like = np.zeros(len(left))
    for begin in range(0, len(left), 50_000):
        part = slice(begin, begin + 50_000)
        like[part] = np.asarray(weighted[left[part]].multiply(weighted[right[part]]).sum(axis=1)).ravel()
    return left, right, like * _nearness(day[left], day[right])


def _nearness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    apart = np.abs(one - other)
    near = np.where(apart <= WINDOW, 1 / (1 + apart), 0.0)
    return np.where(np.isnan(apart), UNDATED, near)


def _components(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = max(size, int(max(left.max(initial=-1), right.max(initial=-1))) + 1)
    links = coo_matrix((np.ones(len(left), np.int8), (left, right)), (size, size))
    return connected_components(links, directed=False)[1]
