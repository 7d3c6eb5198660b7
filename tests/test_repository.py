"""The repository holds together: environments agree, nothing names a machine or a host."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def normal(requirement: str) -> str:
    return NAME.match(requirement)[0].lower().replace("_", "-")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return {normal(line): line for line in lines if line and line[0].isalnum()}


def test_the_conda_environment_asks_for_what_pyproject_asks_for(project):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = [line for line in environment["dependencies"] if isinstance(line, str)]
    asked = project["dependencies"] + project["optional-dependencies"]["test"]
    assert sorted(conda) == sorted([*asked, f"python{project['requires-python']}", "pip"])


def test_every_direct_dependency_is_pinned_within_its_bounds(project, pins):
    from packaging.requirements import Requirement

    for asked in project["dependencies"] + project["optional-dependencies"]["test"]:
        wanted = Requirement(asked)
        pinned = Requirement(pins[normal(asked)].split(";")[0].rstrip(" \\"))
        version = next(iter(pinned.specifier)).version
        assert wanted.specifier.contains(version), f"{asked} is pinned at {version}"


def test_every_pin_has_a_hash_and_no_file_names_a_host():
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_no_numeric_package_forks_by_python_version():
    pins = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    for package in ("numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "pyarrow", "contourpy"):
        assert len([line for line in pins if line.startswith(f"{package}==")]) == 1, package


def test_ci_runs_the_test_command_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]


def test_no_file_names_one_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    machine = re.compile(r"/(?:home|root|work|tmp|Users)/[a-z]")
    named = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".ipynb", ".toml", ".yml", ".csv", ".cff", ".lock"} and path.is_file():
            named += [name] if machine.search(path.read_text(encoding="utf-8")) else []
    assert named == []
