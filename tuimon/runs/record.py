"""The JSON records of a run directory: one file, one writer, any number of readers.

``run.json`` (`RunRecord`) is written by the launcher once and by the guardian afterwards,
``recorder.json`` (`RecorderRecord`) by the recorder, ``mirror.json`` (`MirrorRecord`) by the
mirror. Standard library only: the guardian imports this module. Hence named tuples, with names
always given: data classes would cost it 1.3 MB.
"""

import errno
import json
import os
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tuimon.decoding import checked
from tuimon.regular_file import read_regular
from tuimon.runs.annotation import Annotation
from tuimon.runs.replacement import replace_file
from tuimon.runs.sources import LogSource

PAD = 8192
"""Records are padded to a multiple of this many bytes, so that they can grow in place."""

_SLACK = 512
_MOST_BYTES = 16 << 20
"""Longer files are no records of ours."""
_TORN_READ_RETRIES = 3
_TORN_READ_PAUSE = 0.02


class RecordError(ValueError):
    """A record file exists but does not hold a record; the message starts with its path."""


class RunState(StrEnum):
    """What became of a training. ``LOST`` and ``ENDED`` are derived by readers, never written."""

    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Somebody has asked for its end, however it came to that."""
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"
    ENDED = "ended"
    """Of a process that tuimon did not launch: how it ended is not known."""

    @property
    def ended(self) -> bool:
        """True when the training no longer runs under its guardian."""
        return self not in (RunState.STARTING, RunState.RUNNING)

    @property
    def went_wrong(self) -> bool:
        """True when it has ended in a way that nobody wanted."""
        return self in (RunState.FAILED, RunState.KILLED, RunState.LOST)


class ProcessRef(NamedTuple):
    """A process that cannot be mistaken for a later one with the same number.

    `start_ticks` is field 22 of ``/proc/PID/stat`` (proc(5)): clock ticks since boot. Together
    with the boot id it identifies the process and does not move with the wall clock. Systems
    without /proc have Unix seconds there.
    """

    pid: int
    start_ticks: int


class MirrorOptions(NamedTuple):
    """What the user asked of the W&B mirror; `mode` is auto, offline, online or off."""

    mode: str = "auto"
    project: str | None = None
    entity: str | None = None
    name: str | None = None
    group: str | None = None
    job_type: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    config: Mapping[str, Any] = {}
    resume: str = "auto"
    """Whose W&B run goes on: auto (that of the log directory), never, or the id of a run."""
    when_online: bool = False
    """Whether an offline run goes online by itself as soon as it can."""
    save_code: bool = True
    """Whether the launched script and the changes since the git commit go to W&B."""
    log_code: str | None = None
    """A directory whose source files go to W&B as an artifact."""
    save_events: bool = False
    """Whether the event files themselves become files of the W&B run."""
    stop: bool = True
    """Whether "Stop run" on W&B's page stops the training."""
    secrets: tuple[str, ...] = ()
    """Names of the user's own, besides those that sound like it, whose values are secret."""


class RunRecord(NamedTuple):
    """A launch and its outcome (``run.json``). Times are Unix seconds, graces seconds."""

    id: str
    name: str
    host: str
    machine_id: str
    boot_id: str
    argv: tuple[str, ...]
    """As typed after ``tuimon run``."""
    command: tuple[str, ...]
    """As executed, with the interpreter resolved."""
    cwd: str
    started_at: float
    options: tuple[str, ...] | None = None
    """As typed between ``tuimon run`` and `argv`; None where nobody has noted them."""
    schema: int = 2
    """2: there is the state ``stopped``."""
    logdir: str | None = None
    mirror: MirrorOptions = MirrorOptions()
    hook: bool = True
    """Whether the training's writers are made to flush at once (see `tuimon.hook`)."""
    console_metrics: str = "auto"
    """Whether metrics are read from the console: on, off, or auto (if there are no event files)."""
    epochs: float | None = None
    steps: float | None = None
    """How many the whole training has, as far as the user said so."""
    per_step: str | None = None
    """What is done in each, ``65536 tokens``."""
    notify: str | None = None
    """Shell command for each alert (see `tuimon.recorder.notify`)."""
    rules: tuple[str, ...] = ()
    """The user's own, as text (see `tuimon.own_rules`)."""
    given_input: bool = False
    """Whether its standard input is that of `tuimon run` (a pipe, a file) and not its terminal."""
    pty_rows: int = 40
    pty_cols: int = 120
    """The size of the training's terminal; changes when somebody types into it."""
    stop_grace_int: float = 60.0
    """How long a stop waits after SIGINT before it sends SIGTERM."""
    stop_grace_term: float = 45.0
    """How long a stop waits after SIGTERM before it sends SIGKILL."""
    state: RunState = RunState.STARTING
    ended_at: float | None = None
    exit_code: int | None = None
    signal: int | None = None
    cause: str | None = None
    """One sentence on why it ended, such as ``killed by SIGKILL``."""
    stop_stage: str = "none"
    """How far a stop has gone: none, int, term or kill."""
    stop_next_at: float | None = None
    """When the next stage of a stop begins by itself."""
    stop_by: str | None = None
    """Where a stop comes from, as it goes on after `stopped`; None for tuimon's own commands."""
    job_signal: int | None = None
    """The last signal that somebody, such as a scheduler, has sent to end the whole job, and not
    the training alone."""
    job_signal_at: float | None = None
    paused_at: float | None = None
    waiting_for_input: bool = False
    """Whether a process of the training sleeps until something is typed."""
    console_held_by: str | None = None
    """Who types into the training's terminal at the moment."""
    console_dropped: int = 0
    """Bytes of its output that could not be kept."""
    console_error: str | None = None
    """Why its output cannot be written at the moment."""
    leftovers: int = 0
    """Processes that have outlived the training, and still run."""
    warnings: tuple[str, ...] = ()
    """What endangers the run on this host, and what to do about it; a sentence each."""
    pid_namespace: str = ""
    """Where the PIDs below mean something (see `tuimon.runs.process.pid_namespace`)."""
    guardian: ProcessRef | None = None
    child: ProcessRef | None = None
    recorder: ProcessRef | None = None
    heartbeat: int = 0
    """Counts up while the guardian lives. The last field: rewritten in place every few seconds."""


class RecorderRecord(NamedTuple):
    """What the recorder found out about a run (``recorder.json``)."""

    logdirs: tuple[LogSource, ...] = ()
    wandb_runs: tuple[str, ...] = ()
    """Directories of the W&B runs that the training has opened itself."""
    wandb_imported: bool = False
    """Whether it has imported wandb, and so may open one."""
    wandb_config: Mapping[str, Any] = {}
    """What it has configured them with, secrets hidden, as far as they are configured alike."""
    wandb_syncs: bool = False
    """Whether it has wandb take its event files there (``sync_tensorboard``)."""
    git_commit: str | None = None
    git_dirty: bool | None = None
    git_subject: str | None = None
    """The first line of what was said of the commit."""
    git_branch: str | None = None
    python: str | None = None
    """The interpreter that the training runs with."""
    versions: Mapping[str, str] = {}
    """Of python, torch, CUDA, … by name, as they were when the training began."""
    gpus: tuple[str, ...] = ()
    """What the host has, a name each."""
    driver: str | None = None
    """The version of NVIDIA's driver."""
    updated_at: float = 0.0
    note: str | None = None


TRYING_AGAIN = "; trying again"
"""How the detail of a mirror ends that has failed and is going to be started again."""


class MirrorRecord(NamedTuple):
    """How far the W&B mirror is (``mirror.json``).

    `state` is starting, live, offline, finished, failed or off, and ``own`` where the training has
    a W&B run of its own, in `directory`; `detail` one line on what to do;
    `points` the scalar points handed over, `rows` the history rows they made.
    """

    state: str = "starting"
    detail: str | None = None
    url: str | None = None
    run_id: str | None = None
    project: str | None = None
    entity: str | None = None
    directory: str | None = None
    sync_command: str | None = None
    points: int = 0
    rows: int = 0
    summaries: int = 0
    """Images, histograms, texts … handed over."""
    bytes: int = 0
    """Of event files that these were in."""
    refused: int = 0
    """Summaries that could not be decoded, or that W&B did not take."""
    confirmed: int | None = None
    """Rows that the server said it has; None offline, or when it was not asked yet."""
    files: int | None = None
    """Files that the server was not seen to have yet; None where nobody knows."""
    files_since: float | None = None
    """When the first of those was written, Unix seconds."""
    total: int | None = None
    """Rows that an upload consists of; None when none is under way."""
    masked: tuple[str, ...] = ()
    """Where secrets were hidden in what W&B is told: options, entries of the config."""
    left_out: tuple[str, ...] = ()
    """What of the script and the uncommitted changes stays here, and why."""
    problems: tuple[str, ...] = ()
    """What of the event files could not be sent, and why: one line each."""
    arrived: bool = False
    """Whether the server was seen to have everything, which a finished run may be without."""
    trials: int = 0
    """Trials of the launch that have W&B runs of their own, beside this one."""
    told: Annotation | None = None
    """What people say of the run, as W&B was told last; None before it was told of the launch."""
    updated_at: float = 0.0

    @property
    def is_uploaded(self) -> bool:
        """Whether everything is known to be at W&B, and nothing more is to come."""
        return self.state == "finished" and self.arrived

    @property
    def has_nothing(self) -> bool:
        """Whether it is done, and there was nothing to open a W&B run for."""
        return self.state == "finished" and not (self.run_id or self.url or self.sync_command)

    @property
    def is_doubtful(self) -> bool:
        """Whether everything was sent to W&B, and nobody has seen it there."""
        return (
            self.state == "finished"
            and self.url is not None
            and not (self.arrived or self.sync_command)
        )

    @property
    def is_at_work(self) -> bool:
        """Whether this is not the last word of a mirror: it works, or is to be started again."""
        if self.state == "failed":
            return (self.detail or "").endswith(TRYING_AGAIN)
        return self.state in ("starting", "live", "offline")


class LogdirRecord(NamedTuple):
    """Log directories that `tuimon mirror` sends to one W&B run (``logdir.json``)."""

    name: str
    root: str
    """The log directory as it was named, absolute."""
    directories: tuple[str, ...]
    """Those with event files, absolute."""
    namespaces: tuple[str, ...]
    """The prefix that each gives to its tags in W&B."""
    cwd: str
    created_at: float
    """When the first event file was begun, Unix seconds."""
    watch: bool = False
    """Whether to go on after the end of the files, until stopped."""
    mirror: MirrorOptions = MirrorOptions()
    launch: str = ""
    """The run directory of the launch that these are a trial of."""


Record = RunRecord | RecorderRecord | MirrorRecord | LogdirRecord
R = TypeVar("R", RunRecord, RecorderRecord, MirrorRecord, LogdirRecord)


def read_record(cls: type[R], path: Path) -> R | None:
    """Read a record, or None when the file does not exist.

    Keys of newer versions are ignored and missing optional keys take their defaults.

    Raises:
        RecordError: the file is unreadable or does not hold such a record.
    """
    for attempt in range(_TORN_READ_RETRIES):
        try:
            data = read_regular(path, _MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"{path}: {error.strerror or error}") from error
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            # Heartbeats, and everything on a full disk, are written in place: a reader may
            # meet a half-written record and finds it whole a moment later.
            if attempt + 1 < _TORN_READ_RETRIES:
                time.sleep(_TORN_READ_PAUSE)
                continue
            raise RecordError(f"{path}: not a record: {error}") from error
        try:
            found: R = checked(value, cls)
            return found
        except ValueError as error:
            raise RecordError(f"{path}: not a {cls.__name__}: {error}") from error
    raise AssertionError("unreachable")


def write_record(path: Path, record: Record) -> None:
    """Replace a record atomically and durably (0600); on a full disk rewrite it in place.

    Raises:
        OSError: neither was possible.
    """
    try:
        replace_file(path, _encode(record), sync=True)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not path.exists():
            raise
        rewrite_record(path, record, sync=True)


def rewrite_record(path: Path, record: Record, *, sync: bool = False) -> None:
    """Overwrite an existing record in place: needs no disk space, cheap, but not atomic.

    Raises:
        OSError: the file does not exist or cannot be written.
    """
    data = _encode(record)
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        _write_all(fd, data.ljust(os.fstat(fd).st_size))
        if sync:
            os.fsync(fd)
    finally:
        os.close(fd)


def as_document(record: Any) -> dict[str, Any]:
    """A named tuple as what JSON has: dictionaries, and values of the basic types."""
    return {name: _plain(value) for name, value in record._asdict().items()}


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_document(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _encode(record: Record) -> bytes:
    text = json.dumps(as_document(record), indent=1)
    # ASCII JSON followed by white space is still JSON.
    data = text.encode("ascii")
    size = -(-(len(data) + _SLACK) // PAD) * PAD
    return data.ljust(size - 1) + b"\n"


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
