"""Rows of spans as lines of text, with the terminal's own colours where they are wanted."""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuimon.charts import roles
from tuimon.charts.roles import CurvePart, RoleTable
from tuimon.console.attributes import Attributes, sequence

if TYPE_CHECKING:
    from tuimon.charts.model import Row

# SGR parameters (ECMA-48 §8.3.117) of those of the 16 colours that have a contrast of 3:1 on black
# and on white, as xterm has them: not yellow, green and cyan.
_CURVES = ("94", "31", "35", "39", "90", "95", "91")
PALETTE = len(_CURVES)
_CODES: dict[str, str] = {
    roles.TITLE: "1",
    roles.VALUE: "1",
    roles.WARN: "35",
    roles.OK: "32",
    roles.ACCENT: "35",
    **dict.fromkeys((roles.ERROR, roles.MARK), "1;31"),
    **dict.fromkeys((roles.DIM, roles.NOTE, roles.TICK, roles.AXIS, roles.FADED, roles.SHADE), "2"),
}


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
            code = _codes[role] if coloured and text and not text.isspace() else ""
            line += f"\x1b[{code}m{text}\x1b[m" if code else text
        yield line


class _RoleCodes(RoleTable[str]):
    """The SGR parameters of every role, empty for the terminal's own colours."""

    def plain(self, name: str) -> str:
        return _CODES.get(name, "")

    def curve(self, part: CurvePart, colour: int) -> str:
        code = _CURVES[colour % len(_CURVES)]
        style = {"title": "1;", "band": "2;", "past": "2;"}.get(part, "")
        return style + code

    def halves(self, ink: str, ground: str | None) -> str:
        """24-bit colours (ITU-T T.416); the default background when None."""
        parts = [
            f"{which};2;{';'.join(map(str, bytes.fromhex(colour.removeprefix('#'))))}"
            for which, colour in ((38, ink), (48, ground))
            if colour
        ]
        return ";".join(parts)

    def printed(self, look: Attributes) -> str:
        return sequence(look)[2:-1]

    def lit(self, behind: str) -> str:
        return behind


_codes = _RoleCodes()
