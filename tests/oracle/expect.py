#!/usr/bin/env python3
"""Checks the lists of expected answers against the oracle, or writes them anew.

    expect.py [--write] [LIST.json ...]

A list has entries `{"name", "why"?, "left", "right", "args", "counts", "columns", "only_left",
"only_right"}`; files are named from the list's folder, `args` are csvq's flags. Without `--write`
the first entry that the oracle answers otherwise is shown, and the exit code is 1. What is written
is only as good as the oracle: look at the difference before committing it. csvq is not run here.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402  (found beside this file)

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")
LISTS = [os.path.join(DATA, name) for name in ("expected.json", "peers.json")]
BESIDE_COUNTS = ("columns", "only_left", "only_right")


def answer(entry, folder):
    """The entry with the oracle's answer in it."""
    paths = [os.path.join(folder, entry[side]) for side in ("left", "right")]
    found = oracle.compare(oracle.parse_arguments([*paths, *entry["args"]]))
    counts = {name: value for name, value in found.items() if name not in BESIDE_COUNTS}
    return {**entry, "counts": counts, **{name: found[name] for name in BESIDE_COUNTS}}


def mismatch(path):
    """The first entry of a list that the oracle answers otherwise, with its answer, or None."""
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)
    answered = [(entry, answer(entry, os.path.dirname(path))) for entry in entries]
    return next((pair for pair in answered if pair[0] != pair[1]), None)


def write(path):
    """Puts the oracle's answers into a list, one field a line."""
    with open(path, encoding="utf-8") as file:
        entries = json.load(file)
    texts = []
    for entry in entries:
        fields = answer(entry, os.path.dirname(path)).items()
        lines = [f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields]
        texts.append("  {\n" + ",\n".join(lines) + "\n  }")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("[\n" + ",\n".join(texts) + "\n]\n")


def main(arguments):
    paths = [path for path in arguments if path != "--write"] or LISTS
    for path in paths:
        if "--write" in arguments:
            write(path)
            continue
        found = mismatch(path)
        if found:
            print(f"{path}: expected and oracle differ\n{json.dumps(found[0])}\n{json.dumps(found[1])}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
