"""Keys without a toolkit: what a table of them is made of, and how people read their names."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

_SHOWN = {
    "escape": "Esc",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "delete": "Del",
    "insert": "Ins",
    "left": "←",
    "down": "↓",
    "up": "↑",
    "right": "→",
}
_CHARACTERS = {
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}
"""Those that toolkits call otherwise than Unicode does."""


class Key(NamedTuple):
    """One binding."""

    id: str
    keys: str
    """As Textual names them, separated by commas; the first one is shown."""
    action: str
    name: str
    """In the command palette."""
    help: str = ""
    """In the help; empty where the key before explains this one, too."""
    label: str = ""
    """In the footer."""
    footer: int = 0
    """Importance in the footer; 0 keeps it out."""
    inside: bool = False
    """Works only when a view was entered, and has arrows that choose tags and steps outside."""
    asks: str = ""
    """What the user is asked to type; the view gets the text, with every change of it."""

    @property
    def names(self) -> list[str]:
        """Textual's name of each key."""
        return self.keys.split(",")

    @property
    def shown(self) -> str:
        """As a person reads it."""
        return shown_key(self.names[0])


@lru_cache(maxsize=512)
def shown_key(name: str) -> str:
    """A key as people read it: `Ctrl-P` for ``ctrl+p``, `?` for ``question_mark``."""
    *modifiers, base = name.split("+") if len(name) > 1 else [name]
    shown = _SHOWN.get(base) or character_of(base) or base.title()
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    return "".join(f"{modifier.title()}-" for modifier in modifiers) + shown


def character_of(name: str) -> str:
    """The character of a key that is called so (``left_square_bracket``); empty for others."""
    if len(name) == 1:
        return name
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    try:
        found = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""
    return found if found.isprintable() else ""
