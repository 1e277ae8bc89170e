"""`tuimon logs`: what a training has printed."""

import json
import sys
import time
from collections.abc import Callable, Iterable

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.console.rotation import ConsoleReader
from tuimon.runs.activity import losses
from tuimon.runs.ending import has_ended
from tuimon.runs.registry import read_status

_CHUNK = 1 << 16
_POLL_EVERY = 0.1


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Keep printing until the run ends.")
@click.option("--raw", is_flag=True, help="The bytes as printed, escape sequences included.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, follow: bool, raw: bool, as_json: bool) -> int:
    """Print the output of RUN (default: the newest) as text, progress bars folded.

    On a terminal it has its colours, unless NO_COLOR is set.
    """
    from tuimon.cli.shared.colours import wants_colour
    from tuimon.console.folding import LineFolder
    from tuimon.console.printed_line import with_sequences

    if raw and as_json:
        raise CommandError("--raw and --json do not go together")
    status = run_or_refuse(run)
    log = ConsoleReader(status.paths.console_log)
    folder, told = LineFolder(reach=0), False
    shown = _documents() if as_json else with_sequences if wants_colour("auto") else str
    while True:
        ended = has_ended(read_status(status.paths.directory))
        while data := log.read(_CHUNK):
            if log.incomplete and not told:
                told = True
                click.echo("tuimon: earlier output has been deleted", err=True)
            if raw:
                sys.stdout.buffer.write(data)
            else:
                _print(map(shown, folder.feed(data)))
        sys.stdout.flush()
        if ended or not follow:
            break
        time.sleep(_POLL_EVERY)
    _print(map(shown, folder.finish()))
    if lost := losses(read_status(status.paths.directory).record):
        click.echo(f"tuimon: {lost}", err=True)
    return 0


def _documents() -> Callable[[str], str]:
    """What makes the document of each next line; its level may be that of a line before."""
    from tuimon.console.levels import CONTINUED, LevelReader, LogLevel

    levels = LevelReader()

    def document(line: str) -> str:
        told = levels.read(line)
        level = LogLevel(told % CONTINUED).name
        return json.dumps(
            {"schema": 1, "level": level, "continued": told >= CONTINUED, "text": line}
        )

    return document


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
