"""A terminal that shows pictures, as far as one needs to know where they are, what they cover."""

import base64
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyte
from PIL import Image
from pyte.screens import wcwidth

from support.terminal import Terminal

CELL = 10, 20
"""Width and height of a cell in pixels."""
_ALTERNATE = 1049
_ENDS = {b"\x1b_G": b"\x1b\\", b"\x1bP": b"\x1b\\", b"\x1b]1337;": b"\x07"}
_BEGIN = re.compile(b"|".join(re.escape(begin) for begin in _ENDS))
_BEGUN = re.compile(rb"\x1b(_|\](1(3(37?)?)?)?)?\Z")
_QUESTIONS = {
    "kitty": {b"\x1b[>q": b"\x1bP>|kitty(0.35)\x1b\\", b"\x1b[c": b"\x1b[?62;c"},
    "iterm2": {b"\x1b[>q": b"\x1bP>|iTerm2 3.5.0\x1b\\", b"\x1b[c": b"\x1b[?62;c"},
    "sixel": {b"\x1b[>q": b"\x1bP>|foot(1.16)\x1b\\", b"\x1b[c": b"\x1b[?62;4;22c"},
}


class Shown(NamedTuple):
    """A picture on the screen, in cells."""

    x: int
    y: int
    width: int
    height: int
    pixels: np.ndarray | None
    """Shape [h, w, 3]; None for sixels."""

    def cells(self) -> set[tuple[int, int]]:
        """Column and row of each."""
        return {
            (x, y)
            for x in range(self.x, self.x + self.width)
            for y in range(self.y, self.y + self.height)
        }


class _Cells(pyte.Screen):
    """Tells which cells something is drawn into."""

    def __init__(self, columns: int, rows: int, drawn: Callable[[set[tuple[int, int]]], None]):
        self._drawn = drawn
        super().__init__(columns, rows)

    def draw(self, data: str) -> None:
        for char in data:
            super().draw(char)
            wide = max(1, wcwidth(char))
            self._drawn({(self.cursor.x - 1 - at, self.cursor.y) for at in range(wide)})

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        super().erase_in_line(how, private)
        x = self.cursor.x
        columns = (range(x, self.columns), range(x + 1), range(self.columns))[how]
        self._drawn({(column, self.cursor.y) for column in columns})

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        super().erase_in_display(how, *args, **kwargs)
        y = self.cursor.y
        rows = range(y + 1, self.lines) if how == 0 else range(y if how == 1 else self.lines)
        self._drawn({(column, row) for row in rows for column in range(self.columns)})

    def erase_characters(self, count: int | None = None) -> None:
        super().erase_characters(count)
        x = self.cursor.x
        self._drawn({(column, self.cursor.y) for column in range(x, x + (count or 1))})

    def reset(self) -> None:
        super().reset()
        self._drawn({(x, y) for x in range(self.columns) for y in range(self.lines)})


class PictureTerminal(Terminal):
    """Answers as one with such a protocol does, and keeps its pictures.

    Attributes:
        placed: how many pictures came.
        faults: what a user would have seen that is wrong.
    """

    def __init__(
        self,
        protocol: str,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self.protocol = protocol
        self.placed = 0
        self.faults: list[str] = []
        self._kept: dict[int, Shown] = {}
        self._erased: dict[int, set[tuple[int, int]]] = {}
        self._chunks = b""
        self._cut = b""
        super().__init__(command, cwd=cwd, env=env, columns=columns, rows=rows)
        self.screen = _Cells(columns, rows, self._draw_over)
        self._stream = pyte.Stream(self.screen)

    @property
    def pictures(self) -> list[Shown]:
        """Pictures of which all is to be seen, from above."""
        whole = [one for key, one in self._kept.items() if not self._erased[key]]
        return sorted(whole, key=lambda one: (one.y, one.x))

    @property
    def remains(self) -> int:
        """Cells of pictures that were drawn over in part."""
        return sum(
            len(one.cells() - self._erased[key])
            for key, one in self._kept.items()
            if self._erased[key]
        )

    @property
    def hidden(self) -> str:
        """Text below the pictures that are drawn over text."""
        below = {cell for one in self._kept.values() for cell in one.cells()}
        rows = self.screen.buffer
        return "".join(rows[y][x].data for x, y in sorted(below, key=lambda one: one[::-1])).strip()

    def resize(self, columns: int, rows: int) -> None:
        super().resize(columns, rows)
        # What is cut off is gone.
        beyond = {
            cell
            for one in self._kept.values()
            for cell in one.cells()
            if cell[0] >= columns or cell[1] >= rows
        }
        self._draw_over(beyond)

    def _receive(self, data: bytes) -> None:
        data, self._cut = self._cut + data, b""
        while (begin := _BEGIN.search(data)) is not None:
            ending = _ENDS[begin[0]]
            end = data.find(ending, begin.end())
            if end < 0:
                self._cut, data = data[begin.start() :], data[: begin.start()]
                break
            self._text(data[: begin.start()])
            self._command(begin[0], data[begin.end() : end])
            data = data[end + len(ending) :]
        if not self._cut and (begun := _BEGUN.search(data)):
            self._cut, data = data[begun.start() :], data[: begun.start()]
        self._text(data)

    def _text(self, data: bytes) -> None:
        was_there = _ALTERNATE in self.modes
        super()._receive(data)
        if was_there and _ALTERNATE not in self.modes:
            if self.protocol == "kitty" and self._kept:
                self.faults.append(f"{len(self._kept)} pictures left over")
            self._kept.clear()  # cells go with the alternate screen
        for question, answer in _QUESTIONS[self.protocol].items():
            if question in data:
                os.write(self._master, answer)
        if b"\x1b[16t" in data:
            os.write(self._master, b"\x1b[6;%d;%dt" % CELL[::-1])

    def _command(self, begin: bytes, body: bytes) -> None:
        if begin == b"\x1b_G":
            self._kitty(body)
        elif begin == b"\x1bP" and (size := re.match(rb'[\d;]*q"1;1;(\d+);(\d+)', body)):
            self._place(self.placed, int(size[1]), int(size[2]), None)
        elif begin == b"\x1b]1337;":
            pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(body.split(b":")[1]))))
            self._place(self.placed, pixels.shape[1], pixels.shape[0], pixels)

    def _kitty(self, body: bytes) -> None:
        control, _, data = body.partition(b";")
        keys = dict(part.split(b"=") for part in control.split(b","))
        action = keys.get(b"a")
        if self.protocol != "kitty":
            return  # as other terminals do
        if action == b"q":
            os.write(self._master, b"\x1b_Gi=1;OK\x1b\\")
        elif action == b"d":
            gone = list(self._kept) if keys[b"d"] == b"A" else [int(keys[b"i"])]
            for key in gone:
                self._kept.pop(key, None)
        else:
            if action == b"T":
                self._chunks, self._name = b"", int(keys[b"i"])
            self._chunks += data
            if keys[b"m"] == b"0":
                pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(self._chunks))))
                self._place(self._name, pixels.shape[1], pixels.shape[0], pixels)

    def _place(self, key: int, width: int, height: int, pixels: np.ndarray | None) -> None:
        self.placed += 1
        cells = -(-width // CELL[0]), -(-height // CELL[1])
        one = Shown(self.screen.cursor.x, self.screen.cursor.y, *cells, pixels)
        if _ALTERNATE not in self.modes:
            self.faults.append("a picture after the screen was left")
        below = {cell for cell in one.cells() if self.screen.buffer[cell[1]][cell[0]].data != " "}
        if below:
            self.faults.append(f"a picture over text: {sorted(below)[:3]}")
        if one.x + one.width > self.screen.columns or one.y + one.height > self.screen.lines:
            self.faults.append(f"a picture beyond the edge: {one[:4]}")
        if self.protocol != "kitty":
            self._draw_over(one.cells())
        self._kept[key], self._erased[key] = one, set()

    def _draw_over(self, cells: set[tuple[int, int]]) -> None:
        """Where pictures are in cells, what is drawn into those takes their place."""
        if getattr(self, "protocol", "kitty") == "kitty":
            return
        for key, one in list(self._kept.items()):
            self._erased[key] |= cells & one.cells()
            if self._erased[key] >= one.cells():
                del self._kept[key]
