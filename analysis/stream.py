"""Corpora larger than memory: batches in, tables out, on every core, in the order of the input."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa

from analysis.read.articles import EXTRA, Corpus, iter_articles
from analysis.tables import ARTICLES, NOTES, REJECTED, InputError, open_table, write_table

Given = TypeVar("Given")
Made = TypeVar("Made")
#: About the size of a batch. On 107 MB of news 8 MiB took a fifth less processor time than 16 and 4 a tenth more.
BATCH_BYTES = 8 << 20
#: What a table is made from: only these columns go to the process that makes it.
_WORKED_ON = ["article_id", "outlet", "headline", "text"]
#: Options of glibc's mallopt: sizes from which freed memory is given back, and new memory is mapped apart.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _KEPT_BYTES = -1, -3, 1 << 30
#: Distinct words and gaps that a process remembers: at some 300 bytes each that bounds what a corpus of ever new names
#: can take. Beyond, it begins anew; nothing that is found depends on it.
MOST_STRINGS = 1_000_000
#: Batches given to each worker ahead of time: enough to keep it busy, few enough to bound memory.
AHEAD = 2


class Run(NamedTuple):
    """What a command read and wrote, for the screen."""

    articles: int
    rejected: pd.DataFrame
    notes: pd.DataFrame


class Options(NamedTuple):
    """Where a scorer's lexicon, actors and matter in dispute are read from; none: the project's lexicon,
    no sides, the whole text."""

    lexicon: str | None = None
    actors: str | None = None
    about: str | None = None


@cache
def scorer_for(options: Options) -> Any:
    """The scorer of one process, made once: `scoring.prepare_scorer` from files."""
    from analysis.codebook.scoring import prepare_scorer

    return prepare_scorer(options.lexicon, options.actors, options.about)


def _score(options: Options, articles: pd.DataFrame) -> tuple[Any, ...]:
    """Words of each article, and the other tables: the texts need not come back from the process that scored them."""
    from analysis.codebook.scoring import score_batch

    if len(scorer_for(options).vocabulary) > MOST_STRINGS:
        scorer_for.cache_clear()
    scored, *others = score_batch(articles, scorer_for(options))
    return scored["words"].to_numpy(), *others


def _with_articles(articles: pd.DataFrame, made: tuple[Any, ...]) -> tuple[Any, ...]:
    words, *others = made
    return articles.assign(words=words), *others


def _quotations(articles: pd.DataFrame) -> tuple[Any, ...]:
    from analysis.codebook.quotations import find_quotations

    return (find_quotations(articles),)


def workers_here() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_freed_memory() -> None:
    """Have the allocator keep what is freed: the next batch needs as much, and the kernel clears every page it gives.

    On 107 MB of news the kernel took 1.3 to 1.5 s then, and 1.6 to 3.1 s before. Only glibc can be told.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            library.mallopt(option, _KEPT_BYTES)


def in_order(work: Callable[[Given], Made], given: Iterable[Given], workers: int) -> Iterator[Made]:
    """``work`` of each item, several at a time, in the order given; one item alone is worked on here.

    Never more than `AHEAD` items wait for each worker, so that memory does not grow with the input.
    """
    items = iter(given)
    first, second = next(items, None), next(items, None)
    if first is None:
        return
    if second is None or workers < 2:
        for item in chain((first,), () if second is None else (second,), items):
            yield work(item)
        return
    kind = "fork" if sys.platform == "linux" else "spawn"
    keep_freed_memory()
    gc.freeze()
    with ProcessPoolExecutor(workers, multiprocessing.get_context(kind), keep_freed_memory) as pool:
        waiting: deque[Future[Made]] = deque()
        for item in chain((first, second), items):
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        for job in waiting:
            yield job.result()


def write_corpus(
    path: str | Path,
    targets: Mapping[str, Path],
    work: Callable[[pd.DataFrame], tuple[Any, ...]],
    rejected: Path,
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    workers: int | None = None,
    batch_bytes: int = BATCH_BYTES,
    complete: Callable[[pd.DataFrame, tuple[Any, ...]], tuple[Any, ...]] = lambda _, made: made,
) -> Run:
    """Read a corpus in batches, work on each, and write the tables that come of it.

    Parameters
    ----------
    path : path
        Anything that `read` reads.
    targets : mapping of str to path
        Where each table goes that `work` gives, in its order.
    work : callable
        From a batch of articles to a tuple of tables.
    rejected : path
        Where records that could not be used are written, if there are any; a stale file is removed.
    columns, clean : optional
        As for `read`.
    workers : int, optional
        Processes; as many as there are processors by default. The tables are the same for any number.
    batch_bytes : int
        About the size of a batch. The tables are the same for any size.
    complete : callable
        Makes the tables of a batch from its articles and what `work` gave; by default these are the tables.

    Returns
    -------
    Run
    """
    from tqdm import tqdm

    read, refused, notes = 0, [], []
    live = sys.stderr.isatty()
    tqdm.monitor_interval = 0  # its thread would be forked too
    waiting: deque[Corpus] = deque()

    def batches() -> Iterator[pa.Table]:
        for batch in iter_articles(path, batch_bytes, columns, clean):
            waiting.append(batch)
            yield pa.Table.from_pandas(batch.articles[_WORKED_ON], preserve_index=False)

    with ExitStack() as stack:
        appends = [stack.enter_context(open_table(target)) for target in targets.values()]
        bar = stack.enter_context(tqdm(unit=" articles", disable=None if live else True, leave=False))
        for made in in_order(partial(_worked_on, work), batches(), workers or workers_here()):
            batch = waiting.popleft()
            # A column that only later batches have must stand in the first one too.
            articles = batch.articles.reindex(columns=[*ARTICLES, *EXTRA])
            for append, table in zip(appends, complete(articles, made) if made else (), strict=False):
                append(table)
            read += len(batch.articles)
            refused.append(batch.rejected)
            notes.append(batch.notes)
            bar.update(len(batch.articles))
    run = Run(read, _joined(refused, REJECTED).sort_values(["source", "line"]), _joined(notes, NOTES))
    if len(run.rejected):
        write_table(run.rejected, rejected)
    elif rejected.exists():
        rejected.unlink()
    return run


def _worked_on(work: Callable[[pd.DataFrame], tuple[Any, ...]], articles: pa.Table) -> tuple[Any, ...]:
    # Arrow's tables go from process to process in a tenth of the time that a DataFrame takes.
    return work(articles.to_pandas()) if articles.num_rows else ()


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=columns)


def score_corpus(
    path: str | Path, folder: str | Path, kind: str = "csv", options: Options | None = None, **reading: Any
) -> Run:
    """`scoring.score` for a corpus of any size: four tables written into a folder.

    Parameters
    ----------
    path, folder : path
        The corpus, and where ``articles``, ``quotations``, ``mentions`` and ``scores`` go.
    kind : {"csv", "parquet", "jsonl"}
    options : Options, optional
        Lexicon, actors and matter in dispute.
    **reading
        For `write_corpus`.
    """
    folder, options = Path(folder), options or Options()
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder for the tables")
    scorer_for(options)  # a bad lexicon is refused before anything is read
    names = ("articles", "quotations", "mentions", "scores")
    targets = {name: folder / f"{name}.{kind}" for name in names}
    work, rejected = partial(_score, options), folder / "rejected.csv"
    return write_corpus(path, targets, work, rejected, complete=_with_articles, **reading)


def quote_corpus(path: str | Path, target: str | Path, **reading: Any) -> Run:
    """`attribution.find_quotations` for a corpus of any size, written to one file."""
    target = Path(target)
    return write_corpus(path, {"quotations": target}, _quotations, target.with_suffix(".rejected.csv"), **reading)
