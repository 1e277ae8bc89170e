"""All runs below the state directory, and what is true of them now.

run.json tells what the guardian knew last. Whether a run that it calls running still does is
found out here, by the identity of the guardian on this host and by its heartbeat on others.
"""

import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tuimon.runs.alerts import Alert, read_alerts, worst
from tuimon.runs.annotation import NOTHING_SAID, Annotation, read_annotation
from tuimon.runs.lock import is_held
from tuimon.runs.paths import RunPaths, runs_directory
from tuimon.runs.process import (
    boot_id,
    is_alive,
    machine_id,
    pid_namespace,
    signal_name,
)
from tuimon.runs.progress_record import ProgressRecord, read_progress
from tuimon.runs.record import (
    MirrorRecord,
    R,
    RecorderRecord,
    RecordError,
    RunRecord,
    RunState,
    read_record,
)
from tuimon.runs.secrecy import masked_cause
from tuimon.runs.sources import LogSource

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

MISSES = "W&B misses points, or the end"
"""How the detail of a mirror begins that is dead, and that nobody starts again."""

LAUNCH_TIME = 60.0
"""Seconds after which a run without a guardian will not get one any more."""

SILENCE = 300.0
"""Seconds without a heartbeat after which a run on another host counts as lost: a network file
system shows what was written there late."""

CONTAINER_SILENCE = 60.0
"""The same for a run in another container of this host."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run directory as it was read, and the state that follows from it."""

    paths: RunPaths
    record: RunRecord
    state: RunState
    reason: str | None = None
    """Why the run is lost, or what cannot be known from this host; one sentence."""
    ended_at: float | None = None
    """When the training ended, Unix seconds; of one that is lost, its last sign of life. None while
    it runs, under its guardian or without."""
    recorder: RecorderRecord | None = None
    mirror: MirrorRecord | None = None
    progress: ProgressRecord | None = None
    """How far it is, while it runs and is not paused, as far as that is known."""
    alerts: Sequence[Alert] = ()
    """What its recorder had to say of it, oldest first."""
    annotation: Annotation = NOTHING_SAID

    @property
    def name(self) -> str:
        """What it is called: as somebody has named it since, else as at the launch."""
        return self.annotation.name or self.record.name

    @property
    def alert(self) -> Alert | None:
        """The worst that there is to know about it, beside its state."""
        return worst(self.alerts)

    @property
    def is_paused(self) -> bool:
        """Whether all of its processes are frozen."""
        return self.record.paused_at is not None and not self.state.ended

    @property
    def flaw(self) -> Alert | None:
        """What the curves of a training that has ended are not to be trusted for, if anything."""
        alert = self.alert if self.state.ended else None
        return None if alert is None or alert.step is None else alert

    def took(self, now: float) -> float:
        """Seconds that the training has taken until its end, or until `now`."""
        end = now if self.ended_at is None else self.ended_at
        return max(0.0, end - self.record.started_at)

    @property
    def cause(self) -> str | None:
        """Why it is in this state, in one sentence, which others may read."""
        return self.reason or masked_cause(self.record)

    @property
    def why(self) -> str | None:
        """The same as it goes on after the state: ``by request`` after ``stopped``."""
        return (self.cause or "").removeprefix(f"{self.state} ") or None

    @property
    def is_here(self) -> bool:
        """Whether its guardian can be talked to from this host."""
        return _is_here(self.record)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the run is another host's, whose processes cannot be seen from here."""
        return (self.record.host, self.record.machine_id) != (socket.gethostname(), machine_id())

    @property
    def labelled_sources(self) -> tuple[LogSource, ...]:
        """The same as `log_sources`, to be shown beside those of other runs."""
        return self.sources_called(self.record.id)

    def sources_called(self, name: str) -> tuple[LogSource, ...]:
        """The same by a name for the run."""
        sources = self.log_sources
        if len(sources) == 1:
            return (sources[0]._replace(label=name),)
        return tuple(
            source._replace(label=f"{name}/{Path(source.path).name}") for source in sources
        )

    @property
    def log_sources(self) -> tuple[LogSource, ...]:
        """The run's log directories: those that were found, else the one that was named."""
        if self.recorder is not None and self.recorder.logdirs:
            return self.recorder.logdirs
        if self.record.logdir is not None:
            return (LogSource(path=self.record.logdir, recursive=True),)
        return ()


def read_status(directory: Path) -> RunStatus:
    """Read a run directory.

    Raises:
        RecordError: there is no readable run.json.
    """
    paths = RunPaths(directory)
    record = _read_run(paths)
    state, reason = _true_state(record, paths)
    if state is RunState.LOST:
        # The guardian may have written the end and left between the reading and the looking.
        record = _read_run(paths)
        state, reason = _true_state(record, paths)
    runs = not state.ended and record.paused_at is None
    return RunStatus(
        paths=paths,
        record=record,
        state=state,
        reason=reason,
        ended_at=_last_sign(record, paths) if state is RunState.LOST else record.ended_at,
        recorder=_read_optional(RecorderRecord, paths.recorder_json),
        mirror=_true_mirror(record, paths),
        progress=read_progress(paths) if runs else None,
        alerts=read_alerts(paths.alerts),
        annotation=read_annotation(paths.annotation),
    )


def list_runs(
    home: Path | None = None, on_unreadable: Callable[[str], None] | None = None
) -> list[RunStatus]:
    """All runs of all hosts that share the state directory, newest first.

    Directories without a readable run.json are left out; `on_unreadable` is told why.
    """
    found: list[RunStatus] = []
    for directory in run_directories(home):
        try:
            found.append(read_status(directory))
        except RecordError as error:
            if on_unreadable is not None:
                on_unreadable(str(error))
    return sorted(found, key=lambda status: status.record.started_at, reverse=True)


def run_directories(home: Path | None = None) -> list[Path]:
    """Directories of runs that have a record, of all hosts that share the state directory."""
    return [path for path in possible_runs(home) if RunPaths(path).run_json.exists()]


def possible_runs(home: Path | None = None) -> list[Path]:
    """The same, and those that have none yet, or no more; sorted."""
    found: list[Path] = []
    for host in host_directories(home):
        with suppress(OSError):
            found += runs_of_host(host)
    return sorted(found)


def host_directories(home: Path | None = None) -> list[Path]:
    """Directories of hosts that share the state directory."""
    with suppress(OSError), os.scandir(runs_directory(home)) as entries:
        return [Path(entry.path) for entry in entries if entry.is_dir()]
    return []


def runs_of_host(host: Path) -> list[Path]:
    """Directories in that of a host. Raises: OSError."""
    with os.scandir(host) as entries:
        return [host / entry.name for entry in entries if entry.is_dir()]


def _read_run(paths: RunPaths) -> RunRecord:
    record = read_record(RunRecord, paths.run_json)
    if record is None:
        raise RecordError(f"{paths.run_json}: does not exist")
    # Ids are typed, and stand in commands to be typed: whatever wrote this, it is no other one's.
    if record.id != paths.id or not _ID.fullmatch(record.id):
        raise RecordError(f"{paths.run_json}: not the record of this directory")
    return record


def _read_optional(kind: type[R], path: Path) -> R | None:
    # What recorder and mirror say is secondary: without it a run can still be shown.
    try:
        return read_record(kind, path)
    except RecordError:
        return None


def _true_mirror(record: RunRecord, paths: RunPaths) -> MirrorRecord | None:
    """What the mirror told last, unless it was killed and nobody is there to start another."""
    mirror = _read_optional(MirrorRecord, paths.mirror_json)
    if mirror is None or not mirror.is_at_work or not _is_here(record):
        return mirror
    if record.pid_namespace not in ("", pid_namespace()):
        return mirror
    keepers = [process for process in (record.guardian, record.recorder) if process is not None]
    if not keepers or any(is_alive(process, record.boot_id) for process in keepers):
        return mirror
    if record.boot_id == boot_id() and is_held(paths.mirror / "lock"):
        return mirror  # it goes on alone, or is that of `tuimon sync`
    return mirror._replace(state="failed", detail=f"{MISSES}: tuimon sync {record.id}")


def _true_state(record: RunRecord, paths: RunPaths) -> tuple[RunState, str | None]:
    if record.state.ended:
        return _told_state(record), None
    if not _is_here(record):
        return _unseen_state(record, paths, f"on {record.host}", SILENCE)
    if record.boot_id != boot_id():
        return RunState.LOST, "the host was rebooted"
    if record.pid_namespace and record.pid_namespace != (own := pid_namespace()):
        if record.pid_namespace.rpartition(":")[0] == own.rpartition(":")[0]:
            return RunState.LOST, "its container has ended, and the training with it"
        return _unseen_state(record, paths, "in another container", CONTAINER_SILENCE)
    if record.guardian is None:
        if time.time() - record.started_at < LAUNCH_TIME:
            return record.state, None
        return RunState.LOST, "its guardian never started"
    if is_alive(record.guardian, record.boot_id):
        return record.state, None
    killed = "the guardian was killed"
    if record.job_signal is not None:
        killed += f" after {signal_name(record.job_signal)} to the whole job"
    if record.child is not None and _is_orphan(record):
        return RunState.LOST, (
            f"{killed}; the training (PID {record.child.pid}) "
            "still runs, and how it ends will not be known"
        )
    return RunState.LOST, f"{killed}; how the training ended is not known"


def _told_state(record: RunRecord) -> RunState:
    """The state of a run that has ended; guardians of schema 1 did not tell stopped from failed."""
    if record.schema < 2 and (record.cause or "").startswith("stopped by request"):
        return RunState.STOPPED
    return record.state


def _is_orphan(record: RunRecord) -> bool:
    """Whether the training of a guardian that is gone still runs on this host."""
    return (
        _is_here(record)
        and record.pid_namespace in ("", pid_namespace())
        and record.child is not None
        and is_alive(record.child, record.boot_id)
    )


def _last_sign(record: RunRecord, paths: RunPaths) -> float | None:
    """When the guardian of a lost run, or the training itself, last wrote something."""
    if _is_orphan(record):
        return None
    written = [record.started_at]
    for path in (paths.run_json, paths.console_log):  # heartbeat; output, also without a guardian
        with suppress(OSError):
            written.append(path.stat().st_mtime)
    return max(written)


def _is_here(record: RunRecord) -> bool:
    return (record.host, record.machine_id) == (socket.gethostname(), machine_id())


def _unseen_state(
    record: RunRecord, paths: RunPaths, where: str, longest: float
) -> tuple[RunState, str | None]:
    """Processes elsewhere cannot be seen: the heartbeat is in run.json's time stamp."""
    try:
        silence = max(0.0, _clock(paths) - paths.run_json.stat().st_mtime)
    except OSError as error:
        raise RecordError(f"{paths.run_json}: {error.strerror or error}") from error
    if silence > longest:
        return RunState.LOST, f"no sign of life {where} for {silence / 60:.0f} min"
    return record.state, f"runs {where}; last sign of life {silence:.0f} s ago"


def _clock(paths: RunPaths) -> float:
    """The time by which files here are stamped, such as a file server's, which may go wrong."""
    probe = paths.directory.parent.parent / f".clock-{socket.gethostname()}"
    try:
        probe.touch(mode=0o600)
        return probe.stat().st_mtime
    except OSError:
        return time.time()
