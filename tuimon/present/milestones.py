"""What somebody waits for in a training: an alert, a step, values that keep to bounds."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from tuimon.runs.alerts import Alert, is_wrong
from tuimon.runs.registry import RunStatus
from tuimon.session.training_progress import ProgressWatch
from tuimon.store.filters import FilterError, parse_expression, terms_of
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.text import format_step, format_value, safe

_STEP = re.compile(r"\s*step\s*(?:=|>=)\s*(\d{1,18})\s*", re.IGNORECASE)
_MOST_NAMES = 8


class ReachedMilestone(NamedTuple):
    """How it came."""

    told: str
    """In a few words, free of control characters."""
    step: int | None = None
    values: Mapping[str, float] = {}
    """By metric; what the bounds are about."""
    alert: Alert | None = None


class Milestone(Protocol):
    """What is waited for, beside the training's end."""

    reads_logs: bool
    """Whether the store is looked at."""

    def look(self, status: RunStatus, store: Store) -> ReachedMilestone | None:
        """How it has come, or None so far. Of one run and store, each time with more in it."""

    def standing(self, store: Store) -> str:
        """How far it is from that; empty where there is nothing to say."""


def parse_milestone(text: str, since: float) -> Milestone | None:
    """``alert`` (told later than `since`, Unix s), ``step=5000``, ``val/loss<0.3 and acc>.9``.

    None is ``end``. Raises FilterError.
    """
    word = text.strip().lower()
    if word == "end":
        return None
    if word == "alert":
        return _AlertMilestone(since)
    if found := _STEP.fullmatch(text):
        return _StepMilestone(int(found[1]))
    return _ValueMilestone(text)


class _AlertMilestone:
    reads_logs = False

    def __init__(self, since: float) -> None:
        self._since = since

    def look(self, status: RunStatus, store: Store) -> ReachedMilestone | None:
        for alert in status.alerts:
            if is_wrong(alert) and alert.wall_time > self._since:
                told = f"{alert.level}: {safe(alert.title)}: {safe(alert.text)}"
                return ReachedMilestone(told, alert.step, alert=alert)
        return None

    def standing(self, store: Store) -> str:
        return "no alert"


class _StepMilestone:
    reads_logs = True

    def __init__(self, step: int) -> None:
        self._step = step
        self._progress = ProgressWatch()

    def look(self, status: RunStatus, store: Store) -> ReachedMilestone | None:
        progress = self._progress.progress(store.runs)
        if progress is not None and progress.furthest >= self._step:
            step = progress.furthest
            return ReachedMilestone(f"step {format_step(step)}", step)
        return None

    def standing(self, store: Store) -> str:
        progress = self._progress.progress(store.runs)
        return f"step {format_step(progress.furthest)}" if progress else "no step was logged"


class _ValueMilestone:
    """Met at the first step at which the newest values keep to the bounds, points in force alone:
    what came in between two looks is not missed."""

    reads_logs = True

    def __init__(self, text: str) -> None:
        self._holds = parse_expression(text)
        self._terms = terms_of(text)
        if not self._terms or any(term.bound is None for term in self._terms):
            raise FilterError("neither end, alert, step=N nor bounds such as val/loss<0.3")
        self._restart()

    def _restart(self) -> None:
        self._values: dict[str, float] = {}
        self._taken: dict[str, tuple[int, int]] = {}  # the series' epoch, points
        self._step = 0

    def look(self, status: RunStatus, store: Store) -> ReachedMilestone | None:
        series = dict(self._series(store))
        taken = self._taken
        if any(name in taken and taken[name][0] != one.epoch for name, one in series.items()):
            self._restart()
        points = sorted(self._new_points(series), key=lambda point: point[:2])
        for at, (_, step, name, value) in enumerate(points):
            self._values[name], self._step = value, step
            is_last_of_step = at + 1 == len(points) or points[at + 1][1] != step
            if is_last_of_step and self._holds(lambda term: term.keeps(self._values)):
                values = {name: self._values[name] for name in sorted(self._kept())}
                return ReachedMilestone(self._told(values), step, values)
        return None

    def _series(self, store: Store) -> Iterator[tuple[str, Series]]:
        """What any term may be about, by the name of the metric."""
        for run, log in store.runs.items():
            for tag, series in log.series.items():
                name = tag if run == "." else f"{run}/{tag}"
                if any(term.pattern.search(name) for term in self._terms):
                    yield name, series

    def _new_points(self, found: Mapping[str, Series]) -> Iterator[tuple[float, int, str, float]]:
        """Wall time, step, metric and value: axes of metrics may differ, the time is one."""
        for name, series in found.items():
            epoch, points = series.epoch, series.snapshot()
            _, begin = self._taken.get(name, (epoch, 0))
            self._taken[name] = epoch, len(points.steps)
            for step, wall_time, value in zip(
                *(column[begin:].tolist() for column in points), strict=True
            ):
                yield wall_time if math.isfinite(wall_time) else 0.0, step, name, value

    def _kept(self) -> Iterator[str]:
        """Metrics that terms are about, as far as these alone tell."""
        for name, value in self._values.items():
            if any(term.names(name) or term.keeps({name: value}) for term in self._terms):
                yield name

    def _told(self, values: Mapping[str, float]) -> str:
        told = [f"{safe(name)} {format_value(value)}" for name, value in values.items()]
        more = [f"{len(told) - _MOST_NAMES} more"] if len(told) > _MOST_NAMES else []
        return f"{', '.join(told[:_MOST_NAMES] + more)} at step {format_step(self._step)}"

    def standing(self, store: Store) -> str:
        if self._values:
            return self._told(self._values)
        return "no metric of that name was logged"
