"""Histograms of a tag as a heatmap: value upwards, steps to the right, the denser the brighter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.scales import YScale, y_scale, y_ticks
from tuimon.summaries.histograms import Histogram
from tuimon.text import format_step, format_value, width
from tuimon.views.layout import HEAD_ROWS, SHADES, Piece, Place, clip, head, message
from tuimon.views.subject import Subject, ViewError
from tuimon.views.view import Look, Shown, View

LEVELS = 15
"""Of the ramp; 0 is for values that no bucket holds."""
LEAST_WIDTH, LEAST_HEIGHT = 16, HEAD_ROWS + 4
LEAST_GUTTER = 4
"""Cells beside the columns, about: there are never more columns than the rest of the width."""
_BELOW = 2
_TAIL = 0.005
"""Share of the values at either end that may lie beyond the axis, where they would squeeze it."""
_MOST_LABEL = 10
_TINY, _HUGE = 1e-150, 1e150
_MOST_COLUMN_BYTES = 32 << 20
"""Of the records that one heatmap is made of."""


class HistogramView(View):
    """The steps of a tag side by side."""

    kind = "histogram"
    name = "histograms"
    plugins = frozenset({"histograms"})
    about = (
        "A histogram is a column of a heatmap: values upwards, steps to the right, the denser the "
        'brighter; ▲ marks the step whose numbers are told. "clipped": up to 1% of the values '
        "lie beyond the axis, and are drawn at its ends."
    )

    def draw(self, subject: Subject, look: Look) -> Shown:
        refs = subject.refs
        place, _ = subject.summary(look.step, Histogram)
        most = look.width - LEAST_GUTTER
        while True:
            indices = sampled(place.count, most, place.index)
            if len(indices) == 1 or int(refs.lengths[indices].sum()) <= _MOST_COLUMN_BYTES:
                break
            most = len(indices) // 2
        columns: list[Histogram | None] = []
        for index in indices:
            try:
                decoded = subject.read(refs, index)
            except ViewError:
                decoded = None
            columns.append(decoded if isinstance(decoded, Histogram) else None)
        steps = refs.steps[indices].tolist()
        return Shown(rows(place, steps, columns, look.width, look.height, ascii_only=look.plain))


class Statistics(NamedTuple):
    """What a histogram says about its values."""

    total: float
    """How many values there are."""
    least: float
    """NaN, like the rest, when there are no values."""
    most: float
    mean: float
    """As if values stood in the middle of their buckets."""


class Cumulated(NamedTuple):
    """The share of the values below each of some ascending edges [k], which may repeat."""

    edges: NDArray[np.float64]
    shares: NDArray[np.float64]


def statistics(histogram: Histogram) -> Statistics:
    """Count, extremes and mean, from what is sound of the buckets."""
    lefts, rights, counts = _sound(histogram)
    total = float(counts.sum())
    if not total:
        return Statistics(0.0, math.nan, math.nan, math.nan)
    middles = lefts / 2 + rights / 2
    mean = float((middles * (counts / total)).sum())
    return Statistics(total, float(lefts.min()), float(rights.max()), mean)


def sampled(count: int, most: int, selected: int) -> list[int]:
    """At most `most` ascending indices below `count`, with `selected` among them.

    They are a power of two apart, so that few of them change while a run goes on.
    """
    stride = 1
    while math.ceil(count / stride) > max(1, most):
        stride *= 2
    indices = list(range(0, count, stride))
    indices[selected // stride] = selected
    return indices


def rows(
    place: Place,
    steps: Sequence[int],
    histograms: Sequence[Histogram | None],
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
) -> list[Row]:
    """Draw histograms as columns side by side.

    Args:
        place: what is selected; its step is one of `steps`.
        steps: of the columns, ascending.
        histograms: of these steps; None where one cannot be read.
        width, height: cells; the rows never take more.
        ascii_only: shades of ASCII instead of half blocks and colours.
    """
    selected = list(steps).index(place.step)
    shown = histograms[selected]
    if shown is None:
        return message(place, [], ("This histogram cannot be read.", roles.WARN), width, height)
    facts = _facts(statistics(shown))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return list(head(place, facts, width))[: max(0, height)]
    cumulated = [None if one is None else cumulate(one) for one in histograms]
    filled = [one for one in cumulated if one is not None and len(one.edges)]
    limits = value_limits(filled)
    if limits is None:
        why = ("No values in these histograms.", roles.DIM)
        return message(place, facts, why, width, height)
    plot_rows = height - HEAD_ROWS - _BELOW
    down = 1 if ascii_only else 2
    scale = y_scale(*limits, plot_rows, down, None)
    labels = _labels(scale, plot_rows)
    gutter = max((len(label) for label in labels.values()), default=0)
    columns = width - gutter - 1
    levels = _levels(cumulated, scale, plot_rows * down)
    if len(steps) > columns:  # the caller gave more than fit
        kept = sampled(len(steps), columns, selected)
        steps, levels = [steps[index] for index in kept], levels[:, kept]
        selected = kept.index(selected)
    places = [column * len(steps) // columns for column in range(columns)]
    picture = levels[:, places]
    if any(one.edges[0] < limits[0] or one.edges[-1] > limits[1] for one in filled):
        facts.insert(1, ("clipped", roles.NOTE))
    result = [*head(place, facts, width)]
    for row in range(plot_rows):
        label = labels.get(row, "")
        left = (
            Span(label.rjust(gutter), roles.TICK),
            Span("┤" if label else "│", roles.AXIS),
        )
        cells = _shade(picture[row]) if ascii_only else _halves(*picture[2 * row : 2 * row + 2])
        result.append((*left, *cells))
    return [*result, *_axis(place, steps, selected, places, gutter)]


def cumulate(histogram: Histogram) -> Cumulated:
    """The cumulated shares of a histogram, buckets that overlap moved apart."""
    lefts, rights, counts = _sound(histogram)
    order = np.argsort(lefts, kind="stable")
    edges = np.column_stack([lefts[order], rights[order]]).ravel()
    above = np.cumsum(counts[order])
    if len(above):
        above /= above[-1]
    below = np.concatenate([[0.0], above[:-1]]) if len(above) else above
    return Cumulated(
        np.maximum.accumulate(edges) if len(edges) else edges,
        np.column_stack([below, above]).ravel(),
    )


def value_limits(cumulated: Sequence[Cumulated]) -> tuple[float, float] | None:
    """From where to where the values of some histograms, none of them empty, lie.

    Without their outermost values where these take half of the range or more. None for none.
    """
    if not cumulated:
        return None
    low = min(float(one.edges[0]) for one in cumulated)
    high = max(float(one.edges[-1]) for one in cumulated)
    inner_low = min(_quantile(one, _TAIL) for one in cumulated)
    inner_high = max(_quantile(one, 1 - _TAIL) for one in cumulated)
    if 0 < inner_high - inner_low < (high - low) / 2:
        return inner_low, inner_high
    return low, high


def _quantile(one: Cumulated, share: float) -> float:
    return float(np.interp(share, one.shares, one.edges))


def _sound(histogram: Histogram) -> tuple[NDArray[np.float64], ...]:
    """Left edges, right edges and counts of the buckets that are finite and hold something."""
    buckets = histogram.buckets
    sound = np.isfinite(buckets).all(axis=1) & (buckets[:, 2] >= _TINY)
    if not sound.all():
        buckets = buckets[sound]
    # Neither sums of counts nor slopes within the narrowest buckets must overflow.
    lefts, rights, counts = np.where(np.abs(buckets) < _TINY, 0.0, buckets).clip(-_HUGE, _HUGE).T
    return np.minimum(lefts, rights), np.maximum(lefts, rights), counts


def _facts(found: Statistics) -> list[Piece]:
    if not found.total:
        return [("empty", roles.WARN)]
    return [
        (f"{format_value(found.least)} … {format_value(found.most)}", roles.LEGEND),
        (f"mean ≈{format_value(float(f'{found.mean:.3g}'))}", roles.LEGEND),
        (f"{format_value(found.total)} values", roles.NOTE),
    ]


def _levels(cumulated: Sequence[Cumulated | None], scale: YScale, dots: int) -> NDArray[np.int64]:
    """Levels [dots from the top, histograms] of the ramp."""
    dot = (scale.y1 - scale.y0) / max(1, dots - 1)
    edges = scale.y0 + (np.arange(dots + 1) - 0.5) * dot
    shares = np.zeros((dots, len(cumulated)))
    for index, one in enumerate(cumulated):
        if one is None or not len(one.edges):
            continue
        below = np.interp(edges, one.edges, one.shares)
        below[0], below[-1] = 0.0, 1.0  # what lies beyond stands at the edge
        shares[::-1, index] = np.diff(below)
    # The densest dot of a usual column is the brightest; columns that are denser do not outshine.
    peaks = shares.max(axis=0)
    reference = float(np.median(peaks[peaks > 0])) if (peaks > 0).any() else 1.0
    bright: NDArray[np.float64] = np.sqrt(np.minimum(shares / reference, 1.0))
    return np.ceil(bright * LEVELS).astype(np.int64)


def _halves(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> list[Span]:
    spans: list[Span] = []
    for (top, bottom), run in groupby(zip(upper.tolist(), lower.tolist(), strict=True)):
        cells = len(list(run))
        if not top and not bottom:
            spans.append(Span(" " * cells, roles.BLANK))
        elif not top:
            spans.append(Span("▄" * cells, roles.heat(bottom, 0)))
        else:
            spans.append(Span("▀" * cells, roles.heat(top, bottom)))
    return spans


def _shade(levels: NDArray[np.int64]) -> list[Span]:
    most = len(SHADES) - 1
    text = "".join(SHADES[math.ceil(level * most / LEVELS)] for level in levels.tolist())
    return [Span(text, roles.LEGEND)]


def _labels(scale: YScale, plot_rows: int) -> dict[int, str]:
    """Labels of the value axis by row from the top."""
    ticks = y_ticks(scale)
    span = scale.y1 - scale.y0
    labels = {}
    for tick in ticks:
        row = round((scale.y1 - tick.position) / span * (plot_rows - 1)) if plot_rows > 1 else 0
        if 0 <= row < plot_rows and len(tick.label) <= _MOST_LABEL:
            labels[row] = tick.label
    return labels


def _axis(
    place: Place, steps: Sequence[int], selected: int, places: Sequence[int], gutter: int
) -> list[Row]:
    """The axis with the cursor below the selected column, and the labels of steps."""
    first = places.index(selected)
    cells = places.count(selected)
    cursor = [("└".rjust(gutter + 1), roles.AXIS), ("─" * first, roles.AXIS)]
    cursor += [("▲" * cells, roles.ACCENT), ("─" * (len(places) - first - cells), roles.AXIS)]
    middle = first + cells // 2
    labels = [(middle, format_step(place.step), roles.ACCENT)]
    labels += [(0, format_step(steps[0]), roles.TICK)]
    labels += [(len(places) - 1, format_step(steps[-1]), roles.TICK)]
    for share in (2, 1, 3):
        column = len(places) * share // 4
        labels.append((column, format_step(steps[places[column]]), roles.TICK))
    free = [True] * len(places)
    placed: list[tuple[int, str, str]] = []
    for column, text, role in labels:
        start = min(max(0, column - width(text) // 2), len(places) - width(text))
        around = slice(max(0, start - 2), start + width(text) + 2)
        if start >= 0 and all(free[around]):
            free[start : start + width(text)] = [False] * width(text)
            placed.append((start, text, role))
    below: list[Piece] = [(" " * (gutter + 1), roles.BLANK)]
    at = 0
    for start, text, role in sorted(placed):
        below += [(" " * (start - at), roles.BLANK), (text, role)]
        at = start + width(text)
    total = gutter + 1 + len(places)
    return [clip(cursor, total), clip(below, total)]
