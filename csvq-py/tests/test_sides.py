"""What a side of a comparison can be, and that a table is the same whichever way it comes."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import csvq
import pytest

Columns = dict[str, list[Any]]
Make = Callable[[Columns, Path], object]


def as_dict(columns: Columns, folder: Path) -> object:
    return columns


def as_csv(columns: Columns, folder: Path) -> bytes:
    rows = [list(columns), *zip(*columns.values())]
    lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def as_path(columns: Columns, folder: Path) -> object:
    path = folder / f"table-{len(list(folder.iterdir()))}.csv"
    path.write_bytes(as_csv(columns, folder))
    return path


def as_ndjson(columns: Columns, folder: Path) -> bytes:
    rows = [dict(zip(columns, row)) for row in zip(*columns.values())]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_open_file(columns: Columns, folder: Path) -> object:
    return Path(str(as_path(columns, folder))).open("rb")


def as_open_text(columns: Columns, folder: Path) -> object:
    return Path(str(as_path(columns, folder))).open(encoding="utf-8")


def as_pandas(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("pandas").DataFrame(columns)


def as_pandas_by_hand(columns: Columns, folder: Path) -> object:
    """pandas as if pyarrow were not installed."""
    from csvq import Table, _frames

    frame = pytest.importorskip("pandas").DataFrame(columns)
    return Table._of(_frames.from_pandas(frame, "frame"))


def as_pandas_index(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("pandas").DataFrame(columns).set_index("id")


def as_polars(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("polars").DataFrame(columns)


def as_polars_lazy(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("polars").LazyFrame(columns)


def as_narwhals(columns: Columns, folder: Path) -> object:
    polars = pytest.importorskip("polars")
    return pytest.importorskip("narwhals").from_native(polars.DataFrame(columns))


def as_pyarrow(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("pyarrow").table(columns)


def as_pyarrow_batch(columns: Columns, folder: Path) -> object:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.RecordBatch.from_pydict(columns)


def as_pyarrow_reader(columns: Columns, folder: Path) -> object:
    return pytest.importorskip("pyarrow").table(columns).to_reader()


def as_pyarrow_dataset(columns: Columns, folder: Path) -> object:
    dataset = pytest.importorskip("pyarrow.dataset")
    return dataset.dataset(pytest.importorskip("pyarrow").table(columns))


def as_pyarrow_struct(columns: Columns, folder: Path) -> object:
    """Something that has `__arrow_c_array__` and no `__arrow_c_stream__`."""
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.RecordBatch.from_pydict(columns).to_struct_array()


def as_parquet(columns: Columns, folder: Path) -> object:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = folder / f"table-{len(list(folder.iterdir()))}.parquet"
    parquet.write_table(pytest.importorskip("pyarrow").table(columns), path)
    return str(path)


def as_duckdb(columns: Columns, folder: Path) -> object:
    duckdb = pytest.importorskip("duckdb")
    path = as_path(columns, folder)
    return duckdb.connect().read_csv(str(path))


def as_csvq(columns: Columns, folder: Path) -> object:
    """A table that csvq made: what is added to nothing."""
    return csvq.compare({name: [] for name in columns}, columns, key="id").added


TYPED = [
    as_dict,
    as_ndjson,
    as_pandas,
    as_pandas_by_hand,
    as_pandas_index,
    as_polars,
    as_polars_lazy,
    as_narwhals,
    as_pyarrow,
    as_pyarrow_batch,
    as_pyarrow_reader,
    as_pyarrow_dataset,
    as_pyarrow_struct,
    as_parquet,
    as_duckdb,
    as_csvq,
]
TEXT = [as_csv, as_path, as_open_file, as_open_text]


@pytest.mark.parametrize("make", TYPED + TEXT)
@pytest.mark.parametrize("other", [as_dict, as_csv])
def test_every_side_gives_the_same(make: Make, other: Make, left: Columns, right: Columns, tmp_path: Path) -> None:
    result = csvq.compare(make(left, tmp_path), other(right, tmp_path), key="id", empty_is_null=True)
    counts = (result.counts.changed, result.counts.added, result.counts.removed)
    assert counts == (1, 1, 1)
    assert [(c.name, c.changed) for c in result.columns] == [("name", 0), ("price", 1)]
    cells = result.cells.to_pydict()
    assert (cells["id"], cells["column"]) == (["1"], ["price"])
    assert (cells["left"], cells["right"]) == (["2.5"], ["2.55"])


@pytest.mark.parametrize("make", TYPED)
def test_equal_through_every_side(make: Make, left: Columns, tmp_path: Path) -> None:
    assert csvq.compare(make(left, tmp_path), left, key="id").is_equal
    assert csvq.compare(left, make(left, tmp_path), key="id").is_equal


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "übung.csv"
    path.write_text("id,v\n1,a\n")
    assert csvq.compare(path, str(path), key="id").metadata["left"]["name"] == str(path)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, gzip.compress, io.BytesIO])
def test_content(wrap: Callable[[bytes], object]) -> None:
    result = csvq.compare(wrap(b"id,v\n1,a\n"), b"id,v\n1,b\n", key="id")
    assert result.counts.changed_cells == 1
    assert result.metadata["left"]["name"] == "left"


def test_text_files_are_text() -> None:
    side = io.StringIO("id,v\n1,ä\n")
    assert csvq.compare(side, "id,v\n1,ä\n".encode(), key="id").is_equal


def test_names(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(b"id,v\n1,a\n")
    with path.open("rb") as file:
        inputs = csvq.compare(file, {"id": ["1"], "v": ["a"]}, key="id", right_name="new").metadata
    assert (inputs["left"]["name"], inputs["right"]["name"]) == (str(path), "new")


def test_a_file_that_gives_no_content() -> None:
    class Closed:
        def read(self) -> None:
            return None

    with pytest.raises(TypeError, match=r"read\(\) gave NoneType"):
        csvq.compare(Closed(), b"id\n", key="id")


@pytest.mark.parametrize("side", [None, 7, object(), [{"id": 1}], (1, 2), csvq.Table, {1, 2}])
def test_what_is_no_side(side: object) -> None:
    with pytest.raises(TypeError) as error:
        csvq.compare(side, b"id\n1\n", key="id")
    for accepted in ("path", "bytes", "__arrow_c_stream__", "DuckDB", "dict of columns"):
        assert accepted in str(error.value)


def test_a_polars_column_is_no_table() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(TypeError, match=r"polars.Series is one column.*to_frame"):
        csvq.compare(polars.Series([1]), b"id\n1\n", key="id")


def test_pyarrow_columns_are_no_tables() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    for column in (pyarrow.array([1]), pyarrow.chunked_array([[1]])):
        with pytest.raises(TypeError, match="is one column and no table"):
            csvq.compare(column, b"id\n1\n", key="id")


def test_a_connection_is_no_table() -> None:
    duckdb = pytest.importorskip("duckdb")
    with pytest.raises(TypeError, match="relation"):
        csvq.compare(duckdb.connect(), b"id\n1\n", key="id")


def test_duckdb_relations() -> None:
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.connect().sql("select 1 as id, 'a' as v, date '2024-01-31' as day")
    columns = {"id": [1], "v": ["a"], "day": [dt.date(2024, 1, 31)]}
    assert csvq.compare(relation, columns, key="id").is_equal


def test_nothing_optional_is_imported() -> None:
    script = (
        "import sys, csvq; csvq.compare({'id': [1]}, {'id': [1]}, key='id', by='key'); "
        "print(sorted({'numpy', 'pandas', 'polars', 'pyarrow', 'duckdb', 'tqdm', 'rich'} "
        "& set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


class TestDicts:
    """Columns of Python values."""

    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ([1, None, -(2**63)], "int64"),
            ([1, 2**64 - 1], "uint64"),
            ([1.5, None, float("nan")], "float64"),
            ([1, 2.5], "float64"),
            ([True, None], "boolean"),
            (["a", None, ""], "text"),
            ([None, None], "text"),
            ([], "text"),
            ([b"\x00", None], "binary"),
            ([Decimal("1.50"), None, Decimal("1E3"), 2], "decimal"),
            ([dt.date(1969, 12, 31), None], "date"),
            ([dt.datetime(2024, 1, 31, 12, 0, 0, 5), None], "timestamp[us]"),
            ([dt.datetime(2024, 1, 31, tzinfo=dt.timezone.utc)], "timestamp[us, UTC]"),
            ([dt.timedelta(days=-1, microseconds=5), None], "duration[us]"),
        ],
    )
    def test_kinds(self, values: list[Any], kind: str) -> None:
        columns = {"id": list(range(len(values))), "v": values}
        table = csvq.compare({"id": [], "v": []}, columns, key="id", types="text").added
        assert table.schema[1][1].startswith(kind)
        for got, value in zip(table.to_pydict()["v"], values):
            assert got == value or (value != value and got != got)

    def test_any_sequence(self) -> None:
        columns = {"id": range(2), "v": ("a", "b"), "w": (x for x in [1, 2])}
        assert csvq.compare(columns, b"id,v,w\n0,a,1\n1,b,2\n", key="id").is_equal

    def test_times_of_several_zones_are_moments(self) -> None:
        east = dt.timezone(dt.timedelta(hours=2))
        noon = dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc)
        left = {"id": [1, 2], "at": [noon, noon.astimezone(east)]}
        assert csvq.compare(left, {"id": [1, 2], "at": [noon, noon]}, key="id").is_equal

    def test_arrows_times_at_offsets_are_moments(self) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        noon = dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc)
        times = pyarrow.array([noon], pyarrow.timestamp("us", tz="+05:30"))
        left = pyarrow.table({"id": [1], "at": times})
        assert csvq.compare(left, {"id": [1], "at": [noon]}, key="id").is_equal
        later = {"id": [1], "at": [noon + dt.timedelta(minutes=1)]}
        assert csvq.compare(left, later, key="id").counts.changed == 1

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ([1, "a"], "int, str"),
            ([2**64], "64 bits"),
            ([-1, 2**63], "64 bits"),
            ([2**53 + 1, 1.5], "large"),
            ([object()], "object are no cells"),
            ([[1], [2]], "list are no cells"),
            ([dt.time(1)], "datetime.time are no cells"),
            ([dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)], "date, datetime"),
            (
                [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)],
                "without one",
            ),
            ([Decimal("nan")], "NaN"),
            ([Decimal("1e60")], "38 digits"),
            (["a", "\ud800"], "lone surrogate"),
            ("text", "a list of values is expected, not str"),
            (5, "a list of values is expected, not int"),
        ],
    )
    def test_refused(self, values: object, message: str) -> None:
        with pytest.raises(TypeError, match=message) as error:
            csvq.compare({"v": values}, {"v": [1]}, key="v", left_name="old")
        assert isinstance(error.value, csvq.UnsupportedError)
        assert error.value.context == {"input": "old", "column": "v"}
        assert "'v'" in str(error.value)

    def test_no_cell_is_shown(self) -> None:
        with pytest.raises(TypeError) as error:
            csvq.compare({"v": [1, "secret"]}, {"v": [1]}, key="v")
        assert "secret" not in str(error.value)

    def test_names_and_lengths(self) -> None:
        with pytest.raises(TypeError, match="name has to be a str, not int"):
            csvq.compare({1: [1]}, {"v": [1]}, key="v")
        with pytest.raises(ValueError, match="'b' has 1 values, where 'a' has 2"):
            csvq.compare({"a": [1, 2], "b": [1]}, {"a": [1]}, key="a")


def test_numpy_columns() -> None:
    numpy = pytest.importorskip("numpy")
    columns = {
        "id": numpy.arange(3),
        "half": numpy.array([0.5, 1, 2], dtype="float32"),
        "day": numpy.array(["2024-01-31", "NaT", "2024-02-01"], dtype="datetime64[D]"),
        "at": numpy.array(["2024-01-31T12", "NaT", "2024-02-01T00"], dtype="datetime64[h]"),
        "name": numpy.array(["a", "b", "c"]),
        "yes": numpy.array([True, False, True])[::-1],
    }
    plain = {
        "id": [0, 1, 2],
        "half": [0.5, 1.0, 2.0],
        "day": [dt.date(2024, 1, 31), None, dt.date(2024, 2, 1)],
        "at": [dt.datetime(2024, 1, 31, 12), None, dt.datetime(2024, 2, 1)],
        "name": ["a", "b", "c"],
        "yes": [True, False, True],
    }
    assert csvq.compare(columns, plain, key="id").is_equal
    with pytest.raises(TypeError, match="2 dimensions"):
        csvq.compare({"id": numpy.zeros((2, 2))}, plain, key="id")
    with pytest.raises(TypeError, match="one column and no table"):
        csvq.compare(numpy.zeros((2, 2)), plain, key="id")


def test_masked_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    masked = numpy.ma.array([1, 999_999, 3], mask=[False, True, False])
    assert csvq.compare({"id": [1, 2, 3], "v": masked}, {"id": [1, 2, 3], "v": [1, None, 3]}, key="id").is_equal


@pytest.mark.parametrize(("unit", "number"), [("D", 2**32 + 5), ("h", 2**60), ("Y", 2**60), ("m", -(2**61))])
def test_times_that_would_wrap_around(unit: str, number: int) -> None:
    numpy = pytest.importorskip("numpy")
    times = numpy.array([number, 0], dtype="i8").view(f"M8[{unit}]")
    with pytest.raises(csvq.UnsupportedError, match="column 'at'"):
        csvq.compare({"at": times}, {"at": times}, by="position")


def test_a_capsule_is_read_once() -> None:
    table = csvq.compare({"id": [1]}, {"id": [2]}, key="id").added

    class Twice:
        capsule = table.__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.capsule

    with pytest.raises(csvq.MalformedError, match="released already"):
        csvq.compare(Twice(), Twice(), key="id")


def test_masked_text() -> None:
    numpy = pytest.importorskip("numpy")
    masked = numpy.ma.array(["a", "b"], mask=[False, True])
    assert csvq.compare({"c": masked}, {"c": ["a", None]}, by="position").is_equal


def test_objects_of_polars_are_refused() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"o": polars.Series([object()], dtype=polars.Object)})
    with pytest.raises(csvq.UnsupportedError, match="column 'o'"):
        csvq.compare(frame, frame, by="position")


def test_arrays_in_cells_are_refused() -> None:
    numpy = pytest.importorskip("numpy")
    with pytest.raises(csvq.UnsupportedError, match="column 'c'"):
        csvq.compare({"c": [numpy.array([1])]}, {"c": [1]}, by="position")


def test_decoded_text_is_not_decoded_again() -> None:
    right = "id,v\n1,ä\n".encode("latin1")
    assert csvq.compare(io.StringIO("id,v\n1,ä\n"), right, key="id", encoding="latin1").is_equal
