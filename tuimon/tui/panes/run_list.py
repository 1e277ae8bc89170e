"""Runs, newest first, a line each: state, age, the course of the loss."""

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.sparkline import sparkline
from tuimon.present.facts import MARKS, ROLES
from tuimon.present.glance import LeadMetric
from tuimon.runs.activity import activity, remark
from tuimon.runs.registry import RunStatus
from tuimon.text import fit, format_age, format_duration, format_value, safe, width
from tuimon.tui.panes.cells import CellView, line

_STATE_WIDTH, _AGE_WIDTH, _TOOK_WIDTH, _VALUE_WIDTH = 9, 10, 8, 9
_LEAST_NAME, _MOST_NAME = 12, 40
_SPARK_FROM, _TOOK_FROM, _METRIC_FROM = 58, 72, 92
"""Widths from which there is room for a column."""
_DETAILS_FROM = 12
"""Height from which there is room for more about the chosen run."""


class RunList(CellView, can_focus=True):
    """A list with a cursor; scrolls so that the cursor stays in view."""

    DEFAULT_CSS = "RunList { height: 1fr; padding: 0 1; }"

    @dataclass
    class Opened(Message):
        """A click on a run."""

        run: RunStatus

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: Sequence[RunStatus] = ()
        self._glances: Mapping[str, LeadMetric | None] = {}
        self._cursor = self._top = 0
        self.ascii_only = False

    @property
    def chosen(self) -> RunStatus | None:
        """The run under the cursor."""
        return self._runs[self._cursor] if self._runs else None

    def set_runs(self, runs: Sequence[RunStatus], glances: Mapping[str, LeadMetric | None]) -> None:
        """Show these runs; the cursor stays on its run."""
        chosen = self.chosen
        self._runs, self._glances = runs, glances
        ids = [run.record.id for run in runs]
        if chosen is not None and chosen.record.id in ids:
            self._cursor = ids.index(chosen.record.id)
        self._cursor = min(self._cursor, max(len(runs) - 1, 0))
        self.draw()

    @property
    def at_end(self) -> bool:
        """Whether no run is below the cursor."""
        return self._cursor >= len(self._runs) - 1

    def move_cursor(self, rows: int) -> None:
        """Move the cursor down by so many rows (up when negative)."""
        self._cursor = min(max(self._cursor + rows, 0), max(0, len(self._runs) - 1))
        self.draw()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - 1
        if event.y and 0 <= index < len(self._runs):
            if index == self._cursor:
                self.post_message(self.Opened(self._runs[index]))
            self._cursor = index
            self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """A heading and the runs in view."""
        details = self._details(width) if height >= _DETAILS_FROM else []
        room = max(1, height - 1 - len(details))
        self._top = min(max(self._top, self._cursor - room + 1), self._cursor)
        shown = self._runs[self._top : self._top + room]
        name_width = self._name_width(width)
        rows = [self._heading(width, name_width)]
        for index, run in enumerate(shown, self._top):
            rows.append(
                self._row(run, width, name_width, selected=self.has_focus and index == self._cursor)
            )
        rows += [()] * (height - len(rows) - len(details))
        return rows + details

    def _details(self, cells: int) -> list[Row]:
        """What tells the chosen run from others of its name."""
        run = self.chosen
        if run is None:
            return []
        why = remark(run, time.time()) or run.record.cause or ""
        told = [
            ("run", run.record.id),
            ("command", shlex.join(run.record.argv)),
            ("in", run.record.cwd),
            ("why" if why else "", why),
        ]
        return [
            _cut([(f"  {name:<8} ", roles.DIM), (safe(text), roles.TEXT)], cells, selected=False)
            for name, text in told
        ]

    def _name_width(self, cells: int) -> int:
        longest = max((width(safe(run.record.name)) for run in self._runs), default=0)
        return min(max(longest, _LEAST_NAME), _MOST_NAME, max(_LEAST_NAME, cells - 44))

    def _heading(self, cells: int, name_width: int) -> Row:
        text = "  " + fit("run", name_width) + " " + fit("state", _STATE_WIDTH)
        text += " " + fit("started", _AGE_WIDTH)
        if cells >= _TOOK_FROM:
            text += " " + fit("took", _TOOK_WIDTH)
        text += " " + fit("last", _VALUE_WIDTH, "right")
        return (Span(fit(text, cells), roles.DIM),)

    def _row(self, run: RunStatus, cells: int, name_width: int, *, selected: bool) -> Row:
        record, now = run.record, time.time()
        role = ROLES[run.state]
        started = format_age(max(0.0, now - record.started_at))
        spans: list[tuple[str, roles.Role]] = [
            (f"{MARKS[run.state]} ", role),
            (fit(record.name, name_width) + " ", roles.TEXT),
            (fit(str(run.state), _STATE_WIDTH) + " ", role),
            (fit(started, _AGE_WIDTH) + " ", roles.DIM),
        ]
        if cells >= _TOOK_FROM:
            spans.append((fit(format_duration(run.took(now)), _TOOK_WIDTH) + " ", roles.DIM))
        glance = self._glances.get(record.id)
        doing = activity(run, now)
        if doing is not None:
            spans.append((" " + doing, roles.WARN))
        elif glance is not None:
            spans.append((fit(format_value(glance.values[-1]), _VALUE_WIDTH, "right"), roles.VALUE))
            spans += self._course(glance, cells - sum(width(text) for text, _ in spans), cells)
        elif reason := remark(run, now):
            spans.append((" " + safe(reason), roles.DIM))
        return _cut(spans, cells, selected=selected)

    def _course(self, glance: LeadMetric, room: int, cells: int) -> list[tuple[str, roles.Role]]:
        if cells < _SPARK_FROM or room < 8:
            return []
        title = f" {safe(glance.title)}" if cells >= _METRIC_FROM else ""
        line_cells = min(room - 2 - width(title), 40)
        if line_cells < 6:
            title, line_cells = "", min(room - 2, 40)
        course = sparkline(glance.values, line_cells, ascii_only=self.ascii_only)
        return [("  " + course, roles.curve(0)), (title, roles.DIM)]


def _cut(spans: Sequence[tuple[str, roles.Role]], cells: int, *, selected: bool) -> Row:
    cut: list[tuple[str, roles.Role]] = []
    left = cells
    for text, role in spans:
        shown = text if width(text) <= left else fit(text, left)
        # The course keeps its colour: a bar of full blocks hides it.
        covered = selected and not isinstance(role, roles.CurveRole)
        cut.append((shown, roles.SELECTED if covered else role))
        left -= width(shown)
        if left <= 0:
            break
    return line(*cut)
