"""Rules of the user's own over the points of a training (see `tuimon.own_rules`)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from tuimon.decoding import near
from tuimon.events.points import ScalarColumns
from tuimon.health.values import NOT_FINITE
from tuimon.metrics import measure_of
from tuimon.own_rules import OwnRule
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import format_value

_UNMATCHED_SECONDS = 600.0
"""How long a training logs before a rule is told to look at nothing; validations come late."""


class Fulfilled(NamedTuple):
    """A rule whose condition has held for its time, and what is to be told of it."""

    rule: OwnRule
    alert: Alert


class _RuledMetric:
    """One metric that a rule looks at."""

    def __init__(self, name: str, rule: OwnRule) -> None:
        self.name = name
        self.rule = rule
        self.since: float | None = None
        """When its condition began to hold; a last value goes on to hold."""
        self.newest = (0, 0.0)
        """Step and value that were seen last while it held."""
        self.is_done = False

    def take(self, points: ScalarColumns, now: float) -> None:
        """Time counts from when points were read: they may be dated as they like."""
        holds = np.array([self.rule.holds(value) for value in points.values.tolist()])
        if not self.rule.seconds and holds.any():
            place = int(np.argmax(holds))
        elif len(holds) and holds[-1]:
            place = len(holds) - 1
        else:
            if len(holds):
                self.since = None
            return
        if self.since is None or not holds.all():
            self.since = now
        self.newest = int(points.steps[place]), float(points.values[place])

    def look(self, now: float) -> Fulfilled | None:
        if self.is_done or self.since is None or now - self.since < self.rule.seconds:
            return None
        self.is_done = True
        step, value = self.newest
        return Fulfilled(
            self.rule,
            Alert(
                key=f"rule {self.rule} {self.name}",
                level=AlertLevel.ERROR if self.rule.sign == "is nan" else AlertLevel.WARN,
                title=f"{self.name} {self.rule.condition}",
                text=f"{format_value(value)} at step {step}, by your rule {self.rule}.",
                wall_time=now,
                step=step,
            ),
        )


class RuleWatch:
    """Follows the metrics that rules are about; each is told once of each metric."""

    def __init__(self, rules: Iterable[OwnRule]) -> None:
        self._rules = tuple(rules)
        self._courses: dict[tuple[str, str], list[_RuledMetric]] = {}
        self._tags: set[str] = set()
        self._begun_at: float | None = None
        self._unmatched_told = False

    def take(self, run: str, tag: str, points: ScalarColumns, now: float) -> list[Fulfilled]:
        """New points of a tag, in file order, read at `now` (Unix seconds)."""
        if not self._rules:
            return []
        courses = self._courses.get((run, tag))
        if courses is None:
            name = tag if run == "." else f"{run}/{tag}"
            about = [rule for rule in self._rules if _is_about(rule, tag, name)]
            courses = self._courses[run, tag] = [_RuledMetric(name, rule) for rule in about]
            self._tags.add(tag)
            self._begun_at = now if self._begun_at is None else self._begun_at
        for course in courses:
            if not course.is_done:
                course.take(points, now)
        return _fulfilled(courses, now)

    def covers(self, run: str, tag: str, alert: Alert) -> bool:
        """Whether a rule has told already of this metric what an alert of tuimon's would."""
        courses = self._courses.get((run, tag), ())
        is_told = any(course.is_done and course.rule.sign == "is nan" for course in courses)
        return is_told and alert.key.startswith(NOT_FINITE)

    def look(self, now: float) -> list[Fulfilled]:
        """What holds for long enough by now."""
        return [one for courses in self._courses.values() for one in _fulfilled(courses, now)]

    def unmatched(self, now: float, *, ended: bool = False) -> Iterator[Alert]:
        """Rules that no metric is called by, once the training has logged for ten minutes."""
        begun = self._begun_at
        if self._unmatched_told or not (
            ended or (begun is not None and now - begun >= _UNMATCHED_SECONDS)
        ):
            return
        self._unmatched_told = True
        matched = {course.rule for courses in self._courses.values() for course in courses}
        for rule in self._rules:
            if rule not in matched:
                yield Alert(
                    key=f"rule unmatched {rule}",
                    level=AlertLevel.WARN,
                    title=f"no metric is called {rule.tag}",
                    text=f"None was so far: your rule {rule} has nothing to look at"
                    f"{near(rule.tag, self._tags)}",
                    wall_time=now,
                )


def _is_about(rule: OwnRule, tag: str, name: str) -> bool:
    """Of several metrics at once, NaN counts where it means that something is broken."""
    if rule.sign == "is nan" and "*" in rule.tag and not measure_of(tag).is_vital:
        return False
    return rule.is_about(tag) or rule.is_about(name)


def _fulfilled(courses: Iterable[_RuledMetric], now: float) -> list[Fulfilled]:
    return [found for course in courses if (found := course.look(now)) is not None]
