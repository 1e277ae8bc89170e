"""From logs, console and machine to the alerts of a run."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tuimon.console.history import read_tail
from tuimon.events.finder import SourceFinder
from tuimon.events.log_kinds import lasting_path
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import is_event_file
from tuimon.events.point_history import PointHistory
from tuimon.events.points import ScalarColumns
from tuimon.events.tails import Tail, open_tail
from tuimon.health.machine import MachineRules, is_working
from tuimon.health.rule_watch import Fulfilled, RuleWatch
from tuimon.health.stall import StallRule
from tuimon.health.values import ValueRules
from tuimon.own_rules import parse_rule
from tuimon.recorder.notify import EventNotice, Notifier
from tuimon.recorder.pace import Pace
from tuimon.recorder.processes import run_pids
from tuimon.recorder.recent_values import RecentValues
from tuimon.recorder.rule_actions import act
from tuimon.recorder.system_metrics import SystemMetrics
from tuimon.runs.alerts import ENDED, Alert, AlertLevel, AlertLog, is_event
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus, read_status
from tuimon.runs.secrecy import mask_of
from tuimon.runs.sources import LogSource
from tuimon.runs.writers import FileClaims
from tuimon.stacks.survey import survey
from tuimon.text import format_duration

_LOOK_EVERY = 1.0
_CPU_SHARE = 0.02
_POLL_BYTES = 1 << 20
_LAST_SECONDS = 5.0
_LINES = 10
"""Of the output that notices have."""
_FRESH_SECONDS = 60.0
"""What was measured before that tells nothing of now: a driver hangs."""

log = logging.getLogger(__name__)


class _WatchedLog(NamedTuple):
    run: str
    tail: Tail
    history: PointHistory | None
    """Of what may be rewritten: no event file."""


class HealthWatch:
    """Reads what a training writes since its start and notes what somebody should know."""

    def __init__(
        self,
        paths: RunPaths,
        status: RunStatus,
        logged: Callable[[str, ScalarColumns], None] = lambda tag, columns: None,
    ) -> None:
        """`logged` is told of all points of the training's own."""
        self._paths = paths
        self._logged = logged
        self._alerts = AlertLog(paths.alerts)
        self._notifier = Notifier(
            status.record.notify,
            {"TUIMON_RUN": status.record.name, "TUIMON_RUN_ID": status.record.id},
            mask_of(status.record),
            lambda: read_tail(paths.console_log, _LINES),
        )
        self._recent = RecentValues()
        self._was_asked_for = False
        """Whether the training ended as somebody wanted, who need not be told."""
        self._finder = SourceFinder(status.record.started_at, FileClaims(paths))
        self._logs: dict[Path, _WatchedLog] = {}
        self._histories: dict[Path, PointHistory] = {}
        self._values = ValueRules()
        self.has_scalars = False
        """Whether the training has written any, to event files of its own."""
        self.has_log_scalars = False
        """The same, to other logs."""
        self.has_others = False
        """Whether it has written anything else to event files."""
        self._stall = StallRule(time.monotonic(), self._where)
        self._machine = MachineRules()
        self._own = RuleWatch(map(parse_rule, status.record.rules))
        self._output = 0
        self._pace = Pace(_LOOK_EVERY, _CPU_SHARE)
        self._untold: list[Alert] = []

    def step(
        self, sources: tuple[LogSource, ...], system: SystemMetrics | None, *, paused: bool
    ) -> None:
        """Look, if it is time to, at what is new; `paused` trainings are silent."""
        if time.monotonic() < self._pace.due:
            return
        with self._pace.turn():
            self._finder.set_sources(sources)
            self._read()
            self._look_at_output()
            now = time.time()
            self._fulfil(self._own.look(now))
            self.note(*self._own.unmatched(now))
            measured_at, readings = system.latest if system is not None else (0.0, {})
            if readings:
                self.note(*self._machine.take(readings, measured_at))
            working = is_working(readings) if now - measured_at < _FRESH_SECONDS else None
            self.note(self._stall.look(time.monotonic(), now, working, paused=paused))

    def catch_up(self, sources: tuple[LogSource, ...]) -> None:
        """Read all that has been written so far, for five seconds at most."""
        self._finder.set_sources(sources)
        deadline = time.monotonic() + _LAST_SECONDS
        while self._read(last=True) and time.monotonic() < deadline:
            pass

    def finish(self, sources: tuple[LogSource, ...], status: RunStatus) -> None:
        """The training has ended: read the rest, for five seconds at most, and tell how."""
        self.catch_up(sources)
        self._was_asked_for = status.state is RunState.STOPPED
        self.note(*self._own.unmatched(time.time(), ended=True), _ending(status))

    def close(self) -> None:
        """Wait until everybody has been told."""
        self._notifier.finish()

    def _read(self, *, last: bool = False) -> bool:
        """Read a piece of each log; whether anything was new."""
        found = self._finder.find(last=last)
        for path in self._finder.displaced:
            self._logs.pop(path, None)
        self._logs |= {file.path: self._watched(file) for file in found}
        points = 0
        news = False
        for run, tail, history in self._logs.values():
            is_own = tail.path.is_relative_to(self._paths.directory)
            for batch in tail.poll(_POLL_BYTES):
                news = True
                scalars = batch.scalars if history is None else history.new_of(batch)
                self.has_scalars |= bool(scalars) and not is_own and history is None
                self.has_log_scalars |= bool(scalars) and history is not None
                self.has_others |= bool(batch.refs) and not is_own
                for tag, columns in scalars.items():
                    points += len(columns.steps)
                    if not is_own:
                        self._logged(tag, columns)
                    self._judge(run, tag, columns, time.time())
        if points:
            self._stall.sign_of_life(points=points)
        return news

    def _watched(self, file: FoundFile) -> _WatchedLog:
        """A log from its start; what stood in a table before the launch is passed over."""
        tail = open_tail(file.path)
        if is_event_file(file.path.name):
            return _WatchedLog(file.run, tail, None)
        history = self._histories.setdefault(lasting_path(file.path), PointHistory())
        history.begin_again()
        before = self._finder.grown.get(file.path, 0)
        while tail.offset < before and (batches := tail.poll(before - tail.offset)):
            for batch in batches:
                history.new_of(batch)
        return _WatchedLog(file.run, tail, history)

    def _judge(self, run: str, tag: str, columns: ScalarColumns, now: float) -> None:
        """The user's own rules come first: what they tell is not told twice."""
        self._recent.take(tag if run == "." else f"{run}/{tag}", columns)
        self._fulfil(self._own.take(run, tag, columns, now))
        told = self._values.take(run, tag, columns, now)
        self.note(*(alert for alert in told if not self._own.covers(run, tag, alert)))

    def _where(self) -> str:
        """At which lines the training is, if its processes tell; takes a second."""
        found = survey(run_pids(self._paths, read_status(self._paths.directory).record))
        return found.headline() if any(one.threads for one in found.processes) else ""

    def _look_at_output(self) -> None:
        try:
            size = self._paths.console_log.stat().st_size
        except OSError:
            return
        if size != self._output:
            self._output = size
            self._stall.sign_of_life()

    def _fulfil(self, fulfilled: Iterable[Fulfilled]) -> None:
        """Do what rules want, and tell it; what was told before was done."""
        for rule, alert in fulfilled:
            if alert.key not in self._alerts.told:
                text = f"{alert.text} {act(self._paths, rule)}".rstrip()
                self.note(replace(alert, text=text))

    def note(self, *alerts: Alert | None) -> None:
        """Write alerts down; what cannot be written goes on waiting."""
        self._untold += [alert for alert in alerts if alert is not None]
        while self._untold:
            try:
                written = self._alerts.add(self._untold[0])
            except OSError as error:
                log.warning("an alert cannot be written: %s", error)
                return
            alert = self._untold.pop(0)
            if written and is_event(alert, asked_for=self._was_asked_for):
                self._notifier.tell(EventNotice(alert, self._recent.line(alert.key)))


def _ending(status: RunStatus) -> Alert:
    """How the training ended, as an alert."""
    record = status.record
    ended_at = record.ended_at or time.time()
    took = f"after {format_duration(status.took(ended_at))}"
    reason = None if status.state is RunState.FINISHED else status.cause
    return Alert(
        key=ENDED,
        level=AlertLevel.ERROR if status.state.went_wrong else AlertLevel.INFO,
        title=f"{record.name} {status.state}",
        text=f"{took}: {reason}" if reason else took,
        wall_time=time.time(),  # when it is told: later than all that was told before
    )
