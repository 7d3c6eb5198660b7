"""The framing profile is told from chance where it differs, and nothing is said where nothing can be."""

import numpy as np
import pandas as pd
import pytest

from analysis.profile import COEFFICIENTS, RESULT, outlet_profile_test
from analysis.tables import InputError


def tables(articles=60, shift=0.0, seed=0, outlets=2):
    random = np.random.default_rng(seed)
    ids = [f"a{i:03}" for i in range(articles)]
    outlet = [f"outlet {i % outlets}" for i in range(articles)]
    rows = [
        (
            article,
            one,
            "body",
            feature,
            "newsroom",
            random.gamma(2, 2) + shift * (one == "outlet 0") * (feature == "hedge"),
        )
        for article, one in zip(ids, outlet, strict=True)
        for feature in ("hedge", "claim", "denial")
    ]
    scores = pd.DataFrame(rows, columns=["article_id", "outlet", "section", "feature", "voice", "per_1000"])
    return scores, pd.DataFrame({"article_id": ids, "outlet": outlet})


def test_a_planted_difference_is_found_and_named():
    profile = outlet_profile_test(*tables(shift=6.0), permutations=19)
    result = profile.result.iloc[0]
    assert list(profile.result.columns) == RESULT and list(profile.coefficients.columns) == COEFFICIENTS
    assert result["accuracy"] > result["chance_high"] > result["chance"]
    assert result["p"] == 0.05 and result["status"] == ""
    best = profile.coefficients.set_index(["outlet", "feature"]).loc[("outlet 0", "hedge")]
    assert best["ci_low"] > 0
    mirror = profile.coefficients.set_index(["outlet", "feature"]).loc[("outlet 1", "hedge")]
    assert mirror["coefficient"] == -best["coefficient"]


def test_profiles_alike_are_not_told_apart():
    p = [outlet_profile_test(*tables(articles=40, seed=seed), permutations=9).result["p"].iloc[0] for seed in range(3)]
    assert np.mean(np.array(p) <= 0.1) <= 0.5
    assert np.mean(p) > 0.2


def test_what_only_the_event_shares_does_not_count():
    # Outlets cover events of their own, whose profiles differ: unseen events then tell nothing.
    random = np.random.default_rng(1)
    scores, articles = tables(articles=80)
    events = articles.assign(event=[f"e{i % 2}-{(i // 2) % 12}" for i in range(80)])[["article_id", "event"]]
    keys = scores["article_id"].map(events.set_index("article_id")["event"]) + scores["feature"]
    scores["per_1000"] += keys.map({key: random.gamma(1, 20) for key in sorted(set(keys))})
    apart = outlet_profile_test(scores, articles, events, permutations=2).result.iloc[0]
    blind = outlet_profile_test(scores, articles, permutations=2).result.iloc[0]
    assert apart["events"] == 24 and blind["events"] == 80
    assert apart["accuracy"] < blind["accuracy"]


@pytest.mark.parametrize("articles", [0, 1, 5])
def test_the_five_articles_get_the_answer_that_nothing_can_be_said(articles):
    scores, table = tables(articles=5, outlets=4)
    table.loc[3, "outlet"] = None
    profile = outlet_profile_test(scores[scores["article_id"].isin(table["article_id"][:articles])], table)
    assert "nothing can be said" in profile.result["status"].iloc[0]
    assert profile.result["p"].isna().all() and profile.coefficients.empty


def test_few_events_and_features_that_never_vary_are_said():
    scores, articles = tables()
    events = articles.assign(event=[f"e{i % 6}" for i in range(60)])
    assert "20 events" in outlet_profile_test(scores, articles, events).result["status"].iloc[0]
    assert "no feature varies" in outlet_profile_test(scores.assign(per_1000=0.0), articles).result["status"].iloc[0]


def test_the_same_seed_gives_the_same_answer():
    one, two = (outlet_profile_test(*tables(), permutations=2, seed=4) for _ in range(2))
    assert one.result.equals(two.result) and one.coefficients.equals(two.coefficients)


def test_a_table_without_its_columns_is_refused():
    scores, articles = tables()
    with pytest.raises(InputError, match="scores table has no column per_1000"):
        outlet_profile_test(scores.drop(columns="per_1000"), articles)
