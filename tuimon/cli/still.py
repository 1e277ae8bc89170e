"""One frame of text as rows of spans: heading, charts side by side, table."""

import math
import time
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.heading import cut, plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.pairing import Metric
from tuimon.cli.statistics import Statistics
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.store.session import TrainingProgress
from tuimon.store.store import Store
from tuimon.text import format_age, format_duration, format_step, format_value, shorten, width
from tuimon.tui.curves import MetricCurves

_LEAST_CHART = 34
"""Cells; charts that would be narrower stand below each other."""
_GAP = Span("  ", roles.BLANK)
_LEAST_NAME = 16
_LEAST_PART = 12
_SPARED = ("COUNT", "MIN", "MAX", "BEST STEP")
"""Columns that are left out where the room is short, in this order."""

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


def table(rows: Sequence[Statistics], cells: int, marks: Marks) -> list[Row]:
    """A head, and a line for each tag and run; columns that find no room are left out."""
    if not rows:
        return []
    names = {"TAG": [plain(row.tag, marks) for row in rows]}
    if any(row.run != "." for row in rows):
        names["RUN"] = [plain(row.run, marks) for row in rows]
    digits = max(len(str(row.best_step)) for row in rows)
    numbers = {
        "LAST": [format_value(row.last) for row in rows],
        "MIN": [format_value(row.low) for row in rows],
        "MAX": [format_value(row.high) for row in rows],
        "BEST STEP": [
            ""
            if row.best_step is None
            else f"{'min' if row.best_is_low else 'max'} {row.best_step:>{digits}}"
            for row in rows
        ],
        "COUNT": [f"{row.points:,}" for row in rows],
    }
    gap = len(_GAP.text)
    widths = {head: max(map(width, [head, *column])) for head, column in numbers.items()}
    natural = [max(map(width, [head, *column])) for head, column in names.items()]
    least = sum(min(each, _LEAST_NAME) + gap for each in natural) - gap
    for head in _SPARED:
        if least + sum(widths.values()) + gap * len(widths) <= cells:
            break
        del widths[head]
    room = cells - sum(widths.values()) - gap * (len(widths) + len(names) - 1)
    name_widths = dict(zip(names, _share(natural, room), strict=True))

    def line(number: int | None) -> Row:
        spans = []
        for head, cells in name_widths.items():
            text = head if number is None else names[head][number]
            spans += [Span(cut(_shorten(text, cells, marks), cells, marks), _role(number, head))]
            spans += [_GAP]
        for head, cells in widths.items():
            text = head if number is None else numbers[head][number]
            spans += [Span(cut(text, cells, marks, "right"), _role(number, head)), _GAP]
        return tuple(spans)

    return [line(number) for number in (None, *range(len(rows)))]


def _role(number: int | None, head: str) -> str:
    if number is None:
        return roles.DIM
    return roles.VALUE if head == "LAST" else "text"


def _share(wanted: Sequence[int], room: int) -> list[int]:
    """Cells for one or two columns that want so many."""
    if sum(wanted) <= room:
        return list(wanted)
    if len(wanted) == 1:
        return [max(1, room)]
    first = min(wanted[0], max(room // 2, room - wanted[1]))
    return [max(1, first), max(1, room - first)]


def _shorten(text: str, cells: int, marks: Marks) -> str:
    return shorten(plain(text, marks), cells, ".." if marks.ascii else "…")
