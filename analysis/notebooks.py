"""Running notebooks so that the same input gives the same bytes.

``python -m analysis.notebooks NOTEBOOK …`` runs in place those whose input, code, outputs or figures have changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from analysis.tables import InputError, replacing

#: Seconds that one cell may take before the run is given up.
CELL_TIMEOUT = 1800
#: Marks cells that speak of the five articles alone; they are left out on any other corpus.
CASE_STUDY = "case-study"
#: What the stored notebooks depend on beside themselves.
READ = ("requirements.lock", "analysis/**/*.py", "analysis/**/*.csv", "data/**/*", "benchmarks/*.csv", "figures/*")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def run_notebook(
    source: str | Path, target: str | Path, parameters: Mapping[str, Any] | None = None, drop_tags: Iterable[str] = ()
) -> None:
    """Run a notebook from top to bottom in a fresh kernel, in its own folder, and store it.

    Times, random cell ids and the exact version of Python are left out of what is stored.

    Parameters
    ----------
    source, target : path
        The notebook, and where the executed one goes (it may be the same).
    parameters : mapping, optional
        Values for the cell tagged ``parameters``, set by papermill in a cell after it.
    drop_tags : iterable of str
        Cells with one of these tags are left out.

    Raises
    ------
    InputError
        If a cell fails, with its number and the cause; what had run by then is stored.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    source, dropped = Path(source), set(drop_tags)
    book = nbformat.read(source, as_version=4)
    for cell in book.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":  # what an earlier run left would pass for this one's where a cell fails
            cell.update(outputs=[], execution_count=None)
    book.cells = [cell for cell in book.cells if not dropped & set(cell.metadata.tags)]
    if parameters:
        from papermill.parameterize import parameterize_notebook

        book.metadata["papermill"] = {}  # it asks for this
        book = parameterize_notebook(book, dict(parameters))
        for number, cell in enumerate(book.cells):
            if "injected-parameters" in cell.metadata.tags:
                cell["id"] = f"parameters-{number}"
    client = NotebookClient(book, kernel_name="python3", timeout=CELL_TIMEOUT, record_timing=False)
    client.extra_arguments = ["--log-level=ERROR"]
    quiet = os.environ | {"TQDM_DISABLE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    problem = ""
    try:
        client.execute(env=quiet, cwd=str(source.resolve().parent))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        problem = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)
    _store(book, Path(target))
    if problem:
        done = sum(cell.get("execution_count") is not None for cell in book.cells)
        raise InputError(f"{source.name}, code cell {done}: {problem.splitlines()[0]}")


def _store(book: Any, path: Path) -> None:
    import nbformat

    book.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    for cell in book.cells:
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.tags else {}
    with replacing(path) as beside:
        # As JupyterLab stores it, a source as a list of lines: opening and saving a notebook changes nothing.
        beside.write_text(nbformat.writes(book).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def run_notebooks(paths: Sequence[Path], *given: Any) -> Iterator[str]:
    """Run notebooks in place, two at a time, as `run_notebook` with what is given; of each what went wrong, or ""."""
    with ProcessPoolExecutor(2) as pool:
        for job in [pool.submit(run_notebook, path, path, *given) for path in paths]:
            error = job.exception()
            yield "" if error is None else str(error) or repr(error)


def digest(path: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """SHA-256 of a file; of a folder, that of the list of its files that match, with theirs."""
    if not path.is_dir():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    files = {file for pattern in patterns for file in path.glob(pattern) if file.is_file()}
    told = "".join(f"{digest(file)}  {file.relative_to(path).as_posix()}\n" for file in sorted(files))
    return hashlib.sha256(told.encode()).hexdigest()


def main(names: list[str]) -> int:
    """Run in place the notebooks that have changed since they were last run here; two at a time."""
    from analysis.show.figures import write_index

    root = Path(__file__).resolve().parent.parent
    state = root / "build" / "notebooks.json"
    known = json.loads(state.read_text()) if state.is_file() else {}
    given = [Path(name) for name in names] or [root / "notebooks"]
    notebooks = [path for one in given for path in (sorted(one.glob("*.ipynb")) if one.is_dir() else [one])]
    read = digest(root, READ)
    changed = [path for path in notebooks if known.get(path.name) != digest(path) + read]
    failed = False
    for path, problem in zip(changed, run_notebooks(changed), strict=True):
        print(problem or f"{path}: run", file=sys.stderr if problem else sys.stdout)
        failed = failed or bool(problem)
    write_index(root / "figures")
    if not failed:
        read = digest(root, READ)  # the figures are new
        with replacing(state) as beside:
            beside.write_text(json.dumps({path.name: digest(path) + read for path in notebooks}, indent=1))
        print(f"{len(changed)} of {len(notebooks)} notebooks run, the others are as they were")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
