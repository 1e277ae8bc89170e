"""`tuimon mirror`: existing log directories to W&B."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import click

from tuimon.cli.shared.common import (
    CommandError,
    secret_names,
    settings_or_refuse,
)
from tuimon.cli.shared.remote_copies import remote_copy
from tuimon.cli.shared.targets import sources_argument, tell
from tuimon.cli.shared.upload_bar import ProgressLine
from tuimon.cli.shared.wandb_options import present_name, wandb_options
from tuimon.events.log_kinds import is_of_one_training
from tuimon.events.logdir import LogdirScan, UnreadablePath, is_event_file
from tuimon.mirror.journal_home import has_news, was_deleted
from tuimon.mirror.log_copies import LogCopies, is_copied
from tuimon.mirror.logdir_owner import Experiment, experiments
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.runs.paths import RunPaths, known_name, state_home
from tuimon.runs.record import (
    LogdirRecord,
    MirrorOptions,
    MirrorRecord,
    RecordError,
    read_record,
    write_record,
)
from tuimon.runs.sources import LogSource
from tuimon.text import escaped, safe

_LOOK_EVERY = 0.2
_SCAN_EVERY = 5.0
_NOT_SENT = "W&B's own runs and stores of many trainings (MLflow, trackio) are not sent"
_AT_ONCE = 4
"""Mirrors that work at the same time with --watch; each is a Python with wandb in it."""


@click.command(context_settings={"token_normalize_func": present_name})
@wandb_options
@click.option("--name", help="Name of the W&B run, or the beginning of their names if several.")
@click.option(
    "--wandb-resume/--no-wandb-resume",
    default=True,
    help="Continue earlier W&B runs of LOGDIR.",
)
@click.option("--watch", is_flag=True, help="Keep sending what is written later, until Ctrl-C.")
@sources_argument("LOGDIR|PLACE|RUN...", required=True)
def command(
    mirror: MirrorOptions,
    name: str | None,
    wandb_resume: bool,
    watch: bool,
    source: tuple[str, ...],
) -> int:
    """Send the logs below LOGDIR to W&B: one W&B run for each run in it, grouped.

    \b
    tuimon mirror runs/ --project sweep          all of them, with a progress bar
    tuimon mirror runs/ --project sweep          again: only what has come since
    tuimon mirror runs/exp1 --watch              and what is being written
    """
    if mirror.mode == "off":
        raise CommandError("--mirror off leaves nothing to do")
    roots = [root for named in source for root in _roots(named, watch=watch)]
    options = mirror._replace(
        name=name,
        resume="auto" if wandb_resume else "never",
        save_code=False,
        secrets=secret_names(settings_or_refuse(screen=False)),
    )
    closed = set[UnreadablePath]()
    jobs = [job for root in roots for job in _jobs(root, options, closed, watch=watch)]
    if not jobs and not watch:
        raise CommandError(f"{' '.join(map(str, roots))}: no logs there that are sent")
    if watch:
        return _watch(roots, options, closed)
    try:
        is_lacking = any(one.error != _NOT_SENT for one in closed)
        return max(int(is_lacking), *map(_mirror, jobs))
    except KeyboardInterrupt:
        click.echo("tuimon: interrupted; run the same command again to continue", err=True)
        return 130


def _roots(named: str, *, watch: bool) -> list[Path]:
    """A log directory, or those of a run."""
    if Path(named).is_file():
        raise CommandError(f"{named} is a file: name its directory")
    if Path(named).exists():
        return [Path(named).resolve()]
    if (copy := remote_copy(named, whole=not watch)) is not None:
        return [Path(copy.path).resolve()]
    try:
        return [Path(source.path) for source in find_run(named).log_sources]
    except RunNotFound:
        raise CommandError(f"{named}: no such directory, and no run of that name") from None


@dataclass(frozen=True, slots=True)
class _MirrorJob:
    """An experiment and the directory that its mirror works in."""

    paths: RunPaths
    record: LogdirRecord
    experiment: Experiment


def _jobs(
    root: Path, options: MirrorOptions, closed: set[UnreadablePath], *, watch: bool
) -> Iterator[_MirrorJob]:
    """The experiments below a log directory; what cannot be looked into is told, once."""
    scan = LogdirScan([LogSource(path=str(root))])
    logs = scan.scan()
    sent = [one for one in logs if is_event_file(one.path.name) or is_of_one_training(one.path)]
    found = [one.behind_links() for one in experiments(root, sent)]
    unsent = [UnreadablePath(str(root), _NOT_SENT)] if len(sent) < len(logs) else []
    for one in [*scan.unreadable, *unsent]:
        if one not in closed:
            closed.add(one)
            tell(f"{safe(one.path)}: {one.error}{'' if one.error == _NOT_SENT else ': left out'}")
    for experiment in found:
        name = experiment.name
        if options.name is not None:
            name = options.name if len(found) == 1 else f"{options.name}-{experiment.name}"
        record = LogdirRecord(
            name=experiment.name,
            root=str(root),
            directories=experiment.directories,
            namespaces=experiment.namespaces,
            cwd=str(root if root.is_dir() else root.parent),
            created_at=min(_modified(path) for path in experiment.files),
            watch=watch,
            mirror=options._replace(
                name=name,
                group=options.group or (root.name if len(found) > 1 else None),
            ),
        )
        yield _MirrorJob(_directory(root, experiment, options), record, experiment)


def _directory(root: Path, experiment: Experiment, options: MirrorOptions) -> RunPaths:
    """Where the mirror of an experiment works: the same one for the same command.

    Unless what it has mirrored was deleted: then another training is there.
    """
    where = [str(root), experiment.name]
    real = Path(os.path.realpath(root / experiment.name))
    if real != root / experiment.name:  # another training as soon as the link is another one
        where = [str(real), ""]
    told = *where, options.project or "", options.entity or ""
    base = state_home() / "mirrors" / known_name(f"{root.name}-{experiment.name}", *told)
    found = (RunPaths(base.with_name(f"{base.name}-{n}") if n else base) for n in count())
    return next(paths for paths in found if not was_deleted(paths, experiment.directories))


def _mirror(job: _MirrorJob) -> int:
    """Mirror one experiment to its end, with a progress bar; returns the exit code."""
    name = safe(escaped(job.experiment.name))
    if _is_complete(job):
        record = _status(job)
        click.echo(f"{name}: complete before, {record.points:,} points{_where(record)}")
        return _tell_problems(record)
    process = _start(job)
    total = max(sum(map(_size, job.experiment.files)), 1)
    with ProgressLine(escaped(job.experiment.name), quiet=False) as progress:
        try:
            while not process.done:
                process.tick(time.monotonic())
                record = _status(job)
                progress.show(record, share=None if record.total else record.bytes / total)
                process.pause(_LOOK_EVERY)
        finally:
            if not process.done:
                process.stop()
    return _tell(job)


def _watch(roots: Iterable[Path], options: MirrorOptions, closed: set[UnreadablePath]) -> int:
    """Keep a mirror at work for each experiment that is being written to."""
    at_work: dict[str, tuple[_MirrorJob, MirrorProcess]] = {}
    failed: set[str] = set()
    next_scan = 0.0
    try:
        while True:
            now = time.monotonic()
            if now >= next_scan:
                next_scan = now + _SCAN_EVERY
                found = (_jobs(root, options, closed, watch=True) for root in roots)
                for job in chain.from_iterable(found):
                    key = str(job.paths.directory)
                    if key in at_work or key in failed or len(at_work) >= _AT_ONCE:
                        continue
                    if not _is_complete(job):
                        at_work[key] = job, _start(job)
            for key, (job, process) in list(at_work.items()):
                process.tick(now)
                if process.done:
                    del at_work[key]
                    if _tell(job) and not _is_sent(_status(job)):
                        failed.add(key)
            time.sleep(_LOOK_EVERY)
    except KeyboardInterrupt:
        return 130
    finally:
        for _, process in at_work.values():
            process.stop()


def _start(job: _MirrorJob) -> MirrorProcess:
    directory = job.paths.directory
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_record(job.paths.logdir_json, job.record)
        write_record(job.paths.mirror_json, MirrorRecord(updated_at=time.time()))
    except OSError as error:
        raise CommandError(f"{directory} cannot be written: {error}") from None
    process = MirrorProcess(job.paths)
    process.training_ended(time.monotonic())
    return process


def _is_complete(job: _MirrorJob) -> bool:
    """Whether an earlier mirror came to the end of all files, in the mode that is asked for."""
    record = _status(job)
    copies = LogCopies(job.paths.mirror)
    copied = {
        log: copies.copy_of(log)
        for log in map(Path, job.experiment.files)
        if not is_event_file(log.name)
    }
    if not all(is_copied(log, copy) for log, copy in copied.items()):
        return False
    files = [str(copied.get(Path(file), file)) for file in job.experiment.files]
    if record.state != "finished" or has_news(job.paths, files):
        return False
    return record.arrived or bool(record.sync_command and job.record.mirror.mode != "online")


def _status(job: _MirrorJob) -> MirrorRecord:
    try:
        return read_record(MirrorRecord, job.paths.mirror_json) or MirrorRecord()
    except RecordError:
        return MirrorRecord()


def _tell(job: _MirrorJob) -> int:
    record = _status(job)
    name = safe(escaped(job.experiment.name))
    if not _is_sent(record):
        click.echo(f"tuimon: {name}: {safe(record.detail or 'failed')}", err=True)
        return 1
    others = f", {record.summaries:,} other summaries" if record.summaries else ""
    refused = f", {record.refused} summaries left out" if record.refused else ""
    masked = f", masked: {safe(', '.join(record.masked))}" if record.masked else ""
    click.echo(f"{name}: {record.points:,} points{others}{refused}{masked}{_where(record)}")
    return _tell_problems(record)


def _is_sent(record: MirrorRecord) -> bool:
    """Whether W&B, or its offline file, has all that could be read."""
    return record.is_uploaded or (record.state == "finished" and record.sync_command is not None)


def _tell_problems(record: MirrorRecord) -> int:
    """Tell what of the event files is not at W&B, a line each; returns the exit code."""
    for problem in record.problems:
        tell(safe(problem))
    return int(bool(record.problems))


def _where(record: MirrorRecord) -> str:
    if record.sync_command:
        return f", offline; upload: {safe(record.sync_command)}"
    return f": {safe(record.url)}" if record.url else ""


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _modified(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return time.time()
