"""Rates of each outlet per 1,000 words, with intervals whose unit is the article and not the word.

Everything here and in `contrasts` is made of sums over units: what an outlet wrote in one week, or on one event. Where
a corpus is scored in parts, their sums added up give the same tables.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from analysis.compare.events import assign_sources
from analysis.tables import COMPARISON, InputError, round_significant

#: With fewer articles (or independent units) there are points and counts, and no interval: variance between articles
#: cannot be seen in two. The one answer of the package to that question.
MIN_ARTICLES = 3
#: With fewer weeks (events) in the corpus than this they are what it is about and no sample of weeks (events): articles
#: are then the units, `status` says so, and what is found holds for these weeks (events) only.
MIN_CLUSTERS = 10
#: The variance that is common to all outlets enters each outlet's own with so many degrees of freedom. Simulated with
#: rates of 0.15 to 18 in 1,000 words, 3 to 300 articles a side and dispersions that differ fourfold, false alarms were
#: at most 0.059 and intervals covered 0.94 or more; without it 3 articles at twice the rate were found in 0.13, with it
#: in 0.25 of trials.
COMMON_FREEDOM = 4.0
#: The same for what another such corpus may be expected to show, on which nothing found depends but `detectable_ratio`:
#: planted at their own variance alone, one outlet of 60 articles was found in 0.92 of trials, with 10 in 0.86 (of 0.8).
EXPECTED_FREEDOM = 10.0
#: A variance of n normal residuals e has n - 1 degrees of freedom, or 3·(Σe²)²/Σe⁴; counts of rare features, whose
#: variance few units carry, have fewer. Simulated as above, 60 + 60 articles of dispersions 1.2 to 16 and 0.3 to 4 made
#: false alarms of 0.0017 at p < 0.001 with 3, of 0.0012 with 1.5 and 0.0006 with 1; intervals of rates covered 0.92 at
#: the least with 1.5, where dispersion was 16, else 0.94.
HEAVY_TAILED = 1.5
#: What is added to mentions before logarithms are taken (Anscombe 1956), so that none has one.
HALF = 0.5
#: Poisson's part of the variance of a log count lies between one over what was seen (1) and over what was expected (0).
#: With 0.5, nearly the signed root of the deviance, outlets of unlike dispersion made false alarms of 0.09; with 1 none
#: of 120 expected mentions had p = 0.018, and 5 articles at a third of the rate were found in 0.23 of trials; with 0.75
#: in 0.34.
SEEN = 0.75
#: Words of a side that is no sample: chance has no part in it.
ENDLESS = 1e15
#: Two-sided level of every interval.
LEVEL = 0.95
#: Limits of a ratio, or of a rate over its outlet's, further away than this are given as none.
FARTHEST = 1000.0
#: Two voices together: what no quotation marks enclose. Whose word a reported one was cannot be told.
UNQUOTED = ("newsroom", "reported")


class Sums(NamedTuple):
    """What each unit holds of each cell (feature, section, voice): arrays (units, cells)."""

    rows: pd.DataFrame  #: `side` (an outlet; what is compared) and `unit`, sorted by them
    cells: pd.DataFrame  #: `feature`, `section`, `voice`
    mentions: np.ndarray
    words: np.ndarray
    articles: np.ndarray


class Sides(NamedTuple):
    """Log rates of each side and how sure one can be of them: arrays (sides, cells)."""

    articles: np.ndarray
    units: np.ndarray
    words: np.ndarray
    mentions: np.ndarray
    rate: np.ndarray  #: mentions per word
    counted: np.ndarray  #: mentions and a half
    log_rate: np.ndarray
    excess: np.ndarray  #: variance of the log rate beyond Poisson's
    expected: np.ndarray  #: the same in another such corpus: not below what all sides show together
    variance: np.ndarray  #: of the log rate, were the side like all together
    freedom: np.ndarray  #: of that variance

    def at(self, place: Any) -> Sides:
        """The sides that `place` indexes."""
        return Sides(*(part[place] for part in self))


def rates(
    scores: pd.DataFrame,
    articles: pd.DataFrame,
    by: str = "outlet",
    copies: str = "once",
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rate of every feature in every section and voice, for each outlet, with its interval.

    The interval is that of the logarithm: quasi-Poisson, its variance from residuals over 1 - leverage (HC3, MacKinnon
    and White 1985) and never under Poisson's, Student's t with the number of units that carry the variance.

    Parameters
    ----------
    scores, articles : DataFrame
        The tables of those names; articles need no text.
    by : str
        Column of `articles` to compare by. By ``outlet_group`` the unit is the outlet, else what an outlet wrote in
        one week or on one event (`place_articles`).
    copies : {"once", "all", "drop"}
        See `events.assign_sources`.
    events : DataFrame, optional
        ``article_id``, ``event``, ``duplicate_of``.

    Returns
    -------
    DataFrame
        Columns `tables.COMPARISON`, with `by` for ``outlet``. ``articles`` are those with words of that voice there.
        ``status`` says why there is no interval, and where articles could not be joined to units. An outlet that only
        printed copies is listed with none of its own.

    Raises
    ------
    InputError
        With no words, no column `by`, or repeated article ids.

    Examples
    --------
    >>> scores = pd.DataFrame({"article_id": list("abcd"), "section": "body", "feature": "hedge", "voice": "all",
    ...                        "mentions": [2, 4, 3, 0], "words": [400, 900, 500, 200]})
    >>> articles = pd.DataFrame({"article_id": list("abcd"), "outlet": ["Post", "Post", "Post", "Mail"]})
    >>> rates(scores, articles)[["outlet", "articles", "mentions", "per_1000"]].values.tolist()
    [['Mail', 1, 0, 0.0], ['Post', 3, 9, 5.0]]
    """
    placed = place_articles(articles, by, copies, events)
    sums = sum_units(scores, placed)
    names, sides = estimate_sides(sums)
    known = sides.units >= MIN_ARTICLES
    low, high = (np.where(known, limit, np.nan) for limit in rate_limits(sides))
    columns: dict[str, Any] = {name: getattr(sides, name).astype(np.int64) for name in COMPARISON[4:7]}
    columns |= {name: 1000 * part for name, part in zip(COMPARISON[7:10], (sides.rate, low, high), strict=True)}
    columns["status"] = _say_rates(names, sides, placed, by)
    table = sums.cells.merge(pd.DataFrame({by: names}), how="cross")
    table = table.assign(**{name: part.T.ravel() for name, part in columns.items()})
    absent = [name for name in sorted({*articles[by].dropna()}) if name not in set(names.dropna())]
    if absent:
        table = pd.concat([table, _list_absent(sums.cells, absent, placed, by)], ignore_index=True)
        table = table.sort_values(["feature", "section", "voice", by], kind="stable", ignore_index=True)
    return round_significant(table[[by if name == "outlet" else name for name in COMPARISON]])


def _say_rates(names: pd.Series, sides: Sides, placed: pd.DataFrame, by: str) -> np.ndarray:
    """Why there is no interval, or what it does not know."""
    unit = "outlets" if by == "outlet_group" else "weeks or events"
    unnamed = np.broadcast_to(names.isna().to_numpy()[:, None], sides.units.shape)
    reasons = {
        f"no {by.replace('_', ' ')} named: compared with none": unnamed,
        "no words": sides.articles == 0,
        f"fewer than {MIN_ARTICLES} articles: no interval": sides.articles < MIN_ARTICLES,
        f"articles of fewer than {MIN_ARTICLES} {unit}: no interval": sides.units < MIN_ARTICLES,
    }
    return np.select(list(reasons.values()), list(reasons), placed.attrs["unclustered"]).astype(object)


def _list_absent(cells: pd.DataFrame, names: list[str], placed: pd.DataFrame, by: str) -> pd.DataFrame:
    """Outlets none of whose articles count for them, with the reason."""
    notes = placed[placed["note"] != ""].groupby("by")["note"].agg(lambda all_: "; ".join(sorted(set(all_))))
    status = [f"no article of its own: {notes[name]}" if name in notes.index else "no words" for name in names]
    table = cells.merge(pd.DataFrame({by: names, "status": status}), how="cross")
    return table.assign(articles=0, words=0, mentions=0, per_1000=np.nan, ci_low=np.nan, ci_high=np.nan)


def place_articles(
    articles: pd.DataFrame, by: str = "outlet", copies: str = "once", events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Say for which side each article counts, and of which unit it is a part.

    Articles of one side on one event share what happened, and those of one week share what was going on: each event
    belongs to the week of its first article, and all that a side wrote on the events of one week is one unit. Where the
    corpus has fewer than 10 weeks, events are the units; where it has fewer than 10 of these, articles are.

    Returns
    -------
    DataFrame
        `article_id`, `by` (the value of the column), `side` (missing: compared with none), `unit`, `counted`, `note`,
        by `article_id`. ``attrs["unclustered"]`` says so if articles are the units.

    Raises
    ------
    InputError
        With no column `by`, or repeated article ids.
    """
    if by not in articles:
        raise InputError(f"articles have no column {by!r} to compare by; they have {', '.join(articles.columns)}")
    if (repeated := articles["article_id"].duplicated()).any():
        raise InputError(f"article_id {articles['article_id'][repeated].iloc[0]!r} repeats: each needs its own")
    rows = articles.reset_index(drop=True)
    placed = assign_sources(rows, copies, events).assign(by=rows[by], side=rows[by])
    if by == "outlet":
        placed["side"] = placed["source"]
    elif by == "outlet_group":  # a copy belongs to the group of its origin, which may be none
        groups = rows.dropna(subset=["outlet"]).drop_duplicates("outlet").set_index("outlet")["outlet_group"]
        placed["side"] = placed["source"].map(groups)
    article = placed["article_id"].astype("str")
    event = article if events is None else article.map(events.set_index("article_id")["event"]).fillna(article)
    published = rows.reindex(columns=["published"])["published"].astype("str")
    day = pd.to_datetime(published, errors="coerce", utc=True, format="mixed")
    week = ((day - pd.Timestamp("1970-01-05", tz="UTC")).dt.days // 7).groupby([placed["side"], event]).transform("min")
    several = MIN_CLUSTERS <= event.nunique() < len(event)
    unit = "event " + event if several else "article " + article
    if weekly := week.nunique() >= MIN_CLUSTERS:
        unit = ("week " + week.astype("Int64").astype("str")).where(week.notna(), unit)
    placed["unit"] = "outlet " + placed["source"].astype("str") if by == "outlet_group" else unit
    placed = placed.drop(columns="source").sort_values("article_id", ignore_index=True)
    clustered = weekly or several or by == "outlet_group"
    why = "articles taken for independent: too few weeks, and no events, to group them by"
    placed.attrs["unclustered"] = "" if clustered else why
    return placed


def sum_units(scores: pd.DataFrame, placed: pd.DataFrame) -> Sums:
    """Add up what each unit holds; newsroom and reported words together are the voice ``unquoted``.

    Parameters
    ----------
    scores : DataFrame
        ``article_id``, ``section``, ``feature``, ``voice``, ``mentions``, ``words``.
    placed : DataFrame
        From `place_articles`; articles that do not count are left out.

    Raises
    ------
    InputError
        Where the articles have no scores, or no words.
    """
    placed = placed[placed["counted"]]
    grouped = placed.groupby(["side", "unit"], dropna=False)
    number = grouped.ngroup().to_numpy()
    rows = grouped.size().index.to_frame(index=False)
    place = pd.Index(placed["article_id"]).get_indexer(pd.Index(scores["article_id"]))
    scores, unit = scores[place >= 0], number[place[place >= 0]]
    if not scores["words"].sum() > 0:
        raise InputError("no words to compare: no article that counts has scores with words")
    grouped = scores.groupby(["feature", "section", "voice"])
    cells = grouped.size().index.to_frame(index=False)
    flat, shape = unit * len(cells) + grouped.ngroup().to_numpy(), (len(rows), len(cells))
    values = (scores["mentions"], scores["words"], scores["words"] > 0)
    sums = [np.bincount(flat, value.to_numpy(float), np.prod(shape)).reshape(shape) for value in values]
    newsroom, reported = (cells[cells["voice"] == voice].reset_index() for voice in UNQUOTED)
    both = newsroom.merge(reported, on=["feature", "section"])
    one, other = both["index_x"].to_numpy(), both["index_y"].to_numpy()
    mentions, words, articles = sums
    unquoted = mentions[:, one] + mentions[:, other], words[:, one] + words[:, other]
    # Reported words stand in articles that nearly all have newsroom words too.
    sums = [
        np.hstack(pair)
        for pair in zip(sums, (*unquoted, np.maximum(articles[:, one], articles[:, other])), strict=True)
    ]
    cells = pd.concat([cells, both[["feature", "section"]].assign(voice="unquoted")], ignore_index=True)
    return Sums(rows, cells, *sums)


def estimate_sides(sums: Sums) -> tuple[pd.Series, Sides]:
    """Log rates of all sides and cells, and how sure one can be of them.

    Residuals e = y - r·w from a side's own rate r, over 1 - leverage, give its variance beyond Poisson's, relative to
    its mentions. It is drawn towards what all sides show together, by `COMMON_FREEDOM`, and never below its own. Its
    degrees of freedom are the number of units that carry it, (Σe²)²/Σe⁴, since in counts of rare features few do.

    Returns
    -------
    Series, Sides
        The names of the sides, a missing one last, and what is known of each.
    """
    code, names = pd.factorize(sums.rows["side"], use_na_sentinel=False)
    starts = np.searchsorted(code, np.arange(len(names)))

    def total(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, starts, axis=0)

    articles, mentions, words = total(sums.articles), total(sums.mentions), total(sums.words)
    units, squares = total((sums.words > 0).astype(float)), total(sums.words**2)
    with np.errstate(all="ignore"):
        rate = np.where(words > 0, mentions / words, np.nan)
        leverage = np.nan_to_num(sums.words / words[code])
        residual = np.nan_to_num(
            (sums.mentions - rate[code] * sums.words) / np.where(leverage < 1, 1 - leverage, np.inf)
        )
        spread, fourth = total(residual**2), total(residual**4)
        size, counted = words**2 / squares, mentions + HALF
        own = np.maximum(spread - mentions, 0) / counted**2
        many = units >= MIN_ARTICLES
        excess, expected = (np.where(many, part, 0).sum(axis=0) for part in (spread - mentions, rate**2 * squares))
        common = np.nan_to_num(np.maximum(excess, 0) / expected, posinf=0) / size
        carrying = np.nan_to_num(np.minimum(size - 1, HEAVY_TAILED * spread**2 / fourth))
        freedom = carrying + COMMON_FREEDOM
        beyond = np.maximum(own, (carrying * own + COMMON_FREEDOM * common) / freedom)
        everywhere = words * mentions.sum(axis=0) / words.sum(axis=0)
        variance = chance_variance(counted, everywhere) + beyond
        log_rate = np.log(counted / words)
    expected = np.maximum(common, (carrying * own + EXPECTED_FREEDOM * common) / (carrying + EXPECTED_FREEDOM))
    sides = Sides(articles, units, words, mentions, rate, counted, log_rate, beyond, expected, variance, freedom)
    return pd.Series(names, dtype="str"), sides


def chance_variance(counted: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Poisson's part of the variance of a log count, between what was seen and what was expected (`SEEN`)."""
    return counted**-SEEN * np.maximum(expected, HALF) ** (SEEN - 1)


def ratio_variances(a: Sides, b: Sides, log_ratio: np.ndarray | float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Variances of both log rates, were the ratio of their true rates what is given."""
    ratio = np.exp(log_ratio)
    pooled = (a.counted + b.counted) / (ratio * a.words + b.words)
    expected = pooled * ratio * a.words, pooled * b.words
    mine, theirs = (chance_variance(s.counted, e) + s.excess for s, e in zip((a, b), expected, strict=True))
    return mine, theirs


def ratio_limits(a: Sides, b: Sides, critical: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ratios of rates that a quantile of t does not reject: 50 halvings of the logarithm's range."""
    difference, found = a.log_rate - b.log_rate, []
    for sign in (-1, 1):
        near, far = np.zeros_like(difference), np.full_like(difference, 2 * np.log(FARTHEST))
        for _ in range(50):
            middle = (near + far) / 2
            error = np.sqrt(np.add(*ratio_variances(a, b, difference + sign * middle)))
            within = middle <= critical * error
            near, far = np.where(within, middle, near), np.where(within, far, middle)
        found.append(np.exp(difference + sign * near))
    return np.where(a.mentions > 0, found[0], 0), np.where(b.mentions > 0, found[1], np.inf)


def rate_limits(sides: Sides) -> tuple[np.ndarray, np.ndarray]:
    """Interval of each rate per word: that of its ratio to one mention a word, which is no sample."""
    ones, none = np.ones_like(sides.words), np.zeros_like(sides.words)
    one = Sides(ones, ones, ENDLESS * ones, ones, ones, ENDLESS * ones, none, none, none, none, ones)
    with np.errstate(all="ignore"):
        return ratio_limits(sides, one, student_quantile(sides.freedom))


def student_quantile(freedom: np.ndarray, level: float | np.ndarray = LEVEL) -> np.ndarray:
    """Two-sided quantile of t."""
    return special.stdtrit(freedom, (1 + level) / 2)
