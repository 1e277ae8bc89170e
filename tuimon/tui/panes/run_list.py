"""Runs, a line each: what tells it apart, state, age, best value and course of its main metric."""

import time
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.course import course
from tuimon.charts.model import Row, Span
from tuimon.present.facts import standing
from tuimon.present.run_arguments import Argument, columns_of
from tuimon.present.run_lines import DirectoryHeading, RunLine, RunSort, numbers, remarks
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.text import (
    fit,
    fit_name,
    format_age,
    format_duration,
    format_value,
    safe,
    shorten,
    width,
)
from tuimon.tui.panes.cells import clipped, line
from tuimon.tui.panes.cursor_list import CursorList

_Part = tuple[str, roles.Role]

_LEAD, _STATE, _STARTED, _TOOK, _VALUE = 4, 9, 10, 8, 9
_LEAST_NAME, _MOST_NAME = 8, 32
_TITLE, _LEAST_ARGUMENTS, _MOST_ARGUMENTS = 9, 12, 80
_COURSE, _LEAST_COURSE, _LEAST_REMARK = 16, 10, 20
_DETAILS_FROM, _ALL_DETAILS_FROM = 12, 18
"""Heights from which there is room for more about the chosen run."""
_LONGEST_ARGUMENT, _LEAST_VALUE = 20, 10
_GAP = "  "


class _RunColumns(NamedTuple):
    """Cells of the columns that there is room for; 0 where there is none."""

    name: int
    arguments: int
    started: int
    took: int
    last: int
    course: int
    remark: int
    """0: a remark takes the place of the course."""


class _Told(NamedTuple):
    """Arguments by the id of a run, and the cells of the longest."""

    texts: Mapping[str, str]
    cells: int

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "_Told":
        """Of these texts; the title of their column has room, too."""
        longest = max(map(width, texts.values()), default=0)
        return cls(texts, longest and max(longest, _TITLE))


class RunList(CursorList[RunLine | DirectoryHeading]):
    """Runs under their columns; more about the chosen one at the bottom, if there is room."""

    DEFAULT_CSS = "RunList { height: 1fr; padding: 0 1; }"
    HEAD_ROWS = 1
    HAS_BAR = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marked: Collection[str] = ()
        self._sort: RunSort = "started"
        self._has_best = True
        self._metric = ""
        """The one that all of them are told by."""
        self._longest_name = 0
        self._columns = _RunColumns(_LEAST_NAME, 0, 0, 0, 0, 0, 0)
        self._arguments: Sequence[tuple[str, Sequence[Argument]]] = ()
        self._told = self._tight = self._shown = _Told({}, 0)
        """Arguments, each with the room of its option; without; those of the two that are shown."""
        self._commands: dict[str, str] = {}
        self.ascii_only = False

    def set_runs(
        self,
        entries: Sequence[RunLine | DirectoryHeading],
        *,
        marked: Collection[str] = (),
        sort: RunSort = "started",
    ) -> None:
        """Show these runs, those of the ids that are `marked` with a mark; the cursor stays on its
        run."""
        self._marked, self._sort = marked, sort
        lines = [one for one in entries if isinstance(one, RunLine)]
        self._longest_name = max((width(one.name) for one in lines), default=0)
        glances = [one.glance for one in lines if one.glance is not None]
        self._has_best = not glances or any(glance.best is not None for glance in glances)
        tags = {glance.tag for glance in glances}
        self._metric = tags.pop() if len(tags) == 1 else ""
        arguments = [(one.id, one.arguments) for one in lines]
        if arguments != self._arguments:
            rooms = columns_of(found for _, found in arguments)
            self._arguments = arguments
            self._told = _Told.of({run: _in_columns(found, rooms) for run, found in arguments})
            self._tight = _Told.of({run: " ".join(map(_short, found)) for run, found in arguments})
        self.set_items(entries)

    @property
    def line(self) -> RunLine | None:
        """The run under the cursor."""
        chosen = self.chosen
        return chosen if isinstance(chosen, RunLine) else None

    def key_of(self, item: RunLine | DirectoryHeading) -> str:
        return item.id if isinstance(item, RunLine) else item.directory

    def is_heading(self, item: RunLine | DirectoryHeading) -> bool:
        return isinstance(item, DirectoryHeading)

    def head(self, cells: int) -> list[Row]:
        self._columns = columns = self._fitted(cells)
        titles = [
            ("name", "run", columns.name, ""),
            ("", "arguments", columns.arguments, ""),
            ("state", "state", _STATE, ""),
            ("started", "started", columns.started, ""),
            ("took", "took", columns.took, ""),
            ("best", "best" if self._has_best else "last", _VALUE, "right"),
            ("", "last", columns.last, "right"),
            ("", self._metric, columns.course, ""),
        ]
        text = " " * _LEAD
        for sort, title, room, align in titles:
            if room:
                shown = f"{title} ▾" if sort == self._sort else title
                text += fit(shown, room, "right" if align else "left") + " "
        return [(Span(fit(text.rstrip(), cells), roles.DIM),)]

    def _fitted(self, cells: int) -> _RunColumns:
        """What matters most gets its room first."""
        fixed = _LEAD + _STATE + _STARTED + _VALUE + 4
        name = min(
            max(self._longest_name, _LEAST_NAME), _MOST_NAME, max(_LEAST_NAME, cells - fixed)
        )
        free = cells - fixed - name
        started = 0 if self._told.cells and free <= _LEAST_ARGUMENTS else _STARTED
        free += 0 if started else _STARTED + 1
        most = max(_LEAST_ARGUMENTS, free * 3 // 5)
        self._shown = self._told if self._told.cells <= most else self._tight
        if self._shown is self._tight:  # what tells runs apart before their courses
            most = max(most, free - _LEAST_COURSE)
        arguments = min(self._shown.cells, _MOST_ARGUMENTS, most)
        if arguments > free - 1:
            arguments = free - 1 if free > _TITLE else 0
        free -= arguments + bool(arguments)
        took = _TOOK if free >= _TOOK + _COURSE else 0
        free -= took + bool(took)
        remark = free >= _COURSE + 2 + _LEAST_REMARK
        last = _VALUE if self._has_best and free >= _COURSE + _VALUE + 3 + _LEAST_REMARK else 0
        free -= last + bool(last)
        free = free if free >= _LEAST_COURSE - 2 else 0
        shown = _COURSE if remark else min(free, _COURSE + _LEAST_REMARK)
        return _RunColumns(
            name, arguments, started, took, last, shown, free - shown - len(_GAP) if remark else 0
        )

    def foot(self, cells: int, height: int) -> list[Row]:
        """What tells the chosen run from others of its name."""
        chosen = self.line
        if chosen is None or height < _DETAILS_FROM:
            return []
        run, values = chosen.run, numbers(chosen)
        started = f"  as {run.record.name}" if run.name != run.record.name else ""
        said = " · ".join(text for text, _ in remarks(chosen, time.time()))
        rows = [
            ("run", f"{run.record.id}{started}"),
            ("command", self._command(run)),
            ("in", run.record.cwd),
            ("metric" if values else "", values),
            ("", said),
        ]
        if height < _ALL_DETAILS_FROM:
            del rows[3]
        told: list[Row] = [
            _cut([(f" {name:<8} ", roles.DIM), (safe(text), roles.TEXT)], cells, selected=False)
            for name, text in rows
        ]
        return [(Span("─" * cells, roles.AXIS),), *told]

    def _command(self, run: RunStatus) -> str:
        """Found out once: secrets are looked for in it."""
        if run.record.id not in self._commands:
            self._commands[run.record.id] = masked_command(run.record)
        return self._commands[run.record.id]

    def item_row(self, item: RunLine | DirectoryHeading, cells: int, *, selected: bool) -> Row:
        if isinstance(item, DirectoryHeading):
            return _heading(item, cells)
        run, now, columns = item.run, time.time(), self._columns
        mark, word, role = standing(run.state, paused=run.is_paused, flawed=run.flaw is not None)
        started = format_age(max(0.0, now - run.record.started_at))
        parts: list[_Part] = [
            ("▌" if item.id in self._marked else " ", roles.ACCENT),
            (mark, role),
            ("! " if item.alert is not None else "  ", roles.ERROR),
            (fit_name(item.name, columns.name) + " ", roles.TEXT),
            (fit(self._shown.texts[item.id], columns.arguments), roles.LEGEND),
            (" " if columns.arguments else "", roles.DIM),
            (fit(word, _STATE) + " ", role),
            (fit(started, columns.started) + " " if columns.started else "", roles.DIM),
        ]
        if columns.took:
            parts.append((fit(format_duration(run.took(now)), columns.took) + " ", roles.DIM))
        return _cut([*parts, *self._value_parts(item, now)], cells, selected=selected)

    def _value_parts(self, item: RunLine, now: float) -> list[_Part]:
        columns, glance = self._columns, item.glance
        best = glance.best if glance is not None else None
        if self._has_best:
            value = format_value(best.value) if best else ""
        else:  # none of the metrics tells by its name what is best
            value = format_value(glance.last) if glance else ""
        parts: list[_Part] = [(fit(value, _VALUE, "right") + " ", roles.VALUE)]
        if columns.last:
            last = format_value(glance.last) if glance else ""
            parts.append((fit(last, columns.last, "right") + " ", roles.DIM))
        told = remarks(item, now)
        remark: list[_Part] = []
        for text, role in told:
            remark += [(" · ", roles.DIM), (text, role)] if remark else [(text, role)]
        if not columns.course:
            return parts
        if columns.remark or not remark:
            drawn = _drawn(glance.course if glance else (), columns.course, self.ascii_only)
            parts += [(drawn, roles.band(0)), (_GAP, roles.DIM)]
        return [*parts, *remark]


@lru_cache(maxsize=1 << 10)
def _drawn(values: tuple[float, ...], cells: int, ascii_only: bool) -> str:
    return course(values, cells, ascii_only=ascii_only)


def _in_columns(arguments: Sequence[Argument], rooms: Mapping[str, int]) -> str:
    """Arguments, each in the room of its option."""
    texts = [(_short(one), rooms[one.name]) for one in arguments]
    return _GAP.join(fit(text, max(width(text), room)) for text, room in texts).rstrip()


def _short(argument: Argument) -> str:
    """Of a path its end."""
    room = max(_LEAST_VALUE, _LONGEST_ARGUMENT - width(argument.name) - 1)
    return str(argument._replace(value=shorten(argument.value, room)))


def _heading(item: DirectoryHeading, cells: int) -> Row:
    home = str(Path.home())
    place = item.directory
    if place == home or place.startswith(f"{home}/"):
        place = f"~{place[len(home) :]}"
    shown = shorten(safe(place), max(8, cells - 12))
    return line(*clipped([(f"▾ {shown} ", roles.TITLE), (f" {item.runs}", roles.DIM)], cells))


def _cut(parts: Sequence[_Part], cells: int, *, selected: bool) -> Row:
    cut = clipped(parts, cells)
    if selected:
        cut.append((" " * (cells - sum(width(text) for text, _ in cut)), roles.SELECTED))
        cut = [(text, roles.SELECTED) for text, _ in cut]
    return line(*cut)
