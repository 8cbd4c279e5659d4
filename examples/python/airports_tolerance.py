"""Years of a data set, in which nearly every coordinate is written with other digits.

As text nearly all rows differ. Within 0.00001 degrees, which is about a metre, what is left is what
happened.

Run it by `python airports_tolerance.py OLD.csv NEW.csv`; without files it takes the excerpts of the
repository.
"""

from __future__ import annotations

import sys
from pathlib import Path

import csvq

DATA = Path(__file__).resolve().parents[1] / "data"
EXCERPTS = DATA / "airports-2024-02.csv", DATA / "airports-2026-09.csv"

old, new = sys.argv[1:] or EXCERPTS
as_text = csvq.compare(old, new, key="icao", limit=0)
within_a_metre = csvq.compare(old, new, key="icao", abs_tol={"lat": 1e-5, "lon": 1e-5})

print(f"changed as text:        {as_text.counts.changed:,} of {as_text.counts.matched:,}")
print(f"changed within a metre: {within_a_metre.counts.changed:,}")

for column in within_a_metre.columns:
    if column.changed:
        furthest = column.max_abs_diff
        by = f", at most by {furthest:g}" if furthest is not None else ""
        print(f"  {column.name:9} {column.changed:6,} cells{by}")
