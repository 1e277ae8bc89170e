"""`tuimon stop`: the stop ladder from the command line."""

import time

import click

from tuimon.cli.common import Refused, describe_end, run_or_refuse
from tuimon.runs.registry import RunStatus, read_status
from tuimon.text import safe

_POLL_EVERY = 0.1


@click.command()
@click.option("--now", is_flag=True, help="SIGKILL the whole process tree at once.")
@click.option("--no-wait", is_flag=True, help="Return at once instead of waiting for the end.")
@click.argument("run", required=False)
def command(run: str | None, now: bool, no_wait: bool) -> int:
    """Stop RUN (default: the newest): SIGINT as Ctrl-C sends it, then SIGTERM, then SIGKILL.

    A second `tuimon stop` goes on to the next stage at once.
    """
    from tuimon.guardian.client import Control, ControlError

    status = run_or_refuse(run)
    if status.state.ended:
        raise Refused(describe_end(status))
    try:
        Control(status.paths).stop("kill" if now else "next")
    except ControlError as error:
        raise Refused(f"{safe(status.record.name)} cannot be stopped: {error}") from None
    if no_wait:
        return 0
    click.echo(f"stopping {safe(status.record.name)}; tuimon stop again goes harder", err=True)
    click.echo(describe_end(_wait_for_end(status)))
    return 0


def _wait_for_end(status: RunStatus) -> RunStatus:
    while not status.state.ended:
        time.sleep(_POLL_EVERY)
        status = read_status(status.paths.directory)
    return status
