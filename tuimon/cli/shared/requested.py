"""Which event files and points a command was asked for, and what could not be read of them."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tuimon.cli.shared.common import Refused, run_or_refuse
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.store.run_log import FileStatus
from tuimon.events.logdir import LogdirScan
from tuimon.present.overview import overview
from tuimon.present.pairing import Metric, pair_tags
from tuimon.present.selection import Selection as Shown
from tuimon.present.statistics import Statistics, statistics
from tuimon.store.loading import load_runs
from tuimon.store.store import Store


class Selection(NamedTuple):
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


def select(source: str | None) -> Selection:
    """A log directory, an event file or a run (None: the newest one).

    Raises:
        Refused: there is nothing of that name, or the run has written no event files.
    """
    if source is not None and Path(source).exists():
        return Selection((LogSource(path=source, recursive=True),), None)
    if source is not None and os.sep in source:
        raise Refused(f"{safe(source)}: no such directory")
    try:
        status = run_or_refuse(source)
    except Refused as error:
        if source is None:
            raise
        raise Refused(f"no such directory, and {error.message}") from None
    if not status.log_sources:
        raise Refused(f"{safe(status.record.name)} has written no event files")
    return Selection(status.log_sources, status)


def select_all(sources: Sequence[str]) -> Selection:
    """Log directories, event files and runs together; one of them, or none, as `select`.

    Raises:
        Refused: as `select`.
    """
    if len(sources) < 2:
        return select(sources[0] if sources else None)
    found: list[LogSource] = []
    for name in sources:
        chosen = select(name)
        found += chosen.sources if chosen.status is None else chosen.status.labelled_sources
    return Selection(tuple(dict.fromkeys(found)), None)


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


class Chosen(NamedTuple):
    """What was found."""

    selection: Selection
    store: Store
    """The runs that match, with all of their tags."""
    values: list[Statistics]
    """Of each tag that matches and each run, in the order of the charts."""
    charted: list[Metric]
    """The metrics that get a chart."""
    complete: bool
    """Whether everything could be read."""


def choose(
    selection: Selection, runs: re.Pattern[str] | None, tags: re.Pattern[str] | None
) -> Chosen:
    """Read the runs that match; tells on standard error what could not be read.

    Raises:
        Refused: there are no event files.
    """
    store, complete = read(selection, runs)
    found = dict.fromkeys(
        tag for run in store.runs.values() for tag in run.series if tags is None or tags.search(tag)
    )
    values = [
        value
        for metric in pair_tags(found)
        for _, tag in metric.curves
        for run in store.runs.values()
        if tag in run.series and (value := statistics(run.series[tag])) is not None
    ]
    if not values:
        tell("no scalar points were found" + (" that match" if runs or tags else ""))
    charted = pair_tags(tag for tag in overview(store, Shown()).charted() if tag in found)
    return Chosen(selection, store, values, charted, complete)


def read(selection: Selection, wanted: re.Pattern[str] | None) -> tuple[Store, bool]:
    """The runs that match, and whether all was read; tells what was not. Raises Refused."""
    scan = LogdirScan(selection.sources)
    files = scan.scan()
    where = " ".join(safe(source.path) for source in selection.sources)
    if not files:
        raise Refused(f"{where}: no event files there")
    complete = not scan.truncated
    if scan.truncated:
        tell(f"{where}: too large: not all of it was looked at")
    store = Store()
    found = {}
    for run, statuses in load_runs([f for f in files if wanted is None or wanted.search(f.run)]):
        complete &= tell_damage(statuses)
        if run is not None:
            found[run.name] = run
    store.runs = found
    store.set_beside([one for one in scan.beside() if wanted is None or wanted.search(one.run)])
    return store, complete
