"""One file's share of a tag, and which of its points are in force.

The rule is that of TensorBoard's data server: a point takes the place of all points before it whose
step is not lower than its own. So the points in force have strictly ascending steps, and what a new
point supersedes is always a tail of them. A restart (``SessionLog.START``) acts like a point of its
step, but leaves none.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tuimon.store.columns import Arrays, Columns, ColumnsState

NO_STEP = 2**63
"""Above every step."""


class SegmentState(NamedTuple):
    """A state of a segment; never changes."""

    in_force: ColumnsState
    """Rows in force as far as this file goes; column 0 holds the steps, strictly ascending."""
    superseded: ColumnsState | None
    """The other rows, with their place among all rows of the file as a last column."""
    lowest: int
    """The lowest step of all rows."""
    restarts: ColumnsState | None = None
    """Restarts in the file behind its first row: how many rows precede each, and its step."""

    def kept(self, limit: int) -> int:
        """How many rows stay in force when later files begin at step `limit`."""
        steps, length = self.in_force.arrays[0], self.in_force.length
        if limit == NO_STEP or not length or steps[length - 1] < limit:
            return length
        return int(np.searchsorted(steps[:length], limit))

    def all_rows(self, limit: int, restart: int) -> Arrays:
        """All rows in file order; whether each is superseded, and purged, as last columns.

        Later files begin at step `limit` and restart at step `restart`.
        """
        *rows, superseded = self._flagged(limit)
        return *rows, superseded, self._purged(rows[0], restart)

    def _flagged(self, limit: int) -> Arrays:
        in_force = self.in_force.view()
        flags = np.zeros(self.in_force.length, np.bool_)
        flags[self.kept(limit) :] = True
        if self.superseded is None:
            return *in_force, flags
        *columns, places = self.superseded.view()
        total = self.in_force.length + self.superseded.length
        is_superseded = np.zeros(total, np.bool_)
        is_superseded[places] = True
        merged: list[NDArray[Any]] = []
        for kept, dropped in zip((*in_force, flags), (*columns, True), strict=True):
            column = np.empty(total, kept.dtype)
            column[~is_superseded] = kept
            column[places] = dropped
            merged.append(column)
        return tuple(merged)

    def _purged(self, steps: NDArray[np.int64], restart: int) -> NDArray[np.bool_]:
        """Which rows a restart behind them took away: those with a step of at least its own."""
        purged = np.zeros(len(steps), np.bool_)
        if restart != NO_STEP:
            purged |= steps >= restart
        if self.restarts is not None:
            places, restart_steps = self.restarts.view()
            lowest = np.minimum.accumulate(restart_steps[::-1])[::-1]
            before = slice(places[-1])
            purged[before] |= steps[before] >= np.repeat(lowest, np.diff(places, prepend=0))
        return purged


class Segment:
    """Rows of one tag from one file. One writer; readers take `state`."""

    __slots__ = ("_dtypes", "_in_force", "_restarts", "_superseded", "state")

    def __init__(self, dtypes: Sequence[DTypeLike]) -> None:
        self._dtypes = dtypes
        self._in_force = Columns(dtypes)
        self._superseded: Columns | None = None
        self._restarts: Columns | None = None
        self.state = SegmentState(self._in_force.rows, None, NO_STEP)

    def append(self, rows: Sequence[NDArray[Any]], growth: float = 1.0) -> bool:
        """Add rows in file order, steps first. Whether all rows before them stay in force.

        `growth` as in `Columns.append`.
        """
        steps = rows[0]
        ascending = len(steps) == 1 or bool((steps[1:] > steps[:-1]).all())
        lowest = int(steps[0] if ascending else steps.min())
        place = self._total()
        intact = self._supersede_from(lowest)
        if not ascending:
            later = np.minimum.accumulate(steps[::-1])[::-1]
            stays = np.append(steps[:-1] < later[1:], True)
            self._add_superseded([row[~stays] for row in rows], place + np.flatnonzero(~stays))
            rows = [row[stays] for row in rows]
        self._in_force.append(rows, growth)
        self._publish(min(self.state.lowest, lowest))
        return intact

    def restart(self, step: int) -> bool:
        """Supersede what has a step of at least `step`. Whether that was nothing."""
        if self._restarts is None:
            self._restarts = Columns((np.int64, np.int64))
        self._restarts.append((np.array([self._total()]), np.array([step])))
        intact = self._supersede_from(step)
        self._publish(self.state.lowest)
        return intact

    def _total(self) -> int:
        dropped = self._superseded.rows.length if self._superseded else 0
        return self._in_force.rows.length + dropped

    def _supersede_from(self, step: int) -> bool:
        arrays, length = self._in_force.rows
        if not length or arrays[0][length - 1] < step:
            return True
        kept = int(np.searchsorted(arrays[0][:length], step))
        in_force = np.ones(self._total(), np.bool_)
        if self._superseded:
            in_force[self._superseded.rows.view()[-1]] = False
        places = np.flatnonzero(in_force)[kept:]
        self._add_superseded(self._in_force.rows.view(kept), places)
        self._in_force.cut(kept)
        return False

    def _add_superseded(self, rows: Sequence[NDArray[Any]], places: NDArray[np.intp]) -> None:
        if self._superseded is None:
            self._superseded = Columns([*self._dtypes, np.int64])
        self._superseded.append([*rows, places])

    def _publish(self, lowest: int) -> None:
        superseded = self._superseded.rows if self._superseded else None
        restarts = self._restarts.rows if self._restarts else None
        self.state = SegmentState(self._in_force.rows, superseded, lowest, restarts)
