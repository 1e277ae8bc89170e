"""The page on what is watched: all that is known of a run, as it becomes known."""

import time
from functools import partial

from tuimon.abandoned import Aside
from tuimon.charts.model import Row
from tuimon.present.fact_sheet import fact_rows
from tuimon.present.run_details import RunDetails, read_details
from tuimon.present.run_facts import run_sections
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.screens.sheet_page import SheetPage

_LOOK_EVERY = 1.0
_READ_SHARE = 20
"""What takes reading is read again after so many times as long as it took."""


class RunPage(SheetPage):
    """Everything about a run."""

    def __init__(self, session: Session) -> None:
        super().__init__("this run" if session.status else "what is watched")
        self._session = session
        self._details = RunDetails()
        self._reading = Aside(partial(read_details, session, SummaryReader()))
        self._read_version = -1
        self._began = self._next_reading = 0.0

    def on_mount(self) -> None:
        if self._session.system is not None:
            self._session.system.start()
        self._look()
        self.set_interval(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._read()
        sections, patch = run_sections(self._session, self._details), self._details.patch

        def lay_out(cells: int) -> list[Row]:
            return fact_rows(sections, patch, cells)

        self.sheet.show((sections, patch), lay_out)

    def _read(self) -> None:
        """Begin to read what is new, or take in what was read."""
        now = time.monotonic()
        if not self._reading.pending:
            version = self._session.store.version
            if version == self._read_version or now < self._next_reading:
                return
            self._read_version, self._began = version, now
        if (details := self._reading.ask()) is not None:
            self._details = details
            now = time.monotonic()
            self._next_reading = now + _READ_SHARE * (now - self._began)
