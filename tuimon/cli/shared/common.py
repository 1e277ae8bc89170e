"""What several commands share: finding a run, refusing clearly, telling of a run."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tuimon.notice_urls import shown_target
from tuimon.present.progress_words import is_current
from tuimon.runs.activity import activity, flaw, leftovers, losses
from tuimon.runs.annotation import LONGEST, Annotation, write_annotation
from tuimon.runs.launch_command import launch_command
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.runs.record import RunState, as_document
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.runs.removal import size_of
from tuimon.runs.secrecy import mask_of, masked_command
from tuimon.text import format_duration, safe

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tuimon.config.schema import Settings
    from tuimon.guardian.client import ControlClient

    Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


class CommandError(click.ClickException):
    """Bad input or a request that cannot be met: one line on standard error, exit code 2."""

    exit_code = 2


reset_view = click.option(
    "--reset-view", is_flag=True, help="Forget smoothing, axes, filter and panes of last time."
)

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="auto: on terminals, unless NO_COLOR is set.",
)


def complete_run(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """What a shell offers for a RUN: ids, newest first, and names."""
    from click.shell_completion import CompletionItem

    runs = list_runs()
    offered = {run.record.id: masked_command(run.record) for run in runs}
    offered |= {run.name: "the newest of that name" for run in runs}
    return [
        CompletionItem(text, help=safe(about))
        for text, about in offered.items()
        if text.startswith(incomplete) and safe(text) == text
    ]


def complete_names(names: Callable[[], Iterable[str]]) -> "Completion":
    """Some of these names, which are asked for then."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


def complete_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Files, as the shell itself finds them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_run_or_logdir(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """The same, and directories."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir"), *complete_run(ctx, param, incomplete)]


def run_or_refuse(ref: str | None) -> RunStatus:
    """The run that `ref` names (id, unique prefix or name; None: the newest).

    Raises:
        CommandError: no such run, or an ambiguous name.
    """
    try:
        return find_run(ref)
    except RunNotFound as error:
        raise CommandError(str(error)) from None


def say(status: RunStatus, said: Annotation) -> None:
    """Keep what people say of a run. Raises CommandError: it is too long, or cannot be written."""
    if max(map(len, [said.name, said.note, " ".join(said.tags)])) > LONGEST:
        raise CommandError(f"more than {LONGEST} characters")
    try:
        write_annotation(status.paths.annotation, said)
    except OSError as error:
        raise CommandError(f"{safe(status.name)}: cannot be written: {error.strerror}") from None
    mirror = status.mirror
    if mirror is not None and mirror.state == "finished" and mirror.url and mirror.told != said:
        click.echo(f"W&B is told by: tuimon sync {status.record.id}", err=True)


def settings_or_refuse(*, screen: bool = True) -> "Settings":
    """The user's settings; what only the screen understands is looked at for the `screen` alone.

    Raises:
        CommandError: something in the file makes no sense.
    """
    from tuimon.config.reading import ConfigError, read_settings

    try:
        settings = read_settings()
        if screen and (settings.keys or "screen.theme" in settings.origins):
            from tuimon.tui.settings_check import check_settings

            check_settings(settings)
    except ConfigError as error:
        first, *others = error.problems
        more = f" (and {len(others)} more: tuimon config --check)" if others else ""
        raise CommandError(f"{safe(str(first))}{more}") from None
    return settings


def secret_names(settings: "Settings") -> tuple[str, ...]:
    """What the user calls secret, besides what sounds like it."""
    return tuple(name.strip() for name in settings.secrets.names.split(",") if name.strip())


def control_or_refuse(status: RunStatus) -> "ControlClient":
    """The way to the guardian of a run that goes on, or has left something behind.

    Raises:
        CommandError: it is over, or runs on another host.
    """
    from tuimon.guardian.client import ControlClient

    if status.state.ended and not leftovers(status):
        raise CommandError(describe_end(status) + _namesake(status))
    if not status.is_here:
        host, doing = safe(status.record.host), click.get_current_context().info_name
        raise CommandError(
            f"{safe(status.name)} runs on {host}; "
            f"do that there: ssh {host} tuimon {doing} {status.record.id}"
        )
    return ControlClient(status.paths)


def _namesake(ended: RunStatus) -> str:
    """Which run of the same name goes on, in case that was meant."""
    for run in list_runs():
        if run.name == ended.name and not run.state.ended:
            return f"; {run.record.id} of that name runs"
    return ""


def run_document(run: RunStatus) -> dict[str, object]:
    """A run as JSON tells it: for others, too, and so without secrets, which run.json has."""
    from tuimon.mirror.run_config import given_config  # its patterns take time, too

    mask = mask_of(run.record)
    return {
        **as_document(run.record),
        "argv": mask.command(run.record.argv),
        "command": mask.command(run.record.command),
        "options": mask.command(run.record.options or ()),
        "again": launch_command(run.record),
        "config": given_config(run.record),
        "state": run.state,
        "ended_at": run.ended_at,
        "cause": run.cause,
        "notify": run.record.notify and mask.text(shown_target(run.record.notify)),
        "activity": activity(run, time.time()),
        "annotation": run.annotation._asdict(),
        "alert": None if run.alert is None else asdict(run.alert),
        "bytes": size_of(run),
        "directory": str(run.paths.directory),
        "progress": _progress(run),
        "recorder": as_document(run.recorder) if run.recorder else None,
        "mirror": as_document(run.mirror) if run.mirror else None,
        "mirror_options": {
            **as_document(run.record.mirror),
            "config": mask.config(run.record.mirror.config),
        },
    }


def _progress(run: RunStatus) -> dict[str, object] | None:
    """How far it is, while a recorder tells that."""
    progress, now = run.progress, time.time()
    if progress is None or not is_current(progress, now):
        return None
    return {**progress._asdict(), "share": progress.share}


def describe_end(status: RunStatus) -> str:
    """One clear line about the state of a run: `train failed after 12s: exit code 1`."""
    record = status.record
    name = safe(status.name)
    if status.state in (RunState.STARTING, RunState.RUNNING):
        doing = "; ".join(filter(None, [activity(status, time.time()), losses(record)]))
        if status.is_paused:
            return f"{name} is {doing}"
        return f"{name} is {status.state}" + (f": {doing}" if doing else "")
    suffered = status.state in (RunState.STOPPED, RunState.KILLED, RunState.LOST)
    line = f"{name} {'was ' if suffered else ''}{status.state}"
    if status.ended_at is not None:
        line += f" after {format_duration(status.took(status.ended_at))}"
    if status.why is not None:
        line += f"{' ' if status.why != status.cause else ': '}{safe(status.why)}"
    told = [line, flaw(status), activity(status, time.time()), losses(record)]
    return "; ".join(filter(None, told))
