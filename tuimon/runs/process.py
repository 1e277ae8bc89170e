"""Identity and liveness of processes on this host. Standard library only.

A PID alone is not an identity: it is reused. Boot id, PID and start time together are one.
"""

import os
import signal
import socket
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.record import ProcessRef

_NOT_OF_A_JOB = {
    *(signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
    *(signal.SIGCHLD, signal.SIGCONT, signal.SIGWINCH, signal.SIGURG, signal.SIGPIPE),
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP, signal.SIGSYS),
    signal.SIGXFSZ,
}

JOB_SIGNALS = frozenset(signal.valid_signals() - _NOT_OF_A_JOB)
"""What a scheduler may send to every process of a job, to end it or to tell it something; without
what cannot be caught, what stops and continues, and what the kernel tells a process of itself."""

ASK = signal.SIGURG
"""By which tuimon's own processes ask each other where they cannot talk. Nobody else sends it, and
a process that does not know it ignores it."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def boot_id() -> str:
    """The kernel's id of this boot (random(4)); empty where the system has none."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def pid_namespace() -> str:
    """What this process's PIDs are numbers of (pid_namespaces(7)): a container's, or the host's.

    The number of the namespace, and the start of its first process, as numbers are used again:
    ``pid:[4026531836]:12``. Empty where there are none.
    """
    try:
        name = _PID_NAMESPACE.readlink()
    except OSError:
        return ""
    return f"{name}:{start_ticks(1)}"


@lru_cache(maxsize=1)
def machine_id() -> str:
    """32 hexadecimal digits that stay the same on this machine.

    Derived from machine-id(5), which asks not to be shown as it is; where that is missing (many
    containers) from the host name.
    """
    # hashlib loads OpenSSL: 3 MB that the guardian, which never asks, shall not carry.
    import hashlib

    source = socket.gethostname()
    for path in _MACHINE_IDS:
        try:
            source = path.read_text().strip() or source
            break
        except OSError:
            continue
    return hashlib.sha256(f"tuimon {source}".encode()).hexdigest()[:32]


def start_ticks(pid: int) -> int | None:
    """Start time of a process, as in `ProcessRef`; None when there is no such process.

    Also told of a zombie.
    """
    process = _look_up(pid)
    return None if process is None else process.start


def parent_pid(pid: int) -> int | None:
    """The parent of a process; None when the process is gone."""
    process = _look_up(pid)
    return None if process is None else process.parent


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; ``signal 40`` for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def ask_to_end(pid: int) -> None:
    """Ask a process of tuimon's that this one has started; one that does not know `ASK` as well.

    Raises:
        OSError: there is no such process.
    """
    os.kill(pid, ASK)
    os.kill(pid, signal.SIGTERM)


def identify(pid: int) -> ProcessRef | None:
    """The identity of a process, or None when there is no such process."""
    ticks = start_ticks(pid)
    return None if ticks is None else ProcessRef(pid=pid, start_ticks=ticks)


def is_alive(process: ProcessRef, boot: str) -> bool:
    """True when exactly this process, started in the boot `boot`, runs on this host.

    A zombie does not: it has ended, and only waits for a parent that may never ask.
    """
    found = _look_up(process.pid) if boot == boot_id() else None
    return found is not None and not found.is_zombie and found.start == process.start_ticks


def is_stuck(process: ProcessRef, boot: str) -> bool:
    """True while exactly this process sleeps in the kernel, where no signal reaches it (D)."""
    found = _look_up(process.pid) if boot == boot_id() else None
    return found is not None and found.state == "D" and found.start == process.start_ticks


def current() -> ProcessRef:
    """The identity of the calling process."""
    process = identify(os.getpid())
    return process or ProcessRef(pid=os.getpid(), start_ticks=0)


class _Process(NamedTuple):
    state: str
    """A letter, as in field 3 of ``/proc/PID/stat``."""
    parent: int
    start: int

    @property
    def is_zombie(self) -> bool:
        return self.state in ("Z", "X")


def _look_up(pid: int) -> _Process | None:
    return _from_proc(pid) if sys.platform == "linux" else _from_ps(pid)


def _from_proc(pid: int) -> _Process | None:
    """Fields 3, 4 and 22 of ``/proc/PID/stat`` (proc(5)); the second may hold anything."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 1 :].split()
    return _Process(fields[0].decode(), int(fields[1]), int(fields[19]))


def _from_ps(pid: int) -> _Process | None:
    """The same from ps(1), for systems without /proc; start is in Unix seconds."""
    # Imported here because the guardian, on Linux, shall not carry them.
    import calendar
    import subprocess

    ps = subprocess.run(
        ["ps", "-o", "stat=", "-o", "ppid=", "-o", "lstart=", "-p", str(pid)],
        env={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ps.returncode != 0:
        return None
    state, parent, start = ps.stdout.split(maxsplit=2)
    started = calendar.timegm(time.strptime(start.strip(), "%a %b %d %H:%M:%S %Y"))
    return _Process(state[0], int(parent), started)
