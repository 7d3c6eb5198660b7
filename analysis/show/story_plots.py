"""Tables behind the figures of events, copies, distinctive words and validity; `plots` draws nearly all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.compare.rates import assign_sources
from analysis.compare.sensitivity import ALPHA, sensitivity
from analysis.show.figures import in_style
from analysis.show.plots import draw_points, in_order, name_outlets, select_contrasts, share_table
from analysis.tables import read_table, round_significant
from analysis.validate.agreement import compare_coders, precision_table
from analysis.validate.sheets import find_key, read_sheet

#: An article's event is told by nobody else, by another outlet too, or in another's words.
TOLD = ("told by it alone", "told by other outlets too", "copy of another's text")
#: The raw comparison and the one within events, as a figure names them.
COMPARED = {"rest": "all articles", "within-event": "the same events only"}
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
    """The clearest contrasts against the rest, each beside the same contrast within events.

    Where any has an adjusted p below 0.05 only these are taken, and first those that could be held within events.

    Returns
    -------
    DataFrame
        Columns of `contrasts`, and `comparison` (`COMPARED`); `contrast` is outlet and feature.
    """
    own = contrasts[(contrasts["voice"] == "newsroom") & (contrasts["section"] == "body")]
    within = own[(own["contrast"] == "within-event") & (own["outlet_b"] == "rest")]
    known = select_contrasts(contrasts, len(contrasts))
    found = known[known["p_adjusted"] < ALPHA]
    known = found if len(found) else known
    both = known[["outlet_a", "feature"]].merge(within, "left")
    order = both["p"].isna().sort_values(kind="stable").index[:most]
    parts = {"rest": known, "within-event": both.assign(contrast=known["contrast"])}
    table = pd.concat([part.loc[order].assign(comparison=COMPARED[name]) for name, part in parts.items()])
    return table[table["rate_ratio"].between(0, np.inf, inclusive="neither")].reset_index(drop=True)


def drive_table(
    mentions: pd.DataFrame, scores: pd.DataFrame, articles: pd.DataFrame, contrasts: pd.DataFrame,
    events: pd.DataFrame, most: int = 6, seed: int = 0,
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
        sensitivity(mentions, scores, articles, feature, outlet, events=events, seed=seed).assign(contrast=name)
        for feature, outlet, name in zip(known["feature"], known["outlet_a"], known["contrast"], strict=True)
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


def calibration_table(path: str | Path, voice: str = "newsroom", split: str = "random") -> pd.DataFrame:
    """False alarms between halves of one outlet, from the table that `benchmarks/calibration.py` writes.

    Returns
    -------
    DataFrame
        `feature`, `size`, `test` (ours, G2), `per_cent` (mean over outlets), `lowest`, `highest` (outlet), `halves`.
    """
    tests = {"false_alarms": "this project", "false_alarms_g2": "G2 on pooled words"}
    raw = read_table(path).rename(columns=tests)
    raw = raw[(raw["voice"] == voice) & (raw["split"] == split)].astype({"articles": int, "halves": int})
    table = raw.melt(["articles", "feature", "halves"], list(tests.values()), "test")
    table["value"] = 100 * table["value"].astype(float)
    table["size"] = table["articles"].map("{0} + {0} articles".format)
    grouped = table.sort_values("articles", kind="stable").groupby(["size", "feature", "test"], sort=False)["value"]
    found = grouped.agg(per_cent="mean", lowest="min", highest="max").reset_index()
    return found.assign(halves=grouped.size().to_numpy() * raw["halves"].max())


@in_style
def draw_calibration(table: pd.DataFrame) -> Figure:
    """False alarms by feature, ours beside G2, from `calibration_table`; the line is what p < 0.05 promises."""
    label = "false alarms, per cent of comparisons of an outlet with itself"
    figure = draw_points(table, "per_cent", "feature", label, "test", "size", "lowest", "highest", columns=3)
    for ax in figure.axes:
        ax.axvline(100 * ALPHA, color="#444444", lw=0.8, zorder=0.5)
    return figure


def compare_sheets(folder: str | Path, pattern: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `compare_coders` measures, and the disagreements, of the sheets in a folder; empty where there are none."""
    paths = [path for path in sorted(Path(folder).glob(pattern)) if not path.name.endswith(".key.csv")]
    if not paths:
        return pd.DataFrame(columns=MEASURES), pd.DataFrame()
    key = find_key(paths[0])
    return compare_coders([read_sheet(path) for path in paths], read_table(key) if key else None)


def missed_table(recall: pd.DataFrame) -> pd.DataFrame:
    """Of sentences read that have a related word and no mention: `read`, `missed`, `per_cent` with an interval."""
    found = precision_table(recall.assign(verdict=recall["missed"]))
    found = found.rename(columns={"judged": "read", "right": "missed"})
    return found.assign(**(100 * found[["precision", "ci_low", "ci_high"]])).rename(columns={"precision": "per_cent"})


def reading_table(sheet: pd.DataFrame, articles: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """A reading of articles, marker by marker, against what the tool found in them.

    Parameters
    ----------
    sheet : DataFrame
        `article`, `section`, `context` (a stretch that occurs once), `match` (in it), `feature`, `voice`.
    articles, mentions : DataFrame
        As `score` gives them.

    Returns
    -------
    DataFrame
        By `feature`: `coded`, `found` (of these), `voice_right` (of the found), `by_tool`, `not_coded` (of the tool's).
    """
    coded = sheet.rename(columns={"article": "article_id"})
    coded = coded.merge(articles[["article_id", "headline", "text"]], "left").assign(row=range(len(sheet)))
    coded["head"] = coded["section"] == "headline"
    whole = coded["headline"].where(coded["head"], coded["text"])
    coded["begin"] = [t.index(c) + c.index(m) for t, c, m in zip(whole, coded["context"], coded["match"], strict=True)]
    found = mentions.assign(head=mentions["section"] == "headline", place=range(len(mentions)))
    both = coded.merge(found, on=["article_id", "feature", "head"], suffixes=("_coded", ""))
    both = both[(both["start"] < both["begin"] + both["match_coded"].str.len()) & (both["end"] > both["begin"])]
    first = both.drop_duplicates("row")
    counts = {"coded": sheet["feature"], "found": first["feature"],
              "voice_right": first["feature"][first["voice"] == first["voice_coded"]], "by_tool": mentions["feature"],
              "not_coded": found["feature"][~found["place"].isin(both["place"])]}  # fmt: skip
    table = pd.DataFrame({name: column.value_counts() for name, column in counts.items()})
    return table.fillna(0).astype("int64").rename_axis("feature").reset_index()
