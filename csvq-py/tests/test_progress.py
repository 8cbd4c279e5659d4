"""The bars that `progress=True` shows: by rich, by tqdm, or by csvq alone."""

from __future__ import annotations

import io
import sys

import csvq
import pytest
from csvq import _progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Makes standard error a terminal, within a test: around it pytest puts its own there."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return terminal


@pytest.mark.parametrize(("bar", "library"), [("_RichBar", "rich"), ("_TqdmBar", "tqdm"), ("_PlainBar", "sys")])
def test_bars(bar: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(library)
    terminal = on_terminal(monkeypatch)
    shown = getattr(_progress, bar)()
    shown.update("joining", 0, 0)
    shown.update("joining", 500, 1000)
    shown.close()
    assert "joining" in terminal.getvalue()


def test_a_bar_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with _progress.following(True) as told:
        assert told is not None
        told("reading", 1, 2)
    assert terminal.getvalue()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with _progress.following(True) as told:
        assert told is None


def test_what_is_told() -> None:
    found: list[csvq.Progress] = []
    with _progress.following(found.append) as told:
        assert told is not None
        told("reading", 1, 2)
    assert found == [csvq.Progress("reading", 1, 2)]
