"""What figures plot comes from tables by functions that can be checked by hand; drawings adapt to any corpus."""

import numpy as np
import pandas as pd
import pytest

from analysis.show import plotted
from analysis.show.drawing import draw_heatmap, draw_points, draw_positions, draw_shares, draw_timeline
from analysis.show.plotted import (
    UNKNOWN,
    UNNAMED,
    arrange,
    attempt,
    attribution_table,
    cue_scores,
    length_table,
    name_outlets,
    position_table,
    select_contrasts,
    select_rates,
    share_table,
    speaker_table,
    timeline_table,
)  # fmt: skip
from analysis.tables import InputError


def corpus(outlets, dates=None, texts=None):
    count = len(outlets)
    articles = pd.DataFrame({
        "article_id": [f"a{i}" for i in range(count)], "outlet": pd.Series(outlets, dtype="str"),
        "origin": pd.Series(outlets, dtype="str"), "published": pd.Series(dates or [None] * count, dtype="str"),
        "headline": pd.Series([None] * count, dtype="str"), "text": texts or ["one two three four"] * count,
    })  # fmt: skip
    return articles.assign(words=articles["text"].str.split().str.len())


def comparison(outlets=("A", "B"), features=("hedge", "claim"), voices=("newsroom", "all"), sections=("body",)):
    index = pd.MultiIndex.from_product(
        [features, sections, voices, outlets], names=["feature", "section", "voice", "outlet"]
    )
    table = index.to_frame(index=False)
    numbers = np.arange(len(table), dtype=float)
    return table.assign(
        articles=[3 + len(outlets) - list(outlets).index(o) for o in table["outlet"]], words=1000,
        mentions=numbers.astype(int), per_1000=numbers, ci_low=numbers / 2, ci_high=numbers * 2, status="",
    )  # fmt: skip


def names_of(figure, axis=0):
    return [tick.get_text() for tick in figure.axes[axis].get_yticklabels()]


def test_the_largest_outlets_keep_their_names_and_the_rest_is_counted():
    outlets = ["A"] * 4 + ["B"] * 3 + ["C"] * 2 + ["D", "E", None]
    named = name_outlets(corpus(outlets), most=2)["outlet"]
    assert named.fillna("-").tolist() == ["A"] * 4 + ["B"] * 3 + ["3 others"] * 4 + ["-"]


def test_one_outlet_alone_is_not_hidden_as_others():
    assert name_outlets(corpus(["A", "A", "B", "C"]), most=2)["outlet"].tolist() == ["A", "A", "B", "C"]


def test_by_origin_an_article_goes_to_whom_its_words_are_from():
    articles = corpus(["Times", "Agency", "Post"]).assign(origin=["Agency", "Agency", None])
    named = name_outlets(articles, "origin")
    assert named["outlet"].tolist() == ["Agency", "Agency", "Post"]
    assert named["origin"].tolist() == ["Agency", "Agency", "Post"]


def test_rows_come_by_size_with_others_and_the_unnamed_last():
    table = pd.DataFrame({"outlet": ["5 others", None, "B", "A", "C"], "articles": [90, 80, 2, 7, 7]})
    assert arrange(table)["outlet"].tolist() == ["A", "C", "B", "5 others", UNNAMED]


def test_rates_are_selected_in_the_order_asked_for_without_outlets_of_copies_only():
    table = comparison(outlets=("A", "B", "Copies"))
    table.loc[table["outlet"] == "Copies", "articles"] = 0
    chosen = select_rates(table, ["claim", "hedge"], voices=["all", "newsroom"])
    assert chosen["feature"].tolist() == ["claim"] * 4 + ["hedge"] * 4
    assert chosen["outlet"].tolist() == ["A", "A", "B", "B"] * 2
    assert chosen["voice"].tolist() == ["all", "newsroom"] * 4
    first = table[(table["feature"] == "claim") & (table["outlet"] == "A") & (table["voice"] == "all")]
    assert chosen["per_1000"][0] == first["per_1000"].item()


def test_what_a_comparison_refuses_is_a_row_that_says_why_and_is_not_drawn():
    def refuse(articles):
        raise InputError("one outlet only")

    table = attempt(refuse, None)
    assert table["status"].tolist() == ["one outlet only"]
    assert select_rates(table, ["hedge"]).empty and select_contrasts(table).empty
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0)


def test_contrasts_are_the_declared_ones_with_a_ratio_clearest_first():
    table = pd.DataFrame({
        "feature": list("abcde"), "outlet_a": "X", "outlet_b": "typical", "contrast": "typical",
        "family": ["declared"] * 4 + ["exploratory"], "rate_ratio": [2.0, 0.0, np.inf, 3.0, 9.0],
        "ci_low": [1.0, 0.0, 2.5, 2.0, 1.0], "ci_high": [4.0, 0.5, np.inf, 5.0, 9.0], "p": [0.04, 0.1, 0.2, 0.001, 0.0],
        "p_adjusted": [0.2, 1, 1, 0.01, 0],
    })  # fmt: skip
    drawn = select_contrasts(table)
    assert drawn["contrast"].tolist() == ["X: d", "X: a", "X: b", "X: c"]
    assert select_contrasts(table, most=1)["contrast"].tolist() == ["X: d"]
    assert drawn["ratio"].tolist() == [3.0, 2.0, 0.5, 2.5], "of a ratio without an end its one limit"
    table = table.assign(feature=["a", "b", "c", "attribution", "e"], p_adjusted=[0.04, 1, 1, 1e-9, 0])
    assert select_contrasts(table)["feature"].tolist() == ["a", "attribution", "b", "c"], "framing comes first"


def test_of_two_outlets_the_one_with_the_higher_rate_is_named_first():
    table = pd.DataFrame({
        "feature": ["hedge"], "outlet_a": "A", "outlet_b": "B", "contrast": "pair", "family": "declared",
        "rate_ratio": 0.25, "ci_low": 0.125, "ci_high": 0.5, "shrunken_ratio": 0.5, "shrunken_low": 0.25,
        "shrunken_high": 0.8, "p": 0.01, "p_adjusted": 0.02,
    })  # fmt: skip
    row = select_contrasts(table).iloc[0]
    assert row[["contrast", "ratio", "low", "high"]].tolist() == ["B / A: hedge", 2.0, 1.25, 4.0]


def test_the_time_line_tells_copies_from_own_words_and_keeps_articles_without_a_date():
    articles = corpus(["A", "A", "A", None], ["2018-03-06", "2018-03-06", None, "2018-03-07T10:00"])
    articles["origin"] = ["A", "Agency", "A", "Agency"]
    table = timeline_table(articles)
    assert table["articles"].sum() == 4 and table["words"].sum() == 16
    found = {(r.outlet, r.published, r.copy) for r in table.fillna("-").itertuples(index=False)}
    assert found == {
        ("A", "2018-03-06", "own"), ("A", "2018-03-06", "agency"), ("A", "-", "own"), (UNNAMED, "2018-03-07", "agency"),
    }  # fmt: skip


def test_grouped_outlets_keep_their_own_words_their_own():
    articles = corpus(["A", "A", "B", "C", "D"]).assign(origin=["A", "A", "B", "C", "Agency"])
    table = timeline_table(name_outlets(articles, most=1)).set_index(["outlet", "copy"])
    assert table["articles"].to_dict() == {("A", "own"): 2, ("3 others", "own"): 2, ("3 others", "agency"): 1}


def test_a_mistyped_year_stands_at_the_edge():
    days = [f"2018-03-{1 + i % 28:02d}" for i in range(50)] + ["2050-01-01"]
    (ax,) = draw_timeline(timeline_table(corpus(["A"] * 51, days))).axes
    assert [tick.get_text()[:4] for tick in ax.get_xticklabels()] == ["2018"] * 3


def test_a_large_corpus_is_counted_by_month():
    days = [f"2018-0{1 + i % 2}-{1 + i % 28:02d}" for i in range(70)]
    assert sorted(timeline_table(corpus(["A"] * 70, days))["published"]) == ["2018-01-01", "2018-02-01"]


def test_lengths_are_those_of_articles_that_exist():
    articles = corpus(["A", "A"]).assign(words=[100, 300])
    (row,) = length_table(articles).to_dict("records")
    assert (row["articles"], row["words"], row["median"], row["low"], row["high"]) == (2, 400, 200, 100, 300)


def mention(article, start, voice="newsroom", feature="hedge", section="body", negated=False):
    return {"article_id": article, "start": start, "voice": voice, "feature": feature, "section": section,
            "negated": negated}  # fmt: skip


def test_positions_leave_out_headlines_negated_markers_and_neutral_attribution():
    articles = corpus(["A", None], texts=["x" * 200, "x" * 100])
    rows = [mention("a1", 50), mention("a0", 50, "quoted"), mention("a0", 1, section="headline")]
    rows += [mention("a0", 2, negated=True), mention("a0", 3, feature="attribution")]
    table = position_table(pd.DataFrame(rows), articles)
    assert table["article"].tolist() == ["1  A, no date", "2  (not named), no date"]
    assert table["position"].tolist() == [25.0, 50.0] and table["voice"].tolist() == ["quoted", "newsroom"]


def test_positions_of_many_articles_are_counted_by_tenth_with_zeros():
    articles = corpus(["A"] * 30, texts=["x" * 100] * 30)
    table = position_table(pd.DataFrame([mention("a3", 99), mention("a4", 95), mention("a5", 0)]), articles)
    assert len(table) == 30 and table["mentions"].sum() == 3
    last = table[(table["position"] == 95) & (table["voice"] == "newsroom")]
    assert last["mentions"].item() == 2 and last["per_article"].item() == pytest.approx(2 / 30)


def quotation(start, end, attribution, person=None, section="body", cue="said", stance="neutral", article="a0"):
    return {"article_id": article, "section": section, "attribution_id": attribution, "start": start, "end": end,
            "kind": "direct", "person": person, "cue": cue, "stance": stance}  # fmt: skip


ACTORS = pd.DataFrame({"pattern": ["Moscow", "Wells"], "side": ["Russia", "US"]})


def test_a_word_belongs_to_the_innermost_speaker_also_where_parts_are_split_or_cross():
    text = "one two three four five six seven eight"
    table = pd.DataFrame([
        quotation(0, 23, "1", "Wells"), quotation(8, 18, "2", "Moscow"), quotation(28, 39, "1", "Wells"),
        quotation(19, 27, "3", "Moscow", cue=None),
    ])  # fmt: skip
    found = attribution_table(table, corpus(["A"], texts=[text]), ACTORS).set_index("person")
    assert found.loc["Wells", "words"] == 2 + 2
    assert found.loc["Moscow", "words"].tolist() == [2, 2]
    assert found["side"].tolist() == ["US", "Russia", "Russia"]


def test_headlines_have_speakers_of_their_own_and_who_is_unknown_has_no_side():
    articles = corpus(["A"]).assign(headline="Russia arms Taliban: Smith")
    table = attribution_table(pd.DataFrame([quotation(0, 19, "1", "Smith", "headline")]), articles, ACTORS)
    assert table[["words", "side"]].to_numpy().tolist() == [[3, UNKNOWN]]


def test_words_of_an_outlet_are_all_shared_out():
    articles = corpus(["A", "B"]).assign(headline=["two words", None])
    said = pd.DataFrame({"article_id": ["a0", "a0"], "side": ["US", UNKNOWN], "words": [3, 1]})
    table = speaker_table(said, articles)
    a = table[table["outlet"] == "A"].set_index("who")
    assert a["count"].to_dict() == {"newsroom": 2, "US": 3, UNKNOWN: 1} and a["share"].sum() == pytest.approx(1)
    assert table[table["outlet"] == "B"].set_index("who")["share"]["newsroom"] == 1


def test_sides_beyond_the_largest_are_grouped():
    said = pd.DataFrame({"article_id": "a0", "side": list("abc"), "words": [3, 2, 1]})
    table = speaker_table(said, corpus(["A"], texts=["w " * 10]), most=1)
    assert table.set_index("who")["count"].to_dict() == {"newsroom": 4, "a": 3, "other sides": 3, UNKNOWN: 0}


def test_shares_add_up_and_absent_parts_are_zero():
    table = pd.DataFrame({"feature": ["x"] * 3 + ["y"], "voice": ["quoted", "quoted", "newsroom", "quoted"]})
    shares = share_table(table, "feature", "voice", ["newsroom", "quoted", "reported"])
    assert shares["feature"].tolist() == ["x"] * 3 + ["y"] * 3
    assert shares["count"].tolist() == [1, 2, 0, 0, 1, 0]
    assert shares.groupby("feature")["share"].sum().tolist() == pytest.approx([1, 1])


def test_cues_are_rates_of_attributions_that_have_a_cue():
    said = pd.DataFrame({"article_id": ["a0"] * 4, "cue": ["said", "denied", "denied", None],
                         "stance": ["neutral", "denying", "denying", "neutral"]})  # fmt: skip
    scores = cue_scores(said, corpus(["A", "A"])).set_index(["article_id", "feature"])
    assert scores.loc[("a0", "denying"), ["mentions", "words"]].tolist() == [2, 3]
    assert scores.loc[("a1", "denying"), ["mentions", "words"]].tolist() == [0, 0]
    assert len(scores) == 2 * len(plotted.STANCES)


def filled(figure):
    lines = [line for ax in figure.axes for line in ax.lines if line.get_marker() in "osD^" and len(line.get_xdata())]
    return {line.get_markerfacecolor() for line in lines}


def test_points_without_an_interval_are_hollow():
    table = select_rates(comparison(), ["hedge", "claim"], voices=["newsroom", "all"])
    options = {"series": "voice", "panel": "feature"}
    known = draw_points(table, "per_1000", "outlet", "rate", **options)
    unknown = draw_points(table.assign(ci_low=np.nan, ci_high=np.nan), "per_1000", "outlet", "rate", **options)
    assert "white" not in filled(known) and filled(unknown) == {"white"}
    assert not any(len(c.get_segments()) for ax in unknown.axes for c in ax.collections)
    assert names_of(known) == ["A (5)", "B (4)"]


def test_an_interval_that_runs_far_out_ends_in_an_arrow_and_leaves_the_points_apart():
    table = comparison(features=("hedge",), voices=("all",)).assign(per_1000=[1.0, 2.0], ci_low=0.1, ci_high=[3, 500.0])
    (ax,) = draw_points(table, "per_1000", "outlet", "rate").axes
    assert ax.get_xlim()[1] < 10
    assert sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() == ">") == 1


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, np.nan], [np.nan, 1.0]])
def test_nothing_found_or_no_words_can_be_drawn(values):
    table = comparison(features=("hedge",), voices=("all",)).assign(per_1000=values, ci_low=np.nan, ci_high=np.nan)
    draw_points(table, "per_1000", "outlet", "rate").canvas.draw()
    draw_heatmap(table).canvas.draw()


def test_ratios_stand_on_a_logarithmic_axis_also_without_limits():
    table = pd.DataFrame(
        {"contrast": ["a", "b"], "rate_ratio": [2.0, 0.5], "ci_low": [0, np.nan], "ci_high": [np.inf, np.nan]}
    )
    figure = draw_points(table, "rate_ratio", "contrast", "ratio", ratio=True)
    figure.canvas.draw()
    assert figure.axes[0].get_xscale() == "log" and np.isfinite(figure.axes[0].get_xlim()).all()


def test_bars_add_up_to_the_whole_and_small_parts_are_not_labelled():
    shares = pd.DataFrame(
        {"outlet": "A", "who": ["newsroom", "x", "y"], "count": [60, 38, 2], "share": [0.6, 0.38, 0.02]}
    )
    (ax,) = draw_shares(shares, "per cent", "words").axes
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(100)
    assert [text.get_text() for text in ax.texts] == ["60", "38"]
    assert names_of(ax.figure) == ["A (100)"]


def test_the_heatmap_shows_rate_and_count_and_goes_from_the_lowest_to_the_highest_of_a_feature():
    table = comparison(features=("rare", "common"), voices=("all",)).assign(per_1000=[0.1, 0.2, 50.0, 10.0])
    (ax,) = draw_heatmap(table).axes
    assert [text.get_text() for text in ax.texts] == ["0.1\n(0)", "50\n(2)", "0.2\n(1)", "10\n(3)"]
    assert ax.images[0].get_array().tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_undated_articles_stand_apart_from_the_days():
    table = timeline_table(corpus(["A", "A", "B"], ["2018-03-06", "2018-05-06", None]))
    (ax,) = draw_timeline(table).axes
    labels = dict(zip([t.get_text() for t in ax.get_xticklabels()], ax.get_xticks(), strict=True))
    assert labels["no date"] < labels["2018-03-06"] < labels["2018-05-06"]
    undated = draw_timeline(timeline_table(corpus(["A"])))
    undated.canvas.draw()
    assert [tick.get_text() for tick in undated.axes[0].get_xticklabels()] == ["no date"]


def test_positions_are_drawn_one_by_one_or_as_lines():
    few = pd.DataFrame({"article": ["1  A"], "position": [10.0], "feature": "hedge", "voice": "quoted"})
    assert names_of(draw_positions(few)) == ["1  A"]
    many = pd.DataFrame(
        {"position": [5, 15] * 3, "voice": np.repeat(plotted.VOICES, 2), "mentions": 1, "per_article": 0.1}
    )
    assert [len(line.get_xdata()) for line in draw_positions(many).axes[0].lines] == [2, 2, 2]


def test_many_outlets_with_long_names_stay_within_the_figure():
    outlets = [f"The Very Long Winded Gazette and Advertiser of {i}" for i in range(8)]
    table = select_rates(
        comparison(outlets, features=list("abcdefghijk")), list("abcdefghijk"), voices=["newsroom", "all"]
    )
    figure = draw_points(table, "per_1000", "outlet", "rate", series="voice", panel="feature")
    figure.canvas.draw()
    box = figure.get_tightbbox()
    assert box.x0 > -0.02 and box.x1 < 7.02 and figure.get_figheight() < 11
    assert len(names_of(figure)[0]) < 50
    sizes = [t.get_fontsize() for ax in figure.axes for t in [*ax.get_yticklabels(), *ax.get_xticklabels(), ax.title]]
    assert min(sizes) >= 7
