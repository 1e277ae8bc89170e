"""A widget that shows rows of styled cells, and refreshes those that have changed."""

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.terminal.glyphs import to_ascii
from tuimon.text import fit, width
from tuimon.tui.themes.styles import RoleStyles, styles_on

_FOCUS_MARK = "►"
_MAKES_ROOM = " ─▸"

Cell = tuple[str, Role]


class CellView(Widget):
    """Rows of (text, role) spans, made by `rows` whenever `draw` is called.

    `draw` refreshes the rows that differ from those of before: laying out the others again would
    take time. Which of their cells the terminal is sent is the driver's business. Size and focus
    are watched here; a subclass calls `draw` when what it shows has changed.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown_rows: Sequence[Row] = ()
        """The content as it was drawn last."""
        self._strips: dict[int, Strip] = {}
        self._styles_of_roles: RoleStyles | None = None

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The content for a size in cells, both at least 1; what is missing stays blank."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show the content as it is now."""
        width, height = self.content_size
        if width < 1 or height < 1:
            return
        old, new = self.shown_rows, list(self.rows(width, height))
        title = self.title_line if self.has_focus else None
        if title is not None and title < len(new):
            new[title] = lit(new[title])
        changed = [y for y, (a, b) in enumerate(zip_longest(old, new, fillvalue=())) if a != b]
        for y in changed:
            self._strips.pop(y, None)
        self.shown_rows = new
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    @property
    def title_line(self) -> int | None:
        """The row that tells by a mark and its colour that the widget has the focus, if any."""
        return None

    def shown_text(self) -> str:
        """What is shown as lines of text."""
        return text_of(self.shown_rows)

    def render_line(self, y: int) -> Strip:
        """The strip of one row, from the cache unless the row changed."""
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self.strip_of(
                self.shown_rows[y] if y < len(self.shown_rows) else ()
            )
        return strip

    def strips(self) -> list[Strip]:
        """All rows as they are shown."""
        return [self.render_line(y) for y in range(self.size.height)]

    def restyle(self) -> None:
        """Forget cached styles (theme or background changed) and repaint."""
        self._styles_of_roles = None
        self._strips.clear()
        self.refresh()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.restyle())

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        # One change of the screen may resize a widget twice: only the last size is drawn for.
        self.call_after_refresh(self.draw)

    def watch_has_focus(self, has_focus: bool) -> None:
        # Not when the event comes: until Textual has handled that itself, the focus is as before.
        super().watch_has_focus(has_focus)
        self.draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles_of_roles = None
        self._strips.clear()

    def strip_of(self, row: Row) -> Strip:
        """A row of the content as it is shown."""
        base = self.rich_style
        if self._styles_of_roles is None:
            self._styles_of_roles = styles_on(self)
        styles = self._styles_of_roles
        shown = to_ascii if self.app.has_class("-ascii") else str
        segments = [Segment(shown(text), base + styles[role]) for text, role in row]
        return Strip(segments, sum(width(span.text) for span in row)).adjust_cell_length(
            self.size.width, base
        )


def text_of(rows: Sequence[Row]) -> str:
    """Rows as lines of text."""
    lines = ("".join(span.text for span in row).rstrip() for row in rows)
    return "\n".join(lines) + "\n"


def lit(row: Row) -> Row:
    """A title row with the mark of the focus in its first cell.

    A blank or the rule makes room for it, else a blank behind the first span, else its end.
    """
    (text, role), *rest = row
    if text[0] in _MAKES_ROOM:
        text = text[1:]
    elif text.endswith(" "):
        text = text[:-1]
    elif rest and rest[0].text.startswith("  "):
        rest[0] = Span(rest[0].text[1:], rest[0].role)
    else:
        text = fit(text, width(text) - 1)
    spans = [(text, role), *rest]
    return line(
        (_FOCUS_MARK, roles.FOCUS),
        *((text, roles.FOCUS if roles.is_title(role) else role) for text, role in spans if text),
    )


def line(*spans: tuple[str, Role]) -> Row:
    """A row from (text, role) pairs, neighbours of one role joined."""
    return tuple(
        Span("".join(text for text, _ in group), role)
        for role, group in groupby(spans, key=lambda span: span[1])
    )


def clipped(spans: Iterable[tuple[str, Role]], cells: int) -> list[tuple[str, Role]]:
    """As much of (text, role) pairs as fits; safe text."""
    cut: list[tuple[str, Role]] = []
    for text, role in spans:
        shown = text if width(text) <= cells else fit(text, cells)
        cut.append((shown, role))
        cells -= width(shown)
        if cells <= 0:
            break
    return cut
