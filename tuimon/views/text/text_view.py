"""Text of a step: Markdown as rows of cells, and what changed in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.summaries.texts import Text
from tuimon.text import format_step
from tuimon.views.base import View, ViewDrawing, ViewOptions, view_key
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, clip, head, message
from tuimon.views.subject import ItemContext, ViewError, place_of
from tuimon.views.text.markdown import markdown_lines
from tuimon.views.text.wrapping import less, table_lines, wrapped

MAX_CHARACTERS = 1 << 16
"""Of a cell; the rest is not shown."""
MAX_CELLS = 1000
_SIGN_ROLES: dict[str, Role] = {
    "+": roles.curve(2),
    "-": roles.WARN,
    " ": roles.DIM,
    "…": roles.NOTE,
}
_NOTCH = 3
"""Lines that a notch of the mouse wheel scrolls."""
_CONTEXT = 2
_MOST_LINES = 2000
"""Of a text; the rest is not compared."""


class TextView(View):
    """The text of a step, or what changed in it since another one."""

    kind = "text"
    name = "text"
    plugins = frozenset({"text"})
    about = (
        "Markdown as it was logged. d shows what changed since the step before: lines that were "
        "added + and removed −. b keeps the step that is seen as the one to compare with."
    )
    keys = (
        view_key("text-diff", "d", "Differences", "Show what changed since a step", "diff", 72),
        view_key("text-base", "b", "Compare with this", "Compare with this step from now on"),
    )

    def __init__(self) -> None:
        self._top = 0
        self._last_top = 0
        self._page = 1
        self._diff = False
        self._base: int | None = None
        """Step to compare with; the one before when None."""
        self._step: int | None = None

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        place, text = subject.summary(look.step, Text)
        self._step = place.step
        self._page = max(1, look.height - HEAD_ROWS - 2)
        found: Sequence[Row] = lines(text, look.width)
        facts: list[Piece] = []
        if self._diff:
            found, facts = self._changes(subject, place, text, look.width)
        room = look.height - HEAD_ROWS - 1
        self._last_top = max(0, len(found) - max(1, room))
        self._top = min(self._top, self._last_top)
        shown = window(place, found, facts, look.width, look.height, self._top)
        idle = () if place.count > 1 else ("text-diff", "text-base")
        return ViewDrawing(shown, scrolls=bool(self._last_top), idle=idle)

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        place, text = subject.summary(look.step, Text)
        return [*head(place, [], look.width), (), *lines(text, look.width)]

    def press(self, key: str, text: str = "") -> None:
        if key == "text-base":
            self._base, self._diff = self._step, True
        elif key == "text-diff":
            self._diff = not self._diff
            self._base = self._base if self._diff else None
        self._top = 0

    def page(self, pages: int) -> None:
        self._scroll(pages * self._page)

    def wheel(self, notches: int) -> None:
        self._scroll(notches * _NOTCH)

    def _scroll(self, rows: int) -> None:
        self._top = min(max(0, self._top + rows), self._last_top)

    def _changes(
        self, subject: ItemContext, place: StepPlace, text: Text, cells: int
    ) -> tuple[Sequence[Row], list[Piece]]:
        """Rows of the changes since the step to compare with, and which one that is."""
        refs = subject.refs
        before = place.index - 1 if self._base is None else place_of(refs.steps, self._base)
        if before < 0:
            return (), [("the first step: nothing to compare with", roles.NOTE)]
        base = subject.read(refs, before)
        step = format_step(int(refs.steps[before]))
        if not isinstance(base, Text):
            raise ViewError(f"Step {step} holds something else.")
        found: list[Row] = []
        counts = Counter[str]()
        for sign, line in changes(text_lines(base), text_lines(text)):
            counts[sign] += 1
            role = _SIGN_ROLES[sign]
            parts = wrapped([(line[:MAX_CHARACTERS], role)], less(cells, 2))
            found += [clip([(f"{sign} ", role), *part], cells) for part in parts]
        told = f"since step {step}: +{counts['+']} −{counts['-']} lines"
        return found, [(told, roles.ACCENT)]


def window(
    place: StepPlace, found: Sequence[Row], facts: list[Piece], cells: int, height: int, top: int
) -> list[Row]:
    """Head and the lines from `top` on, as many as have room in so many cells."""
    room = height - HEAD_ROWS - 1
    if not found:
        why = "No difference." if facts else "Empty text."
        return message(place, facts, (why, roles.DIM), cells, height)
    if len(found) > room > 0:
        top = min(max(0, top), len(found) - room)
        facts = [*facts, (f"lines {top + 1}–{top + room} of {len(found)}", roles.NOTE)]
    body = found[top : top + max(0, room)]
    return [*head(place, facts, cells), (), *body][: max(0, height)]


@lru_cache(maxsize=4)
def lines(text: Text, width: int) -> tuple[Row, ...]:
    """All rows of a text in `width` cells: one string as Markdown, several as a table."""
    if width < 1:
        return ()
    cut = ""
    if len(text.rows) == 1 and len(text.rows[0]) == 1:
        content = text.rows[0][0]
        if len(content) > MAX_CHARACTERS:
            cut = f"… the first {MAX_CHARACTERS:,} of {len(content):,} characters"
        found = list(markdown_lines(content[:MAX_CHARACTERS], width))
    else:
        columns = max((len(row) for row in text.rows), default=1)
        most = max(1, MAX_CELLS // max(1, columns))
        if len(text.rows) > most:
            cut = f"… the first {most:,} of {len(text.rows):,} rows"
        cells: list[list[list[Piece]]] = [
            [[(cell[:MAX_CHARACTERS].replace("\r\n", "\n"), roles.TEXT)] for cell in row]
            for row in text.rows[:most]
        ]
        found = list(table_lines(cells, ["left"] * columns, width, headed=False))
    shown = [tuple(Span(piece, role) for piece, role in line) for line in found]
    return (*shown, clip([(cut, roles.WARN)], width)) if cut else tuple(shown)


def text_lines(text: Text) -> list[str]:
    """The lines of a text as it was logged; cells of a table side by side."""
    if len(text.rows) == 1 and len(text.rows[0]) == 1:
        return text.rows[0][0].splitlines()[:_MOST_LINES]
    return [" │ ".join(row) for row in text.rows[:_MOST_LINES]]


def changes(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """(sign, line) of what was added ``+``, removed ``-``, and a few lines around `` ``.

    ``…`` stands for lines that are the same and left out.
    """
    if before == after:
        return
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    end = 0
    for group in groups:
        start = group[0][1]
        yield from _same(before[end:start])
        for kind, a0, a1, b0, b1 in group:
            if kind == "equal":
                yield from ((" ", line) for line in before[a0:a1])
                continue
            yield from (("-", line) for line in before[a0:a1])
            yield from (("+", line) for line in after[b0:b1])
        end = group[-1][2]
    yield from _same(before[end:])


def _same(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Lines that are left out, unless that would take as much room."""
    if len(lines) == 1:
        yield " ", lines[0]
    elif lines:
        yield "…", f"{len(lines)} lines the same"
