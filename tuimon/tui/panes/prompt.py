"""The line in which something is typed that a screen asks for; the screen follows every key."""

from collections.abc import Callable, Collection
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.widgets import Input, Static

from tuimon.store.filters import MOST_LENGTH
from tuimon.text import safe
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings

MOST_REMEMBERED = 50
"""Lines in a history."""
_FILTERS = "loss -val    model/    *_norm    acc or f1    /layer_[0-4]/    run:adam"


class Prompt(KeyOwner, Container):
    """Hidden until `open` is called. Enter keeps what was typed, if that is right; Esc takes it
    back. What is wrong is told whole, in the place of the footer."""

    TOPICS: ClassVar[Topics] = {
        "The line": (
            Key("line-clear", "escape", "clear", "Clear", "Clear the line, leave it", "clear", 90),
            Key("line-earlier", "up", "recall(-1)", "Earlier", "Recall a line", "earlier", 80),
            Key("line-later", "down", "recall(1)", "Later"),
            Key("line-complete", "tab", "complete", "Complete", "Complete a tag", "tag", 85),
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    takes_keys = True
    about = "A line is typed: Enter keeps what stands in it."

    DEFAULT_CSS = """
    Prompt {
        dock: bottom; height: auto; display: none; background: $panel; margin-bottom: 1;
        Horizontal { height: 1; }
        Static { width: auto; padding: 0 1; }
        .asked { max-width: 40%; color: $primary; text-style: bold; }
        Input { width: 1fr; }
        .said { max-width: 50%; color: $text-muted; }
        .why { display: none; width: 100%; color: $error; }
        &.-wrong { margin-bottom: 0; .said { display: none; } .why { display: block; } }
    }
    """

    def __init__(
        self,
        typed: Callable[[str], None],
        ended: Callable[[], None],
        *,
        asked: str = "",
        examples: str = "",
        history: list[str] | None = None,
        kept: Callable[[str], None] = lambda text: None,
        completions: Callable[[str], list[str]] | None = None,
        id: str,
    ) -> None:
        """`typed` gets the text with every key, `kept` where Enter keeps it, `ended` is called once
        the line is left.

        `history` has the lines of before, the newest last; those that are kept come to it.
        `completions` has texts that the beginning of the line could become.
        """
        super().__init__(id=id)
        self._asked = Static(asked, classes="asked", markup=False)
        self._input = Input(
            placeholder=examples,
            compact=True,
            max_length=MOST_LENGTH,
            select_on_focus=completions is None,  # what is long is changed, not typed anew
        )
        self._said = Static("", classes="said", markup=False)
        self._why = Static("", classes="why", markup=False)
        self.history = [] if history is None else history
        """Those of before, the newest last."""
        self._remembers = history is not None
        self._on_typed, self._on_ended, self._on_kept = typed, ended, kept
        self._completions = completions
        self._completing: tuple[str, list[str]] = "", []
        """The line that was completed last, and what else it may be completed to."""
        self._recalled = 0
        """Index in the history; its length stands for what was typed anew."""
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._asked
            yield self._input
            yield self._said
        yield self._why

    def open(self, text: str = "", *, asked: str | None = None) -> None:
        """Let `text` be changed, which is what is `asked` for (else what the constructor says)."""
        if asked is not None:
            self._asked.update(asked)
        self.text = text
        self._recalled = len(self.history)
        self.display = True
        self.screen.set_focus(self._input)

    def close(self) -> None:
        """Ask no more."""
        if self.display:
            self.display = False
            self.remove_class("-wrong")
            self._on_ended()

    def idle_keys(self) -> Collection[str]:
        idle = () if self.history else ("line-earlier",)
        return idle if self._completions else (*idle, "line-complete")

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Tell what came of the text."""
        self.set_class(wrong, "-wrong")
        (self._why if wrong else self._said).update(text)

    @property
    def is_wrong(self) -> bool:
        """Whether what stands in the line makes no sense, and so is not kept."""
        return self.has_class("-wrong")

    @property
    def said(self) -> str:
        """What was told last."""
        return str((self._why if self.is_wrong else self._said).content)

    @property
    def text(self) -> str:
        """What stands in the line. Setting it tells nobody, and makes it safe to be shown."""
        return self._input.value

    @text.setter
    def text(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._input.value = safe(text)
        self._input.cursor_position = len(self._input.value)

    def action_clear(self) -> None:
        self._on_typed("")
        self.close()

    def action_recall(self, steps: int) -> None:
        """Go back or forth in the lines of before, and at the end to what was typed."""
        if self._recalled >= len(self.history):
            self._typed = self.text
        self._recalled = min(max(self._recalled + steps, 0), len(self.history))
        self.text = [*self.history, self._typed][self._recalled]
        self._on_typed(self.text)

    def action_complete(self) -> None:
        """Complete the tag before the cursor; again: to the next one that it may be."""
        if self._completions is None:
            raise SkipAction
        at, text = self._input.cursor_position, self.text
        done, others = self._completing
        found = others if text == done and others else self._completions(text[:at])
        if found:
            self.text = found[0] + text[at:]
            self._input.cursor_position = len(found[0])
            self._completing = self.text, [*found[1:], found[0]]
            self._on_typed(self.text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._on_typed(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.is_wrong:
            return
        text = event.value.strip()
        if text and self._remembers:
            self.history[:] = [*(old for old in self.history if old != text), text]
            del self.history[:-MOST_REMEMBERED]
        self._on_kept(text)
        self.close()


def filter_prompt(
    typed: Callable[[str], None], ended: Callable[[], None], history: list[str]
) -> Prompt:
    """The line in which a filter is typed."""
    return Prompt(typed, ended, asked="filter /", examples=_FILTERS, history=history, id="filter")
