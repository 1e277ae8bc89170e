"""A line in which something is typed that a view asks for; the view follows every key."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tuimon.tui.keymap import LINE_CLEAR, bindings

_MOST_LENGTH = 200


class Prompt(Horizontal):
    """Hidden until `open` is called. Enter keeps what was typed, Esc takes it back."""

    DEFAULT_CSS = """
    Prompt {
        dock: bottom; height: 1; display: none; background: $panel; margin-bottom: 1;
        Static { width: auto; color: $primary; text-style: bold; padding: 0 1; }
        Input { width: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings([LINE_CLEAR])]

    @dataclass
    class Changed(Message):
        """Other text stands in the line."""

        text: str

    class Closed(Message):
        """Typing has ended."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asked = Static("", markup=False)
        self._input = Input(compact=True, max_length=_MOST_LENGTH)

    def compose(self) -> ComposeResult:
        yield self._asked
        yield self._input

    def open(self, name: str) -> None:
        """Ask for what is called `name`."""
        self._asked.update(name)
        self._input.value = ""
        self.display = True
        self.screen.set_focus(self._input)  # at once: more keys may be on their way

    def close(self) -> None:
        """Ask no more."""
        if self.display:
            self.display = False
            self.post_message(self.Closed())

    def action_clear(self) -> None:
        self.post_message(self.Changed(""))
        self.close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.close()
