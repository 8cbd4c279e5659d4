"""Tables that csvq made: for pandas, polars and pyarrow, and for plain Python."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas
    import polars
    import pyarrow

    from . import _csvq

__all__ = ["Table"]

#: How many rows a ``repr`` shows, and how wide a cell is there.
_SHOWN, _WIDTH = 10, 32
#: How many rows are made Python's own at a time.
_PIECE = 1 << 16


class Table:
    """Columns of one length, each with a name and a type. It offers the Arrow PyCapsule interface, so that whatever
    reads Arrow takes it as it is, without a copy.

    >>> import csvq
    >>> table = csvq.compare(b"id,v\\n1,a\\n", b"id,v\\n1,a\\n2,b\\n", key="id").added
    >>> len(table), table.column_names
    (1, ['id', 'v'])
    >>> for row in table:
    ...     print(row)
    {'id': '2', 'v': 'b'}
    """

    __slots__ = ("_inner",)

    _inner: _csvq.Table

    @classmethod
    def _of(cls, inner: _csvq.Table) -> Table:
        table = cls.__new__(cls)
        table._inner = inner
        return table

    @property
    def name(self) -> str:
        """What it is a table of."""
        return self._inner.name

    @property
    def num_rows(self) -> int:
        """How many rows it has."""
        return self._inner.num_rows

    @property
    def schema(self) -> list[tuple[str, str]]:
        """The names of its columns and their types, such as ``("price", "float64")``."""
        return self._inner.schema()

    @property
    def column_names(self) -> list[str]:
        """The names of its columns."""
        return [name for name, _ in self._inner.schema()]

    def __len__(self) -> int:
        return self.num_rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each as a dict."""
        names = self.column_names
        for start in range(0, self.num_rows, _PIECE):
            columns = [self._inner.column(index, start, _PIECE) for index in range(len(names))]
            for values in zip(*columns):
                yield dict(zip(names, values))

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows, each as a dict of Python's own types. Times are cut to microseconds, as fine as Python's are.

        Raises:
            ValueError: a date is beyond the years 1 to 9999, which are all that Python has.
        """
        return list(self)

    def to_pydict(self) -> dict[str, list[Any]]:
        """The columns, each as a list of Python's own types."""
        return {name: self._inner.column(index) for index, name in enumerate(self.column_names)}

    def to_polars(self) -> polars.DataFrame:
        """A frame of polars, which shares the table's memory.

        Raises:
            ImportError: where polars is not installed.
        """
        try:
            import polars
        except ImportError as error:
            raise _missing("to_polars", "polars") from error
        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """A table of pyarrow (14 or later), which shares the table's memory.

        Raises:
            ImportError: where pyarrow is not installed.
        """
        try:
            import pyarrow
        except ImportError as error:
            raise _missing("to_arrow", "pyarrow") from error
        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A frame of pandas: by way of pyarrow where it is installed, else of Python's own values.

        Raises:
            ImportError: where pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise _missing("to_pandas", "pandas") from error
        try:
            import pyarrow
        except ImportError:
            return pandas.DataFrame(self.to_pydict(), columns=self.column_names)
        # Views of text, and dictionaries, are more than every pandas takes.
        table = pyarrow.table(self)
        plain = {pyarrow.string_view(): pyarrow.large_string(), pyarrow.binary_view(): pyarrow.large_binary()}
        types = [plain.get(field.type, field.type) for field in table.schema]
        return table.cast(pyarrow.schema(list(zip(table.column_names, types)))).to_pandas()

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        """The table as an Arrow C stream, by the PyCapsule interface."""
        return self._inner.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        heads = [f"{_cell(name)}: {_cell(kind)}" for name, kind in self.schema]
        rows = self._first()
        widths = [max([len(head), *(len(row[at]) for row in rows)]) for at, head in enumerate(heads)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        names = ((html.escape(_cell(name)), html.escape(_cell(kind))) for name, kind in self.schema)
        heads = "".join(f"<th>{name}<br><small>{kind}</small></th>" for name, kind in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._first()
        )
        title = html.escape(self._title())
        return f"<table><caption>{title}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _title(self) -> str:
        rows = "1 row" if self.num_rows == 1 else f"{self.num_rows:,} rows"
        more = f", the first {_SHOWN}" if self.num_rows > _SHOWN else ""
        return f"<csvq.Table {self.name}: {rows}{more}>"

    def _first(self) -> list[list[str]]:
        columns = [self._shown(index) for index in range(len(self.column_names))]
        return [[_cell(value) for value in row] for row in zip(*columns)]

    def _shown(self, index: int) -> list[Any]:
        try:
            return self._inner.column(index, 0, _SHOWN)
        except (OverflowError, ValueError):
            # Dates beyond Python's are no reason to show nothing.
            return ["…"] * min(_SHOWN, self.num_rows)


def _cell(value: object) -> str:
    if value is None:
        return "null"
    text = value if isinstance(value, str) else str(value)
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text[: _WIDTH + 1])
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _missing(method: str, library: str) -> ImportError:
    return ImportError(f"{method}() needs {library}, which is not installed: pip install {library}")
