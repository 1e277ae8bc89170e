"""tuimon's own themes, read from the files beside this one."""

from pathlib import Path

from textual.theme import BUILTIN_THEMES, Theme

from tuimon.tui.themes.reading import theme_in


def _read(name: str) -> Theme:
    return theme_in(path_of(name), BUILTIN_THEMES, default=Theme(name, primary=""))


def path_of(name: str) -> Path:
    """The file of one of tuimon's own themes."""
    return Path(__file__).with_name(f"{name}.toml")


DARK = _read("tuimon-dark")
LIGHT = _read("tuimon-light")
CONTRAST = _read("tuimon-contrast")
ANSI = _read("tuimon-ansi")
THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST, ANSI)}
