"""Precision over recall, both from 0 to 1: of a step, before earlier ones, beside other runs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import CurveShape, Plot, paint
from tuimon.charts.marks import MARKS, Marks
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.summaries.pr_curves import PrCurve
from tuimon.text import format_step, format_value, safe, width
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, beside_axis, clip, head, message
from tuimon.views.subject import ItemContext, place_of

LEAST_WIDTH, LEAST_HEIGHT = 16, HEAD_ROWS + 5
_GUTTER = 5
_ABOVE = HEAD_ROWS + 1
_BELOW = 2
_LABELS = {0.0: "1.0", 0.5: "0.5", 1.0: "0.0"}
"""Of precision, by share of the height from the top."""
_MOST_RUNS = 8
_MOST_STEPS = 5
"""Before the selected one."""
_STRIDE = 0.02
"""Of the thresholds, by which the cursor moves at least."""


class PrCurveLine(NamedTuple):
    """A curve beside the selected one."""

    label: str
    """Empty where the legend leaves it out."""
    curve: PrCurve
    role: Role
    behind: bool = False
    pattern: int = 0
    """Of its dashes, where colours come again."""


class PrCurveView(View):
    """The curve of a step."""

    kind = "pr-curve"
    name = "PR curves"
    plugins = frozenset({"pr_curves"})
    about = (
        "Precision over recall. [ and ] move a threshold along the curve (↑ ↓ after Enter, or a "
        "click, do too), which tells what it gives. c adds the other runs that log the tag, o some "
        "earlier steps; the numbers beside the names are the areas below the curves."
    )
    keys = (
        view_key(
            "pr-curve-higher",
            "right_square_bracket",
            "Higher threshold",
            "Raise, lower the threshold",
            "threshold",
            85,
        ),
        view_key("pr-curve-lower", "left_square_bracket", "Lower threshold"),
        *arrow_keys(
            "pr-curve", along=Arrows("Higher threshold", "Lower threshold", "Raise, lower it")
        ),
        view_key("pr-curve-runs", "c", "Compare runs", "Compare with other runs", "runs", 83),
        view_key("pr-curve-steps", "o", "Earlier steps", "Add earlier steps", "earlier", 82),
    )

    def __init__(self) -> None:
        self._threshold: float | None = None
        self._runs = False
        self._steps = False
        self._curve: PrCurve | None = None
        self._size = (0, 0)

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        return tuple(series.version for _, series in subject.alike())

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        place, curve = subject.summary(look.step, PrCurve)
        self._curve, self._size = curve, (look.width, look.height)
        others: list[PrCurveLine] = []
        alike = subject.alike()
        if self._runs:
            others += self._elsewhere(subject, place, look.palette)
        if self._steps:
            others += self._earlier(subject, place)
        found = rows(
            place,
            curve,
            look,
            label=subject.item.run if self._runs else f"step {format_step(place.step)}",
            others=others,
            threshold=self._threshold,
        )
        idle = [] if len(alike) > 1 else ["pr-curve-runs"]
        idle += [] if place.index else ["pr-curve-steps"]
        return ViewDrawing(found, idle=idle)

    def _earlier(self, subject: ItemContext, place: StepPlace) -> list[PrCurveLine]:
        refs = subject.refs
        count = min(_MOST_STEPS, place.index)
        found: list[PrCurveLine] = []
        for index in sorted({place.index * part // count for part in range(count)}):
            curve = subject.known(PrCurve, refs, index)
            if curve is not None:
                label = "" if found else f"from step {format_step(int(refs.steps[index]))}"
                found.append(PrCurveLine(label, curve, roles.past(0), behind=True))
        return found

    def _elsewhere(self, subject: ItemContext, place: StepPlace, palette: int) -> list[PrCurveLine]:
        found = []
        for number, (run, series) in enumerate(subject.alike()[1:_MOST_RUNS], 1):
            refs = series.snapshot()
            if not len(refs.steps):
                continue
            index = place_of(refs.steps, None if place.newest else place.step)
            curve = subject.known(PrCurve, refs, index, (run, series))
            if curve is not None:
                role, pattern = roles.curve(number), number // palette
                found.append(PrCurveLine(run.name, curve, role, pattern=pattern))
        return found

    def press(self, key: str, text: str = "") -> None:
        match key:
            case "pr-curve-higher" | "pr-curve-up":
                self._move(1)
            case "pr-curve-lower" | "pr-curve-down":
                self._move(-1)
            case "pr-curve-runs":
                self._runs = not self._runs
            case "pr-curve-steps":
                self._steps = not self._steps

    def point(self, x: int, y: int) -> None:
        cells, lines = self._size[0] - _GUTTER, self._size[1] - _ABOVE - _BELOW
        if self._curve is None or cells < 2 or lines < 2 or not 0 <= y - _ABOVE < lines:
            return
        sound = sound_points(self._curve)
        away = np.hypot(
            self._curve.recall - (x - _GUTTER + 0.5) / cells,
            (1 - self._curve.precision - (y - _ABOVE + 0.5) / lines) * lines * 2 / cells,
        )
        if sound.any():
            self._threshold = float(self._curve.thresholds[np.where(sound, away, np.inf).argmin()])

    def _move(self, thresholds: int) -> None:
        if self._curve is None or not len(self._curve.thresholds):
            return
        if self._threshold is None:
            self._threshold = 0.5
            return
        found = self._curve.thresholds
        at = self._threshold + thresholds * _STRIDE
        index = np.searchsorted(found, at, "left" if thresholds > 0 else "right")
        index = index if thresholds > 0 else index - 1
        self._threshold = float(found[min(max(int(index), 0), len(found) - 1)])


def rows(
    place: StepPlace,
    curve: PrCurve,
    look: ViewOptions,
    *,
    label: str = "",
    others: Sequence[PrCurveLine] = (),
    threshold: float | None = None,
) -> list[Row]:
    """Draw the curve of a step in at most the look's cells; `label` names it among the `others`.

    The nearest `threshold` of the curve is marked and told.
    """
    cells, height = look.width, look.height
    facts: list[Piece] = [(f"{len(curve.thresholds):,} thresholds", roles.NOTE)]
    if not sound_points(curve).any():
        why = ("No point of this curve is a number.", roles.DIM)
        return message(place, facts, why, cells, height)
    facts.insert(0, (f"area ≈{_area_text(curve)}", roles.LEGEND))
    cursor = None if threshold is None else nearest(curve, threshold)
    if cursor is not None:
        facts = _reading(curve, cursor)
    if cells < LEAST_WIDTH or height < LEAST_HEIGHT:
        return list(head(place, facts, cells))[: max(0, height)]
    marks = MARKS["ascii" if look.ascii_only else "braille"]
    plot_rows, columns = height - _ABOVE - _BELOW, cells - _GUTTER
    own = PrCurveLine(label, curve, roles.curve(0))
    shapes = [_shape(one, columns * marks.across, i) for i, one in enumerate([own, *others])]
    plot = paint(shapes, columns, plot_rows, marks, band=False)
    if cursor is not None:
        column = min(int(curve.recall[cursor] * columns), columns - 1)
        row = min(int((1 - curve.precision[cursor]) * plot_rows), plot_rows - 1)
        plot.put(row, column, "x" if look.ascii_only else "◆", roles.ACCENT)
    legend = _legend([own, *others] if others else [], marks, cells)
    return [*head(place, facts, cells), legend, *_framed(plot)]


def area(curve: PrCurve) -> float:
    """The area below the points that are numbers, by trapezoids; NaN without any.

    Below the recall of the highest threshold, the curve goes on with the precision it has there.
    """
    recall, precision = _line(curve)
    if not len(recall):
        return np.nan
    return float(np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2))


def nearest(curve: PrCurve, threshold: float) -> int | None:
    """The index of the threshold that is nearest among points that are numbers."""
    sound = sound_points(curve)
    if not sound.any():
        return None
    away = np.where(sound, np.abs(curve.thresholds - threshold), np.inf)
    return int(away.argmin())


def sound_points(curve: PrCurve) -> NDArray[np.bool_]:
    """Which points [n] are numbers within 0 … 1."""
    recall, precision = curve.recall, curve.precision
    sound: NDArray[np.bool_] = (recall >= 0) & (recall <= 1) & (precision >= 0) & (precision <= 1)
    return sound


def _reading(curve: PrCurve, index: int) -> list[Piece]:
    precision, recall = float(curve.precision[index]), float(curve.recall[index])
    both = precision + recall
    counts = (
        ("TP", curve.true_positives),
        ("FP", curve.false_positives),
        ("TN", curve.true_negatives),
        ("FN", curve.false_negatives),
    )
    return [
        (f"threshold {curve.thresholds[index]:.3f}", roles.ACCENT),
        (f"precision {precision:.3f}", roles.LEGEND),
        (f"recall {recall:.3f}", roles.LEGEND),
        (f"F1 {2 * precision * recall / both if both else 0:.3f}", roles.LEGEND),
        ("  ".join(f"{name} {values[index]:,}" for name, values in counts), roles.NOTE),
    ]


def _legend(curves: Sequence[PrCurveLine], marks: Marks, cells: int) -> Row:
    """What the axis measures and, of several curves, whose they are, with their areas."""
    pieces: list[Piece] = [("precision", roles.TICK)]
    used = width("precision")
    for number, one in enumerate(curves):
        if not one.label:
            continue
        text = f" {safe(one.label)} {_area_text(one.curve)}"
        if used + width(text) + 3 > cells:
            pieces.append((" …", roles.DIM))
            break
        pieces += [
            ("  ", roles.BLANK),
            (marks.cue(number, one.pattern), one.role),
            (text, roles.LEGEND),
        ]
        used += width(text) + 3
    return clip(pieces, cells)


def _framed(plot: Plot) -> list[Row]:
    """The rows of a plot with its axes, labelled from 0 to 1."""
    labels = {round(share * (plot.height - 1)): text for share, text in _LABELS.items()}
    below = list(" " * plot.width)
    below[: len("0.0")] = "0.0"
    below[-len("1.0") :] = "1.0"
    start = (plot.width - len("recall")) // 2
    below[start : start + len("recall")] = "recall"
    return [
        *beside_axis(labels, plot.rows(), _GUTTER - 1),
        (Span("└".rjust(_GUTTER) + "─" * plot.width, roles.AXIS),),
        (Span(" " * _GUTTER + "".join(below), roles.TICK),),
    ]


def _area_text(curve: PrCurve) -> str:
    return format_value(float(f"{area(curve):.3g}"))


def _shape(one: PrCurveLine, dots: int, number: int) -> CurveShape:
    recall, precision = _line(one.curve)
    nothing = np.full(dots, np.nan)
    line = nothing
    if len(recall):
        line = np.interp(np.linspace(0, 1, dots), recall, precision, right=np.nan)
    return CurveShape(
        one.role,
        one.role,
        nothing,
        nothing,
        line,
        smoothed=True,
        dense=False,
        behind=one.behind,
        letter=number,
        pattern=one.pattern,
    )


def _line(curve: PrCurve) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall, ascending from 0, and precision of the points where both are within 0 … 1."""
    sound = sound_points(curve)
    # By descending threshold, as the curve runs where several have the same recall.
    recall, precision = curve.recall[sound][::-1], curve.precision[sound][::-1]
    order = np.argsort(recall, kind="stable")
    recall, precision = recall[order], precision[order]
    if not len(recall):
        return recall, precision
    return np.append(0.0, recall), np.append(precision[0], precision)
