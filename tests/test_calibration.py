"""The calibration that runs on large corpora, in small: simulated articles of one outlet."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
calibration = pytest.importorskip("calibration")
TRIALS = 12


@pytest.fixture(scope="module")
def outlet():
    random = np.random.default_rng(1)
    words = np.clip(np.exp(random.normal(6.2, 0.6, (240, 1))), 100, 5000).round() * np.ones(3)
    mean = np.array([9, 1, 0.2]) * words / 1000 * random.gamma(2, 0.5, (240, 3))
    mean[:, 0] *= random.gamma(4, 0.25, 40)[np.repeat(np.arange(40), 6)]  # articles of a week hedge alike
    week = np.repeat(np.arange(40), 6)
    return calibration.Outlet("Post", ["hedge", "claim", "denial"], random.poisson(mean).astype(float), words, week)


@pytest.mark.parametrize("split", ["random", "week"])
def test_what_is_reported_of_one_small_outlet_holds_its_level(outlet, split):
    table = calibration.calibrate((outlet, split, 15, TRIALS, 1)).set_index("feature")
    assert (table["false_alarms"] * TRIALS <= stats.binom.isf(0.0005, TRIALS, 0.06)).all()
    assert table.loc["hedge", "power"] >= table.loc["hedge", "power_adjusted"] >= 0
    if split == "random":
        assert table.loc["hedge", "power"] > 0.1 and (table["coverage"].dropna() > 0.7).all()


def test_whole_weeks_go_to_an_outlet(outlet):
    rows, side = calibration.draw_trial(outlet, 12, "week", np.random.default_rng(2))
    assert len(set(outlet.week[rows[side == 0]])) == 2 and np.bincount(side).tolist() == [12] + [60] * 7
