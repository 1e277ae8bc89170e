"""The names of all curves below a chart, with their newest and best values."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.content import ChartContent
from tuimon.charts.legend import newest_entries
from tuimon.charts.roles import Role
from tuimon.charts.traces import Trace
from tuimon.charts.units import Unit
from tuimon.text import format_step, safe
from tuimon.vectors.primitives import DASHES, Label, Polyline, VectorDrawing
from tuimon.vectors.text_width import SMALL, cut, text_width

_LINE, _CUE, _GAP = 20.0, 26.0, 24.0


class LegendName(NamedTuple):
    """A curve in the legend."""

    role: Role
    dash: tuple[float, ...]
    label: str
    value: str
    """The newest one."""
    is_number: bool
    more: str
    """The best value, or how far the runs of a group spread."""


def legend_names(content: ChartContent, traces: Sequence[Trace]) -> list[LegendName]:
    """The curves, and each group once; `traces` are all that show points in force."""
    style = content.style
    names = []
    for entry, trace in zip(
        newest_entries(content.tracks, style, content.unit), traces, strict=True
    ):
        curve, key = trace.curve, style.key(trace.curve)
        last = "" if entry.last is None else content.unit.text(entry.last)
        known = entry.last is None or math.isfinite(entry.last)
        label = safe(f"{key} {entry.label}" if key else entry.label)
        dash = DASHES[style.pattern(curve) % len(DASHES)]
        more = _best_text(trace, content.unit) if curve.spread is None else entry.more
        names.append(LegendName(style.role(curve), dash, label, last, known, more))
    return names


def best_point(trace: Trace, axis: Axis) -> tuple[float, float] | None:
    """Where the best value of a curve is along the axis, and the value; None without any."""
    index = _best_index(trace)
    if index is None:
        return None
    return axis.position(trace.track, index), float(trace.track.values[index])


def _best_index(trace: Trace) -> int | None:
    curve = trace.curve
    if curve.best is None or trace.past or curve.faded or curve.group:
        return None
    return trace.track.best(curve.best)


def _best_text(trace: Trace, unit: Unit) -> str:
    index, track = _best_index(trace), trace.track
    if index is None:
        return ""
    step = trace.curve.steps[index if track.order is None else track.order[index]]
    return f"best {unit.text(float(track.values[index]))} at {format_step(int(step))}"


def draw_legend(
    drawing: VectorDrawing, names: Sequence[LegendName], top: float, margin: float
) -> float:
    """Draw all names in columns, as many as have room; returns where they end."""
    room = drawing.width - 2 * margin
    values = max((text_width(name.value) for name in names), default=0)
    bests = max((text_width(name.more) + SMALL for name in names if name.more), default=0)
    beside = _CUE + values + SMALL
    if beside + bests + 8 * SMALL > room:
        bests = 0
    labels = max((text_width(name.label) for name in names), default=0)
    labels = min(labels, room - beside - bests)
    column = beside + labels + bests + _GAP
    columns = max(1, int((room + _GAP) // column))
    put = drawing.shapes.append
    for index, name in enumerate(names):
        row, place = divmod(index, columns)
        x, y = margin + place * column, top + row * _LINE + SMALL
        cue = np.array([[x, y - 4], [x + _CUE - 8, y - 4]])
        put(Polyline(cue, name.role, 2.5, name.dash))
        x += _CUE
        put(Label(x, y, cut(name.label, int(labels / text_width("0") + 1e-6)), roles.LEGEND, SMALL))
        x += labels + SMALL + values
        role = roles.VALUE if name.is_number else roles.WARN
        put(Label(x, y, name.value, role, SMALL, "end", bold=True))
        if bests and name.more:
            put(Label(x + SMALL, y, name.more, roles.NOTE, SMALL))
    return top + math.ceil(len(names) / columns) * _LINE
