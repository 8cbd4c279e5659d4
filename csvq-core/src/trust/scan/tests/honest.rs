//! Plugins as honest people write them: nothing in them is flagged.

use super::super::Outcome;
use super::scan_files;

#[track_caller]
fn check_clean(text: &str) {
    let report = scan_files(&[("my_plugin.py", text.as_bytes())]);
    assert_eq!(report.outcome, Outcome::Clean, "{:#?}\n{:#?}", report.findings, report.failures);
}

#[test]
fn with_pandas() {
    check_clean(
        r#"#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Compares prices with a tolerance that depends on their size.

See https://example.org/prices for what a price is. Call ``os.system`` never; ``exec`` and ``eval`` neither.
"""
from __future__ import annotations

import logging
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Dict, List, Optional

import numpy as np
import pandas as pd

from .base_compare import BaseCompare

logger = logging.getLogger(__name__)
PRICE = re.compile(r"^\s*([€$£])?\s*(-?\d+(?:[.,]\d+)?)\s*$")
pd.set_option("display.max_columns", 50)


@dataclass(frozen=True)
class Tolerance:
    absolute: float = 0.01
    relative: float = 1e-6
    names: List[str] = field(default_factory=list)

    def covers(self, left: float, right: float) -> bool:
        return math.isclose(left, right, abs_tol=self.absolute, rel_tol=self.relative)


class PriceCompare(BaseCompare):
    """Prices are equal where they differ by less than a cent."""

    name = "Price Compare"
    version = "1.2.0"
    parameters = {"type": "object", "properties": {"tolerance": {"type": "number", "minimum": 0}}}

    def __init__(self) -> None:
        super().__init__()
        self.cache: Dict[str, Any] = defaultdict(list)
        self._compile = re.compile

    def compare(self, df1: pd.DataFrame, df2: pd.DataFrame, **kwargs: Any) -> Dict[str, Any]:
        tolerance = Tolerance(absolute=float(kwargs.get("tolerance", 0.01)))
        key = kwargs.get("key") or df1.columns[0]
        if key not in df1 or key not in df2:
            raise KeyError(f"column {key!r} is missing: open both files and look")
        both = df1.merge(df2, on=key, how="outer", suffixes=("_left", "_right"), indicator=True)
        both["delta"] = both.eval("price_right - price_left")
        open_rows = both.query("_merge != 'both'")
        changed = both[np.abs(both["delta"]) > tolerance.absolute].sort_values(key).reset_index(drop=True)
        rows = [
            {"kind": "changed", "key": row[key], "delta": round(float(row["delta"]), 4)}
            for _, row in changed.iterrows()
        ]
        for column in df1.select_dtypes("number"):
            spread = getattr(df1[column], "std")()
            logger.debug("spread of %s: %.3f", column, spread)
        summary = f"{len(changed)} of {len(both):,} prices differ; {len(open_rows)} have no partner"
        return {"is_equal": changed.empty and open_rows.empty, "details": {"summary": summary, "rows": rows}}

    @staticmethod
    @lru_cache(maxsize=4096)
    def parse(text: str) -> Optional[float]:
        match = PRICE.match(text)
        return float(match.group(2).replace(",", ".")) if match else None

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self.version})"


if __name__ == "__main__":
    left = pd.read_csv("left.csv")
    right = pd.read_csv("right.csv")
    print(PriceCompare().compare(left, right)["details"]["summary"])
"#,
    );
}

#[test]
fn with_polars() {
    check_clean(
        r#""""Compares measurements, sensor by sensor."""
import datetime as dt
import itertools
import polars as pl
from polars import col, lit

WORDS = ["concat left and right", "a pseudo random sample", "imported oscillations"]
UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "µm": 1e-6}
VERSION = ".".join(map(str, (1, 0, 3)))


class MeasurementCompare:
    name = "Measurements"
    version = "1.0.3"
    deterministic = True

    def compare(self, left: pl.DataFrame, right: pl.DataFrame, *, key="sensor", unit="m", progress=None, log=None):
        factor = UNITS[unit]
        joined = left.lazy().join(right.lazy(), on=key, how="full", suffix="_right").with_columns(
            (col("value") * lit(factor)).alias("value"),
            pl.when(col("value").is_null()).then(0.0).otherwise(col("value")).alias("filled"),
        ).collect()
        Δx = joined["value"] - joined["value_right"]
        σ = Δx.std() or 0.0
        outliers = joined.filter(Δx.abs() > 3 * σ)
        if progress:
            progress(joined.height)
        groups = {name: list(rows) for name, rows in itertools.groupby(outliers.to_dicts(), lambda row: row[key])}
        stamp = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
        text = outliers.write_csv()
        return {"is_equal": outliers.is_empty(), "details": {"groups": groups, "since": stamp.isoformat(), "csv": text}}
"#,
    );
}

#[test]
fn with_numpy_and_statistics() {
    check_clean(
        r#""""Compares distributions by the two-sample Kolmogorov-Smirnov statistic."""
import os.path
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
from numpy.linalg import norm
from scipy import stats

__version__ = "0.4"
__all__ = ["DistributionCompare"]

TABLE = np.array([[0.1, 1.22], [0.05, 1.36], [0.01, 1.63]], dtype=np.float64)
HERE = Path(__file__).parent
POPCOUNT = [bin(value).count("1") for value in range(256)]
CRC = [0, 79764919, 159529838, 222504665, 319059676, 398814059, 445009330, 507990021]
warnings.filterwarnings("ignore", category=RuntimeWarning)
np.seterr(all="ignore")


class DistributionCompare:
    """One statistic for each column."""

    def __init__(self, seed: int = 7):
        self.rng = np.random.default_rng(seed)
        self.lock = threading.Lock()
        self.__dict__.update(seed=seed)

    def get_name(self):
        return "Distributions"

    def get_version(self):
        return "0.4"

    def compare(self, df1, df2, alpha=0.05):
        critical = dict(TABLE)[alpha]
        if sys.version_info < (3, 9):
            raise RuntimeError("needs Python 3.9: see https://www.python.org/downloads/")
        result = {}
        for name in df1.columns:
            a, b = np.sort(df1[name].to_numpy()), np.sort(df2[name].to_numpy())
            grid = np.concatenate([a, b])
            cdf = np.searchsorted(a, grid, side="right") / a.size - np.searchsorted(b, grid, side="right") / b.size
            d = float(np.max(np.abs(cdf)))
            scale = np.sqrt((a.size + b.size) / (a.size * b.size))
            result[name] = {"d": d, "p": float(stats.ks_2samp(a, b).pvalue), "norm": float(norm(cdf)),
                            "differs": bool(d > critical * scale)}
        return {"is_equal": not any(r["differs"] for r in result.values()), "details": result}

    def load_table(self, path):
        path = os.path.join(str(HERE), os.path.basename(path))
        with open(path, encoding="utf-8") as file:
            return [line.split(",") for line in file]
"#,
    );
}

/// The guide's own sketch of a plugin.
#[test]
fn as_the_guide_has_it() {
    check_clean(
        r#"import pandas as pd
from plugins.base_compare import BaseCompare

class MyCompare(BaseCompare):
    @property
    def name(self): return "My Compare"
    @property
    def version(self): return "1.0.0"
    def compare(self, df1, df2, **options):
        try:
            diff = df1.compare(df2)
        except ValueError as error:
            return {"is_equal": False, "details": {"errors": [str(error)]}}
        del df1, df2
        return {"is_equal": diff.empty, "details": {"summary": "%d rows differ" % len(diff)}, "highlights": {}}
"#,
    );
}
