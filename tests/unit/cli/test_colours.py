"""The terminal's own colours, whatever its background."""

from textual.color import Color

from tuimon.charts import roles
from tuimon.charts.model import Span
from tuimon.cli.shared.colours import PALETTE, lines
from tuimon.tui.themes.contrast import LINES, contrast

# xterm's own.
XTERM = {"31": "#cd0000", "35": "#cd00cd", "90": "#7f7f7f", "91": "#ff0000"}
XTERM |= {"94": "#5c5cff", "95": "#ff00ff"}
DEFAULT = "39"


def test_curves_are_seen_on_black_and_on_white() -> None:
    rows = [(Span("x", roles.curve(number)),) for number in range(PALETTE)]
    codes = [line.split("m")[0].removeprefix("\x1b[") for line in lines(rows, coloured=True)]
    assert len(set(codes)) == PALETTE
    for code in set(codes) - {DEFAULT}:
        for ground in ("black", "white"):
            assert contrast(Color.parse(XTERM[code]), Color.parse(ground)) >= LINES, code
