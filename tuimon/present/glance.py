"""A run at a glance: how its main metric went, for lists of runs."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tuimon.decoding import checked
from tuimon.events.logdir import LogdirScan
from tuimon.regular_file import read_regular
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.runs.replacement import replace_file
from tuimon.runs.sources import LogSource

if TYPE_CHECKING:  # numpy and all that reads event files: not for a list of what is known
    from tuimon.store.loading import LogReader
    from tuimon.store.run_log import RunLog

MOST_BYTES = 32 << 20
"""Longer logs are not read for a line in a list."""
COURSE_POINTS = 64
_MOST_FILE_BYTES = 1 << 16
_MOST_READERS = 16
"""Of runs that go on: what is in their logs stays in memory."""


class BestPoint(NamedTuple):
    """The best value of a metric, and where it was first reached."""

    value: float
    step: int


class Glance(NamedTuple):
    """A metric as `tuimon.present.main_metric` chooses it."""

    tag: str
    step: int
    """Of its newest point."""
    last: float
    course: tuple[float, ...]
    """Its values in order of steps, each the mean of as many points; at most `COURSE_POINTS`. NaN
    where none is finite."""
    best: BestPoint | None = None
    """None where the name of the metric does not tell what is best, or no value is finite."""


class _Kept(NamedTuple):
    """What is kept of a run that has ended, in ``glance.json``."""

    size: int
    """Bytes of the event files."""
    glance: Glance | None = None
    schema: int = 1


class _Seen(NamedTuple):
    status: RunStatus
    size: int
    glance: Glance | None


class GlanceBook:
    """Glances at runs, made anew as their logs grow; for one thread to ask."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._readers: dict[str, LogReader] = {}

    @property
    def glances(self) -> Mapping[str, Glance | None]:
        """All that are known, by the id of the run; a copy."""
        return {run: seen.glance for run, seen in self._seen.items()}

    def look(self, run: RunStatus) -> bool:
        """Look at the log of a run, unless nothing was heard of one that has ended; whether its
        glance is another one now."""
        key = run.record.id
        seen = self._seen.get(key)
        if seen is not None and seen.status is run and run.state.ended:
            return False
        found = self._look_at_ended(run, seen) if run.state.ended else self._look_on(run, seen)
        self._seen[key] = found
        return seen is None or seen.glance is not found.glance

    def _look_at_ended(self, run: RunStatus, seen: _Seen | None) -> _Seen:
        self._readers.pop(run.record.id, None)
        size = log_bytes(run.log_sources)
        if seen is not None and seen.size == size:
            return seen._replace(status=run)
        kept = _kept(run.paths)
        if kept is None or kept.size != size:
            kept = _Kept(size, _read(run.log_sources) if size <= MOST_BYTES else None)
            if run.state is not RunState.LOST:  # its training may still run
                _keep(run.paths, kept)
        return _Seen(run, size, kept.glance)

    def _look_on(self, run: RunStatus, seen: _Seen | None) -> _Seen:
        """Read what is new since the last time, if that was not too long ago."""
        from tuimon.store.loading import LogReader

        key = run.record.id
        reader = self._readers.pop(key, None)
        if reader is None or reader.sources != run.log_sources:
            reader, seen = LogReader(run.log_sources), None
        self._readers[key] = reader
        while len(self._readers) > _MOST_READERS:
            del self._readers[next(iter(self._readers))]
        size = reader.size()
        if seen is not None and seen.size == size:
            return seen._replace(status=run)
        if size > MOST_BYTES:
            return _Seen(run, size, None)
        reader.read()
        return _Seen(run, size, glance_at(reader.store.runs))


def log_bytes(sources: Sequence[LogSource]) -> int:
    """Size of event files: tells whether to look again."""
    total = 0
    for file in LogdirScan(sources).scan():
        with suppress(OSError):
            total += file.path.stat().st_size
    return total


def _read(sources: Sequence[LogSource]) -> Glance | None:
    from tuimon.store.loading import load

    return glance_at(load(sources).store.runs)


def glance_at(runs: "Mapping[str, RunLog]") -> Glance | None:
    """That of event files which were read; None when they hold no scalars."""
    import numpy as np

    from tuimon.present.main_metric import main_metric

    metric = main_metric(runs)
    if metric is None:
        return None
    newest = max(metric.series, key=lambda series: series.snapshot().wall_times[-1])
    steps, _, values = newest.snapshot()
    bests = []
    for one in metric.series:
        found = one.snapshot()
        finite = np.flatnonzero(np.isfinite(found.values))
        if metric.best is not None and len(finite):
            pick = np.argmin if metric.best == "min" else np.argmax
            at = finite[pick(found.values[finite])]
            bests.append(BestPoint(float(found.values[at]), int(found.steps[at])))
    pick_run = min if metric.best == "min" else max
    return Glance(
        metric.tag,
        int(steps[-1]),
        float(values[-1]),
        tuple(
            float(np.mean(part[np.isfinite(part)] if np.isfinite(part).any() else part))
            for part in np.array_split(values, min(len(values), COURSE_POINTS))
        ),
        pick_run(bests, key=lambda best: best.value, default=None),
    )


def _kept(paths: RunPaths) -> _Kept | None:
    with suppress(OSError, ValueError, RecursionError):
        found: _Kept = checked(json.loads(read_regular(paths.glance, _MOST_FILE_BYTES)), _Kept)
        return found if found.schema == 1 else None
    return None


def _keep(paths: RunPaths, kept: _Kept) -> None:
    glance = kept.glance
    if glance is not None:
        best = None if glance.best is None else glance.best._asdict()
        document = {**kept._asdict(), "glance": {**glance._asdict(), "best": best}}
    else:
        document = kept._asdict()
    with suppress(OSError):  # it is read again then
        replace_file(paths.glance, json.dumps(document).encode())
