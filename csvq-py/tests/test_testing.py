"""Assertions of tables, and how pytest shows them."""

from __future__ import annotations

import pickle
from typing import Any

import csvq
import pytest
from csvq.testing import TablesDifferError, assert_tables_equal

Columns = dict[str, list[Any]]


def test_equal(left: Columns) -> None:
    assert_tables_equal(left, left, "id")
    assert_tables_equal(left, left, key="id", abs_tol=0.1, rows=3)


def test_different(left: Columns, right: Columns) -> None:
    with pytest.raises(TablesDifferError) as error:
        assert_tables_equal(left, right, key="id")
    assert isinstance(error.value, AssertionError)
    assert error.value.comparison.counts.changed == 1
    lines = str(error.value).splitlines()
    assert lines[0] == "Different: 1 changed, 1 added, 1 removed of 3 rows"
    text = str(error.value)
    for part in ("Columns that differ", "price", "2.5  → 2.55", "Removed rows", "Added rows"):
        assert part in text
    for part in ("\n  left ", "unchanged", "--format", "\x1b["):
        assert part not in text


def test_columns_on_one_side(left: Columns) -> None:
    with pytest.raises(TablesDifferError, match="1 column on the right alone: note"):
        assert_tables_equal(left, {**left, "note": [None] * 3}, key="id")


def test_rows() -> None:
    ids = range(100)
    with pytest.raises(TablesDifferError) as error:
        assert_tables_equal({"id": ids, "v": [0] * 100}, {"id": ids, "v": [1] * 100}, key="id", rows=3)
    assert str(error.value).count("id=") == 3
    assert error.value.render(7).count("id=") == 7
    assert "\x1b[" in error.value.render(colour=True)


def test_more_rows_than_reports_have() -> None:
    ids = range(300)
    with pytest.raises(TablesDifferError) as error:
        assert_tables_equal({"id": ids, "v": [0] * 300}, {"id": ids, "v": [1] * 300}, key="id", rows=200)
    assert str(error.value).count("id=") == 200


def test_errors_are_errors(left: Columns) -> None:
    with pytest.raises(csvq.UnknownOptionError):
        assert_tables_equal(left, left, kye="id")  # type: ignore[call-arg]
    with pytest.raises(csvq.KeyColumnError):
        assert_tables_equal(left, left)


TEST = """
from csvq.testing import assert_tables_equal

LEFT = {"id": list(range(30)), "v": [0.5] * 30}

def check(table):
    assert_tables_equal(
        LEFT,
        table,
        key="id",
    )

def test_prices():
    right = {"id": list(range(30)), "v": [1.5] * 30}
    check(right)

def test_equal():
    check(LEFT)

def test_other_failures():
    assert LEFT == 1
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Any:
    pytester.makepyfile(test_data=TEST)

    def run(*args: str) -> Any:
        # A process of its own, so that the plugin is loaded as a user's is.
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *args)

    return run


def test_plugin(run: Any) -> None:
    result = run()
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_prices*",
            "test_data.py:14: in test_prices",
            ">   check(right)",
            "test_data.py:6: in check",
            ">   assert_tables_equal(",
            "        LEFT,",
            "        table,",
            '        key="id",',
            "    )",
            "Different: 30 changed of 30 rows",
            "Columns that differ*",
            "Changed rows*",
            "  id=0*",
            "    v  0.5  → 1.5",
        ]
    )
    result.stdout.fnmatch_lines(["*assert {'id'*"])
    result.stdout.fnmatch_lines(["FAILED test_data.py::test_prices - csvq*"])
    shown = result.stdout.str()
    assert shown.count("id=") == 10
    assert "csvq/testing.py" not in shown
    assert "raise TablesDifferError" not in shown
    assert "\x1b[" not in shown


@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native", "no"])
def test_every_style_of_traceback(run: Any, style: str) -> None:
    result = run(f"--tb={style}")
    result.assert_outcomes(failed=2, passed=1)
    assert "INTERNALERROR" not in result.stdout.str()
    if style != "no":
        result.stdout.fnmatch_lines(["*Different: 30 changed of 30 rows*"])


def test_colour(run: Any) -> None:
    shown = run("--color=yes").stdout.str()
    assert "\x1b[31m" in shown
    assert "\x1b[32m" in shown


def test_rows_of_the_command_line(run: Any) -> None:
    assert run("--csvq-rows", "3").stdout.str().count("id=") == 3
    assert run("--csvq-rows", "0").stdout.str().count("id=") == 0
    wrong = run("--csvq-rows", "many")
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR


def test_rows_of_the_settings(run: Any, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ncsvq_rows = 2\n")
    assert run().stdout.str().count("id=") == 2
    assert run("--csvq-rows=4").stdout.str().count("id=") == 4
    pytester.makeini("[pytest]\ncsvq_rows = many\n")
    assert run().ret == pytest.ExitCode.USAGE_ERROR


def test_reports_for_machines(run: Any, pytester: pytest.Pytester) -> None:
    run("--junitxml=junit.xml")
    junit = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "Different: 30 changed of 30 rows" in junit


def test_expected_failures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_xfail="""
        import pytest
        from csvq.testing import assert_tables_equal

        @pytest.mark.xfail
        def test_known():
            assert_tables_equal({"id": [1]}, {"id": [2]}, key="id")
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(xfailed=1)


def test_unittest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_case="""
        import unittest
        from csvq.testing import assert_tables_equal

        class TestCase(unittest.TestCase):
            def test_table(self):
                assert_tables_equal({"id": [1]}, {"id": [2]}, key="id")
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "test_case.py:6: in test_table",
            '>   assert_tables_equal({"id": ?1?}, {"id": ?2?}, key="id")',
            "Different: 1 added, 1 removed*",
        ]
    )


def test_the_error_goes_to_other_processes() -> None:
    with pytest.raises(TablesDifferError) as error:
        assert_tables_equal({"id": [1]}, {"id": [2]}, key="id")
    again = pickle.loads(pickle.dumps(error.value))
    assert isinstance(again, AssertionError)
    assert str(again) == str(error.value)
