"""The recorder: what it takes to follow one training, besides keeping it alive.

It finds the log directories, reads metrics from the training's own W&B runs or from the console if
there are none, notes the version of the code, and keeps the mirror going. It may be killed at any
time: what it knew is in its record, and its successor goes on from there.
"""

import logging
import math
import threading
import time
from collections.abc import Sequence
from functools import partial

from tuimon.abandoned import Aside
from tuimon.events.event_file import HParam
from tuimon.events.finder import SourceFinder
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.recorder.console_metrics.feed import ConsoleMetrics
from tuimon.recorder.discovery import Discovery
from tuimon.recorder.health_watch import HealthWatch
from tuimon.recorder.pace import Pace
from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.progress.progress_recorder import ProgressRecorder
from tuimon.recorder.record_alerts import record_alerts
from tuimon.recorder.software import Software, software
from tuimon.recorder.system_metrics import SystemMetrics
from tuimon.recorder.wandb_metrics import WandbMetrics
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.ending import has_ended
from tuimon.runs.git import GitState, git_state
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import (
    MirrorRecord,
    RecorderRecord,
    RecordError,
    RunRecord,
    read_record,
    write_record,
)
from tuimon.runs.registry import read_status
from tuimon.runs.secrecy import mask_of
from tuimon.runs.source_copy import copy_source
from tuimon.runs.sources import CONSOLE, WANDB, LogSource
from tuimon.runs.text_mapping import write_mapping
from tuimon.runs.writers import FileClaims, WriterReports
from tuimon.text import format_bytes

LAST_SEARCH_SECONDS = 5.0
MIRROR_SECONDS = 560.0
"""How long the mirror has after the end of the training; the guardian waits a little longer."""

_LOOK_EVERY = 0.5
_WRITE_AGAIN_AFTER = 5.0
_GIT_SECONDS = 20.0
_LONGEST_PAUSE = 0.25
_SHORTEST_PAUSE = 0.02

log = logging.getLogger(__name__)


class Recorder:
    """Records one run; `stop` ends it early."""

    def __init__(self, paths: RunPaths, stop: threading.Event) -> None:
        self._paths = paths
        self._stop = stop
        self._status = read_status(paths.directory)
        self._record = _earlier_record(paths)
        self._written: RecorderRecord | None = None
        self._write_again_at = -math.inf
        self._discovery: Discovery | None = None
        self._given = _GivenDirectory(self._status.record, FileClaims(paths))
        self._console = self._console_metrics()
        self._wandb = WandbMetrics(
            paths,
            started_at=self._status.record.started_at,
            known=[source for source in self._record.logdirs if source.found_by == WANDB],
        )
        self._wandb_config: dict[str, HParam] = {}
        """As it was when its secrets were hidden."""
        self._system: SystemMetrics | None = None
        self._progress = ProgressRecorder(paths, self._status.record)
        self._health = HealthWatch(paths, self._status, self._progress.logged)
        self._mirror: MirrorProcess | None = None
        self._git = _GitCheck(paths, self._status.record)
        self._software = _SoftwareCheck(
            paths, self._status.record.command, known="torch" in self._record.versions
        )

    def run(self) -> None:
        """Work until the training has ended and its mirror too."""
        options = self._status.record.mirror
        if options.mode == "off":
            self._write_mirror_off()
        else:
            self._mirror = MirrorProcess(self._paths)
        try:
            self._follow()
            self._wait_for_mirror()
            self._health.close()
        finally:
            if self._mirror is not None and not self._mirror.done:
                self._mirror.stop()

    def _follow(self) -> None:
        looked_at = time.monotonic()
        while not has_ended(self._status) and not self._stop.is_set():
            now = time.monotonic()
            if now - looked_at >= _LOOK_EVERY:
                looked_at = now
                self._status = read_status(self._paths.directory)
                self._health.note(*record_alerts(self._status.record))
                self._software.look()
            self._search()
            self._measure_system()
            self._read_elsewhere()
            self._note()
            self._health.step(self._record.logdirs, self._system, paused=self._status.is_paused)
            self._note_progress()
            if self._mirror is not None:
                self._mirror.tick(now)
            self._pause()
        self._progress.close()
        if self._system is not None:
            self._system.stop()
        if self._discovery is None:
            self._begin_discovery()
        if self._discovery is not None:
            self._discovery.finish(LAST_SEARCH_SECONDS)
        if has_ended(self._status):
            self._wandb.finish(others=self._has_event_files())
        if self._console is not None and has_ended(self._status):
            self._health.catch_up(self._log_sources())
            self._console.finish(others=self._has_metrics())
            if self._console.left_out:
                self._health.note(_incomplete(self._console.left_out))
        if has_ended(self._status):
            self._health.note(*record_alerts(self._status.record))
            self._health.finish(self._log_sources(), self._status)
            self._git.finish()
            self._software.look()
        # Even when nothing is new: the mirror waits for a record that is later than the end.
        self._written, self._write_again_at = None, -math.inf
        self._note()

    def _measure_system(self) -> None:
        record = self._status.record
        if self._system is None and record.child is not None:
            self._system = SystemMetrics(
                self._paths,
                _process_tree(record),
                cwd=record.cwd,
                pid=record.child.pid,
                started_at=record.started_at,
            )
            self._system.start()
        if self._system is not None:
            self._system.logdirs = tuple(source.path for source in self._record.logdirs)

    def _note_progress(self) -> None:
        measured = self._system.latest[1] if self._system is not None else {}
        record = self._record
        self._progress.step(self._status, record.wandb_config, record.logdirs, measured)

    def _search(self) -> None:
        if self._discovery is None and self._status.record.child is not None:
            self._begin_discovery()
        if self._discovery is not None:
            self._discovery.step()

    def _console_metrics(self) -> ConsoleMetrics | None:
        record = self._status.record
        if record.console_metrics == "off":
            return None
        return ConsoleMetrics(
            self._paths,
            forced=record.console_metrics == "on",
            started_at=record.started_at,
            known=any(
                source.path == str(self._paths.console_metrics) for source in self._record.logdirs
            ),
        )

    def _read_elsewhere(self) -> None:
        self._wandb.step(others=self._has_event_files())
        if self._console is not None and not self._console.done:
            has_event_files = self._has_event_files()
            self._console.step(
                others=bool(self._wandb.sources) or (has_event_files and self._has_scalars()),
                expected=bool(self._wandb.directories),
                writer=has_event_files,
            )

    def _has_metrics(self) -> bool:
        """Whether the training has written scalars, or logs to W&B itself.

        A writer that has written nothing may still do so; one that is given texts alone will not.
        """
        published = self._console is not None and self._console.sources
        writes = self._has_event_files() and not self._health.has_others and not published
        return writes or self._has_scalars() or bool(self._wandb.sources)

    def _has_scalars(self) -> bool:
        """Whether the training writes scalars; what is read of its output already goes on, though
        other logs than event files turn up: some are written at checkpoints alone."""
        published = self._console is not None and self._console.sources
        return self._health.has_scalars or (self._health.has_log_scalars and not published)

    def _has_event_files(self) -> bool:
        """Whether the training is known to write event files."""
        if self._discovery is not None:
            return bool(self._discovery.sources)
        return self._given.has_event_files()

    def _log_sources(self) -> tuple[LogSource, ...]:
        """What was found, in this order: a directory that came first keeps its short names."""
        found = self._record.logdirs
        if self._discovery is not None:
            found += tuple(source for source in self._discovery.sources if source not in found)
        own = self._wandb.sources
        if self._console is not None:
            own += self._console.sources
        return found + tuple(source for source in own if source not in found)

    def _begin_discovery(self) -> None:
        record = self._status.record
        if record.logdir is not None:
            given = LogSource(path=record.logdir)
            if given not in self._record.logdirs:
                self._record = self._record._replace(logdirs=(given,))
        elif record.child is not None:
            self._discovery = Discovery(
                cwd=record.cwd,
                host=record.host,
                started_at=record.started_at,
                tree=_process_tree(record),
                arguments=record.argv,
                known=[one for one in self._record.logdirs if one.found_by not in (CONSOLE, WANDB)],
                reports=WriterReports(self._paths.writers),
            )

    def _note(self) -> None:
        """Write the record when there is something new."""
        record = self._record._replace(
            logdirs=self._log_sources(),
            wandb_runs=tuple(dict.fromkeys((*self._record.wandb_runs, *self._wandb.directories))),
            wandb_imported=self._record.wandb_imported or self._wandb.imported,
            wandb_syncs=self._record.wandb_syncs or self._wandb.syncing,
        )
        if (config := self._wandb.config) != self._wandb_config:
            self._wandb_config = config
            masked = mask_of(self._status.record).config(config)
            self._record = self._record._replace(wandb_config=masked)
            record = record._replace(wandb_config=masked)
        git = self._git.state
        if git is not None:
            record = record._replace(**{f"git_{name}": one for name, one in git._asdict().items()})
        if (found := self._software.found) is not None:
            record = record._replace(python=found.python, versions=found.versions)
        gpus = self._system.gpus if self._system is not None else None
        if gpus is not None:
            record = record._replace(gpus=gpus.names, driver=gpus.driver)
        now = time.monotonic()
        if record == self._written or now < self._write_again_at:
            return
        try:
            write_record(self._paths.recorder_json, record._replace(updated_at=time.time()))
        except OSError as error:
            log.warning("recorder.json cannot be written: %s", error)
            self._write_again_at = now + _WRITE_AGAIN_AFTER
        else:
            self._record = self._written = record

    def _wait_for_mirror(self) -> None:
        if self._mirror is None:
            return
        now = time.monotonic()
        deadline = now + MIRROR_SECONDS
        self._mirror.training_ended(now)
        while not self._mirror.done and not self._stop.is_set() and now < deadline:
            self._mirror.tick(now)
            self._stop.wait(_LONGEST_PAUSE)
            now = time.monotonic()

    def _write_mirror_off(self) -> None:
        try:
            write_record(self._paths.mirror_json, MirrorRecord(state="off", updated_at=time.time()))
        except OSError as error:
            log.warning("mirror.json cannot be written: %s", error)

    def _pause(self) -> None:
        pause = _LONGEST_PAUSE
        if self._discovery is not None:
            pause = min(pause, self._discovery.due - time.monotonic())
        self._stop.wait(max(pause, _SHORTEST_PAUSE))


class _GivenDirectory:
    """Whether a log directory that the user named holds event files of this run; rarely looked."""

    def __init__(self, record: RunRecord, claims: FileClaims) -> None:
        self._finder = SourceFinder(record.started_at, claims)
        if record.logdir is not None:
            self._finder.set_sources([LogSource(path=record.logdir)])
        self._found = False
        self._pace = Pace(_LOOK_EVERY, share=0.02)

    def has_event_files(self) -> bool:
        """True from the first file on that was written to since the run began."""
        if not self._found and time.monotonic() >= self._pace.due:
            with self._pace.turn():
                self._found = bool(self._finder.find())
        return self._found


class _GitCheck:
    """Asks git on a thread of its own: in a large repository it takes its time."""

    def __init__(self, paths: RunPaths, record: RunRecord) -> None:
        self.state: GitState | None = None
        """The answer, or None while there is none."""
        self._thread = threading.Thread(
            target=self._ask, args=(paths, record), name="git", daemon=True
        )
        self._thread.start()

    def finish(self) -> None:
        """Wait, for a while, until the mirror has what is to be sent of the code."""
        self._thread.join(_GIT_SECONDS)

    def _ask(self, paths: RunPaths, record: RunRecord) -> None:
        self.state = git_state(record.cwd)
        try:
            copy_source(paths.source, record.cwd, record.argv, mask_of(record))
        except OSError as error:
            log.warning("the script cannot be kept: %s", error)


class _SoftwareCheck:
    """Looks for versions of packages aside, and again when the hook has told more."""

    def __init__(self, paths: RunPaths, command: Sequence[str], *, known: bool) -> None:
        """`known` ones are not looked for: they may be others by now."""
        self.found: Software | None = None
        self._told = paths.pythons, paths.python_path
        self._seen: list[bool] = [True, True] if known else []
        self._aside = Aside(partial(_kept_software, paths, command))

    def look(self) -> None:
        """Begin, or take in what was found."""
        if not self._aside.pending:
            seen = [path.exists() for path in self._told]
            if seen == self._seen:
                return
            self._seen = seen
        self.found = self._aside.ask() or self.found


def _kept_software(paths: RunPaths, command: Sequence[str]) -> Software:
    """What a training is made of; the versions of all packages are kept beside the record."""
    found = software(paths, command)
    if found.packages:
        try:
            write_mapping(paths.packages, found.packages)
        except OSError as error:
            log.warning("packages.json cannot be written: %s", error)
    return found


def _incomplete(left_out: int) -> Alert:
    """That metrics of the console are missing, as an alert."""
    return Alert(
        key="console metrics",
        level=AlertLevel.WARN,
        title="metrics from the console are incomplete",
        text=(
            f"the last {format_bytes(left_out)} of the output came too fast to be read; "
            "a SummaryWriter in the script loses no point"
        ),
        wall_time=time.time(),
    )


def _process_tree(record: RunRecord) -> ProcessTree:
    """The processes of a training that has been started."""
    assert record.child is not None
    return ProcessTree((record.guardian or record.child).pid, record.child.pid)


def _earlier_record(paths: RunPaths) -> RecorderRecord:
    """What a recorder before this one wrote; the directories it found are not found again."""
    try:
        record = read_record(RecorderRecord, paths.recorder_json) or RecorderRecord()
    except RecordError as error:
        log.warning("%s", error)
        return RecorderRecord()
    return record._replace(updated_at=0.0)
