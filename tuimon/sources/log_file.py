"""What readers of other logs than event files have in common.

A reader follows one file, and tells of it as `tuimon.events.tails.Tail` wants. Other packages may
subclass `LogFile` or `LineFile`: ``docs/sources.md``.
"""

import math
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import numpy as np

from tuimon.events.points import EventBatch, ScalarColumns
from tuimon.events.tail import DEFAULT_POLL_BYTES, FileState
from tuimon.regular_file import regular_file

_STATES = {FileNotFoundError: FileState.GONE, PermissionError: FileState.DENIED}
_HEAD_BYTES = 1 << 16
_SEAM_BYTES = 64
_SETTLED_SECONDS = 2.5
"""What lacks its last line break so long after the last change will not get one."""
_LONGEST_LINE = 16 << 20

Scalars = dict[str, ScalarColumns]


def head_of(path: Path, most: int = _HEAD_BYTES) -> bytes:
    """What a file begins with. Raises OSError."""
    with regular_file(path, 0) as file:
        return file.read(most)


class LogFile:
    """A file that is read whole whenever it has changed; by `read`, which subclasses write."""

    origin: ClassVar[str] = "log"
    several: ClassVar[bool] = False
    many_runs: ClassVar[bool] = False
    goes_to_wandb: ClassVar[bool] = False
    yields_below: ClassVar[bool] = False
    unverified_bytes = 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = FileState.OK
        self.error: str | None = None
        self.size = self.offset = self.backlog = 0
        self.damaged_records = self.skipped_bytes = 0
        self.detail = ""
        self._fingerprint: tuple[int, ...] | None = None
        self._given: Scalars = {}

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether a file of such a name is of this kind. Raises OSError."""
        return True

    @classmethod
    def home(cls, path: Path) -> Path:
        """The directory of the run that a file belongs to."""
        return path.parent

    @classmethod
    def parts(cls, path: Path) -> Iterable[tuple[str, Path]]:
        """The runs in a file, by name; without a name, the file is one run."""
        return [("", path)]

    @property
    def undecided_bytes(self) -> int:
        """Bytes at the end that are nothing whole."""
        return 0

    def poll(self, max_bytes: int = DEFAULT_POLL_BYTES) -> list[EventBatch]:
        """What is new, in about `max_bytes`. Never raises."""
        try:
            batches = self._look(max_bytes)
        except OSError as error:
            self.state = _STATES.get(type(error), FileState.FAILED)
            self.error = error.strerror or str(error)
            self._fingerprint = None
            return []
        self.state, self.error = FileState.OK, None
        for batch in batches:
            batch.end_offset, batch.file_bytes = self.offset, self.size
        return batches

    def verify(self, most: int) -> list[EventBatch]:
        """Nothing is left unverified."""
        return []

    def read(self, data: bytes) -> Scalars:
        """All points of the file's content. Raises ValueError: what is wrong with it."""
        raise NotImplementedError

    def leave_out(self, reason: str, line: int | None = None, *, count: int = 1) -> None:
        """Count what could not be read; of the first such thing the reason is told."""
        self.damaged_records += count
        if count and not self.detail:
            self.detail = reason if line is None else f"line {line:,}: {reason}"

    def _look(self, max_bytes: int) -> list[EventBatch]:
        with regular_file(self.path, 0) as file:
            status = os.fstat(file.fileno())
            if self._is_known(status):
                return []
            data = file.read()
        self.size = len(data)
        damaged, detail = self.damaged_records, self.detail
        self.damaged_records, self.detail = 0, ""
        try:
            scalars = self.read(data)
        except ValueError as error:
            if time.time() - status.st_mtime < _SETTLED_SECONDS:  # it is being written
                self.damaged_records, self.detail = damaged, detail
                self._fingerprint = None
                return []
            self.leave_out(str(error))
            scalars = self._given
        self.offset = self.size
        return self._news(scalars, status.st_mtime)

    def _is_known(self, status: os.stat_result) -> bool:
        """Whether nothing has changed since the last call; it has, where there was none."""
        before = self._fingerprint
        self._fingerprint = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
        return before == self._fingerprint

    def _news(self, scalars: Scalars, modified: float) -> list[EventBatch]:
        """What there is beyond what was given; all of it, where that is not the same any more."""
        given, self._given = self._given, scalars
        if not all(
            tag in scalars and _begins_with(scalars[tag], columns) for tag, columns in given.items()
        ):
            return [EventBatch(reset=True, scalars=scalars)]
        new = {
            tag: columns.take(slice(len(given[tag].steps) if tag in given else 0, None))
            for tag, columns in scalars.items()
        }
        new = {tag: columns for tag, columns in new.items() if len(columns.steps)}
        if given:
            new = {tag: _dated(columns, modified) for tag, columns in new.items()}
        return [EventBatch(scalars=new)] if new else []


def _dated(columns: ScalarColumns, wall_time: float) -> ScalarColumns:
    times = columns.wall_times
    return columns._replace(wall_times=np.where(np.isnan(times), wall_time, times))


def _begins_with(longer: ScalarColumns, columns: ScalarColumns) -> bool:
    count = len(columns.steps)
    return (
        len(longer.steps) >= count
        and bool((longer.steps[:count] == columns.steps).all())
        and longer.values[:count].tobytes() == columns.values.tobytes()
    )


class LineFile(LogFile):
    """A text file that grows by whole lines; subclasses write `begin` and `take`.

    It is known by what it begins with, and by the bytes before `offset`: where they differ it is
    another file, and read from its start.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._restart()
        self._is_new = False

    def begin(self) -> None:
        """Forget what was read: the next line is the first."""

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of whole lines, of which the first has number `first`.

        `wall_time` is when they were written, in Unix s; NaN where nobody knows.
        """
        raise NotImplementedError

    def is_whole(self, line: bytes) -> bool:
        """Whether a last line without a line break is one that only lacks that."""
        return False

    @property
    def undecided_bytes(self) -> int:
        """Of a last line that may go on."""
        return 0 if self.backlog else max(self.size - self.offset, 0)

    def _restart(self) -> None:
        self.offset = self.backlog = self.damaged_records = self.skipped_bytes = 0
        self.detail = ""
        self._head = self._seam = b""
        self._line = 1
        self._lived_to: int | None = None  # where the file ended when it was first seen
        self._is_open = False  # what was read ends in the middle of a line
        self._is_new = True
        self.begin()

    def _look(self, max_bytes: int) -> list[EventBatch]:
        with regular_file(self.path, 0) as file:
            status = os.fstat(file.fileno())
            settled = time.time() - status.st_mtime > _SETTLED_SECONDS
            rest = status.st_size - self.offset
            if self._is_known(status) and not self.backlog and not (settled and rest > 0):
                return []
            self.size = status.st_size
            if self._is_other(file.fileno()):
                self._restart()
            batches = self._advance(file.fileno(), max_bytes, status.st_mtime, settled)
        if self._is_new and self._head:
            batches = batches or [EventBatch()]
            batches[0].reset, self._is_new = True, False
        return batches

    def _is_other(self, file: int) -> bool:
        begin = self.offset - len(self._seam)
        more = b"\n" if self._is_open and self.size > self.offset else b""
        return (
            os.pread(file, len(self._seam) + len(more), begin) != self._seam + more
            or os.pread(file, len(self._head), 0) != self._head
        )

    def _advance(
        self, file: int, max_bytes: int, modified: float, settled: bool
    ) -> list[EventBatch]:
        if self._lived_to is None:
            self._lived_to = self.size
        rest = self.size - self.offset
        data = os.pread(file, min(max_bytes, rest), self.offset)
        end = data.rfind(b"\n") + 1
        while not end and len(data) < min(rest, _LONGEST_LINE):
            data = os.pread(file, min(4 * len(data), rest), self.offset)
            end = data.rfind(b"\n") + 1
        if not end and data and len(data) == rest and (settled or self.is_whole(data)):
            end = len(data)
        elif not end and len(data) >= _LONGEST_LINE:
            self.leave_out("too long", self._line)
            self.skipped_bytes += (end := len(data))
            data = b""
        if not end:
            self.backlog = 0
            return []
        lines, first = data[:end], self._line
        self._move(file, end, lines)
        live = self.offset > self._lived_to
        self.backlog = max(self.size - self.offset, 0) if end < rest or self.backlog else 0
        scalars = self.take(lines, first, modified if live else math.nan) if lines else {}
        return [EventBatch(scalars=scalars)] if scalars else []

    def _move(self, file: int, count: int, lines: bytes) -> None:
        self.offset += count
        self._line += lines.count(b"\n")
        self._is_open = bool(lines) and not lines.endswith(b"\n")
        begin = max(self.offset - _SEAM_BYTES, 0)
        self._seam = os.pread(file, self.offset - begin, begin)
        self._head = self._head or lines[: lines.find(b"\n") + 1 or None][:_SEAM_BYTES]
