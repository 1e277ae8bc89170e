"""Identity and liveness of processes on this host. Standard library only.

A PID alone is not an identity: it is reused. Boot id, PID and start time together are one.
"""

import os
import socket
from pathlib import Path

from tuimon.runs.record import ProcessRef

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def boot_id() -> str:
    """The kernel's id of this boot (random(4)); empty where the system has none."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


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
    """Start time of a process in clock ticks since boot; None when there is no such process.

    Field 22 of ``/proc/PID/stat`` (proc(5)). Also told of a zombie.
    """
    fields = _stat_fields(pid)
    return None if fields is None else int(fields[19])


def parent_pid(pid: int) -> int | None:
    """The parent of a process (field 4 of ``/proc/PID/stat``); None when it is gone."""
    fields = _stat_fields(pid)
    return None if fields is None else int(fields[1])


def identify(pid: int) -> ProcessRef | None:
    """The identity of a process, or None when there is no such process."""
    ticks = start_ticks(pid)
    return None if ticks is None else ProcessRef(pid=pid, start_ticks=ticks)


def is_alive(process: ProcessRef, boot: str) -> bool:
    """True when exactly this process, started in the boot `boot`, runs on this host.

    A zombie does not: it has ended, and only waits for a parent that may never ask.
    """
    fields = _stat_fields(process.pid) if boot == boot_id() else None
    return (
        fields is not None
        and fields[0] not in (b"Z", b"X")
        and int(fields[19]) == process.start_ticks
    )


def current() -> ProcessRef:
    """The identity of the calling process."""
    process = identify(os.getpid())
    return process or ProcessRef(pid=os.getpid(), start_ticks=0)


def _stat_fields(pid: int) -> list[bytes] | None:
    """Fields of ``/proc/PID/stat`` from the third (state) on; the second may hold anything."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    return stat[stat.rindex(b")") + 1 :].split()
