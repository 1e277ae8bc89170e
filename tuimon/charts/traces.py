"""Curves over the columns of a plot: binned, smoothed, joined, and several of them as one."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.axis import Axis
from tuimon.charts.bins import Bins, Neighbour, bin_tracks, bridge, outside
from tuimon.charts.marks import Marks
from tuimon.charts.model import ChartOptions, Curve
from tuimon.charts.track import Track, make_track
from tuimon.store.spread import SpreadKind, spread_of

Floats = NDArray[np.float64]


class Trace(NamedTuple):
    """A curve, or a group of them, over the columns of dots; heights in the units of the y axis."""

    track: Track
    """Of the curve; of the first one of a group."""
    low: Floats
    high: Floats
    """Range of the raw values, NaN where there are none."""
    line: Floats
    """The line, joined across empty columns."""
    smoothed: bool
    """The line is not the raw values."""
    bins: Bins
    """Of the curve, or those of the group together."""
    past: bool = False
    """It shows superseded points, or is of a group: one of its curves, or where some are not."""
    members: int = 1
    """How many curves it shows."""
    parts: Sequence["Trace"] = ()
    """Of a group of runs: what is drawn dim below it."""

    @property
    def curve(self) -> Curve:
        """The curve; the first one of a group."""
        return self.track.curve


def smoothing_of(track: Track, options: ChartOptions) -> float:
    """The weight of the moving average that a curve's line shows; 0 for its values."""
    smooths = track.curve.noisy and len(track.values) and options.smoothing > 0
    return options.smoothing if smooths else 0.0


def make_traces(
    tracks: Sequence[Track], axis: Axis, columns: int, options: ChartOptions, marks: Marks
) -> list[Trace]:
    """Bin curves into the columns of dots of so many cells; those of a group become one."""
    traces = [
        _trace(track, bins, options)
        for track, bins in zip(tracks, _bins(tracks, axis, columns, options, marks), strict=True)
    ]
    groups: dict[str, list[Trace]] = {}
    for trace in traces:
        if trace.curve.group:
            groups.setdefault(trace.curve.group, []).append(trace)
    made = []
    for trace in traces:
        members = groups.pop(trace.curve.group, None) if trace.curve.group else [trace]
        if members and trace.curve.spread is not None:
            made.append(_spread(members, trace.curve.spread, log_y=options.log_y))
        elif members:
            made.append(trace if len(members) == 1 else _together(members))
    return made


def _bins(
    tracks: Sequence[Track], axis: Axis, columns: int, options: ChartOptions, marks: Marks
) -> list[Bins]:
    bounds = axis.bounds(tracks, columns * marks.across)
    smoothings = [smoothing_of(track, options) for track in tracks]
    return bin_tracks(tracks, bounds, smoothings, positive=options.log_y)


def _trace(track: Track, bins: Bins, options: ChartOptions) -> Trace:
    smoothing = smoothing_of(track, options)
    low, high, line = bins.low, bins.high, bins.line
    before, behind = bins.before, bins.behind
    if options.log_y:
        low, high, line = np.log10(low), np.log10(high), np.log10(line)
        before, behind = _logarithm(before), _logarithm(behind)
    line = bridge(line, bins.taken, before, behind)
    if track.curve.faded and smoothing and not track.curve.group:
        low, high = line, line
    return Trace(track, low, high, line, smoothing > 0, bins)


def _logarithm(neighbour: Neighbour | None) -> Neighbour | None:
    return neighbour and neighbour._replace(line=float(np.log10(neighbour.line)))


def _together(traces: Sequence[Trace]) -> Trace:
    """Return several curves as one: the range and the median of their lines.

    The lines of curves that are not smoothed are the range of their values.
    """
    first = traces[0]
    bins = [trace.bins for trace in traces]
    line = spread_of(np.array([trace.line for trace in traces]), "median").middle
    together = first.bins._replace(
        taken=np.any([each.taken for each in bins], axis=0),
        nan=np.any([each.nan for each in bins], axis=0),
        above=np.any([each.above for each in bins], axis=0),
        below=np.any([each.below for each in bins], axis=0),
        points=sum(each.points for each in bins),
        counts=tuple(np.sum([each.counts for each in bins], axis=0).tolist()),
        behind=next((each.behind for each in bins if each.behind), None),
    )
    return Trace(first.track, *_range(traces), line, True, together, members=len(traces))


def _range(traces: Sequence[Trace]) -> tuple[Floats, Floats]:
    """The range of lines; of those that are not smoothed, that of their values."""
    bounds = [
        each for t in traces for each in ((t.line,) if t.smoothed else (t.low, t.high, t.line))
    ]
    return np.fmin.reduce(bounds), np.fmax.reduce(bounds)


def _spread(traces: Sequence[Trace], kind: SpreadKind, *, log_y: bool) -> Trace:
    """Return the runs of a group as one: what their lines come to in each column of dots.

    Between a run's points its line is straight, and before the first and behind the last there is
    none. Along a logarithmic axis the mean is that of the values, and a band that would reach to 0
    ends at the lowest line.
    """
    together = _together(traces)
    lines = np.array([trace.line for trace in traces])
    found = spread_of(np.power(10.0, lines) if log_y else lines, kind)
    line, low, high = found.middle, found.low, found.high
    if log_y:
        with np.errstate(invalid="ignore", divide="ignore"):
            line, high = np.log10(line), np.log10(high)
            low = np.where(low > 0, np.log10(low), np.where(found.runs > 1, together.low, np.nan))
    if kind in ("range", "median"):
        low, high = together.low, together.high
    whole, some = found.runs == len(traces), found.runs > 0
    members = [trace for trace in traces if trace.curve.is_member]
    if len(members) == len(traces):  # all lines tell what their band would
        low = high = np.full(len(line), np.nan)
    parts = [_faint(trace, trace.line) for trace in members]
    if (some & ~whole).any():
        inside = whole.copy()  # both lines have the columns at which one becomes the other
        inside[1:] &= whole[:-1]
        inside[:-1] &= whole[1:]
        parts.append(_faint(together, np.where(inside, np.nan, line)))
    line = np.where(whole, line, np.nan)
    return together._replace(low=low, high=high, line=line, parts=parts)


def _faint(trace: Trace, line: Floats) -> Trace:
    """Return a line that is drawn dim, without a band."""
    return trace._replace(low=line, high=line, line=line, past=True, members=1)


def superseded_curves(curves: Sequence[Curve]) -> list[Curve]:
    """Return the superseded points of curves as curves that begin at the same time."""
    return [
        Curve(
            label=curve.label,
            steps=old.steps,
            wall_times=old.wall_times,
            values=old.values,
            colour=curve.colour,
            number=curve.number,
            start=float(curve.wall_times[0])
            if curve.start is None and len(curve.wall_times)
            else curve.start,
            superseded=old,
            noisy=curve.noisy,
            faded=curve.faded,
        )
        for curve in curves
        if (old := curve.superseded)
    ]


def superseded_traces(
    tracks: Sequence[Track], axis: Axis, columns: int, options: ChartOptions, marks: Marks
) -> list[Trace]:
    """Bin superseded points: lines without bands, each stretch of points by itself."""
    traces = []
    found = _bins(tracks, axis, columns, options, marks)
    bounds = axis.bounds(tracks, columns * marks.across)
    for track, bins, limits in zip(tracks, found, bounds, strict=True):
        old = track.curve.superseded
        assert old
        x = old.steps if axis.kind == "step" else old.wall_times
        ends = np.append(old.starts[1:], len(x)) - 1
        taken = bins.taken | outside(x[old.starts], x[ends], limits)
        bins = bins._replace(taken=taken, before=None, behind=None)
        trace = _trace(track, bins, options)._replace(past=True)
        line = trace.line
        traces.append(trace._replace(low=line, high=line) if trace.smoothed else trace)
    return traces


def superseded_tracks(curves: Sequence[Curve], options: ChartOptions) -> list[Track]:
    """Return the superseded points of curves along the x axis, where they are shown."""
    shown = options.superseded and options.x_axis != "metric"  # where they are is not known
    old = superseded_curves(curves) if shown else []
    return [make_track(curve, options.x_axis) for curve in old]


def extremes(traces: Sequence[Trace]) -> tuple[float, float] | None:
    """The lowest and the highest value of all traces; None where there is nothing to draw."""
    arrays = [array for trace in traces for array in (trace.low, trace.high, trace.line)]
    known = np.isfinite(arrays)
    if not known.any():
        return None
    low = np.min(arrays, where=known, initial=np.inf)
    return float(low), float(np.max(arrays, where=known, initial=-np.inf))


def decades_fallen(traces: Sequence[Trace]) -> int:
    """Over how many powers of ten the line of any curve falls, from its highest to its lowest."""
    most = 0.0
    for trace in traces:
        line = trace.line[(trace.line > 0) & (trace.line < np.inf)]
        if len(line) and line.argmin() > line.argmax():
            most = max(most, float(np.log10(line.max()) - np.log10(line.min())))
    return int(most + 1e-9)
