"""Rates per 1,000 words: right by hand and against statsmodels, and intervals that hold their level."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.compare.rates import Moments, assign_sources, compare_outlets, rate_interval
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


def test_rate_and_limits_of_even_counts_are_garwoods_widened_by_t():
    found = compare_outlets(*corpus([2, 2, 2, 2])).iloc[0]
    scale = (stats.t.ppf(0.975, 3) / stats.norm.ppf(0.975)) ** 2
    low, high = stats.chi2.ppf(0.025, 2 * 8 / scale), stats.chi2.ppf(0.975, 2 * 8 / scale + 2)
    assert found["per_1000"] == 4
    assert found[["articles", "words", "mentions"]].tolist() == [4, 2000, 8]
    assert found["ci_low"] == pytest.approx(1000 * low / 2 * scale / 2000, rel=1e-4)
    assert found["ci_high"] == pytest.approx(1000 * high / 2 * scale / 2000, rel=1e-4)


def test_lower_limit_uses_the_dispersion_that_statsmodels_estimates():
    sm = pytest.importorskip("statsmodels.api")
    mentions = np.array([0, 1, 9, 2, 14, 3, 0, 5, 8, 2, 4, 1, 7, 0, 3, 6, 2, 2])
    model = sm.GLM(mentions, np.ones(18), family=sm.families.Poisson(), offset=np.full(18, np.log(500)))
    spread = model.fit(scale="X2").scale * (stats.t.ppf(0.975, 17) / stats.norm.ppf(0.975)) ** 2
    low = stats.chi2.ppf(0.025, 2 * mentions.sum() / spread) / 2 * spread / (18 * 500)
    assert compare_outlets(*corpus(mentions))["ci_low"][0] == pytest.approx(1000 * low, rel=1e-4)


def test_no_mention_still_has_an_upper_limit():
    found = compare_outlets(*corpus([0] * 6)).iloc[0]
    assert found["per_1000"] == found["ci_low"] == 0
    assert found["ci_high"] > 1000 * 3.69 / 3000  # Poisson's own limit, which trusts every word


def test_two_articles_give_points_and_counts_and_say_why_no_interval():
    found = compare_outlets(*corpus([3, 1])).iloc[0]
    assert found["per_1000"] == 4
    assert found[["ci_low", "ci_high", "pooled_per_1000"]].isna().all()
    assert "fewer than 3 articles" in found["status"]


def test_articles_of_an_outlet_on_one_event_are_one_unit_where_events_are_many():
    scores, articles = corpus([2, 2, 2, 8, 8, 8, *[1] * 12], outlets="A" * 6 + "B" * 12)
    event = ["x"] * 3 + ["y"] * 3 + [f"e{i}" for i in range(12)]
    events = pd.DataFrame({"article_id": articles["article_id"], "event": event})
    assert compare_outlets(scores, articles)["status"].tolist() == ["", ""]
    assert compare_outlets(scores, articles, events=events)["status"].tolist() == [
        "fewer than 3 events: no interval",
        "",
    ]
    few = compare_outlets(scores[:6], articles[:6], events=events)  # two events are what that corpus is about
    assert few["status"].tolist() == [""]


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
    found = compare_outlets(scores, articles).set_index("outlet")
    assert found.loc["A", "articles"] == 4
    assert found.loc["B", "articles"] == 0
    assert found.loc["B", "status"] == "no article of its own: copy of A"


def test_missing_outlet_is_counted_apart_and_is_no_outlet():
    scores, articles = corpus([1, 2, 3, 4], outlets=["A", "A", "A", None])
    found = compare_outlets(scores, articles)
    assert found["outlet"].isna().tolist() == [False, True]
    assert "no outlet named" in found["status"][1]


def test_unquoted_is_newsroom_and_reported_together():
    scores, articles = corpus([3, 1, 2], words=100)
    more = scores.assign(voice="reported", mentions=1, words=50)
    found = compare_outlets(pd.concat([scores, more]), articles).set_index("voice")
    assert found.loc["unquoted", ["mentions", "words", "per_1000"]].tolist() == [9, 450, 20]


def test_share_is_held_against_all_words_of_the_section():
    scores, articles = corpus([3, 1, 2], words=100)
    found = compare_outlets(pd.concat([scores, scores.assign(voice="all", words=400)]), articles, per="section")
    assert found.set_index("voice").loc["newsroom", ["words", "per_1000"]].tolist() == [1200, 5]


def test_article_without_words_of_a_voice_leaves_that_voice():
    scores, articles = corpus([3, 1, 2, 0], words=[100, 100, 100, 0])
    assert compare_outlets(scores, articles)["articles"].tolist() == [3]


def test_groups_have_the_outlet_as_unit():
    scores, articles = corpus([1, 2, 3, 4], outlets="AABB", outlet_group=["state"] * 4)
    found = compare_outlets(scores, articles, by="outlet_group")
    assert found["outlet_group"].tolist() == ["state"]
    assert "fewer than 3 outlets" in found["status"][0]


def test_pooling_draws_towards_the_common_rate_and_needs_four_outlets():
    scores, articles = corpus([1, 2, 3] * 3 + [9, 8, 9], outlets="AAABBBCCCDDD")
    found = compare_outlets(scores, articles).set_index("outlet")
    assert found.loc["A", "per_1000"] < found.loc["A", "pooled_per_1000"]
    assert found.loc["D", "per_1000"] > found.loc["D", "pooled_per_1000"] > found.loc["A", "pooled_per_1000"]
    few = compare_outlets(scores[:9], articles[:9])
    assert few["pooled_per_1000"].isna().all() and few["ci_low"].notna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"copies": "some"}, "copies"), ({"by": "paper"}, "no column"), ({"per": "line"}, "per=")],
)
def test_unknown_choices_are_refused_in_one_line(change, message):
    with pytest.raises(InputError, match=message):
        compare_outlets(*corpus([1, 2, 3]), **change)


def test_no_words_and_repeated_ids_are_refused():
    with pytest.raises(InputError, match="no words"):
        compare_outlets(*corpus([0, 0, 0], words=0))
    scores, articles = corpus([1, 2, 3])
    with pytest.raises(InputError, match="repeats"):
        compare_outlets(scores, articles.assign(article_id="0"))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5000)), min_size=3, max_size=20), st.randoms())
def test_rate_lies_in_its_interval_and_order_does_not_matter(pairs, random):
    mentions, words = (list(part) for part in zip(*pairs, strict=True))
    scores, articles = corpus(mentions, words)
    found = compare_outlets(scores, articles)
    row = found.iloc[0]
    assert 0 <= row["ci_low"] <= row["per_1000"] <= row["ci_high"]
    shuffled = scores.sample(frac=1, random_state=random.randrange(99))
    pd.testing.assert_frame_equal(found, compare_outlets(shuffled, articles[::-1]))


@pytest.mark.parametrize(("size", "rate"), [(3, 0.5), (5, 6), (15, 0.5), (15, 6), (60, 6), (600, 1)])
def test_intervals_cover_the_true_rate_of_overdispersed_articles(size, rate):
    random = np.random.default_rng(size)
    trials = 600
    words = np.clip(np.exp(random.normal(6.4, 0.7, (size, 4, trials))), 100, 5000).round()
    mentions = random.poisson(random.gamma(1, 1, words.shape) * rate * words / 1000)
    products = (mentions, mentions**2, mentions * words, words, words**2, np.ones_like(words))
    low, high, *_ = rate_interval(Moments(*(part.sum(axis=0).astype(float) for part in products)))
    covered = ((low * 1000 <= rate) & (rate <= high * 1000)).sum()
    assert covered >= stats.binom.ppf(0.0005, 4 * trials, 0.945)
