"""From columns of Python values to a table: dicts of columns, and pandas without pyarrow.

Numbers and times go over as the bytes of their array, everything else as a list. What can't be held
exactly is refused by the name of its column, and nothing is rounded.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sized
from typing import Any

from . import _csvq
from ._errors import from_kind
from ._values import UnfitError, Values, plain_values, zone_name


def from_dict(columns: Mapping[Any, Any], name: str) -> _csvq.Table:
    """A table of a dict of columns: lists, other sequences, NumPy arrays, or columns of frames.

    Raises UnsupportedError (a TypeError) where a column holds values that are no cells of one type,
    and ValueError where columns differ in length.
    """
    given = []
    rows: tuple[str, int] | None = None
    for column, values in columns.items():
        if not isinstance(column, str):
            raise TypeError(f"{name}: a column's name has to be a str, not {type(column).__name__}")
        if not isinstance(values, Iterable) or isinstance(values, (str, bytes, bytearray, Mapping)):
            message = f"a list of values is expected, not {type(values).__name__}"
            raise _unsupported(name, column, message)
        if not isinstance(values, Sized):
            values = list(values)
        first, expected = rows = rows or (column, len(values))
        if len(values) != expected:
            found = f"column {column!r} has {len(values)} values"
            raise ValueError(f"{name}: {found}, where {first!r} has {expected}")
        given.append(_given(name, column, _any_column, values))
    return _csvq.Table.from_columns(name, given)


def from_pandas(frame: Any, name: str) -> _csvq.Table:
    """A table of a pandas frame, without its index.

    NaN, NaT and pandas.NA are null.

    Raises UnsupportedError (a TypeError) where a column holds values that are no cells of one type.
    """
    frame = with_plain_names(frame)
    given = [_given(name, column, _series, frame.iloc[:, place]) for place, column in enumerate(frame.columns)]
    return _csvq.Table.from_columns(name, given)


def with_named_index(frame: Any) -> Any:
    """A pandas frame with columns named by text, before them the named levels of its index, and none of the others."""
    frame = with_plain_names(frame)
    levels: list[Any] = [frame.index.get_level_values(level) for level in range(frame.index.nlevels)]
    frame = frame.reset_index(drop=True)
    used = set(frame.columns)
    named = []
    for level in levels:
        name = None if level.name is None else str(level.name)
        # What `set_index(…, drop=False)` leaves in both places is one column.
        if name is None or (name in used and name in frame.columns and _is_column(frame, name, level)):
            continue
        named.append((_free(name, used), level))
        used.add(named[-1][0])
    for place, (name, level) in enumerate(named):
        frame.insert(place, name, level)
    return frame


def _is_column(frame: Any, name: str, level: Any) -> bool:
    return bool(frame.set_index(name).index.equals(level))


def _free(name: str, used: set[str]) -> str:
    """A name that is not used: `x`, or else `x#2`, `x#3`, …"""
    free, number = name, 1
    while free in used:
        number += 1
        free = f"{name}#{number}"
    return free


def is_plain(frame: Any) -> bool:
    """Whether a pandas frame holds nothing that pyarrow takes for less than it is: objects but text, sparse columns."""
    for place, dtype in enumerate(frame.dtypes):
        if str(dtype).startswith("Sparse") or (str(dtype) == "object" and not _is_text(frame.iloc[:, place])):
            return False
    return True


def _is_text(series: Any) -> bool:
    kinds = {type(value) for value in series.array}
    return kinds <= {str, type(None)} or (kinds <= {str, type(None), float} and bool(series.isna().any()))


def with_plain_names(frame: Any) -> Any:
    """A pandas frame whose columns are named by text, the second `x` as `x#2`: as in a file."""
    given = [str(column) for column in frame.columns]
    names: list[str] = []
    used: set[str] = set()
    for column in given:
        # A name that another column has by itself stays that one's.
        names.append(_free(column, used | set(given)) if column in used else column)
        used.add(names[-1])
    return frame if names == list(frame.columns) else frame.set_axis(names, axis=1)


def with_plain_zones(frame: Any) -> Any:
    """A pandas frame whose times are in zones that csvq knows: in UTC where they are in others."""
    for place, dtype in enumerate(frame.dtypes):
        tz = getattr(dtype, "tz", None)
        if tz is not None and zone_name(tz) == "UTC" and str(tz) != "UTC":
            times = frame.iloc[:, place].dt.tz_convert("UTC")
            # The caller's frame stays as it is.
            frame = frame.copy(deep=False)
            frame[frame.columns[place]] = times
    return frame


def _given(table: str, column: str, read: Any, values: Any) -> tuple[str, str, bytes | list[Any], bytes | None]:
    try:
        kind, data, mask = read(values)
    except UnfitError as unfit:
        raise _unsupported(table, column, str(unfit)) from None
    return column, kind, data, mask


def _unsupported(table: str, column: str, message: str) -> Exception:
    context = {"input": table, "column": column}
    return from_kind("unsupported", f"{table}: column {column!r}: {message}", context)


def _any_column(values: Any) -> Values:
    library = type(values).__module__.partition(".")[0]
    if library == "numpy":
        missing = values != values if values.dtype.kind in "mM" else None
        if hasattr(values, "mask"):
            # What is masked is null, whatever stands there.
            masked = sys.modules["numpy"].ma.getmaskarray(values)
            values, missing = values.data, masked if missing is None else masked | missing.filled(True)
        return _array(values, missing)
    if library == "pandas":
        return _series(values if hasattr(values, "iloc") else sys.modules["pandas"].Series(values))
    # pyarrow's, then polars' and narwhals' way to plain values.
    for convert in ("to_pylist", "to_list"):
        if hasattr(values, convert):
            return plain_values(getattr(values, convert)())
    return plain_values(values)


def _series(series: Any) -> Values:
    """A pandas series, by its type."""
    dtype = series.dtype
    if dtype.name == "category":
        return _categories(series)
    if dtype.name.startswith("Sparse"):
        return _series(series.sparse.to_dense())
    if re.match(r"(period|interval)\b", dtype.name):
        raise UnfitError(f"the type {dtype} can't be compared; make it text or times first")
    missing = series.isna()
    zone = None
    is_arrow = type(dtype).__name__ == "ArrowDtype"
    if not is_arrow and dtype.kind == "M" and getattr(dtype, "tz", None) is not None:
        zone = zone_name(dtype.tz)
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    elif not is_arrow and dtype.kind in "biuf" and type(dtype).__module__.partition(".")[0] == "pandas":
        # Nullable numbers: an array, and another one that says which of them count.
        plain = "float64" if dtype.kind == "f" else dtype.name.lower().replace("boolean", "bool")
        numbers = series.to_numpy(dtype=plain, na_value=0 if dtype.kind != "b" else False)
        return _array(numbers, missing.to_numpy())
    if is_arrow:
        return plain_values(series.array.__arrow_array__().to_pylist())
    if dtype.kind not in "biufcmM":
        values = series.astype(object).tolist()
        if missing.any():
            gone = missing.tolist()
            values = [None if no else value for value, no in zip(values, gone)]
        return plain_values(values)
    return _array(series.to_numpy(), missing.to_numpy(), zone)


def _categories(series: Any) -> Values:
    """A series of categories, as the series of their values."""
    codes = series.cat.codes
    gone = codes < 0
    categories = series.cat.categories.to_series()
    if not len(categories):
        return Values("text", [None] * len(series))
    kind, data, mask = _series(categories.iloc[codes.clip(lower=0)])
    if isinstance(data, list):
        return Values(kind, [None if no else value for value, no in zip(data, gone)])
    lacking = gone.tolist() if mask is None else [a or b for a, b in zip(gone, mask)]
    return Values(kind, data, bytes(map(bool, lacking)))


_UNITS = ("s", "ms", "us", "ns")


def _array(values: Any, missing: Any | None, zone: str | None = None) -> Values:
    """A NumPy array of numbers, truth, times or text, of which some may be missing."""
    if values.ndim != 1:
        raise UnfitError(f"an array of {values.ndim} dimensions is no column")
    kind = values.dtype.kind
    mask = None
    if missing is not None and missing.any():
        mask = missing.astype("u1").tobytes()
        if kind in "mM":
            # What stands there is no time that would have to be held.
            values = values.copy()
            values[missing] = 0
    if kind == "b":
        return Values("boolean", values.tobytes(), mask)
    if kind == "i":
        return Values("integer", values.astype("<i8", copy=False).tobytes(), mask)
    if kind == "u":
        return Values("unsigned", values.astype("<u8", copy=False).tobytes(), mask)
    if kind == "f" and values.dtype.itemsize <= 8:
        return Values("float", values.astype("<f8", copy=False).tobytes(), mask)
    if kind in "mM":
        return _times(values, mask, zone)
    if kind in "OUS":
        given = values.tolist()
        if mask is not None:
            given = [None if no else value for value, no in zip(given, mask)]
        return plain_values(given)
    raise UnfitError(f"the type {values.dtype} can't be compared")


def _times(values: Any, mask: bytes | None, zone: str | None) -> Values:
    unit = str(values.dtype).partition("[")[2].rstrip("]")
    moment = values.dtype.kind == "M"
    if unit not in _UNITS:
        if unit not in (("D", "W", "M", "Y", "h", "m") if moment else ("W", "D", "h", "m")):
            raise UnfitError(f"the type {values.dtype} can't be compared")
        if unit in ("D", "W", "M", "Y") and moment:
            days = _exactly(values, "datetime64[D]").astype("<i8")
            if len(days) and max(abs(int(days.min())), abs(int(days.max()))) >= 2**31:
                raise UnfitError("a date is too far away from 1970 to be held")
            return Values("date", days.astype("<i4").tobytes(), mask)
        unit = "s"
        values = _exactly(values, "datetime64[s]" if moment else "timedelta64[s]")
    kind = f"timestamp[{unit}, {zone}]" if zone else f"timestamp[{unit}]"
    if not moment:
        kind = f"duration[{unit}]"
    return Values(kind, values.astype("<i8").tobytes(), mask)


def _exactly(values: Any, dtype: str) -> Any:
    """Times in another unit, which NumPy lets wrap around where it is too fine for them."""
    converted = values.astype(dtype)
    back = converted.astype(values.dtype)
    if not (back == values).all():
        raise UnfitError(f"a time is too far away from 1970 for the type {dtype}")
    return converted
