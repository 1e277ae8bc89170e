"""What the terminal shows and what it should show, so that only cells that differ are sent.

Textual 8.2 repaints the whole screen at every change of the layout, some widgets from their left
edge on, and sets and resets every style in full. On a slow link these bytes are what one waits
for. Here its updates only change what is wanted; `TerminalImage.take` tells the difference, as
much of it at a time as the link carries.
"""

from collections.abc import Iterator
from itertools import groupby

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from tuimon.terminal.pen import Cell, Pen, StyleTable
from tuimon.text import width

_MERGE_GAP = 4
"""Unchanged cells that cost fewer bytes than a movement of the cursor past them."""


class TerminalImage:
    """Cells by row. What the terminal shows is unknown at first, and after `forget`."""

    def __init__(self) -> None:
        self._styles = StyleTable()
        self._wanted: dict[int, list[Cell | None]] = {}  # None: nothing drawn there yet
        self._shown: dict[int, list[Cell | None]] = {}
        self._touched: dict[int, tuple[int, int]] = {}
        self._background: Cell | None = None
        self._pen: Pen | None = None

    def forget(self) -> None:
        """The terminal may show anything now (resized, resumed); all will be drawn again."""
        self._wanted.clear()
        self._shown.clear()
        self._touched.clear()
        self._background = None
        self._pen = None

    def draw(self, update: LayoutUpdate | ChopsUpdate, size: Size) -> None:
        """Want what Textual wants; it may still be drawing for a larger terminal."""
        pieces = _lines(update) if isinstance(update, LayoutUpdate) else _parts(update)
        for y, left, strip in pieces:
            if y < size.height and left < size.width:
                room = size.width - left
                if strip.cell_length > room:
                    strip = strip.crop(0, room)
                self._put(y, left, self._cells(strip))

    def lose(self, x: int, y: int, width: int, height: int) -> None:
        """The terminal shows something else there: draw these cells again."""
        for line in range(y, y + height):
            wanted, shown = self._wanted.get(line, []), self._shown.get(line, [])
            shown[x : x + width] = [None] * len(shown[x : x + width])
            end = min(x + width, len(wanted))
            if x < end:
                before = self._touched.get(line, (x, end))
                self._touched[line] = min(x, before[0]), max(end, before[1])

    def is_blank(self, x: int, y: int, width: int, height: int) -> bool:
        """Whether all of these cells are on the screen, and should show nothing."""
        rows = [self._wanted.get(line, [])[x : x + width] for line in range(y, y + height)]
        return all(
            len(row) == width and all(cell is not None and cell[0] == " " for cell in row)
            for row in rows
        )

    @property
    def behind(self) -> bool:
        """Whether the terminal may have to be told something."""
        return bool(self._touched)

    def take(self, limit: int, size: Size, colors: ColorSystem, *, erases: bool) -> str:
        """What to send next: rows that differ, until they are `limit` bytes or more.

        Args:
            limit: bytes.
            size: the terminal's, in cells.
            colors: what the terminal can show.
            erases: the terminal erases with the background colour (`bce` of terminfo), which
                takes fewer bytes than blanks.
        """
        if self._pen is None:
            self._pen = Pen(self._styles, colors, erases=erases)
            if erases and len(self._wanted) > 1:
                self._background = self._commonest_blank()
                self._pen.clear(self._background, size.height)
        pen = self._pen
        while self._touched and pen.size < limit:
            y = next(iter(self._touched))
            start, end = self._touched.pop(y)
            self._send(pen, y, start, end, size.width)
        return pen.take()

    def _send(self, pen: Pen, y: int, start: int, end: int, columns: int) -> None:
        wanted = self._wanted[y]
        shown = self._shown.setdefault(y, [])
        shown += [self._background] * (len(wanted) - len(shown))
        for first, last in _changed(wanted, shown, start, end):
            cells = [cell for cell in wanted[first:last] if cell]
            pen.move_to(first, y)
            pen.write(cells, to_edge=last == columns)
            shown[first:last] = cells

    def _put(self, y: int, left: int, cells: list[Cell]) -> None:
        row = self._wanted.setdefault(y, [])
        end = left + len(cells)
        row += [None] * (end - len(row))
        row[left:end] = cells
        # Half of a wide character that was drawn over cannot be shown.
        if left and (before := row[left - 1]) and width(before[0]) == 2:
            left -= 1
            row[left] = self._styles.blank(before)
        if end < len(row) and (after := row[end]) and after[0] == "":
            row[end] = self._styles.blank(after)
            end += 1
        touched = self._touched.get(y)
        if touched is not None:
            left, end = min(left, touched[0]), max(end, touched[1])
        self._touched[y] = left, end

    def _cells(self, strip: Strip) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in strip:
            if control or not text:
                continue
            full, bare = self._styles.number(style or Style.null())
            if text.isascii():
                cells += [(char, bare if char == " " else full) for char in text]
                continue
            for char in text:
                if (cells_taken := width(char)) == 0:  # a mark on the one before
                    if cells:
                        at = -1 if cells[-1][0] else -2
                        cells[at] = cells[at][0] + char, cells[at][1]
                    continue
                cells.append((char, bare if char == " " else full))
                if cells_taken == 2:
                    cells.append(("", full))
        return cells

    def _commonest_blank(self) -> Cell:
        counts: dict[Cell, int] = {}
        for row in self._wanted.values():
            for cell, run in groupby(row):
                if cell and cell[0] == " ":
                    counts[cell] = counts.get(cell, 0) + sum(1 for _ in run)
        return max(counts, key=counts.__getitem__, default=self._styles.plain)


def _lines(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """(y, x, cells) of a full update."""
    left, top = update.region.offset
    for y, strips in enumerate(update.strips, top):
        yield y, left, Strip.join(strips)


def _parts(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """(y, x, cells) of a partial update, cropped at both ends."""
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if strip is not None and start < stop:
                yield y, start, strip.crop(start - x, stop - x)


def _changed(
    wanted: list[Cell | None], shown: list[Cell | None], start: int, end: int
) -> list[tuple[int, int]]:
    """Ranges of columns that differ, near ones merged, wide characters whole."""
    runs: list[tuple[int, int]] = []
    for x in range(start, end):
        cell = wanted[x]
        if cell is None or cell == shown[x]:
            continue
        first = x - 1 if not cell[0] else x
        second = wanted[x + 1] if x + 1 < len(wanted) else None
        last = x + 2 if second and not second[0] else x + 1
        if runs and first - runs[-1][1] < _MERGE_GAP and None not in wanted[runs[-1][1] : first]:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs
