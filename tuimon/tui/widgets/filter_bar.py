"""The line in which a filter is typed; what it shows follows every key."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tuimon.store.filters import MOST_LENGTH
from tuimon.tui.keymap import LINE_KEYS, bindings

_EXAMPLES = "loss -val    train/*    acc or f1    /layer_[0-4]/    run:adam"


class FilterBar(Horizontal):
    """Hidden until `open` is called; Enter keeps the filter, Esc clears it."""

    DEFAULT_CSS = """
    FilterBar {
        dock: bottom; height: 1; display: none; background: $panel; margin-bottom: 1;
        #filter-prompt { width: 10; color: $primary; text-style: bold; }
        Input { width: 1fr; }
        #filter-said { width: auto; max-width: 50%; color: $text-muted; padding: 0 1; }
        &.-wrong #filter-said { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LINE_KEYS)]

    @dataclass
    class Changed(Message):
        """The text of the filter is another one now."""

        text: str

    class Closed(Message):
        """Typing has ended."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._input = Input(placeholder=_EXAMPLES, compact=True, max_length=MOST_LENGTH)
        self._said = Static("", id="filter-said", markup=False)
        self._history: list[str] = []
        self._recalled = 0

    def compose(self) -> ComposeResult:
        yield Static(" filter /", id="filter-prompt", markup=False)
        yield self._input
        yield self._said

    def open(self) -> None:
        """Begin to type."""
        self.display = True
        self._recalled = len(self._history)
        # At once, so that what is typed without waiting is meant for the line.
        self.screen.set_focus(self._input)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Tell what came of the filter."""
        self.set_class(wrong, "-wrong")
        self._said.update(text)

    @property
    def text(self) -> str:
        """The filter as it stands in the line."""
        return self._input.value

    @text.setter
    def text(self, text: str) -> None:
        self._input.value = text

    def action_clear(self) -> None:
        self.text = ""
        self._close()

    def action_recall(self, steps: int) -> None:
        """Go back or forth in the filters of before."""
        self._recalled = min(max(self._recalled + steps, 0), len(self._history))
        recalled = self._history[self._recalled : self._recalled + 1]
        self._input.value = recalled[0] if recalled else ""
        self._input.cursor_position = len(self._input.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            self._history = [*(old for old in self._history if old != text), text]
        self._close()

    def _close(self) -> None:
        self.display = False
        self.post_message(self.Closed())
