"""One frame of text as rows of spans: a heading, charts side by side, a table."""

import math
import time
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.heading import plain
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Row, Span, XAxis
from tuimon.charts.style import style_of
from tuimon.cli.shared.common import settings_or_refuse
from tuimon.cli.shared.matches import MetricMatches
from tuimon.cli.shared.text_table import table
from tuimon.present.curves import MetricCurves
from tuimon.present.facts import ROLES
from tuimon.present.look import first_look
from tuimon.present.run_colours import RunColours
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.session.training_progress import TrainingProgress, newest_progress
from tuimon.store.parts import trainings
from tuimon.text import format_age, format_duration, format_step, format_value, shorten, width

_LEAST_CHART = 34
"""Cells; charts that would be narrower stand below each other."""
_GAP = Span("  ", roles.BLANK)
_LEAST_NAME = 8
_LEAST_PART = 12


def chart_options(
    smoothing: float | None, x_axis: XAxis | None, log_y: bool | None
) -> ChartOptions:
    """How charts are drawn: as asked for, all else as in the user's settings.

    Raises:
        CommandError: something in the settings makes no sense.
    """
    first = first_look(settings_or_refuse(screen=False))
    return ChartOptions(
        smoothing=first.smoothing if smoothing is None else smoothing,
        x_axis=x_axis or first.x_axis,
        log_y=first.log_y if log_y is None else log_y,
        superseded=first.superseded,
        clip=first.clip,
    )


def still(chosen: MetricMatches, cells: int, height: int, options: ChartOptions) -> list[Row]:
    """The frame in at most so many cells; without charts when their `height` is 0."""
    marks = MARKS[options.marks]
    parts = [[_heading(chosen, cells, marks)]]
    cues = {}
    if height:
        metrics = _metrics(chosen, options)
        parts.append(_charts(metrics, cells, height, options))
        cues = _cues(metrics, options)
    parts.append(table(chosen.values, cues, cells, marks))
    blank: Row = ()
    return [row for part in parts if part for row in (blank, *part)][1:]


def _heading(chosen: MetricMatches, cells: int, marks: Marks) -> Row:
    """What is shown, its state, how far it is; what finds no room is left out."""
    sources, status = chosen.selection
    progress = newest_progress(
        [chosen.store.runs[value.run].series[value.tag] for value in chosen.values]
    )
    parts = [(f"step {format_step(progress.step)}", roles.TEXT)] if progress else []
    role = roles.TITLE
    if status is not None:
        role = ROLES[status.state]
        parts = [*_state(status, role), *parts, *_times(status, progress)]
    if (runs := len({value.run for value in chosen.values})) > 1:
        parts.append((f"{runs} runs", roles.DIM))
    name = (
        status.record.name
        if status
        else " ".join(source.label or source.path for source in sources)
    )
    room = cells - (width(parts[0][0]) + len(_GAP.text) if parts else 0)
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
    why = None if status.state is RunState.FINISHED else status.why
    return [(str(status.state), role), *([(why, role)] if why else [])]


def _times(status: RunStatus, progress: TrainingProgress | None) -> list[tuple[str, str]]:
    """How long it took; while it runs also its rate, and how old what is known of it is."""
    now = time.time()
    parts = [(format_duration(status.took(now)), roles.TEXT)]
    if progress is not None and not status.state.ended:
        if progress.rate is not None:
            parts.append((f"{format_value(float(f'{progress.rate:.2g}'))}/s", roles.DIM))
        parts.append((f"data {format_age(now - progress.wall_time)}", roles.DIM))
    return parts


def _metrics(chosen: MetricMatches, options: ChartOptions) -> list[MetricCurves]:
    """What there is a chart for, with the colours of all runs settled."""
    colours = RunColours()
    colours.meet(trainings(chosen.store.runs))
    metrics = [MetricCurves(chosen.store, metric, colours) for metric in chosen.charted]
    for metric in metrics:
        metric.curves(options.palette)
    return metrics


def _charts(
    metrics: Sequence[MetricCurves], cells: int, height: int, options: ChartOptions
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
        drawn = []
        for curves in metrics[start : start + columns]:
            found = curves.curves(options.palette)
            title = curves.metric.title
            drawn.append(draw_chart(title, found, size, height, options, note=curves.note).rows)
        rows += [()] if rows and height > 1 else []
        rows += [
            tuple(span for part in parts for span in (*part, _GAP))
            for parts in zip(*drawn, strict=True)
        ]
    return rows


def _cues(metrics: Sequence[MetricCurves], options: ChartOptions) -> dict[tuple[str, str], Span]:
    """What (run, tag) is drawn with in its chart; nothing where that tells it from no other."""
    cues = {}
    for metric in metrics:
        curves = metric.curves(options.palette)
        style = style_of(curves, options)
        if options.palette == 1 and not style.lettered:
            continue
        for key, curve in zip(metric.keys, curves, strict=True):
            if not curve.faded:
                cues[key] = Span(style.cue(curve), style.role(curve))
    return cues


def _shorten(text: str, cells: int, marks: Marks) -> str:
    return shorten(plain(text, marks), cells, marks.ellipsis)
