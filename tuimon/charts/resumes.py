"""Where trainings were resumed: from there on other points had been, which were overwritten."""

from collections.abc import Iterable

import numpy as np

from tuimon.charts.axis import Axis
from tuimon.charts.model import Curve
from tuimon.charts.track import Track
from tuimon.charts.viewport import Area

_MOST = 32
"""Of a curve: more are told by their number alone."""


def resume_cells(tracks: Iterable[Track], axis: Axis, area: Area) -> list[int]:
    """The cells of the x axis in which curves go on that were resumed, as far as they are shown."""
    cells = set[int | None]()
    for track in tracks:
        for place in resumes_of(track.curve)[:_MOST] if not track.curve.faded else ():
            index = place if track.order is None else int(np.flatnonzero(track.order == place)[0])
            cells.add(area.cell(axis.position(track, index)))
    return sorted(cell for cell in cells if cell is not None)


def resumes_of(curve: Curve) -> list[int]:
    """The indices of the points of a curve that were the first after a resume.

    Between the point before and that one others were logged, which are given up: what an earlier
    resume left, and a later one took, is none, nor is anything where clocks do not tell.
    """
    old = curve.superseded
    if old is None:
        return []
    steps, times = old.steps[old.starts], old.wall_times[old.starts]
    places = np.searchsorted(curve.steps, steps)
    known = places < len(curve.steps)
    places, times = places[known], times[known]
    before = np.append(-np.inf, curve.wall_times)[places]
    between = (before <= times) & (times <= curve.wall_times[places])
    found: list[int] = np.unique(places[between]).tolist()
    return found
