"""A test of data: pytest, and one assertion.

Run it by `pytest data_test.py`. Where a test fails, pytest shows the rows that differ.
"""

from __future__ import annotations

from pathlib import Path

import csvq
import pytest
from csvq.testing import assert_tables_equal

DATA = Path(__file__).resolve().parents[1] / "data"


def total_by_country(orders: dict[str, list[object]]) -> dict[str, list[object]]:
    """What is tested: sums of amounts."""
    totals: dict[object, float] = {}
    for country, amount in zip(orders["country"], orders["amount"]):
        totals[country] = totals.get(country, 0.0) + float(str(amount))
    return {"country": list(totals), "total": list(totals.values())}


def test_totals() -> None:
    """Floats within a tolerance, rows in any order."""
    orders: dict[str, list[object]] = {
        "country": ["DE", "AT", "DE"],
        "amount": ["0.1", "1.5", "0.2"],
    }
    expected = {"country": ["AT", "DE"], "total": [1.5, 0.3]}
    assert_tables_equal(total_by_country(orders), expected, key="country", abs_tol=1e-9)


def test_icao_is_a_key() -> None:
    """What the key is, is a fact about data that can be tested."""
    assert ["icao"] in csvq.unique_keys(DATA / "airports-2026-09.csv")


def test_little_changes_from_release_to_release() -> None:
    """A comparison is a result like any other: assert what should hold."""
    result = csvq.compare(
        DATA / "airports-2024-02.csv",
        DATA / "airports-2026-09.csv",
        key="icao",
        abs_tol={"lat": 1e-5, "lon": 1e-5},
    )
    assert result.counts.removed < 0.02 * result.counts.left_rows
    assert result.schema.only_left == result.schema.only_right == []
    assert all(column.match_rate == pytest.approx(1, abs=0.01) for column in result.columns)
