"""`tuimon attach`: watch a run, or what tuimon did not launch."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuimon.cli.shared.common import (
    CommandError,
    complete_run_or_logdir,
    control_or_refuse,
    describe_end,
    reset_view,
    run_or_refuse,
)
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.runs.registry import RunStatus, read_status
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.runs.foreign import ForeignProcess

_MOST_PID = 1 << 31


@click.command()
@click.option("--plain", is_flag=True, help="Print lines instead of opening the screen.")
@click.option("--interactive", is_flag=True, help="Type into RUN at once, as with I: input(), pdb.")
@reset_view
@click.argument(
    "target", required=False, metavar="[RUN|LOGDIR|PID]", shell_complete=complete_run_or_logdir
)
def command(target: str | None, plain: bool, interactive: bool, reset_view: bool) -> int:
    """Watch RUN (an id, the beginning of one, or a name; default: the newest run).

    What tuimon did not launch can be watched, too: the event files below LOGDIR, or those that the
    training with process id PID writes. A run of that name comes first; write ./LOGDIR then.

    Leaving the screen never stops the training.
    """
    from tuimon.cli.shared.viewer import watch_logdirs, watch_process, watch_run

    if interactive:
        return _type_into(run_or_refuse(target), plain=plain, reset=reset_view)
    if target is None:
        return watch_run(run_or_refuse(None).paths, plain=plain, launched=False, reset=reset_view)
    path = Path(target).absolute()
    if os.sep in target:
        if not path.is_dir():
            raise CommandError(_no_directory(path))
        return watch_logdirs([path], plain=plain, reset=reset_view)
    try:
        run = find_run(target)
    except RunNotFound as error:
        if path.is_dir():
            return watch_logdirs([path], plain=plain, reset=reset_view)
        return watch_process(_process_or_refuse(target, path, error), plain=plain, reset=reset_view)
    return watch_run(run.paths, plain=plain, launched=False, reset=reset_view)


def _type_into(run: RunStatus, *, plain: bool, reset: bool) -> int:
    """Watch a run whose keyboard this viewer holds from the beginning.

    Raises:
        CommandError: it has ended, is elsewhere, somebody else types, or here is no terminal.
    """
    from tuimon.cli.shared.viewer import screen_obstacle, watch_run
    from tuimon.guardian.client import ControlError, Typist, caller

    if obstacle := "--plain" if plain else screen_obstacle():
        raise CommandError(f"--interactive needs the screen ({obstacle})")
    if run.state.ended:
        raise CommandError(describe_end(run))
    control_or_refuse(run)
    try:
        typist = Typist(run.paths, caller())
    except ControlError as error:
        held = read_status(run.paths.directory).record.console_held_by is not None
        hint = "; tuimon attach, then I, takes it over" if held else ""
        why = f"nothing can be typed into {run.name}: {error}{hint}"
        raise CommandError(safe(why)) from None
    return watch_run(run.paths, plain=False, launched=False, reset=reset, typist=typist)


def _process_or_refuse(target: str, path: Path, error: RunNotFound) -> "ForeignProcess":
    """The process that `target` names, when no run (`error`) and no directory has that name."""
    from tuimon.runs.foreign import ForeignProcessError, NoSuchProcess, find_process

    pid = int(target) if target.isascii() and target.isdigit() and len(target) < 20 else None
    why = "not a PID"
    if pid is not None:
        try:
            if 0 < pid < _MOST_PID:
                return find_process(pid)
            why = f"no such process: {pid}"
        except NoSuchProcess as gone:
            why = str(gone)
        except ForeignProcessError as denied:
            raise CommandError(safe(str(denied))) from None
    tried = f"{str(error).partition(';')[0]}, {_no_directory(path)}, {why}"
    raise CommandError(f"{safe(tried)}; see: tuimon ls")


def _no_directory(path: Path) -> str:
    return safe(f"{'not a' if path.exists() else 'no such'} directory: {path}")
