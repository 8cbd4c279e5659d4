"""What a month of a data set brought: airports that are gone, that are new, and that moved.

Run it by `python airports_month.py OLD.csv NEW.csv`; without files it takes the excerpts of the
repository, between which are two and a half years.
"""

from __future__ import annotations

import sys
from pathlib import Path

import csvq

DATA = Path(__file__).resolve().parents[1] / "data"
EXCERPTS = DATA / "airports-2024-02.csv", DATA / "airports-2026-09.csv"

old, new = sys.argv[1:] or EXCERPTS
result = csvq.compare(old, new, key="icao")

counts = result.counts
print(f"{counts.removed} airports gone, {counts.added} new, {counts.changed} changed")

columns = sorted(result.columns, key=lambda column: -column.changed)
print("cells:", ", ".join(f"{each.name} {each.changed}" for each in columns if each.changed))

print("the first that are new:")
for row in list(result.added)[:3]:
    print(f"  {row['icao']}  {row['name']}, {row['city']} ({row['country']})")
