"""What the legend tells of each curve: newest and best values, or those at the cursor."""

from collections.abc import Collection, Sequence

import numpy as np

from tuimon.charts import roles
from tuimon.charts.cursor import (
    Readings,
    group_label,
    group_reading,
    more_text,
    spread_text,
)
from tuimon.charts.heading import LegendEntry
from tuimon.charts.model import Curve, GroupReading
from tuimon.charts.reference import change_of
from tuimon.charts.style import CurveStyle
from tuimon.charts.track import Track
from tuimon.charts.units import PLAIN, Unit

BASELINE = "baseline"


def newest_entries(
    tracks: Sequence[Track],
    style: CurveStyle,
    unit: Unit = PLAIN,
    beside: Collection[Curve] = (),
) -> list[LegendEntry]:
    """Return the curves, and each group once, with their newest and best values.

    Of curves whose colours are named beside the chart only their kinds are told, but of a lone one.
    The newest values of some stand `beside` the ends of their lines. Baselines are told once.
    """
    by_letter = style.lettered or style.marks.ascii
    kinds: dict[str, LegendEntry] = {}
    told: list[Track] = []
    references = {track.curve.reference for track in tracks}
    baseline = [_reference_entry(one.curve, style) for one in tracks if one.curve in references]
    for track in tracks:
        kind = track.curve.kind
        if track.curve in references:
            continue
        if kind is None or (kind and by_letter) or len(tracks) == 1:
            told.append(track)
        elif kind and not track.curve.faded:
            kinds.setdefault(kind, _kind_entry(kind, track.curve, style))
    return [*kinds.values(), *_told_entries(told, style, unit, beside), *baseline[:1]]


def _told_entries(
    tracks: Sequence[Track], style: CurveStyle, unit: Unit, beside: Collection[Curve]
) -> list[LegendEntry]:
    groups: dict[str, list[Curve]] = {}
    for track in tracks:
        if track.curve.group:
            groups.setdefault(track.curve.group, []).append(track.curve)
    entries = []
    for track in tracks:
        curve = track.curve
        if not curve.group:
            best = _best_text(track, style, unit)
            newest = last_value(curve)
            last = None if curve in beside else newest
            entry = _entry(curve, style, curve.label, last, best, unit)
            if newest is not None:
                entry = entry._replace(change=change_of(curve, int(curve.steps[-1]), newest))
            entries.append(entry)
        elif members := groups.pop(curve.group, None):
            last, group = _newest_of_group(members) or (None, None)
            # Members without names of their own are one thing to the reader: value and margins.
            named = any(member.label != curve.group for member in members)
            several = curve.spread is not None or (named and len(members) > 1)
            label = group_label(curve.group, len(members)) if several else curve.group
            spread = spread_text(group) if group and curve.spread is not None else ""
            entries.append(_entry(curve, style, label, last, spread, unit))
    return entries


def _kind_entry(kind: str, curve: Curve, style: CurveStyle) -> LegendEntry:
    cue = style.marks.cue(0, curve.pattern)
    return LegendEntry(kind, curve.colour, None, cue=cue, role=roles.LEGEND)


def _reference_entry(curve: Curve, style: CurveStyle) -> LegendEntry:
    """What others are compared with; its values are at other steps than theirs."""
    return LegendEntry(BASELINE, curve.colour, None, cue=style.cue(curve), role=style.role(curve))


def read_entries(readings: Readings, style: CurveStyle) -> list[LegendEntry]:
    """Return the curves with what they hold at the cursor."""
    return [
        _entry(one.curve, style, one.label, one.value, more_text(one, mark, style.marks))._replace(
            exact=one.group is None,
            change=None if one.group else change_of(one.curve, one.step, one.value),
        )
        for one, mark in readings
    ]


def _entry(
    curve: Curve,
    style: CurveStyle,
    label: str,
    last: float | None,
    more: str,
    unit: Unit = PLAIN,
) -> LegendEntry:
    label = f"* {label}" if curve.pinned else label
    cue, role = style.cue(curve), style.role(curve)
    return LegendEntry(label, curve.colour, last, more, cue, role, unit=unit)


def last_value(curve: Curve) -> float | None:
    """The newest value of a curve."""
    return float(curve.values[-1]) if len(curve.values) else None


def _newest_of_group(members: Sequence[Curve]) -> tuple[float, GroupReading] | None:
    """What the newest values of curves come to; None of no values at all."""
    values = [value for member in members if (value := last_value(member)) is not None]
    return group_reading(members[0], np.array(values)) if values else None


def _best_text(track: Track, style: CurveStyle, unit: Unit) -> str:
    curve = track.curve
    index = track.best(curve.best) if curve.best and style.options.labels else None
    if index is None:
        return ""
    step = curve.steps[index if track.order is None else track.order[index]]
    value = unit.text(float(track.values[index]))
    return f"{style.marks.best} {value} @ {step}"
