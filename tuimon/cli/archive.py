"""`tuimon archive`: take runs off the lists without removing anything."""

import click

from tuimon.cli.shared.common import complete_run, run_or_refuse, say
from tuimon.text import safe


@click.command()
@click.option("--undo", is_flag=True, help="Put each RUN back on the lists.")
@click.argument("run", nargs=-1, required=True, shell_complete=complete_run)
def command(run: tuple[str, ...], undo: bool) -> int:
    """Take each RUN off the lists; nothing of it is removed.

    `tuimon ls -a` lists it all the same, and so does the filter `archived` on the home screen.
    """
    for status in [run_or_refuse(ref) for ref in dict.fromkeys(run)]:
        say(status, status.annotation._replace(archived=not undo))
        done = "listed again" if undo else "archived"
        click.echo(f"{safe(status.name)} is {done}: {status.record.id}")
    return 0
