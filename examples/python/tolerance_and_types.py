"""Rules: when two cells are equal.

Run it by `python tolerance_and_types.py`.
"""

from __future__ import annotations

from datetime import timedelta

import csvq

left = b"""id,amount,weight,code,seen,note
1,10.00,100,007,31.01.2024 10:00,ok
2,20.00,100,008,31.01.2024 11:00,NA
3,30.00,100,9,31.01.2024 12:00, Late
"""
right = b"""id,amount,weight,code,seen,note
1,10.004,100.4,7,2024-01-31T10:00:00,OK
2,20.02,101,8,2024-01-31T11:00:02,
3,30,103,9,2024-01-31T12:00:00,late
"""


def changed(**rules: object) -> str:
    """The columns that differ under some rules."""
    result = csvq.compare(left, right, key="id", **rules)  # type: ignore[arg-type]
    found = [f"{c.name} ({c.changed})" for c in result.columns if c.changed]
    return ", ".join(found) or "none"


print("as text:           ", changed())
print("numbers by value:  ", changed(as_number=True))
print("within 0.01:       ", changed(abs_tol={"amount": 0.01, "weight": 0.01, "code": 0}))
print("one percent:       ", changed(abs_tol={"amount": 0.01, "code": 0}, rel_tol={"weight": 0.01}))
print("types declared:    ", changed(types={"amount": "float", "weight": "float", "code": "integer"}))

times = {"seen": ["%d.%m.%Y %H:%M", "iso"]}
print("times as moments:  ", changed(only=["seen"], as_time=times))
print("within 2 seconds:  ", changed(only=["seen"], as_time=times, time_tol=timedelta(seconds=2)))

words = {"note": True}
print("notes:             ", changed(only=["note"]))
print("notes, loosely:    ", changed(only=["note"], trim=words, ignore_case=words, null=["NA", ""]))
