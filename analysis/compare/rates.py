"""Rates of each outlet per 1,000 words, with intervals whose unit is the article and not the word."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, special

from analysis.tables import COMPARISON, InputError, round_significant

#: Under this many articles (or independent units) there are points and counts, and no interval.
MIN_ARTICLES = 3
#: Under this many articles an outlet's own dispersion is not trusted where the corpus shows a larger one:
#: simulated coverage of intervals from 14 articles was 0.90 without that rule and 0.98 with it.
FEW_ARTICLES = 15
#: The same, and exact (conservative) limits in contrasts, under this many mentions.
FEW_MENTIONS = 5
#: With fewer events (weeks) than this, how much articles of one event (week) share cannot be estimated: articles are
#: then the unit, and what is found holds for these events only.
MIN_CLUSTERS = 10
#: Variance over mean of a count that a corpus never shows: that of rare markers in US news was 1.0 to 2.0, and with 3
#: limits from three articles without a mention covered 0.95 of simulated rates at any dispersion tried.
UNSEEN_DISPERSION = 3.0
#: Two-sided level of every interval, and its normal quantile.
LEVEL, Z = 0.95, 1.959964
#: Ways to count copies, see `assign_sources`.
COPIES = ("once", "all", "drop")
#: Two voices together: what no quotation marks enclose. Whose word a reported one was cannot be told.
UNQUOTED = ("newsroom", "reported")
RATES = ("per_1000", "ci_low", "ci_high", "pooled_per_1000", "pooled_low", "pooled_high")


class Counts(NamedTuple):
    """A scores table as matrices: a row per article (or unit of several), a column per cell."""

    mentions: np.ndarray  #: (rows, cells)
    words: np.ndarray  #: (rows, columns of words)
    articles: np.ndarray  #: (rows, columns of words): how many articles with such words
    column: np.ndarray  #: the column of words of each cell
    cells: pd.DataFrame  #: feature, section, voice (and side)
    rows: pd.DataFrame  #: the articles table of the rows, with `source`


class Moments(NamedTuple):
    """Sums over the articles of one side (or several, a row each) that estimates and variances need."""

    mentions: np.ndarray
    squares: np.ndarray  #: of mentions
    products: np.ndarray  #: of mentions and words
    words: np.ndarray
    word_squares: np.ndarray
    articles: np.ndarray
    units: np.ndarray = np.zeros(0)  #: rows with such words; known where they come from a `moment_table`

    def minus(self, other: Moments) -> Moments:
        """What is left when the articles of `other` leave."""
        return Moments(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    def at(self, place: Any) -> Moments:
        """The sides (or other parts of the arrays) that `place` indexes."""
        return Moments(*(part[place] for part in self))


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
    if "text" in articles:  # an agency's text printed word by word is the same text, without any events table
        same = pd.DataFrame({"origin": origin, "text": articles["text"].to_numpy()})
        again |= same.duplicated() & same["text"].fillna("").ne("") & origin.notna()
    credited = origin.ne(outlet) & origin.notna()
    counted = ~again & ~(credited & (copies == "drop"))
    note = ("copy of " + origin).where(credited, "").mask(again & ~credited, "copy of another article")
    return found.assign(source=origin, counted=counted, note=note)


def count_matrices(scores: pd.DataFrame, rows: pd.DataFrame, per: str = "voice") -> Counts:
    """The scores table as matrices; newsroom and reported words together are added as the voice ``unquoted``.

    Parameters
    ----------
    scores : DataFrame
        ``article_id``, ``section``, ``feature``, ``voice``, ``mentions``, ``words``; ``side`` where scored.
    rows : DataFrame
        The articles wanted, ``article_id`` unique.
    per : {"voice", "section"}
        The words that mentions are held against: of that voice, or of the whole section (a share).

    Raises
    ------
    InputError
        Where these articles have no scores or no words, or `per` is unknown.
    """
    if per not in ("voice", "section"):
        raise InputError(f"per={per!r}: choose voice or section")
    row = pd.Index(rows["article_id"]).get_indexer(scores["article_id"])
    scores, row = scores[row >= 0], row[row >= 0]
    if not scores["words"].sum() > 0:
        raise InputError("no words to compare: no article that counts has scores with words")
    keys = [key for key in ("feature", "section", "voice", "side") if key in scores]
    grouped = scores.groupby(keys, dropna=False)
    cell, cells = grouped.ngroup().to_numpy(), grouped.size().index.to_frame(index=False)
    newsroom, reported = (cells[cells["voice"] == voice].reset_index() for voice in UNQUOTED)
    alike = [key for key in keys if key != "voice"]
    both = newsroom.merge(reported, on=alike)
    one, other = both["index_x"].to_numpy(), both["index_y"].to_numpy()
    new = len(cells) + np.arange(len(both))
    cells = pd.concat([cells, both[alike].assign(voice="unquoted")], ignore_index=True)
    column = cells.groupby(["section", "voice"]).ngroup().to_numpy()
    mentions, words = np.zeros((len(rows), len(cells))), np.zeros((len(rows), column.max() + 1))
    mentions[row, cell], words[row, column[cell]] = scores["mentions"], scores["words"]
    mentions[:, new] = mentions[:, one] + mentions[:, other]
    words[:, column[new]] = words[:, column[one]] + words[:, column[other]]
    if per == "section":
        every = cells["voice"] == "all"
        whole = cells["section"].map(dict(zip(cells["section"][every], column[every], strict=True)))
        if whole.isna().any():
            raise InputError("per='section' needs scores of the voice 'all'")
        column = whole.to_numpy(dtype=int)
    return Counts(mentions, words, (words > 0).astype(float), column, cells, rows.reset_index(drop=True))


def indicator(codes: np.ndarray, size: int) -> Any:
    """Sparse (size, rows) matrix of ones whose product sums the rows of each code; negative codes drop out."""
    kept = np.flatnonzero(codes >= 0)
    return sparse.csr_array((np.ones(len(kept)), (codes[kept], kept)), shape=(size, len(codes)))


def merge_rows(counts: Counts, keys: list[str]) -> Counts:
    """Add up the rows that agree in `keys`: articles become units, since copies of one cause are not independent."""
    code = counts.rows.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    sums, rows = indicator(code, int(code.max(initial=-1)) + 1), counts.rows[~counts.rows.duplicated(keys)]
    mentions, words, articles = (sums @ part for part in counts[:3])
    return Counts(mentions, words, articles, counts.column, counts.cells, rows.reset_index(drop=True))


def select_rows(counts: Counts, kept: np.ndarray) -> Counts:
    """The rows that `kept` marks or lists."""
    mentions, words, articles = (part[kept] for part in counts[:3])
    return Counts(mentions, words, articles, counts.column, counts.cells, counts.rows.iloc[kept].reset_index(drop=True))


def moment_table(counts: Counts) -> np.ndarray:
    """What `Moments` sums, a row each for the rows of `counts`: products of such tables by 0 and 1 sum any choice."""
    y, w = counts.mentions, counts.words
    return np.hstack([y, y * y, y * w[:, counts.column], w, w * w, counts.articles, w > 0])


def split_moments(sums: np.ndarray, column: np.ndarray) -> Moments:
    """`Moments` of sums of rows of a `moment_table`."""
    cells = 3 * len(column)
    words = np.split(sums[..., cells:], 4, axis=-1)
    return Moments(*np.split(sums[..., :cells], 3, axis=-1), *(part[..., column] for part in words))


def sum_moments(counts: Counts, choice: Any) -> Moments:
    """`Moments` of the rows that each row of `choice` (sides, rows) marks by a one: arrays (sides, cells)."""
    return split_moments(choice @ moment_table(counts), counts.column)


def unexplained(side: Moments) -> np.ndarray:
    """Sum of squared residuals from the side's own rate, made unbiased under quasi-Poisson variance.

    Residuals e = y - r·w with r = Σy/Σw have E Σe² = φ Σy (1 - 1/n_eff), n_eff = (Σw)²/Σw²: dividing by that
    factor (bounded, so that one long article among short ones cannot explode it) gives φ Σy. It stays consistent
    for the variance of Σy under any dispersion (a sandwich estimator, Liang and Zeger 1986).
    """
    with np.errstate(all="ignore"):
        rate = side.mentions / side.words
        squares = side.squares - 2 * rate * side.products + rate**2 * side.word_squares
        shrunk = 1 - np.minimum(side.word_squares / side.words**2, 0.8)
        return np.nan_to_num(np.maximum(squares, 0) / shrunk)


def effective_size(side: Moments) -> np.ndarray:
    """How many articles of equal length would tell as much as these: (Σw)²/Σw²."""
    with np.errstate(all="ignore"):
        return np.nan_to_num(side.words**2 / side.word_squares)


def student_quantile(freedom: np.ndarray) -> np.ndarray:
    """Two-sided 95 % quantile of t, with one degree of freedom at the least."""
    return special.stdtrit(np.maximum(freedom, 1), (1 + LEVEL) / 2)


def rate_interval(sides: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Interval of each rate (mentions per word): exact Poisson limits on effective counts.

    Mentions and words are divided by the dispersion φ, and by (t / z)² for its uncertainty, as Korn and Graubard
    (1998) do for proportions; the limits are Garwood's (1936), which hold for zero counts. φ is the outlet's own,
    at least 1; with fewer than 15 articles or 5 mentions not less than that of all outlets together, which (without t)
    stands in where there is no mention. At the upper
    limit φ - 1 is taken to have grown in proportion to the rate, as in a negative binomial count (at most fourfold).

    Parameters
    ----------
    sides : Moments
        Arrays (outlets, cells).

    Returns
    -------
    tuple of ndarray
        Lower and upper limit per word, effective mentions, effective words.
    """
    total, squares = sides.mentions, unexplained(sides)
    with np.errstate(all="ignore"):
        pool = np.where(total.sum(axis=0) > 0, squares.sum(axis=0) / total.sum(axis=0), UNSEEN_DISPERSION)
        own = np.where(total > 0, squares / total, pool)
        few = (sides.articles < FEW_ARTICLES) | (total < FEW_MENTIONS)
        spread = np.maximum(1, np.where(few, np.maximum(own, pool), own))
        size = np.where(total > 0, (student_quantile(effective_size(sides) - 1) / Z) ** 2, 1)
        scale, tail = spread * size, (1 - LEVEL) / 2
        low = np.where(total > 0, special.gammaincinv(total / scale, tail), 0) * scale / sides.words
        high = special.gammaincinv(total / scale + 1, 1 - tail) * scale
        growth = np.where(total > 0, np.clip(high / total, 1, 4), 1)
        wide = size * (1 + (spread - 1) * growth)
        high = special.gammaincinv(total / wide + 1, 1 - tail) * wide / sides.words
    return low, high, total / scale, sides.words / scale


def pool_rates(mentions: np.ndarray, words: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Rates drawn towards the outlets' common rate by as much as chance may explain of their differences.

    Assumes that the outlets' log rates are draws from one normal distribution: that before seeing them nobody would
    rank the outlets. Variance between them by DerSimonian and Laird (1986); the interval counts its uncertainty
    (Morris 1983), for which four outlets are needed.

    Parameters
    ----------
    mentions, words : ndarray
        Effective counts, (outlets, cells), from `rate_interval`.
    known : ndarray of bool
        Which of them have an interval.

    Returns
    -------
    ndarray
        (3, outlets, cells): estimate and limits per word, missing with fewer than four outlets.
    """
    with np.errstate(all="ignore"):
        value, within = np.log((mentions + 0.5) / words), 1 / (mentions + 0.5)
        number = known.sum(axis=0)
        weight = np.where(known, 1 / within, 0)
        total = weight.sum(axis=0)
        value = np.where(known, value, 0)
        centre = (weight * value).sum(axis=0) / total
        excess = (weight * (value - centre) ** 2).sum(axis=0) - (number - 1)
        between = np.maximum(0, excess / (total - (weight**2).sum(axis=0) / total))
        weight = np.where(known, 1 / (within + between), 0)
        centre = (weight * value).sum(axis=0) / weight.sum(axis=0)
        share = (number - 3) / (number - 1) * within / (within + between)
        estimate = value + share * (centre - value)
        variance = within * (1 - (number - 1) / number * share)
        variance += 2 / (number - 3) * (share * (value - centre)) ** 2
        half = Z * np.sqrt(variance)
    found = np.exp(np.array([estimate, estimate - half, estimate + half]))
    return np.where(known & (number > 3), found, np.nan)


def compare_outlets(
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "outlet",
    copies: str = "once",
    events: pd.DataFrame | None = None,
    per: str = "voice",
) -> pd.DataFrame:
    """Rate of every feature in every section and voice, for each outlet, with its interval.

    Parameters
    ----------
    scores, articles : DataFrame
        As `score_articles` gives them.
    by : str
        Column of `articles` to compare by. By ``outlet_group`` the unit is the outlet, not the article.
    copies : {"once", "all", "drop"}
        See `assign_sources`.
    events : DataFrame, optional
        ``article_id``, ``event``, ``duplicate_of``. The articles of an outlet on one event are then one unit; so they
        are where `articles` have a column ``event``. With fewer than 10 events articles are the units.
    per : {"voice", "section"}
        Words that mentions are held against.

    Returns
    -------
    DataFrame
        ``feature``, ``section``, ``voice``, `by`, ``articles``, ``words``, ``mentions``, ``per_1000``, ``ci_low``,
        ``ci_high``, ``status`` (why there is no interval, else empty), and ``pooled_per_1000``, ``pooled_low``,
        ``pooled_high`` (`pool_rates`). An outlet that only printed copies is listed with none of its own.

    Raises
    ------
    InputError
        With no words, no column `by`, or repeated article ids.

    Examples
    --------
    >>> scores = pd.DataFrame({"article_id": list("abcd"), "section": "body", "feature": "hedge", "voice": "all",
    ...                        "mentions": [2, 4, 3, 0], "words": [400, 900, 500, 200]})
    >>> articles = pd.DataFrame({"article_id": list("abcd"), "outlet": ["Post", "Post", "Post", "Mail"]})
    >>> compare_outlets(scores, articles)[["outlet", "articles", "mentions", "per_1000", "status"]].values.tolist()
    [['Mail', 1, 0, 0.0, 'fewer than 3 articles: no interval'], ['Post', 3, 9, 5.0, '']]
    """
    counts = prepare_counts(scores, articles, by, copies, events, per)
    absent = counts.rows[~counts.rows["counted"] | (counts.rows["note"] != "")]
    copied = absent.groupby(by)["note"].agg(lambda notes: "; ".join(sorted(set(notes) - {""})))
    counts = select_rows(counts, counts.rows["counted"].to_numpy())
    cause = ["unit"] if by == "outlet_group" else ["event"] if has_many(counts.rows, "event") else []
    counts = merge_rows(counts, ["source", *cause]) if cause else counts
    source, unnamed = counts.rows["source"], counts.rows["source"].isna()
    names = sorted({*articles[by].dropna(), *source.dropna()})
    labels = [*names, None] if unnamed.any() else names
    code = np.where(unnamed, len(names), pd.Index(names).get_indexer(source))
    sides = sum_moments(counts, indicator(code, len(labels)))
    low, high, mentions, words = rate_interval(sides)
    known = sides.units >= MIN_ARTICLES
    pooled = pool_rates(mentions, words, known)
    gone = [f"no article of its own: {copied[name]}" if name in copied.index else "no words" for name in labels]
    unit = "outlets" if by == "outlet_group" else "events"
    few = [f"fewer than {MIN_ARTICLES} {counted}: no interval" for counted in ("articles", unit)]
    missing = [sides.articles == 0, sides.articles < MIN_ARTICLES, ~known]
    status = np.select(missing, [np.array(gone, dtype=object)[:, None], *few], "")
    if None in labels:
        status[-1], pooled[:, -1] = "no outlet named: compared with none", np.nan
    with np.errstate(all="ignore"):
        rate = np.where(sides.words > 0, sides.mentions / sides.words, np.nan)
    limits = (np.where(known, limit, np.nan) for limit in (low, high))
    columns = {name: getattr(sides, name).astype(np.int64) for name in ("articles", "words", "mentions")}
    columns |= {name: 1000 * values for name, values in zip(RATES, (rate, *limits, *pooled), strict=True)}
    columns |= {"status": status.astype(str)}
    table = counts.cells.merge(pd.DataFrame({by: pd.array(labels, dtype="str")}), how="cross")
    table = table.assign(**{name: values.T.ravel() for name, values in columns.items()})
    first = [by if column == "outlet" else column for column in COMPARISON]
    return round_significant(table[[*first, *table.columns.difference(first, sort=False)]])


def prepare_counts(
    scores: pd.DataFrame, articles: pd.DataFrame, by: str, copies: str, events: pd.DataFrame | None, per: str
) -> Counts:
    """Matrices of all articles with ``source`` (for whom each counts), ``counted``, ``note``, ``event``, ``date``.

    Where outlets have groups, ``source_group`` is that of the source: of a copy, that of its origin, or none.
    """
    if by not in articles:
        raise InputError(f"articles have no column {by!r} to compare by")
    repeated = articles["article_id"][articles["article_id"].duplicated()]
    if len(repeated):
        raise InputError(f"article_id {repeated.iloc[0]!r} repeats")
    articles = articles.sort_values("article_id", ignore_index=True)  # relabelling then depends on no order of rows
    rows = articles.drop(columns="text", errors="ignore").assign(**assign_sources(articles, copies, events))
    if "outlet_group" in rows:
        groups = rows.dropna(subset=["outlet"]).drop_duplicates("outlet").set_index("outlet")["outlet_group"]
        rows["source_group"] = rows["source"].map(groups)
    if by == "outlet_group":
        rows["unit"], rows["source"] = rows["source"], rows["source_group"]
    elif by != "outlet":
        rows["source"] = rows[by]
    if events is not None:
        rows["event"] = rows["article_id"].map(events.set_index("article_id")["event"])
    if "event" in rows:
        rows["event"] = rows["event"].fillna("article " + rows["article_id"].astype(str))
    published = rows.reindex(columns=["published"])["published"]
    rows["date"] = pd.to_datetime(published, errors="coerce", utc=True, format="mixed")
    return count_matrices(scores, rows, per)


def has_many(rows: pd.DataFrame, column: str) -> bool:
    """Whether events (weeks, topics) are known and many enough to be a sample; few are what the corpus is about."""
    return column in rows and rows[column].nunique() >= MIN_CLUSTERS
