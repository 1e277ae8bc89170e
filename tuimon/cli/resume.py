"""`tuimon resume`: let a paused training go on."""

import click

from tuimon.cli.common import Refused, describe_end, run_or_refuse
from tuimon.text import safe


@click.command()
@click.argument("run", required=False)
def command(run: str | None) -> int:
    """Let RUN (default: the newest) go on after `tuimon pause`."""
    from tuimon.guardian.client import Control, ControlError

    status = run_or_refuse(run)
    if status.state.ended:
        raise Refused(describe_end(status))
    name = safe(status.record.name)
    try:
        Control(status.paths).resume()
    except ControlError as error:
        raise Refused(f"{name} cannot be resumed: {error}") from None
    click.echo(f"{name} goes on")
    return 0
