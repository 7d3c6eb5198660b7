"""Coding sheets: which sentences people code by hand, blind, and how their answers are read back.

A sheet never shows what the tool answered, the outlet, or how an item came into the sample. That stands in the key,
a table beside the sheet, from which the answers of coders and tool are put together again (`analysis.agreement`).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.tables import (
    BOOLEANS,
    INTEGERS,
    NUMBERS,
    InputError,
    read_table,
    replacing,
    round_significant,
    safe_cells,
    workbook_cells,
    write_table,
)
from analysis.voice import VOICES

#: A sentence, by the article and the place in it; `headline` offsets count in the headline, `body` ones in the text.
PLACE = ["article_id", "section", "start", "end"]
SHOWN = ["before", "sentence", "after"]
#: So many hits of each feature make its precision worth reading: 29 right of 30 have a lower bound of 0.83. The items
#: that this does not need are spread over all sentences as they are, so that what the tool misses can show.
POSITIVES = 30
#: What the hits may take of a small sheet: without some of the rest nothing is known of recall.
HIT_SHARE = 0.8
#: What a cell under a feature says: 0 if the sentence has it not, else the voice of its first marker there, or 1 where
#: the coder gave no voice; and how people write yes and no in a spreadsheet.
_MEANING = {v: v for v in VOICES} | dict.fromkeys("1yx", "1") | dict.fromkeys("0o", "0") | {"yes": "1", "no": "0"}
_NO_FEATURES = {"item", *PLACE, *SHOWN, "done", "note", "hash", "weight", "row", "outlet"}


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
        With the index of `sentences`, a column a feature: the voice of its first mention there, or 0.
    """
    counted = mentions[~mentions["negated"].fillna(False).astype(bool) & mentions["feature"].isin(features)]
    counted = counted[["article_id", "section", "start", "feature", "voice"]].sort_values("start", kind="stable")
    counted["section"] = counted["section"].where(counted["section"] == "headline", "body")
    places = sentences[PLACE].assign(row=np.arange(len(sentences))).sort_values("start")
    found = pd.merge_asof(counted, places, on="start", by=["article_id", "section"])
    found = found[found["start"] < found["end"]].drop_duplicates(["row", "feature"])
    answers = pd.DataFrame("0", range(len(sentences)), list(features), dtype="str")
    answers.update(found.pivot_table("voice", "row", "feature", aggfunc="first"))
    return answers.set_axis(sentences.index)


def draw_sheet(
    articles: pd.DataFrame, mentions: pd.DataFrame, features: pd.DataFrame, split: Any, *, n: int | None, seed: int = 0,
    by: str | None = None,
) -> Drawn:  # fmt: skip
    """Draw a stratified random sample of sentences to code by hand.

    The chance of a sentence rises with the features that the tool found in it, the rare ones most: each feature is to
    have 30 hits in the sample, or fewer where the sheet is small; the other items are drawn from all sentences alike.
    Sentences with the same features follow one another in the systematic draw (Madow 1949), which makes strata of
    them. The items come in random order, and the name of their own outlet is blanked in what the coder reads. (A text
    can still tell where it comes from.)

    Parameters
    ----------
    articles, mentions : DataFrame
        The articles and the mentions table.
    features : DataFrame
        The codebook; `feature` names what is coded.
    split : function
        Gives `row`, `start`, `end` of the sentences in a Series of texts (`tokens.split_sentences`).
    n : int or None
        Items to draw; None, or more than there are, takes every sentence, in reading order.
    seed : int
        The same corpus and seed give the same sheet, whatever the order of the articles.
    by : str, optional
        A column of the articles: `n` items of each of its values, so that rates can be corrected by outlet
        (`compare.correction`) and errors of the tool compared between outlets.

    Returns
    -------
    Drawn
        `sheet`: `item`, `before`, `sentence`, `after`, each feature (empty), `done`, `note`, `hash`.
        `key`: `item`, `article_id`, `section`, `start`, `end`, the tool's answers, `hash`, `weight` (one over the
        chance of being drawn: the sentences that the item stands for).

    Raises
    ------
    InputError
        If there are no sentences, or a feature is named like a column of the sheet.
    """
    names = features["feature"].tolist()
    if seed < 0:
        raise InputError(f"the seed is {seed}: give 0 or a whole number above it")
    if n is not None and n < 1:
        raise InputError(f"{n} sentences are asked for: give 1 or more")
    # A column of numbers cannot hold the tool's answers, which are voices.
    if clash := (_NO_FEATURES | INTEGERS | NUMBERS | BOOLEANS) & {*names}:
        raise InputError(f"the feature {min(clash)!r} has the name of a column of the coding sheet: rename it")
    if by is not None and by not in articles:
        raise InputError(f"articles have no column {by!r} to draw by; they have {', '.join(articles.columns)}")
    known = list(dict.fromkeys(["article_id", "outlet", *([by] if by else [])]))
    named = articles if by is None else articles.dropna(subset=[by])
    parts = named.rename(columns={"text": "body"}).melt(known, ["headline", "body"], "section")
    parts = parts.dropna(subset="value").sort_values(["article_id", "section"], ascending=[True, False])
    texts = parts.pop("value").tolist()
    spans = split(pd.Series(texts, dtype="str")).sort_values(["row", "start"], ignore_index=True).astype("int64")
    if spans.empty:
        raise InputError("there is no sentence to draw: the articles have no text")
    frame = parts.iloc[spans["row"]].reset_index(drop=True).join(spans)
    frame["sentence"] = [texts[row][start:end] for row, start, end in spans.itertuples(index=False)]
    beside = frame.groupby("row")["sentence"]
    frame = frame.assign(before=beside.shift(1), after=beside.shift(-1))
    answers = tool_answers(frame, mentions, names)

    generator = np.random.default_rng(seed)
    hits = answers.to_numpy() != "0"
    group = np.zeros(len(frame), dtype=int) if by is None else pd.factorize(frame[by], sort=True)[0]
    chance = np.ones(len(frame))
    for number in range(group.max() + 1 if n is not None else 0):
        chance[group == number] = _chances(hits[group == number], n or 1)
    order = np.lexsort([generator.random(len(frame)), *hits.T, group])
    passed = np.floor(chance[order].cumsum().round(9) + generator.random())
    taken = np.sort(order[np.diff(passed, prepend=0) > 0])
    taken = taken if len(taken) == len(frame) else generator.permutation(taken)

    drawn = frame.join(answers).iloc[taken].set_axis(range(1, len(taken) + 1)).rename_axis("item")
    key = drawn[[*PLACE, *names]].assign(hash=text_hash(drawn["sentence"]), weight=round_significant(1 / chance[taken]))
    outlets = drawn["outlet"].fillna("\0")
    blank = {n: [t.replace(o, "[outlet]") for t, o in zip(drawn[n].fillna(""), outlets, strict=True)] for n in SHOWN}
    sheet = pd.DataFrame(blank, drawn.index).replace("", None).assign(**dict.fromkeys([*names, "done", "note"]))
    return Drawn(sheet.assign(hash=key["hash"]).reset_index(), key.reset_index())


def _chances(hits: np.ndarray, n: int) -> np.ndarray:
    """Chance of every sentence to be among n: hits first, the rarest feature before the others, then all alike."""
    n, chance = min(max(n, 1), len(hits)), np.zeros(len(hits))
    for hit in hits.T[hits.sum(axis=0).argsort(kind="stable")]:
        chance[hit] = (chance[hit] + max(POSITIVES - chance[hit].sum(), 0) / max(hit.sum(), 1)).clip(max=1)
    chance *= min(1, HIT_SHARE * n / max(chance.sum(), 1))
    return chance + (1 - chance) * (n - chance.sum()) / max((1 - chance).sum(), 1e-9)


def plan_sheet(
    mentions: pd.DataFrame, articles: pd.DataFrame, sentences: int, items: Sequence[int] = (150, 300, 600, 1200),
    recall: float = 0.85,
) -> pd.DataFrame:  # fmt: skip
    """What ratio between two outlets of this corpus coded sentences could show, by how many of each are coded.

    Half of the items are taken for hits. Misses, of which `recall` leaves so many among an outlet's sentences without a
    hit, then give the logarithm of its rate the variance of Poisson counts; 2.8 standard errors of a ratio are found in
    0.8 of trials at p < 0.05. Chance between articles comes on top.

    Parameters
    ----------
    mentions, articles : DataFrame
    sentences : int
        Of the corpus.
    items : sequence of int
        Sentences coded of each outlet.
    recall : float
        What share of markers the tool is thought to find.

    Returns
    -------
    DataFrame
        `feature`, `hits` (sentences of an average outlet that have it), a column for each number of items.
    """
    outlets = max(articles["outlet"].nunique(), 1)
    counted = mentions[~mentions["negated"].astype(bool)].drop_duplicates(["article_id", "sentence_start", "feature"])
    hits = counted.groupby("feature").size() / outlets
    missed, true = hits * (1 - recall) / recall, hits / recall
    silent = (sentences / outlets - hits).clip(lower=1)
    found = {
        str(number): np.exp(2.8 * np.sqrt(2 * missed * (silent / (number / 2)).clip(lower=1)) / true)
        for number in items
    }
    return round_significant(pd.DataFrame({"hits": hits, **found}).rename_axis("feature").reset_index())


def code_table(sheets: Sequence[pd.DataFrame], key: pd.DataFrame, mentions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Coders' verdicts as rates are corrected by them (`compare.correction`): a row a sentence and feature.

    Parameters
    ----------
    sheets : sequence of DataFrame
        Filled-in sheets (`read_sheet`), one a coder; where several answered, what most of them said, or nobody's.
    key : DataFrame
        The key of the sheet.
    mentions : DataFrame, optional
        What the tool finds now: rates are made of it, and the key holds what the tool found when the sheet was drawn.

    Returns
    -------
    DataFrame
        `article_id`, `section`, `feature`, `weight`, `tool`, `coder` (missing where nobody answered, or coders differ).
    """
    names = sheet_features(key)
    if mentions is not None and (counted := [name for name in names if (mentions["feature"] == name).any()]):
        places = key[PLACE].astype({"start": "int64", "end": "int64"})
        key = key.assign(**tool_answers(places, mentions, counted))
    long = key.melt(["item", "article_id", "section", "weight"], names, "feature", "tool").astype({"item": "int64"})
    answers = pd.concat([sheet.melt("item", names, "feature", "coder") for sheet in sheets]).dropna()
    counts = answers.groupby(["item", "feature", "coder"]).size().rename("votes").reset_index()
    total = counts.groupby(["item", "feature"])["votes"].transform("sum")
    agreed = counts[2 * counts["votes"] > total].drop(columns="votes")
    return long.merge(agreed, "left", ["item", "feature"]).drop(columns="item")


def coded_sentences(paths: Sequence[str | Path], mentions: pd.DataFrame | None = None) -> pd.DataFrame:
    """`code_table` of filled-in sheets, with the key that lies beside one of them.

    Raises
    ------
    InputError
        Without sheets, or without a key: rates are corrected by what its sentences stand for.
    """
    sheets = [Path(path) for path in paths if not str(path).endswith(".key.csv")]
    key = next(filter(None, map(find_key, sheets)), None)
    if key is None:
        raise InputError(
            f"{sheets[0]}: no key beside it: rates are corrected by what its sentences stand for"
            if sheets
            else "no coding sheet was filled in"
        )
    return code_table([read_sheet(path) for path in sheets], read_table(key), mentions)


def sheet_features(sheet: pd.DataFrame) -> list[str]:
    """Names of the features that a sheet or key codes: the columns that are nothing else."""
    return [name for name in sheet.columns if name not in _NO_FEATURES]


def find_key(path: str | Path) -> Path | None:
    """Find the key of a filled-in sheet: `news.key.csv` beside `news.xlsx`, `news-2.xlsx` or `news coder 1.csv`."""
    keys = [k for k in Path(path).parent.glob("*.key.csv") if Path(path).stem.startswith(k.name[: -len(".key.csv")])]
    return max(keys, key=lambda key: len(key.name), default=None)


def write_sheet(sheet: pd.DataFrame, features: pd.DataFrame, path: str | Path) -> None:
    """Write a coding sheet: `.xlsx` with drop-downs and the codebook on a second tab, or a plain table.

    Raises
    ------
    InputError
        If `path` ends otherwise or cannot be written.
    """
    if Path(path).suffix.lower() != ".xlsx":
        write_table(safe_cells(sheet), path)
        return
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.datavalidation import DataValidation

    writer = pd.ExcelWriter(io.BytesIO(), engine="openpyxl")
    rule = DataValidation("list", formula1=f'"0,{",".join(VOICES)}"', showErrorMessage=True)
    for title, table in {"coding": sheet, "codebook": features}.items():
        safe = workbook_cells(table, path)
        safe.to_excel(writer, sheet_name=title, index=False, freeze_panes=(1, 1))
        for name, column in zip(table, writer.sheets[title].columns, strict=True):
            letter, wide = column[0].column_letter, name in SHOWN or title == "codebook"
            writer.sheets[title].column_dimensions[letter].width = 50 if wide else 12
            if title == "coding" and name not in _NO_FEATURES:
                rule.add(f"{letter}2:{letter}{len(sheet) + 1}")
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    writer.sheets["coding"].add_data_validation(rule)
    with replacing(path) as beside:
        writer.book.save(beside)


def read_sheet(path: str | Path) -> pd.DataFrame:
    """Read a filled-in coding sheet (`.xlsx` or `.csv`), whatever the order of its rows and columns.

    Under a feature `0`, `no`, `o` and the like say that it is absent; a voice, or `1`, `yes`, `x` and the like, that it
    is there. An empty cell is not coded, unless `done` is 1: then it is 0.

    Returns
    -------
    DataFrame
        `item` (integer), each feature (`0`, a voice, `1` without one, or missing), the other columns as text; by item.

    Raises
    ------
    InputError
        If the file is no coding sheet, or naming the cells whose content cannot be understood.
    """
    from openpyxl.utils import get_column_letter

    try:
        excel = Path(path).suffix.lower() == ".xlsx"
        raw = pd.read_excel(path, dtype=str, keep_default_na=False, na_values=[""]) if excel else read_table(path)
    except InputError:
        raise
    except Exception as error:  # whatever a broken workbook makes its reader raise, it is the file's fault
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read as a coding sheet: {said}") from error
    raw.columns = raw.columns.str.strip().str.strip("'")
    if not {"item", "done"} <= {*raw.columns} or not raw.columns.is_unique:
        raise InputError(f"{path}: a coding sheet has the columns “item” and “done”, and no column twice")
    raw, names = raw.dropna(how="all").astype("str"), sheet_features(raw)
    text = raw.apply(lambda column: column.str.strip().str.strip("'").str.casefold().str.removesuffix(".0"))
    sheet = raw.assign(**{name: text[name].map(_MEANING).astype("str") for name in [*names, "done"]})
    sheet["item"] = pd.to_numeric(text["item"], errors="coerce")
    wrong = (text.replace("", None).notna() & sheet.isna()).assign(item=sheet["item"] % 1 != 0)
    wrong["item"] |= sheet["item"].duplicated()
    if cells := [
        f"{get_column_letter(c + 1)}{raw.index[r] + 2} ({raw.columns[c]}) says “{text.fillna('').iloc[r, c]}”"
        for r, c in np.argwhere(wrong.to_numpy())
    ]:
        rule = f"a feature is 0, 1, {', '.join(VOICES[:-1])} or {VOICES[-1]}, and every item has its own number"
        raise InputError(f"{path}: {'; '.join(cells[:5])}{' and more' if len(cells) > 5 else ''}: {rule}")
    sheet.loc[sheet["done"] == "1", names] = sheet[names].fillna("0")
    return sheet.astype({"item": "int64"}).sort_values("item", ignore_index=True)
