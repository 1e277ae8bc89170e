"""The user's themes: files beside the settings, NAME.toml is the theme NAME."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from textual.theme import BUILTIN_THEMES, Theme

from tuimon.config import ConfigError, Problem, Settings, config_directory
from tuimon.decoding import near
from tuimon.tui.themes.theme_file import DARK, THEMES, theme_in


class UserThemes(NamedTuple):
    """The user's themes by name, and what is wrong with those that are none."""

    themes: Mapping[str, Theme]
    problems: tuple[Problem, ...]


def themes_directory() -> Path:
    """Where the user's themes are. It need not exist."""
    return config_directory() / "themes"


def read_themes(directory: Path) -> UserThemes:
    """All themes in a directory."""
    themes: dict[str, Theme] = {}
    problems: list[Problem] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            themes[path.stem] = read_theme(path)
        except ConfigError as error:
            problems += error.problems
    return UserThemes(themes, tuple(problems))


def read_theme(path: Path) -> Theme:
    """The theme in a file, which says how it differs from one of tuimon's.

    Raises:
        ConfigError: the file cannot be read, or holds no theme.
    """
    return theme_in(path, THEMES, default=DARK)


def check_theme(settings: Settings) -> None:
    """Whether the theme of the settings can be shown.

    Raises:
        ConfigError: there is none of that name, or its file holds none.
    """
    wanted = settings.screen.theme
    path = themes_directory() / f"{wanted}.toml"
    if wanted == "auto" or wanted in THEMES or wanted in BUILTIN_THEMES:
        return
    if path.parent == themes_directory() and path.exists():
        read_theme(path)
        return
    names = [*THEMES, *read_themes(themes_directory()).themes]
    hint = near(wanted, names) or f"; there are {', '.join(names)}"
    raise ConfigError([Problem(settings.origins["screen.theme"], f"no theme {wanted}{hint}")])
