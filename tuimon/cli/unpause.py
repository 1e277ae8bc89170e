"""`tuimon unpause`: let a paused training go on."""

import click

from tuimon.cli.shared.common import CommandError, complete_run, control_or_refuse, run_or_refuse
from tuimon.text import safe


@click.command()
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None) -> int:
    """Let RUN (default: the newest) go on after `tuimon pause`."""
    from tuimon.guardian.client import ControlError

    status = run_or_refuse(run)
    control = control_or_refuse(status)
    name = safe(status.name)
    try:
        control.resume()
    except ControlError as error:
        raise CommandError(f"{name} cannot go on: {error}") from None
    click.echo(f"{name} is running again")
    return 0
