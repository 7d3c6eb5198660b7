"""What a run can be repeated from: the input's name and hash, options, codebook, versions; never a time or a path."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.codebook.lexicon import Lexicon, is_codebook
from analysis.tables import InputError, replacing

#: The name of a manifest in the folder whose tables it tells of.
MANIFEST = "manifest.json"
#: Packages on whose versions a figure may hang.
SOFTWARE = "comparative-framing numpy pandas scipy scikit-learn matplotlib".split()


def digest(path: Path, patterns: Iterable[str] = ("**/*",)) -> str:
    """SHA-256 of a file; of a folder, that of the list of its files that match, with theirs."""
    if not path.is_dir():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    files = {file for pattern in patterns for file in path.glob(pattern) if file.is_file()}
    told = "".join(f"{digest(file)}  {file.relative_to(path).as_posix()}\n" for file in sorted(files))
    return hashlib.sha256(told.encode()).hexdigest()


def describe_software() -> dict[str, str]:
    """Versions of what counts, compares and draws."""
    return {name: metadata.version(name) for name in SOFTWARE} | {"python": platform.python_version()}


def describe_input(source: Any, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The name and hash of a file or folder, and which of its columns was said to hold what.

    Examples
    --------
    >>> describe_input(["It may rain."])
    {'name': 'a list in memory', 'sha256': None, 'columns': {}}
    """
    path = Path(source) if isinstance(source, str | Path) else None
    named = path.resolve().name if path is not None else f"a {type(source).__name__} in memory"
    known = digest(path) if path is not None and path.exists() else None
    return {"name": named, "sha256": known, "columns": dict(columns or {})}


def describe_lexicon(lexicon: Lexicon) -> dict[str, Any]:
    """The hash of a lexicon as it was read, whatever files it stood in, and whether it is the project's codebook."""
    told = [part.drop(columns=["file", "row"], errors="ignore").to_csv(index=False) for part in lexicon[:2]]
    told.append(json.dumps(lexicon.classes, sort_keys=True))
    return {"sha256": hashlib.sha256("\n".join(told).encode()).hexdigest(), "codebook": is_codebook(lexicon)}


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest as JSON, whole or not at all."""
    with replacing(path) as beside:
        text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")


def refuse_other_manifest(path: Path, command: str) -> None:
    """Refuse to write where a manifest stands that another command, or somebody else, wrote.

    Raises
    ------
    InputError
        Before anything is lost.
    """
    if path.exists() and read_manifest(path).get("command") != command:
        raise InputError(f"{path} stands in the way and is not of {command}: move it, or name another output")


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest as it was written; an empty one where there is none.

    Raises
    ------
    InputError
        Where the file is no manifest.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a manifest: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} is no manifest")
    return found
