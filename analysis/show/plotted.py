"""The tables that figures are drawn from: what is grouped, selected and put in order before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd

from analysis.codebook.actors import sides
from analysis.compare.contrasts import ALPHA, adjust_p
from analysis.compare.events import assign_sources
from analysis.compare.sensitivity import sensitivity
from analysis.read.articles import WORD
from analysis.tables import COMPARISON, CONTRASTS, InputError, read_table, round_significant
from analysis.validate.agreement import compare_coders
from analysis.validate.sheets import find_key, read_sheet
from analysis.voice import STANCES, VOICES

#: Outlets named in a figure: what stays legible in a column; the rest is grouped and counted.
MOST = 8
#: Where nothing is said of the outlet, of the side.
UNNAMED, UNKNOWN = "(not named)", "side not known"
#: Up to so many articles each is a line of its own in `position_table`.
SINGLE = 20
#: Up to so many dated articles each is a mark of its own in `timeline_table`; beyond, each month of an outlet.
DATED = 60
#: Kinds of sources, as a figure names them.
SOURCES = {
    "person": "person named", "office": "office or country", "group": "group", "medium": "medium",
    "document": "document", "unnamed": "unnamed",
}  # fmt: skip
#: An article's event is told by nobody else, by another outlet too, or in another's words.
TOLD = ("told by it alone", "told by other outlets too", "copy of another's text")
#: The comparison over all articles and the one within events, as a figure names them.
COMPARED = {"all": "all articles", "within-event": "the same events only"}
#: The other side within events, where it is not an outlet: those that tell the same events stand for the typical one.
WITHIN = {"typical": "others"}
#: What is changed in a sensitivity analysis, as a figure says it.
CHANGES = {
    "none": "as it is", "voice": "voice: ", "copies": "copies: ", "entry left out": "without the word ",
    "article left out": "without ",
}  # fmt: skip
#: Reporting neutrally frames least, and nearly every outlet differs in it: it never stands before the other features.
LAST = "attribution"
#: Verdicts of `sensitivity` with which a contrast stands as it was.
STANDS = ("stays", "cannot tell")
#: Columns of the tables of `compare_coders`.
MEASURES = "reference about name measure right units estimate ci_low ci_high status".split()
DRIVE = ["contrast", "change", "what", "rate_ratio", "ci_low", "ci_high", "p", "verdict"]


def attempt(compare: Callable[..., pd.DataFrame], *given: Any, **options: Any) -> pd.DataFrame:
    """A comparison or contrasts; where they refuse what they are given, one row that only says why, in `status`."""
    try:
        return compare(*given, **options)
    except InputError as error:
        return pd.DataFrame({"status": [str(error)]}).reindex(columns=list(dict.fromkeys(COMPARISON + CONTRASTS)))


def name_outlets(articles: pd.DataFrame, column: str = "outlet", most: int = MOST) -> pd.DataFrame:
    """Articles under the outlets that a figure names: the largest, and the rest as “n others”.

    Parameters
    ----------
    articles : DataFrame
        `outlet` and `origin`.
    column : {"outlet", "origin"}
        With `origin` an article's outlet becomes the one whose words it mainly is.
    most : int
        Names to keep; a single one more is kept too.

    Examples
    --------
    >>> articles = pd.DataFrame({"outlet": ["X", "Y", "X", "Z"], "origin": ["X", "Y", "X", "Z"]})
    >>> name_outlets(articles, most=1)["outlet"].tolist()
    ['X', '2 others', 'X', '2 others']
    """
    names = articles[column].fillna(articles["outlet"])
    counts = names.groupby(names).size().sort_values(ascending=False, kind="stable")
    rest = counts.index[most:].tolist() if len(counts) > most + 1 else []
    names = names.mask(names.isin(rest), f"{len(rest)} others")
    own = articles["origin"].eq(articles["outlet"]) | (column == "origin")
    return articles.assign(outlet=names, origin=articles["origin"].mask(own, names))


def arrange(table: pd.DataFrame, by: str = "outlet", size: str = "articles") -> pd.DataFrame:
    """Rows by the size of what `by` names, the largest first; “n others” and what has no name come last."""
    names = table[by].astype("str").fillna(UNNAMED)
    sizes = table.groupby(names)[size].sum()
    order = sorted(sizes.index, key=lambda name: (name == UNNAMED, name.endswith(" others"), -sizes[name], name))
    return in_order(table.assign(**{by: names}), by, order)


def in_order(table: pd.DataFrame, column: str, order: Sequence[str]) -> pd.DataFrame:
    """Rows that have one of some values in a column, in the order of these values, else as they were."""
    place = pd.Index(order).get_indexer(pd.Index(table[column]))
    return table.iloc[np.argsort(place, kind="stable")[np.sum(place < 0) :]].reset_index(drop=True)


def select_rates(
    comparison: pd.DataFrame, features: Sequence[str], sections: Sequence[str] = ("body",),
    voices: Sequence[str] = ("newsroom", "unquoted", "all"),
) -> pd.DataFrame:  # fmt: skip
    """The rates of a comparison that a figure shows, by feature, outlet, section and voice in the order given.

    Outlets without an article of their own are left out.
    """
    table = comparison[(comparison["articles"] > 0) & comparison["feature"].isin(list(features))]
    table = arrange(in_order(in_order(table, "voice", voices), "section", sections))
    return in_order(table, "feature", features)


def declared(contrasts: pd.DataFrame) -> pd.DataFrame:
    """The contrasts declared before testing, with `ratio`, `low` and `high`: shrunken where the table has that.

    A shrunken ratio is the one to state: of many ratios the clearest are too large by chance (the winner's curse).
    """
    known = contrasts[contrasts["family"] == "declared"]
    for name, raw in {"ratio": "rate_ratio", "low": "ci_low", "high": "ci_high"}.items():
        plain = known[raw].astype(float)
        shrunken = f"shrunken_{name}"
        known = known.assign(**{name: known[shrunken].astype(float).fillna(plain) if shrunken in known else plain})
    return known


def select_contrasts(contrasts: pd.DataFrame, most: int = 25) -> pd.DataFrame:
    """The contrasts declared before testing that have a ratio to draw, the clearest first and up to `most`.

    Of two outlets, that with the higher rate is named first: `contrast`, with `ratio`, `low` and `high` above 1. What
    is found comes first, and neutral attribution behind the features of framing. For a ratio that is 0 or infinite its
    one limit stands.
    """
    known = declared(contrasts)
    endless = ~known["ratio"].between(0, np.inf, inclusive="neither")
    known["ratio"] = known["ratio"].mask(endless, known["low"].where(known["ratio"] > 0, known["high"]))
    known = known[known["ratio"].between(0, np.inf, inclusive="neither")]
    pair = known["outlet_b"] != "typical"
    turned = pair & known["ratio"].lt(1)
    first, second = known["outlet_a"].astype("str"), known["outlet_b"].astype("str")
    both = first.where(~turned, second) + " / " + second.where(~turned, first)
    names = first.where(~pair, both) + ": " + known["feature"].astype("str")
    known = turn(known.assign(contrast=names, turned=turned))
    known = known.assign(missed=~(known["p_adjusted"] < ALPHA), last=known["feature"] == LAST)
    known = known.sort_values(["missed", "last", "p_adjusted", "p", "contrast"])
    return known.drop(columns=["missed", "last"]).head(most).reset_index(drop=True)


def turn(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Ratios with their intervals the other way round where `turned` says so."""
    numbers = contrasts[["ratio", "low", "high"]].to_numpy(float)
    with np.errstate(divide="ignore"):
        numbers = np.where(contrasts[["turned"]], 1 / numbers[:, [0, 2, 1]], numbers)
    return contrasts.assign(**dict(zip(("ratio", "low", "high"), numbers.T, strict=True)))


def timeline_table(articles: pd.DataFrame) -> pd.DataFrame:
    """Articles by outlet, date and whose copy: `outlet`, `published`, `copy`, `articles`, `words`.

    `published` is the day, or beyond `DATED` articles the first of the month; missing where it is.
    `copy` is `agency` where `origin` is somebody else than the outlet, else `own`.
    """
    date = articles["published"].astype("str").str.slice(0, 10)
    if date.notna().sum() > DATED:
        date = date.str.slice(0, 7) + "-01"
    foreign = articles["origin"].notna() & (articles["origin"] != articles["outlet"])
    table = articles.assign(published=date, copy=np.where(foreign, "agency", "own"))
    grouped = table.groupby(["outlet", "published", "copy"], dropna=False)
    return arrange(grouped.agg(articles=("article_id", "size"), words=("words", "sum")).reset_index())


def length_table(articles: pd.DataFrame) -> pd.DataFrame:
    """Words of an article by outlet: `articles`, `words` (all), `median`, `low` and `high` of the middle 80 %."""
    words = articles.groupby("outlet", dropna=False)["words"]
    table = words.agg(articles="size", words="sum", median="median")
    table["low"] = words.quantile(0.1, interpolation="lower")
    table["high"] = words.quantile(0.9, interpolation="higher")
    return arrange(table.reset_index())


def position_table(mentions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Where in the body markers stand, in per cent of the way through: neutral attribution left out.

    Returns
    -------
    DataFrame
        Up to `SINGLE` articles a row a marker: `article` (number, outlet, date), `position`, `feature`, `voice`.
        Beyond, a row a tenth of the text and voice: `position` (middle of the tenth), `voice`, `mentions`,
        `per_article`.
    """
    chosen = mentions["section"].isin(["body", "subheading"]) & ~mentions["negated"]
    found = mentions[chosen & (mentions["feature"] != "attribution")]
    where = pd.Index(articles["article_id"]).get_indexer(pd.Index(found["article_id"]))
    table = found.assign(position=100 * found["start"] / articles["text"].str.len().to_numpy()[where])
    if len(articles) <= SINGLE:
        shown = articles.fillna({"outlet": UNNAMED, "published": "no date"})
        names = (shown["outlet"].astype("str") + ", " + shown["published"].astype("str")).tolist()
        table = table.assign(article=[f"{i + 1}  {names[i]}" for i in where])
        return table.iloc[np.lexsort((table["position"], where))][["article", "position", "feature", "voice"]]
    tenth = (table["position"] // 10).clip(upper=9).astype("int64") * 10 + 5
    index = pd.MultiIndex.from_product([range(5, 100, 10), VOICES], names=["position", "voice"])
    counts = table.groupby([tenth, "voice"]).size().reindex(index, fill_value=0).reset_index(name="mentions")
    return counts.assign(per_article=counts["mentions"] / len(articles))


def attribution_table(quotations: pd.DataFrame, articles: pd.DataFrame, actors: pd.DataFrame | None) -> pd.DataFrame:
    """One row an attribution: who is made to say how many words.

    Returns
    -------
    DataFrame
        `article_id`, `person`, `side` (or `UNKNOWN`), `stance`, `cue` (its first), `kind`, `words`: the innermost
        speaker owns a word, so those of attributions inside it are not counted.
    """
    parts = quotations.assign(words=_own_words(quotations, articles))
    grouped = parts.sort_values(["article_id", "start"]).groupby(["article_id", "attribution_id"])
    table = grouped[["person", "stance", "cue", "kind"]].first().assign(words=grouped["words"].sum())
    table["side"] = sides(table["person"], actors).fillna(UNKNOWN).to_numpy()
    return table.reset_index()[["article_id", "person", "side", "stance", "cue", "kind", "words"]]


def attributions(study: Any) -> pd.DataFrame:
    """`attribution_table` of a study."""
    make = partial(attribution_table, study.quotations, study.articles, study.actors)
    return study.once("attributions", make)


def _own_words(quotations: pd.DataFrame, articles: pd.DataFrame) -> np.ndarray:
    """Of each span the words that are in no other inside it."""
    words = np.zeros(len(quotations), dtype=np.int64)
    row = pd.Index(articles["article_id"]).get_indexer(pd.Index(quotations["article_id"]))
    part = np.where(quotations["section"] == "headline", "headline", "text")
    places = quotations[["start", "end"]].to_numpy(int)
    order = np.lexsort((places[:, 0] - places[:, 1], part, row))
    key = row[order] * 2 + (part[order] == "text")
    for spans in np.split(order, np.flatnonzero(np.diff(key)) + 1) if len(order) else ():
        text = articles[part[spans[0]]].iloc[row[spans[0]]]
        owner = np.full(len(text), -1)
        for place, (start, end) in zip(spans.tolist(), places[spans].tolist(), strict=True):
            owner[start:end] = place  # shorter ones over longer ones
        found = owner[[word.start() for word in WORD.finditer(text)]]
        np.add.at(words, found[found >= 0], 1)
    return words


def share_table(table: pd.DataFrame, row: str, part: str, parts: Sequence[str], weight: str = "") -> pd.DataFrame:
    """How the rows of a table divide into parts: columns `row`, `part`, `count`, `share` (of that row).

    Parameters
    ----------
    table : DataFrame
    row, part : str
        Columns; the largest row comes first (`arrange`).
    parts : sequence of str
        Values of `part`, in order; other values are left out.
    weight : str
        A column to add up, else rows are counted.

    Examples
    --------
    >>> voices = pd.DataFrame({"feature": ["hedge", "hedge"], "voice": ["quoted", "newsroom"]})
    >>> share_table(voices, "feature", "voice", ["newsroom", "quoted"])["share"].tolist()
    [0.5, 0.5]
    """
    chosen = table.assign(count=table[weight] if weight else 1, **{row: table[row].astype("str").fillna(UNNAMED)})
    counts = chosen.pivot_table(index=row, columns=part, values="count", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=list(parts), fill_value=0).astype("int64")
    long = counts.reset_index().melt(id_vars=row, var_name=part, value_name="count")
    total = long.groupby(row)["count"].transform("sum")
    return arrange(long.assign(share=long["count"] / total.where(total > 0)), row, "count")


def speaker_table(attributions: pd.DataFrame, articles: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Whose words an outlet prints: `outlet`, `who` (newsroom, the sides that speak most, others), `count`, `share`.

    Words of headline and text are counted; those in nobody's mouth are the newsroom's.
    """
    spoken = attributions.groupby("article_id")["words"].sum().reindex(articles["article_id"], fill_value=0)
    headline = articles["headline"].fillna("").map(lambda text: len(WORD.findall(text)))
    own = (articles["words"] + headline).to_numpy() - spoken.to_numpy()
    newsroom = pd.DataFrame({"article_id": articles["article_id"], "side": "newsroom", "words": own})
    table = pd.concat([newsroom, attributions[["article_id", "side", "words"]]])
    table = table.merge(articles[["article_id", "outlet"]], on="article_id")
    sizes = attributions.groupby("side")["words"].sum().drop(UNKNOWN, errors="ignore")
    named = sizes.sort_values(ascending=False, kind="stable").index.tolist()
    order = ["newsroom", *named[:most], *(["other sides"] if len(named) > most else []), UNKNOWN]
    table["who"] = table["side"].where(table["side"].isin(order), "other sides")
    return share_table(table, "outlet", "who", order, "words")


def source_table(quotations: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Who gets to speak: attributions by outlet and kind of source, a `share_table`; empty where kinds are not known.

    Attributions whose source is not told are left out; the innermost part of an attribution stands for it.
    """
    if "source_kind" not in quotations:
        return pd.DataFrame(columns=["outlet", "source_kind", "count", "share"])
    told = quotations.dropna(subset="source_kind").drop_duplicates(["article_id", "attribution_id"])
    told = told.merge(articles[["article_id", "outlet"]], on="article_id")
    table = share_table(told, "outlet", "source_kind", list(SOURCES))
    return table.assign(source_kind=table["source_kind"].map(SOURCES)) if len(told) else table.iloc[:0]


def cue_scores(attributions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Cues by stance in the shape of a scores table, so that they are compared as rates are.

    Returns
    -------
    DataFrame
        Columns that `rates` needs. `feature` is the stance, `mentions` the attributions of an article with
        a cue of that stance, `words` all that have a cue: a rate per 1,000 “words” is one per 1,000 attributions.
    """
    cued = attributions[attributions["cue"].notna()]
    counts = pd.crosstab(cued["article_id"], cued["stance"]).reindex(articles["article_id"], fill_value=0)
    counts = counts.reindex(columns=list(STANCES), fill_value=0)
    table = counts.assign(words=counts.sum(axis=1)).rename_axis(index="article_id").reset_index()
    table = table.melt(id_vars=["article_id", "words"], var_name="feature", value_name="mentions")
    return table.assign(section="body", voice="all")


def event_table(events: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Events that several articles tell, those of most outlets first.

    Parameters
    ----------
    events, articles : DataFrame
        From `group_events`, and what it was given.

    Returns
    -------
    DataFrame
        `event`, `outlets`, `articles`, `copies` (of the text of another of them), `first`, `last` (dates), `headline`.
    """
    table = articles[["article_id", "outlet", "published", "headline"]].merge(events, on="article_id")
    grouped = table.sort_values(["published", "article_id"]).groupby("event")
    found = grouped.agg(
        outlets=("outlet", "nunique"), articles=("event", "size"), copies=("duplicate_of", "count"),
        first=("published", "first"), last=("published", "last"), headline=("headline", "first"),
    )  # fmt: skip
    found = found[found["articles"] > 1].sort_values(["outlets", "articles"], ascending=False, kind="stable")
    return found.reset_index()


def copy_table(events: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Articles in somebody else's words: `outlet`, `counts_for`, `note` (how that is known), `original` and more."""
    sources = assign_sources(articles, "once", events)
    table = articles[["outlet", "published", "headline", "article_id"]].reset_index(drop=True)
    original = table["article_id"].map(events.set_index("article_id")["duplicate_of"])
    table = table.assign(counts_for=sources["source"], note=sources["note"], original=original)
    return table[table["note"] != ""].sort_values(["outlet", "published", "article_id"], ignore_index=True)


def coverage_table(events: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """How many of an outlet's articles tell what others tell too: a `share_table` by outlet and `TOLD`.

    Empty where nobody tells what another does and no outlet's articles divide: bars of 100 % say nothing.
    """
    event = articles["article_id"].map(events.set_index("article_id")["event"])
    shared = articles.groupby(event)["outlet"].transform("nunique").to_numpy() > 1
    copied = articles["article_id"].isin(copy_table(events, articles)["article_id"])
    told = np.select([copied, shared], [TOLD[2], TOLD[1]], TOLD[0])
    table = share_table(name_outlets(articles).assign(told=told), "outlet", "told", TOLD)
    divided = table["share"].between(0, 1, inclusive="neither").any()
    return table if divided or (told == TOLD[1]).any() else table.iloc[:0]


def select_within(contrasts: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """The clearest contrasts that have an interval, each beside the same contrast within events where that has one.

    Where any has an adjusted p below 0.05 only these are taken.

    Returns
    -------
    DataFrame
        Columns of `select_contrasts`, and `comparison` (`COMPARED`).
    """
    known = select_contrasts(contrasts, len(contrasts))
    known = known[known["low"].notna()]
    found = known[known["p_adjusted"] < ALPHA]
    known = (found if len(found) else known).head(most)
    own = contrasts[(contrasts["voice"] == "newsroom") & (contrasts["section"] == "body")]
    within = own[(own["contrast"] == "within-event") & own["ci_low"].notna() & own["rate_ratio"].gt(0)]
    within = within.assign(outlet_b=within["outlet_b"].replace(WITHIN))
    within = known[["outlet_a", "outlet_b", "feature", "contrast", "turned"]].assign(
        outlet_b=known["outlet_b"].replace(WITHIN)
    ).merge(within.drop(columns="contrast"), on=["outlet_a", "outlet_b", "feature"])  # fmt: skip
    raw = {"ratio": "rate_ratio", "low": "ci_low", "high": "ci_high"}
    within = turn(within.assign(**{name: within[column].astype(float) for name, column in raw.items()}))
    parts = zip(COMPARED.values(), (known, within), strict=True)
    return pd.concat([part.assign(comparison=name) for name, part in parts], ignore_index=True)


def voice_ignored_table(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Each contrast with the typical outlet in bodies, in the newsroom's own voice and with voices taken together.

    Each of the two is a family of its own, of the same size: what somebody would test who counts either way. Neutral
    attribution is left out.

    Returns
    -------
    DataFrame
        Two rows a contrast, in the voices ``newsroom`` and ``all``: `contrast`, `feature`, `outlet`, `voice`, `ratio`,
        `low`, `high` (shrunken), `p_adjusted` (Benjamini and Hochberg 1995) and `change`, when voice is ignored: a
        finding is ``kept``, ``lost``, ``new``, ``turned`` (it points the other way), or there was ``none``.
    """
    chosen = (contrasts["contrast"] == "typical") & (contrasts["section"] == "body") & (contrasts["feature"] != LAST)
    known = contrasts[chosen & contrasts["voice"].isin(["newsroom", "all"]) & contrasts["p"].notna()].copy()
    known["contrast"] = known["outlet_a"].astype("str") + ": " + known["feature"].astype("str")
    known = known[known.duplicated("contrast", keep=False)]
    known["p_adjusted"] = known.groupby("voice")["p"].transform(lambda p: adjust_p(p.to_numpy()))
    found = known[known["p_adjusted"] < ALPHA]
    own, ignored = (known["contrast"].isin(found["contrast"][found["voice"] == voice]) for voice in ("newsroom", "all"))
    ratio = known.groupby("contrast")["rate_ratio"]
    opposed = (ratio.transform("min") < 1) & (ratio.transform("max") > 1)
    changes = {"turned": opposed & (own | ignored), "kept": own & ignored, "lost": own, "new": ignored}
    known["change"] = np.select(list(changes.values()), list(changes), "none")
    known = known.rename(columns={"outlet_a": "outlet", **{f"shrunken_{n}": n for n in ("ratio", "low", "high")}})
    columns = ["contrast", "feature", "outlet", "voice", "ratio", "low", "high", "p_adjusted", "change"]
    return known[columns].reset_index(drop=True)


def select_changes(table: pd.DataFrame, most: Mapping[str, int] | None = None) -> pd.DataFrame:
    """So many contrasts of `voice_ignored_table` of each kind of change: those most wholly lost, the clearest kept.

    What is found in one of the two ways of counting is the more wholly lost, the larger its adjusted p in the other.
    """
    most = most or {"turned": 4, "lost": 8, "new": 4, "kept": 3}
    ranked = table.sort_values(["p_adjusted", "contrast"], kind="stable")
    order: list[str] = []
    for change, number in most.items():
        part = ranked[ranked["change"] == change]
        part = part if change == "kept" else part[::-1]
        order += part["contrast"].drop_duplicates().head(number).tolist()
    return in_order(in_order(table, "voice", ["newsroom", "all"]), "contrast", order)


def drive_table(
    mentions: pd.DataFrame, scores: pd.DataFrame, articles: pd.DataFrame, contrasts: pd.DataFrame,
    events: pd.DataFrame, most: int = 6,
) -> pd.DataFrame:  # fmt: skip
    """What the clearest declared contrasts hang on: `sensitivity` of each.

    Where none could be estimated, that of the outlet with most articles stands in, by its points alone.

    Returns
    -------
    DataFrame
        Columns of `DRIVE`, the clearest contrast first.
    """
    known = select_contrasts(contrasts, len(contrasts))
    tested = known[known["p"].notna()].head(most)
    largest = known.sort_values("articles_a", ascending=False, kind="stable").head(1)
    known = tested if len(tested) else largest
    parts = [
        sensitivity(mentions, scores, articles, row["feature"], *_sides(row), events=events).assign(
            contrast=row["contrast"]
        )
        for row in known.to_dict("records")
    ]
    return pd.concat(parts, ignore_index=True)[DRIVE] if parts else pd.DataFrame(columns=DRIVE)


def _sides(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Who is compared with whom, in the order in which `select_contrasts` names them."""
    return (row["outlet_b"], row["outlet_a"]) if row["turned"] else (row["outlet_a"], row["outlet_b"])


def drive_ranges(drive: pd.DataFrame) -> pd.DataFrame:
    """For each contrast and change: `variants`, the `lowest` and `highest` ratio, and what changes the `verdict`."""
    table = drive[drive["change"] != "none"]
    changed = table["what"].str.slice(0, 40).where(~table["verdict"].isin(STANDS))
    table = table.assign(changed=changed + " (" + table["verdict"] + ")")
    grouped = table.groupby(["contrast", "change"], sort=False)
    found = grouped.agg(
        variants=("what", "size"), tested=("p", "count"), lowest=("rate_ratio", "min"),
        highest=("rate_ratio", "max"), verdict_changes=("changed", lambda names: "; ".join(names.dropna().head(5))),
    )  # fmt: skip
    return found.reset_index()


def select_drive(drive: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Of the first contrast the words, articles and copies whose change moves it most, below the contrast as it is.

    Returns
    -------
    DataFrame
        Columns of `DRIVE`, and `row`: the change as a figure names it.
    """
    one = drive[drive["contrast"] == drive["contrast"].iloc[0]] if len(drive) else drive
    one = one[one["rate_ratio"].between(0, np.inf, inclusive="neither")]
    ratio = np.log(one["rate_ratio"].astype(float))
    moved = (ratio - ratio[one["change"] == "none"].max()).abs()
    moved = moved[(moved > 0) & (one["change"] != "voice")].sort_values(ascending=False, kind="stable")
    one = pd.concat([one[one["change"] == "none"], one.loc[moved.index[:most]]])
    return one.assign(row=(one["change"].map(CHANGES) + one["what"].where(one["change"] != "none", "")).astype("str"))


def name_changes(
    drive: pd.DataFrame, articles: pd.DataFrame, mentions: pd.DataFrame, longest: int = 34
) -> pd.DataFrame:
    """What was changed as a reader knows it: an article by its headline, an entry by what it finds most often."""
    headline = articles.set_index("article_id")["headline"].fillna("")
    often = mentions.groupby("term")["match"].agg(lambda found: found.str.lower().mode().iloc[0])
    known = {"article left out": headline.where(headline != ""), "entry left out": often}
    names = drive["what"].copy()
    for change, called in known.items():
        here = drive["change"] == change
        names[here] = drive.loc[here, "what"].map(called).fillna(drive.loc[here, "what"])
    short = names.map(lambda name: shorten(f"{name}", longest, placeholder=" …") or f"{name}"[:longest])
    return drive.assign(what=short.mask(drive["change"].isin(known), "“" + short + "”"))


def select_terms(terms: pd.DataFrame, most: int = 24, outlets: int = 8) -> pd.DataFrame:
    """The words that set outlets apart, to be drawn: those used more often than by others, with an adjusted p < 0.05.

    Returns
    -------
    DataFrame
        Columns of `distinctive_words`; `row` (outlet and term); `times`, `times_low`, `times_high`: the odds against
        those of the others. Of the outlets with the clearest terms, and of each its clearest.
    """
    found = terms[(terms["p_adjusted"] < ALPHA) & (terms["log_odds"] > 0)].sort_values(["p", "outlet", "term"])
    named = list(dict.fromkeys(found["outlet"]))[:outlets]
    found = in_order(found, "outlet", sorted(named))
    found = found[found.groupby("outlet").cumcount() < most // max(len(named), 1)]
    numbers = {"times": "log_odds", "times_low": "ci_low", "times_high": "ci_high"}
    times = {name: round_significant(np.exp(found[of].astype(float))) for name, of in numbers.items()}
    return found.assign(row=found["outlet"].astype("str") + ": " + found["term"].astype("str"), **times)


def compare_sheets(
    folder: str | Path, pattern: str, articles: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `compare_coders` measures, and the disagreements, of the sheets in a folder; empty where there are none.

    Where the sheets do not hold their sentences and the `articles` do, each disagreement has its sentence beside it.
    """
    paths = [path for path in sorted(Path(folder).glob(pattern)) if not path.name.endswith(".key.csv")]
    if not paths:
        return pd.DataFrame(columns=MEASURES), pd.DataFrame()
    key = find_key(paths[0])
    places = read_table(key) if key else None
    measures, apart = compare_coders([read_sheet(path) for path in paths], places)
    if articles is None or places is None or "sentence" in apart:
        return measures, apart
    sentence = apart["item"].map(_coded_sentences(places, articles))
    return measures, apart.assign(sentence=sentence) if sentence.notna().any() else apart


def _coded_sentences(places: pd.DataFrame, articles: pd.DataFrame) -> dict[int, str]:
    """The sentence of each item of a coding sheet, as far as the articles are at hand, by the item's number."""
    known = places.merge(articles[["article_id", "headline", "text"]], on="article_id")
    whole = known["text"].mask(known["section"] == "headline", known["headline"])
    ends = zip(known["item"].astype(int), whole, known["start"].astype(int), known["end"].astype(int), strict=True)
    return {item: " ".join(text[start:end].split()) for item, text, start, end in ends}
