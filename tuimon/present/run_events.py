"""What happened in a training, for its charts: epochs, drops of the learning rate, checkpoints,
alerts, restarts. What is not sure is left out."""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuimon.abandoned import Aside
from tuimon.charts.event_marks import ChartEvent, EventKind
from tuimon.metrics import measure_of
from tuimon.metrics.tokens import tokens
from tuimon.present.derived_series import logged_term
from tuimon.present.look import Look
from tuimon.runs.alerts import ENDED, Alert, AlertLevel
from tuimon.runs.checkpoints import Checkpoint, find_checkpoints
from tuimon.session.session import Session
from tuimon.store.parts import trainings
from tuimon.store.run_log import RunLog
from tuimon.store.series import Points, Series
from tuimon.text import format_value, safe

_EVERY = 2.0
"""Seconds from one look to the next."""
_CHECKPOINTS_EVERY = 20.0
_MOST = 400
"""Of a kind; the newest ones."""
_DROP, _LEVEL = 0.7, 0.02
"""A learning rate drops to such a part of what it was, after it had changed by less than that."""
_SLACK = 60.0
"""Seconds before and behind a training in which a checkpoint may be its own."""


class RunEvents:
    """What happened in the training that stands out, or the only one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: tuple[object, tuple[ChartEvent, ...]] = None, ()
        self._looked = 0.0
        self._directory: Path | None = None
        self._search: Aside[list[Checkpoint]] | None = None
        self._searched = 0.0
        self._checkpoints: Sequence[Checkpoint] = ()

    def newest(self, look: Look) -> tuple[ChartEvent, ...]:
        """What is known now; nothing where it is not to be shown, or of which of several runs."""
        run = self._run(look) if look.events else None
        if run is None:
            return ()
        self._look_for_checkpoints(run.path)
        alerts, now = self._session.alerts, time.monotonic()
        key = run.name, look.x, len(alerts), self._checkpoints
        if key != self._known[0] or now - self._looked >= _EVERY:
            self._looked = now
            self._known = key, tuple(events_of(run, alerts, self._checkpoints, look.x))
        return self._known[1]

    def _run(self, look: Look) -> RunLog | None:
        runs = self._session.store.runs
        names = [look.focus] if look.focus in runs else trainings(runs)
        return runs.get(names[0]) if len(names) == 1 else None

    def _look_for_checkpoints(self, directory: Path) -> None:
        """Ask a thread for those below the log: there may be many files, and they may hang."""
        if directory != self._directory:
            self._directory, self._checkpoints, self._searched = directory, (), 0.0
            self._search = Aside(partial(find_checkpoints, [directory]))
        now, search = time.monotonic(), self._search
        if search and (search.pending or now - self._searched >= _CHECKPOINTS_EVERY):
            self._searched = now
            found = search.ask()
            if found is not None and found != self._checkpoints:
                self._checkpoints = found


def events_of(
    run: RunLog, alerts: Sequence[Alert], checkpoints: Sequence[Checkpoint], x: str = ""
) -> list[ChartEvent]:
    """What happened in a run; `x` is the formula of an axis that was logged."""
    series = max(run.series.values(), key=len, default=None)
    if series is None or not len(series):
        return []
    points = series.snapshot()
    ascends = bool((points.wall_times[1:] >= points.wall_times[:-1]).all())
    clock = points if ascends else None
    found = [
        *_recent(_restarts(series)),
        *_recent(_alerts(alerts, clock)),
        *_recent(_drops(run.series)),
        *_recent(_saved(checkpoints, clock)),
        *_recent(_epochs(run.series)),
    ]
    term = logged_term(x, run.series) if x else None
    along = None if term is None else term.points()
    made = [one._replace(elapsed=one.wall_time - run.first_time) for one in found]
    if along is None or not len(along.steps):
        return made
    return [one._replace(x=_last_at(along, one.step)) for one in made]


def _recent(events: Iterator[ChartEvent]) -> list[ChartEvent]:
    return [*events][-_MOST:]


def _event(kind: EventKind, text: str, step: int, wall_time: float) -> ChartEvent:
    return ChartEvent(kind, safe(text), step, wall_time, 0.0)


def _epochs(logged: Mapping[str, Series]) -> Iterator[ChartEvent]:
    """Where the number of an epoch is another one than before."""
    for tag, series in logged.items():
        words = tokens(tag)
        if not words or words[-1].word not in ("epoch", "epochs"):
            continue
        points = series.snapshot()
        whole = np.floor(points.values)
        if measure_of(tag).kind != "count" or len(whole) < 2 or not np.isfinite(whole).all():
            continue
        steps = np.diff(whole)
        if (steps >= 0).all() and (steps > 0).any():
            for place in (np.flatnonzero(steps) + 1).tolist():
                yield _at(points, place, "epoch", f"epoch {whole[place]:g}")
            return


def _drops(logged: Mapping[str, Series]) -> Iterator[ChartEvent]:
    """Where the first learning rate falls at once from a level."""
    for tag, series in logged.items():
        if measure_of(tag).kind != "learning rate" or len(series) < 3:
            continue
        points = series.snapshot()
        values: NDArray[np.float64] = points.values
        with np.errstate(invalid="ignore", divide="ignore"):
            level = abs(values[1:-1] - values[:-2]) <= _LEVEL * abs(values[1:-1])
            fell = (values[2:] > 0) & (values[2:] <= _DROP * values[1:-1]) & level
        for place in (np.flatnonzero(fell) + 2).tolist():
            before, after = (format_value(float(values[at])) for at in (place - 1, place))
            yield _at(points, place, "rate", f"{tag} {before} to {after}")
        return


def _restarts(series: Series) -> Iterator[ChartEvent]:
    for step, wall_time in series.resumed:
        yield _event("restart", "restarted", step, wall_time)


def _alerts(alerts: Sequence[Alert], clock: Points | None) -> Iterator[ChartEvent]:
    for alert in alerts:
        if alert.key != ENDED and alert.level is not AlertLevel.INFO:
            step = alert.step if alert.step is not None else _step_at(clock, alert.wall_time)
            if step is not None:
                yield _event("alert", alert.title, step, alert.wall_time)


def _saved(checkpoints: Sequence[Checkpoint], clock: Points | None) -> Iterator[ChartEvent]:
    for one in sorted(checkpoints, key=lambda one: one.written_at):
        step = _step_at(clock, one.written_at)
        if step is not None:
            yield _event("saved", one.path.name, step, one.written_at)


def _step_at(clock: Points | None, wall_time: float) -> int | None:
    """The last step that was logged by then; None where that is not sure."""
    if clock is None or not clock.wall_times[0] <= wall_time <= clock.wall_times[-1] + _SLACK:
        return None
    times = clock.wall_times
    return int(clock.steps[int(np.searchsorted(times, wall_time, side="right")) - 1])


def _at(points: Points, place: int, kind: EventKind, text: str) -> ChartEvent:
    return _event(kind, text, int(points.steps[place]), float(points.wall_times[place]))


def _last_at(points: Points, step: int) -> float:
    place = int(np.searchsorted(points.steps, step, side="right")) - 1
    return float(points.values[place]) if place >= 0 else float("nan")
