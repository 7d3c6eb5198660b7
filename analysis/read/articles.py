"""Records of any source in the columns of the articles table: which column is what, ids, days, agencies."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.read import pages
from analysis.read.columns import EXTRA, FILE, are_addresses, list_names, list_spares, map_columns, plain_name
from analysis.read.corpus import Corpus
from analysis.read.dates import in_doubt, read_dates, shows_month_first
from analysis.read.frames import is_path, read_given
from analysis.read.languages import tell_languages
from analysis.read.records import (
    BATCH_BYTES,
    KINDS,
    LONGEST_TEXT,
    Batch,
    as_frame,
    list_files,
    read_records,
    show_name,
)
from analysis.read.repair import repair_texts
from analysis.tables import ARTICLES, HASHES, NOTES, REJECTED, REMOVED, TOLD, InputError, find_table, read_table

COLUMNS = ["source", "column", "taken_for"]
_MOST_COLUMNS = 1000  # no table of articles has more; a file of a million would take minutes, and as many notes
_LONGEST_HEADER = 100_000  # bytes of a header that are looked at before a file is read
# By their headers: what is written beside a table of articles tells of it.
_SIDE_TABLES = {",".join(f'"{name}"' for name in table) for table in (REJECTED, REMOVED, NOTES)}
WORD = re.compile(r"\w+(?:['’-]\w+)*")


class _Table:
    """What is remembered of a table while its batches pass: its columns so far, and how it writes its days."""

    def __init__(self, again: Callable[[], Iterator[Batch]], columns: Mapping[str, str]) -> None:
        self.again, self.columns = again, columns
        self.names: dict[str, None] = {}
        self.mapping: dict[str, str] = {}

    def name(self, batch: Batch) -> tuple[Batch, pd.DataFrame]:
        """A batch whose columns have this project's names, and what its new columns are taken for."""
        new = [name for name in batch.frame.columns if name not in self.names and name != "line"]
        self.names |= dict.fromkeys(new)
        if len(self.names) > _MOST_COLUMNS:
            raise InputError(f"{batch.source}: it has {len(self.names)} columns; at most {_MOST_COLUMNS} are read")
        self.mapping = map_columns(list(self.names), self.columns, batch.source, are_addresses(batch.frame))
        if HASHES["text"] in self.names and "text" not in self.mapping.values():
            raise InputError(f"{batch.source}: it was handed on without its texts, and this needs them")
        if self.names and "text" not in self.mapping.values():
            raise InputError(f"{batch.source}: no column of text among {list_names(self.names)}; name it: "
                             'columns={"text": …}, or --columns text=…')  # fmt: skip
        unused = [name for name in batch.frame.columns if name not in {*self.mapping, *EXTRA, "line"}]
        kept = {name: name for name in [*EXTRA, "words"] if name not in self.mapping.values()}
        told = pd.DataFrame({"source": batch.source, "column": new}, dtype="str")
        told["taken_for"] = told["column"].map({**kept, **self.mapping}).astype("str")
        batch = _fill_texts(batch, self.mapping)
        return batch._replace(frame=batch.frame.drop(columns=unused).rename(columns=self.mapping)), told

    @cached_property
    def month_first(self) -> bool:
        """How its days are written: the whole column is asked, so that no size of a batch decides."""
        dates = [name for name, ours in self.mapping.items() if ours == "published"]
        return any(shows_month_first(batch.frame[name]) for name in dates[:1] for batch in self.again()
                   if name in batch.frame)  # fmt: skip


def _fill_texts(batch: Batch, mapping: Mapping[str, str]) -> Batch:
    """A batch in which a record without a text has it from the next column that holds one (*maintext*), and a note."""
    taken = next((theirs for theirs, ours in mapping.items() if ours == "text" and theirs in batch.frame), None)
    spares = list_spares(batch.frame.columns.difference([*mapping], sort=False), taken) if taken else []
    frame, notes = batch.frame, list(batch.notes)
    for spare in spares:
        filled = frame[taken].isna() & frame[spare].notna()
        if filled.any():
            notes += [(None, f"{batch.source}:{line}", "text", f"{taken} is empty, taken from {spare}")
                      for line in frame["line"][filled]]  # fmt: skip
            frame = frame.assign(**{str(taken): frame[taken].fillna(frame[spare])})
    return batch._replace(frame=frame, notes=notes)


def join_corpus(batches: Iterable[Corpus], source: Any) -> Corpus:
    """Batches as one corpus; a table that the command ``articles`` wrote comes with what is told beside it."""
    corpus = Corpus(*(pd.concat(tables, ignore_index=True) for tables in zip(*batches, strict=True)))
    if not is_path(source) or not Path(source).name:
        return corpus
    scored = find_table(source, "articles")
    beside = {
        name: scored.with_name(f"{name}.csv") if scored else Path(source).with_suffix(f".{name}.csv") for name in TOLD
    }
    found = {name: read_table(file) for name, file in beside.items() if file.is_file()}
    told = {
        name: pd.concat([getattr(corpus, name), table], ignore_index=True)
        for name, table in found.items()
        if list(table.columns) == TOLD[name]  # else it is somebody else's
    }
    return corpus._replace(**told)


def iter_articles(
    source: Any,
    batch_bytes: int = BATCH_BYTES,
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    metadata: str | Path | None = None,
    count_words: bool = False,
    languages: Sequence[str] | None = ("en",),
) -> Iterator[Corpus]:
    """Read as `read` does, a batch at a time; only the ids are kept, so that they stay unique.

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
        As `read`; that nothing can be used is known at the end only.
    """
    if isinstance(source, Corpus):
        yield source
        return
    seen: dict[str, int] = {}
    used, reasons = 0, [f"it holds no records; give {KINDS}" if is_path(source) else "it is empty"]
    for batch, told, table in _batches(source, batch_bytes, columns or {}, metadata):
        cleaned = batch.page if clean is None else clean
        corpus = _refuse_languages(_finish(batch, told, table, seen, count_words, cleaned), languages)
        used += len(corpus.articles)
        reasons = (reasons + corpus.rejected["reason"].tolist())[:2]
        yield corpus
    if not used:
        name = Path(source) if is_path(source) else f"the {type(source).__name__}"
        raise InputError(f"{name}: no article can be used: {reasons[-1]}")


def _refuse_languages(corpus: Corpus, languages: Sequence[str] | None) -> Corpus:
    """Articles in the languages asked for; the others among the rejected ones."""
    if languages is None or corpus.articles.empty:
        return corpus
    told = tell_languages(corpus.articles["text"])
    other = told.notna() & ~told.isin(list(languages))
    if not other.any():
        return corpus
    lost = corpus.articles[other]
    place = lost["source"].str.extract(r":(\d+)$")[0]
    reasons = lost[["source", "article_id"]].assign(line=pd.to_numeric(place))[["source", "line", "article_id"]]
    reasons["source"] = reasons["source"].str.replace(r":\d+$", "", regex=True)
    reasons["reason"] = f"not in {' or '.join(languages)}; keep it by naming its language: " + told[other]
    rejected = pd.concat([corpus.rejected, reasons.astype(corpus.rejected.dtypes)], ignore_index=True)
    return corpus._replace(articles=corpus.articles[~other].reset_index(drop=True), rejected=rejected)


_NOTHING_TOLD = pd.DataFrame(columns=COLUMNS, dtype="str")
_Read = tuple[Batch, pd.DataFrame, _Table | None]


def _batches(source: Any, size: int, columns: Mapping[str, str], metadata: str | Path | None) -> Iterator[_Read]:
    """The batches of a file, of all files of a folder with what a table tells of them, or of what is in memory."""
    if not is_path(source):
        given = (
            source if isinstance(source, pd.DataFrame | pd.Series) or hasattr(source, "to_pandas") else _list(source)
        )
        table = _Table(lambda: read_given(given, size), columns)
        for batch in read_given(given, size):
            yield *table.name(batch), table
        return
    path = Path(source)
    files, problems = list_files(path)
    if scored := _scored_table(path, files):
        files, problems = scored, {}
    own = {name for name, opened in files.items() if len(files) > 1 and _is_side_table(name, opened)}
    files = {name: opened for name, opened in files.items() if name not in own}
    several = files.items() if len(files) > 1 else ()
    listing = list_files(Path(metadata))[0] if metadata else dict(filter(lambda file: _lists_files(*file), several))
    listed = next(iter(listing), "")
    known = _metadata(listed, listing[listed]) if listed else pd.DataFrame()
    missing = {str(name) for name in known.index}
    for name, opened in files.items():
        if listed and (path / name).resolve() == Path(metadata or path / listed).resolve():
            continue
        missing -= {name, Path(name).name}
        shown = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
        table = _Table(lambda opened=opened, shown=shown: read_records(opened, shown, size), columns)  # type: ignore[misc]
        try:
            for batch in read_records(opened, shown, size):
                if batch.page:
                    yield _tell(batch, known) if listed else batch, _NOTHING_TOLD, None
                else:
                    yield *table.name(batch), table
        except Exception as error:  # whatever a broken file makes its reader raise, it is the file's fault
            reason = _reason(error, shown)
            if len(files) == 1:
                raise InputError(f"{shown}: {reason}") from error
            problems[shown] = reason
    lost = [(name, None, None, f"{listed} names it, but there is no such file") for name in sorted(missing)]
    lost += [(name, None, None, reason) for name, reason in problems.items()]
    yield Batch(as_frame({}), show_name(path.name), lost, []), _NOTHING_TOLD, None


def _reason(error: Exception, source: str) -> str:
    """Why a file cannot be read, in one line without its name."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return said.removeprefix(f"{source}: ") if isinstance(error, InputError) else f"it cannot be read: {said}"


def _list(source: Any) -> Any:
    """What can be gone through once, as what can be gone through again."""
    return list(source) if isinstance(source, Iterable) and not isinstance(source, str | bytes | Mapping) else source


def _scored_table(path: Path, files: Mapping[str, Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    """Of a folder that ``score`` or ``report`` wrote, its table of articles; of others nothing."""
    places = [f"{place}{{}}.{kind}" for place in ("", "tables/") for kind in ("csv", "parquet", "jsonl")]
    scored = [name for name in places if {name.format("articles"), name.format("scores")} <= files.keys()]
    return {name.format("articles"): files[name.format("articles")] for name in scored[:1] if path.is_dir()}


def _lists_files(name: str, opened: Callable[[], Any]) -> bool:
    if not name.lower().endswith((".csv", ".tsv")):
        return False
    return not FILE.isdisjoint(map(plain_name, re.split(r"[,;\t]", _first_line(opened))))


def _is_side_table(name: str, opened: Callable[[], Any]) -> bool:
    """Whether a file is what this project writes beside a table of articles, and holds none itself."""
    return name.lower().endswith(".csv") and _first_line(opened) in _SIDE_TABLES


def _first_line(opened: Callable[[], Any]) -> str:
    try:
        with opened() as stream:
            return stream.readline(_LONGEST_HEADER).decode("utf-8-sig", "replace").strip()
    except Exception:  # it is named where it is read
        return ""


def _metadata(name: str, opened: Callable[[], Any]) -> pd.DataFrame:
    """What is known of each page, under its file name."""
    frame = pd.concat([batch.frame for batch in read_records(opened, name)], ignore_index=True).drop(columns="line")
    keys = [column for column in frame.columns if plain_name(column) in FILE]
    if not keys:
        raise InputError(f"{name}: a table of pages needs a column 'file'; it has {list_names(frame.columns)}")
    frame = frame.dropna(subset=keys[0]).drop_duplicates(keys[0]).set_index(keys[0])
    frame = frame.rename(columns=map_columns(list(frame.columns), {}, name))
    return frame[[column for column in frame.columns if column in {*ARTICLES, *EXTRA} - {"text", "source"}]]


def _tell(batch: Batch, known: pd.DataFrame) -> Batch:
    """A page with what the table says of it. Its empty fields win too: they say that the page does not tell."""
    for name in (batch.source, Path(batch.source).name):
        if name in known.index:
            told = {str(key): value for key, value in known.loc[name].items() if key != "article_id" or pd.notna(value)}
            return batch._replace(frame=batch.frame.assign(**told, known=True))
    batch.notes.append((Path(batch.source).stem, batch.source, "file", "the table of pages does not name this file"))
    return batch


def _finish(
    batch: Batch, told: pd.DataFrame, table: _Table | None, seen: dict[str, int], count_words: bool, clean: bool
) -> Corpus:
    """One batch in the columns of the articles table."""
    raw, rejected, notes = batch.frame, list(batch.rejected), list(batch.notes)
    frame = raw.reindex(columns=[*ARTICLES, *(name for name in EXTRA if name in raw)]).astype("str")
    for name in frame.columns.difference(["text", "words"]):
        if frame[name].notna().any():
            # A list came as lines: of authors one after the other; a headline of two lines is one.
            between = "; " if name == "author" else " "
            plain = frame[name].str.replace(r"\s*\n\s*", between, regex=True) if name != "source" else frame[name]
            frame[name] = plain.str.strip("\0 \t\r\n\xa0").replace("", None)
    frame["outlet"] = frame["outlet"].str.replace(r"^https?://([^/]+).*", r"\1", regex=True)
    line = raw["line"].astype("str")
    frame["source"] = frame["source"].fillna(batch.source + ":" + line)
    frame["article_id"] = frame["article_id"].fillna(Path(batch.source).stem + "-" + line)

    def reject(lost: pd.Series, reason: str) -> None:
        rejected.extend((batch.source, raw["line"][row], frame["article_id"][row], reason) for row in lost.index[lost])

    blank = frame["text"].str.strip().fillna("") == ""
    reject(blank, "it has no text")
    long = frame["text"].str.len() > LONGEST_TEXT
    reject(long, f"its text is longer than {LONGEST_TEXT:,} characters: not one article")
    blank |= long
    frame = frame[~blank] if blank.any() else frame  # a copy of all texts takes as long as reading them
    frame["article_id"] = _unique(frame, seen, notes)
    for name in ("text", "headline"):
        frame[name], mended = repair_texts(frame[name])
        keys = frame.loc[mended["row"], ["article_id", "source"]].itertuples(index=False, name=None)
        notes += [(*key, name, note) for key, note in zip(keys, mended["note"], strict=True)]
    told_of = dict(zip(raw["line"][frame.index], zip(frame["article_id"], frame["source"], strict=True), strict=True))
    left = [(*told_of[at], None, reason, text) for at, reason, text in batch.removed if at in told_of]
    cuts, signed = [pd.DataFrame(left, columns=REMOVED)], frame["text"]
    if clean and len(frame):
        pairs = zip(frame["text"], frame["headline"].fillna(""), strict=True)
        found = pd.DataFrame([pages.clean_page(*pair, extracted=batch.extracted) for pair in pairs], frame.index)
        places = zip(found["removed"], frame["article_id"], frame["source"], strict=True)
        cuts = [page.assign(article_id=key, source=source)[REMOVED] for page, key, source in places]
        named = raw.reindex(columns=["known"])["known"].notna()[~blank]
        for name in ("headline", "published"):
            frame[name] = frame[name].fillna(found[name].astype("str").mask(named))
        frame["text"], signed = found["text"].astype("str"), found["signed"]
        empty = frame["text"] == ""
        reject(empty, "it is all page furniture: no paragraph of an article in it")
        frame, signed = frame[~empty], signed[~empty]
    # A look at the whole column costs a second reading of the file, so only where a day is in doubt.
    doubtful = bool(in_doubt(frame["published"]).any())
    days = read_dates(frame["published"], doubtful and table is not None and table.month_first)
    frame["published"] = days["day"]
    doubts = frame[["article_id", "source"]].assign(field="published", note=days["note"]).dropna(subset="note")
    notes += doubts.itertuples(index=False, name=None)
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
        told,
    )


def _unique(frame: pd.DataFrame, seen: dict[str, int], notes: list[Any]) -> pd.Series:
    """Ids that no article before has: a repeated one becomes id-2, id-3."""
    values = frame["article_id"].tolist()
    for place, (key, source) in enumerate(zip(values, frame["source"], strict=True)):
        if key in seen:
            seen[key] = next(n for n in itertools.count(seen[key] + 1) if f"{key}-{n}" not in seen)
            values[place] = f"{key}-{seen[key]}"
            notes.append((values[place], source, "article_id", f"the id is repeated: {key}"))
        seen[values[place]] = 1
    return pd.Series(values, frame.index, dtype="str")
