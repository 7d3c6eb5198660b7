"""A study: whatever a researcher has goes in, every table comes out, and what cannot be is refused in one line."""

import hashlib
import shutil

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


@pytest.fixture(scope="module")
def handed_on(tmp_path_factory):
    """A corpus with copies and shared events, scored with its texts and without them."""
    from analysis.__main__ import main

    folder = tmp_path_factory.mktemp("handed_on")
    story = "Dock workers in Odessa may walk out over unpaid wages, and the port allegedly closed grain pier {}. "
    rows = [
        {"id": f"{outlet}{day}", "medium": outlet, "origin": origin, "date": f"2018-03-{day:02}",
         "title": f"Pier {day} may close", "body": story.format(day) * (2 + day % 2) + f"Ships left for {outlet}."}
        for outlet, origin in (("Post", "Post"), ("Mail", "Mail"), ("Times", "Wire"), ("Sun", "Wire"))
        for day in range(1, 7)
    ]  # fmt: skip
    brief = {"title": None, "body": "It may rain.", "date": "2018-03-09", "origin": "Wire"}
    rows += [{"id": f"brief {outlet}", "medium": outlet, **brief} for outlet in ("Post", "Mail")]
    pd.DataFrame(rows).to_csv(folder / "news.csv", index=False)
    columns = ["--columns", "headline=title,outlet=medium"]
    for name, how in (("with", []), ("without", ["--no-text"])):
        assert main(["score", str(folder / "news.csv"), "-o", str(folder / name), *columns, *how]) == 0
    return folder


def test_a_study_without_its_texts_is_compared_as_with_them(handed_on, tmp_path):
    from analysis.__main__ import main

    for name in ("with", "without"):
        assert main(["compare", str(handed_on / name), "-o", str(tmp_path / name)]) == 0
    for table in ("comparison.csv", "contrasts.csv", "events.csv"):
        assert (tmp_path / "with" / table).read_bytes() == (tmp_path / "without" / table).read_bytes()
    events = fa.Study(handed_on / "without").events
    assert events["duplicate_of"].notna().sum() > 0 and events["event"].nunique() < len(events)
    for copies in ("once", "all", "drop"):
        one, other = (fa.Study(handed_on / name).rates(copies=copies, by="month") for name in ("with", "without"))
        pd.testing.assert_frame_equal(one, other)


def test_no_text_is_in_a_folder_that_may_not_hold_any(handed_on):
    written = b"".join(path.read_bytes() for path in (handed_on / "without").iterdir())
    assert b"walk out over" not in written and b"Pier 3 may" not in written
    assert b"walk out over" in (handed_on / "with" / "articles.csv").read_bytes()


def test_what_needs_the_texts_says_so_in_one_line_and_works_with_them(handed_on, tmp_path):
    study, corpus = fa.Study(handed_on / "without"), handed_on / "news.csv"
    for asked in (study.evidence, lambda: study.highlight(0), lambda: study.flags, study.distinctive_words):
        with pytest.raises(InputError, match="holds no texts") as caught:
            asked()
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="without its texts"):
        fa.read(handed_on / "without")
    completed = fa.Study(handed_on / "without", texts=corpus)
    pd.testing.assert_frame_equal(completed.evidence("hedge"), fa.Study(handed_on / "with").evidence("hedge"))


def test_texts_that_were_changed_or_are_of_another_corpus_are_refused_by_name(handed_on):
    changed = pd.read_csv(handed_on / "news.csv")
    changed.loc[changed["id"] == "Mail3", "body"] += " It rained."
    with pytest.raises(InputError, match=r"text of 1 of 26 articles.*'Mail3'"):
        fa.Study(handed_on / "without", texts=changed)
    with pytest.raises(InputError, match=r"text of 3 of 26 articles.*'Mail3'"):
        fa.Study(handed_on / "without", texts=changed[~changed["id"].str.startswith("brief")])
    with pytest.raises(InputError, match="this is none"):
        fa.Study(changed, columns={"outlet": "medium", "headline": "title"}, texts=changed)


def test_without_texts_and_events_nothing_is_said_of_copies(handed_on, tmp_path):
    shutil.copytree(handed_on / "without", tmp_path / "less")
    (tmp_path / "less" / "events.csv").unlink()
    study = fa.Study(tmp_path / "less")
    with pytest.raises(InputError, match="no table events"):
        study.contrasts()
    assert len(study.rates(copies="all"))


def test_the_command_compares_without_texts_and_events_and_says_what_it_does_not_know(handed_on, tmp_path, capsys):
    from analysis.__main__ import main

    shutil.copytree(handed_on / "without", tmp_path / "less")
    (tmp_path / "less" / "events.csv").unlink()
    assert main(["compare", str(tmp_path / "less"), "-o", str(tmp_path / "out")]) == 0
    assert "each article is taken for an event of its own, and none for a copy" in capsys.readouterr().out
    assert (tmp_path / "out" / "contrasts.csv").exists()


def test_a_manifest_says_what_a_folder_was_made_from(handed_on):
    manifest = fa.Study(handed_on / "without").manifest
    corpus = handed_on / "news.csv"
    assert manifest["input"] == {
        "name": "news.csv", "sha256": hashlib.sha256(corpus.read_bytes()).hexdigest(),
        "columns": {"headline": "title", "outlet": "medium"},
    }  # fmt: skip
    assert (
        manifest["options"]["texts"] is False and manifest["lexicon"]["codebook"] and "pandas" in manifest["software"]
    )
    assert str(handed_on) not in (handed_on / "without" / "manifest.json").read_text()


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
