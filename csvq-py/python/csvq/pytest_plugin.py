"""pytest, taught to show how tables differ: the failing line and the rows, without csvq's frames.

It is there as soon as csvq is installed. ``--csvq-rows N``, or ``csvq_rows = N`` in pytest's
settings, is how many rows of each kind are shown, whatever the assertion says; at most its
``limit``.
"""

from __future__ import annotations

import argparse
import ast
import linecache
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from csvq.testing import TablesDifferError

_OWN = os.path.dirname(os.path.abspath(__file__))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--csvq-rows``."""
    about = "rows of each kind that a failed assert_tables_equal shows (default: as it says, 10)"
    parser.getgroup("csvq").addoption("--csvq-rows", type=_count, metavar="N", help=about)
    parser.addini("csvq_rows", about)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a number of rows is a whole number, not negative")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Refuses settings that are no number before any test runs."""
    _rows(config)


def _rows(config: pytest.Config) -> int | None:
    rows: int | None = config.getoption("csvq_rows", None)
    setting = config.getini("csvq_rows")
    if rows is not None or not setting:
        return rows
    try:
        return _count(setting)
    except argparse.ArgumentTypeError as error:
        raise pytest.UsageError(f"csvq_rows: {error}") from None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Puts csvq's own rendering in place of the traceback."""
    outcome = yield
    # Where nobody has loaded csvq.testing, nobody has raised its error.
    testing: Any = sys.modules.get("csvq.testing")
    if testing is None or call.excinfo is None or item.config.getoption("tbstyle") == "native":
        return
    error: Any = call.excinfo.value
    report = outcome.get_result()
    if isinstance(error, testing.TablesDifferError) and report.longrepr is not None:
        crash = getattr(report.longrepr, "reprcrash", None)
        report.longrepr = Difference(error, _places(call.excinfo.tb), crash, _rows(item.config))


class Difference:
    """A failed assertion as pytest shows it. It holds text alone, and so none of the tables."""

    def __init__(
        self,
        error: TablesDifferError,
        places: list[tuple[str, str, str]],
        crash: Any,
        rows: int | None,
    ) -> None:
        if crash is not None:
            # The list of failures at the end says in one line what was shown above; in CI pytest would show all of it.
            crash.message = crash.message.partition("\n")[0]
        self.reprcrash = crash
        self.places = places
        self.plain = error.render(rows)
        self.coloured = error.render(rows, colour=True)

    def toterminal(self, tw: Any) -> None:
        """Writes it, in red and green where the terminal has colours."""
        for place, function, statement in self.places:
            path, _, line = place.rpartition(":")
            tw.write(path, bold=True, red=True)
            tw.line(f":{line}: in {function}")
            for number, source in enumerate(statement.splitlines()):
                tw.line(f"{' ' if number else '>'}   {source}", bold=True)
            tw.line()
        for line in (self.coloured if tw.hasmarkup else self.plain).splitlines():
            tw.line(line)

    def __str__(self) -> str:
        lines = []
        for place, function, statement in self.places:
            lines.append(f"{place}: in {function}")
            lines += [f"{' ' if number else '>'}   {line}" for number, line in enumerate(statement.splitlines())]
            lines.append("")
        return "\n".join([*lines, self.plain])


def _places(traceback: Any) -> list[tuple[str, str, str]]:
    """From the test down to the assertion: file and line, function, and the statement."""
    places = []
    while traceback is not None:
        frame = traceback.tb_frame
        if not _hidden(frame):
            path = frame.f_code.co_filename
            line = traceback.tb_lineno
            places.append((f"{_near(path)}:{line}", frame.f_code.co_name, _statement(frame, line)))
        traceback = traceback.tb_next
    return places


def _hidden(frame: FrameType) -> bool:
    """Whether a frame is none of the user's: pytest's, csvq's, or one that says so."""
    if frame.f_locals.get("__tracebackhide__") or frame.f_globals.get("__tracebackhide__"):
        return True
    library = frame.f_globals.get("__name__", "").partition(".")[0]
    own = os.path.dirname(os.path.abspath(frame.f_code.co_filename)) == _OWN
    return own or library in ("_pytest", "pluggy", "pytest", "unittest")


def _near(path: str) -> str:
    """A path from the current folder, if it is in there."""
    try:
        near = os.path.relpath(path)
    except ValueError:  # On Windows, another drive.
        return path
    return path if near.startswith(os.pardir) else near


def _statement(frame: FrameType, line: int) -> str:
    """The whole statement that stands on a line, without what it is indented by."""
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    if not 0 < line <= len(lines):
        return ""
    first = last = line
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        tree = ast.Module([], [])
    for node in ast.walk(tree):
        # From the outside in, so that the last one that fits is the innermost. What has a body
        # is more than a statement.
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            end = node.end_lineno or node.lineno
            if node.lineno <= line <= end:
                first, last = node.lineno, end
    shown = [text.rstrip() for text in lines[first - 1 : last]]
    indent = min((len(text) - len(text.lstrip()) for text in shown if text.strip()), default=0)
    return "\n".join(text[indent:] for text in shown)
