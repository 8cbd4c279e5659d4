"""Every example of the docstrings."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import csvq
import pytest

MODULES = ["csvq", *(f"csvq.{module.name}" for module in pkgutil.iter_modules(csvq.__path__))]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "csvq.__main__"])
def test_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


@pytest.mark.parametrize("name", ["compare", "column_compare", "hash_compare", "schema_compare", "unique_keys"])
def test_every_function_has_an_example(name: str) -> None:
    assert ">>>" in getattr(csvq, name).__doc__
