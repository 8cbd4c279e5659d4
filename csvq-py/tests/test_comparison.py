"""What a comparison found, in all its forms."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import csvq
import pytest

if TYPE_CHECKING:
    from pathlib import Path

Columns = dict[str, list[Any]]


@pytest.fixture
def result(left: Columns, right: Columns) -> csvq.Comparison:
    return csvq.compare(left, right, key="id")


def test_verdict(result: csvq.Comparison, left: Columns) -> None:
    assert result.is_equal is False
    assert csvq.compare(left, left, key="id").is_equal is True


def test_no_truth_value(result: csvq.Comparison) -> None:
    with pytest.raises(TypeError, match=r"\.is_equal"):
        assert result


def test_counts(result: csvq.Comparison) -> None:
    assert result.counts == csvq.Counts(
        left_rows=3,
        right_rows=3,
        matched=2,
        unchanged=1,
        changed=1,
        added=1,
        removed=1,
        changed_cells=1,
        left_duplicate_keys=0,
        right_duplicate_keys=0,
    )


def test_columns(result: csvq.Comparison) -> None:
    name, price = result.columns
    assert (name.name, name.changed, name.match_rate, name.max_abs_diff) == ("name", 0, 1.0, None)
    assert (price.name, price.changed, price.match_rate) == ("price", 1, 0.5)
    assert price.max_abs_diff == pytest.approx(0.05)
    assert (price.type, price.unparsable, price.statistics) == ("float", 0, None)


def test_schema() -> None:
    left, right = {"id": [1], "a": [1], "b": [1]}, {"b": [1.0], "id": [1], "c": [1]}
    schema = csvq.compare(left, right, key="id").schema
    assert (schema.only_left, schema.only_right) == (["a"], ["c"])
    assert set(schema.reordered) == {"id", "b"}
    (change,) = schema.type_changes
    assert (change["column"], change["left"], change["right"]) == ("b", "int64", "float64")


def test_rows(result: csvq.Comparison) -> None:
    changed, removed, added = result.rows
    assert changed == {
        "kind": "changed",
        "key": ["1"],
        "left_row": 1,
        "right_row": 1,
        "cells": [{"column": "price", "left": "2.5", "right": "2.55"}],
    }
    assert (removed["kind"], removed["key"], removed["right_row"]) == ("removed", ["3"], None)
    assert (added["kind"], added["key"], added["left_row"]) == ("added", ["4"], None)


def test_tables(result: csvq.Comparison) -> None:
    assert result.changed.to_pylist() == [
        {"left_row": 1, "right_row": 1, "id": 1, "price.left": 2.5, "price.right": 2.55}
    ]
    assert result.added.to_pylist() == [{"id": 4, "name": "Juice", "price": 2.0}]
    assert result.removed.to_pylist() == [{"id": 3, "name": None, "price": 1.0}]
    (cell,) = result.cells
    assert cell["column"] == "price"
    assert (cell["left"], cell["right"]) == ("2.5", "2.55")
    assert (cell["left_row"], cell["right_row"], cell["id"]) == (1, 1, "1")


def test_tables_have_all_rows() -> None:
    rows = range(1000)
    left = {"id": rows, "v": [0] * 1000}
    result = csvq.compare(left, {"id": rows, "v": [1] * 1000}, key="id", limit=3)
    assert (len(result.rows), len(result.changed), len(result.cells)) == (3, 1000, 1000)


def test_tables_of_files(root: Path) -> None:
    data = root / "examples/data"
    result = csvq.compare(
        data / "airports-2024-02.csv",
        data / "airports-2026-09.csv",
        key="icao",
        abs_tol={"lat": 1e-5, "lon": 1e-5},
    )
    lengths = [len(t) for t in (result.changed, result.removed, result.added, result.cells)]
    assert lengths == [6, 8, 2, 7]


def test_tables_that_there_are_not(result: csvq.Comparison) -> None:
    with pytest.raises(csvq.NotFoundError):
        result.table("prices")
    digests = csvq.hash_compare(b"id\n1\n", b"id\n2\n")
    with pytest.raises(csvq.CsvqError):
        _ = digests.changed
    assert len(digests.table("digests")) > 0


def test_findings(left: Columns, right: Columns) -> None:
    columns = csvq.column_compare(left, right, key="id")
    assert "column" in columns.table("columns").column_names
    assert columns.concentrations == []
    schema = csvq.schema_compare(left, {"id": [1]})
    assert len(schema.table("schema")) > 0


def test_dict_and_json(result: csvq.Comparison, root: Path) -> None:
    report = result.to_dict()
    assert list(report) == ["schema_version", "is_equal", "details", "highlights", "metadata"]
    assert json.loads(result.to_json()) == report
    assert report["details"]["counts"] == result.counts._asdict()
    assert report["details"]["rows"] == result.rows
    assert report["details"]["summary"] == result.summary
    assert report["metadata"] == result.metadata
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((root / "csvq-core/schema/report.schema.json").read_text())
    jsonschema.validate(report, schema)


def test_dicts_are_copies(result: csvq.Comparison) -> None:
    result.to_dict()["is_equal"] = True
    result.to_dict()["details"]["counts"]["changed"] = 99
    assert result.counts.changed == 1
    assert result.is_equal is False


def test_text(result: csvq.Comparison) -> None:
    assert result.to_text().startswith("Different: 1 changed, 1 added, 1 removed of 3 rows\n")
    assert "2.5  → 2.55" in result.to_text()
    assert "\x1b[" not in result.to_text()
    assert "\x1b[" in result.to_text(colour=True)
    assert "Changed rows" not in result.to_text(rows=0)
    assert max(map(len, result.to_text(width=60).splitlines())) <= 60
    assert repr(result).startswith(result.to_text().splitlines()[0])


def test_markdown(result: csvq.Comparison) -> None:
    assert result.to_markdown().startswith("# Different: 1 changed")
    assert "| `price` |" in result.to_markdown()


def test_html() -> None:
    hostile = "<script>alert(1)</script>"
    result = csvq.compare({"id": [1], hostile: ["a"]}, {"id": [1], hostile: [hostile]}, key="id", left_name=hostile)
    for page in (result.to_html(), result._repr_html_()):
        assert "<" in page
        assert hostile not in page


def test_export(result: csvq.Comparison, tmp_path: Path) -> None:
    files = result.export(tmp_path / "differences")
    assert {path.name: records for path, records in files} == {
        "added.csv": 1,
        "removed.csv": 1,
        "changed.csv": 1,
    }
    with (tmp_path / "differences/added.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"id": "4", "name": "Juice", "price": "2.0"}]


def test_export_as_parquet(result: csvq.Comparison, tmp_path: Path) -> None:
    result.export(tmp_path, "parquet")
    assert csvq.compare(tmp_path / "removed.parquet", result.removed, key="id").is_equal
    with pytest.raises(csvq.CsvqError):
        result.export(tmp_path, "xlsx")  # type: ignore[arg-type]


def test_export_escapes_formulas(tmp_path: Path) -> None:
    result = csvq.compare({"id": [1], "v": ["a"]}, {"id": [1], "v": ["=1+1"]}, key="id")
    result.export(tmp_path, escape_formulas=True)
    assert "'=1+1" in (tmp_path / "changed.csv").read_text()
    result.export(tmp_path)
    assert "'=1+1" not in (tmp_path / "changed.csv").read_text()


def test_a_file_that_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "left.csv"
    path.write_bytes(b"id,v\n1,a\n2,b\n")
    result = csvq.compare(path, b"id,v\n1,b\n", key="id")
    path.write_bytes(b"id,v\n1,a\n2,b\n3,c\n")
    with pytest.raises(csvq.InputChangedError):
        _ = result.removed
    assert result.counts.removed == 1


def test_one_set_of_expectations(root: Path) -> None:
    """The counts that every face of csvq has to give."""
    for case in json.loads((root / "tests/data/expected.json").read_text()):
        options = from_flags(case["args"])
        if options is None:
            continue
        data = root / "tests/data"
        result = csvq.compare(data / case["left"], data / case["right"], **options)
        counts = {name: getattr(result.counts, name) for name in case["counts"]}
        assert counts == case["counts"], case["name"]
        columns = {column.name: column.changed for column in result.columns}
        assert columns == case["columns"], case["name"]


def from_flags(args: list[str]) -> Any:
    """Flags as options; None where there is one that this does not know."""
    options: dict[str, Any] = {}
    rest = list(args)
    while rest:
        flag, _, value = rest.pop(0).removeprefix("--").partition("=")
        name = flag.replace("-", "_")
        if name in ("trim", "empty_is_null", "ignore_case", "as_number"):
            options[name] = dict.fromkeys(value.split(","), True) if value else True
            continue
        value = value or rest.pop(0)
        scope, scoped, number = value.rpartition("=")
        if name in ("abs_tol", "rel_tol"):
            options.setdefault(name, {})[scope if scoped else "*"] = float(number)
        elif name in ("null", "as_time") and not scoped:
            options.setdefault(name, []).append(value)
        elif name in ("key", "by", "only", "ignore", "duplicates", "stop_after", "time_tol"):
            options[name] = int(value) if value.isdigit() else value
        else:
            return None
    return options
