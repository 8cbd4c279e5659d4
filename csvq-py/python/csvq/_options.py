"""What a comparison can be told, as keyword arguments: their names, and their way to the engine's settings."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, TypedDict, Union

from ._csvq import setting_names
from ._errors import SpecError, UnknownOptionError

if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Literal

    Names = Union[str, Iterable[str]]
    Texts = Union[str, Iterable[str]]
    Span = Union[str, timedelta]


class Reading(TypedDict, total=False):
    """How delimited text is read, and within which limits."""

    types: Union[Literal["text", "infer"], Mapping[str, str]]
    ragged: Literal["error", "pad", "truncate"]
    delimiter: str
    quote: str
    escape: str
    comment: str
    header: bool
    encoding: str
    memory: Union[int, str]
    spill_dir: Union[str, os.PathLike[str]]
    threads: int


class Options(Reading, total=False):
    """Every option of a comparison but ``key``: for functions that pass options on.

    ``def check(left, right, **options: Unpack[csvq.Options]) -> None: ...``
    """

    by: Literal["key", "position", "content"]
    only: Names
    ignore: Names
    map: Union[Mapping[str, str], Iterable[str]]
    abs_tol: Union[float, Mapping[str, float]]
    rel_tol: Union[float, Mapping[str, float]]
    time_tol: Union[Span, Mapping[str, Span]]
    ignore_case: Union[bool, Mapping[str, bool]]
    trim: Union[bool, Mapping[str, bool]]
    empty_is_null: Union[bool, Mapping[str, bool]]
    null: Union[Texts, Mapping[str, Texts]]
    as_number: Union[bool, Mapping[str, bool]]
    as_time: Union[Texts, Mapping[str, Texts]]
    duplicates: Literal["pair", "first", "error"]
    left_delimiter: str
    right_delimiter: str
    left_quote: str
    right_quote: str
    left_escape: str
    right_escape: str
    left_comment: str
    right_comment: str
    left_header: bool
    right_header: bool
    left_encoding: str
    right_encoding: str
    limit: Union[int, Literal["all"]]
    stop_after: int


def settings(options: Mapping[str, object], parameters: Iterable[str] = ()) -> str:
    """The engine's settings as JSON, without those that are ``None``."""
    known = setting_names()
    for name in options:
        if name not in known:
            raise unknown(name, [*known, *parameters])
    return as_json({name: value for name, value in options.items() if value is not None})


def pairs(columns: object) -> object:
    """Key columns as the engine reads them, those of a mapping as ``left=right``."""
    if not isinstance(columns, Mapping):
        return columns
    return [f"{_escaped(left)}={_escaped(right)}" for left, right in columns.items()]


def _escaped(name: object) -> str:
    return str(name).replace("\\", "\\\\").replace("=", "\\=").replace(",", "\\,")


def unknown(name: str, known: Iterable[str]) -> UnknownOptionError:
    """The error for an option that there is not."""
    names = sorted(known)
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    advice = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(names)}"
    return UnknownOptionError(f"there is no option `{name}`; {advice}", {"field": name})


def as_json(values: Mapping[str, object]) -> str:
    """Values as JSON; an error names the option."""
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = _plain(value, spans=name == "time_tol")
        except TypeError as error:
            raise SpecError(f"{name}: {error}", {"field": name}) from None
    return json.dumps(plain)


def _plain(value: object, spans: bool = False) -> Any:
    """A value as JSON has it: paths, numbers and lists of all kinds, and spans of time where there may be some."""
    if isinstance(value, float) and not isfinite(value):
        raise TypeError("nan and infinity are no values of an option")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise TypeError("text with lone surrogates is no option, and no column has such a name") from None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise TypeError("a number of more than 64 bits is none that an option takes")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(of, spans) for name, of in value.items()}
    if isinstance(value, os.PathLike):
        return os.fsdecode(os.fspath(value))
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    if spans and hasattr(value, "total_seconds"):
        return _span(value)
    for convert in ("__index__", "__float__"):
        if hasattr(value, convert):
            return _plain(getattr(value, convert)())
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [_plain(item) for item in value]
    raise TypeError(f"a value of type {type(value).__name__} is not one that an option takes")


def _span(span: Any) -> str:
    """A span of time as the engine writes it."""
    if span != span:
        raise TypeError("no time is no span of time")
    micros = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
    nanos = getattr(span, "nanoseconds", 0)
    if micros < 0:
        raise TypeError("a span of time is not negative")
    return f"{micros}us{nanos}ns" if nanos else f"{micros}us"
