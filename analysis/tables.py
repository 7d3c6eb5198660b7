"""Tables on disk: written whole or not at all, read back exactly as they were."""

from __future__ import annotations

import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import numpy as np
import orjson
import pandas as pd

ARTICLES = "article_id outlet outlet_group agency origin published headline text url source words".split()
QUOTATIONS = (
    "article_id section attribution_id parent_id start end kind speaker speaker_start speaker_end person cue cue_start "
    "cue_end stance"
).split()
MENTIONS = (
    "article_id outlet section start end match sentence_start sentence_end feature term voice speaker side negated"
).split()
SCORES = "article_id outlet section feature voice mentions words per_1000 share_per_1000".split()
COMPARISON = "feature section voice outlet articles words mentions per_1000 ci_low ci_high status".split()
CONTRASTS = (
    "feature section voice side contrast outlet_a outlet_b articles_a articles_b rate_ratio ci_low ci_high p family "
    "p_adjusted detectable_ratio method status"
).split()
REJECTED = "source line article_id reason".split()
REMOVED = "article_id source line reason text".split()
NOTES = "article_id source field note".split()

# What a column holds is known by its name, in every table: all others are text.
INTEGERS = frozenset(
    "words start end sentence_start sentence_end speaker_start speaker_end cue_start cue_end line mentions articles "
    "articles_a articles_b".split()
)
NUMBERS = frozenset("per_1000 share_per_1000 ci_low ci_high p p_adjusted rate_ratio detectable_ratio".split())
BOOLEANS = frozenset(["negated"])

# A spreadsheet takes a cell for a formula, or a command, from its first visible character.
_LIVE_CELL = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_ILLEGAL_IN_EXCEL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Every power of ten as the double nearest to it, from 1e-323: logarithms err by one at their borders.
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(-323, 309)])
_UNSTAMPED = (1980, 1, 1, 0, 0, 0)

Rounded = TypeVar("Rounded", pd.DataFrame, "pd.Series[Any]", np.ndarray, float)


class InputError(ValueError):
    """Input that cannot be used; the message is one line that says which and what to do about it."""


def round_significant(values: Rounded, digits: int = 6) -> Rounded:
    """Round floating-point numbers to significant digits, so that the same table comes out everywhere.

    Parameters
    ----------
    values : DataFrame, Series, array or float
        Of a DataFrame only the floating-point columns are rounded.
    digits : int
        Significant digits to keep.

    Returns
    -------
    The same kind of object; missing and infinite values stay as they are.

    Examples
    --------
    >>> round_significant(1234.56789)
    1234.57
    >>> round_significant(np.array([0.0123456789, 0.0, np.nan])).tolist()
    [0.0123457, 0.0, nan]
    """
    if isinstance(values, pd.DataFrame):
        return cast(Rounded, values.apply(round_significant, digits=digits))
    if isinstance(values, pd.Series):
        if not pd.api.types.is_float_dtype(values.dtype):
            return cast(Rounded, values)
        array = round_significant(values.to_numpy(dtype=float, na_value=np.nan), digits)
        return cast(Rounded, pd.Series(array, index=values.index, name=values.name, dtype=values.dtype))
    array = np.asarray(values, dtype=float)
    finite = np.isfinite(array) & (array != 0)
    magnitude = np.searchsorted(_POWERS_OF_TEN, np.where(finite, np.abs(array), 1.0), "right") - 324
    places = digits - 1 - magnitude
    # Only 10**0 to 10**22 are exact in binary: dividing by one gives the nearest double to the decimal.
    up, down = 10.0 ** np.clip(places, 0, 22), 10.0 ** np.clip(-places, 0, 22)
    result = np.where(finite, np.round(array / down * up) / up * down, array)
    far = finite & (np.abs(places) > 22)
    if far.any():
        result[far] = [float(f"{value:.{digits}g}") for value in array[far]]
    return cast(Rounded, result if isinstance(values, np.ndarray) else float(result))


def safe_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before every text cell and column name that a spreadsheet would run as a formula.

    Only for tables that people open in a spreadsheet; data that is read again is never altered.

    Examples
    --------
    >>> safe_cells(pd.DataFrame({"speaker": ["=1+1", "Wells", None]}))["speaker"].tolist()
    ["'=1+1", 'Wells', nan]
    """
    safe = frame.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype) or safe[name].dtype == object:
            text = safe[name].astype("str")
            live = text.str.match(_LIVE_CELL.pattern).fillna(False).astype(bool)
            safe[name] = text.mask(live, "'" + text)
    safe.columns = pd.Index([f"'{name}" if _LIVE_CELL.match(str(name)) else name for name in safe.columns])
    return safe


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; move it into place when all went well, else remove it.

    Raises
    ------
    InputError
        If the file cannot be written there.
    """
    path = Path(path)
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if beside.exists():
            beside.unlink()


@contextmanager
def open_table(path: str | Path) -> Iterator[Callable[[Any], None]]:
    """Write a table piece by piece: gives a function that appends a DataFrame with always the same columns.

    For `.csv`, `.tsv` and `.parquet` the pieces may be Arrow tables as well.

    The suffix says how: `.csv` and `.tsv` (every field quoted), `.jsonl`, each also with `.gz`, `.parquet`,
    or `.xlsx` (made safe for spreadsheets). The file appears under its name only when it is whole.

    Raises
    ------
    InputError
        If the suffix is unknown or the file cannot be written.
    """
    path = Path(path)
    suffix = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    suffix = suffix.lower()
    if suffix not in {".csv", ".tsv", ".jsonl", ".parquet", ".xlsx"} or path.suffix + suffix == ".gz.xlsx":
        raise InputError(f"{path}: the name of a table ends in .csv, .tsv, .jsonl, .parquet or .xlsx")
    with replacing(path) as beside:
        if suffix == ".xlsx":
            pieces: list[pd.DataFrame] = []
            yield pieces.append
            _write_excel(pd.concat(pieces, ignore_index=True), beside)
            return
        with beside.open("wb") as raw:
            stream: IO[bytes] = raw
            if path.suffix.lower() == ".gz":
                # No name and no time in the archive: the same table gives the same bytes.
                stream = cast("IO[bytes]", gzip.GzipFile("", "wb", 6, raw, mtime=0))
            append = {".jsonl": _json_appender, ".parquet": _parquet_appender}.get(suffix)
            write, close = append(stream) if append else _csv_appender(stream, suffix)
            yield write
            close()
            if stream is not raw:
                stream.close()


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table by the suffix of `path` (see `open_table`), whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "outlets.csv")
    ...     write_table(pd.DataFrame({"outlet": ["None", None], "words": [3, 5]}), path)
    ...     print(path.read_text())
    "outlet","words"
    "None","3"
    "","5"
    """
    with open_table(path) as append:
        append(frame)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote: text as text, and nothing missing but the empty field.

    Columns are numbers or truth values where this module's `INTEGERS`, `NUMBERS` and `BOOLEANS` name them.

    Raises
    ------
    InputError
        If there is no such file, or it is not a table.
    """
    path = Path(path)
    name = path.name.lower().removesuffix(".gz")
    try:
        if name.endswith(".parquet"):
            frame = pd.read_parquet(path)
        elif name.endswith(".jsonl"):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            frame = pd.DataFrame([orjson.loads(line) for line in content.split(b"\n") if line])
        elif name.endswith((".csv", ".tsv")):
            frame = pd.read_csv(
                path, sep="\t" if name.endswith(".tsv") else ",", dtype=str, keep_default_na=False,
                na_values=[""], skip_blank_lines=False, encoding="utf-8",
            )  # fmt: skip
        else:
            raise InputError(f"{path}: the name of a table ends in .csv, .tsv, .jsonl or .parquet")
        return _typed(frame)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except InputError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read as a table: {str(error).splitlines()[0]}") from error


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name in frame.columns:
        column = frame[name]
        if name in INTEGERS:
            whole = pd.to_numeric(column).astype("Int64")
            frame[name] = whole if whole.hasnans else whole.astype("int64")
        elif name in NUMBERS:
            frame[name] = pd.to_numeric(column).astype(float)
        elif name in BOOLEANS and column.dtype != bool:
            frame[name] = column.map({"true": True, "false": False, True: True, False: False}).astype("boolean")
        elif column.dtype == object:
            frame[name] = column.astype("str")
    for name in BOOLEANS & set(frame.columns):
        if not frame[name].isna().any():
            frame[name] = frame[name].astype(bool)
    return frame


def _arrow(frame: Any) -> Any:
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    return pa.Table.from_pandas(_typed(frame), preserve_index=False).replace_schema_metadata(None)


def _csv_appender(stream: IO[bytes], suffix: str) -> tuple[Callable[[pd.DataFrame], None], Callable[[], None]]:
    import pyarrow as pa
    from pyarrow import csv

    headed = False

    def append(frame: pd.DataFrame) -> None:
        nonlocal headed
        table = _arrow(frame)
        text = pa.table({name: table[name].cast(pa.large_string()).fill_null("") for name in table.column_names})
        options = csv.WriteOptions(
            include_header=not headed, delimiter="\t" if suffix == ".tsv" else ",", quoting_style="all_valid"
        )
        csv.write_csv(text, stream, options)
        headed = True

    return append, lambda: None


def _json_appender(stream: IO[bytes]) -> tuple[Callable[[pd.DataFrame], None], Callable[[], None]]:
    def append(frame: pd.DataFrame) -> None:
        whole = _typed(frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()).astype(object)
        for record in whole.where(whole.notna(), None).to_dict("records"):
            stream.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY))

    return append, lambda: None


def _parquet_appender(stream: IO[bytes]) -> tuple[Callable[[pd.DataFrame], None], Callable[[], None]]:
    from pyarrow import parquet

    writers: list[Any] = []

    def append(frame: pd.DataFrame) -> None:
        table = _arrow(frame)
        if not writers:
            writers.append(parquet.ParquetWriter(stream, table.schema))
        writers[0].write_table(table.cast(writers[0].schema))

    def close() -> None:
        for writer in writers:
            writer.close()

    return append, close


def _write_excel(frame: pd.DataFrame, path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    whole = safe_cells(frame).astype(object)
    sheet.append([str(name) for name in whole.columns])
    for row in whole.where(whole.notna(), None).itertuples(index=False):
        sheet.append([_ILLEGAL_IN_EXCEL.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    save_workbook(book, path)


def save_workbook(book: Any, path: str | Path) -> None:
    """Save an openpyxl workbook without the time of saving: the same cells give the same bytes."""
    saved, plain = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"1980-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _UNSTAMPED), content, zipfile.ZIP_DEFLATED)
    Path(path).write_bytes(plain.getvalue())
