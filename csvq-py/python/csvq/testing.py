"""Assertions for tests of data.

>>> from csvq.testing import assert_tables_equal
>>> assert_tables_equal({"id": [1, 2], "v": [0.5, 1.0]}, {"id": [2, 1], "v": [1.0, 0.5]}, key="id")
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._compare import compare

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._compare import Key
    from ._comparison import Comparison
    from ._options import Options

__all__ = ["TablesDifferError", "assert_tables_equal"]


class TablesDifferError(AssertionError):
    """Two tables differ. ``comparison`` says how; ``rows`` is how many of each kind are shown.

    >>> from csvq.testing import TablesDifferError, assert_tables_equal
    >>> try:
    ...     assert_tables_equal({"id": [1], "v": ["a"]}, {"id": [1], "v": ["b"]}, key="id")
    ... except TablesDifferError as error:
    ...     error.comparison.counts.changed
    1
    """

    comparison: Comparison
    rows: int

    def __init__(self, comparison: Comparison, rows: int = 10) -> None:
        super().__init__(comparison, rows)
        self.comparison = comparison
        self.rows = rows

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[type[AssertionError], tuple[str]]:
        # Other processes get the text: the tables stay here.
        return AssertionError, (str(self),)

    def render(self, rows: int | None = None, *, width: int = 100, colour: bool = False) -> str:
        """The lines that matter: the verdict, the columns and the first rows that differ.

        Args:
            rows: How many rows of each kind are shown; ``self.rows`` by default.
            width: How many characters a line has at most.
            colour: Whether it is coloured, by ANSI's escape sequences.
        """
        shown = self.rows if rows is None else rows
        text = self.comparison.to_text(rows=shown, width=width, colour=colour)
        blocks = text.strip("\n").split("\n\n")
        return "\n\n".join(block for block in blocks if not _beside_the_point(block))


def assert_tables_equal(
    left: object,
    right: object,
    key: Key = None,
    *,
    rows: int = 10,
    left_name: str = "left",
    right_name: str = "right",
    **options: Unpack[Options],
) -> None:
    """Asserts that two tables are equal, and says where they are not.

    Args:
        left: The table as it is expected, or as it was: whatever :func:`csvq.compare` takes.
        right: The table as it is.
        key: The columns that tell which rows belong together, as for :func:`csvq.compare`.
        rows: How many rows of each kind (changed, removed, added) the message shows; at most
            ``limit``, which is as many, and at least 100, where it is not given.
        left_name: What the left side is called in messages, where it has no name of its own.
        right_name: As ``left_name``, for the right side.
        **options: How they are compared and read; see :class:`csvq.Options`.

    Raises:
        TablesDifferError: the tables differ. It is an AssertionError; its ``comparison`` has all.
        csvq.CsvqError: they could not be compared.

    >>> from csvq.testing import assert_tables_equal
    >>> left, right = {"id": [1], "v": [1.0]}, {"id": [1], "v": [1.001]}
    >>> assert_tables_equal(left, right, key="id", abs_tol=0.01)
    """
    __tracebackhide__ = True
    options.setdefault("limit", max(rows, 100))
    comparison = compare(left, right, key, left_name=left_name, right_name=right_name, **options)
    if not comparison.is_equal:
        raise TablesDifferError(comparison, rows)


def _beside_the_point(block: str) -> bool:
    """Whether a failed test can do without: the inputs, the counts again, advice on flags."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", block)
    return plain.startswith(("  left ", "  Rows ", "For all of it"))
