"""Comparative framing analysis of news: whose voice, how much, and how sure one can be.

Each public function is imported from its module when it is first used, so that starting up stays quick.
"""

from importlib import import_module
from typing import Any

# Not when it is first used: `analysis.read` is the room and the function, and the import of the room would hide it.
from analysis.read import read

#: Public names by module, in the order in which the analysis uses them.
PUBLIC = {
    "tables": ("InputError", "read_table", "write_table"),
    "codebook.quotations": ("find_quotations",),
    "codebook.actors": ("read_actors",),
    "codebook.lexicon": ("read_lexicon",),
    "codebook.scoring": ("score_articles",),
    "codebook.evidence": ("list_evidence", "highlight_article"),
}
_MODULE_OF = {name: module for module, names in PUBLIC.items() for name in names}
__all__ = [*_MODULE_OF, "read"]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
