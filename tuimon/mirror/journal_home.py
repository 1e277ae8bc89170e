"""Where a training's journal is: with its first launch, whatever is launched again later.

A training that is started again with the same log directory goes on as the same W&B run. So the
launch that first wrote to a log directory keeps the journal and the offline files, its *home*, and
later launches find it here. ``$TUIMON_HOME/mirrors/logdirs/`` has a file for each log directory,
``mirrors/heads/`` one for what the first event file of each journal begins with: log directories
are renamed.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from tuimon.events.gaps import is_filled
from tuimon.events.logdir import is_event_file
from tuimon.mirror.entered_files import FileCoverage, is_outlived, is_renamed, read_coverage
from tuimon.mirror.file_marks import Mark, head_of
from tuimon.mirror.journal import JournalError, last_run
from tuimon.runs.ending import has_ended
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.runs.paths import RunPaths, runs_directory, state_home
from tuimon.runs.record import (
    LogdirRecord,
    MirrorOptions,
    RecordError,
    RunRecord,
    read_record,
)
from tuimon.runs.registry import RunStatus, read_status
from tuimon.runs.replacement import replace_file

NEVER = "never"
"""`MirrorOptions.resume` of a launch that gets a W&B run of its own."""

AUTO = "auto"

_CLOCK_SLACK = 2.0
"""Seconds by which the clocks of two hosts may differ."""
_BEAT_SECONDS = 15.0
"""Guardians give signs of life more often."""
_LOOK_EVERY = 0.5
_MOST_FILES = 8
"""Files of a log directory that are asked whether it had another name."""

log = logging.getLogger(__name__)


def home_of(paths: RunPaths) -> RunPaths:
    """The directory with the journal of a launch: its own until another is known."""
    try:
        told = (paths.mirror / "home").read_text().rstrip("\n")
    except OSError:
        return paths
    home = state_home() / told
    return RunPaths(home) if home.is_dir() else paths


def is_settled(paths: RunPaths) -> bool:
    """Whether an earlier life of the mirror has found event files and a home for their points."""
    return (paths.mirror / "home").exists() or _has_content(paths.mirror / "journal.jsonl")


def settle_home(
    paths: RunPaths, options: MirrorOptions, environ: Mapping[str, str], logdir: str | None
) -> RunPaths:
    """Find the home of a launch, and write it down; `logdir` holds its first event file.

    It is the home of the launch before it in that log directory when that has a W&B run in the
    project that is asked for (none asked for is any), or the home of the launch that the user
    named; else its own.

    Raises:
        OSError: it cannot be written down.
    """
    home = home_of(paths)
    if home != paths or _has_content(paths.mirror / "journal.jsonl"):
        return home
    found: RunPaths | None = None
    if options.resume == AUTO and logdir is not None:
        found = find_home(logdir)
    elif options.resume not in (AUTO, NEVER):
        with suppress(RunNotFound, RecordError):
            found = home_of(find_run(options.resume).paths)
    if found is not None and options.resume == AUTO and not _is_over(logdir, paths):
        found = None
    if found is not None and found == _home_of_launch(paths):
        found = None  # a trial that was a part of its launch's run before it was known as one
    if found is None or found == paths or not _fits(found, options, environ):
        return paths
    replace_file(paths.mirror / "home", f"{_relative(found.directory)}\n".encode())
    log.info("goes on with the W&B run of %s", found.id)
    return found


def _home_of_launch(paths: RunPaths) -> RunPaths | None:
    """The home of the launch that `paths` is a trial of; None when it is no trial."""
    with suppress(RecordError):
        described = read_record(LogdirRecord, paths.logdir_json)
        if described is not None and described.launch:
            return home_of(RunPaths(Path(described.launch)))
    return None


def find_home(logdir: str) -> RunPaths | None:
    """The home of the launch that wrote to a log directory last, if there is one.

    A log directory that holds nothing any more of what that launch wrote was deleted and made anew.
    """
    told = _index_of(logdir)
    home = state_home() / told["home"] if told else None
    if home is None or not home.is_dir():
        return _home_of_renamed(logdir)
    return None if was_deleted(RunPaths(home), [logdir]) else RunPaths(home)


def _home_of_renamed(logdir: str) -> RunPaths | None:
    """The home of a log directory that had another name, by what its first files hold."""
    try:
        files = sorted(path for path in Path(logdir).iterdir() if is_event_file(path.name))
    except OSError:
        return None
    for file in files[:_MOST_FILES]:
        head = head_of(str(file))
        with suppress(OSError, JournalError):
            home = state_home() / _head_file(head).read_text().rstrip("\n") if head else None
            if home is not None and is_renamed(home / "mirror" / "journal.jsonl", str(file)):
                return RunPaths(home)
    return None


def enter_head(head: Mark, home: RunPaths) -> None:
    """Let `home` be found by what the first file of its journal begins with.

    Raises:
        OSError: it cannot be written down.
    """
    path = _head_file(head)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, f"{_relative(home.directory)}\n".encode())


def was_deleted(paths: RunPaths, logdirs: Collection[str]) -> bool:
    """Whether nothing is left in log directories of what the home of a launch has of them."""
    try:
        return is_outlived(home_of(paths).mirror / "journal.jsonl", logdirs)
    except (OSError, JournalError):
        return False


def launches_of(home: RunPaths) -> list[Path]:
    """The directories of the launches that have this home, without itself."""
    told = f"{_relative(home.directory)}\n"
    found = []
    for file in runs_directory().glob("*/*/mirror/home"):
        with suppress(OSError):
            if file.read_text() == told:
                found.append(file.parent.parent)
    return found


def enter_home(logdir: str, home: RunPaths, launch: RunPaths) -> None:
    """Let launches that follow `launch` with this log directory find `home`.

    Raises:
        OSError: it cannot be written down.
    """
    path = _index_file(logdir)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {
        "logdir": logdir,
        "home": _relative(home.directory),
        "launch": _relative(launch.directory),
    }
    replace_file(path, json.dumps(told).encode() + b"\n")


def _index_of(logdir: str) -> dict[str, str] | None:
    """What is written down of a log directory."""
    try:
        told = json.loads(_index_file(logdir).read_text())
        return told if told["logdir"] == logdir and told["home"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_over(logdir: str | None, paths: RunPaths) -> bool:
    """Whether the launch that wrote to a log directory last had ended when this one began.

    Two that run at the same time are two trainings, whatever they share.
    """
    told = _index_of(logdir) if logdir is not None else None
    launch = RunPaths(state_home() / told["launch"]) if told and told.get("launch") else None
    if launch is None or launch == paths:
        return True
    try:
        this = read_record(RunRecord, paths.run_json)
        earlier = read_status(launch.directory)
    except RecordError:
        return True
    if this is None:
        return True  # log directories, not a launch: all that is there is meant
    if not has_ended(earlier):
        return earlier.is_elsewhere and not _is_beating(earlier)
    slack = _CLOCK_SLACK if earlier.record.host != this.host else 0.0
    return earlier.ended_at is None or earlier.ended_at <= this.started_at + slack


def _is_beating(launch: RunStatus) -> bool:
    """Whether a launch elsewhere is alive, or its host has died a moment ago."""
    deadline = time.monotonic() + _BEAT_SECONDS
    while time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)
        with suppress(RecordError):
            now = read_status(launch.paths.directory).record
            if now.heartbeat != launch.record.heartbeat:
                return True
    return False


def has_news(paths: RunPaths, files: Iterable[str]) -> bool:
    """Whether event files hold bytes that the journal of a directory's home has not been told of.

    The end of a file may hold a record that is not whole; that counts too.
    """
    path = home_of(paths).mirror / "journal.jsonl"
    try:
        known = read_coverage(path)
        return any(
            Path(file).stat().st_size > covered.end
            or any(is_filled(file, gap) for gap in covered.gaps)
            for file, covered in ((file, known.get(file, FileCoverage())) for file in files)
        )
    except (OSError, JournalError):
        return True


def _fits(home: RunPaths, options: MirrorOptions, environ: Mapping[str, str]) -> bool:
    try:
        entry = last_run(home.mirror / "journal.jsonl")
    except (OSError, JournalError) as error:
        log.warning("%s", error)
        return False
    if entry is None:
        return True
    project = options.project or environ.get("WANDB_PROJECT") or entry.project
    entity = options.entity or environ.get("WANDB_ENTITY") or entry.entity
    same = (project, entity) == (entry.project, entry.entity) or (
        project == entry.project and not entry.entity
    )
    # Rows that are at the server cannot be continued without it.
    return same and not (entry.online and options.mode == "offline")


def _index_file(logdir: str) -> Path:
    name = hashlib.sha256(os.fsencode(logdir)).hexdigest()[:24]
    return state_home() / "mirrors" / "logdirs" / name


def _head_file(head: Mark) -> Path:
    return state_home() / "mirrors" / "heads" / f"{head.crc:08x}"


def _relative(directory: Path) -> str:
    return os.path.relpath(directory, state_home())


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
