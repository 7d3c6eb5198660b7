"""Contrasts: right by hand and against statsmodels, silent where nothing is, and found where it was planted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.compare.contrasts import CORE_FEATURES, adjust_p, contrast_outlets
from analysis.compare.rates import Counts, moment_table
from analysis.compare.ratios import contrast_sides, fit_trend, rate_ratios
from analysis.tables import CONTRASTS, InputError

ALONE = pd.DataFrame({"feature": ["hedge"], "section": "body", "voice": "newsroom"})


def simulate(random, size, rate, words=600, clumped=1.0):
    """Counts of overdispersed articles of unlike length."""
    words = np.clip(np.exp(random.normal(np.log(words), 0.7, size)), 100, 5000).round()
    return random.poisson(random.gamma(1 / clumped, clumped, size) * rate * words / 1000).astype(float), words


def contrast(y_a, w_a, y_b, w_b, **options):
    """One contrast per column of the arrays (articles, columns)."""
    y, w = (np.concatenate(pair).astype(float) for pair in ((y_a, y_b), (w_a, w_b)))
    y, w = (part.reshape(len(part), -1) for part in (y, w))
    column = np.arange(y.shape[1])
    table = moment_table(Counts(y, w, (w > 0).astype(float), column, ALONE, pd.DataFrame()))
    sides = np.arange(len(y_a)), np.arange(len(y_a), len(y))
    return rate_ratios(contrast_sides(table, column, *sides, **options))


def corpus(mentions, outlets, words=500, features=("hedge",), **columns):
    """Articles with these newsroom mentions of each feature."""
    ids = [f"{i:04d}" for i in range(len(outlets))]
    articles = pd.DataFrame({"article_id": ids, "outlet": list(outlets), **columns})
    mentions = np.reshape(mentions, (len(features), len(ids)))
    alike = {"article_id": ids, "section": "body", "voice": "newsroom", "words": words}
    scores = [pd.DataFrame({**alike, "feature": f, "mentions": y}) for f, y in zip(features, mentions, strict=True)]
    return pd.concat(scores, ignore_index=True), articles


def test_ratio_and_interval_agree_with_a_quasi_poisson_model_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(1)
    (y_a, w_a), (y_b, w_b) = simulate(random, 300, 9, clumped=0.3), simulate(random, 200, 12, clumped=0.3)
    y, side = np.concatenate([y_a, y_b]), np.repeat([1.0, 0.0], [300, 200])
    model = sm.GLM(y, sm.add_constant(side), family=sm.families.Poisson(), offset=np.log(np.concatenate([w_a, w_b])))
    fitted = model.fit(cov_type="HC1")
    found = contrast(y_a, w_a, y_b, w_b).iloc[0]
    low, high = np.exp(fitted.conf_int()[1])
    assert found["rate_ratio"] == pytest.approx(np.exp(fitted.params[1]), rel=1e-8)
    assert np.log(found["ci_high"] / found["ci_low"]) == pytest.approx(np.log(high / low), rel=0.06)
    assert np.log(found["p"]) == pytest.approx(np.log(fitted.pvalues[1]), rel=0.1)


def test_critical_value_is_that_of_an_exhaustive_relabelling():
    from itertools import combinations

    random = np.random.default_rng(3)
    y, w = simulate(random, 10, 12)
    column = np.zeros(1, dtype=int)
    table = moment_table(Counts(y[:, None], w[:, None], np.ones((10, 1)), column, ALONE, pd.DataFrame()))
    from analysis.compare.ratios import pair_sides, signed_root
    from analysis.compare.ratios import split_moments as split

    roots = []
    for first in combinations(range(10), 5):
        mine = np.isin(np.arange(10), first)
        sides = [split(table[rows].sum(axis=0), column) for rows in (mine, ~mine)]
        roots.append(abs(signed_root(pair_sides(*sides))[0]))
    found = contrast_sides(table, column, np.arange(5), np.arange(5, 10), draws=4999)
    assert found.critical[0] == pytest.approx(np.quantile(roots, 0.95), rel=0.1)


def test_swapping_the_sides_turns_the_ratio_over():
    random = np.random.default_rng(2)
    (y_a, w_a), (y_b, w_b) = simulate(random, 8, 9), simulate(random, 30, 4)
    one, other = contrast(y_a, w_a, y_b, w_b).iloc[0], contrast(y_b, w_b, y_a, w_a).iloc[0]
    assert other["rate_ratio"] == pytest.approx(1 / one["rate_ratio"])
    assert [other["ci_low"], other["ci_high"]] == pytest.approx([1 / one["ci_high"], 1 / one["ci_low"]], rel=1e-6)
    assert other["p"] == pytest.approx(one["p"])


def test_interval_excludes_one_exactly_where_p_is_under_five_percent():
    random = np.random.default_rng(4)
    for rate in (1, 16):  # a handful of mentions, and many
        found = contrast(*simulate(random, (12, 400), rate), *simulate(random, (12, 400), rate / 3))
        excluded = (found["ci_low"] > 1) | (found["ci_high"] < 1)
        assert 0.1 < excluded.mean() < 0.98
        assert (excluded == (found["p"] < 0.05)).all()


@pytest.mark.parametrize(("size", "rate"), [(5, 15), (15, 2), (60, 0.5), (60, 12)])
def test_two_halves_of_one_outlet_are_rarely_called_different(size, rate):
    random, trials = np.random.default_rng(size), 500
    (y_a, w_a), (y_b, w_b) = simulate(random, (size, trials), rate), simulate(random, (size, trials), rate)
    alarms = (contrast(y_a, w_a, y_b, w_b)["p"] < 0.05).sum()
    assert stats.binom.ppf(0.0005, trials, 0.03) <= alarms <= stats.binom.ppf(0.9995, trials, 0.06)


@pytest.mark.parametrize(("size", "against", "ratio"), [(5, 60, 1), (5, 60, 3), (15, 15, 1 / 3), (60, 60, 2)])
def test_intervals_cover_the_true_ratio_of_unlike_sides(size, against, ratio):
    random, trials = np.random.default_rng(7), 500
    a = simulate(random, (size, trials), 3 * ratio, words=400, clumped=1.0)
    b = simulate(random, (against, trials), 3, words=900, clumped=0.5)
    found = contrast(*a, *b)
    covered = ((found["ci_low"] <= ratio) & (ratio <= found["ci_high"])).sum()
    assert covered >= stats.binom.ppf(0.0005, trials, 0.94)


def test_planted_difference_is_found_and_planted_equality_is_not():
    random = np.random.default_rng(5)
    outlets = np.repeat([f"o{i}" for i in range(6)], 30)
    rates = np.where(outlets == "o0", 3.0, 1.0)
    words = np.full(180, 600)
    mentions = [random.poisson(random.gamma(2, 0.5, 180) * 4 * rate) for rate in [rates, *[np.ones(180)] * 10]]
    found = contrast_outlets(*corpus(mentions, outlets, words, CORE_FEATURES))
    family = found[(found["family"] == "declared") & (found["p_adjusted"] < 0.05)]
    assert ("hedge", "o0") in set(zip(family["feature"], family["outlet_a"], strict=True))
    assert set(family["feature"]) == {"hedge"}
    assert family.set_index("outlet_a").loc["o0", "ci_low"] > 1.5


def test_columns_families_and_contrasts():
    scores, articles = corpus([3, 1, 2] * 4, "AAABBBCCCDDD", published="2020-01-01")
    headline = scores.assign(section="headline", words=10)
    quoted = scores.assign(voice="quoted")
    found = contrast_outlets(pd.concat([scores, headline, quoted, scores.assign(feature="mine")]), articles)
    assert found.columns.tolist() == CONTRASTS
    declared = found[found["family"] == "declared"]
    assert declared[["feature", "section", "voice", "contrast"]].drop_duplicates().to_dict("records") == [
        {"feature": "hedge", "section": "body", "voice": "newsroom", "contrast": "rest"}
    ]
    assert found.groupby("contrast", sort=True).size().to_dict() == {"pair": 24, "rest": 16}


def test_pairs_of_more_than_ten_outlets_come_on_request():
    scores, articles = corpus([1, 2, 3] * 11, [f"o{i:02d}" for i in range(11) for _ in range(3)])
    assert set(contrast_outlets(scores, articles, draws=99)["contrast"]) == {"rest"}
    assert (contrast_outlets(scores, articles, pairs=True, draws=99)["contrast"] == "pair").sum() == 55


def test_two_articles_give_the_ratio_and_no_interval():
    found = contrast_outlets(*corpus([4, 4, 1, 1, 1], "AABBB")).iloc[0]
    assert found["rate_ratio"] == 4
    assert found[["ci_low", "ci_high", "p", "p_adjusted"]].isna().all()
    assert "fewer than 3 articles" in found["status"]


def test_three_against_three_articles_never_differ():
    found = contrast_outlets(*corpus([30, 31, 29, 1, 2, 1], "AAABBB")).iloc[0]
    assert found["p"] >= 0.1 - 1e-9  # 2 of 20 ways to choose three of six
    assert found["ci_low"] < 1 < found["rate_ratio"]


def test_too_little_to_tell_names_what_would_have_been_detected():
    scores, articles = corpus([1, 0, 2, 1, 1, 0, 2, 1], "AAAABBBB")
    found = contrast_outlets(scores, articles).iloc[0]
    assert found["detectable_ratio"] > 2
    assert "too little to tell" in found["status"]
    clear = contrast_outlets(*corpus([30, 29, 33, 31, 28, 1, 2, 1, 3, 2], "AAAAABBBBB")).iloc[0]
    assert np.isnan(clear["detectable_ratio"]) and clear["status"] == ""


def test_no_mention_on_one_side_bounds_the_ratio_on_the_other():
    found = contrast_outlets(*corpus([0] * 8 + [2] * 8, "A" * 8 + "B" * 8)).set_index("outlet_a")
    assert found.loc["A", "rate_ratio"].tolist()[0] == 0 == found.loc["A", "ci_low"].tolist()[0]
    assert 0 < found.loc["A", "ci_high"].tolist()[0] < 1
    assert np.isinf(found.loc["B", ["rate_ratio", "ci_high"]].astype(float)).all()
    assert contrast_outlets(*corpus([0] * 6, "AAABBB"))["status"].eq("no mention on either side").all()


def test_one_outlet_or_one_article_is_refused_in_one_line():
    with pytest.raises(InputError, match="one outlet only"):
        contrast_outlets(*corpus([1, 2, 3], "AAA"))
    with pytest.raises(InputError, match="one article only"):
        contrast_outlets(*corpus([1], "A"))
    scores, articles = corpus([1, 2, 3, 4], "AABB")
    with pytest.raises(InputError, match="within"):
        contrast_outlets(scores, articles, within=("genre",))


def test_agency_copy_printed_by_another_outlet_changes_nothing_for_that_outlet():
    scores, articles = corpus([3, 1, 2, 4, 1, 1, 2, 0, 9, 9], "AAAABBBBBB", origin=list("AAAABBBB") + ["Agency"] * 2)
    without = contrast_outlets(scores[:8], articles[:8])
    found = contrast_outlets(scores, articles)
    kept = found[(found["contrast"] == "pair") & (found["outlet_b"] == "B")].iloc[0]
    before = without[without["contrast"] == "pair"].iloc[0]
    assert kept[["rate_ratio", "ci_low", "ci_high"]].tolist() == before[["rate_ratio", "ci_low", "ci_high"]].tolist()
    everything = contrast_outlets(scores, articles, copies="all")
    assert everything[everything["contrast"] == "pair"]["rate_ratio"].iloc[0] < 1 < kept["rate_ratio"]


def covered_events(random, number=24, effect=1.0):
    """Outlet A covers hedged events more; on each event both hedge alike, but for `effect`."""
    event, outlet, rate = [], [], []
    for i in range(number):
        level = random.gamma(2, 4) + (12 if i % 2 else 0)
        for name, copies in (("A", 3 if i % 2 else 1), ("B", 1 if i % 2 else 3)):
            event += [f"e{i}"] * copies
            outlet += [name] * copies
            rate += [level * (effect if name == "A" else 1)] * copies
    return event, outlet, random.poisson(rate)


def test_within_events_takes_out_what_the_outlets_chose_to_cover():
    event, outlet, mentions = covered_events(np.random.default_rng(8))
    scores, articles = corpus(mentions, outlet, event=event)
    found = contrast_outlets(scores, articles, pairs=False).query("outlet_a == 'A'").set_index("contrast")
    assert found.loc["rest", "rate_ratio"] > 1.25
    assert found.loc["within-event", "ci_low"] < 1 < found.loc["within-event", "ci_high"]
    assert found.loc["within-event", "rate_ratio"] < 1.15
    events = articles[["article_id", "event"]]
    again = contrast_outlets(scores, articles.drop(columns="event"), events=events)
    pd.testing.assert_frame_equal(again, contrast_outlets(scores, articles))


def test_within_events_finds_a_planted_difference_and_holds_its_level():
    random, found = np.random.default_rng(9), {1.0: 0, 1.5: 0}
    for effect in found:
        for _ in range(30):
            event, outlet, mentions = covered_events(random, 16, effect)
            scores, articles = corpus(mentions, outlet, event=event)
            table = contrast_outlets(scores, articles, pairs=False, draws=19)
            row = table[(table["contrast"] == "within-event") & (table["outlet_a"] == "A")].iloc[0]
            found[effect] += row["p"] < 0.05
    assert found[1.0] <= stats.binom.ppf(0.9995, 30, 0.05)
    assert found[1.5] >= 25


def test_stratified_ratio_is_mantel_and_haenszels():
    scores, articles = corpus([4, 6, 3, 2, 8, 9, 1, 3, 5, 2, 7, 6], "AABBAABBAABB", topic=list("xxxxyyyyzzzz"))
    found = contrast_outlets(scores, articles, within=("topic",)).set_index("contrast")
    a, b = np.array([10, 17, 7]), np.array([5, 4, 13])  # mentions of each side in each topic, words being even
    assert found.loc["within-topic", "rate_ratio"].iloc[0] == pytest.approx((a / 2).sum() / (b / 2).sum(), rel=1e-5)
    assert found.loc["within-topic", "articles_a"].iloc[0] == 6


def test_events_widen_what_correlated_articles_would_narrow():
    random = np.random.default_rng(10)
    level = np.repeat(random.gamma(1, 6, 20), 6)
    mentions, event = random.poisson(level), np.repeat([f"e{i}" for i in range(20)], 6)
    scores, articles = corpus(mentions, ["A"] * 60 + ["B"] * 60)
    width = [
        np.log(table["ci_high"] / table["ci_low"])[0]
        for table in (contrast_outlets(scores, articles), contrast_outlets(scores, articles.assign(event=event)))
    ]
    assert width[1] > 1.4 * width[0]


def test_articles_of_one_week_widen_contrasts_of_outlets_that_wrote_in_other_weeks():
    random = np.random.default_rng(16)
    level, outlet = np.repeat(random.gamma(1, 6, 30), 5), np.repeat(["A", "B"], 75)
    week = np.repeat(pd.date_range("2020-01-06", periods=30, freq="7D").strftime("%Y-%m-%d"), 5)
    scores, articles = corpus(random.poisson(level), outlet, published=random.permutation(week))
    mixed = contrast_outlets(scores, articles)
    found = contrast_outlets(scores, articles.assign(published=week))
    width = [np.log(table["ci_high"] / table["ci_low"])[0] for table in (mixed, found)]
    assert width[1] > 1.4 * width[0]
    short = contrast_outlets(scores, articles.assign(published="2020-01-06"))  # one week tells nothing of weeks
    assert np.log(short["ci_high"] / short["ci_low"])[0] <= width[0]


def test_few_events_are_what_a_corpus_is_about_and_articles_are_the_unit():
    scores, articles = corpus([1, 2, 3, 2, 4, 5, 4, 6], "AAAABBBB")
    plain = contrast_outlets(scores, articles)
    found = contrast_outlets(scores, articles.assign(event="summit"))
    again = found[found["contrast"] != "within-event"].reset_index(drop=True)
    estimates = ["contrast", "outlet_a", "rate_ratio", "ci_low", "ci_high", "p", "method"]
    pd.testing.assert_frame_equal(again[estimates], plain[estimates])


def test_groups_are_compared_over_outlets_and_not_over_articles():
    outlets = np.repeat([f"o{i}" for i in range(12)], 10)
    group = np.where(np.repeat(np.arange(12), 10) < 6, "private", "state")
    level = np.repeat(np.random.default_rng(11).gamma(2, 3, 12), 10)  # outlets differ, groups do not
    scores, articles = corpus(np.random.default_rng(12).poisson(level), outlets, outlet_group=group)
    found = contrast_outlets(scores, articles).query("contrast == 'group'").iloc[0]
    pooled = contrast_outlets(scores, articles.assign(outlet=group).drop(columns="outlet_group")).iloc[0]
    assert found[["outlet_a", "outlet_b", "articles_a"]].tolist() == ["private", "state", 60]
    assert np.log(found["ci_high"] / found["ci_low"]) > 2 * np.log(pooled["ci_high"] / pooled["ci_low"])
    few = articles["outlet"].isin(["o0", "o1", "o10", "o11"])
    thin = contrast_outlets(scores[scores["article_id"].isin(articles["article_id"][few])], articles[few])
    assert "independent units" in thin.query("contrast == 'group'")["status"].iloc[0]


def test_a_source_whose_own_articles_do_not_count_keeps_its_group():
    outlets = [name for name in "ABCDEF" for _ in range(2)] + ["Agency", "A"]
    group = {name: "state" if name in "ABC" else "private" for name in "ABCDEF"} | {"Agency": "state"}
    scores, articles = corpus([3, 1] * 7, outlets, outlet_group=[group[name] for name in outlets])
    articles["origin"] = [*outlets[:-1], "Agency"]
    events = articles.assign(event="x", duplicate_of=[None] * 12 + ["0013", None])  # Agency's own is the copy
    found = contrast_outlets(scores, articles, events=events).query("contrast == 'group'").iloc[0]
    assert found[["articles_a", "articles_b"]].tolist() == [6, 7]


def test_trend_agrees_with_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(13)
    time = random.random(80)
    words = np.full(80, 500.0)
    mentions = random.poisson(np.exp(1 + 1.2 * time) * random.gamma(3, 1 / 3, 80)).astype(float)
    column = np.zeros(1, dtype=int)
    counts = Counts(mentions[:, None], words[:, None], np.ones((80, 1)), column, ALONE, pd.DataFrame())
    found = fit_trend(counts, time).iloc[0]
    model = sm.GLM(mentions, sm.add_constant(time), family=sm.families.Poisson(), offset=np.log(words))
    fitted = model.fit()
    assert np.log(found["rate_ratio"]) == pytest.approx(fitted.params[1], abs=1e-6)
    scores = sm.add_constant(time) * (fitted.resid_response / (1 - fitted.get_influence().hat_matrix_diag))[:, None]
    covariance = fitted.normalized_cov_params @ (scores.T @ scores) @ fitted.normalized_cov_params
    half = stats.t.ppf(0.975, 78) * np.sqrt(covariance[1, 1])
    assert np.log(found["ci_high"] / found["rate_ratio"]) == pytest.approx(half, rel=1e-3)


def test_trend_needs_dates_and_articles():
    dates = pd.date_range("2020-01-01", periods=20, freq="30D").strftime("%Y-%m-%d").tolist()
    scores, articles = corpus(list(range(1, 21)) + [3] * 4, "A" * 20 + "B" * 4, published=[*dates, *dates[:3], None])
    found = contrast_outlets(scores, articles).query("contrast == 'trend'").set_index("outlet_a")
    assert found.loc["A", "ci_low"] > 1
    assert "2021-07-24 over 2020-01-01" in found.loc["A", "method"]
    assert np.isnan(found.loc["B", "p"]) and "fewer than 15" in found.loc["B", "status"]


def test_adjusted_p_is_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(14).random(50) ** 3
    assert adjust_p(p) == pytest.approx(multitest.multipletests(p, method="fdr_bh")[1])


def test_same_input_in_any_order_gives_the_same_table():
    random = np.random.default_rng(15)
    scores, articles = corpus(random.poisson(3, 30), list("ABC") * 10)
    found = contrast_outlets(scores, articles)
    shuffled = contrast_outlets(scores.sample(frac=1, random_state=1), articles.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(found, shuffled)
    assert not found["p"].equals(contrast_outlets(scores, articles, seed=1)["p"])
