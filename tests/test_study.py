"""A study: whatever a researcher has goes in, every table comes out, and what cannot be is refused in one line."""

import pandas as pd
import pytest

import analysis as fa
from analysis.tables import InputError, write_table

ROWS = [
    {"id": 1, "medium": "Post", "date": "2018-03-06", "body": "The mayor may resign. “Perhaps,” Smith said."},
    {"id": 2, "medium": "Post", "date": "2018-04-07", "body": "The mayor allegedly lied, police said. It rained."},
    {"id": 3, "medium": "Mail", "date": "2018-04-08", "body": "Smith denied the claim. There is no evidence."},
]


@pytest.fixture
def frame():
    return pd.DataFrame(ROWS)


@pytest.fixture
def study(frame):
    return fa.Study(frame)


def test_a_table_in_memory_and_the_same_table_in_a_file_give_the_same_study(frame, study, tmp_path):
    frame.to_csv(tmp_path / "news.csv", index=False)
    other = fa.Study(tmp_path / "news.csv")
    columns = ["article_id", "match", "feature", "voice", "start"]
    pd.testing.assert_frame_equal(study.mentions[columns], other.mentions[columns])
    assert study.articles["article_id"].tolist() == ["1", "2", "3"]
    assert frame.columns.tolist() == ["id", "medium", "date", "body"], "what the user gave is as it was"


def test_whole_numbers_as_ids_are_compared_and_lead_to_their_sentences(study):
    rates = study.rates("hedge", voice="all", section="body").set_index("outlet")
    assert rates.loc["Post", "mentions"] == 2 and rates.loc["Mail", "mentions"] == 0
    [sentence] = study.evidence("allegedly")["sentence"]
    assert sentence == "The mayor allegedly lied, police said."


def test_repeated_ids_never_give_a_sentence_of_another_article():
    rows = [{"id": 7, "text": "It may rain."}, {"id": 7, "text": "Nobody knows. He might go."}]
    study = fa.Study(pd.DataFrame(rows))
    assert study.articles["article_id"].is_unique
    assert set(study.evidence("hedge")["sentence"]) == {"It may rain.", "He might go."}


def test_texts_alone_are_a_study():
    study = fa.Study(["It may rain.", "Ships left."])
    assert len(study.articles) == 2 and study.mentions["match"].tolist() == ["may"]


def test_other_names_of_columns_are_said_and_a_missing_text_is_one_line():
    rows = pd.DataFrame({"prose": ["It may rain."], "brand": ["Post"]})
    assert fa.Study(rows, columns={"text": "prose", "outlet": "brand"}).articles["outlet"].tolist() == ["Post"]
    with pytest.raises(InputError, match=r"prose.*brand") as caught:
        fa.Study(rows)
    assert "\n" not in str(caught.value)


def test_a_lexicon_in_one_line_declares_its_own_features(frame):
    study = fa.Study(frame, lexicon={"doubt": ["allegedly", "perhaps"], "rain": ["rain*"]})
    assert sorted(study.mentions["feature"].unique()) == ["doubt", "rain"]
    assert set(study.rates()["feature"]) == {"doubt", "rain"}


def test_what_matches_nothing_is_refused_with_what_there_is(study):
    for asked in ({"outlet": "post"}, {"outlet": "Times"}, {"voice": "editor"}, {"feature": "hedges"}):
        with pytest.raises(InputError) as caught:
            study.evidence(**asked)
        assert "\n" not in str(caught.value) and next(iter(asked.values())) in str(caught.value)
    with pytest.raises(InputError, match="Post"):
        study.evidence(outlet="post")
    with pytest.raises(InputError, match="hedge"):
        study.rates("hedges")
    with pytest.raises(InputError, match="outlet"):
        study.rates("hedge", by="paper")


def test_nobody_is_on_a_side_unless_actors_are_given(frame, tmp_path):
    assert fa.Study(frame).mentions["side"].isna().all()
    write_table(pd.DataFrame({"pattern": ["Smith"], "side": ["city"]}), tmp_path / "actors.csv")
    assert "city" in set(fa.Study(frame, actors=tmp_path / "actors.csv").mentions["side"].dropna())


def test_tables_are_made_once(study, monkeypatch):
    first = study.mentions
    monkeypatch.setattr("analysis.study.score", lambda *_: pytest.fail("scored a second time"))
    assert study.mentions is first and len(study.scores)


def test_a_folder_that_was_scored_is_opened_and_not_scored_again(frame, tmp_path, monkeypatch):
    frame.to_csv(tmp_path / "news.csv", index=False)
    from analysis.__main__ import main

    assert main(["score", str(tmp_path / "news.csv"), "-o", str(tmp_path / "scored")]) == 0
    expected = fa.Study(frame).rates()
    monkeypatch.setattr("analysis.study.score", lambda *_: pytest.fail("scored a second time"))
    study = fa.Study(tmp_path / "scored")
    pd.testing.assert_frame_equal(study.rates(), expected)


def test_rates_over_time_are_those_of_each_outlet_in_each_period(study):
    rates = study.rates("hedge", by="month", voice="all", section="body")
    post = rates[rates["outlet"] == "Post"].set_index("month")["mentions"]
    assert post.to_dict() == {"2018-03-01": 2, "2018-04-01": 0}


def test_a_copy_counts_for_its_origin_in_every_grouping():
    rows = [
        {"outlet": "Times", "origin": "Wire", "date": "2018-03-06", "text": "It may rain."},
        {"outlet": "Wire", "origin": "Wire", "date": "2018-03-07", "text": "He might go home now."},
    ]
    study = fa.Study(pd.DataFrame(rows))
    hedges = {"voice": "all", "section": "body"}
    for by in ("outlet", "month"):
        rates = study.rates("hedge", by=by, **hedges)
        assert rates[rates["articles"] > 0].set_index("outlet")["articles"].to_dict() == {"Wire": 2}, by
    by_origin = study.rates("hedge", by="origin", copies="all", **hedges)
    assert by_origin.set_index("outlet")["articles"].to_dict() == {"Wire": 2}


@pytest.mark.parametrize("by", ["outlet", "origin", "corpus", "month"])
def test_one_feature_is_drawn_by_whatever_articles_are_grouped_by(study, by):
    assert len(study.plot("hedge", by=by).data)


def test_one_feature_may_be_declared_by_its_name(study):
    found = study.contrasts(features="hedge")
    assert set(found.loc[found["family"] == "declared", "feature"]) == {"hedge"}


def test_a_study_and_its_figures_show_themselves(study, tmp_path):
    assert "3 articles" in repr(study) and "3 articles" in study._repr_html_()
    plot = study.plot("hedge")
    assert "image/png" in plot._repr_mimebundle_()[0]
    plot.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".csv"}
    assert "may" in study.highlight("1").data


def test_the_matter_in_dispute_has_counts_of_its_own(frame):
    study = fa.Study(frame, about={"weather": ["rain*"]})
    assert study.matter.scores["words"].max() == 2 < study.scores["words"].max()


def test_the_public_names_are_about_fifteen_and_all_there():
    assert 12 <= len(dir(fa)) <= 20
    assert all(getattr(fa, name) is not None for name in dir(fa))
