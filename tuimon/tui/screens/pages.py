"""Screens to read: the help, and what there is to know about a run."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple, get_args

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tuimon.charts import roles
from tuimon.text import width
from tuimon.tui.keys.key_owner import KeyOwner, KeySource, focus_keys
from tuimon.tui.keys.key_tables import Key, bindings, help_rows
from tuimon.tui.themes.styles import styles_on

_CLOSING = "escape,q,question_mark,i,a,enter,f1,M,ctrl+c"
TEXT_KEYS = (Key("text-close", _CLOSING, "dismiss", "Close", "Close what is read"),)

_EXPLANATION = """\
A chart pairs the train and test curves of one metric, last values beside their names. The bright \
line is smoothed as in TensorBoard, the dim band behind it is what was logged. NaN and infinite \
values are marked at the edge and counted in the title. So are points \
overwritten by a resume, which d shows.

The training runs under a guardian of its own: leaving, closing the terminal or losing the \
connection does not touch it. Come back from any terminal: tuimon attach"""

_LOOK_EVERY = 1.0
_WIDE = 116
"""Columns of a terminal that has room for two columns of keys."""
_ADDRESS = re.compile(r"https?://[!-~]+")


class TextSection(NamedTuple):
    """Rows of a table, their first column highlighted, under a title."""

    title: str
    rows: Sequence[tuple[str, str]]


class TextScreen(ModalScreen[None]):
    """Text in a box over the main screen; scrolls when it is longer than the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TEXT_KEYS)]
    DEFAULT_CSS = """
    TextScreen { align: center middle; background: $background 60%; }
    TextScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 2;
        scrollbar-size-vertical: 1;
        border-title-color: $primary; border-subtitle-color: $foreground 60%;
    }
    TextScreen Container { height: auto; }
    TextScreen Static { height: auto; margin-top: 1; }
    TextScreen.-wide VerticalScroll { width: 130; }
    TextScreen.-wide Container { layout: horizontal; margin-top: 1; }
    TextScreen.-wide Container Static { width: 1fr; margin: 0 2 0 0; }
    """

    def __init__(self, title: str, text: str, *sections: TextSection) -> None:
        """The sections stand below `text`, in two columns where there is room for it."""
        super().__init__()
        self._title = title
        self._text = text
        self._sections: Sequence[TextSection] = sections

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = self._title
            box.border_subtitle = "Esc closes"
            if self._text:
                yield Static(Text(self._text))
            with Container():
                for column in _columns(self._sections):
                    yield Static(self._tables(column))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(len(self._sections) > 1 and event.size.width >= _WIDE, "-wide")

    def _tables(self, sections: Sequence[TextSection]) -> Group:
        names = [name for section in sections for name, _ in section.rows]
        parts: list[Table | Text] = []
        for title, rows in sections:
            if title:
                parts.append(Text(f"\n{title}" if parts else title, style="bold"))
            parts.append(self._table(rows, max(map(width, names), default=0)))
        return Group(*parts)

    def _table(self, rows: Sequence[tuple[str, str]], cells: int) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=cells)
        table.add_column(overflow="fold")
        key = styles_on(self)[roles.FOCUS]
        for name, meaning in rows:
            link = Style(link=meaning) if _ADDRESS.fullmatch(meaning) else Style()
            table.add_row(Text(name, style=key), Text(meaning, style=link))
        return table


def _columns(sections: Sequence[TextSection]) -> list[Sequence[TextSection]]:
    """The sections in one column or, if there are several, in two of about the same height."""
    heights = list(accumulate(len(section.rows) + 2 for section in sections))
    if len(sections) < 2:
        return [sections]
    cut = min(range(1, len(sections)), key=lambda n: abs(heights[-1] - 2 * heights[n - 1]))
    return [sections[:cut], sections[cut:]]


class FactsScreen(TextScreen):
    """What is known of a training, as it becomes known while it is read."""

    def __init__(self, title: str, tell: Callable[[], tuple[str, list[tuple[str, str]]]]) -> None:
        """`tell` gives the text and the rows of now."""
        self._tell = tell
        text, rows = tell()
        super().__init__(title, text, TextSection("", rows))

    def on_mount(self) -> None:
        self.set_interval(_LOOK_EVERY, self._look)

    async def _look(self) -> None:
        text, rows = self._tell()
        sections = (TextSection("", rows),)
        if (text, sections) == (self._text, self._sections):
            return
        self._text, self._sections = text, sections
        read_to = self.query_one(VerticalScroll).scroll_offset
        await self.recompose()
        self.query_one(VerticalScroll).scroll_to(*read_to, animate=False)


class HelpScreen(TextScreen):
    """What the screen shows and what the keys do; first what has the focus, if that says so."""

    def __init__(self, screen: Screen[Any]) -> None:
        near = [*(screen.focused or screen).ancestors_with_self]
        about = next((one.about for one in near if isinstance(one, KeyOwner) and one.about), "")
        topics: dict[tuple[str, str], list[Key]] = {}
        for source, topic, key in focus_keys(screen):
            topics.setdefault((source, topic), []).append(key)
        super().__init__(
            "tuimon",
            f"{about}\n\n{_EXPLANATION}" if about else _EXPLANATION,
            *(
                TextSection(topic, help_rows(keys))
                for source in get_args(KeySource)
                for (found, topic), keys in topics.items()
                if found == source
            ),
        )
