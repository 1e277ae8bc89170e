"""What the screen shows and what the keys do."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tuimon.tui.keymap import KEYS

_EXPLANATION = """\
Each chart pairs the train and test curves of one metric. The bright line is the smoothed curve \
(TensorBoard's, at the factor in the title), the dim band around it what was really logged. \
NaN and infinite values are marked on the chart's edge and counted in its title. \
The last values stand beside the names.

The training runs under its own guardian: leaving, closing the terminal or losing the connection \
does not touch it. Come back from any terminal with  tuimon attach"""


class HelpScreen(ModalScreen[None]):
    """Keys and a short explanation; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,f1,ctrl+c", "dismiss", "close")
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 2;
        border-title-color: $primary; border-subtitle-color: $foreground 60%;
    }
    HelpScreen Static { height: auto; margin-top: 1; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "tuimon"
            box.border_subtitle = "Esc closes"
            yield Static(self._keys())
            yield Static(Text(_EXPLANATION))

    def _keys(self) -> Table:
        table = Table.grid(padding=(0, 2))
        colour = self.app.theme_variables.get("primary", "cyan")
        for key in KEYS:
            table.add_row(Text(key.shown, style=f"bold {colour}"), Text(key.help))
        return table
