"""A bar that shows how far long work has come: on a terminal and in a live notebook, and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def is_watched() -> bool:
    """Whether somebody sees a bar: not where output is stored or piped, nor where ``TQDM_DISABLE`` is set."""
    # tqdm asks for a terminal alone, which a notebook's output is not.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return not os.environ.get("TQDM_DISABLE") and (sys.stderr.isatty() or hasattr(shell, "kernel"))


def progress(items: Iterable[Any] | None = None, *, unit: str, total: int | None = None) -> tqdm[Any]:
    """A bar over items, or one to be moved on by hand; it goes when the work is done."""
    return tqdm(items, total=total, unit=f" {unit}", disable=not is_watched(), leave=False)
