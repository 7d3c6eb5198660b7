"""The same event is found by text and date, copies by text alone, and neither by the order of the rows."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.compare import events
from analysis.compare.events import group_events
from analysis.tables import InputError

STRIKE = [
    "Dock workers in Odessa walked out on Monday over unpaid wages, and the port authority closed four grain piers.",
    "The port authority of Odessa shut four piers on Monday when dock workers stopped loading grain over wages.",
    "Grain loading stopped in Odessa as dock workers struck over wages; four piers of the port stayed closed.",
]
OTHERS = [
    "The museum of Basel returned two bronze lions to Benin after a court ruling on looted art.",
    "A landslide buried the mountain road to Gilgit, and rescuers flew supplies to eleven villages.",
    "Researchers at Uppsala described a moth that drinks the tears of sleeping crocodiles.",
    "Parliament in Ottawa passed the dairy bill after a night of amendments by rural members.",
]
LONG = " ".join(
    f"The {w} minister told reporter number {i} that plan {w}{i} would go on."
    for i, w in enumerate("red blue green white black grey pink amber teal".split())
)


def table(texts, days=None, **columns):
    ids = [f"a{i}" for i in range(len(texts))]
    return pd.DataFrame({"article_id": ids, "published": days or "2018-03-06", "text": texts, **columns})


def groups(frame):
    return group_events(frame).set_index("article_id")["event"].to_dict()


def test_outlets_on_one_event_are_grouped_and_lone_articles_stay_alone():
    event = groups(table(STRIKE + OTHERS))
    assert event == {"a0": "a0", "a1": "a0", "a2": "a0", "a3": "a3", "a4": "a4", "a5": "a5", "a6": "a6"}


def test_two_articles_are_enough_to_see_that_they_tell_the_same():
    assert groups(table(STRIKE[:2])) == {"a0": "a0", "a1": "a0"}
    assert groups(table(OTHERS[:2])) == {"a0": "a0", "a1": "a1"}


def test_the_same_words_weeks_later_are_another_event():
    event = groups(table(STRIKE, ["2018-03-06", "2018-03-07", "2018-04-20"]))
    assert event == {"a0": "a0", "a1": "a0", "a2": "a2"}


def test_missing_dates_and_missing_headlines_are_no_obstacle():
    frame = table(STRIKE + OTHERS, ["2018-03-06", None, "2018-03-06"] + [None] * 4, headline=None)
    assert groups(frame)["a1"] == "a0"
    assert groups(frame.drop(columns=["published", "headline"]))["a2"] == "a0"


def test_an_undated_article_is_found_beside_dated_ones_in_either_place():
    for days in (["2018-03-06", None], [None, "2018-03-06"]):
        assert groups(table(STRIKE[:2] + OTHERS, days + ["2018-03-06"] * 4))["a1"] == "a0"


def test_a_copy_points_to_the_earliest_and_tells_its_event_however_late():
    frame = table(
        [LONG, LONG.replace("told", "said to", 2), OTHERS[0], LONG],
        ["2018-05-01", "2018-03-06", "2018-03-06", "2018-03-06"],
    )
    found = group_events(frame).set_index("article_id")
    assert found["duplicate_of"].fillna("").to_dict() == {"a0": "a1", "a1": "", "a2": "", "a3": "a1"}
    assert set(found.loc[["a0", "a1", "a3"], "event"]) == {"a0"}


def test_a_long_article_that_contains_an_earlier_brief_is_no_copy_but_a_later_brief_is():
    brief = LONG[: len(LONG) // 4]
    early = group_events(table([brief, LONG], ["2018-03-05", "2018-03-06"]))
    late = group_events(table([LONG, brief], ["2018-03-05", "2018-03-06"]))
    assert early["duplicate_of"].isna().all()
    assert late["duplicate_of"].fillna("").tolist() == ["", "a0"]


def test_empty_texts_are_nobodys_copy():
    found = group_events(table(["", "", "12", OTHERS[0]]))
    assert group_events(table(["", "0", "", "1"]))["duplicate_of"].isna().all()
    assert found["duplicate_of"].isna().all()
    assert found["event"].tolist() == ["a0", "a1", "a2", "a3"]


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(8)), st.lists(st.sampled_from(["2018-03-06", "2018-03-09", None]), min_size=8, max_size=8))
def test_the_order_of_the_rows_changes_nothing(order, days):
    frame = table([*STRIKE, *OTHERS, STRIKE[0]], days, headline="News")
    mixed = group_events(frame.iloc[order])
    assert mixed.loc[sorted(mixed.index)].fillna("").equals(group_events(frame).fillna(""))
    assert mixed["event"].notna().all() and mixed["article_id"].tolist() == [f"a{i}" for i in order]
    assert (mixed["event"] <= mixed["article_id"]).all()


def test_groups_too_large_for_average_linkage_are_cut_and_not_lost(monkeypatch):
    monkeypatch.setattr(events, "LARGEST", 2)
    found = group_events(table([text + f" Word{i} extra{i}." for i, text in enumerate(STRIKE * 2)]))
    assert found["event"].notna().all()
    assert found["event"].nunique() < 6


def test_batches_change_nothing(monkeypatch):
    frame = table([*STRIKE, *OTHERS, LONG, LONG])
    whole = group_events(frame)
    monkeypatch.setattr(events, "_BATCH", 2)
    assert group_events(frame).fillna("").equals(whole.fillna(""))


def test_no_articles_give_an_empty_table():
    assert group_events(table([])).columns.tolist() == ["article_id", "event", "duplicate_of"]


def test_what_cannot_be_used_is_refused_in_one_line():
    with pytest.raises(InputError, match="no column text"):
        group_events(pd.DataFrame({"article_id": ["a"]}))
    with pytest.raises(InputError, match="a is repeated"):
        group_events(pd.DataFrame({"article_id": ["a", "a"], "text": "x"}))
    with pytest.raises(InputError, match="threshold is 0"):
        group_events(table(STRIKE), threshold=0)


def test_coded_pairs_are_enough_and_hold_no_text():
    with Path("data/coding/events.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["corpus"] == "political-news-attribution"]
    assert len(own) >= 300
    assert {row["verdict"] for row in rows} == {"same", "different"}
    share = np.mean([row["split"] == "test" for row in own])
    assert 0.4 <= share <= 0.6
    assert max(len(value) for row in rows for value in row.values()) < 80
