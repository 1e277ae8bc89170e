"""Where tuimon reaches into Textual; each piece with its reason, tested against the real thing."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.screen import Screen
from textual.strip import Strip

from tuimon.text import width

_MERGE_GAP = 8
"""Unchanged cells that cost fewer bytes than a movement of the cursor past them."""

_RESET = "\x1b[0m"


class _Cell(NamedTuple):
    """One cell; `text` is empty for the second cell of a wide character."""

    text: str
    style: Style


class TerminalImage:
    """What the terminal shows, so that only cells that change are sent.

    Textual 8.2 repaints the whole screen at every change of the layout, some widgets from their
    left edge on, and sets and resets every style in full. On a slow link these bytes are what one
    waits for. After `install`, all that Textual draws passes through here.
    """

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, _Cell]] = {}

    def install(self) -> None:
        """Take the place of Textual's encoders of full and partial updates."""
        full: Any = LayoutUpdate
        partial: Any = ChopsUpdate
        full.render_segments = lambda update, console: self.full(update, console)
        partial.render_segments = lambda update, console: self.partial(update, console)

    def forget(self) -> None:
        """The terminal may show anything now (resized, resumed): send the next update whole."""
        self._rows.clear()

    def full(self, update: LayoutUpdate, console: Console) -> str:
        """What to send for a region of whole lines."""
        left, top = update.region.offset
        return self._encode(
            ((y, left, Strip.join(strips)) for y, strips in enumerate(update.strips, top)), console
        )

    def partial(self, update: ChopsUpdate, console: Console) -> str:
        """What to send for parts of lines."""
        return self._encode(_pieces(update), console)

    def _encode(self, pieces: Iterable[tuple[int, int, Strip]], console: Console) -> str:
        pen = _Pen(console)
        for y, left, strip in pieces:
            row = self._rows.setdefault(y, {})
            cells = _cells(strip)
            for start, end in _changed(row, cells, left):
                pen.move_to(left + start, y)
                for cell in cells[start:end]:
                    pen.write(cell)
            row.update(enumerate(cells, left))
            for edge in (left, left + len(cells)):
                _forget_torn(row, edge)
        return pen.written()


def screen_strips(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row; Textual itself only gives it as a finished SVG."""
    return screen._compositor.render_strips()


def _pieces(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """(y, x, cells) of a partial update, cropped at both ends."""
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if strip is not None and start < stop:
                yield y, start, strip.crop(start - x, stop - x)


def _cells(strip: Strip) -> list[_Cell]:
    cells: list[_Cell] = []
    for text, style, control in strip:
        if control:
            continue
        style = style or Style.null()
        for char in text:
            cells.append(_Cell(char, style))
            if width(char) == 2:
                cells.append(_Cell("", style))
    return cells


def _changed(row: dict[int, _Cell], cells: list[_Cell], left: int) -> list[tuple[int, int]]:
    """Index ranges of `cells` that differ from what the row shows, near ones merged."""
    runs: list[tuple[int, int]] = []
    for index, cell in enumerate(cells):
        if row.get(left + index) == cell:
            continue
        # A wide character is sent whole.
        start = index - 1 if not cell.text and index else index
        end = index + 2 if index + 1 < len(cells) and not cells[index + 1].text else index + 1
        if runs and start - runs[-1][1] < _MERGE_GAP:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _forget_torn(row: dict[int, _Cell], edge: int) -> None:
    """Terminals disagree about what is left of a wide character that was half overwritten."""
    first, second = row.get(edge - 1), row.get(edge)
    if first and second and (width(first.text) == 2) != (second.text == ""):
        del row[edge - 1], row[edge]


class _Pen:
    """Writes cells with as few style changes (SGR, ECMA-48 §8.3.117) as they need."""

    def __init__(self, console: Console) -> None:
        self._colors = console._color_system or ColorSystem.TRUECOLOR
        self._style: Style | None = None
        self._parts: list[str] = []

    def move_to(self, x: int, y: int) -> None:
        self._parts.append(Control.move_to(x, y).segment.text)

    def write(self, cell: _Cell) -> None:
        if cell.style != self._style:
            self._parts.append(_change(self._style, cell.style, self._colors))
            self._style = cell.style
        self._parts.append(cell.text)

    def written(self) -> str:
        """Everything, leaving the terminal in its default style."""
        return "".join([*self._parts, _RESET]) if self._parts else ""


@lru_cache(maxsize=4096)
def _change(before: Style | None, after: Style, colors: ColorSystem) -> str:
    if before is None or not _differ_in_colour_only(before, after):
        codes = Strip.render_ansi(after, colors)
        return f"\x1b[0;{codes}m" if codes else _RESET
    changed = Style(
        color=after.color if after.color != before.color else None,
        bgcolor=after.bgcolor if after.bgcolor != before.bgcolor else None,
    )
    return f"\x1b[{Strip.render_ansi(changed, colors)}m"


def _differ_in_colour_only(before: Style, after: Style) -> bool:
    return (
        before.without_color == after.without_color
        and (before.color is None) == (after.color is None)
        and (before.bgcolor is None) == (after.bgcolor is None)
    )
