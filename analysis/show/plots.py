"""The figures of a study by name, each with its question, caption and alt text: `fa.plot` is this module.

Every function takes a study and gives a `figures.Plot`, which shows itself in a notebook and is exported by ``save``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.compare.rates import rates as compare_rates
from analysis.compare.sensitivity import ALPHA
from analysis.show.drawing import (
    PANELS,
    draw_heatmap,
    draw_over_time,
    draw_points,
    draw_positions,
    draw_shares,
    draw_timeline,
)
from analysis.show.figures import COLUMN, NOTHING, PAGE, Plot
from analysis.show.findings import count, development_note, sample_size, say_changes, say_shares
from analysis.show.plotted import (
    COMPARED,
    LAST,
    STANCES,
    UNKNOWN,
    VOICES,
    arrange,
    attempt,
    attributions,
    copy_table,
    coverage_table,
    cue_scores,
    drive_table,
    in_order,
    length_table,
    name_changes,
    name_outlets,
    position_table,
    select_changes,
    select_drive,
    select_rates,
    select_terms,
    select_within,
    share_table,
    source_table,
    speaker_table,
    timeline_table,
    voice_ignored_table,
)
from analysis.tables import not_among

#: The unit of rates in a voice, as an axis says it.
OF_VOICE = "mentions per 1,000 words of that voice"
#: Mentions from which a rate is worth a mark of its own: below, its interval runs out of every drawing.
ENOUGH = 5
#: Agreement that Krippendorff (2004) asks for, for tentative and for firm conclusions.
TENTATIVE, FIRM = 0.667, 0.8


class HasTables(Protocol):
    """What figures need of a study: its tables, and what is computed from them when asked for."""

    seed: int
    lexicon: Any
    actors: pd.DataFrame | None

    @property
    def articles(self) -> pd.DataFrame: ...

    @property
    def quotations(self) -> pd.DataFrame: ...

    @property
    def mentions(self) -> pd.DataFrame: ...

    @property
    def scores(self) -> pd.DataFrame: ...

    @property
    def events(self) -> pd.DataFrame: ...

    @property
    def matter(self) -> Any: ...

    @property
    def rates(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def contrasts(self) -> Callable[..., pd.DataFrame]: ...

    @property
    def once(self) -> Callable[[Any, Callable[[], pd.DataFrame]], pd.DataFrame]: ...

    @property
    def distinctive_words(self) -> Callable[..., pd.DataFrame]: ...


def _plot(
    study: HasTables, notebook: str, name: str, figure: Any, data: pd.DataFrame, title: str, caption: str, alt: str,
    why: str = NOTHING,
) -> Plot:  # fmt: skip
    n, note = sample_size(study.articles), development_note(study.articles)
    return Plot(name, figure, data, title, caption, alt, n=n, note=note, notebook=notebook, why=why)


def _highest(data: pd.DataFrame, value: str, *names: str) -> str:
    """The highest of what is drawn, for an alternative text."""
    known = data.dropna(subset=[value])
    if known.empty:
        return "Nothing could be estimated."
    row = known.sort_values(value, ascending=False, kind="stable").iloc[0]
    return f"Highest: {row[value]:.3g} ({', '.join(str(row[name]) for name in names)}).".replace("_", " ")


def _counted(data: pd.DataFrame, voice: str = "newsroom") -> pd.DataFrame:
    """The number of mentions behind the points of one voice, to be written behind the rows."""
    return data.assign(written=data["mentions"].map("{:,}".format).where(data["voice"] == voice, ""))


def _found(data: pd.DataFrame, column: str = "feature") -> pd.DataFrame:
    """Only what occurs: a panel without a mention says nothing."""
    return data[data.groupby(column)["mentions"].transform("sum") > 0] if len(data) else data


def timeline(study: HasTables) -> Plot:
    """When each outlet's articles were published, and whose copy they are."""
    data = timeline_table(name_outlets(study.articles))
    return _plot(
        study, "01_articles", "corpus_timeline", draw_timeline(data), data,
        "When were the articles published, and whose copy are they?",
        "A mark is a day (in large corpora a month), the larger the more articles (in brackets: all of them).",
        f"Marks on a time line, a row an outlet. {_highest(data, 'articles', 'outlet', 'published')}",
    )  # fmt: skip


def lengths(study: HasTables) -> Plot:
    """How long the articles of each outlet are."""
    data = length_table(name_outlets(study.articles))
    return _plot(
        study, "01_articles", "article_lengths",
        draw_points(data, "median", "outlet", "words per article", low="low", high="high"), data,
        "How long are the articles of each outlet?",
        "Points are medians, lines reach from the 10th to the 90th percentile (of few articles, from end to end).",
        f"A point with a line an outlet. {_highest(data, 'median', 'outlet')}",
    )  # fmt: skip


def features(study: HasTables) -> Plot:
    """Every feature in every outlet, in whosever voice: a shaded table."""
    data = _found(select_rates(study.rates(copies="all", most=True), _features(study), voices=["all"]))
    return _plot(
        study, "02_framing_features", "outlet_features", draw_heatmap(data), data,
        "How often does each outlet print each feature, in whosever voice?",
        "Mentions per 1,000 words of bodies (in brackets their number), from white, a feature's lowest rate, to dark.",
        f"A shaded table of outlets by features. {_highest(data, 'per_1000', 'feature', 'outlet')}",
    )  # fmt: skip


def positions(study: HasTables) -> Plot:
    """Where along the text the markers fall."""
    data = position_table(study.mentions, study.articles)
    counted = study.mentions[~study.mentions["negated"]]
    return _plot(
        study, "02_framing_features", "marker_positions", draw_positions(data), data,
        "Where in the articles do the markers fall, and in whose voice?",
        "Each mark is a marker in its place (of more than 20 articles: markers per article in each tenth of the text).",
        "Markers along the text, by voice. " + say_shares(share_table(counted, "feature", "voice", VOICES), 1),
    )  # fmt: skip


def rates(study: HasTables, by: str = "outlet", features: Sequence[str] | None = None) -> Plot:
    """Rates, a panel for each feature asked for, by outlet or by origin (agency copy counted for the agency).

    Features are drawn for the newsroom's own voice, with the number of its mentions, and for all voices.
    """
    data = _counted(_found(rates_table(study, by, features)))
    title, caption = {
        "outlet": ("printed by each outlet", "Bodies, with 95 % intervals (hollow: too few articles for one); "
                   "behind the rows, mentions in the newsroom's own voice."),
        "origin": ("written by each origin", "As by outlet, but agency copy counts for the agency that wrote it, and "
                   "identical text once."),
    }[by]  # fmt: skip
    return _plot(
        study, "03_outlet_comparison", f"rates_by_{by}",
        draw_points(data, "per_1000", "outlet", OF_VOICE, series="voice", panel="feature", written="written"), data,
        f"How often is each feature {title}, and in whose voice?", caption,
        f"A panel of points a feature, a row each {by}. {_highest(data, 'per_1000', 'feature', 'outlet', 'voice')}",
    )  # fmt: skip


def rates_table(study: HasTables, by: str = "outlet", features: Sequence[str] | None = None) -> pd.DataFrame:
    """What `rates` draws: by outlet everything that was printed, by origin what was written."""
    if by not in (copies_of := {"outlet": "all", "origin": "once"}):
        raise not_among("by", by, copies_of)
    copies = copies_of[by]
    table = study.rates(by=by, copies=copies, most=True)
    return select_rates(table, features or _features(study), voices=["newsroom", "all"])


def feature(
    study: HasTables, name: str, by: str = "outlet", voices: tuple[str, ...] = ("newsroom", "all"),
    events: Mapping[str, str] | None = None,
) -> Plot:  # fmt: skip
    """One feature: by outlet, by a group of outlets, or over time by outlet (`by` "year", "month" or "week").

    Over time `events` of the story can be marked: a word for each day, ``{"2018-03-24": "denial"}``.
    """
    data = in_order(study.rates(name, by=by, most=True), "voice", voices)
    data = data[(data["section"] == "body") & (data["articles"] > 0)]
    row = by if by in data else "outlet"  # an origin, or the whole corpus, stands in the column of outlets
    data = data if row == "outlet" else data.dropna(subset=row)  # copies of an origin that is in no group
    label = f"{name.replace('_', ' ')}: {OF_VOICE}"
    caption = (
        f"Bodies, with 95 % intervals (hollow: too few articles for one); behind the rows, mentions ({voices[0]})."
    )
    if by in data and by != "outlet" and "outlet" in data:
        figure, how = draw_over_time(data, by, label, events), f"A line an outlet over time, by {by}."
        names = ["outlet", by, "voice"]
        left_out = data["outlet"].nunique() - PANELS
        largest = f"; the {PANELS} largest outlets, without {left_out:,} more" if left_out > 0 else ""
        caption = f"Bodies, the shade is a 95 % interval; in brackets, articles{largest}."
    else:
        data = _counted(in_order(arrange(data, row), "voice", voices) if row == "outlet" else data, voices[0])
        figure = draw_points(data, "per_1000", row, label, series="voice", written="written")
        how, names = f"A row of points each {by}.", [row, "voice"]
    return _plot(
        study, "", f"{name}_by_{by}", figure, data,
        f"How often is “{name.replace('_', ' ')}” printed, by {by.replace('_', ' ')}?",
        caption, f"{how} {_highest(data, 'per_1000', *names)}",
    )  # fmt: skip


def headlines(study: HasTables) -> Plot:
    """Headlines beside bodies, all articles together."""
    data = headline_table(study)
    return _plot(
        study, "03_outlet_comparison", "headline_body",
        draw_points(data, "per_1000", "feature", "mentions per 1,000 words", series="section"), data,
        "Do headlines mark what they tell as bodies do?",
        f"All articles and voices together, with 95 % intervals; only features with {ENOUGH} mentions in headlines.",
        f"Two points a feature. {_highest(data, 'per_1000', 'feature', 'section')}",
        why=f"No feature has {ENOUGH} mentions in headlines: too few to say how often headlines mark what they tell.",
    )  # fmt: skip


def headline_table(study: HasTables) -> pd.DataFrame:
    """What `headlines` draws: features with so many mentions in headlines that the interval of their rate tells."""
    data = select_rates(study.rates(by="corpus"), _features(study), ["headline", "body"], ["all"])
    many = data[(data["section"] == "headline") & (data["mentions"] >= ENOUGH)]["feature"]
    return data[data["feature"].isin(many)].reset_index(drop=True)


def matter(study: HasTables) -> Plot:
    """Whole articles beside the sentences that name the matter in dispute."""
    data = matter_table(study)
    return _plot(
        study, "03_outlet_comparison", "whole_against_matter",
        draw_points(data, "per_1000", "feature", OF_VOICE, series="part", panel="voice"), data,
        "Are the sentences on the matter in dispute marked otherwise than whole articles?",
        "All articles together: whole bodies, and only the sentences that name the matter, with 95 % intervals.",
        f"Two points a feature in each voice. {_highest(data, 'per_1000', 'feature', 'voice', 'part')}",
    )  # fmt: skip


def matter_table(study: HasTables) -> pd.DataFrame:
    """What `matter` draws: `part` is ``whole articles`` or ``sentences on the matter``."""
    parts = {"whole articles": study, "sentences on the matter": study.matter}
    tables = [
        select_rates(attempt(part.rates, by="corpus"), _features(study)).assign(part=name)
        for name, part in parts.items()
    ]
    return _found(pd.concat(tables, ignore_index=True))


def contrasts(study: HasTables) -> Plot:
    """What differs between outlets, with the numbers to cite; whether it does on the same events is `within_events`."""
    data = select_within(attempt(study.contrasts))
    data = data[data["comparison"] == COMPARED["all"]]
    data = data.assign(written=[_cited(row) for row in data.to_dict("records")])
    found = data["p_adjusted"].lt(ALPHA).any()
    return _plot(
        study, "03_outlet_comparison", "contrasts", _draw_contrasts(data), data,
        "Which outlets differ in their own voice?" if found else "How far might outlets differ in their own voice?",
        "How many times as often, in bodies, with 95 % intervals"
        + ("." if found else ": none of these differences is shown, and those nearest to it are drawn."),
        f"Ratios on a logarithmic axis with a line at 1. {_highest(data, 'ratio', 'contrast')}",
        why="No contrast has an interval: there are too few articles or mentions to compare outlets.",
    )  # fmt: skip


def _cited(row: Mapping[Any, Any]) -> str:
    """A ratio with its interval, as a paper cites it; of the raw comparison only, which the row is named after."""
    if row["comparison"] != COMPARED["all"]:
        return ""
    return f"{row['ratio']:.2g} ({row['low']:.2g} to {row['high']:.2g})"


def _draw_contrasts(data: pd.DataFrame) -> Any:
    """Ratios with their intervals, framing features before neutral attribution."""
    label = "times as often (newsroom's own voice)"
    limits = {"low": "low", "high": "high", "ratio": True, "written": "written", "width": PAGE}
    series = "comparison" if set(COMPARED.values()) <= set(data["comparison"]) else ""
    return draw_points(data, "ratio", "contrast", label, series, **limits)


def speakers(study: HasTables) -> Plot:
    """Who gets to speak: kinds of sources by outlet."""
    data = source_table(study.quotations, name_outlets(study.articles))
    return _plot(
        study, "04_who_is_speaking", "who_speaks",
        draw_shares(data, "per cent of attributions", "their number"), data,
        "Who gets to speak?",
        "Attributions whose source is told, by its kind: named or not, a person, office, group, medium or document.",
        "A bar an outlet, divided. " + say_shares(data, 1),
        why="The kinds of sources are not known: the quotations were found by an earlier version.",
    )  # fmt: skip


def sides(study: HasTables) -> Plot:
    """Whose words each outlet prints: the newsroom's and each side's."""
    data = speaker_table(attributions(study), name_outlets(study.articles))
    known = data[~data["who"].isin(["newsroom", UNKNOWN])]["count"].sum() > 0
    data = data if known else data.iloc[:0]
    return _plot(
        study, "04_who_is_speaking", "speaking_sides", draw_shares(data, "per cent of the words", "words"), data,
        "Whose words does each outlet print?",
        "Words of headlines and texts that are the newsroom's own, or attributed to a speaker of each side.",
        "A bar an outlet, divided. " + say_shares(data, 1),
        why="Nobody who speaks is on a side: name the sides in a table of actors.",
    )  # fmt: skip


def stances(study: HasTables) -> Plot:
    """With which cues each side gets to speak, or, where nobody is on a side, with which each outlet attributes."""
    cued = attributions(study).dropna(subset="cue")
    row = "side" if cued["side"].ne(UNKNOWN).any() else "outlet"
    if row == "outlet":
        cued = cued.merge(name_outlets(study.articles)[["article_id", "outlet"]], on="article_id")
    data = share_table(cued, row, "stance", STANCES)
    return _plot(
        study, "04_who_is_speaking", "cue_stance_by_side",
        draw_shares(data, "per cent of attributions with a cue", "their number"), data,
        f"With which cues does each {row} {'get to speak' if row == 'side' else 'attribute'}?",
        "Attributions by the stance of their cue: said, confirmed, claimed, denied, accused and their like.",
        f"A bar each {row}, divided. " + say_shares(data, 1),
    )  # fmt: skip


def cues(study: HasTables) -> Plot:
    """How often each outlet doubts, denies, accuses or endorses when it attributes."""
    scores, articles = cue_scores(attributions(study), study.articles), name_outlets(study.articles)
    data = select_rates(attempt(compare_rates, scores, articles, copies="all"), STANCES[1:], voices=["all"])
    data = data.assign(**data[["per_1000", "ci_low", "ci_high"]] / 10)
    data = _found(data).rename(columns={"per_1000": "per_100", "words": "attributions"})
    return _plot(
        study, "04_who_is_speaking", "cues_per_100",
        draw_points(data, "per_100", "outlet", "cues per 100 attributions", panel="feature"), data,
        "How often does each outlet endorse, doubt, deny or accuse when it attributes?",
        "With 95 % intervals (hollow: too few articles for one); in brackets, articles.",
        f"A panel of points a stance, a row an outlet. {_highest(data, 'per_100', 'feature', 'outlet')}",
        why="No cue takes a stand.",
    )  # fmt: skip


def voices(study: HasTables) -> Plot:
    """Whose voice carries each feature."""
    data = share_table(study.mentions[~study.mentions["negated"]], "feature", "voice", VOICES)
    return _plot(
        study, "04_who_is_speaking", "voice_of_features", draw_shares(data, "per cent of mentions", "mentions"), data,
        "Whose voice carries each feature?",
        "Mentions of each feature in headlines and bodies by the voice that encloses them.",
        "A bar a feature, divided. " + say_shares(data, 1),
    )  # fmt: skip


def shift(study: HasTables) -> Plot:
    """The newsroom's own rate beside that of all that is printed: what changes when the voice is known."""
    marked = [name for name in _features(study) if name != LAST]
    data = _found(select_rates(study.rates(copies="all", most=True), marked, voices=["newsroom", "all"]))
    return _plot(
        study, "04_who_is_speaking", "newsroom_against_all",
        draw_points(data, "per_1000", "feature", OF_VOICE, series="voice", panel="outlet"), data,
        "What changes when the voice is known?",
        "Bodies without neutral attribution, with 95 % intervals (hollow: too few articles for one).",
        f"A panel of points an outlet, a row a feature. {_highest(data, 'per_1000', 'feature', 'outlet', 'voice')}",
    )  # fmt: skip


def shared_events(study: HasTables) -> Plot:
    """How much of what an outlet tells others tell too."""
    data = coverage_table(study.events, study.articles)
    return _plot(
        study, "05_same_story", "shared_events", draw_shares(data, "per cent of its articles", "articles"), data,
        "How much of what an outlet tells do others tell too?",
        "Articles by outlet: on events of its own, on events that another outlet tells too, and copies.",
        "A bar an outlet, divided. " + say_shares(data, 1),
        why=_nothing_shared(study),
    )  # fmt: skip


def _nothing_shared(study: HasTables) -> str:
    """Why no bar is drawn, with the number of copies."""
    copied = len(copy_table(study.events, study.articles))
    copies = f", {copied:,} of them in another's words" if copied else ""
    return f"No event is told by two outlets: each of {count(len(study.articles), 'article')} tells its own{copies}."


def within_events(study: HasTables) -> Plot:
    """The clearest contrasts that can be held within events, beside the same over all articles."""
    data = select_within(attempt(study.contrasts))
    both = data.groupby("contrast")["comparison"].transform("nunique") > 1
    data = data[both].assign(written=[_cited(row) for row in data[both].to_dict("records")])
    return _plot(
        study, "05_same_story", "within_events", _draw_contrasts(data), data,
        "Do the clearest contrasts hold on the same events?",
        "How many times as often, in bodies: all articles (with the numbers) and the same events only; 95 % intervals.",
        f"Two points a contrast on a logarithmic axis. {_highest(data, 'ratio', 'contrast', 'comparison')}",
        why="None of the clearest contrasts has an interval within events: too few events are told by both sides.",
    )  # fmt: skip


def voice_ignored(study: HasTables) -> Plot:
    """Which differences between outlets are found in their own voice only, and which only where voice is ignored."""
    table = voice_ignored_table(study.contrasts())
    data = select_changes(table)
    data = data.assign(written=data["change"].where(data["voice"] == "newsroom", ""))
    return _plot(
        study, "08_us_news", "voice_ignored",
        draw_points(data, "ratio", "contrast", "times the typical outlet's rate", "voice", low="low", high="high",
                    ratio=True, written="written", width=COLUMN), data,
        "What changes when voice is ignored?",
        "Shrunken ratios with 95 % intervals, in the outlet's own voice and in all voices together. By adjusted p a "
        "finding is lost, new, turned or kept where voice is ignored: the clearest of each.",
        f"Two points a row, own voice and all voices. {say_changes(table)}",
        why="No outlet is compared with a typical one: there are six or fewer.",
    )  # fmt: skip


def hanging(study: HasTables) -> pd.DataFrame:
    """What the clearest contrasts hang on: `plotted.drive_table` of a study."""
    found = attempt(study.contrasts)
    make = partial(drive_table, study.mentions, study.scores, study.articles, found, study.events)
    return study.once("hanging", make)


def sensitivity(study: HasTables) -> Plot:
    """What moves the clearest contrast most: words and articles left out, other voices, copies."""
    data = select_drive(name_changes(hanging(study), study.articles, study.mentions))
    data = data.assign(written=[f"{row.rate_ratio:.2g}" for row in data.itertuples()])
    return _plot(
        study, "05_same_story", "sensitivity",
        draw_points(data, "rate_ratio", "row", "times as often", ratio=True, written="written", width=PAGE), data,
        "What does the contrast hang on? " + "; ".join(data["contrast"].str.replace("_", " ").unique()),
        "What moves the clearest contrast most: ratios as counted, not drawn towards 1, with 95 % intervals if known.",
        f"Points on a logarithmic axis, a row a change. {_highest(data, 'rate_ratio', 'row')}",
        why="There is no contrast of which anything could be left out.",
    )  # fmt: skip


def names(study: HasTables) -> Plot:
    """What each outlet calls somebody: the features of a lexicon of names, in all voices."""
    data = _found(select_rates(study.rates(copies="all", most=True), _features(study), voices=["all"]))
    return _plot(
        study, "05_same_story", "naming_choices", draw_heatmap(data), data,
        "What does each outlet call the groups?",
        "Mentions per 1,000 words of bodies in all voices (in brackets their number), darkest at a name's highest.",
        f"A shaded table of outlets by names. {_highest(data, 'per_1000', 'feature', 'outlet')}",
    )  # fmt: skip


def distinctive_words(study: HasTables, voice: str = "newsroom") -> Plot:
    """The words and pairs of words that set outlets apart in a voice."""
    data = select_terms(study.distinctive_words(voice))
    title, where = {
        "newsroom": ("Which words does each newsroom use more than the others?", "The newsroom's own voice"),
        "reported": (
            "With which words does each outlet report more than the others?",
            "Reported, without quotation marks",
        ),
        "quoted": ("Which words do those whom an outlet quotes use more than others?", "Inside quotation marks"),
    }[voice]
    figure = draw_points(
        data, "times", "row", "odds over those of all others", low="times_low", high="times_high", ratio=True
    )
    return _plot(
        study, "06_distinctive_language", f"distinctive_{voice}", figure, data, title,
        f"{where}: odds shrunk towards 1, adjusted p below 0.05, with 95 % intervals.",
        f"Points on a logarithmic axis, a row a word. {_highest(data, 'times', 'row')}",
        why="No word or pair of words sets one outlet apart from the others.",
    )  # fmt: skip


def coder_agreement(measures: pd.DataFrame) -> Plot:
    """How far coders agree: `measures` of `agreement.compare_coders`."""
    alpha = measures[(measures["reference"] == "coders") & (measures["measure"] == "alpha")]
    data = alpha.assign(name=alpha["name"].where(alpha["about"] == "feature", "voice")).dropna(subset="estimate")
    return Plot(
        "coder_agreement",
        draw_points(
            data, "estimate", "name", "Krippendorff's alpha", ends=_ends(data, TENTATIVE), lines=(TENTATIVE, FIRM),
        ), data,
        "Do coders agree on what has a feature, and on whose voice it is in?",
        f"With 95 % intervals over articles (hollow: too few for one) and lines at {TENTATIVE} and {FIRM}, the least "
        "for tentative and for firm conclusions.",
        f"Points a feature. {_highest(data, 'estimate', 'name')}",
        n=f"n = {data['units'].head(1).sum():,} sentences coded by two", notebook="07_validation",
        why="Nothing was coded by two.",
    )  # fmt: skip


def tool_against_coders(measures: pd.DataFrame) -> Plot:
    """How much of what coders find the tool finds: `measures` of `agreement.compare_coders`."""
    data = measures[(measures["reference"] != "coders") & (measures["about"] == "feature")]
    most = data["units"].max() if len(data) else 0
    return Plot(
        "tool_against_coders",
        draw_points(data, "estimate", "name", "share", series="reference", panel="measure", columns=3,
                    ends=_ends(data)), data,
        "How much of what coders find does the tool find?",
        "Precision, recall and F1 by feature, against each coder and what coders agree on, with 95 % intervals.",
        f"A panel of points a measure. {_highest(data, 'estimate', 'measure', 'name')}",
        n=f"n = {most:,} sentences or fewer behind each point", notebook="07_validation",
    )  # fmt: skip


def precision(data: pd.DataFrame) -> Plot:
    """How often a mention is what its feature says, from `agreement.precision_table`."""
    figure = draw_points(
        data, "precision", "feature", "share of mentions that are right", ends=_ends(data, value="precision")
    )
    return Plot(
        "precision", figure, data,
        "How often is a mention what its feature says?",
        "Mentions of each feature on unseen US news judged right, with 95 % intervals (Wilson).",
        f"A row a feature. {_highest(data, 'precision', 'feature')}",
        n=f"n = {data['judged'].sum():,} mentions judged by one coder, who also wrote the lexicon",
        notebook="07_validation",
    )  # fmt: skip


def _ends(data: pd.DataFrame, least: float = 0.9, value: str = "estimate") -> tuple[float, float]:
    """An axis of shares that ends at 1 and begins below the least of what is drawn."""
    least = float(np.fmin.reduce(data[[value, "ci_low"]].to_numpy(float), axis=None, initial=least))
    return math.floor(10 * least) / 10 - 0.02, 1.02


def _features(study: HasTables) -> list[str]:
    return study.lexicon.features["feature"].tolist()
