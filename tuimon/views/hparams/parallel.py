"""Sessions as lines over upright axes, one for each column: parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.views.dots import Dots
from tuimon.views.hparams.scene import LEAST_PLOT, Scene, no_room
from tuimon.views.hparams.sessions import Axis
from tuimon.views.layout import centred

_AXIS_CELLS = 10
"""That an axis takes at least."""
_MARGIN = 4
"""Cells beside the outer axes."""
_MIDDLE = 0.5


def parallel_rows(scene: Scene, cells: int, height: int, *, ascii_only: bool) -> list[Row]:
    """Names of the axes, their upper ends, the lines, the lower ends, and the chosen session."""
    table = scene.table
    columns = table.shown[: max(2, cells // _AXIS_CELLS)]
    if cells < LEAST_PLOT[0] or height < LEAST_PLOT[1] or len(columns) < 2:
        return no_room(cells, height)
    dots = Dots(cells, height - 4, ascii_only=ascii_only)
    axes = [table.axis(column) for column in columns]
    margin = _MARGIN * dots.across
    xs = np.linspace(margin, dots.columns - 1 - margin, len(columns))
    for session, chosen in scene.drawn():
        places = [float(axis.places[session]) for axis in axes]
        _strand(dots, xs, places, roles.ACCENT if chosen else scene.inks[session])
    centres = xs / dots.across
    inks = [
        roles.ACCENT if scene.at is not None and column == scene.column else roles.TITLE
        for column in columns
    ]
    ticks = [roles.TICK] * len(axes)
    return [
        centred([table.heading(column) for column in columns], centres, cells, inks),
        centred([_label(axis, 1.0) for axis in axes], centres, cells, ticks),
        *(_with_axes(line, centres) for line in dots.lines()),
        centred([_label(axis, 0.0) for axis in axes], centres, cells, ticks),
        scene.about_chosen(cells),
    ]


def _strand(dots: Dots, xs: NDArray[np.float64], places: Sequence[float], role: str) -> None:
    """The line of one session, with gaps where it has no value."""
    for index in range(len(places) - 1):
        y0, y1 = ((1 - place) * (dots.rows - 1) for place in places[index : index + 2])
        if np.isfinite(y0) and np.isfinite(y1):
            dots.line(float(xs[index]), y0, float(xs[index + 1]), y1, role)


def _label(axis: Axis, place: float) -> str:
    """The text at one end of an axis; the only one there is where values do not differ."""
    at = {round(where, 6): text for where, text in axis.labels}
    return at.get(place, at.get(_MIDDLE, "") if len(at) == 1 else "")


def _with_axes(row: Sequence[Span], centres: NDArray[np.float64]) -> Row:
    """A row of dots with upright axes in its blank cells."""
    wanted = {int(centre) for centre in centres}
    spans: list[Span] = []
    at = 0
    for text, role in row:
        for char in text:
            if at in wanted and char == " ":
                spans.append(Span("│", roles.AXIS))
            elif spans and spans[-1].role == role:
                spans[-1] = Span(spans[-1].text + char, role)
            else:
                spans.append(Span(char, role))
            at += 1
    return tuple(spans)
