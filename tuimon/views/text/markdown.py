"""Markdown as lines of a terminal.

Line breaks stay where they were logged, although Markdown would join the lines: much that is logged
as text is no Markdown. HTML is shown as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tuimon.charts import roles
from tuimon.text import Align, safe, width
from tuimon.views.layout import Piece
from tuimon.views.text.wrapping import Line, chunks, less, table_lines, wrapped

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_BAR = "│ "
_BULLET = "• "
_TAB = "    "


def markdown_lines(content: str, cells: int, *, line_breaks: bool = True) -> Iterator[Line]:
    """The lines of a text in `cells` columns; without `line_breaks`, those of its source go."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(content)
    if not line_breaks:
        for part in [part for token in tokens for part in token.children or ()]:
            if part.type == "softbreak":
                part.type, part.content = "text", " "
    yield from _blocks(SyntaxTreeNode(tokens).children, cells)


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
            yield from wrapped(_inline(node), cells)
        case "bullet_list" | "ordered_list":
            yield from _list(node, cells)
        case "blockquote":
            yield from _indented(_blocks(node.children, less(cells, 2)), (_BAR, roles.AXIS), cells)
        case "fence" | "code_block":
            yield from _indented(_code(node.content, less(cells, 2)), (_BAR, roles.AXIS), cells)
        case "hr":
            yield (("─" * cells, roles.AXIS),)
        case "table":
            yield from _markdown_table(node, cells)
        case _:
            yield from wrapped([(node.content, roles.TEXT)], cells)


def _heading(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    pieces = [(text, roles.TITLE) for text, _ in _inline(node)]
    longest = 0
    for line in wrapped(pieces, cells):
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
        content = _blocks(item.children, less(cells, len(mark)), tight=not loose)
        blank = (" " * len(mark), roles.BLANK)
        for row, line in enumerate(content):
            yield _joined((blank if row else (mark, roles.ACCENT)), line, cells)


def _indented(content: Iterator[Line], before: Piece, cells: int) -> Iterator[Line]:
    for line in content:
        yield _joined(before, line, cells)


def _joined(before: Piece, line: Line, cells: int) -> Line:
    """Indentation is left out where it would not leave room."""
    return (before, *line) if width(before[0]) < cells else line


def _code(content: str, cells: int) -> Iterator[Line]:
    for text in content.rstrip("\n").split("\n"):
        shown = safe(text.replace("\t", _TAB))
        for piece in chunks(shown, cells) or [""]:
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


def _markdown_table(node: SyntaxTreeNode, cells: int) -> Iterator[Line]:
    table: list[list[list[Piece]]] = []
    aligns: list[Align] = []
    for part in node.children:
        for row in part.children:
            if part.type == "thead":
                aligns = [_align(cell) for cell in row.children]
            table.append([_inline(cell) for cell in row.children])
    yield from table_lines(table, aligns, cells, headed=True)


def _align(cell: SyntaxTreeNode) -> Align:
    style = str(cell.attrs.get("style", ""))
    return "right" if "right" in style else "center" if "center" in style else "left"
