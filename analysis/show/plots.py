"""The figures of a study by name, each with its question, caption and alt text: `fa.plot` is this module.

Every function takes a study and gives a `figures.Plot`, which shows itself in a notebook and is exported by ``save``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pandas as pd

from analysis.compare.rates import rates as compare_rates
from analysis.show.drawing import draw_heatmap, draw_over_time, draw_points, draw_positions, draw_shares, draw_timeline
from analysis.show.figures import Plot
from analysis.show.findings import development_note, sample_size, say_rates, say_shares
from analysis.show.plotted import (
    STANCES,
    VOICES,
    attempt,
    attribution_table,
    coverage_table,
    cue_scores,
    drive_table,
    in_order,
    length_table,
    name_outlets,
    position_table,
    select_contrasts,
    select_drive,
    select_rates,
    select_terms,
    select_within,
    share_table,
    speaker_table,
    timeline_table,
)

#: The unit of rates in a voice, as an axis says it.
OF_VOICE = "mentions per 1,000 words of that voice"


class Study(Protocol):
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
    def distinctive_words(self) -> Callable[..., pd.DataFrame]: ...


def _plot(study: Study, notebook: str, name: str, figure: Any, data: pd.DataFrame, *said: str) -> Plot:
    articles = study.articles
    return Plot(name, figure, data, *said, n=sample_size(articles), note=development_note(articles), notebook=notebook)


def timeline(study: Study) -> Plot:
    """When each outlet's articles were published, and whose copy they are."""
    data = timeline_table(name_outlets(study.articles))
    return _plot(
        study, "01_articles", "corpus_timeline", draw_timeline(data), data,
        "When were the articles published, and whose copy are they?",
        "A mark is a day (in large corpora a month), the larger the more articles; dates far off stand at the edge. In "
        "brackets: articles.",
        "Marks along a time line, a row for each outlet. "
        + say_rates(data, "articles", ["outlet", "published"], "number of articles at once"),
    )  # fmt: skip


def lengths(study: Study) -> Plot:
    """How long the articles of each outlet are."""
    data = length_table(name_outlets(study.articles))
    return _plot(
        study, "01_articles", "article_lengths",
        draw_points(data, "median", "outlet", "words per article", low="low", high="high"), data,
        "How long are the articles of each outlet?",
        "Point: median; line: from the 10th to the 90th percentile (with few articles, from the shortest to the "
        "longest).",
        "A point with a line for each outlet. " + say_rates(data, "median", ["outlet"], "median number of words"),
    )  # fmt: skip


def features(study: Study) -> Plot:
    """Every feature in every outlet, in whosever voice: a shaded table."""
    data = select_rates(study.rates(copies="all", most=True), _features(study), voices=["all"])
    return _plot(
        study, "02_framing_features", "outlet_features", draw_heatmap(data), data,
        "How often does each outlet print each feature, in whosever voice?",
        "Mentions per 1,000 words of the body, in brackets their number; darkest is the highest rate of each feature.",
        "A table of outlets by features, shaded. "
        + say_rates(data, "per_1000", ["feature", "outlet"], "per 1,000 words"),
    )  # fmt: skip


def positions(study: Study) -> Plot:
    """Where along the text the markers fall."""
    data = position_table(study.mentions, study.articles)
    counted = study.mentions[~study.mentions["negated"]]
    return _plot(
        study, "02_framing_features", "marker_positions", draw_positions(data), data,
        "Where in the articles do the markers fall, and in whose voice?",
        "Up to 20 articles: a line each, a mark for each marker. More: markers per article in each tenth of the text.",
        "Markers along the text, by voice. In all: " + say_shares(share_table(counted, "feature", "voice", VOICES)),
    )  # fmt: skip


def rates(study: Study, by: str = "outlet") -> Plot:
    """Rates of all features, a panel each, by outlet or by origin (agency copy counted for the agency)."""
    data = rates_table(study, by)
    title, caption = {
        "outlet": ("printed by each outlet", "Body, with 95 % intervals; hollow: too few articles for an interval. In "
                   "brackets: articles."),
        "origin": ("written by each origin", "As by outlet, but agency copy counts for the agency that wrote it, and "
                   "identical text once."),
    }[by]  # fmt: skip
    return _plot(
        study, "03_outlet_comparison", f"rates_by_{by}",
        draw_points(data, "per_1000", "outlet", OF_VOICE, series="voice", panel="feature"), data,
        f"How often is each feature {title}, and in whose voice?", caption,
        f"A panel of points for each feature, a row for each {by}. "
        + say_rates(data, "per_1000", ["feature", "outlet", "voice"], "per 1,000 words of that voice"),
    )  # fmt: skip


def rates_table(study: Study, by: str = "outlet") -> pd.DataFrame:
    """What `rates` draws: by outlet everything that was printed, by origin what was written."""
    copies = {"outlet": "all", "origin": "once"}[by]
    return select_rates(study.rates(by=by, copies=copies, most=True), _features(study))


def feature(study: Study, name: str, by: str = "outlet", voices: tuple[str, ...] = ("newsroom", "all")) -> Plot:
    """One feature: by outlet, by a group of outlets, or over time by outlet (`by` "year", "month" or "week")."""
    data = in_order(study.rates(name, by=by, most=True), "voice", voices)
    data = data[(data["section"] == "body") & (data["articles"] > 0)]
    label = f"{name.replace('_', ' ')}: {OF_VOICE}"
    if by in data and by != "outlet" and "outlet" in data:
        figure, how = draw_over_time(data, by, label), f"A line for each outlet over time, by {by}. "
        names = ["outlet", by, "voice"]
    else:
        figure, how, names = draw_points(data, "per_1000", by, label, series="voice"), f"A row for each {by}. ", [by]
    return _plot(
        study, "", f"{name}_by_{by}", figure, data,
        f"How often is “{name.replace('_', ' ')}” printed, by {by.replace('_', ' ')}?",
        "Body, with 95 % intervals; hollow: too few articles for an interval.",
        how + say_rates(data, "per_1000", names, "per 1,000 words of that voice"),
    )  # fmt: skip


def headlines(study: Study) -> Plot:
    """Headlines beside bodies, all articles together."""
    data = headline_table(study)
    return _plot(
        study, "03_outlet_comparison", "headline_body",
        draw_points(data, "per_1000", "feature", "mentions per 1,000 words", series="section"), data,
        "Do headlines mark what they tell as bodies do?",
        "All articles and voices together, with 95 % intervals (an arrow: it runs on).",
        "Two points for each feature. " + say_rates(data, "per_1000", ["feature", "section"], "per 1,000 words"),
    )  # fmt: skip


def headline_table(study: Study) -> pd.DataFrame:
    """What `headlines` draws."""
    return select_rates(study.rates(by="corpus"), _features(study), ["headline", "body"], ["all"])


def matter(study: Study) -> Plot:
    """Whole articles beside the sentences that name the matter in dispute."""
    data = matter_table(study)
    return _plot(
        study, "03_outlet_comparison", "whole_against_matter",
        draw_points(data, "per_1000", "feature", OF_VOICE, series="part", panel="voice"), data,
        "Are the sentences on the matter in dispute marked otherwise than whole articles?",
        "All articles together: whole bodies, and only the sentences that name the matter, with 95 % intervals.",
        "Two points for each feature in each of three voices. "
        + say_rates(data, "per_1000", ["feature", "voice", "part"], "per 1,000 words of that voice"),
    )  # fmt: skip


def matter_table(study: Study) -> pd.DataFrame:
    """What `matter` draws: `part` is ``whole articles`` or ``sentences on the matter``."""
    parts = {"whole articles": study, "sentences on the matter": study.matter}
    tables = [
        select_rates(attempt(part.rates, by="corpus"), _features(study)).assign(part=name)
        for name, part in parts.items()
    ]
    return pd.concat(tables, ignore_index=True)


def contrasts(study: Study) -> Plot:
    """The contrasts of the declared family, the clearest first."""
    data = select_contrasts(attempt(study.contrasts))
    return _plot(
        study, "03_outlet_comparison", "contrasts",
        draw_points(data, "shown_ratio", "contrast", "ratio of rates (newsroom's voice)", low="shown_low",
                    high="shown_high", ratio=True), data,
        "Which outlets differ in their own voice?",
        "Body, newsroom's voice, with 95 % intervals, the clearest first; hollow: too little for an interval.",
        "Ratios on a logarithmic axis with a line at 1. " + say_rates(data, "shown_ratio", ["contrast"], "ratio"),
    )  # fmt: skip


def sides(study: Study) -> Plot:
    """Whose words each outlet prints: the newsroom's and each side's."""
    data = speaker_table(attributions(study), name_outlets(study.articles))
    return _plot(
        study, "04_who_is_speaking", "speaking_sides", draw_shares(data, "per cent of the words", "words"), data,
        "Whose words does each outlet "
        "print?",
        "Share of the words of headlines and texts that are the newsroom's own, or attributed to a speaker of "
        "each side.",
        "A bar for each outlet, divided. " + say_shares(data),
    )  # fmt: skip


def attributions(study: Study) -> pd.DataFrame:
    """One row an attribution of a study: `plotted.attribution_table`."""
    return attribution_table(study.quotations, study.articles, study.actors)


def stances(study: Study) -> Plot:
    """With which cues each side gets to speak."""
    data = share_table(attributions(study).dropna(subset="cue"), "side", "stance", STANCES)
    return _plot(
        study, "04_who_is_speaking", "cue_stance_by_side",
        draw_shares(data, "per cent of attributions with a cue", "attributions"), data,
        "With which cues does each side get to speak?",
        "Attributions of each side by the stance of the cue: said, confirmed, claimed, denied, accused and their like.",
        "A bar for each side, divided. " + say_shares(data),
    )  # fmt: skip


def cues(study: Study) -> Plot:
    """How often each outlet doubts, denies, accuses or endorses when it attributes."""
    scores, articles = cue_scores(attributions(study), study.articles), name_outlets(study.articles)
    data = select_rates(attempt(compare_rates, scores, articles, copies="all"), STANCES, voices=["all"])
    data = data.assign(**data[["per_1000", "ci_low", "ci_high"]] / 10)
    data = data.rename(columns={"per_1000": "per_100", "words": "attributions"})
    return _plot(
        study, "04_who_is_speaking", "cues_per_100",
        draw_points(data, "per_100", "outlet", "cues per 100 attributions", panel="feature", columns=5), data,
        "How often does each outlet doubt, deny, accuse or endorse when it attributes?",
        "With 95 % intervals; hollow: too few articles for an interval. In brackets: articles.",
        "A panel of points for each stance, a row for each outlet. "
        + say_rates(data, "per_100", ["feature", "outlet"], "per 100 attributions"),
    )  # fmt: skip


def voices(study: Study) -> Plot:
    """Whose voice carries each feature."""
    data = share_table(study.mentions[~study.mentions["negated"]], "feature", "voice", VOICES)
    return _plot(
        study, "04_who_is_speaking", "voice_of_features", draw_shares(data, "per cent of mentions", "mentions"), data,
        "Whose voice carries each feature?",
        "Mentions of each feature in headlines and bodies by the voice that encloses them.",
        "A bar for each feature, divided. " + say_shares(data),
    )  # fmt: skip


def shift(study: Study) -> Plot:
    """The newsroom's own rate beside that of all that is printed: what changes when the voice is known."""
    marked = [name for name in _features(study) if name != "attribution"]
    data = select_rates(study.rates(copies="all", most=3), marked, voices=["newsroom", "all"])
    return _plot(
        study, "04_who_is_speaking", "newsroom_against_all",
        draw_points(data, "per_1000", "feature", OF_VOICE, series="voice", panel="outlet"), data,
        "What changes when the voice is known?",
        "Neutral attribution left out; with 95 % intervals, hollow where there is none.",
        "A panel of points for each outlet, a row for each feature. "
        + say_rates(data, "per_1000", ["feature", "outlet", "voice"], "per 1,000 words of that voice"),
    )  # fmt: skip


def shared_events(study: Study) -> Plot:
    """How much of what an outlet tells others tell too."""
    data = coverage_table(study.events, study.articles)
    return _plot(
        study, "05_same_story", "shared_events", draw_shares(data, "per cent of its articles", "articles"), data,
        "How much of what an outlet tells do others tell too?",
        "Articles by outlet: on events of its own, on events that another outlet tells too, and copies.",
        "A bar for each outlet, divided. " + say_shares(data),
    )  # fmt: skip


def within_events(study: Study) -> Plot:
    """The clearest contrasts beside the same contrasts within events."""
    data = select_within(attempt(study.contrasts))
    return _plot(
        study, "05_same_story", "within_events",
        draw_points(data, "rate_ratio", "contrast", "ratio of rates (newsroom's voice)", "comparison", ratio=True),
        data,
        "Do the clearest contrasts hold on the same events?",
        "Body, newsroom's voice, 95 % intervals (an arrow: it runs on); hollow: too little for an interval.",
        "Two points for each contrast on a logarithmic axis. "
        + say_rates(data, "rate_ratio", ["contrast", "comparison"], "ratio"),
    )  # fmt: skip


def hanging(study: Study) -> pd.DataFrame:
    """What the clearest contrasts hang on: `plotted.drive_table` of a study."""
    found = attempt(study.contrasts)
    return drive_table(study.mentions, study.scores, study.articles, found, study.events)


def sensitivity(study: Study) -> Plot:
    """What moves the clearest contrast most: entries, articles, voices, copies."""
    data = select_drive(hanging(study))
    return _plot(
        study, "05_same_story", "sensitivity",
        draw_points(data, "rate_ratio", "what", "ratio of rates", ratio=True), data,
        "What does the contrast hang on? " + "; ".join(data["contrast"].str.replace("_", " ").unique()),
        "The clearest contrast, and what moves it most, with 95 % intervals; hollow: too little for an interval.",
        "Points on a logarithmic axis, a row for each change. " + say_rates(data, "rate_ratio", ["what"], "ratio"),
    )  # fmt: skip


def names(study: Study) -> Plot:
    """What each outlet calls somebody: the features of a lexicon of names, in all voices."""
    data = select_rates(study.rates(copies="all", most=True), _features(study), voices=["all"])
    return _plot(
        study, "05_same_story", "naming_choices", draw_heatmap(data), data,
        "What does each outlet call the "
        "groups?",
        "Mentions per 1,000 words of the body, all voices; in brackets mentions. Darker: nearer the name's "
        "highest rate.",
        "A table of outlets by names. " + say_rates(data, "per_1000", ["feature", "outlet"], "per 1,000 words"),
    )  # fmt: skip


def distinctive_words(study: Study, voice: str = "newsroom") -> Plot:
    """The words and pairs of words that set outlets apart in a voice."""
    data = select_terms(study.distinctive_words(voice))
    title, where = {
        "newsroom": ("Which words does each newsroom use more than the others?", "The newsroom's own voice"),
        "quoted": ("Which words do those whom an outlet quotes use more than others?", "Inside quotation marks"),
    }[voice]
    figure = draw_points(
        data, "times", "row", "odds over those of all others", "", "", "times_low", "times_high", ratio=True
    )
    return _plot(
        study, "06_distinctive_language", f"distinctive_{voice}", figure, data, title,
        f"{where}, with 95 % intervals; adjusted p below 0.05, shrunk towards "
        f"1.",
        "Points on a logarithmic axis, a row for each word. "
        + say_rates(data, "times", ["row"], "odds over the others"),
    )  # fmt: skip


def coder_agreement(measures: pd.DataFrame) -> Plot:
    """How far coders agree: `measures` of `agreement.compare_coders`."""
    alpha = measures[(measures["reference"] == "coders") & (measures["measure"] == "alpha")]
    data = alpha.assign(name=alpha["name"].where(alpha["about"] == "feature", "voice"))
    return Plot(
        "coder_agreement", draw_points(data, "estimate", "name", "Krippendorff's alpha"), data,
        "Do coders agree on what has a feature, and on whose voice it is in?",
        "Krippendorff's alpha with 95 % intervals over articles; hollow: too few articles for an interval.",
        "Points for each feature. " + say_rates(data, "estimate", ["name"], "alpha"),
        n=f"n = {data['units'].head(1).sum():,} sentences coded by two", notebook="07_validation",
    )  # fmt: skip


def tool_against_coders(measures: pd.DataFrame) -> Plot:
    """How much of what coders find the tool finds: `measures` of `agreement.compare_coders`."""
    data = measures[(measures["reference"] != "coders") & (measures["about"] == "feature")]
    most = data["units"].max() if len(data) else 0
    return Plot(
        "tool_against_coders",
        draw_points(data, "estimate", "name", "share", series="reference", panel="measure", columns=3), data,
        "How much of what coders find does the tool find?",
        "Precision, recall and F1 of the tool by feature, against each coder and what coders agree on, with 95 % "
        "intervals.",
        "A panel of points for each measure. " + say_rates(data, "estimate", ["measure", "name"], "share"),
        n=f"n = {most:,} sentences or fewer behind each point", notebook="07_validation",
    )  # fmt: skip


def precision(data: pd.DataFrame) -> Plot:
    """How often a mention is what its feature says, from `agreement.precision_table`."""
    return Plot(
        "precision", draw_points(data, "precision", "feature", "share of mentions that are right"), data,
        "How often is a mention what its feature "
        "says?",
        "Mentions of each feature on unseen US news judged right, with 95 % intervals (Wilson); later entries "
        "not included.",
        "A row for each feature. " + say_rates(data, "precision", ["feature"], "share right"),
        n=f"n = {data['judged'].sum():,} mentions judged by one coder, who also wrote the lexicon",
        notebook="07_validation",
    )  # fmt: skip


def _features(study: Study) -> list[str]:
    return study.lexicon.features["feature"].tolist()
