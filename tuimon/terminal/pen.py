"""Cells to control sequences (ECMA-48, XTerm), in few bytes."""

from functools import lru_cache
from itertools import groupby

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from tuimon.terminal.indexed_colours import indexed

Cell = tuple[str, int]
"""A character and the number of its style; the text is "" in a wide character's second cell."""

_LEAST_ERASED, _LEAST_ERASED_LAST, _LEAST_ERASED_TO_EDGE = 11, 6, 4
"""So many blanks cost more bytes than erasing them, and moving past them if others follow."""


class StyleTable:
    """Styles by number: cells are compared often."""

    def __init__(self) -> None:
        self._numbers: dict[Style, tuple[int, int]] = {}
        self._styles: list[Style] = []
        self._bare: list[int | None] = []
        self.plain: Cell = (" ", self.number(Style.null())[1])

    def number(self, style: Style) -> tuple[int, int]:
        """Of a style: its number, and the number of what a blank shows of it."""
        found = self._numbers.get(style)
        if found is None:
            number = len(self._styles)
            self._styles.append(style)
            self._bare.append(None)
            bare = number
            if not _shows_on_blanks(style):
                background = Style(bgcolor=style.bgcolor)
                bare = number if style == background else self.number(background)[1]
                self._bare[number] = bare
            found = self._numbers[style] = number, bare
        return found

    def of(self, number: int) -> Style:
        """The style with this number."""
        return self._styles[number]

    def bare(self, number: int) -> int | None:
        """The number of what a blank shows of it: the background; None if it shows more."""
        return self._bare[number]

    def blank(self, cell: Cell) -> Cell:
        """A blank in the style of a cell."""
        bare = self._bare[cell[1]]
        return " ", cell[1] if bare is None else bare


def _shows_on_blanks(style: Style) -> bool:
    return bool(
        style.underline or style.underline2 or style.reverse or style.strike or style.overline
    )


class Pen:
    """Writes cells with as few movements and changes of style (SGR, §8.3.117) as they need."""

    def __init__(self, styles: StyleTable, colors: ColorSystem, *, erases: bool) -> None:
        self._styles = styles
        self._colors = colors
        self._erases = erases
        self._style: int | None = None
        self._at: tuple[int, int] | None = None
        self._parts: list[str] = []
        self.size = 0
        """Bytes written since the last `take`, about."""

    def take(self) -> str:
        """Everything written since the last time."""
        text = "".join(self._parts)
        self._parts.clear()
        self.size = 0
        return text

    def clear(self, blank: Cell, rows: int) -> None:
        """Make every cell of so many rows a blank."""
        self._set(blank[1])
        # Not by ESC[2J: some emulators then forget the colour.
        self._put("\x1b[H" + "\n".join(["\x1b[2K"] * rows))
        self._at = None

    def move_to(self, x: int, y: int) -> None:
        """Go to a cell, counted from 0."""
        at, self._at = self._at, (x, y)
        if at == self._at:
            return
        if at is not None and at[1] == y:
            columns = x - at[0]
            self._put(f"\x1b[{columns}C" if 0 < columns < 100 else f"\x1b[{x + 1}G")
        else:
            self._put(f"\x1b[{y + 1};{x + 1}H")

    def write(self, cells: list[Cell], *, to_edge: bool) -> None:
        """Write cells from here on; `to_edge` if the last is in the last column."""
        assert self._at is not None
        x, y = self._at
        left = len(cells)
        for (text, number), same in groupby(cells):
            count = sum(1 for _ in same)
            left -= count
            if text != " " or self._styles.bare(number) is None:
                self._set(number)
                self._put(text * count)
            elif self._blanks(count, number, last=not left, to_edge=to_edge):
                self._at = x, y
                return
            x += count
        # In the last column terminals differ about where the cursor is.
        self._at = None if to_edge else (x, y)

    def _blanks(self, count: int, number: int, *, last: bool, to_edge: bool) -> bool:
        """Write blanks; True if the cursor did not move."""
        if self._style is None or self._styles.bare(self._style) != number:
            self._set(number)
        if self._erases and last and to_edge and count >= _LEAST_ERASED_TO_EDGE:
            self._put("\x1b[K")
            return True
        if self._erases and count >= (_LEAST_ERASED_LAST if last else _LEAST_ERASED):
            self._put(f"\x1b[{count}X" if last else f"\x1b[{count}X\x1b[{count}C")
            return last
        self._put(" " * count)
        return False

    def _set(self, number: int) -> None:
        if number != self._style:
            before = None if self._style is None else self._styles.of(self._style)
            self._put(_change(before, self._styles.of(number), self._colors))
            self._style = number

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self.size += len(text) if text.isascii() else 3 * len(text)


@lru_cache(maxsize=4096)
def _change(before: Style | None, after: Style, colors: ColorSystem) -> str:
    if before is None or not _changes_little(before, after):
        codes = _codes(after, colors)
        return f"\x1b[0;{codes}m" if codes else "\x1b[m"
    changed = Style(
        color=after.color if after.color != before.color else None,
        bgcolor=after.bgcolor if after.bgcolor != before.bgcolor else None,
    )
    weight = "" if bool(before.bold) == bool(after.bold) else "1" if after.bold else "22"
    codes = ";".join(filter(None, [weight, _codes(changed, colors)]))
    return f"\x1b[{codes}m" if codes else ""


def _codes(style: Style, colors: ColorSystem) -> str:
    return Strip.render_ansi(indexed(style) if colors is ColorSystem.EIGHT_BIT else style, colors)


def _changes_little(before: Style, after: Style) -> bool:
    """Whether only colours and boldness differ."""
    return (
        _shape(before) == _shape(after)
        and (before.color is None or after.color is not None)
        and (before.bgcolor is None or after.bgcolor is not None)
    )


def _shape(style: Style) -> tuple[object, ...]:
    # Bold and dim share the code that ends them.
    return (
        bool(style.dim),
        bool(style.bold and style.dim),
        bool(style.italic),
        bool(style.underline),
        bool(style.underline2),
        bool(style.blink),
        bool(style.blink2),
        bool(style.reverse),
        bool(style.conceal),
        bool(style.strike),
        bool(style.overline),
        bool(style.frame),
        bool(style.encircle),
    )
