#!/usr/bin/env python3
"""The digests of one CSV file as the guide describes them, computed cell by cell with nothing but hashlib.

    digests.py FILE --types id=integer,price=float [--algorithm sha256] [--chunk-size 8192]

Prints a JSON object: `table`, `rows` (in any order), `columns`, `columns_in_any_order`, `chunks`.
"""

import argparse
import csv
import datetime
import hashlib
import json
import struct

EPOCH = datetime.datetime(1970, 1, 1)


def length(size):
    out = bytearray()
    while size >= 0x80:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    out.append(size)
    return bytes(out)


def text(value):
    raw = value.encode("utf-8")
    return length(len(raw)) + raw


def moment(value):
    zoned = value.endswith("Z")
    time = datetime.datetime.fromisoformat(value[:-1] if zoned else value)
    nanos = (time - EPOCH) // datetime.timedelta(microseconds=1) * 1000
    return (2 * nanos + zoned).to_bytes(16, "little", signed=True)


def number(value):
    value = float(value)
    return struct.pack("<d", float("nan") if value != value else value + 0.0)


ENCODINGS = {
    "integer": lambda value: struct.pack("<q", int(value)),
    "float": number,
    "boolean": lambda value: bytes([{"true": 1, "false": 0}[value]]),
    "moment": moment,
    "text": text,
}
WIDTHS = {"integer": 8, "float": 8, "boolean": 1, "moment": 16, "text": 0}
NAMES = {"date": "moment", "timestamp": "moment", "decimal": "text"}


def encode(encoding, value):
    """The value's bytes, and whether it could be read; null is None."""
    try:
        return ENCODINGS[encoding](value), True
    except (ValueError, KeyError):
        return text(value), False


class Digests:
    def __init__(self, algorithm):
        self.algorithm = algorithm

    def of(self, *parts):
        hasher = hashlib.new(self.algorithm)
        for part in parts:
            hasher.update(part)
        return hasher.digest()

    def chunk_of_column(self, encoding, values):
        stored, unread, validity = b"", b"", bytearray((len(values) + 7) // 8)
        nulls = unread_count = 0
        for at, value in enumerate(values):
            if value is None:
                nulls += 1
                stored += bytes(WIDTHS[encoding])
                continue
            validity[at // 8] |= 1 << at % 8
            raw, is_read = encode(encoding, value)
            if is_read:
                stored += raw
            else:
                stored += bytes(WIDTHS[encoding])
                unread += struct.pack("<Q", at) + raw
                unread_count += 1
        parts = [b"csvq values 1", encoding.encode(), struct.pack("<Q", len(values)), stored, struct.pack("<Q", nulls)]
        if nulls:
            parts.append(bytes(validity))
        if encoding != "text":
            parts += [struct.pack("<Q", unread_count), unread]
        return self.of(*parts)

    def any_order(self, what, header, digests):
        size = hashlib.new(self.algorithm).digest_size
        total = sum(int.from_bytes(digest, "little") for digest in digests) % 2 ** (8 * size)
        return self.of(what, header, struct.pack("<Q", len(digests)), total.to_bytes(size, "little"))


def cell(encoding, value):
    if value is None:
        return b"\0"
    raw, is_read = encode(encoding, value)
    return (b"\1" if is_read else b"\2") + raw


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--types", default="")
    parser.add_argument("--algorithm", default="sha256")
    parser.add_argument("--chunk-size", type=int, default=8192)
    parser.add_argument("--null", default=None)
    options = parser.parse_args()
    types = dict(pair.split("=") for pair in options.types.split(",") if pair)
    with open(options.file, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    rows = [[None if value == options.null else value for value in row] for row in rows]
    encodings = [NAMES.get(types.get(name, "text"), types.get(name, "text")) for name in header]
    digests = Digests(options.algorithm)
    size = options.chunk_size
    columns = []
    for at, encoding in enumerate(encodings):
        values = [row[at] for row in rows]
        columns.append([digests.chunk_of_column(encoding, values[from_row:from_row + size])
                        for from_row in range(0, len(values), size)])
    names = [struct.pack("<Q", len(name.encode())) + name.encode() for name in header]
    whole = [digests.of(b"csvq column 1", *chunks) for chunks in columns]
    parts = [name + encoding.encode() + digest for name, encoding, digest in zip(names, encodings, whole)]
    table = digests.of(b"csvq table 1", struct.pack("<Q", len(rows)), *parts)
    cells = [[cell(encoding, value) for encoding, value in zip(encodings, row)] for row in rows]
    kinds = b"".join(name + encoding.encode() for name, encoding in zip(names, encodings))
    print(json.dumps({
        "table": table.hex(),
        "rows": digests.any_order(b"csvq table in any order 1", kinds, [digests.of(*row) for row in cells]).hex(),
        "columns": [digest.hex() for digest in whole],
        "columns_in_any_order": [
            digests.any_order(b"csvq column in any order 1", encoding.encode(),
                              [digests.of(row[at]) for row in cells]).hex()
            for at, encoding in enumerate(encodings)],
        "chunks": [digests.of(b"csvq chunk 1", *chunks).hex() for chunks in zip(*columns)],
    }))


if __name__ == "__main__":
    main()
