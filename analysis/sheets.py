"""Coding sheets: which sentences people code by hand, blind, and how their answers are read back.

A sheet never shows what the tool answered, the outlet, or how an item came into the sample. That stands in the key,
a table beside the sheet, from which the answers of coders and tool are put together again (`analysis.agreement`).
"""

from __future__ import annotations

import difflib
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .attribution import VOICES
from .tables import InputError, replacing, round_significant, safe_cells, save_workbook

#: A sentence, by the article and the place in it; `headline` offsets count in the headline, `body` ones in the text.
PLACE = ["article_id", "section", "start", "end"]
SHOWN = ["before", "sentence", "after"]
UNMARKED = "unmarked"

#: Half of the items are spread over all sentences as they are, so that no item stands for very many and what the tool
#: misses can show; the other half goes to the features equally, some 27 each of eleven. On 3,000 US articles the
#: heaviest of 600 items stands for 472 sentences; with half of the items kept for sentences without a hit, for 959.
SPREAD_SHARE = 0.5
DEFAULT_ITEMS = 600

#: How people write yes and no in a spreadsheet; a small or capital letter o is the commonest slip for a zero.
_YES_NO = dict.fromkeys("1 y yes t true x ✓".split(), 1.0) | dict.fromkeys("0 o n no f false".split(), 0.0)
#: A spreadsheet turns a hash that looks like a number into one; such a cell says nothing of the sentence.
HASH = r"[0-9a-f]{12}"
_WIDTHS = {"before": 40, "sentence": 70, "after": 40, "note": 40, "hash": 14}

INSTRUCTIONS = [
    "Read the sentence in the middle; those before and after it are there only to tell whose words it is.",
    "Write 1 under a feature that the sentence has and 0 under one that it has not: the codebook tab says what counts.",
    "Where a feature is present, choose the voice of its first marker there: newsroom (the outlet's own words), quoted "
    "(somebody's words in quotation marks) or reported (somebody's words without quotation marks).",
    "Write 1 under done when you are through with a sentence: what is still empty there is then taken as 0.",
    "A note is welcome wherever you hesitated. Leave the first and the last column as they are, and work alone.",
]


class Drawn(NamedTuple):
    """A coding sheet and its key, one row an item in both."""

    sheet: pd.DataFrame
    key: pd.DataFrame


def text_hash(texts: Sequence[str] | pd.Series) -> list[str]:
    """First 12 hexadecimal digits of the SHA-256 of each text: says whether a sentence is still the same one.

    Examples
    --------
    >>> text_hash(["Moscow may agree."])
    ['6f78f3baf9e1']
    """
    return [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12] for text in texts]


def tool_answers(sentences: pd.DataFrame, mentions: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Say of each sentence which features the tool found in it, and in which voice.

    Parameters
    ----------
    sentences : DataFrame
        `article_id`, `section`, `start`, `end`: of a key, to hold a changed lexicon against finished sheets.
    mentions : DataFrame
        The mentions table. Negated mentions are not counted; a mention belongs where it starts.
    features : sequence of str
        The features that are coded.

    Returns
    -------
    DataFrame
        With the index of `sentences`: each feature (0 or 1) and `<feature>_voice`, of its first mention there.
    """
    counted = mentions[~mentions["negated"].fillna(False).astype(bool) & mentions["feature"].isin(features)]
    # Backwards, so that the first mention of a feature in a sentence is the one that stays.
    counted = counted.sort_values("start", ascending=False, kind="stable")
    section = counted["section"].where(counted["section"] == "headline", "body")
    places = pd.concat([sentences[PLACE], counted[PLACE].assign(section=section)], ignore_index=True)
    text = places.groupby(["article_id", "section"], sort=False).ngroup().to_numpy()
    start, end = (places[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    rows = len(sentences)
    position = text * (end.max(initial=0) + 1) + start
    order = np.argsort(position[:rows], kind="stable")
    found = order[np.searchsorted(position[:rows][order], position[rows:], "right") - 1]
    inside = (position[found] <= position[rows:]) & (text[found] == text[rows:]) & (start[rows:] < end[found])
    place = found[inside], pd.Index(features).get_indexer(counted["feature"][inside])
    hit = np.zeros((rows, len(features)), dtype=np.int64)
    hit[place] = 1
    voice = np.full(hit.shape, None, dtype=object)
    voice[place] = counted["voice"][inside]
    table = pd.DataFrame(hit, index=sentences.index, columns=list(features))
    voices = pd.DataFrame(voice, index=table.index, columns=list(features), dtype="str").add_suffix("_voice")
    return pd.concat([table, voices], axis=1)[_columns(features)]


def draw_sheet(
    articles: pd.DataFrame,
    mentions: pd.DataFrame,
    features: pd.DataFrame,
    split: Callable[[pd.Series], pd.DataFrame],
    *,
    n: int | None = DEFAULT_ITEMS,
    seed: int = 0,
) -> Drawn:
    """Draw a stratified random sample of sentences to code by hand.

    Every sentence is in one stratum: that of the rarest feature which the tool found in it, or `unmarked`. Half of
    the items are shared out to the strata by their size, the other half equally to those of the features; what a
    small stratum cannot give, the others give in the same proportion. The items come in random order, and the
    outlet's own name is blanked in what the coder reads. (A text can still tell where it comes from.)

    Parameters
    ----------
    articles, mentions : DataFrame
        The articles and the mentions table.
    features : DataFrame
        The codebook; `feature` names what is coded.
    split : function
        Gives `row`, `start`, `end` of the sentences in a Series of texts.
    n : int or None
        Items to draw; None, or more than there are, takes every sentence, in reading order.
    seed : int
        The same corpus and seed give the same sheet, whatever the order of the articles.

    Returns
    -------
    Drawn
        `sheet`: `item`, `before`, `sentence`, `after`, each feature with its voice (empty), `done`, `note`, `hash`.
        `key`: `item`, `article_id`, `section`, `start`, `end`, `hash`, `stratum`, `weight` (sentences of the stratum
        per item drawn from it), and the tool's answers.

    Raises
    ------
    InputError
        If there are no sentences, fewer items than strata, or a feature is named like a column of the sheet.
    """
    names = features["feature"].tolist()
    reserved = {"item", *PLACE, *SHOWN, "done", "note", "hash", "stratum", "weight"}
    if clash := [name for name in names if name in reserved or name.endswith("_voice")]:
        raise InputError(f"the feature {clash[0]!r} has the name of a column of the coding sheet: rename it")
    columns = {"headline": "headline", "body": "text"}
    texts = [articles[["article_id", "outlet"]].assign(section=s, text=articles[c]) for s, c in columns.items()]
    parts = pd.concat(texts).dropna(subset="text")
    parts = parts.sort_values(["article_id", "section"], ascending=[True, False], ignore_index=True)
    spans = split(parts["text"]).sort_values(["row", "start"]).reset_index(drop=True)
    if spans.empty:
        raise InputError("there is no sentence to draw: the articles have no text")
    sentences = parts[["article_id", "section"]].iloc[spans["row"]].reset_index(drop=True)
    sentences = sentences.join(spans[["start", "end"]].astype("int64"))
    answers = tool_answers(sentences, mentions, names)

    hits = answers[names].to_numpy(dtype=bool)
    found = hits.sum(axis=0)
    stratum = np.where(hits.any(axis=1), np.where(hits, found, len(spans) + 1).argmin(axis=1), len(names))
    sizes = np.bincount(stratum, minlength=len(names) + 1)
    shares = SPREAD_SHARE * sizes / len(spans)
    shares[:-1] += (1 - SPREAD_SHARE) / len(names)
    quota = _allocate(sizes, shares, len(spans) if n is None else n)
    generator = np.random.default_rng(seed)
    order = np.lexsort([generator.random(len(spans)), stratum])
    rank = np.arange(len(spans)) - (np.cumsum(sizes) - sizes)[stratum[order]]
    taken = np.sort(order[rank < quota[stratum[order]]])
    if len(taken) < len(spans):
        taken = generator.permutation(taken)

    def shown(step: int) -> pd.Series:
        rows = (taken + step).clip(0, len(spans) - 1)
        near = spans.iloc[rows].join(parts[["text", "outlet"]], on="row")
        near["text"] = near["text"].where((rows == taken + step) & (near["row"] == spans["row"].to_numpy()[taken]))
        columns = (near[name] for name in ("text", "start", "end", "outlet"))
        texts = [_blank(t[s:e], o) if isinstance(t, str) else None for t, s, e, o in zip(*columns, strict=True)]
        return pd.Series(texts, dtype="str")

    key = pd.concat([sentences, answers], axis=1).iloc[taken].reset_index(drop=True)
    key.insert(0, "item", np.arange(1, len(taken) + 1))
    drawn = zip(parts["text"].iloc[spans["row"].iloc[taken]], key["start"], key["end"], strict=True)
    key.insert(5, "hash", text_hash([text[start:end] for text, start, end in drawn]))
    key.insert(6, "stratum", np.array([*names, UNMARKED], dtype=object)[stratum[taken]])
    key.insert(7, "weight", round_significant((sizes / np.maximum(quota, 1))[stratum[taken]]))
    sheet = key[["item"]].assign(before=shown(-1), sentence=shown(0), after=shown(1))
    sheet[[*_columns(names), "done", "note"]] = None
    return Drawn(sheet.assign(hash=key["hash"]), key)


def _allocate(sizes: np.ndarray, shares: np.ndarray, n: int) -> np.ndarray:
    """Share n items out in proportion to `shares`; no stratum gets more than it has, none that has any gets none."""
    quota = (sizes > 0).astype(np.int64)
    if n < quota.sum():
        raise InputError(f"{n} items are too few for {quota.sum()} strata: draw more")
    if n >= sizes.sum():
        return sizes
    for _ in range(n - quota.sum()):
        quota[np.argmin(np.where(quota < sizes, (quota + 1) / shares, np.inf))] += 1
    return quota


def _blank(text: str, outlet: Any) -> str:
    return text if pd.isna(outlet) else re.sub(rf"\b{re.escape(str(outlet))}\b", "[outlet]", text)


def _columns(features: Sequence[str]) -> list[str]:
    return [column for name in features for column in (name, f"{name}_voice")]


def sheet_features(sheet: pd.DataFrame) -> list[str]:
    """Names of the features that a sheet or key codes: each has a column of its own and one for its voice."""
    return [name.removesuffix("_voice") for name in sheet.columns if name.endswith("_voice")]


def find_key(path: str | Path) -> Path | None:
    """Find the key of a filled-in sheet: `news.key.csv` beside `news.xlsx`, `news-2.xlsx` or `news coder 1.csv`."""
    keys = [k for k in Path(path).parent.glob("*.key.csv") if Path(path).stem.startswith(k.name[: -len(".key.csv")])]
    return max(keys, key=lambda key: len(key.name), default=None)


def write_sheet(sheet: pd.DataFrame, features: pd.DataFrame, path: str | Path) -> None:
    """Write a coding sheet: `.xlsx` with drop-downs, codebook and instructions on their own tabs, or plain `.csv`.

    Raises
    ------
    InputError
        If `path` ends otherwise or cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise InputError(f"{path}: a coding sheet is written as .xlsx or .csv")
    if path.suffix.lower() == ".csv":
        with replacing(path) as beside:
            # A spreadsheet reads UTF-8 rightly only where a byte order mark says so.
            safe_cells(sheet).to_csv(beside, index=False, quoting=1, lineterminator="\n", encoding="utf-8-sig")
        return
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    names = sheet_features(sheet)
    choices = dict.fromkeys([*names, "done"], "0,1") | {f"{name}_voice": ",".join(VOICES) for name in names}
    book = openpyxl.Workbook()
    book.remove(book.active)
    tabs = {"coding": sheet, "codebook": features, "instructions": pd.DataFrame({"how to code": INSTRUCTIONS})}
    for title, table in tabs.items():
        tab = book.create_sheet(title)
        safe = safe_cells(table).astype(object).replace(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", regex=True)
        for row in [tuple(safe.columns), *safe.where(safe.notna(), None).itertuples(index=False, name=None)]:
            tab.append(row)
        tab.freeze_panes = "B2"
        for column in tab.columns:
            name, letter = column[0].value, column[0].column_letter
            tab.column_dimensions[letter].width = _WIDTHS.get(name, 11) if title == "coding" else 40
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            column[0].font = Font(bold=True)
            if title == "coding" and name in choices:
                rule = DataValidation("list", formula1=f'"{choices[name]}"', allow_blank=True, showErrorMessage=True)
                rule.add(f"{letter}2:{letter}{len(table) + 1}")
                tab.add_data_validation(rule)
    with replacing(path) as beside:
        save_workbook(book, beside)


def read_sheet(path: str | Path) -> pd.DataFrame:
    """Read a filled-in coding sheet, whatever the order of its rows and columns.

    `yes`, `Y`, ` 1 `, `x`, `o` and the like are understood, and voices with a slip of spelling. An empty cell is not
    coded, unless `done` is 1: then it is 0.

    Returns
    -------
    DataFrame
        `item` (integer), each feature (1.0, 0.0 or missing) with its voice, and the other columns as text, by item.

    Raises
    ------
    InputError
        If the file is no coding sheet, or naming the cells whose content cannot be understood.
    """
    raw = _raw_cells(Path(path))
    raw.columns = pd.Index(raw.columns.str.strip().str.strip("'").str.casefold().str.replace(" ", "_"))
    if "item" not in raw.columns or not raw.columns.is_unique:
        raise InputError(f"{path}: a coding sheet has one column “item” and no column twice")
    features = sheet_features(raw)
    if lost := [name for name in features if name not in raw.columns]:
        raise InputError(f"{path}: there is “{lost[0]}_voice” but no column “{lost[0]}”: is its heading misspelt?")
    wrong: list[str] = []

    def refuse(name: str, rows: pd.Series, advice: str) -> None:
        from openpyxl.utils import get_column_letter

        letter = get_column_letter(list(raw.columns).index(name) + 1)
        cells = raw.loc[rows, name].fillna("").items()
        wrong.extend(f"{letter}{row + 2} ({name}) says “{text}”: {advice}" for row, text in cells)

    def codes(name: str, meaning: Mapping[str, Any], advice: str) -> pd.Series:
        text = raw[name].str.strip().str.strip("'").str.casefold().str.removesuffix(".0")
        text = text.mask(text == "")
        coded = text.map({value: meaning.get(value) for value in text.dropna().unique()})
        refuse(name, text.notna() & coded.isna(), advice)
        return coded

    sheet = raw.copy()
    sheet["item"] = pd.to_numeric(raw["item"].str.strip(), errors="coerce")
    sheet["item"] = sheet["item"].where(sheet["item"] % 1 == 0)
    filled = raw.notna().any(axis=1)
    twice = sheet["item"].duplicated() & sheet["item"].notna()
    refuse("item", filled & sheet["item"].isna() | twice, "every item has its own number")
    done = codes("done", _YES_NO, "write 1 or 0") if "done" in raw.columns else pd.Series(0.0, index=raw.index)
    for name in features:
        present = codes(name, _YES_NO, "write 1 or 0")
        values = raw[f"{name}_voice"].str.strip().str.casefold().dropna().unique()
        near = {value: difflib.get_close_matches(value, VOICES, 1, 0.75) for value in values}
        meant = {value: match[0] for value, match in near.items() if match}
        voice = codes(f"{name}_voice", meant, f"write {', '.join(VOICES[:-1])} or {VOICES[-1]}")
        refuse(f"{name}_voice", voice.notna() & (present != 1), f"write 1 under {name}, or leave the voice empty")
        sheet[name] = present.mask(present.isna() & (done == 1), 0.0).astype(float)
        sheet[f"{name}_voice"] = voice.astype("str")
    if wrong:
        more = f" (and {len(wrong) - 5} more)" if len(wrong) > 5 else ""
        raise InputError(f"{path}: {'; '.join(wrong[:5])}{more}")
    return sheet[filled].astype({"item": "int64"}).sort_values("item").reset_index(drop=True)


def _raw_cells(path: Path) -> pd.DataFrame:
    """All cells as text. A CSV may come back from a spreadsheet with semicolons and in its own encoding."""
    from .records import guess_encoding

    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise InputError(f"{path}: a coding sheet is read as .xlsx or .csv: save it as one of these")
    options: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_values": [""]}
    try:
        if path.suffix.lower() == ".xlsx":
            with pd.ExcelFile(path, engine="openpyxl") as book:
                return pd.read_excel(book, "coding" if "coding" in book.sheet_names else 0, **options)
        content = path.read_bytes()
        text = content.decode(guess_encoding(content, path.name)).removeprefix("\ufeff")
        mark = max(",;\t", key=text.split("\n", 1)[0].count)
        return pd.read_csv(io.StringIO(text), sep=mark, skip_blank_lines=False, **options)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read as a coding sheet: {str(error).splitlines()[0]}") from error


def strip_sheet(sheet: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Leave the sentences out, so that the coding of a corpus that may not be shared can be.

    Returns
    -------
    DataFrame
        `item`, `article_id`, `section`, `start`, `end`, `hash`, each feature with its voice, `note`. Notes are the
        coder's: look through them for copied text.
    """
    kept = sheet[["item", *_columns(sheet_features(sheet)), "note"]]
    whole = key[["item", *PLACE, "hash"]].astype({"item": "int64"}).merge(kept, on="item", validate="one_to_one")
    return whole.sort_values("item").reset_index(drop=True)


def rejoin_sheet(coded: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Put the sentences of a corpus beside codings kept by article, offsets and hash.

    Parameters
    ----------
    coded : DataFrame
        A stripped sheet, a key or a table of judgements: `article_id`, `start`, `end`, `hash`, and `section` where
        it also has headlines.
    articles : DataFrame
        The articles table of that corpus.

    Returns
    -------
    DataFrame
        `coded` with the column `sentence`.

    Raises
    ------
    InputError
        If an article is not there or its text is no longer the one that was coded.
    """
    texts = articles.set_index("article_id")[["headline", "text"]]
    if absent := sorted(set(coded["article_id"]) - set(texts.index)):
        raise InputError(f"{len(absent)} coded articles are not in this corpus, {absent[0]} first")
    found = texts.loc[coded["article_id"]].fillna("")
    section = coded["section"] if "section" in coded else pd.Series("body", index=coded.index)
    whole = np.where(section == "headline", found["headline"], found["text"])
    places = zip(whole, coded["start"].astype(int), coded["end"].astype(int), strict=True)
    sentences = [text[start:end] for text, start, end in places]
    changed = np.flatnonzero(np.array(text_hash(sentences)) != coded["hash"].to_numpy())
    if len(changed):
        row = coded.iloc[changed[0]]
        raise InputError(
            f"{len(changed)} of {len(coded)} coded sentences have changed since they were coded, first "
            f"{row['article_id']} {row['start']}-{row['end']}: use the text that was coded, or code them again"
        )
    return coded.assign(sentence=sentences)
