"""The ``csvq`` command, which comes with the package: ``csvq --help``, or ``python -m csvq --help``."""

from __future__ import annotations

import signal
import sys

from . import _csvq


def main() -> None:
    """Runs the program on this process's arguments and ends the process with its status."""
    # Python's own handler would wait for the interpreter, which the program does not come back to until it is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_csvq.main(["csvq", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
