"""Keys as a terminal sends them: what is typed on the screen, for the training's terminal."""

from textual import events

_SEQUENCES = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+left": "\x1b[1;5D",
    "ctrl+right": "\x1b[1;5C",
}
"""Textual's names → what xterm sends (ctlseqs, "PC-Style Function Keys")."""


def typed(event: events.Key) -> str:
    """What a terminal sends for a key; empty for one that it has no code for."""
    if event.key in _SEQUENCES:
        return _SEQUENCES[event.key]
    name = event.key.removeprefix("ctrl+")
    if name != event.key and len(name) == 1 and name.isascii() and name.isalpha():
        return chr(ord(name.upper()) - 64)
    return event.character or ""
