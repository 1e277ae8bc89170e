"""The rows of one tag over all event files of a run."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tuimon.store.columns import Arrays, Columns
from tuimon.store.segment import NO_STEP, Segment, SegmentState


class Restarts:
    """Lowest step at which each file of a run restarts all tags (``SessionLog.START``)."""

    __slots__ = ("by_file", "last")

    def __init__(self) -> None:
        self.by_file: dict[str, int] = {}
        self.last = ""

    def add(self, file: str, step: int) -> None:
        self.by_file[file] = min(step, self.by_file.get(file, NO_STEP))
        self.last = max(self.last, file)

    def follow(self, file: str) -> bool:
        """Whether a file behind `file` restarts."""
        return self.last > file

    def drop(self, file: str) -> None:
        if self.by_file.pop(file, None) is not None and file == self.last:
            self.last = max(self.by_file, default="")


class _FileShare(NamedTuple):
    """A file's share of a timeline."""

    state: SegmentState
    limit: int
    """The lowest step at which later files begin or restart."""
    restart: int
    """The lowest step at which later files restart."""

    @property
    def kept(self) -> int:
        """How many of its rows are in force."""
        return self.state.kept(self.limit)

    @property
    def superseded(self) -> int:
        """How many of its rows are not."""
        dropped = self.state.superseded.length if self.state.superseded else 0
        return dropped + self.state.in_force.length - self.kept


class Timeline:
    """Rows of a tag, merged in the order of (file name, offset), with what is superseded.

    One thread writes (`append`, `restart`, `drop`), any number read, without locks: what readers
    get never changes, and they never see half of a change.
    """

    def __init__(self, run: str, tag: str, dtypes: Sequence[DTypeLike], restarts: Restarts) -> None:
        self.run = run
        self.tag = tag
        self.version = 0
        """Moves with every change."""
        self.epoch = 0
        """Moves when rows in force changed in any other way than by new ones at their end."""
        self._dtypes = dtypes
        self._restarts = restarts
        self._segments: dict[str, Segment] = {}  # by file, in the order they were met
        self._last_file = ""
        self._merged: Columns | None = None  # kept up to date while only the last file grows
        self._merged_view: tuple[int, Arrays] = -1, ()
        self._newest: tuple[int, tuple[Any, ...] | None] = -1, None

    @property
    def is_empty(self) -> bool:
        """Whether no file holds rows of the tag any more."""
        return not self._segments

    def __len__(self) -> int:
        """Number of rows in force."""
        return sum(part.kept for part in self._parts())

    @property
    def superseded(self) -> int:
        """Number of rows that later ones, or restarts, took the place of."""
        return sum(part.superseded for part in self._parts())

    def append(self, file: str, rows: Sequence[NDArray[Any]], growth: float = 1.0) -> None:
        """Add rows of one file, given as columns in file order, steps first.

        `growth` as in `Columns.append`.
        """
        segment = self._segments.get(file)
        if segment is None:
            segment = self._segments[file] = Segment(self._dtypes)
            self._last_file = max(self._last_file, file)
        lowest = segment.state.lowest
        several = len(self._segments) > 1
        followed = file != self._last_file or self._restarts.follow(file)
        intact = segment.append(rows, growth) and not followed
        if not intact or (several and segment.state.lowest < lowest):
            self._merged = None
            self.epoch += 1
        elif several and self._merged is None:
            self._merged = Columns(self._dtypes)
            self._merged.append(self._concatenate())
        elif self._merged is not None:
            new = segment.state.in_force.view(segment.state.in_force.length - len(rows[0]))
            self._merged.append(new)
        self.version += 1

    def restart(self, file: str, step: int) -> None:
        """Supersede what precedes in `file`; earlier files follow from the run's `Restarts`."""
        if file in self._segments:
            self._segments[file].restart(step)
        self._changed_throughout()

    def drop(self, file: str) -> None:
        """Forget the rows of `file`."""
        if self._segments.pop(file, None) is not None and file == self._last_file:
            self._last_file = max(self._segments, default="")
        self._changed_throughout()

    def _changed_throughout(self) -> None:
        self._merged = None
        self.epoch += 1
        self.version += 1

    def _parts(self) -> list[_FileShare]:
        """The files' shares, in order."""
        files = self._segments.copy()  # the writer goes on
        restarts = self._restarts.by_file.copy()
        if len(files) == 1 and not restarts:  # most are like this, and there are many
            return [_FileShare(one.state, NO_STEP, NO_STEP) for one in files.values()]
        limit = restart = NO_STEP
        parts: list[_FileShare] = []
        for file in sorted({*files, *restarts}, reverse=True):
            if file in files:
                state = files[file].state
                parts.append(_FileShare(state, limit, restart))
                limit = min(limit, state.lowest)
            restart = min(restart, restarts.get(file, NO_STEP))
            limit = min(limit, restart)
        return parts[::-1]

    def _concatenate(self) -> Arrays:
        views = [part.state.in_force.view(0, part.kept) for part in self._parts()]
        return _joined(views, self._dtypes)

    def _in_force(self) -> Arrays:
        """The rows in force over all files, steps strictly ascending; read-only."""
        version, merged = self.version, self._merged
        if merged is not None:
            return merged.rows.view()
        if self._merged_view[0] != version:
            self._merged_view = version, self._concatenate()
        return self._merged_view[1]

    def _all_rows(self) -> Arrays:
        """All rows over all files; whether each is superseded, and purged, as last columns."""
        rows = [part.state.all_rows(part.limit, part.restart) for part in self._parts()]
        return _joined(rows, [*self._dtypes, np.bool_, np.bool_])

    def _last(self) -> tuple[Any, ...] | None:
        """The newest row in force."""
        version = self.version
        if self._newest[0] != version:
            self._newest = version, self._newest_of(self._parts())
        return self._newest[1]

    @staticmethod
    def _newest_of(parts: Sequence[_FileShare]) -> tuple[Any, ...] | None:
        for part in reversed(parts):
            if kept := part.kept:
                return tuple([array.item(kept - 1) for array in part.state.in_force.arrays])
        return None


def _joined(parts: Sequence[Arrays], dtypes: Sequence[DTypeLike]) -> Arrays:
    if len(parts) == 1:
        joined = parts[0]
    elif parts:
        joined = tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
    else:
        joined = tuple(np.empty(0, dtype) for dtype in dtypes)
    for column in joined:
        column.flags.writeable = False
    return joined
