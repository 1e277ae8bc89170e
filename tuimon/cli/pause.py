"""`tuimon pause`: freeze a training."""

import click

from tuimon.cli.shared.common import CommandError, complete_run, control_or_refuse, run_or_refuse
from tuimon.text import safe

DISTRIBUTED = (
    "it is distributed: ranks that are paused for longer than the timeout of their collectives "
    "(10 min, if the script sets none) may abort when they continue"
)


@click.command()
@click.option("--force", is_flag=True, help="Even if ranks on other hosts will time out.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, force: bool) -> int:
    """Freeze all processes of RUN (default: the newest) until `tuimon unpause`.

    It keeps its memory, on the GPU too; kernels that were launched are finished.
    """
    from tuimon.guardian.client import ControlError

    status = run_or_refuse(run)
    control = control_or_refuse(status)
    name = safe(status.name)
    try:
        distribution = control.pause(force=force)
    except ControlError as error:
        raise CommandError(f"{name} cannot be paused: {error}") from None
    if distribution != "none":
        click.echo(f"tuimon: {DISTRIBUTED}", err=True)
    click.echo(f"{name} is paused; go on: tuimon unpause {status.record.id}")
    return 0
