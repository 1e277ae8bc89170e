"""What is printed of runs once: a heading, charts side by side, and a table of values."""

import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.heading import option_notes, plain
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.style import style_of
from tuimon.charts.table import TableColumn, lay_out, squeeze
from tuimon.present.curves import MetricCurves
from tuimon.present.facts import standing
from tuimon.present.hparam_groups import run_hparams
from tuimon.present.look import Look
from tuimon.present.overview import overview
from tuimon.present.own_charts import OwnCharts, pinned_first
from tuimon.present.pairing import Metric, pair_tags
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.present.statistics import TagStatistics, statistics
from tuimon.present.trial_names import trial_names
from tuimon.runs.activity import flaw
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.session.training_progress import TrainingProgress, newest_progress
from tuimon.store.parts import trainings
from tuimon.store.spread import SPREAD_WORDS
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.text import (
    Align,
    format_age,
    format_duration,
    format_value,
    shorten,
    width,
)

_LEAST_CHART = 34
"""Cells; charts that would be narrower stand below each other."""
_GAP = Span("  ", roles.BLANK)
_NO_CUE = Span("", roles.BLANK)
_LEAST_NAME = 8
_LEAST_PART = 12
_LEAST_COLUMN = 12
_SPARED = ("COUNT", "MIN", "MAX", "BEST STEP")
"""Columns of the table that are left out where the room is short, in this order."""


class Printout(NamedTuple):
    """Tags of runs."""

    store: Store
    values: list[TagStatistics]
    """Of each tag that matches and each run, in the order of the charts."""
    charted: list[Metric]
    """The metrics that get a chart."""
    names: Mapping[str, str]
    """What runs are called that have no name but a time."""
    selection: Selection = Selection()
    """How the runs are grouped."""


def printout_of(store: Store, tags: re.Pattern[str] | None, look: Look | None = None) -> Printout:
    """The tags of all runs that match; charts of one's own among theirs, and in the order of pins,
    as in a look."""
    look = look or Look()
    found = dict.fromkeys(
        tag for run in store.runs.values() for tag in run.series if tags is None or tags.search(tag)
    )
    values = [
        value
        for metric in pair_tags(found)
        for _, tag in metric.curves
        for run in store.runs.values()
        if tag in run.series and (value := statistics(run.series[tag])) is not None
    ]
    shown = overview(store, Selection())
    shown = shown._replace(series={tag: shown.series[tag] for tag in found})
    own = [
        metric
        for metric in OwnCharts(store).shown(look.charts, Selection())
        if tags is None or any(tags.search(text) for text in (metric.title, *dict(metric.curves)))
    ]
    charted = pinned_first([*own, *shown.charts()], look.pins)
    return Printout(store, values, charted, trial_names(run_hparams(store, SummaryReader())))


def printout_rows(
    printout: Printout,
    name: str,
    status: RunStatus | None,
    cells: int,
    height: int,
    options: ChartOptions,
) -> list[Row]:
    """The printout in at most so many cells; without charts when their `height` is 0.

    `name` is what it is about, and `status` that of the only run.
    """
    marks = MARKS[options.marks]
    drawn = option_notes(options) if height and printout.charted else []
    drawn += [f"x {options.x_formula}"] if drawn and options.x_formula else []
    drawn += _origins(printout)
    parts = [[_heading(printout, name, status, cells, marks, drawn)]]
    cues = {}
    if height:
        metrics = printout_metrics(printout, options)
        parts.append(_charts(metrics, cells, height, options))
        cues = _cues(metrics, options)
    parts.append(_table(printout, cues, cells, marks))
    blank: Row = ()
    return [row for part in parts if part for row in (blank, *part)][1:]


def _origins(printout: Printout) -> list[str]:
    """What curves come from, where that is no event file."""
    runs = {value.run for value in printout.values}
    files = (file for run in runs for file in printout.store.runs[run].files.values())
    found = sorted({file.origin for file in files if file.origin})
    return [f"from {', '.join(found)}"] if found else []


def _heading(
    printout: Printout,
    name: str,
    status: RunStatus | None,
    cells: int,
    marks: Marks,
    drawn: Sequence[str],
) -> Row:
    """What is shown, its state, how far it is, and how it is `drawn`; what finds no room is not."""
    progress = newest_progress(
        [printout.store.runs[value.run].series[value.tag] for value in printout.values]
    )
    parts = [(f"step {progress.step}", roles.TEXT)] if progress else []
    role = roles.TITLE
    if status is not None:
        _, word, role = standing(
            status.state, paused=status.is_paused, flawed=status.flaw is not None
        )
        parts = [*_state(status, word, role), *parts, *_times(status, progress)]
    if (runs := len({value.run for value in printout.values})) > 1:
        parts.append((f"{runs} runs", roles.DIM))
    if printout.selection.groups:
        parts.append((SPREAD_WORDS[printout.selection.spread], roles.NOTE))
    parts += [(note, roles.NOTE) for note in drawn]
    # A long path leaves half of the row to what is known.
    room = cells - sum(width(text) + len(_GAP.text) for text, _ in parts)
    spans = [Span(_shorten(name, max(room, cells // 2, _LEAST_NAME), marks), role)]
    left = cells - width(spans[0].text)
    for text, part_role in parts:
        text = plain(text, marks)
        room = left - len(_GAP.text)
        if width(text) <= room or room >= _LEAST_PART:
            spans += [_GAP, Span(_shorten(text, room, marks), part_role)]
            left = room - width(spans[-1].text)
    return tuple(spans)


def _state(status: RunStatus, word: str, role: str) -> list[tuple[str, str]]:
    why = flaw(status) if status.state is RunState.FINISHED else status.why
    return [(word, role), *([(why, role)] if why else [])]


def _times(status: RunStatus, progress: TrainingProgress | None) -> list[tuple[str, str]]:
    """How long it took; while it runs also its rate, and how old what is known of it is."""
    now = time.time()
    parts = [(format_duration(status.took(now)), roles.TEXT)]
    if progress is not None and not status.state.ended:
        if progress.rate is not None:
            parts.append((f"{format_value(float(f'{progress.rate:.2g}'))}/s", roles.DIM))
        parts.append((f"data {format_age(now - progress.wall_time)}", roles.DIM))
    return parts


def printout_metrics(printout: Printout, options: ChartOptions) -> list[MetricCurves]:
    """What there is a chart for, with the colours of all runs settled."""
    colours = RunColours()
    colours.meet(trainings(printout.store.runs))
    metrics = [MetricCurves(printout.store, metric, colours) for metric in printout.charted]
    for metric in metrics:
        metric.selection = printout.selection
        metric.x = options.x_formula
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


def _table(
    printout: Printout,
    cues: Mapping[tuple[str, str], Span],
    cells: int,
    marks: Marks,
) -> list[Row]:
    """A head, and a line for each of the values, behind the cue that (run, tag) has in its chart.

    Columns that find no room in so many cells are left out, and so are middles of names.
    """
    values = printout.values
    if not values:
        return []
    cue = [_column("", [cues.get((one.run, one.tag), _NO_CUE) for one in values], "left", gap=0)]
    names = [_texts("TAG", (plain(one.tag, marks) for one in values), "left", gap=bool(cues))]
    if any(one.run != "." for one in values):
        called = (printout.names.get(one.run, one.run) for one in values)
        names.append(_texts("RUN", (plain(name, marks) for name in called), "left"))
    numbers = _numbers(values)
    room = cells - _cells(cue) - sum(name.gap for name in names)
    for spared in _SPARED:
        if sum(min(name.natural, _LEAST_COLUMN) for name in names) + _cells(numbers) <= room:
            break
        numbers = [number for number in numbers if number.head[0].text != spared]
    sizes = [column.natural for column in (*cue, *numbers)]
    sizes[1:1] = squeeze([name.natural for name in names], room - _cells(numbers))
    return lay_out([*cue, *names, *numbers], sizes, marks.ellipsis)


def _numbers(values: Sequence[TagStatistics]) -> list[TableColumn]:
    last = [
        Span(format_value(one.last), roles.VALUE if math.isfinite(one.last) else roles.WARN)
        for one in values
    ]
    digits = max(len(str(one.best_step or 0)) for one in values)
    return [
        _column("LAST", last),
        _texts("MIN", (format_value(one.low) for one in values)),
        _texts("MAX", (format_value(one.high) for one in values)),
        _texts("BEST STEP", (_best(one, digits) for one in values)),
        _texts("COUNT", (f"{one.points:,}" for one in values)),
    ]


def _best(value: TagStatistics, digits: int) -> str:
    if value.best_step is None:
        return ""
    return f"{value.best} {value.best_step:>{digits}}"


def _cells(columns: Sequence[TableColumn]) -> int:
    return sum(column.gap + column.natural for column in columns)


def _texts(head: str, texts: Iterable[str], align: Align = "right", gap: int = 2) -> TableColumn:
    return _column(head, [Span(text, roles.TEXT) for text in texts], align, gap)


def _column(head: str, spans: list[Span], align: Align = "right", gap: int = 2) -> TableColumn:
    return TableColumn((Span(head, roles.DIM),), [(span,) for span in spans], align, gap)


def _shorten(text: str, cells: int, marks: Marks) -> str:
    return shorten(plain(text, marks), cells, marks.ellipsis)
