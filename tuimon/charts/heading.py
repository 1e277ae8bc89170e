"""The rows above a plot: the title with its notes, and the legend with last values; their words."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tuimon.charts import roles
from tuimon.charts.content import ChartContent
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.roles import Role
from tuimon.charts.traces import Trace
from tuimon.charts.viewport import Viewport
from tuimon.text import (
    Align,
    exact_value,
    fit,
    fit_name,
    format_duration,
    format_step,
    format_value,
    safe,
    width,
)

_SPACE = Span(" ", roles.BLANK)
_GAP = 2
_MOST_LABEL = 32
_LEAST_TITLE = 8
# A value keeps its room while its digits come and go, so that the rest of the row stays put.
_VALUE_CELLS = 6


class LegendEntry(NamedTuple):
    """A curve in the legend."""

    label: str
    """Its name; any text."""
    colour: int
    """Number of the colour role."""
    last: float | None
    """The value that stands behind the label."""
    more: str = ""
    """What else is told, if all entries find room with it."""
    cue: str | None = None
    """What stands for its line; by default that of a solid line of its colour."""
    role: Role | None = None
    """Of its cue, if that of its colour will not do."""
    exact: bool = False
    """Tell all digits of the value."""


def plain(text: str, marks: Marks) -> str:
    """Return text made safe, and reduced to ASCII where only that may be drawn."""
    text = safe(text)
    return text.encode("ascii", "replace").decode() if marks.ascii else text


def cut(text: str, cells: int, marks: Marks, align: Align = "left") -> str:
    """Return text in exactly `cells` cells."""
    return fit(plain(text, marks), cells, align, ellipsis=marks.ellipsis)


def title_row(
    title: str,
    warnings: Sequence[str],
    notes: Sequence[str],
    cells: int,
    marks: Marks,
    states: Sequence[str] = (),
) -> Row:
    """Return the title on the left and, while there is room, the rest on the right.

    The `states` of the chart, then warnings come before the end of a long title, notes do not.
    """
    title = plain(title, marks)
    right: list[Span] = []
    used = 0
    before_title, behind_it = cells - min(width(title), _LEAST_TITLE), cells - width(title)
    for text, role, room in (
        *((text, roles.ACCENT, before_title) for text in states),
        *((text, roles.WARN, before_title) for text in warnings),
        *((text, roles.NOTE, behind_it) for text in notes),
    ):
        text = plain(text, marks)
        if used + _GAP + width(text) <= room:
            right += [Span(" " * _GAP, roles.BLANK), Span(text, role)]
            used += _GAP + width(text)
    return _row(
        [Span(fit_name(title, max(0, cells - used), ellipsis=marks.ellipsis), roles.TITLE), *right]
    )


def legend_rows(
    entries: Sequence[LegendEntry],
    cells: int,
    most_rows: int,
    marks: Marks,
    *,
    in_full: bool = False,
) -> list[Row]:
    """Return at most `most_rows` rows of colour cue, label and last value of each curve.

    Entries flow in one row, or stand in columns over several; those that find no room are counted.
    What else they tell is left out unless there is room for all of it, or `in_full`.
    """
    if not entries:
        return []
    spans = [_entry(entry, cells, marks, more=True) for entry in entries]
    widths = [_width(entry) for entry in spans]
    if not in_full and sum(widths) + _GAP * (len(widths) - 1) > cells:
        spans = [_entry(entry, cells, marks) for entry in entries]
        widths = [_width(entry) for entry in spans]
    if sum(widths) + _GAP * (len(widths) - 1) <= cells or most_rows == 1:
        return [_flow(spans, widths, cells)]
    column = max(widths) + _GAP
    columns = max(1, (cells + _GAP) // column)
    rows = min(most_rows, math.ceil(len(spans) / columns))
    shown = rows * columns
    if len(spans) > shown:
        shown -= 1  # the last place tells how many there are besides
    lines: list[list[Span]] = [[] for _ in range(rows)]
    for index, (entry, size) in enumerate(zip(spans[:shown], widths, strict=False)):
        lines[index // columns] += [*entry, Span(" " * (column - size), roles.BLANK)]
    if len(spans) > shown:
        lines[-1].append(Span(_more(len(spans) - shown), roles.DIM))
    return [padded(line, cells) for line in lines]


def _flow(spans: Sequence[list[Span]], widths: Sequence[int], cells: int) -> Row:
    """Return entries side by side, and how many more there are."""
    line: list[Span] = []
    used = 0
    for index, (entry, size) in enumerate(zip(spans, widths, strict=True)):
        rest = len(spans) - index - 1
        reserve = _GAP + len(_more(rest)) if rest else 0
        gap = _GAP if line else 0
        if line and used + gap + size + reserve > cells:
            more = _more(rest + 1)
            if used + _GAP + len(more) > cells:
                more = more.split()[0]
            line += [Span(" " * _GAP, roles.BLANK), Span(more, roles.DIM)]
            break
        line += [Span(" " * gap, roles.BLANK), *entry]
        used += gap + size
    return padded(line, cells)


def _more(count: int) -> str:
    return f"+{count} more"


def _entry(entry: LegendEntry, cells: int, marks: Marks, *, more: bool = False) -> list[Span]:
    cue = marks.cue(entry.colour) if entry.cue is None else entry.cue
    said = exact_value if entry.exact else format_value
    value = "" if entry.last is None else said(entry.last).ljust(_VALUE_CELLS)
    label = plain(entry.label, marks)
    room = max(0, min(_MOST_LABEL, cells - len(value) - len(cue) - 2))
    value_role = roles.VALUE if entry.last is None or math.isfinite(entry.last) else roles.WARN
    spans = [
        Span(cue, entry.role or roles.curve(entry.colour)),
        _SPACE,
        Span(fit_name(label, min(width(label), room), ellipsis=marks.ellipsis), roles.LEGEND),
        _SPACE,
        Span(value, value_role),
    ]
    if more and entry.more:
        spans += [_SPACE, Span(plain(entry.more, marks), roles.NOTE)]
    return spans


def _width(spans: Sequence[Span]) -> int:
    return sum(width(span.text) for span in spans)


def padded(spans: Sequence[Span], cells: int) -> Row:
    """Return spans cut or padded to exactly `cells` cells."""
    row: list[Span] = []
    left = cells
    for span in spans:
        text = span.text if width(span.text) <= left else fit(span.text, left, ellipsis="")
        row.append(Span(text, span.role))
        left -= width(text)
    return _row([*row, Span(" " * left, roles.BLANK)])


def _row(spans: Sequence[Span]) -> Row:
    return tuple(span for span in spans if span.text)


def states_of(view: Viewport, options: ChartOptions) -> list[str]:
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


def notes_of(content: ChartContent, traces: Sequence[Trace]) -> list[str]:
    """Return how the curves are drawn."""
    options, curves = content.options, [track.curve for track in content.tracks]
    superseded = sum(len(curve.superseded.steps) for curve in curves if curve.superseded)
    notes = [f"{format_step(superseded)} overwritten"] if superseded else []
    if superseded and options.superseded:
        notes[0] += " shown"
    notes += dict.fromkeys(note for curve in curves for note in curve.notes)
    absurd = sum(track.absurd for track in content.tracks)
    notes += [f"{format_step(absurd)} absurd time" + "s" * (absurd > 1)] if absurd else []
    notes += ["log y"] if options.log_y else []
    notes += ["y 1-99 %"] if options.clip else []
    notes += ["y limits"] if content.view.y != (None, None) else []
    if any(trace.smoothed for trace in traces):
        notes.append(f"smoothing {options.smoothing:g}")
    return notes
