"""`tuimon sync`: offline W&B runs go online."""

import time
from pathlib import Path

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.cli.shared.upload_bar import ProgressLine
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.mirror.upload import can_upload, request_upload
from tuimon.runs.annotation import NOTHING_SAID, read_annotation
from tuimon.runs.ending import has_ended
from tuimon.runs.lock import locked
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import is_alive
from tuimon.runs.record import MirrorRecord, read_record
from tuimon.runs.registry import RunStatus, list_runs, read_status
from tuimon.text import safe

_LOOK_EVERY = 0.2
_PATIENCE = 90.0
"""Seconds that the mirror of a running training has to go online, or on."""


@click.command()
@click.option("--all", "everything", is_flag=True, help="All runs that are offline.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, everything: bool, quiet: bool) -> int:
    """Upload the offline W&B run of RUN (default: the newest), from where it was left.

    Every point arrives once, however often this is called or interrupted. A running training goes
    on and is online from then on.
    """
    if everything and run is not None:
        raise CommandError("RUN and --all cannot be combined")
    if everything:
        # The newest launch of a training is the one that tells how it ended.
        runs = [status for status in reversed(list_runs()) if _may_lack_something(status)]
        if not runs and not quiet:
            click.echo("every run is uploaded")
    else:
        runs = [run_or_refuse(run)]
    return max([_sync(status, quiet=quiet) for status in runs], default=0)


def _may_lack_something(status: RunStatus) -> bool:
    mirror = status.mirror
    if mirror is None or mirror.run_id is None:
        return can_upload(status)
    unseen = not mirror.is_uploaded or not _has_labels(status.paths, mirror)
    return can_upload(status) or (unseen and has_ended(status))


def _sync(status: RunStatus, *, quiet: bool) -> int:
    name, paths = status.paths.id, status.paths
    if status.mirror is None or status.mirror.state == "off":
        return _refuse(f"{name} was not mirrored: see `tuimon mirror`")
    if status.mirror.state == "own":
        return _refuse(f"{name} is not mirrored: W&B has {status.mirror.detail or ''}")
    done = False
    with ProgressLine(name, quiet=quiet) as progress:
        while not done:
            try:
                up_to_date = _wait(paths, progress)
            except KeyboardInterrupt:
                return _refuse(f"{name}: interrupted; its mirror goes on with the upload", 130)
            running = not has_ended(read_status(paths.directory))
            try:
                done = running or _is_at_wandb(paths) or _upload(paths, progress)
            except KeyboardInterrupt:
                return _refuse(f"{name}: interrupted; continue with: tuimon sync {name}", 130)
    record = _read(paths)
    if _is_at_wandb(paths) or up_to_date:
        if not quiet:
            how = "is uploaded" if record.is_uploaded else "is live, everything so far is at W&B"
            click.echo(f"{name} {how}: {safe(record.url or '')}".removesuffix(": "))
        return 0
    how = "was sent, but" if record.is_doubtful or record.is_uploaded else "is not uploaded:"
    return _refuse(f"{name} {how} {_why(record, paths)}")


def _refuse(what: str, code: int = 1) -> int:
    click.echo(f"tuimon: {safe(what)}", err=True)
    return code


def _is_at_wandb(paths: RunPaths) -> bool:
    """Whether nothing more is to come of a run, and W&B has all, and what is said of it."""
    record = _read(paths)
    return record.is_uploaded and _has_labels(paths, record)


def _has_labels(paths: RunPaths, record: MirrorRecord) -> bool:
    return (record.told or NOTHING_SAID) == read_annotation(paths.annotation)


def _why(record: MirrorRecord, paths: RunPaths) -> str:
    if record.detail is None and not _has_labels(paths, record):
        return "what is said of it has not arrived"
    if record.detail is not None or record.state != "live":
        return record.detail or "no answer from its mirror"
    trials = {trial.id: _read(trial) for trial in _trials(paths)}
    for name, told in trials.items():
        if told.state == "failed" or told.sync_command is not None:
            return f"{name}: {told.detail or 'offline'}"
    told_all = [record, *trials.values()]
    rows = sum(max(one.rows - (one.confirmed or 0), 0) for one in told_all)
    files = sum(one.files or 0 for one in told_all)
    return f"{rows} rows and {files} files are still on their way"


def _wait(paths: RunPaths, progress: ProgressLine) -> bool:
    """Wait while another process keeps a mirror of the run at work, and has it go online.

    True when W&B has all that a running training had written at the beginning.
    """
    begun = changed_at = time.time()
    record = _read(paths)
    told: list[MirrorRecord] = []
    shares = [_UploadShare(one, begun) for one in (paths, *_trials(paths))]
    asked = False
    while _has_mirror(status := read_status(paths.directory)) and not record.is_uploaded:
        record = _read(paths)
        before, told = told, [share.record for share in shares if not share.has_arrived()]
        if told != before:
            changed_at = time.time()
        progress.show(record)
        if has_ended(status):
            pass  # its mirror comes to an end by itself
        elif record.state == "live":
            if not told:
                return True
        elif not asked:
            asked = True
            request_upload(paths)
        elif _was_refused(paths, record, begun):
            return False
        if not has_ended(status) and time.time() - changed_at > _PATIENCE:
            return False
        time.sleep(_LOOK_EVERY)
    return False


class _UploadShare:
    """What W&B is to have of a training that goes on, or a trial: all from before a time."""

    def __init__(self, paths: RunPaths, begun: float) -> None:
        self._paths = paths
        self._begun = begun
        self._rows: int | None = None
        self.record = MirrorRecord()
        """As it was at the last look, but for what the training goes on to write."""

    def has_arrived(self) -> bool:
        """Look whether it has: so many rows as there were at the first look, and the files."""
        record = _read(self._paths)
        self.record = record._replace(updated_at=0.0, rows=0, points=0, summaries=0, bytes=0)
        if record.is_uploaded or record.state == "off":
            return True
        if record.state != "live":
            return False
        self._rows = record.rows if self._rows is None else self._rows
        if record.total is not None or (record.confirmed or 0) < self._rows or record.files is None:
            return False
        has_files = record.files == 0 or (record.files_since or 0.0) > self._begun
        return has_files and _has_labels(self._paths, record)


def _trials(paths: RunPaths) -> list[RunPaths]:
    """Those of a launch that have W&B runs of their own."""
    return [RunPaths(file.parent) for file in paths.trials.glob("*/logdir.json")]


def _was_refused(paths: RunPaths, record: MirrorRecord, begun: float) -> bool:
    """Whether the mirror has tried to go online since, and is offline again."""
    tried = not (paths.mirror / "upload").exists()
    return tried and record.state == "offline" and bool(record.detail) and record.updated_at > begun


def _upload(paths: RunPaths, progress: ProgressLine) -> bool:
    """Keep a mirror at work until it has uploaded everything; False when others do so already."""
    with locked(_own_lock(paths)) as free:
        if not free:
            return False
        request_upload(paths)
        process = MirrorProcess(paths, forks=True)
        process.training_ended(time.monotonic())
        try:
            while not process.done:
                process.tick(time.monotonic())
                progress.show(_read(paths))
                process.pause(_LOOK_EVERY)
        finally:
            if not process.done:
                process.stop()
    return True


def _has_mirror(status: RunStatus) -> bool:
    """Whether a recorder, or another command, keeps a mirror of the run at work."""
    recorder, paths = status.record.recorder, status.paths
    if recorder is not None and is_alive(recorder, status.record.boot_id):
        return True
    with locked(paths.mirror) as free, locked(_own_lock(paths)) as free_too:
        return not (free and free_too)


def _own_lock(paths: RunPaths) -> Path:
    """The directory with the lock of this command, of which one works on a run at a time."""
    return paths.mirror / "sync"


def _read(paths: RunPaths) -> MirrorRecord:
    return read_record(MirrorRecord, paths.mirror_json) or MirrorRecord()
