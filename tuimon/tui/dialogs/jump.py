"""A letter on everything that can have the focus: the letter typed, one is there."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

_LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The ones under the fingers come first."""


class JumpTarget(NamedTuple):
    """What one can jump to: where its letter stands on the screen, and what the jump does."""

    x: int
    y: int
    jump: Callable[[], object]
    is_before: bool = False
    """The letter stands before that column, so as not to cover what is there."""


def labels(count: int) -> list[str]:
    """So many different labels, of one letter each if there are enough, else of two."""
    if count <= len(_LETTERS):
        return list(_LETTERS[:count])
    return ["".join(pair) for pair in product(_LETTERS, repeat=2)][:count]


class JumpScreen(ModalScreen[JumpTarget | None]):
    """Returns the target whose label was typed, None after any other key."""

    DEFAULT_CSS = """
    JumpScreen { background: $background 0%; }
    JumpScreen Static {
        position: absolute; width: auto; height: 1; padding: 0;
        background: $accent; color: $background; text-style: bold;
    }
    JumpScreen Static.-out { display: none; }
    """

    def __init__(self, targets: Sequence[JumpTarget]) -> None:
        super().__init__()
        found = zip(labels(len(targets)), targets, strict=False)
        self.targets: Mapping[str, JumpTarget] = dict(found)
        """By label."""
        self._typed = ""
        self._signs: dict[str, Static] = {}

    def compose(self) -> ComposeResult:
        for label, target in self.targets.items():
            sign = self._signs[label] = Static(label, markup=False)
            before = len(label) if target.is_before else 0
            sign.styles.offset = max(0, target.x - before), target.y
            yield sign

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._typed += event.character or " "
        if self._typed in self.targets:
            self.dismiss(self.targets[self._typed])
        elif not any(label.startswith(self._typed) for label in self.targets):
            self.dismiss(None)
        for label, sign in self._signs.items():
            sign.set_class(not label.startswith(self._typed), "-out")

    def on_click(self) -> None:
        self.dismiss(None)
