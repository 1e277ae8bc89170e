"""`tuimon attach`: watch a run that a guardian keeps."""

import click

from tuimon.cli.common import reset_view, run_or_refuse


@click.command()
@click.option("--plain", is_flag=True, help="Print lines instead of opening the screen.")
@reset_view
@click.argument("run", required=False)
def command(run: str | None, plain: bool, reset_view: bool) -> int:
    """Watch RUN (an id, the beginning of one, or a name; default: the newest run).

    Leaving the screen never stops the training.
    """
    from tuimon.cli.viewer import watch_run

    return watch_run(run_or_refuse(run).paths, plain=plain, launched=False, reset=reset_view)
