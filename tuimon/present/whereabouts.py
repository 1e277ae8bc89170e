"""What there is to watch at a place besides the runs that are listed."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.events.nearby import NearbyLogdir, find_logdirs
from tuimon.runs.paths import state_home
from tuimon.runs.registry import RunStatus
from tuimon.runs.strays import StrayTraining, find_strays


class Whereabouts(NamedTuple):
    """What was found at and below a place, and on this host."""

    place: Path
    strays: Sequence[StrayTraining]
    logdirs: Sequence[NearbyLogdir]


def look_about(place: Path, runs: Sequence[RunStatus]) -> Whereabouts:
    """Look for log directories and trainings which are not those of these runs; takes a second."""
    listed = {Path(source.path) for run in runs for source in run.log_sources}
    found = find_logdirs(place, apart_from=state_home())
    children = (run.record.child for run in runs if run.record.ended_at is None)
    return Whereabouts(
        place,
        find_strays([child.pid for child in children if child is not None]),
        [one for one in found if one.path not in listed],
    )
