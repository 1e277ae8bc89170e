"""`tuimon view`: watch log directories that any program writes, and runs side by side."""

import os
from pathlib import Path
from typing import Any

import click

from tuimon.cli.shared.common import CommandError, reset_view, run_or_refuse
from tuimon.cli.shared.group_options import group_option, spread_option
from tuimon.cli.shared.look_options import asked_look, look_options
from tuimon.cli.shared.piped_log import STANDARD_INPUT, piped_log
from tuimon.cli.shared.remote_copies import remote_copy
from tuimon.cli.shared.targets import log_source, sources_argument
from tuimon.runs.sources import LogSource
from tuimon.text import safe


@click.command()
@click.option("--plain", is_flag=True, help="Print lines instead of opening the screen.")
@group_option
@spread_option
@reset_view
@look_options
@sources_argument("LOGDIR|FILE|PLACE|RUN...", required=True)
def command(
    source: tuple[str, ...],
    plain: bool,
    group: str | None,
    spread: str | None,
    reset_view: bool,
    **looked: Any,
) -> int:
    """Watch the logs under each LOGDIR, now and as they grow; or those in each FILE.

    Event files, and what other loggers write: `tuimon help sources`. FILE may be a printed log, or
    - for what another command prints. A PLACE is on another machine: HOST:DIR by your own ssh,
    sftp://, s3://BUCKET/PREFIX: `tuimon help places`.

    A RUN is one that tuimon has launched: several side by side compare them.

    A FORMULA is of tags: `tuimon help charts`. What is to stay goes into tuimon.toml.
    """
    from tuimon.cli.shared.viewer import quick_imports, watch_sources

    with quick_imports():  # what a file holds is known by its readers
        asked = {**asked_look(**looked), "group": group, "spread": spread}
        sources = [one for name in source for one in _sources(name)]
    return watch_sources(list(dict.fromkeys(sources)), plain=plain, reset=reset_view, asked=asked)


def _sources(name: str) -> tuple[LogSource, ...]:
    """A log directory, or those of a run; raises CommandError."""
    if name == STANDARD_INPUT:
        return (piped_log(to_end=False),)
    if (copy := remote_copy(name, whole=False)) is not None:
        return (copy,)
    path = Path(name).absolute()
    if path.exists():
        return (log_source(path),)
    if os.sep in name:
        raise CommandError(f"{path}: no such directory")
    try:
        status = run_or_refuse(name)
    except CommandError as error:
        raise CommandError(f"{path}: no such directory, and {error.message}") from None
    if not status.log_sources:
        raise CommandError(f"{safe(status.name)} has written no event files")
    return status.labelled_sources
