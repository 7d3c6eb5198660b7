"""Comparative framing analysis of news: whose voice, how much, and how sure one can be.

>>> import analysis as fa
>>> study = fa.Study(["Moscow allegedly agreed."])
>>> study.evidence("hearsay")["match"].tolist()
['allegedly']

Public names are imported from their rooms when they are first used, so that starting up stays quick.
"""

from importlib import import_module
from typing import Any

from analysis.read import read  # now: else the room would take the name of the function once something imports it

#: Public names by module, in the order in which an analysis uses them.
PUBLIC = {
    "study": ("Study",),
    "tables": ("InputError", "read_table", "write_table"),
    "codebook.quotations": ("find_quotations",),
    "codebook.lexicon": ("read_lexicon",),
    "codebook.actors": ("read_actors", "frequent_actors"),
    "codebook.scoring": ("score",),
    "codebook.evidence": ("evidence", "highlight"),
    "compare.events": ("group_events",),
    "compare.rates": ("rates",),
    "compare.contrasts": ("contrasts",),
    "compare.distinctive": ("distinctive_terms",),
    "show.figures": ("show_table",),
}
#: Modules under the names by which notebooks call them: the figures, and the sentences that state results.
MODULES = {"plot": "show.plots", "findings": "show.findings"}
_MODULE_OF = {name: module for module, names in PUBLIC.items() for name in names}
__all__ = sorted([*_MODULE_OF, *MODULES, read.__name__])


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return import_module(f".{MODULES[name]}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
