"""What stands in place of the runs while there are none: how to get one."""

import textwrap
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import fit, safe
from tuimon.tui.panes.cells import CellView, line

COMMANDS = (
    ("tuimon run train.py", "start a training that outlives the terminal"),
    ("tuimon attach PID", "watch one that runs already"),
    ("tuimon view LOGDIR", "watch the event files of any training"),
)
_COMMAND_CELLS = 22
_MARKS = {"ok": ("✓", roles.OK), "warn": ("!", roles.WARN), "bad": ("✗", roles.ERROR)}


class Welcome(CellView):
    """Three commands, and what `tuimon doctor` has found."""

    DEFAULT_CSS = "Welcome { height: auto; min-height: 8; padding: 1 2; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: tuple[str, str] | None = None

    def tell(self, verdict: str, text: str) -> None:
        """Say what the doctor has found: ``ok``, ``warn`` or ``bad``, and a sentence."""
        self._found = verdict, safe(text)
        self.styles.height = len(self.rows(max(20, self.size.width), 1)) + 2
        self.draw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The lines; what does not fit beside a command is left out."""
        first = fit("No runs on this host yet.", width).rstrip()
        told: list[Row] = [line((first, roles.TITLE)), ()]
        for command, meaning in COMMANDS:
            told.append(
                line(
                    (fit(command, min(_COMMAND_CELLS, width)), roles.KEY),
                    (fit(meaning, max(0, width - _COMMAND_CELLS)).rstrip(), roles.TEXT),
                )
            )
        if self._found is not None:
            mark, role = _MARKS[self._found[0]]
            told.append(())
            for at, text in enumerate(textwrap.wrap(self._found[1], max(1, width - 2))):
                told.append(line((f"{' ' if at else mark} "[:width], role), (text, roles.TEXT)))
        return told
