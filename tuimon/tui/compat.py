"""Where tuimon reaches into Textual for want of a public way."""

from typing import Any

from textual.screen import Screen
from textual.strip import Strip


def screen_strips(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row; Textual itself only gives it as a finished SVG."""
    return screen._compositor.render_strips()
