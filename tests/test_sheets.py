"""Coding sheets: what is drawn, that coders see nothing they should not, and how their files are read back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sheets import (
    UNMARKED,
    draw_sheet,
    find_key,
    read_sheet,
    rejoin_sheet,
    strip_sheet,
    text_hash,
    tool_answers,
    write_sheet,
)
from analysis.tables import InputError, read_table, write_table

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
    joined = rejoin_sheet(key, articles)
    assert joined["sentence"].str.endswith(".").all()
    assert (joined["hedge"] == joined["sentence"].str.contains(r"\bm(?:ay|ight)\b")).all()
    assert (joined["denial"] == joined["sentence"].str.contains("deny")).all()
    assert set(joined.loc[joined["denial"] == 1, "hedge_voice"]) == {"quoted"}
    assert sheet["hash"].tolist() == key["hash"].tolist() == text_hash(joined["sentence"])


@given(size=st.integers(1, 8), n=st.integers(3, 120), seed=st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_weights_stand_for_every_sentence_of_the_corpus(size: int, n: int, seed: int) -> None:
    articles = corpus(size)
    spans = split(pd.concat([articles["headline"], articles["text"]]))
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=n, seed=seed)
    assert len(key) == min(n, len(spans))
    assert key["weight"].sum() == pytest.approx(len(spans), rel=1e-5)
    assert not key.duplicated(["article_id", "section", "start"]).any()
    hedged = find(articles).query("feature == 'hedge'").shape[0]
    assert key.loc[key["stratum"] != UNMARKED, "weight"].sum() == pytest.approx(hedged, rel=1e-5)


def test_rare_features_are_drawn_whole_and_the_rest_shares_what_is_left(articles: pd.DataFrame) -> None:
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=24)
    assert key["stratum"].value_counts().to_dict() == {UNMARKED: 11, "hedge": 10, "denial": 3}


def test_the_unmarked_are_drawn_evenly_from_everywhere(articles: pd.DataFrame) -> None:
    drawn = [draw_sheet(articles, find(articles), FEATURES, split, n=20, seed=seed).key for seed in range(60)]
    unmarked = pd.concat(drawn).query("stratum == @UNMARKED")
    per_article = unmarked["article_id"].value_counts()
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
    answers = ["hedge", "hedge_voice", "denial", "denial_voice", "done", "note"]
    assert list(sheet) == ["item", "before", "sentence", "after", *answers, "hash"]
    assert sheet[answers].isna().all(axis=None)
    shown = sheet[["before", "sentence", "after"]].melt()["value"].dropna()
    assert shown.str.contains("[outlet]", regex=False).any()
    assert not shown.str.contains("Kremlin").any()
    assert (key["stratum"] != key["stratum"].shift()).sum() > 6, "the strata stand in blocks"
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


def test_a_corpus_without_a_hit_gives_unmarked_items_only(articles: pd.DataFrame) -> None:
    _, key = draw_sheet(articles, find(articles).iloc[:0], FEATURES, split, n=10)
    assert set(key["stratum"]) == {UNMARKED}
    assert (key[["hedge", "denial"]] == 0).all(axis=None)
    assert key["hedge_voice"].isna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 2}, "2 items are too few for 3 strata"),
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
    assert answers["hedge"].tolist() == [1, 0, 0], "between sentences, negated, and in a headline: none of the body's"
    assert answers["hedge_voice"].tolist()[0] == "reported"
    assert answers["denial"].sum() == 0


def test_a_workbook_has_drop_downs_and_the_codebook_and_runs_nothing(articles: pd.DataFrame, tmp_path: Path) -> None:
    sheet, _ = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    sheet.loc[0, "sentence"] = "=HYPERLINK(1) \x07"
    write_sheet(sheet, FEATURES, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    assert book.sheetnames == ["coding", "codebook", "instructions"]
    coding, codebook = book["coding"], book["codebook"]
    assert coding["C2"].value == "'=HYPERLINK(1) "
    assert codebook["C3"].value == "'=denied"
    assert all(cell.data_type != "f" for tab in book for row in tab.iter_rows() for cell in row)
    rules = {str(rule.sqref): rule.formula1 for rule in coding.data_validations.dataValidation}
    heading = {cell.value: cell.column_letter for cell in coding[1]}
    for name in ("hedge", "denial", "done"):
        assert rules[f"{heading[name]}2:{heading[name]}21"] == '"0,1"'
    assert rules[f"{heading['hedge_voice']}2:{heading['hedge_voice']}21"] == '"newsroom,quoted,reported"'
    assert len(rules) == 5


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_a_sheet_is_the_same_bytes_whenever_it_is_written(
    articles: pd.DataFrame, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, _ = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    write_sheet(sheet, FEATURES, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    write_sheet(sheet, FEATURES, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    if name.endswith("xlsx"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert {part.date_time[0] for part in archive.infolist()} == {1980}
            assert b"20" not in re.findall(rb"<dcterms:modified[^>]*>(\d\d)", archive.read("docProps/core.xml"))


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_an_empty_sheet_reads_back_as_not_coded(articles: pd.DataFrame, tmp_path: Path, name: str) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    write_sheet(sheet, FEATURES, tmp_path / name)
    read = read_sheet(tmp_path / name)
    assert read["item"].tolist() == key["item"].tolist()
    assert read["hash"].tolist() == key["hash"].tolist()
    assert read[["hedge", "hedge_voice", "denial", "denial_voice"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_slips_of_the_keyboard_and_moved_rows_and_columns_are_understood(tmp_path: Path, name: str) -> None:
    path = filled(
        tmp_path,
        {
            "Denial Voice": ["", "", "", "", " Quote", "", ""],
            "note": ["", "late", "", "", "", "", ""],
            " Hedge": ["No", "", " 1 ", "o", "Yes", "x", ""],
            "hedge_voice": ["", "", "newroom", "", "REPORTED", "", ""],
            "Denial": ["0.0", "", "N", "", "Y", "O", ""],
            "done": ["", "", "", "1", "", "", ""],
            "ITEM": ["5", "4.0", " 3", "2", "1", "7", ""],
        },
        name,
    )
    read = read_sheet(path)
    assert read["item"].tolist() == [1, 2, 3, 4, 5, 7]
    assert read["hedge"].fillna(-1).tolist() == [1, 0, 1, -1, 0, 1]
    assert read["denial"].fillna(-1).tolist() == [1, 0, 0, -1, 0, 0], "done: what was left empty is 0"
    assert read["hedge_voice"].fillna("").tolist() == ["reported", "", "newsroom", "", "", ""]
    assert read["denial_voice"].fillna("").tolist() == ["quoted", "", "", "", "", ""]
    assert read["note"].fillna("").tolist() == ["", "", "", "late", "", ""]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"hedge": ["1", "perhaps"]}, r"B3 \(hedge\) says “perhaps”: write 1 or 0"),
        ({"hedge_voice": ["mixed", ""]}, r"C2 \(hedge_voice\) says “mixed”: write newsroom, quoted or reported"),
        ({"hedge_voice": ["", "quoted"]}, r"C3 \(hedge_voice\) says “quoted”: write 1 under hedge"),
        ({"item": ["1", "1"]}, r"A3 \(item\) says “1”: every item has its own number"),
        ({"item": ["1", "1a"]}, r"A3 \(item\) says “1a”: every item has"),
        ({"item": ["1", ""]}, r"A3 \(item\) says “”: every item has"),
        ({"item": ["1", "2.5"]}, r"A3 \(item\) says “2.5”: every item has"),
        ({"hedge": ["2", "3"]}, r"B2 .* “2”.*; B3 .* “3”"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_cell(
    tmp_path: Path, rows: dict[str, list[object]], message: str
) -> None:
    good: dict[str, list[object]] = {"item": ["1", "2"], "hedge": ["1", "0"], "hedge_voice": ["quoted", ""]}
    for name in ("sheet.xlsx", "sheet.csv"):
        with pytest.raises(InputError, match=message):
            read_sheet(filled(tmp_path, good | rows, name))


def test_many_bad_cells_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    rows: dict[str, list[object]] = {"item": [*range(9)], "hedge": ["?"] * 9, "hedge_voice": [""] * 9}
    with pytest.raises(InputError, match=r"B6 \(hedge\).*\(and 4 more\)$"):
        read_sheet(filled(tmp_path, rows))


def test_a_misspelt_heading_is_named(tmp_path: Path) -> None:
    rows: dict[str, list[object]] = {"item": [1], "hegde": [1], "hedge_voice": ["quoted"]}
    with pytest.raises(InputError, match="no column “hedge”: is its heading misspelt"):
        read_sheet(filled(tmp_path, rows))


def test_a_csv_that_a_spreadsheet_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes("item;sentence;hedge;hedge_voice\r\n1;It was, a “café”;1;quoted\r\n".encode("cp1252"))
    assert read_sheet(path).iloc[0].tolist() == [1, "It was, a “café”", 1.0, "quoted"]


def test_files_that_are_no_sheet_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("name,age\nA,3\n")
    (tmp_path / "old.xls").write_bytes(b"")
    expected = {
        "torn.xlsx": "cannot be read", "empty.csv": "cannot be read", "other.csv": "one column “item”",
        "old.xls": "save it as", "absent.xlsx": "no such file",
    }  # fmt: skip
    for name, message in expected.items():
        with pytest.raises(InputError, match=message) as caught:
            read_sheet(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"written as .xlsx or .csv"):
        write_sheet(pd.DataFrame({"item": [1]}), FEATURES, tmp_path / "sheet.ods")


def test_a_stripped_sheet_has_no_sentence_and_finds_it_again(articles: pd.DataFrame, tmp_path: Path) -> None:
    sheet, key = draw_sheet(articles, find(articles), FEATURES, split, n=20)
    sheet.loc[3, "hedge"], sheet.loc[3, "hedge_voice"] = 1, "newsroom"
    write_sheet(sheet, FEATURES, tmp_path / "sheet.xlsx")
    write_table(key, tmp_path / "sheet.key.csv")
    on_disk = read_sheet(tmp_path / "sheet.xlsx"), read_table(tmp_path / "sheet.key.csv")
    write_table(strip_sheet(*on_disk), tmp_path / "stripped.csv")
    assert "ship" not in (tmp_path / "stripped.csv").read_text().lower()
    back = read_sheet(tmp_path / "stripped.csv")
    assert back.loc[3, ["hedge", "hedge_voice"]].tolist() == [1.0, "newsroom"]
    joined = rejoin_sheet(back, articles.sample(frac=1, random_state=1))
    assert joined["sentence"].tolist() == rejoin_sheet(key, articles)["sentence"].tolist()


def test_codings_are_not_rejoined_with_a_changed_text_or_a_corpus_without_it(articles: pd.DataFrame) -> None:
    _, key = draw_sheet(articles, find(articles), FEATURES, split, n=None)
    changed = articles.assign(text=articles["text"].where(articles["article_id"] != "a05", "New. " + articles["text"]))
    with pytest.raises(InputError, match=r"10 of 132 coded sentences have changed .* first a05 0-"):
        rejoin_sheet(key, changed)
    with pytest.raises(InputError, match="1 coded articles are not in this corpus, a05 first"):
        rejoin_sheet(key, articles[articles["article_id"] != "a05"])


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
    assert tool_answers(back, find(articles), ["hedge", "denial"]).equals(
        key[["hedge", "hedge_voice", "denial", "denial_voice"]]
    )
