"""The compiled part of csvq. Use the package itself: this part may change with every version."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Optional, Union, final

__all__ = [
    "Comparison",
    "Source",
    "Table",
    "__version__",
    "compare",
    "error_kinds",
    "main",
    "profile",
    "setting_names",
]
__version__: str

def main(argv: Sequence[str]) -> int: ...
def compare(
    comparator_name: str,
    left: Source,
    right: Source,
    settings: str,
    parameters: str,
    progress: Optional[Callable[[str, int, int], object]] = None,
) -> Comparison: ...
def profile(table: Source, settings: str) -> str: ...
def setting_names() -> list[str]: ...
def error_kinds() -> list[str]: ...

@final
class Source:
    @staticmethod
    def path(path: Union[str, os.PathLike[str]]) -> Source: ...
    @staticmethod
    def bytes(name: str, content: bytes) -> Source: ...
    @staticmethod
    def stream(name: str, object: Any) -> Source: ...
    @staticmethod
    def array(name: str, object: Any) -> Source: ...
    @staticmethod
    def table(table: Table) -> Source: ...
    @property
    def name(self) -> str: ...

@final
class Table:
    @staticmethod
    def from_columns(
        name: str, columns: Sequence[tuple[str, str, Union[bytes, list[Any]], Optional[bytes]]]
    ) -> Table: ...
    @property
    def name(self) -> str: ...
    @property
    def num_rows(self) -> int: ...
    def schema(self) -> list[tuple[str, str]]: ...
    def column(self, index: int, start: int = 0, rows: Optional[int] = None) -> list[Any]: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...

@final
class Comparison:
    @property
    def is_equal(self) -> bool: ...
    def counts(self) -> list[int]: ...
    def table(self, name: str) -> Table: ...
    def render(
        self,
        format: Literal["text", "json", "jsonl", "csv", "markdown", "html"],
        sample: int = 10,
        width: int = 100,
        colour: bool = False,
    ) -> str: ...
    def export(
        self,
        folder: Union[str, os.PathLike[str]],
        format: Literal["csv", "parquet"] = "csv",
        escape_formulas: bool = False,
    ) -> list[tuple[Path, int]]: ...
