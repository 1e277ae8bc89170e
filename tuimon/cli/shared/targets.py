"""Which event files and points a command was asked for, and what could not be read of them."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from tuimon.cli.shared.common import CommandError, complete_run_or_logdir, run_or_refuse
from tuimon.cli.shared.piped_log import STANDARD_INPUT, piped_log
from tuimon.cli.shared.remote_copies import remote_copy
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.events.logdir import LogdirScan
    from tuimon.store.run_log import FileStatus, RunLog
    from tuimon.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])


class LogTarget(NamedTuple):
    """Where event files are, and the run that writes them; None for log directories."""

    sources: tuple[LogSource, ...]
    status: RunStatus | None


def pattern(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> re.Pattern[str] | None:
    """Callback of an option that takes a regular expression."""
    try:
        return None if value is None else re.compile(value)
    except re.error as error:
        raise click.BadParameter(f"{value!r} is not a regular expression: {error}") from None


which_runs = click.option(
    "--run", "runs", callback=pattern, metavar="RE", help="Only runs that match."
)
which_tags = click.option(
    "--tag", "tags", callback=pattern, metavar="RE", help="Only tags that match."
)


def sources_argument(metavar: str, *, required: bool = False) -> Callable[[F], F]:
    """The log directories, event files and runs that `select_all` finds."""
    return click.argument(
        "source",
        nargs=-1,
        required=required,
        metavar=metavar,
        shell_complete=complete_run_or_logdir,
    )


def log_source(path: Path) -> LogSource:
    """A log directory or a log. Raises CommandError: a file that cannot be read as one."""
    from tuimon.events.tails import is_log

    if not path.is_dir() and not is_log(path):
        raise CommandError(f"{safe(str(path))}: neither a directory nor a log that can be read")
    return LogSource(path=str(path), recursive=True)


def select(source: str | None) -> LogTarget:
    """A log directory, a log, ``-``, or a run (None: the newest one).

    Raises:
        CommandError: there is nothing of that name, or the run has written no event files.
    """
    if source == STANDARD_INPUT:
        return LogTarget((piped_log(to_end=True),), None)
    if source is not None and Path(source).exists():
        return LogTarget((log_source(Path(source)),), None)
    if source is not None and (copy := remote_copy(source, whole=True)) is not None:
        return LogTarget((copy,), None)
    if source is not None and os.sep in source:
        raise CommandError(f"{safe(source)}: no such directory")
    try:
        status = run_or_refuse(source)
    except CommandError as error:
        if source is None:
            raise
        raise CommandError(f"no such directory, and {error.message}") from None
    if not status.log_sources:
        raise CommandError(f"{safe(status.name)} has written no event files")
    return LogTarget(status.log_sources, status)


def select_all(sources: Sequence[str]) -> LogTarget:
    """Log directories, event files and runs together; one of them, or none, as `select`.

    Raises:
        CommandError: as `select`.
    """
    if len(sources) < 2:
        return select(sources[0] if sources else None)
    found: list[LogSource] = []
    for name in sources:
        chosen = select(name)
        found += chosen.sources if chosen.status is None else chosen.status.labelled_sources
    return LogTarget(tuple(dict.fromkeys(found)), None)


class EventLogs:
    """The runs of a target that match, read once; tells on standard error what is left out."""

    def __init__(self, target: LogTarget, runs: re.Pattern[str] | None) -> None:
        """Look for event files. Raises CommandError: there are none."""
        from tuimon.events.logdir import LogdirScan

        scan = LogdirScan(target.sources)
        files = scan.scan()
        where = " ".join(safe(source.label or source.path) for source in target.sources)
        for closed in scan.unreadable:
            tell(f"{safe(closed.path)}: {closed.error}: left out")
        if not files and not scan.beside:
            raise CommandError(f"{where}: {_what_is_there(scan)}")
        if scan.truncated:
            tell(f"{where}: too large: not all of it was looked at")
        self._files = [file for file in files if runs is None or runs.search(file.run)]
        self._beside = [file for file in scan.beside if runs is None or runs.search(file.run)]
        self.complete = not scan.truncated and not scan.unreadable
        """Whether everything could be read so far."""

    def read(self) -> "Iterator[RunLog]":
        """One run after the other, so that no more than one need be in memory."""
        from tuimon.store.loading import load_runs

        for run, statuses in load_runs(self._files):
            self.complete &= _tell_damage(statuses)
            if run is not None:
                yield run

    def store(self) -> "Store":
        """All of them."""
        from tuimon.store.store import Store

        store = Store(self.read())
        store.set_beside(self._beside)
        return store


def tell(line: str) -> None:
    """A line on standard error."""
    click.echo(f"tuimon: {line}", err=True)


def _what_is_there(scan: "LogdirScan") -> str:
    """What log directories without event files hold, and what to do."""
    from tuimon.present.other_files import WAYS_OUT, tables_told

    if scan.unreadable:
        return "no event files that could be read"
    if scan.tables:
        told = tables_told(scan.tables)
        return f"no logs there, and {told} are not read: {WAYS_OUT}"
    return "no event files there"


def _tell_damage(files: list["FileStatus"]) -> bool:
    """Tell what could not be read on standard error; whether every file could."""
    from tuimon.events.shortfall import shortfall

    for file in files:
        if lost := shortfall(
            file.error, file.damaged_records, file.undecided_bytes, detail=safe(file.detail)
        ):
            tell(f"{safe(str(file.path))}: {lost}")
    return all(file.error is None for file in files)
