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
from contextlib import contextmanager
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
#: Bytes of the longest record, and of the largest page, export or dump that is read as a whole: a text of the longest
#: kind, each character escaped, is 60 MB. Tables are read in pieces and may have any size.
LONGEST_RECORD, LARGEST_WHOLE = 64 << 20, 256 << 20
_LONGEST_NAME = 300  # characters of a name that are shown: longer ones are texts given for a path
_ROW = 1000  # what a record takes beside its characters: a million posts of a sentence are many batches too
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
                found = read_export(content := _whole(stream, source), source)
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
                    held += _ROW + _size(record)
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


def _whole(stream: Any, source: str) -> bytes:
    """A file that is read as a whole, if it is no larger than that."""
    content: bytes = stream.read(LARGEST_WHOLE + 1)
    if len(content) > LARGEST_WHOLE:
        said = f"larger than {LARGEST_WHOLE >> 20} MB unpacked: give smaller files, or JSON Lines or CSV of any size"
        raise InputError(f"{source}: {said}")
    return content


def _size(value: Any, depth: int = 0) -> int:
    """About how many characters a value holds, as deep as they are read."""
    if isinstance(value, str | bytes):
        return len(value)
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return 8
    return sum(_size(inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value))


def _of(removed: list[tuple[int, str, str]], records: Mapping[int, Any]) -> list[tuple[int, str, str]]:
    return [row for row in removed if row[0] in records]


def _rows(stream: Any, suffix: str, source: str, notes: list[Any]) -> Iterator[Row]:
    """Number and record of each row, whatever the kind of table."""
    if suffix in {".parquet", ".xlsx", ".xlsm"}:
        packed = isinstance(stream, gzip.GzipFile | zipfile.ZipExtFile)
        content = io.BytesIO(_whole(stream, source)) if packed else stream
        yield from enumerate((_parquet_rows if suffix == ".parquet" else _sheet_rows)(content, source, notes), 1)
        return
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
        content = _whole(stream, source)
        yield from _json_rows(content.decode(encoding, "replace"), source)
    else:
        yield from _json_lines(_bounded(stream if encoding.startswith("utf-8") else text))


def _parquet_rows(content: Any, source: str, notes: list[Any]) -> Iterator[dict[str, Any]]:
    from pyarrow import parquet

    with _refusing(source):
        file = parquet.ParquetFile(content)
        names = _told_once(file.schema_arrow.names, source, notes)
        for piece in file.iter_batches(_PARQUET_ROWS):
            rows = zip(*map(_plain_values, piece.columns), strict=True)
            yield from (dict(zip(names, row, strict=True)) for row in rows)


def _plain_values(column: Any) -> list[Any]:
    """The values of an Arrow column; days that Python has none for, such as those after 9999, as text."""
    try:
        return column.to_pylist()
    except (ValueError, OverflowError):
        return column.cast("string").to_pylist()


def _sheet_rows(content: Any, source: str, notes: list[Any]) -> Iterator[dict[str, Any]]:
    with _refusing(source):
        if content.read(8).startswith(_OLD_OFFICE):
            raise InputError(f"{source}: an old or encrypted workbook; save it as .xlsx without a password")
        if sum(part.file_size for part in zipfile.ZipFile(content).infolist()) > LARGEST_WHOLE:
            raise InputError(f"{source}: larger than {LARGEST_WHOLE >> 20} MB unpacked: save the sheet as CSV")
        sheets = pd.read_excel(content, sheet_name=None, header=None, dtype=object, keep_default_na=False,
                               na_values=[""])  # fmt: skip
        first, *others = sheets
        notes += [(None, source, str(name), "a second sheet, which is not read") for name in others]
        header, *rows = sheets[first].to_numpy().tolist() or [[]]
        given = [f"column {n}" if pd.isna(name) else str(name) for n, name in enumerate(header, 1)]
        names = _told_once(given, source, notes)
        yield from (dict(zip(names, row, strict=True)) for row in rows)


@contextmanager
def _refusing(source: str) -> Iterator[None]:
    """Whatever a broken file makes the reader of its kind raise is the file's fault."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        kind, said = Path(source).suffix[1:], (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{source}: not a readable {kind} table: {said}") from error


def _told_once(names: Sequence[str], source: str, notes: list[Any]) -> list[str]:
    """Names of columns, of which each is there once; which were not is noted."""
    for name in sorted({name for name in names if names.count(name) > 1}):
        notes.append((None, source, name, "more than one column of this name: the first is read for it"))
    return number_names(list(names))


def _bounded(stream: Any) -> Iterator[Any]:
    """The lines of a file; of one that is longer than a record may be its beginning, followed by nothing."""
    while line := stream.readline(LONGEST_RECORD):
        if len(line) < LONGEST_RECORD:
            yield line
            continue
        yield _TooLong(line[:80] if isinstance(line, str) else line[:80].decode("utf-8", "replace"))
        end = "\n" if isinstance(line, str) else b"\n"
        while line and not line.endswith(end):
            line = stream.readline(LONGEST_RECORD)


class _TooLong(str):
    """What is left of a line that is too long."""


_IS_LONG = f"longer than {LONGEST_RECORD >> 20} MB: not one article"


def _csv_rows(text: Any, source: str, notes: list[Any]) -> Iterator[Row]:
    """Records of a CSV, each with its first line; a line whose quotation mark is never closed costs only itself."""
    lines = _bounded(text)
    header = next(lines)
    mark = max(",\t;|", key=header.count)
    given = next(csv.reader([header], delimiter=mark))
    names = _told_once([name.strip() or f"column {place}" for place, name in enumerate(given, 1)], source, notes)
    loose = re.compile(rf"(?:^|{re.escape(mark)})(?:\"(.*?)\"(?={re.escape(mark)}|$)|([^{re.escape(mark)}]*))")
    number, waiting = 2, deque[str]()
    doubtful = 0  # the last line that a record with an open quotation mark had swallowed
    while True:
        taken: list[str] = []
        try:
            row = next(csv.reader(_take(waiting, lines, taken), delimiter=mark, strict=True), None)
        except csv.Error:
            if isinstance(taken[0], _TooLong):
                yield number, ValueError(_IS_LONG)
                number += 1
                continue
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
            elif any(_is_like(line, taken[0], mark, len(names)) for line in taken[1:]):
                said = "it holds a line that is shaped like a record: see that each quotation mark is closed"
                notes.append((None, f"{source}:{number}", "text", said))
            yield number, dict(zip(names, row, strict=True))
        elif any(row):
            yield number, ValueError(f"{len(row)} fields where the header has {len(names)}")
        number += len(taken)


def _take(waiting: deque[str], lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    """Lines for one record, those first that an earlier one gave back; they are remembered in `taken`."""
    held = 0
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        taken.append(line)
        held += len(line)
        if held > LONGEST_RECORD or isinstance(line, _TooLong):
            raise csv.Error
        yield line


def _is_like(line: str, first: str, mark: str, width: int) -> bool:
    """Whether a line inside a record could be a record: as many fields, the first one written like that one's."""
    if line.count(mark) < width - 1:
        return False
    begins, shape = (re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text.partition(mark)[0])) for text in (line, first))
    return begins == shape != ""


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
            if isinstance(line, _TooLong):
                yield number, ValueError(_IS_LONG)
            elif line.strip():
                yield number, _from_json(line)
        except RecursionError:
            yield number, ValueError("not JSON: nested too deep to be read")
        except ValueError as error:
            yield number, ValueError(f"not JSON: {str(error).splitlines()[0]}")


def _from_json(text: str | bytes) -> Any:
    try:
        record = orjson.loads(text)
    except ValueError:  # half characters and NaN, which Python writes, are no reason to lose an article
        return json.loads(text, strict=False, object_pairs_hook=_number_keys)
    # Of a name that is there twice only the last value would stay. A name ends so; a text may, which costs only time.
    ends = [b'":', b'" :'] if isinstance(text, bytes) else ['":', '" :']
    if sum(map(text.count, ends)) > _names_in(record):  # type: ignore[arg-type]
        return json.loads(text, object_pairs_hook=_number_keys)
    return record


def _names_in(value: Any) -> int:
    """How many names of values a JSON value holds."""
    if isinstance(value, dict):
        return len(value) + sum(_names_in(inner) for inner in value.values() if isinstance(inner, dict | list))
    return sum(_names_in(inner) for inner in value if isinstance(inner, dict | list)) if isinstance(value, list) else 0


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
    names = list(dict.fromkeys(name for record in records.values() for name in record))
    shown = number_names([_characters(str(name)) for name in names])
    cells = {new: _column([_cell(record.get(name)) for record in records.values()])
             for new, name in zip(shown, names, strict=True)}  # fmt: skip
    return pd.DataFrame(cells, dtype="str").assign(line=list(records))


def _column(cells: list[str | None]) -> pd.Series:
    """Cells as a column of text; half characters, which are none, are replaced by the sign for that."""
    try:
        return pd.Series(cells, dtype="str")
    except UnicodeEncodeError:
        return pd.Series([cell and _characters(cell) for cell in cells], dtype="str")


def _characters(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
