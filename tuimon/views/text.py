"""Text of a step: Markdown as rows of cells.

Line breaks stay where they were logged, although Markdown would join the lines: much that is logged
as text is no Markdown. HTML is shown as it was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.text import Text
from tuimon.text import Align, fit, format_step, safe, width
from tuimon.views.layout import HEAD_ROWS, Piece, Place, clip, head, message
from tuimon.views.subject import Subject, ViewError, place_of
from tuimon.views.text_diff import changes, text_lines
from tuimon.views.view import Look, Shown, View, ViewKey

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

MAX_CHARACTERS = 1 << 16
"""Of a cell; the rest is not shown."""
MAX_CELLS = 1000
_LEAST_COLUMN = 3
_BETWEEN = " │ "
_BAR = "│ "
_BULLET = "• "
_TAB = "    "
_SIGN_ROLES = {"+": roles.curve(2), "-": roles.WARN, " ": roles.DIM, "…": roles.NOTE}
_NOTCH = 3
"""Lines that a notch of the mouse wheel scrolls."""

Line = tuple[Piece, ...]
"""Pieces of safe text."""


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
        ViewKey("text-diff", "d", "d", "Differences", "What changed since a step", "diff", 72),
        ViewKey("text-base", "b", "b", "Compare with this", "Compare with this step from now on"),
    )

    def __init__(self) -> None:
        self._top = 0
        self._last_top = 0
        self._page = 1
        self._diff = False
        self._base: int | None = None
        """Step to compare with; the one before when None."""
        self._step: int | None = None

    def draw(self, subject: Subject, look: Look) -> Shown:
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
        shown = _window(place, found, facts, look.width, look.height, self._top)
        idle = () if place.count > 1 else ("text-diff", "text-base")
        return Shown(shown, scrolls=bool(self._last_top), idle=idle)

    def still(self, subject: Subject, look: Look) -> Sequence[Row]:
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
        self, subject: Subject, place: Place, text: Text, cells: int
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
            parts = _wrapped([(line[:MAX_CHARACTERS], role)], _less(cells, 2))
            found += [clip([(f"{sign} ", role), *part], cells) for part in parts]
        told = f"since step {step}: +{counts['+']} −{counts['-']} lines"
        return found, [(told, roles.ACCENT)]


def _window(
    place: Place, found: Sequence[Row], facts: list[Piece], cells: int, height: int, top: int
) -> list[Row]:
    """Head and the lines from `top` on, as many as have room."""
    room = height - HEAD_ROWS - 1
    if not found:
        why = "No difference." if facts else "Empty text."
        return message(place, facts, (why, roles.DIM), cells, height)
    if len(found) > room > 0:
        top = min(max(0, top), len(found) - room)
        facts = [*facts, (f"lines {top + 1}–{top + room} of {len(found)}", roles.NOTE)]
    body = found[top : top + max(0, room)]
    return [*head(place, facts, cells), (), *body][: max(0, height)]


def rows(place: Place, text: Text, width: int, height: int, *, top: int = 0) -> list[Row]:
    """Show the text of a step from line `top` on; the rows never take more than the size."""
    return _window(place, lines(text, width), [], width, height, top)


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
        found = list(_markdown(content[:MAX_CHARACTERS], width))
    else:
        columns = max((len(row) for row in text.rows), default=1)
        most = max(1, MAX_CELLS // max(1, columns))
        if len(text.rows) > most:
            cut = f"… the first {most:,} of {len(text.rows):,} rows"
        cells = [[_plain(cell[:MAX_CHARACTERS]) for cell in row] for row in text.rows[:most]]
        found = list(_table(cells, ["left"] * columns, width, headed=False))
    shown = [tuple(Span(piece, role) for piece, role in line) for line in found]
    return (*shown, clip([(cut, roles.WARN)], width)) if cut else tuple(shown)


def _markdown(content: str, cells: int) -> Iterator[Line]:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    yield from _blocks(SyntaxTreeNode(parser.parse(content)).children, cells)


def _blocks(nodes: Sequence[SyntaxTreeNode], cells: int, *, tight: bool = False) -> Iterator[Line]:
    """Blocks one below the other, a blank line between them unless they are `tight`."""
    first = True
    for node in nodes:
        if not first and not tight:
            yield ()
        first = False
        yield from _block(node, cells)


def _block(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    match node.type:
        case "heading":
            yield from _heading(node, cells)
        case "paragraph":
            yield from _wrapped(_inline(node), cells)
        case "bullet_list" | "ordered_list":
            yield from _list(node, cells)
        case "blockquote":
            yield from _indented(_blocks(node.children, _less(cells, 2)), (_BAR, roles.AXIS), cells)
        case "fence" | "code_block":
            yield from _indented(_code(node.content, _less(cells, 2)), (_BAR, roles.AXIS), cells)
        case "hr":
            yield (("─" * cells, roles.AXIS),)
        case "table":
            yield from _markdown_table(node, cells)
        case _:
            yield from _wrapped([(node.content, roles.TEXT)], cells)


def _heading(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    pieces = [(text, roles.TITLE) for text, _ in _inline(node)]
    longest = 0
    for line in _wrapped(pieces, cells):
        longest = max(longest, sum(width(text) for text, _ in line))
        yield line
    if node.tag in ("h1", "h2"):
        yield (("─" * longest, roles.AXIS),)


def _list(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    start = int(node.attrs.get("start", 1))
    last = f"{start + len(node.children) - 1}. "
    for index, item in enumerate(node.children):
        mark = _BULLET
        if node.type == "ordered_list":
            mark = f"{start + index}. ".rjust(len(last))
        loose = any(child.type == "paragraph" and not child.hidden for child in item.children)
        if index and loose:
            yield ()
        content = _blocks(item.children, _less(cells, len(mark)), tight=not loose)
        blank = (" " * len(mark), roles.BLANK)
        for row, line in enumerate(content):
            yield _joined((blank if row else (mark, roles.ACCENT)), line, cells)


def _indented(content: Iterator[Line], before: Piece, cells: int) -> Iterator[Line]:
    for line in content:
        yield _joined(before, line, cells)


def _joined(before: Piece, line: Line, cells: int) -> Line:
    """Indentation is left out where it would not leave room."""
    return (before, *line) if width(before[0]) < cells else line


def _less(cells: int, indentation: int) -> int:
    return cells - indentation if indentation < cells else cells


def _code(content: str, cells: int) -> Iterator[Line]:
    for text in content.rstrip("\n").split("\n"):
        shown = safe(text.replace("\t", _TAB))
        for piece in _chunks(shown, cells) or [""]:
            yield ((piece, roles.LEGEND),)


def _inline(node: SyntaxTreeNode) -> list[Piece]:
    """The text of a block, with line breaks in it."""
    pieces: list[Piece] = []
    for child in node.children:
        if child.type == "inline":
            for part in child.children:
                pieces += _inline_piece(part, roles.TEXT)
    return pieces


def _inline_piece(node: SyntaxTreeNode, role: str) -> Iterator[Piece]:
    match node.type:
        case "softbreak" | "hardbreak":
            yield "\n", role
        case "code_inline":
            yield node.content, roles.ACCENT
        case "image":
            yield f"[image: {node.content}]", roles.DIM
        case "strong" | "em" | "s" | "link":
            inner = roles.TITLE if node.type == "strong" else role
            shown = ""
            for child in node.children:
                for text, text_role in _inline_piece(child, inner):
                    shown += text
                    yield text, text_role
            target = str(node.attrs.get("href", ""))
            if target and target != shown:
                yield f" ({target})", roles.DIM
        case _:
            yield node.content, role


def _plain(content: str) -> list[Piece]:
    return [(content.replace("\r\n", "\n"), roles.TEXT)]


def _markdown_table(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    table: list[list[list[Piece]]] = []
    aligns: list[Align] = []
    for part in node.children:
        for row in part.children:
            if part.type == "thead":
                aligns = [_align(cell) for cell in row.children]
            table.append([_inline(cell) for cell in row.children])
    yield from _table(table, aligns, cells, headed=True)


def _align(cell: SyntaxTreeNode) -> Align:
    style = str(cell.attrs.get("style", ""))
    return "right" if "right" in style else "center" if "center" in style else "left"


def _table(
    table: Sequence[Sequence[list[Piece]]], aligns: Sequence[Align], cells: int, *, headed: bool
) -> Iterator[Line]:
    """Columns side by side; long cells are wrapped, columns without room are left out."""
    between = len(_BETWEEN)
    widths = [
        max((_longest(row[column]) for row in table if column < len(row)), default=0)
        for column in range(len(aligns))
    ]
    least = [max(1, min(size, _LEAST_COLUMN)) + between for size in widths]
    columns = max(1, sum(total <= cells + between for total in accumulate(least)))
    left_out = len(aligns) - columns
    widths = widths[:columns]
    widths = _squeezed(widths, max(1, cells - between * (columns - 1)))
    for index, row in enumerate(table):
        parts = [
            list(_wrapped(row[column] if column < len(row) else [], widths[column]))
            for column in range(columns)
        ]
        for height in range(max(1, *(len(part) for part in parts))):
            line: list[Piece] = []
            for column, part in enumerate(parts):
                if column:
                    line.append((_BETWEEN, roles.AXIS))
                content = part[height] if height < len(part) else ()
                if headed and index == 0:
                    content = tuple((text, roles.TITLE) for text, _ in content)
                line += _aligned(content, widths[column], aligns[column])
            yield tuple(line)
        if headed and index == 0:
            yield (("─┼─".join("─" * size for size in widths), roles.AXIS),)
    if left_out:
        yield ((fit(f"+{left_out} columns", cells).rstrip(), roles.DIM),)


def _aligned(line: Line, cells: int, align: Align) -> list[Piece]:
    gap = max(0, cells - sum(width(text) for text, _ in line))
    left = {"left": 0, "center": gap // 2, "right": gap}[align]
    padded = [(" " * left, roles.BLANK), *line, (" " * (gap - left), roles.BLANK)]
    return [piece for piece in padded if piece[0]]


def _longest(pieces: Sequence[Piece]) -> int:
    text = "".join(text for text, _ in pieces)
    return max(width(safe(line)) for line in text.split("\n"))


def _squeezed(widths: list[int], cells: int) -> list[int]:
    """The widths of columns, the widest of them lowered until all have room."""
    wanted = [max(1, size) for size in widths]
    if sum(wanted) <= cells:
        return wanted
    left, result = cells, [0] * len(wanted)
    for place, column in enumerate(sorted(range(len(wanted)), key=lambda index: wanted[index])):
        result[column] = max(1, min(wanted[column], left // (len(wanted) - place)))
        left -= result[column]
    return result


def _wrapped(pieces: Sequence[Piece], cells: int) -> Iterator[Line]:
    """Lines of at most `cells`, broken at blanks where that is possible; at least one."""
    line: list[Piece] = []
    used = 0
    for text, role in _words(pieces):
        if text == "\n":
            yield _trimmed(line)
            line, used = [], 0
            continue
        if used + width(text.rstrip()) > cells and used:
            yield _trimmed(line)
            line, used = [], 0
            if not text.strip():
                continue
        chunks = _chunks(text, cells) if width(text.rstrip()) > cells else [text]
        for chunk in chunks[:-1]:
            yield ((chunk, role),)
        line.append((chunks[-1], role))
        used += width(chunks[-1])
    yield _trimmed(line)


def _words(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Safe words, each with the blanks behind it, and line breaks."""
    for text, role in pieces:
        for index, part in enumerate(text.split("\n")):
            if index:
                yield "\n", role
            *words, last = safe(part).split(" ")
            for word in words:
                yield word + " ", role
            if last:
                yield last, role


def _trimmed(line: Sequence[Piece]) -> Line:
    """A line without blanks at its end, neighbours of one role joined."""
    result: list[Piece] = []
    for text, role in line:
        if result and result[-1][1] == role:
            result[-1] = result[-1][0] + text, role
        else:
            result.append((text, role))
    if result:
        result[-1] = result[-1][0].rstrip(" "), result[-1][1]
    return tuple(piece for piece in result if piece[0])


def _chunks(text: str, cells: int) -> list[str]:
    """Safe text in parts of at most `cells`; a wide character in a single cell is replaced."""
    chunks: list[str] = []
    start = used = 0
    for index, char in enumerate(text):
        size = width(char)
        if used + size > cells and index > start:
            chunks.append(text[start:index])
            start, used = index, 0
        used += size
    if start < len(text):
        chunks.append(text[start:])
    return [chunk if width(chunk) <= cells else "?" for chunk in chunks]
