"""Frames in memory: csvq against the joins one would write by hand, and against other packages, interleaved.

    python benches/python/frames.py LEFT.parquet RIGHT.parquet [--key id] [--runs 5] [--only polars,pandas]

Each round runs everything once, so that a machine that grows slower does so for all alike. Told are the medians, and
how many times csvq's each is. It needs csvq, polars, pandas and pyarrow; diffly and datacompy where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from typing import TYPE_CHECKING, Any

import csvq
import pandas as pd
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable


def polars_join(left: pl.DataFrame, right: pl.DataFrame, key: str) -> tuple[int, int, int]:
    """Added, removed and changed rows by a full join, and every column held against the other."""
    joined = left.with_columns(_left=True).join(right.with_columns(_right=True), on=key, how="full", suffix="_right")
    both = pl.col("_left").is_not_null() & pl.col("_right").is_not_null()
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_right")) for name in left.columns if name != key]
    return joined.select(
        pl.col("_left").is_null().sum().alias("added"),
        pl.col("_right").is_null().sum().alias("removed"),
        (both & pl.any_horizontal(differs)).sum().alias("changed"),
    ).row(0)


def pandas_merge(left: pd.DataFrame, right: pd.DataFrame, key: str) -> tuple[int, int, int]:
    """The same by `DataFrame.merge`."""
    merged = left.merge(right, on=key, how="outer", suffixes=("", "_right"), indicator=True)
    changed = pd.Series(False, index=merged.index)
    for name in left.columns:
        if name != key:
            one, other = merged[name], merged[f"{name}_right"]
            changed |= (one != other) & ~(one.isna() & other.isna())
    side = merged["_merge"]
    return int((side == "right_only").sum()), int((side == "left_only").sum()), int((changed & (side == "both")).sum())


def by_csvq(left: object, right: object, key: str) -> tuple[int, int, int]:
    counts = csvq.compare(left, right, key=key).counts
    return counts.added, counts.removed, counts.changed


def by_diffly(left: Any, right: Any, key: str) -> tuple[int, int, int]:
    from diffly import compare_frames

    found = compare_frames(left, right, primary_key=[key])
    return found.num_rows_right_only(), found.num_rows_left_only(), found.num_rows_joined_unequal()


def by_datacompy(left: Any, right: Any, key: str) -> tuple[int, int, int]:
    import datacompy

    kind = datacompy.PolarsCompare if isinstance(left, pl.DataFrame) else datacompy.PandasCompare
    found = kind(left, right, join_columns=[key])
    return len(found.df2_unq_rows), len(found.df1_unq_rows), len(found.all_mismatch())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("left")
    parser.add_argument("right")
    parser.add_argument("--key", default="id")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="polars,pandas")
    given = parser.parse_args()
    tools: dict[str, dict[str, Callable[[Any, Any, str], tuple[int, int, int]]]] = {
        "polars": {"csvq": by_csvq, "polars join": polars_join},
        "pandas": {"csvq": by_csvq, "pandas merge": pandas_merge},
    }
    for package, run in (("diffly", by_diffly), ("datacompy", by_datacompy)):
        if importlib.util.find_spec(package):
            tools["polars"][package] = run
    if importlib.util.find_spec("datacompy"):
        tools["pandas"]["datacompy"] = by_datacompy
    for kind in given.only.split(","):
        read = pl.read_parquet if kind == "polars" else pd.read_parquet
        left, right = read(given.left), read(given.right)
        times: dict[str, list[float]] = {name: [] for name in tools[kind]}
        answers = {}
        for _ in range(given.runs):
            for name, run in tools[kind].items():
                started = time.perf_counter()
                answers[name] = run(left, right, given.key)
                times[name].append(time.perf_counter() - started)
        own = statistics.median(times["csvq"])
        print(f"{kind} frames of {len(left):,} rows: (added, removed, changed) = {answers['csvq']}")
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            note = "" if answers[name] == answers["csvq"] else f"  other answer: {answers[name]}"
            print(f"  {name:<14}{middle:8.3f} s {middle / own:7.1f}x{note}")


if __name__ == "__main__":
    main()
