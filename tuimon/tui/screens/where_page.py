"""The page that tells at which lines the processes of a training are."""

import time
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from tuimon.present.facts import clock
from tuimon.present.where_rows import place_sections
from tuimon.session.session import Session
from tuimon.stacks.survey import Survey, survey
from tuimon.text import safe
from tuimon.tui.keys.key_tables import Key, bindings
from tuimon.tui.screens.pages import TextScreen, TextSection

WHERE_KEYS = (Key("where-again", "W", "ask", "Ask again", "Ask again where it is"),)


class WherePage(TextScreen):
    """Asks when it is opened, and each time that it is told to."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(WHERE_KEYS)]

    def __init__(self, session: Session) -> None:
        """`session` is of a run or a process on this host."""
        super().__init__("where it is", "Asking its processes …")
        self._session = session

    def on_mount(self) -> None:
        self._fill()
        self.action_ask()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def action_ask(self) -> None:
        found = _survey(self._session)
        self.app.call_from_thread(self._show, found, time.time())

    def _show(self, found: Survey, at: float) -> None:
        headline = safe(found.headline())
        self._text = f"{headline[:1].upper()}{headline[1:]}\n\nas of {clock(at)}; W asks again"
        self._sections = [TextSection(*section) for section in place_sections(found)]
        self._fill()


def _survey(session: Session) -> Survey:
    from tuimon.recorder.processes import ProcessTree, living_pids, run_pids

    if session.status is not None:
        return survey(run_pids(session.status.paths, session.status.record))
    assert session.process is not None
    return survey(living_pids(ProcessTree(None, session.process.pid)))
