"""Articles from wherever a researcher has them, as one table: nothing lost, and every loss named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.read import pages
from analysis.read.records import BATCH_BYTES, KINDS, Batch, as_frame, list_files, read_records
from analysis.tables import ARTICLES, NOTES, REJECTED, REMOVED, InputError, read_table

# The names that columns have in the tables of databases, scrapers and this project; the first that is there wins.
_NAMES = read_table(Path(__file__).with_name("columns.csv"))
_USUAL = {ours: names.split() for ours, names in _NAMES.itertuples(index=False)}
# Kept as they are where a table has them: what outlets are compared within, and what an article is about.
EXTRA = ["topic", "genre", "event", "author"]
_FILE = {"file", "filename"}
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

    A table that the command ``articles`` wrote comes with what was rejected and removed when it was made.

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
    batches = iter_articles(path, columns=columns, clean=clean, metadata=metadata, count_words=True)
    corpus = Corpus(*(pd.concat(tables, ignore_index=True) for tables in zip(*batches, strict=True)))
    beside = {name: Path(path).with_suffix(f".{name}.csv") for name in Corpus._fields[1:]}
    told = {name: [getattr(corpus, name), read_table(file)] for name, file in beside.items() if file.is_file()}
    return corpus._replace(**{name: pd.concat(tables, ignore_index=True) for name, tables in told.items()})


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
    for batch in _batches(Path(path), batch_bytes, columns or {}, metadata):
        corpus = _finish(batch, seen, count_words, batch.page if clean is None else clean)
        used += len(corpus.articles)
        reasons = (reasons + corpus.rejected["reason"].tolist())[:2]
        yield corpus
    if not used:
        raise InputError(f"{path}: no article can be used: {reasons[-1]}")


def _batches(path: Path, size: int, columns: Mapping[str, str], metadata: str | Path | None) -> Iterator[Batch]:
    """The batches of a file, or of all files of a folder with what a table tells of them."""
    files = list_files(path)
    several = files.items() if len(files) > 1 else ()
    listing = list_files(Path(metadata)) if metadata else dict(filter(lambda file: _lists_files(*file), several))
    table = next(iter(listing), "")
    known = _metadata(table, listing[table]) if table else pd.DataFrame()
    missing = {str(name) for name in known.index}
    for name, opened in files.items():
        if table and (path / name).resolve() == Path(metadata or path / table).resolve():
            continue
        missing -= {name, Path(name).name}
        source, names = name.removesuffix(".gz"), dict[str, None]()
        try:
            for batch in read_records(opened, source, size):
                yield _named(batch, names, columns) if not batch.page else _tell(batch, known) if table else batch
        except InputError as error:
            if len(files) == 1:
                raise
            yield Batch(as_frame({}), source, [(source, None, None, str(error).removeprefix(f"{source}: "))], [])
    lost = [(name, None, None, f"{table} names it, but there is no such file") for name in sorted(missing)]
    yield Batch(as_frame({}), path.name, lost, [])


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("\"' \n"))).strip("_").lower()


def _lists_files(name: str, opened: Callable[[], Any]) -> bool:
    if not name.lower().endswith((".csv", ".tsv")):
        return False
    with opened() as stream:
        header = stream.readline().decode("utf-8-sig", "replace")
    return not _FILE.isdisjoint(map(_plain, re.split(r"[,;\t]", header)))


def _metadata(name: str, opened: Callable[[], Any]) -> pd.DataFrame:
    """What is known of each page, under its file name."""
    frame = pd.concat([batch.frame for batch in read_records(opened, name)], ignore_index=True).drop(columns="line")
    keys = [column for column in frame.columns if _plain(column) in _FILE]
    if not keys:
        raise InputError(f"{name}: a table of pages needs a column 'file'; it has {', '.join(frame.columns)}")
    frame = frame.dropna(subset=keys[0]).drop_duplicates(keys[0]).set_index(keys[0])
    frame = frame.rename(columns=_mapping(list(frame.columns), {}, name))
    return frame[[column for column in frame.columns if column in {*ARTICLES, *EXTRA} - {"text", "source"}]]


def _tell(batch: Batch, known: pd.DataFrame) -> Batch:
    """A page with what the table says of it. Its empty fields win too: they say that the page does not tell."""
    for name in (batch.source, Path(batch.source).name):
        if name in known.index:
            told = {str(key): value for key, value in known.loc[name].items() if key != "article_id" or pd.notna(value)}
            return batch._replace(frame=batch.frame.assign(**told, known=True))
    batch.notes.append((Path(batch.source).stem, batch.source, "file", "the table of pages does not name this file"))
    return batch


def _named(batch: Batch, names: dict[str, None], columns: Mapping[str, str]) -> Batch:
    """A batch whose columns have this project's names; `names` are those of the file so far."""
    new = [name for name in batch.frame.columns if name not in names and name != "line"]
    names |= dict.fromkeys(new)
    mapping = _mapping(list(names), columns, batch.source)
    if names and "text" not in mapping.values():
        raise InputError(f"{batch.source}: no column of text among {', '.join(names)}; name it: --columns text=…")
    unused = [name for name in new if name not in {*mapping, *EXTRA, "words"}]
    notes = [(None, batch.source, name, "this column is not used") for name in unused]
    return batch._replace(frame=batch.frame.rename(columns=mapping), notes=[*batch.notes, *notes])


def _mapping(names: list[str], columns: Mapping[str, str], source: str) -> dict[str, str]:
    """From the input's column names to ours."""
    if wrong := [name for name in columns if name not in {*_USUAL, *EXTRA}]:
        raise InputError(f"--columns: {', '.join(wrong)} is not among {', '.join([*_USUAL, *EXTRA])}")
    if absent := [name for name in columns.values() if names and name not in names]:
        raise InputError(f"{source}: no column {', '.join(absent)}; it has {', '.join(names)}")
    plain = {_plain(name): name for name in reversed(names)}
    mapping = {theirs: ours for ours, theirs in columns.items()}
    for ours, usual in _USUAL.items():
        for theirs in [plain[alias] for alias in usual if alias in plain and ours not in columns][:1]:
            mapping.setdefault(theirs, ours)
    # Beside an outlet, `source` is what this project's own tables call the file that a row came from.
    return {"source": "source", **mapping} if "source" in names else mapping


def _finish(batch: Batch, seen: dict[str, int], count_words: bool, clean: bool) -> Corpus:
    """One batch in the columns of the articles table."""
    raw, rejected, notes = batch.frame, list(batch.rejected), list(batch.notes)
    frame = raw.reindex(columns=[*ARTICLES, *(name for name in EXTRA if name in raw)]).astype("str")
    for name in frame.columns.difference(["text", "words"]):
        frame[name] = frame[name].str.strip().replace("", None)
    line = raw["line"].astype("str")
    frame["source"] = frame["source"].fillna(batch.source + ":" + line)
    frame["article_id"] = frame["article_id"].fillna(Path(batch.source).stem + "-" + line)

    def reject(lost: pd.Series, reason: str) -> None:
        rejected.extend((batch.source, raw["line"][row], frame["article_id"][row], reason) for row in lost.index[lost])

    blank = frame["text"].str.strip().fillna("") == ""
    reject(blank, "it has no text")
    frame = frame[~blank] if blank.any() else frame  # a copy of all texts takes as long as reading them
    frame["article_id"] = _unique(frame, seen, notes)
    cuts, signed = [pd.DataFrame(columns=REMOVED)], frame["text"]
    if clean and len(frame):
        pairs = zip(frame["text"], frame["headline"].fillna(""), strict=True)
        found = pd.DataFrame([pages.clean_page(*pair) for pair in pairs], frame.index)
        places = zip(found["removed"], frame["article_id"], frame["source"], strict=True)
        cuts = [page.assign(article_id=key, source=source)[REMOVED] for page, key, source in places]
        told = raw.reindex(columns=["known"])["known"].notna()[~blank]
        for name in ("headline", "published"):
            frame[name] = frame[name].fillna(found[name].astype("str").mask(told))
        frame["text"], signed = found["text"].astype("str"), found["signed"]
        empty = frame["text"] == ""
        reject(empty, "it is all page furniture: no paragraph of an article in it")
        frame, signed = frame[~empty], signed[~empty]
    frame["published"] = _dates(frame, notes)
    agencies = pages.find_agencies(signed)
    given = frame["agency"]
    frame["agency"] = given.fillna(agencies["agency"])
    # An agency's own outlet keeps the name that it has in the corpus.
    own = given.fillna(agencies["copy"].mask(agencies["copy"] == pages.name_agencies(frame["outlet"]), frame["outlet"]))
    frame["origin"] = frame["origin"].fillna(own).fillna(frame["outlet"]).fillna(agencies["agency"])
    frame["words"] = [len(WORD.findall(text)) for text in frame["text"]] if count_words else 0
    frame["words"] = frame["words"].astype("int64")
    types = {name: "Int64" if name == "line" else "str" for name in REJECTED}
    return Corpus(
        frame.reset_index(drop=True),
        pd.DataFrame(rejected, columns=REJECTED).astype(types),
        pd.concat(cuts, ignore_index=True),
        pd.DataFrame(notes, columns=NOTES).astype("str"),
    )


def _unique(frame: pd.DataFrame, seen: dict[str, int], notes: list[Any]) -> pd.Series:
    """Ids that no article before has: a repeated one becomes id-2, id-3."""
    values = frame["article_id"].tolist()
    for place, (key, source) in enumerate(zip(values, frame["source"], strict=True)):
        if key in seen:
            seen[key] = next(n for n in itertools.count(seen[key] + 1) if f"{key}-{n}" not in seen)
            values[place] = f"{key}-{seen[key]}"
            notes.append((values[place], source, "article_id", f"the id {key} is repeated"))
        seen[values[place]] = 1
    return pd.Series(values, frame.index, dtype="str")


def _dates(frame: pd.DataFrame, notes: list[Any]) -> pd.Series:
    """Days as YYYY-MM-DD; what may be read two ways, or no way, is noted."""
    iso = frame["published"].where(frame["published"].str.match(r"\d{4}-\d\d-\d\d(?:$|[T ])")).str.slice(0, 10)
    day = iso.where(pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").notna())
    rest = frame[day.isna() & frame["published"].notna()]
    parts = rest["published"].str.extract(r"^(\d{1,2})[/-](\d{1,2})[/-]\d").astype(float)
    # One date of a column that cannot be month first tells how the others are written.
    day_first = bool((parts[0] > 12).any() and not (parts[1] > 12).any())
    unclear = (parts[0] <= 12) & (parts[1] <= 12) & (parts[0] != parts[1])
    for row, key, source, text in rest[["article_id", "source", "published"]].itertuples():
        day[row] = found = pages.find_date(text, day_first)
        if found is None or unclear[row]:
            note = f"is ambiguous: read as {found}" if found else "is not a date that can be read"
            notes.append((key, source, "published", f"{text} {note}"))
    return day
