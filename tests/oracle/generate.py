#!/usr/bin/env python3
"""Writes a random pair of CSV tables that is as nasty as CSV allows, and the flags to compare it with.

    generate.py OUTDIR --seed N --rows M

OUTDIR gets `left.csv`, `right.csv` and `args.json`, a list of csvq's flags. One seed and one number
of rows always give the same bytes. The right table is the left one after edits: cells changed, rows
dropped, repeated, added and moved, columns dropped, added, renamed and moved; then each side is
written in a style of its own. What it leaves alone: bytes that are no UTF-8, NUL, a bare CR as a
line end, an unclosed quote, other quotes than `"`, and names that hold `,`, `=` or a glob.
"""

import argparse
import json
import os
import random

NAMES = ["id", "name", "Name", "größe", "価格", "a b", " padded", 'quo"te', "x", "x1", "line\nbreak", "column_2", "Ω"]
NUMBERS = ["0", "-0", "-0.0", "1", "+1", "1.0", "1.", "01", "1e0", "1e2", "100", "101", "99.5", ".5", "0.5", "5e-1",
           "9007199254740992", "9007199254740993", "18446744073709551616", "18446744073709551617",
           "-170141183460469231731687303715884105729", "-170141183460469231731687303715884105728",
           "nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e308", "1e309", "1e-320", "0x10", "1_0", ".", "1e", "--1"]
TEXTS = ["", "", "", "a", "A", "b", "aa", " a", "a ", "\ta", "\u00a0a", "a\x1f", "a,b", "a;b", "a|b", "a\tb", '"', '""', '"a"',
         'a"b', 'a""b', "a\nb", "a\r\nb", "a\rb", "\n", "NA", "na", " NA ", "null", "é", "É", "e\u0301", "ß", "ẞ", "σ", "ς", "Σ",
         "ΑΣ", "ας", "İ", "i\u0307", "K", "k", "日本語", "🦀", "=cmd|' /C calc'!A0", "<b>", "#", "'", "\\", '\\"', "\u2028", "\ufeff"]
TOLERANCES = ["0", "0.5", "1", "1e-9", "1e300"]


def pick_cell(rng, numeric):
    """A cell of a column that is mostly numbers, or mostly text."""
    chance = rng.random()
    if chance < 0.002:
        return rng.choice(['"', "x", "é\n", ","]) * rng.randrange(1000, 90000)
    if chance < 0.15:
        return rng.choice(TEXTS) + rng.choice(TEXTS)
    if numeric == (chance < 0.85):
        return rng.choice(NUMBERS) if rng.random() < 0.7 else f"{rng.uniform(-5, 5):.{rng.randrange(4)}f}"
    return rng.choice(TEXTS)


def pick_keys(rng, rows, width):
    """The key cells of every row: in one of several orders, unique or not."""
    style = rng.choice(["rising", "rising", "padded", "padded", "slip", "pool", "text"])
    keys = []
    for i in range(rows):
        if style in ("rising", "slip"):
            key = str(i + 1)
        elif style == "padded":
            key = f"{i:06}"
        elif style == "pool":
            key = str(rng.randrange(max(1, rows // 2)))
        else:
            key = rng.choice(TEXTS) + (str(i) if rng.random() < 0.7 else "")
        # The other key columns come from so few values that only all of them together tell rows apart.
        keys.append([key] + [rng.choice(["", "1", "11", "a", "A", " a", '"', "a,b"]) for _ in range(width - 1)])
        if rng.random() < 0.5:
            keys[-1].reverse()
    if style == "slip" and rows > 1:
        # In order all the way, but for one key that came before, or one pair that swapped places.
        at = rng.randrange(1, rows)
        if rng.random() < 0.5:
            keys[at] = list(rng.choice(keys[:at]))
        else:
            keys[at - 1], keys[at] = keys[at], keys[at - 1]
    return keys


def edit_rows(rng, rows, key_width, numeric, rate):
    """The right table's rows: the left's with cells changed, rows dropped, repeated, added, moved."""
    edited = []
    for row in rows:
        row = list(row)
        chance = rng.random()
        if chance < rate * 0.2:
            continue
        for i in range(key_width, len(row)):
            if rng.random() < rate:
                cell = row[i]
                row[i] = rng.choice([pick_cell(rng, numeric[i]), cell.upper(), cell + " ", cell + "0", ""])
        if key_width and rng.random() < rate * 0.1:
            at = rng.randrange(key_width)
            row[at] = rng.choice([row[at].swapcase(), f" {row[at]}", row[at] + "1", "", "NA"])
        edited.append(row)
        if chance > 1 - rate * 0.2:
            edited.append(list(rng.choice(rows)))
    order = rng.choice(["same", "same", "near", "block", "reverse", "shuffle"])
    if order == "shuffle":
        rng.shuffle(edited)
    elif order == "reverse":
        edited.reverse()
    elif order == "near":
        for i in range(len(edited) - 3):
            if rng.random() < 0.05:
                j = i + rng.randrange(1, 4)
                edited[i], edited[j] = edited[j], edited[i]
    elif order == "block" and edited:
        at = rng.randrange(len(edited))
        edited = edited[at:] + edited[:at]
    return edited


class Style:
    """How one side is written down."""

    def __init__(self, rng, delimiter):
        self.rng, self.delimiter = rng, delimiter
        self.quote = rng.choice([0.0, 0.0, 0.1, 0.5, 1.0])
        self.line_ends = rng.choice([["\n"], ["\n"], ["\r\n"], ["\n", "\r\n"]])
        self.final_line_end = rng.random() < 0.7
        self.bom = rng.random() < 0.1
        self.blank_lines = rng.choice([0.0, 0.0, 0.05])
        # Quotes where RFC 4180 allows none: inside an unquoted cell, and text after the closing one.
        self.odd_quotes = rng.random() < 0.08

    def cell(self, cell):
        needed = any(c in cell for c in ("\n", "\r", self.delimiter)) or cell.startswith('"')
        if '"' in cell and not needed and not (self.odd_quotes and self.rng.random() < 0.7):
            needed = True
        if not needed and self.rng.random() >= self.quote:
            return cell
        if self.odd_quotes and cell and cell[-1] not in '"\r\n' + self.delimiter and self.rng.random() < 0.3:
            return '"' + cell[:-1].replace('"', '""') + '"' + cell[-1]
        return '"' + cell.replace('"', '""') + '"'

    def table(self, header, rows):
        """The bytes of a table; `header` may be None."""
        records = ([header] if header is not None else []) + rows
        lines = [self.delimiter.join(map(self.cell, record)) for record in records]
        if lines and not lines[0]:
            # Only a table of one column gets here, where an empty first line would be skipped.
            lines[0] = '""'
        parts = []
        for i, line in enumerate(lines):
            parts.append(line)
            last = i == len(lines) - 1
            if not last or self.final_line_end or not line:
                parts.append(self.rng.choice(self.line_ends))
                if len(records[0]) > 1 and self.rng.random() < self.blank_lines:
                    parts.append(self.rng.choice(self.line_ends))
        return (b"\xef\xbb\xbf" if self.bom else b"") + "".join(parts).encode("utf-8")


def pick_rules(rng, columns):
    """Flags that say when cells are equal; `columns` are the left names that flags may use."""
    flags = []
    for flag in ("--ignore-case", "--trim", "--empty-is-null"):
        if rng.random() < 0.2:
            flags.append(flag)
    if rng.random() < 0.2:
        flags += ["--null", rng.choice(["NA", "null", "0", "a"])]
    for flag in ("--abs-tol", "--rel-tol"):
        if rng.random() < 0.2:
            flags += [flag, rng.choice(TOLERANCES)]
        if columns and rng.random() < 0.2:
            flags += [flag, f"{rng.choice(columns)}={rng.choice(TOLERANCES)}"]
    return flags


def edit_columns(rng, header, rows, key_width, names):
    """Renames, drops, adds and moves columns of the right table; returns it with the maps used."""
    header, maps = list(header), {}
    for i, name in enumerate(header):
        if rng.random() < 0.1 and header.count(name) == 1 and name:
            maps[name] = header[i] = f"{name}_r"
    keep = [i for i in range(len(header)) if i < key_width or rng.random() > 0.08]
    order = keep[:]
    if rng.random() < 0.3:
        rng.shuffle(order)
    extra = [rng.choice(names)] if rng.random() < 0.15 else []
    rows = [[row[i] for i in order] + [pick_cell(rng, False) for _ in extra] for row in rows]
    kept = [header[i] for i in order]
    maps = {left: right for left, right in maps.items() if right in kept}
    return kept + extra, rows, maps


def generate(seed, row_count):
    """The bytes of the left and the right table, and the flags."""
    rng = random.Random(seed)
    width = rng.choice([1, 2, 3, 3, 4, 5, 8])
    by = rng.choice(["key"] * 6 + ["position", "content"])
    key_width = min(width, rng.choice([1, 1, 1, 2, 3])) if by == "key" else 0
    with_header = rng.random() < 0.93
    names = rng.sample(NAMES, len(NAMES))
    header = [names.pop() for _ in range(width)]
    if rng.random() < 0.1 and width - key_width > 1:
        header[-1] = rng.choice(["", header[-2]])
    numeric = [rng.random() < 0.5 for _ in range(width)]
    keys = pick_keys(rng, row_count, key_width) if key_width else [[]] * row_count
    few = [[pick_cell(rng, n) for n in numeric[key_width:]] for _ in range(3)]
    repeat = rng.choice([0.0, 0.0, 0.7])
    left = [key + (rng.choice(few) if rng.random() < repeat else [pick_cell(rng, n) for n in numeric[key_width:]])
            for key in keys]
    right = edit_rows(rng, left, key_width, numeric, rng.choice([0.0, 0.01, 0.05, 0.2, 0.5])) if left else []
    if rng.random() < 0.02:
        left, right = rng.choice([(left, []), ([], right), ([], left)])
    right_header, maps = header, {}
    if with_header and rng.random() < 0.35:
        right_header, right, maps = edit_columns(rng, header, right, key_width, names)

    delimiter = rng.choice([",", ",", ",", ";", "\t", "|"])
    flags = ["--delimiter", delimiter]
    if not with_header:
        flags.append("--no-header")
        header = [f"column_{i}" for i in range(1, width + 1)]
    if by == "key":
        for name in header[:key_width]:
            flags += ["--key", f"{name}={maps.pop(name)}" if name in maps else name]
        flags += rng.choice([[], [], [], ["--duplicates", "first"], ["--duplicates", "error"]])
    else:
        flags += ["--by", by]
    for pair in maps.items():
        flags += ["--map", "=".join(pair)]
    plain = [name for name in header[key_width:] if name and header.count(name) == 1]
    if plain and rng.random() < 0.15:
        flags += [rng.choice(["--only", "--ignore"]), rng.choice([rng.choice(plain), plain[0][0] + "*", "*" + plain[0][-1]])]
    rules = pick_rules(rng, plain)
    if by == "content" and any(flag.endswith("-tol") for flag in rules):
        rules = []  # By content rows are equal or not: csvq refuses a tolerance.
    flags += rules
    if rng.random() < 0.1:
        flags += ["--ragged", rng.choice(["pad", "truncate", "truncate", "error"])]
        for rows in (left, right):
            # The first record stays whole: without a header, it is what says how wide the table is.
            for row in rows[1:]:
                if rng.random() < 0.05 and len(row) > 1:
                    row[:] = row[:-1] if rng.random() < 0.7 or "pad" in flags else row + ["extra"]
    sides = [Style(rng, delimiter).table(names if with_header else None, rows)
             for names, rows in ((header, left), (right_header, right))]
    return sides[0], sides[1], flags


def write(folder, seed, row_count):
    """Writes the three files into a folder, made where it is missing; returns the flags."""
    left, right, flags = generate(seed, row_count)
    os.makedirs(folder, exist_ok=True)
    for name, data in (("left.csv", left), ("right.csv", right), ("args.json", json.dumps(flags).encode())):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    return flags


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    arguments = parser.parse_args()
    write(arguments.outdir, arguments.seed, arguments.rows)
