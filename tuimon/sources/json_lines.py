"""JSON lines: detectron2's ``metrics.json``, mmengine's ``scalars.json``, and everybody's own."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tuimon.metrics.splits import split_of
from tuimon.sources.log_columns import STEPS, TIMES, NumberColumn, RowPlaces, layout_of
from tuimon.sources.log_file import LineFile, Scalars, head_of

_SPLITS = frozenset({"split", "mode", "phase", "stage", "subset"})
_MOST_DEPTH = 8
_MARK = b"\xef\xbb\xbf"

Cells = dict[str, tuple[list[int], list[Any]]]
"""Of each name: numbers of rows, and what is there."""


class JsonLines(LineFile):
    """One object a line; what is in an object in it is called ``train/loss``."""

    origin = "JSON lines"

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether the first line is an object with a step or an epoch, and more."""
        line = head_of(path).removeprefix(_MARK).lstrip().partition(b"\n")[0]
        row = parsed(line)
        if row is None or len(row) < 2:
            return False
        return any(name.strip().lower() in STEPS for name in row)

    def begin(self) -> None:
        """Forget where rows were."""
        self._places = RowPlaces()

    def is_whole(self, line: bytes) -> bool:
        """Whether it is an object."""
        return parsed(line) is not None

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of rows."""
        rows = self._rows(lines.removeprefix(_MARK), first)
        return points_of(rows, self._places, wall_time)

    def _rows(self, lines: bytes, first: int) -> list[dict[str, Any]]:
        texts = [text for text in lines.split(b"\n") if text and not text.isspace()]
        together = b"[" + b",".join(texts) + b"]"
        for parse in (*_quick_parser(), json.loads):
            with suppress(ValueError, RecursionError):
                rows = parse(together)
                if len(rows) == len(texts) and {type(row) for row in rows} == {dict}:
                    return list(rows)
        return [*self._each(lines, first)]

    def _each(self, lines: bytes, first: int) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(lines.split(b"\n"), first):
            if (row := parsed(line)) is not None:
                yield row
            elif line.strip():
                self.leave_out("no JSON object", number)


def points_of(rows: Sequence[dict[str, Any]], places: RowPlaces, wall_time: float) -> Scalars:
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


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None: it is none."""
    try:
        row = json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


@cache
def _quick_parser() -> Sequence[Any]:
    """orjson's, where it is installed: three times as fast, but it knows no NaN."""
    try:
        from orjson import loads
    except ImportError:
        return ()
    return (loads,)


def _spread(
    rows: Iterable[dict[str, Any]], at: Iterable[int], prefix: str, cells: Cells, depth: int = 0
) -> None:
    """Enter rows with numbers `at`; those of the same names are taken together."""
    forms: dict[tuple[object, ...], tuple[list[int], list[dict[str, Any]]]] = {}
    for number, row in zip(at, rows, strict=True):
        form: tuple[object, ...] = tuple(row)
        if not _SPLITS.isdisjoint(form):
            form = (*form, *(row[name] for name in sorted(_SPLITS & row.keys())))
        numbers, alike = forms.setdefault(form, ([], []))
        numbers.append(number)
        alike.append(row)
    for numbers, alike in forms.values():
        said = (str(alike[0][name]) for name in sorted(_SPLITS & alike[0].keys()))
        split = next(filter(None, map(split_of, said)), "")
        for name in alike[0]:
            is_place = name.lower() in STEPS or name.lower() in TIMES
            key = f"{prefix}{name}" if is_place or not split else f"{prefix}{split}/{name}"
            values = [row[name] for row in alike]
            if depth < _MOST_DEPTH and isinstance(values[0], dict):
                inner = [(n, v) for n, v in zip(numbers, values, strict=True) if type(v) is dict]
                _spread([v for _, v in inner], [n for n, _ in inner], f"{key}/", cells, depth + 1)
            else:
                known = cells.setdefault(key, ([], []))
                known[0].extend(numbers)
                known[1].extend(values)


def _numbers(values: Sequence[Any], *, is_time: bool) -> np.ndarray:
    """Floats; NaN for what is none."""
    if {type(value) for value in values} <= {int, float}:
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
