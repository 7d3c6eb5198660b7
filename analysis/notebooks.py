"""Running notebooks so that the same input gives the same bytes.

``python -m analysis.notebooks NOTEBOOK …`` runs in place those whose input, code, outputs or figures have changed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.parameterize import parameterize_notebook

from analysis.manifest import digest
from analysis.show.figures import write_index
from analysis.tables import InputError, replacing

#: Seconds that one cell may take before the run is given up.
CELL_TIMEOUT = 1800
#: Marks cells that speak of the five articles alone; they are left out on any other corpus.
CASE_STUDY = "case-study"
#: Marks cells that need the texts: where a study holds none, a line stands for them.
TEXTS, NO_TEXTS = "texts", "*Left out: this needs the texts, which this study does not hold.*"
#: What the stored notebooks depend on beside themselves.
READ = ("requirements.lock", "analysis/**/*.py", "analysis/**/*.csv", "data/**/*", "benchmarks/*.csv", "figures/*")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def run_notebook(
    source: str | Path,
    target: str | Path,
    parameters: Mapping[str, Any] | None = None,
    drop_tags: Iterable[str] = (),
    folder: str | Path | None = None,
) -> None:
    """Run a notebook from top to bottom in a fresh kernel and store it.

    Times, random cell ids and the exact version of Python are left out of what is stored.

    Parameters
    ----------
    source, target : path
        The notebook, and where the executed one goes (it may be the same).
    parameters : mapping, optional
        Values for the cell tagged ``parameters``, set by papermill in a cell after it.
    drop_tags : iterable of str
        Cells with one of these tags are left out; for those that need texts (`TEXTS`) a line stands.
    folder : path, optional
        Where it runs; in its own folder otherwise.

    Raises
    ------
    InputError
        If a cell fails, with its number and the cause; what had run by then is stored.
    """
    _run_to_end(_run(Path(source), Path(target), parameters, drop_tags, folder))


class _Loop(asyncio.SelectorEventLoop):
    """A loop that leaves signals alone: else nbclient takes Ctrl-C for its kernel, and the run goes on without one."""

    def add_signal_handler(self, *_: Any) -> None:  # type: ignore[override]
        raise RuntimeError("signals belong to whoever runs the notebooks")


def _run_to_end(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it; when it is stopped, what still waits is cancelled and the kernels end."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


async def _run(
    source: Path, target: Path, parameters: Mapping[str, Any] | None, drop_tags: Iterable[str], folder: Any
) -> None:
    book = _prepared(source, parameters, set(drop_tags))
    client = NotebookClient(book, kernel_name="python3", timeout=CELL_TIMEOUT, record_timing=False)
    client.extra_arguments = ["--log-level=ERROR"]
    client.shutdown_kernel = "immediate"  # all that it gave is here: nothing is left to wait for
    quiet = os.environ | {"TQDM_DISABLE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    problem = ""
    try:
        place = str(Path(folder or source.parent).resolve())
        await client.async_execute(env=quiet, cwd=place, stdout=DEVNULL, stderr=DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        if (task := asyncio.current_task()) and task.cancelling():  # nbclient takes any end for a dead kernel
            raise asyncio.CancelledError from error
        problem = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)
    _store(book, target)
    if problem:
        done = sum(cell.get("execution_count") is not None for cell in book.cells)
        raise InputError(f"{source.name}, code cell {done}: {problem.splitlines()[0]}")


def _prepared(source: Path, parameters: Mapping[str, Any] | None, dropped: set[str]) -> Any:
    """A notebook as it is to be run: without what an earlier run left, and with the parameters given."""
    book = nbformat.read(source, as_version=4)
    for cell in book.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":  # what an earlier run left would pass for this one's where a cell fails
            cell.update(outputs=[], execution_count=None)
        if TEXTS in dropped & set(cell.metadata.tags):
            cell.metadata.tags.remove(TEXTS)
            cell.update(cell_type="markdown", source=NO_TEXTS)
            cell.pop("outputs", None), cell.pop("execution_count", None)
    book.cells = [cell for cell in book.cells if not dropped & set(cell.metadata.tags)]
    if parameters:
        book.metadata["papermill"] = {}  # it asks for this
        book = parameterize_notebook(book, dict(parameters))
        for number, cell in enumerate(book.cells):
            if "injected-parameters" in cell.metadata.tags:
                cell["id"] = f"parameters-{number}"
    return book


def _store(book: Any, path: Path) -> None:
    book.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    for cell in book.cells:
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.tags else {}
    with replacing(path) as beside:
        # As JupyterLab stores it, a source as a list of lines: opening and saving a notebook changes nothing.
        beside.write_text(nbformat.writes(book).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def run_notebooks(
    runs: Mapping[Path, Path],
    parameters: Mapping[str, Any] | None = None,
    drop_tags: Iterable[str] = (),
    folder: str | Path | None = None,
    done: Callable[[Path, str], None] = lambda book, problem: None,
) -> list[str]:
    """Run notebooks two at a time, each as `run_notebook`. When it is stopped, its kernels stop.

    Parameters
    ----------
    runs : dict of path to path
        The notebooks, and where the executed ones go.
    parameters, drop_tags, folder : optional
        As of `run_notebook`.
    done : callable
        Told of each notebook that has run, and of what went wrong in it, or "".

    Returns
    -------
    list of str
        A line for each notebook that failed, in the order of the notebooks.
    """

    async def run_all() -> list[str]:
        two = asyncio.Semaphore(2)

        async def run(source: Path, target: Path) -> str:
            async with two:
                problem = ""
                try:
                    await _run(source, target, parameters, drop_tags, folder)
                except (InputError, OSError, ValueError) as error:
                    problem = str(error) or repr(error)
                done(source, problem)
                return problem

        return await asyncio.gather(*(run(*each) for each in runs.items()))

    if _in_a_loop():  # in a notebook's own kernel
        with ThreadPoolExecutor(1) as apart:
            found = apart.submit(_run_to_end, run_all()).result()
    else:
        found = _run_to_end(run_all())
    return [problem for problem in found if problem]


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def main(names: list[str]) -> int:
    """Run in place the notebooks that have changed since they were last run here; two at a time."""
    root = Path(__file__).resolve().parent.parent
    state = root / "build" / "notebooks.json"
    known = json.loads(state.read_text()) if state.is_file() else {}
    given = [Path(name) for name in names] or [root / "notebooks"]
    notebooks = [path for one in given for path in (sorted(one.glob("*.ipynb")) if one.is_dir() else [one])]
    read = digest(root, READ)
    changed = [path for path in notebooks if known.get(path.name) != digest(path) + read]

    def say(path: Path, problem: str) -> None:
        print(problem or f"{path}: run", file=sys.stderr if problem else sys.stdout)

    failed = run_notebooks({path: path for path in changed}, done=say)
    write_index(root / "figures")
    if not failed:
        read = digest(root, READ)  # the figures are new
        with replacing(state) as beside:
            beside.write_text(json.dumps({**known, **{path.name: digest(path) + read for path in notebooks}}, indent=1))
        print(f"{len(changed)} of {len(notebooks)} notebooks run, the others are as they were")
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as error:
        sys.exit(f"analysis: {error}")
    except KeyboardInterrupt:
        print("analysis: stopped; the notebooks that had not run to their end are as they were", file=sys.stderr)
        sys.exit(130)
