"""`tuimon tag`: words by which runs are found again."""

import click

from tuimon.cli.shared.common import complete_run, run_or_refuse, say
from tuimon.runs.annotation import tags_in
from tuimon.text import safe


@click.command()
@click.option("-d", "--remove", multiple=True, metavar="TAG", help="Take TAG away.")
@click.argument("run", shell_complete=complete_run)
@click.argument("tags", nargs=-1, metavar="[TAG]...")
def command(run: str, tags: tuple[str, ...], remove: tuple[str, ...]) -> int:
    """Give RUN tags besides those that it has, and print all of them.

    Lists show them, `#TAG` in a filter finds them, and they go to W&B with the run.
    """
    status = run_or_refuse(run)
    said = status.annotation
    gone = tags_in(" ".join(remove))
    wanted = tags_in(" ".join([*said.tags, *tags]))
    kept = tuple(tag for tag in wanted if tag not in gone)
    if kept != said.tags:
        say(status, said._replace(tags=kept))
    click.echo(" ".join(f"#{safe(tag)}" for tag in kept))
    return 0
