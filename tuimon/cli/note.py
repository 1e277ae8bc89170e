"""`tuimon note`: what people say of a run."""

import click

from tuimon.cli.shared.common import complete_run, run_or_refuse, say
from tuimon.text import safe


@click.command()
@click.option("--name", metavar="NAME", help="Call it NAME from now on; '' for its first name.")
@click.option("--star/--no-star", default=None, help="Put a star on it, or take it off.")
@click.argument("run", shell_complete=complete_run)
@click.argument("text", nargs=-1)
def command(run: str, text: tuple[str, ...], name: str | None, star: bool | None) -> int:
    """Keep TEXT as the note on RUN in place of the one before ('' for none); print it without TEXT.

    Lists show it, filters find it, and it goes to W&B with the run.
    """
    status = run_or_refuse(run)
    said = status.annotation
    if not text and name is None and star is None:
        click.echo(safe(said.note))
        return 0
    if text:
        said = said._replace(note=" ".join(text).strip())
    if name is not None:
        said = said._replace(name=name.strip())
    if star is not None:
        said = said._replace(starred=star)
    say(status, said)
    return 0
