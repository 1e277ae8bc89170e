"""Batches in the making."""

from array import array
from collections import defaultdict

import numpy as np

from tuimon.events.points import EventBatch, ScalarColumns, SummaryRef


class BatchBuilder:
    """Collects points and references in file order and cuts batches at restarts."""

    def __init__(self) -> None:
        self._done: list[EventBatch] = []
        self._batch = EventBatch()
        self._columns: defaultdict[str, _TagPoints] = defaultdict(_TagPoints)

    def add_scalar(self, tag: str, step: int, wall_time: float, value: float) -> None:
        """Add one point."""
        column = self._columns[tag]
        column.steps.append(step)
        column.wall_times.append(wall_time)
        column.values.append(value)

    def add_columns(self, tag: str, columns: ScalarColumns) -> None:
        """Add points of one tag."""
        self._columns[tag].add(columns)

    def add_ref(self, ref: SummaryRef) -> None:
        """Add a summary that is no scalar."""
        self._batch.refs.append(ref)

    def add_damage(self, records: int, skipped_bytes: int = 0) -> None:
        """Count records dropped, and bytes passed over."""
        self._batch.damaged_records += records
        self._batch.skipped_bytes += skipped_bytes

    def count_unknown(self, kind: str) -> None:
        """Count a record of a kind that is not known."""
        self._batch.unknown[kind] = self._batch.unknown.get(kind, 0) + 1

    def start_at(self, wall_time: float) -> None:
        """Note the wall time of the file's first event."""
        self._batch.start_time = wall_time

    def restart(self, step: int, offset: int) -> None:
        """Begin a new batch at a ``SessionLog.START`` record that lies at `offset`."""
        self._finish(offset)
        self._batch = EventBatch(restart_step=step)
        self._columns = defaultdict(_TagPoints)

    def pass_over(self, begin: int, end: int) -> None:
        """Begin a new batch behind a gap in the file that may be filled later."""
        self._finish(begin)
        self._batch = EventBatch(stretch=end, gaps=[(begin, end)])
        self._columns = defaultdict(_TagPoints)

    def finish(self, end_offset: int) -> list[EventBatch]:
        """All batches; the last one ends at `end_offset`."""
        self._finish(end_offset)
        return self._done

    def _finish(self, end_offset: int) -> None:
        self._batch.end_offset = end_offset
        self._batch.scalars = {tag: column.join() for tag, column in self._columns.items()}
        self._done.append(self._batch)


class _TagPoints:
    """Points of a tag: whole arrays, then single points behind them."""

    __slots__ = ("_parts", "steps", "values", "wall_times")

    def __init__(self) -> None:
        self._parts: list[ScalarColumns] = []
        self._begin_singles()

    def _begin_singles(self) -> None:
        self.steps = array("q")
        self.wall_times = array("d")
        self.values = array("d")

    def add(self, columns: ScalarColumns) -> None:
        if self.steps:
            self._end_singles()
            self._begin_singles()
        self._parts.append(columns)

    def _end_singles(self) -> None:
        self._parts.append(
            ScalarColumns(
                np.frombuffer(self.steps, np.int64),
                np.frombuffer(self.wall_times, np.float64),
                np.frombuffer(self.values, np.float64),
            )
        )

    def join(self) -> ScalarColumns:
        """All points; nothing is added afterwards."""
        if self.steps:
            self._end_singles()
        if len(self._parts) == 1:
            return self._parts[0]
        return ScalarColumns(*(np.concatenate(parts) for parts in zip(*self._parts, strict=True)))
