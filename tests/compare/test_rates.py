"""Rates per 1,000 words: right by hand and intervals that hold their level."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.compare.events import assign_sources
from analysis.compare.rates import Sums, estimate_sides, place_articles, rates, student_quantile
from analysis.tables import InputError


def corpus(mentions, words=500, outlets="A", **columns):
    """One feature, one voice: an article for each of `mentions`."""
    number = len(mentions)
    ids = [f"{i:03d}" for i in range(number)]
    articles = pd.DataFrame(
        {"article_id": ids, "outlet": list(outlets) if len(outlets) == number else outlets, **columns}
    )
    scores = pd.DataFrame({
        "article_id": ids, "section": "body", "feature": "hedge", "voice": "newsroom", "mentions": mentions,
        "words": words,
    })  # fmt: skip
    return scores, articles


def test_rate_and_limits_of_even_counts_are_poissons_on_the_logarithm():
    found = rates(*corpus([2] * 40)).iloc[0]
    half = stats.t.ppf(0.975, 4) / np.sqrt(80.5)  # even counts have no variance of their own, so no freedom
    # at a limit the variance is part that of the mentions expected there
    low, high = (4.025 * np.exp(sign * half * np.exp(-sign * half / 8)) for sign in (-1, 1))
    assert found["per_1000"] == 4
    assert found[["articles", "words", "mentions"]].tolist() == [40, 20000, 80]
    assert [found["ci_low"], found["ci_high"]] == pytest.approx([low, high], rel=3e-3)


def test_articles_that_differ_much_widen_the_interval():
    even, uneven = (rates(*corpus(counts)).iloc[0] for counts in ([5] * 20, [0, 10] * 10))
    assert uneven["per_1000"] == even["per_1000"]
    assert uneven["ci_high"] / uneven["ci_low"] > 1.5 * even["ci_high"] / even["ci_low"]


def test_limits_do_not_jump_with_one_article_more():
    found = [rates(*corpus([1, 3, 8] * third)).iloc[0] for third in range(2, 9)]
    width = np.log([row["ci_high"] / row["ci_low"] for row in found])
    assert (np.diff(width) < 0).all() and (np.diff(np.log(width), 2) > -0.02).all(), "from 6 to 24 articles"


def test_no_mention_still_has_an_upper_limit():
    found = rates(*corpus([0] * 6)).iloc[0]
    assert found["per_1000"] == found["ci_low"] == 0
    assert found["ci_high"] > 1000 * 3.69 / 3000  # Poisson's own limit, which trusts every word


def test_two_articles_give_points_and_counts_and_say_why_no_interval():
    found = rates(*corpus([3, 1])).iloc[0]
    assert found["per_1000"] == 4
    assert found[["ci_low", "ci_high"]].isna().all()
    assert "fewer than 3 articles" in found["status"]


def test_articles_of_an_outlet_on_one_event_are_one_unit_where_events_are_many():
    scores, articles = corpus([2, 2, 2, 8, 8, 8, *[1] * 12], outlets="A" * 6 + "B" * 12)
    event = ["x"] * 3 + ["y"] * 3 + [f"e{i}" for i in range(12)]
    events = pd.DataFrame({"article_id": articles["article_id"], "event": event})
    assert rates(scores, articles, events=events)["status"].tolist() == [
        "articles of fewer than 3 weeks or events: no interval",
        "",
    ]
    few = rates(scores[:6], articles[:6], events=events)  # two events are what that corpus is about
    assert few["ci_low"].notna().all() and few["status"].str.contains("articles taken for independent").all()


def test_articles_of_one_week_are_one_unit_and_an_event_belongs_to_the_week_of_its_first():
    day = ["2018-01-01", "2018-01-03", "2018-01-09", *(f"2018-{month:02d}-20" for month in range(2, 13))]
    _, articles = corpus([1] * 14, published=day)
    assert place_articles(articles)["unit"].nunique() == 13, "the first two stand in one week"
    events = pd.DataFrame({"article_id": articles["article_id"], "event": ["x", "y", "x", *"abcdefghijk"]})
    assert place_articles(articles, events=events)["unit"].nunique() == 12
    assert place_articles(articles[:5])["unit"].nunique() == 5, "few weeks are no sample of weeks"
    unknown = articles.assign(published=[None, *day[1:]])
    assert place_articles(unknown)["unit"].nunique() == 14


def test_order_of_rows_and_kind_of_index_change_nothing():
    scores, articles = corpus([3, 1, 2, 5, 4, 0], outlets="AABBCC")
    shuffled = rates(scores[::-1], articles.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled, rates(scores, articles))


AGENCY = pd.DataFrame({
    "article_id": ["0", "1", "2", "3"], "outlet": ["Islamabad", "Sputnik", "Herald", None],
    "origin": ["Sputnik", "Sputnik", "Herald", None],
})  # fmt: skip


@pytest.mark.parametrize(
    ("copies", "sources", "counted"),
    [
        ("once", ["Sputnik", "Sputnik", "Herald"], [True, True, True, True]),
        ("all", ["Islamabad", "Sputnik", "Herald"], [True, True, True, True]),
        ("drop", ["Sputnik", "Sputnik", "Herald"], [False, True, True, True]),
    ],
)
def test_agency_copy_counts_for_the_agency_unless_the_user_says_otherwise(copies, sources, counted):
    found = assign_sources(AGENCY, copies)
    assert found["source"].tolist()[:3] == sources
    assert found["source"].isna().tolist() == [False, False, False, True]
    assert found["counted"].tolist() == counted


def test_near_duplicate_counts_once_and_the_original_is_the_one_kept():
    events = pd.DataFrame({"article_id": ["0", "1", "2", "3"], "event": "e", "duplicate_of": ["1", None, None, None]})
    found = assign_sources(AGENCY, "once", events)
    assert found["counted"].tolist() == [False, True, True, True]
    absent = events.assign(duplicate_of=["gone", "gone", None, None])
    assert assign_sources(AGENCY, "once", absent)["counted"].sum() == 3


def test_same_text_of_one_agency_in_two_outlets_counts_once():
    articles = pd.DataFrame({"article_id": ["0", "1"], "outlet": ["A", "B"], "origin": "AP", "text": "The same."})
    assert assign_sources(articles)["counted"].tolist() == [True, False]


def test_outlet_of_copies_only_is_listed_and_says_so():
    scores, articles = corpus([1, 2, 3, 4], outlets="AAAB", origin=["A"] * 4)
    found = rates(scores, articles).set_index("outlet")
    assert found.loc["A", "articles"] == 4
    assert found.loc["B", "articles"] == 0
    assert found.loc["B", "status"] == "no article of its own: copy of A"


def test_missing_outlet_is_counted_apart_and_is_no_outlet():
    scores, articles = corpus([1, 2, 3, 4], outlets=["A", "A", "A", None])
    found = rates(scores, articles)
    assert found["outlet"].isna().tolist() == [False, True]
    assert "no outlet named" in found["status"][1]


def test_unquoted_is_newsroom_and_reported_together():
    scores, articles = corpus([3, 1, 2], words=100)
    more = scores.assign(voice="reported", mentions=1, words=50)
    found = rates(pd.concat([scores, more]), articles).set_index("voice")
    assert found.loc["unquoted", ["mentions", "words", "per_1000"]].tolist() == [9, 450, 20]


def test_article_without_words_of_a_voice_leaves_that_voice():
    scores, articles = corpus([3, 1, 2, 0], words=[100, 100, 100, 0])
    assert rates(scores, articles)["articles"].tolist() == [3]


def test_groups_have_the_outlet_as_unit():
    scores, articles = corpus([1, 2, 3, 4], outlets="AABB", outlet_group=["state"] * 4)
    found = rates(scores, articles, by="outlet_group")
    assert found["outlet_group"].tolist() == ["state"]
    assert "fewer than 3 outlets" in found["status"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"copies": "some"}, "copies"), ({"by": "paper"}, "no column")],
)
def test_unknown_choices_are_refused_in_one_line(change, message):
    with pytest.raises(InputError, match=message):
        rates(*corpus([1, 2, 3]), **change)


def test_no_words_and_repeated_ids_are_refused():
    with pytest.raises(InputError, match="no words"):
        rates(*corpus([0, 0, 0], words=0))
    scores, articles = corpus([1, 2, 3])
    with pytest.raises(InputError, match="repeats"):
        rates(scores, articles.assign(article_id="0"))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5000)), min_size=3, max_size=20), st.randoms())
def test_rate_lies_in_its_interval_and_order_does_not_matter(pairs, random):
    mentions, words = (list(part) for part in zip(*pairs, strict=True))
    scores, articles = corpus(mentions, words)
    found = rates(scores, articles)
    row = found.iloc[0]
    assert 0 <= row["ci_low"] <= row["per_1000"] <= row["ci_high"]
    shuffled = scores.sample(frac=1, random_state=random.randrange(99))
    pd.testing.assert_frame_equal(found, rates(shuffled, articles[::-1]))


@pytest.mark.parametrize(("size", "rate"), [(3, 0.5), (5, 6), (8, 2), (14, 0.5), (15, 6), (60, 1), (300, 0.2)])
def test_intervals_cover_the_true_rate_of_overdispersed_articles(size, rate):
    random = np.random.default_rng(size)
    trials = 1500
    words = np.clip(np.exp(random.normal(6.4, 0.7, (2 * size, trials))), 100, 5000).round()
    mentions = random.poisson(random.gamma(1, 1, words.shape) * rate * words / 1000).astype(float)
    rows = pd.DataFrame({"side": ["A"] * size + ["B"] * size, "unit": "u"})
    _, sides = estimate_sides(Sums(rows, pd.DataFrame(index=range(trials)), mentions, words, np.ones_like(words)))
    half = student_quantile(sides.freedom) * np.sqrt(sides.variance)
    low = np.where(sides.mentions > 0, np.exp(sides.log_rate - half), 0)
    covered = ((low * 1000 <= rate) & (rate <= 1000 * np.exp(sides.log_rate + half))).sum()
    assert covered >= stats.binom.ppf(0.0005, 2 * trials, 0.945)
