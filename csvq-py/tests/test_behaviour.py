"""The comparisons of `tests/data` with their right answers, through Python: the same reports as the program gives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import csvq
import pytest

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
ENTRIES: list[dict[str, Any]] = [
    entry for name in ("expected.json", "peers.json") for entry in json.loads((DATA / name).read_text("utf-8"))
]
LISTS = {"key", "only"}
SCOPED = {"abs_tol", "rel_tol", "types"}


def options(flags: list[str]) -> dict[str, Any]:
    """Keyword arguments that say what flags say."""
    found: dict[str, Any] = {}
    rest = list(flags)
    while rest:
        name = rest.pop(0)[2:].replace("-", "_")
        if not rest or rest[0].startswith("--"):
            found[name] = True
            continue
        value: Any = rest.pop(0)
        if name in SCOPED:
            column, _, of = value.partition("=")
            found.setdefault(name, {})[column] = of if name == "types" else float(of)
        elif name == "map":
            left, _, right = value.partition("=")
            found[name] = {left: right}
        else:
            found[name] = value.split(",") if name in LISTS else value
    return found


def compare(entry: dict[str, Any], read: Any = str) -> csvq.Comparison:
    left, right = (read(DATA / entry[side]) for side in ("left", "right"))
    return csvq.compare(left, right, **options(entry["args"]))


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])
def test_right_answers(entry: dict[str, Any]) -> None:
    result = compare(entry)
    assert result.counts._asdict() == entry["counts"]
    changed: Counter[str] = Counter()
    for column in result.columns:
        changed[column.left_name] += column.changed
    assert dict(changed) == entry["columns"]
    assert (result.schema.only_left, result.schema.only_right) == (entry["only_left"], entry["only_right"])
    rows = entry["counts"]
    tables = (("changed", result.changed), ("added", result.added), ("removed", result.removed))
    assert {name: len(table) for name, table in tables} == {name: rows[name] for name, _ in tables}
    assert len(result.cells) == rows["changed_cells"]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])
def test_the_same_report_as_the_program(entry: dict[str, Any]) -> None:
    sides = [str(DATA / entry["left"]), str(DATA / entry["right"])]
    command = [sys.executable, "-m", "csvq", "compare", *sides, *entry["args"], "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    program = json.loads(done.stdout)
    for read in (str, lambda path: path.read_bytes()):
        report = compare(entry, read).to_dict()
        for part in ("schema_version", "is_equal", "details", "highlights"):
            assert report[part] == program[part], part
