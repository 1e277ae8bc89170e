"""A log that comes through standard input: kept in a file for as long as this process lives."""

import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from tuimon.cli.shared.common import CommandError
from tuimon.runs.sources import LogSource

STANDARD_INPUT = "-"
_PIECE = 1 << 16
_kept: list["tempfile.TemporaryDirectory[str]"] = []


def piped_log(*, to_end: bool) -> LogSource:
    """Standard input as a log, read `to_end`, or on and on while the terminal is in its place.

    Raises CommandError: it is a terminal, or has been taken already.
    """
    if _kept or sys.stdin is None or sys.stdin.isatty():
        raise CommandError("- is what another command prints: COMMAND | tuimon view -")
    _kept.append(tempfile.TemporaryDirectory(prefix="tuimon-"))
    path = Path(_kept[0].name, "stdin")
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    copying = threading.Thread(target=_copy, args=(os.dup(0), file), daemon=True)
    copying.start()
    if to_end:
        copying.join()
    else:
        with suppress(OSError):  # no terminal: lines are printed
            terminal = os.open("/dev/tty", os.O_RDWR)
            os.dup2(terminal, 0)
            os.close(terminal)
    return LogSource(path=str(path), label="stdin")


def _copy(pipe: int, file: int) -> None:
    with suppress(OSError):  # the disk is full: what came until then is shown
        while data := os.read(pipe, _PIECE):
            while data:
                data = data[os.write(file, data) :]
    os.close(file)
    os.close(pipe)
