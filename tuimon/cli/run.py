"""`tuimon run`: launch a training under a guardian, then watch it like `tuimon attach`."""

import dataclasses
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from tuimon.cli.shared.common import CommandError, run_or_refuse, settings_or_refuse
from tuimon.cli.shared.wandb_options import wandb_options
from tuimon.config import StopSettings
from tuimon.runs.paths import RunPaths, new_run_directory, runs_directory
from tuimon.runs.process import boot_id, machine_id, pid_namespace
from tuimon.runs.record import MirrorOptions, RunRecord, write_record
from tuimon.text import safe
from tuimon.tui.panes.tag_pane import console_columns

_LEAST_COLUMNS, _MOST_COLUMNS = 60, 120


def parse_graces(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> dict[str, float]:
    """`60` or `60,45`, seconds after SIGINT and after SIGTERM, as fields of `StopSettings`."""
    texts = text.split(",") if text else []
    try:
        found = dict(zip(("term_after", "kill_after"), map(float, texts), strict=False))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not SECONDS or SECONDS,SECONDS") from None
    if len(texts) > 2 or not all(0 <= grace < 1e6 for grace in found.values()):
        raise click.BadParameter(f"{text!r} is not SECONDS or SECONDS,SECONDS")
    return found


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog="A .py script and -m run with the `python` on PATH. What follows is passed to it.",
)
@click.option("-m", "module", is_flag=True, help="TRAINING is a module, as in `python -m`.")
@click.option("--name", help="Name of the run (default: the script's name).")
@click.option(
    "--logdir",
    type=click.Path(file_okay=False),
    help="Log directory of the event files (default: found by the files the script opens).",
)
@click.option("--detach", is_flag=True, help="Start it and return at once.")
@click.option(
    "--foreground",
    is_flag=True,
    help="No screen: print the output, pass signals on, exit with the training's code "
    "(Slurm, containers, CI).",
)
@click.option(
    "--stop-grace",
    metavar="INT[,TERM]",
    callback=parse_graces,
    help="Seconds that a stop waits after SIGINT and after SIGTERM (default: 60,45).",
)
@click.option("--plain", is_flag=True, help="Print lines instead of opening the screen.")
@click.option(
    "--no-hook",
    "hook",
    flag_value=False,
    default=True,
    help="Do not make the training's TensorBoard writers flush at once.",
)
@click.option(
    "--console-metrics/--no-console-metrics",
    default=None,
    help="Read metrics from the output, at once or never (default: if no event files appear).",
)
@wandb_options
@click.option(
    "--notify",
    metavar="COMMAND",
    help="Shell command run for each alert and at the end, with $TUIMON_TITLE and $TUIMON_TEXT.",
)
@click.option(
    "--resume",
    metavar="RUN",
    help="Continue the W&B run of RUN (default: of the last run with the same log directory).",
)
@click.option("--no-resume", is_flag=True, help="Start a new W&B run, whatever the log directory.")
@click.option(
    "--save-code/--no-save-code",
    default=True,
    help="Send the launched script and uncommitted changes to W&B (default: yes).",
)
@click.option("--log-code", is_flag=True, help="Send the source files of this directory to W&B.")
@click.argument("training", nargs=-1, required=True, type=click.UNPROCESSED)
def command(
    *,
    module: bool,
    name: str | None,
    logdir: str | None,
    detach: bool,
    foreground: bool,
    stop_grace: dict[str, float],
    plain: bool,
    hook: bool,
    console_metrics: bool | None,
    notify: str | None,
    mirror: MirrorOptions,
    resume: str | None,
    no_resume: bool,
    save_code: bool,
    log_code: bool,
    training: tuple[str, ...],
) -> int:
    """Launch TRAINING under a guardian that outlives this terminal, and watch it.

    \b
    tuimon run train.py --lr 1e-3
    tuimon run --name big -m mypackage.train --epochs 90
    tuimon run -- torchrun --nproc-per-node 2 train.py
    """
    if detach and foreground:
        raise CommandError("--detach and --foreground cannot be combined")
    graces = dataclasses.replace(settings_or_refuse().stop, **stop_grace)
    if resume and no_resume:
        raise CommandError("--resume and --no-resume cannot be combined")
    options = mirror._replace(
        name=name,
        resume=run_or_refuse(resume).record.id if resume else "never" if no_resume else "auto",
        save_code=save_code,
        log_code=str(Path.cwd()) if log_code else None,
    )
    name = name or run_name(training)
    argv = ("-m", *training) if module else training
    executed = resolve(training, module=module, env=os.environ)
    paths = launch(
        name,
        argv,
        executed,
        logdir=logdir,
        hook=hook,
        console_metrics={None: "auto", True: "on", False: "off"}[console_metrics],
        notify=notify,
        mirror=options,
        graces=graces,
        detached=not foreground,
        given_input=_has_input(foreground=foreground),
    )
    if detach:
        click.echo(f"{safe(name)} started as {paths.id}\nwatch it: tuimon attach {paths.id}")
        return 0
    if foreground:
        from tuimon.cli.shared.foreground import follow

        return follow(paths)
    from tuimon.cli.shared.viewer import watch_run

    return watch_run(paths, plain=plain, launched=True)


def _has_input(*, foreground: bool) -> bool:
    """Whether standard input is meant for the training: whatever is no terminal in the foreground,
    as without tuimon; else a pipe or a file. What a detached one holds must not keep the session of
    an SSH daemon open, which has a socket there."""
    try:
        mode = os.fstat(0).st_mode
        return not os.isatty(0) and (foreground or stat.S_ISFIFO(mode) or stat.S_ISREG(mode))
    except OSError:
        return False  # closed


def _columns() -> int:
    """Of the training's terminal: what fills a line of it, as progress bars do, fits the screen."""
    if not sys.stdout.isatty():
        return _MOST_COLUMNS
    shown = console_columns(shutil.get_terminal_size().columns)
    return max(_LEAST_COLUMNS, min(shown, _MOST_COLUMNS))


def launch(
    name: str,
    argv: tuple[str, ...],
    executed: tuple[str, ...],
    *,
    logdir: str | None,
    hook: bool,
    console_metrics: str,
    notify: str | None,
    mirror: MirrorOptions,
    graces: StopSettings,
    detached: bool,
    given_input: bool = False,
) -> RunPaths:
    """Write the run directory and start its guardian; returns once the training is executing.

    Raises:
        CommandError: the guardian or the training could not be started.
    """
    from tuimon.cli.shared.surroundings import LaunchContext, look_around
    from tuimon.guardian.launch import LaunchError, start_guardian

    cwd = Path.cwd()
    try:
        paths = new_run_directory(name)
        around = look_around(paths.id, os.environ) if detached else LaunchContext()
        record = RunRecord(
            id=paths.id,
            name=name,
            host=socket.gethostname(),
            machine_id=machine_id(),
            boot_id=boot_id(),
            pid_namespace=pid_namespace(),
            argv=argv,
            command=executed,
            cwd=str(cwd),
            logdir=str(Path(logdir).absolute()) if logdir else None,
            hook=hook,
            console_metrics=console_metrics,
            notify=notify,
            mirror=mirror,
            warnings=around.warnings,
            stop_grace_int=graces.term_after,
            stop_grace_term=graces.kill_after,
            started_at=time.time(),
            given_input=given_input,
            pty_cols=_columns(),
        )
        _write_first(paths, record)
    except OSError as error:
        why = safe(f"{error.strerror}: {error.filename or runs_directory()}")
        raise CommandError(f"no run can be recorded: {why} (TUIMON_HOME=DIR: elsewhere)") from None
    try:
        start_guardian(paths, around.prefix)
    except LaunchError as error:
        raise CommandError(f"{safe(name)} could not be started: {error}") from None
    for warning in around.warnings:
        click.echo(f"tuimon: {warning}", err=True)
    return paths


def _write_first(paths: RunPaths, record: RunRecord) -> None:
    """Write the record of a new run; without one, its directory is none. Raises: OSError."""
    try:
        write_record(paths.run_json, record)
    except OSError:
        with suppress(OSError):
            paths.directory.rmdir()
        raise


def resolve(args: Sequence[str], *, module: bool, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command to execute for `train.py ARGS`, `-m pkg.mod ARGS` or any executable.

    A script and a module run with the first `python` on PATH, which is the training's virtual or
    conda environment; tuimon's own interpreter need not have torch.

    Raises:
        CommandError: nothing by that name, or not executable.
    """
    first = args[0]
    if module:
        return (_python(env), "-m", *args)
    path = Path(first)
    if first.endswith(".py") and not path.is_dir():
        if not path.exists():
            raise CommandError(f"{first}: no such script in {Path.cwd()}")
        if not os.access(path, os.R_OK):
            raise CommandError(f"{first}: cannot be read (chmod +r {first})")
        return (_python(env), *args)
    if "/" not in first:
        found = shutil.which(first, path=env.get("PATH"))
        if found is None:
            near = f"; did you mean ./{first}?" if path.is_file() else ""
            raise CommandError(f"{first}: no such command on PATH{near}")
        return (str(Path(found).absolute()), *args[1:])
    if not path.exists():
        raise CommandError(f"{first}: no such file in {Path.cwd()}")
    if path.is_dir():
        raise CommandError(f"{first}: is a directory; name the script to run")
    if not os.access(path, os.X_OK):
        raise CommandError(
            f"{first}: not executable (chmod +x {first}, or name its interpreter first)"
        )
    # As it is named: a virtual environment's python is a link to that of the system.
    return (str(path.absolute()), *args[1:])


def run_name(args: Sequence[str]) -> str:
    """A short name for a run: the script's or the module's, without its folder and ending.

    >>> run_name(["python", "-u", "src/train.py", "--lr", "1e-3"])
    'train'
    """
    scripts = [arg for arg in args if arg.endswith(".py")]
    name = Path(scripts[0] if scripts else args[0]).name
    return name.removesuffix(".py") or "run"


def _python(env: Mapping[str, str]) -> str:
    for name in ("python", "python3"):
        if found := shutil.which(name, path=env.get("PATH")):
            return str(Path(found).absolute())
    raise CommandError("no python on PATH: activate the training's environment first")
