"""Names of keys: as Textual has them, and as people write them."""

from functools import lru_cache

from textual.binding import Binding
from textual.keys import Keys

from tuimon.present.key import character_of

_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_KNOWN = frozenset(key.value for key in Keys)


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
    return base in _KNOWN or bool(character_of(base))
