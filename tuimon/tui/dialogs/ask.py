"""A question with a few answers, each under a letter of its own."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tuimon.charts import roles
from tuimon.tui.themes.styles import styles_on


class Answer(NamedTuple):
    """An answer: the key to press, what it means, and the value the screen returns."""

    key: str
    label: str
    value: str
    other_key: str = ""
    """Textual's name of another key for it."""


class AskScreen(ModalScreen[str]):
    """Returns the value of the chosen answer, or "" after Escape."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; background: $background 60%; }
    AskScreen Vertical {
        width: 68; max-width: 100%; height: auto; padding: 1 2;
        background: $surface; border: round $warning;
    }
    AskScreen Static { height: auto; }
    AskScreen #answers { margin-top: 1; }
    """

    def __init__(self, question: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._question = question
        self._answers = [*answers, Answer("Esc", "cancel", "")]

    def compose(self) -> ComposeResult:
        key = styles_on(self)[roles.FOCUS]
        lines = [
            Text.assemble((f"{answer.key:>3}", key), f"  {answer.label}")
            for answer in self._answers
        ]
        with Vertical():
            yield Static(Text(self._question))
            yield Static(Text("\n").join(lines), id="answers")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "escape":
            self.dismiss("")
        for answer in self._answers:
            typed = (event.character or "").lower()
            if typed == answer.key.lower() or event.key == answer.other_key:
                self.dismiss(answer.value)
