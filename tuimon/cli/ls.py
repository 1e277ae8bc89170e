"""`tuimon ls`: the runs of this host, newest first."""

import json
import shutil
import sys
import time

import click

from tuimon.cli.shared.common import run_document
from tuimon.runs.activity import remark, state_word
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.runs.removal import size_of
from tuimon.runs.secrecy import masked_command
from tuimon.text import fit, format_age, format_bytes, format_duration, safe, width


@click.command()
@click.option("-l", "--long", is_flag=True, help="Below each run its command and directory.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def command(long: bool, as_json: bool) -> int:
    """List runs, newest first.

    Those whose record cannot be read are told of on standard error; the exit code is 1 then.
    """
    unreadable: list[str] = []
    runs = list_runs(on_unreadable=unreadable.append)
    if as_json:
        click.echo(json.dumps([run_document(run) for run in runs], indent=1))
    elif runs:
        cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in _table(runs, cells, long=long):
            click.echo(line)
    elif not unreadable:
        click.echo("no runs yet; start one: tuimon run train.py")
    for why in unreadable:
        click.echo(f"tuimon: left out: {safe(why)}", err=True)
    return 1 if unreadable else 0


def _table(runs: list[RunStatus], cells: int | None, *, long: bool) -> list[str]:
    """A line a run; where that does not fit a terminal of `cells`, what is last goes below it."""
    now = time.time()
    rows = [("RUN", "NAME", "STATE", "STARTED", "TOOK", "SIZE", "WHY")]
    for run in runs:
        record = run.record
        rows.append(
            (
                record.id,
                safe(record.name),
                state_word(run),
                format_age(now - record.started_at),
                format_duration(run.took(now)),
                format_bytes(size_of(run)),
                safe(remark(run, now) or run.why or ""),
            )
        )
    widths = [max(width(row[column]) for row in rows) for column in range(6)]
    lines: list[str] = []
    for one, row in zip([None, *runs], rows, strict=True):
        line = "  ".join(fit(cell, size) for cell, size in zip(row, widths, strict=False))
        whole = f"{line}  {row[6]}".rstrip()
        if cells is None or not row[6] or width(whole) <= cells:
            lines.append(whole)
        else:
            lines += [line.rstrip(), f"    {fit(row[6], cells - 4)}".rstrip()]
        if long and one is not None:
            lines += [f"    {safe(masked_command(one.record))}", f"    in {safe(one.record.cwd)}"]
    return lines
