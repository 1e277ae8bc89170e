"""Sessions as pictures.

Lines over upright axes, one for each column (parallel coordinates), and points in a frame, a metric
over a hyperparameter (scatter).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.text import fit, safe, width
from tuimon.views.dots import DotCanvas
from tuimon.views.hparams.scene import LEAST_PLOT, HParamScene, no_room
from tuimon.views.hparams.sessions import HParamAxis
from tuimon.views.layout import centred, clip

_AXIS_CELLS = 10
"""That an axis takes at least."""
_MARGIN = 4
"""Cells beside the outer axes."""
_MIDDLE = 0.5


def parallel_rows(scene: HParamScene, cells: int, height: int, *, ascii_only: bool) -> list[Row]:
    """Names of the axes, their upper ends, the lines, the lower ends, and the chosen session."""
    table = scene.table
    columns = table.shown[: max(2, cells // _AXIS_CELLS)]
    if cells < LEAST_PLOT[0] or height < LEAST_PLOT[1] or len(columns) < 2:
        return no_room(cells, height)
    dots = DotCanvas(cells, height - 4, ascii_only=ascii_only)
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


def _strand(dots: DotCanvas, xs: NDArray[np.float64], places: Sequence[float], role: Role) -> None:
    """The line of one session, with gaps where it has no value."""
    for index in range(len(places) - 1):
        y0, y1 = ((1 - place) * (dots.rows - 1) for place in places[index : index + 2])
        if np.isfinite(y0) and np.isfinite(y1):
            dots.line(float(xs[index]), y0, float(xs[index + 1]), y1, role)


def _label(axis: HParamAxis, place: float) -> str:
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


def scatter_rows(scene: HParamScene, cells: int, height: int, *, ascii_only: bool) -> list[Row]:
    """Names of the axes, the points in a frame with ticks, and the chosen session."""
    if cells < LEAST_PLOT[0] or height < LEAST_PLOT[1]:
        return no_room(cells, height)
    table, upward, across = scene.table, scene.target, _across(scene)
    ups, rights = table.axis(upward), table.axis(across)
    plot = height - 4
    labels = {round((1 - place) * (plot - 1)): safe(text) for place, text in ups.labels}
    gutter = max((width(text) for text in labels.values()), default=0)
    plot_cells = cells - gutter - 1
    dots = DotCanvas(plot_cells, plot, ascii_only=ascii_only)
    first, last = dots.across, dots.columns - 1 - dots.across
    for session, chosen in scene.drawn():
        x = first + float(rights.places[session]) * (last - first)
        y = (1 - float(ups.places[session])) * (dots.rows - 1)
        if np.isfinite(x) and np.isfinite(y):
            dots.sign(x, y, *(("◆", roles.ACCENT) if chosen else ("●", scene.inks[session])))
    rows: list[Row] = [_names(scene, upward, across, cells)]
    for index, line in enumerate(dots.lines()):
        text = labels.get(index, "")
        left = Span(fit(text, gutter, "right"), roles.TICK)
        rows.append((left, Span("┤" if text else "│", roles.AXIS), *line))
    ticks = centred(
        [text for _, text in rights.labels],
        np.array([place * (plot_cells - 3) + 1 for place, _ in rights.labels]),
        plot_cells,
        [roles.TICK] * len(rights.labels),
    )
    rows.append((Span(" " * gutter + "└" + "─" * plot_cells, roles.AXIS),))
    rows.append((Span(" " * (gutter + 1), roles.BLANK), *ticks))
    rows.append(scene.about_chosen(cells))
    return rows


def _across(scene: HParamScene) -> int:
    """The hyperparameter under the cursor, or the first one that varies."""
    columns = scene.table.columns
    varying = [column for column in scene.table.shown if not columns[column].metric]
    return varying[0] if varying and scene.column not in varying else scene.column


def _names(scene: HParamScene, upward: int, across: int, cells: int) -> Row:
    """The metric to the left, the hyperparameter to the right if there is room."""
    table = scene.table

    def told(column: int) -> str:
        return table.columns[column].name + ("  log" if table.axis(column).log else "")

    left = clip([(told(upward), roles.TITLE)], cells)
    right = safe(f"{told(across)} →")
    gap = cells - sum(width(span.text) for span in left) - width(right)
    if gap < 2:
        return left
    return (*left, Span(" " * gap, roles.BLANK), Span(right, roles.TITLE))
