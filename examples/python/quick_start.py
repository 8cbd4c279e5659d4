"""Two small tables, and every question one asks of their differences.

Run it by `python quick_start.py`.
"""

from __future__ import annotations

import csvq

left = {"id": [1, 2, 3], "name": ["Tea", "Coffee", "Milk"], "price": [2.50, 3.10, 1.00]}
right = {"id": [1, 2, 4], "name": ["Tea", "Coffee", "Juice"], "price": [2.55, 3.10, 2.00]}

result = csvq.compare(left, right, key="id")

print(result.summary)
print("equal:", result.is_equal)
print("rows: ", result.counts.changed, "changed,", result.counts.added, "added")

for column in result.columns:
    if column.changed:
        print(f"{column.name}: {column.changed} changed, at most by {column.max_abs_diff:.2f}")

for cell in result.cells:
    print(f"id {cell['id']}, {cell['column']}: {cell['left']} -> {cell['right']}")

print("new: ", result.added.to_pylist())
print("gone:", result.removed.to_pylist())
