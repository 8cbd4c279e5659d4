"""From a list of Python values to a column, by what the values are: numbers and times as the bytes of their array,
everything else as a list.

Nothing is rounded: what can't be held exactly is refused.
"""

from __future__ import annotations

import sys
from array import array
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Values(NamedTuple):
    """A column: its kind, its values as `Table.from_columns` takes them, and a 1 for each null."""

    kind: str
    data: bytes | list[Any]
    mask: bytes | None = None


class UnfitError(Exception):
    """A column can't be taken: the sentence that follows its name."""


def zone_name(tz: Any) -> str:
    """A zone's name; its offset where it has none; or else UTC, where moments are the same.

    The engine shows moments in the zones of the database, and at offsets of whole hours.
    """
    name = getattr(tz, "key", None) or getattr(tz, "zone", None)
    if isinstance(name, str):
        return name
    try:
        offset = tz.utcoffset(None)
    except Exception:  # What a zone raises that is asked without a moment is its own choice.
        offset = None
    if not offset or offset % timedelta(hours=1):
        return "UTC"
    return f"{'-' if offset < timedelta() else '+'}{abs(offset) // timedelta(hours=1):02}:00"


def plain_values(values: Sequence[Any]) -> Values:
    """A column of a list of Python values with None for null, by what they are."""
    kinds = {type(value) for value in values}
    if any(kind.__name__ in _NO_VALUES and kind.__module__.startswith("pandas.") for kind in kinds):
        values = [None if type(value).__name__ in _NO_VALUES else value for value in values]
        kinds = {type(value) for value in values}
    kinds.discard(type(None))
    scalars = [kind for kind in kinds if _is_scalar(kind)]
    if scalars:
        if any(kind.__name__ in ("datetime64", "timedelta64") for kind in scalars):
            raise UnfitError("a list of NumPy's times is no column; make it an array")
        values = [value.item() if _is_scalar(type(value)) else value for value in values]
        kinds = {type(value) for value in values} - {type(None)}
    found = {_family(kind) for kind in kinds}
    if found == {"integer", "float"}:
        return _floats(values)
    if found == {"integer", "decimal"}:
        found = {"decimal"}
    if len(found) > 1:
        held = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise UnfitError(f"values of one type are expected, where there are {held}")
    return _LISTS[found.pop() if found else "text"](values)


def _is_scalar(kind: type) -> bool:
    """Whether values of a class are single ones of NumPy's, and no arrays."""
    return kind.__module__ == "numpy" and issubclass(kind, sys.modules["numpy"].generic)


#: The classes of pandas' NaT and NA.
_NO_VALUES = ("NaTType", "NAType")
#: What a decimal can hold.
_MOST_DIGITS = 38


def _family(kind: type) -> str:
    # A boolean is an integer to Python, and a datetime a date: the narrower ones stand first.
    for family, base in _FAMILIES:
        if issubclass(kind, base):
            return family
    raise UnfitError(
        f"values of type {kind.__module__}.{kind.__name__} are no cells; ".replace("builtins.", "")
        + "make them text, or pass a polars or pyarrow table"
    )


_FAMILIES: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("boolean", bool),
    ("integer", int),
    ("float", float),
    ("text", str),
    ("bytes", (bytes, bytearray, memoryview)),
    ("decimal", Decimal),
    ("timestamp", datetime),
    ("date", date),
    ("duration", timedelta),
)


def _nulls(values: Sequence[Any]) -> bytes | None:
    return bytes(value is None for value in values) if None in values else None


def _numbers(code: str, values: Iterable[Any]) -> bytes:
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _text(values: Sequence[Any]) -> Values:
    try:
        # A lone surrogate is no Unicode text; Python's own error would show it.
        "".join(value for value in values if value is not None).encode()
    except UnicodeEncodeError:
        raise UnfitError("a text has a lone surrogate, which is no Unicode") from None
    return Values("text", list(values))


def _bytes(values: Sequence[Any]) -> Values:
    return Values("bytes", [None if value is None else bytes(value) for value in values])


def _booleans(values: Sequence[Any]) -> Values:
    return Values("boolean", bytes(value is True for value in values), _nulls(values))


def _integers(values: Sequence[Any]) -> Values:
    for kind, code in (("integer", "q"), ("unsigned", "Q")):
        try:
            return Values(kind, _numbers(code, (value or 0 for value in values)), _nulls(values))
        except OverflowError:
            pass
    raise UnfitError("an integer needs more than 64 bits; make them text, or decimals")


def _floats(values: Sequence[Any]) -> Values:
    if any(isinstance(value, int) and abs(value) > 2**53 for value in values):
        raise UnfitError("an integer among floats is too large to be one exactly; make them decimals")
    return Values("float", _numbers("d", (0.0 if value is None else value for value in values)), _nulls(values))


def _decimals(values: Sequence[Any]) -> Values:
    """Decimals as whole numbers of their smallest unit."""
    exact = [None if value is None else Decimal(value) for value in values]
    if not all(value is None or value.is_finite() for value in exact):
        raise UnfitError("a decimal that is NaN or infinite can't be compared; use floats")
    if any(value is not None and len(value.as_tuple().digits) > _MOST_DIGITS for value in exact):
        raise UnfitError("a decimal needs more than 38 digits; make them text")
    exponents = (int(value.as_tuple().exponent) for value in exact if value is not None)
    scale = max(0, -min(exponents, default=0))
    units = [None if value is None else _unscaled(value, scale) for value in exact]
    if scale > _MOST_DIGITS or any(unit is not None and abs(unit) >= 10**38 for unit in units):
        raise UnfitError("a decimal needs more than 38 digits; make them text")
    return Values(f"decimal[{scale}]", units)


def _unscaled(value: Decimal, scale: int) -> int:
    sign, digits, exponent = value.as_tuple()
    places = min(scale + int(exponent), 99)  # Beyond what can be held, and not too far.
    number = int("".join(map(str, digits))) * int(10**places)
    return -number if sign else number


def _dates(values: Sequence[Any]) -> Values:
    epoch = date(1970, 1, 1).toordinal()
    days = (0 if value is None else value.toordinal() - epoch for value in values)
    numbers = array("i", days)
    if sys.byteorder == "big":
        numbers.byteswap()
    return Values("date", numbers.tobytes(), _nulls(values))


def _moments(values: Sequence[Any]) -> Values:
    moments = [value for value in values if value is not None]
    zones = {None if moment.utcoffset() is None else moment.tzinfo for moment in moments}
    if None in zones and len(zones) > 1:
        raise UnfitError("times with a zone and without one can't be in one column")
    zone = zones.pop() if len(zones) == 1 else None
    # Different zones have one clock in common.
    name = ", UTC" if zones else f", {zone_name(zone)}" if zone else ""
    start = datetime(1970, 1, 1, tzinfo=timezone.utc if name else None)
    unit, numbers = _counted(values, "nanosecond", lambda value: _plain(value) - start)
    return Values(f"timestamp[{unit}{name}]", _numbers("q", numbers), _nulls(values))


def _spans(values: Sequence[Any]) -> Values:
    unit, numbers = _counted(values, "nanoseconds", _plain)
    return Values(f"duration[{unit}]", _numbers("q", numbers), _nulls(values))


def _plain(value: Any) -> Any:
    """A Timestamp or Timedelta of pandas as Python's own, without the nanoseconds."""
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    return value.to_pytimedelta() if hasattr(value, "to_pytimedelta") else value


def _counted(values: Sequence[Any], finer: str, span: Any) -> tuple[str, list[int]]:
    """Spans as numbers of microseconds, or of nanoseconds where pandas' times have some."""
    step = timedelta(microseconds=1)
    micros = [0 if value is None else span(value) // step for value in values]
    nanos = [getattr(value, finer, 0) for value in values]
    if not any(nanos):
        return "us", micros
    return "ns", [micro * 1000 + nano for micro, nano in zip(micros, nanos)]


_LISTS = {
    "boolean": _booleans,
    "integer": _integers,
    "float": _floats,
    "text": _text,
    "bytes": _bytes,
    "decimal": _decimals,
    "timestamp": _moments,
    "date": _dates,
    "duration": _spans,
}
