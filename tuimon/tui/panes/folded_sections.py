"""Sections of charts that are folded: a row each, with the newest values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual.actions import SkipAction
from textual.binding import BindingType
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.text import fit, format_value, safe, width
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.cells import line
from tuimon.tui.panes.cursor_list import CursorList

_MOST_ROWS = 6
_UNFOLD = Key("fold", "f", "choose", "Unfold the section")


class FoldedSection(NamedTuple):
    """A row: name of the section, how many charts it has, (title, newest value) of them."""

    name: str
    charts: int
    values: Sequence[tuple[str, float]]


class FoldedSections(KeyOwner, CursorList[FoldedSection]):
    """Below the charts; hidden while no section is folded."""

    TOPICS: ClassVar[Topics] = {
        "Folded sections": (
            Key("zoom", "enter", "choose", "Unfold", "Unfold the section", "unfold", 70),
            _UNFOLD,
            Key("down", "down,j", "move(1)", "Next section", "Choose a section"),
            Key("up", "up,k", "move(-1)", "Section before"),
        )
    }
    LENT: ClassVar[Topics] = {"Folded sections": (_UNFOLD,)}
    """For when no chart is left to fold."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    about = (
        "Folded sections have the focus: charts whose tags begin with the same word, with their "
        "newest values. Enter or f unfolds the section under the cursor, F4 all of them."
    )
    DEFAULT_CSS = "FoldedSections { height: auto; padding: 0 1; }"
    OPENS_AT_ONCE = True

    @dataclass
    class Chosen(Message):
        """Enter or a click on a section: it is to be unfolded."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.display = False

    @property
    def selected(self) -> str | None:
        """Name of the section under the cursor."""
        return self.chosen.name if self.chosen else None

    def set_sections(self, sections: Sequence[FoldedSection]) -> None:
        """Show these sections."""
        self.display = bool(sections)
        self.styles.height = min(len(sections), _MOST_ROWS)
        self.set_items(sections)

    def key_of(self, item: FoldedSection) -> str:
        return item.name

    @property
    def title_line(self) -> int:
        return self._cursor.at - self._cursor.top

    def action_move(self, rows: int) -> None:
        if not self.move_cursor(rows):
            raise SkipAction

    def action_choose(self) -> None:
        self.choose()

    def choose(self) -> None:
        """Ask for the section under the cursor."""
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen.name))

    def item_row(self, item: FoldedSection, cells: int, *, selected: bool) -> Row:
        name = safe(item.name) or "others"
        count = f"{item.charts} chart" + ("" if item.charts == 1 else "s")
        spans = [("▸ ", roles.AXIS), (name, roles.TITLE), (f"  {count}", roles.DIM)]
        room = cells - sum(width(text) for text, _ in spans)
        for title, value in item.values:
            shown = f"   {safe(title)} ", format_value(value)
            room -= width(shown[0]) + width(shown[1])
            if room < 0:
                break
            spans += [(shown[0], roles.DIM), (shown[1], roles.TEXT)]
        if selected:
            return (Span(fit("".join(text for text, _ in spans), cells), roles.SELECTED),)
        return (
            line(*spans) if room >= 0 or len(spans) > 3 else (Span(fit(name, cells), roles.TITLE),)
        )
