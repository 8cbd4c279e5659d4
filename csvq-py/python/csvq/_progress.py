"""How far a comparison is: a bar, or a function of the caller's own."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Told = Callable[[str, int, int], object]


class Progress(NamedTuple):
    """How far a comparison is.

    ``done`` and ``total`` are bytes of the present phase; ``total`` is 0 where it is not known.
    """

    phase: str
    done: int
    total: int


@contextmanager
def following(progress: Union[bool, Callable[[Progress], object], None]) -> Iterator[Told | None]:
    """What the engine calls about twenty times a second, if anyone wants to know."""
    if progress is None or progress is False:
        yield None
    elif callable(progress):
        callback = progress
        yield lambda phase, done, total: callback(Progress(phase, done, total))
    elif "ipykernel" not in sys.modules and not (sys.stderr and sys.stderr.isatty()):
        # Nobody would see it: neither a terminal nor a notebook.
        yield None
    else:
        bar = _bar()
        try:
            yield bar.update
        finally:
            bar.close()


def _bar() -> Any:
    for kind in (_RichBar, _TqdmBar):
        try:
            return kind()
        except ImportError:
            continue
    return _PlainBar()


class _RichBar:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Rich

        self._rich = Rich(console=Console(stderr=True), transient=True)
        self._rich.start()
        self._task = self._rich.add_task("")

    def update(self, phase: str, done: int, total: int) -> None:
        self._rich.update(self._task, description=phase, completed=done, total=total or None)

    def close(self) -> None:
        self._rich.stop()


class _TqdmBar:
    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(unit="B", unit_scale=True, leave=False)

    def update(self, phase: str, done: int, total: int) -> None:
        self._bar.set_description(phase, refresh=False)
        self._bar.total = total or None
        self._bar.n = done
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


class _PlainBar:
    def __init__(self) -> None:
        self._shown = ""

    def update(self, phase: str, done: int, total: int) -> None:
        part = f"{done / total:4.0%}" if total else f"{done / 1e6:.0f} MB"
        line = f"{phase} {part}"
        sys.stderr.write("\r" + line.ljust(len(self._shown)))
        sys.stderr.flush()
        self._shown = line

    def close(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * len(self._shown) + "\r")
            sys.stderr.flush()
