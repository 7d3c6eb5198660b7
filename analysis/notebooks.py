"""Running notebooks so that the same input gives the same bytes.

``python -m analysis.notebooks NOTEBOOK …`` runs in place those whose input, code, outputs or figures have changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from .tables import InputError, replacing

#: Seconds that one cell may take before the run is given up.
CELL_TIMEOUT = 1800
#: Marks cells that speak of the five articles alone; they are left out on any other corpus.
CASE_STUDY = "case-study"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def run_notebook(
    source: str | Path,
    target: str | Path,
    parameters: Mapping[str, Any] | None = None,
    drop_tags: Iterable[str] = (),
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
    book.cells = [cell for cell in book.cells if not dropped & set(cell.metadata.get("tags", []))]
    for cell in book.cells:
        if cell.cell_type == "code":  # what an earlier run left would pass for this one's where a cell fails
            cell.update(outputs=[], execution_count=None)
    if parameters:
        from papermill.parameterize import parameterize_notebook

        book.metadata["papermill"] = {}  # it asks for this, and every cell for its tags
        for cell in book.cells:
            cell.metadata.setdefault("tags", [])
        book = parameterize_notebook(book, dict(parameters))
    for number, cell in enumerate(book.cells):
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"parameters-{number}"
    folder = {"metadata": {"path": str(source.resolve().parent)}}
    given: dict[str, Any] = {"kernel_name": "python3", "record_timing": False, "resources": folder}
    client = NotebookClient(book, timeout=CELL_TIMEOUT, extra_arguments=["--log-level=ERROR"], **given)
    problem = ""
    try:
        client.execute(env=os.environ | {"TQDM_DISABLE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    except CellExecutionError as error:
        problem = f"{error.ename}: {error.evalue}".splitlines()[0]
    except (CellTimeoutError, DeadKernelError) as error:
        problem = str(error).splitlines()[0]
    done = sum(cell.cell_type == "code" and cell.get("execution_count") is not None for cell in book.cells)
    _store(book, Path(target))
    if problem:
        raise InputError(f"{source.name}, code cell {done}: {problem}")


def _store(book: Any, path: Path) -> None:
    book.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    for cell in book.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
    with replacing(path) as beside:
        text = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")


def _digest(notebook: Path, root: Path) -> str:
    """Hash of all that a stored notebook depends on, itself and the figures included."""
    found = hashlib.sha256(notebook.read_bytes())
    read = ("requirements.lock", "analysis/*.py", "data/**/*", "benchmarks/*.csv", "figures/*")
    parts = [path for pattern in read for path in root.glob(pattern)]
    for path in sorted(part for part in parts if part.is_file()):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def main(names: list[str]) -> int:
    """Run in place the notebooks that have changed since they were last run here; two at a time."""
    from .figures import write_index

    root = Path(__file__).resolve().parent.parent
    state = root / "build" / "notebooks.json"
    known = json.loads(state.read_text()) if state.is_file() else {}
    given = [Path(name) for name in names] or [root / "notebooks"]
    notebooks = [path for one in given for path in (sorted(one.glob("*.ipynb")) if one.is_dir() else [one])]
    changed = [path for path in notebooks if known.get(path.name) != _digest(path, root)]
    status = 0
    with ProcessPoolExecutor(2) as pool:
        for path, job in [(path, pool.submit(run_notebook, path, path)) for path in changed]:
            try:
                job.result()
                print(f"{path}: run")
            except InputError as error:
                print(error, file=sys.stderr)
                status = 1
    if (root / "figures").is_dir():
        write_index(root / "figures")
    if not status:
        with replacing(state) as beside:
            beside.write_text(json.dumps({path.name: _digest(path, root) for path in notebooks}, indent=1))
        print(f"{len(changed)} of {len(notebooks)} notebooks run, the others are as they were")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
