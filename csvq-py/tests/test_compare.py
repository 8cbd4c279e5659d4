"""What a comparison can be told, and what it says of what it can't be told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import csvq
import pytest

if TYPE_CHECKING:
    from pathlib import Path

LEFT = b"id,name,price,seen\n1, tea ,2.50,2024-01-31 10:00\n2,Coffee,3.10,2024-02-01 10:00\n"
RIGHT = b"id,name,price,seen\n1,Tea,2.5,31.01.2024 10:00\n2,COFFEE,3.11,2024-02-01 10:01\n"


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        ({}, 6),
        ({"only": "price"}, 2),
        ({"only": ["price", "seen"]}, 4),
        ({"only": ("price",)}, 2),
        ({"ignore": {"price", "seen"}}, 2),
        ({"ignore": "p*,s*"}, 2),
        ({"as_number": True}, 5),
        ({"as_number": {"price": True}}, 5),
        ({"abs_tol": 0.5}, 4),
        ({"abs_tol": {"price": 0.5}}, 4),
        ({"abs_tol": {"price": 0.001, "*": 0.5}}, 5),
        ({"abs_tol": {"type:decimal": 0.5}, "types": "infer"}, 4),
        ({"abs_tol": 1, "rel_tol": None}, 4),
        ({"rel_tol": 0.01}, 4),
        ({"types": {"price": "decimal"}}, 5),
        ({"trim": True, "ignore_case": True}, 4),
        ({"trim": {"name": True}, "ignore_case": {"name": True}}, 4),
        ({"as_time": ["iso", "%d.%m.%Y %H:%M"]}, 5),
        ({"as_time": ("iso", "%d.%m.%Y %H:%M"), "time_tol": "1m"}, 4),
        (
            {"as_time": {"seen": ["iso", "%d.%m.%Y %H:%M"]}, "time_tol": dt.timedelta(minutes=1)},
            4,
        ),
        ({"null": ["Coffee", "COFFEE"]}, 5),
        ({"null": {"name": ["Coffee", "COFFEE"]}}, 5),
        ({"threads": 1, "memory": 32 << 20}, 6),
        ({"memory": "32MiB", "limit": "all"}, 6),
        ({"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": True}, 6),
    ],
)
def test_options(options: dict[str, Any], cells: int) -> None:
    assert csvq.compare(LEFT, RIGHT, key="id", **options).counts.changed_cells == cells


def test_reading_each_side() -> None:
    result = csvq.compare(
        "id;n\n1;Wörth\n".encode("latin1"),
        b"# made by hand\n1|W\xc3\xb6rth\n",
        key="id=column_1",
        map={"n": "column_2"},
        left_delimiter=";",
        left_encoding="latin1",
        right_delimiter="|",
        right_comment="#",
        right_header=False,
    )
    assert result.is_equal


def test_spill_dir_is_a_path(tmp_path: Path) -> None:
    assert csvq.compare(LEFT, LEFT, key="id", spill_dir=tmp_path).is_equal


@pytest.mark.parametrize("key", ["country,city", ["country", "city"], ("country", "city")])
def test_keys(key: Any) -> None:
    left = {"country": ["AT", "AT"], "city": ["Wien", "Graz"], "size": [2, 1]}
    right = {"city": ["Graz", "Wien"], "country": ["AT", "AT"], "size": [1, 3]}
    assert csvq.compare(left, right, key).counts.changed == 1


def test_keys_of_other_names() -> None:
    right = {"nr": [1], "v": ["a"]}
    for key in ("id=nr", ["id=nr"]):
        assert csvq.compare({"id": [1], "v": ["a"]}, right, key=key).is_equal


def test_by_position_and_content() -> None:
    left, right = {"v": ["a", "b"]}, {"v": ["b", "a"]}
    assert csvq.compare(left, right, by="position").counts.changed == 2
    assert csvq.compare(left, right, by="content").is_equal


def test_no_key() -> None:
    with pytest.raises(csvq.KeyColumnError, match="`id`") as error:
        csvq.compare(LEFT, RIGHT)
    assert isinstance(error.value, ValueError)
    assert error.value.kind == "key"


def test_unknown_columns() -> None:
    with pytest.raises(csvq.CsvqError):
        csvq.compare(LEFT, RIGHT, key="nr")
    with pytest.raises(csvq.SpecError) as error:
        csvq.compare(LEFT, RIGHT, key="id", abs_tol={"prise": 1})
    assert error.value.context["field"] == "abs_tol"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("abs_tolerance", "abs_tol"), ("ignore_cse", "ignore_case"), ("delimeter", "delimiter")],
)
def test_an_unknown_option_suggests_the_right_one(name: str, meant: str) -> None:
    with pytest.raises(csvq.UnknownOptionError, match=meant) as error:
        csvq.compare(LEFT, RIGHT, key="id", **{name: 1})  # type: ignore[arg-type]
    assert isinstance(error.value, TypeError)
    assert isinstance(error.value, csvq.SpecError)


@pytest.mark.parametrize(
    "options",
    [
        {"abs_tol": -1},
        {"abs_tol": float("nan")},
        {"abs_tol": "much"},
        {"abs_tol": object()},
        {"by": "name"},
        {"types": {"id": "money"}},
        {"time_tol": "soon"},
        {"time_tol": dt.timedelta(seconds=-1)},
        {"delimiter": ",,"},
        {"memory": 5},
        {"threads": 0},
        {"limit": -1},
        {"trim": 1},
        {"map": {"name": ""}},
        {"as_time": "%H:%M"},
        {"by": "position"},
    ],
)
def test_wrong_values(options: dict[str, Any]) -> None:
    with pytest.raises(csvq.SpecError) as error:
        csvq.compare(LEFT, RIGHT, key="id", **options)
    assert error.value.kind == "invalid_spec"
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    ("left", "kind", "error"),
    [
        (b"id,v\n1,a,b\n", "malformed", csvq.MalformedError),
        (b'id,v\n1,"a\n', "malformed", csvq.MalformedError),
        (b"id,v\n1,\xff\n", "malformed", csvq.MalformedError),
        ("no such file.csv", "io", csvq.ReadError),
    ],
)
def test_inputs_that_fail(left: Any, kind: str, error: type[csvq.CsvqError]) -> None:
    with pytest.raises(error) as raised:
        csvq.compare(left, b"id,v\n1,b\n", key="id", left_name="old")
    assert raised.value.kind == kind
    assert raised.value.context["input"] in ("old", "no such file.csv")


def test_the_context_of_an_error() -> None:
    with pytest.raises(csvq.MalformedError) as error:
        csvq.compare(b"id,v\n1,a\n2,secret,c\n", b"id,v\n", key="id")
    context = error.value.context
    assert (context["input"], context["line"], context["byte"]) == ("left", 3, 9)
    assert "secret" not in str(error.value)


def test_duplicates() -> None:
    left, right = b"id,v\n1,a\n1,b\n", b"id,v\n1,b\n"
    assert csvq.compare(left, right, key="id").counts.removed == 1
    assert csvq.compare(left, right, key="id", duplicates="first").counts.changed == 1
    with pytest.raises(csvq.DuplicateKeyError, match="records 1, 2"):
        csvq.compare(left, right, key="id", duplicates="error")


def test_limits() -> None:
    with pytest.raises(csvq.LimitExceededError):
        csvq.compare(LEFT, RIGHT, key="id", max_rows=1)
    found = csvq.compare(LEFT, RIGHT, key="id", stop_after=1)
    assert found.metadata["stopped_early"]
    shown = csvq.compare(LEFT, RIGHT, key="id", limit=1)
    assert (len(shown.rows), shown.counts.changed) == (1, 2)


def test_default_key_columns() -> None:
    assert csvq.compare(LEFT, LEFT, default_key_columns=["id"]).is_equal


def test_columns() -> None:
    result = csvq.column_compare(LEFT, RIGHT, key="id", default_tolerance=0.005)
    price = next(column for column in result.columns if column.name == "price")
    assert (price.changed, price.match_rate) == (1, 0.5)
    assert price.statistics is not None
    assert price.statistics["left"]["distinct"] == 2


def test_digests() -> None:
    equal = csvq.hash_compare(LEFT, LEFT)
    assert equal.is_equal
    assert equal.digests["algorithm"] == "sha256"
    other = csvq.hash_compare(LEFT, RIGHT, default_algorithm="blake3", chunk_size=1, order="both", digest_of="both")
    assert not other.is_equal
    assert (other.digests["chunks"]["differing"], other.digests["chunk_size"]) == (2, 1)
    with pytest.raises(csvq.SpecError):
        csvq.hash_compare(LEFT, RIGHT, abs_tol=1)
    with pytest.raises(csvq.SpecError):
        csvq.hash_compare(LEFT, RIGHT, default_algorithm="crc32")  # type: ignore[arg-type]


def test_schemas() -> None:
    left, right = {"id": [1], "v": [1.5]}, {"v": [2.5], "id": [1]}
    assert csvq.schema_compare(left, right).is_equal
    strict = csvq.schema_compare(left, right, strict_mode=True)
    assert not strict.is_equal
    assert strict.schema.mode == "strict"
    assert set(strict.schema.reordered) == {"id", "v"}


def test_unique_keys(root: Path) -> None:
    assert csvq.unique_keys(root / "examples/data/airports-2024-02.csv") == [["icao"]]
    assert csvq.unique_keys({"a": [1, 1], "b": [2, 2]}) == []
    assert csvq.unique_keys(b"a;b\n1;1\n1;2\n", delimiter=";") == [["b"]]


def test_peers(root: Path) -> None:
    """Wrong answers that others give."""
    big = {"id": [1], "v": [2**53]}
    assert not csvq.compare(big, {"id": [1], "v": [2**53 + 1]}, key="id").is_equal
    joined = csvq.compare({"a": [1, 11], "b": [11, 1]}, {"a": [11, 1], "b": [1, 11]}, key=["a", "b"])
    assert joined.is_equal
    null = csvq.compare({"id": [1], "v": [None]}, {"id": [1], "v": ["DATACOMPY_NULL"]}, key="id")
    assert not null.is_equal


def test_sides_mirror(left: dict[str, Any], right: dict[str, Any]) -> None:
    there, back = csvq.compare(left, right, key="id"), csvq.compare(right, left, key="id")
    assert there.counts.added == back.counts.removed
    assert there.counts.changed_cells == back.counts.changed_cells


def test_keys_of_all_kinds() -> None:
    left = {"id=,": [1, 2], "b": ["x", "y"], "v": [1, 2]}
    right = {"nr": [1, 2], "b": ["x", "y"], "v": [1, 3]}
    for key in ({"id=,": "nr", "b": "b"}, (name for name in ["id\\=\\,=nr", "b"])):
        assert csvq.compare(left, right, key=key).counts.changed == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"1", "\ud800", {"v": float("nan")}])
def test_values_that_are_none_of_an_option(value: Any) -> None:
    with pytest.raises(csvq.SpecError) as error:
        csvq.compare({"id": [1]}, {"id": [1]}, key="id", abs_tol=value)
    assert error.value.context["field"] == "abs_tol"


def test_counts_of_rows_to_show() -> None:
    result = csvq.compare({"id": [1]}, {"id": [2]}, key="id")
    for render in (result.to_text, result.to_markdown, result.to_html):
        with pytest.raises(csvq.SpecError, match="rows"):
            render(rows=-1)
        assert render(rows=2**70)
