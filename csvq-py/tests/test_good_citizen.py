"""csvq in a process that has other things to do: threads, signals, logs, forks."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import csvq
import pytest

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX's")


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two tables of 200,000 rows in different order, of which every row has another time."""
    folder = tmp_path_factory.mktemp("big")
    paths = folder / "left.csv", folder / "right.csv"
    for seed, path in enumerate(paths):
        rows = list(range(200_000))
        random.Random(seed).shuffle(rows)
        with path.open("w") as file:
            file.write("id,at,v\n")
            for row in rows:
                stamp = f"{row % 28 + 1:02}.01.2024 10:{row % 60:02}:{seed:02}"
                file.write(f"{row},{stamp},{row * 7919 % 100_003}.{seed}\n")
    return paths


SLOW: dict[str, Any] = {
    "key": "id",
    "as_time": ["iso", "%d/%m/%y %H:%M:%S", "%d.%m.%Y %H:%M:%S"],
    "abs_tol": 0.001,
    "threads": 1,
}


class Pipe:
    """A named pipe as a side: csvq waits for it, for as long as a test likes."""

    def __init__(self, folder: Path, content: bytes = b"id,v\n1,a\n") -> None:
        self.path = folder / "pipe.csv"
        os.mkfifo(self.path)
        self.go_on = threading.Event()
        self.content = content
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def write(self) -> None:
        with self.path.open("wb") as pipe:
            # Without this thread having had its turn, the comparison would wait for ever.
            self.go_on.wait()
            pipe.write(self.content)


@posix
def test_the_gil_is_released_while_csvq_waits(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)
    # Only a thread that runs while the comparison waits can let it go on.
    turns = iter(range(1000))

    def let_go() -> None:
        while next(turns) < 999:
            time.sleep(0)
        pipe.go_on.set()

    threading.Thread(target=let_go, daemon=True).start()
    assert csvq.compare(pipe.path, {"id": ["1"], "v": ["a"]}, key="id").is_equal


def test_the_gil_is_released_while_csvq_works(big: tuple[Path, Path]) -> None:
    turns = [0]
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            turns[0] += 1
            time.sleep(0)

    interval = sys.getswitchinterval()
    ticker = threading.Thread(target=tick)
    # Nobody is made to give the GIL up: the ticker runs only while it has been let go. Work that
    # keeps it leaves the ticker at 0, and this comparison lets it have tens of thousands of turns.
    sys.setswitchinterval(3600)
    ticker.start()
    try:
        before = turns[0]
        csvq.compare(*big, **SLOW)
        during = turns[0] - before
    finally:
        sys.setswitchinterval(interval)
        done.set()
        ticker.join()
    assert during > 100


@posix
def test_progress_is_told(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)
    told: list[csvq.Progress] = []

    def follow(progress: csvq.Progress) -> None:
        told.append(progress)
        pipe.go_on.set()

    assert csvq.compare(pipe.path, {"id": ["1"], "v": ["a"]}, key="id", progress=follow).is_equal
    phase, done, total = told[0]
    assert isinstance(phase, str)
    assert done >= 0
    assert total >= 0
    assert told[0].phase == phase


@posix
def test_an_exception_of_progress_cancels(tmp_path: Path) -> None:
    pipe = Pipe(tmp_path)

    class Enough(Exception):
        pass

    def follow(progress: csvq.Progress) -> None:
        pipe.go_on.set()
        raise Enough

    with pytest.raises(Enough):
        csvq.compare(pipe.path, b"id,v\n1,b\n", key="id", progress=follow)
    pipe.thread.join()


@pytest.mark.parametrize("progress", [True, False, None])
def test_no_bar_where_there_is_no_terminal(progress: bool, capfd: Any) -> None:
    csvq.compare(b"id\n1\n", b"id\n1\n", key="id", progress=progress)
    assert capfd.readouterr() == ("", "")


INTERRUPTED = """
import os, signal, sys, threading, time
import csvq

signal.signal(signal.SIGINT, signal.default_int_handler)
options = dict(key="id", as_time=["iso", "%d/%m/%y %H:%M:%S", "%d.%m.%Y %H:%M:%S"], threads=1)
started = threading.Event()
sent = []

def interrupt():
    started.wait()
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    while True:
        csvq.compare(sys.argv[1], sys.argv[2], progress=lambda _: started.set(), **options)
        started.set()
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""


@posix
def test_ctrl_c(big: tuple[Path, Path], record_property: Any) -> None:
    command = [sys.executable, "-c", INTERRUPTED, *map(str, big)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    seconds = float(ended.stdout)
    record_property("seconds from Ctrl-C to KeyboardInterrupt", seconds)
    print(f"{seconds:.3f} s from Ctrl-C to KeyboardInterrupt")
    assert seconds < 2


def test_ctrl_c_leaves_csvq_usable(tmp_path: Path) -> None:
    class Stop(BaseException):
        pass

    def stop(progress: csvq.Progress) -> None:
        raise Stop

    if hasattr(os, "mkfifo"):
        pipe = Pipe(tmp_path)
        pipe.go_on.set()
        # Whether it was fast enough to escape makes no difference.
        with contextlib.suppress(Stop):
            csvq.compare(pipe.path, b"id,v\n1,a\n", key="id", progress=stop)
    assert csvq.compare(b"id,v\n1,a\n", b"id,v\n1,a\n", key="id").is_equal


def test_logging(big: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="csvq"):
        csvq.compare(b"id,v\n1,a\n1,b\n2,c\n", b"id,v\n2,c\n1,a\n", key="id")
    assert caplog.records
    for record in caplog.records:
        assert record.name == "csvq" or record.name.startswith("csvq.")
        assert record.levelno >= logging.DEBUG
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="csvq"):
        csvq.compare(b"id,v\n1,a\n1,b\n2,c\n", b"id,v\n2,c\n1,a\n", key="id")
    assert not caplog.records


FORKED = """
import os, signal, sys, warnings
import csvq

warnings.simplefilter("ignore")
table = {"id": [1, 2], "v": ["a", "b"]}
csvq.compare(table, table, key="id")
child = os.fork()
if child == 0:
    signal.alarm(60)
    try:
        equal = csvq.compare(table, table, key="id").is_equal
        print("equal" if equal else "different")
    except csvq.ForkedError as error:
        print(error.kind)
    sys.stdout.flush()
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.exit(status)
"""


@forks
def test_a_fork_never_hangs() -> None:
    command = [sys.executable, "-c", FORKED]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip() in ("forked", "equal")


def test_many_comparisons_at_once(root: Path) -> None:
    data = root / "examples/data"

    def compare(number: int) -> tuple[csvq.Counts, list[dict[str, Any]]]:
        tolerance = {"lat": 1e-5, "lon": 1e-5} if number % 2 else {}
        result = csvq.compare(
            data / "airports-2024-02.csv",
            data / "airports-2026-09.csv",
            key="icao",
            abs_tol=tolerance or 0,
        )
        return result.counts, result.cells.to_pylist()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(compare, range(40)))
    for number, one in enumerate(found):
        assert one == found[number % 2]
    assert found[0][0].changed > found[1][0].changed == 6


def test_one_comparison_read_by_many_threads() -> None:
    rows = range(10_000)
    result = csvq.compare({"id": rows, "v": rows}, {"id": rows, "v": rows[::-1]}, key="id")
    with ThreadPoolExecutor(8) as pool:
        cells = list(pool.map(lambda _: result.cells.to_pydict(), range(16)))
    assert all(each == cells[0] for each in cells)
    assert len(cells[0]["id"]) == 10_000


def test_import_is_light() -> None:
    heavy = ["dataclasses", "inspect", "logging", "asyncio", "numpy", "pandas", "polars"]
    script = (
        f"import sys; before = set(sys.modules); import csvq; print(sorted(set({heavy}) & (set(sys.modules) - before)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


class Comparing(logging.Handler):
    """A handler that compares while it holds its own lock, in which csvq's own lines would have to wait."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "app":
            assert csvq.compare({"a": [1]}, {"a": [1]}, key="a").is_equal


def test_handlers_can_compare() -> None:
    script = (
        "import logging, test_good_citizen as own; handler = own.Comparing();"
        "logging.basicConfig(level=1, handlers=[handler]); logging.getLogger('app').info('x')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent, timeout=60, check=False)
    assert done.returncode == 0


WAITING = """
import os, signal, sys, threading, time

import csvq

signal.signal(signal.SIGINT, signal.default_int_handler)
sent = []

def interrupt(progress):
    if not sent:
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

held = threading.Thread(target=lambda: (open(sys.argv[1], "wb"), time.sleep(600)), daemon=True)
held.start()
try:
    csvq.compare(sys.argv[1], b"id\\n1\\n", key="id", progress=interrupt)
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
    sys.stdout.flush()
    os._exit(0)
"""


@posix
def test_ctrl_c_while_nothing_comes(tmp_path: Path, record_property: Any) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    # Without an eye on signals, this would wait for ever.
    command = [sys.executable, "-c", WAITING, str(pipe)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    record_property("seconds from Ctrl-C to KeyboardInterrupt", float(ended.stdout))
