"""`tuimon rm`: remove runs that have ended."""

import sys
import time

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.cli.shared.time_options import seconds
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.runs.removal import CannotRemoveError, has_unsent, remove_run, size_of, why_it_stays
from tuimon.text import format_bytes, safe


@click.command()
@click.option("--ended", is_flag=True, help="All runs that have ended.")
@click.option("--older-than", metavar="AGE", help="Of those, the ones that ended 12h, 7d, 4w ago.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.argument("run", nargs=-1, shell_complete=complete_run)
def command(run: tuple[str, ...], ended: bool, older_than: str | None, yes: bool) -> int:
    """Remove each RUN: its console log, its record, W&B data kept for it.

    The event files that the training wrote stay; a run that goes on is not removed.
    """
    age = None if older_than is None else seconds("--older-than", older_than)
    if run and (ended or age is not None):
        raise CommandError("name runs, or choose them with --ended and --older-than")
    if not (run or ended or age is not None):
        raise CommandError("name a run (tuimon ls), or choose with --ended or --older-than 7d")
    chosen = [run_or_refuse(ref) for ref in dict.fromkeys(run)] or _ended(age)
    for one in chosen:
        if reason := why_it_stays(one):
            raise CommandError(safe(reason))
    if not chosen:
        click.echo("no run to remove")
        return 0
    if not yes:
        _ask(chosen)
    for one in chosen:
        size = format_bytes(size_of(one))
        try:
            remove_run(one)
        except CannotRemoveError as error:
            raise CommandError(safe(str(error))) from None
        click.echo(f"removed {one.record.id} ({size})")
    return 0


def _ended(age: float | None) -> list[RunStatus]:
    now = time.time()
    return [
        run
        for run in list_runs()
        if why_it_stays(run) is None
        and (age is None or now - (run.ended_at or run.record.started_at) >= age)
    ]


def _ask(chosen: list[RunStatus]) -> None:
    """Go on only if the user says so.

    Raises:
        CommandError: nobody is there to ask, or the answer is no.
    """
    total = format_bytes(sum(map(size_of, chosen)))
    unsent = [run for run in chosen if has_unsent(run)]
    for run in chosen:
        click.echo(f"  {run.record.id}  {safe(run.name)}  {run.state}")
    if unsent:
        click.echo(f"W&B data of {len(unsent)} of them were not uploaded and would be lost.")
    if not sys.stdin.isatty():
        raise CommandError("add --yes to remove without being asked")
    if not click.confirm(f"Remove {len(chosen)} run{'s' * (len(chosen) > 1)}, {total}?"):
        raise CommandError("nothing was removed")
