"""The line in which something is typed that a screen asks for; the screen follows every key."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tuimon.store.filters import MOST_LENGTH
from tuimon.tui.keys.key import Key, bindings

LINE_KEYS = (
    Key("line-clear", "escape", "clear", "Clear", "Clear the line and leave it"),
    Key("line-earlier", "up", "recall(-1)", "Earlier", "Earlier, later lines"),
    Key("line-later", "down", "recall(1)", "Later"),
)

MOST_REMEMBERED = 50
"""Lines in a history."""
_FILTERS = "loss -val    train/*    acc or f1    /layer_[0-4]/    run:adam"


class Prompt(Horizontal):
    """Hidden until `open` is called. Enter keeps what was typed, Esc takes it back.

    A screen with several of them tells their messages apart by id: `@on(Prompt.Changed, "#find")`.
    """

    DEFAULT_CSS = """
    Prompt {
        dock: bottom; height: 1; display: none; background: $panel; margin-bottom: 1;
        Static { width: auto; padding: 0 1; }
        .asked { max-width: 40%; color: $primary; text-style: bold; }
        Input { width: 1fr; }
        .said { max-width: 50%; color: $text-muted; }
        &.-wrong .said { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LINE_KEYS)]

    class _PromptMessage(Message):
        def __init__(self, prompt: "Prompt") -> None:
            super().__init__()
            self.prompt = prompt

        @property
        def control(self) -> "Prompt":
            """For selectors."""
            return self.prompt

    class Changed(_PromptMessage):
        """Other text stands in the line."""

        def __init__(self, prompt: "Prompt", text: str) -> None:
            super().__init__(prompt)
            self.text = text

    class Closed(_PromptMessage):
        """Typing has ended."""

    def __init__(
        self,
        asked: str = "",
        *,
        examples: str = "",
        history: list[str] | None = None,
        id: str | None = None,
    ) -> None:
        """`history` has the lines of before, the newest last; those that are kept come to it."""
        super().__init__(id=id)
        self._asked = Static(asked, classes="asked", markup=False)
        self._input = Input(placeholder=examples, compact=True, max_length=MOST_LENGTH)
        self._said = Static("", classes="said", markup=False)
        self._history = history
        self._recalled = 0
        """Index in the history; its length stands for what was typed anew."""
        self._typed = ""

    def compose(self) -> ComposeResult:
        yield self._asked
        yield self._input
        yield self._said

    def open(self, text: str = "", *, asked: str | None = None) -> None:
        """Let `text` be changed, which is what is `asked` for (else what the constructor says)."""
        if asked is not None:
            self._asked.update(asked)
        self.text = text
        self._recalled = len(self._history or ())
        self.display = True
        self.screen.set_focus(self._input)

    def close(self) -> None:
        """Ask no more."""
        if self.display:
            self.display = False
            self.post_message(self.Closed(self))

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Tell what came of the text."""
        self.set_class(wrong, "-wrong")
        self._said.update(text)

    @property
    def text(self) -> str:
        """What stands in the line. Setting it tells nobody."""
        return self._input.value

    @text.setter
    def text(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)

    def action_clear(self) -> None:
        self.post_message(self.Changed(self, ""))
        self.close()

    def action_recall(self, steps: int) -> None:
        """Go back or forth in the lines of before, and at the end to what was typed."""
        history = self._history or []
        if self._recalled >= len(history):
            self._typed = self.text
        self._recalled = min(max(self._recalled + steps, 0), len(history))
        self.text = [*history, self._typed][self._recalled]
        self.post_message(self.Changed(self, self.text))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text and self._history is not None:
            self._history[:] = [*(old for old in self._history if old != text), text]
            del self._history[:-MOST_REMEMBERED]
        self.close()


def filter_prompt(history: list[str]) -> Prompt:
    """The line in which a filter is typed."""
    return Prompt("filter /", examples=_FILTERS, history=history, id="filter")
