"""Corpora larger than memory: batches in, tables out, on every core, in the order of the input."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from analysis.codebook.lexicon import read_lexicon, write_lexicon, written_files
from analysis.codebook.quotations import find_quotations
from analysis.codebook.scoring import prepare_scorer, score_batch
from analysis.compare.events import group_events
from analysis.earlier import Earlier
from analysis.manifest import (
    MANIFEST,
    describe_input,
    describe_lexicon,
    describe_software,
    digest,
    refuse_other_manifest,
    write_manifest,
)
from analysis.progress import progress
from analysis.read.articles import EXTRA, Corpus, iter_articles
from analysis.read.texts import leave_out_texts
from analysis.tables import (
    ARTICLES,
    EVENTS,
    MADE,
    MENTIONS,
    QUOTATIONS,
    SCORES,
    TOLD,
    InputError,
    columns_of,
    leave_out_zeros,
    open_table,
    refuse_foreign,
    write_beside,
    write_table,
)

Given = TypeVar("Given")
Made = TypeVar("Made")
#: About the size of a batch. On 107 MB of news 8 MiB took a fifth less processor time than 16 and 4 a tenth more.
BATCH_BYTES = 8 << 20
#: What a table is made from: only these columns go to the process that makes it.
_WORKED_ON = ["article_id", "outlet", "headline", "text"]
#: What is remembered of the articles for the summary: never the texts.
_SUMMED = ["article_id", "outlet", "published"]
#: Options of glibc's mallopt: sizes from which freed memory is given back, and new memory is mapped apart.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _KEPT_BYTES = -1, -3, 1 << 30
#: Distinct words and gaps that a process remembers: at some 300 bytes each that bounds what a corpus of ever new names
#: can take. Beyond, it begins anew; nothing that is found depends on it.
MOST_STRINGS = 1_000_000
#: Articles of which `score_corpus` still groups events where their texts are written too: it holds all texts for that
#: (3,000 of 18 MB: 0.6 GB) and takes twice as long as scoring. Of more they are grouped when they are asked for.
MOST_GROUPED = 10_000
#: Articles whose scores of zero are written to Parquet too: other programs read a table of that size as it stands. Of
#: later ones they are put back by `read_table` (3,000 articles: 288,000 rows, 1.01 MB; without them 54,450, 0.56 MB).
MOST_WHOLE = 10_000
#: The tables that scoring writes, one row after the other.
SCORED = ("articles", "quotations", "mentions", "scores")
#: What events are told by.
TOLD_BY = ["article_id", "published", "headline", "text"]
#: Batches given to each worker ahead of time: enough to keep it busy, few enough to bound memory.
AHEAD = 2


class Options(NamedTuple):
    """Where a scorer's lexicon, actors and matter in dispute are read from; none: the project's lexicon,
    no sides, the whole text."""

    lexicon: str | None = None
    actors: str | None = None
    about: str | None = None


@cache
def scorer_for(options: Options) -> Any:
    """The scorer of one process, made once: `scoring.prepare_scorer` from files."""
    return prepare_scorer(options.lexicon, options.actors, options.about)


def _score(options: Options, articles: pd.DataFrame) -> tuple[Any, ...]:
    """Words of each article, and the other tables: the texts need not come back from the process that scored them."""
    if len(scorer_for(options).vocabulary) > MOST_STRINGS:
        scorer_for.cache_clear()
    scored, *others = score_batch(articles, scorer_for(options))
    return scored["words"].to_numpy(), *others


def _quotations(articles: pd.DataFrame) -> tuple[Any, ...]:
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


def end_with_parent() -> None:
    """Have this process end within a second of its parent, however that ended: nobody is left to hold its pipes."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and says the one line
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()
    keep_freed_memory()


def work_in_order(work: Callable[[Given], Made], given: Iterable[Given], workers: int) -> Iterator[Made]:
    """``work`` of each item, several at a time, in the order given; one item alone is worked on here.

    Never more than `AHEAD` items wait for each worker, so that memory does not grow with the input.

    Raises
    ------
    InputError
        If a process dies on the way, as it does where memory runs out.
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
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(kind), _begin_worker)
    try:
        waiting: deque[Future[Made]] = deque()
        for item in chain((first, second), items):
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        for job in waiting:
            yield job.result()
    except BrokenProcessPool as error:
        raise InputError("a worker process died, as happens when memory runs out; nothing was written") from error
    finally:
        pool.shutdown(cancel_futures=True)


def write_corpus(
    path: Any,
    targets: Mapping[str, Path],
    work: Callable[[pd.DataFrame], tuple[Any, ...]],
    beside: Callable[[str], Path],
    columns: Mapping[str, str] | None = None,
    clean: bool | None = None,
    languages: Sequence[str] | None = ("en",),
    workers: int | None = None,
    batch_bytes: int = BATCH_BYTES,
    complete: Callable[[pd.DataFrame, tuple[Any, ...]], tuple[Any, ...]] = lambda _, made: made,
    texts: bool = True,
    earlier: Earlier | None = None,
) -> Corpus:
    """Read a corpus in batches, work on each, and write the tables that come of it.

    Parameters
    ----------
    path : path, DataFrame, …
        Anything that `read` reads.
    targets : mapping of str to path
        Where each table goes that `work` gives, in its order.
    work : callable
        From a batch of articles to a tuple of tables.
    beside : callable
        Where a list goes that tells what became of the input: of ``rejected``, ``removed``, ``notes``.
    columns, clean, languages : optional
        As for `read`.
    workers : int, optional
        Processes; as many as there are processors by default. The tables are the same for any number.
    batch_bytes : int
        About the size of a batch. The tables are the same for any size.
    complete : callable
        Makes the tables of a batch from its articles and what `work` gave; by default these are the tables.
    texts : bool
        Without them no text that was cut away is written.
    earlier : Earlier, optional
        What is there: it is written first, and its articles are not worked on again.

    Returns
    -------
    Corpus
        What was read, the texts left out.
    """
    for name, names in TOLD.items():
        refuse_foreign(beside(name), names)
    tqdm.monitor_interval = 0  # its thread would be forked too
    waiting: deque[Corpus] = deque()
    told: list[Corpus] = []

    def batches() -> Iterator[pa.Table]:
        for batch in iter_articles(path, batch_bytes, columns, clean, languages=languages):
            batch = earlier.new(batch) if earlier else batch
            waiting.append(batch)
            yield pa.Table.from_pandas(batch.articles[_WORKED_ON], preserve_index=False)

    with ExitStack() as stack:
        appends = [stack.enter_context(open_table(target)) for target in targets.values()]
        for name, append in zip(targets, appends, strict=True):
            for piece in earlier.pieces(name) if earlier else ():
                append(piece)
        bar = stack.enter_context(progress(unit="articles"))
        for made in work_in_order(partial(_worked_on, work), batches(), workers or workers_here()):
            batch = waiting.popleft()
            # A column that only later batches have must stand in the first one too.
            articles = batch.articles.reindex(columns=[*ARTICLES, *EXTRA])
            for append, table in zip(appends, complete(articles, made) if made else (), strict=False):
                append(table)
            told.append(batch._replace(articles=batch.articles[_SUMMED]))
            bar.update(len(batch.articles))
    corpus = Corpus(*(_joined(list(parts)) for parts in zip(*told, strict=True)))
    removed = corpus.removed if texts else corpus.removed.assign(text=None).astype({"text": "str"})
    told_of = {"rejected": corpus.rejected, "removed": removed, "notes": corpus.notes}
    if earlier:
        told_of = {name: earlier.told(name, table) for name, table in told_of.items()}
    told_of["rejected"] = told_of["rejected"].sort_values(["source", "line"])
    corpus = corpus._replace(**told_of)
    for name, names in TOLD.items():
        write_beside(beside(name), getattr(corpus, name), names)
    return corpus


def _worked_on(work: Callable[[pd.DataFrame], tuple[Any, ...]], articles: pa.Table) -> tuple[Any, ...]:
    # Arrow's tables go from process to process in a tenth of the time that a DataFrame takes.
    return work(articles.to_pandas()) if articles.num_rows else ()


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else tables[0]


def score_corpus(
    path: Any, folder: str | Path, kind: str = "csv", options: Options | None = None, texts: bool = True,
    events: bool = True, earlier: Earlier | None = None, **reading: Any,
) -> Corpus:  # fmt: skip
    """`scoring.score` for a corpus of any size: tables written into a folder.

    Parameters
    ----------
    path : path, DataFrame, …
        The corpus: anything that `read` reads.
    folder : path
        Where ``articles``, ``quotations``, ``mentions``, ``scores`` and ``events`` go, what became of the input, and a
        manifest. Events of more than `MOST_GROUPED` articles whose texts are there are left to be made from these.
    kind : {"csv", "parquet", "jsonl"}
    options : Options, optional
        Lexicon, actors and matter in dispute.
    texts : bool
        Without them hashes stand for headlines and texts: such a folder is enough for every comparison.
    events : bool
        Whether to group them: those of one part of a corpus say nothing.
    earlier : Earlier, optional
        What `folder` holds, in the same format: the tables become those of scoring it and then what is new, in this
        order, and events are grouped anew.
    **reading
        For `write_corpus`.
    """
    folder, options = Path(folder), options or Options()
    finish = begin_folder(path, folder, kind, options, texts, reading, earlier)
    targets = {name: folder / f"{name}.{kind}" for name in SCORED}
    before = len(earlier.known) if earlier else 0
    there = earlier.pieces("articles") if earlier and before <= MOST_GROUPED else ()
    told_by = [piece.select(TOLD_BY).to_pandas() for piece in there]

    def complete(articles: pd.DataFrame, made: tuple[Any, ...]) -> tuple[Any, ...]:
        nonlocal before
        words, quotations, mentions, scores = made
        if kind == "parquet":
            scores = leave_out_zeros(scores, whole=before < MOST_WHOLE)
        before += len(articles)
        if events and (not texts or sum(map(len, told_by)) <= MOST_GROUPED):
            told_by.append(articles[TOLD_BY])
        articles = articles.assign(words=words)
        return (articles if texts else leave_out_texts(articles)), quotations, mentions, scores

    corpus = write_corpus(
        path, targets, partial(_score, options), lambda name: folder / f"{name}.csv", complete=complete, texts=texts,
        earlier=earlier, **reading,
    )  # fmt: skip
    grouped = events and (not texts or before <= MOST_GROUPED)
    finish(pd.concat(told_by, ignore_index=True) if grouped else None)
    return corpus


def begin_folder(
    path: Any,
    folder: Path,
    kind: str,
    options: Options,
    texts: bool,
    reading: Mapping[str, Any],
    earlier: Earlier | None = None,
) -> Callable[[pd.DataFrame | None], None]:
    """Refuse what cannot be scored into a folder, before anything is read; what it gives is called when tables are.

    That groups the articles that it is given into events, if any, takes away what is of another corpus, and writes
    lexicon and manifest.
    """
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder for the tables")
    if options.lexicon and (folder / "lexicon").exists() and not written_files(folder / "lexicon"):
        raise InputError(f"{folder / 'lexicon'} stands in the way and is not ours: move it, or name another output")
    scorer_for(options)
    manifest = _manifest(path, options, texts, reading)
    if earlier:
        manifest = earlier.continued(manifest)
    refuse_other_manifest(folder / MANIFEST, "score")
    events = folder / f"events.{kind}"
    refuse_foreign(events, EVENTS)

    def finish(articles: pd.DataFrame | None) -> None:
        written = {folder / f"{name}.{kind}" for name in SCORED}
        if articles is not None:
            write_table(group_events(articles), events)
            written.add(events)
        _forget(folder, written)
        if options.lexicon:
            write_lexicon(read_lexicon(options.lexicon), folder / "lexicon")
        write_manifest(folder / MANIFEST, manifest)

    return finish


def _manifest(path: Any, options: Options, texts: bool, reading: Mapping[str, Any]) -> dict[str, Any]:
    """What the tables of a scored corpus can be made again from."""
    named = {name: Path(given) for name, given in options._asdict().items() if given}
    languages = reading.get("languages", ("en",))
    return {
        "command": "score",
        "input": describe_input(path, reading.get("columns")),
        "options": {
            **{name: given.name for name, given in named.items()},
            "texts": texts,
            "clean": reading.get("clean"),
            "languages": None if languages is None else list(languages),
        },
        "sha256": {name: digest(given) for name, given in named.items() if name != "lexicon"},
        "lexicon": describe_lexicon(scorer_for(options).lexicon),
        "software": describe_software(),
    }


def _forget(folder: Path, written: set[Path]) -> None:
    """Take away what an earlier run left of another corpus: its tables in other formats, its events, its lexicon."""
    ours = {"quotations": QUOTATIONS, "mentions": MENTIONS, "scores": SCORES, "events": EVENTS}
    files = {
        folder / f"{name}.{kind}": columns for name, columns in ours.items() for kind in ("csv", "parquet", "jsonl")
    }
    stale = [path for path, columns in files.items() if path.is_file() and path not in written]
    stale = [path for path in stale if columns_of(path) == files[path]]
    scored = {path.suffix for path in stale if path.stem == "scores"}
    stale += [path for suffix in scored if (path := folder / f"articles{suffix}") not in written]
    stale += [*written_files(folder / "lexicon"), *(folder / MADE).glob("*.parquet")]
    for path in stale:
        path.unlink(missing_ok=True)


def quote_corpus(path: Any, target: str | Path, **reading: Any) -> Corpus:
    """`codebook.find_quotations` for a corpus of any size, written to one file."""
    target = Path(target)
    return write_corpus(
        path, {"quotations": target}, _quotations, lambda name: target.with_suffix(f".{name}.csv"), **reading
    )
