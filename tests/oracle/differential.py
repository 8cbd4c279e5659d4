#!/usr/bin/env python3
"""Runs csvq and the oracle over generated pairs, and stops at the first that they answer otherwise.

    differential.py --csvq PATH [--seeds 0..1000] [--rows N] [--keep DIR] [--flags "--threads 1"]

Seeds run from the first number up to, but without, the second. Compared are exit codes, counts,
changed cells of each column, the columns on one side alone, and every row with its key and cells.
Where the oracle refuses (exit code 2), csvq has to; the messages are not compared. A mismatch is
printed in full, its files are kept, and the exit code is 1. Without `--rows`, most pairs are small
and every fiftieth has tens of thousands of rows.
"""

import argparse
import csv
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate  # noqa: E402  (found beside this file)
import oracle  # noqa: E402

SIZES = [3, 10, 0, 30, 100, 5, 1000, 2, 50, 300]
ROW_FIELDS = ("kind", "key", "left_row", "right_row", "cells")
CELL_FIELDS = ("column", "left", "right")
SHOWN_BYTES = 3000


def size(seed):
    return 20_000 + seed if seed % 50 == 49 else SIZES[seed % len(SIZES)]


def ask_oracle(paths, flags):
    """The oracle's exit code, its answer (None where it refuses) and why it refused."""
    try:
        answer = oracle.compare(oracle.parse_arguments([*paths, "--rows", *flags]))
    except (oracle.OracleError, csv.Error) as error:
        return 2, None, str(error)
    different = any(answer[name] for name in ("changed", "added", "removed", "only_left", "only_right"))
    return int(different), answer, ""


def ask_csvq(program, paths, flags):
    """The program's exit code (-1 for a timeout, -2 for no report), its answer and what it said."""
    command = [program, "compare", *paths, *flags, "--format", "json", "--limit", "all"]
    try:
        run = subprocess.run(command, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return -1, None, "no answer within 120 seconds"
    said = run.stderr.decode("utf-8", "replace")
    if run.returncode not in (0, 1):
        return run.returncode, None, said
    try:
        return run.returncode, read_report(json.loads(run.stdout)), said
    except (ValueError, KeyError, TypeError) as error:
        return -2, None, f"its report cannot be read ({error!r}): {run.stdout[:SHOWN_BYTES]!r}"


def written(name):
    """A column's name as its file has it: csvq calls the second column `x` `x#2`."""
    return re.sub(r"#\d+$", "", name)


def read_report(report):
    """csvq's report in the form of the oracle's answer."""
    details = report["details"]
    columns = {}
    for column in details["columns"]:
        columns[column["left_name"]] = columns.get(column["left_name"], 0) + column["changed"]
    rows = [{name: row[name] for name in ROW_FIELDS} for row in details["rows"]]
    for row in rows:
        row["cells"] = [{name: cell[name] for name in CELL_FIELDS} for cell in row["cells"]]
        for cell in row["cells"]:
            cell["column"] = written(cell["column"])
    sides = {name: [written(column) for column in details["schema"][name]] for name in ("only_left", "only_right")}
    return {**details["counts"], "columns": columns, **sides, "rows": rows}


def differences(expected, found):
    """What differs between two answers, a line each; at most the first few rows."""
    lines = []
    for name in expected:
        if name != "rows" and expected[name] != found.get(name):
            lines.append(f"{name}: oracle {expected[name]}, csvq {found.get(name)}")
    pairs = zip(expected["rows"], found["rows"])
    unlike = [pair for pair in pairs if pair[0] != pair[1]]
    for pair in unlike[:3]:
        lines += ["oracle row: " + json.dumps(pair[0]), "csvq row:   " + json.dumps(pair[1])]
    if len(expected["rows"]) != len(found["rows"]):
        lines.append(f"rows: oracle {len(expected['rows'])}, csvq {len(found['rows'])}")
    return lines


def check(program, folder, seed, rows, more_flags):
    """The report of a mismatch under this seed, or None."""
    flags = generate.write(folder, seed, rows)
    paths = [os.path.join(folder, name) for name in ("left.csv", "right.csv")]
    expected_code, expected, refusal = ask_oracle(paths, flags)
    code, found, said = ask_csvq(program, paths, flags + more_flags)
    lines = [] if code == expected_code else [f"exit code: oracle {expected_code}, csvq {code}"]
    if expected is not None and found is not None:
        lines += differences(expected, found)
    if not lines:
        return None
    lines += [f"oracle said: {refusal}"] * bool(refusal) + [f"csvq said: {said}"] * bool(said)
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        lines.append(f"{path} ({len(data)} bytes): {data[:SHOWN_BYTES]!r}{' …' * (len(data) > SHOWN_BYTES)}")
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle.py")
    lines.append(shlex.join([program, "compare", *paths, *flags, *more_flags, "--format", "json", "--limit", "all"]))
    lines.append(shlex.join(["python3", here, *paths, *flags, "--rows"]))
    return "\n".join([f"seed {seed}, {rows} rows: {shlex.join(flags)}", *lines])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csvq", required=True, help="the program")
    parser.add_argument("--seeds", default="0..1000", help="FIRST..END, or one seed")
    parser.add_argument("--rows", type=int, help="rows of every left table")
    parser.add_argument("--keep", help="the folder for the files; a new one by default, removed when all agree")
    parser.add_argument("--flags", default="", help="more flags for csvq alone, such as `--threads 1`")
    arguments = parser.parse_args()
    first, dots, end = arguments.seeds.partition("..")
    seeds = range(int(first), int(end) if dots else int(first) + 1)
    folder = arguments.keep or tempfile.mkdtemp(prefix="csvq-differential-")
    for seed in seeds:
        rows = size(seed) if arguments.rows is None else arguments.rows
        report = check(arguments.csvq, folder, seed, rows, shlex.split(arguments.flags))
        if report:
            print(report)
            return 1
    if not arguments.keep:
        for name in ("left.csv", "right.csv", "args.json"):
            if os.path.exists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        os.rmdir(folder)
    print(f"{len(seeds)} seeds, no mismatch")
    return 0


if __name__ == "__main__":
    sys.exit(main())
