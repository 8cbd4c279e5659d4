"""Errors: a class for each kind, and one base."""

from __future__ import annotations

import copy
import pickle

import csvq
import pytest
from csvq import _csvq, _errors

BUILT_IN = {
    "invalid_spec": ValueError,
    "io": OSError,
    "malformed": ValueError,
    "key": ValueError,
    "duplicate_key": ValueError,
    "timed_out": TimeoutError,
    "not_found": LookupError,
    "internal": RuntimeError,
    "unsupported": TypeError,
    "forked": RuntimeError,
}


def classes() -> list[type[csvq.CsvqError]]:
    own = [getattr(_errors, name) for name in _errors.__all__]
    return [each for each in own if each not in (csvq.CsvqError, csvq.UnknownOptionError)]


def test_each_kind_has_one_class() -> None:
    kinds = _csvq.error_kinds()
    assert sorted(each.kind for each in classes()) == sorted(kinds)
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("kind", _csvq.error_kinds())
def test_from_kind(kind: str) -> None:
    error = _errors.from_kind(kind, "left.csv: wrong", {"input": "left.csv", "line": 3})
    assert type(error) in classes()
    assert isinstance(error, csvq.CsvqError)
    assert isinstance(error, BUILT_IN.get(kind, Exception))
    assert (error.kind, str(error)) == (kind, "left.csv: wrong")
    assert error.context == {"input": "left.csv", "line": 3}
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert (again.kind, str(again), again.context) == (kind, str(error), error.context)


def test_a_kind_of_a_later_version() -> None:
    error = _errors.from_kind("eclipsed", "too dark", {})
    assert (type(error), error.kind) == (csvq.CsvqError, "eclipsed")


@pytest.mark.parametrize("name", _errors.__all__)
def test_all_are_public(name: str) -> None:
    assert getattr(csvq, name) is getattr(_errors, name)
    assert name in csvq.__all__
    assert getattr(csvq, name).__doc__


def test_unknown_option() -> None:
    error = csvq.UnknownOptionError("no such option", {"field": "kee"})
    assert isinstance(error, csvq.SpecError)
    assert isinstance(error, TypeError)
    assert error.kind == "invalid_spec"
