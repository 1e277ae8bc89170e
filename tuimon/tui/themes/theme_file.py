"""Files of themes: what is in them, and what is wrong in them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tuimon.config import ConfigError, Problem
from tuimon.config.reading import Document, near, read_document
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
_KNOWN = ("base", *_COLOURS, "curves", "dark", "fade", "roles")
_MOST_CURVES = 32
_WANTED = 'a colour, such as "#5cc8ff", "gold" or "ansi_bright_cyan"'


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
    problems = list(_wrong(document, bases))
    if problems:
        raise ConfigError(problems)
    values = dict(document.values)
    base = bases[values.pop("base")] if "base" in values else default
    variables = dict(base.variables)
    if curves := values.pop("curves", None):
        variables = {name: v for name, v in variables.items() if not name.startswith("curve-")}
        variables |= {f"curve-{index}": colour for index, colour in enumerate(curves)}
    if "fade" in values:
        variables["fade"] = str(values.pop("fade"))
    variables |= {f"role-{role}": colour for role, colour in values.pop("roles", {}).items()}
    return replace(base, name=path.stem, variables=variables, **values)


def _wrong(document: Document, bases: Mapping[str, Theme]) -> Iterator[Problem]:
    for name, value in document.values.items():
        match name, value:
            case "base", str() if value in bases:
                pass
            case "base", _:
                hint = near(str(value), bases)
                yield document.problem(name, f"base: one of {', '.join(bases)}{hint}")
            case "curves", list() if 0 < len(value) <= _MOST_CURVES and all(map(_colour, value)):
                pass
            case "curves", _:
                yield document.problem(name, f"curves: 1 to {_MOST_CURVES} colours in brackets")
            case "dark", _:
                if not isinstance(value, bool):
                    yield document.problem(name, "dark: true or false")
            case "fade", _:
                number = isinstance(value, int | float) and not isinstance(value, bool)
                if not (number and 0 <= value <= 1):
                    yield document.problem(name, "fade: a number from 0 to 1")
            case "roles", dict():
                yield from _wrong_roles(document, value)
            case "roles", _:
                yield document.problem(name, "roles is a table: write [roles] on a line of its own")
            case _ if name not in _KNOWN:
                yield document.problem(name, f"unknown: {name}{near(name, _KNOWN)}")
            case _ if not _colour(value):
                yield document.problem(name, f"{name}: {_WANTED}")


def _wrong_roles(document: Document, roles: Mapping[str, Any]) -> Iterator[Problem]:
    for role, colour in roles.items():
        if role not in ROLES:
            hint = near(role, ROLES) or f"; there are {', '.join(ROLES)}"
            yield document.problem(f"roles.{role}", f"unknown: {role}{hint}")
        elif not _colour(colour):
            yield document.problem(f"roles.{role}", f"{role}: {_WANTED}")


def _colour(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(Color.parse(value))
    except ColorParseError:
        return False


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
