"""Articles from wherever a researcher has them, as one table: nothing lost, and every loss named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import pandas as pd

from analysis import pages
from analysis.records import BATCH_BYTES, COLUMNS, HEAD_BYTES, KINDS, Batch, plain_name, read_records
from analysis.tables import ARTICLES, NOTES, REJECTED, REMOVED, InputError

# Kept as they are where a table has them: what outlets are compared within, and what an article is about.
EXTRA = ["topic", "genre", "event", "author"]
WORD = re.compile(r"\w+(?:['’-]\w+)*")


class Corpus(NamedTuple):
    """Articles, and what became of everything else.

    Attributes
    ----------
    articles : DataFrame
        The columns of `tables.ARTICLES`, and those of `EXTRA` that the input has.
    rejected : DataFrame
        `source`, `line` (or number in the file), `article_id`, `reason`: records that could not be used.
    removed : DataFrame
        `article_id`, `source`, `line`, `reason`, `text`: page furniture that was cut away.
    notes : DataFrame
        `article_id`, `source`, `field`, `note`: what was changed, guessed or left out.
    """

    articles: pd.DataFrame
    rejected: pd.DataFrame
    removed: pd.DataFrame
    notes: pd.DataFrame


def read_articles(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    metadata: str | Path | None = None,
) -> Corpus:
    """Read a table, an export, a page, or a folder of them into one corpus.

    Parameters
    ----------
    path : path
        CSV, TSV, JSON Lines, JSON, Parquet or Excel; Nexis, Factiva or ProQuest exports; text or HTML pages;
        plain, gzipped or zipped; or a folder.
    columns : mapping, optional
        Which column of the input holds what, e.g. `{"text": "body", "outlet": "medium"}`; others are recognised.
    clean : bool, optional
        Remove page furniture. By default pages are cleaned, and tables and exports taken to the character.
    metadata : path, optional
        A table with a column `file` that says what is known of each page of the folder; by default one in the folder.

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        If there is nothing at `path`, or nothing in it that can be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "news.csv").write_text('id,medium,date,body\\n7,The Sun,"March 6, 2018",It may rain.\\n')
    ...     corpus = read_articles(Path(folder, "news.csv"))
    >>> corpus.articles[["article_id", "outlet", "published", "words"]].values.tolist()
    [['7', 'The Sun', '2018-03-06', 3]]
    """
    batches = list(iter_articles(path, columns=columns, clean=clean, metadata=metadata, count_words=True))
    return Corpus(*(pd.concat(tables, ignore_index=True) for tables in zip(*batches, strict=True)))


def iter_articles(
    path: str | Path,
    batch_bytes: int = BATCH_BYTES,
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    metadata: str | Path | None = None,
    count_words: bool = False,
) -> Iterator[Corpus]:
    """Read as `read_articles` does, a batch at a time; only the ids are kept, so that they stay unique.

    Parameters
    ----------
    batch_bytes : int
        About how much of the input makes a batch. JSON Lines, CSV and Parquet are never held in memory whole.
    count_words : bool
        Fill `words`; else it is 0, for whoever tokenises the texts anyway.

    Yields
    ------
    Corpus

    Raises
    ------
    InputError
        As `read_articles`; that nothing can be used is known at the end only.
    """
    seen: dict[str, int] = {}
    used, reasons = 0, [f"it holds no records; give {KINDS}"]
    for batch in _batches(Path(path), batch_bytes, dict(columns or {}), metadata):
        corpus = _finish(batch, seen, count_words, batch.page if clean is None else clean)
        used += len(corpus.articles)
        reasons = (reasons + corpus.rejected["reason"].tolist())[:2]
        yield corpus
    if not used:
        raise InputError(f"{path}: no article can be used: {reasons[-1]}")


def _batches(path: Path, size: int, columns: dict[str, str], metadata: str | Path | None) -> Iterator[Batch]:
    """The batches of a file, or of all files of a folder with what a table tells of them."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    files = [file for file in found if file.is_file() and not file.name.startswith((".", "~$"))]
    if not files:
        raise InputError(f"{path}: the folder is empty")
    table = Path(metadata) if metadata else next((file for file in files if _lists_files(file)), None)
    known = _metadata(table) if table else pd.DataFrame()
    missing = {str(name) for name in known.index}
    for file in files:
        name = file.relative_to(path).as_posix() if file != path else file.name
        if table and file.resolve() == table.resolve():
            continue
        missing -= {name, file.name}
        try:
            for batch in _mapped(file, name, size, columns):
                yield _tell(batch, known, bool(table)) if batch.page else batch
        except InputError as error:
            if path.is_file():
                raise
            yield Batch(pd.DataFrame(), name, [(name, None, None, str(error).removeprefix(f"{name}: "))], [])
    lost = [
        (name, None, None, f"{cast(Path, table).name} names it, but there is no such file") for name in sorted(missing)
    ]
    yield Batch(pd.DataFrame(), path.name, lost if path.is_dir() else [], [])


def _lists_files(file: Path) -> bool:
    if file.suffix.lower() not in {".csv", ".tsv"}:
        return False
    with file.open("rb") as stream:
        header = stream.readline(HEAD_BYTES).decode("utf-8-sig", "replace")
    return bool({"file", "filename"} & {plain_name(name) for name in re.split(r"[,;\t]", header)})


def _metadata(table: Path) -> pd.DataFrame:
    """What is known of each page, under its file name."""
    if not table.is_file():
        raise InputError(f"{table}: no such file")
    frame = pd.concat([batch.frame for batch in read_records(table, table.name, BATCH_BYTES)], ignore_index=True)
    names = {plain_name(name): name for name in map(str, frame.columns)}
    if not {"file", "filename"} & set(names):
        raise InputError(f"{table}: a table of pages needs a column 'file'; it has {', '.join(frame.columns)}")
    key = names.get("file") or names["filename"]
    frame = frame.rename(columns={**_mapping(list(frame.columns), {}, ""), key: "file"})
    kept = [name for name in frame.columns if name in {"file", *ARTICLES, *EXTRA} and name not in {"text", "source"}]
    return frame[kept].dropna(subset=["file"]).drop_duplicates("file").set_index("file")


def _tell(batch: Batch, known: pd.DataFrame, listed: bool) -> Batch:
    """A page with what the table says of it. Its empty fields win too: they say that the page does not tell."""
    name = next((name for name in (batch.source, Path(batch.source).name) if name in known.index), None)
    if name is not None and len(batch.frame):
        told = {str(key): value for key, value in known.loc[name].items() if key != "article_id" or pd.notna(value)}
        return batch._replace(frame=batch.frame.assign(**told, known=True))
    note = (Path(batch.source).stem, batch.source, "file", "the table of pages does not name this file")
    return batch._replace(notes=[*batch.notes, note]) if listed else batch


def _mapped(path: Path, source: str, size: int, columns: dict[str, str]) -> Iterator[Batch]:
    """Batches whose columns have this project's names."""
    mappings: dict[str, dict[str, str]] = {}
    for batch in read_records(path, source, size):
        names = [str(name) for name in batch.frame.columns if name != "line"]
        if names and not batch.page and batch.source not in mappings:
            mapping = mappings[batch.source] = _mapping(names, columns, batch.source)
            unused = [name for name in names if name not in {*mapping, *EXTRA}]
            batch.notes.extend((None, batch.source, name, "this column is not used") for name in unused)
            if "text" not in mapping.values():
                raise InputError(
                    f"{batch.source}: no column of text among {', '.join(names)}; name it: --columns text=…"
                )
        yield batch._replace(frame=batch.frame.rename(columns=mappings.get(batch.source, {})))


def _mapping(names: list[str], columns: dict[str, str], source: str) -> dict[str, str]:
    """From the input's column names to ours."""
    if wrong := [name for name in columns if name not in {*COLUMNS, *EXTRA}]:
        raise InputError(f"--columns: {', '.join(wrong)} is not among {', '.join([*COLUMNS, *EXTRA])}")
    if absent := [name for name in columns.values() if name not in names]:
        raise InputError(f"{source}: no column {', '.join(absent)}; it has {', '.join(names)}")
    plain = {plain_name(name): name for name in reversed(names)}
    mapping = {theirs: ours for ours, theirs in columns.items()}
    for ours, usual in COLUMNS.items():
        theirs = next((plain[alias] for alias in usual.split() if alias in plain), None)
        if ours not in columns and theirs is not None:
            mapping.setdefault(theirs, ours)
    # Beside an outlet, `source` is what this project's own tables call the file that a row came from.
    return mapping if "source" in mapping or "source" not in names else {**mapping, "source": "source"}


def _finish(batch: Batch, seen: dict[str, int], count_words: bool, clean: bool) -> Corpus:
    """One batch in the columns of the articles table."""
    raw = batch.frame.reset_index(drop=True)
    line = raw["line"] if "line" in raw else pd.Series(0, index=raw.index, dtype="int64")
    frame = raw.reindex(columns=[*ARTICLES, *(name for name in EXTRA if name in raw)]).astype("str")
    for name in frame.columns.difference(["text", "words"]):
        frame[name] = frame[name].str.strip().replace("", None)
    numbered = batch.source + (":" + line.astype("str") if "line" in raw else pd.Series("", index=raw.index))
    frame["source"] = frame["source"].fillna(numbered)
    frame["article_id"] = frame["article_id"].fillna(Path(batch.source).stem + "-" + line.astype("str"))
    rejected = [pd.DataFrame(batch.rejected, columns=REJECTED)]

    def reject(lost: pd.Series, reason: str) -> None:
        records = pd.DataFrame(
            {"source": batch.source, "line": line, "article_id": frame["article_id"], "reason": reason}
        )
        rejected.append(records.loc[frame.index][lost])

    notes = list(batch.notes)
    blank = ~frame["text"].fillna("").str.contains(r"\S")
    if blank.any():
        reject(blank, "it has no text")
        frame = frame[~blank]
    frame["article_id"] = _unique(frame["article_id"], frame["source"], seen, notes)
    signed, removed = frame["text"], pd.DataFrame(columns=REMOVED)
    if clean and len(frame):
        found = [
            pages.clean_page(*pair)
            for pair in zip(frame["text"], frame["headline"].replace({float("nan"): None}), strict=True)
        ]
        told = raw["known"].reindex(frame.index).notna() if "known" in raw else pd.Series(False, index=frame.index)
        for name in ("headline", "published"):
            read = pd.Series([getattr(page, name) for page in found], index=frame.index, dtype="str")
            frame[name] = frame[name].fillna(read.mask(told))
        cuts = [page.removed.assign(article_id=key, source=place)
                for page, key, place in zip(found, frame["article_id"], frame["source"], strict=True)]  # fmt: skip
        removed = pd.concat(cuts, ignore_index=True)[REMOVED]
        frame["text"], signed = (
            [page.text for page in found],
            pd.Series([page.signed for page in found], frame.index, dtype="str"),
        )
        empty = frame["text"] == ""
        reject(empty, "it is all page furniture: no paragraph of an article in it")
        frame, signed = frame[~empty], signed[~empty]
    frame["published"] = _dates(frame, notes)
    agencies = pages.find_agencies(signed)
    given = frame["agency"]
    frame["agency"] = given.fillna(agencies["agency"])
    # An agency's own outlet keeps the name that it has in the corpus.
    house = pages.name_agencies(frame["outlet"])
    own = given.fillna(agencies["copy"].mask(agencies["copy"] == house, frame["outlet"]))
    frame["origin"] = frame["origin"].fillna(own).fillna(frame["outlet"]).fillna(agencies["agency"])
    counts = [len(WORD.findall(text)) for text in frame["text"]] if count_words else [0] * len(frame)
    frame["words"] = pd.Series(counts, frame.index, dtype="int64")
    whole = pd.concat(rejected, ignore_index=True).astype(
        {"source": "str", "line": "Int64", "article_id": "str", "reason": "str"}
    )
    return Corpus(frame.reset_index(drop=True), whole, removed, pd.DataFrame(notes, columns=NOTES).astype("str"))


def _unique(ids: pd.Series, source: pd.Series, seen: dict[str, int], notes: list[Any]) -> pd.Series:
    """Ids that no article before has: a repeated one becomes id-2, id-3."""
    values = ids.tolist()
    for place, (key, origin) in enumerate(zip(values, source, strict=True)):
        if key in seen:
            number = next(n for n in itertools.count(seen[key] + 1) if f"{key}-{n}" not in seen)
            seen[key], values[place] = number, f"{key}-{number}"
            notes.append((values[place], origin, "article_id", f"the id {key} is repeated"))
        seen[values[place]] = 1
    return pd.Series(values, ids.index, dtype="str")


def _dates(frame: pd.DataFrame, notes: list[Any]) -> pd.Series:
    """Days as YYYY-MM-DD; what may be read two ways, or no way, is noted."""
    day = frame["published"].where(frame["published"].str.match(r"\d{4}-\d\d-\d\d(?:$|[T ])")).str.slice(0, 10)
    day = day.where(pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").notna())
    rest = frame[day.isna() & frame["published"].notna()]
    parts = rest["published"].str.extract(r"^(\d{1,2})[/-](\d{1,2})[/-]\d").astype(float)
    # One date of a column that cannot be month first tells how the others are written.
    day_first = bool((parts[0] > 12).any() and not (parts[1] > 12).any())
    unclear = (parts[0] <= 12) & (parts[1] <= 12) & (parts[0] != parts[1])
    for place, key, source, text in zip(rest.index, rest["article_id"], rest["source"], rest["published"], strict=True):
        found = pages.find_date(text, day_first)
        day.loc[place] = found
        if found is None or unclear[place]:
            note = f"is ambiguous: read as {found}" if found else "is not a date that can be read"
            notes.append((key, source, "published", f"{text} {note}"))
    return day
