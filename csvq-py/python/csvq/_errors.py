"""What csvq raises: one base, a class for each kind of error, and the one table from kinds to classes."""

from __future__ import annotations

from typing import Any, Optional

__all__ = [
    "CancelledError",
    "ConfigError",
    "ConflictError",
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
    "PackageError",
    "PluginError",
    "ReadError",
    "SignatureError",
    "SpecError",
    "StateError",
    "SuspiciousError",
    "TimedOutError",
    "UnknownOptionError",
    "UnsupportedError",
    "WorkerLostError",
]


class CsvqError(Exception):
    """Why a comparison could not be made.

    ``kind`` is its name, such as ``"malformed"``. ``context`` says where, as far as that is known: ``input`` (a path or
    name), ``line`` (from 1), ``byte`` (from 0), ``column``, ``field`` (an option), ``plugin`` (its id). No error holds
    the contents of a cell.

    >>> import csvq
    >>> try:
    ...     csvq.compare(b"id,v\\n1,a\\n", b"id,v\\n1,a,b\\n", key="id")
    ... except csvq.CsvqError as error:
    ...     error.kind, error.context["line"]
    ('malformed', 2)
    """

    kind: str = "internal"
    context: dict[str, Any]

    def __init__(self, message: str = "", context: Optional[dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.context = context or {}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.context)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class SpecError(CsvqError, ValueError):
    """An option is wrong, or does not fit the tables."""

    kind = "invalid_spec"


class UnknownOptionError(SpecError, TypeError):
    """There is no option of this name; the message suggests the right one."""


class ReadError(CsvqError, OSError):
    """A file can't be opened or read."""

    kind = "io"


class MalformedError(CsvqError, ValueError):
    """A table's content breaks the rules of its format."""

    kind = "malformed"


class InputChangedError(CsvqError):
    """A file changed while it was compared."""

    kind = "input_changed"


class KeyColumnError(CsvqError, ValueError):
    """A key is needed, or the one given can't serve; the message says which columns could."""

    kind = "key"


class DuplicateKeyError(CsvqError, ValueError):
    """A key occurs more than once, and ``duplicates="error"`` refuses that."""

    kind = "duplicate_key"


class LimitExceededError(CsvqError):
    """A limit was exceeded: rows, memory, or one of a format."""

    kind = "limit_exceeded"


class CancelledError(CsvqError):
    """The comparison was cancelled."""

    kind = "cancelled"


class TimedOutError(CsvqError, TimeoutError):
    """The comparison ran out of time."""

    kind = "timed_out"


class NotFoundError(CsvqError, LookupError):
    """A name is unknown: of a comparison, a table of findings, a format."""

    kind = "not_found"


class InternalError(CsvqError, RuntimeError):
    """csvq contradicts itself; please report it."""

    kind = "internal"


class UnsupportedError(CsvqError, TypeError):
    """A type, or a feature of a format, that csvq can't compare."""

    kind = "unsupported"


class ForkedError(CsvqError, RuntimeError):
    """A fork of a process that used tables already can't; start it by ``spawn`` or ``forkserver``."""

    kind = "forked"


class ConfigError(CsvqError, ValueError):
    """A configuration file, or a setting in it, is wrong."""

    kind = "config"


class PackageError(CsvqError, ValueError):
    """A plugin package or its manifest is malformed, damaged or unsafe."""

    kind = "package"


class PluginError(CsvqError, RuntimeError):
    """A plugin reported a failure, or broke its contract."""

    kind = "plugin"


class WorkerLostError(CsvqError, RuntimeError):
    """A plugin's worker process ended before it gave a result."""

    kind = "worker_lost"


class IncompatibleError(CsvqError, RuntimeError):
    """A plugin was made for another interface, platform or version."""

    kind = "incompatible"


class ConflictError(CsvqError, RuntimeError):
    """What was asked for contradicts what is there."""

    kind = "conflict"


class StateError(CsvqError, RuntimeError):
    """The state of a home can't be read or written."""

    kind = "state"


class DisabledError(CsvqError, RuntimeError):
    """A plugin, or the plugin system, is disabled."""

    kind = "disabled"


class DeniedError(CsvqError, PermissionError):
    """The security policy, or the caller's permissions, do not allow it."""

    kind = "denied"


class SignatureError(CsvqError, RuntimeError):
    """A plugin's signature is missing, does not hold, or is of a key that is not trusted."""

    kind = "signature"


class SuspiciousError(CsvqError, RuntimeError):
    """A plugin was flagged by a scan, could not be scanned, or is in quarantine."""

    kind = "suspicious"


_CLASSES: dict[str, type[CsvqError]] = {
    own.kind: own
    for own in (
        SpecError,
        ReadError,
        MalformedError,
        InputChangedError,
        KeyColumnError,
        DuplicateKeyError,
        LimitExceededError,
        CancelledError,
        TimedOutError,
        NotFoundError,
        InternalError,
        UnsupportedError,
        ForkedError,
        ConfigError,
        PackageError,
        PluginError,
        WorkerLostError,
        IncompatibleError,
        ConflictError,
        StateError,
        DisabledError,
        DeniedError,
        SignatureError,
        SuspiciousError,
    )
}

# They are `csvq.…` to whoever meets one, wherever they stand.
for _class in (CsvqError, UnknownOptionError, *_CLASSES.values()):
    _class.__module__ = "csvq"


def from_kind(kind: str, message: str, context: dict[str, Any]) -> CsvqError:
    """The exception for an error of the engine."""
    error = _CLASSES.get(kind, CsvqError)(message, context)
    if type(error) is CsvqError:
        error.kind = kind
    return error
