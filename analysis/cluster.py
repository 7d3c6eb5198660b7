"""A corpus in parts, scored on many processes or machines by Dask, which schedules, ships and tries again.

A part is a file. Each is one task that writes its own tables, which are moved into place whole, and gives back only
what is told of its input; so a part that is done twice, because a worker was lost on the way, changes nothing. What the
parts gave is then laid together in the order of their names: no process holds more than a batch of a part.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis.codebook.actors import read_actors
from analysis.codebook.lexicon import Lexicon, read_lexicon, write_lexicon
from analysis.progress import progress
from analysis.read.articles import COLUMNS
from analysis.read.corpus import Corpus
from analysis.stream import MOST_GROUPED, MOST_WHOLE, SCORED, TOLD_BY, Options, begin_folder, score_corpus, workers_here
from analysis.tables import (
    REJECTED,
    TOLD,
    InputError,
    leave_out_zeros,
    open_table,
    read_table,
    write_beside,
    write_table,
)

#: What a part may be: of a folder these are the parts, a glob names its own.
ENDINGS = tuple(f"{ending}{packed}" for ending in (".jsonl", ".ndjson", ".csv", ".tsv") for packed in ("", ".gz"))
ENDINGS += (".parquet",)
#: The folder of the tables of parts while they are made.
PARTS = "parts"
#: Rows of a part that are laid to the others at once.
ROWS = 200_000


class Carried(NamedTuple):
    """What a task needs beside its part, by value: a worker elsewhere has no such files."""

    lexicon: Lexicon | None
    actors: pd.DataFrame | None
    about: Lexicon | None
    reading: Mapping[str, Any]


def list_parts(source: str | Path) -> list[str]:
    """The parts of a corpus, by name: files of a folder, of a glob, or one file; whatever path fsspec opens.

    Raises
    ------
    InputError
        Where there is none, or two have one name.
    """
    import fsspec

    try:
        files, path = fsspec.core.url_to_fs(str(source))
        found = files.glob(path) if any(mark in path for mark in "*?[") else [path]
        if files.isdir(path):
            found = [name for name in files.ls(path, detail=False) if name.lower().endswith(ENDINGS)]
    except (ImportError, ValueError, OSError) as error:
        raise InputError(f"{source} cannot be opened: {error}") from error
    found = sorted((files.unstrip_protocol(name) for name in found if files.isfile(name)), key=_name)
    if not found:
        raise InputError(f"{source}: no file of articles there; parts end in {', '.join(ENDINGS)}")
    names = [_name(name) for name in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"{source}: two parts are called {twice}: give each a name of its own")
    return found


def _name(part: str) -> str:
    return PurePosixPath(part).name


def score_parts(
    source: str | Path, folder: str | Path, scheduler: str = "local", options: Options | None = None,
    kind: str = "parquet", **reading: Any,
) -> Corpus:  # fmt: skip
    """`stream.score_corpus` for a corpus in parts, on the workers of a Dask scheduler: the same tables.

    Parameters
    ----------
    source : path or URL
        A folder or glob of JSON Lines, CSV or Parquet, each packed by gzip or not.
    folder : path
        Where the tables go: on a disk that all workers share.
    scheduler : str
        The address of a scheduler (``tcp://…:8786``), or ``local`` for processes on this machine.
    options, kind, **reading
        As of `stream.score_corpus`.

    Raises
    ------
    InputError
        If no part can be used, an id stands in two parts, or Dask gives a part up.
    """
    folder, options, parts = Path(folder), options or Options(), list_parts(source)
    about = read_lexicon(options.about) if options.about else None
    lexicon = read_lexicon(options.lexicon) if options.lexicon else None
    actors = read_actors(options.actors) if options.actors else None
    finish = begin_folder(source, folder, kind, options, True, reading)
    carried = Carried(lexicon, actors, about, reading)
    beside = folder / PARTS
    shutil.rmtree(beside, ignore_errors=True)
    try:
        told = list(_run(partial(_score_part, carried=carried, folder=beside.resolve()), parts, scheduler))
        corpus = Corpus(*(pd.concat(tables, ignore_index=True) for tables in zip(*told, strict=True)))
        if corpus.articles.empty:
            raise InputError(f"{source}: no part holds an article; the first says: {corpus.rejected['reason'].iloc[0]}")
        again = corpus.articles["article_id"].duplicated()
        if again.any():
            raise InputError(
                f"{source}: article_id {corpus.articles['article_id'][again].iloc[0]!r} stands in two parts"
            )
        for name in SCORED:
            made = [beside / _name(part) / f"{name}.parquet" for part in parts]
            _lay_together(made, folder / f"{name}.{kind}", name == "scores" and len(corpus.articles) > MOST_WHOLE)
        for name, columns in TOLD.items():
            write_beside(folder / f"{name}.csv", getattr(corpus, name), columns)
        finish(_told_by(folder / f"articles.{kind}") if len(corpus.articles) <= MOST_GROUPED else None)
        return corpus
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _run(task: Any, parts: Sequence[str], scheduler: str) -> Iterator[Corpus]:
    """What a task gives of each part, in the order of the parts."""
    from distributed import KilledWorker, as_completed

    with _client(scheduler) as client, progress(total=len(parts), unit="parts") as bar:
        futures = client.map(task, parts, pure=False)
        try:
            for _ in as_completed(futures):
                bar.update()
            yield from client.gather(futures)
        except KilledWorker as error:
            raise InputError(f"workers died of one part, as happens when memory runs out: {error}") from error


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError("--scheduler needs Dask: pip install 'comparative-framing[cluster]'") from error
    if scheduler == "local":
        how = {
            "n_workers": workers_here(),
            "threads_per_worker": 1,
            "dashboard_address": None,
            "silence_logs": logging.ERROR,
        }
        with LocalCluster(**how) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=30)
    except (OSError, ValueError) as error:
        raise InputError(f"no scheduler answers at {scheduler}: {error}") from error
    with client:
        yield client


def _score_part(part: str, carried: Carried, folder: Path) -> Corpus:
    """One task: a part fetched, scored, and its tables moved into place whole."""
    import fsspec

    name = _name(part)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as making:
        own, made = Path(making, "own", name), Path(making, "made")
        own.parent.mkdir()
        files, path = fsspec.core.url_to_fs(part)
        files.get_file(path, str(own))
        options = Options()
        for kind, lexicon in {"lexicon": carried.lexicon, "about": carried.about}.items():
            if lexicon is not None:
                write_lexicon(lexicon, Path(making, kind))
                options = options._replace(**{kind: str(Path(making, kind))})
        if carried.actors is not None:
            write_table(carried.actors, Path(making, "actors.csv"))
            options = options._replace(actors=str(Path(making, "actors.csv")))
        try:
            told = score_corpus(own, made, "parquet", options, events=False, workers=1, **carried.reading)
        except InputError as error:
            return _refused(name, str(error).removeprefix(f"{own}: "))
        shutil.rmtree(folder / name, ignore_errors=True)  # of a worker that was lost after it had written
        made.replace(folder / name)
    return told


def _refused(name: str, reason: str) -> Corpus:
    """What is told of a part of which nothing could be used."""
    rejected = pd.DataFrame([(name, None, None, reason)], columns=REJECTED)
    rejected = rejected.astype({column: "Int64" if column == "line" else "str" for column in REJECTED})
    told = {column: pd.DataFrame(columns=TOLD[column], dtype="str") for column in ("removed", "notes")}
    articles = pd.DataFrame(columns=["article_id", "outlet", "published"], dtype="str")
    return Corpus(articles, rejected=rejected, columns=pd.DataFrame(columns=COLUMNS, dtype="str"), **told)


def _told_by(path: Path) -> pd.DataFrame:
    return read_table(path)[TOLD_BY]


def _lay_together(paths: Sequence[Path], target: Path, sparse: bool) -> None:
    """Tables of the parts as one table, some rows at a time; scores of large corpora without zeros."""
    with open_table(target) as append:
        for path in filter(Path.is_file, paths):
            for batch in parquet.ParquetFile(path).iter_batches(ROWS):
                table = pa.Table.from_batches([batch])
                append(leave_out_zeros(table) if sparse else table)
