"""The page that tells at which lines the processes of a training are."""

import time
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from tuimon.present.facts import clock
from tuimon.present.where_rows import where_sections
from tuimon.session.session import Session
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
        # Not for the first frame: what reads consoles and GPUs comes with it.
        from tuimon.recorder.rank_watch import process_whereabouts, run_whereabouts

        status, process = self._session.status, self._session.process
        if status is not None:
            found, ranks = run_whereabouts(status.paths, status.record)
        elif process is not None:
            found, ranks = process_whereabouts(process.pid)
        else:
            return
        now = time.time()
        sections = [TextSection(*section) for section in where_sections(found, ranks, now)]
        self.app.call_from_thread(self._show, safe(found.headline()), sections, now)

    def _show(self, headline: str, sections: list[TextSection], at: float) -> None:
        self._text = f"{headline[:1].upper()}{headline[1:]}\n\nas of {clock(at)}; W asks again"
        self._sections = sections
        self._fill()
