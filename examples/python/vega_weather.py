"""One column was worked out anew: from what to what.

Run it by `python vega_weather.py OLD.csv NEW.csv`; without files it takes the excerpts of
the repository.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import csvq

DATA = Path(__file__).resolve().parents[2] / "tests/data"
EXCERPTS = DATA / "weather-1.31.csv", DATA / "weather-2.11.csv"

old, new = sys.argv[1:] or EXCERPTS
result = csvq.compare(old, new, key=["location", "date"])
print(result.summary)

# Every changed cell, and no sample of them.
moves = Counter((cell["left"], cell["right"]) for cell in result.cells)
for (before, after), days in moves.most_common(5):
    print(f"{days:5} days  {before} -> {after}")
