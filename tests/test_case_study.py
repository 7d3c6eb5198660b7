"""What only the notebooks of the case study show comes from tables by functions that can be checked by hand."""

import pandas as pd
import pytest
from case_study import answers_table, calibration_table, draw_calibration, missed_table, reading_table


@pytest.fixture
def calibration(tmp_path):
    path = tmp_path / "calibration.csv"
    rows = [("X", "random", 5, 0.04), ("Y", "random", 5, 0.06), ("X", "week", 5, 0.03), ("X", "random", 15, 0.05)]
    lines = [f"{outlet},{split},{size},hedge,200,{alarms}" for outlet, split, size, alarms in rows]
    path.write_text("\n".join(["outlet,split,articles,feature,trials,false_alarms", *lines]) + "\n")
    return calibration_table(path)


def test_false_alarms_are_means_over_outlets_with_their_range(calibration):
    first = calibration.iloc[0]
    assert first[["size", "split", "per_cent", "lowest", "highest", "trials"]].tolist() == [
        "5 articles", "articles at random", 5.0, 4.0, 6.0, 400]  # fmt: skip
    assert calibration.loc[calibration["split"] == "whole weeks", "per_cent"].tolist() == [3.0]
    assert set(calibration["size"]) == {"5 articles", "15 articles"}


def test_the_promised_level_is_drawn_in_every_panel(calibration):
    figure = draw_calibration(calibration)
    for ax in figure.axes[:2]:
        assert any(list(line.get_xdata()) == pytest.approx([5, 5]) for line in ax.lines)


def test_misses_are_counted_by_feature():
    table = missed_table(pd.DataFrame({"feature": ["hedge"] * 4 + ["claim"], "missed": ["1", "0", "0", "0", "0"]}))
    row = table.set_index("feature").loc["hedge"]
    assert row[["read", "missed", "per_cent"]].tolist() == [4, 1, 25.0] and row["ci_low"] < 25 < row["ci_high"]


def test_a_reading_is_held_against_the_mentions_in_the_same_place():
    articles = pd.DataFrame(
        {"article_id": ["a"], "headline": ["It may rain"], "text": ["He may go. Perhaps not, maybe."]}
    )
    sheet = pd.DataFrame({
        "article": "a", "section": ["headline", "body", "body"], "context": ["may rain", "He may go", "Perhaps not"],
        "match": ["may", "may", "not"], "feature": ["hedge", "hedge", "denial"], "voice": "newsroom",
    })  # fmt: skip
    mentions = pd.DataFrame({
        "article_id": "a", "section": ["headline", "body", "body"], "start": [3, 3, 24], "end": [6, 6, 29],
        "match": ["may", "may", "maybe"], "feature": "hedge", "voice": ["newsroom", "quoted", "newsroom"],
    })  # fmt: skip
    table = reading_table(sheet, articles, mentions).set_index("feature")
    assert table.loc["hedge"].to_dict() == {"coded": 2, "found": 2, "voice_right": 1, "by_tool": 3, "not_coded": 1}
    assert table.loc["denial"].to_dict() == {"coded": 1, "found": 0, "voice_right": 0, "by_tool": 0, "not_coded": 0}


def test_answers_of_coders_and_tool_stand_beside_their_sentence(tmp_path):
    articles = pd.DataFrame(
        {"article_id": ["a"], "headline": ["Rain"], "text": ["It may rain. He left. She denied it."]}
    )
    places = [("1", "a", "body", "0", "12"), ("2", "a", "body", "13", "21"), ("3", "a", "body", "22", "36")]
    for coder, hedges in (("1", ["newsroom", "0", "0"]), ("2", ["newsroom", "0", "quoted"])):
        sheet = pd.DataFrame(places, columns=["item", "article_id", "section", "start", "end"])
        sheet.assign(hedge=hedges, denial=["0", "0", "newsroom"], done="1").to_csv(
            tmp_path / f"five-coder{coder}.csv", index=False
        )
    mentions = pd.DataFrame({"article_id": "a", "section": "body", "start": [3, 26], "feature": ["hedge", "denial"],
                             "voice": ["newsroom", "reported"], "negated": False})  # fmt: skip
    table = answers_table(tmp_path, articles, mentions)
    assert table["sentence"].tolist() == ["It may rain.", "She denied it."], "where nobody found anything none stands"
    last = table.iloc[1]
    assert last[["coder 1", "coder 2", "tool"]].tolist() == [
        "denial: newsroom", "hedge: quoted; denial: newsroom", "denial: reported"]  # fmt: skip
