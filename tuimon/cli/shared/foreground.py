"""`tuimon run --foreground`: output and signals pass through, no screen."""

import signal
import sys
import time
from contextlib import suppress
from types import FrameType

import click

from tuimon.cli.shared.common import describe_end
from tuimon.cli.shared.viewer import exit_code
from tuimon.console.folding import LineFolder
from tuimon.console.harmless import HarmlessStream
from tuimon.console.rotation import ConsoleReader
from tuimon.guardian.client import ControlClient, ControlError
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import JOB_SIGNALS, is_alive
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus, read_status

_CHUNK = 1 << 16
_POLL_EVERY = 0.05
_SAY_WAITING_AFTER = 2.0
_LONGEST_WAIT = 120.0
"""Seconds for the rest of the W&B upload; a job that idles longer costs more than a later sync."""


def follow(paths: RunPaths) -> int:
    """Print the output of a run until it ends; returns its exit code, 128 + N for signal N."""
    control = ControlClient(paths)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        try:
            control.signal(number, passed_on=True)
        except ControlError as error:
            print(f"tuimon: {signal.Signals(number).name} not passed on: {error}", file=sys.stderr)

    for number in JOB_SIGNALS:
        signal.signal(number, pass_on)
    _print_until_end(paths)
    status = read_status(paths.directory)
    if status.state is not RunState.FINISHED:
        click.echo(f"tuimon: {describe_end(status)}", err=True)
    for number in JOB_SIGNALS:
        # A scheduler leaves some time to what it ends.
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _wait_for_guardian(status)
    return exit_code(status)


def _wait_for_guardian(status: RunStatus) -> None:
    """What follows the training, such as the W&B upload, would end with the job or container."""
    record = status.record
    began, told = time.monotonic(), False
    while record.guardian is not None and is_alive(record.guardian, record.boot_id):
        waited = time.monotonic() - began
        if waited > _LONGEST_WAIT:
            return
        if waited > _SAY_WAITING_AFTER and not told:
            told = True
            click.echo("tuimon: finishing up (W&B, leftovers); Ctrl-C does not wait", err=True)
        time.sleep(_POLL_EVERY)


def _print_until_end(paths: RunPaths) -> None:
    log = ConsoleReader(paths.console_log)
    to_terminal = sys.stdout.isatty()
    stream, folder = HarmlessStream(), LineFolder(reach=0)
    while True:
        ended = read_status(paths.directory).state.ended
        while data := log.read(_CHUNK):
            if to_terminal:
                sys.stdout.write(stream.feed(data))
            else:
                sys.stdout.writelines(f"{line}\n" for line in folder.feed(data))
        sys.stdout.flush()
        if ended:
            break
        time.sleep(_POLL_EVERY)
    sys.stdout.write(stream.finish())
    sys.stdout.writelines(f"{line}\n" for line in folder.finish())
    sys.stdout.flush()
