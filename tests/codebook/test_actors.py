"""Actors: who is quoted most, and on which side."""

import pandas as pd
import pytest

from analysis.codebook.actors import frequent_actors, read_actors, sides
from analysis.codebook.quotations import find_quotations
from analysis.codebook.scoring import score
from analysis.tables import DATA, InputError, read_table, write_table

TEXTS = [
    "Ann Wells said it rained. Wells added that it snowed. He said nothing. “It hailed,” said the Weather Office.",
    "Wells said it was dry. “It was not,” they said.",
]


@pytest.fixture(scope="module")
def quotations():
    return find_quotations(pd.DataFrame({"article_id": ["a", "b"], "text": TEXTS}))


def test_the_most_quoted_come_first_with_a_side_to_fill_in(quotations):
    template = frequent_actors(quotations)
    assert template["pattern"].iloc[0] in ("Wells", "Ann Wells")
    assert (template["side"] == "").all()
    assert template["attributions"].is_monotonic_decreasing
    assert len(frequent_actors(quotations, top=1)) == 1


def test_no_pronoun_and_no_article_stands_in_the_template(quotations):
    names = frequent_actors(quotations)["pattern"].tolist()
    assert "Weather Office" in names
    assert not {"he", "they", "who"} & {name.lower() for name in names}


def test_a_template_filled_in_is_an_actors_table(quotations, tmp_path):
    template = frequent_actors(quotations)
    template.loc[template["pattern"] == "Weather Office", "side"] = "official"
    write_table(template, tmp_path / "actors.csv")
    actors = read_actors(tmp_path / "actors.csv")
    assert actors.to_numpy().tolist() == [["Weather Office", "official"]]
    assert sides(pd.Series(["the Weather Office", "Wells"]), actors).fillna("-").tolist() == ["official", "-"]


def test_a_template_with_no_side_filled_in_is_refused(quotations):
    with pytest.raises(InputError, match="no row of it has both"):
        read_actors(frequent_actors(quotations))


def test_nobody_is_on_a_side_unless_actors_are_given():
    articles = pd.DataFrame({"article_id": ["a"], "text": ["Moscow said it may rain."]})
    assert score(articles).mentions["side"].isna().all()
    actors = pd.DataFrame({"pattern": ["Moscow"], "side": ["Russia"]})
    assert "Russia" in set(score(articles, actors=actors).mentions["side"].dropna())


def test_no_quotations_give_an_empty_template():
    assert frequent_actors(find_quotations(pd.DataFrame({"article_id": ["a"], "text": ["It rained."]}))).empty


def test_the_case_studys_table_can_be_read():
    assert len(read_actors(DATA / "actors.csv")) == len(read_table(DATA / "actors.csv"))
