"""Names of keys: as Textual has them, as people write them, as they are shown."""

import unicodedata
from functools import lru_cache

from textual.binding import Binding
from textual.keys import Keys

_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_SHOWN = {
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
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


@lru_cache(maxsize=512)
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


@lru_cache(maxsize=512)
def textual_name(key: str) -> str:
    """Textual's name of a key: ``question_mark`` for ``?``."""
    (binding,) = Binding.make_bindings([Binding(key, "")])
    return binding.key


def is_key(key: str) -> bool:
    """Whether there is a key of that name."""
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
    return {textual_name(chr(code)): chr(code) for code in range(0x21, 0x7F) if chr(code) != ","}
