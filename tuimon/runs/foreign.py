"""A process that tuimon did not launch: who it is, where it prints, and when it ends."""

import fcntl
import os
import select
import shlex
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

import psutil

from tuimon.runs.process import boot_id, identify, is_alive
from tuimon.runs.record import ProcessRef

# ioctl PIDFD_GET_INFO and the first version of its `struct pidfd_info` (linux/pidfd.h).
_GET_INFO = 0xC040FF0B
_INFO = struct.Struct("=Q52xi")
"""Mask; identity, which is not looked at; wait status."""
_INFO_EXIT = 1 << 3


class ForeignProcessError(Exception):
    """The process cannot be watched; the message is one line, not yet safe for a terminal."""


class NoSuchProcess(ForeignProcessError):  # noqa: N818 - as psutil's
    """There is no such process, or it has ended and only waits for its parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignProcess:
    """A living process as it was found; `started_at` in Unix seconds."""

    ref: ProcessRef
    command: tuple[str, ...]
    cwd: str
    user: str
    started_at: float
    console: Path | None
    """The regular file that is its standard output, if there is one that may be read."""

    @property
    def pid(self) -> int:
        """Its number."""
        return self.ref.pid

    @property
    def name(self) -> str:
        """`PID 1234 python train.py`."""
        return f"PID {self.pid} {shlex.join(self.command)}".rstrip()


def find_process(pid: int) -> ForeignProcess:
    """The process with that number.

    Raises:
        NoSuchProcess: there is none.
        ForeignProcessError: it is another user's, whose open files may not be read.
    """
    ref = identify(pid)
    if ref is None or not is_alive(ref, boot_id()):
        raise NoSuchProcess(f"no such process: {pid}")
    user = "another user"
    try:
        process = psutil.Process(pid)
        user = process.username()
        process.open_files()
        return ForeignProcess(
            ref=ref,
            command=tuple(process.cmdline()) or (process.name(),),
            cwd=process.cwd(),
            user=user,
            started_at=process.create_time(),
            console=_console(pid),
        )
    except psutil.NoSuchProcess:
        raise NoSuchProcess(f"no such process: {pid}") from None
    except (psutil.AccessDenied, PermissionError):
        raise ForeignProcessError(
            f"process {pid} belongs to {user}: its open files may not be read"
        ) from None


def _console(pid: int) -> Path | None:
    try:
        path = Path(f"/proc/{pid}/fd/1").readlink()
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return None  # no /proc, a pipe, or a file that was removed
    return path if regular and os.access(path, os.R_OK) else None


class EndWatch:
    """Notices the end of a process, which need not be a child; never mistakes another for it."""

    def __init__(self, ref: ProcessRef) -> None:
        self._ref = ref
        self._boot = boot_id()
        self._fd = _pidfd(ref.pid)
        # Whoever had that number when it was opened is held by it: it must still be the one.
        self.ended = not is_alive(ref, self._boot)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, for so long at most; whether it has come."""
        if self._fd is None:
            self.ended = self.ended or not is_alive(self._ref, self._boot)
        elif not self.ended:
            poll = select.poll()
            poll.register(self._fd, select.POLLIN)
            self.ended = bool(poll.poll(seconds * 1000))
        return self.ended

    def wait_status(self) -> int | None:
        """How it ended, as wait(2) tells it; None where the kernel does not.

        Linux does since 6.15, and once the parent of the process has asked.
        """
        if self._fd is None or not self.ended:
            return None
        try:
            asked = _INFO.pack(_INFO_EXIT, 0)
            mask, status = _INFO.unpack(fcntl.ioctl(self._fd, _GET_INFO, asked))
        except OSError:
            return None
        return status if mask & _INFO_EXIT else None

    @property
    def prompt(self) -> bool:
        """Whether `wait` returns at the moment of the end; else it returns at once, always."""
        return self._fd is not None

    def close(self) -> None:
        """Let go of the process."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable at the end (pidfd_open(2)); None where there is none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None  # not Linux, before 5.3, forbidden by a sandbox, or gone
