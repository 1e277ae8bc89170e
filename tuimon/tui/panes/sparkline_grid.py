"""All tags at a glance: a sparkline and the newest value of each, in columns below headings."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import MarkStyle, Row, Span
from tuimon.charts.roles import Role
from tuimon.present.list_cursor import ListCursor
from tuimon.present.screen_content import TagSection
from tuimon.present.series_courses import SeriesCourses
from tuimon.present.short_names import short_names
from tuimon.present.tag_tree import TagRow
from tuimon.store.series import Series
from tuimon.text import fit, fit_name, format_value, safe, width
from tuimon.tui.panes.cells import Cell, CellView, line

_LEAST_COLUMN = 38
_VALUE = 10
_GAP = 2


class _GridLine(NamedTuple):
    """The heading of a section, or the tags from one number on."""

    section: int
    first: int
    tags: int = 0
    """0 for a heading."""


class _SectionNames:
    """What the tags of a section are called below its heading."""

    def __init__(self, section: TagSection) -> None:
        prefix = f"{section.name}/" if section.name else ""
        self._names = {tag.tag: tag.tag.removeprefix(prefix) or tag.tag for tag in section.tags}
        self._widest = max(map(width, self._names.values()))

    def shown(self, tag: str, cells: int) -> str:
        """A name; where not all have room, without what all share."""
        name = self._names[tag]
        if self._widest <= cells:
            return name
        return short_names(tuple(self._names.values()))[name]


class SparklineGrid(CellView, can_focus=True):
    """Tags flow from left to right below the heading of their section; one is under the cursor."""

    DEFAULT_CSS = "SparklineGrid { height: 1fr; padding: 0 1; }"

    class Moved(Message):
        """Another tag is under the cursor."""

    class Opened(Message):
        """The chart of the tag under the cursor is to be shown."""

    def __init__(self, marks: MarkStyle, *, id: str) -> None:
        super().__init__(id=id)
        self._marks: MarkStyle = marks
        self._sections: Sequence[TagSection] = ()
        self._tags: list[TagRow] = []
        self._names: dict[str, _SectionNames] = {}
        self._series_of: Callable[[str], Series | None] = lambda tag: None
        self._role: Role | None = None
        self._courses = SeriesCourses()
        self._at = 0
        self._cursor = ListCursor()
        """In lines."""

    def set_sections(
        self,
        sections: Sequence[TagSection],
        series_of: Callable[[str], Series | None],
        role: Role | None,
    ) -> None:
        """Show these; the cursor stays on its tag. `role` is that of all lines, by default each
        has that of its tag."""
        chosen = self.chosen
        self._sections, self._series_of, self._role = sections, series_of, role
        self._tags = [tag for section in sections for tag in section.tags]
        names = [tag.tag for tag in self._tags]
        if chosen is not None and chosen in names:
            self._at = names.index(chosen)
        self._at = min(self._at, max(0, len(names) - 1))
        self._names = {section.name: _SectionNames(section) for section in sections}
        self.draw()

    @property
    def chosen(self) -> str | None:
        """The tag under the cursor."""
        return self._tags[self._at].tag if self._tags else None

    @property
    def section(self) -> TagSection | None:
        """The section of the tag under the cursor."""
        lines = self._lines
        return self._sections[lines[self._line(lines)].section] if self._tags else None

    def move(self, columns: int, rows: int) -> None:
        """Go to a tag beside, above or below, across headings."""
        at = self._at + columns
        lines = [one for one in self._lines if one.tags]
        if rows and lines:
            place = self._line(lines)
            column = self._at - lines[place].first
            below = lines[min(max(place + rows, 0), len(lines) - 1)]
            at = below.first + min(column, below.tags - 1)
        self._go_to(at)

    def turn(self, pages: int) -> None:
        """Go on by so many pages."""
        self.move(0, pages * max(1, self._cursor.room - 1))

    def jump(self, sections: int) -> None:
        """Go to the first tag of the section so many further on, around the end."""
        heads = [one for one in self._lines if not one.tags]
        if heads:
            here = max(at for at, one in enumerate(heads) if one.first <= self._at)
            self._go_to(heads[(here + sections) % len(heads)].first)

    def _go_to(self, at: int) -> None:
        self._at = min(max(at, 0), max(0, len(self._tags) - 1))
        self.post_message(self.Moved())
        self.draw()

    @property
    def _columns(self) -> int:
        return max(1, self.content_size.width // _LEAST_COLUMN)

    @property
    def _lines(self) -> list[_GridLine]:
        lines, first = [], 0
        for number, section in enumerate(self._sections):
            lines.append(_GridLine(number, first))
            end = first + len(section.tags)
            while first < end:
                lines.append(_GridLine(number, first, min(self._columns, end - first)))
                first += lines[-1].tags
        return lines

    def _line(self, lines: Sequence[_GridLine]) -> int:
        """Which of these has the tag under the cursor."""
        return max(at for at, one in enumerate(lines) if one.tags and one.first <= self._at)

    def rows(self, width: int, height: int) -> list[Row]:
        lines = self._lines
        if not lines:
            return []
        self._cursor.at = at = self._line(lines)
        lead = int(lines[at - 1].tags == 0)
        size = (width + _GAP) // self._columns - _GAP
        seen = self._cursor.fit(len(lines), height, lead=lead)
        return [self._row(lines[number], width, size) for number in seen]

    def _row(self, one: _GridLine, width: int, size: int) -> Row:
        section = self._sections[one.section]
        if not one.tags:
            return _heading(section, width)
        spans: list[Cell] = []
        for at in range(one.first, one.first + one.tags):
            spans += [*self._cell(self._tags[at], section.name, size, at == self._at)]
            spans.append((" " * _GAP, roles.TEXT))
        return line(*spans[:-1])

    def _cell(self, row: TagRow, section: str, size: int, selected: bool) -> list[Cell]:
        series = self._series_of(row.tag)
        last = None if series is None else series.last
        cells = max(0, (size - _VALUE) * 2 // 5)
        course = "" if series is None else self._courses.of(series, cells, self._marks)
        value = "" if last is None else format_value(last.value)
        room = size - cells - _VALUE
        name = self._names[section].shown(row.tag, room - 1)
        cell = [
            (fit(fit_name(name, room - 1), room), roles.TEXT),
            (course.ljust(cells), self._role or roles.curve(row.colour or 0)),
            (fit(value, _VALUE, "right"), roles.DIM),
        ]
        return [("".join(text for text, _ in cell), roles.SELECTED)] if selected else cell

    def on_click(self, event: events.Click) -> None:
        lines = self._lines
        number = self._cursor.top + event.y
        if number < len(lines) and lines[number].tags:
            size = (self.content_size.width + _GAP) // self._columns
            column = min(max(0, event.x - 1) // size, lines[number].tags - 1)
            at = lines[number].first + column
            if at == self._at:
                self.post_message(self.Opened())
            self._go_to(at)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(0, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(0, -3)


def _heading(section: TagSection, cells: int) -> Row:
    count = f" {len(section.tags)} "
    name = fit_name(section.name, min(cells - len(count), width(safe(section.name)))) or "metrics"
    rule = "─" * max(0, cells - width(name) - len(count))
    if not name:
        return (Span(rule, roles.AXIS),)
    return line((name, roles.TITLE), (count, roles.DIM), (rule, roles.AXIS))
