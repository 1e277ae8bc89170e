"""`tuimon run`: from a command line to a training under a guardian, which is then watched."""

import contextlib
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
from typing import Any, NamedTuple

import click

from tuimon.cli.shared.alert_options import ALERT_NAMES, alert_options
from tuimon.cli.shared.common import (
    CommandError,
    complete_file,
    complete_run,
    run_or_refuse,
    secret_names,
    settings_or_refuse,
)
from tuimon.cli.shared.launch_values import checked_per_step, parse_graces
from tuimon.cli.shared.option_sections import SectionedCommand
from tuimon.cli.shared.wandb_options import WANDB_NAMES, present_name, wandb_options
from tuimon.notice_urls import hide_in
from tuimon.own_rules import parse_rules
from tuimon.present.tag_width import console_columns
from tuimon.runs.environment import worth_keeping
from tuimon.runs.paths import RunPaths, new_run_directory, runs_directory
from tuimon.runs.process import boot_id, machine_id, pid_namespace
from tuimon.runs.record import MirrorOptions, RunRecord, write_record
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import mask_of
from tuimon.runs.text_mapping import read_mapping, write_mapping
from tuimon.text import safe

_LEAST_COLUMNS, _MOST_COLUMNS = 60, 120
_TYPED = "tuimon.cli.run.typed"
_SECTIONS = {
    "Launch": ("module", "name", "logdir", "detach", "foreground", "stop_grace"),
    "Watch": ("plain", "hook", "console_metrics", "steps", "epochs", "per_step"),
    "W&B": (*WANDB_NAMES, "wandb_resume", "no_wandb_resume", "wandb_stop", "save_code", "log_code"),
    "Alerts": ALERT_NAMES,
}


class LaunchCommand(SectionedCommand):
    """A command that keeps what was typed after its name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_TYPED] = tuple(args)
        return super().parse_args(ctx, args)


class RunOptions(NamedTuple):
    """What was typed, with its defaults."""

    training: tuple[str, ...]
    typed: tuple[str, ...] | None = None
    """The options themselves."""
    module: bool = False
    name: str | None = None
    logdir: str | None = None
    detach: bool = False
    foreground: bool = False
    stop_grace: Mapping[str, Any] = {}
    plain: bool = False
    hook: bool = True
    console_metrics: bool | None = None
    mirror: MirrorOptions = MirrorOptions()
    notify: str | None = None
    rules: tuple[str, ...] = ()
    steps: int | None = None
    epochs: int | None = None
    per_step: str | None = None
    wandb_resume: str | None = None
    no_wandb_resume: bool = False
    wandb_stop: bool | None = None
    save_code: bool = True
    log_code: bool = False

    @property
    def run_name(self) -> str:
        """What the run is called."""
        return self.name or run_name(self.training)

    def wandb(self) -> MirrorOptions:
        """Those of the W&B run. Raises CommandError: there is no run to resume."""
        resume = "never" if self.no_wandb_resume else "auto"
        return self.mirror._replace(
            name=self.name,
            resume=run_or_refuse(self.wandb_resume).record.id if self.wandb_resume else resume,
            save_code=self.save_code,
            log_code=str(Path.cwd()) if self.log_code else None,
        )


@click.command(
    cls=LaunchCommand,
    sections=_SECTIONS,
    context_settings={"allow_interspersed_args": False, "token_normalize_func": present_name},
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
@click.option("--steps", type=click.IntRange(1), help="How many steps the whole training has.")
@click.option("--epochs", type=click.IntRange(1), help="How many epochs the whole training has.")
@click.option(
    "--per-step",
    metavar="TEXT",
    callback=checked_per_step,
    help="What a step does, as in '65536 tokens', to tell how many are done in a second.",
)
@wandb_options
@alert_options
@click.option(
    "--wandb-resume",
    metavar="RUN",
    shell_complete=complete_run,
    help="Continue the W&B run of RUN (default: of the last run with the same log directory).",
)
@click.option(
    "--no-wandb-resume", is_flag=True, help="Start a new W&B run, whatever the log directory."
)
@click.option(
    "--wandb-stop/--no-wandb-stop",
    default=None,
    help='Let "Stop run" on W&B\'s page stop the training (default: yes).',
)
@click.option(
    "--save-code/--no-save-code",
    default=True,
    help="Send the launched script and uncommitted changes to W&B (default: yes).",
)
@click.option("--log-code", is_flag=True, help="Send the source files of this directory to W&B.")
@click.argument(
    "training",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    shell_complete=complete_file,
)
def command(**typed: Any) -> int:
    """Launch TRAINING under a guardian that outlives this terminal, and watch it.

    \b
    tuimon run train.py --lr 1e-3
    tuimon run --name big -m mypackage.train --epochs 90
    tuimon run -- torchrun --nproc-per-node 2 train.py
    """
    arguments = click.get_current_context().meta[_TYPED]
    training = typed["training"]
    options = RunOptions(**typed, typed=arguments[: len(arguments) - len(training)])
    if options.detach and options.foreground:
        raise CommandError("--detach and --foreground cannot be combined")
    if options.wandb_resume and options.no_wandb_resume:
        raise CommandError("--wandb-resume and --no-wandb-resume cannot be combined")
    paths = launch(options)
    if options.detach:
        click.echo(f"{safe(options.run_name)} started as {paths.id}")
        click.echo(f"watch it: tuimon attach {paths.id}")
        return 0
    if options.foreground:
        from tuimon.cli.shared.foreground import follow

        return follow(paths)
    from tuimon.cli.shared.viewer import watch_run

    return watch_run(paths, plain=options.plain, launched=True)


def launch(options: RunOptions) -> RunPaths:
    """Write the run directory and start its guardian; returns once the training is executing.

    Raises:
        CommandError: there is no such training, or it or its guardian could not be started.
    """
    return _launch(_record(options), detached=not options.foreground)


def launch_again(run: RunStatus) -> RunPaths:
    """Start what a run has started, where and as it did, with the variables that are known of then.

    Raises:
        CommandError: its directory is gone, or as of `launch`.
    """
    then, before = run.record, dict(os.environ)
    try:
        with contextlib.chdir(then.cwd):
            os.environ.update(read_mapping(run.paths.environment) or {})
            return _launch(_repeated(then), detached=True)
    except OSError as error:
        why = safe(f"{then.cwd}: {error.strerror}")
        raise CommandError(f"{safe(run.name)} could not be started: {why}") from None
    finally:
        os.environ.clear()
        os.environ.update(before)


_REPEATED = (
    *("name", "argv", "command", "cwd", "logdir", "hook", "console_metrics", "epochs", "steps"),
    *("per_step", "notify", "rules", "mirror", "stop_grace_int", "stop_grace_term"),
)


def _repeated(then: RunRecord) -> RunRecord:
    """The record of a run that is to do the same."""
    kept = {field: getattr(then, field) for field in _REPEATED}
    return RunRecord(id="", **kept, **_here(given_input=False))


def _launch(record: RunRecord, *, detached: bool) -> RunPaths:
    """Raises: CommandError."""
    from tuimon.cli.shared.surroundings import LaunchContext, look_around
    from tuimon.guardian.launch import LaunchError, start_guardian

    try:
        paths = new_run_directory(record.name)
        around = look_around(paths.id, os.environ) if detached else LaunchContext()
        _write_first(paths, record._replace(id=paths.id, warnings=around.warnings))
        keep = worth_keeping(os.environ, record.mirror.secrets)
        with suppress(OSError):  # then it is not known when it is run again
            write_mapping(paths.environment, keep)
    except OSError as error:
        why = safe(f"{error.strerror}: {error.filename or runs_directory()}")
        raise CommandError(f"no run can be recorded: {why} (TUIMON_HOME=DIR: elsewhere)") from None
    try:
        start_guardian(paths, around.prefix)
    except LaunchError as error:
        raise CommandError(f"{safe(record.name)} could not be started: {error}") from None
    for warning in around.warnings:
        click.echo(f"tuimon: {warning}", err=True)
    if record.mirror.mode != "off" and (masked := mask_of(record).hidden):
        click.echo(f"tuimon: masked in W&B: {safe(', '.join(masked))}", err=True)
    return paths


def _record(options: RunOptions) -> RunRecord:
    """All that is known of the run before it has a directory. Raises CommandError."""
    training, module, logdir = options.training, options.module, options.logdir
    settings = settings_or_refuse()
    stop = dataclasses.replace(settings.stop, **options.stop_grace)
    heeds = stop.wandb if options.wandb_stop is None else options.wandb_stop
    return RunRecord(
        id="",
        name=options.run_name,
        argv=("-m", *training) if module else training,
        options=hide_in(options.typed, options.notify),
        command=resolve(training, module=module, env=os.environ),
        cwd=str(Path.cwd()),
        logdir=str(Path(logdir).absolute()) if logdir else None,
        hook=options.hook,
        console_metrics={None: "auto", True: "on", False: "off"}[options.console_metrics],
        notify=options.notify,
        rules=(*map(str, parse_rules(settings.alerts.rules)), *options.rules),
        epochs=options.epochs,
        steps=options.steps,
        per_step=options.per_step,
        mirror=options.wandb()._replace(secrets=secret_names(settings), stop=heeds),
        stop_grace_int=stop.term_after,
        stop_grace_term=stop.kill_after,
        **_here(given_input=_has_input(foreground=options.foreground)),
    )


def _here(*, given_input: bool) -> dict[str, Any]:
    """The fields of a record that tell of this host, this moment and this terminal."""
    return {
        "host": socket.gethostname(),
        "machine_id": machine_id(),
        "boot_id": boot_id(),
        "pid_namespace": pid_namespace(),
        "started_at": time.time(),
        "given_input": given_input,
        "pty_cols": _columns(),
    }


def _has_input(*, foreground: bool) -> bool:
    """Whether standard input is meant for the training: whatever is no terminal in the foreground;
    else a pipe or a file, and not the socket that keeps the session of an SSH daemon open."""
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
        return (training_python(env), "-m", *args)
    path = Path(first)
    if first.endswith(".py") and not path.is_dir():
        if not path.exists():
            raise CommandError(f"{first}: no such script in {Path.cwd()}")
        if not os.access(path, os.R_OK):
            raise CommandError(f"{first}: cannot be read (chmod +r {first})")
        return (training_python(env), *args)
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


def training_python(env: Mapping[str, str]) -> str:
    """The interpreter that scripts get. Raises CommandError when there is none."""
    for name in ("python", "python3"):
        if found := shutil.which(name, path=env.get("PATH")):
            return str(Path(found).absolute())
    raise CommandError("no python on PATH: activate the training's environment first")
