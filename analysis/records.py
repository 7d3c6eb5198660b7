"""The records of a file as they are: every kind of file that articles come in, a batch at a time."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson
import pandas as pd

from analysis.exports import read_export
from analysis.tables import InputError

# The names that columns have in the tables of databases, scrapers and this project; the first that is there wins.
COLUMNS = {
    "article_id": "article_id id articleid doc_id docid document_id stories_id story_id guid uuid accession_number an",
    "outlet": "outlet source_name media_name publication publication_title medium newspaper publisher site_name source",
    "outlet_group": "outlet_group",
    "agency": "agency news_agency",
    "origin": "origin",
    "published": "published date publish_date publication_date published_at pubdate date_published datetime",
    "headline": "headline title heading",
    "text": "text body content article article_text full_text fulltext maintext main_text article_body story",
    "url": "url link web_url href",
}
BATCH_BYTES = 16 << 20  # large enough that whole columns pay, small enough for many batches on a laptop
HEAD_BYTES = 1 << 20  # what encoding and delimiter are found out from
_PARQUET_ROWS = 2000  # a batch of Parquet: about 10 MB of news
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
_BINARY = (b"%PDF", b"\x89PNG", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
_PAGES = {".txt", ".text", ".html", ".htm", ".xhtml"}
KINDS = ".csv, .tsv, .jsonl, .json, .parquet, .xlsx, .txt, .html, or an export (.docx, .xml, .rtf), also .gz or .zip"
csv.field_size_limit(2**31 - 1)


class Batch(NamedTuple):
    """Records as they were read; `line` is a column of them, `known` (of pages) says that a table tells of them."""

    frame: pd.DataFrame
    source: str
    rejected: list[tuple[Any, ...]]
    notes: list[tuple[Any, ...]]
    page: bool = False


def read_records(path: Path, source: str, size: int) -> Iterator[Batch]:
    """The records of one file, or of each file in an archive, as they are."""
    if path.stat().st_size == 0:
        raise InputError(f"{source}: the file is empty")
    try:
        if source.lower().endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                for name in sorted(archive.namelist()):
                    if not name.endswith("/") and not name.startswith("__MACOSX"):
                        yield from _stream_rows(archive.open(name), f"{source}/{name}", size)
        elif source.lower().endswith(".gz"):
            yield from _stream_rows(gzip.GzipFile(path), source[:-3], size)
        else:
            yield from _stream_rows(path.open("rb", HEAD_BYTES), source, size)
    except _DAMAGED as error:
        yield Batch(pd.DataFrame(), source, [(source, None, None, f"the archive is damaged or cut short: {error}")], [])
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}") from error


def _stream_rows(opened: Any, source: str, size: int) -> Iterator[Batch]:
    suffix = Path(source).suffix.lower()
    with opened as stream:
        if suffix in _PAGES | {".docx", ".xml", ".rtf"}:
            content = stream.read()
            export = read_export(content, source)
            yield Batch(export.articles, source, [], export.notes) if export else _page(content, source)
        elif suffix in {".jsonl", ".ndjson"}:
            yield from _json_lines(stream, source, size)
        elif suffix == ".json":
            yield from _json(stream.read(), source, size)
        elif suffix in {".csv", ".tsv", ".tab"}:
            yield from _delimited(stream, source, size)
        elif suffix in {".parquet", ".xlsx", ".xlsm"}:
            yield from _binary_table(stream, source, suffix)
        else:
            raise InputError(f"{source}: this kind of file is not read; give {KINDS}")


def plain_name(name: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip().strip("\"'"))).strip("_").lower()


def guess_encoding(data: bytes, name: str) -> str:
    """The encoding of a text, from its beginning.

    Raises
    ------
    InputError
        If it is not text.

    Examples
    --------
    >>> guess_encoding("“No evidence”".encode("cp1252"), "a.txt")
    'cp1252'
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return encoding
    start = data[:4096]
    if start.count(0) > len(start) // 3:
        return "utf-16-be" if data[0] == 0 else "utf-16-le"
    if data.startswith(_BINARY) or sum(byte < 9 for byte in start) > len(start) // 50:
        raise InputError(f"{name}: the file is not text")
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
    bad = text.count("\ufffd")
    if not bad or sum(character > "\x7f" for character in text) > 4 * bad:
        return "utf-8"
    # Western text has one foreign byte in four at most, and detectors take its few quotation marks for anything.
    if sum(byte > 127 for byte in data) < 0.25 * len(data):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[: HEAD_BYTES // 8]).best()
    if best is None:
        raise InputError(f"{name}: the file is not text, or in an encoding that cannot be told")
    return best.encoding


def _decode(content: bytes, source: str) -> tuple[str, list[tuple[Any, ...]]]:
    encoding = guess_encoding(content[:HEAD_BYTES], source)
    notes = [] if encoding.startswith("utf-8") else [(None, source, "text", f"read as {encoding}")]
    return content.decode(encoding, "replace"), notes


def _blocks(stream: Any, size: int) -> Iterator[bytes]:
    """Whole lines of about `size` bytes; what stands before the damage in a damaged archive comes first."""
    parts: list[bytes] = []
    damage = None
    while True:
        try:
            piece = stream.read1(min(size, HEAD_BYTES))
        except _DAMAGED as error:
            piece, damage = b"", error
        parts.append(piece)
        if not piece or (b"\n" in piece and sum(map(len, parts)) >= size):
            block = b"".join(parts)
            cut = block.rfind(b"\n") + 1 if piece else len(block)
            parts = [block[cut:]]
            if cut:
                yield block[:cut]
        if damage:
            raise damage
        if not piece:
            return


def _json_lines(stream: Any, source: str, size: int) -> Iterator[Batch]:
    wanted: list[str] = []
    first = 1
    for block in _blocks(stream, size):
        notes: list[tuple[Any, ...]] = []
        if first == 1 and block[:3] in {
            codecs.BOM_UTF8,
            block[:1] + b"\xfe" + block[2:3],
            block[:1] + b"\xff" + block[2:3],
        }:
            text, notes = _decode(block + (stream.read() if block[0] > 0xFD else b""), source)
            block = text.encode("utf-8", "replace")
        if not wanted:  # the names that values have, from the first lines
            sample = _slow_lines(block[: block.rfind(b"\n", 0, HEAD_BYTES) + 1] or block, source, 1, [], [])
            wanted = [str(name) for name in sample.columns if name != "line"]
        frame = _arrow_lines(block, wanted) if wanted else None
        rejected: list[tuple[Any, ...]] = []
        if frame is None:
            frame = _slow_lines(block, source, first, rejected, wanted)
        else:
            frame["line"] = range(first, first + len(frame))
        first += block.count(b"\n")
        yield Batch(frame, source, rejected, notes)


def _arrow_lines(block: bytes, wanted: list[str]) -> pd.DataFrame | None:
    """Well-formed lines whose wanted values are all strings, at several hundred MB/s; None for any others."""
    import pyarrow as pa
    from pyarrow import json as arrow_json

    schema = pa.schema([(name, pa.string()) for name in wanted])
    try:
        str(block, "utf-8")
        table = arrow_json.read_json(
            io.BytesIO(block),
            read_options=arrow_json.ReadOptions(block_size=max(len(block), 1 << 20)),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    # Blank lines, or two records on one, are numbered line by line.
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    return cast(pd.DataFrame, table.select(wanted).to_pandas()) if table.num_rows == lines else None


def _slow_lines(block: bytes, source: str, first: int, rejected: list[Any], wanted: list[str]) -> pd.DataFrame:
    records = {}
    for line, content in enumerate(block.split(b"\n"), first):
        try:
            try:
                record = orjson.loads(content) if content.strip() else None
            except ValueError:
                # Lone surrogates and other encodings are no reason to lose an article.
                record = json.loads(content.decode(guess_encoding(content, source), "replace"), strict=False)
        except (ValueError, RecursionError) as error:
            rejected.append((source, line, None, f"not JSON: {str(error).splitlines()[0]}"))
            continue
        if isinstance(record, dict):
            records[line] = record
        elif content.strip():
            rejected.append((source, line, None, "not a record of named values"))
    return _from_records(records, wanted)


def _from_records(records: Mapping[int, dict[str, Any]], wanted: Iterable[str] = ()) -> pd.DataFrame:
    names = wanted or dict.fromkeys(str(name) for record in records.values() for name in record)
    cells = {name: [_cell(record.get(name)) for record in records.values()] for name in names}
    return pd.DataFrame(cells, dtype="str").assign(line=list(records))


def _cell(value: Any) -> str | None:
    """A value of a JSON record or a spreadsheet as text; of a nested record its name."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return _cell(value.get("name") or value.get("title") or value.get("text"))
    if isinstance(value, list):
        return "\n".join(text for item in value if (text := _cell(item))) or None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if pd.isna(value) else str(value)


def _json(content: bytes, source: str, size: int) -> Iterator[Batch]:
    text, notes = _decode(content, source)
    try:
        whole = json.loads(text)
    except ValueError as error:
        if "\n" not in text.strip():
            raise InputError(f"{source}: not JSON: {error}") from error
        yield from _json_lines(io.BytesIO(text.encode()), source, size)
        return
    if isinstance(whole, dict):  # as services answer: {"articles": […]} or {"response": {"docs": […]}}
        inner = [value for outer in (whole, *whole.values()) if isinstance(outer, dict) for value in outer.values()]
        whole = next(
            (value for value in inner if isinstance(value, list) and value and isinstance(value[0], dict)), [whole]
        )
    records = (
        {place: record for place, record in enumerate(whole, 1) if isinstance(record, dict)}
        if isinstance(whole, list)
        else {}
    )
    odd = [
        (source, place, None, "not a record of named values")
        for place in range(1, len(whole) + 1)
        if place not in records
    ]
    yield Batch(_from_records(records), source, odd, notes)


def _delimited(stream: Any, source: str, size: int) -> Iterator[Batch]:
    try:
        head = stream.read(HEAD_BYTES)
    except _DAMAGED:
        stream.seek(0)
        head = stream.read1(HEAD_BYTES)
    stream.seek(0)
    encoding = guess_encoding(head, source)
    _, notes = _decode(head, source)
    usual = {alias for aliases in COLUMNS.values() for alias in aliases.split()}

    def fit(mark: str) -> tuple[int, int]:
        names = next(csv.reader(io.StringIO(head.decode(encoding, "replace")), delimiter=mark), [])
        return len(usual & {plain_name(name) for name in names}), len(names)

    reader = csv.reader(io.TextIOWrapper(stream, encoding, "replace", newline=""), delimiter=max(",\t;|", key=fit))
    names = [name.strip() or f"column {place}" for place, name in enumerate(next(reader, []), 1)]
    rows: dict[int, list[str]] = {}
    rejected: list[tuple[Any, ...]] = []
    held, line, damage = 0, reader.line_num + 1, None

    def batch() -> Batch:
        frame = pd.DataFrame(list(rows.values()), columns=names, dtype="str").replace("", None).assign(line=list(rows))
        return Batch(frame.loc[:, ~frame.columns.duplicated()], source, rejected, notes)

    try:
        for row in reader:
            if len(row) == len(names):
                rows[line] = row
                held += sum(map(len, row))
            elif any(row):
                rejected.append((source, line, None, f"{len(row)} fields where the header has {len(names)}"))
            line = reader.line_num + 1
            if held >= size:
                yield batch()
                rows, rejected, notes, held = {}, [], [], 0
    except (csv.Error, *_DAMAGED) as error:
        damage = error
    yield batch()
    if damage:
        raise InputError(f"{source}: {damage}") if isinstance(damage, csv.Error) else damage


def _binary_table(stream: Any, source: str, suffix: str) -> Iterator[Batch]:
    content = stream if isinstance(stream, io.BufferedReader) else io.BytesIO(stream.read())
    first = 1
    try:
        if suffix == ".parquet":
            from pyarrow import parquet

            frames = (batch.to_pandas() for batch in parquet.ParquetFile(content).iter_batches(_PARQUET_ROWS))
        else:
            frames = (pd.read_excel(content, dtype=object, keep_default_na=False, na_values=[""]) for _ in range(1))
        for raw in frames:
            cells = {
                str(name): raw[name] if raw[name].dtype == "str" else [*map(_cell, raw[name])] for name in raw.columns
            }
            frame = pd.DataFrame(cells, index=raw.index, dtype="str").assign(line=range(first, first + len(raw)))
            first += len(raw)
            yield Batch(frame, source, [], [])
    except (OSError, ValueError, zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{source}: not a readable {suffix[1:]} table: {str(error).splitlines()[0]}") from error


def _page(content: bytes, source: str) -> Batch:
    text, notes = _decode(content, source)
    row: dict[str, Any] = {"article_id": Path(source).stem, "source": source, "text": text}
    if Path(source).suffix.lower() not in {".txt", ".text"}:
        import trafilatura

        found: Any = trafilatura.bare_extraction(text, with_metadata=True, include_comments=False, include_tables=False)
        got = ("text", "headline", "published", "outlet", "url"), ("text", "title", "date", "sitename", "url")
        row |= {ours: getattr(found, theirs, None) for ours, theirs in zip(*got, strict=True)}
    return Batch(pd.DataFrame([row]), source, [], notes, page=True)
