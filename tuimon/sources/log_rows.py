"""From rows of a log, each with names of its own, to points."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import numpy as np

from tuimon.metrics.splits import split_of
from tuimon.sources.log_columns import STEPS, TIMES, NumberColumn, RowPlaces, layout_of
from tuimon.sources.log_file import Scalars

_SPLITS = frozenset({"split", "mode", "phase", "stage", "subset"})
_MOST_DEPTH = 8

Row = dict[str, Any]
Cells = dict[str, tuple[list[int], list[Any]]]
"""Of each name: numbers of rows, and what is there."""


def points_of(rows: Sequence[Row], places: RowPlaces, wall_time: float) -> Scalars:
    """The points of rows; `wall_time` (Unix s) is that of rows which tell none."""
    cells: Cells = {}
    _spread(rows, range(len(rows)), "", cells)
    columns: dict[str, NumberColumn] = {}
    for name, (at, values) in cells.items():
        numbers = _numbers(values, is_time=name.lower() in TIMES)
        known, order = ~np.isnan(numbers), np.array(at)
        if not known.all():
            known |= _are_nan(values)
        by_row = np.argsort(order[known], kind="stable")
        if known.any():
            columns[name] = NumberColumn(numbers[known][by_row], order[known][by_row])
    return places.points(columns, layout_of([*columns]), len(rows), wall_time)


def _spread(
    rows: Sequence[Row], at: Sequence[int], prefix: str, cells: Cells, depth: int = 0
) -> None:
    """Enter rows with numbers `at`; those of the same names are taken together."""
    for numbers, alike in _alike(rows, at):
        split = _split(alike[0])
        for name in alike[0]:
            is_place = name.lower() in STEPS or name.lower() in TIMES
            key = f"{prefix}{name}" if is_place or not split else f"{prefix}{split}/{name}"
            values = [row[name] for row in alike]
            kinds = set(map(type, values))
            if depth < _MOST_DEPTH and dict in kinds:
                inner = [(n, v) for n, v in zip(numbers, values, strict=True) if type(v) is dict]
                _spread([v for _, v in inner], [n for n, _ in inner], f"{key}/", cells, depth + 1)
            if kinds != {dict}:
                known = cells.setdefault(key, ([], []))
                known[0].extend(numbers)
                known[1].extend(values)


def _alike(rows: Sequence[Row], at: Sequence[int]) -> Iterable[tuple[Sequence[int], Sequence[Row]]]:
    """Rows of the same names, and of the same part of the data, with their numbers."""
    forms = set(map(tuple, rows))
    if len(forms) == 1 and _SPLITS.isdisjoint(*forms):
        return [(at, rows)]
    found: dict[object, tuple[list[int], list[Row]]] = {}
    for number, row in zip(at, rows, strict=True):
        numbers, alike = found.setdefault((tuple(row), _split(row)), ([], []))
        numbers.append(number)
        alike.append(row)
    return found.values()


def _split(row: Row) -> str:
    """The part of the data that a row says it is of."""
    said = (split_of(str(row[name])) for name in sorted(_SPLITS & row.keys()))
    return next(filter(None, said), "")


def _numbers(values: Sequence[Any], *, is_time: bool) -> np.ndarray:
    """Floats; NaN for what is none."""
    if set(map(type, values)) <= {int, float}:
        with suppress(OverflowError):
            return np.array(values, np.float64)
    return np.array([_number(value, is_time=is_time) for value in values], np.float64)


def _number(value: object, *, is_time: bool) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):
            return float(value)
    if isinstance(value, str):
        with suppress(ValueError, OverflowError):
            return float(value)
        if is_time:
            with suppress(ValueError, OverflowError):
                return datetime.fromisoformat(value).timestamp()
    return float("nan")


def _are_nan(values: Sequence[Any]) -> np.ndarray:
    """Which values say that they are NaN, rather than nothing."""
    return np.array([value != value or value in ("NaN", "nan") for value in values], np.bool_)
