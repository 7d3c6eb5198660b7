"""The records of a file as they are: every kind of file that articles come in, a batch at a time."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import os
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pandas as pd

from analysis.read.columns import find_records
from analysis.read.encoding import HEAD_BYTES, guess_encoding
from analysis.read.exports import read_export
from analysis.tables import InputError

BATCH_BYTES = 16 << 20  # large enough that whole columns pay, small enough for many batches on a laptop
_FIRST = 8  # the part of a batch that makes the first one; each is twice the one before until they are full
_PARQUET_ROWS = 2000  # a batch of Parquet: about 10 MB of news
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
_IN_EXPORTS = ("headline", "outlet", "published", "text")
_PAGES = {".txt", ".text", ".html", ".htm", ".xhtml"}
KINDS = ".csv, .tsv, .jsonl, .json, .parquet, .xlsx, .txt, .html, or an export (.docx, .xml, .rtf), also .gz or .zip"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and any workbook with a password
#: Characters of the longest text that is taken for one article: four times the longest novel.
LONGEST_TEXT = 10_000_000
_LONGEST_NAME = 300  # characters of a name that are shown: longer ones are texts given for a path
_ROW = 1000  # what a record takes beside its characters: a million posts of a sentence are many batches too
_TEXTS = (b"text", b"body", b"content")  # looked for twice in a record of JSON Lines, since only the last would stay
_DEEPEST = 4  # records in records whose values are columns, by dots
csv.field_size_limit(2**31 - 1)

Row = tuple[int, Any]  # its number, and the record, or the error that says why it is none


class Batch(NamedTuple):
    """Records as they were read; `line` is a column of them, `known` (of pages) says that a table tells of them."""

    frame: pd.DataFrame
    source: str
    rejected: list[tuple[Any, ...]]
    notes: list[tuple[Any, ...]]
    page: bool = False
    removed: Sequence[tuple[int, str, str]] = ()  # line, reason, text: what an export's reader left out
    extracted: bool = False  # a page whose article was taken out of its HTML already


def list_files(path: Path) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """All files of a folder, a zip archive, or only that file: how to open each, by its name; and why others are not.

    Raises
    ------
    InputError
        If there is none.
    """
    shown = show_name(path)
    try:
        if not path.exists():
            hint = "; to read one text, give a list of it" if len(str(path)) > _LONGEST_NAME else ""
            raise InputError(f"{shown}: no such file or folder{hint}")
        found, problems = _walk(path) if path.is_dir() else ({path.name: path}, {})
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{shown}: no such file or folder; to read one text, give a list of it") from error
    files: dict[str, Callable[[], Any]] = {}
    for name, file in found.items():
        lower = name.lower()
        if not file.is_file():
            problems[show_name(name)] = "a link to nothing" if file.is_symlink() else "not a regular file"
        elif lower.endswith(".zip") and zipfile.is_zipfile(file):
            try:
                archive = zipfile.ZipFile(file)
            except (OSError, ValueError, *_DAMAGED) as error:
                problems[show_name(name)] = f"the archive is damaged or cut short: {error}"
                continue
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                if not member.is_dir():
                    files[_unused(show_name(f"{name}/{member.filename}"), files)] = partial(archive.open, member)
        else:
            opened = partial(gzip.open, file) if lower.endswith(".gz") else partial(file.open, "rb", HEAD_BYTES)
            files[show_name(name)] = opened
    files = {name: opened for name, opened in files.items() if not Path(name).name.startswith((".", "~$"))}
    if not files:
        told = "; ".join(f"{name}: {reason}" for name, reason in problems.items())
        raise InputError(told.splitlines()[0] if told else f"{shown}: the folder is empty")
    return files, problems


def _walk(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Files below a folder by their name in it, and the folders that cannot be entered."""
    problems: dict[str, str] = {}

    def refuse(error: OSError) -> None:
        problems[show_name(Path(error.filename or folder).relative_to(folder).as_posix())] = "cannot be entered"

    found = []
    for place, folders, names in os.walk(folder, onerror=refuse):
        found += [Path(place, name) for name in names]
        for name in folders:
            if Path(place, name).is_symlink():
                linked = Path(place, name).relative_to(folder).as_posix()
                problems[show_name(linked)] = "a linked folder, which is not followed; name it by itself"
    return {file.relative_to(folder).as_posix(): file for file in sorted(found)}, problems


def show_name(name: str | Path) -> str:
    """The name of a file as text that can be printed, whatever bytes it is made of."""
    text = os.fsencode(str(name)).decode("utf-8", "replace") if not _is_plain(str(name)) else str(name)
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= _LONGEST_NAME else text[:_LONGEST_NAME] + "…"


def _is_plain(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _unused(name: str, files: Mapping[str, Any]) -> str:
    """A name that no file has yet: archives may hold two of one name."""
    suffix = Path(name).suffix
    stem = name.removesuffix(suffix)
    for count in itertools.count(2):
        if name not in files:
            return name
        name = f"{stem} ({count}){suffix}"
    return name


def read_records(opened: Callable[[], Any], source: str, size: int = BATCH_BYTES) -> Iterator[Batch]:
    """The records of one file of `list_files` as they are, in batches of about `size` characters.

    Raises
    ------
    InputError
        If it cannot be read, or is of no kind that is.
    """
    suffix = Path(source).suffix.lower()
    try:
        with opened() as stream:
            if not stream.peek(1):
                raise InputError(f"{source}: the file is empty")
            notes: list[tuple[Any, ...]] = []
            removed: list[tuple[int, str, str]] = []
            rows = _rows(stream, suffix, source, notes)
            if suffix in _PAGES | {".docx", ".xml", ".rtf"}:
                found = read_export(content := stream.read(), source)
                if found is None:
                    yield _page(content, source)
                    return
                rows = ((number, dict(article)) for number, (article, _) in enumerate(found, 1))
                removed = [(number, reason, text) for number, (_, left) in enumerate(found, 1) for reason, text in left]
                notes = [(None, f"{source}:{number}", name, "not found in the export") for name in _IN_EXPORTS
                         for number, (article, _) in enumerate(found, 1) if name not in article]  # fmt: skip
            held, records, rejected = 0, {}, []
            full = size // _FIRST  # the first batches are small, so that no process waits long for its first
            for line, record in rows:
                if isinstance(record, dict):
                    records[line] = record
                    held += _ROW + sum(map(len, map(str, record.values())))
                else:
                    reason = str(record) if isinstance(record, Exception) else "not a record of named values"
                    rejected.append((source, line, None, reason))
                if held >= full:
                    full = min(2 * full, size)
                    yield Batch(as_frame(records), source, rejected, notes, removed=_of(removed, records))
                    held, records, rejected, notes = 0, {}, [], []
            yield Batch(as_frame(records), source, rejected, notes, removed=_of(removed, records))
    except _DAMAGED as error:
        raise InputError(f"{source}: the archive is damaged or cut short: {error}") from error
    except (OSError, csv.Error) as error:
        raise InputError(f"{source}: cannot be read: {error}") from error


def _of(removed: list[tuple[int, str, str]], records: Mapping[int, Any]) -> list[tuple[int, str, str]]:
    return [row for row in removed if row[0] in records]


def _rows(stream: Any, suffix: str, source: str, notes: list[Any]) -> Iterator[Row]:
    """Number and record of each row, whatever the kind of table."""
    if suffix in {".parquet", ".xlsx", ".xlsm"}:
        content = io.BytesIO(stream.read()) if isinstance(stream, gzip.GzipFile | zipfile.ZipExtFile) else stream
        try:
            if suffix == ".parquet":
                from pyarrow import parquet

                pieces = parquet.ParquetFile(content).iter_batches(_PARQUET_ROWS)
                records: Any = (record for piece in pieces for record in piece.to_pylist())
            else:
                if stream.peek(8).startswith(_OLD_OFFICE):
                    raise InputError(f"{source}: an old or encrypted workbook; save it as .xlsx without a password")
                sheets = pd.read_excel(content, sheet_name=None, dtype=object, keep_default_na=False, na_values=[""])
                first, *others = sheets
                notes += [(None, source, str(name), "a second sheet, which is not read") for name in others]
                records = sheets[first].to_dict("records")
            yield from enumerate(records, 1)
            return
        except InputError:
            raise
        except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
            raise InputError(
                f"{source}: not a readable {suffix[1:]} table: {(str(error).splitlines() or ['?'])[0]}"
            ) from error
    if suffix not in {".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".tab"}:
        raise InputError(f"{source}: this kind of file is not read; give {KINDS}")
    encoding = guess_encoding(stream.read(HEAD_BYTES), source)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, "replace", newline="")
    if not encoding.startswith("utf-8"):
        notes.append((None, source, "text", f"read as {encoding}"))
    if suffix in {".csv", ".tsv", ".tab"}:
        yield from _csv_rows(text, source, notes)
    elif suffix == ".json":
        yield from _json_rows(text.read(), source)
    else:
        yield from _json_lines(stream if encoding.startswith("utf-8") else text)


def _csv_rows(text: Iterable[str], source: str, notes: list[Any]) -> Iterator[Row]:
    """Records of a CSV, each with its first line; a line whose quotation mark is never closed costs only itself."""
    lines = iter(text)
    header = next(lines)
    mark = max(",\t;|", key=header.count)
    names = [
        name.strip() or f"column {place}" for place, name in enumerate(next(csv.reader([header], delimiter=mark)), 1)
    ]
    for name in sorted({name for name in names if names.count(name) > 1}):
        notes.append((None, source, name, "more than one column of this name: the first is read for it"))
    names = number_names(names)
    loose = re.compile(rf"(?:^|{re.escape(mark)})(?:\"(.*?)\"(?={re.escape(mark)}|$)|([^{re.escape(mark)}]*))")
    number, waiting = 2, deque[str]()
    doubtful = 0  # the last line that a record with an open quotation mark had swallowed
    while True:
        taken: list[str] = []

        def take(taken: list[str] = taken) -> Iterator[str]:
            while True:
                line = waiting.popleft() if waiting else next(lines, None)
                if line is None:
                    return
                taken.append(line)
                yield line

        try:
            row = next(csv.reader(take(), delimiter=mark, strict=True), None)
        except csv.Error:
            first = taken[0].rstrip("\r\n")
            cells = [quoted or plain for quoted, plain in loose.findall(first)]
            if first.count('"') % 2 == 0 and len(cells) == len(names):
                notes.append((None, f"{source}:{number}", "text", "quotation marks inside a field are not doubled"))
                yield number, dict(zip(names, cells, strict=True))
            else:
                yield number, ValueError("a quotation mark is not closed, or one inside the text is not doubled")
            doubtful = max(doubtful, number + len(taken) - 1)
            waiting.extendleft(reversed(taken[1:]))
            number += 1
            continue
        if row is None:
            return
        if len(row) == len(names):
            if number <= doubtful:
                said = "read after a line with an open quotation mark: see that it is a record"
                notes.append((None, f"{source}:{number}", "text", said))
            yield number, dict(zip(names, row, strict=True))
        elif any(row):
            yield number, ValueError(f"{len(row)} fields where the header has {len(names)}")
        number += len(taken)


def number_names(names: list[str]) -> list[str]:
    """Names of which each is there once: a second `text` is called `text (2)`."""
    counts: dict[str, int] = {}
    numbered = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        numbered.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return numbered


def _json_lines(lines: Iterable[Any]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                yield number, _from_json(line)
        except RecursionError:
            yield number, ValueError("not JSON: nested too deep to be read")
        except ValueError as error:
            yield number, ValueError(f"not JSON: {str(error).splitlines()[0]}")


def _from_json(text: str | bytes) -> Any:
    try:
        record = orjson.loads(text)
        if (
            isinstance(text, bytes)
            and isinstance(record, dict)
            and any(text.count(b'"%s":' % key) > 1 for key in _TEXTS)
        ):
            return json.loads(text, object_pairs_hook=_number_keys)
        return record
    except ValueError:  # half characters and NaN, which Python writes, are no reason to lose an article
        return json.loads(text, strict=False)


def _number_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A record of which each name is there once: a second `text` is called `text (2)`."""
    return dict(zip(number_names([name for name, _ in pairs]), (value for _, value in pairs), strict=True))


def _json_rows(text: str, source: str) -> Iterator[Row]:
    try:
        whole = _from_json(text)
    except RecursionError as error:
        raise InputError(f"{source}: JSON nested too deep to be read") from error
    except ValueError as error:
        if "\n" not in text.strip():
            raise InputError(f"{source}: not JSON: {error}") from error
        yield from _json_lines(re.split(r"\r?\n", text))  # not at the other line ends that Unicode has
        return
    yield from enumerate(find_records(whole), 1)


def as_frame(records: dict[int, dict[str, Any]]) -> pd.DataFrame:
    """Records by their number as a table of text, with the column `line`; a value in a record in it is named by dots.

    Examples
    --------
    >>> as_frame({1: {"source": {"name": "The Sun"}, "id": 7.0}}).to_dict("list")
    {'source.name': ['The Sun'], 'id': ['7'], 'line': [1]}
    """
    if any(isinstance(value, dict) for record in records.values() for value in record.values()):
        records = {line: dict(_flatten(record)) for line, record in records.items()}
    names = dict.fromkeys(name for record in records.values() for name in record)
    cells = {str(name): _column([_cell(record.get(name)) for record in records.values()]) for name in names}
    return pd.DataFrame(cells, dtype="str").assign(line=list(records))


def _column(cells: list[str | None]) -> pd.Series:
    """Cells as a column of text; half characters, which are none, are replaced by the sign for that."""
    try:
        return pd.Series(cells, dtype="str")
    except UnicodeEncodeError:
        whole = [cell and cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in cells]
        return pd.Series(whole, dtype="str")


def _flatten(record: dict[str, Any], depth: int = 1) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from ((f"{name}.{inner}", cell) for inner, cell in _flatten(value, depth + 1))
        else:
            yield name, value


def as_text(column: pd.Series) -> pd.Series:
    """A column of any type as text: days as YYYY-MM-DD, whole numbers without a point, missing values missing.

    Examples
    --------
    >>> as_text(pd.Series([7.0, None])).tolist(), as_text(pd.to_datetime(pd.Series(["2018-03-06"]))).tolist()
    (['7', nan], ['2018-03-06'])
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.dt.strftime("%Y-%m-%d").astype("str")
    if isinstance(column.dtype, pd.StringDtype):
        return column.astype("str")
    return _column([_cell(value) for value in column]).set_axis(column.index)


def split_rows(frame: pd.DataFrame, source: str, size: int) -> Iterator[Batch]:
    """A table of text in batches of about `size` characters."""
    texts = frame.drop(columns="line")
    lengths = sum((texts[name].str.len().fillna(0) for name in texts), start=pd.Series(0.0, frame.index)) + _ROW
    number = (lengths.cumsum() - lengths) // size
    for _, rows in frame.groupby(number.to_numpy()) if len(frame) else [(0, frame)]:
        yield Batch(rows.reset_index(drop=True), source, [], [])


def _cell(value: Any) -> str | None:
    """A value of a record as text; a list of texts is one of paragraphs, a nested record is none.

    A list of records is what their lists of texts hold (sections of paragraphs), or what they are called (authors).
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    if isinstance(value, list | tuple):
        return "\n".join(text for item in value for text in _texts_of(item)) or None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict) or hasattr(value, "__len__"):
        return None
    return None if pd.isna(value) else str(value)


def _texts_of(item: Any) -> Iterator[str]:
    """The texts in an item of a list."""
    if isinstance(item, str) and item:
        yield item
    elif isinstance(item, dict):
        named = item.get("name")
        parts = [part for part in item.values() if isinstance(part, list)] or [[named]]
        yield from (text for part in parts for text in part if isinstance(text, str) and text)


def _page(content: bytes, source: str) -> Batch:
    encoding = guess_encoding(content[:HEAD_BYTES], source)
    notes = [] if encoding.startswith("utf-8") else [(None, source, "text", f"read as {encoding}")]
    text = content.decode(encoding, "replace")
    row: dict[str, Any] = {"article_id": Path(source).stem, "source": source, "text": text}
    removed: list[tuple[int, str, str]] = []
    extracted = Path(source).suffix.lower() not in {".txt", ".text"}
    if extracted:
        import trafilatura  # slow to import, and only HTML needs it

        found = trafilatura.bare_extraction(text, with_metadata=True, include_comments=False, include_tables=False)
        names = {"text": "text", "headline": "title", "published": "date", "outlet": "sitename", "url": "url"}
        row |= {ours: getattr(found, theirs, None) for ours, theirs in names.items()}
        headline, site = split_site(row["headline"] or "", row["outlet"] or "")
        row["headline"] = headline
        removed = [(0, "name of the site in the headline", site)] if site else []
    return Batch(as_frame({0: row}), source, [], notes, page=True, removed=removed, extracted=extracted)


_SITE = re.compile(r"\s+(?:\|\s+(?P<bar>[^|]{2,40})|[-–—:]\s+(?P<dash>[^|]{2,40}))$")


def split_site(headline: str, outlet: str) -> tuple[str, str]:
    """A headline, and the name of the site after it: behind a bar any, behind a dash the outlet's own.

    Examples
    --------
    >>> split_site("Rain is near | The Sun", ""), split_site("Rain is near - The Sun", "The Sun")
    (('Rain is near', 'The Sun'), ('Rain is near', 'The Sun'))
    >>> split_site("Rain - or sun", "The Sun")
    ('Rain - or sun', '')
    """
    found = _SITE.search(headline)
    if not found or (found["dash"] and found["dash"].casefold() != outlet.casefold()):
        return headline, ""
    return headline[: found.start()].rstrip(), found["bar"] or found["dash"]
