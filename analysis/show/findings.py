"""Sentences that state results, made from the tables: what the notebooks say of a corpus is never typed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.codebook.lexicon import Lexicon, is_codebook
from analysis.compare.contrasts import ALPHA
from analysis.compare.correction import FEWEST_CODED, error_differences
from analysis.compare.rates import MIN_ARTICLES
from analysis.read.corpus import Corpus
from analysis.read.flags import describe_problems, tabulate_corpus
from analysis.show.figures import plain_markdown
from analysis.show.plotted import (
    COMPARED,
    LAST,
    STANCES,
    STANDS,
    attempt,
    attributions,
    compare_sheets,
    copy_table,
    drive_ranges,
    event_table,
    in_order,
    select_contrasts,
    voice_ignored_table,
)
from analysis.tables import DATA, HASHES, read_table
from analysis.validate.agreement import precision_table
from analysis.validate.sheets import coded_sentences

#: Articles on which the lexicon was shaped: what is counted in them is no test of it.
DEVELOPMENT = DATA / "articles" / "articles.csv"
#: Mentions on unseen news that were judged by hand.
JUDGED = DATA / "coding" / "precision.csv"
#: What notebooks call from here though it is made elsewhere.
__all__ = [
    "attempt",
    "coded_sentences",
    "compare_sheets",
    "copy_table",
    "describe_problems",
    "drive_ranges",
    "error_differences",
    "event_table",
    "tabulate_corpus",
]


class Said(str):
    """A sentence that states a result: text that a notebook shows as Markdown."""

    @classmethod
    def plain(cls, text: str) -> Said:
        """A sentence in which names that hold markup stay names."""
        return cls(plain_markdown(text))

    def _repr_markdown_(self) -> str:
        return str(self)


def development_note(articles: pd.DataFrame) -> str:
    """What every caption has to add where the lexicon was shaped on the articles shown; else nothing."""
    shaped = {Path(name).stem for name in pd.read_csv(DEVELOPMENT, dtype=str)["file"]}
    note = "Development figure: the lexicon was shaped on these articles, so it shows the method and tests nothing."
    return note if shaped & set(articles["article_id"]) else ""


def count(number: float, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> count(1, "article"), count(2345, "word")
    ('1 article', '2,345 words')
    """
    return f"{number:,.0f} {noun}" + "s" * int(number != 1)


def listed(items: Iterable[object], most: int = 4) -> str:
    """Names in a sentence, the first few of them and how many more.

    Examples
    --------
    >>> listed(["TASS"]), listed(["A", "B"]), listed("ABCDEF")
    ('TASS', 'A and B', 'A, B, C, D and 2 more')
    """
    names = [str(item).replace("_", " ") for item in items]
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sample_size(articles: pd.DataFrame) -> str:
    """The n of a figure: articles, named outlets, words."""
    outlets = articles["outlet"].nunique()
    of = f" of {count(outlets, 'outlet')}" if outlets else ""
    return f"n = {count(len(articles), 'article')}{of}, {count(articles['words'].sum(), 'word')}"


def codebook_table(lexicon: Lexicon) -> pd.DataFrame:
    """Definitions of a lexicon's features, with the precision measured by hand if it is the project's codebook.

    Returns
    -------
    DataFrame
        `feature`, `definition`, `source`, and of the codebook `judged`, `precision`, `ci_low`, `ci_high` in US news,
        `agency_judged`, `agency_precision`, `agency_low` in agency and conflict news.
    """
    table = lexicon.features[["feature", "definition", "source"]]
    if not is_codebook(lexicon):  # a feature of the same name may be another thing
        return table
    measured = precision_of(JUDGED.parent)
    table = table.merge(measured[["feature", "judged", "precision", "ci_low", "ci_high"]], how="left", on="feature")
    return table.join(lexicon.features.filter(like="agency_").astype(float))


def precision_of(folder: str | Path) -> pd.DataFrame:
    """The precision of each feature by the verdicts in a folder (``precision.csv``), the highest first."""
    table = precision_table(read_table(Path(folder, JUDGED.name)))
    return table.sort_values("precision", ascending=False, kind="stable")


def commonest_terms(mentions: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The lexicon entries that carry each feature: `feature`, `match` (the commonest), `mentions`, `term`."""
    counted = mentions[~mentions["negated"]]
    found = counted["match"].str.lower().groupby([counted["feature"], counted["term"]])
    terms = found.agg(match=lambda words: words.mode().iloc[0], mentions="size").reset_index()
    terms = terms.sort_values(["feature", "mentions", "term"], ascending=[True, False, True])
    return terms.groupby("feature").head(most)[["feature", "match", "mentions", "term"]]


def category_shares(mentions: pd.DataFrame) -> pd.DataFrame:
    """What kinds of mention a feature is made of: `feature`, `category`, `mentions`, `per_cent` (of the feature).

    Examples
    --------
    >>> kinds_found = ["modal verb", "modal verb", "opinion"]
    >>> mentions = pd.DataFrame({"feature": "hedge", "category": kinds_found, "negated": False})
    >>> category_shares(mentions).to_numpy().tolist()
    [['hedge', 'modal verb', 2, 66.7], ['hedge', 'opinion', 1, 33.3]]
    """
    counted = mentions[~mentions["negated"]]
    many = counted.groupby(["feature", "category"]).size().rename("mentions").reset_index()
    many["per_cent"] = (100 * many["mentions"] / many.groupby("feature")["mentions"].transform("sum")).round(1)
    return many.sort_values(["feature", "mentions", "category"], ascending=[True, False, True], ignore_index=True)


def example_sentences(evidence: pd.DataFrame, each: int = 2) -> pd.DataFrame:
    """Of each feature, the commonest first, sentences from as many outlets as there are; no neutral attribution."""
    marked = evidence[evidence["feature"] != LAST]
    often = marked["feature"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    turn = marked.groupby(["feature", "outlet"], dropna=False).cumcount()
    spread = marked.assign(turn=turn).sort_values("turn", kind="stable").groupby("feature").head(each)
    return in_order(spread.sort_index(), "feature", list(often)).drop(columns="turn")


def kinds(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """What stands in some columns together, the commonest first: `number`, and a first example of the others.

    Examples
    --------
    >>> notes = pd.DataFrame({"source": ["a.txt", "b.txt"], "note": ["lines joined", "lines joined"]})
    >>> kinds(notes, "note").to_dict("records")
    [{'note': 'lines joined', 'number': 2, 'source': 'a.txt'}]
    """
    grouped = table.groupby(list(columns), dropna=False)
    found = grouped.size().rename("number").reset_index()
    examples = grouped.first().reset_index(drop=True)
    return found.join(examples).sort_values("number", ascending=False, kind="stable", ignore_index=True)


def longest_removed(removed: pd.DataFrame, each: int = 3) -> pd.DataFrame:
    """Of each reason the longest blocks that were cut away: where a sentence of an article would stand."""
    sizes = removed["text"].str.len()
    longest = removed.assign(size=sizes).sort_values(["reason", "size"], ascending=[True, False], kind="stable")
    return longest.groupby("reason").head(each).drop(columns="size")


def side_by_side(measures: pd.DataFrame) -> pd.DataFrame:
    """The tool against each reference: a row a measure, a column a reference.

    Returns
    -------
    DataFrame
        `about`, `name`, `measure`, the `strictest` reference (against which the tool does worst), and for each the
        estimate with its interval and what it is of.
    """
    key = ["about", "name", "measure"]
    said = measures.assign(said=[_measured(row) for row in measures.to_dict("records")])
    table = said.pivot_table(index=key, columns="reference", values="said", aggfunc="first")
    strictest = measures.loc[_strictest(measures)].set_index(key)["reference"]
    order = pd.MultiIndex.from_frame(measures[key].drop_duplicates())
    table.insert(0, "strictest", strictest.reindex(table.index))
    return table.reindex(order).fillna("").rename_axis(columns=None).reset_index()


def _measured(row: Mapping[Any, Any]) -> str:
    """An estimate with its interval, and how many were right of how many."""
    if row["estimate"] != row["estimate"]:
        return str(row["status"])
    between = f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})" if row["ci_low"] == row["ci_low"] else ""
    return f"{row['estimate']:.2f}{between}, {row['right']:,} of {row['units']:,}"


def persons(study: Any) -> pd.DataFrame:
    """Who gets to speak in a study: `person`, `side`, `attributions`, `words`, most words first."""
    table = attributions(study).groupby(["person", "side"])
    found = table.agg(attributions=("words", "size"), words=("words", "sum")).reset_index()
    return found.sort_values(["words", "person"], ascending=[False, True])


def taking_cues(study: Any) -> pd.DataFrame:
    """Cues that take a stand, by the side of the speaker: `side`, `stance`, `cue`, `attributions`."""
    table = attributions(study)
    taking = table[table["stance"].isin(STANCES[1:])]
    cues = taking.groupby(["side", "stance", "cue"]).size().rename("attributions").reset_index()
    return cues.sort_values(["attributions", "side", "stance", "cue"], ascending=[False, True, True, True])


def clearest_terms(terms: pd.DataFrame) -> pd.DataFrame:
    """Distinctive words, the clearest first, with what a reader wants to see of them."""
    columns = "outlet term mentions articles per_1000 rest_per_1000 log_odds ci_low ci_high p_adjusted status".split()
    return terms.sort_values(["p_adjusted", "outlet", "term"]).reindex(columns=columns)


def describe_corpus(corpus: Corpus) -> Said:
    """What was read, from when, and what was left out."""
    articles, removed = corpus.articles, corpus.removed
    dates = articles["published"].dropna().astype("str").str.slice(0, 10)
    handed_on = HASHES["headline"] in articles  # then no headline is there to be missing
    asked = ["outlet", "published", *([] if handed_on else ["headline"])]
    absent = articles[asked].isna().sum().rename({"published": "date"})
    missing = [f"the {name} of {count(number, 'article')}" for name, number in absent.items() if number]
    dated = f", published from {dates.min()} to {dates.max()}" if len(dates) else ""
    gaps = f"; not known: {listed(missing)}" if missing else ""
    return Said.plain(
        f"The corpus: {sample_size(articles).removeprefix('n = ')}{dated}{gaps}. Records that could not be used: "
        f"{len(corpus.rejected):,}. Blocks of page furniture removed: {len(removed):,}, from "
        f"{count(removed['article_id'].nunique(), 'article')}."
    )


def describe_copies(articles: pd.DataFrame) -> Said:
    """Whose copy the articles are."""
    foreign = articles[articles["origin"].notna() & (articles["origin"] != articles["outlet"])]
    if foreign.empty:
        return Said("No article is credited to anybody but its own outlet.")
    pairs = foreign["outlet"].fillna("an outlet not named") + " prints " + foreign["origin"]
    sizes = pairs.groupby(pairs).size().sort_values(ascending=False, kind="stable")
    many = listed(f"{name} ({number:,})" for name, number in sizes.items())
    return Said.plain(f"Somebody else's copy: {len(foreign):,} of {count(len(articles), 'article')}. {many}.")


def say_rates(table: pd.DataFrame, value: str, names: Sequence[str], unit: str) -> str:
    """The highest of the plotted values by the first of `names`, for alt texts; with one name also the lowest.

    Examples
    --------
    >>> rates = pd.DataFrame({"feature": "hedge", "outlet": ["A", "B"], "per_1000": [2.5, 0.0]})
    >>> say_rates(rates, "per_1000", ["outlet"], "per 1,000 words")
    'Highest per 1,000 words: 2.5 (A); lowest: 0 (B).'
    >>> say_rates(rates, "per_1000", ["feature", "outlet"], "per 1,000 words")
    'Highest per 1,000 words, by feature: hedge 2.5 (A).'
    """
    named = table.assign(**table[list(names)].astype("str").fillna("not known"))
    known = named.dropna(subset=[value]).sort_values(value, ascending=False, kind="stable")
    if known.empty:
        return "Nothing could be estimated."
    first, *others = names
    if not others:
        ends = [f"{row[value]:.3g} ({row[first]})" for row in known.iloc[[0, -1]].to_dict("records")]
        return f"Highest {unit}: {ends[0]}; lowest: {ends[1]}.".replace("_", " ")
    top = known[known[value] != 0].drop_duplicates(first).sort_index()
    said = [f"{row[first]} {row[value]:.3g} ({', '.join(row[n] for n in others)})" for row in top.to_dict("records")]
    return f"Highest {unit}, by {first}: {listed(said, 12) or 'none above 0'}."


def say_shares(shares: pd.DataFrame, most: int = 12) -> str:
    """How the largest rows of `plots.share_table` divide: for alt texts, and for sentences.

    Examples
    --------
    >>> shares = pd.DataFrame({"outlet": "A", "who": ["newsroom", "x"], "count": [1, 3], "share": [0.25, 0.75]})
    >>> say_shares(shares)
    'A: newsroom 25 %, x 75 % (of 4).'
    """
    row, part = shares.columns[:2]
    said = []
    for name, here in shares.groupby(row, sort=False):
        parts = [f"{p} {100 * s:.0f} %" for p, s in zip(here[part], here["share"], strict=True) if s >= 0.005]
        said.append(f"{name}: {', '.join(parts) or 'nothing'} (of {here['count'].sum():,})")
    more = [f"and {len(said) - most} more"] if len(said) > most else []
    return ("; ".join([*said[:most], *more]) or "nothing was found").replace("_", " ") + "."


def describe_shares(shares: pd.DataFrame, opening: str) -> Said:
    """A sentence of `say_shares` for Markdown, after the words that open it."""
    return Said.plain(f"{opening}: {say_shares(shares)}")


def describe_rates(table: pd.DataFrame) -> Said:
    """The commonest features and those that never occur, of rates in one section and voice."""
    sums = table.groupby("feature", sort=False)[["mentions", "words"]].sum()
    sums = sums.sort_values("mentions", ascending=False, kind="stable")
    found, never = sums[sums["mentions"] > 0], listed(sums.index[sums["mentions"] == 0], 20)
    many = listed((f"{name} {1000 * m / w:.3g} ({m:,.0f})" for name, m, w in found.itertuples()), 20)
    never = f" Never found: {never}." if never else ""
    return Said.plain(f"Per 1,000 words, with the mentions in brackets: {many or 'nothing'}.{never}")


def describe_intervals(table: pd.DataFrame) -> Said:
    """Which outlets have enough articles to say more than what was printed in these."""
    size = table.groupby(table["outlet"].fillna("(not named)"))["articles"].max()
    size = size[size > 0].sort_values(ascending=False, kind="stable")
    many = size >= MIN_ARTICLES
    enough, few = (listed(f"{n} ({a:,})" for n, a in part.items()) for part in (size[many], size[~many]))
    rest = f" Fewer than {MIN_ARTICLES}: {few}. Their points tell of these articles, not of how the outlet writes."
    return Said.plain(f"Outlets with intervals, by number of articles: {enough or 'none'}.{rest * bool(few)}")


def describe_shift(table: pd.DataFrame) -> Said:
    """What part of each feature is in the newsroom's own voice, of rates in the voices newsroom and all."""
    counts = table.pivot_table(index="feature", columns="voice", values="mentions", aggfunc="sum", sort=False)
    counts = counts[counts["all"] > 0]
    own = listed((f"{name} {n:,.0f} of {a:,.0f}" for name, n, a in counts[["newsroom", "all"]].itertuples()), 20)
    share = 100 * counts["newsroom"].sum() / max(counts["all"].sum(), 1)
    return Said.plain(f"In the newsroom's own voice: {share:.0f} % of these mentions. By feature: {own or 'none'}.")


def describe_part(table: pd.DataFrame, column: str, name: str) -> Said:
    """How many of the words, and of each feature's mentions, stand in a part of the text (headlines, the matter).

    Parameters
    ----------
    table : DataFrame
        Rates of the whole and of the part, told apart by `column`; of several voices that of all is taken.
    column : str
        ``section``, whose part is ``headline``, or ``part``, whose whole is ``whole articles``.
    name : str
        What the sentence calls the part.
    """
    whole_is = {"section": "body", "part": "whole articles"}[column]
    every = table[table["voice"] == "all"]
    whole, part = every[every[column] == whole_is], every[every[column] != whole_is]
    of = whole.groupby("feature")["mentions"].sum()
    share = 100 * part["words"].max() / max(whole["words"].max(), 1) if len(part) else 0
    many = [f"{f} {n:,} of {of[f]:,}" for f, n in zip(part["feature"], part["mentions"], strict=True) if of[f] > 0]
    return Said.plain(f"{name}: {share:.0f} % of the words, and of the mentions {listed(many, 20) or 'none'}.")


def describe_contrasts(contrasts: pd.DataFrame, declared: bool = False) -> Said:
    """What the contrasts of one family show, or how large a difference would have had to be.

    Parameters
    ----------
    contrasts : DataFrame
    declared : bool
        Whether the family was declared before testing (`compare.declaration`); else the sentence says that it was not.
    """
    family = contrasts[contrasts["family"] == "declared"]
    tested = family[family["p_adjusted"].notna()]
    why = (family if len(family) else contrasts)["status"].drop(tested.index).replace("", pd.NA).value_counts()
    opening = (
        "Contrasts declared before testing" if declared else "Contrasts (exploratory: not declared before testing)"
    )
    text = f"{opening}: {len(family):,}; estimated: {len(tested):,}"
    text += f" ({'; '.join(f'{reason}: {number:,}' for reason, number in why.head(3).items())})" if len(why) else ""
    found = select_contrasts(contrasts, len(contrasts))
    found = found[found["p_adjusted"] < ALPHA]
    said = listed((f"{row['contrast']} {row['ratio']:.2g} ({row['low']:.2g} to {row['high']:.2g})"
                   for row in found.to_dict("records")), 8)  # fmt: skip
    text += f"; with an adjusted p below {ALPHA:.2g}: {len(found):,}" if len(tested) else ""
    text += f". Ratio of rates, to the typical outlet or to the one named: {said}" if said else ""
    least = tested["detectable_ratio"].median()
    text += f". For half of the contrasts rates have to differ {least:.2g}-fold to be found" if least > 0 else ""
    return Said.plain(f"{text.rstrip('. ')}. What is not found is not shown to be alike.")


def describe_events(table: pd.DataFrame, events: pd.DataFrame, copies: pd.DataFrame) -> Said:
    """How many events the articles tell, and how many of them can be compared."""
    both = table[table["outlets"] > 1]
    shared = f"by more than one outlet: {len(both):,}, in {count(both['articles'].sum(), 'article')}"
    none = "" if len(both) else " No event is told by two outlets, so nothing can be compared within events."
    return Said(
        f"{count(len(events), 'article')} tell {count(events['event'].nunique(), 'event')}; told by more than one "
        f"article: {len(table):,}; {shared}. Articles in somebody else's words: {len(copies):,}, of which "
        f"{copies['original'].notna().sum():,} found by comparing texts.{none}"
    )


def describe_within(table: pd.DataFrame) -> Said:
    """What is left of the contrasts that hold over all articles when the same events are compared (`select_within`)."""
    raw, within = (table[table["comparison"] == name] for name in COMPARED.values())
    raw = raw[raw["p_adjusted"] < ALPHA]
    if raw.empty:
        return Said("No contrast over all articles has an adjusted p below 0.05: there is none to hold within events.")
    pairs = raw.merge(within[within["p"].notna()], on="contrast", suffixes=("", "_w"))
    size, size_w = (np.log(pairs[name].to_numpy(float)) for name in ("ratio", "ratio_w"))
    clear = pairs[(size * size_w > 0) & ((pairs["low_w"] > 1) | (pairs["high_w"] < 1))]
    names = [f"{r.contrast} {r.ratio_w:.2g} ({r.low_w:.2g} to {r.high_w:.2g})" for r in clear.itertuples()]
    return Said.plain(
        f"Of the {len(raw):,} shown that hold over all articles, {len(pairs):,} could be estimated within events. "
        f"Of these {np.sum(size * size_w > 0):,} point the same way there, {np.sum(abs(size_w) < abs(size)):,} are "
        f"weaker, and {len(clear):,} have an interval without 1{': ' * bool(names)}{listed(names, 6)}. A wide "
        "interval says that few events are shared, and not that the difference is gone."
    )


def say_changes(table: pd.DataFrame) -> str:
    """How many findings are lost, made, turned round or kept when voice is ignored, of `plotted.voice_ignored_table`.

    Examples
    --------
    >>> changes = pd.DataFrame({"voice": ["newsroom"] * 3, "change": ["lost", "lost", "kept"]})
    >>> say_changes(changes)
    'Of 3 findings ignoring voice keeps 1, loses 2, turns 0; it makes 0 new.'
    """
    number = table.loc[table["voice"] == "newsroom", "change"].value_counts()
    kept, lost, turned, new = (int(number.get(change, 0)) for change in ("kept", "lost", "turned", "new"))
    found = kept + lost + turned
    return f"Of {found} findings ignoring voice keeps {kept}, loses {lost}, turns {turned}; it makes {new} new."


def describe_changes(contrasts: pd.DataFrame) -> Said:
    """What `say_changes` says, of how many comparisons, and by how much ratios shrink towards 1."""
    table = voice_ignored_table(contrasts)
    own, both = (table[table["voice"] == voice].set_index("contrast") for voice in ("newsroom", "all"))
    found = own["change"].isin(["kept", "lost"])
    kept = (np.log(both["ratio"]) / np.log(own["ratio"]))[found]
    text = f"{len(own):,} comparisons of an outlet with the typical one, made twice. {say_changes(table)}"
    if found.any():
        text += f" Of what is found in outlets' own voice, half keep less than {100 * kept.median():.0f} % of their "
        text += (
            f"difference (of its logarithm) where voice is ignored, and {kept.lt(1).sum()} of {found.sum()} lose some."
        )
    return Said.plain(text)


def describe_drive(drive: pd.DataFrame) -> Said:
    """Whether one entry, article or voice, or the copies, carry the clearest contrast."""
    if drive.empty:
        return Said("There is no contrast in this corpus of which anything could be left out.")
    one = drive[drive["contrast"] == drive["contrast"].iloc[0]]
    found = {name: one.loc[one["change"] == f"{name} left out", "rate_ratio"] for name in ("entry", "article")}
    known = {name: ratios.replace(np.inf, np.nan).dropna() for name, ratios in found.items()}
    said = [
        f"; without each {n} in turn ({len(r):,}), {r.min():.2g} to {r.max():.2g}" for n, r in known.items() if len(r)
    ]
    changed = one.loc[~one["verdict"].isin(STANDS), ["change", "what", "verdict"]]
    names = listed(f"{change}: {what} ({verdict})" for change, what, verdict in changed.itertuples(index=False))
    verdict = f"What changes the verdict: {names or 'nothing that was tried'}."
    verdict = verdict if one["p"].notna().any() else "Without intervals there is no verdict that could change."
    ratio = one["rate_ratio"].iloc[0]
    return Said.plain(f"{one['contrast'].iloc[0]}: ratio {ratio:.2g}{''.join(said)}. {verdict}".replace("_", " "))


def describe_terms(terms: pd.DataFrame, voice: str) -> Said:
    """How many words and phrases set outlets apart in a voice."""
    if terms["term"].isna().all():
        why = listed(terms["status"].dropna()) or "no word is in enough articles"
        return Said.plain(f"Distinctive words, {voice}: nothing can be said ({why}).")
    found = terms[(terms["p_adjusted"] < ALPHA) & (terms["log_odds"] > 0)]
    names = listed(f"{name} ({number:,})" for name, number in sorted(found["outlet"].value_counts().items()))
    return Said.plain(
        f"Words and pairs of words used more than by others, {voice}, adjusted p below 0.05: {len(found):,}, of "
        f"{found['outlet'].nunique():,} of {count(terms['outlet'].nunique(), 'outlet')}{': ' * bool(names)}{names}."
    )


def describe_measured(table: pd.DataFrame, name: str, value: str, low: str, of: str) -> Said:
    """The lowest and the middle of what was measured of each feature, and on how many items."""
    known = table.dropna(subset=[value]).sort_values(value, kind="stable")
    if known.empty:
        return Said(f"{name}: nothing could be measured.")
    row, end = known.iloc[0], known[low].min()
    least = f" (lowest lower bound {end:.2g})" if end == end else " (too few articles for intervals)"
    which = str(row["feature" if "feature" in row else "name"]).replace("_", " ")
    middle = f"{name}, by feature: {known[value].median():.2g} in the middle, the least {row[value]:.2g} for {which}"
    return Said(f"{middle}{least}; on {count(known[of].sum(), 'judgement')}.")


def describe_strictest(table: pd.DataFrame) -> Said:
    """Precision and recall of the tool against the strictest reference of each: that against which it does worst."""
    strictest = table.loc[_strictest(table)]
    parts = ((label, strictest[strictest["measure"] == label.lower()]) for label in ("Precision", "Recall"))
    return Said("\n\n".join(describe_measured(part, label, "estimate", "ci_low", "units") for label, part in parts))


def _strictest(measures: pd.DataFrame) -> pd.Index:
    """Of each measure the row of the reference against which the tool does worst."""
    worst = measures.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    return worst.drop_duplicates(["about", "name", "measure"]).sort_index().index


def describe_errors(table: pd.DataFrame) -> Said:
    """Whether the tool errs alike in all outlets, from what `compare.correction.error_differences` gives or refuses."""
    known = table[table["p"].notna()]
    if known.empty:
        refused = table.get("status", pd.Series(dtype="str"))
        few = f"in no feature and voice were {FEWEST_CODED} sentences of two outlets coded"
        return Said.plain(f"Whether the tool errs alike in all outlets cannot be told: {' '.join(refused) or few}.")
    apart = known[known["p"].astype(float) < ALPHA].sort_values("p")
    said = listed((f"{row['feature']}, {row['voice']} ({row['lowest']} to {row['highest']})"
                   for row in apart.to_dict("records")), 8)  # fmt: skip
    more = f": {said}. Contrasts of these need the correction" if said else ""
    return Said.plain(
        f"Errors of the tool compared between outlets in {count(len(known), 'cell')} (feature, section, voice); "
        f"unlike, p < {ALPHA:.2g} without adjustment: {len(apart):,}{more}. Coders' counts over the tool's are given."
    )
