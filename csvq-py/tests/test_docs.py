"""The guide: each piece of its code is run, and prints what the guide says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
#: Files that someone else publishes and that are not here.
PUBLISHED = ("airportsdata-", "vega-datasets-")


def test_the_guide_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GUIDE.parents[1])
    blocks: list[tuple[str, str]] = BLOCK.findall(GUIDE.read_text("utf-8"))
    names: dict[str, object] = {"__name__": "guide"}
    compared = 0
    for (language, code), (kind, said) in zip(blocks, [*blocks[1:], ("", "")]):
        if language != "python" or any(published in code for published in PUBLISHED):
            continue
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, "docs/python.md", "exec"), names)
        except ModuleNotFoundError:
            # A library that this environment lacks.
            continue
        # How polars and pandas draw a frame is theirs to change.
        if kind == "text" and "import polars" not in code and "import pandas" not in code:
            assert printed.getvalue().rstrip() == said.rstrip(), code
            compared += 1
    assert compared >= 5
