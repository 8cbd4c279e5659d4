"""Frames of pandas as sides: their types, their index, their names; with pyarrow and without."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import csvq
import pytest


def test_a_column_is_no_table() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match=r"pandas.Series is one column.*to_frame"):
        csvq.compare(pandas.Series([1]), b"id\n1\n", key="id")


@pytest.fixture(params=["by pyarrow", "by hand"])
def pandas_side(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """pandas, with pyarrow and as if there were none."""
    pandas = pytest.importorskip("pandas")
    from csvq import _csvq, _frames, _sides

    if request.param == "by pyarrow":
        pytest.importorskip("pyarrow")
    else:

        def by_hand(side: Any, name: str) -> Any:
            frame = _frames.with_named_index(side)
            return _csvq.Source.table(_frames.from_pandas(frame, name))

        monkeypatch.setattr(_sides, "_pandas", by_hand)
    return pandas


class TestPandas:
    """Frames of pandas, one way and the other."""

    def check(self, column: Any, expected: list[Any]) -> None:
        import pandas

        frame = pandas.DataFrame({"id": range(len(expected)), "v": column})
        result = csvq.compare(frame, {"id": list(range(len(expected))), "v": expected}, key="id")
        assert result.is_equal, str(result)

    @pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64"])
    def test_integers(self, pandas_side: Any, kind: str) -> None:
        self.check(pandas_side.Series([-5, 0, 7], dtype=kind), [-5, 0, 7])

    @pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32", "uint64"])
    def test_unsigned_integers(self, pandas_side: Any, kind: str) -> None:
        self.check(pandas_side.Series([0, 200], dtype=kind), [0, 200])

    def test_large_integers(self, pandas_side: Any) -> None:
        self.check(pandas_side.Series([2**64 - 1, 0], dtype="uint64"), [2**64 - 1, 0])

    @pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
    def test_floats(self, pandas_side: Any, kind: str) -> None:
        self.check(pandas_side.Series([0.5, None, -2.0], dtype=kind), [0.5, None, -2.0])

    def test_a_float_of_32_bits_is_taken_as_it_is(self, pandas_side: Any) -> None:
        self.check(pandas_side.Series([0.1], dtype="float32"), [0.10000000149011612])

    @pytest.mark.parametrize("kind", ["Int8", "Int64", "UInt16", "Float32", "Float64"])
    def test_nullable_numbers(self, pandas_side: Any, kind: str) -> None:
        self.check(pandas_side.Series([1, None, 3], dtype=kind), [1, None, 3])

    def test_booleans(self, pandas_side: Any) -> None:
        self.check(pandas_side.Series([True, False]), [True, False])
        self.check(pandas_side.Series([True, None], dtype="boolean"), [True, None])
        self.check(pandas_side.Series([True, None], dtype=object), [True, None])

    def test_text(self, pandas_side: Any) -> None:
        self.check(pandas_side.Series(["a", None, ""]), ["a", None, ""])
        self.check(pandas_side.Series(["a", None], dtype="string"), ["a", None])
        self.check(pandas_side.Series(["a", float("nan")], dtype=object), ["a", None])

    def test_objects(self, pandas_side: Any) -> None:
        for values in (
            [b"a", None],
            [1, None],
            [1.5, None],
            [Decimal("1.50"), None],
            [dt.date(2024, 1, 31), None],
            [dt.datetime(2024, 1, 31, 12), None],
            [dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc), None],
            [dt.timedelta(seconds=1), None],
            [None, None],
        ):
            self.check(pandas_side.Series(values, dtype=object), values)

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_times(self, pandas_side: Any, unit: str) -> None:
        moments = [dt.datetime(2024, 7, 31, 12), None]
        times = pandas_side.Series(moments, dtype=f"datetime64[{unit}]")
        self.check(times, moments)
        utc = [dt.datetime(2024, 7, 31, 12, tzinfo=dt.timezone.utc), None]
        self.check(times.dt.tz_localize("UTC"), utc)
        self.check(times.dt.tz_localize("UTC").dt.tz_convert("Europe/Vienna"), utc)
        fixed = dt.timezone(dt.timedelta(hours=-3, minutes=-30))
        self.check(times.dt.tz_localize("UTC").dt.tz_convert(fixed), utc)
        spans = [dt.timedelta(days=1), None]
        self.check(pandas_side.Series(spans, dtype=f"timedelta64[{unit}]"), spans)

    def test_zones_that_the_engine_has_not(self, pandas_side: Any) -> None:
        noon = dt.datetime(2024, 7, 31, 12, tzinfo=dt.timezone.utc)
        india = dt.timezone(dt.timedelta(hours=5, minutes=30))
        times = pandas_side.Series([noon]).dt.tz_convert(india)
        # A column may be called as an argument of pandas' own methods.
        frame = pandas_side.DataFrame({"id": [1], "self": times})
        assert csvq.compare(frame, {"id": [1], "self": [noon]}, key="id").is_equal
        assert frame["self"].dt.tz == india

    def test_nanoseconds(self, pandas_side: Any) -> None:
        times = pandas_side.to_datetime(pandas_side.Series(["2024-01-31 12:00:00.000000001"]))
        result = csvq.compare(
            pandas_side.DataFrame({"id": [1], "v": times}),
            {"id": [1], "v": [dt.datetime(2024, 1, 31, 12)]},
            key="id",
        )
        assert result.rows[0]["cells"][0]["left"] == "2024-01-31T12:00:00.000000001"

    def test_categories(self, pandas_side: Any) -> None:
        self.check(pandas_side.Series(["x", None, "x"], dtype="category"), ["x", None, "x"])
        self.check(pandas_side.Series([None, None], dtype="category"), [None, None])

    def test_index(self, pandas_side: Any) -> None:
        frame = pandas_side.DataFrame({"id": [1, 2], "sort": ["a", "b"], "v": [5, 6]})
        columns = {"id": [1, 2], "sort": ["a", "b"], "v": [5, 6]}
        for side in (
            frame.set_index("id"),
            frame.set_index(["id", "sort"]),
            frame.set_index("id", drop=False),
            frame.set_index([frame.index.rename(None), "id"]),
            frame.set_index(pandas_side.Index([7, 7])),
        ):
            result = csvq.compare(side, columns, key="id")
            assert result.is_equal, str(result)

    def test_names(self, pandas_side: Any) -> None:
        frame = pandas_side.DataFrame([[1, "a", "b"]], columns=[0, "x", "x"])
        assert csvq.compare(frame, b"0,x,x\n1,a,b\n", key="0").is_equal

    def test_refused(self, pandas_side: Any) -> None:
        for values, message in (([1, "a"], "int, str"), ([1 + 2j], "complex")):
            frame = pandas_side.DataFrame({"v": pandas_side.Series(values, dtype=object)})
            with pytest.raises(TypeError, match=message) as error:
                csvq.compare(frame, {"v": [1]}, key="v")
            assert "'v'" in str(error.value)

    def test_other_order_of_memory(self, pandas_side: Any) -> None:
        numpy = pytest.importorskip("numpy")
        wide = numpy.arange(6, dtype=">i4").reshape(3, 2)[::-1]
        frame = pandas_side.DataFrame(wide.astype("=i4"), columns=["id", "v"])
        columns = {"id": [4, 2, 0], "v": [5, 3, 1]}
        assert csvq.compare(frame, columns, key="id").is_equal

    def test_subclasses(self, pandas_side: Any) -> None:
        class Own(pandas_side.DataFrame):  # type: ignore[misc]
            pass

        assert csvq.compare(Own({"id": [1]}), {"id": [1]}, key="id").is_equal


def test_pandas_values_in_dicts() -> None:
    pandas = pytest.importorskip("pandas")
    left = {"id": [1, 2], "at": [pandas.NaT, pandas.Timestamp("2024-01-01")], "n": pandas.array([1, None], "Int64")}
    right = {"id": [1, 2], "at": [None, dt.datetime(2024, 1, 1)], "n": [1, None]}
    assert csvq.compare(left, right, key="id").is_equal


def test_pandas_names_that_are_taken() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[1, 2, 3, 4]], columns=["x", "x", "x#2", "x"])
    result = csvq.compare(frame, frame, by="position")
    assert [column.name for column in result.columns] == ["x", "x#3", "x#2", "x#4"]


def test_objects_of_pandas_lose_nothing() -> None:
    pandas = pytest.importorskip("pandas")

    def frame(*values: Any) -> Any:
        return pandas.DataFrame({"v": pandas.Series(list(values), dtype=object)})

    times = [pandas.Timestamp(5), pandas.Timestamp(6)]
    assert not csvq.compare(frame(times[0]), frame(times[1]), by="position").is_equal
    for values in ([dt.date(2020, 1, 1), dt.datetime(2020, 1, 1, 5)], ["y", b"x"], [{8, 0}], [[1]], [2**70]):
        with pytest.raises(csvq.UnsupportedError, match="column 'v'"):
            csvq.compare(frame(*values), frame(*values), by="position")
    assert csvq.compare(frame("a", None, float("nan")), {"v": ["a", None, None]}, by="position").is_equal


def test_index_and_columns_of_one_name() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"v": [1, 2]}, index=pandas.Index([3, 4], name="v"))
    result = csvq.compare(frame, {"v#2": [3, 4], "v": [1, 2]}, by="position")
    assert result.is_equal
    grouped = pandas.DataFrame({"g": [1, 2], "v": [1, 2]}).groupby("g").agg({"v": ["min", "max"]})
    assert csvq.compare(grouped, grouped, key="g").counts.matched == 2


def test_arrow_columns_of_pandas_in_dicts() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    left = {"id": pandas.Series([1, None], dtype="int64[pyarrow]")}
    assert csvq.compare(left, {"id": [1, None]}, by="position").is_equal
