"""The page that tells what is not the same in some runs."""

from collections.abc import Sequence
from functools import partial

from textual import work

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.difference_sheet import difference_rows
from tuimon.present.run_differences import code_differences, differences
from tuimon.present.whole_runs import read_runs
from tuimon.runs.record import RecordError
from tuimon.runs.registry import RunStatus
from tuimon.text import safe
from tuimon.tui.screens.sheet_page import SheetPage

MOST_RUNS = 6
"""That have room beside each other."""


class DifferencePage(SheetPage):
    """Reads the runs when it is opened; the first is what the others are compared with."""

    def __init__(self, runs: Sequence[RunStatus]) -> None:
        super().__init__("what differs")
        self._runs = runs

    def on_mount(self) -> None:
        self._say(f"Reading {len(self._runs)} runs…")
        self._read()

    def _say(self, text: str) -> None:
        rows: list[Row] = [(Span(text, roles.DIM),)]
        self.sheet.show(text, lambda cells: rows)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        try:
            subjects = read_runs(self._runs)
        except RecordError as error:  # one was removed meanwhile
            self.app.call_from_thread(self._say, safe(str(error)))
            return
        labels = [safe(subject.label) for subject in subjects]
        told, codes = differences(subjects), code_differences(subjects)
        lay_out = partial(difference_rows, told, labels, codes)
        self.app.call_from_thread(self.sheet.show, (told, codes), lay_out)
