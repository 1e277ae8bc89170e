"""The rows above a plot: title, curves with their values, and notes, in one where they fit."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from tuimon.charts import roles
from tuimon.charts.content import ChartContent
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.outliers import Beyond
from tuimon.charts.roles import Role
from tuimon.charts.traces import Trace
from tuimon.charts.units import PLAIN, Unit
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

Detail = Literal["all", "values", "names"]

_SPACE = Span(" ", roles.BLANK)
_GAP = 2
_BETWEEN = Span(" " * _GAP, roles.BLANK)
_DETAILS: tuple[Detail, ...] = get_args(Detail)
_MOST_LABEL = 32
_LEAST_TITLE = 8
_IN_ASCII = str.maketrans({"×": "x", "±": "+-"})
# A value keeps its room while its digits come and go, so that the rest of the row stays put.
_VALUE_CELLS = 6


class LegendEntry(NamedTuple):
    """A curve in the legend."""

    label: str
    """Its name; any text. Empty where the title is its name."""
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
    unit: Unit = PLAIN
    """What the value is told in, if not exactly."""
    change: tuple[str, Role] | None = None
    """How far the value is from that of a reference, and in which role that is told."""


def plain(text: str, marks: Marks) -> str:
    """Return text made safe, and reduced to ASCII where only that may be drawn."""
    text = safe(text)
    return text.translate(_IN_ASCII).encode("ascii", "replace").decode() if marks.ascii else text


def cut(text: str, cells: int, marks: Marks, align: Align = "left") -> str:
    """Return text in exactly `cells` cells."""
    return fit(plain(text, marks), cells, align, ellipsis=marks.ellipsis)


def is_solo(entries: Sequence[LegendEntry]) -> bool:
    """Whether a chart has one curve alone, which its title names."""
    return len(entries) == 1 and not entries[0].label


def needs_legend(title: str, entries: Sequence[LegendEntry], cells: int, marks: Marks) -> bool:
    """Whether the names of the curves find no room behind the title."""
    room = cells - width(plain(title, marks)) - _GAP
    return len(entries) > 1 and _cells(_entries(entries, cells, marks, "names")) > room


def head_row(
    title: str,
    entries: Sequence[LegendEntry],
    warnings: Sequence[str],
    notes: Sequence[str],
    cells: int,
    marks: Marks,
    states: Sequence[str] = (),
) -> Row:
    """Return the title with its curves on the left and, while there is room, the rest on the right.

    The `states` of the chart, warnings and the value of a lone curve, which the title is coloured
    by, come before the end of a long title. Other curves are told with their values and best values
    where all of them find room with them, else in part; notes come last.
    """
    title = plain(title, marks)
    solo = is_solo(entries)
    least = min(width(title), _LEAST_TITLE)
    value: list[Span] = []
    if solo:
        value = [_BETWEEN, *_entry(entries[0], cells, marks)]
        notes = [entries[0].more, *notes] if entries[0].more else notes
    told = [(text, roles.ACCENT) for text in states] + [(text, roles.WARN) for text in warnings]
    right = _asides(told, cells - least - _width(value), marks)
    left = cells - _width(right)
    if entries and not solo:
        value = _legend_within(entries, left - width(title) - _GAP, cells, marks)
    shown = fit_name(title, min(width(title), left - _width(value)), ellipsis=marks.ellipsis)
    named = bool(entries) and not entries[0].label
    role = roles.title(entries[0].colour) if named else roles.TITLE
    head = [Span(shown, role), *value]
    free = left - _width(head)
    right += _asides([(text, roles.NOTE) for text in notes], free, marks)
    blank = cells - _width(head) - _width(right)
    return padded([*head, Span(" " * blank, roles.BLANK), *right], cells)


def _legend_within(
    entries: Sequence[LegendEntry], room: int, cells: int, marks: Marks
) -> list[Span]:
    """Entries behind a title: with all that they tell, or with as much as finds room."""
    if room < _LEAST_TITLE:
        return []
    for detail in _DETAILS:
        spans = _entries(entries, cells, marks, detail)
        if _cells(spans) <= room:
            break
    flowing = _flow(spans, [_width(entry) for entry in spans], room)
    return [_BETWEEN, *flowing]


def _asides(texts: Sequence[tuple[str, Role]], room: int, marks: Marks) -> list[Span]:
    """Those of texts that find room, each behind a gap."""
    spans: list[Span] = []
    for text, role in texts:
        text = plain(text, marks)
        if _GAP + width(text) <= room:
            spans += [_BETWEEN, Span(text, role)]
            room -= _GAP + width(text)
    return spans


def _entries(
    entries: Sequence[LegendEntry], cells: int, marks: Marks, detail: Detail
) -> list[list[Span]]:
    if detail == "names":
        entries = [entry._replace(last=None, change=None) for entry in entries]
    return [_entry(entry, cells, marks, more=detail == "all") for entry in entries]


def _cells(entries: Sequence[list[Span]]) -> int:
    """How many cells entries side by side take."""
    return sum(map(_width, entries)) + _GAP * (len(entries) - 1)


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
    What else they tell, and then their values, are left out unless there is room for all of it, or
    `in_full`.
    """
    if not entries:
        return []
    for detail in _DETAILS[:1] if in_full else _DETAILS:
        spans = _entries(entries, cells, marks, detail)
        widths = [_width(entry) for entry in spans]
        columns = max(1, (cells + _GAP) // (max(widths) + _GAP))
        if _cells(spans) <= cells or (detail != "all" and columns * most_rows >= len(spans)):
            break
    if _cells(spans) <= cells or most_rows == 1 or columns == 1:
        return [padded(_flow(spans, widths, cells), cells)]
    column = max(widths) + _GAP
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


def _flow(spans: Sequence[list[Span]], widths: Sequence[int], cells: int) -> list[Span]:
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
    return line


def _more(count: int) -> str:
    return f"+{count} more"


def _entry(entry: LegendEntry, cells: int, marks: Marks, *, more: bool = False) -> list[Span]:
    cue = marks.cue(entry.colour) if entry.cue is None else entry.cue
    said = exact_value if entry.exact else entry.unit.text
    value = "" if entry.last is None else said(entry.last).ljust(_VALUE_CELLS)
    label = plain(entry.label, marks)
    if not label:
        cue = ""
    room = max(0, min(_MOST_LABEL, cells - len(value) - len(cue) - 2))
    value_role = roles.VALUE if entry.last is None or math.isfinite(entry.last) else roles.WARN
    shown = fit_name(label, min(width(label), room), ellipsis=marks.ellipsis)
    told = [
        Span(cue, entry.role or roles.curve(entry.colour)),
        Span(shown, roles.LEGEND),
        Span(value, value_role),
        *([Span(*entry.change)] if entry.change else ()),
        Span(plain(entry.more, marks) if more else "", roles.NOTE),
    ]
    spans = [part for span in told if span.text for part in (_SPACE, span)]
    return spans[1:]


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
        if options.x_axis == "metric":
            return [f"live tail {format_value(view.tail)}"]
        return [f"live tail {format_duration(view.tail)}"]
    return ["frozen"] if view.mode == "frozen" else []


def warnings_of(traces: Sequence[Trace], beyond: Beyond, marks: Marks) -> list[str]:
    """Return what was not drawn as a curve, counted over all curves."""
    glyphs = zip(beyond, (marks.over, marks.under), strict=True)
    outside = [f"{glyph} {format_step(count)}" for count, glyph in glyphs if count]
    names = ("NaN", "+Inf", "-Inf", "<= 0" if marks.ascii else "≤ 0")
    totals = np.sum([each.bins.counts for each in traces], axis=0) if traces else ()
    counts = zip(totals, names, strict=False)
    return [*outside, *(f"{format_step(int(n))} {name}" for n, name in counts if n)]


def notes_of(content: ChartContent) -> list[str]:
    """Return what is unusual about the curves, and how this chart differs from others."""
    options, curves = content.options, [track.curve for track in content.tracks]
    superseded = sum(len(curve.superseded.steps) for curve in curves if curve.superseded)
    notes = [f"{format_step(superseded)} overwritten"] if superseded else []
    if superseded and options.superseded:
        notes[0] += " shown"
    notes += dict.fromkeys(note for curve in curves for note in curve.notes)
    absurd = sum(track.absurd for track in content.tracks)
    notes += [f"{format_step(absurd)} absurd time" + "s" * (absurd > 1)] if absurd else []
    return notes + (["y limits"] if content.view.y != (None, None) else [])


def option_notes(options: ChartOptions) -> list[str]:
    """Return how all charts with these options are drawn."""
    notes = [f"smoothing {options.smoothing:g}"] if options.smoothing > 0 else []
    return notes + (["log y"] if options.log_y else [])
