"""Files of themes: what is in them, and what is wrong in them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tuimon.config.reading import ConfigError, Document, Problem, read_document
from tuimon.decoding import Rule
from tuimon.tui.themes.inks import ROLES

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


def _is_colour(text: str) -> bool:
    try:
        return bool(Color.parse(text))
    except ColorParseError:
        return False


_WANTED = 'must be a colour, such as "#5cc8ff", "gold" or "ansi_bright_cyan"'
_Colour = Annotated[str, Rule(_is_colour, _WANTED)]
_Curves = Annotated[
    tuple[_Colour, ...],
    Rule(lambda curves: 0 < len(curves) <= 32, "must be 1 to 32 colours in brackets"),
]
_Fade = Annotated[float, Rule(lambda fade: 0 <= fade <= 1, "must be a number from 0 to 1")]
_KINDS = {**dict.fromkeys(_COLOURS, _Colour), "curves": _Curves, "dark": bool, "fade": _Fade}
_ROLES = dict.fromkeys(ROLES, _Colour)


def theme_in(path: Path, bases: Mapping[str, Theme], default: Theme) -> Theme:
    """The theme in a file; its name is the file's.

    Args:
        path: the file.
        bases: the themes that it may be based on.
        default: what it is based on if it does not say.

    Raises:
        ConfigError: the file cannot be read, or holds no theme.
    """
    document = read_document(path) or Document(path, {}, {})
    problems: list[Problem] = []
    values = dict(document.values)
    roles = document.sound(values.pop("roles", {}), _ROLES, problems, "roles")
    kinds = {"base": Literal[*bases], **_KINDS, "roles": dict}
    values = document.sound(values, kinds, problems)
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.origin.line))
    base = bases[values.pop("base")] if "base" in values else default
    variables = dict(base.variables)
    if curves := values.pop("curves", None):
        variables = {name: v for name, v in variables.items() if not name.startswith("curve-")}
        variables |= {f"curve-{index}": colour for index, colour in enumerate(curves)}
    if "fade" in values:
        variables["fade"] = str(values.pop("fade"))
    variables |= {f"role-{role}": colour for role, colour in roles.items()}
    return replace(base, name=path.stem, variables=variables, **values)


def _read(name: str) -> Theme:
    return theme_in(path_of(name), BUILTIN_THEMES, default=Theme(name, primary=""))


def path_of(name: str) -> Path:
    """The file of one of tuimon's own themes."""
    return Path(__file__).with_name(f"{name}.toml")


DARK = _read("tuimon-dark")
LIGHT = _read("tuimon-light")
CONTRAST = _read("tuimon-contrast")
ANSI = _read("tuimon-ansi")
ANSI_LIGHT = _read("tuimon-ansi-light")
THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST, ANSI, ANSI_LIGHT)}
