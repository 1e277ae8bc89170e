"""`tuimon sync`: offline W&B runs go online."""

import time

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.cli.shared.upload_bar import ProgressLine
from tuimon.mirror.journal import locked
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.mirror.upload import can_upload, request_upload
from tuimon.runs.process import is_alive
from tuimon.runs.record import MirrorRecord, read_record
from tuimon.runs.registry import RunStatus, list_runs, read_status
from tuimon.text import safe

_LOOK_EVERY = 0.2
_PATIENCE = 90.0
"""Seconds that the mirror of a running training has to go online."""


@click.command()
@click.option("--all", "everything", is_flag=True, help="All runs that are offline.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, everything: bool, quiet: bool) -> int:
    """Take the offline W&B run of RUN (default: the newest) online, from where it was left.

    Every point arrives once, however often this is called or interrupted. A running training goes
    on and is online from then on.
    """
    if everything and run is not None:
        raise CommandError("RUN and --all cannot be combined")
    if everything:
        # The newest launch of a training is the one that tells how it ended.
        runs = [status for status in reversed(list_runs()) if can_upload(status)]
        if not runs and not quiet:
            click.echo("every run is uploaded")
    else:
        runs = [run_or_refuse(run)]
    return max([_sync(status, quiet=quiet) for status in runs], default=0)


def _sync(status: RunStatus, *, quiet: bool) -> int:
    name = status.paths.id
    mirror = status.mirror
    if mirror is None or mirror.state == "off":
        click.echo(f"tuimon: {name} was not mirrored: see `tuimon mirror`", err=True)
        return 1
    if mirror.state == "own":
        click.echo(f"tuimon: {name} is not mirrored: W&B has {safe(mirror.detail or '')}", err=True)
        return 1
    if not can_upload(status) or (mirror.state == "live" and _has_mirror(status)):
        if not quiet:
            click.echo(f"{name} is uploaded{_where(mirror)}")
        return 0
    request_upload(status.paths)
    with ProgressLine(name, quiet=quiet) as progress:
        try:
            record = _follow(status, progress)
        except KeyboardInterrupt:
            click.echo(f"tuimon: {name}: interrupted; continue with: tuimon sync {name}", err=True)
            return 130
    if record.state == "live" or (record.state == "finished" and record.sync_command is None):
        if not quiet:
            click.echo(f"{name} is uploaded{_where(record)}")
        return 0
    why = record.detail or "no answer from its mirror"
    click.echo(f"tuimon: {name} is not uploaded: {safe(why)}", err=True)
    return 1


def _where(mirror: MirrorRecord) -> str:
    return f": {safe(mirror.url)}" if mirror.url else ""


def _follow(status: RunStatus, progress: ProgressLine) -> MirrorRecord:
    """Wait for the mirror that follows the training, or be the one that starts it."""
    begun = time.time()
    paths = status.paths
    while _has_mirror(status):
        record = read_record(MirrorRecord, paths.mirror_json) or MirrorRecord()
        if record.updated_at > begun:
            progress.show(record)
        tried = not (paths.mirror / "upload").exists()
        if record.state == "live" and record.total is None:
            return record
        if tried and record.state == "offline" and record.detail and record.updated_at > begun:
            return record
        if time.time() - begun > _PATIENCE and not record.total:
            return record
        time.sleep(_LOOK_EVERY)
        status = read_status(paths.directory)
    process = MirrorProcess(paths)
    process.training_ended(time.monotonic())
    try:
        while not process.done:
            process.tick(time.monotonic())
            progress.show(read_record(MirrorRecord, paths.mirror_json) or MirrorRecord())
            time.sleep(_LOOK_EVERY)
    finally:
        if not process.done:
            process.stop()
    return read_record(MirrorRecord, paths.mirror_json) or MirrorRecord()


def _has_mirror(status: RunStatus) -> bool:
    """Whether a recorder, or another command, keeps a mirror of the run at work."""
    recorder = status.record.recorder
    if recorder is not None and is_alive(recorder, status.record.boot_id):
        return True
    with locked(status.paths.mirror) as free:
        return not free
