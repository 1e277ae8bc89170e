"""The copy of a place: which bytes it lacks, and how they come to where readers look.

A reader may look at any moment. A log that grows gets the bytes behind those that it has, once the
last of these were found to be the same there. All else, and what was replaced there, is copied
beside and renamed when it is whole. A copy that is whole has the size and the time of the original:
the next process goes on from that.
"""

import errno
import filecmp
import os
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuimon.events.logdir import is_event_file
from tuimon.places.cache_room import CacheRoom
from tuimon.places.remote_files import RefusalError, RemoteEntry, RemoteRange

SEAM = 64
"""Bytes before those that are new, which must be as they are here."""
PIECE = 1 << 20
"""Bytes of a file that are asked for at a time: all files come forward together."""
_HEAVY = 64 << 20
"""Other files than logs that grow come last from this size on."""
_GROWING = (".wandb", ".csv", ".tsv", ".jsonl", ".log", ".out", ".txt", "-wal")
_RACY_SECONDS = 2.5
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DiskFullError(Exception):
    """Nothing can be written at present."""


class _CopiedFile:
    """A file of the copy. Where `part` is set, it is being copied anew."""

    __slots__ = ("entry", "is_sure", "modified", "part", "size")

    def __init__(self, entry: RemoteEntry, size: int, modified: float) -> None:
        self.entry = entry
        self.size = size
        """Bytes that are here, in the part if there is one."""
        self.modified = modified
        self.part: RemoteEntry | None = None
        """What the original was when its copying began."""
        self.is_sure = False
        """Whether it was copied once more after its time had passed."""


class PlaceCopy:
    """Files below `root` (or `root` itself, as path ``""``), and what they lack."""

    def __init__(self, root: Path, parts: Path, room: CacheRoom) -> None:
        self.root = root
        self._parts = parts
        self._room = room
        self._files: dict[str, _CopiedFile] = {}
        self._lacking: dict[str, _CopiedFile] = {}
        self._unsure: dict[str, float] = {}
        """When to copy files once more (monotonic s)."""
        self._newest = 0.0
        """The latest time there of all files."""
        self._asked: dict[str, RemoteEntry] = {}
        self.refused: dict[str, str] = {}
        """What cannot be copied, and why."""
        self.left_out: set[str] = set()
        """What there is no room for."""
        parts.mkdir(mode=0o700, exist_ok=True)
        for part in parts.iterdir():
            part.unlink()

    @property
    def missing(self) -> int:
        """Bytes that are to come."""
        return sum(max(one.entry.size - one.size, 0) for one in self._lacking.values())

    @property
    def is_whole(self) -> bool:
        """Whether all is here that can be."""
        return not self._lacking

    def expect(self, path: str, entry: RemoteEntry) -> None:
        """A file is as `entry` tells there."""
        one = self._files.get(path)
        if one is None:
            one = self._files[path] = _CopiedFile(entry, *self._found(path))
        one.entry, one.is_sure = entry, False
        self._newest = max(self._newest, entry.modified)
        self.left_out.discard(path)
        if one.part is None and (one.size, one.modified) == (entry.size, entry.modified):
            self._lacking.pop(path, None)
        else:
            self._lacking[path] = one

    def remove(self, path: str) -> None:
        """A file is no more there."""
        self._forget(path)
        self.refused.pop(path, None)
        self._asked.pop(path, None)
        self.left_out.discard(path)
        self._unlink(path)

    def retry(self) -> None:
        """Ask once more for what was refused."""
        for path, entry in self._asked.items():
            self.expect(path, entry)

    def prune(self, there: Container[str]) -> None:
        """Remove what is here and not `there`: it was deleted while nobody looked."""
        for base, _, names in os.walk(self.root):
            for name in names:
                file = Path(base, name)
                if (path := str(file.relative_to(self.root))) not in there:
                    self._unlink(path)

    def ranges(self, most: int) -> list[RemoteRange]:
        """What to read next, of at most so many bytes: of what changed last first."""
        now = time.monotonic()
        for path in [path for path, due in self._unsure.items() if due <= now]:
            del self._unsure[path]
            if (one := self._files.get(path)) is not None and path not in self._lacking:
                one.is_sure = True
                self._begin_anew(path, one)
                self._lacking[path] = one
        order = sorted(self._lacking.items(), key=_urgency)
        wanted: list[RemoteRange] = []
        for path, one in order:
            if most <= 0:
                break
            self._choose_way(path, one)
            length = min(one.entry.size - one.size, PIECE)
            if length <= 0:
                self._finish(path, one)
            else:
                seam = min(SEAM, one.size)
                wanted.append(RemoteRange(path, one.size - seam, seam + length))
                most -= length
        return wanted

    def take(self, wanted: RemoteRange, data: bytes | RefusalError) -> bool:
        """Write what was read; False: the file is not any more what was expected.

        Raises:
            DiskFullError: nothing can be written.
        """
        one = self._lacking.get(wanted.path)
        if one is None:
            return True
        if isinstance(data, RefusalError):
            self._refuse(wanted.path, str(data))
            return not data.is_gone
        seam = one.size - wanted.offset
        try:
            if data[:seam] != self._tail(wanted.path, one, seam):
                self._begin_anew(wanted.path, one)
                return len(data) > seam
            if len(data) == seam:
                self._forget(wanted.path)
                return False
            if not self._has_room(wanted.path, one, len(data) - seam):
                return True
            self._append(wanted.path, one, data[seam:])
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFullError(str(error.filename or self.root)) from None
            self._refuse(wanted.path, error.strerror or str(error))
            return True
        if one.size >= one.entry.size:
            self._finish(wanted.path, one)
        return True

    def _path(self, path: str) -> Path:
        return self.root / path if path else self.root

    def _target(self, path: str, one: _CopiedFile) -> Path:
        return self._path(path) if one.part is None else self._parts / str(id(one))

    def _found(self, path: str) -> tuple[int, float]:
        """Size and time of what is here."""
        try:
            status = self._path(path).lstat()
        except OSError:
            return 0, -1.0
        return status.st_size, int(status.st_mtime)

    def _choose_way(self, path: str, one: _CopiedFile) -> None:
        """Whether a file goes on, or is copied anew."""
        grows = _grows(path or self.root.name)
        if one.part is not None:
            if one.size > one.entry.size or (not grows and one.part != one.entry):
                self._begin_anew(path, one)
        elif not grows or one.size >= one.entry.size:
            self._begin_anew(path, one)

    def _begin_anew(self, path: str, one: _CopiedFile) -> None:
        one.part, one.size = one.entry, 0
        self._target(path, one).unlink(missing_ok=True)

    def _tail(self, path: str, one: _CopiedFile, length: int) -> bytes:
        if not length:
            return b""
        with _opened(self._target(path, one), os.O_RDONLY) as file:
            return os.pread(file, length, one.size - length)

    def _append(self, path: str, one: _CopiedFile, data: bytes) -> None:
        target = self._target(path, one)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _opened(target, os.O_WRONLY | os.O_CREAT) as file:
            while data:
                written = os.pwrite(file, data, one.size)
                one.size += written
                data = data[written:]

    def _finish(self, path: str, one: _CopiedFile) -> None:
        """A file is whole: give it the time of the original, and let readers have it."""
        target, entry = self._target(path, one), one.entry
        try:
            if not one.size:
                self._append(path, one, b"")
            if one.part is not None and self._is_here(path, target):
                target.unlink()
                one.part, target = None, self._path(path)
            os.utime(target, (entry.modified, entry.modified))
            if one.part is not None:
                self._path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._room.give(self._found(path)[0])
                target.replace(self._path(path))
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFullError(str(self.root)) from None
            self._refuse(path, error.strerror or str(error))
            return
        one.part, one.modified = None, entry.modified
        self._lacking.pop(path, None)
        self.refused.pop(path, None)
        self._asked.pop(path, None)
        if self._may_change_unseen(path, one):
            self._unsure[path] = time.monotonic() + _RACY_SECONDS

    def _is_here(self, path: str, part: Path) -> bool:
        """Whether what was copied anew is what readers have: they need not begin anew."""
        size, modified = self._found(path)
        if modified < 0 or size != part.stat().st_size or size > _HEAVY:
            return False
        return filecmp.cmp(part, self._path(path), shallow=False)

    def _may_change_unseen(self, path: str, one: _CopiedFile) -> bool:
        """Whether a file may be written once more within the second of its time, with its size."""
        is_new = one.entry.modified >= self._newest - _RACY_SECONDS
        is_whole = not _grows(path or self.root.name) and one.size <= _HEAVY
        return is_new and is_whole and not one.is_sure

    def _refuse(self, path: str, why: str) -> None:
        self.refused[path] = why
        if (one := self._files.get(path)) is not None:
            self._asked[path] = one.entry
        self._forget(path)

    def _forget(self, path: str) -> None:
        self._lacking.pop(path, None)
        one = self._files.pop(path, None)
        if one is not None and one.part is not None:
            self._target(path, one).unlink(missing_ok=True)

    def _has_room(self, path: str, one: _CopiedFile, length: int) -> bool:
        """Whether there is room for more of a file, in place of the oldest if need be."""
        while not self._room.take(length):
            older = min(
                (other for other in self._files.items() if other[1].size and other[1] is not one),
                key=lambda other: other[1].entry.modified,
                default=None,
            )
            if older is None or older[1].entry.modified >= one.entry.modified:
                self._forget(path)
                self.left_out.add(path)
                return False
            self.remove(older[0])
            self.left_out.add(older[0])
        return True

    def _unlink(self, path: str) -> None:
        target = self._path(path)
        with suppress(OSError):
            size = target.lstat().st_size
            target.unlink()
            self._room.give(size)
            while target.parent != self.root and self.root in target.parents:
                target = target.parent
                target.rmdir()  # unless something is left in it


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """A descriptor of a file of the copy, which is no link."""
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _grows(name: str) -> bool:
    """Whether what writes a file of this name adds to its end."""
    return is_event_file(name.rpartition("/")[2]) or name.endswith(_GROWING)


def _urgency(file: tuple[str, _CopiedFile]) -> tuple[bool, float]:
    path, one = file
    return one.entry.size > _HEAVY and not is_event_file(
        path.rpartition("/")[2]
    ), -one.entry.modified
