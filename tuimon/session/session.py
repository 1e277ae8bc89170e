"""What a front end watches: one run, log directories, or (a subclass) a process.

What is measured of a run's machine is a store of its own (`SystemLog`), filled when it is wanted.
"""

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tuimon.abandoned import Aside
from tuimon.places.place_watch import PlaceWatch
from tuimon.runs.activity import remark
from tuimon.runs.alerts import Alert
from tuimon.runs.baselines import Baseline, baseline_above, baseline_of
from tuimon.runs.foreign import ForeignProcess
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorRecord, RecordError, RunState
from tuimon.runs.registry import RunStatus, read_status
from tuimon.runs.sources import PLACE, LogSource
from tuimon.session.baseline_log import BaselineLog
from tuimon.session.training_progress import ProgressWatch, TrainingProgress
from tuimon.store.follower import Follower
from tuimon.store.series import Series
from tuimon.store.store import Store
from tuimon.text import format_duration

_STATUS_EVERY = 0.5
_TOLD_AFTER = 3.0
"""Seconds that a file system may take to answer."""
_STILL_SECONDS = 600.0
"""After which a log that nobody is known to write to counts as ended."""


class LogSearch(NamedTuple):
    """Where the curves of a training come from."""

    directory: str
    """They are looked for below it."""
    named: bool = False
    """Whether the user named it."""
    console_metrics: str | None = None
    """`RunRecord.console_metrics`; None for what was started without tuimon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """Whose log directories are watched: a run, or a process. Times are Unix seconds."""

    name: str
    state: RunState
    started_at: float
    ended_at: float | None = None
    reason: str | None = None
    """One sentence on the state, where there is more to say."""
    paused: bool = False
    flawed: bool = False
    """Whether its curves are not to be trusted."""
    mirror: MirrorRecord | None = None
    search: LogSearch
    """How its event files are found."""


class Session:
    """A store that fills itself, and the state of the run that fills it.

    `run` is None when plain log directories are watched.
    """

    process: ForeignProcess | None = None
    """The process that is watched, where no run is."""

    def __init__(self, run: RunPaths | None, sources: Sequence[LogSource] = ()) -> None:
        self.run = run
        self.store = Store()
        self.system = None if run is None else SystemLog(run)
        """What is measured of the run's machine; started by who looks at it."""
        self.status: RunStatus | None = None if run is None else read_status(run.directory)
        self.sources = self._known_sources(tuple(sources))
        """The log directories followed."""
        self.places = [PlaceWatch(one) for one in self.sources if one.found_by == PLACE]
        """How the copies of other machines stand, of the log directories that are such."""
        self.follower = Follower(self.store, self.sources)
        self._records = None if run is None else Aside(partial(read_status, run.directory))
        self.baseline = BaselineLog(self._find_baseline, None if run is None else run.directory)
        self._checked = time.monotonic()
        self._progress_watch = ProgressWatch()
        self._progress_version = -1
        self._progress: TrainingProgress | None = None
        self._grown_at = -math.inf
        """Monotonic seconds of the last points that came after all there was had been read."""
        self._caught_up = False

    def _find_baseline(self) -> Baseline | None:
        """That of the directory in which the run was started, or the log directories lie."""
        if self.status is not None:
            return baseline_of(self.status.record.cwd)
        return baseline_above([source.path for source in self.sources])

    @classmethod
    def of_logdirs(cls, directories: Sequence[Path]) -> "Session":
        """Watch log directories that any program writes."""
        return cls(None, [LogSource(path=str(path), recursive=True) for path in directories])

    def start(self) -> None:
        """Start following the event files."""
        self.follower.start()

    def stop(self) -> None:
        """Stop following; the store stays readable."""
        self.follower.stop()
        self.baseline.stop()
        if self.system is not None:
            self.system.stop()

    def poll(self) -> None:
        """Look at the run's records again, and follow log directories found since."""
        self.baseline.poll()
        self.store.reference = self.baseline.reference
        now = time.monotonic()
        records = self._records
        if records is None or not (records.pending or now - self._checked >= _STATUS_EVERY):
            return
        self._checked = now
        # Removed while it is watched: what was read of it stays on the screen.
        with suppress(RecordError):
            if (found := records.ask()) is not None:
                self.status = found
                self._follow(self._known_sources(()))

    @property
    def alerts(self) -> Sequence[Alert]:
        """What the recorder has to say of the run, oldest first."""
        return () if self.status is None else self.status.alerts

    @property
    def subject(self) -> TrainingFacts | None:
        """What writes the event files; None when plain log directories are watched."""
        status = self.status
        if status is None:
            return None
        record = status.record
        return TrainingFacts(
            name=status.name,
            state=status.state,
            started_at=record.started_at,
            ended_at=status.ended_at,
            reason=self._unanswered() or remark(status, time.time()),
            paused=status.is_paused,
            flawed=status.flaw is not None,
            mirror=status.mirror,
            search=LogSearch(
                record.logdir or record.cwd, record.logdir is not None, record.console_metrics
            ),
        )

    def _unanswered(self) -> str | None:
        """Why what is known of the run may no longer be so."""
        seconds = 0.0 if self._records is None else self._records.hangs_for
        if seconds < _TOLD_AFTER:
            return None
        return f"known {format_duration(seconds)} ago: the state directory does not answer"

    @property
    def console(self) -> Path | None:
        """The file with what the subject prints, if there is one."""
        return None if self.run is None else self.run.console_log

    @property
    def ended(self) -> bool:
        """True when the run or process that is watched has ended."""
        return (subject := self.subject) is not None and subject.state.ended

    @property
    def is_growing(self) -> bool:
        """Whether points are to be expected: while it runs, or was logged to a moment ago."""
        if self.subject is not None:
            return not self.subject.state.ended
        progress = self.progress()
        if progress is None:
            return False
        # Times in a log may be of a simulation, or of another clock.
        ages = time.time() - progress.wall_time, time.monotonic() - self._grown_at
        return min(map(abs, ages)) < _STILL_SECONDS

    def progress(self) -> TrainingProgress | None:
        """Where the newest run of the store is; None before its first point."""
        caught_up, self._caught_up = self._caught_up, not self.follower.loading
        if self._progress_version != self.store.version:
            self._progress_version = self.store.version
            self._progress = self._progress_watch.progress(self.store.runs)
            if caught_up:
                self._grown_at = time.monotonic()
        return self._progress

    def _follow(self, sources: tuple[LogSource, ...]) -> None:
        if sources != self.sources:
            self.sources = sources
            self.follower.set_sources(sources)

    @property
    def known_by(self) -> tuple[str, ...]:
        """What stays the same when this is watched another time: directory and name of a run (the
        next run of a script is looked at in the same way), or the log directories."""
        if self.status is not None:
            return self.status.record.cwd, self.status.record.name
        return tuple(sorted(source.path for source in self.sources))

    def _known_sources(self, given: tuple[LogSource, ...]) -> tuple[LogSource, ...]:
        return given if self.status is None else self.status.log_sources


class SystemLog:
    """Follows the event file in a run's ``system`` directory from `start` to `stop`."""

    def __init__(self, run: RunPaths) -> None:
        self.store = Store()
        self._source = LogSource(path=str(run.system), recursive=False)
        self._follower: Follower | None = None

    def start(self) -> None:
        """Begin to read; further calls change nothing."""
        if self._follower is None:
            self._follower = Follower(self.store, [self._source])
            self._follower.start()

    @property
    def loading(self) -> bool:
        """Whether there is more to be read than was read so far."""
        return self._follower is not None and self._follower.loading

    def stop(self) -> None:
        """Read no more."""
        if self._follower is not None:
            self._follower.stop()

    def devices(self) -> dict[str, dict[str, Series]]:
        """Series by device and quantity, the training's GPUs first, then in order of measuring.

        See `tuimon.recorder.system_metrics` for the tags.
        """
        devices: dict[str, dict[str, Series]] = {}
        for run in self.store.runs.values():
            for tag, series in run.series.items():
                device, _, quantity = tag.partition("/")
                devices.setdefault(device, {})[quantity] = series
        return dict(sorted(devices.items(), key=lambda item: _rank(item[0], item[1])))


def _rank(device: str, quantities: dict[str, Series]) -> int:
    if not device.startswith("GPU"):
        return 2
    return 0 if any(quantity.startswith("training") for quantity in quantities) else 1
