"""`tuimon ls`: the runs of this host, newest first."""

import json
import math
import shutil
import sys
import time
from collections.abc import Sequence

import click

from tuimon.cli.shared.common import CommandError, run_document
from tuimon.cli.shared.text_table import GAP, TextColumn, fitted, lines_of
from tuimon.present.glance import GlanceBook
from tuimon.present.run_lines import RunCommands, RunLine, matching, numbers, remarks
from tuimon.runs.activity import state_word
from tuimon.runs.baselines import pinned_directories
from tuimon.runs.newest import newest_runs
from tuimon.runs.registry import RunStatus
from tuimon.runs.removal import size_of
from tuimon.runs.secrecy import masked_command
from tuimon.store.filters import FilterError
from tuimon.text import (
    fit,
    format_age,
    format_bytes,
    format_duration,
    format_value,
    safe,
    width,
)

_READING_SECONDS = 2.0
"""After so many, logs that nobody has looked at before are left for another time."""
_MOST = 30
"""Of runs that have ended, unless all are asked for."""
_LAST = "WHY"
_LEAST_ARGUMENTS = 10
_LEAST_NAME = 24
_LESS_AND_LESS = ("SIZE", "TOOK", "ARGUMENTS", "BEST")
"""Columns that are left out one after the other where there is no room."""


@click.command()
@click.option("-l", "--long", is_flag=True, help="Below each run its command and directory.")
@click.option("-a", "--all", "every", is_flag=True, help="All, older ones and archived ones, too.")
@click.option(
    "-w",
    "--where",
    metavar="FILTER",
    help="All that match, as behind / on the home screen.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def command(long: bool, every: bool, where: str | None, as_json: bool) -> int:
    """List runs, newest first: of each the arguments that tell it from others of its script, its
    state, the best value of its main metric, why it ended, and what was said of it.

    Of those that have ended the newest 30 are listed; as JSON and by a filter all are.

    Those whose record cannot be read are told of on standard error; the exit code is 1 then.
    """
    unreadable: list[str] = []
    commands = RunCommands()
    whole = every or as_json or where is not None
    most = sys.maxsize if whole else _MOST
    runs, others = newest_runs(most, archived=whole, on_unreadable=unreadable.append)
    known = _lines(runs, commands)
    try:
        lines = matching(known, where or "", commands, time.time(), archived=every)
    except FilterError as error:
        raise CommandError(f"-w {safe(where or '')}: {error}") from None
    if as_json:
        click.echo(json.dumps([_document(line) for line in lines], indent=1))
    elif lines:
        cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for text in _table(lines, cells, long=long):
            click.echo(text)
        if others:
            click.echo(f"{others} more: tuimon ls -a", err=True)
    elif known or others:
        click.echo("no run matches" if where else "all runs are archived: tuimon ls -a")
    elif not unreadable:
        click.echo("no runs yet; start one: tuimon run train.py")
    for why in unreadable:
        click.echo(f"tuimon: left out: {safe(why)}", err=True)
    return 1 if unreadable else 0


def _lines(runs: Sequence[RunStatus], commands: RunCommands) -> list[RunLine]:
    """With what is known of their logs, read for the home screen before, or now within seconds."""
    book, until = GlanceBook(), time.monotonic() + _READING_SECONDS
    for run in runs:
        if time.monotonic() < until:
            book.look(run)
    return commands.lines(runs, book.glances, pinned_directories())


def _document(line: RunLine) -> dict[str, object]:
    glance, metric = line.glance, None
    if glance is not None:
        best = None if glance.best is None else glance.best._asdict()
        last = glance.last if math.isfinite(glance.last) else None  # JSON has no NaN
        metric = {"tag": glance.tag, "step": glance.step, "last": last, "best": best}
    return {**run_document(line.run), "metric": metric}


def _table(lines: Sequence[RunLine], cells: int | None, *, long: bool) -> list[str]:
    """A line a run; where that does not fit a terminal of `cells`, what is last goes below it."""
    now = time.time()
    columns = fitted(_columns(lines, now), cells, _LESS_AND_LESS, len(_LAST))
    why = [" · ".join(text for text, _ in remarks(line, now)) for line in lines]
    table: list[str] = []
    for at, (line, start) in enumerate(zip([None, *lines], lines_of(columns), strict=True)):
        told = why[at - 1] if line else _LAST
        whole = f"{start}{GAP}{told}".rstrip()
        if cells is None or not told or width(whole) <= cells:
            table.append(whole)
        else:
            table += [start.rstrip(), f"    {fit(told, cells - 4)}".rstrip()]
        if long and line is not None:
            record, values = line.run.record, numbers(line)
            table += [f"    {safe(masked_command(record))}", f"    in {safe(record.cwd)}"]
            table += [f"    {safe(values)}"] if values else []
    return table


def _columns(lines: Sequence[RunLine], now: float) -> list[TextColumn]:
    """Those of which any run has something, and their cells."""
    columns = [
        TextColumn("RUN", [line.id for line in lines]),
        TextColumn("NAME", [line.name for line in lines], least=_LEAST_NAME),
        TextColumn("ARGUMENTS", [line.told for line in lines], least=_LEAST_ARGUMENTS),
        TextColumn("STATE", [state_word(line.run) for line in lines]),
        TextColumn("STARTED", [format_age(now - line.run.record.started_at) for line in lines]),
        TextColumn("TOOK", [format_duration(line.run.took(now)) for line in lines]),
        TextColumn("BEST", [_best(line) for line in lines]),
        TextColumn("SIZE", [format_bytes(size_of(line.run)) for line in lines]),
    ]
    return [column for column in columns if any(column.cells)]


def _best(line: RunLine) -> str:
    best = line.glance.best if line.glance is not None else None
    return format_value(best.value) if best is not None else ""
