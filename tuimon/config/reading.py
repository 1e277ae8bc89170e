"""From a TOML file to settings; what is wrong in it is told with its line."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from tuimon.config.schema import AREAS, Origin, Settings

_NOWHERE = Path("/nonexistent/.config/tuimon")
"""Below what Debian calls the home directory of users who have none."""


def config_path() -> Path:
    """The settings file: ``$TUIMON_CONFIG``, else ``config.toml`` in the user's directory for
    configuration (``$XDG_CONFIG_HOME/tuimon``, ``~/.config/tuimon``). It need not exist, and does
    not for a user without a home directory."""
    override = os.environ.get("TUIMON_CONFIG")
    try:
        if override:
            return Path(override).expanduser().absolute()
        from platformdirs import user_config_path

        return user_config_path("tuimon") / "config.toml"
    except RuntimeError:
        return _NOWHERE / "config.toml"


def config_directory() -> Path:
    """The directory of the settings file; ``themes/`` in it holds the user's themes."""
    return config_path().parent


_MOST_BYTES = 1 << 20
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_HEADER = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_.\-"' ]+?)\s*=""")


class Problem(NamedTuple):
    """Something wrong in a settings file: where, what, and what to do."""

    origin: Origin
    text: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.text}"


class ConfigError(ValueError):
    """The settings file holds what makes no sense; `problems` has all of it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def load_settings() -> Settings:
    """The user's settings; the defaults where there is no file.

    Raises:
        ConfigError: the file cannot be read, or something in it makes no sense.
    """
    return read_settings(config_path())


def read_settings(path: Path) -> Settings:
    """The settings in the file at `path`; the defaults where there is none.

    Raises:
        ConfigError: the file cannot be read, or something in it makes no sense.
    """
    document = read_document(path)
    return Settings() if document is None else _SettingsReader(document).settings()


class Document(NamedTuple):
    """A TOML file, and where in it each key is."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    """By the key's name in full."""

    def problem(self, name: str, text: str) -> Problem:
        """A problem with the key of that name."""
        return Problem(self.origin(name), text)

    def origin(self, name: str) -> Origin:
        """Where the key of that name is."""
        return Origin(str(self.path), self.lines.get(name, 1))


def read_document(path: Path) -> Document | None:
    """Read a TOML file; None where there is none.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise ConfigError([Problem(Origin(str(path), 1), reason)]) from error
    if len(data) > _MOST_BYTES:
        raise ConfigError([Problem(Origin(str(path), 1), f"more than {_MOST_BYTES} bytes")])
    try:
        text = data.decode()
        return Document(path, tomllib.loads(text), _lines(text))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(Origin(str(path), line), "not UTF-8")
    except (ValueError, RecursionError) as error:  # tomllib's own, and int()'s of endless digits
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        what = _TOML_LINE.sub("", str(error)).replace("(at end of document)", "at the end").strip()
        problem = Problem(Origin(str(path), line), f"not TOML: {what}")
    raise ConfigError([problem])


def near(name: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` for the name that comes nearest, if one does; else nothing."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def _lines(text: str) -> dict[str, int]:
    """Lines (from 1 on) of tables and keys; of strings over several lines, which no setting is,
    pieces may be taken for keys."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _full_name(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{_full_name(key[1])}".strip("."), number)
    return found


def _full_name(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


class _SettingsReader:
    """Takes a document apart, and keeps all that is wrong instead of stopping at the first."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = []
        self._origins: dict[str, Origin] = {}

    def settings(self) -> Settings:
        known = [*AREAS, "keys"]
        parts: dict[str, Any] = {}
        for name, value in self._document.values.items():
            if name not in known:
                tables = ", ".join(f"[{one}]" for one in known)
                self._wrong(name, f"unknown: {name}{near(name, known)}; there are {tables}")
            elif not isinstance(value, dict):
                self._wrong(name, f"{name} is a table: write [{name}] on a line of its own")
            elif name == "keys":
                parts[name] = MappingProxyType(self._keys(value))
            else:
                parts[name] = self._area(name, value)
        if self._problems:
            raise ConfigError(sorted(self._problems, key=lambda problem: problem.origin.line))
        return Settings(**parts, origins=MappingProxyType(self._origins))

    def _area(self, area: str, values: Mapping[str, Any]) -> Any:
        kind = get_type_hints(Settings)[area]
        hints = get_type_hints(kind)
        known = {field.name: field for field in fields(kind)}
        good: dict[str, Any] = {}
        for name, value in values.items():
            full = f"{area}.{name}"
            if name not in known:
                has = near(name, known) or f"; [{area}] has {', '.join(known)}"
                self._wrong(full, f"unknown: {name}{has}")
            elif wrong := what_is_wrong(value, hints[name], known[name]):
                self._wrong(full, f"{name} = {_toml(value)}: {wrong}")
            else:
                good[name] = float(value) if hints[name] is float else value
                self._origins[full] = self._document.origin(full)
        return kind(**good)

    def _keys(self, values: Mapping[str, Any]) -> dict[str, str]:
        good: dict[str, str] = {}
        for name, value in values.items():
            full = f"keys.{name}"
            if not isinstance(value, str) or not value.strip():
                self._wrong(full, f'{name}: must be one or more keys, such as "ctrl+s,w"')
            else:
                good[name] = value
                self._origins[full] = self._document.origin(full)
        return good

    def _wrong(self, name: str, text: str) -> None:
        self._problems.append(self._document.problem(name, text))


def what_is_wrong(value: object, hint: Any, field: "Field[Any]") -> str:
    """Why a field of this type cannot have `value`; empty where it can."""
    limits = field.metadata
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value in choices:
            return ""
        return f"must be one of {', '.join(choices)}{near(str(value), choices)}"
    if hint is bool:
        return "" if isinstance(value, bool) else "must be true or false"
    if hint is str:
        if not isinstance(value, str):
            return 'must be text in quotes, such as "auto"'
        pattern = limits.get("pattern")
        return "" if pattern is None or re.fullmatch(pattern, value) else _SHAPES[field.name]
    least, below = limits["least"], limits["below"]
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value < below:
        return ""
    return f"must be at least {least:g} and less than {below:,.7g}"


_SHAPES = {"grid": 'must be "auto" or "COLUMNSxROWS", such as "3x2", up to "6x6"'}


def _toml(value: object) -> str:
    try:
        return str(value).lower() if isinstance(value, bool) else repr(value)[:60]
    except ValueError:  # Python writes no integer of thousands of digits
        return "…"
