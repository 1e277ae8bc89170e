"""What stands beside the title of a chart: what of the curves is shown, and how."""

from collections.abc import Sequence

import numpy as np

from tuimon.charts.content import Content
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions
from tuimon.charts.traces import Trace
from tuimon.charts.view import View
from tuimon.text import format_duration, format_step


def states_of(view: View, options: ChartOptions) -> list[str]:
    """Return what becomes of the picture when points are added; nothing if all are shown."""
    if view.mode == "live tail" and view.tail is not None:
        if options.x_axis == "step":
            return [f"live tail {format_step(round(view.tail))}"]
        return [f"live tail {format_duration(view.tail)}"]
    return ["frozen"] if view.mode == "frozen" else []


def warnings_of(traces: Sequence[Trace], marks: Marks) -> list[str]:
    """Return what was not drawn as a curve, counted over all curves."""
    names = ("NaN", "+Inf", "-Inf", "<= 0" if marks.ascii else "≤ 0")
    totals = np.sum([each.bins.counts for each in traces], axis=0) if traces else ()
    return [f"{format_step(int(n))} {name}" for n, name in zip(totals, names, strict=False) if n]


def notes_of(content: Content, traces: Sequence[Trace]) -> list[str]:
    """Return how the curves are drawn."""
    options, curves = content.options, [track.curve for track in content.tracks]
    superseded = sum(len(curve.superseded.steps) for curve in curves if curve.superseded)
    notes = [f"{format_step(superseded)} superseded"] if superseded else []
    if superseded and options.superseded:
        notes[0] += " shown"
    notes += ["log y"] if options.log_y else []
    notes += ["y 1-99 %"] if options.clip else []
    notes += ["y limits"] if content.view.y != (None, None) else []
    if any(trace.smoothed for trace in traces):
        notes.append(f"smoothing {options.smoothing:g}")
    return notes
