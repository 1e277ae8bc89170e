"""Heading and charts of one frame of text, as rows of spans."""

import math
import time
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.heading import plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.pairing import Metric
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.store.session import TrainingProgress
from tuimon.store.store import Store
from tuimon.text import format_age, format_duration, format_step, format_value, shorten, width
from tuimon.tui.curves import MetricCurves

_LEAST_CHART = 34
"""Cells; charts that would be narrower stand below each other."""
_GAP = Span("  ", roles.BLANK)
_LEAST_NAME = 8
_LEAST_PART = 12

_STATE_ROLES = {
    RunState.STARTING: "dim",
    RunState.RUNNING: "ok",
    RunState.FINISHED: "ok",
}


def heading(
    name: str,
    status: RunStatus | None,
    progress: TrainingProgress | None,
    counts: Sequence[str],
    cells: int,
    marks: Marks,
) -> Row:
    """What is shown, its state, how far it is, and `counts` of what there is in it.

    What finds no room in so many cells is left out.
    """
    parts = [(f"step {format_step(progress.step)}", "text")] if progress else []
    role = roles.TITLE
    if status is not None:
        role = _STATE_ROLES.get(status.state, "error")
        parts = [*_state(status, role), *parts, *_times(status, progress)]
    parts += [(text, roles.DIM) for text in counts]
    room = cells - (width(parts[0][0]) + len(_GAP.text) if status else 0)
    spans = [Span(_shorten(name, max(room, _LEAST_NAME), marks), role)]
    left = cells - width(spans[0].text)
    for text, part_role in parts:
        text = plain(text, marks)
        room = left - len(_GAP.text)
        if width(text) <= room or room >= _LEAST_PART:
            spans += [_GAP, Span(_shorten(text, room, marks), part_role)]
            left = room - width(spans[-1].text)
    return tuple(spans)


def _state(status: RunStatus, role: str) -> list[tuple[str, str]]:
    reason = status.reason or status.record.cause
    told = reason and status.state is not RunState.FINISHED
    return [(str(status.state), role), *([(reason, role)] if reason and told else [])]


def _times(status: RunStatus, progress: TrainingProgress | None) -> list[tuple[str, str]]:
    """How long it took; while it runs also its rate, and how old what is known of it is."""
    parts = []
    now = time.time()
    if status.state is not RunState.LOST:
        took = (status.record.ended_at or now) - status.record.started_at
        parts.append((format_duration(took), "text"))
    if progress is not None and not status.state.ended:
        if progress.rate is not None:
            parts.append((f"{format_value(float(f'{progress.rate:.2g}'))}/s", roles.DIM))
        parts.append((f"data {format_age(now - progress.wall_time)}", roles.DIM))
    return parts


def charts(
    store: Store, metrics: Sequence[Metric], cells: int, height: int, options: ChartOptions
) -> list[Row]:
    """Charts of `height` rows each, as many of equal width in a row as find room, well spread."""
    if not metrics:
        return []
    gap = len(_GAP.text)
    most = max(1, (cells + gap) // (_LEAST_CHART + gap))
    columns = math.ceil(len(metrics) / math.ceil(len(metrics) / most))
    size = (cells + gap) // columns - gap
    rows: list[Row] = []
    for start in range(0, len(metrics), columns):
        drawn = [
            draw_chart(
                metric.title, MetricCurves(store, metric).curves(), size, height, options
            ).rows
            for metric in metrics[start : start + columns]
        ]
        rows += [()] if rows and height > 1 else []
        rows += [
            tuple(span for part in parts for span in (*part, _GAP))
            for parts in zip(*drawn, strict=True)
        ]
    return rows


def cues(store: Store, metrics: Sequence[Metric], marks: Marks) -> dict[tuple[str, str], Span]:
    """What (run, tag) is drawn with in its chart."""
    return {
        key: Span(marks.cue(colour), roles.curve(colour))
        for metric in metrics
        for colour, key in enumerate(
            (run.name, tag)
            for run in store.runs.values()
            for _, tag in metric.curves
            if tag in run.series
        )
    }


def _shorten(text: str, cells: int, marks: Marks) -> str:
    return shorten(plain(text, marks), cells, marks.ellipsis)
