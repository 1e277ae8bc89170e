"""`tuimon config`: print, check and edit the settings."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from tuimon.cli.shared.common import CommandError, complete_names
from tuimon.config.reading import ConfigError, config_path, read_settings
from tuimon.config.schema import AREAS, Settings
from tuimon.text import safe

_EDITORS = ("nano", "vim", "vi")


def _themes() -> list[str]:
    from tuimon.tui.themes.users import themes_directory

    return sorted(path.stem for path in themes_directory().glob("*.toml"))


@click.command()
@click.option("--edit", is_flag=True, help="Open the file in $VISUAL or $EDITOR, then check it.")
@click.option("--check", is_flag=True, help="List everything that is wrong in the file.")
@click.option("--path", "show_path", is_flag=True, help="Print where the file is.")
@click.option(
    "--theme",
    metavar="NAME",
    shell_complete=complete_names(_themes),
    help="Open a theme of yours, new or not, and check it.",
)
@click.option("--keys", "list_keys", is_flag=True, help="List the ids of all keys, for [keys].")
def command(*, edit: bool, check: bool, show_path: bool, list_keys: bool, theme: str | None) -> int:
    """Print the settings in force, and where each was made.

    The file is $TUIMON_CONFIG, else tuimon/config.toml in $XDG_CONFIG_HOME (~/.config); themes are
    in themes/ beside it.
    """
    if edit + check + show_path + list_keys + (theme is not None) > 1:
        raise CommandError("--edit, --check, --path, --theme and --keys cannot be combined")
    path = config_path()
    if theme is not None:
        return _theme(theme)
    if show_path:
        click.echo(path)
        return 0
    if list_keys:
        for line in _keys():
            click.echo(line)
        return 0
    if edit:
        from tuimon.config.template import default_text

        _edit(path, default_text(_keys()))
    if edit or check:
        return _check(path)
    try:
        settings = read_settings(path)
    except ConfigError as error:
        return _tell(error)
    for line in printed(settings, path):
        click.echo(line)
    return 0


def printed(settings: Settings, path: Path) -> Iterator[str]:
    """The settings as TOML, each with where it was made behind it."""
    from tuimon.config.template import toml

    yield f"# {path}" + (
        "" if path.exists() else " (does not exist; tuimon config --edit creates it)"
    )
    for area in AREAS:
        yield ""
        yield f"[{area}]"
        values = getattr(settings, area)
        rows = [
            (f"{field.name} = {toml(getattr(values, field.name))}", f"{area}.{field.name}")
            for field in fields(values)
        ]
        yield from _with_origins(rows, settings)
    yield ""
    yield "[keys]"
    yield from _with_origins(
        [(f"{id_} = {toml(keys)}", f"keys.{id_}") for id_, keys in settings.keys.items()], settings
    )


def _with_origins(rows: list[tuple[str, str]], settings: Settings) -> Iterator[str]:
    cells = max((len(text) for text, _ in rows), default=0)
    for text, name in rows:
        origin = settings.origins.get(name)
        where = f"line {origin.line}" if origin else "default"
        yield f"{safe(text):<{cells}}  # {where}"


def _check(path: Path) -> int:
    from tuimon.tui.settings_check import check_settings
    from tuimon.tui.themes.users import read_themes, themes_directory

    problems = list(read_themes(themes_directory()).problems)
    try:
        check_settings(read_settings(path))
    except ConfigError as error:
        problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        return _tell(ConfigError(problems))
    click.echo(f"{path}: " + ("all is well" if path.exists() else "does not exist; defaults apply"))
    return 0


def _tell(error: ConfigError) -> int:
    for problem in error.problems:
        click.echo(f"tuimon: {safe(str(problem))}", err=True)
    return CommandError.exit_code


def _theme(name: str) -> int:
    """Edit a theme of the user's: at first, a copy of tuimon's own dark one."""
    from tuimon.tui.themes.theme_file import DARK, THEMES, path_of
    from tuimon.tui.themes.users import read_theme, themes_directory

    path = themes_directory() / f"{name}.toml"
    if path.parent != themes_directory() or not name.strip(". ") or not name.isprintable():
        raise CommandError(f"{name}: not the name of a file")
    if name in (*THEMES, "auto"):
        raise CommandError(f"{name} is tuimon's own; give yours another name")
    _edit(path, path_of(DARK.name).read_text(encoding="utf-8"))
    try:
        read_theme(path)
    except ConfigError as error:
        return _tell(error)
    click.echo(f'{path}: all is well; theme = "{name}" in [screen], or Ctrl-P, shows it')
    return 0


def _edit(path: Path, new: str) -> None:
    """Have the user edit a file, which begins as `new` where it does not exist."""
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: cannot be written: {error.strerror or error}") from None
    editor = _editor()
    try:
        code = subprocess.run([*editor, str(path)], check=False).returncode
    except OSError as error:
        raise CommandError(f"{editor[0]}: {error.strerror}; set EDITOR to an editor") from None
    if code:
        raise CommandError(f"{editor[0]} ended with exit code {code}")


def _editor() -> list[str]:
    """The user's editor and its arguments.

    Raises:
        CommandError: what the environment says cannot be a command.
    """
    import shutil

    for name in ("VISUAL", "EDITOR"):
        try:
            if words := shlex.split(os.environ.get(name, "")):
                return words
        except ValueError as error:
            raise CommandError(f"{name}={os.environ[name]}: {error}") from None
    return [next((name for name in _EDITORS if shutil.which(name)), _EDITORS[-1])]


def _keys() -> Iterator[str]:
    from tuimon.tui.keys.keymap import TABLES

    ids = max(len(key.id) for table in TABLES.values() for key in table)
    for screen, table in TABLES.items():
        yield f"# {screen}"
        for key in table:
            yield f'{key.id:<{ids}} = "{key.keys}"  # {key.name}'
