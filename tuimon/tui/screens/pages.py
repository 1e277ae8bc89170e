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
from tuimon.charts.model import MarkStyle
from tuimon.present.signs import signs
from tuimon.text import width
from tuimon.tui.keys.key_owner import KeyOwner, KeySource, focus_keys
from tuimon.tui.keys.key_tables import Key, bindings, help_rows
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.themes.styles import styles_on

_CLOSING = "escape,q,question_mark,i,a,enter,f1,M,ctrl+c"
TEXT_KEYS = (
    Key("text-close", _CLOSING, "dismiss", "Close", "Close what is read"),
    Key("text-find", "slash", "find", "Find", "Find in what is read"),
)

_EXPLANATION = """\
A chart pairs the train and test curves of one metric, last values beside their names. The bright \
line is smoothed as in TensorBoard, the dim band behind it is what was logged. NaN and infinite \
values are marked at the edge and counted in the title. So are points overwritten by a resume, \
which d shows.

The pointer of the mouse reads values, dragging marks a range that z zooms into, the wheel zooms, \
and what stands in the footer can be clicked.

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

    def found(self, words: Sequence[str]) -> "TextSection":
        """The rows that have all of these words, in lower case, under its title."""
        rows = [
            row
            for row in self.rows
            if all(word in " ".join((self.title, *row)).casefold() for word in words)
        ]
        return self._replace(rows=rows)


class TextScreen(ModalScreen[None]):
    """Text in a box over the main screen; scrolls when it is longer than the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TEXT_KEYS)]
    DEFAULT_CSS = """
    TextScreen { align: center middle; background: $background 60%; }
    TextScreen VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $primary; padding: 0 2;
        scrollbar-size-vertical: 1;
        border-title-color: $primary; border-subtitle-color: $foreground-muted;
    }
    TextScreen Container { height: auto; }
    TextScreen VerticalScroll Static { height: auto; margin-top: 1; }
    TextScreen.-wide VerticalScroll { width: 130; }
    TextScreen.-wide Container { layout: horizontal; margin-top: 1; }
    TextScreen.-wide Container Static { width: 1fr; margin: 0 2 0 0; }
    TextScreen Prompt { margin-bottom: 0; }
    """

    def __init__(self, title: str, text: str, *sections: TextSection) -> None:
        """The sections stand below `text`, in two columns where there is room for it."""
        super().__init__()
        self._title = title
        self._text = text
        self._sections: Sequence[TextSection] = sections
        self._words: list[str] = []
        """That are looked for."""
        self._box = VerticalScroll()
        self._above = Static()
        self._columns = Static(), Static()
        self._prompt = Prompt(self._find, self._end_finding, asked="find /", id="find")

    def compose(self) -> ComposeResult:
        self._box.border_title = self._title
        with self._box:
            yield self._above
            with Container():
                yield from self._columns
        yield self._prompt

    def on_mount(self) -> None:
        self._fill()

    def _fill(self) -> None:
        """Show what there is now, or what is found of it."""
        sections = [section.found(self._words) for section in self._sections]
        shown = [section for section in sections if section.rows] if self._words else sections
        text = self._text if not self._words else "" if shown else "Nothing has these words."
        self._above.update(Text(text))
        self._above.display = bool(text)
        for column, tables in zip(self._columns, [*_halves(shown), ()], strict=False):
            column.update(self._tables(tables))
            column.display = bool(tables)
        find = "" if self._words else "/ find   "
        self._box.border_subtitle = f"{find}Esc closes"

    def action_find(self) -> None:
        self._box.styles.min_height = self._box.outer_size.height  # it does not jump
        self._prompt.open()

    def _find(self, text: str) -> None:
        self._words = text.casefold().split()
        self._fill()

    def _end_finding(self) -> None:
        self.set_focus(self._box)

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


def _halves(sections: Sequence[TextSection]) -> list[Sequence[TextSection]]:
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

    def _look(self) -> None:
        text, rows = self._tell()
        sections = (TextSection("", rows),)
        if (text, sections) == (self._text, self._sections):
            return
        self._text, self._sections = text, sections
        self._fill()


class HelpScreen(TextScreen):
    """What the screen shows and what the keys do; first what has the focus, if that says so."""

    def __init__(self, screen: Screen[Any], marks: MarkStyle) -> None:
        """`marks` are what the charts of `screen` are drawn with."""
        near = [*(screen.focused or screen).ancestors_with_self]
        about = next((one.about for one in near if isinstance(one, KeyOwner) and one.about), "")
        topics: dict[tuple[str, str], list[Key]] = {}
        for source, topic, key in focus_keys(screen):
            topics.setdefault((source, topic), []).append(key)
        super().__init__(
            "help",
            f"{about}\n\n{_EXPLANATION}" if about else _EXPLANATION,
            *(
                TextSection(topic, help_rows(keys))
                for source in get_args(KeySource)
                for (found, topic), keys in topics.items()
                if found == source
            ),
            TextSection("Signs", signs(marks)),
        )
