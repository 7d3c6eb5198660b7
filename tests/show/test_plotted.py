"""Events, copies, what a contrast hangs on, distinctive words and validity: tables that can be checked by hand."""

import numpy as np
import pandas as pd
import pytest

from analysis.show.plotted import (
    COMPARED,
    TOLD,
    compare_sheets,
    copy_table,
    coverage_table,
    drive_ranges,
    drive_table,
    event_table,
    name_changes,
    select_changes,
    select_drive,
    select_terms,
    select_within,
    source_table,
    voice_ignored_table,
)
from analysis.tables import CONTRASTS


@pytest.fixture
def articles():
    table = {"article_id": list("abcdef"), "outlet": ["Post", "Mail", "Post", "Mail", None, "Sun"]}
    published = ["2018-03-06", "2018-03-05", None, "2018-03-07", "2018-03-08", "2018-03-01"]
    return pd.DataFrame(table).assign(
        origin=["Post", "Mail", "Post", "AFP", None, "Sun"], published=published, headline=[f"H{i}" for i in range(6)],
        text=["text " * (i + 1) for i in range(6)], words=100,
    )  # fmt: skip


@pytest.fixture
def events():
    return pd.DataFrame({
        "article_id": list("abcdef"), "event": ["a", "a", "c", "d", "d", "f"],
        "duplicate_of": [None, None, None, None, "d", None],
    }).astype("str")  # fmt: skip


def test_events_told_by_several_come_with_their_first_headline_and_outlets(events, articles):
    table = event_table(events, articles)
    assert table["event"].tolist() == ["a", "d"], "an article alone is no event to compare"
    assert table.loc[0, ["outlets", "articles", "copies", "first", "last", "headline"]].tolist() == [
        2, 2, 0, "2018-03-05", "2018-03-06", "H1"]  # fmt: skip
    assert table.loc[1, ["outlets", "copies"]].tolist() == [1, 1], "an outlet that is not named is none"


def test_copies_are_told_by_credit_and_by_text(events, articles):
    table = copy_table(events, articles).set_index("article_id")
    assert set(table.index) == {"d", "e"}
    assert table.loc["d", "counts_for"] == "AFP" and table.loc["e", "original"] == "d"


def test_each_outlet_divides_into_its_own_events_shared_ones_and_copies(events, articles):
    table = coverage_table(events, articles).set_index(["outlet", "told"])["count"]
    assert table["Post"].tolist() == [1, 1, 0] and table["Mail"].tolist() == [0, 1, 1]
    assert table["(not named)", TOLD[2]] == 1


def contrast(feature, outlet, kind, ratio, p_adjusted=0.01, **columns):
    row = dict.fromkeys(CONTRASTS) | {"feature": feature, "section": "body", "voice": "newsroom", "contrast": kind}
    row |= {
        "outlet_a": outlet,
        "outlet_b": "others" if kind == "within-event" else "typical",
        "articles_a": 5,
        "articles_b": 9,
        "rate_ratio": ratio,
    }
    row |= {"ci_low": ratio / 2, "ci_high": ratio * 2, "p": p_adjusted, "p_adjusted": p_adjusted, "status": ""}
    return row | {"family": "declared" if kind == "typical" else "exploratory"} | columns


def test_each_clear_contrast_stands_beside_the_same_one_within_events():
    rows = [
        contrast("hedge", "Post", "typical", 3.0), contrast("hedge", "Post", "within-event", 1.5),
        contrast("claim", "Post", "typical", 2.0, 0.001), contrast("claim", "Post", "within-event", np.nan, np.nan),
        contrast("denial", "Mail", "typical", 2.0, 0.9), contrast("denial", "Mail", "within-event", 2.0),
        contrast("hedge", "Post", "within-event", 9.0, outlet_b="Mail"),
    ]  # fmt: skip
    table = select_within(pd.DataFrame(rows))
    assert table["contrast"].tolist() == ["Post: claim", "Post: hedge", "Post: hedge"]
    assert table["comparison"].tolist() == [COMPARED["all"]] * 2 + [COMPARED["within-event"]]
    assert table["ratio"].tolist() == [2.0, 3.0, 1.5]


def test_pairs_are_held_against_the_same_pair_within_events_the_same_way_round():
    rows = [contrast("hedge", "Post", "pair", 0.5, outlet_b="Mail", family="declared"),
            contrast("hedge", "Post", "within-event", 0.25, outlet_b="Mail"),
            contrast("hedge", "Post", "within-event", 9.0, outlet_b="Sun"),
            contrast("claim", "Post", "typical", 3.0, outlet_b="typical", family="declared"),
            contrast("claim", "Post", "within-event", 2.0, outlet_b="others")]  # fmt: skip
    table = select_within(pd.DataFrame(rows))
    assert table["contrast"].tolist() == ["Mail / Post: hedge", "Post: claim"] * 2
    assert table["ratio"].tolist() == [2.0, 3.0, 4.0, 2.0]
    assert table["low"].tolist() == [1.0, 1.5, 2.0, 1.0]


def test_contrasts_without_an_interval_are_not_drawn():
    rows = [contrast("hedge", "Post", "typical", 13.3, np.nan, ci_low=np.nan, ci_high=np.nan),
            contrast("claim", "Post", "typical", 2.0, 0.4)]  # fmt: skip
    assert select_within(pd.DataFrame(rows))["contrast"].tolist() == ["Post: claim"]


def test_without_a_clear_contrast_the_nearest_are_shown_and_refusals_give_nothing():
    table = select_within(pd.DataFrame([contrast("hedge", "Post", "typical", 3.0, 0.7)]))
    assert len(table) == 1
    refused = pd.DataFrame({"status": ["one outlet only"]}).reindex(columns=CONTRASTS)
    assert select_within(refused).empty and select_drive(drive_table(None, None, None, refused, None)).empty


@pytest.fixture
def scored():
    names = [f"{outlet}{i}" for outlet in "AB" for i in range(5)]
    articles = pd.DataFrame({"article_id": names, "outlet": [name[0] for name in names]})
    scores = pd.DataFrame({
        "article_id": names, "section": "body", "feature": "hedge", "voice": "newsroom",
        "mentions": [4, 4, 5, 4, 4, 1, 1, 1, 1, 1], "words": 500,
    })  # fmt: skip
    mentions = pd.DataFrame({"article_id": np.repeat(names, scores["mentions"])})
    mentions["term"] = ["may"] * 19 + ["perhaps"] * 7
    return articles, scores, mentions.assign(section="body", feature="hedge", voice="newsroom", negated=False)


def test_what_a_contrast_hangs_on_is_asked_of_the_clearest_and_the_strongest_moves_are_drawn(scored):
    articles, scores, mentions = scored
    known = pd.DataFrame([contrast("hedge", "A", "typical", 4.2), contrast("hedge", "B", "typical", 0.24, 0.5)])
    drive = drive_table(mentions, scores, articles, known.assign(outlet_b=["B", "A"]), None, most=1)
    assert drive["contrast"].unique().tolist() == ["A / B: hedge"]
    drawn = select_drive(drive, most=2)
    assert drawn["row"].iloc[0] == "as it is" and len(drawn) == 3
    moved = abs(np.log(drawn["rate_ratio"] / drawn["rate_ratio"].iloc[0]))
    assert moved.iloc[1] >= moved.iloc[2] > 0 and "voice" not in set(drawn["change"])
    ranges = drive_ranges(drive).set_index("change")
    assert ranges.loc["article left out", "variants"] == 10
    assert ranges.loc["entry left out", "variants"] == 2
    assert ranges.loc["article left out", "lowest"] < 4.2 < ranges.loc["article left out", "highest"]


def test_without_intervals_the_outlet_of_most_articles_stands_in(scored):
    articles, scores, mentions = scored
    rows = [
        contrast("hedge", "B", "typical", 0.2, np.nan),
        contrast("hedge", "A", "typical", 4.2, np.nan, articles_a=7),
    ]
    drive = drive_table(mentions, scores, articles, pd.DataFrame(rows), None)
    assert drive["contrast"].unique().tolist() == ["A: hedge"]


def test_what_was_left_out_is_named_by_headline_and_by_what_an_entry_finds():
    drive = pd.DataFrame({"change": ["none", "article left out", "article left out", "entry left out", "copies"],
                          "what": ["newsroom", "a0", "a1", "allege*|reported*", "all"]})  # fmt: skip
    articles = pd.DataFrame({"article_id": ["a0", "a1"], "headline": ["Talks " * 20, None]})
    mentions = pd.DataFrame({"term": "allege*|reported*", "match": ["Alleged", "reported", "alleged"]})
    named = name_changes(drive, articles, mentions)["what"].tolist()
    assert named == ["newsroom", "“Talks Talks Talks Talks Talks …”", "“a1”", "“alleged”", "all"]


def test_who_gets_to_speak_is_counted_by_attribution_and_empty_where_kinds_are_not_known():
    articles = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["Post", "Mail"]})
    told = pd.DataFrame({"article_id": ["a", "a", "a", "b"], "attribution_id": ["1", "1", "2", "3"],
                         "source_kind": ["person", "person", "unnamed", None]})  # fmt: skip
    table = source_table(told, articles).set_index(["outlet", "source_kind"])
    assert table["count"]["Post"].to_dict() | {} == {
        "person named": 1, "office or country": 0, "group": 0, "medium": 0, "document": 0, "unnamed": 1
    }  # fmt: skip
    assert table["share"]["Post", "person named"] == 0.5 and "Mail" not in table.index
    assert source_table(told.drop(columns="source_kind"), articles).empty
    assert source_table(told.assign(source_kind=None), articles).empty


def test_nothing_shared_is_no_figure(articles):
    alone = pd.DataFrame({"article_id": list("abcdef"), "event": list("abcdef"), "duplicate_of": None})
    own = articles.assign(origin=articles["outlet"])
    assert coverage_table(alone, own).empty
    copied = own.assign(outlet=list("UVWXYZ"), origin=["AFP", *"VWXYZ"])
    assert coverage_table(alone, copied).empty, "each bar would be one part of 100 %"
    assert len(coverage_table(alone, copied.assign(outlet=["U", "U", *"WXYZ"], origin=["AFP", "U", *"WXYZ"])))


def terms(**columns):
    table = {"outlet": ["A", "A", "A", "B", "B"], "term": list("vwxyz"), "log_odds": [1.0, 2.0, -1.0, 0.5, 3.0],
             "p": [0.002, 0.001, 0.001, 0.003, 0.4], "p_adjusted": [0.02, 0.01, 0.01, 0.03, 0.9]}  # fmt: skip
    table = pd.DataFrame(table | columns)
    return table.assign(ci_low=table["log_odds"] - 0.5, ci_high=table["log_odds"] + 0.5)


def test_words_used_more_than_by_others_are_drawn_as_odds():
    table = select_terms(terms())
    assert table["row"].tolist() == ["A: w", "A: v", "B: y"]
    assert table["times"].round(2).tolist() == [7.39, 2.72, 1.65]
    assert (table["times_low"] < table["times"]).all() and (table["times"] < table["times_high"]).all()
    assert select_terms(terms(), most=2)["row"].tolist() == ["A: w", "B: y"], "each outlet has its share of the rows"
    assert select_terms(terms(), outlets=1)["outlet"].unique().tolist() == ["A"]
    assert select_terms(terms(p_adjusted=np.nan, outlet=None, term=None)).empty


def test_without_sheets_nothing_is_measured_and_with_two_their_agreement_is(tmp_path):
    measures, disagreements = compare_sheets(tmp_path, "*")
    assert measures.empty and "estimate" in measures and disagreements.empty
    for name, answers in (("news-1.csv", "1001"), ("news-2.csv", "1000")):
        rows = "".join(f"{i},It may rain.,{answer},1\n" for i, answer in enumerate(answers, 1))
        (tmp_path / name).write_text("item,sentence,hedge,done\n" + rows)
    measures, disagreements = compare_sheets(tmp_path, "news-*.csv")
    shares = measures.set_index(["name", "measure"])["estimate"]
    assert shares["hedge", "agreement"] == 0.75
    assert disagreements["item"].tolist() == [4]


def test_a_disagreement_stands_beside_its_sentence_where_only_the_articles_hold_it(tmp_path):
    places = "item,article_id,section,start,end,hedge,hash,weight\n1,a,body,0,12,newsroom,0123456789ab,1\n"
    (tmp_path / "own.key.csv").write_text(places)
    for name, answer in (("own-1.csv", "1"), ("own-2.csv", "0")):
        (tmp_path / name).write_text(f"item,hash,hedge,done\n1,0123456789ab,{answer},1\n")
    articles = pd.DataFrame({"article_id": ["a"], "headline": ["Rain"], "text": ["It may rain. It did."]})
    _, apart = compare_sheets(tmp_path, "own-*.csv", articles)
    assert apart["sentence"].tolist() == ["It may rain."]
    assert "sentence" not in compare_sheets(tmp_path, "own-*.csv", articles.assign(article_id="b"))[1]


def test_findings_that_ignoring_voice_loses_or_makes_are_told_apart():
    rows = [("A", "newsroom", 1e-6, 2.0), ("A", "all", 0.9, 1.1), ("B", "newsroom", 0.9, 1.1), ("B", "all", 1e-6, 2.0),
            ("C", "newsroom", 1e-6, 2.0), ("C", "all", 1e-6, 2.0), ("D", "newsroom", 1e-6, 2.0), ("D", "all", 0.9, 0.9),
            ("E", "newsroom", 0.8, 1.0), ("E", "all", 0.9, 1.0), ("F", "newsroom", 1e-6, 2.0)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["outlet_a", "voice", "p", "rate_ratio"]).assign(
        contrast="typical", section="body", feature="hedge", shrunken_ratio=1.5, shrunken_low=1.2, shrunken_high=1.9
    )
    other = table.assign(feature="attribution", p=1e-9)
    found = voice_ignored_table(pd.concat([table, other, table.assign(section="headline")], ignore_index=True))
    changes = found.drop_duplicates("outlet").set_index("outlet")["change"]
    assert changes.to_dict() == {"A": "lost", "B": "new", "C": "kept", "D": "turned", "E": "none"}
    assert (found["feature"] == "hedge").all() and len(found) == 10
    drawn = select_changes(found)
    assert drawn["contrast"].drop_duplicates().tolist() == ["D: hedge", "A: hedge", "B: hedge", "C: hedge"]
