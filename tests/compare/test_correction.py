"""Coded sentences take the tool's error out of rates and contrasts, and their own chance into the interval."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.compare.contrasts import contrasts
from analysis.compare.correction import error_differences
from analysis.tables import InputError


def simulate(random, recalls, articles=300, coded=600, prevalence=0.1, features=("hedge",)):
    """Outlets of equal truth whose markers the tool finds with unlike recall; half of the coded sentences are hits."""
    parts = []
    for outlet, recall in zip("ABCDEF", recalls, strict=False):
        article = np.repeat(np.arange(articles), random.poisson(16, articles) + 4)
        ids = np.array([f"{outlet}{i:04d}" for i in range(articles)])
        scores, drawn = [], []
        for feature in features:
            true = random.random(len(article)) < prevalence * random.gamma(4, 0.25, articles)[article]
            tool = np.where(true, random.random(len(article)) < recall, random.random(len(article)) < 0.004)
            counts = {"mentions": np.bincount(article, tool, articles).astype(int), "words": 22 * np.bincount(article)}
            shared = {"section": "body", "feature": feature}
            scores.append(pd.DataFrame({"article_id": ids, "voice": "newsroom", **shared, **counts}))
            for pool in (np.flatnonzero(tool), np.flatnonzero(~tool)):
                taken = random.choice(pool, min(coded // 2, len(pool)), replace=False)
                voices = {
                    name: np.where(said[taken], "newsroom", "0") for name, said in (("tool", tool), ("coder", true))
                }
                weight = len(pool) / len(taken)
                drawn.append(pd.DataFrame({"article_id": ids[article[taken]], **shared, "weight": weight, **voices}))
        parts.append((pd.concat(scores), pd.DataFrame({"article_id": ids, "outlet": outlet}), pd.concat(drawn)))
    return tuple(pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True))


def test_equal_outlets_stay_equal_where_the_tool_misses_more_in_one():
    trials = 40  # each a feature of its own, drawn anew and coded anew, on the same articles
    named = [f"feature {number}" for number in range(trials)]
    scores, articles, coded = simulate(np.random.default_rng(1), (0.9, 0.75), features=named)
    found, plain = contrasts(scores, articles, coded=coded), contrasts(scores, articles)
    assert len(found) == len(plain) == trials
    assert np.exp(np.log(found["rate_ratio"].astype(float)).mean()) == pytest.approx(1, abs=0.06)
    assert found["ci_low"].le(1).mul(found["ci_high"].ge(1)).sum() >= stats.binom.ppf(0.001, trials, 0.95)
    assert (found["p"] < 0.05).sum() <= stats.binom.isf(0.001, trials, 0.05) < (plain["p"] < 0.05).sum()
    assert found["corrected"].all() and found["method"].str.contains("corrected by coded sentences").all()
    assert not plain["corrected"].any()


def test_a_corrected_interval_is_wider_than_one_that_takes_the_tool_for_right():
    scores, articles, coded = simulate(np.random.default_rng(2), (0.9, 0.9))
    width = [np.log(row["ci_high"] / row["ci_low"]) for row in
             (contrasts(scores, articles, coded=given).iloc[0] for given in (None, coded))]  # fmt: skip
    assert width[1] > width[0]


def test_an_outlet_that_was_not_coded_has_no_interval_and_says_so():
    scores, articles, coded = simulate(np.random.default_rng(3), (0.9, 0.9, 0.9), articles=60, coded=120)
    some = coded[~coded["article_id"].str.startswith("C")]
    found = contrasts(scores, articles, coded=some).set_index(["outlet_a", "outlet_b"])
    assert found["corrected"].tolist() == [True, False, False]
    assert found["p"].isna().tolist() == [False, True, True]
    assert "not enough coded sentences" in found["status"].iloc[2]


def test_a_corrected_rate_is_not_set_against_one_that_is_not():
    scores, articles, coded = simulate(np.random.default_rng(3), (0.5, 0.9), articles=60, coded=120)
    found = contrasts(scores, articles, coded=coded[coded["article_id"].str.startswith("A")])
    assert found["rate_ratio"].isna().all() and not found["corrected"].any()


def test_a_sheet_without_a_miss_does_not_prove_that_there_is_none():
    scores, articles, coded = simulate(np.random.default_rng(4), (1.0, 1.0), articles=100, coded=100)
    right = coded.assign(coder=coded["tool"])
    corrected, plain = (contrasts(scores, articles, coded=given).iloc[0] for given in (right, None))
    assert corrected["rate_ratio"] == pytest.approx(plain["rate_ratio"])
    assert corrected["ci_high"] > 1.05 * plain["ci_high"]


def test_errors_that_differ_by_outlet_are_told_from_those_that_do_not():
    unlike, alike = (
        error_differences(coded, articles).set_index("voice").loc["newsroom"]
        for _, articles, coded in (simulate(np.random.default_rng(5), recalls) for recalls in ((0.95, 0.5), (0.8, 0.8)))
    )
    assert unlike["p"] < 0.05 < alike["p"]
    assert unlike["lowest"].startswith("A") and unlike["highest"].startswith("B")


def test_a_table_of_something_else_is_refused():
    scores, articles, coded = simulate(np.random.default_rng(6), (0.9, 0.9), articles=40, coded=40)
    with pytest.raises(InputError, match="no column 'weight'"):
        contrasts(scores, articles, coded=coded.drop(columns="weight"))
    with pytest.raises(InputError, match="one outlet only"):
        error_differences(coded[coded["article_id"].str.startswith("A")], articles)
