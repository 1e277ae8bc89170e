"""Rows of spans as lines of text, with the terminal's own colours where they are wanted."""

import os
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from tuimon.charts.roles import RAMP

if TYPE_CHECKING:
    from tuimon.charts.model import Row

# SGR parameters (ECMA-48 §8.3.117) of those of the 16 colours that show on dark and on light.
_CURVES = ("36", "33", "32", "35", "94", "91", "39", "90")
PALETTE = len(_CURVES)
_CODES = {
    "title": "1",
    "value": "1",
    "warn": "33",
    "ok": "32",
    "accent": "33",
    **dict.fromkeys(("error", "mark"), "1;31"),
    **dict.fromkeys(("dim", "note", "tick", "axis", "faded", "shade"), "2"),
}
_INDEXED = re.compile(r"(curve|end|band|past)(\d+)")
_PIXELS = re.compile(r"rgb:([0-9a-f]{6})(?:/([0-9a-f]{6}))?")
_HEAT = re.compile(r"heat:(\d+)/(\d+)")


def wants_colour(choice: str) -> bool:
    """Whether ``always``, ``never`` or ``auto`` colours standard output (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def lines(rows: "Iterable[Row]", *, coloured: bool) -> Iterable[str]:
    """The rows as text without blanks at their ends."""
    for row in rows:
        ends = len("".join(span.text for span in row).rstrip())
        line = ""
        for text, role in row:
            text, ends = text[:ends], ends - len(text[:ends])
            code = _code(role) if coloured and text and not text.isspace() else ""
            line += f"\x1b[{code}m{text}\x1b[m" if code else text
        yield line


@lru_cache(maxsize=256)
def _code(role: str) -> str:
    if match := _INDEXED.fullmatch(role):
        code = _CURVES[int(match[2]) % len(_CURVES)]
        return code if match[1] in ("curve", "end") else f"2;{code}"
    if match := _PIXELS.fullmatch(role):
        return _true_colours(match[1], match[2])
    if match := _HEAT.fullmatch(role):
        ink, ground = (int(level) for level in match.groups())
        return _true_colours(RAMP[ink - 1], RAMP[ground - 1] if ground else None)
    return _CODES.get(role, "")


def _true_colours(ink: str, ground: str | None) -> str:
    """SGR parameters of 24-bit colours (ITU-T T.416); the default background when None."""
    parts = [
        f"{which};2;{';'.join(map(str, bytes.fromhex(colour.removeprefix('#'))))}"
        for which, colour in ((38, ink), (48, ground))
        if colour
    ]
    return ";".join(parts)
