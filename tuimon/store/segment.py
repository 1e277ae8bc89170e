"""One file's share of a tag: its rows as they were written, whatever becomes of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tuimon.store.columns import Columns, ColumnsState


class SegmentState(NamedTuple):
    """A state of a segment; never changes."""

    rows: ColumnsState
    """All rows in the order of the file; column 0 holds the steps, column 1 the wall times."""
    ordered: bool = True
    """Whether no step is lower than the one before it."""
    starts: ColumnsState | None = None
    """``SessionLog.START`` behind its first row: how many rows precede each, and its step."""


class Segment:
    """Rows of one tag from one file. One writer; readers take `state`."""

    __slots__ = ("_rows", "_starts", "state")

    def __init__(self, dtypes: Sequence[DTypeLike]) -> None:
        self._rows = Columns(dtypes)
        self._starts: Columns | None = None
        self.state = SegmentState(self._rows.rows)

    def append(self, rows: Sequence[NDArray[Any]], growth: float = 1.0) -> bool:
        """Add rows in file order, steps first. Whether no step has ever been lower than before.

        `growth` as in `Columns.append`.
        """
        steps = rows[0]
        (known, *_), length = self._rows.rows
        ordered = self.state.ordered and (not length or bool(known[length - 1] <= steps[0]))
        if ordered and len(steps) > 1:
            ordered = bool((steps[1:] >= steps[:-1]).all())
        self._rows.append(rows, growth)
        self.state = self.state._replace(rows=self._rows.rows, ordered=ordered)
        return ordered

    def without(self, dropped: NDArray[np.bool_]) -> "Segment":
        """The same segment but for some of its rows."""
        rows = self._rows.rows
        fresh = Segment([column.dtype for column in rows.arrays])
        fresh.append([column[~dropped] for column in rows.view()])
        if self._starts is not None:
            places, steps = self._starts.rows.view()
            before = np.concatenate([[0], np.cumsum(dropped)])
            fresh._starts = Columns((np.int64, np.int64))
            fresh._starts.append((places - before[places], steps))
            fresh.state = fresh.state._replace(starts=fresh._starts.rows)
        return fresh

    def start(self, step: int) -> None:
        """Note a ``SessionLog.START`` behind the rows so far."""
        if self._starts is None:
            self._starts = Columns((np.int64, np.int64))
        self._starts.append((np.array([self._rows.rows.length]), np.array([step])))
        self.state = self.state._replace(starts=self._starts.rows)
