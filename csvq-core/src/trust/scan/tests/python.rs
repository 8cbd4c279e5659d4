//! Python: every rule finds something, by whatever name it goes, and nothing in its honest twin.

use super::super::rules::{Kind, Rules};
use super::{check, ids, scan_files};

/// A rule, what it finds, and what is as honest as it looks similar.
const CASES: &[(&str, &str, &str)] = &[
    ("python.network", "import socket", "import math"),
    ("python.network", "import urllib.request as r", "import urlparse_of_mine"),
    ("python.network", "from http import client", "from statistics import mean"),
    ("python.network", "def f():\n    import requests", "def f():\n    import numpy"),
    ("python.network", "m = __import__('socket')", "m = load('socket')"),
    ("python.program", "import subprocess", "import collections"),
    ("python.native", "from ctypes import CDLL", "from numpy import float64"),
    ("python.internals", "import fcntl", "import functools"),
    ("python.stored_objects", "import pickle", "import json"),
    ("python.dynamic_import", "import runpy", "import re"),
    ("python.dynamic_import", "import importlib.util", "import importlib.metadata"),
    ("python.importlib", "import importlib", "import itertools"),
    ("python.processes", "from multiprocessing import Pool", "from multiprocess_of_mine import Pool"),
    ("python.async", "import asyncio", "import async_of_mine"),
    ("python.start_up", "import atexit", "import math"),
    ("python.builtins", "import builtins", "import enum"),
    ("python.watches", "import pynput", "import typing"),
    ("python.introspection", "import inspect", "import dataclasses"),
    ("python.databases", "import sqlite3", "import csv"),
    ("python.decoders", "import base64", "import decimal"),
    // Running texts.
    ("python.runs_text", "exec('x = 1')", "execute('x = 1')"),
    ("python.runs_text", "f = eval", "f = df.eval('a + b')"),
    ("python.runs_text", "list(map(compile, a, b, c))", "import re\nre.compile('a')"),
    ("python.runs_text", "import builtins\ngetattr(builtins, 'ex' + 'ec')('x')", "getattr(self, 'ex' + 'ecute')('x')"),
    ("python.runs_text", "__builtins__['eval']('x')", "handlers['eval']('x')"),
    ("python.runs_text", "globals()['__builtins__'].exec('x')", "registry()['exec'].run('x')"),
    ("python.runs_text", "vars(__builtins__)['ex' 'ec']('x')", "vars(self)['executor']('x')"),
    ("python.import_function", "__import__(name)", "import_table(name)"),
    (
        "python.import_by_name",
        "import importlib\nimportlib.import_module(n)",
        "import importlib.metadata\nimportlib.metadata.version('x')",
    ),
    // Programs, under any name.
    ("python.starts_programs", "import os\nos.system('ls')", "import os\nos.path.join('a', 'b')"),
    ("python.starts_programs", "import os as o\no.system('ls')", "import operator as o\no.add(1, 2)"),
    ("python.starts_programs", "from os import system as s\ns('ls')", "from os.path import join as s\ns('ls')"),
    ("python.starts_programs", "from os import *\nsystem('ls')", "from math import *\nsystem = 1"),
    ("python.starts_programs", "import os\nrun = os.popen\nrun('ls')", "import os\nrun = os.path.exists"),
    (
        "python.starts_programs",
        "import os\na = os\nb = a\nb.execv('ls', [])",
        "import pandas\na = pandas\nb = a\nb.concat([])",
    ),
    ("python.starts_programs", "getattr(__import__('os'), 'sys' + 'tem')('ls')", "getattr(frame, 'sys' + 'tem')('ls')"),
    ("python.starts_programs", "import os\nos.__dict__['sys' + 'tem']('ls')", "table.__dict__['sys' + 'tem']"),
    ("python.starts_programs", "import os\nvars(os)['metsys'[::-1]]('ls')", "vars(self)['metsys'[::-1]]"),
    ("python.starts_programs", "import sys\nsys.modules['os'].system('ls')", "columns['os'].system('ls')"),
    ("python.starts_programs", "import sys\nsys.modules.get('os').popen('ls')", "columns.get('os').open_column('ls')"),
    (
        "python.starts_programs",
        "import os\nn = 'system'\ngetattr(os, n)('ls')",
        "import pandas\nn = 'concat'\ngetattr(pandas, n)([])",
    ),
    (
        "python.starts_programs",
        "import os\ngetattr(os, ''.join(['sys', 'tem']))",
        "import numpy\ngetattr(numpy, ''.join(['me', 'an']))",
    ),
    (
        "python.starts_programs",
        "import os\ngetattr(os, chr(115) + 'ystem')",
        "import numpy\ngetattr(numpy, chr(115) + 'um')",
    ),
    ("python.starts_programs", "import os\nos.__getattribute__('system')('ls')", "import numpy\nnumpy.add(1, 2)"),
    ("python.starts_programs", "import os\n[os.system][0]('ls')", "import os\n[os.path][0]"),
    (
        "python.starts_programs",
        "import os\nfrom functools import partial\np = partial(os.system, 'ls')",
        "from functools import partial\np = partial(round, 2)",
    ),
    ("python.starts_programs", "import os\n(x := os).system('ls')", "import numpy\n(x := numpy).sum('ls')"),
    (
        "python.starts_programs",
        "import os\nclass A:\n    def __init__(self):\n        self.o = os\n    def f(self):\n        self.o.fork()",
        "class A:\n    def f(self):\n        self.o.fork_of_road()",
    ),
    (
        "python.starts_programs",
        "def f(o=__import__('os')):\n    o.system('ls')",
        "def f(o=None):\n    o.system_of_units('ls')",
    ),
    ("python.starts_programs", "import os\nwith os as o:\n    o.system('x')", "with frame as o:\n    o.total('x')"),
    ("python.starts_programs", "ｉｍｐｏｒｔ = 1\nimport os\nos.ｓｙｓｔｅｍ('ls')", "import os\nos.path"),
    ("python.uses_network", "import urllib.request\nurllib.request.urlopen(u)", "opener.open_url(u)"),
    ("python.deletes_files", "import shutil\nshutil.rmtree(p)", "import shutil\nshutil.get_terminal_size()"),
    ("python.deletes_files", "from pathlib import Path\nPath('x').unlink()", "rows.remove(1)"),
    ("python.writes_files", "f = open('x', 'w')", "f = open('x', 'r')"),
    ("python.writes_files", "f = open('x', mode='ab')", "f = open('x', mode='rb')"),
    ("python.writes_files", "f = open('x', m)", "f = open('x')"),
    (
        "python.writes_files",
        "from pathlib import Path\nPath('x').write_text('y')",
        "from pathlib import Path\nPath('x').with_suffix('.y')",
    ),
    (
        "python.writes_files",
        "from pathlib import Path\nPath('x').open('w')",
        "from pathlib import Path\nPath('x').open('r')",
    ),
    ("python.writes_files", "from pathlib import Path\np = Path('x')\np.open(mode='a')", "archive.open('water')"),
    ("python.changes_rights", "import os\nos.chmod('x', 7)", "import os\nos.path.getsize('x')"),
    ("python.signals", "import os\nos.kill(1, 9)", "import os\nos.cpu_count()"),
    ("python.walks_folders", "import os\nos.walk('/')", "tree.walk('/')"),
    ("python.reads_files", "f = open('x')", "f = reopen('x')"),
    ("python.reads_tables", "import pandas as pd\npd.read_csv('x')", "import pandas as pd\npd.DataFrame({})"),
    ("python.loads_objects", "import pandas as pd\npd.read_pickle('x')", "import pandas as pd\npd.to_numeric(x)"),
    (
        "python.loads_objects",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "import numpy as np\nnp.load('x', allow_pickle=False)",
    ),
    ("python.environment", "import os\nos.environ['HOME']", "settings.environ['HOME']"),
    ("python.machine_code", "import ctypes\nctypes.CDLL('x')", "import struct\nstruct.pack('i', 1)"),
    ("python.tracing", "import sys\nsys._getframe(1)", "import sys\nsys.getsizeof(1)"),
    ("python.makes_code", "import types\ntypes.FunctionType(c, {})", "import types\ntypes.SimpleNamespace(a=1)"),
    ("python.modules", "import sys\nsys.modules", "import sys\nsys.maxsize"),
    ("python.module_by_text", "import os\ngetattr(os, name)", "getattr(self, name)"),
    ("python.attribute_by_text", "import numpy as np\ngetattr(np, name)", "getattr(column, name)"),
    ("python.scope", "globals()", "frame.globals()"),
    ("python.asks", "x = input()", "x = inputs()"),
    ("python.decodes", "import base64\nbase64.b64decode(x)", "import base64\nbase64.b64encode(x)"),
    ("python.exit_hooks", "import sys\nsys.exit(1)", "raise ValueError(1)"),
    // Names.
    ("python.escapes", "().__class__.__bases__[0].__subclasses__()", "type(self).__name__"),
    ("python.escapes", "getattr(f, '__globals__')", "getattr(f, '__name__')"),
    ("python.escapes", "getattr(f, '__glo' + 'bals__')", "getattr(f, '__na' + 'me__')"),
    ("python.escapes", "'{0.__class__.__init__.__globals__}'.format(x)", "'{0.__class__.__name__}'.format(x)"),
    (
        "python.stores_itself",
        "class A:\n    def __reduce__(self):\n        return 1",
        "class A:\n    def __repr__(self):\n        return 1",
    ),
    ("python.own_names", "x.__dict__", "x.__len__()"),
    // Changing others.
    ("python.changes_builtins", "import builtins\nbuiltins.open = f", "self.open = f"),
    ("python.changes_builtins", "__builtins__['open'] = f", "handlers['open'] = f"),
    ("python.changes_builtins", "import sys\nsys.modules['json'] = f", "cache['json'] = f"),
    ("python.changes_builtins", "import builtins\nsetattr(builtins, 'open', f)", "setattr(self, 'open', f)"),
    ("python.changes_builtins", "import os\nos.listdir = f", "import os\nlistdir = os.listdir"),
    ("python.changes_search_path", "import sys\nsys.path[0] = 'x'", "path[0] = 'x'"),
    ("python.changes_environment", "import os\nos.environ['X'] = '1'", "environ['X'] = '1'"),
    (
        "python.changes_modules",
        "import pandas as pd\npd.DataFrame.merge = f",
        "import pandas as pd\npd.options.display.width = 10",
    ),
    // Texts.
    ("python.text.secrets", "p = '~/.ssh/' + 'id_rsa'", "p = 'id_of_row'"),
    ("python.text.users", "p = '/etc/pass' 'wd'", "p = '/etc/csvq'"),
    ("python.text.processes", "p = f'/proc/self/{x}'", "p = f'/process/{x}'"),
    ("python.text.shell", "c = 'rm -rf x'", "c = 'remove rows'"),
    ("python.text.shell", "c = b'/bin/sh'", "c = b'/bin'"),
    ("python.text.code", "c = '''import os\nos.getcwd()'''", "'''import os is how one would begin'''"),
    ("python.text.address", "u = 'http://169.254.169.254/'", "u = 'http://example.org/'"),
    ("python.text.url", "u = 'https://example.org'", "'''See https://example.org for the format.'''"),
    // How it is written.
    (
        "python.decoded_code",
        "import base64\nx = base64.b64decode(y)\nexec(x)",
        "import base64\nx = base64.b64decode(y)\nprint(x)",
    ),
    (
        "python.decoded_code",
        "import zlib as z, builtins as b\nb.eval(z.decompress(y))",
        "import zlib as z\nz.decompress(y)",
    ),
    ("python.effect_at_import", "x = open('x').read()", "def f():\n    return open('x').read()"),
    ("python.effect_at_import", "class A:\n    x = open('x')", "if __name__ == '__main__':\n    x = open('x')"),
    ("python.invisible_character", "x = 'a\u{202e}b'", "x = 'äöü'"),
    ("python.invisible_character", "# \u{2066}hidden\nx = 1", "# Größe, 日本\nx = 1"),
    ("python.compatible_name", "ｅｘ = 1", "größe = 1"),
    ("python.lookalike_name", "vаlue = 1", "σ = μ = Δx = 1"),
    // A name of one's own is none of Python's, unless it is called.
    (
        "python.asks",
        "def f(input):\n    return input()",
        "def f(input, vars):\n    vars[0] = input\n    return input + 1",
    ),
    (
        "python.runs_text",
        "def f(compile):\n    return compile(x)",
        "def f(compile=True):\n    return 1 if compile else 2",
    ),
    (
        "python.runs_text",
        "def f(exec): pass\nlist(map(exec, texts))",
        "def f(execute): pass\nlist(map(execute, texts))",
    ),
    ("python.changes_modules", "import datetime\ndatetime.date = f", "from datetime import *\nself.date = f"),
    ("python.changes_builtins", "__builtins__.__dict__['open'] = f", "locals = {}\nlocals['open'] = f"),
    ("python.star_import", "from math import *", "from math import sqrt"),
];

#[test]
fn every_case_is_found_and_its_twin_is_not() {
    for (rule, bad, twin) in CASES {
        check(rule, "plugin_under_test.py", (bad.as_bytes(), twin.as_bytes()));
    }
}

#[test]
fn what_is_long_or_encoded_is_found() {
    let base64: String = super::native::noise(900)
        .iter()
        .map(|byte| {
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(byte & 63)])
        })
        .collect();
    let words = "a text of ordinary words that goes on for a while, ".repeat(20);
    let digits: String = super::native::noise(600).iter().map(|byte| format!("{byte:02x}")).collect();
    let numbers = |count: usize| super::native::noise(count).iter().map(u8::to_string).collect::<Vec<_>>().join(",\n");
    let py = "plugin_under_test.py";
    let of = |text: &str| format!("x = '{text}'\n").into_bytes();
    check("python.encoded_text", py, (&of(&base64), &of(&words)));
    check("python.encoded_text", py, (&of(&digits), &of(&digits[..64])));
    check("python.encoded_text", py, (format!("'''{base64}'''").as_bytes(), format!("'''{words}'''").as_bytes()));
    check("python.long_text", py, (&of(&"word ".repeat(10_000)), &of(&"word ".repeat(1_000))));
    check("python.long_line", py, (&of(&"word ".repeat(3_000)), &of(&"word ".repeat(1_000))));
    check(
        "python.encoded_numbers",
        py,
        (format!("x = [{}]", numbers(700)).as_bytes(), format!("x = [{}]", numbers(256)).as_bytes()),
    );
}

#[test]
fn every_rule_about_python_has_a_case() {
    let elsewhere = ["python.encoded_text", "python.long_text", "python.long_line", "python.encoded_numbers"];
    for rule in Rules::built_in().all() {
        let covered = CASES.iter().any(|(id, _, _)| *id == rule.id) || elsewhere.contains(&rule.id.as_str());
        let of_trees = rule.id.starts_with("python.") && rule.kind != Kind::PythonModule;
        assert!(covered || !of_trees, "no case for {}", rule.id);
    }
}

/// Whatever a pattern of an import or a text says is found.
#[test]
fn every_pattern_of_an_import_and_a_text_is_found() {
    for rule in Rules::built_in().all() {
        for pattern in &rule.patterns {
            let text = match rule.kind {
                Kind::PythonImport => format!("def f():\n    import {}\n", pattern.replace('*', "x")),
                Kind::PythonString => format!("x = {}\n", serde_json::Value::from(pattern.as_str())),
                _ => continue,
            };
            let report = scan_files(&[("plugin_under_test.py", text.as_bytes())]);
            assert!(ids(&report).contains(&rule.id.as_str()), "{} by {pattern}: {report:?}", rule.id);
        }
    }
}

#[test]
fn a_finding_says_where_and_nothing_of_the_content() {
    let text = "import os\n\n\ndef f():\n    return os.system('echo secret-of-the-file')\n";
    let report = scan_files(&[("a/plugin.py", text.as_bytes())]);
    let finding = report.findings.iter().find(|finding| finding.rule == "python.starts_programs").unwrap();
    let place = (finding.file.as_deref(), finding.line, finding.found.as_deref());
    assert_eq!(place, (Some("a/plugin.py"), Some(5), Some("os.system")));
    assert!(!serde_json::to_string(&report).unwrap().contains("secret-of-the-file"));
    assert_eq!(
        report.summary(),
        "flagged: a/plugin.py: line 5: it starts programs or processes: `os.system` (high, python.starts_programs)"
    );
}
