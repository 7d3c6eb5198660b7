"""The records of a file as they are: every kind of file that articles come in, a batch at a time."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pandas as pd

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
csv.field_size_limit(2**31 - 1)

Row = tuple[int, Any]  # its number, and the record, or the error that says why it is none


class Batch(NamedTuple):
    """Records as they were read; `line` is a column of them, `known` (of pages) says that a table tells of them."""

    frame: pd.DataFrame
    source: str
    rejected: list[tuple[Any, ...]]
    notes: list[tuple[Any, ...]]
    page: bool = False


def list_files(path: Path) -> dict[str, Callable[[], Any]]:
    """All files of a folder, a zip archive, or only that file: how to open each, by its name.

    Raises
    ------
    InputError
        If there is none.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    files: dict[str, Callable[[], Any]] = {}
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        if name.lower().endswith(".zip") and zipfile.is_zipfile(file):
            archive = zipfile.ZipFile(file)
            inside = {f"{name}/{member.filename}": member for member in archive.infolist() if not member.is_dir()}
            files |= {inner: partial(archive.open, member) for inner, member in sorted(inside.items())}
        elif file.is_file():
            files[name] = partial(gzip.open, file) if name.endswith(".gz") else partial(file.open, "rb", HEAD_BYTES)
    files = {name: opened for name, opened in files.items() if not Path(name).name.startswith((".", "~$"))}
    if not files:
        raise InputError(f"{path}: the folder is empty")
    return files


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
            rows = _rows(stream, suffix, source, notes)
            if suffix in _PAGES | {".docx", ".xml", ".rtf"}:
                found = read_export(content := stream.read(), source)
                if found is None:
                    yield _page(content, source)
                    return
                rows = enumerate(found, 1)
                notes = [(None, f"{source}:{number}", name, "not found in the export") for name in _IN_EXPORTS
                         for number, record in enumerate(found, 1) if name not in record]  # fmt: skip
            held, records, rejected = 0, {}, []
            full = size // _FIRST  # the first batches are small, so that no process waits long for its first
            for line, record in rows:
                if isinstance(record, dict):
                    records[line] = record
                    held += sum(map(len, map(str, record.values())))
                else:
                    reason = str(record) if isinstance(record, Exception) else "not a record of named values"
                    rejected.append((source, line, None, reason))
                if held >= full:
                    full = min(2 * full, size)
                    yield Batch(as_frame(records), source, rejected, notes)
                    held, records, rejected, notes = 0, {}, [], []
            yield Batch(as_frame(records), source, rejected, notes)
    except _DAMAGED as error:
        raise InputError(f"{source}: the archive is damaged or cut short: {error}") from error
    except (OSError, csv.Error) as error:
        raise InputError(f"{source}: cannot be read: {error}") from error


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
                records = pd.read_excel(content, dtype=object, keep_default_na=False, na_values=[""]).to_dict("records")
            yield from enumerate(records, 1)
            return
        except (OSError, ValueError, zipfile.BadZipFile, KeyError) as error:
            raise InputError(f"{source}: not a readable {suffix[1:]} table: {str(error).splitlines()[0]}") from error
    if suffix not in {".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".tab"}:
        raise InputError(f"{source}: this kind of file is not read; give {KINDS}")
    encoding = guess_encoding(stream.read(HEAD_BYTES), source)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, "replace", newline="")
    if not encoding.startswith("utf-8"):
        notes.append((None, source, "text", f"read as {encoding}"))
    if suffix in {".csv", ".tsv", ".tab"}:
        header = text.readline()
        reader = csv.reader(text, delimiter=max(",\t;|", key=header.count))
        names = next(csv.reader([header], reader.dialect))
        names = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
        line = 2
        for row in reader:
            if len(row) == len(names):
                yield line, dict(zip(names, row, strict=True))
            elif any(row):
                yield line, ValueError(f"{len(row)} fields where the header has {len(names)}")
            line = reader.line_num + 2
    elif suffix == ".json":
        yield from _json_rows(text.read(), source)
    else:
        yield from _json_lines(stream if encoding.startswith("utf-8") else text)


def _json_lines(lines: Iterable[Any]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            if not line.isspace():
                yield number, _from_json(line)
        except (ValueError, RecursionError) as error:
            yield number, ValueError(f"not JSON: {str(error).splitlines()[0]}")


def _from_json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # half characters are no reason to lose an article
        return orjson.loads(json.dumps(json.loads(text, strict=False), ensure_ascii=False).encode("utf-8", "replace"))


def _json_rows(text: str, source: str) -> Iterator[Row]:
    try:
        whole = _from_json(text)
    except ValueError as error:
        if "\n" not in text.strip():
            raise InputError(f"{source}: not JSON: {error}") from error
        yield from _json_lines(text.splitlines())
        return
    if isinstance(whole, dict):  # as services answer: {"articles": […]} or {"response": {"docs": […]}}
        inner = [value for outer in (whole, *whole.values()) if isinstance(outer, dict) for value in outer.values()]
        lists = (value for value in inner if isinstance(value, list) and value and isinstance(value[0], dict))
        whole = next(lists, [whole])
    yield from enumerate(whole if isinstance(whole, list) else [whole], 1)


def as_frame(records: dict[int, dict[str, Any]]) -> pd.DataFrame:
    """Records by their number as a table of text, with the column `line`."""
    names = dict.fromkeys(name for record in records.values() for name in record)
    cells = {str(name): [_cell(record.get(name)) for record in records.values()] for name in names}
    return pd.DataFrame(cells, dtype="str").assign(line=list(records))


def _cell(value: Any) -> str | None:
    """A value of a record as text; of a nested record its name."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, dict):
        return _cell(value.get("name") or value.get("title") or value.get("text"))
    if isinstance(value, list):
        return "\n".join(text for item in value if (text := _cell(item))) or None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if pd.isna(value) else str(value)


def _page(content: bytes, source: str) -> Batch:
    encoding = guess_encoding(content[:HEAD_BYTES], source)
    notes = [] if encoding.startswith("utf-8") else [(None, source, "text", f"read as {encoding}")]
    text = content.decode(encoding, "replace")
    row: dict[str, Any] = {"article_id": Path(source).stem, "source": source, "text": text}
    if Path(source).suffix.lower() not in {".txt", ".text"}:
        import trafilatura

        found = trafilatura.bare_extraction(text, with_metadata=True, include_comments=False, include_tables=False)
        names = {"text": "text", "headline": "title", "published": "date", "outlet": "sitename", "url": "url"}
        row |= {ours: getattr(found, theirs, None) for ours, theirs in names.items()}
    return Batch(as_frame({0: row}), source, [], notes, page=True)
