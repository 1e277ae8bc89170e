"""The console of a run as its terminal shows it: emulated, followed, with a scrollback.

``console.log`` holds the raw bytes of the training's terminal. Nothing of it may reach another
terminal as it is: everything that leaves this module is printable text, a line at a time, with
colours as ``ColouredLine``.
"""

import inspect
import logging
import re
import traceback
import unicodedata
from collections import deque
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import Any

import pyte
from pyte import modes as mo
from pyte.screens import Char
from wcwidth import wcwidth

from tuimon.console.attributes import PLAIN, Attributes, changed
from tuimon.console.escapes import TOKEN, OutputDecoder
from tuimon.console.printed_line import coloured_line
from tuimon.console.rotation import ConsoleReader, line_start
from tuimon.text import safe

NEWEST = 65536
"""Bytes that are emulated of a backlog: a terminal emulator in Python manages 1 MB/s."""

_MOST_SAVED_CURSORS = 16
_MOST_STYLES = 256
_SINGLE_WIDTH = re.compile(r"[ -~\u2500-\u259f\u2800-\u28ff]+")
"""ASCII, box drawings, blocks and braille: a cell a character, whatever the terminal."""

log = logging.getLogger(__name__)


class ConsoleScreen:
    """What a terminal of `cols` × `rows` shows of a stream of output, with a scrollback.

    Everything is accepted and nothing raises: sequences that pyte does not know vanish, as do
    those that fail, which is logged once for each module that they fail in.
    """

    def __init__(self, cols: int = 120, rows: int = 40, scrollback: int = 400) -> None:
        self._scrollback = scrollback
        self._failed: set[str] = set()
        self.restart(cols, rows)

    def restart(self, cols: int, rows: int) -> None:
        """Become an empty terminal of that size, to which another stream of output comes."""
        self._screen = _Screen(cols, rows, self._scrollback)
        self._decoder = OutputDecoder()

    def feed(self, data: bytes) -> None:
        """Process output; chunks may end anywhere."""
        for token in TOKEN.finditer(self._decoder.feed(data)):
            try:
                self._screen.act(token)
            except Exception as error:
                self._report(error)

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

    def _report(self, error: Exception) -> None:
        """pyte fails at some output; what fails in a module of ours is a bug."""
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        module = str(frame.f_globals["__name__"])
        if module not in self._failed:
            self._failed.add(module)
            level = logging.WARNING if module.startswith("pyte.") else logging.ERROR
            log.log(level, "output is not shown as a terminal would", exc_info=error)


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
        """`plain_file`: no terminal has put a carriage return before its line feeds, and files
        beside it with its name and a number are not its parts."""
        self._plain_file = plain_file
        self._size = (cols, rows)
        self.terminal = ConsoleScreen(cols, rows, scrollback)
        """The terminal as it is emulated now."""
        self._reader = ConsoleReader(path, parts=not plain_file)
        self._resized = False

    def poll(self) -> bool:
        """Take in what was written since the last call; True when `lines` may have changed.

        Of a backlog of more than `NEWEST` bytes only the newest are emulated (about 0.1 s).
        """
        with suppress(OSError):
            if self._skip_backlog():
                return True
        return self._read()

    def lines(self) -> list[str]:
        """The newest lines, safe for a terminal."""
        return self.terminal.lines()

    @property
    def columns(self) -> int:
        """Of the training's terminal."""
        return self._size[0]

    def resize(self, cols: int, rows: int) -> bool:
        """The training's terminal has that size; True if it had another one before.

        The newest output is emulated anew at the next poll.
        """
        if (cols, rows) == self._size:
            return False
        self._size = (cols, rows)
        self.terminal.restart(cols, rows)
        self._resized = True
        return True

    def close(self) -> None:
        """Close the file; the lines stay."""
        self._reader.close()

    def _skip_backlog(self) -> bool:
        """Show the newest output alone where it does not follow what is shown, or not soon."""
        reader = self._reader
        if not (self._resized or reader.is_cut or reader.unread > NEWEST):
            return False
        reader.skip()
        before = reader.copy()
        data = before.read_back(NEWEST)
        before.close()
        self.terminal.restart(*self._size)
        self._feed(data[line_start(data) :] if len(data) == NEWEST else data)
        self._resized = False
        return True

    def _read(self) -> bool:
        left = NEWEST
        with suppress(OSError):
            while left > 0 and (data := self._reader.read(left)):
                self._feed(data)
                left -= len(data)
        return left < NEWEST

    def _feed(self, data: bytes) -> None:
        self.terminal.feed(data.replace(b"\n", b"\r\n") if self._plain_file else data)


class _Screen(pyte.Screen):
    """pyte's screen, which keeps as text what scrolls off its top, in constant time.

    Of pyte's attributes, which lack dim ink, `fg` alone is used: for all `Attributes` at once.
    """

    def __init__(self, cols: int, rows: int, scrollback: int) -> None:
        self.scrollback: deque[str] = deque(maxlen=scrollback)
        self._cells: dict[Char, _StyledCells] = {}
        self._coloured = False
        """Whether there has been a sequence that may have set attributes."""
        super().__init__(cols, rows)

    def rows(self) -> list[str]:
        """The text of all rows."""
        return [self._text(row) for row in range(self.lines)]

    def act(self, token: re.Match[str]) -> None:
        """Do what a `TOKEN` tells; pyte's parser, slower by far, lends its tables alone."""
        match token.lastgroup:
            case "text":
                self.draw(token[0])
            case "control":
                getattr(self, pyte.Stream.basic[token[0]])()
            case "final" if token["final"] == "m":
                self._coloured = True
                look: Any = changed(_look(self.cursor.attrs.fg), token["parameters"])
                self.cursor.attrs = self.cursor.attrs._replace(fg=look)
            case "simple" if name := pyte.Stream.escape.get(token[0][1:]):
                getattr(self, name)()
            case "final" if call := _call(token["final"], token["parameters"]):
                call(self)

    def draw(self, data: str) -> None:
        """Put plain text into its row at once, where pyte goes character by character."""
        if mo.IRM in self.mode or not _SINGLE_WIDTH.fullmatch(data):
            super().draw("".join(map(_drawable, data)))
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
        cells = [line[column] for column in range(max(line) + 1)]
        if not self._coloured or set(map(_INK_OF, cells)) <= _PLAIN:
            return safe("".join(map(_DATA_OF, cells))).rstrip()
        return coloured_line(
            ("".join(map(_DATA_OF, group)), _look(ink)) for ink, group in groupby(cells, _INK_OF)
        )


class _StyledCells(dict[str, Char]):
    """Cells by character, all in one style: made once instead of once a character."""

    def __init__(self, style: Char) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, char: str) -> Char:
        cell = self[char] = self._style._replace(data=char)
        return cell


_DEFAULT = "default"
_PLAIN = {_DEFAULT, PLAIN}
_DATA_OF, _INK_OF = attrgetter("data"), attrgetter("fg")


def _look(ink: str | Attributes) -> Attributes:
    return PLAIN if isinstance(ink, str) else ink


_PARAMETERS = re.compile(r"(\??)([0-9;]*)")
_HIGHEST = 9999  # a parameter above is taken for that, as pyte does
_SIGNATURES = {
    final: inspect.signature(getattr(pyte.Screen, name)) for final, name in pyte.Stream.csi.items()
}


@lru_cache(maxsize=2048)
def _call(final: str, parameters: str) -> methodcaller | None:
    """What a control sequence does to a screen; None if pyte does not know it, or not so."""
    known = _PARAMETERS.fullmatch(parameters)
    if known is None or final not in _SIGNATURES:
        return None
    numbers = tuple(min(int(number or 0), _HIGHEST) for number in known[2].split(";"))
    flags = {"private": True} if known[1] else {}
    try:
        _SIGNATURES[final].bind(None, *numbers, **flags)
    except TypeError:
        return None
    return methodcaller(pyte.Stream.csi[final], *numbers, **flags)


@lru_cache(maxsize=8192)
def _drawable(char: str) -> str:
    # At what has no width, such as an emoji's variation selector, pyte would stop drawing.
    return char if len(char) == 1 and (wcwidth(char) > 0 or unicodedata.combining(char)) else ""
