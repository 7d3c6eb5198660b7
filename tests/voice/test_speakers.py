"""Who speaks, under one name through an article, and on which side."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.codebook.actors import read_actors, sides
from analysis.codebook.quotations import find_quotations
from analysis.tables import DATA, InputError


def speakers(text: str, headline: str = "") -> pd.DataFrame:
    """Speaker and person by cue."""
    table = pd.DataFrame({"article_id": ["a"], "headline": [headline], "text": [text]})
    return find_quotations(table).sort_values("cue_start")


def persons(text: str) -> list[str]:
    return speakers(text)["person"].tolist()


@pytest.mark.parametrize(
    ("text", "speaker", "person"),
    [
        ("US Assistant Secretary of State Alice Wells said talks failed.",
         "US Assistant Secretary of State Alice Wells", "Alice Wells"),
        ("The talks in Kabul are over, said Murray Clark, a former chairman who runs a bank.",
         "Murray Clark", "Murray Clark"),
        ("The talks are over, according to the Kremlin.", "the Kremlin", "Kremlin"),
        ("The bill was rejected by Senator Ann Lee.", "Senator Ann Lee", "Ann Lee"),
        ("NATO said that talks failed.", "NATO", "NATO"),
        ("Moscow said that talks failed.", "Moscow", "Moscow"),
        ("Wells and Miller said that talks failed.", "Wells and Miller", "Wells and Miller"),
        ("Russia’s claim that talks failed was repeated.", "Russia’s", "Russia"),
        ("The agency cited Miller as saying that talks failed.", "Miller", "Miller"),
        ("Ann Lee, who said that talks failed, left early.", "who", "Ann Lee"),
    ],
)  # fmt: skip
def test_the_words_that_name_the_speaker_and_the_person(text: str, speaker: str, person: str) -> None:
    found = speakers(text).iloc[0]
    assert (found["speaker"], found["person"]) == (speaker, person)


def test_later_mentions_by_surname_and_pronoun_are_the_same_person() -> None:
    text = "Alice Wells said talks failed. Wells said that more talks were planned. “We tried,” she said."
    assert persons(text) == ["Alice Wells"] * len(persons(text))


def test_a_noun_takes_up_the_speaker_so_described() -> None:
    text = (
        "US diplomat Alice Wells said talks failed. General John Miller said the war was lost. "
        "The diplomat added that talks would go on."
    )
    assert speakers(text).set_index("cue")["person"].to_dict()["added"] == "Alice Wells"


def test_a_name_in_apposition_is_the_person() -> None:
    assert persons("The head of forces in Kabul, Gen. John Nicholson, said that arms were smuggled.") == [
        "John Nicholson"
    ]
    assert persons("Gen. John Nicholson, the commander of forces in Kabul, said that arms were smuggled.") == [
        "John Nicholson"
    ]


def test_i_and_we_inside_a_quotation_are_its_speaker() -> None:
    found = speakers("“We believe that the talks failed,” Alice Wells said.")
    assert set(found["person"]) == {"Alice Wells"}


def test_nobody_is_named_in_an_impersonal_passive() -> None:
    found = speakers("It is alleged that Moscow paid them.").iloc[0]
    assert pd.isna(found["speaker"]) and pd.isna(found["person"])


def test_a_place_or_body_is_not_taken_up_as_he() -> None:
    text = "Alice Wells said talks failed. Moscow said that talks went on. She said that she was tired."
    assert persons(text)[-1] == "Alice Wells"


def test_the_headline_and_the_text_share_persons() -> None:
    found = speakers("Zamir Kabulov said that talks may fail.", "Kabulov says talks may fail")
    assert set(found["person"]) == {"Zamir Kabulov"}


def test_sides_follow_the_pattern_that_stands_first() -> None:
    actors = pd.DataFrame({"pattern": ["Russia*", "Afghan*", "us"], "side": ["Russia", "Afghan government", "US"]})
    names = pd.Series(["Russia’s envoy to Afghanistan", "Afghan officials", "Wells", None, "the US"])
    assert sides(names, actors).fillna("-").tolist() == ["Russia", "Afghan government", "-", "-", "US"]


def test_the_case_studys_actors_have_the_five_sides() -> None:
    actors = read_actors(DATA / "actors.csv")
    assert set(actors["side"]) == {"US and NATO", "Russia", "Afghan government", "Taliban", "other"}
    assert sides(pd.Series(["Zamir Kabulov", "US officials", "State Department"]), actors).tolist() == [
        "Russia", "US and NATO", "US and NATO"
    ]  # fmt: skip


def test_an_actors_table_without_sides_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "actors.csv"
    path.write_text('"pattern"\n"Russia"\n', encoding="utf-8")
    with pytest.raises(InputError, match="side"):
        read_actors(path)
