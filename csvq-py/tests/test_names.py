"""One set of names: of options here, of settings in the engine, of flags on the command line."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import csvq
from csvq import _csvq, _options


def declared(name: str) -> set[str]:
    """The fields of a class of `_options.py`, which exists for type checkers alone."""
    tree = ast.parse(Path(_options.__file__).read_text(encoding="utf-8"))
    found = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}[name]
    fields = {
        node.target.id for node in found.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    for base in found.bases:
        if isinstance(base, ast.Name) and base.id != "TypedDict":
            fields |= declared(base.id)
    return fields


def test_options_are_the_settings() -> None:
    assert declared("Options") | {"key"} == set(_csvq.setting_names())


def test_settings_are_the_flags() -> None:
    binary = os.environ.get("CSVQ_BIN")
    command = [binary] if binary else [sys.executable, "-m", "csvq"]
    shown = subprocess.run([*command, "compare", "--help"], capture_output=True, text=True, check=True).stdout
    sections = re.split(r"^(\S.*):$", shown, flags=re.MULTILINE)
    flags = set()
    for title, body in zip(sections[1::2], sections[2::2]):
        if title in ("Rows and columns", "Rules", "Reading", "Limits"):
            flags |= set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", body, flags=re.MULTILINE))
    names = {flag.replace("no-", "").replace("-", "_") for flag in flags}
    assert names - {"with", "param"} == set(_csvq.setting_names())


def test_all_names_are_there() -> None:
    for name in csvq.__all__:
        assert getattr(csvq, name) is not None
    assert csvq.__version__ == _csvq.__version__


def test_the_command(tmp_path: Path) -> None:
    for name, text in (("left.csv", "id,v\n1,a\n"), ("right.csv", "id,v\n1,b\n")):
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "csvq", "compare", "left.csv", "right.csv", "--key", "id"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout.startswith("Different: 1 changed of 1 row\n")
