"""Tables that trainings print: names above rows of numbers, and names beside numbers."""

import re

from tuimon.metrics.printed import is_charted, is_configuration, is_metric
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.pairs import to_number
from tuimon.recorder.console_metrics.prose import has_function_word
from tuimon.recorder.console_metrics.steps import Position

_MOST_CELLS = 64
_MOST_STEPS = 1e15
_EPOCHS = frozenset({"ep", "epoch", "epochs"})
_STEPS = frozenset({"it", "iter", "iteration", "step", "steps"})
_NAME = re.compile(r"[A-Za-z][\w@/.%()+\-]*")
_NUMBERED = re.compile(r"(\d{1,9})(?:/\d{1,9})?")
_NO_NUMBER = re.compile(r"-|None|#na#|\d+:\d\d(?::\d\d)?|\d+(?:\.\d+)?[KMGT]i?B?")
"""What also stands in a row of numbers: nothing, times, sizes of memory."""
_CHECKPOINT = "cp"
"""skorch's column that holds a plus, or nothing that could be seen, where it has saved."""

_RULE = re.compile(r"\s*[-=+]{10,}\s*")
_BESIDE = re.compile(r"\s*\|\s*(?P<name>[A-Za-z][\w@/.\-]*)\s*\|\s*(?P<value>[^|]*?)\s*\|\s*")
_TOTALS = frozenset({"total_timesteps", "timesteps", "totalenvinteracts", "global_step"})


class ConsoleTable:
    """Names above, below them a row for each epoch or step: skorch, fastai, Ultralytics."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._counts_epochs = True
        self._last = -1
        self._offset = 0
        self._is_new = False

    def begin(self, text: str) -> bool:
        """Whether a line is the head of a table, which then is the one that goes on."""
        names = _cells(text)
        if not 2 <= len(names) <= _MOST_CELLS or names[0].lower() not in _EPOCHS | _STEPS:
            return False
        if not all(_NAME.fullmatch(name) for name in names) or has_function_word(text):
            return False
        if not any(is_metric(name, "0.5", ":") for name in names):
            return False
        self._names = [name for name in names if name != _CHECKPOINT]
        self._counts_epochs = names[0].lower() in _EPOCHS
        self._is_new = True
        return True

    def row(self, text: str) -> MetricLine | None:
        """What the next row tells; None if the line is none.

        A table that begins anew goes on where the one before has ended, as that of a training in
        several stages does.
        """
        if not self._names or (found := self._read(text)) is None:
            return None
        number, values = found
        if number + self._offset <= self._last:
            if not self._is_new:
                return None
            self._offset = self._last + 1 - number
        self._is_new = False
        self._last = number + self._offset
        charted = tuple(("", name, value) for name, value in values if is_charted(name))
        return MetricLine(self._position(self._last), charted)

    def bar(self, text: str, done: int | None, total: int | None) -> MetricLine | None:
        """What a row tells behind which the bar of its epoch is drawn, as by Ultralytics."""
        if not self._names or (found := self._read(text.rstrip(": "))) is None:
            return None
        number, values = found
        measured = ((name, value) for name, value in values if is_metric(name, f"{value}", ":"))
        line = tuple(("train", name, value) for name, value in measured)
        return MetricLine(Position(float(number), done, total), line) if line else None

    def _position(self, number: int) -> Position:
        if self._counts_epochs:
            return Position(float(number))
        return Position(done=number, is_global=True)

    def _read(self, text: str) -> tuple[int, list[tuple[str, float]]] | None:
        """The number of a row, and its values by name."""
        cells = [cell for cell in _cells(text) if cell != "+"]
        if len(cells) != len(self._names) or not (counted := _NUMBERED.fullmatch(cells[0])):
            return None
        values = []
        for name, cell in zip(self._names[1:], cells[1:], strict=True):
            value = to_number(cell.rstrip("%"))
            if value is not None:
                values.append((name, value))
            elif not _NO_NUMBER.fullmatch(cell):
                return None
        return int(counted[1]), values


class ConsoleBlock:
    """Names beside numbers, between two rules: Stable-Baselines3, Spinning Up."""

    def __init__(self) -> None:
        self._values: dict[str, float] | None = None
        self._section = ""

    def feed(self, text: str) -> MetricLine | None:
        """What a block tells, with the rule that ends it."""
        if _RULE.fullmatch(text):
            values, self._values, self._section = self._values or {}, {}, ""
            return _line_of(values)
        if self._values is None:
            return None
        beside = _BESIDE.fullmatch(text)
        if beside is None or len(self._values) >= _MOST_CELLS:
            self._values = None
            return None
        name, value = beside["name"], to_number(beside["value"])
        if value is not None:
            self._values[self._section + name] = value
        elif not beside["value"] and name.endswith("/"):
            self._section = name
        return None


def _line_of(values: dict[str, float]) -> MetricLine | None:
    plain = {name.rpartition("/")[2].lower(): value for name, value in values.items()}
    position = None
    for name, value in plain.items():
        if not 0 <= value < _MOST_STEPS:
            continue
        if name in _TOTALS:
            position = Position(done=int(value), is_global=True)
        elif name == "epoch" and position is None:
            position = Position(value)
    if position is None or is_configuration(list(plain)):
        return None
    measured = tuple(
        ("", name, value)
        for name, value in values.items()
        if is_charted(name.rpartition("/")[2]) and name.rpartition("/")[2].lower() not in _TOTALS
    )
    return MetricLine(position, measured) if measured else None


def _cells(text: str) -> list[str]:
    return text.replace("|", " ").replace("│", " ").split()
