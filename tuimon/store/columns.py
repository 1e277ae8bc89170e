"""Columns that grow while others read them."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LEAST_CAPACITY = 16
_GROWTH, _MOST_GROWTH = 2, 32

Arrays: TypeAlias = tuple[NDArray[Any], ...]


class ColumnsState(NamedTuple):
    """A state of `Columns`: never changes, however the columns go on."""

    arrays: Arrays
    """Buffers; what lies behind `length` belongs to the writer."""
    length: int

    def view(self, start: int = 0, stop: int | None = None) -> Arrays:
        """Read-only arrays of the rows from `start` up to `stop` (default: all)."""
        views = tuple(array[start : self.length if stop is None else stop] for array in self.arrays)
        for view in views:
            view.flags.writeable = False
        return views


class Columns:
    """Arrays of equal length with one writer and any number of readers, without locks.

    Rows once written are never changed: `append` writes behind them, `cut` moves what it keeps to
    new buffers. So a reader that took `rows` sees one consistent state for as long as it likes.
    """

    __slots__ = ("rows",)

    def __init__(self, dtypes: Sequence[DTypeLike]) -> None:
        self.rows = ColumnsState(tuple(np.empty(0, dtype) for dtype in dtypes), 0)

    def append(self, new: Sequence[NDArray[Any]], growth: float = 1.0) -> None:
        """Add rows, given as one array a column.

        There will be about `growth` times as many as there are then. Room for all of them saves
        moving, and is no memory of the process before it is written to.
        """
        arrays, length = self.rows
        end = length + len(new[0])
        if end > len(arrays[0]):
            expected = int(end * min(growth, _MOST_GROWTH))
            capacity = max(end, expected, len(arrays[0]) * _GROWTH, _LEAST_CAPACITY)
            arrays = tuple(_moved(array, length, capacity) for array in arrays)
        for array, values in zip(arrays, new, strict=True):
            array[length:end] = values
        self.rows = ColumnsState(arrays, end)

    def cut(self, length: int) -> None:
        """Keep the first `length` rows."""
        arrays = tuple(_moved(array, length, length) for array in self.rows.arrays)
        self.rows = ColumnsState(arrays, length)


def _moved(array: NDArray[Any], length: int, capacity: int) -> NDArray[Any]:
    moved = np.empty(capacity, array.dtype)
    moved[:length] = array[:length]
    return moved
