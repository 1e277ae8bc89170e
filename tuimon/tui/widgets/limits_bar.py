"""The line in which limits of charts are typed; the charts follow every key."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tuimon.tui.keymap import LINE_CLEAR, bindings

_EXAMPLES = "x=0:5000    y=2:13    y=:1e-3    x=10k:"
_MOST_LENGTH = 120


class LimitsBar(Horizontal):
    """Hidden until `open` is called; Enter keeps the limits, Esc clears them."""

    DEFAULT_CSS = """
    LimitsBar {
        dock: bottom; height: 1; display: none; background: $panel; margin-bottom: 1;
        #limits-of { width: auto; max-width: 40%; color: $primary; text-style: bold; padding: 0 1; }
        Input { width: 1fr; }
        #limits-said { width: auto; max-width: 50%; color: $text-muted; padding: 0 1; }
        &.-wrong #limits-said { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings([LINE_CLEAR])]

    @dataclass
    class Changed(Message):
        """Other limits stand in the line."""

        text: str

    class Closed(Message):
        """Typing has ended."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked = Static("", id="limits-of", markup=False)
        self._input = Input(placeholder=_EXAMPLES, compact=True, max_length=_MOST_LENGTH)
        self._said = Static("", id="limits-said", markup=False)

    def compose(self) -> ComposeResult:
        yield self._asked
        yield self._input
        yield self._said

    def open(self, name: str, text: str) -> None:
        """Ask for what is called `name` and is `text` now."""
        self._asked.update(name)
        self.say("Enter keeps, Esc clears")
        with self.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)
        self.display = True
        self._input.focus()

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Tell what came of the limits."""
        self.set_class(wrong, "-wrong")
        self._said.update(text)

    def action_clear(self) -> None:
        self.post_message(self.Changed(""))
        self._close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close()

    def _close(self) -> None:
        self.display = False
        self.post_message(self.Closed())
