"""Extremes of a chart's columns, in time that depends on the columns, not on the points.

A chart of ten million points has some hundred columns and shows the lowest and the highest value in
each, so that no spike is ever lost. `column_extremes` computes them from all points in the window.
`LevelOfDetail` keeps the extremes of every `BLOCK` points and looks at single points only where the
edge of a column cuts a block; the results are the same, bit by bit (but for the rounding of sums).
One level is enough: numpy reduces the 156 thousand blocks of ten million points in half a
millisecond.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuimon.store.columns import Columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Edges = NDArray[np.intp]

BLOCK = 64
_CHUNK = 1024 * BLOCK  # what stays in the processor's cache
_DIRECT_POINTS, _LEAST_BLOCKS = 100_000, 4
"""Windows of fewer points, or of fewer blocks a column, are faster to reduce as a whole."""


class ColumnExtremes(NamedTuple):
    """What the values of each column come to; arrays [columns]."""

    low: Floats
    """Lowest finite value; +Inf where there is none."""
    high: Floats
    """Highest finite value; -Inf where there is none."""
    low_positive: Floats
    """Lowest finite value above zero, for logarithmic axes; +Inf where there is none."""
    total: Floats
    """Sum of the finite values; not finite where it overflows."""
    finite: Ints
    """How many values are finite."""
    positive: Ints
    """How many values are finite and above zero."""
    nan: Ints
    """How many values are NaN."""
    above: Ints
    """How many values are +Inf."""
    below: Ints
    """How many values are -Inf."""


_Fields: TypeAlias = tuple[
    NDArray[Any] | int, ...
]  # as in Extremes; a number is that of each value
_REDUCE: tuple[np.ufunc, ...] = (np.minimum, np.maximum, np.minimum, *[np.add] * 6)
_NOTHING = (np.inf, -np.inf, np.inf, 0.0, 0, 0, 0, 0, 0)
_DTYPES = (*[np.float64] * 4, *[np.int64] * 5)


def column_extremes(values: Floats, edges: Edges) -> ColumnExtremes:
    """What `values` [n] come to between ascending `edges` [columns + 1], from all of them."""
    first, last = int(edges[0]), int(edges[-1])
    return _reduce(_elements(values[first:last]), edges[:-1] - first, edges[1:] - first)


def extremes_of_all(series: Sequence[Floats], edges: Edges) -> ColumnExtremes:
    """What each of several series comes to, in one pass; arrays [series, columns].

    `edges` are [series, columns + 1].
    """
    values, starts, ends = windows(series, edges)
    found = _reduce(_elements(values), starts, ends)
    return ColumnExtremes._make(field.reshape(len(series), -1) for field in found)


def windows(series: Sequence[Floats], edges: Edges) -> tuple[Floats, Edges, Edges]:
    """What lies between the outer `edges` [series, columns + 1], one series after the other.

    Returns:
        The values, and where each column begins and ends among them, [series * columns].
    """
    outer = zip(series, edges[:, 0].tolist(), edges[:, -1].tolist(), strict=True)
    parts = [values[first:last] for values, first, last in outer]
    moved = np.cumsum([0, *map(len, parts)])[:-1] - edges[:, 0]
    inside = edges + moved[:, None]
    return np.concatenate([np.empty(0), *parts]), inside[:, :-1].ravel(), inside[:, 1:].ravel()


class LevelOfDetail:
    """Extremes of every `BLOCK` values of a growing array. For one thread at a time.

    Keep one for each series drawn, and begin a new one when the series' `epoch` has moved (take the
    epoch before the snapshot)::

        detail.extend(points.values)
        extremes = detail.column_extremes(points.values, edges)
    """

    def __init__(self) -> None:
        self._blocks = Columns(_DTYPES)

    def extend(self, values: Floats) -> None:
        """Take in the end of `values` [n], which begin with the values of the last call."""
        stop = len(values) - len(values) % BLOCK
        for start in range(self._blocks.rows.length * BLOCK, stop, _CHUNK):
            part = values[start : min(start + _CHUNK, stop)]
            edges = np.arange(0, len(part) + 1, BLOCK)
            self._blocks.append(_reduce(_elements(part), edges[:-1], edges[1:]))

    def column_extremes(self, values: Floats, edges: Edges) -> ColumnExtremes:
        """What `column_extremes` of this module gives; `values` are those of the last `extend`."""
        starts, ends = edges[:-1], edges[1:]
        window = int(edges[-1]) - int(edges[0])
        if window < max(_DIRECT_POINTS, _LEAST_BLOCKS * BLOCK * len(starts)):
            return column_extremes(values, edges)
        blocks = self._blocks.rows
        first = -(-starts // BLOCK)
        last = np.maximum(np.minimum(ends // BLOCK, blocks.length), first)
        head_ends = np.minimum(first * BLOCK, ends)
        tail_starts = np.minimum(last * BLOCK, ends)
        parts = [
            _reduce(blocks.view(), first, last),
            _reduce_singles(values, starts, head_ends),
            _reduce_singles(values, tail_starts, ends),
        ]
        with _overflow_is_fine():
            return ColumnExtremes(
                *(
                    reduce(reduce(whole, head), tail)
                    for reduce, whole, head, tail in zip(_REDUCE, *parts, strict=True)
                )
            )


def _overflow_is_fine() -> np.errstate:
    return np.errstate(over="ignore", invalid="ignore")


def _reduce_singles(values: Floats, starts: Edges, ends: Edges) -> ColumnExtremes:
    """Reduce short ranges scattered over many values."""
    sizes = ends - starts
    edges = np.concatenate([[0], np.cumsum(sizes)])
    singles = values[np.repeat(starts - edges[:-1], sizes) + np.arange(edges[-1])]
    return _reduce(_elements(singles), edges[:-1], edges[1:])


def _elements(values: Floats) -> _Fields:
    """Each value as extremes of its own."""
    if len(values) and np.isfinite(values).all():
        if values.min() > 0:
            return values, values, values, values, 1, 1, 0, 0, 0
        positive = values > 0
        low_positive = np.where(positive, values, np.inf)
        return values, values, low_positive, values, 1, positive, 0, 0, 0
    finite = np.isfinite(values)
    positive = finite & (values > 0)
    return (
        np.where(finite, values, np.inf),
        np.where(finite, values, -np.inf),
        np.where(positive, values, np.inf),
        np.where(finite, values, 0.0),
        finite,
        positive,
        np.isnan(values),
        values == np.inf,
        values == -np.inf,
    )


def _reduce(fields: _Fields, starts: Edges, ends: Edges) -> ColumnExtremes:
    """Reduce ascending, disjoint ranges of `fields`; some may be empty."""
    taken = np.flatnonzero(ends > starts)
    # reduceat works on the range from each index to the next: every other one is a gap.
    bounds = np.column_stack([starts[taken], ends[taken]]).ravel()
    reduced: dict[tuple[int, np.ufunc], NDArray[Any]] = {}  # some fields are the same array
    columns: list[NDArray[Any]] = []
    with _overflow_is_fine():
        for field, ufunc, nothing, dtype in zip(fields, _REDUCE, _NOTHING, _DTYPES, strict=True):
            if isinstance(field, int):
                columns.append(field * (ends - starts))
                continue
            column = reduced.get((id(field), ufunc))
            if column is None:
                column = np.full(len(starts), nothing, dtype)
                if len(taken):
                    inside = bounds if bounds[-1] < len(field) else bounds[:-1]
                    column[taken] = ufunc.reduceat(field, inside, dtype=dtype)[::2]
                reduced[id(field), ufunc] = column
            columns.append(column)
    return ColumnExtremes(*columns)
