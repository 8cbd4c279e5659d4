"""What a comparison found."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Union

from ._errors import SpecError
from ._table import Table

if TYPE_CHECKING:
    import os
    from pathlib import Path
    from typing import Literal

    from . import _csvq

__all__ = ["Column", "Comparison", "Counts", "Schema"]

#: How many rows of each kind a ``repr`` shows.
_SAMPLE = 5


class Counts(NamedTuple):
    """Exact counts of rows and cells, whatever is shown."""

    #: Rows of the left table.
    left_rows: int
    #: Rows of the right table.
    right_rows: int
    #: Pairs of rows: unchanged and changed.
    matched: int
    #: Pairs in which every compared cell is equal under the rules.
    unchanged: int
    #: Pairs in which some compared cell differs.
    changed: int
    #: Rows on the right alone.
    added: int
    #: Rows on the left alone.
    removed: int
    #: Cells that differ, over all changed pairs.
    changed_cells: int
    #: Distinct keys that occur more than once on the left.
    left_duplicate_keys: int
    #: As ``left_duplicate_keys``, on the right.
    right_duplicate_keys: int


class Column(NamedTuple):
    """One compared column."""

    #: Its name: the left one.
    name: str
    #: Its name on the left.
    left_name: str
    #: Its name on the right.
    right_name: str
    #: Matched rows in which it differs.
    changed: int
    #: The part of matched rows in which it is equal, 0 to 1; ``None`` where no row matched.
    match_rate: Optional[float]
    #: The largest difference among changed cells that are numbers on both sides.
    max_abs_diff: Optional[float]
    #: Changed cells that could not be read as the column's declared type.
    unparsable: int
    #: Its type as compared: ``text``, ``integer``, ``float``, …
    type: str
    #: What it holds on both sides; of :func:`csvq.column_compare` alone.
    statistics: Optional[dict[str, Any]] = None


class Schema(NamedTuple):
    """Where the layouts of two tables differ."""

    #: Columns on the left alone.
    only_left: list[str]
    #: Columns on the right alone.
    only_right: list[str]
    #: Columns that stand in another order.
    reordered: list[str]
    #: Columns of another type: ``column``, ``left``, ``right``, ``change``.
    type_changes: list[dict[str, Any]]
    #: Columns of which one side alone allows nulls.
    nullability_changes: list[dict[str, Any]] = []  # noqa: RUF012 (a default that nobody writes to)
    #: Columns that were probably renamed, with the evidence; of :func:`csvq.schema_compare` alone.
    renamed: list[dict[str, Any]] = []  # noqa: RUF012
    #: How schemas were compared; of :func:`csvq.schema_compare` alone.
    mode: Optional[str] = None


class Comparison:
    """A comparison that has run: what was found, and on demand every row that differs.

    >>> import csvq
    >>> result = csvq.compare(b"id,city\\n1,Graz\\n2,Wien\\n", b"id,city\\n1,Linz\\n2,Wien\\n", key="id")
    >>> result
    Different: 1 changed of 2 rows
    ...
    >>> result.changed.to_pylist()
    [{'left_row': 1, 'right_row': 1, 'id': '1', 'city.left': 'Graz', 'city.right': 'Linz'}]
    """

    __slots__ = ("_inner", "_report")

    def __init__(self, inner: _csvq.Comparison) -> None:
        self._inner = inner
        self._report: Optional[dict[str, Any]] = None

    @property
    def is_equal(self) -> bool:
        """Whether both sides are equal under the rules."""
        return self._inner.is_equal

    def __bool__(self) -> bool:
        """A comparison is neither true nor false: ask for what is meant."""
        raise TypeError("a comparison has no truth value; ask for `.is_equal`")

    @property
    def counts(self) -> Counts:
        """Exact counts of rows and cells."""
        return Counts(*self._inner.counts())

    @property
    def columns(self) -> list[Column]:
        """The compared columns, in the order of the left table. The most different first: ``sorted(result.columns,
        key=lambda column: -column.changed)``.
        """
        return [Column(**_known(Column, column)) for column in self._details["columns"]]

    @property
    def schema(self) -> Schema:
        """Where the layouts differ."""
        return Schema(**_known(Schema, self._details["schema"]))

    @property
    def summary(self) -> str:
        """One paragraph for a person."""
        summary: str = self._details["summary"]
        return summary

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The first rows that differ, as many of each kind as ``limit`` says, with their cells as text; see
        :attr:`changed`, :attr:`added` and :attr:`removed` for all.
        """
        rows: list[dict[str, Any]] = self._details["rows"]
        return rows

    @property
    def changed(self) -> Table:
        """All changed rows: ``left_row`` and ``right_row`` (from 1), the key, and for each column with some change
        ``NAME.left`` and ``NAME.right``.
        """
        return self.table("changed")

    @property
    def added(self) -> Table:
        """All rows on the right alone, with the right table's columns."""
        return self.table("added")

    @property
    def removed(self) -> Table:
        """All rows on the left alone, with the left table's columns."""
        return self.table("removed")

    @property
    def cells(self) -> Table:
        """Every changed cell, a row each: where it is, the key, ``column``, ``left`` and ``right`` as text."""
        return self.table("cells")

    @property
    def concentrations(self) -> list[dict[str, Any]]:
        """In which values of columns the differences concentrate; of :func:`csvq.column_compare` alone."""
        found: list[dict[str, Any]] = self._details.get("concentrations", [])
        return found

    @property
    def digests(self) -> dict[str, Any]:
        """The digests; of :func:`csvq.hash_compare` alone, else empty."""
        found: dict[str, Any] = self._details.get("digests", {})
        return found

    @property
    def metadata(self) -> dict[str, Any]:
        """What ran, over what, how long it took."""
        metadata: dict[str, Any] = self._dict["metadata"]
        return metadata

    def table(self, name: str) -> Table:
        """A table of what was found.

        Args:
            name: ``changed``, ``added``, ``removed`` or ``cells``, where rows were compared; ``columns`` and
                ``concentrations`` of ``column_compare``, ``digests`` of ``hash_compare``, ``schema`` of
                ``schema_compare``.

        Raises:
            csvq.NotFoundError: where the comparison has no such table.
            csvq.SpecError: where it keeps no rows.
            csvq.InputChangedError: where a file is no longer what it was.
        """
        return Table._of(self._inner.table(name))

    def to_dict(self) -> dict[str, Any]:
        """The whole report: ``schema_version``, ``is_equal``, ``details``, ``highlights``, ``metadata``."""
        report: dict[str, Any] = json.loads(self.to_json())
        return report

    def to_json(self) -> str:
        """The whole report as JSON."""
        return self._inner.render("json")

    def to_markdown(self, rows: int = 10) -> str:
        """A summary for pages and tickets, with so many rows of each kind."""
        return self._inner.render("markdown", _count(rows))

    def to_text(self, rows: int = 10, width: int = 100, colour: bool = False) -> str:
        """A summary for a terminal of a width, with so many rows of each kind (at most as many as ``limit`` said)."""
        return self._inner.render("text", _count(rows), _count(width, "width"), colour)

    def to_html(self, rows: int = 10) -> str:
        """A summary for a web page or a notebook, in which the cells that differ are marked."""
        return self._inner.render("html", _count(rows))

    def export(
        self,
        folder: Union[str, os.PathLike[str]],
        format: Literal["csv", "parquet"] = "csv",
        escape_formulas: bool = False,
    ) -> list[tuple[Path, int]]:
        """Writes every row that differs to ``added``, ``removed`` and ``changed`` in a folder (and the findings of
        other comparisons to files of theirs). The files appear together, or not at all.

        Args:
            folder: Where to; it is made if it is not there.
            format: ``csv`` or ``parquet``, which keeps types.
            escape_formulas: Put a ``'`` before cells that a spreadsheet would run; CSV alone.

        Returns:
            The files, and how many records each has.
        """
        return self._inner.export(folder, format, escape_formulas)

    def __repr__(self) -> str:
        return self.to_text(_SAMPLE).rstrip("\n")

    def _repr_html_(self) -> str:
        return self.to_html()

    @property
    def _dict(self) -> dict[str, Any]:
        if self._report is None:
            self._report = self.to_dict()
        return self._report

    @property
    def _details(self) -> dict[str, Any]:
        details: dict[str, Any] = self._dict["details"]
        return details


def _count(number: int, name: str = "rows") -> int:
    if number < 0:
        raise SpecError(f"{name}: {number} is not a count", {"field": name})
    return min(number, sys.maxsize)


def _known(of: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The fields that a class has: a report of a later version may have more."""
    return {name: values[name] for name in of._fields if name in values}
