"""The user's keymap: other keys for what the tables of `keymap` bind."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from textual.binding import Binding
from textual.keys import Keys

from tuimon.config import ConfigError, Problem, Settings
from tuimon.config.reading import near
from tuimon.tui.keymap import MEANINGS, TABLES, Key

_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_SHOWN = {
    "escape": "Esc",
    "space": "Space",
    "comma": ",",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "delete": "Del",
    "insert": "Ins",
    "left": "←",
    "down": "↓",
    "up": "↑",
    "right": "→",
}
_KNOWN = frozenset(key.value for key in Keys)


class UserKeys:
    """The tables of keys with the user's own in place."""

    def __init__(self, overrides: Mapping[str, str]) -> None:
        """`overrides` are keys by the id of a binding, as the settings have them."""
        self.keymap = {
            id_: ",".join(map(_textual_name, _split(keys))) for id_, keys in overrides.items()
        }
        """For `App.set_keymap`."""

    def of(self, table: Sequence[Key]) -> tuple[Key, ...]:
        """The table as it is in force: for the footer, help and palette."""
        return tuple(self._rebound(key) for key in table)

    def _rebound(self, key: Key) -> Key:
        keys = self.keymap.get(key.id)
        return key if keys is None else key._replace(keys=keys, shown=shown_key(keys.split(",")[0]))


def user_keys(settings: Settings) -> UserKeys:
    """The user's keys.

    Raises:
        ConfigError: an id or key that there is not, or a key with two meanings on one screen.
    """
    problems = list(_unknown(settings))
    keys = UserKeys(settings.keys)
    if not problems:
        problems = list(_conflicts(settings, keys))
    if problems:
        raise ConfigError(problems)
    return keys


def shown_key(name: str) -> str:
    """A key as people read it: `Ctrl-P` for ``ctrl+p``, `?` for ``question_mark``."""
    *modifiers, base = name.split("+") if len(name) > 1 else [name]
    if base not in _KNOWN or len(base) == 1:
        shown = _character(base) or base
    else:
        shown = _SHOWN.get(base) or _character(base) or base.title()
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    return "".join(f"{modifier.title()}-" for modifier in modifiers) + shown


def _unknown(settings: Settings) -> Iterator[Problem]:
    ids = [key.id for table in TABLES.values() for key in table]
    for id_, keys in settings.keys.items():
        origin = settings.origins[f"keys.{id_}"]
        if id_ not in ids:
            yield Problem(
                origin, f"no binding has the id {id_}{near(id_, ids)} (tuimon config --keys)"
            )
        for key in _split(keys):
            if not _is_key(key):
                yield Problem(
                    origin, f'{id_}: no key is called {key}; write "a", "?", "ctrl+s", "f5" …'
                )


def _conflicts(settings: Settings, keys: UserKeys) -> Iterator[Problem]:
    for screen, table in MEANINGS.items():
        meanings: dict[str, Key] = {}
        # What the user set comes last, so that a conflict is told where it was made.
        for key in sorted(keys.of(table), key=lambda key: key.id in settings.keys):
            for name in _split(key.keys):
                other = meanings.setdefault(_textual_name(name), key)
                if other is not key and key.id in settings.keys:
                    yield Problem(
                        settings.origins[f"keys.{key.id}"],
                        f"{key.id}: {shown_key(_textual_name(name))} is {other.id} on the {screen}"
                        f" already; give {other.id} another key",
                    )


def _split(keys: str) -> list[str]:
    """The names of keys in a list separated by commas; a comma among them is ``comma``."""
    return [key.strip() for key in keys.split(",") if key.strip()] or ["comma"]


@lru_cache(maxsize=512)
def _textual_name(key: str) -> str:
    """Textual's name of a key: ``question_mark`` for ``?``."""
    (binding,) = Binding.make_bindings([Binding(key, "")])
    return binding.key


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    return len(base) == 1 or base in _KNOWN or bool(_character(base))


def _character(name: str) -> str:
    """The character of a key that Textual calls so (``left_square_bracket``); empty for others."""
    if len(name) == 1:
        return name
    if name in _ascii_names():
        return _ascii_names()[name]
    try:
        return unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""


@lru_cache(maxsize=1)
def _ascii_names() -> dict[str, str]:
    return {_textual_name(chr(code)): chr(code) for code in range(0x21, 0x7F) if chr(code) != ","}
