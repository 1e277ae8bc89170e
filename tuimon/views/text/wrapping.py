"""Safe text in lines of limited width."""

from collections.abc import Iterable, Iterator, Sequence

from tuimon.text import safe, width
from tuimon.views.layout import Piece

Line = tuple[Piece, ...]
"""Pieces of safe text."""


def wrapped(pieces: Sequence[Piece], cells: int) -> Iterator[Line]:
    """Lines of at most `cells`, broken at blanks where that is possible; at least one."""
    line: list[Piece] = []
    used = 0
    for (text, role), size in _sized(_words(pieces)):
        if text == "\n":
            yield _trimmed(line)
            line, used = [], 0
            continue
        if used + size > cells and used:
            yield _trimmed(line)
            line, used = [], 0
            if not text.strip():
                continue
        *whole, rest = chunks(text, cells) if width(text.rstrip()) > cells else [text]
        for chunk in whole:
            yield ((chunk, role),)
        line.append((rest, role))
        used += width(rest)
    yield _trimmed(line)


def chunks(text: str, cells: int) -> list[str]:
    """Safe text in parts of at most `cells`; a wide character in a single cell is replaced."""
    parts: list[str] = []
    start = used = 0
    for index, char in enumerate(text):
        size = width(char)
        if used + size > cells and index > start:
            parts.append(text[start:index])
            start, used = index, 0
        used += size
    if start < len(text):
        parts.append(text[start:])
    return [part if width(part) <= cells else "?" for part in parts]


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


def _sized(words: Iterable[Piece]) -> Iterator[tuple[Piece, int]]:
    """Each word and the cells that it takes with what stands right behind it, in another role."""
    joined: list[Piece] = []
    for word in words:
        joined.append(word)
        if word[0].endswith((" ", "\n")):
            yield from _rests(joined)
            joined = []
    yield from _rests(joined)


def _rests(joined: Sequence[Piece]) -> Iterator[tuple[Piece, int]]:
    left = sum(width(text.rstrip()) for text, _ in joined)
    for piece in joined:
        yield piece, left
        left -= width(piece[0])


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


def less(cells: int, indentation: int) -> int:
    """The room behind an indentation, which is left out where it would leave none."""
    return cells - indentation if indentation < cells else cells
