"""Blocks that trainings print: names beside numbers, between rules or below a line."""

import re

from tuimon.metrics.printed import is_charted, is_configuration, is_metric
from tuimon.metrics.splits import SPLITS
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.numerals import to_number
from tuimon.recorder.console_metrics.printed_tables import (
    LONGEST_ROW,
    MOST_CELLS,
    NAME,
    PIPES,
    WIDE,
    cells_of,
)
from tuimon.recorder.console_metrics.steps import Position

_RULE = re.compile(
    r"\s*(?:[-=+]{10,}|-{4,}\s{1,8}-{4,}|[┏┳┓┡╇┩└┴┘├┼┤╭╮╰╯┬┌┐─━═╤╪╧╞╡╔╦╗╚╩╝╠╬╣]{10,})\s*"
)
_RESULT = re.compile(r"Result for (\S{1,200}):\s*")
_ROW = re.compile(r"\s+([A-Za-z][\w/.\-]*): ?(.*)")
_SECTION = re.compile(r"[A-Za-z][\w@/.\-]*/")
_TOTALS = frozenset(
    {"total_timesteps", "timesteps", "totalenvinteracts", "totalenvsteps", "global_step", "step"}
)
_MOST_STEPS = 1e15


class ConsoleBlock:
    """Names beside numbers, between two rules: Stable-Baselines3, Spinning Up, Lightning."""

    def __init__(self) -> None:
        self._values: dict[str, float] | None = None
        self._section = ""
        self._is_wide = False
        """Whether blanks are between names and numbers, by the rule above them."""
        self._columns: tuple[str, ...] = ()
        """What the numbers are called by the head of the table; empty where it has none."""

    @property
    def is_open(self) -> bool:
        """Whether a rule has come that no other has followed."""
        return self._values is not None

    @property
    def holds_line(self) -> bool:
        """Whether the last line was a row of a block without bars."""
        return self._is_wide and bool(self._values)

    def feed(self, text: str) -> MetricLine | None:
        """What a block tells, with the rule that ends it."""
        if _RULE.fullmatch(text):
            values, self._values, self._section = self._values, {}, ""
            self._is_wide = " " in text.strip()
            if not values:
                return None
            columns, self._columns = self._columns, ()
            return _line_of(values, columns)
        if self._values is None:
            return None
        cells = self._beside(text)
        if cells is None or len(self._values) >= MOST_CELLS:
            self._values, self._columns = None, ()
            return None
        self._take(cells)
        return None

    def _beside(self, text: str) -> list[str] | None:
        """The cells of a row."""
        if len(text) > LONGEST_ROW:
            return None
        if PIPES.match(text.lstrip()[:1]):
            cells = cells_of(text, PIPES)
        else:
            cells = cells_of(text, WIDE)
            if not self._columns and not self._is_wide and not _is_head(cells):
                return None
        is_section = len(cells) == 1 and _SECTION.fullmatch(cells[0])
        return cells if len(cells) == 2 or self._columns or is_section or _is_head(cells) else None

    def _take(self, cells: list[str]) -> None:
        assert self._values is not None
        if not self._values and _is_head(cells):
            self._columns = tuple(cells)
            return
        name = cells[0]
        if not NAME.fullmatch(name):
            return
        if len(cells) == 1:
            self._section = name
        for column, cell in zip(self._columns[1:] or ("",), cells[1:], strict=False):
            value = to_number(cell.rstrip("%"))
            if value is not None:
                self._values[self._section + _named(name, column, len(self._columns))] = value


class ResultBlock:
    """A result of Ray's Tune or RLlib: a line with the trial, below it names beside numbers."""

    def __init__(self) -> None:
        self._values: dict[str, float] | None = None
        self._trials: dict[str, int] = {}
        self.trial = ""
        """The part of the run that the block is about; empty for the first trial."""

    def feed(self, text: str) -> tuple[bool, MetricLine | None]:
        """Whether a line is part of a block, and what the block tells that ends before it."""
        told = None
        row = (
            _ROW.fullmatch(text) if self._values is not None and len(text) <= LONGEST_ROW else None
        )
        if self._values is not None and (row is None or len(self._values) >= MOST_CELLS):
            told, self._values = _result_of(self._values), None
        if begin := _RESULT.fullmatch(text):
            if begin[1] in self._trials or len(self._trials) < MOST_CELLS:
                number = self._trials.setdefault(begin[1], len(self._trials) + 1)
                self.trial = f"trial {number}" if number > 1 else ""
                self._values = {}
            return True, told
        if row is not None and self._values is not None:
            if (value := to_number(row[2])) is not None:
                self._values[row[1]] = value
            return True, told
        return False, told

    def finish(self) -> MetricLine | None:
        """What the last block tells."""
        values, self._values = self._values, None
        return _result_of(values) if values else None


def _result_of(values: dict[str, float]) -> MetricLine | None:
    step = values.pop("training_iteration", None)
    if step is None or not 0 <= step < _MOST_STEPS:
        return None
    measured = tuple(
        ("", name, value) for name, value in values.items() if is_metric(name, f"{value}", ":")
    )
    return MetricLine(Position(done=int(step), unit="global"), measured)


def _is_head(cells: list[str]) -> bool:
    first = cells[0].lower().split()
    return 2 <= len(cells) <= 8 and first[-1:] in (["metric"], ["metrics"]) and len(first) <= 2


def _named(name: str, column: str, columns: int) -> str:
    """The name of a number in a column: by the part of the data, or Lightning's by its loader."""
    if column.lower() in SPLITS:
        return f"{SPLITS[column.lower()]}/{name}"
    if columns <= 2:
        return name
    word, _, number = column.partition(" ")
    return f"{name}/{f'dataloader_idx_{number}' if word == 'DataLoader' else column}"


def _line_of(values: dict[str, float], columns: tuple[str, ...]) -> MetricLine | None:
    plain = {name.rpartition("/")[2].lower(): value for name, value in values.items()}
    position = None
    for name, value in plain.items():
        if not 0 <= value < _MOST_STEPS:
            continue
        if name in _TOTALS:
            position = Position(done=int(value), unit="global")
        elif name == "epoch" and position is None:
            position = Position(value)
    if 0 <= (iteration := plain.get("iteration", -1.0)) < _MOST_STEPS:
        position = Position(done=int(iteration), unit="global")
    split = ""
    if columns and position is None:
        position = Position()
        split = SPLITS.get(columns[0].partition(" ")[0].lower(), "")
    if position is None or is_configuration(list(plain)):
        return None
    measured = tuple(
        (split, name, value)
        for name, value in values.items()
        if is_charted(name.rpartition("/")[2]) and name.rpartition("/")[2].lower() not in _TOTALS
    )
    return MetricLine(position, measured) if measured else None
