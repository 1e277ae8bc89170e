"""Asking hooked Pythons by a signal where they are (see `tuimon.hook`).

It can be sent to nobody whom it would kill: only to processes with the hook's file open, which a
script's own handler closes, and a handler for it. What a process is at goes on; a system call is
restarted.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from tuimon.hook import WHERE_FILE, WHERE_SIGNAL
from tuimon.stacks.call_stack import ThreadStack, read_faulthandler
from tuimon.stacks.proc_files import proc_status

_MOST_BYTES = 2 << 20
"""Of a dump; faulthandler writes a hundred threads with a hundred calls each."""
_ANSWER_SECONDS = 1.0
"""That a process has; one that computes in C answers within a millisecond."""
_ALL_SECONDS = 5.0
_POLL_EVERY = 0.002

STOPPED = "stopped (SIGSTOP)"
STUCK = "in the kernel (waits for a disk, a network file system or a driver)"
DUMB = "without an answer"
_HELD = {"T": STOPPED, "t": "held by a debugger"}
"""By the state of the process; the signal would be taken later."""
STANDSTILLS = frozenset({*_HELD.values(), STUCK})
"""What is not the process's own doing."""

Answer = tuple[tuple[ThreadStack, ...], str]
"""Threads, the main one first, or what the process is, that there are none."""


class WhereFile(NamedTuple):
    """An open file of a process that takes its stacks, and its kernel's number."""

    pid: int
    path: Path
    name: str
    inode: int


def where_file(pid: int) -> WhereFile | None:
    """The file to which a hooked Python writes; None for any other process."""
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                name = str(link.readlink())
                if name.startswith(WHERE_FILE):
                    return WhereFile(pid, link, name, link.stat().st_ino)
            except OSError:
                continue  # closed since
    except OSError:
        pass  # gone, or another user's
    return None


def told_ranks(name: str) -> dict[str, str]:
    words = name.removesuffix(" (deleted)").split(" ")[1:]
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def answers(files: Iterable[WhereFile]) -> Iterator[tuple[int, Answer]]:
    """One process after the other of those that share a file, as forks do; the others at once."""
    shared: dict[int, list[WhereFile]] = {}
    for file in files:
        shared.setdefault(file.inode, []).append(file)
    until = time.monotonic() + _ALL_SECONDS
    for turn in zip_longest(*shared.values()):
        questions = [_Question(file) for file in turn if file is not None]
        deadline = min(until, time.monotonic() + _ANSWER_SECONDS)
        while not all(one.is_answered() for one in questions) and time.monotonic() < deadline:
            time.sleep(_POLL_EVERY)
        for question in questions:
            yield question.pid, question.answer()


class _Question:
    """A request to one process, from the signal to the whole answer."""

    def __init__(self, file: WhereFile) -> None:
        self.pid = file.pid
        self._number = signal.SIGRTMIN + WHERE_SIGNAL
        self._file: int | None = None
        self._silence = ""
        self._blocked: set[str] = set()
        try:
            self._file = os.open(file.path, os.O_RDWR | os.O_CLOEXEC)
            # Whoever asks at the same time waits; what is left of earlier answers is freed.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            self._silence = self._send()
        except OSError:
            self._silence = DUMB

    def _send(self) -> str:
        """Send the signal; why not, if it cannot be taken: unhandled, it would kill."""
        self._blocked = self._blocking()
        status = proc_status(self.pid)
        if standstill := _HELD.get(status.get("State", "")[:1]):
            return standstill
        if not self._has(status, "SigCgt"):
            return DUMB
        if not self._has(status, "ShdPnd"):
            os.kill(self.pid, self._number)
        return ""

    def is_answered(self) -> bool:
        """Whether nothing more comes: the signal was taken, and no thread is in its handler, for
        which the kernel blocks the signal."""
        if self._silence or self._file is None:
            return True
        try:
            return (
                os.fstat(self._file).st_size > 0
                and not self._has(proc_status(self.pid), "ShdPnd")
                and self._blocking() <= self._blocked
            )
        except OSError:
            return True

    def answer(self) -> Answer:
        """What came; closes the file."""
        if self._file is None:
            return (), self._silence
        try:
            if not self.is_answered():
                state = proc_status(self.pid).get("State", "")[:1]
                self._silence = {**_HELD, "D": STUCK}.get(state, DUMB)
            if self._silence:
                return (), self._silence
            size = os.fstat(self._file).st_size
            data = os.pread(self._file, _MOST_BYTES, max(0, size - _MOST_BYTES))
            os.ftruncate(self._file, 0)
        except OSError:
            return (), DUMB
        finally:
            os.close(self._file)
        # The process goes on writing where it was: a hole is before that.
        threads = read_faulthandler(data.lstrip(b"\0").decode(errors="replace"))
        return threads, "" if threads else DUMB

    def _has(self, status: Mapping[str, str], field: str) -> bool:
        return bool(int(status.get(field, "0"), 16) >> (self._number - 1) & 1)

    def _blocking(self) -> set[str]:
        """The threads that block the signal."""
        try:
            tasks = [task.name for task in Path(f"/proc/{self.pid}/task").iterdir()]
        except OSError:
            return set()
        return {
            task
            for task in tasks
            if self._has(proc_status(self.pid, f"task/{task}/status"), "SigBlk")
        }
