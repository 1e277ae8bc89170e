"""What the curves of a chart hold at a cursor, and how it is told."""

import math
import time
from collections.abc import Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.axis import Axis
from tuimon.charts.heading import cut, padded, plain
from tuimon.charts.marks import Marks
from tuimon.charts.model import (
    ChartOptions,
    Cursor,
    CursorReading,
    Curve,
    GroupReading,
    RangeReading,
    Row,
    Scales,
    Span,
    XAxis,
)
from tuimon.charts.roles import Role
from tuimon.charts.style import CurveStyle
from tuimon.charts.traces import smoothing_of
from tuimon.charts.track import CALENDAR, Floats, Track, make_track
from tuimon.store.lod import column_extremes
from tuimon.store.spread import aligned, spread_of
from tuimon.text import exact_value, format_duration, format_value, safe, width

Readings = tuple[tuple[CursorReading, CursorReading | None], ...]

_GAP = 2
_LEAST_LABEL, _MOST_LABEL = 6, 32
_HEADINGS = ("step", "time", "value", "smoothed")
_CELLS = (7, 8, 8, 8)
_DELTA_CELLS, _RANGE_CELLS = 9, (6, 8, 8, 8)
_OF_GROUP = ("low", "high", "runs")
_SPARED = ("time", "step", "smoothed", "points", "mean", "max", "min")
"""Columns that give way, the first ones first."""


def read_all(
    tracks: Sequence[Track], axis: Axis, cursor: Cursor, options: ChartOptions
) -> Readings:
    """Read the curves at a cursor, groups first; those that have no point there are left out."""
    found: list[tuple[CursorReading, CursorReading | None]] = []
    for runs in groups_of(tracks):
        if here := _read_group(runs, axis, cursor.at, options):
            mark = cursor.mark
            there = None if mark is None else _read_group(runs, axis, mark, options)
            found.append((here, there))
    for track in tracks:
        if track.curve.spread is not None and not track.curve.is_member:
            continue
        index = _index(track, axis, cursor.at)
        if index is None:
            continue
        reading = _read(track, axis, index, options)
        marked = None if cursor.mark is None else _index(track, axis, cursor.mark)
        if marked is None:
            found.append((reading, None))
        else:
            between = _range(track, min(index, marked), max(index, marked) + 1)
            found.append((reading._replace(range=between), _read(track, axis, marked, options)))
    return tuple(found)


def _index(track: Track, axis: Axis, position: float) -> int | None:
    """The index of the point at a position; None where there is none."""
    if not len(track.x):
        return None
    target = axis.target(track, position)
    # Half a hundredth of the axis is about a column.
    slack = (axis.limits[1] - axis.limits[0]) / 200
    if not track.x[0].item() - slack <= target <= track.x[-1].item() + slack:
        return None
    nearest = track.nearest(target)
    if axis.kind != "metric":
        return nearest
    # Of those that were logged at one position, the last one.
    return int(np.searchsorted(track.x, track.x[nearest], side="right")) - 1


def groups_of(tracks: Sequence[Track]) -> list[list[Track]]:
    """The runs of each group of which more is told than a median."""
    groups: dict[str, list[Track]] = {}
    for track in tracks:
        if track.curve.spread is not None:
            groups.setdefault(track.curve.group, []).append(track)
    return [*groups.values()]


def _read_group(
    tracks: Sequence[Track], axis: Axis, position: float, options: ChartOptions
) -> CursorReading | None:
    """Read the runs of a group at the point of one of them; None where none has a point there."""
    near = [(t, index) for t in tracks if (index := _index(t, axis, position)) is not None]
    if not near:
        return None
    first, index = near[0]
    reading, at = _read(first, axis, index, options), axis.position(first, index)
    value, group = group_reading(first.curve, _values_at(tracks, axis, at, 0.0))
    smoothed = None
    if weight := smoothing_of(first, options):
        smoothed, _ = group_reading(first.curve, _values_at(tracks, axis, at, weight))
    return reading._replace(value=value, smoothed=smoothed, group=group)


def group_reading(first: Curve, values: Floats) -> tuple[float, GroupReading]:
    """What the values of runs, [runs], come to, of whose group a curve is the first."""
    kind = first.spread or "median"
    middle, low, high, runs = (each[0].item() for each in spread_of(values[:, None], kind))
    label = group_label(first.group, len(values))
    half = kind in ("std", "sem", "ci")
    return middle, GroupReading(label, low, high, half, runs, len(values))


def _values_at(tracks: Sequence[Track], axis: Axis, position: float, weight: float) -> Floats:
    return np.concatenate([_value_at(one, axis.target(one, position), weight) for one in tracks])


def _value_at(track: Track, target: int | float, weight: float) -> Floats:
    """What a run shows at one of its positions, [1]: on a straight line between its points."""
    behind = int(np.searchsorted(track.x, target, side="right"))
    near = range(max(0, behind - 1), min(behind + 1, len(track.x)))
    x = np.array([float(track.x[index].item() - target) for index in near])
    values = [track.smoothed_at(index, weight) for index in near]
    found: Floats = aligned([(x, np.array(values))], np.zeros(1))[0]
    return found


def _range(track: Track, first: int, end: int) -> RangeReading:
    """What the points from `first` up to `end` come to."""
    edges = np.array([first, end])
    look = track.curve.detail.extremes if track.long else column_extremes
    found = look(track.values, edges)
    count, mean = int(found.finite[0]), math.nan
    if not count:
        return RangeReading(end - first, mean, mean, mean)
    mean = float(found.total[0]) / count
    if not math.isfinite(mean):  # the sum overflows
        values = track.values[first:end]
        mean = float((values[np.isfinite(values)] / count).sum())
    return RangeReading(end - first, float(found.low[0]), float(found.high[0]), mean)


def _read(track: Track, axis: Axis, index: int, options: ChartOptions) -> CursorReading:
    weight = smoothing_of(track, options)
    at = index if track.order is None else int(track.order[index])
    return CursorReading(
        curve=track.curve,
        step=int(track.curve.steps[at]),
        wall_time=float(track.curve.wall_times[at]),
        value=float(track.values[index]),
        smoothed=track.smoothed_at(index, weight) if weight else None,
        start=_start(track, axis),
        x=float(track.x[index]) if axis.kind == "metric" else None,
    )


def _start(track: Track, axis: Axis) -> float:
    timed = axis.kind in ("relative", "wall")
    return (track if timed else make_track(track.curve, "relative")).start


def position_at(curves: Sequence[Curve], when: float, scales: Scales) -> float | None:
    """Where the cursor reads what the first of the curves had last at a time, in unix seconds."""
    track = _leading(curves, "wall")
    if track is None:
        return None
    index = max(0, int(np.searchsorted(track.x, when, side="right")) - 1)
    if scales.x_axis == "step":
        return float(track.curve.steps[_logged(track, index)] - scales.origin)
    if scales.x_axis == "metric":
        x = track.curve.x
        return None if x is None else float(x[_logged(track, index)])
    return float(track.x[index]) - _begin(track.curve, scales)


def moment_at(curves: Sequence[Curve], position: float, scales: Scales) -> float | None:
    """When what the cursor reads there was logged, by the first of the curves: unix seconds."""
    track = _leading(curves, scales.x_axis)
    if track is None:
        return None
    index = track.nearest(position + scales.origin + _begin(track.curve, scales))
    return float(track.curve.wall_times[_logged(track, index)])


def _leading(curves: Sequence[Curve], axis: XAxis) -> Track | None:
    tracks = (make_track(curve, axis) for curve in curves)
    return next((track for track in tracks if len(track.x)), None)


def _logged(track: Track, index: int) -> int:
    return index if track.order is None else int(track.order[index])


def _begin(curve: Curve, scales: Scales) -> float:
    """Unix seconds that the axis counts from."""
    return make_track(curve, "relative").start if scales.x_axis == "relative" else 0.0


def shown_value(reading: CursorReading) -> float:
    """What the line shows."""
    return reading.value if reading.smoothed is None else reading.smoothed


def position_notes(readings: Readings, marks: Marks) -> list[str]:
    """Where the cursor is, by the first curve, or how far from its mark: step, time, clock."""
    if not readings:
        return ["no point at the cursor"]
    here, mark = readings[0]
    notes = [f"step {here.step}"] if here.x is None else [f"x {format_value(here.x)}"]
    if here.x is not None and mark is None:
        notes.append(f"step {here.step}")
    if mark is not None:
        notes.append(f"{_delta(marks)} {here.step - mark.step} steps")
        notes.append(format_duration(here.wall_time - mark.wall_time))
        return notes
    notes.append(format_duration(here.elapsed))
    if CALENDAR[0] <= here.wall_time <= CALENDAR[1]:
        notes.append(time.strftime("%H:%M:%S", time.localtime(here.wall_time)))
    return notes


def range_notes(readings: Readings) -> list[str]:
    """What the only curve comes to between the cursor and its mark."""
    between = readings[0][0].range if len(readings) == 1 else None
    if between is None:
        return []
    low, high = format_value(between.min), format_value(between.max)
    return [f"mean {format_value(between.mean)}", f"{low} to {high}", f"{between.points} points"]


def _delta(marks: Marks) -> str:
    return "delta" if marks.ascii else "Δ"


def more_text(reading: CursorReading, mark: CursorReading | None, marks: Marks) -> str:
    """What a legend tells besides the value at the cursor."""
    if mark is not None:
        return _delta(marks) + _signed(_difference(reading, mark))
    if reading.group is not None:
        return spread_text(reading.group)
    if reading.smoothed is not None and math.isfinite(reading.value):
        return ("~" if marks.ascii else "≈") + _digits(reading.smoothed)
    return ""


def spread_text(group: GroupReading) -> str:
    """How far the runs of a group spread, and how many they are where some have no value."""
    low, high = group.low, group.high
    told = []
    if math.isfinite(low) and math.isfinite(high):
        half = "±" + half_text((high - low) / 2)
        told = [half if group.half else f"{format_value(low)} to {format_value(high)}"]
    if group.runs < group.members:
        told.append(f"of {group.runs}")
    return " ".join(told)


def half_text(half: float) -> str:
    """How far values spread, in the two digits that such a number has."""
    return format_value(float(f"{half:.2g}"))


def group_label(group: str, runs: int) -> str:
    """What a group is called in a legend."""
    return f"{group} ×{runs}"


def _difference(reading: CursorReading, mark: CursorReading) -> float:
    return shown_value(reading) - shown_value(mark)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _digits(value)


def _digits(computed: float) -> str:
    """As many digits of a computed number as those that are logged have."""
    with np.errstate(over="ignore"):
        return exact_value(float(np.float32(computed)))


def readout_rows(readings: Readings, cells: int, most_rows: int, style: CurveStyle) -> list[Row]:
    """A table of all curves at the cursor in at most so many rows, in blocks side by side."""
    marks = style.marks
    delta = any(mark is not None for _, mark in readings)
    columns = [*_CELLS, *([_DELTA_CELLS, *_RANGE_CELLS] * delta)]
    names = [*_HEADINGS, *([_delta(marks), *RangeReading._fields] * delta)]
    if any(reading.group for reading, _ in readings):
        names.append("spread")
        columns.append(_CELLS[-1])
    texts = [_values(reading, mark, names) for reading, mark in readings]
    columns = [
        max(cells, *map(len, column))
        for cells, column in zip(columns, zip(*texts, strict=True), strict=True)
    ]
    longest = max((width(plain(reading.label, marks)) for reading, _ in readings), default=0)
    label = min(max(longest, _LEAST_LABEL), _MOST_LABEL)
    fixed = 3 + sum(columns) + len(columns)
    label = max(min(label, cells - fixed), 0)
    while columns and label < _LEAST_LABEL:
        name = next((name for name in _SPARED if name in names), names[-1])
        label += columns.pop(names.index(name)) + 1
        names.remove(name)
    size = 3 + label + sum(columns) + len(columns)
    blocks = max(1, (cells + _GAP) // (size + _GAP))
    most = max(1, most_rows - 1)
    blocks = min(blocks, -(-len(readings) // most)) or 1
    rows = min(most, -(-len(readings) // blocks)) or 1
    shown = readings[: blocks * rows]
    if len(readings) > len(shown):
        shown = shown[:-1]
    lines: list[list[Span]] = [[] for _ in range(rows + 1)]
    for block in range(blocks):
        part = shown[block * rows : (block + 1) * rows]
        lines[0] += _cells(" " * (3 + label), names, columns, roles.DIM, marks)
        for line, (reading, mark) in zip(lines[1:], part, strict=False):
            values = _values(reading, mark, names)
            curve = reading.curve
            line.append(Span(style.cue(curve).ljust(3), style.role(curve)))
            name = cut(reading.label, label, marks)
            line += _cells(name, values, columns, roles.VALUE, marks)
        for line in lines:
            line.append(Span(" " * _GAP, roles.BLANK))
    if len(readings) > len(shown):
        lines[-1].append(Span(f"+{len(readings) - len(shown)} more", roles.DIM))
    return [padded(line, cells) for line in lines]


def _values(reading: CursorReading, mark: CursorReading | None, names: Sequence[str]) -> list[str]:
    texts = {
        "step": str(reading.step),
        "time": format_duration(reading.elapsed),
        "value": exact_value(reading.value),
        "smoothed": "" if reading.smoothed is None else _digits(reading.smoothed),
    }
    if reading.group is not None:  # whose runs were there at other times
        smoothed = "" if reading.smoothed is None else format_value(reading.smoothed)
        texts |= {"time": "", "value": format_value(reading.value), "smoothed": smoothed}
    texts["spread"] = spread_text(reading.group) if reading.group else ""
    if mark is not None and (between := reading.range):
        texts |= {"points": str(between.points), "mean": _digits(between.mean)}
        texts |= {"min": exact_value(between.min), "max": exact_value(between.max)}
    delta = "" if mark is None else _signed(_difference(reading, mark))
    blank = dict.fromkeys(RangeReading._fields, "")
    return [(blank | texts).get(name, delta) for name in names]


def _cells(
    name: str, texts: Sequence[str], columns: Sequence[int], role: Role, marks: Marks
) -> list[Span]:
    aligned = "".join(
        " " + cut(text, cells, marks, "right") for text, cells in zip(texts, columns, strict=True)
    )
    return [Span(name, roles.LEGEND), Span(aligned, role)]


def values_text(readings: Readings) -> str:
    """The readings as tab-separated values with a heading, for a clipboard."""
    delta = any(mark is not None for _, mark in readings)
    more = ["delta", *RangeReading._fields] if delta else []
    grouped = any(reading.group for reading, _ in readings)
    more += _OF_GROUP if grouped else []
    lines = ["\t".join(["run", "step", "wall_time", "value", "smoothed", *more])]
    for reading, mark in readings:
        fields = [
            safe(reading.label),
            str(reading.step),
            repr(reading.wall_time),
            repr(reading.value),
            "" if reading.smoothed is None else repr(reading.smoothed),
        ]
        if delta:
            fields.append("" if mark is None else repr(_difference(reading, mark)))
            fields += (
                map(repr, reading.range) if reading.range else [""] * len(RangeReading._fields)
            )
        if grouped:
            group = reading.group
            fields += [repr(getattr(group, name)) if group else "" for name in _OF_GROUP]
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"
