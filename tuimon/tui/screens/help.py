"""What the screen shows and what the keys do."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tuimon.tui.keymap import help_rows

_EXPLANATION = """\
A chart pairs the train and test curves of one metric, last values beside their names. The bright \
line is smoothed as in TensorBoard, the dim band behind it is what was logged. NaN and infinite \
values are marked at the edge and counted in the title.

The training runs under a guardian of its own: leaving, closing the terminal or losing the \
connection does not touch it. Come back from any terminal: tuimon attach"""


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
            yield Static(Text(_EXPLANATION))
            yield Static(self._keys())

    def _keys(self) -> Table:
        table = Table.grid(padding=(0, 2))
        colour = self.app.theme_variables.get("primary", "cyan")
        for keys, meaning in help_rows():
            table.add_row(Text(keys, style=f"bold {colour}"), Text(meaning))
        return table
