"""Contrasts: right by hand, silent where nothing is, found where it was planted, and independent of names and order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.compare.contrasts import adjust_p, contrast_sides, contrasts, finish
from analysis.compare.rates import Sums
from analysis.tables import CONTRASTS, InputError


def corpus(mentions, words=500, outlets="AB", feature="hedge", **columns):
    """One feature, one voice: an article for each of `mentions`."""
    ids = [f"{i:04d}" for i in range(len(mentions))]
    articles = pd.DataFrame({"article_id": ids, "outlet": list(outlets), **columns})
    scores = pd.DataFrame({
        "article_id": ids, "section": "body", "feature": feature, "voice": "newsroom", "mentions": mentions,
        "words": words,
    })  # fmt: skip
    return scores, articles


def simulate(seed, sizes, ratios, rate=5.0, spread=0.5, trials=400):
    """Contrasts of `trials` corpora at once (a cell each): outlets of `sizes` articles at `ratios` times the rate."""
    random = np.random.default_rng(seed)
    outlet = np.repeat(np.arange(len(sizes)), sizes)
    words = np.clip(random.lognormal(6.2, 0.6, (len(outlet), trials)), 50, None).round()
    mean = rate * np.asarray(ratios)[outlet][:, None] * words / 1000
    mentions = random.poisson(mean * random.gamma(1 / spread, spread, mean.shape)).astype(float)
    rows = pd.DataFrame({"side": [f"o{k:02d}" for k in outlet], "unit": [str(i) for i in range(len(outlet))]})
    cells = pd.DataFrame({"feature": "hedge", "section": "body", "voice": "newsroom", "trial": range(trials)})
    return contrast_sides(Sums(rows, cells, mentions, words, np.ones_like(words)))


def most(trials, share, chance=0.0005):
    return stats.binom.isf(chance, trials, share)


def test_ratio_and_interval_by_hand():
    found = contrasts(*corpus([9, 8, 7, 10, 1, 2, 3, 2], outlets="AAAABBBB")).iloc[0]
    assert found["rate_ratio"] == 4.25
    assert found[["outlet_a", "outlet_b", "articles_a", "articles_b"]].tolist() == ["A", "B", 4, 4]
    # less varied than Poisson counts, so that theirs is Poisson's, part by what was seen and part by what 1 expects
    poisson = {n: n**-0.75 * 21.5**-0.25 for n in (34.5, 8.5)}
    variance, centre = sum(poisson.values()), np.log(34.5 / 8.5)
    freedom = {n: 4 + min(3, 1.5 * (e**2).sum() ** 2 / (e**4).sum())
               for n, e in ((34.5, np.array([0.5, -0.5, -1.5, 1.5])), (8.5, np.array([-1.0, 0, 1, 0])))}  # fmt: skip
    welch = variance**2 / sum(poisson[n] ** 2 / f for n, f in freedom.items())
    half = stats.t.ppf(0.975, welch) * np.sqrt(variance)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx(np.exp([centre - half, centre + half]), rel=0.2)
    assert found["p"] == pytest.approx(2 * stats.t.sf(centre / np.sqrt(variance), welch), rel=1e-4)


def test_up_to_six_outlets_stand_in_pairs_once_each_and_more_against_the_typical_one():
    scores, articles = corpus([3, 1, 2] * 6, outlets=np.repeat(list("ABCDEF"), 3))
    pairs = contrasts(scores, articles)
    assert list(pairs.columns) == CONTRASTS
    assert (pairs["contrast"] == "pair").all() and len(pairs) == 15
    assert not pairs[["outlet_a", "outlet_b"]].duplicated().any()
    scores, articles = corpus([3, 1, 2] * 8, outlets=np.repeat(list("ABCDEFGH"), 3))
    typical = contrasts(scores, articles)
    assert typical["outlet_b"].unique().tolist() == ["typical"] and typical["outlet_a"].tolist() == list("ABCDEFGH")
    assert len(contrasts(scores, articles, pairs=True)) == 28


def test_outlets_with_too_few_articles_do_not_multiply_the_contrasts():
    scores, articles = corpus([3, 1, 2] * 3 + [1] * 9, outlets=[*np.repeat(list("ABC"), 3), *"DEFGHIJKL"])
    found = contrasts(scores, articles)
    assert (found["contrast"] == "pair").all() and set(found["outlet_a"]) | set(found["outlet_b"]) == set("ABC")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(20, 3000)), min_size=6, max_size=20), st.randoms())
def test_names_and_order_of_rows_change_nothing_but_the_side(pairs, random):
    mentions, words = (list(part) for part in zip(*pairs, strict=True))
    cut = random.randint(3, len(pairs) - 3)
    names = ["A"] * cut + ["B"] * (len(pairs) - cut)
    scores, articles = corpus(mentions, words, names)
    found = contrasts(scores, articles).iloc[0]
    order = random.sample(range(len(pairs)), len(pairs))
    again = contrasts(scores.iloc[order], articles.iloc[order[::-1]]).iloc[0]
    pd.testing.assert_series_equal(found, again)
    turned = contrasts(scores, articles.assign(outlet=["Z" if name == "A" else "Q" for name in names])).iloc[0]
    assert turned["outlet_a"] == "Q"
    if np.isfinite(found["p"]):
        assert turned["p"] == pytest.approx(found["p"], rel=1e-5)
        ends = [1 / found[name] if found[name] else np.inf for name in ("rate_ratio", "ci_high", "ci_low")]
        assert turned[["rate_ratio", "ci_low", "ci_high"]].tolist() == pytest.approx(ends, rel=1e-5)
        assert found["ci_low"] <= found["rate_ratio"] <= found["ci_high"]
        assert (found["p"] < 0.05) == (not found["ci_low"] <= 1 <= found["ci_high"])


@pytest.mark.parametrize(
    ("sizes", "rate"),
    [((3, 3), 5), ((3, 100), 5), ((5, 60), 5), ((5, 60), 0.3), ((15, 15), 1), ((15, 100), 5), ((60, 60), 0.3)],
)
def test_equal_outlets_are_seldom_called_different(sizes, rate):
    table = simulate(1, sizes, (1, 1), rate, spread=1.0, trials=1500)
    assert (table["p"] < 0.05).sum() <= most(1500, 0.055)
    assert (table["p"] < 0.001).sum() <= most(1500, 0.002)


def test_unlike_dispersion_and_unlike_sizes_against_the_typical_outlet_raise_no_false_alarm():
    table = simulate(2, (3, 8, 15, 30, 60, 100, 200, 300), (1,) * 8, 3, spread=1.0, trials=500)
    for name, rows in table.groupby("outlet_a"):
        assert (rows["p"] < 0.05).sum() <= most(500, 0.055), name


def test_one_outlier_echoes_in_nobody_elses_contrast():
    table = simulate(3, (60,) * 8, (3,) + (1,) * 7, trials=200)
    by_outlet = (table["p"] < 0.05).groupby(table["outlet_a"]).mean()
    assert by_outlet["o00"] == 1 and by_outlet.drop("o00").max() < 0.1
    three = simulate(4, (60,) * 3, (2, 1, 1), trials=200)
    same = three[(three["outlet_a"] == "o01") & (three["outlet_b"] == "o02")]
    assert (same["p"] < 0.05).sum() <= most(200, 0.055)


@pytest.mark.parametrize(("size", "ratio", "least"), [(3, 2, 0.12), (5, 2, 0.25), (5, 3, 0.6), (15, 2, 0.75)])
def test_a_small_outlet_is_found_beside_many_articles_of_another(size, ratio, least):
    table = simulate(5, (size, 100), (ratio, 1), rate=8, spread=0.3, trials=300)
    assert (table["p"] < 0.05).mean() > least
    assert table["ci_low"].le(ratio).sum() >= stats.binom.ppf(0.0005, 300, 0.97)


def test_intervals_cover_the_true_ratio():
    for sizes, rate in (((5, 60), 5), ((15, 60), 1), ((60, 60), 5), ((60, 60), 0.5)):
        table = simulate(6, sizes, (1.8, 1), rate, spread=0.8, trials=1000)
        held = table["ci_low"].le(1.8) & table["ci_high"].ge(1.8)
        assert held.sum() >= stats.binom.ppf(0.0005, 1000, 0.945)


def test_what_one_outlet_never_says_keeps_p_and_one_limit_and_says_so():
    found = contrasts(*corpus([0] * 30 + [4, 3, 5] * 10, outlets="A" * 30 + "B" * 30)).iloc[0]
    assert found["rate_ratio"] == found["ci_low"] == 0 and 0 < found["ci_high"] < 0.1 and found["p"] < 0.005
    assert "A has none: a ratio with one limit" in found["status"]
    turned = contrasts(*corpus([4, 3, 5] * 10 + [0] * 30, outlets="A" * 30 + "B" * 30)).iloc[0]
    assert turned["rate_ratio"] == turned["ci_high"] == np.inf
    assert turned["ci_low"] == pytest.approx(1 / found["ci_high"], rel=1e-4)
    nothing = contrasts(*corpus([0] * 6, outlets="AAABBB")).iloc[0]
    assert nothing["status"].startswith("no mention on either side") and np.isnan(nothing["p"])


def test_zeros_stay_in_the_shrunken_ratios():
    scores, articles = corpus([0] * 20 + [2, 3, 1, 2] * 25, outlets=np.repeat(list("ABCDEF"), 20))
    found = contrasts(scores, articles).set_index(["outlet_a", "outlet_b"])
    assert 0 < found.loc[("A", "B"), "shrunken_ratio"] < 0.7
    assert found.loc[("A", "B"), "shrunken_low"] < 0.2


def test_shrunken_ratios_lie_nearer_to_one_and_need_four_outlets():
    random = np.random.default_rng(7)
    scores, articles = corpus(random.poisson(2, 50), outlets=np.repeat(list("ABCDE"), 10))
    found = contrasts(scores, articles)
    plain, drawn = (np.abs(np.log(found[name].astype(float))) for name in ("rate_ratio", "shrunken_ratio"))
    assert (drawn < plain + 0.01).all() and drawn.max() < 0.5 * plain.max()
    few = contrasts(scores[:30], articles[:30])
    assert few["shrunken_ratio"].isna().all() and few["p"].notna().all()


def test_the_clearest_of_many_are_not_exaggerated():
    random, shown, covered = np.random.default_rng(8), [], []
    for seed in range(25):
        truth = np.exp(random.normal(0, 0.25, 12))
        table = simulate(seed, (8, 12, 20, 30, 40, 60) * 2, truth, rate=3, trials=11)
        table["truth"] = truth[table["outlet_a"].str[1:].astype(int)] / np.median(truth)
        top = table.sort_values("p").head(10)
        sign = np.sign(np.log(top["rate_ratio"]))
        shown.append((sign * np.log(top["shrunken_ratio"] / top["truth"])).mean())
        covered.append(top["truth"].between(top["shrunken_low"], top["shrunken_high"]).mean())
    assert np.exp(np.mean(shown)) < 1.07 and np.mean(covered) > 0.92


@pytest.mark.parametrize("column, size", [("detectable_ratio", 60), ("detectable_below", 60), ("detectable_ratio", 5)])
def test_what_is_planted_at_its_detectable_ratio_is_found_in_four_of_five(column, size):
    def judged(ratio, trials):
        table = simulate(9, (size,) + (60,) * 7, (ratio,) + (1,) * 7, trials=trials).assign(unclustered="")
        table["family"] = table["trial"].astype(str)  # a family of eight tests each
        return finish(table.copy()).assign(outlet_a=table["outlet_a"])

    flat = judged(1, 40)
    bound = flat.loc[flat["outlet_a"] == "o00", column].median()
    planted = judged(bound, 200)
    assert 0.65 < (planted.loc[planted["outlet_a"] == "o00", "p_adjusted"] < 0.05).mean() < 0.92


def test_downwards_nothing_is_promised_of_a_feature_that_is_rare_anyway():
    scores, articles = corpus([1, 0, 0, 0, 0, 0, 0, 0, 0, 0] * 8, 400, "A" * 40 + "B" * 40)
    found = contrasts(scores, articles).iloc[0]
    assert np.isnan(found["detectable_below"]) and found["detectable_ratio"] > 2
    assert found["status"].startswith(
        f"too little to tell: a ratio under {found['detectable_ratio']:.3g} would be missed"
    )
    common = contrasts(*corpus([9, 5, 7, 4, 8, 6, 5, 7, 9, 6] * 8, 400, "A" * 40 + "B" * 40)).iloc[0]
    assert 0.5 < common["detectable_below"] < 1 < common["detectable_ratio"] < 2 and common["status"].count("too") <= 1


def test_where_nothing_could_be_found_no_ratio_is_promised_and_the_status_says_so():
    given = ([1, 0, 0, 0, 1, 0, 0, 1, 0], 100, "AAABBBCCC")
    scores = pd.concat([corpus(*given, feature=f"f{number}")[0] for number in range(11)])
    found = contrasts(scores, corpus(*given)[1])
    assert found[["detectable_ratio", "detectable_below"]].isna().all(axis=None)
    assert found["status"].str.contains("nothing could be found").all()


def test_the_declared_family_is_body_newsroom_and_the_features_given():
    parts = [corpus([3, 1, 2, 4, 5, 3], outlets="AAABBB", feature=name) for name in ("hedge", "claim")]
    scores = pd.concat([part[0] for part in parts])
    scores = pd.concat([scores, scores.assign(voice="quoted"), scores.assign(section="headline")])
    found = contrasts(scores, parts[0][1], features=["hedge"])
    declared = found[found["family"] == "declared"]
    assert declared[["feature", "section", "voice"]].to_numpy().tolist() == [["hedge", "body", "newsroom"]]
    assert declared["p_adjusted"].tolist() == declared["p"].tolist()
    assert (contrasts(scores, parts[0][1])["family"] == "declared").sum() == 2
    with pytest.raises(InputError, match="no scores of the feature 'hedges'; there are claim, hedge"):
        contrasts(scores, parts[0][1], features=["hedges"])


def test_articles_of_one_week_are_one_observation():
    random = np.random.default_rng(10)
    week = np.repeat(np.arange(24), 6)
    day = (pd.Timestamp("2018-01-01") + pd.to_timedelta(7 * week, "D")).strftime("%Y-%m-%d")
    outlets = np.where(week % 2 == 0, "A", "B")
    parts = []
    for number in range(80):
        mood = random.gamma(2, 0.5, 24)[week]  # what articles of a week share
        scores, articles = corpus(random.poisson(4 * mood), outlets=outlets, feature=f"f{number}", published=day)
        parts.append(scores)
    weekly, alone = (
        (contrasts(pd.concat(parts), given)["p"] < 0.05).sum()
        for given in (articles, articles.drop(columns="published"))
    )
    assert weekly <= most(80, 0.055) < alone
    one_week = contrasts(scores, articles.assign(published="2018-01-01")).iloc[0]
    assert "articles taken for independent" in one_week["status"] and one_week["p"] > 0


def test_outlets_whose_articles_fill_two_weeks_are_not_tested():
    day = ["2018-01-01"] * 5 + ["2018-01-09"] * 5 + [f"2018-{month:02d}-15" for month in range(2, 12)]
    found = contrasts(*corpus([3, 1, 2, 4, 5] * 4, outlets="A" * 10 + "B" * 10, published=day)).iloc[0]
    assert np.isnan(found["p"]) and found["status"] == "fewer than 3 weeks or events on a side: no interval"


def test_groups_have_outlets_as_units_and_say_when_these_are_too_few():
    outlets = np.repeat(list("ABCDEF"), 4)
    scores, articles = corpus(
        [9, 8, 7, 9] * 3 + [1, 2, 1, 2] * 3, outlets=outlets, outlet_group=["state"] * 12 + ["private"] * 12
    )
    found = contrasts(scores, articles)
    groups = found[found["contrast"] == "group"].iloc[0]
    assert groups[["outlet_a", "outlet_b"]].tolist() == ["private", "state"] and groups["ci_high"] < 1
    assert groups["family"] == "exploratory"
    assert contrasts(scores, articles, by="outlet_group")["family"].tolist() == ["declared"]
    two = articles.assign(outlet_group=["state"] * 8 + ["private"] * 16)
    small = contrasts(scores, two).query("contrast == 'group'").iloc[0]
    assert "fewer than 3 outlets on a side" in small["status"] and np.isnan(small["p"])


def test_within_events_a_difference_of_coverage_disappears():
    # both write alike on each event, and A writes on the events that are hedged
    event = np.repeat(np.arange(40), 2)
    mentions = np.where(event < 20, 8, 2)
    outlets = ["A", "B"] * 40
    keep = np.array([not (name == "A" and e >= 26) for name, e in zip(outlets, event, strict=True)])
    scores, articles = corpus(mentions[keep], outlets=np.array(outlets)[keep])
    events = pd.DataFrame({"article_id": articles["article_id"], "event": event[keep].astype(str)})
    found = contrasts(scores, articles, events=events).set_index("contrast")
    assert found.loc["pair", "rate_ratio"] > 1.2
    assert found.loc["within-event", "rate_ratio"] == pytest.approx(1)
    assert found.loc["within-event", "articles_a"] == found.loc["within-event", "articles_b"] == 26


def test_within_events_a_difference_of_style_stays_and_is_found():
    random = np.random.default_rng(11)
    mood = random.gamma(1, 1, 60)
    mentions = np.stack([random.poisson(6 * mood), random.poisson(3 * mood)]).T.ravel()
    scores, articles = corpus(mentions, outlets=["A", "B"] * 60)
    events = pd.DataFrame({"article_id": articles["article_id"], "event": np.repeat(np.arange(60), 2).astype(str)})
    found = contrasts(scores, articles, events=events).set_index("contrast").loc["within-event"]
    assert found["ci_low"] > 1 and found["ci_low"] < 2 < found["ci_high"]


def test_the_same_text_in_two_outlets_counts_once():
    scores, articles = corpus([3, 1, 2, 9, 9, 3, 4], outlets="AAABBBB")
    events = pd.DataFrame({
        "article_id": articles["article_id"], "event": [*"abcde", "a", "f"],
        "duplicate_of": [None] * 5 + ["0000", None],
    })  # fmt: skip
    found = contrasts(scores, articles, events=events).iloc[0]
    assert found[["articles_a", "articles_b"]].tolist() == [3, 3]
    assert contrasts(scores, articles, events=events, copies="all").iloc[0]["articles_b"] == 4


def test_one_outlet_is_refused_and_articles_without_one_are_compared_with_none():
    with pytest.raises(InputError, match="one outlet only"):
        contrasts(*corpus([1, 2, 3], outlets="AAA"))
    scores, articles = corpus([1, 2, 3, 4, 5, 6, 7], outlets=[*"AAABBB", None])
    assert contrasts(scores, articles)[["articles_a", "articles_b"]].to_numpy().tolist() == [[3, 3]]


def test_missing_p_stay_out_of_the_family():
    assert adjust_p(np.array([np.nan, 0.01, 0.04])).round(3).tolist()[1:] == [0.02, 0.04]
