"""A question: how many charts on a page."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tuimon.charts import roles
from tuimon.tui.themes.styles import styles_on

Shape = tuple[int, int]
"""Columns and rows of charts."""

MOST = 6


class ShapeScreen(ModalScreen[Shape | str]):
    """Returns columns and rows, "auto", or "" after Escape: two digits, or `a`."""

    DEFAULT_CSS = """
    ShapeScreen { align: center middle; background: $background 60%; }
    ShapeScreen Vertical {
        width: 52; max-width: 100%; height: auto; padding: 1 2;
        background: $surface; border: round $primary;
    }
    ShapeScreen Static { height: auto; }
    """

    def __init__(self, shape: Shape | None) -> None:
        """`shape` is the present one, None where it follows the room."""
        super().__init__()
        self._shape = shape
        self._columns: int | None = None
        self._said = Static(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._said

    def on_mount(self) -> None:
        self._say()

    def _say(self) -> None:
        key = styles_on(self)[roles.FOCUS]
        now = "as many as are readable" if self._shape is None else "{} x {}".format(*self._shape)
        if self._columns is None:
            text = Text.assemble(
                "Charts on a page: columns, then rows\n",
                (f"now {now}\n\n", "dim"),
                (f"1-{MOST}", key),
                "  columns\n",
                ("  a", key),
                "  auto: as many as are readable\n",
                ("Esc", key),
                "  cancel",
            )
        else:
            text = Text.assemble(
                f"{self._columns} columns, and how many rows?\n\n",
                (f"1-{MOST}", key),
                "  rows\n",
                ("Esc", key),
                "  cancel",
            )
        self._said.update(text)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "escape":
            self.dismiss("")
        elif event.character == "a" and self._columns is None:
            self.dismiss("auto")
        elif event.character and event.character in "123456":
            number = int(event.character)
            if self._columns is None:
                self._columns = number
                self._say()
            else:
                self.dismiss((self._columns, number))
