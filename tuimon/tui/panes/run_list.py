"""Runs, newest first, a line each: state, age, the course of the loss."""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.sparkline import sparkline
from tuimon.present.facts import standing
from tuimon.present.glance import Glance
from tuimon.runs.activity import activity, remark
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.text import fit, format_age, format_duration, format_value, safe, width
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.cursor_list import CursorList

_STATE_WIDTH, _AGE_WIDTH, _TOOK_WIDTH, _VALUE_WIDTH = 9, 10, 8, 9
_LEAST_NAME, _MOST_NAME = 12, 40
_SPARK_FROM, _TOOK_FROM, _METRIC_FROM = 58, 72, 92
"""Widths from which there is room for a column."""
_DETAILS_FROM = 12
"""Height from which there is room for more about the chosen run."""


class RunList(CursorList[RunStatus]):
    """Runs under a heading; more about the chosen one at the bottom, if there is room."""

    DEFAULT_CSS = "RunList { height: 1fr; padding: 0 1; }"
    HEAD_ROWS = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glances: Mapping[str, Glance | None] = {}
        self._name_width = _LEAST_NAME
        self.ascii_only = False

    def set_runs(self, runs: Sequence[RunStatus], glances: Mapping[str, Glance | None]) -> None:
        """Show these runs; the cursor stays on its run."""
        self._glances = glances
        self.set_items(runs)

    def key_of(self, item: RunStatus) -> str:
        return item.record.id

    def head(self, cells: int) -> list[Row]:
        longest = max((width(safe(run.record.name)) for run in self.items), default=0)
        most = max(_LEAST_NAME, cells - 44)
        self._name_width = min(max(longest, _LEAST_NAME), _MOST_NAME, most)
        text = "  " + fit("run", self._name_width) + " " + fit("state", _STATE_WIDTH)
        text += " " + fit("started", _AGE_WIDTH)
        if cells >= _TOOK_FROM:
            text += " " + fit("took", _TOOK_WIDTH)
        text += " " + fit("last", _VALUE_WIDTH, "right")
        return [(Span(fit(text, cells), roles.DIM),)]

    def foot(self, cells: int, height: int) -> list[Row]:
        """What tells the chosen run from others of its name."""
        run = self.chosen
        if run is None or height < _DETAILS_FROM:
            return []
        why = remark(run, time.time()) or run.cause or ""
        told = [
            ("run", run.record.id),
            ("command", masked_command(run.record)),
            ("in", run.record.cwd),
            ("why" if why else "", why),
        ]
        return [
            _cut([(f"  {name:<8} ", roles.DIM), (safe(text), roles.TEXT)], cells, selected=False)
            for name, text in told
        ]

    def item_row(self, item: RunStatus, cells: int, *, selected: bool) -> Row:
        record, now = item.record, time.time()
        mark, word, role = standing(item.state, paused=item.is_paused, flawed=item.flaw is not None)
        started = format_age(max(0.0, now - record.started_at))
        spans: list[tuple[str, roles.Role]] = [
            (f"{mark} ", role),
            (fit(record.name, self._name_width) + " ", roles.TEXT),
            (fit(word, _STATE_WIDTH) + " ", role),
            (fit(started, _AGE_WIDTH) + " ", roles.DIM),
        ]
        if cells >= _TOOK_FROM:
            spans.append((fit(format_duration(item.took(now)), _TOOK_WIDTH) + " ", roles.DIM))
        glance = self._glances.get(record.id)
        doing = activity(item, now)
        if doing is not None:
            spans.append((" " + doing, roles.WARN))
        elif glance is not None:
            spans.append((fit(format_value(glance.course[-1]), _VALUE_WIDTH, "right"), roles.VALUE))
            spans += self._course(glance, cells - sum(width(text) for text, _ in spans), cells)
        elif reason := remark(item, now):
            spans.append((" " + safe(reason), roles.DIM))
        return _cut(spans, cells, selected=selected)

    def _course(self, glance: Glance, room: int, cells: int) -> list[tuple[str, roles.Role]]:
        if cells < _SPARK_FROM or room < 8:
            return []
        title = f" {safe(glance.tag)}" if cells >= _METRIC_FROM else ""
        line_cells = min(room - 2 - width(title), 40)
        if line_cells < 6:
            title, line_cells = "", min(room - 2, 40)
        course = sparkline(np.array(glance.course), line_cells, ascii_only=self.ascii_only)
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
