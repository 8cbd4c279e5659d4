"""csvq compares two tables and says exactly what changed.

>>> import csvq
>>> result = csvq.compare(b"id,price\\n1,10\\n2,20\\n", b"id,price\\n1,10\\n2,25\\n3,30\\n", key="id")
>>> result.is_equal
False
>>> result.counts.changed, result.counts.added, result.counts.removed
(1, 1, 0)
"""

from __future__ import annotations

from ._compare import column_compare, compare, hash_compare, schema_compare, unique_keys
from ._comparison import Column, Comparison, Counts, Schema
from ._csvq import __version__
from ._errors import (
    CancelledError,
    ConfigError,
    ConflictError,
    CsvqError,
    DeniedError,
    DisabledError,
    DuplicateKeyError,
    ForkedError,
    IncompatibleError,
    InputChangedError,
    InternalError,
    KeyColumnError,
    LimitExceededError,
    MalformedError,
    NotFoundError,
    PackageError,
    PluginError,
    ReadError,
    SignatureError,
    SpecError,
    StateError,
    SuspiciousError,
    TimedOutError,
    UnknownOptionError,
    UnsupportedError,
    WorkerLostError,
)
from ._options import Options, Reading
from ._progress import Progress
from ._table import Table

__all__ = [
    "CancelledError",
    "Column",
    "Comparison",
    "ConfigError",
    "ConflictError",
    "Counts",
    "CsvqError",
    "DeniedError",
    "DisabledError",
    "DuplicateKeyError",
    "ForkedError",
    "IncompatibleError",
    "InputChangedError",
    "InternalError",
    "KeyColumnError",
    "LimitExceededError",
    "MalformedError",
    "NotFoundError",
    "Options",
    "PackageError",
    "PluginError",
    "Progress",
    "ReadError",
    "Reading",
    "Schema",
    "SignatureError",
    "SpecError",
    "StateError",
    "SuspiciousError",
    "Table",
    "TimedOutError",
    "UnknownOptionError",
    "UnsupportedError",
    "WorkerLostError",
    "__version__",
    "column_compare",
    "compare",
    "hash_compare",
    "schema_compare",
    "unique_keys",
]
