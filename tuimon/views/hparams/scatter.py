"""Sessions as points: a hyperparameter to the right, a metric upwards."""

from __future__ import annotations

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.text import fit, safe, width
from tuimon.views.dots import Dots
from tuimon.views.hparams.scene import LEAST_PLOT, Scene, no_room
from tuimon.views.layout import centred, clip


def scatter_rows(scene: Scene, cells: int, height: int, *, ascii_only: bool) -> list[Row]:
    """Names of the axes, the points in a frame with ticks, and the chosen session."""
    if cells < LEAST_PLOT[0] or height < LEAST_PLOT[1]:
        return no_room(cells, height)
    table, upward, across = scene.table, scene.target, _across(scene)
    ups, rights = table.axis(upward), table.axis(across)
    plot = height - 4
    labels = {round((1 - place) * (plot - 1)): safe(text) for place, text in ups.labels}
    gutter = max((width(text) for text in labels.values()), default=0)
    plot_cells = cells - gutter - 1
    dots = Dots(plot_cells, plot, ascii_only=ascii_only)
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


def _across(scene: Scene) -> int:
    """The hyperparameter under the cursor, or the first one that varies."""
    columns = scene.table.columns
    varying = [column for column in scene.table.shown if not columns[column].metric]
    return varying[0] if varying and scene.column not in varying else scene.column


def _names(scene: Scene, upward: int, across: int, cells: int) -> Row:
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
