"""Where tuimon reaches into Textual; each piece with its reason, tested against the real thing."""

from functools import lru_cache
from typing import Any

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.screen import Screen
from textual.strip import Strip

_RESET = "\x1b[0m"


def send_changed_cells_only() -> None:
    """Make partial updates as short as they can be.

    Textual 8.2 redraws from the left edge of a widget up to the end of a changed region, and sets
    and resets every style in full. On a slow link these bytes are what one waits for.
    """
    setattr(ChopsUpdate, "render_segments", _render_segments)  # noqa: B010


def screen_strips(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row; Textual itself only gives it as a finished SVG."""
    return screen._compositor.render_strips()


def _render_segments(update: ChopsUpdate, console: Console) -> str:
    """Replaces `ChopsUpdate.render_segments`: the same cells, cropped at both ends."""
    written: list[str] = []
    pen = _Pen(console)
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if strip is None or start >= stop:
                continue
            written.append(Control.move_to(start, y).segment.text)
            written += [pen.write(segment) for segment in strip.crop(start - x, stop - x)]
    written.append(_RESET)
    return "".join(written)


class _Pen:
    """Writes segments with as few style changes (SGR, ECMA-48 §8.3.117) as they need."""

    def __init__(self, console: Console) -> None:
        self._colors = console._color_system or ColorSystem.TRUECOLOR
        self._style: Style | None = None

    def write(self, segment: Segment) -> str:
        """The segment's text after what changes the style from the one before."""
        style = segment.style or Style.null()
        if style.link:
            self._style = None
            return _RESET + Strip.render_style(style, segment.text, self._colors)
        before, self._style = self._style, style
        return _change(before, style, self._colors) + segment.text


@lru_cache(maxsize=4096)
def _change(before: Style | None, after: Style, colors: ColorSystem) -> str:
    if before == after:
        return ""
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
