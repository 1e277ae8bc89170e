"""Groups of trainings as the rows of one table: what their runs have reached, and how far apart."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tuimon.metrics import best_of
from tuimon.present.run_board import BoardRow, Result
from tuimon.present.run_groups import RunTraits, group_names
from tuimon.store.spread import spread_of
from tuimon.text import by_number


class GroupResult(NamedTuple):
    """What the runs of a group have reached by a metric."""

    mean: float
    """Of those that are finite; NaN where none is."""
    std: float
    """Their standard deviation, with n - 1 in its denominator; NaN of a single one."""
    runs: int
    """How many are finite."""


class GroupLine(NamedTuple):
    """A group of trainings."""

    name: str
    runs: Sequence[BoardRow]
    best: Mapping[str, GroupResult]
    """By tag, of metrics that have a best value."""
    last: Mapping[str, GroupResult]
    """By tag."""

    def told(self, tag: str, *, last: bool = False) -> GroupResult | None:
        """By what groups are compared: the best values, else the last ones."""
        return (None if last else self.best.get(tag)) or self.last.get(tag)


def group_lines(way: str, rows: Sequence[BoardRow]) -> list[GroupLine]:
    """The groups of the trainings, each that is in none by itself, sorted by name. Raises
    GroupError."""
    keys = [row.name if way.startswith("/") else str(at) for at, row in enumerate(rows)]
    names = group_names(way, {key: _traits(row) for key, row in zip(keys, rows, strict=True)})
    found: dict[str, list[BoardRow]] = {}
    for key, row in zip(keys, rows, strict=True):
        found.setdefault(names.get(key, row.name), []).append(row)
    return [_line(name, found[name]) for name in sorted(found, key=by_number)]


def ranked(lines: Sequence[GroupLine], column: str, *, last: bool = False) -> list[GroupLine]:
    """Groups in the order of a tag's means, best first, or of ``run``: their names; those that
    have nothing there come last. Raises KeyError: there is no such column."""
    if column == "run":
        return sorted(lines, key=lambda line: by_number(line.name))
    if not any(column in line.last for line in lines):
        raise KeyError(column)
    sign = 1 if best_of(column) == "min" else -1

    def rank(line: GroupLine) -> float:
        result = line.told(column, last=last)
        return np.inf if result is None or not result.runs else sign * result.mean

    return sorted(lines, key=rank)


def _traits(row: BoardRow) -> RunTraits:
    directory = "" if row.directory is None else str(row.directory.parent)
    return RunTraits(row.settings, directory, row.wandb_group)


def _line(name: str, rows: Sequence[BoardRow]) -> GroupLine:
    results: dict[str, list[Result]] = {}
    for row in rows:
        for tag, one in row.results.items():
            results.setdefault(tag, []).append(one)
    best = {
        tag: [one.best for one in some if one.best is not None] for tag, some in results.items()
    }
    return GroupLine(
        name,
        rows,
        {tag: _result(values) for tag, values in best.items() if values},
        {tag: _result([one.last for one in some]) for tag, some in results.items()},
    )


def _result(values: Sequence[float]) -> GroupResult:
    found = spread_of(np.array(values)[:, None], "std")
    middle, _, high, runs = (each[0].item() for each in found)
    return GroupResult(middle, high - middle, runs)
