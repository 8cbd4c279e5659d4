"""Tables that csvq made, and their ways to others."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from typing import Any

import csvq
import pytest

COLUMNS: dict[str, list[Any]] = {
    "id": [1, 2],
    "name": ["a", None],
    "size": [1.5, None],
    "good": [True, None],
    "price": [Decimal("1.50"), None],
    "day": [dt.date(2024, 1, 31), None],
    "at": [dt.datetime(2024, 1, 31, 12, 0, 0, 5), None],
    "utc": [dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc), None],
    "took": [dt.timedelta(seconds=1, microseconds=5), None],
    "raw": [b"\x00\xff", None],
}
TYPES = [
    "int64",
    "text",
    "float64",
    "boolean",
    "decimal",
    "date",
    "timestamp[us]",
    "timestamp[us, UTC]",
    "duration[us]",
    "binary",
]


@pytest.fixture
def table() -> csvq.Table:
    return csvq.compare({"id": []}, COLUMNS, key="id").added


def test_shape(table: csvq.Table) -> None:
    assert (len(table), table.num_rows) == (2, 2)
    assert table.column_names == list(COLUMNS)
    for (name, kind), expected, column in zip(table.schema, TYPES, COLUMNS):
        assert name == column
        assert kind.startswith(expected)
    assert isinstance(table.name, str)


def test_python_values(table: csvq.Table) -> None:
    assert table.to_pydict() == COLUMNS
    rows = [dict(zip(COLUMNS, row)) for row in zip(*COLUMNS.values())]
    assert table.to_pylist() == rows
    assert list(table) == rows


def test_empty() -> None:
    table = csvq.compare({"id": [1]}, {"id": [1]}, key="id").added
    assert (len(table), table.to_pylist(), list(table)) == (0, [], [])
    assert table.to_pydict() == {"id": []}
    assert "0 rows" in repr(table)


def test_repr(table: csvq.Table) -> None:
    text = repr(table)
    assert "2 rows" in text
    assert "name" in text
    assert "1.50" in text
    assert "<table" in table._repr_html_()


def test_repr_shows_the_first_rows() -> None:
    many = {"id": range(1000), "v": ["line\nbreak" + "x" * 500] * 1000}
    table = csvq.compare({"id": []}, many, key="id").added
    assert "1,000 rows" in repr(table)
    assert len(repr(table).splitlines()) < 30
    assert max(map(len, repr(table).splitlines())) < 200


def test_html_is_escaped() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    table = csvq.compare({"id": []}, {"id": [1], hostile: [hostile]}, key="id").added
    assert hostile not in table._repr_html_()
    assert hostile[:20] not in table._repr_html_()


def test_polars(table: csvq.Table) -> None:
    polars = pytest.importorskip("polars")
    frame = table.to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame.to_dict(as_series=False) == COLUMNS
    assert csvq.compare(frame, COLUMNS, key="id").is_equal


def test_pyarrow(table: csvq.Table) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    arrow = table.to_arrow()
    assert isinstance(arrow, pyarrow.Table)
    assert arrow.to_pydict() == COLUMNS
    assert csvq.compare(arrow, COLUMNS, key="id").is_equal


def test_pandas(table: csvq.Table) -> None:
    pandas = pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(COLUMNS)
    assert frame["id"].tolist() == [1, 2]
    assert frame["name"].iloc[0] == "a"
    assert frame.isna().sum().sum() == len(COLUMNS) - 1
    assert csvq.compare(frame, COLUMNS, key="id", ignore="price,day").is_equal


def test_duckdb(table: csvq.Table) -> None:
    duckdb = pytest.importorskip("duckdb")
    # DuckDB finds it by the variable's name, and `table` is a word of SQL.
    given = table  # noqa: F841
    rows = duckdb.sql("select count(*), sum(size) from given").fetchall()
    assert rows == [(2, 1.5)]


def test_the_stream_can_be_had_again(table: csvq.Table) -> None:
    assert type(table.__arrow_c_stream__()).__name__ == "PyCapsule"
    assert csvq.compare(table, table, key="id").is_equal


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_a_library_that_is_not_there(table: csvq.Table, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    method = {"pyarrow": "to_arrow"}.get(library, f"to_{library}")
    with pytest.raises(ImportError, match=f"pip install {library}"):
        getattr(table, method)()


def test_tables_outlive_what_they_came_from() -> None:
    table = csvq.compare(b"id,v\n", b"id,v\n1,a\n", key="id").added
    assert table.to_pylist() == [{"id": "1", "v": "a"}]


def test_what_is_shown_is_harmless() -> None:
    name = "<img src=x>\x1b[31m\n"
    table = csvq.compare({"id": [1]}, {"id": [1, 2], name: ["a", "<b>"]}, key="id").added
    assert "\x1b" not in repr(table)
    assert len(repr(table).splitlines()) == 3
    html = table._repr_html_()
    assert "<img" not in html
    assert "<b>" not in html
    polars = pytest.importorskip("polars")
    structs = polars.DataFrame({"id": [1], "s": [{"<img src=x>": 1}]})
    assert "<img" not in csvq.compare(structs.clear(), structs, key="id").added._repr_html_()


def test_rows_come_in_pieces() -> None:
    rows = (1 << 16) + 3
    right = {"id": list(range(rows)), "v": [f"v{row}" for row in range(rows)]}
    added = csvq.compare({"id": [-1], "v": [""]}, right, key="id").added
    assert list(added) == [{"id": row, "v": f"v{row}"} for row in range(rows)]
    assert added._inner.column(0, 5, 2) == [5, 6]
    assert added._inner.column(0, rows, 2) == []


def test_dates_beyond_pythons_are_shown_all_the_same() -> None:
    numpy = pytest.importorskip("numpy")
    far = numpy.array([10**6], dtype="datetime64[Y]").astype("datetime64[D]")
    added = csvq.compare({"id": [1], "d": numpy.array(["2020-01-01"], "M8[D]")}, {"id": [2], "d": far}, key="id").added
    assert "…" in repr(added)
    with pytest.raises((ValueError, OverflowError)):
        added.to_pylist()
