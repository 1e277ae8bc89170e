"""Opening files that others have made: those that are regular, and no others.

A FIFO would have its reader wait for ever, a device may do something. All readers of event files,
records, settings and what lies beside a log open them here. Standard library only: the guardian
imports this module.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NULL_DEVICE = os.makedev(1, 3)
"""``/dev/null`` stands for an empty file where one has to be named."""


def open_regular(path: str | os.PathLike[str]) -> int:
    """A descriptor to read a regular file by.

    Raises:
        OSError: it cannot be opened, is no regular file, or its name is none.
    """
    try:
        _check(os.stat(path), path)  # noqa: PTH116 - for each look at each event file
        # It may have been replaced since; O_NONBLOCK means nothing to regular files.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError:  # a NUL in a name
        raise OSError(errno.EINVAL, "no name of a file", os.fspath(path)) from None
    try:
        _check(os.fstat(fd), path)
    except OSError:
        os.close(fd)
        raise
    return fd


def regular_file(path: str | os.PathLike[str], buffering: int = -1) -> BinaryIO:
    """A regular file to read bytes of; raises as `open_regular` does."""
    return os.fdopen(open_regular(path), "rb", buffering)


def read_regular(path: Path, most: int) -> bytes:
    """All bytes of a regular file.

    Raises:
        OSError: as of `open_regular`, or it has more than `most` bytes.
    """
    with regular_file(path, 0) as file:
        data = b""
        # A file in /proc and the like has no size.
        while (more := file.read(most + 1 - len(data))) and len(data) <= most:
            data += more
    if len(data) > most:
        raise OSError(errno.EFBIG, f"more than {most} bytes", str(path))
    return data


def _check(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not (stat.S_ISCHR(status.st_mode) and status.st_rdev == _NULL_DEVICE):
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
