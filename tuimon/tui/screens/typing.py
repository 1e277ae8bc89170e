"""The training's terminal, to type into: for ``input()`` and pdb."""

import queue
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from tuimon.abandoned import Aside
from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.console.emulation import ConsoleTail
from tuimon.console.levels import LogLevel
from tuimon.guardian.client import ControlError, Typist
from tuimon.present.printed_rows import cut_row, overlaid, printed_spans
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError
from tuimon.runs.registry import read_status
from tuimon.terminal.typed import typed
from tuimon.text import safe
from tuimon.tui.panes.cells import CellView

LEAVING_KEY = "ctrl+right_square_bracket"
_LEAVING = "Ctrl-] leaves"
_POLL_EVERY = 0.05
_ENDED_EVERY = 20
"""Polls between two looks at whether the training has ended."""


class TypingScreen(ModalScreen[str]):
    """Every key but one goes to the training. Returns why it was left, "" if by that key."""

    TAKES_ALL_KEYS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    TypingScreen { background: $background; }
    TypingScreen _Terminal {
        width: 100%; height: 100%; border: heavy $error;
        border-title-color: $error; border-title-style: bold; border-subtitle-color: $foreground;
    }
    """

    def __init__(self, paths: RunPaths, name: str, typist: Typist) -> None:
        """`typist` is closed when the screen is left."""
        super().__init__()
        self._paths = paths
        self._view = _Terminal()
        self._view.border_title = f"{safe(name)}: your keys go to the training"
        self._view.border_subtitle = _LEAVING
        self._typist = typist
        self._tail: ConsoleTail | None = None
        self._wanted_size = (0, 0)
        self._news = Aside(self._read_news)
        self._status = Aside(partial(read_status, paths.directory))
        self._polls = 0
        self._requests: queue.SimpleQueue[str | tuple[int, int] | None] = queue.SimpleQueue()
        threading.Thread(target=self._send, name="typing", daemon=True).start()

    def compose(self) -> ComposeResult:
        yield self._view

    def on_mount(self) -> None:
        self.set_interval(_POLL_EVERY, self._poll)

    def on_unmount(self) -> None:
        self._requests.put(None)
        if self._tail is not None:
            self._tail.close()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Give the training's terminal the size that there is room for."""
        cols, rows = self._view.content_size
        if not (cols and rows):
            return
        if self._tail is None:
            self._tail = ConsoleTail(self._paths.console_log, cols, rows)
        self._wanted_size = cols, rows
        self._requests.put((rows, cols))
        self._poll()

    def _poll(self) -> None:
        if self._tail is not None and (news := self._news.ask()) is not None:
            self._view.set_screen(*news)
        self._polls += 1
        if self._polls % _ENDED_EVERY == 0:
            with suppress(RecordError):  # it has been removed, or is being written
                status = self._status.ask()
                if status is not None and status.state.ended:
                    self._leave("The training has ended.")

    def _read_news(self) -> tuple[list[str], tuple[int, int] | None] | None:
        """In a thread: what the terminal shows, and its cursor, if there is new output."""
        assert self._tail is not None
        self._tail.resize(*self._wanted_size)
        if not self._tail.poll():
            return None
        return self._tail.terminal.screen, self._tail.terminal.cursor

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == LEAVING_KEY:
            self._leave("")
        elif text := typed(event):
            self._requests.put(text)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._requests.put(event.text.replace("\n", "\r"))

    def _send(self) -> None:
        """Pass on what is typed, in order, on a thread: a guardian may take its time."""
        try:
            while (request := self._requests.get()) is not None:
                if isinstance(request, str):
                    self._typist.write(request)
                else:
                    self._typist.resize(*request)
        except ControlError as error:
            self.app.call_from_thread(self._leave, safe(str(error)))
        finally:
            self._typist.close()

    def _leave(self, why: str) -> None:
        if self.is_current:
            self.dismiss(why)


class _Terminal(CellView):
    """A screen of text with its cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._cursor: tuple[int, int] | None = None

    def set_screen(self, lines: list[str], cursor: tuple[int, int] | None) -> None:
        self._lines, self._cursor = lines, cursor
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        rows: list[Row] = []
        for index, text in enumerate(self._lines[:height]):
            spans: Iterable[Span] = printed_spans(text, LogLevel.INFO)
            if self._cursor is not None and self._cursor[0] == index:
                column = self._cursor[1]
                blank = Span(" " * max(0, column + 1 - len(text)), roles.TEXT)
                spans = overlaid((*spans, blank), [(column, column + 1)], roles.SELECTED)
            rows.append(cut_row(spans, width))
        return rows
