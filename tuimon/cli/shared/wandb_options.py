"""The options of the W&B run, which `tuimon run` and `tuimon mirror` share."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tuimon.cli.shared.common import CommandError, complete_file
from tuimon.runs.record import MirrorOptions

_NOT_IN_PROJECTS = "/\\#?%:"
"""wandb refuses a project's name with any of them, offline too (its ``validate_project``)."""
_LONGEST_PROJECT = 128

_FILES = (".yaml", ".yml", ".json", ".toml")

_FORMER = {"resume": "wandb-resume", "no-resume": "no-wandb-resume"}

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--mirror",
        "mode",
        type=click.Choice(["auto", "offline", "online", "off"]),
        default="auto",
        show_default=True,
        help="W&B mirror: auto is online with a key, else offline.",
    ),
    click.option(
        "--sync-when-online",
        "when_online",
        is_flag=True,
        help="Let an offline W&B run go online by itself, as soon as key and network are there.",
    ),
    click.option("--project", help="W&B project."),
    click.option("--entity", help="W&B entity (user or team)."),
    click.option("--group", help="W&B group."),
    click.option("--job-type", help="W&B job type."),
    click.option("--tags", help="W&B tags, separated by commas."),
    click.option("--notes", help="W&B notes."),
    click.option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        shell_complete=complete_file,
        help="W&B config: a YAML, JSON or TOML file, or an entry; repeatable.",
    ),
    click.option(
        "--save-events", is_flag=True, help="Send the event files, too, as files of the W&B run."
    ),
)

WANDB_NAMES = (
    "mode", "when_online", "project", "entity", "group", "job_type", "tags", "notes", "config",
    "save_events",
)  # fmt: skip
"""Names of their parameters."""


def present_name(option: str) -> str:
    """What an option is called that may have been typed by a former name; without dashes."""
    return _FORMER.get(option, option)


def wandb_options(command: F) -> F:
    """Give a command the options; it gets them as `mirror`, a `MirrorOptions` without a name.

    An option of the command's own that is called like a field of it overrides nothing: use
    `MirrorOptions._replace`.
    """

    @functools.wraps(command)
    def with_options(
        *args: Any,
        mode: str,
        when_online: bool,
        project: str | None,
        entity: str | None,
        group: str | None,
        job_type: str | None,
        tags: str | None,
        notes: str | None,
        config: tuple[str, ...],
        save_events: bool,
        **others: Any,
    ) -> Any:
        mirror = MirrorOptions(
            mode=mode,
            when_online=when_online,
            project=_project_or_refuse(project),
            entity=entity,
            group=group,
            job_type=job_type,
            notes=notes,
            tags=tuple(tag.strip() for tag in (tags or "").split(",") if tag.strip()),
            config=parse_config(config),
            save_events=save_events,
        )
        return command(*args, mirror=mirror, **others)

    decorated: Any = with_options
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _project_or_refuse(name: str | None) -> str | None:
    if name and len(name) > _LONGEST_PROJECT:
        raise CommandError(
            f"--project: W&B takes no name of more than {_LONGEST_PROJECT} characters"
        )
    if name and set(name) & set(_NOT_IN_PROJECTS):
        never = " ".join(_NOT_IN_PROJECTS)
        raise CommandError(f"--project {name}: W&B takes no name with any of {never}")
    return name


def parse_config(given: tuple[str, ...]) -> dict[str, Any]:
    """Files and ``KEY=VALUE`` entries as a W&B config; later ones win.

    Values that are JSON keep their type. In a file, W&B's own form, ``key: {value: …}``, is
    understood.

    Raises:
        CommandError: neither an entry nor a file, or a file that cannot be read.
    """
    config: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if text.endswith(_FILES) and not (equals and key.isidentifier()):
            config |= _read_file(Path(text))
        elif key and equals:
            try:
                config[key] = json.loads(value)
            except (ValueError, RecursionError):
                config[key] = value
        else:
            raise CommandError(
                f"--config {text}: expected KEY=VALUE, or a .yaml, .json or .toml file"
            )
    return config


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = _load(path.read_text("utf-8"), path.suffix)
        if not isinstance(found, dict):
            raise CommandError(f"--config {path}: expected keys and values")
        # Dates, and whatever else JSON lacks, as text.
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    except RecursionError:
        raise CommandError(f"--config {path}: nested too deeply") from None
    except (OSError, ValueError, TypeError) as error:  # TypeError: a key that JSON does not have
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"--config {path}: {reason}") from None
    plain.pop("wandb_version", None)
    return {
        key: value["value"] if isinstance(value, dict) and _is_described(value) else value
        for key, value in plain.items()
    }


def _is_described(value: dict[str, Any]) -> bool:
    return "value" in value and value.keys() <= {"value", "desc"}


def _load(text: str, suffix: str) -> object:
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text)
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error
