"""The house: arrows between rooms go down only, no two modules import each other, and the voice has one door."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: From the ground up: a room may import from those below it. Rooms of one floor do not know each other.
FLOORS = [
    *[
        {"tables", "progress"},
        {"voice", "read"},
        {"codebook"},
        {"compare"},
        {"validate"},
        {"show"},
        {"manifest"},
        {"earlier"},
        {"stream", "notebooks"},
    ],
    *[{"cluster", "report"}, {"study"}, {"commands"}, {"__main__"}],
]
#: Where an import stands inside a function: starting up would be slow with pandas or with the tools of notebooks.
FOR_START_UP = {"__init__.py", "__main__.py", "commands.py", "study.py"}


def modules():
    """Path and syntax of every module of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "analysis").rglob("*.py"))}


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree, known):
    """The modules of the package that a module imports, each with the syntax that does it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            assert not node.level, "relative imports hide which room a name is from"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in known else node.module), node
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names if alias.name.split(".")[0] == "analysis")


def floor_of(room):
    return next(number for number, floor in enumerate(FLOORS) if room in floor)


@pytest.fixture(scope="module")
def arrows():
    """Pairs of modules: who imports, and what."""
    trees = modules()
    known = {name_of(path) for path in trees}
    return [(name_of(path), other) for path, tree in trees.items() for other, _ in imported(tree, known)]


def test_arrows_between_rooms_go_down(arrows):
    rooms = [(module, other, module.split(".")[1], other.split(".")[1]) for module, other in arrows if "." in module]
    up = [f"{m} imports {o}" for m, o, mine, theirs in rooms if mine != theirs and floor_of(theirs) >= floor_of(mine)]
    assert up == []


def test_no_two_modules_import_each_other(arrows):
    above = {}
    for module, other in arrows:
        if module not in ("analysis", other):
            above.setdefault(module, set()).add(other)
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_import_stands_in_a_function_but_for_start_up():
    hidden = []
    for path, tree in modules().items():
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        inner = {node for function in functions for node in ast.walk(function)}
        for other, node in imported(tree, set()):
            if node in inner and path.name not in FOR_START_UP:
                hidden.append(f"{path.name}: {other}")
    assert hidden == []
