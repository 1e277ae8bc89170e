"""The disks that a training writes to, and how full they are."""

# ruff: noqa: PTH116, PTH120 - paths are strings here, as processes tell them

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_MOST = 16
_HAVE_THEIR_OWN = ("/dev/", "/proc/", "/sys/")


class DiskSpace(NamedTuple):
    """A disk and its room; sizes are in bytes, for this user."""

    mount: str
    used: int
    free: int


class Disks:
    """Remembers every disk that was written to; `directory`, where the training runs, is first."""

    def __init__(self, directory: str) -> None:
        self._mounts: dict[int, str] = {}
        self.note([directory])

    def note(self, paths: Iterable[str]) -> None:
        """Remember where these files or directories lie; what is gone counts by what is left."""
        for path in paths:
            if path.startswith(_HAVE_THEIR_OWN) or len(self._mounts) >= _MOST:
                continue
            device, existing = _device(path)
            if device is not None and device not in self._mounts:
                self._mounts[device] = _mount_of(existing, device)

    def spaces(self) -> Iterator[DiskSpace]:
        """What each of them tells now; one that nothing can be written to is left out."""
        for mount in self._mounts.values():
            try:
                told = os.statvfs(mount)
            except OSError:
                continue
            if told.f_blocks and not told.f_flag & os.ST_RDONLY:
                used = (told.f_blocks - told.f_bfree) * told.f_frsize
                yield DiskSpace(mount, used, told.f_bavail * told.f_frsize)


def _device(path: str) -> tuple[int | None, str]:
    """The device of a path, or of the nearest directory above it that exists; and which it was."""
    while True:
        try:
            return os.stat(path).st_dev, path
        except OSError:
            above = os.path.dirname(path)
            if above in (path, ""):
                return None, path
            path = above


def _mount_of(path: str, device: int) -> str:
    """The highest directory above a path on the same device: it outlives what lies in it."""
    path = os.path.realpath(path)
    while (above := os.path.dirname(path)) != path and os.stat(above).st_dev == device:
        path = above
    return path
