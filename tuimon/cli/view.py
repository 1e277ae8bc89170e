"""`tuimon view`: watch log directories that any program writes."""

from pathlib import Path

import click

from tuimon.cli.common import Refused, reset_view


@click.command()
@click.option("--plain", is_flag=True, help="Print lines instead of opening the screen.")
@reset_view
@click.argument("logdir", nargs=-1, required=True, type=click.Path())
def command(logdir: tuple[str, ...], plain: bool, reset_view: bool) -> int:
    """Watch the event files under each LOGDIR, now and as they grow."""
    from tuimon.cli.viewer import watch_logdirs

    directories = [Path(name).absolute() for name in logdir]
    for directory in directories:
        if not directory.is_dir():
            raise Refused(f"{directory}: {'not a' if directory.exists() else 'no such'} directory")
    return watch_logdirs(directories, plain=plain, reset=reset_view)
