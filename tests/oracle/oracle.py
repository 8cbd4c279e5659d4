#!/usr/bin/env python3
"""What a comparison of two CSV tables must answer, computed the slow and obvious way.

This is the second opinion that csvq's tests are checked against. It shares no code and no
algorithm with csvq: everything is held in memory, in dictionaries of Python text. It does not
sniff delimiters or encodings, does not read compressed files, and renders nothing but JSON.

Parsing
    The file is decoded (`--encoding` takes Python's names; by default what the BOM says, else UTF-8,
    where bytes that are no UTF-8 stay distinct), one leading BOM is dropped, and `csv.reader` with `strict=False, doublequote=True` runs over the text
    with its line ends untouched. Blank lines are skipped, unless the table has one column: there a
    blank line is a record with one empty cell (blank lines before the first record are always
    skipped). Data records are counted from 1. An empty header name becomes `column_N`, N from 1.
    A record of another width than the header is an error; `--ragged pad` fills short records with
    empty cells (long ones stay an error), `--ragged truncate` also cuts long ones.
Columns
    `--key l=r` and `--map l=r` pair first; the rest pair by name, the k-th occurrence of a name with
    the k-th. Columns on one side alone are listed, not compared. `--only` and `--ignore` take names
    and globs, which are held against both names of a pair; they never touch the key.
Cells
    Compared as text, after the normalising rules, in this order: trim (Unicode white space at both
    ends), null spellings and empty-is-null (exact spelling), ignore-case (character by character).
    A null equals a null and nothing else. Where a tolerance is set for a column, and both cells are
    numbers (sign, digits, fraction, exponent; inf and nan), they are equal if
    `|l - r| <= max(abs, rel * max(|l|, |r|))`: in floats, or in exact integers where both are written
    as integers. NaN equals NaN; an infinity equals itself only. `--types col=integer` compares by
    number, as `--as-number` and a tolerance of 0 do.
Rows
    Keys are compared after the normalising rules; tolerances never apply to them; null keys match.
    Within one key, records whose compared cells are identical after the normalising rules are
    matched first, earliest with earliest; the rest are paired in order of occurrence; the surplus is
    removed or added. `--duplicates first` drops all but the first record of each key on each side
    (`*_rows` and `*_duplicate_keys` still see them); `error` refuses. By content, all compared
    columns are the key, so nothing is ever changed. By position, record i meets record i.
Answer
    `*_duplicate_keys` counts the distinct keys that occur more than once; there are none without a
    key. `columns` has the changed
    cells of each compared column, by its name on the left (columns of one name are summed). With
    `--rows`, keys and cells are the text as it stands in the file, the left one where there are
    two, or null where the rules make it null. A changed row lists the cells that differ, any other
    every compared cell. By position and by content, rows have no key.

Exit code, as csvq's: 0 equal, 1 different (a compared column on one side alone included), 2 error.
"""

import argparse
import csv
import decimal
import fnmatch
import io
import json
import re
import sys
from collections import defaultdict, deque, namedtuple

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.I)
INTEGER = re.compile(r"[+-]?[0-9]+")
# str.strip() would also take U+001C to U+001F, which Unicode does not call white space.
WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


class OracleError(Exception):
    """The comparison is refused: bad arguments, a ragged record, duplicate keys under `error`."""


Table = namedtuple("Table", "names rows")


def read_table(path, delimiter=",", encoding=None, header=True, ragged="error"):
    """The names and the data records of one file, each record as wide as the names."""
    with open(path, "rb") as file:
        data = file.read()
    if encoding is None:
        encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    text = data.decode(encoding, "surrogateescape" if encoding.lower() in ("utf-8", "utf8") else "strict")
    if text.startswith("\ufeff"):
        text = text[1:]
    csv.field_size_limit(sys.maxsize)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False, doublequote=True)
    first = next((record for record in records if record), None)
    if first is None:
        raise OracleError(f"{path}: there is no record at all")
    width = len(first)
    names = [name if header and name else f"column_{i}" for i, name in enumerate(first, 1)]
    rows = [] if header else [first]
    for record in records:
        if not record:
            if width > 1:
                continue
            record = [""]
        if len(record) < width and ragged != "error":
            record = record + [""] * (width - len(record))
        if len(record) > width and ragged == "truncate":
            record = record[:width]
        if len(record) != width:
            raise OracleError(f"{path}: record {len(rows) + 1} has {len(record)} cells, not {width}")
        rows.append(record)
    return Table(names, rows)


def split_pairs(texts):
    """`["a,b", "l=r"]` as `[("a", "a"), ("b", "b"), ("l", "r")]`."""
    names = [name for text in texts for name in text.split(",")]
    return [(name.partition("=")[0], name.partition("=")[2] or name) for name in names]


def pair_columns(left, right, options):
    """Index pairs of the key, of the compared columns in the left's order, and what is unpaired."""
    free_left, free_right = list(range(len(left))), list(range(len(right)))

    def take(l_name, r_name):
        l = next((i for i in free_left if left[i] == l_name), None)
        r = next((i for i in free_right if right[i] == r_name), None)
        if l is None or r is None:
            raise OracleError(f"no column {l_name!r} on the left, or none {r_name!r} on the right")
        free_left.remove(l)
        free_right.remove(r)
        return l, r

    mapped = dict(split_pairs(options.map))
    key = []
    for l_name, r_name in split_pairs(options.key):
        if l_name == r_name and l_name in mapped:
            r_name = mapped.pop(l_name)
        elif mapped.get(l_name) == r_name:
            del mapped[l_name]
        key.append(take(l_name, r_name))
    compared = [take(l_name, r_name) for l_name, r_name in mapped.items()]
    for l in list(free_left):
        if any(right[r] == left[l] for r in free_right):
            compared.append(take(left[l], left[l]))

    def wanted(*names):
        def hit(globs):
            globs = [glob for text in globs for glob in text.split(",")]
            return any(fnmatch.fnmatchcase(name, glob) for name in names for glob in globs)

        return (not options.only or hit(options.only)) and not hit(options.ignore)

    compared = sorted((l, r) for l, r in compared if wanted(left[l], right[r]))
    only_left = [left[l] for l in free_left if wanted(left[l])]
    only_right = [right[r] for r in free_right if wanted(right[r])]
    return key, compared, only_left, only_right


class Rules:
    """What makes two cells equal."""

    def __init__(self, options):
        self.trim, self.ignore_case = options.trim, options.ignore_case
        self.nulls = set(options.null) | ({""} if options.empty_is_null else set())
        self.abs, self.rel = self.by_column(options.abs_tol), self.by_column(options.rel_tol)
        types = (text.rpartition("=") for text in options.types)
        self.all_numbers = options.as_number
        self.numbers = {column for column, _, kind in types if kind in ("integer", "float")}

    @staticmethod
    def by_column(texts):
        """`["0.1", "n=2"]` as `{None: 0.1, "n": 2.0}`; None stands for every other column."""
        pairs = (text.rpartition("=") for text in texts)
        return {column if equals else None: float(value) for column, equals, value in pairs}

    def normal(self, cell):
        """The cell after trim, null spellings and ignore-case; None for a null."""
        if self.trim:
            cell = cell.strip(WHITE_SPACE)
        if cell in self.nulls:
            return None
        # Character by character, so that a final sigma is lowered like any other.
        return "".join(map(str.lower, cell)) if self.ignore_case else cell

    def shown(self, cell):
        return None if self.normal(cell) is None else cell

    def equal(self, left, right, column):
        """Whether two normalised cells of the column are equal."""
        if left == right:
            return True
        if left is None or right is None:
            return False
        abs_tol = self.abs.get(column, self.abs.get(None))
        rel_tol = self.rel.get(column, self.rel.get(None))
        if abs_tol is None and rel_tol is None and not (self.all_numbers or column in self.numbers):
            return False
        return close(left, right, abs_tol or 0.0, rel_tol or 0.0)


def close(left, right, abs_tol, rel_tol):
    """Whether two texts are both numbers and within the tolerance of each other."""
    if not (NUMBER.fullmatch(left) and NUMBER.fullmatch(right)):
        return False
    exact = INTEGER.fullmatch(left) and INTEGER.fullmatch(right)
    l, r = (int(left), int(right)) if exact else (float(left), float(right))
    if float("inf") in (abs(l), abs(r)):
        # Numbers too large for a float are not equal for that, nor infinities.
        return decimal.Decimal(left) == decimal.Decimal(right)
    if l == r or (l != l and r != r):
        return True
    if l != l or r != r:
        return False
    # An integer too long for a float bounds its tolerance by infinity, hence float() of the text.
    largest = max(abs(float(left)), abs(float(right)))
    return abs(l - r) <= max(abs_tol, rel_tol * largest if rel_tol else 0.0)


def match_within_key(left, right, content_left, content_right):
    """Pairs of row numbers that share a key, then what is left over on either side."""
    waiting = defaultdict(deque)
    for r in right:
        waiting[content_right[r]].append(r)
    pairs, rest_left, taken = [], [], set()
    for l in left:
        same = waiting[content_left[l]]
        if same:
            taken.add(same[0])
            pairs.append((l, same.popleft()))
        else:
            rest_left.append(l)
    rest_right = [r for r in right if r not in taken]
    pairs.extend(zip(rest_left, rest_right))
    return pairs, rest_left[len(rest_right):], rest_right[len(rest_left):]


def match_rows(keys, values, duplicates):
    """Pairs, removed and added row numbers, and how many keys are duplicate on each side.

    `keys` and `values` have, for each side, the normalised key and compared cells of every row.
    """
    sides = []
    for side in keys:
        places = defaultdict(list)
        for number, key in enumerate(side):
            places[key].append(number)
        sides.append(places)
    repeated = [sum(len(rows) > 1 for rows in places.values()) for places in sides]
    if duplicates == "error" and any(repeated):
        raise OracleError(f"keys that occur more than once: {repeated[0]} left, {repeated[1]} right")
    if duplicates == "first":
        sides = [{key: rows[:1] for key, rows in places.items()} for places in sides]
    matched = ([], [], [])
    for key in {**sides[0], **sides[1]}:
        found = match_within_key(sides[0].get(key, []), sides[1].get(key, []), *values)
        for total, part in zip(matched, found):
            total.extend(part)
    return (*map(sorted, matched), repeated)


def compare(options):
    """The answer for parsed arguments (see `parse_arguments`), as a dictionary."""
    by = options.by or ("key" if options.key else None)
    if by is None or (by == "key") != bool(options.key):
        raise OracleError("name the --key, or say --by position or --by content")
    if by != "key" and options.duplicates != "pair":
        raise OracleError("--duplicates first and error need a --key")
    delimiters = (options.left_delimiter or options.delimiter, options.right_delimiter or options.delimiter)
    left, right = (read_table(path, "\t" if delimiter in ("\\t", "tab") else delimiter,
                              options.encoding, not options.no_header, options.ragged)
                   for path, delimiter in zip((options.left, options.right), delimiters))
    key, compared, only_left, only_right = pair_columns(left.names, right.names, options)
    if by != "key" and not compared:
        raise OracleError("no column is left to compare")
    rules = Rules(options)

    def normal(pairs):
        """The normalised cells of these columns, of every row of each side."""
        return [[tuple(rules.normal(row[pair[side]]) for pair in pairs) for row in table.rows]
                for side, table in enumerate((left, right))]

    values = normal(compared)
    keys = {"key": lambda: normal(key), "content": lambda: values,
            "position": lambda: [range(len(left.rows)), range(len(right.rows))]}[by]()
    pairs, removed, added, repeated = match_rows(keys, values, options.duplicates)
    if by != "key":
        repeated = (0, 0)

    columns = dict.fromkeys((left.names[l] for l, _ in compared), 0)
    changed = []
    for l, r in pairs:
        differing = [column for i, column in enumerate(compared)
                     if not rules.equal(values[0][l][i], values[1][r][i], left.names[column[0]])]
        for column in differing:
            columns[left.names[column[0]]] += 1
        if differing:
            changed.append((l, r, differing))
    answer = {
        "left_rows": len(left.rows), "right_rows": len(right.rows),
        "matched": len(pairs), "unchanged": len(pairs) - len(changed), "changed": len(changed),
        "added": len(added), "removed": len(removed), "changed_cells": sum(columns.values()),
        "left_duplicate_keys": repeated[0], "right_duplicate_keys": repeated[1],
        "columns": columns, "only_left": only_left, "only_right": only_right,
    }
    if options.rows:
        places = [("changed", *row) for row in changed]
        places += [("removed", l, None, compared) for l in removed]
        places += [("added", None, r, compared) for r in added]
        answer["rows"] = [describe(left, right, rules, key, *place) for place in places]
    return answer


def describe(left, right, rules, key, kind, l, r, columns):
    """One row of the answer: its place, its key and the cells of some columns."""

    def text(table, row, column):
        return None if row is None else rules.shown(table.rows[row][column])

    return {
        "kind": kind,
        "key": [text(left, l, c) if l is not None else text(right, r, d) for c, d in key],
        "left_row": None if l is None else l + 1,
        "right_row": None if r is None else r + 1,
        "cells": [{"column": left.names[c], "left": text(left, l, c), "right": text(right, r, d)}
                  for c, d in columns],
    }


def parse_arguments(arguments=None):
    """The command line; the flags are csvq's own, so that one list serves both programs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("left")
    parser.add_argument("right")
    for flag in ("--key", "--map", "--only", "--ignore", "--abs-tol", "--rel-tol", "--types", "--null"):
        parser.add_argument(flag, action="append", default=[])
    for flag in ("--ignore-case", "--trim", "--empty-is-null", "--as-number", "--no-header", "--rows"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--by", choices=("key", "position", "content"))
    parser.add_argument("--duplicates", choices=("pair", "first", "error"), default="pair")
    parser.add_argument("--ragged", choices=("error", "pad", "truncate"), default="error")
    parser.add_argument("--delimiter", default=",")
    parser.add_argument("--left-delimiter")
    parser.add_argument("--right-delimiter")
    parser.add_argument("--encoding")
    return parser.parse_args(arguments)


def main():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    try:
        answer = compare(parse_arguments())
    except (OracleError, OSError, UnicodeError, csv.Error) as error:
        print(error, file=sys.stderr)
        return 2
    json.dump(answer, sys.stdout, indent=2)
    print()
    return int(any(answer[name] for name in ("changed", "added", "removed", "only_left", "only_right")))


if __name__ == "__main__":
    sys.exit(main())
