"""A bar is seen where somebody watches, and leaves no trace in what is stored."""

import io
import sys
import types

import pytest

from analysis.progress import is_watched, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def ipython(monkeypatch, shell):
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    ipython(monkeypatch, None)


def test_no_bar_is_written_into_a_pipe(capsys):
    assert not is_watched()
    assert list(progress("ab", unit="letters")) == ["a", "b"] and capsys.readouterr().err == ""


def test_a_bar_is_shown_in_a_live_notebook(monkeypatch, capsys):
    ipython(monkeypatch, types.SimpleNamespace(kernel=1))
    assert list(progress("ab", unit="letters")) == ["a", "b"] and "letters" in capsys.readouterr().err


def test_a_bar_is_shown_on_a_terminal_unless_outputs_are_stored(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert is_watched()
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert not is_watched()
