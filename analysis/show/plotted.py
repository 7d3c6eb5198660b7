"""The tables that figures are drawn from: what is grouped, selected and put in order before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.codebook.actors import sides
from analysis.compare.contrasts import ALPHA
from analysis.compare.events import assign_sources
from analysis.compare.sensitivity import sensitivity
from analysis.read.articles import WORD
from analysis.tables import COMPARISON, CONTRASTS, InputError, read_table, round_significant
from analysis.validate.agreement import compare_coders
from analysis.validate.sheets import find_key, read_sheet

#: Outlets named in a figure: what stays legible in a column; the rest is grouped and counted.
MOST = 8
#: Where nothing is said of the outlet, of the side.
UNNAMED, UNKNOWN = "(not named)", "side not known"
#: Up to so many articles each is a line of its own in `position_table`.
SINGLE = 20
#: Up to so many dated articles each is a mark of its own in `timeline_table`; beyond, each month of an outlet.
DATED = 60
VOICES = ("newsroom", "reported", "quoted")
STANCES = ("neutral", "endorsing", "doubting", "denying", "accusing")
#: An article's event is told by nobody else, by another outlet too, or in another's words.
TOLD = ("told by it alone", "told by other outlets too", "copy of another's text")
#: The raw comparison and the one within events, as a figure names them.
COMPARED = {"all": "all articles", "within-event": "the same events only"}
#: What is changed in a sensitivity analysis, as a figure says it.
CHANGES = {
    "none": "as it is", "voice": "voice: ", "copies": "copies: ", "entry left out": "without ",
    "article left out": "without article ",
}  # fmt: skip
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


def select_contrasts(contrasts: pd.DataFrame, most: int = 25) -> pd.DataFrame:
    """The contrasts of the declared family that have a ratio, the clearest first and up to `most`.

    Returns
    -------
    DataFrame
        Columns of `contrasts`; `contrast` names outlets and feature; `shown_ratio`, `shown_low`, `shown_high` are the
        shrunken ratio where there is one, since the clearest of many are exaggerated, else the ratio, and where that
        is 0 or infinite its one limit.
    """
    known = contrasts[(contrasts["family"] == "declared") & contrasts["rate_ratio"].notna()]
    paired = " / " + known["outlet_b"].astype("str")
    label = known["outlet_a"].astype("str") + paired.where(known["outlet_b"] != "typical", "")
    limit = known["ci_low"].where(known["rate_ratio"] > 0, known["ci_high"])
    plain = known["rate_ratio"].where(known["rate_ratio"].between(0, np.inf, inclusive="neither"), limit)
    known = known.assign(
        contrast=label + ": " + known["feature"].astype("str"),
        shown_ratio=known["shrunken_ratio"].fillna(plain),
        shown_low=known["shrunken_low"].fillna(known["ci_low"]),
        shown_high=known["shrunken_high"].fillna(known["ci_high"]),
    )
    return known.sort_values(["p_adjusted", "p", "contrast"]).head(most).reset_index(drop=True)


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
    texts: dict[Any, Any] = articles.set_index("article_id")[["headline", "text"]].to_dict()
    parts = quotations.assign(part=np.where(quotations["section"] == "headline", "headline", "text"), words=0)
    parts["size"] = parts["start"] - parts["end"]
    parts = parts.sort_values(["article_id", "part", "size"], ignore_index=True)
    for (article, part), spans in parts.groupby(["article_id", "part"]):
        text = texts[part][article]
        owner = np.full(len(text), -1)
        for place, start, end in spans[["start", "end"]].itertuples():
            owner[start:end] = place  # shorter ones over longer ones
        found = owner[[word.start() for word in WORD.finditer(text)]]
        parts.loc[spans.index, "words"] = np.bincount(found[found >= 0] - spans.index[0], minlength=len(spans))
    grouped = parts.sort_values(["article_id", "start"]).groupby(["article_id", "attribution_id"])
    table = grouped[["person", "stance", "cue", "kind"]].first().assign(words=grouped["words"].sum())
    table["side"] = sides(table["person"], actors).fillna(UNKNOWN).to_numpy()
    return table.reset_index()[["article_id", "person", "side", "stance", "cue", "kind", "words"]]


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
    """How many of an outlet's articles tell what others tell too: a `share_table` by outlet and `TOLD`."""
    event = articles["article_id"].map(events.set_index("article_id")["event"])
    shared = articles.groupby(event)["outlet"].transform("nunique").to_numpy() > 1
    copied = articles["article_id"].isin(copy_table(events, articles)["article_id"])
    told = np.select([copied, shared], [TOLD[2], TOLD[1]], TOLD[0])
    return share_table(name_outlets(articles).assign(told=told), "outlet", "told", TOLD)


def select_within(contrasts: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """The clearest contrasts, each beside the same contrast within events.

    Where any has an adjusted p below 0.05 only these are taken, and first those that could be held within events.

    Returns
    -------
    DataFrame
        Columns of `contrasts`, and `comparison` (`COMPARED`); `contrast` is outlet and feature.
    """
    own = contrasts[(contrasts["voice"] == "newsroom") & (contrasts["section"] == "body")]
    within = own[own["contrast"] == "within-event"].replace({"outlet_b": {"others": "typical"}})
    known = select_contrasts(contrasts, len(contrasts))
    found = known[known["p_adjusted"] < ALPHA]
    known = found if len(found) else known
    both = known[["outlet_a", "outlet_b", "feature"]].merge(within, "left")
    order = both["p"].isna().sort_values(kind="stable").index[:most]
    parts = {"all": known, "within-event": both.assign(contrast=known["contrast"])}
    table = pd.concat([part.loc[order].assign(comparison=COMPARED[name]) for name, part in parts.items()])
    return table[table["rate_ratio"].between(0, np.inf, inclusive="neither")].reset_index(drop=True)


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
        sensitivity(mentions, scores, articles, feature, one, other, events=events).assign(contrast=name)
        for name, feature, one, other in known[["contrast", "feature", "outlet_a", "outlet_b"]].itertuples(index=False)
    ]
    return pd.concat(parts, ignore_index=True)[DRIVE] if parts else pd.DataFrame(columns=DRIVE)


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
    """Of the first contrast, the entries and articles that move it most, and all voices and copies: to be drawn."""
    one = drive[drive["contrast"] == drive["contrast"].iloc[0]] if len(drive) else drive
    one = one[one["rate_ratio"].between(0, np.inf, inclusive="neither")]
    ratio = np.log(one["rate_ratio"].astype(float))
    moved = (ratio - ratio[one["change"] == "none"].max()).abs()
    one = one.assign(moved=moved).sort_values("moved", ascending=False, kind="stable")
    one = in_order(one[one.groupby("change").cumcount() < most], "change", list(CHANGES))
    return one.assign(what=(one["change"].map(CHANGES) + one["what"].where(one["change"] != "none", "")).astype("str"))


def select_terms(terms: pd.DataFrame, most: int = 24, outlets: int = 8) -> pd.DataFrame:
    """The words that set outlets apart, to be drawn: those used more often than by others, with an adjusted p < 0.05.

    Returns
    -------
    DataFrame
        Columns of `distinctive_terms`; `row` (outlet and term); `times`, `times_low`, `times_high`: the odds against
        those of the others. Of the outlets with the clearest terms, and of each its clearest.
    """
    found = terms[(terms["p_adjusted"] < ALPHA) & (terms["log_odds"] > 0)].sort_values(["p", "outlet", "term"])
    named = list(dict.fromkeys(found["outlet"]))[:outlets]
    found = in_order(found, "outlet", sorted(named))
    found = found[found.groupby("outlet").cumcount() < most // max(len(named), 1)]
    numbers = {"times": "log_odds", "times_low": "ci_low", "times_high": "ci_high"}
    times = {name: round_significant(np.exp(found[of].astype(float))) for name, of in numbers.items()}
    return found.assign(row=found["outlet"].astype("str") + ": " + found["term"].astype("str"), **times)


def compare_sheets(folder: str | Path, pattern: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `compare_coders` measures, and the disagreements, of the sheets in a folder; empty where there are none."""
    paths = [path for path in sorted(Path(folder).glob(pattern)) if not path.name.endswith(".key.csv")]
    if not paths:
        return pd.DataFrame(columns=MEASURES), pd.DataFrame()
    key = find_key(paths[0])
    return compare_coders([read_sheet(path) for path in paths], read_table(key) if key else None)
