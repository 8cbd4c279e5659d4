#!/usr/bin/env python3
"""Cases worked out by hand, which the oracle has to answer before anything else is held against it.

Run with `python3 -m unittest discover tests/oracle`. csvq itself is not tested here.
"""

import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import expect  # noqa: E402  (found beside this file)
import generate  # noqa: E402
import oracle  # noqa: E402


def ask(left, right, *flags):
    """The oracle's answer for two texts, rows included."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for side, text in (("left", left), ("right", right)):
            paths.append(os.path.join(folder, side + ".csv"))
            with open(paths[-1], "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        return oracle.compare(oracle.parse_arguments([*paths, "--rows", *flags]))


def counts(answer):
    """(unchanged, changed, removed, added)."""
    return tuple(answer[name] for name in ("unchanged", "changed", "removed", "added"))


class Keys(unittest.TestCase):
    def test_one_of_each_kind(self):
        answer = ask("id,v\n1,a\n2,b\n3,c\n", "id,v\n4,d\n2,B\n1,a\n", "--key", "id")
        self.assertEqual(counts(answer), (1, 1, 1, 1))
        self.assertEqual(answer["columns"], {"v": 1})
        cell = {"column": "v", "left": "b", "right": "B"}
        self.assertEqual(answer["rows"], [
            {"kind": "changed", "key": ["2"], "left_row": 2, "right_row": 2, "cells": [cell]},
            {"kind": "removed", "key": ["3"], "left_row": 3, "right_row": None,
             "cells": [{"column": "v", "left": "c", "right": None}]},
            {"kind": "added", "key": ["4"], "left_row": None, "right_row": 1,
             "cells": [{"column": "v", "left": None, "right": "d"}]},
        ])

    def test_key_of_another_name_and_mapped_column(self):
        answer = ask("id,v\n1,a\n", "w,nr\nb,1\n", "--key", "id=nr", "--map", "v=w")
        self.assertEqual((counts(answer), answer["columns"]), ((0, 1, 0, 0), {"v": 1}))

    def test_rules_reach_the_key_and_tolerance_does_not(self):
        left, right = "id,v\n A ,1\n1.0,2\n", "id,v\na,1\n1,2\n"
        answer = ask(left, right, "--key", "id", "--trim", "--ignore-case", "--abs-tol", "5")
        self.assertEqual(counts(answer), (1, 0, 1, 1))

    def test_null_keys_match(self):
        answer = ask("id,v\nNA,1\n", "id,v\n,2\n", "--key", "id", "--null", "NA", "--empty-is-null")
        self.assertEqual(counts(answer), (0, 1, 0, 0))
        self.assertEqual(answer["rows"][0]["key"], [None])


class Duplicates(unittest.TestCase):
    LEFT = "id,v\n1,a\n1,b\n1,c\n2,x\n"
    RIGHT = "id,v\n1,c\n1,d\n2,x\n2,x\n"

    def test_identical_first_then_in_order_then_surplus(self):
        # c meets c; a (row 1) meets d; b (row 2) is left over; the second x is added.
        answer = ask(self.LEFT, self.RIGHT, "--key", "id")
        self.assertEqual(counts(answer), (2, 1, 1, 1))
        places = [(row["kind"], row["left_row"], row["right_row"]) for row in answer["rows"]]
        self.assertEqual(places, [("changed", 1, 2), ("removed", 2, None), ("added", None, 4)])
        self.assertEqual((answer["left_duplicate_keys"], answer["right_duplicate_keys"]), (1, 2))

    def test_identical_under_the_rules_is_identical(self):
        # Without the rule, b meets b and A meets nothing; with it, A is the earliest b's equal.
        left, right = "id,v\n1,B\n1,b\n", "id,v\n1,b\n"
        removed = [row["left_row"] for row in ask(left, right, "--key", "id")["rows"]]
        self.assertEqual(removed, [1])
        removed = [row["left_row"] for row in ask(left, right, "--key", "id", "--ignore-case")["rows"]]
        self.assertEqual(removed, [2])

    def test_first_keeps_one_a_side(self):
        answer = ask(self.LEFT, self.RIGHT, "--key", "id", "--duplicates", "first")
        self.assertEqual(counts(answer), (1, 1, 0, 0))
        self.assertEqual((answer["left_rows"], answer["left_duplicate_keys"]), (4, 1))

    def test_error_refuses(self):
        with self.assertRaises(oracle.OracleError):
            ask(self.LEFT, self.RIGHT, "--key", "id", "--duplicates", "error")


class Cells(unittest.TestCase):
    def equal(self, left, right, *flags):
        return counts(ask(f"k,v\n1,{left}\n", f"k,v\n1,{right}\n", "--key", "k", *flags))[1] == 0

    def test_text_is_text(self):
        self.assertFalse(self.equal("1.0", "1"))
        self.assertFalse(self.equal("a", " a"))
        self.assertTrue(self.equal('"a"', "a"))
        self.assertTrue(self.equal('""', ""))

    def test_tolerance(self):
        self.assertTrue(self.equal("1.0", "1", "--abs-tol", "0"))
        self.assertTrue(self.equal("1e2", "101", "--rel-tol", "0.01"))
        self.assertFalse(self.equal("100", "102", "--rel-tol", "0.01"))
        self.assertTrue(self.equal("100", "102", "--rel-tol", "0.01", "--abs-tol", "v=2"))
        self.assertFalse(self.equal("1", "1 ", "--abs-tol", "v=2"))
        self.assertFalse(self.equal("1", "one", "--abs-tol", "v=2"))

    def test_integers_are_exact(self):
        for flags in ([], ["--types", "v=integer"], ["--abs-tol", "v=0.5"]):
            self.assertFalse(self.equal("9007199254740992", "9007199254740993", *flags))
        self.assertTrue(self.equal("9007199254740992", "9007199254740993", "--abs-tol", "1"))

    def test_nan_infinity_and_zero(self):
        tolerance = ("--abs-tol", "1", "--rel-tol", "0.1")
        self.assertTrue(self.equal("NaN", "nan", *tolerance))
        self.assertFalse(self.equal("nan", "0", *tolerance))
        self.assertTrue(self.equal("inf", "Infinity", *tolerance))
        self.assertFalse(self.equal("inf", "-inf", *tolerance))
        self.assertFalse(self.equal("inf", "1e300", *tolerance))
        self.assertTrue(self.equal("-0.0", "0", "--abs-tol", "0"))

    def test_null_is_no_text(self):
        self.assertFalse(self.equal("NA", "", "--null", "NA"))
        self.assertTrue(self.equal("NA", "", "--null", "NA", "--empty-is-null"))
        self.assertTrue(self.equal(" NA", "", "--null", "NA", "--empty-is-null", "--trim"))


class Parsing(unittest.TestCase):
    def test_quotes_line_ends_and_blank_lines(self):
        left = b'\xef\xbb\xbfid,v\r\n\r\n1,"a ""b""\r\nc"\r\n2,x"y'
        right = b'id,v\n1,"a ""b""\r\nc"\n\n2,"x""y"\n'
        self.assertEqual(counts(ask(left, right, "--key", "id")), (2, 0, 0, 0))

    def test_a_blank_line_is_a_record_of_a_single_column(self):
        answer = ask("v\na\n\nb\n", "v\na\n\"\"\nb\n", "--by", "position")
        self.assertEqual((answer["left_rows"], counts(answer)), (3, (3, 0, 0, 0)))

    def test_ragged(self):
        left, right = "k,v,w\n1,a\n2,b,c,d\n", "k,v,w\n1,a,\n2,b,c\n"
        self.assertEqual(counts(ask(left, right, "--key", "k", "--ragged", "truncate")), (2, 0, 0, 0))
        for ragged in ("error", "pad"):
            with self.assertRaises(oracle.OracleError):
                ask(left, right, "--key", "k", "--ragged", ragged)

    def test_names(self):
        answer = ask("k,,a,a,l\n1,2,3,4,5\n", "k,a,column_2,a,r\n1,3,2,5,6\n", "--key", "k")
        self.assertEqual(answer["columns"], {"column_2": 0, "a": 1})
        self.assertEqual((answer["only_left"], answer["only_right"]), (["l"], ["r"]))

    def test_no_header(self):
        answer = ask("1,a\n2,b\n", "2;b\n1;c\n", "--no-header", "--right-delimiter", ";", "--key", "column_1")
        self.assertEqual((counts(answer), answer["columns"]), ((1, 1, 0, 0), {"column_2": 1}))


class Modes(unittest.TestCase):
    def test_content_is_a_multiset(self):
        answer = ask("v,w\na,1\na,1\nb,2\n", "w,v\n1,a\n3,b\n", "--by", "content")
        self.assertEqual(counts(answer), (1, 0, 2, 1))
        self.assertEqual([row["left_row"] for row in answer["rows"]], [2, 3, None])

    def test_position(self):
        answer = ask("v\na\nb\n", "v\na\nc\nd\n", "--by", "position")
        self.assertEqual(counts(answer), (1, 1, 0, 1))

    def test_only_and_ignore(self):
        left, right = "k,aa,ab,b\n1,1,1,1\n", "k,aa,ab,b\n1,2,2,2\n"
        self.assertEqual(ask(left, right, "--key", "k", "--only", "a*")["changed_cells"], 2)
        self.assertEqual(ask(left, right, "--key", "k", "--ignore", "a*")["columns"], {"b": 1})


class Companions(unittest.TestCase):
    def test_the_expected_answers_are_the_oracles(self):
        for path in expect.LISTS:
            self.assertIsNone(expect.mismatch(path))

    def test_what_is_generated_reads_back(self):
        for seed in range(300):
            rng = random.Random(seed)
            width, delimiter = rng.choice([1, 2, 4]), rng.choice(",;\t|")
            header, *rows = [[generate.pick_cell(rng, False) or "x" for _ in range(width)] for _ in range(20)]
            rows[3][0] = rows[-1][0] = ""
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "table.csv")
                with open(path, "wb") as file:
                    file.write(generate.Style(rng, delimiter).table(header, rows))
                self.assertEqual(oracle.read_table(path, delimiter), (header, rows), f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
