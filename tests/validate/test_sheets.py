"""Coding sheets: what is drawn, that coders see nothing they should not, and how their files are read back."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook.lexicon import read_lexicon
from analysis.codebook.scoring import score
from analysis.tables import InputError, read_table, write_table
from analysis.validate.sheets import (
    HIT_SHARE,
    POSITIVES,
    code_table,
    coded_sentences,
    draw_sheet,
    find_key,
    plan_sheet,
    read_sheet,
    text_hash,
    tool_answers,
    write_sheet,
)
from analysis.voice import split_sentences

FEATURES = pd.DataFrame(
    {
        "feature": ["hedge", "denial"],
        "definition": ["not committing to the truth", "rejecting what was claimed"],
        "examples": ["may agree", "=denied"],
    }
)


def split(texts: pd.Series) -> pd.DataFrame:
    """Sentences for these tests: whatever ends in a full stop."""
    found = [(row, m.start(), m.end()) for row, text in enumerate(texts) for m in re.finditer(r"[^\s.][^.]*\.", text)]
    return pd.DataFrame(found, columns=["row", "start", "end"], dtype="int64")


def corpus(size: int = 12) -> pd.DataFrame:
    """Articles of ten sentences: the third hedges, the seventh of every fourth article quotes a denial."""
    rows = []
    for number in range(size):
        sentences = [f"Reporter {number} of Kremlin Times saw ship {place} leave." for place in range(10)]
        sentences[2] = f"Ship {number} may sail."
        if number % 4 == 0:
            sentences[6] = "“We deny it and may say so.”"
        rows.append((f"a{number:02}", "Kremlin Times", f"Fleet {number} might move.", " ".join(sentences)))
    return pd.DataFrame(rows, columns=["article_id", "outlet", "headline", "text"])


def find(articles: pd.DataFrame) -> pd.DataFrame:
    """A stand-in for the tool: may and might hedge, deny denies, and curly quotation marks quote."""
    rows = []
    for article in articles.itertuples():
        for section, text in (("headline", article.headline), ("body", article.text)):
            for match in re.finditer(r"\b(?:may|might|deny)\b", text):
                voice = (
                    "quoted" if text.rfind("“", 0, match.start()) > text.rfind("”", 0, match.start()) else "newsroom"
                )
                feature = "denial" if match.group() == "deny" else "hedge"
                rows.append((article.article_id, section, match.start(), match.end(), feature, voice, False))
    columns = ["article_id", "section", "start", "end", "feature", "voice", "negated"]
    return pd.DataFrame(rows, columns=columns).astype({"negated": bool})


@pytest.fixture
def articles() -> pd.DataFrame:
    return corpus()


def filled(tmp_path: Path, rows: dict[str, list[object]], name: str = "sheet.xlsx") -> Path:
    """A sheet as somebody saved it."""
    path = tmp_path / name
    frame = pd.DataFrame(rows)
    frame.to_excel(path, index=False) if name.endswith("xlsx") else frame.to_csv(path, index=False)
    return path


def test_every_drawn_item_is_its_sentence_and_carries_the_tools_answer(articles: pd.DataFrame) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=30)
    whole = articles.set_index("article_id").loc[key["article_id"]]
    texts = whole["text"].mask((key["section"] == "headline").to_numpy(), whole["headline"])
    places = zip(texts, key["start"].astype(int), key["end"].astype(int), strict=True)
    joined = key.assign(sentence=[text[start:end] for text, start, end in places])
    assert joined["sentence"].str.endswith(".").all()
    assert (joined["hedge"].ne("0") == joined["sentence"].str.contains(r"\bm(?:ay|ight)\b")).all()
    assert (joined["denial"].ne("0") == joined["sentence"].str.contains("deny")).all()
    assert set(joined.loc[joined["denial"] != "0", "hedge"]) == {"quoted"}
    assert sheet["hash"].tolist() == key["hash"].tolist() == text_hash(joined["sentence"])


@given(size=st.integers(1, 8), n=st.integers(3, 120), seed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_as_many_are_drawn_as_asked_and_none_twice(size: int, n: int, seed: int) -> None:
    articles = corpus(size)
    spans = split(pd.concat([articles["headline"], articles["text"]]))
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=n, seed=seed)
    assert len(key) == min(n, len(spans))
    assert (key["weight"] >= 1).all()
    assert not key.duplicated(["article_id", "section", "start"]).any()


def test_weights_stand_for_every_sentence_of_the_corpus() -> None:
    articles = corpus(12)
    keys = [draw_sheet(articles, find(articles), FEATURES, split, n=30, seed=seed).key for seed in range(40)]
    assert np.mean([key["weight"].sum() for key in keys]) == pytest.approx(132, rel=0.03)
    hedged = [key.loc[key["hedge"] != "0", "weight"].sum() for key in keys]
    assert np.mean(hedged) == pytest.approx(27, rel=0.05)
    assert np.std(hedged) < 3, "the draw is not stratified"


def test_every_feature_gets_its_hits_the_rare_ones_whole_and_the_rest_the_other_items() -> None:
    articles = corpus(120)
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=100)
    # 30 of 1,320 sentences deny, and each of them hedges too: no more hedges are asked for.
    assert (key["denial"] != "0").sum() == POSITIVES
    assert (key.loc[key["denial"] != "0", "weight"] == 1).all()
    assert (key["hedge"] != "0").sum() == pytest.approx(30 + 70 * 240 / 1290, abs=1)
    few = draw_sheet(articles, find(articles), FEATURES, split, n=20).key
    assert (few["hedge"] == "0").sum() >= 20 * (1 - HIT_SHARE) * 0.7


def test_sentences_without_a_hit_are_drawn_evenly_from_everywhere(articles: pd.DataFrame) -> None:
    drawn = [draw_sheet(articles, find(articles), FEATURES, split, n=60, seed=seed).key for seed in range(20)]
    per_article = pd.concat(drawn).query("hedge == '0'")["article_id"].value_counts()
    assert len(per_article) == 12
    assert per_article.max() < 2 * per_article.min()


def test_the_same_seed_draws_the_same_whatever_the_order_of_articles(articles: pd.DataFrame) -> None:
    turned = articles.iloc[::-1].reset_index(drop=True)
    first = draw_sheet(articles, find(articles), FEATURES, split, n=20, seed=4)
    second = draw_sheet(turned, find(turned), FEATURES, split, n=20, seed=4)
    other = draw_sheet(articles, find(articles), FEATURES, split, n=20, seed=5)
    pd.testing.assert_frame_equal(first.sheet, second.sheet)
    pd.testing.assert_frame_equal(first.key, second.key)
    assert first.sheet["hash"].tolist() != other.sheet["hash"].tolist()


def test_a_sheet_tells_neither_the_answer_nor_the_outlet(articles: pd.DataFrame) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=24)
    answers = ["hedge", "denial", "done", "note"]
    assert list(sheet) == ["item", "before", "sentence", "after", *answers, "hash"]
    assert sheet[answers].isna().all(axis=None)
    shown = sheet[["before", "sentence", "after"]].melt()["value"].dropna()
    assert shown.str.contains("[outlet]", regex=False).any()
    assert not shown.str.contains("Kremlin").any()
    assert (key["hedge"] != key["hedge"].shift()).sum() > 6, "the hits stand in blocks"
    assert (key["article_id"] < key["article_id"].shift()).sum() > 6, "the items stand in reading order"


def test_neighbours_are_shown_and_never_those_of_another_article(articles: pd.DataFrame) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=None)
    place = key.groupby(["article_id", "section"]).cumcount()
    last = key.groupby(["article_id", "section"]).cumcount(ascending=False)
    assert (sheet["before"].isna() == (place == 0)).all()
    assert (sheet["after"].isna() == (last == 0)).all()
    inner = sheet[(place > 0).to_numpy()]
    assert inner["before"].tolist() == sheet["sentence"].shift()[inner.index].tolist()


def test_everything_is_taken_in_reading_order_on_request(articles: pd.DataFrame) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=None)
    assert (key["weight"] == 1).all()
    assert key["section"].iloc[:2].tolist() == ["headline", "body"]
    assert sheet["sentence"].iloc[3] == "Ship 0 may sail."


def test_articles_without_headline_or_outlet_can_be_drawn_from(articles: pd.DataFrame) -> None:
    bare = articles.assign(headline=None, outlet=None).astype({"headline": "str", "outlet": "str"})
    sheet, key = draw_sheet(bare, find(articles).query("section == 'body'"), FEATURES, split, n=10)
    assert set(key["section"]) == {"body"}
    assert sheet["sentence"].notna().all()


def test_a_corpus_without_a_hit_gives_items_of_one_weight(articles: pd.DataFrame) -> None:
    _, key = draw_sheet(articles, find(articles).iloc[:0], FEATURES, split, n=10)
    assert (key["weight"] == 13.2).all()
    assert (key[["hedge", "denial"]] == "0").all(axis=None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": FEATURES.replace("denial", "note")}, "'note' has the name of a column"),
        ({"articles": corpus().assign(text="", headline="")}, "no sentence to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change: dict[str, object], message: str) -> None:
    options = {"articles": corpus(), "mentions": find(corpus()), "features": FEATURES, "n": 20} | change
    n = options.pop("n")
    with pytest.raises(InputError, match=message):
        draw_sheet(*options.values(), split, n=n)


def test_negated_mentions_are_no_answer_and_the_first_voice_counts() -> None:
    sentences = pd.DataFrame(
        {"article_id": ["a", "a", "b"], "section": "body", "start": [0, 50, 0], "end": [40, 90, 40]}
    )
    mentions = pd.DataFrame(
        {
            "article_id": ["a", "a", "a", "a", "b", "c"],
            "section": ["body", "subheading", "body", "body", "headline", "body"],
            "start": [30, 10, 45, 60, 5, 5],
            "end": [33, 13, 48, 64, 9, 9],
            "feature": "hedge",
            "voice": ["quoted", "reported", "quoted", "newsroom", "newsroom", "newsroom"],
            "negated": [False, False, False, True, False, False],
        }
    )
    answers = tool_answers(sentences, mentions, ["hedge", "denial"])
    assert answers["hedge"].tolist() == ["reported", "0", "0"], "between sentences, negated, and in a headline"
    assert answers["denial"].tolist() == ["0", "0", "0"]


def test_a_workbook_has_drop_downs_and_the_codebook_and_runs_nothing(articles: pd.DataFrame, tmp_path: Path) -> None:
    sheet, _ = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    sheet.loc[0, "sentence"] = "=HYPERLINK(1) \x07"
    write_sheet(sheet, FEATURES, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert book.sheetnames == ["coding", "codebook"]
    coding, codebook = book["coding"], book["codebook"]
    assert coding["C2"].value == "'=HYPERLINK(1) "
    assert codebook["C3"].value == "'=denied"
    assert all(cell.data_type != "f" for tab in book for row in tab.iter_rows() for cell in row)
    rules = {str(rule.sqref): rule.formula1 for rule in coding.data_validations.dataValidation}
    assert rules == {"E2:E21 F2:F21": '"0,newsroom,reported,quoted"'}
    assert [coding["E1"].value, coding["F1"].value] == ["hedge", "denial"]


def test_a_sheet_holds_the_same_whenever_it_is_written(
    articles: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, _ = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    for name in ("sheet.csv", "sheet.xlsx"):
        write_sheet(sheet, FEATURES, tmp_path / name)
    first, cells = (tmp_path / "sheet.csv").read_bytes(), pd.read_excel(tmp_path / "sheet.xlsx")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    for name in ("sheet.csv", "sheet.xlsx"):
        write_sheet(sheet, FEATURES, tmp_path / name)
    assert (tmp_path / "sheet.csv").read_bytes() == first
    pd.testing.assert_frame_equal(pd.read_excel(tmp_path / "sheet.xlsx"), cells)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_an_empty_sheet_reads_back_as_not_coded(articles: pd.DataFrame, tmp_path: Path, name: str) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    write_sheet(sheet, FEATURES, tmp_path / name)
    read = read_sheet(tmp_path / name)
    assert read["item"].tolist() == key["item"].tolist()
    assert read["hash"].tolist() == key["hash"].tolist()
    assert read[["hedge", "denial"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_slips_of_the_keyboard_and_moved_rows_and_columns_are_understood(tmp_path: Path, name: str) -> None:
    path = filled(
        tmp_path,
        {
            "denial": ["0.0", "", "", "", " Quoted", "O", ""],
            "note": ["", "late", "", "", "", "", ""],
            " hedge ": ["No", "", " 1 ", "o", "REPORTED", "x", ""],
            "done": ["", "", "1", "", "", "", ""],
            " item": ["5", "4.0", " 3", "2", "1", "7", ""],
        },
        name,
    )
    read = read_sheet(path)
    assert read["item"].tolist() == [1, 2, 3, 4, 5, 7]
    assert read["hedge"].fillna("").tolist() == ["reported", "0", "1", "", "0", "1"]
    assert read["denial"].fillna("").tolist() == ["quoted", "", "0", "", "0", "0"], "done: what was left empty is 0"
    assert read["note"].fillna("").tolist() == ["", "", "", "late", "", ""]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"hedge": ["1", "perhaps"]}, r"B3 \(hedge\) says “perhaps”: a feature is 0, 1, newsroom, reported or quoted"),
        ({"hedge": ["newsrom", ""]}, r"B2 \(hedge\) says “newsrom”"),
        ({"item": ["1", "1"]}, r"A3 \(item\) says “1”: .* every item has its own number"),
        ({"item": ["1", "1a"]}, r"A3 \(item\) says “1a”"),
        ({"item": ["1", ""]}, r"A3 \(item\) says “”"),
        ({"item": ["1", "2.5"]}, r"A3 \(item\) says “2.5”"),
        ({"hedge": ["2", "3"]}, r"B2 .* “2”; B3 .* “3”"),
        ({"done": ["1", "1"], "hedge": ["2", ""]}, r"B2 \(hedge\) says “2”"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_cell(
    tmp_path: Path, rows: dict[str, list[object]], message: str
) -> None:
    good: dict[str, list[object]] = {"item": ["1", "2"], "hedge": ["quoted", "0"], "done": ["", ""]}
    for name in ("sheet.xlsx", "sheet.csv"):
        with pytest.raises(InputError, match=message):
            read_sheet(filled(tmp_path, good | rows, name))


def test_many_bad_cells_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"B6 \(hedge\) says “\?” and more: "):
        read_sheet(filled(tmp_path, {"item": [*range(9)], "hedge": ["?"] * 9, "done": [""] * 9}))


def test_files_that_are_no_sheet_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("name,age\nA,3\n")
    (tmp_path / "old.xls").write_bytes(b"")
    expected = {
        "torn.xlsx": "cannot be read", "empty.csv": "cannot be read", "other.csv": "columns “item” and “done”",
        "old.xls": "ends in .csv", "absent.xlsx": "No such file",
    }  # fmt: skip
    for name, message in expected.items():
        with pytest.raises(InputError, match=message) as caught:
            read_sheet(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"ends in .csv"):
        write_sheet(pd.DataFrame({"item": [1]}), FEATURES, tmp_path / "sheet.ods")


def test_the_key_is_found_beside_the_copies_that_coders_send_back(tmp_path: Path) -> None:
    for name in ("news.key.csv", "news-two.key.csv"):
        write_table(pd.DataFrame({"item": [1]}), tmp_path / name)
    assert find_key(tmp_path / "news coder 1.xlsx") == tmp_path / "news.key.csv"
    assert find_key(tmp_path / "news-two (3).csv") == tmp_path / "news-two.key.csv"
    assert find_key(tmp_path / "other.xlsx") is None


def test_a_key_written_and_read_says_the_same(articles: pd.DataFrame, tmp_path: Path) -> None:
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    write_table(key, tmp_path / "k.key.csv")
    back = read_table(tmp_path / "k.key.csv")
    assert back["weight"].astype(float).tolist() == key["weight"].tolist()
    assert back[["article_id", "section", "start", "end", "hash"]].equals(
        key[["article_id", "section", "start", "end", "hash"]]
    )
    assert tool_answers(back, find(articles), ["hedge", "denial"]).equals(key[["hedge", "denial"]])


def outlets_of_unlike_size(tmp_path):
    """Articles of a large and a small outlet, scored, and the features of the codebook."""
    texts = ["It may rain. The office closed. Perhaps it opens.", "Ships left. It could rain. The port is open."]
    rows = [(outlet, texts[i % 2] + f" Day {i}.") for outlet, many in (("Post", 30), ("Mail", 8)) for i in range(many)]
    articles = pd.DataFrame(rows, columns=["outlet", "text"])
    articles["article_id"] = [f"a{i}" for i in range(len(rows))]
    scored = score(articles)
    return scored.articles, scored.mentions, read_lexicon().features


def test_by_outlet_each_has_its_own_items_and_their_weights_stand_for_all_its_sentences(tmp_path):
    articles, mentions, features = outlets_of_unlike_size(tmp_path)
    drawn = draw_sheet(articles, mentions, features, split_sentences, n=20, seed=3, by="outlet")
    key = drawn.key.merge(articles[["article_id", "outlet"]], on="article_id")
    assert key.groupby("outlet").size().to_dict() == {"Mail": 20, "Post": 20}
    sentences = {"Post": 30 * 4, "Mail": 8 * 4}
    for outlet, weight in key.groupby("outlet")["weight"].sum().items():
        assert weight == pytest.approx(sentences[outlet], rel=0.25), outlet
    assert "outlet" not in drawn.sheet, "coders are not told whose sentence it is"


def test_verdicts_of_several_coders_are_what_most_of_them_said():
    key = pd.DataFrame({"item": [1, 2], "article_id": ["a", "b"], "section": "body", "start": 0, "end": 9,
                        "hedge": ["newsroom", "0"], "hash": "x", "weight": [1.0, 5.0]})  # fmt: skip
    answers = [["newsroom", "0"], ["newsroom", "newsroom"], ["0", "0"]]
    sheets = [pd.DataFrame({"item": [1, 2], "hedge": given, "hash": "x"}) for given in answers]
    table = code_table(sheets, key).set_index("article_id")
    assert table.loc["a", ["tool", "coder", "weight"]].tolist() == ["newsroom", "newsroom", 1.0]
    assert table.loc["b", ["tool", "coder", "weight"]].tolist() == ["0", "0", 5.0]
    assert code_table(sheets[:2], key).set_index("article_id")["coder"].isna().to_dict() == {"a": False, "b": True}


def test_more_coded_sentences_would_show_smaller_differences(tmp_path):
    articles, mentions, _ = outlets_of_unlike_size(tmp_path)
    plan = plan_sheet(mentions, articles, 5000, items=(100, 400)).set_index("feature")
    assert plan.loc["hedge", "100"] > plan.loc["hedge", "400"] > 1


def test_coded_sheets_are_held_against_what_the_tool_finds_now(tmp_path):
    table = pd.DataFrame({"item": [1, 2], "article_id": ["a", "a"], "section": "body", "start": [0, 20],
                          "end": [20, 40], "hedge": ["0", "newsroom"], "weight": [1, 3]})  # fmt: skip
    table.to_csv(tmp_path / "s.key.csv", index=False)
    table.assign(hedge=["newsroom", "0"], done="1")[["item", "hedge", "done"]].to_csv(tmp_path / "s-1.csv", index=False)
    now = pd.DataFrame({"article_id": ["a"], "section": "body", "start": [4], "end": [7], "feature": "hedge",
                        "voice": "quoted", "negated": False})  # fmt: skip
    paths = [*tmp_path.glob("*")]
    assert coded_sentences(paths)["tool"].tolist() == ["0", "newsroom"]
    assert coded_sentences(paths, now)["tool"].tolist() == ["quoted", "0"]
    assert coded_sentences(paths, now.assign(feature="claim"))["tool"].tolist() == ["0", "newsroom"]
    with pytest.raises(InputError, match="no coding sheet"):
        coded_sentences([])
    (tmp_path / "s.key.csv").unlink()
    with pytest.raises(InputError, match="no key beside it"):
        coded_sentences([tmp_path / "s-1.csv"])
