"""Keys as bytes for the training's terminal."""

import pytest
from textual import events

from tuimon.terminal.typed import typed


@pytest.mark.parametrize(
    ("key", "character", "sent"),
    [
        ("a", "a", "a"),
        ("A", "A", "A"),
        ("ä", "ä", "ä"),
        ("space", " ", " "),
        ("left_square_bracket", "[", "["),
        ("enter", "\r", "\r"),
        ("backspace", "\x7f", "\x7f"),
        ("escape", "\x1b", "\x1b"),
        ("up", None, "\x1b[A"),
        ("ctrl+c", "\x03", "\x03"),
        ("ctrl+d", "\x04", "\x04"),
        ("ctrl+z", "\x1a", "\x1a"),
        ("delete", None, "\x1b[3~"),
        ("f5", None, ""),
    ],
)
def test_keys(key: str, character: str | None, sent: str):
    assert typed(events.Key(key, character)) == sent
