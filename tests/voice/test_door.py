"""The voice engine stands alone behind one door."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOM = ROOT / "analysis" / "voice"


def imported(file: Path) -> set[str]:
    """Every name of the project that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "analysis"}


def test_nothing_of_the_package_is_used_inside_but_the_error_type():
    for file in ROOM.rglob("*.py"):
        outside = {name for name in imported(file) if not name.startswith("analysis.voice.")}
        assert outside <= {"analysis.tables.InputError"}, file.name


def test_nobody_outside_knows_what_is_behind_the_door():
    behind = tuple(f"analysis.voice.{file.stem}" for file in ROOM.glob("*.py") if file.stem != "__init__")
    files = [file for room in ("analysis", "tests") for file in (ROOT / room).rglob("*.py")]
    for file in files:
        if ROOM not in file.parents and file.parent != Path(__file__).parent:
            assert not [name for name in imported(file) if name.startswith(behind)], file
