"""`tuimon where`: at which lines the processes of a training are."""

import json
import re
import time
from typing import TYPE_CHECKING

import click

from tuimon.cli.shared.common import CommandError, complete_run, control_or_refuse
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.text import fit, safe, width

if TYPE_CHECKING:
    from tuimon.present.rank_rows import RankFacts
    from tuimon.stacks.survey import Survey

_PID = re.compile(r"[1-9][0-9]{0,8}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.argument("target", required=False, metavar="[RUN|PID]", shell_complete=complete_run)
def command(target: str | None, as_json: bool) -> int:
    """Tell at which lines of Python all processes of RUN (default: the newest) are: its ranks,
    their threads, DataLoader workers; and which rank the others wait for. Of ranks a table tells
    step, last sign of life, memory and GPU.

    It asks those processes by a signal that tuimon's hook has prepared, and takes a second. Without
    the hook, or for a process that tuimon did not launch, py-spy is run if it is installed.
    """
    from tuimon.present.where_rows import where_document, where_sections

    found, ranks = _whereabouts(target)
    if as_json:
        click.echo(json.dumps(where_document(found, ranks), indent=1))
        return 0
    click.echo(safe(found.headline()))
    for who, calls in where_sections(found, ranks, time.time()):
        click.echo(f"\n{who}")
        room = max(width(function) for function, _ in calls)
        for function, line in calls:
            click.echo(f"{fit(function, room)}  {line}".rstrip())
    return 0


def _whereabouts(target: str | None) -> "tuple[Survey, dict[int, RankFacts]]":
    """Raises: CommandError: there is no such run or process, it has ended or is elsewhere."""
    from tuimon.recorder.rank_watch import process_whereabouts, run_whereabouts
    from tuimon.runs.foreign import ForeignProcessError, find_process

    try:
        status = find_run(target)
    except RunNotFound as error:
        if target is None or not _PID.fullmatch(target):
            raise CommandError(str(error)) from None
        try:
            return process_whereabouts(find_process(int(target)).pid)
        except ForeignProcessError as why:
            raise CommandError(safe(str(why))) from None
    control_or_refuse(status)
    return run_whereabouts(status.paths, status.record)
