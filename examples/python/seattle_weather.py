"""Every key is spelled anew: 2012/01/01 there, 2012-01-01 here.

Run it by `python seattle_weather.py OLD.csv NEW.csv`; without files it takes those of the
repository.
"""

from __future__ import annotations

import sys
from pathlib import Path

import csvq

DATA = Path(__file__).resolve().parents[2] / "tests/data"
FILES = DATA / "seattle-weather-1.31.csv", DATA / "seattle-weather-2.11.csv"

old, new = sys.argv[1:] or FILES
as_text = csvq.compare(old, new, key="date", limit=0)
print("dates as text: ", as_text.summary)

as_days = csvq.compare(old, new, key="date", as_time={"date": ["%Y/%m/%d", "iso"]})
print("dates as days: ", as_days.summary)

first = as_days.rows[0]
print("the first change:", first["key"][0], first["cells"])
