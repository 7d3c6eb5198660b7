"""A declaration: which contrasts are tested, written down before they are, and held against what is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from analysis.compare.contrasts import ALPHA, DECLARED
from analysis.tables import InputError

_FIELDS = {"features": list, "voices": list, "outlets": list, "alpha": float, "date": str}


class Declaration(NamedTuple):
    """What was declared, and the SHA-256 of the file that says so."""

    features: list[str]
    voices: list[str]
    outlets: list[str]  #: none: all
    alpha: float
    date: str
    sha256: str

    def __str__(self) -> str:
        outlets = f", of {', '.join(self.outlets)}" if self.outlets else ""
        return (
            f"Declared on {self.date} (SHA-256 {self.sha256[:12]}): {', '.join(self.features)}, in the voice "
            f"{' and '.join(self.voices)}, in the body{outlets}, adjusted together (Benjamini and Hochberg 1995), "
            f"p below {self.alpha:g}."
        )


def read_declaration(path: str | Path) -> Declaration:
    """Read a declaration: a JSON object with ``features``, ``date``, and if wanted ``voices``, ``outlets``, ``alpha``.

    Raises
    ------
    InputError
        If it cannot be read, lacks a field, has one that is not known, or holds something else in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "declared.json")
    ...     _ = path.write_text('{"features": ["hedge"], "date": "2018-03-01"}')
    ...     print(str(read_declaration(path))[:41], read_declaration(path).voices)
    Declared on 2018-03-01 (SHA-256 c1927f5e3 ['newsroom']
    """
    try:
        raw = Path(path).read_bytes()
        given: Any = json.loads(raw)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as a declaration: {error}") from error
    if not isinstance(given, dict):
        raise InputError(f"{path}: a declaration is a JSON object with {', '.join(_FIELDS)}")
    if unknown := sorted(set(given) - set(_FIELDS)):
        raise InputError(f"{path} declares {unknown[0]!r}; a declaration has {', '.join(_FIELDS)}")
    whole = {"voices": [DECLARED["voice"]], "outlets": [], "alpha": ALPHA, **given}
    for name, kind in _FIELDS.items():
        value = whole.get(name)
        texts = kind is not list or (isinstance(value, list) and all(isinstance(one, str) for one in value))
        if not (texts and isinstance(value, (int, float) if kind is float else kind)) or (
            name == "features" and not value
        ):
            said = {list: "a list of names", float: "a number", str: "a date such as 2018-03-01"}[kind]
            raise InputError(f"{path}: {name} is {value!r}, and must be {said}")
    try:
        date.fromisoformat(whole["date"])
    except ValueError as error:
        raise InputError(f"{path}: date is {whole['date']!r}, and must be a date such as 2018-03-01") from error
    if whole["voices"] != [DECLARED["voice"]] or abs(whole["alpha"] - ALPHA) > 1e-9:
        raise InputError(
            f"{path}: the family that is tested is of the voice {DECLARED['voice']} at {ALPHA:g}; other contrasts are "
            "exploratory"
        )
    return Declaration(**{name: whole[name] for name in _FIELDS}, sha256=hashlib.sha256(raw).hexdigest())


def check_declaration(declared: Declaration, features: Sequence[str], outlets: Sequence[str]) -> None:
    """Refuse a declaration that names features or outlets which the run does not have, or leaves out outlets it has.

    Raises
    ------
    InputError
        With the name, and what there is.
    """
    for kind, named, there in (("feature", declared.features, features), ("outlet", declared.outlets, outlets)):
        if absent := sorted(set(named) - set(there)):
            raise InputError(
                f"declared, and not in this corpus: {kind} {absent[0]!r}; there are {', '.join(sorted(there))}"
            )
    if declared.outlets and (more := sorted(set(outlets) - set(declared.outlets))):
        raise InputError(
            f"not declared, and in this corpus: outlet {more[0]!r}; declare it, or leave it out of the corpus"
        )
