"""Files that one process at a time holds, also where the file system knows no locks.

By flock(2), which the kernel ends with the process. Lustre may be mounted without it and NFS served
without a lock daemon: there the holder's identity is in a file beside, which it touches as long as
it lives. Standard library only.
"""

import errno
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuimon.runs.process import boot_id, current, is_alive, pid_namespace
from tuimon.runs.record import ProcessRef

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})
_TOUCH_EVERY = 10.0
_SILENCE = 60.0
"""Seconds without a touch, by the file system's clock, after which a holder elsewhere is dead."""


@contextmanager
def locked(directory: Path) -> Iterator[bool]:
    """Hold the lock of a directory (created); False when another process holds it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    with held(directory / "lock") as free:
        yield free


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold a file (created, 0600); False when another process holds it.

    Raises:
        OSError: it cannot be opened, or nothing can be written beside it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            with _held_by_name(_beside(path)) as free:
                yield free
        else:
            yield True
    finally:
        os.close(file)


def is_held(path: Path) -> bool:
    """Whether a process holds a file; asked without holding it.

    False where nothing is known of it (no file, no ``/proc/locks``).
    """
    if _is_named(_beside(path)):
        return True
    try:
        file = path.stat()
        locks = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return False
    name = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    return any(" FLOCK " in line and f" {name} " in line for line in locks)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")


@contextmanager
def _held_by_name(holder: Path) -> Iterator[bool]:
    if not _enter(holder):
        yield False
        return
    ended = threading.Event()
    touching = threading.Thread(target=_touch, args=(holder, ended), name="lock", daemon=True)
    touching.start()
    try:
        yield True
    finally:
        ended.set()
        touching.join()
        holder.unlink(missing_ok=True)


def _enter(holder: Path) -> bool:
    """Write down that this process holds it, unless another one does."""
    me = current()
    own = holder.with_name(f"{holder.name}.{boot_id()}.{me.pid}.{threading.get_ident()}")
    own.write_text(json.dumps({"where": _where(), "process": me}))
    try:
        for _ in range(2):
            try:
                os.link(own, holder)  # or fails: also on NFS one process alone gets it
            except FileExistsError:
                if _is_named(holder):
                    return False
                holder.unlink(missing_ok=True)
            else:
                return True
        return False
    finally:
        own.unlink(missing_ok=True)


def _is_named(holder: Path) -> bool:
    """Whether what the file names may still be alive."""
    try:
        told = json.loads(holder.read_text())
        touched = holder.stat().st_mtime
    except (OSError, ValueError):
        return False
    if told["where"] == _where():
        return is_alive(ProcessRef(*told["process"]), boot_id())
    return clock_of(holder.parent) - touched < _SILENCE


def _where() -> str:
    """Where this process's PID means something."""
    return f"{boot_id()} {pid_namespace()}"


def clock_of(directory: Path) -> float:
    """What the file system of a directory that may be written to takes for now, Unix s.

    Raises:
        OSError: nothing can be written there.
    """
    probe = directory / f".clock.{os.getpid()}.{threading.get_ident()}"
    probe.touch(mode=0o600)
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _touch(holder: Path, ended: threading.Event) -> None:
    while not ended.wait(_TOUCH_EVERY):
        with suppress(OSError):
            os.utime(holder)
