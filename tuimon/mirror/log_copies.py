"""Logs that are no event files, on their way to W&B: copied to event files, which only grow.

A table may be rewritten, rotated or cut, and a checkpoint has the history of those before it. What
was sent is what is in the copy, and each point comes into it once (`PointHistory`): so the mirror's
journal holds for it as for any event file. A copier that is killed leaves a copy that is read
first, and then the log again from its start.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tuimon.events.event_file import EventFile, TagPoint
from tuimon.events.log_kinds import lasting_path, run_home
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import UnreadablePath
from tuimon.events.point_history import PointHistory
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.events.tails import open_tail
from tuimon.mirror.rows import rows_of

_MARK = "/log-copies"
_POLL_BYTES = 1 << 20
_SLICE = 1.0
"""Seconds that a look takes about."""
_SETTLED_SECONDS = 3.0
"""A last line without its end is read by then."""


def stands_for(directory: str) -> str:
    """The directory or file below which a log lies that is copied; what is no copy stands for
    itself."""
    return directory.partition(_MARK)[2] or directory


class LogCopies:
    """Keeps the copies of logs up to date, below a directory of their own."""

    def __init__(self, mirror: Path, patience: float = 0.0) -> None:
        """In the directory `mirror`; event files may displace a log for `patience` s."""
        self._base = f"{mirror}{_MARK}"
        self._patience = patience
        self._earlier: list[str] = []
        self._copies: dict[Path, _LogCopy] = {}

    def goes_on_from(self, mirrors: Iterable[Path]) -> None:
        """What was copied below these directories is not copied again."""
        self._earlier = [f"{one}{_MARK}" for one in mirrors]

    def copy_of(self, log: Path) -> Path:
        """The event file that a log is copied to."""
        home = run_home(log)
        name = quote(str(lasting_path(log).relative_to(home)), safe="")
        return Path(f"{self._base}{home}") / f"{EventFile.PREFIX}{name}"

    def follow(self, log: FoundFile) -> None:
        """Copy a log from now on."""
        self.leave([log.path])
        copy = self.copy_of(log.path)
        beside = [Path(base + str(copy).removeprefix(self._base)) for base in self._earlier]
        self._copies[log.path] = _LogCopy(log, copy, beside)

    def leave(self, logs: Iterable[Path]) -> None:
        """Copy these no more: others are in their place."""
        for log in logs:
            if (copy := self._copies.pop(log, None)) is not None:
                copy.close()

    def look(self, *, ended: bool) -> list[FoundFile]:
        """Copy what is new; returns copies that were not returned before, for which the look after
        that copies the first. `ended`: nobody writes.

        Raises:
            OSError: a copy cannot be written.
        """
        deadline = time.monotonic() + _SLICE
        new: list[FoundFile] = []
        for copy in self._copies.values():
            if copy.is_open:
                while copy.advance() and time.monotonic() < deadline:
                    pass
            elif ended or time.monotonic() - copy.since >= self._patience:
                copy.open()
                new.append(FoundFile(copy.log.run, copy.path))
        return new

    @property
    def is_behind(self) -> bool:
        """Whether there is more to copy, as far as is known."""
        return any(copy.is_behind for copy in self._copies.values())

    @property
    def problems(self) -> list[UnreadablePath]:
        """What is not copied, a line for each log."""
        return [problem for copy in self._copies.values() for problem in copy.problems]


class _LogCopy:
    def __init__(self, log: FoundFile, path: Path, earlier: Iterable[Path]) -> None:
        self.log = log
        self.path = path
        self.since = time.monotonic()
        self.is_behind = True
        self._earlier = [*earlier, path]
        self._tail = open_tail(log.path)
        self._history = PointHistory()
        self._file: EventFile | None = None

    @property
    def is_open(self) -> bool:
        return self._file is not None

    @property
    def problems(self) -> list[UnreadablePath]:
        tail, changed = self._tail, self._history.changed
        lost = tail.error or tail.detail
        if tail.error is None and tail.damaged_records > 1:
            lost += f", and {tail.damaged_records - 1:,} more"
        told = [lost, f"{changed:,} new values of points that were sent" if changed else ""]
        return [UnreadablePath(str(tail.path), one) for one in told if one]

    def advance(self) -> bool:
        """Copy a piece; whether there may be more at once."""
        assert self._file is not None
        modified = _modified(self.log.path)
        for batch in self._tail.poll(_POLL_BYTES):
            new = EventBatch(scalars=self._history.new_of(batch))
            for row in rows_of([new]):
                points = [TagPoint(tag, row.step, value) for tag, value in row.values.items()]
                self._file.write(points, row.wall_time)
        self.is_behind = bool(self._tail.backlog) or self._may_go_on()
        if not self.is_behind and modified and _modified(self.path) != modified:
            os.utime(self.path, ns=(modified, modified))
        return bool(self._tail.backlog)

    def open(self) -> None:
        """Read what was copied, and create the copy if there is none. Raises OSError."""
        for path in self._earlier:
            self._history.begin_again()
            tail = EventFileTail(path)
            while batches := tail.poll():
                for batch in batches:
                    batch.reset = False
                    self._history.new_of(batch)
        self._history.begin_again()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = EventFile(self.path.parent, self.path.name.removeprefix(EventFile.PREFIX))

    def _may_go_on(self) -> bool:
        """Whether a last line waits for its end, or to be taken without."""
        waits = self._tail.undecided_bytes or self._tail.offset < self._tail.size
        return bool(waits) and time.time() - _modified(self.log.path) / 1e9 < _SETTLED_SECONDS

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def is_copied(log: Path, copy: Path) -> bool:
    """Whether a copy has all that its log had when that was changed last."""
    return _modified(copy) == _modified(log)


def _modified(path: Path) -> int:
    """Unix ns; 0 of what cannot be looked at."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
