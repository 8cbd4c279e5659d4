"""The comparisons, each in one line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Union

from . import _csvq
from ._comparison import Comparison
from ._options import as_json, pairs, settings
from ._progress import following
from ._sides import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Literal

    from typing_extensions import Unpack

    from ._options import Options, Reading
    from ._progress import Progress

    Key = Union[str, Iterable[str], Mapping[str, str], None]
    Follow = Union[bool, Callable[[Progress], object], None]

__all__ = ["column_compare", "compare", "hash_compare", "schema_compare", "unique_keys"]


def compare(
    left: object,
    right: object,
    key: Key = None,
    *,
    progress: Follow = None,
    left_name: str = "left",
    right_name: str = "right",
    default_key_columns: Iterable[str] | None = None,
    max_rows: int | None = None,
    **options: Unpack[Options],
) -> Comparison:
    """Compares two tables row by row: which were added, removed or changed, and in which cells.

    A side is a path (CSV, plain or compressed; Parquet, NDJSON, JSON, Arrow IPC), the bytes of such a file, a file
    object, a frame of pandas or polars, a table of pyarrow, a relation of DuckDB, a dict of columns, or anything else
    that has ``__arrow_c_stream__``.

    Args:
        left: The table as it was.
        right: The table as it is.
        key: The columns that tell which rows belong together: a name, several, or ``left=right`` where names differ.
            Without it the error says which columns could serve.
        progress: ``True`` for a bar on standard error, or a function that takes a :class:`csvq.Progress`.
        left_name: What the left side is called in messages, where it has no name of its own.
        right_name: As ``left_name``, for the right side.
        default_key_columns: The key, if ``key`` is not given and both sides have these columns.
        max_rows: Refuse tables with more rows than this.
        **options: How they are compared and read; see :class:`csvq.Options`.

    Raises:
        csvq.CsvqError: what kept it from a complete result; its subclasses say of which kind.

    >>> import csvq
    >>> left = {"id": [1, 2, 3], "price": [9.5, 20.0, 7.0]}
    >>> right = {"id": [1, 2, 4], "price": [9.5, 20.5, 8.0]}
    >>> result = csvq.compare(left, right, key="id")
    >>> result.counts.changed, result.counts.added, result.counts.removed
    (1, 1, 1)
    >>> csvq.compare(left, right, key="id", abs_tol={"price": 0.5}).counts.changed
    0
    """
    parameters = {"default_key_columns": default_key_columns, "max_rows": max_rows}
    return _run("row_compare", (left, right), key, progress, (left_name, right_name), parameters, options)


def column_compare(
    left: object,
    right: object,
    key: Key = None,
    *,
    progress: Follow = None,
    left_name: str = "left",
    right_name: str = "right",
    default_tolerance: float | None = None,
    **options: Unpack[Options],
) -> Comparison:
    """Compares two tables column by column: match rates, nulls, distinct values, how far numbers moved, and in which
    values of other columns the changes concentrate.

    Args and errors are those of :func:`compare`; and ``default_tolerance``, the distance within which numbers are equal
    in columns for which ``abs_tol`` says nothing (default 0).

    >>> import csvq
    >>> result = csvq.column_compare(b"id,v\\n1,2\\n2,4\\n", b"id,v\\n1,2\\n2,5\\n", key="id", types="infer")
    >>> result.columns[0].name, result.columns[0].match_rate
    ('v', 0.5)
    """
    parameters = {"default_tolerance": default_tolerance}
    return _run("column_compare", (left, right), key, progress, (left_name, right_name), parameters, options)


def hash_compare(
    left: object,
    right: object,
    key: Key = None,
    *,
    progress: Follow = None,
    left_name: str = "left",
    right_name: str = "right",
    default_algorithm: Literal["sha256", "sha512", "blake3", "md5"] | None = None,
    chunk_size: int | None = None,
    order: Literal["sensitive", "insensitive", "both"] | None = None,
    digest_of: Literal["values", "bytes", "both"] | None = None,
    **options: Unpack[Options],
) -> Comparison:
    """Compares two tables by digests: of the whole, of each column, and of chunks of rows.

    Args and errors are those of :func:`compare`, without a need for a key; and

    - ``default_algorithm``: how digests are computed (default ``"sha256"``);
    - ``chunk_size``: rows of a chunk (default 8192);
    - ``order``: whether digests depend on the order of rows (default ``"sensitive"``);
    - ``digest_of``: the tables' values, their files' bytes, or both (default ``"values"``).

    >>> import csvq
    >>> result = csvq.hash_compare(b"id,v\\n1,a\\n", b"id,v\\n1,a\\n")
    >>> result.is_equal, result.digests["table"]["left"][:8]
    (True, '...')
    """
    parameters = {
        "default_algorithm": default_algorithm,
        "chunk_size": chunk_size,
        "order": order,
        "digest_of": digest_of,
    }
    return _run("hash_compare", (left, right), key, progress, (left_name, right_name), parameters, options)


def schema_compare(
    left: object,
    right: object,
    key: Key = None,
    *,
    progress: Follow = None,
    left_name: str = "left",
    right_name: str = "right",
    strict_mode: bool | None = None,
    find_renamed: bool | None = None,
    **options: Unpack[Options],
) -> Comparison:
    """Compares what two tables look like: columns on one side alone, moved, probably renamed, of another type.

    Args and errors are those of :func:`compare`, without a need for a key; and ``strict_mode``, whether order and exact
    types count (default: no, and a wider type is fine), and ``find_renamed``, whether values are looked at to find
    columns that were renamed.

    >>> import csvq
    >>> csvq.schema_compare(b"id,v\\n1,2\\n", b"id,w\\n1,x\\n").schema.only_right
    ['w']
    """
    parameters = {"strict_mode": strict_mode, "find_renamed": find_renamed}
    return _run("schema_compare", (left, right), key, progress, (left_name, right_name), parameters, options)


def unique_keys(table: object, *, name: str = "table", **options: Unpack[Reading]) -> list[list[str]]:
    """The columns, or pairs of them where no single one will do, that could be a key: no two rows have the same values.

    Args:
        table: What a side of :func:`compare` can be.
        name: What it is called in messages, where it has no name of its own.
        **options: How it is read.

    >>> import csvq
    >>> csvq.unique_keys({"country": ["AT", "AT", "DE"], "city": ["Graz", "Wien", "Wien"]})
    [['country', 'city']]
    """
    told = {**options, "encoding": "utf-8"} if isinstance(table, io.TextIOBase) else options
    profile: dict[str, Any] = json.loads(_csvq.profile(source(table, name), settings(told)))
    keys: list[list[str]] = profile["keys"]
    return keys


def _run(
    comparator: str,
    sides: tuple[object, object],
    key: Key,
    progress: Follow,
    names: tuple[str, str],
    parameters: Mapping[str, object],
    options: Mapping[str, object],
) -> Comparison:
    told = {"key": pairs(key), **options}
    for side, name in zip(sides, ("left", "right")):
        if isinstance(side, io.TextIOBase):
            # It was decoded already.
            told[f"{name}_encoding"] = "utf-8"
    given = settings(told, parameters)
    own = as_json({name: value for name, value in parameters.items() if value is not None})
    left, right = (source(side, name) for side, name in zip(sides, names))
    with following(progress) as follow:
        return Comparison(_csvq.compare(comparator, left, right, given, own, follow))
