"""The series of a run: scalar points, and references to summaries that stay on disk."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.points import SummaryRef
from tuimon.store.timeline import Restarts, Timeline


class Points(NamedTuple):
    """The points of a series that are in force, by step. Read-only arrays."""

    steps: NDArray[np.int64]
    """Ascending; the same one several times where several points were logged at it."""
    wall_times: NDArray[np.float64]
    """Seconds since the epoch as the writer's clock gave them, not always ascending."""
    values: NDArray[np.float64]
    """NaN and ±Inf are data."""


class AllPoints(NamedTuple):
    """All points of a series in the order of (file name, offset). Read-only arrays."""

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    superseded: NDArray[np.bool_]
    """Where a restart took the point: see ``tuimon help restarts``."""
    purged: NDArray[np.bool_]
    """Where a later restart (``SessionLog.START``) took it: superseded even when every point is
    to be seen. TensorBoard's EventAccumulator keeps exactly the others, of files that tell their
    version."""


class Point(NamedTuple):
    """One scalar point."""

    step: int
    wall_time: float
    value: float


class Series(Timeline):
    """The scalar points of one tag of a run. Safe to read while the follower appends.

    `version` moves with every change, `epoch` when points in force were dropped or changed: as long
    as it stays, an earlier `snapshot` is the beginning of a later one.
    """

    def __init__(self, run: str, tag: str, restarts: Restarts) -> None:
        super().__init__(run, tag, (np.int64, np.float64, np.float64), restarts)

    def snapshot(self) -> Points:
        """The points in force. No copy unless files were merged or steps put in order."""
        return Points(*self._in_force())

    def all_points(self) -> AllPoints:
        """All points, which of them are superseded, and by what. A copy where any are."""
        return AllPoints(*self._all_rows())

    @property
    def last(self) -> Point | None:
        """The newest point in force."""
        row = self._last()
        return Point(*row) if row is not None else None


class Ref(NamedTuple):
    """Where a summary lies on disk; `tuimon.events.frames.read_payload` reads it."""

    step: int
    wall_time: float
    offset: int
    """Where the record's frame begins in the file."""
    length: int
    """Bytes of the record's payload."""
    file: int
    """Index into the run's `paths`."""


class Refs(NamedTuple):
    """The references of a tag that are in force, as `Ref` by columns. Read-only arrays."""

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    files: NDArray[np.int32]

    def ref(self, index: int) -> Ref:
        """One of them."""
        return Ref(*(column[index].item() for column in self))

    def index_of(self, step: int) -> int | None:
        """Which of them is the last with this step, if one has it."""
        index = int(np.searchsorted(self.steps, step, side="right")) - 1
        return index if index >= 0 and self.steps[index] == step else None


class RefSeries(Timeline):
    """The summaries of one tag that are no scalars: images, histograms, text, graphs, …"""

    def __init__(self, run: str, tag: str, plugin: str, restarts: Restarts) -> None:
        super().__init__(run, tag, (np.int64, np.float64, np.int64, np.int64, np.int32), restarts)
        self.plugin = plugin
        """TensorBoard's plugin name (``images``, ``histograms``, …); empty when unknown."""

    def append_refs(
        self, file: str, refs: Sequence[SummaryRef], place: int, begin: int = 0
    ) -> None:
        """Add references of a stretch of a file, whose index in the run's `paths` is `place`."""
        self.append(
            file,
            (
                np.array([ref.step for ref in refs], np.int64),
                np.array([ref.wall_time for ref in refs], np.float64),
                np.array([ref.offset for ref in refs], np.int64),
                np.array([ref.length for ref in refs], np.int64),
                np.full(len(refs), place, np.int32),
            ),
            begin=begin,
        )

    def withdraw(self, file: str, offset: int) -> None:
        """Forget what the record at `offset` of a file has given."""
        for stretch, segment in [*self._segments.items()]:
            withdrawn = segment.state.rows.view()[2] == offset
            if stretch[0] == file and withdrawn.any():
                self._exchange(stretch, segment.without(withdrawn))

    def snapshot(self) -> Refs:
        """The references in force."""
        return Refs(*self._in_force())

    def all_refs(self) -> Refs:
        """All references in the order of (file name, offset), superseded ones too."""
        return Refs(*self._all_rows()[: len(Refs._fields)])

    @property
    def last(self) -> Ref | None:
        """The newest reference in force."""
        row = self._last()
        return Ref(*row) if row is not None else None
