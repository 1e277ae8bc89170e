"""What stands where curves would be: why there are none, and why there is no room."""

from collections.abc import Sequence
from textwrap import wrap

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.facts import search_lines
from tuimon.present.other_files import WAYS_OUT, tables_told
from tuimon.runs.record import RunState
from tuimon.session.session import Session
from tuimon.text import fit, safe
from tuimon.tui.panes.cells import CellView

MIN_WIDTH, MIN_HEIGHT = 50, 14
_MARGIN = 2


def why_no_curves(session: Session) -> list[str]:
    """A few lines for a screen without curves: why, and what to do about it."""
    subject = session.subject
    if session.follower.loading:
        return ["Reading event files…"]
    unreadable = session.follower.unreadable
    if unreadable:
        first, *others = unreadable
        more = f" (and {len(others)} more, see i)" if others else ""
        return [f"Cannot read {first.path.name}: {first.error}{more}", f"in {first.path.parent}"]
    unfinished = [file for file in session.follower.files if not file.offset and file.size]
    if unfinished:
        first, *others = unfinished
        more = f" (and {len(others)} more, see i)" if others else ""
        return [
            f"No whole record in {first.path.name} yet{more}",
            f"It has {first.size} bytes: being written, or damaged.",
            f"in {first.path.parent}",
        ]
    if subject is None:
        return _why_nothing(session)
    if subject.state is RunState.LOST:
        return ["The run was lost before it wrote any scalar."]
    if subject.state.ended:
        why = [subject.reason] if subject.state is RunState.FAILED and subject.reason else []
        return [*why, "The training ended before it wrote any scalar."]
    if session.sources:
        return ["The script has opened an event file.", "Curves appear with its first scalar."]
    return ["Nothing to draw yet.", *search_lines(subject.search)]


def _why_nothing(session: Session) -> list[str]:
    if session.store.has_other_data:
        return ["No scalars in these log directories yet.", "v shows what else there is."]
    if session.follower.tables and not session.store.runs:
        told = tables_told(session.follower.tables)
        return ["No logs in these log directories yet.", f"{told} are not read:", WAYS_OUT]
    return ["No scalars in these log directories yet.", "Curves appear as soon as there are."]


def why_too_small(columns: int, rows: int) -> list[str]:
    """What to say in a terminal that has no room for the screen."""
    return [
        "tuimon needs more room:",
        f"{MIN_WIDTH}x{MIN_HEIGHT}, this terminal is {columns}x{rows}",
        "q leaves; training goes on",
    ]


class Notice(CellView):
    """A few centred lines."""

    DEFAULT_CSS = "Notice { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[str] = []

    def say(self, lines: Sequence[str]) -> None:
        """Show these lines in the middle of the widget, the first one bright."""
        self._lines = list(lines)
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        """The lines, long ones in several, with room above."""
        shown: list[Row] = [
            (Span(fit(part, width, "center"), roles.DIM if index else roles.TEXT),)
            for index, text in enumerate(self._lines)
            for part in wrap(safe(text), max(1, width - 2 * _MARGIN))
        ]
        above: list[Row] = [()] * max(0, (height - len(shown)) // 2)
        return [*above, *shown]
