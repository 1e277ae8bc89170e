"""Precision over recall, both from 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import Shape, paint
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row, Span
from tuimon.summaries.pr_curves import PrCurve
from tuimon.text import format_value
from tuimon.views.layout import HEAD_ROWS, Piece, Place, clip, head, message
from tuimon.views.subject import Subject
from tuimon.views.view import Look, Shown, View

LEAST_WIDTH, LEAST_HEIGHT = 16, HEAD_ROWS + 5
_GUTTER = 5
_LABELS = {0.0: "1.0", 0.5: "0.5", 1.0: "0.0"}
"""Of precision, by share of the height from the top."""


class PrCurveView(View):
    """The curve of a step."""

    kind = "pr-curve"
    name = "PR curves"
    plugins = frozenset({"pr_curves"})

    def draw(self, subject: Subject, look: Look) -> Shown:
        place, decoded = subject.summary(look.step, PrCurve)
        return Shown(rows(place, decoded, look.width, look.height, ascii_only=look.plain))


def rows(
    place: Place, curve: PrCurve, width: int, height: int, *, ascii_only: bool = False
) -> list[Row]:
    """Draw the curve of a step; the rows never take more than `width` by `height` cells."""
    recall, precision = _sound(curve)
    facts: list[Piece] = [(f"{len(curve.thresholds):,} thresholds", roles.NOTE)]
    if not len(recall):
        why = ("No point of this curve is a number.", roles.DIM)
        return message(place, facts, why, width, height)
    facts.insert(0, (f"area ≈{format_value(float(f'{area(curve):.3g}'))}", roles.LEGEND))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return list(head(place, facts, width))[: max(0, height)]
    marks = MARKS["ascii" if ascii_only else "braille"]
    plot_rows, columns = height - HEAD_ROWS - 3, width - _GUTTER
    dots = np.linspace(0, 1, columns * marks.across)
    line = np.interp(dots, recall, precision, left=np.nan, right=np.nan)
    nothing = np.full(len(dots), np.nan)
    shape = Shape(roles.curve(0), roles.band(0), nothing, nothing, line, smoothed=True, dense=False)
    plot = paint([shape], columns, plot_rows, marks, band=False).rows()
    labels = {round(share * (plot_rows - 1)): text for share, text in _LABELS.items()}
    result = list(head(place, facts, width))
    result.append((Span("precision"[:width], roles.TICK),))
    for index, cells in enumerate(plot):
        label = labels.get(index, "")
        axis = Span("┤" if label else "│", roles.AXIS)
        result.append((Span(label.rjust(_GUTTER - 1), roles.TICK), axis, *cells))
    result.append(clip([("└".rjust(_GUTTER) + "─" * columns, roles.AXIS)], width))
    below = list(" " * columns)
    below[: len("0.0")] = "0.0"
    below[-len("1.0") :] = "1.0"
    start = (columns - len("recall")) // 2
    below[start : start + len("recall")] = "recall"
    result.append((Span(" " * _GUTTER + "".join(below), roles.TICK),))
    return result


def area(curve: PrCurve) -> float:
    """The area below the points that are numbers, by trapezoids; NaN without any."""
    recall, precision = _sound(curve)
    if not len(recall):
        return np.nan
    return float(np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2))


def _sound(curve: PrCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall, ascending, and precision of the points where both are within 0 … 1."""
    recall, precision = curve.recall, curve.precision
    sound = (recall >= 0) & (recall <= 1) & (precision >= 0) & (precision <= 1)
    # By descending threshold, as the curve runs where several have the same recall.
    recall, precision = recall[sound][::-1], precision[sound][::-1]
    order = np.argsort(recall, kind="stable")
    return recall[order], precision[order]
