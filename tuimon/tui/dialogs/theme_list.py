"""The list of themes: what the cursor is on is what the screen behind it looks like."""

from contextlib import suppress

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuimon.text import safe
from tuimon.tui.themes.choice import ThemeChoice

_AS_SET = "as the settings say"


class ThemeNames(OptionList):
    """A list that may be paged before it is laid out: Textual does not know its lines then."""

    def action_page_up(self) -> None:
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]


class ThemeList(ModalScreen[None]):
    """Chooses a theme; Escape leaves the one that was there."""

    DEFAULT_CSS = """
    ThemeList { align: right top; background: $background 0%; }
    ThemeList Vertical { width: 30; height: 100%; background: $surface; border: round $primary; }
    ThemeList Static { height: auto; padding: 0 1; }
    ThemeList ThemeNames, ThemeList ThemeNames:focus {
        height: 1fr; border: none; padding: 0 1; background: $surface; color: $foreground;
    }
    """

    def __init__(self, themes: ThemeChoice) -> None:
        super().__init__()
        self._themes = themes
        self._names = themes.names()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Themes", markup=False)
            yield ThemeNames(*(Option(safe(name) or _AS_SET) for name in self._names), markup=False)
            yield Static("Enter keeps, Esc leaves it", markup=False)

    def on_mount(self) -> None:
        shown = self._names.index(self.app.theme)
        self.query_one(OptionList).highlighted = shown

    @on(OptionList.OptionHighlighted)
    def _try_on(self, message: OptionList.OptionHighlighted) -> None:
        self._themes.try_on(self._names[message.option_index])

    @on(OptionList.OptionSelected)
    def _choose(self, message: OptionList.OptionSelected) -> None:
        self._themes.choose(self._names[message.option_index])
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self._themes.give_up()
            self.dismiss()
