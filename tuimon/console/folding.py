"""Console output as plain lines: what a terminal would have left standing, without one.

Several hundred times faster than emulating a terminal, so fit for whole logs: carriage returns
overwrite, backspaces and cursor movements move, titles vanish. Nested progress bars move the cursor
up and redraw; so lines stay open to change until the cursor is known not to come back to them.
Lines with colours are ``ColouredLine``.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from tuimon.console.attributes import PLAIN, Attributes, changed
from tuimon.console.escapes import TOKEN, OutputDecoder
from tuimon.console.printed_line import coloured_line
from tuimon.text import safe

_REACH = 64
"""Lines above the last one that the cursor can come back to; more than any PTY we open has."""

_LONGEST_LINE = 16384
"""Characters after which a line is broken."""

_WIDEST_JUMP = 512
"""Columns beyond which a cursor movement is taken for garbage."""


class LineFolder:
    """Folds a stream of terminal output into lines; the chunks it comes in make no difference.

    `reach` is how many lines above the last one are held back from the start because they may
    still be redrawn. With 0, for following a log, lines come at once and are held back only from
    the moment that the stream is seen to move its cursor up.
    """

    def __init__(self, reach: int = _REACH) -> None:
        self._decoder = OutputDecoder()
        self._reach = self._first_reach = reach
        self._lines = [""]
        self._looks: list[list[Attributes]] = [[]]
        """Of the first characters of each of these; of the others they are `PLAIN`."""
        self._look = PLAIN
        """Of what is printed next."""
        self._row = 0
        self._column = 0
        self._done: list[str] = []

    def feed(self, data: bytes) -> list[str]:
        """Take raw output; return the lines that have become final, safe for a terminal."""
        self._parse(self._decoder.feed(data))
        return self._take()

    def finish(self) -> list[str]:
        """The stream has ended: return what is left."""
        self._parse(self._decoder.finish())
        rest = self._take() + self.pending()
        self._lines, self._looks, self._row, self._column = [""], [[]], 0, 0
        return rest

    @property
    def is_blank(self) -> bool:
        """Whether what follows would be folded alike by a new folder."""
        untouched = self._lines == [""] and self._column == 0 and self._reach == self._first_reach
        return untouched and not self._decoder.waits

    @property
    def open(self) -> int:
        """How many lines are still open to change."""
        return len(self._lines) - (not self._lines[-1])

    def pending(self) -> list[str]:
        """The lines that are still open to change, without the empty one that ends a log."""
        lines = self._lines if self._lines[-1] else self._lines[:-1]
        return [_printed(line, looks) for line, looks in zip(lines, self._looks, strict=False)]

    def _take(self) -> list[str]:
        done, self._done = self._done, []
        return done

    def _parse(self, text: str) -> None:
        for token in TOKEN.finditer(text):
            match token.lastgroup:
                case "text":
                    self._write(token[0])
                case "control":
                    self._put(token[0])
                case "final" if token["final"] == "m":
                    self._look = changed(self._look, token["parameters"])
                case "final":
                    self._control(token["final"], token["parameters"])

    def _put(self, control: str) -> None:
        match control:
            case "\r":
                self._column = 0
            case "\b":
                self._column = max(0, self._column - 1)
            case "\t":
                self._column = min(self._column // 8 * 8 + 8, _LONGEST_LINE)
            case _:
                self._line_feed()

    def _write(self, text: str) -> None:
        while text:
            line = self._lines[self._row]
            part = text[: _LONGEST_LINE - self._column]
            text = text[len(part) :]
            end = self._column + len(part)
            self._lines[self._row] = line[: self._column].ljust(self._column) + part + line[end:]
            self._paint(self._column, end)
            self._column = end
            if self._column >= _LONGEST_LINE:
                self._line_feed()
                self._column = 0

    def _paint(self, begin: int, end: int) -> None:
        """What lies there in the line of the cursor looks as what is printed now."""
        looks = self._looks[self._row]
        if begin < len(looks) or self._look is not PLAIN:
            looks += [PLAIN] * (begin - len(looks))
            looks[begin:end] = [self._look] * (end - begin)

    def _line_feed(self) -> None:
        # A pseudo-terminal turns "\n" into "\r\n", so the column is right already; in a log from
        # elsewhere, a bare "\n" begins a line as well.
        self._column = 0
        self._row += 1
        if self._row == len(self._lines):
            self._lines.append("")
            self._looks.append([])
        while len(self._lines) > self._reach + 1:
            self._done.append(_printed(self._lines.pop(0), self._looks.pop(0)))
            self._row -= 1

    def _control(self, final: str, parameters: str) -> None:
        numbers = [int(number) for number in re.findall(r"\d+", parameters)]
        count = min(numbers[0], _WIDEST_JUMP) if numbers else 0
        line = self._lines[self._row]
        match final:
            case "A" | "F":
                self._move_up(count or 1)
            case "B" | "E":
                for _ in range(min(count or 1, len(self._lines) - 1 - self._row)):
                    self._row += 1
            case "C":
                self._column = min(self._column + (count or 1), _WIDEST_JUMP)
            case "D":
                self._column = max(0, self._column - (count or 1))
            case "G":
                self._column = max(0, count - 1)
            case "H" | "f" if self._column > 0:
                self._line_feed()
            case "K" if count == 0:
                self._lines[self._row] = line[: self._column]
                del self._looks[self._row][self._column :]
            case "K":
                kept = "" if count == 2 else line[self._column + 1 :]
                self._lines[self._row] = kept.rjust(len(line))
                blank = len(line) - len(kept)
                self._looks[self._row][:blank] = [PLAIN] * blank
        if final in "EF":
            self._column = 0

    def _move_up(self, count: int) -> None:
        # Seen once, it will be seen again: hold back that many lines from now on.
        self._reach = max(self._reach, min(len(self._lines) - 1 - self._row + count, _REACH))
        self._row = max(0, self._row - count)


def _printed(line: str, looks: list[Attributes]) -> str:
    """A line whose first characters look like that, as it is handed out."""
    if not looks:
        return safe(line).rstrip()
    return coloured_line((*_parts(line, looks), (line[len(looks) :], PLAIN)))


def _parts(line: str, looks: list[Attributes]) -> Iterator[tuple[str, Attributes]]:
    begin = 0
    for look, group in groupby(looks):
        end = begin + sum(1 for _ in group)
        yield line[begin:end], look
        begin = end


def fold(data: bytes) -> list[str]:
    """Fold a whole log into safe lines."""
    folder = LineFolder()
    return folder.feed(data) + folder.finish()
