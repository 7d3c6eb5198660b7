"""Tables on disk: written whole or not at all, read back exactly as they were."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import orjson
import pandas as pd

_PACKAGE = Path(__file__).resolve().parent
#: The codebook and what was judged by hand, and the notebooks: in a checkout beside the package, installed inside it.
DATA = next(path for path in (_PACKAGE / "data", _PACKAGE.parent / "data") if (path / "lexicons").is_dir())
BOOKS = _PACKAGE / "books" if (_PACKAGE / "books").is_dir() else _PACKAGE.parent / "notebooks"
_COLUMNS = pd.read_csv(Path(__file__).with_name("tables.csv"), dtype="str")


def _columns(table: str) -> list[str]:
    return _COLUMNS["column"][_COLUMNS["table"] == table].tolist()


ARTICLES, REJECTED, REMOVED, NOTES = map(_columns, ("articles", "rejected", "removed", "notes"))
#: Lists of what became of the input, written beside the tables made from it.
TOLD = {"rejected": REJECTED, "removed": REMOVED, "notes": NOTES}
QUOTATIONS, MENTIONS, SCORES = map(_columns, ("quotations", "mentions", "scores"))
EVENTS = ["article_id", "event", "duplicate_of"]
#: The folder, beside the tables of a scored corpus, of what was made from them and takes long to make.
MADE = "made"
#: What stands for a headline and a text where they may not be handed on.
HASHES = {"headline": "headline_sha256", "text": "text_sha256"}
COMPARISON, CONTRASTS = map(_columns, ("comparison", "contrasts"))
# What a column holds is known by its name, in every table: all others are text.
INTEGERS, NUMBERS, BOOLEANS = (
    frozenset(_COLUMNS["column"][_COLUMNS["kind"] == kind]) for kind in ("integer", "number", "truth")
)

#: In which a folder of tables may be written.
_SCORED = (".parquet", ".csv", ".jsonl")
_FORMATS = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")
# A spreadsheet takes a cell for a formula, or a command, from its first visible character.
_LIVE_CELL = r"\s*[=+\-@＝＋－＠]|[\t\r\n]"
#: What XML holds in no form, and a terminal takes for orders: control characters but tab and line end, halves of
#: characters, two that are none. HTML, SVG and workbooks are written without them.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What a sheet of a workbook holds at most (Excel's specification): characters of a cell, rows, columns.
CELL_LENGTH, SHEET_ROWS, SHEET_COLUMNS = 32_767, 1_048_576, 16_384
# Every power of ten as the double nearest to it, from 1e-323: logarithms err by one at their borders.
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(-323, 309)])

#: How the files end that are written beside their place, before they are whole.
_BESIDE = ".part"
#: Columns by which a table of ours is known, and bytes of a line in which they are looked for.
_TELLING, _LONGEST_HEADER = 3, 100_000
#: The key under which a Parquet file of scores names all features: rows of zero may be left out of it.
_FEATURES = b"features"
#: Names that an error lists before it only counts the rest.
_SHOWN = 20

Rounded = TypeVar("Rounded", pd.DataFrame, "pd.Series[Any]", np.ndarray, float)


class InputError(ValueError):
    """Input that cannot be used; the message is one line that says which and what to do about it."""


def not_among(what: str, value: Any, known: Iterable[Any]) -> InputError:
    """The error for a value that nothing has: what there is, and which of it may be meant.

    Examples
    --------
    >>> str(not_among("outlet", "sputnik", ["Sputnik", "TASS"]))
    "no outlet is 'sputnik'; did you mean 'Sputnik'? There are Sputnik, TASS"
    """
    names = sorted({str(name) for name in known})
    asked, folded = str(value).casefold(), [name.casefold() for name in names]
    near = [name for name, fold in zip(names, folded, strict=True) if asked and fold.startswith(asked)]
    near = near or [names[folded.index(fold)] for fold in get_close_matches(asked, folded, 3)]
    meant = f"; did you mean {' or '.join(map(repr, near[:3]))}?" if near else "."
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    there = f"There are {', '.join(names[:_SHOWN])}{more}" if names else "There are none"
    return InputError(f"no {what} is {value!r}{meant} {there}")


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
        floats = pd.api.types.is_float_dtype(values.dtype)
        array = round_significant(values.to_numpy(float, na_value=np.nan), digits) if floats else values
        return cast(Rounded, pd.Series(array, values.index, values.dtype, values.name))
    array = np.asarray(values, dtype=float)
    finite = np.isfinite(array) & (array != 0)
    places = digits + 323 - np.searchsorted(_POWERS_OF_TEN, np.where(finite, np.abs(array), 1.0), "right")
    # Only 10**0 to 10**22 are exact in binary: dividing by one gives the nearest double to the decimal.
    up, down = 10.0 ** np.clip(places, 0, 22), 10.0 ** np.clip(-places, 0, 22)
    result = np.where(finite, np.round(array / down * up) / up * down, array)
    far = finite & (np.abs(places) > 22)
    result[far] = [float(f"{value:.{digits}g}") for value in array[far]]
    return cast(Rounded, result if isinstance(values, np.ndarray) else float(result))


def printable(text: str) -> str:
    """A text as a terminal may be given it: what does not print, and what turns its order round, is replaced.

    Examples
    --------
    >>> printable("Post\x1b[2J")
    'Post�[2J'
    """
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)


def literal_html(html: str) -> str:
    """HTML in which a notebook looks for no mathematics: an outlet may be called Bu$ine$$."""
    return f'<div class="mathjax_ignore tex2jax_ignore">{html}</div>'


def safe_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before every text cell and column name that a spreadsheet would run as a formula.

    Only for tables that people open in a spreadsheet; data that is read again is never altered.

    Examples
    --------
    >>> safe_cells(pd.DataFrame({"speaker": ["=1+1", "Wells", None]}))["speaker"].tolist()
    ["'=1+1", 'Wells', nan]
    """
    safe = frame.copy()
    for name in frame.select_dtypes(["str", "object"]).columns:
        safe[name] = frame[name].astype("str").str.replace(f"^(?={_LIVE_CELL})", "'", regex=True)
    return safe.rename(columns=lambda name: f"'{name}" if re.match(_LIVE_CELL, str(name)) else name)


def workbook_cells(frame: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """A table as a sheet of a workbook holds it: `safe_cells` without control characters.

    Raises
    ------
    InputError
        If it is larger than a sheet, or a text longer than a cell, which spreadsheets cut in silence.
    """
    if len(frame) >= SHEET_ROWS or len(frame.columns) > SHEET_COLUMNS:
        size = f"{len(frame):,} rows and {len(frame.columns):,} columns"
        most = f"{SHEET_ROWS:,} with the header and {SHEET_COLUMNS:,}"
        raise InputError(f"{path}: {size}, and a sheet of a workbook holds {most}: write .csv or .parquet")
    cells = safe_cells(frame).replace(CONTROLS, "", regex=True)
    for name in cells.select_dtypes(["str", "object"]).columns:
        long = cells[name].astype("str").str.len() > CELL_LENGTH
        if long.any():
            row = frame[long].iloc[0]
            which = f"the row {int(long.argmax()) + 1}" if "article_id" not in frame else f"article {row['article_id']}"
            raise InputError(f"{path}: {name} of {which} has {int(cells[name].str.len()[long].iloc[0]):,} characters, "
                             f"and a cell of a workbook holds {CELL_LENGTH:,}: write .csv or .parquet")  # fmt: skip
    return cells


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; move it into place when all went well, else remove it.

    What a process that was killed left beside it of the same file is removed too.

    Raises
    ------
    InputError
        If the file cannot be written there.
    """
    path = Path(path)
    # The name may be as long as a file system allows, so that the name beside it holds only what tells it apart.
    known = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    beside = path.with_name(f".{known}-{os.getpid()}{_BESIDE}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{known}-*{_BESIDE}"):
            if not _is_running(left.name.removesuffix(_BESIDE).partition("-")[2]):
                left.unlink(missing_ok=True)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if beside.exists():
            beside.unlink()


def _is_running(process: str) -> bool:
    """Whether there is such a process. Where that cannot be asked there is: what it still writes must not be lost."""
    if not process.isdecimal() or os.name != "posix":
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


@contextmanager
def open_table(path: str | Path) -> Iterator[Callable[[Any], None]]:
    """Write a table piece by piece: gives a function that appends a DataFrame with always the same columns.

    For `.csv`, `.tsv` and `.parquet` the pieces may be Arrow tables as well.

    The suffix says how: `.csv` and `.tsv` (every field quoted), `.jsonl`, each also with `.gz`, `.parquet`,
    or `.xlsx` (made safe for spreadsheets; it holds the time of saving). The file appears under its name only when it
    is whole.

    Raises
    ------
    InputError
        If the suffix is unknown or the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    path, suffix = Path(path), _format(path)
    pieces: list[pd.DataFrame] = []
    writers: list[Any] = []
    quoted = csv.WriteOptions(delimiter="\t" if suffix == ".tsv" else ",", quoting_style="all_valid")
    with replacing(path) as beside, beside.open("wb") as raw, ExitStack() as stack:
        stream: Any = raw
        if path.suffix.lower() == ".gz":  # no name and no time in it: the same table gives the same bytes
            stream = stack.enter_context(gzip.GzipFile("", "wb", 6, raw, mtime=0))

        def append(piece: Any) -> None:
            table = piece if isinstance(piece, pa.Table) else pa.Table.from_pandas(_typed(piece), preserve_index=False)
            if suffix == ".jsonl":
                stream.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in table.to_pylist())
                return
            if suffix != ".parquet":
                text = [column.cast(pa.large_string()).fill_null("") for column in table.columns]
                table = pa.table(text, table.column_names)
            if not writers:
                features = (table.schema.metadata or {}).get(_FEATURES)
                schema = table.schema.remove_metadata()
                # Whole texts and offsets are not worth a dictionary; what comes with one is plain when it is read back.
                coded = [field.name for field in schema if field.name != "text" and not pa.types.is_integer(field.type)]
                plain = partial(parquet.ParquetWriter, use_dictionary=coded, write_statistics=False, store_schema=False)
                new = plain if suffix == ".parquet" else partial(csv.CSVWriter, write_options=quoted)
                writers.append(stack.enter_context(new(stream, schema)))
                if features and suffix == ".parquet":
                    writers[0].add_key_value_metadata({_FEATURES: features})
            writers[0].write_table(table.cast(writers[0].schema) if suffix == ".parquet" else table)

        yield pieces.append if suffix == ".xlsx" else append
        if suffix == ".xlsx":
            _write_excel(pd.concat(pieces, ignore_index=True), beside, path)


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


def columns_of(path: Path) -> list[str]:
    """The columns of a table on disk, without reading it: of what is no table, whatever stands in its first line."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            from pyarrow import ArrowException, parquet

            try:
                return list(parquet.read_schema(path).names)
            except ArrowException:
                return []
        with path.open(encoding="utf-8", errors="replace") as lines:
            first = lines.readline(_LONGEST_HEADER).rstrip("\n")
    except OSError:
        return []
    if suffix == ".jsonl":
        return re.findall(r'(?:^\{|,)"(\w+)":', first)
    return [name.strip('"') for name in first.split(",")]


def refuse_foreign(path: Path, columns: Sequence[str]) -> None:
    """Refuse to write a table where a file stands that is not such a table of ours, known by its first columns.

    Raises
    ------
    InputError
        Before anything is lost.
    """
    first = [*columns[:_TELLING]]
    if os.path.lexists(path) and columns_of(path)[:_TELLING] != first:
        raise InputError(f"{path} stands in the way and is not ours: move it, or name another output")


def refuse_overlap(targets: Iterable[Path], sources: Iterable[Any]) -> None:
    """Refuse to write where no file can be, over what is read, or into a folder that is read and would hold it next.

    Parameters
    ----------
    targets : paths
        Files and folders that will be written.
    sources : paths, or anything else that articles, words or actors are given as
        What is read. Of a folder that `score` or `report` wrote only its tables are.

    Raises
    ------
    InputError
        Before anything is lost.
    """
    read = []
    for source in sources:
        if isinstance(source, str | os.PathLike) and os.fspath(source):
            tables = [find_table(source, name) for name in ("articles", "scores")]
            read += [Path(source)] if None in tables else [table for table in tables if table]
    targets = [Path(target) for target in targets]
    for target in targets:
        try:
            target.lstat()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except (OSError, ValueError) as error:
            raise InputError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    for target, source in product(targets, read):
        there, given = (Path(os.path.realpath(path)) for path in (target, source))
        if there == given or there in given.parents or given in there.parents:
            raise InputError(f"{target} is, or lies in, what is read ({source}): name another output")


def write_beside(path: Path, table: pd.DataFrame, columns: Sequence[str] | None = None) -> None:
    """Write a table that tells of another one beside it; an empty one takes an old file of ours away."""
    refuse_foreign(path, list(table.columns) if columns is None else columns)
    if len(table):
        write_table(table, path)
    else:
        path.unlink(missing_ok=True)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote: text as text, and nothing missing but the empty field.

    Columns are numbers or truth values where this module's `INTEGERS`, `NUMBERS` and `BOOLEANS` name them.

    Raises
    ------
    InputError
        If there is no such file, or it is not a table.
    """
    suffix = _format(path)
    try:
        if suffix == ".parquet":
            return _typed(_with_zeros(pd.read_parquet(path), path))
        if suffix == ".jsonl":
            return _typed(pd.read_json(path, lines=True, dtype=False, precise_float=True))
        mark = "\t" if suffix == ".tsv" else ","
        frame = pd.read_csv(path, sep=mark, dtype=str, keep_default_na=False, na_values=[""], skip_blank_lines=False)
        return _typed(frame)
    except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read as a table: {said}") from error


def leave_out_zeros(scores: Any, whole: bool = False) -> Any:
    """Scores for a Parquet file without the rows of zero mentions, which `read_table` puts back.

    Parameters
    ----------
    scores : pyarrow.Table
        All scores of some articles; or a part of them that names all features, as this function gave it.
    whole : bool
        Leave out nothing yet: only name the features, so that what is appended later may lack rows.

    Returns
    -------
    pyarrow.Table
        Rows with mentions, and those of the first feature: they say what words there are.
    """
    import pyarrow.compute as pc

    known = (scores.schema.metadata or {}).get(_FEATURES)
    features = orjson.loads(known) if known else scores["feature"].unique().to_pylist()
    if not whole and len(scores):
        first = pc.equal(scores["feature"].cast("string"), features[0])
        scores = scores.filter(pc.or_(first, pc.greater(scores["mentions"], 0)))
    return scores.replace_schema_metadata({_FEATURES: orjson.dumps(features)})


def _with_zeros(scores: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """A table as it is; of scores, with the rows that `leave_out_zeros` left out."""
    from pyarrow import parquet

    known = (parquet.read_schema(path).metadata or {}).get(_FEATURES)
    if not known or scores.empty:
        return scores
    features = pd.Series(orjson.loads(known), dtype="str")
    first = scores[scores["feature"] == features[0]].reset_index(drop=True)
    sections, voices = first["section"].drop_duplicates(), first["voice"].drop_duplicates()
    article, articles = pd.factorize(scores["article_id"])
    shape = (len(articles), len(sections), len(features), len(voices))
    if len(scores) == np.prod(shape):
        return scores
    places = [pd.Index(names).get_indexer(scores[name]) for name, names in
              {"section": sections, "feature": features, "voice": voices}.items()]  # fmt: skip
    there = np.ravel_multi_index((article, *places), shape)
    every = np.indices(shape, dtype=np.int32).reshape(4, -1)
    # what an article has no mentions of has the words, and the missing rates, of the first feature
    like = np.ravel_multi_index((every[0], every[1], every[3]), (shape[0], shape[1], shape[3]))
    full = first.take(like).reset_index(drop=True)
    full["feature"] = features.take(every[2]).to_numpy()
    full["mentions"] = 0
    for name in ("per_1000", "share_per_1000"):
        full[name] = full[name].where(full[name].isna(), 0.0)
    for name in ("mentions", "per_1000", "share_per_1000"):
        values = full[name].to_numpy(copy=True)
        values[there] = scores[name].to_numpy()
        full[name] = values
    return full


def find_table(folder: Any, name: str) -> Path | None:
    """The file of a table in a folder that `score` or `report` wrote; None where there is none."""
    if not isinstance(folder, str | os.PathLike):
        return None
    places = [Path(folder) / inner / f"{name}{suffix}" for inner in ("", "tables") for suffix in _SCORED]
    return next((path for path in places if path.is_file()), None)


def _format(path: str | Path) -> str:
    suffix = Path(str(path).lower().removesuffix(".gz")).suffix
    if suffix not in _FORMATS or str(path).lower().endswith(".xlsx.gz"):
        raise InputError(f"{path}: the name of a table ends in {', '.join(_FORMATS)}")
    return suffix


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name, column in frame.items():
        if name in INTEGERS:
            frame[name] = pd.to_numeric(column).astype("int64" if column.notna().all() else "Int64")
        elif name in NUMBERS:
            frame[name] = pd.to_numeric(column).astype(float)
        elif name in BOOLEANS:
            truth = column.map({"true": True, "false": False, True: True, False: False})
            frame[name] = truth.astype("bool" if truth.notna().all() else "boolean")
        elif column.dtype == object:
            frame[name] = column.astype("str")
    return frame


def _write_excel(frame: pd.DataFrame, path: Path, shown: Path) -> None:
    import openpyxl

    cells = workbook_cells(frame, shown)
    book = openpyxl.Workbook()
    for row in [list(cells.columns), *cells.astype(object).where(cells.notna(), None).to_numpy().tolist()]:
        book.active.append(row)
    book.save(path)
