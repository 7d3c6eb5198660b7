"""Agreement of coders, and what their answers say of the tool: published examples, properties, planted truths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.tables import InputError, read_table, write_table
from analysis.validate.agreement import (
    AGREEMENT,
    NO_INTERVAL,
    compare_coders,
    krippendorff_alpha,
    precision_table,
    reliability_tiers,
)
from analysis.validate.sheets import read_sheet

RATINGS = arrays(float, st.tuples(st.integers(2, 12), st.integers(2, 4)), elements=st.sampled_from([0, 1, 2, np.nan]))


def ratings(*coders: str) -> pd.DataFrame:
    """One string a coder, one character a unit; a full stop is a unit not coded."""
    return pd.DataFrame([list(coder) for coder in coders]).replace(".", None).T


def sheet(hedge: list[Any], voice: list[Any] | None = None, **columns: list[Any]) -> pd.DataFrame:
    """A sheet as it is read: one feature, present (with its voice where given), absent or not coded."""
    said = [
        None if np.isnan(yes) else "0" if not yes else spoken or "1"
        for yes, spoken in zip(np.array(hedge, dtype=float), voice or [None] * len(hedge), strict=True)
    ]
    return pd.DataFrame({"item": range(1, len(hedge) + 1), "hedge": pd.Series(said, dtype="str"), **columns})


def key(hedge: list[Any], voice: list[Any] | None = None, weight: Any = 1.0, articles: int = 10) -> pd.DataFrame:
    """What the tool said, of items spread over some articles."""
    names = [f"a{place % articles}" for place in range(len(hedge))]
    return sheet(hedge, voice).assign(article_id=names, weight=weight)


def row(table: pd.DataFrame, **where: str) -> pd.Series:
    """The one row of a table with these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize(
    ("coders", "alpha"),
    [
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
)
def test_alpha_is_that_of_the_published_examples(coders: tuple[str, ...], alpha: float) -> None:
    """Krippendorff (2011), examples A, B and C: two values, many values, many coders with units not coded."""
    assert krippendorff_alpha(ratings(*coders)) == pytest.approx(alpha, abs=5e-4)


@given(RATINGS)
@settings(deadline=None, max_examples=60)
def test_alpha_is_one_less_disagreeing_pairs_over_those_of_a_shuffle(table: np.ndarray) -> None:
    units = [[value for value in unit if value == value] for unit in table]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    observed = sum((a != b) / (len(unit) - 1) for unit in units for a in unit for b in unit)
    expected = sum(a != b for a in values for b in values)
    alpha = krippendorff_alpha(table)
    if expected == 0:
        assert np.isnan(alpha)
    else:
        assert alpha == pytest.approx(1 - (len(values) - 1) * observed / expected)


@given(RATINGS, st.permutations([0, 1, 2]), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_alpha_knows_no_names_of_values_or_coders_and_no_order(
    table: np.ndarray, names: list[int], random: Any
) -> None:
    alpha = krippendorff_alpha(table)
    relabelled = np.where(np.isnan(table), np.nan, np.array(names)[np.nan_to_num(table).astype(int)])
    coders = random.sample(range(table.shape[1]), table.shape[1])
    units = random.sample(range(len(table)), len(table))
    moved = relabelled[units][:, coders]
    with_lone = np.vstack([moved, [1, *[np.nan] * (table.shape[1] - 1)]])
    assert krippendorff_alpha(with_lone) == pytest.approx(alpha, nan_ok=True)
    as_text = pd.DataFrame(table).map(lambda value: None if np.isnan(value) else f"value {value}")
    assert krippendorff_alpha(as_text) == pytest.approx(alpha, nan_ok=True)


@given(arrays(int, st.integers(2, 20), elements=st.integers(0, 2)), st.integers(2, 4))
def test_alpha_of_perfect_agreement_is_one(values: np.ndarray, coders: int) -> None:
    assume(len(set(values)) > 1)
    assert krippendorff_alpha(np.repeat(values[:, None], coders, axis=1)) == 1


@given(st.integers(0, 2**32), st.floats(0.1, 0.9))
@settings(deadline=None, max_examples=20)
def test_alpha_of_coders_who_do_not_look_is_about_zero(seed: int, share: float) -> None:
    guesses = np.random.default_rng(seed).random((4000, 2)) < share
    assert abs(krippendorff_alpha(guesses)) < 0.09


def test_per_cent_agreement_and_alpha_come_with_intervals_from_articles() -> None:
    random = np.random.default_rng(1)
    first = (random.random(400) < 0.3).astype(float)
    second = np.where(random.random(400) < 0.1, 1 - first, first)
    article = [f"a{place // 10}" for place in range(400)]
    sheets = [sheet([*first], article_id=article), sheet([*second], article_id=article)]
    table = compare_coders(sheets, seed=1).measures
    found, alpha = (row(table, about="feature", measure=measure) for measure in ("agreement", "alpha"))
    assert found["estimate"] == pytest.approx((first == second).mean())
    assert alpha["estimate"] == pytest.approx(krippendorff_alpha(np.c_[first, second]), rel=1e-5)
    assert found[["right", "units"]].tolist() == [(first == second).sum(), 400]
    assert found["ci_low"] < found["estimate"] < found["ci_high"]
    assert alpha["ci_low"] < alpha["estimate"] < alpha["ci_high"]
    expected = 1.96 * np.sqrt(0.1 * 0.9 / 400)
    assert (found["ci_high"] - found["ci_low"]) / 2 == pytest.approx(expected, rel=0.35)
    # The same errors, all in a few articles, say less.
    clumped = np.where(np.arange(400) < (first != second).sum(), 1 - first, first)
    sheets[1] = sheet([*clumped], article_id=article)
    wider = row(compare_coders(sheets, seed=1).measures, about="feature", measure="agreement")
    assert wider["estimate"] == found["estimate"]
    assert wider["ci_high"] - wider["ci_low"] > 1.8 * (found["ci_high"] - found["ci_low"])


def test_the_same_seed_gives_the_same_tables_and_coder_order_changes_only_names() -> None:
    first, second = sheet([1, 0, 1, 0, 1, 0]), sheet([1, 0, 0, 0, 1, 1])
    tool = key([1, 0, 1, 0, 0, 0])
    once, again, turned = (compare_coders(pair, tool) for pair in ([first, second], [first, second], [second, first]))
    for one, other in zip(once, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    renamed = turned.measures.replace({"reference": {"coder 1": "coder 2", "coder 2": "coder 1"}})
    order = ["reference", "about", "name", "measure"]
    pd.testing.assert_frame_equal(
        once.measures.sort_values(order, ignore_index=True), renamed.sort_values(order, ignore_index=True)
    )


def test_precision_and_recall_are_weighted_back_to_the_corpus() -> None:
    # Drawn: all 10 hits of the tool, 8 right; and 20 of 1,000 sentences without a hit, of which 1 was missed.
    tool = key([1] * 10 + [0] * 20, weight=[1.0] * 10 + [50.0] * 20)
    coder = sheet([1] * 8 + [0] * 2 + [1] + [0] * 19)
    table = compare_coders([coder], tool).measures
    found = {measure: row(table, about="feature", measure=measure) for measure in ("precision", "recall", "F1")}
    assert found["precision"]["estimate"] == pytest.approx(8 / 10)
    assert found["recall"]["estimate"] == pytest.approx(8 / (8 + 50), rel=1e-5)
    assert found["F1"]["estimate"] == pytest.approx(2 * 8 / (2 * 8 + 2 + 50), rel=1e-5)
    assert found["precision"][["right", "units"]].tolist() == [8, 10]
    assert found["recall"][["right", "units"]].tolist() == [8, 9]
    for measure in found.values():
        assert 0 <= measure["ci_low"] < measure["estimate"] < measure["ci_high"] <= 1


def test_no_miss_among_few_does_not_prove_that_there_is_none() -> None:
    def found(unmarked: int, measure: str) -> pd.Series:
        tool = key([1] * 30 + [0] * unmarked, weight=[2.0] * 30 + [15_000 / unmarked] * unmarked)
        return row(compare_coders([sheet([1] * 30 + [0] * unmarked)], tool).measures, about="feature", measure=measure)

    # 150 of 15,000 without a miss leave room for 15,000 * 3.7 / 150 = 370 of them beside the 60 that were found.
    few, many = found(150, "recall"), found(15_000, "recall")
    assert few["estimate"] == many["estimate"] == 1
    assert few["ci_low"] == pytest.approx(60 / (60 + 370), abs=0.03)
    assert many["ci_low"] > 0.85
    assert found(150, "F1")["ci_low"] < 0.3
    # Precision is of what the tool found: the weight of the rest is nothing to it.
    assert found(150, "precision")["ci_low"] == pytest.approx(0.88, abs=0.015)


def test_with_equal_weights_the_interval_is_about_wilsons() -> None:
    for right, judged in ((45, 50), (25, 25), (15, 30), (180, 200)):
        coder = [1] * right + [0] * (judged - right)
        found = row(
            compare_coders([sheet(coder)], key([1] * judged, articles=judged)).measures,
            measure="precision",
            about="feature",
        )
        wilson = precision_table(pd.DataFrame({"feature": "hedge", "verdict": coder})).iloc[0]
        assert found["estimate"] == pytest.approx(wilson["precision"])
        assert found[["ci_low", "ci_high"]].tolist() == pytest.approx(wilson[["ci_low", "ci_high"]].tolist(), abs=0.025)


def test_errors_that_sit_in_few_articles_widen_the_interval() -> None:
    tool = key([1] * 100).assign(article_id=[f"a{place // 10}" for place in range(100)])
    spread = sheet([float(place % 10 != 0) for place in range(100)])
    clumped = sheet([float(place >= 10) for place in range(100)])
    found = [row(compare_coders([s], tool).measures, about="feature", measure="precision") for s in (spread, clumped)]
    assert found[0]["estimate"] == found[1]["estimate"] == 0.9
    assert found[1]["ci_low"] < found[0]["ci_low"] - 0.1


def test_intervals_hold_the_truth_of_the_corpus() -> None:
    random = np.random.default_rng(7)
    article = np.repeat(np.arange(200), 20)
    truth = random.random(4000) < 0.05 * random.gamma(2, 0.5, 200)[article]
    tool = np.where(truth, random.random(4000) < 0.8, random.random(4000) < 0.006)
    true_recall, true_precision = (truth & tool).sum() / truth.sum(), (truth & tool).sum() / tool.sum()
    held = []
    for _ in range(60):
        drawn = [
            random.choice(np.flatnonzero(tool == hit), size, replace=False) for hit, size in ((True, 60), (False, 200))
        ]
        items = np.concatenate(drawn)
        weight = np.repeat([tool.sum() / 60, (~tool).sum() / 200], [60, 200])
        answers = key([*tool[items]], weight=weight).assign(article_id=article[items].astype(str))
        table = compare_coders([sheet([*truth[items]])], answers, draws=400).measures
        for measure, true in (("precision", true_precision), ("recall", true_recall)):
            found = row(table, about="feature", measure=measure)
            held.append(found["ci_low"] <= true <= found["ci_high"])
    assert np.mean(held) >= 0.95


def test_below_three_articles_there_is_a_figure_but_no_interval() -> None:
    tool = key([1, 1, 0, 0], articles=2)
    result = compare_coders([sheet([1, 0, 0, 1]), sheet([1, 0, 0, 0])], tool)
    found = row(result.measures, reference="coder 1", about="feature", measure="precision")
    assert (found["estimate"], found["status"]) == (0.5, NO_INTERVAL)
    assert found[["ci_low", "ci_high"]].isna().all()
    coders = row(result.measures, about="feature", measure="agreement")
    assert (coders["estimate"], coders["status"]) == (0.75, NO_INTERVAL)
    assert np.isnan(row(result.measures, about="feature", measure="alpha")["ci_low"])


def test_what_cannot_be_said_is_missing_and_says_why() -> None:
    result = compare_coders([sheet([0, 0, 0, 0]), sheet([0, 0, 0, 0])], key([0, 0, 0, 0]))
    alpha = row(result.measures, about="feature", measure="alpha")
    assert row(result.measures, about="feature", measure="agreement")["estimate"] == 1
    assert np.isnan(alpha["estimate"])
    assert alpha["status"] == "every answer the same: no alpha"
    rest = result.measures.query("about == 'voice' or reference != 'coders'")
    assert set(rest["status"]) == {"nothing to judge"}
    assert rest["estimate"].isna().all()


def test_a_tool_that_finds_nothing_has_recall_zero() -> None:
    table = compare_coders([sheet([1] * 6 + [0] * 30)], key([0] * 36)).measures
    found = row(table, about="feature", measure="recall")
    assert (found["estimate"], found["ci_low"]) == (0, 0)
    assert 0.2 < found["ci_high"] < 0.6
    assert row(table, about="feature", measure="precision")["status"] == "nothing to judge"


def test_items_not_coded_are_left_out_and_rows_may_stand_in_any_order() -> None:
    tool = key([1, 1, 1, 0, 0, 0])
    full = sheet([1, 1, 0, 0, 0, 1]).sample(frac=1, random_state=2)
    half = sheet([1, np.nan, 0, 0, np.nan, np.nan]).iloc[[3, 0, 2, 1]]
    result = compare_coders([full, half], tool)
    assert row(result.measures, about="feature", measure="agreement")[["units", "estimate"]].tolist() == [3, 1]
    found = row(result.measures, reference="coder 2", about="feature", measure="precision")
    assert found[["right", "units", "estimate"]].tolist() == [1, 2, 0.5]


def test_consensus_is_a_majority_of_at_least_two_and_ties_are_left_out() -> None:
    tool = key([1, 1, 1, 1, 1])
    three = [sheet([1, 1, 1, np.nan, 1]), sheet([1, 0, 0, np.nan, 0]), sheet([1, 1, np.nan, 1, 0])]
    found = row(compare_coders(three, tool).measures, reference="consensus", about="feature", measure="precision")
    # Item 3 is a tie, item 4 has one coder; 1 and 2 are present by most, 5 is not.
    assert found[["right", "units"]].tolist() == [2, 3]
    assert "consensus" not in set(compare_coders(three[:1], tool).measures["reference"])


def test_voice_is_judged_where_both_found_the_feature() -> None:
    quoted, reported, newsroom = "quoted", "reported", "newsroom"
    tool = key([1, 1, 1, 1, 1, 0], [quoted, quoted, newsroom, reported, quoted, None], articles=6)
    coder = sheet([1, 1, 1, 1, 0, 1], [quoted, reported, newsroom, None, None, quoted])
    table = compare_coders([coder], tool).measures.query("about == 'voice' and reference == 'coder 1'")
    assert row(table, name="all")[["measure", "units", "right"]].tolist() == ["accuracy", 3, 2]
    assert row(table, name="all")["estimate"] == pytest.approx(2 / 3, rel=1e-5)
    assert row(table, name="quoted", measure="precision")["estimate"] == 0.5
    assert row(table, name="quoted", measure="recall")["estimate"] == 1
    assert row(table, name="reported", measure="recall")["estimate"] == 0


def test_voice_of_coders_is_compared_where_both_gave_one() -> None:
    first = sheet([1, 1, 1, 1, 0], ["quoted", "quoted", "newsroom", "newsroom", None])
    second = sheet([1, 1, 1, 0, 1], ["quoted", "reported", "newsroom", None, "quoted"])
    table = compare_coders([first, second]).measures
    found = row(table, about="voice", measure="agreement")
    assert (found["units"], found["estimate"]) == (3, pytest.approx(2 / 3, rel=1e-5))
    assert row(table, about="voice", measure="alpha")["estimate"] == pytest.approx(
        krippendorff_alpha(ratings("qqn", "qrn")), rel=1e-5
    )


def test_disagreements_are_listed_with_every_answer_those_of_coders_first() -> None:
    texts = ["It may.", "It is.", "He denies it.", "It might."]
    first = sheet([1, 0, 0, 1], ["quoted", None, None, "newsroom"], sentence=texts)
    second = sheet([1, 0, 1, 1], ["quoted", None, None, "reported"], sentence=texts)
    tool = key([0, 0, 0, 1], [None, None, None, "reported"])
    table = compare_coders([first, second], tool).disagreements
    assert table["item"].tolist() == [3, 4, 1]
    assert table["between"].tolist() == ["coders", "coders", "tool"]
    assert table["sentence"].tolist() == ["He denies it.", "It might.", "It may."]
    answers = table[["coder 1", "coder 2", "tool"]].to_numpy().tolist()
    assert answers == [["0", "1", "0"], ["newsroom", "reported", "reported"], ["quoted", "quoted", "0"]]
    assert compare_coders([first, first]).disagreements.empty


def test_without_a_key_only_coders_are_compared() -> None:
    result = compare_coders([sheet([1, 0, 1, 0]), sheet([1, 0, 0, 0])])
    assert set(result.measures["reference"]) == {"coders"}
    assert "tool" not in result.disagreements
    assert row(result.measures, about="feature", measure="agreement")["status"] == ""


def test_a_key_read_from_disk_serves_as_well(tmp_path: Any) -> None:
    tool = key([1, 0, 1, 0], ["quoted", None, "newsroom", None], weight=[1.5, 20.0, 1.5, 20.0])
    write_table(tool, tmp_path / "k.key.csv")
    coder = sheet([1, 1, 1, 0], ["quoted", "quoted", "reported", None])
    for one, other in zip(
        compare_coders([coder], tool), compare_coders([coder], read_table(tmp_path / "k.key.csv")), strict=True
    ):
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"item": [1, 2, 9]}, "coder 2, item 9: another sentence"),
        ({"hash": ["0" * 12, "f" * 12, "2" * 12]}, "coder 2, item 2: another sentence"),
        ({"denial": ["1", "0", "0"]}, "coder 2 does not code the same features"),
    ],
)
def test_sheets_that_do_not_belong_together_are_refused(change: dict[str, Any], message: str) -> None:
    good = sheet([1, 0, 1], hash=["0" * 12, "1" * 12, "2" * 12])
    tool = key([1, 0, 1]).assign(hash=good["hash"])
    assert len(compare_coders([good, good], tool).measures)
    with pytest.raises(InputError, match=message):
        compare_coders([good, good.assign(**change)], tool)


def test_a_hash_that_a_spreadsheet_made_a_number_of_is_no_reason_to_refuse() -> None:
    tool = key([1, 0, 1]).assign(hash=["123456789012", "12e456789012", "a" * 12])
    mangled = sheet([1, 0, 1], hash=["1.23457E+11", None, "a" * 12])
    assert row(compare_coders([mangled], tool).measures, about="feature", measure="F1")["estimate"] == 1


def test_precision_counts_only_what_was_judged() -> None:
    judgements = pd.DataFrame(
        {"feature": ["hedge"] * 4 + ["denial"] * 2 + ["claim"], "verdict": ["1", "1", "0", None, 1, 1, None]}
    )
    table = precision_table(judgements).set_index("feature")
    assert table.index.tolist() == ["claim", "denial", "hedge"]
    assert table.loc["hedge", ["judged", "right"]].tolist() == [3, 2]
    assert table.loc["hedge", "precision"] == pytest.approx(2 / 3, rel=1e-5)
    assert table.loc["denial", ["precision", "ci_high"]].tolist() == [1, 1]
    assert table.loc["denial", "ci_low"] == pytest.approx(0.342, abs=5e-4)
    assert table.loc["claim", ["precision", "ci_low"]].isna().all()


def test_a_feature_is_as_reliable_as_the_worst_that_was_measured_of_it():
    columns = ["feature", "precision_low", "agency_low", "recall_low"]
    features = pd.DataFrame([["a", "0.9", "0.86", "0.75"], ["b", "0.9", "0.72", "0.75"], ["c", "0.9", "0.9", "0.4"],
                             ["d", "0.9", "0.9", ""]], columns=columns)  # fmt: skip
    alpha = pd.DataFrame({"feature": list("abcd"), "alpha_low": ["0.85", "0.9", "0.9", "0.9"]})
    tiers = reliability_tiers(features, alpha)
    assert tiers["tier"].tolist() == ["firm", "tentative", "weak", "weak"]
    assert tiers["because"][1].startswith("precision from 0.72") and tiers["because"][3].startswith("recall not")
    assert reliability_tiers(features, alpha.assign(alpha_low="0.7"))["tier"].tolist()[:2] == ["tentative"] * 2


def test_the_agreement_that_goes_with_the_package_is_that_of_its_sheets():
    sheets = [read_sheet(AGREEMENT.parent / f"news-coder{number}.csv") for number in (1, 2)]
    measures = compare_coders(sheets, draws=2).measures
    alpha = measures[measures["measure"] == "alpha"].set_index("name")["estimate"]
    stored = read_table(AGREEMENT).set_index("feature")["alpha"].astype(float)
    assert stored.to_dict() == pytest.approx(alpha[stored.index].to_dict(), abs=1e-5)
