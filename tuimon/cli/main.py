"""`tuimon`: the command group. Each command's module is imported when it is used."""

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuimon import __version__
from tuimon.end_signals import SignalEnd, die_of
from tuimon.runs.paths import NoHomeError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: dict[str, str] = {
    "run": "Launch a training under a guardian and watch it.",
    "attach": "Watch a run, LOGDIR or PID; it keeps running when you leave.",
    "view": "Watch log directories of any training, or runs side by side.",
    "show": "Print the charts and a table of values once.",
    "board": "Compare trainings in a table, the best first.",
    "diff": "Show what is not the same in some runs.",
    "baseline": "Compare the runs of a directory with one of them.",
    "report": "Write a report on a run: one HTML file, or Markdown.",
    "export": "Write scalar points as a table, or images and other media as files.",
    "mirror": "Send the event files of log directories to W&B.",
    "sync": "Upload the offline W&B run of a training.",
    "login": "Log in to W&B.",
    "doctor": "Check what works here, and say what to do about the rest.",
    "ls": "List runs, newest first.",
    "logs": "Print what a training has printed.",
    "alerts": "Print what was noticed of a run: alerts, rules, how it ended.",
    "wait": "Wait for a training's end, an alert, a step, a value.",
    "where": "Show at which lines a training is, and for which rank it waits.",
    "stop": "Stop a training: Ctrl-C first, harder if it does not end.",
    "pause": "Freeze all processes of a training.",
    "unpause": "Let a paused training go on.",
    "note": "Keep a note on a run, a name, a star.",
    "tag": "Give a run tags.",
    "archive": "Take runs off the lists without removing anything.",
    "rm": "Remove runs that have ended.",
    "config": "Print, check or edit the settings.",
    "help": "Show a topic of the guide, or the help of a command.",
    "completion": "Print what has a shell complete all of this.",
}
"""Command name → one line of help. `tuimon.cli.NAME` holds a click command called `command`."""
_MODULES = {"alerts": "alert_list"}
"""Where that name is another module's."""
_FORMER_NAMES = {"resume": "unpause"}
"""They still work, and are told nowhere."""
COMPLETION = "_TUIMON_COMPLETE"
"""In the environment: what click's completion scripts for shells ask."""


def command_of(name: str) -> click.Command:
    """The command of that name, whose module is imported now."""
    module = importlib.import_module(f"tuimon.cli.{_MODULES.get(name, name)}")
    command: click.Command = module.command
    return command


class LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        name = _FORMER_NAMES.get(name, name)
        if name not in COMMANDS:
            return None
        return command_of(name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Also a directory, here or elsewhere, which is viewed; else what may have been meant."""
        if args[0] in (*COMMANDS, *_FORMER_NAMES) or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        if Path(args[0]).is_dir() or _is_place(args[0]):
            return "view", self.get_command(ctx, "view"), args
        from tuimon.cli.shared.guesses import guess

        raise click.UsageError(f"{args[0]} is {guess(args, COMMANDS)}")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Commands, and directories where none is called so."""
        from click.shell_completion import CompletionItem

        found = super().shell_complete(ctx, incomplete)
        return found or [CompletionItem(incomplete, type="dir")]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="See `tuimon help` and `tuimon COMMAND --help` for more. "
    "Leaving the screen never stops a training.",
)
@click.version_option(__version__, message="tuimon %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Launch, survive, watch and mirror PyTorch trainings from a terminal.

    \b
    tuimon run train.py --lr 1e-3     start a training and watch its curves
    tuimon attach                     come back to it from any terminal
    tuimon                            all runs of this host
    tuimon runs/                      the event files in a directory
    """
    if ctx.invoked_subcommand is None:
        from tuimon.cli.shared.viewer import screen_obstacle

        if screen_obstacle() is None:
            from tuimon.cli.shared.viewer import run_home

            run_home()
        else:
            click.echo(ctx.get_help())


def _is_place(name: str) -> bool:
    if ":" not in name:
        return False
    from tuimon.places.remote_place import PlaceError, place_of

    try:
        return place_of(name) is not None
    except PlaceError:
        return True  # what is wrong with it, `view` tells


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    0 ok, 1 failed, 2 usage, 130 interrupted, 141 nobody reads the output (as of SIGPIPE). Dies of
    a signal by which the screen was left.
    """
    _open_standard_files()
    try:
        code = _run(argv)
    except SignalEnd as end:
        _flush()
        die_of(end.number)
    if argv is None:
        # The interpreter would wait for threads of the screen, which may still read or decode, and
        # take all modules apart, which is a tenth of what a short command costs.
        _flush()
        os._exit(code)
    return code


def _run(argv: Sequence[str] | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # an encoding need not have all characters
        sys.stdout.reconfigure(errors="replace")
    if instruction := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "tuimon", COMPLETION, instruction)
    try:
        # Not by `cli.main`, for which a reader of our output that is gone is a failure.
        with cli.make_context("tuimon", list(sys.argv[1:] if argv is None else argv)) as context:
            result = cli.invoke(context)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        return _report(error)
    except NoHomeError as error:
        print(f"tuimon: {error}", file=sys.stderr)
        return 2
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the prompt of the shell below the terminal's ^C
        return 130
    except BrokenPipeError:
        # The reader of our output is gone; keep the interpreter from writing to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except Exception as error:
        return _report_unexpected(error)


def _open_standard_files() -> None:
    """Let those that the caller has closed be empty and take everything, as daemons have them."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                # The lowest number that is free is this one; what else is opened never gets it.
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            file = open(number, mode, closefd=False)  # noqa: SIM115 - until the end
            setattr(sys, name, file)
            setattr(sys, f"__{name}__", file)


def _flush() -> None:
    for file in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # nobody reads it any more
            file.flush()
    if logging := sys.modules.get("logging"):
        logging.shutdown()


def _report(error: click.ClickException) -> int:
    from tuimon.text import safe

    # It may quote what nobody typed: a shell's `*` gives file names.
    message = safe(" ".join(error.format_message().split()))
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f" (see {error.ctx.command_path} --help)"
    print(f"tuimon: {message}{hint}", file=sys.stderr)
    return error.exit_code


def _report_unexpected(error: Exception) -> int:
    """Tell in one line what the system refused, or that tuimon is wrong; the log has the rest."""
    import logging

    from tuimon.cli.shared.viewer import open_log
    from tuimon.runs.record import RecordError
    from tuimon.text import safe, shorten

    if isinstance(error, RecordError):
        return _report(click.ClickException(str(error)))
    if isinstance(error, FileNotFoundError) and not _has_working_directory():
        print("tuimon: this directory has been deleted: cd to another one", file=sys.stderr)
        return 1
    log = open_log()
    logging.getLogger(__name__).error("unexpected", exc_info=error)
    if isinstance(error, OSError) and error.strerror:
        what = ": ".join(filter(None, [error.strerror, str(error.filename or "")]))
    else:
        what = f"an error in tuimon itself: {type(error).__name__}: {error}"
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"tuimon: {shorten(safe(what), 160)} (details: {safe(str(log))})", file=sys.stderr)
    return 1


def _has_working_directory() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True
