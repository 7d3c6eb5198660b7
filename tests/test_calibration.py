"""The calibration that runs on large corpora, in small: simulated articles of one outlet."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.compare.contrasts import CORE_FEATURES

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
calibration = pytest.importorskip("calibration")

HALVES = 150
#: Mentions per 1,000 words, as unlike as those of the core features are.
RATES = np.array([9, 0.7, 0.2, 1, 0.6, 0.4, 0.5, 1.5, 2, 12, 0.8])


@pytest.fixture(scope="module")
def outlet():
    random = np.random.default_rng(1)
    words = np.clip(np.exp(random.normal(6.4, 0.6, 160)), 100, 5000).round()
    mentions = random.poisson(random.gamma(2, 0.5, (160, 11)) * RATES * words[:, None] / 1000).astype(float)
    mentions[:, 9] = random.poisson(random.gamma(5, 1 / 5, 160) * 12 * words / 1000)  # like hedges in US news
    event = np.repeat(np.arange(40), 4)  # four articles of an event hedge alike
    mentions[:, 0] = random.poisson(random.gamma(3, 1 / 3, 40)[event] * 9 * words / 1000)
    cells = pd.DataFrame({"voice": "newsroom", "feature": CORE_FEATURES})
    column = np.zeros(11, dtype=int)
    return calibration.Outlet("Post", mentions, words[:, None], column, cells, event, event)


@pytest.fixture(scope="module")
def table(outlet):
    return calibration.calibrate_cell((outlet, 15, "random", HALVES, 1)).set_index("feature")


def test_false_alarms_stay_at_their_level_for_every_feature(table):
    assert (table["false_alarms"] * HALVES <= stats.binom.ppf(0.9995, HALVES, 0.06)).all()
    frequent = table[table["mentions_a_side"] >= 5]
    assert len(frequent) >= 6
    assert frequent["false_alarms"].mean() >= 0.03


def test_g2_beside_it_calls_far_more_halves_different(table):
    assert table.loc["hedge", "false_alarms_g2"] > 0.2 > 2 * table.loc["hedge", "false_alarms"]


def test_intervals_cover_and_power_is_shown(table):
    least = stats.binom.ppf(0.0005, HALVES, 0.93) / HALVES
    assert (table[["ratio_coverage", "planted_coverage", "rate_coverage"]] >= least).all(axis=None)
    assert table.loc["attribution", "power"] > table.loc["no_evidence", "power"]
    assert table.loc["attribution", "detectable"] < table.loc["no_evidence", "detectable"]


def test_articles_of_one_event_raise_no_false_alarm(outlet):
    clustered = calibration.calibrate_cell((outlet, 60, "event", 60, 2)).set_index("feature")
    assert clustered.loc["hedge", "false_alarms"] * 60 <= stats.binom.ppf(0.9995, 60, 0.06)


def contrast_halves_by_week_keep_weeks_whole(outlet):
    rows = calibration.draw_halves(outlet, 15, "week", 20, np.random.default_rng(3))
    for row in rows:
        weeks = outlet.week[row]
        assert len(set(row)) == 30
        assert not set(weeks[:15]) & set(weeks[15:])


def test_power_at_sixty_articles_a_side(outlet):
    rows = calibration.draw_halves(outlet, 60, "random", 100, np.random.default_rng(4))
    found = calibration.contrast_halves(outlet, rows, 1.3, np.random.default_rng(5))
    p = calibration.rate_ratios(found)["p"].to_numpy().reshape(100, 11)
    assert (p[:, 9] < 0.05).sum() >= stats.binom.ppf(0.0005, 100, 0.6)


def test_share_of_false_discoveries_is_held(outlet):
    found = calibration.measure_fdr(outlet, 12, seed=6).iloc[0]
    assert found["false_discovery_rate"] <= 0.15
    assert found["planted_found"] > 0.25
