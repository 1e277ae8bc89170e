"""Themes: tuimon's own, and the user's, which are TOML files beside the settings.

The curve palette is Okabe and Ito's (2008), made for colour-blind readers, brightened for dark
screens. A theme of the user is what differs from one of tuimon's:

    base = "tuimon-dark"         # or -light, -ansi, -contrast
    background = "#101418"
    primary = "orange"           # also secondary, accent, warning, error, success, foreground,
    curves = ["#5cc8ff", "gold"] #      surface, panel
    [roles]                      # of drawings, see tuimon/tui/theme.py
    axis = "#445566"
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tuimon.config import ConfigError, Problem, Settings, config_directory
from tuimon.config.reading import Document, near, read_document

DARK_CURVES = (
    "#5cc8ff",
    "#ffab2e",
    "#3ddc97",
    "#f28bd0",
    "#f7e463",
    "#ff7f50",
    "#9fa8ff",
    "#c3ccd6",
)
LIGHT_CURVES = (
    "#0072b2",
    "#d55e00",
    "#007f5c",
    "#b3508a",
    "#8a7400",
    "#a63c06",
    "#4149a8",
    "#55606b",
)
CONTRAST_CURVES = (
    "#66d9ff",
    "#ffb000",
    "#4dff9d",
    "#ff8ad8",
    "#ffff66",
    "#ff8f66",
    "#b3baff",
    "#ffffff",
)
ANSI_CURVES = (
    "ansi_bright_cyan",
    "ansi_bright_yellow",
    "ansi_bright_green",
    "ansi_bright_magenta",
    "ansi_bright_blue",
    "ansi_bright_red",
    "ansi_bright_white",
    "ansi_white",
)
_COLOURS = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
_MOST_CURVES = 32


def _curve_variables(colours: tuple[str, ...]) -> dict[str, str]:
    return {f"curve-{index}": colour for index, colour in enumerate(colours)}


DARK = Theme(
    name="tuimon-dark",
    primary="#5cc8ff",
    secondary="#3b6ea5",
    accent="#ffab2e",
    warning="#ffc857",
    error="#ff6b6b",
    success="#3ddc97",
    foreground="#dde3ea",
    background="#0f1318",
    surface="#161c23",
    panel="#1d252e",
    variables=_curve_variables(DARK_CURVES),
)
LIGHT = Theme(
    name="tuimon-light",
    primary="#0072b2",
    secondary="#5b8fb9",
    accent="#d55e00",
    warning="#9a6700",
    error="#c4242b",
    success="#007f5c",
    foreground="#1d2730",
    background="#fbfcfd",
    surface="#f0f3f6",
    panel="#e4e9ee",
    dark=False,
    variables=_curve_variables(LIGHT_CURVES),
)
CONTRAST = Theme(
    name="tuimon-contrast",
    primary="#66d9ff",
    secondary="#66d9ff",
    accent="#ffff00",
    warning="#ffd700",
    error="#ff8080",
    success="#4dff9d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    variables={**_curve_variables(CONTRAST_CURVES), "fade": "0.5"},
)
ANSI = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="tuimon-ansi",
    primary="ansi_bright_cyan",
    secondary="ansi_cyan",
    accent="ansi_bright_yellow",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    # Not every terminal draws dim ink dimmer: the widest area must not outshine the curves.
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        **_curve_variables(ANSI_CURVES),
        "role-shade": "ansi_bright_black",
    },
)
THEMES = (DARK, LIGHT, CONTRAST, ANSI)
_NAMES = {theme.name: theme for theme in THEMES}


class UserThemes(NamedTuple):
    """The user's themes by name, and what is wrong with those that are none."""

    themes: Mapping[str, Theme]
    problems: tuple[Problem, ...]


def themes_directory() -> Path:
    """Where the user's themes are: NAME.toml is the theme NAME. It need not exist."""
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
    """The theme in a file; its name is the file's.

    Raises:
        ConfigError: the file cannot be read, or holds no theme.
    """
    document = read_document(path) or Document(path, {}, {})
    problems = list(_wrong(document))
    if problems:
        raise ConfigError(problems)
    values = dict(document.values)
    base = _NAMES[values.pop("base", DARK.name)]
    variables = dict(base.variables)
    if curves := values.pop("curves", None):
        variables = {
            name: value for name, value in variables.items() if not name.startswith("curve-")
        }
        variables |= _curve_variables(tuple(curves))
    variables |= {f"role-{role}": colour for role, colour in values.pop("roles", {}).items()}
    return replace(base, name=path.stem, variables=variables, **values)


def _wrong(document: Document) -> Iterator[Problem]:
    known = ("base", *_COLOURS, "curves", "roles")
    for name, value in document.values.items():
        match name, value:
            case "base", str() if value in _NAMES:
                pass
            case "base", _:
                hint = near(str(value), _NAMES)
                yield document.problem(name, f"base: one of {', '.join(_NAMES)}{hint}")
            case "curves", list() if 0 < len(value) <= _MOST_CURVES and all(map(_colour, value)):
                pass
            case "curves", _:
                yield document.problem(name, f"curves: 1 to {_MOST_CURVES} colours in brackets")
            case "roles", dict():
                for role, colour in value.items():
                    if not _colour(colour):
                        yield document.problem(f"roles.{role}", f"{role}: {_WANTED}")
            case _ if name not in known:
                yield document.problem(name, f"unknown: {name}{near(name, known)}")
            case _ if not _colour(value):
                yield document.problem(name, f"{name}: {_WANTED}")


_WANTED = 'a colour, such as "#5cc8ff", "gold" or "ansi_bright_cyan"'


def _colour(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Color.parse(value))
    except ColorParseError:
        return False


def check_theme(settings: Settings) -> None:
    """Whether the theme of the settings can be shown.

    Raises:
        ConfigError: there is none of that name, or its file holds none.
    """
    wanted = settings.screen.theme
    path = themes_directory() / f"{wanted}.toml"
    if wanted == "auto" or wanted in _NAMES or wanted in BUILTIN_THEMES:
        return
    if path.parent == themes_directory() and path.exists():
        read_theme(path)
        return
    names = [*_NAMES, *read_themes(themes_directory()).themes]
    hint = near(wanted, names) or f"; there are {', '.join(names)}"
    raise ConfigError([Problem(settings.origins["screen.theme"], f"no theme {wanted}{hint}")])
