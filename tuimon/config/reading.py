"""From a TOML file to settings; what is wrong in it is told with its line."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from tuimon.config.schema import Origin, Settings
from tuimon.decoding import checked, field_types, near, written
from tuimon.regular_file import regular_file

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


def read_settings(path: Path | None = None) -> Settings:
    """The settings in the file at `path` (by default the user's); the defaults where there is none.

    Raises:
        ConfigError: the file cannot be read, or something in it makes no sense.
    """
    document = read_document(path or config_path())
    return Settings() if document is None else _settings(document)


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

    def sound(
        self, values: object, kinds: Mapping[str, Any], problems: list[Problem], table: str = ""
    ) -> dict[str, Any]:
        """The values of a table that are of the types in `kinds`.

        All that is wrong with others is added to `problems`, instead of stopping at the first.
        """
        if not isinstance(values, dict):
            text = f"{table} is a table: write [{table}] on a line of its own"
            problems.append(self.problem(table, text))
            return {}
        found: dict[str, Any] = {}
        for name, value in values.items():
            full = f"{table}.{name}".lstrip(".")
            if name not in kinds:
                hint = near(name, kinds) or f"; there are {', '.join(kinds)}"
                problems.append(self.problem(full, f"unknown: {name}{hint}"))
                continue
            try:
                found[name] = checked(value, kinds[name])
            except ValueError as error:
                problems.append(self.problem(full, f"{name} = {written(value)}: {error}"))
        return found


def read_document(path: Path) -> Document | None:
    """Read a TOML file; None where there is none.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    try:
        with regular_file(path) as file:
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


def _settings(document: Document) -> Settings:
    kinds = {name: kind for name, kind in field_types(Settings).items() if name != "origins"}
    problems: list[Problem] = []
    parts: dict[str, Any] = {}
    for name, values in document.values.items():
        if name not in kinds:
            there = ", ".join(f"[{one}]" for one in kinds)
            text = f"unknown: {name}{near(name, kinds)}; there are {there}"
            problems.append(document.problem(name, text))
        elif name == "keys":
            ids = values if isinstance(values, dict) else {}
            keys = dict.fromkeys(ids, get_args(kinds[name])[1])
            parts[name] = MappingProxyType(document.sound(values, keys, problems, name))
        else:
            sound = document.sound(values, field_types(kinds[name]), problems, name)
            parts[name] = kinds[name](**sound)
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.origin.line))
    made = [f"{table}.{name}" for table in parts for name in document.values[table]]
    origins = {name: document.origin(name) for name in made}
    return Settings(**parts, origins=MappingProxyType(origins))
