"""Scalars in the records of a W&B transaction log: what a script has given to ``wandb.log``.

A ``Record`` of ``wandb_internal.proto`` holds a ``HistoryRecord`` (field 2) for each row, a
``MetricRecord`` (12) for each ``define_metric``, and a ``RunRecord`` (17) before them. Read here
without wandb, whose import takes more time and memory than all else that the recorder does.
"""

import json
import math
from collections.abc import Iterator
from typing import NamedTuple

from tuimon.events.event_file import HParam, TagPoint
from tuimon.events.fields import BYTES, VARINT, WireError, fields

_HISTORY = 2 << 3 | BYTES
_METRIC = 12 << 3 | BYTES
_RUN = 17 << 3 | BYTES
_DISPLAY_NAME = 8 << 3 | BYTES
_RUN_CONFIG = 4 << 3 | BYTES
_CONFIG = 5 << 3 | BYTES
_UPDATE = 1 << 3 | BYTES
_ITEM = 1 << 3 | BYTES
_STEP = 2 << 3 | BYTES
_STEP_NUMBER = 1 << 3 | VARINT
_KEY = 1 << 3 | BYTES
_NESTED_KEY = 2 << 3 | BYTES
_VALUE_JSON = 16 << 3 | BYTES
_NAME = 1 << 3 | BYTES
_GLOB_NAME = 2 << 3 | BYTES
_STEP_METRIC = 4 << 3 | BYTES

_INTERNAL = "_wandb"
_MOST_DEPTH = 8
_MOST_METRICS = 4096
_MOST_STEP = 2**62
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class WandbRow(NamedTuple):
    """The scalars of one row; `wall_time` in Unix seconds, None where it is not told."""

    wall_time: float | None
    points: list[TagPoint]


class RowReader:
    """Reads one record after the other; steps are those that `define_metric` gives, else W&B's."""

    def __init__(self) -> None:
        self.name = ""
        """Of the run, as the script has given it."""
        self.config: dict[str, HParam] = {}
        """What ``wandb.init`` and ``wandb.config`` were told, the entries of dictionaries each."""
        self._steps: dict[str, str] = {}
        """Name of a metric → that of the metric with its steps."""
        self._prefixes: dict[str, str] = {}
        """The same for all names that begin alike, as in ``train/*``."""
        self._newest: dict[str, int] = {}

    def read(self, record: bytes) -> WandbRow | None:
        """The scalars of a record; None if it is no row of the history, or no record."""
        row = None
        try:
            for key, start, end in fields(record, 0, len(record)):
                if key == _HISTORY:
                    row = self._row(record, start, end)
                elif key == _METRIC:
                    self._define(record, start, end)
                elif key == _RUN:
                    for inner, first, last in fields(record, start, end):
                        if inner == _DISPLAY_NAME:
                            self.name = record[first:last].decode()
                        elif inner == _RUN_CONFIG:
                            self._configure(record, first, last)
                elif key == _CONFIG:
                    self._configure(record, start, end)
        except (WireError, UnicodeDecodeError):
            return None
        return row

    def _configure(self, record: bytes, start: int, end: int) -> None:
        for key, first, last in fields(record, start, end):
            if key == _UPDATE:
                names, text = _item(record, first, last)
                if names and names[0] != _INTERNAL:
                    self.config |= _entries(names, text)

    def _define(self, record: bytes, start: int, end: int) -> None:
        found = {
            key: record[first:last]
            for key, first, last in fields(record, start, end)
            if key in (_NAME, _GLOB_NAME, _STEP_METRIC)
        }
        step = found.get(_STEP_METRIC, b"").decode()
        if not step or len(self._steps) + len(self._prefixes) >= _MOST_METRICS:
            return
        if name := found.get(_NAME, b"").decode():
            self._steps[name] = step
        elif (glob := found.get(_GLOB_NAME, b"").decode()).endswith("*"):
            self._prefixes[glob[:-1]] = step

    def _row(self, record: bytes, start: int, end: int) -> WandbRow:
        values: dict[str, float] = {}
        row_step = 0
        items: list[tuple[list[str], str]] = []
        for key, first, last in fields(record, start, end):
            if key == _ITEM:
                items.append(_item(record, first, last))
            elif key == _STEP:
                for inner, number, _ in fields(record, first, last):
                    row_step = number if inner == _STEP_NUMBER else row_step
        media = {tuple(names[:-1]) for names, _ in items if names[-1:] == ["_type"]}
        for names, text in items:
            if not any(tuple(names[:length]) in media for length in range(1, len(names))):
                values |= _values(names, text)
        steps = {name: value for name, value in values.items() if self._is_step(name)}
        for name, value in steps.items():
            if math.isfinite(value) and abs(value) < _MOST_STEP:
                self._newest[name] = int(value)
        points = [
            TagPoint(name, self._step_of(name, row_step), value)
            for name, value in values.items()
            if name not in steps and not name.startswith("_")
        ]
        return WandbRow(values.get("_timestamp"), points)

    def _is_step(self, name: str) -> bool:
        return name in self._steps.values() or name in self._prefixes.values()

    def _step_of(self, name: str, row_step: int) -> int:
        by = self._steps.get(name)
        if by is None:
            prefix = max(
                (one for one in self._prefixes if name.startswith(one)), key=len, default=None
            )
            by = None if prefix is None else self._prefixes[prefix]
        return row_step if by is None else self._newest.get(by, row_step)


def _entries(names: list[str], text: str) -> dict[str, HParam]:
    """An entry of the config, or those of a dictionary by their names."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return dict(_plain_entries(".".join(names), value, depth=0))


def _plain_entries(name: str, value: object, depth: int) -> Iterator[tuple[str, HParam]]:
    if isinstance(value, dict) and depth < _MOST_DEPTH:
        for key, inner in value.items():
            yield from _plain_entries(f"{name}.{key}", inner, depth + 1)
    elif value is None or isinstance(value, bool | int | float | str):
        yield name, value
    else:
        yield name, json.dumps(value)


def _item(record: bytes, start: int, end: int) -> tuple[list[str], str]:
    """The name of an item, in parts where it is one of a dictionary, and its value as JSON.

    Images, tables and the like are dictionaries with a ``_type``.
    """
    names: list[str] = []
    text = ""
    for key, first, last in fields(record, start, end):
        if key in (_KEY, _NESTED_KEY):
            names.append(record[first:last].decode())
        elif key == _VALUE_JSON:
            text = record[first:last].decode()
    return names, text


def _values(names: list[str], text: str) -> dict[str, float]:
    """The number of an item by its name, or the numbers of a dictionary by theirs."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return dict(_numbers(".".join(names), value, depth=0))


def _numbers(name: str, value: object, depth: int) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict) and "_type" not in value and depth < _MOST_DEPTH:
        for key, inner in value.items():
            yield from _numbers(f"{name}.{key}", inner, depth + 1)
    elif isinstance(value, str):
        if value in _SPECIAL:
            yield name, _SPECIAL[value]
    elif isinstance(value, int | float) and not isinstance(value, bool) and name:
        try:
            yield name, float(value)
        except OverflowError:
            return
