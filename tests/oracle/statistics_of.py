#!/usr/bin/env python3
"""What `column_compare` has to say of two CSV files with a unique key, computed value by value.

    statistics_of.py LEFT RIGHT --key id --numbers price,stock [--null NA]

Columns that are not named as numbers are text. Prints a JSON object: `changed`, and for each column its statistics.
"""

import argparse
import csv
import json
import math
from fractions import Fraction


def read(path, null):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, [dict(zip(header, (None if value == null else value for value in row))) for row in rows]


def side(values, is_number):
    known = [value for value in values if value is not None]
    if is_number:
        numbers = [(float(value), value) for value in known]
        distinct = len({number for number, _ in numbers})
        least, greatest = min(numbers)[0], max(numbers)[0]
        mean = float(sum(Fraction(number) for number, _ in numbers) / len(numbers))
    else:
        distinct, mean = len(set(known)), None
        least = min(known, key=lambda value: value.encode()) if known else None
        greatest = max(known, key=lambda value: value.encode()) if known else None
    return {"nulls": len(values) - len(known), "distinct": distinct, "min": least, "max": greatest, "mean": mean}


def quantile(ordered, part):
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("left")
    parser.add_argument("right")
    parser.add_argument("--key", required=True)
    parser.add_argument("--numbers", default="")
    parser.add_argument("--null", default=None)
    options = parser.parse_args()
    header, left = read(options.left, options.null)
    _, right = read(options.right, options.null)
    numbers = options.numbers.split(",")
    partners = {row[options.key]: row for row in right}
    pairs = [(row, partners[row[options.key]]) for row in left if row[options.key] in partners]
    found = {}
    for name in header:
        if name == options.key:
            continue
        is_number = name in numbers

        def same(one, other):
            if one is None or other is None:
                return one is other
            return float(one) == float(other) if is_number else one == other

        changed = [(a[name], b[name]) for a, b in pairs if not same(a[name], b[name])]
        shifts = [float(b) - float(a) for a, b in changed if is_number and a is not None and b is not None]
        distances = sorted(abs(shift) for shift in shifts)
        found[name] = {
            "changed": len(changed),
            "left": side([row[name] for row in left], is_number),
            "right": side([row[name] for row in right], is_number),
            "difference": {
                "count": len(shifts),
                "mean_shift": math.fsum(shifts) / len(shifts),
                "mean": math.fsum(distances) / len(distances),
                "median": quantile(distances, 0.5),
                "p95": quantile(distances, 0.95),
                "max": distances[-1],
            } if shifts else None,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
