"""`tuimon stop`: the stop ladder from the command line."""

import os
import signal
import sys
import time

import click

from tuimon.cli.shared.common import (
    CommandError,
    complete_run,
    control_or_refuse,
    describe_end,
    run_or_refuse,
)
from tuimon.runs.activity import activity, leftovers
from tuimon.runs.process import is_alive
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus, read_status
from tuimon.text import safe

_POLL_EVERY = 0.1


@click.command()
@click.option("--now", is_flag=True, help="SIGKILL the whole process tree at once.")
@click.option("--no-wait", is_flag=True, help="Return at once instead of waiting for the end.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, now: bool, no_wait: bool) -> int:
    """Stop RUN (default: the newest): SIGINT as Ctrl-C sends it, then SIGTERM, then SIGKILL.

    A second `tuimon stop` moves on to the next stage at once.
    """
    from tuimon.guardian.client import ControlError

    status = run_or_refuse(run)
    name = safe(status.name)
    if _signal_orphan(status, signal.SIGKILL if now else signal.SIGINT):
        click.echo(f"{name} has lost its guardian: sent it the signal, without waiting for its end")
        return 0
    control = control_or_refuse(status)
    waits = _Patience(status, name)
    try:
        control.stop("kill" if now else "next", (lambda: False) if no_wait else waits)
    except ControlError as error:
        raise CommandError(f"{name} cannot be stopped: {error}") from None
    except KeyboardInterrupt:
        click.echo(f"\nwithdrawn: {name} was not asked to stop", err=True)
        return 130
    if no_wait:
        return 0
    harder = "" if now else "; tuimon stop again moves on to the next signal"
    click.echo(f"stopping {name}{harder}", err=True)
    try:
        status = _wait_for_end(status)
    except KeyboardInterrupt:
        click.echo(f"\n{name} is being stopped all the same; see: tuimon ls", err=True)
        return 130
    click.echo(describe_end(status))
    return 0


class _Patience:
    """Waits for the answer of a guardian that is held up, as by a disk, as long as it lives."""

    def __init__(self, status: RunStatus, name: str) -> None:
        self._record = status.record
        self._name = name
        self._told = False

    def __call__(self) -> bool:
        if not self._told:
            self._told = True
            said = f"asked {self._name} to stop; its guardian has not answered yet"
            click.echo(f"{said}; Ctrl-C withdraws it", err=True)
        guardian = self._record.guardian
        return guardian is not None and is_alive(guardian, self._record.boot_id)


def _wait_for_end(status: RunStatus) -> RunStatus:
    """Wait; on a terminal count down to the next signal."""
    shown = ""
    while not status.state.ended or leftovers(status):
        if sys.stderr.isatty() and (doing := activity(status, time.time()) or "") != shown:
            shown = doing
            click.echo(f"\r\x1b[K{shown}", nl=False, err=True)
        time.sleep(_POLL_EVERY)
        status = read_status(status.paths.directory)
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)
    return status


def _signal_orphan(status: RunStatus, number: signal.Signals) -> bool:
    """Signal the process group of a training whose guardian was killed; whether it still runs."""
    record = status.record
    if status.state is not RunState.LOST or record.child is None:
        return False
    if not status.is_here or not is_alive(record.child, record.boot_id):
        return False
    try:
        os.killpg(record.child.pid, number)
    except ProcessLookupError:  # one that its launcher has left behind leads no group
        os.kill(record.child.pid, number)
    return True
