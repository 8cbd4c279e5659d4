"""What the tests share: where the data is, and two small tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture
def left() -> dict[str, list[Any]]:
    """A small table, as it was."""
    return {"id": [1, 2, 3], "name": ["Tea", "Coffee", None], "price": [2.5, 3.1, 1.0]}


@pytest.fixture
def right() -> dict[str, list[Any]]:
    """The same table, as it is: a price changed, a row is gone, one is new."""
    return {"id": [1, 2, 4], "name": ["Tea", "Coffee", "Juice"], "price": [2.55, 3.1, 2.0]}
