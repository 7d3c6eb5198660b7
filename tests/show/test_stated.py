"""Findings are stated as sentences: only what is found, framing first, and what could have been found."""

import numpy as np
import pandas as pd
import pytest

from analysis.show.stated import findings_table, missed_table, say_missed, say_status


def contrast(feature, a, b, ratio, low, high, p, kind="pair", **more):
    return {"feature": feature, "section": "body", "voice": "newsroom", "contrast": kind, "outlet_a": a, "outlet_b": b,
            "rate_ratio": ratio, "ci_low": low, "ci_high": high, "p_adjusted": p, "family": "declared",
            "detectable_ratio": np.nan, "status": ""} | more  # fmt: skip


def table(*rows):
    return pd.DataFrame([contrast(*row[:7], **(row[7] if len(row) > 7 else {})) for row in rows])


RATES = pd.DataFrame({"feature": ["hedge", "hedge", "hearsay"], "section": "body", "voice": "newsroom",
                      "outlet": ["A", "B", "A"], "mentions": [10, 40, 7], "words": [5000, 4000, 1000]})  # fmt: skip


def test_of_a_pair_the_outlet_with_the_higher_rate_is_the_subject():
    found = findings_table(table(("hedge", "A", "B", 0.25, 0.125, 0.5, 0.01)), RATES)
    assert found["sentence"].tolist() == [
        "In its own voice B uses hedging words 4 times as often as A (2 to 8; 40 mentions in 4,000 words)."
    ]


def test_an_outlet_below_the_typical_one_is_said_to_do_it_less_often():
    found = findings_table(table(("hedge", "A", "typical", 0.5, 0.4, 0.8, 0.01, {"contrast": "typical"})), RATES)
    assert (
        "A uses hedging words less often than the typical outlet, 0.5 times as often (0.4 to 0.8; 10"
        in found["sentence"][0]
    )


def test_an_outlet_that_is_called_typical_stays_an_outlet():
    found = findings_table(table(("hedge", "A", "typical", 2, 1.5, 3, 0.01)), RATES)
    assert "as often as typical (" in found["sentence"][0]


def test_framing_comes_before_neutral_attribution_and_the_surest_difference_first():
    rows = [("attribution", "A", "B", 9, 8, 10, 1e-9), ("hedge", "A", "B", 5, 1.1, 20, 0.001),
            ("hearsay", "A", "B", 2, 1.5, 3, 0.01), ("claim", "A", "B", 3, 1.2, 5, 0.2)]  # fmt: skip
    assert findings_table(table(*rows), RATES)["feature"].tolist() == ["hearsay", "hedge", "attribution"]


def test_a_shrunken_ratio_is_stated_where_there_is_one():
    rows = table(("hedge", "A", "B", 13, 2, 80, 0.01), ("hearsay", "A", "B", 2, 1.5, 3, 0.01))
    rows = rows.assign(shrunken_ratio=[4.2, np.nan], shrunken_low=[1.6, np.nan], shrunken_high=[9, np.nan])
    found = findings_table(rows, RATES).set_index("feature")["sentence"]
    assert "4.2 times as often as B (1.6 to 9; " in found["hedge"] and "2 times as often" in found["hearsay"]


def test_what_the_other_never_does_is_said_without_an_infinite_number():
    found = findings_table(
        table(("hedge", "A", "B", np.inf, 2.5, np.inf, 0.01), ("hearsay", "B", "A", 0, 0, 0.4, 0.01)), RATES
    )
    hearsay, hedge = sorted(found["sentence"])
    assert "A uses hearsay words where B uses none (at the least 2.5 times as often; 7 mentions in 1,000" in hearsay
    assert "A uses hedging words where B uses none (at the least 2.5 times as often; 10 mentions in 5,000" in hedge


def test_what_was_not_found_is_counted_with_what_could_have_been():
    rows = table(("hedge", "A", "B", 1.2, 0.9, 1.5, 0.3, {"detectable_ratio": 1.6}),
                 ("hedge", "A", "C", 1.9, 1.5, 2.5, 0.01, {"detectable_ratio": 1.1}),
                 ("no_evidence", "A", "B", 3, 0.2, 40, 0.8, {"detectable_ratio": 25.0}),
                 ("no_evidence", "A", "C", np.nan, np.nan, np.nan, np.nan))  # fmt: skip
    missed = missed_table(rows)
    assert missed[["feature", "compared", "found", "untold", "detectable"]].to_numpy().tolist() == [
        ["hedge", 2, 1, 0, 1.6], ["no_evidence", 1, 0, 1, 25.0],
    ]  # fmt: skip
    said = say_missed(missed)
    assert "2 comparisons show no difference" in said and "1.6 times in hedging words" in said
    assert "25 times in words for absent evidence" in said and "1 more could not be estimated" in said


def test_a_status_is_a_phrase_and_nonsense_sizes_are_left_out():
    row = {
        "p_adjusted": 0.2,
        "detectable_ratio": 8.9e6,
        "status": "too little to tell: a ratio under 8.89e+06 would be missed",
    }
    assert say_status(row) == "not shown to differ"
    assert say_status(row | {"p_adjusted": 0.01}) == "found"


def test_nothing_compared_is_no_error():
    empty = table(("hedge", "A", "B", 1, 1, 1, 1)).iloc[:0]
    assert findings_table(empty, RATES).empty and missed_table(empty).empty
    assert say_missed(missed_table(empty))


@pytest.mark.parametrize(
    "ratio, low, high, way", [(0.55, 0.3, 1.04, "less"), (1.4, 0.97, 2, "more"), (0.6, 0.3, 0.998, "less")]
)
def test_a_difference_that_is_shown_though_its_shrunken_interval_reaches_1_is_not_given_a_size(ratio, low, high, way):
    row = table(("hedge", "A", "typical", ratio, low, high, 0.01, {"contrast": "typical"}))
    said = findings_table(row, RATES)["sentence"][0]
    assert f"{way} often than the typical outlet, by how much is not sure (about {ratio} times" in said
    assert "times as often" not in said
