"""Which event files and points a command was asked for, and what could not be read of them."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tuimon.cli.shared.common import CommandError, run_or_refuse
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.store.run_log import FileStatus


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


def select(source: str | None) -> LogTarget:
    """A log directory, an event file or a run (None: the newest one).

    Raises:
        CommandError: there is nothing of that name, or the run has written no event files.
    """
    if source is not None and Path(source).exists():
        return LogTarget((LogSource(path=source, recursive=True),), None)
    if source is not None and os.sep in source:
        raise CommandError(f"{safe(source)}: no such directory")
    try:
        status = run_or_refuse(source)
    except CommandError as error:
        if source is None:
            raise
        raise CommandError(f"no such directory, and {error.message}") from None
    if not status.log_sources:
        raise CommandError(f"{safe(status.record.name)} has written no event files")
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


def tell_damage(files: list["FileStatus"]) -> bool:
    """Tell what could not be read on standard error; whether every file could."""
    for file in files:
        if file.error is not None:
            tell(f"{safe(str(file.path))}: {file.error}: left out")
        elif file.damaged_records:
            count = f"{file.damaged_records:,} damaged record{'s'[: file.damaged_records != 1]}"
            tell(f"{safe(str(file.path))}: {count} left out")
        elif file.undecided_bytes:
            end = f"its last {file.undecided_bytes:,} byte{'s'[: file.undecided_bytes != 1]}"
            tell(f"{safe(str(file.path))}: {end} hold no whole record; being written, or damaged")
    return all(file.error is None for file in files)


def tell(line: str) -> None:
    """A line on standard error."""
    click.echo(f"tuimon: {line}", err=True)
