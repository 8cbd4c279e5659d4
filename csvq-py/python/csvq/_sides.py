"""From whatever a user passes as a side to what the compiled module takes.

Types are recognised by their names and by what they offer, so that no optional library is imported:
where an object is a pandas frame, pandas has been imported already.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _csvq
from ._errors import from_kind
from ._table import Table

if TYPE_CHECKING:
    from typing import NoReturn

ACCEPTED = (
    "a path (str or os.PathLike); the content of a file (bytes, bytearray or memoryview); "
    "a file object; a pandas, polars or pyarrow table, or anything else that offers "
    "__arrow_c_stream__ or __arrow_c_array__; a DuckDB relation; a polars LazyFrame; "
    "a pyarrow Dataset; a dict of columns, such as "
    '{"id": [1, 2], "name": ["a", "b"]}'
)


def source(side: object, name: str) -> _csvq.Source:
    """Makes one side of a comparison of what a user passed.

    A path keeps its own name, and so does a file object that has one; all else is called `name`.

    Raises TypeError where it is nothing that csvq can compare, and what the libraries raise whose
    objects are converted.
    """
    if isinstance(side, (str, os.PathLike)):
        return _csvq.Source.path(os.fsdecode(side))
    if isinstance(side, (bytes, bytearray, memoryview)):
        return _csvq.Source.bytes(name, bytes(side))
    if isinstance(side, Table):
        return _csvq.Source.table(side._inner)
    return _library(side, name) or _protocol(side, name) or _refuse(side)


def _library(side: Any, name: str) -> _csvq.Source | None:
    """Objects that need more than the Arrow protocol, or that offer it and are no tables."""
    if _is(side, "pandas", "DataFrame"):
        return _pandas(side, name)
    if _is(side, "polars", "LazyFrame") or _is(side, "narwhals", "LazyFrame"):
        return source(side.collect(), name)
    if _is(side, "polars", "DataFrame"):
        for column, dtype in side.schema.items():
            if str(dtype).startswith("Object"):
                message = (
                    f"{name}: column {column!r}: the type {dtype} can't be compared: it holds Python's own objects"
                )
                raise from_kind("unsupported", message, {"input": name, "column": column})
    if _is(side, "pyarrow", "Dataset"):
        return _csvq.Source.stream(name, side.scanner().to_reader())
    if _is(side, "pyarrow", "Scanner"):
        return _csvq.Source.stream(name, side.to_reader())
    if _is(side, "duckdb", "DuckDBPyRelation"):
        return _duckdb(side, name)
    if _is(side, "duckdb", "DuckDBPyConnection"):
        raise TypeError("a DuckDB connection is no table; pass a relation, such as connection.sql('from t')")
    for library, column, table in _COLUMNS:
        if _is(side, library, column) and not _is(side, "pyarrow", "StructArray"):
            kind = f"{library}.{type(side).__name__}"
            raise TypeError(f"{kind} is one column and no table; pass {table}")
    return None


_COLUMNS = (
    ("pandas", "Series", "series.to_frame()"),
    ("pandas", "Index", "index.to_frame()"),
    ("polars", "Series", "series.to_frame()"),
    ("narwhals", "Series", "series.to_frame()"),
    ("pyarrow", "ChunkedArray", "pyarrow.table({'name': array})"),
    ("pyarrow", "Array", "pyarrow.table({'name': array})"),
    ("numpy", "ndarray", "a dict of columns, such as {'a': array[:, 0], 'b': array[:, 1]}"),
)


def _protocol(side: Any, name: str) -> _csvq.Source | None:
    """Objects known by what they offer."""
    if isinstance(side, type):
        return None
    if hasattr(side, "__arrow_c_stream__"):
        return _csvq.Source.stream(name, side)
    if hasattr(side, "__arrow_c_array__"):
        return _csvq.Source.array(name, side)
    if isinstance(side, Mapping):
        from . import _frames

        return _csvq.Source.table(_frames.from_dict(side, name))
    if callable(getattr(side, "read", None)):
        return _file(side, name)
    return None


def _installed(library: str) -> Any:
    try:
        return importlib.import_module(library)
    except ImportError:
        return None


def _refuse(side: object) -> NoReturn:
    kind = f"{type(side).__module__}.{type(side).__qualname__}".replace("builtins.", "")
    hint = ""
    if isinstance(side, (list, tuple)):
        hint = "; of rows make a dict of columns, or a frame"
    raise TypeError(f"csvq can't compare an object of type {kind}{hint}. What it takes: {ACCEPTED}")


def _is(side: object, library: str, name: str) -> bool:
    """Whether an object is of a library's class, or of one derived from it."""
    # DuckDB's classes stand in `_duckdb` in some versions, and in `duckdb` in others.
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0].lstrip("_") == library
        for kind in type(side).__mro__
    )


def _file(side: Any, name: str) -> _csvq.Source:
    content = side.read()
    if isinstance(content, str):
        content = content.encode("utf-8")
    if not isinstance(content, (bytes, bytearray, memoryview)):
        kind = type(content).__name__
        raise TypeError(f"the file object's read() gave {kind}, where bytes or str are expected")
    own = getattr(side, "name", None)
    if isinstance(own, str) and own and not isinstance(side, (io.BytesIO, io.StringIO)):
        name = own
    return _csvq.Source.bytes(name, bytes(content))


def _duckdb(side: Any, name: str) -> _csvq.Source:
    # Older versions offer the protocol and need pyarrow for it.
    if hasattr(side, "__arrow_c_stream__"):
        try:
            return _csvq.Source.stream(name, side)
        except ImportError:
            pass
    for convert in ("pl", "arrow"):
        try:
            return _csvq.Source.stream(name, getattr(side, convert)())
        except ImportError:
            pass
    raise ImportError(
        "this version of DuckDB hands tables over by pyarrow or polars: pip install pyarrow, or a newer DuckDB"
    )


def _pandas(side: Any, name: str) -> _csvq.Source:
    from . import _frames

    frame = _frames.with_named_index(side)
    pyarrow = _installed("pyarrow")
    # pyarrow has the protocol since version 14.
    if hasattr(getattr(pyarrow, "Table", None), "__arrow_c_stream__") and _frames.is_plain(frame):
        plain = _frames.with_plain_zones(frame)
        try:
            table = pyarrow.Table.from_pandas(plain, preserve_index=False)
        except (pyarrow.ArrowException, OverflowError, TypeError, ValueError):
            # What it refuses, the other way takes, or refuses by the column's name.
            pass
        else:
            return _csvq.Source.stream(name, table)
    return _csvq.Source.table(_frames.from_pandas(frame, name))
