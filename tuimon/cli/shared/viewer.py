"""From a run, log directories or a process to a screen, or to plain lines where none can be.

What commands need for that: imports that are quick, the log, and what is said when it was left.
"""

import contextlib
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from tuimon.abandoned import answer_within
from tuimon.cli.shared.common import CommandError, describe_end, settings_or_refuse
from tuimon.end_signals import faults_blocked
from tuimon.runs.activity import activity, losses
from tuimon.runs.paths import RunPaths, state_home
from tuimon.runs.record import MirrorRecord, RecordError
from tuimon.runs.registry import RunStatus, read_status
from tuimon.runs.sources import LogSource
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.config.schema import Settings
    from tuimon.guardian.client import Typist
    from tuimon.present.home_memory import HomeMemory
    from tuimon.runs.foreign import ForeignProcess
    from tuimon.session.session import Session
    from tuimon.tui.screens.home_choice import Choice
_ANSWER_SECONDS = 2.0
"""That a state directory may take to answer, once the screen is left."""
_THREADS = "OPENBLAS_NUM_THREADS"
_LAST_LINES = 12
NOTHING_ASKED: Mapping[str, Any] = MappingProxyType({})


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Import modules in this context that stay until the process ends.

    Looking for garbage among what they make costs a tenth, so that is left out, now and later. And
    OpenBLAS starts a thread for each core as numpy loads it: on a large host that takes longer than
    all that is asked of it here. It listens to an environment variable alone, which nothing that
    is started from this process may inherit.
    """
    given = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        if given is None:
            del os.environ[_THREADS]


def watch_run(
    paths: RunPaths,
    *,
    plain: bool,
    launched: bool,
    reset: bool = False,
    typist: "Typist | None" = None,
) -> int:
    """Watch a run until its viewer is left, then say how things stand.

    `reset` forgets how it was looked at last; with `typist` one types into it at first. Returns
    the training's exit code (128 + signal when killed) if this command launched it and it has
    ended, else 0.
    """
    with quick_imports():
        from tuimon.session.session import Session

    session = Session(paths)
    try:
        code = _watch(session, plain=plain, reset=reset, typist=typist)
    finally:  # whatever happened to the viewer: the training is what matters
        status = _last_word(session)
    if launched and status is not None and status.state.ended:
        return exit_code(status)
    return code


def watch_logdirs(directories: Sequence[Path], *, plain: bool, reset: bool = False) -> int:
    """Watch log directories until the viewer is left."""
    sources = [LogSource(path=str(path), recursive=True) for path in directories]
    return watch_sources(sources, plain=plain, reset=reset)


def watch_sources(
    sources: Sequence[LogSource],
    *,
    plain: bool,
    reset: bool,
    asked: Mapping[str, Any] = NOTHING_ASKED,
) -> int:
    """Watch log directories, those of several runs for example, until the viewer is left.

    `asked` are fields of the look (`tuimon.cli.shared.look_options`).
    """
    with quick_imports():
        from tuimon.session.session import Session

    return _watch(Session(None, sources), plain=plain, reset=reset, asked=asked)


def watch_process(process: "ForeignProcess", *, plain: bool, reset: bool) -> int:
    """Watch a process that tuimon did not launch, then say how things stand."""
    import socket

    with quick_imports():
        from tuimon.recorder.discovery import Discovery
        from tuimon.recorder.processes import ProcessTree
        from tuimon.session.process_session import ProcessSession

    finder = Discovery(
        cwd=process.cwd,
        host=socket.gethostname(),
        started_at=process.started_at,
        tree=ProcessTree(None, process.pid),
        arguments=process.command[1:],
        processes_later=1.0,
    )
    session = ProcessSession(process, finder)
    code = _watch(session, plain=plain, reset=reset)
    pid = process.pid
    with contextlib.suppress(OSError):  # the terminal is gone: nobody to tell
        if session.ended:
            how = f": {session.outcome.describe()}" if session.outcome else ""
            click.echo(f"process {pid} has ended{how}")
        else:
            click.echo(f"process {pid} is still running; come back: tuimon attach {pid}")
    return code


def exit_code(status: RunStatus) -> int:
    """A run's outcome as a shell would report it; 1 when it is not known."""
    record = status.record
    if record.signal is not None:
        return 128 + record.signal
    return 1 if record.exit_code is None else record.exit_code


def screen_obstacle() -> str | None:
    """Why no screen can be drawn here, or None when it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return "standard input, output or error is not a terminal"
    if os.environ.get("TERM") == "dumb":
        return "TERM=dumb"
    return None


def run_home() -> None:
    """Show the runs of this host; come back to them when a viewer is left."""
    from tuimon.present.home_memory import HomeMemory

    settings, memory = settings_or_refuse(), HomeMemory(check=_check)
    while (chosen := _choose(settings, memory)) is not None:
        try:
            _do(chosen)
        except RecordError:  # removed meanwhile, as the list will show
            pass
        except CommandError as error:
            memory.to_say = safe(error.message)


def _choose(settings: "Settings", memory: "HomeMemory") -> "Choice | None":
    from tuimon.tui.home_app import choose

    with faults_blocked():
        return choose(settings, memory)


def _check() -> tuple[str, str]:
    from tuimon.cli.doctor import brief

    found = brief()
    return found.verdict, f"{found.what}: {found.says}"


def _do(chosen: "Choice") -> None:
    """Raises: CommandError, RecordError."""
    from tuimon.tui.screens.home_choice import Again, Attach, Together

    match chosen:
        case Path():
            watch_logdirs([chosen], plain=False)
        case Together(sources):
            watch_sources(sources, plain=False, reset=False)
        case Attach(pid):
            from tuimon.runs.foreign import ForeignProcessError, find_process

            try:
                watch_process(find_process(pid), plain=False, reset=False)
            except ForeignProcessError as error:
                raise CommandError(str(error)) from None
        case Again(run):
            from tuimon.cli.run import launch_again

            watch_run(launch_again(run), plain=False, launched=False)
        case _:
            watch_run(chosen.paths, plain=False, launched=False)


def open_log() -> Path:
    """Let log messages go to the state directory's viewer.log; returns its path."""
    path = state_home() / "viewer.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(path, maxBytes=1 << 20, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    logging.basicConfig(handlers=[handler], format="%(asctime)s %(name)s %(message)s")
    return path


def _watch(
    session: "Session",
    *,
    plain: bool,
    reset: bool,
    typist: "Typist | None" = None,
    asked: Mapping[str, Any] = NOTHING_ASKED,
) -> int:
    obstacle = None if plain else screen_obstacle()
    if obstacle is not None:
        click.echo(f"tuimon: {obstacle}: printing lines instead of the screen", err=True)
        if session.run is None:
            click.echo("tuimon: until Ctrl-C; `tuimon show` prints charts once", err=True)
        plain = True
    settings = settings_or_refuse()
    open_log()
    if plain:
        from tuimon.cli.shared.plain import follow

        session.start()
        try:
            return follow(session)
        finally:
            session.stop()
    with faults_blocked():
        return _show(session, settings, reset=reset, typist=typist, asked=asked)


def _show(
    session: "Session",
    settings: "Settings",
    *,
    reset: bool,
    typist: "Typist | None",
    asked: Mapping[str, Any],
) -> int:
    # Before the screen's own modules are loaded, so that the first frame has curves.
    session.start()
    try:
        with quick_imports():
            from tuimon.present.look import LookFile
            from tuimon.tui.app import run_app
        if reset:
            LookFile(session).forget()
        run_app(session, settings, typist, asked)
        return 0
    finally:
        session.stop()


def _last_word(session: "Session") -> RunStatus | None:
    """Tell how things stand, as far as that can be known; None where it cannot."""
    assert session.run is not None
    directory = session.run.directory
    try:
        status = answer_within(_ANSWER_SECONDS, partial(read_status, directory))
        answer_within(_ANSWER_SECONDS, partial(_say_goodbye, status))
    except RecordError:
        why = "is removed" if not directory.exists() else "cannot be read"
    except TimeoutError:
        why = "does not answer"
    else:
        return status
    with contextlib.suppress(OSError):  # the terminal is gone: nobody to tell
        click.echo(f"the state directory of {safe(session.run.id)} {why}: {safe(str(directory))}")
    return None


def _say_goodbye(status: RunStatus) -> None:
    """Tell, below the shell's prompt, that the training goes on, or how it ended."""
    try:
        if not status.state.ended:
            doing = activity(status, time.time()) if status.record.stop_stage != "none" else None
            how = f"is being stopped: {doing}" if doing else "is still running"
            click.echo(
                f"{safe(status.name)} {how}\n"
                f"  watch it: tuimon attach {status.record.id}\n"
                f"  end it:   tuimon stop {status.record.id}"
            )
            lost = losses(status.record)
            for warning in (*status.record.warnings, *([lost] if lost else [])):
                click.echo(f"warning: {safe(warning)}")
            return
        if status.state.went_wrong:
            from tuimon.console.history import read_tail

            for line in read_tail(status.paths.console_log, _LAST_LINES):
                click.echo(f"  {line}")
        click.echo(describe_end(status))
        mirror = status.mirror
        if mirror is not None and mirror.sync_command:
            click.echo(f"upload to W&B: {safe(mirror.sync_command)}")
        elif mirror is not None and mirror.url:
            click.echo(f"W&B: {safe(mirror.url)}{_doubt(status.record.id, mirror)}")
    except OSError:
        pass  # the terminal is gone: nobody to tell


def _doubt(run_id: str, mirror: MirrorRecord) -> str:
    """What is not known to be at W&B."""
    if mirror.arrived:
        return ""
    if mirror.is_at_work:
        return " (the rest is on its way)"
    return f" (not all of it may be there: tuimon sync {run_id})"
