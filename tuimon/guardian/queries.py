"""What the training asks its terminal, and what a plain xterm answers.

Programs that want to know where the cursor is, how large the screen is or what colours it has write
a query to the terminal and wait for the answer, a second or more where none comes. Nothing of it
reaches the terminal of whoever watches: that would answer into the wrong keyboard, and late.
"""

import os
import re
import termios
from collections.abc import Iterator
from contextlib import suppress

from tuimon.guardian.cursor_position import CursorPosition

_MOST_ANSWERED = 4096
"""Bytes of answers to one read: a terminal holds as many of what is typed."""

_LONGEST_STRING = 256
_MOST_KEPT = 65536
_LEAST_KEPT = 16384
"""Bytes of output that are kept to find the cursor in, once somebody asks; below a screenful of
what came before them, the cursor is taken to be on the last row."""

_QUERY = re.compile(
    rb"\x1b(?:"
    rb"\[(?P<control>[?>=]?[\d;]{0,32}(?:\$p|[cnqtx]))"
    rb"|\](?P<command>(?:4;|1[0-9];)[\d;?]{1,64})(?P<end>\x07|\x1b\\)"
    rb"|P(?P<string>[$+]q[ -~]{0,64})\x1b\\"
    rb"|(?P<identify>Z))"
)
_BEGUN = re.compile(rb"\x1b(?:\[[?>=]?[\d;]{0,32}\$?|[\]P][ -~]{0,80}\x1b?)?\Z")

_DEVICE = "\x1b[?62;22c"
"""A VT220 with colours (DEC STD 070); no pictures, no locator, nothing else to be tried out."""

_ANSWERS = {
    "c": _DEVICE,
    "0c": _DEVICE,
    ">c": "\x1b[>1;95;0c",
    ">0c": "\x1b[>1;95;0c",
    "=c": "\x1bP!|00000000\x1b\\",
    "=0c": "\x1bP!|00000000\x1b\\",
    "5n": "\x1b[0n",
    "?15n": "\x1b[?13n",  # no printer
    "?25n": "\x1b[?20n",  # user-defined keys are not locked
    "?26n": "\x1b[?27;1;0;0n",
    "?53n": "\x1b[?50n",  # no locator
    "?55n": "\x1b[?50n",
    ">q": "\x1bP>|tuimon\x1b\\",
    ">0q": "\x1bP>|tuimon\x1b\\",
    "x": "\x1b[2;1;1;128;128;1;0x",
    "0x": "\x1b[2;1;1;128;128;1;0x",
    "1x": "\x1b[3;1;1;128;128;1;0x",
    "11t": "\x1b[1t",
    "13t": "\x1b[3;0;0t",
}
_STATES = {
    "$qm": "0m",
    "$q q": "2 q",
    '$q"p': '62;1"p',
    '$q"q': '0"q',
}

_SET = frozenset({"?7", "?25"})
_KNOWN = _SET | {"4", "20"} | {f"?{mode}" for mode in (1, 3, 5, 6, 12, 45, 47, 66, 69)}
_KNOWN |= {f"?{mode}" for mode in (*range(1000, 1007), 1015, 1047, 1048, 1049, 2004)}
"""Modes that a terminal says something of: those that are set at first, and all."""

_COLOURS = {10: "e5e5/e5e5/e5e5", 11: "0000/0000/0000", 12: "e5e5/e5e5/e5e5"}
_LEVELS = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
_FIRST_COLOURS = (
    *(0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5),
    *(0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF),
)


class QueryReader:
    """Finds the queries in what a terminal is sent, wherever the reads end, and answers them."""

    def __init__(self, master: int, *, cleared: bool = True) -> None:
        """`cleared`: nothing has been printed yet."""
        self._master = master
        self._cursor = CursorPosition()
        self._begun = b""
        self._recent = bytearray() if cleared else self._unknown()

    def answer(self, data: bytes) -> None:
        """Type the answers to what is asked in `data`; those that nobody reads are dropped."""
        if answers := self.answers(data):
            with suppress(OSError):
                os.write(self._master, answers)

    def answers(self, data: bytes) -> bytes:
        """The answers to what is asked in `data`, which follows what came before."""
        if not self._begun and b"\x1b" not in data:
            self._keep(data)
            return b""
        data = self._begun + data
        begun = _BEGUN.search(data, max(0, len(data) - _LONGEST_STRING))
        self._begun = begun[0] if begun else b""
        data = data[: len(data) - len(self._begun)]
        found = bytearray()
        position = 0
        for query in _QUERY.finditer(data):
            self._keep(data[position : query.start()])
            position = query.end()
            if len(found) < _MOST_ANSWERED:
                found += "".join(self._answers(query)).encode("latin-1")
        self._keep(data[position:])
        return bytes(found)

    def _answers(self, query: re.Match[bytes]) -> Iterator[str]:
        control, command, string = (
            (query[name] or b"").decode("ascii") for name in ("control", "command", "string")
        )
        if control:
            yield self._control(control)
        elif command:
            yield from _colours(command, (query["end"] or b"").decode("ascii"))
        elif string.startswith("+q"):
            yield f"\x1bP0+r{string[2:]}\x1b\\"
        elif string:
            rows, _ = self._size()
            state = {**_STATES, "$qr": f"1;{rows}r"}.get(string)
            yield f"\x1bP1$r{state}\x1b\\" if state else "\x1bP0$r\x1b\\"
        else:
            yield _DEVICE

    def _control(self, query: str) -> str:
        if query in ("6n", "?6n"):
            self._catch_up()
            cursor = self._cursor
            row, column = cursor.row + 1, min(cursor.column + 1, cursor.columns)
            return f"\x1b[{'?' if query[0] == '?' else ''}{row};{column}R"
        if query in ("18t", "19t"):
            rows, columns = self._size()
            return f"\x1b[{8 if query == '18t' else 9};{rows};{columns}t"
        if query.endswith("$p"):
            self._catch_up()
            mode = query[:-2]
            value = self._cursor.modes.get(mode, mode in _SET)
            return f"\x1b[{mode};{(1 if value else 2) if mode in _KNOWN else 0}$y"
        return _ANSWERS.get(query, "")

    def _keep(self, data: bytes) -> None:
        self._recent += data
        if len(self._recent) > _MOST_KEPT:
            self._recent[:-_LEAST_KEPT] = self._unknown()

    def _unknown(self) -> bytearray:
        """What stands for output that was not seen."""
        return bytearray(b"\n" * self._size()[0])

    def _catch_up(self) -> None:
        text = self._recent.decode(errors="replace")
        self._recent.clear()
        self._cursor.follow(text, *self._size())

    def _size(self) -> tuple[int, int]:
        try:
            rows, columns = termios.tcgetwinsize(self._master)
        except (OSError, termios.error):
            rows, columns = 0, 0
        return rows or 24, columns or 80


def _colours(command: str, end: str) -> Iterator[str]:
    """Answers to ``11;?`` and ``4;NUMBER;?``, closed as the query is."""
    number, *specifications = command.split(";")
    if number == "4":
        for index, asked in zip(specifications[::2], specifications[1::2], strict=False):
            if asked == "?" and index.isdigit() and int(index) < 256:
                yield f"\x1b]4;{index};rgb:{_palette(int(index))}{end}"
        return
    for place, asked in enumerate(specifications, int(number)):
        if asked == "?" and place in _COLOURS:
            yield f"\x1b]{place};rgb:{_COLOURS[place]}{end}"


def _palette(index: int) -> str:
    """A colour of xterm's 256: 16, a cube of 6³, 24 greys."""
    if index < 16:
        parts = tuple(_FIRST_COLOURS[index].to_bytes(3))
    elif index < 232:
        red, rest = divmod(index - 16, 36)
        parts = _LEVELS[red], *(_LEVELS[level] for level in divmod(rest, 6))
    else:
        parts = (8 + 10 * (index - 232),) * 3
    return "/".join(f"{part:02x}{part:02x}" for part in parts)
