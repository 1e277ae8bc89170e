"""The console of a run as text: its terminal emulated for the screen, its log for the rest.

``console.log`` holds the raw bytes of the training's terminal. Nothing of it may reach another
terminal as it is: everything that leaves this module is printable text, a line at a time.
"""

import codecs
import os
import re
import unicodedata
from collections import deque
from functools import lru_cache
from pathlib import Path

import pyte
from pyte import modes as mo
from pyte.screens import Char
from wcwidth import wcwidth

from tuimon.console.escapes import SEQUENCE, split_begun
from tuimon.console.files import end_of_parts, newest_bytes
from tuimon.console.folding import LineFolder, fold
from tuimon.text import safe

__all__ = ["ConsoleScreen", "ConsoleTail", "LineFolder", "fold", "read_tail"]

NEWEST = 65536
"""Bytes that are emulated of a backlog: a terminal emulator in Python manages 1 MB/s."""

_MOST_SAVED_CURSORS = 16
_MOST_STYLES = 256
_SINGLE_WIDTH = re.compile(r"[ -~\u2500-\u259f\u2800-\u28ff]+")
"""ASCII, box drawings, blocks and braille: a cell a character, whatever the terminal."""


class ConsoleScreen:
    """What a terminal of `cols` × `rows` shows of a stream of output, with a scrollback.

    Everything is accepted and nothing raises; sequences that pyte does not know vanish.
    """

    def __init__(self, cols: int = 120, rows: int = 40, scrollback: int = 400) -> None:
        self._screen = _Screen(cols, rows, scrollback)
        self._stream = _Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = ""

    def feed(self, data: bytes) -> None:
        """Process output; chunks may end anywhere."""
        text, self._unread = split_begun(self._unread + self._decoder.decode(data))
        text = _NOT_PLAIN.sub(_for_pyte, text)
        self._stream.feed(text)

    @property
    def screen(self) -> list[str]:
        """The text of the screen's rows, safe for a terminal."""
        return self._screen.rows()

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Row and column of the cursor; None while it is hidden."""
        cursor = self._screen.cursor
        return None if cursor.hidden else (cursor.y, min(cursor.x, self._screen.columns - 1))

    def lines(self) -> list[str]:
        """Scrollback and screen down to the last line with text, safe for a terminal."""
        lines = [*self._screen.scrollback, *self._screen.rows()]
        while lines and not lines[-1]:
            lines.pop()
        return lines


class ConsoleTail:
    """Follows a console.log that is being written, renamed (rotation) or not there yet."""

    def __init__(
        self,
        path: Path,
        cols: int = 120,
        rows: int = 40,
        scrollback: int = 400,
        *,
        plain_file: bool = False,
    ) -> None:
        """`plain_file`: no terminal has put a carriage return before its line feeds."""
        self._path = path
        self._plain_file = plain_file
        self._size = (cols, rows, scrollback)
        self._screen = ConsoleScreen(*self._size)
        self._fd: int | None = None
        self._offset = 0
        self._begun = plain_file

    def poll(self) -> bool:
        """Take in what was written since the last call; True when `lines` may have changed.

        Of a backlog of more than `NEWEST` bytes only the newest are emulated (about 0.1 s).
        """
        if self._fd is None and not self._open():
            return False
        changed = self._read()
        if self._is_replaced():
            self.close()
            return (self._open() and self._read()) or changed
        return changed

    def lines(self) -> list[str]:
        """The newest lines, safe for a terminal."""
        return self._screen.lines()

    @property
    def columns(self) -> int:
        """Of the training's terminal."""
        return self._size[0]

    @property
    def terminal(self) -> ConsoleScreen:
        """The terminal as it is emulated now."""
        return self._screen

    def resize(self, cols: int, rows: int) -> bool:
        """The training's terminal has that size; True if it had another one before.

        The newest output is emulated anew at the next poll.
        """
        size = (cols, rows, self._size[2])
        if size == self._size:
            return False
        self._size = size
        self._screen = ConsoleScreen(*size)
        self.close()
        self._begun = self._plain_file
        return True

    def close(self) -> None:
        """Close the file; the lines stay."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> bool:
        try:
            self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        self._offset = 0
        if not self._begun:
            self._begun = True
            if os.fstat(self._fd).st_size < NEWEST:
                self._feed(_from_line_start(end_of_parts(self._path, NEWEST)))
        return True

    def _is_replaced(self) -> bool:
        assert self._fd is not None
        try:
            found = self._path.stat()
        except OSError:
            return False
        return not os.path.samestat(found, os.fstat(self._fd))

    def _read(self) -> bool:
        assert self._fd is not None
        size = os.fstat(self._fd).st_size
        if size < self._offset:
            self._screen = ConsoleScreen(*self._size)
            self._offset = 0
        if size == self._offset:
            return False
        skipping = size - self._offset > NEWEST
        if skipping:
            self._offset = size - NEWEST
        data = os.pread(self._fd, NEWEST, self._offset)
        self._offset += len(data)
        if skipping:
            self._screen = ConsoleScreen(*self._size)
            data = _from_line_start(data)
        self._feed(data)
        return True

    def _feed(self, data: bytes) -> None:
        self._screen.feed(data.replace(b"\n", b"\r\n") if self._plain_file else data)


def read_tail(path: Path, lines: int) -> list[str]:
    """The last lines of a console.log, folded and safe; none when there is no log."""
    data = newest_bytes(path, NEWEST)
    return fold(_from_line_start(data) if len(data) == NEWEST else data)[-lines:]


def _from_line_start(data: bytes) -> bytes:
    """Drop what precedes the first line break, or else the first carriage return."""
    for separator in (b"\n", b"\r"):
        _, found, rest = data.partition(separator)
        if found:
            return rest
    return data


class _Screen(pyte.Screen):
    """pyte's screen, which keeps as text what scrolls off its top, in constant time."""

    def __init__(self, cols: int, rows: int, scrollback: int) -> None:
        self.scrollback: deque[str] = deque(maxlen=scrollback)
        self._cells: dict[Char, _StyledCells] = {}
        super().__init__(cols, rows)

    def rows(self) -> list[str]:
        """The text of all rows."""
        return [self._text(row) for row in range(self.lines)]

    def draw(self, data: str) -> None:
        """Put plain text into its row at once, where pyte goes character by character."""
        if mo.IRM in self.mode or not _SINGLE_WIDTH.fullmatch(data):
            super().draw(data)
            return
        while data:
            cursor = self.cursor
            part = data[: max(0, self.columns - cursor.x)]
            if part:
                end = cursor.x + len(part)
                cells = map(self._styled(cursor.attrs).__getitem__, part)
                self.buffer[cursor.y].update(zip(range(cursor.x, end), cells, strict=True))
                cursor.x = end
            else:
                part = data[0]
                super().draw(part)  # wraps to the next row
            data = data[len(part) :]

    def _styled(self, style: Char) -> "_StyledCells":
        cells = self._cells.get(style)
        if cells is None:
            if len(self._cells) >= _MOST_STYLES:
                self._cells.clear()
            cells = self._cells[style] = _StyledCells(style)
        return cells

    def index(self) -> None:
        if self.cursor.y == self.lines - 1 and self.margins is None:
            self.scrollback.append(self._text(0))
        super().index()

    def save_cursor(self) -> None:
        super().save_cursor()
        del self.savepoints[:-_MOST_SAVED_CURSORS]

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Ignore DECCOLM: the size of the screen is that of the PTY."""

    def _text(self, row: int) -> str:
        line = self.buffer.get(row)
        if not line:
            return ""
        return safe("".join(line[column].data for column in range(max(line) + 1))).rstrip()


class _StyledCells(dict[str, Char]):
    """Cells by character, all in one style: made once instead of once a character."""

    def __init__(self, style: Char) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, char: str) -> Char:
        cell = self[char] = self._style._replace(data=char)
        return cell


class _Stream(pyte.Stream):
    """pyte's parser; sequences that its screen chokes on (wrong number of parameters) vanish."""

    def _send_to_parser(self, data: str) -> bool:
        try:
            return bool(super()._send_to_parser(data))
        except Exception:
            return True


_NOT_PLAIN = re.compile(SEQUENCE.pattern + r"|[^\x08-\x0d\x20-\x7e]")
_KNOWN_PARAMETERS = re.compile(r"\??[0-9;]*")


def _for_pyte(match: re.Match[str]) -> str:
    """A sequence as it is if pyte knows it (it would print the rest), a character if it has one."""
    final, simple = match["final"], match["simple"]
    if final:
        known = final in pyte.Stream.csi
        return match[0] if known and _KNOWN_PARAMETERS.fullmatch(match["parameters"]) else ""
    if simple:
        return match[0] if simple in pyte.Stream.escape else ""
    return _drawable(match[0])


@lru_cache(maxsize=8192)
def _drawable(char: str) -> str:
    # At what has no width, such as an emoji's variation selector, pyte would stop drawing.
    return char if len(char) == 1 and (wcwidth(char) > 0 or unicodedata.combining(char)) else ""
