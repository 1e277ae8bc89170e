"""The console of the main screen: what its keys do with all that the training has printed."""

import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.worker import get_current_worker

from tuimon.abandoned import Aside
from tuimon.console.emulation import ConsoleTail
from tuimon.console.history import ConsoleHistory
from tuimon.console.levels import LogLevel
from tuimon.session.session import Session
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.console_view import ConsoleView
from tuimon.tui.panes.prompt import Prompt

if TYPE_CHECKING:
    from tuimon.recorder.console_metrics.line_printers import LinePrinters

_COLUMNS = 16
"""That a key scrolls by."""
_HANGS_AFTER = 1.0
"""Seconds until nothing more is read of a log in the thread that answers keys."""
_LOOKS_FOR = 0.3
"""Seconds that what was asked for last waits for what was asked for before."""
_LEVEL = "Show all, warnings, errors, no debug"
_RANK = "Show what one rank has printed, or all"
_FOLLOW = Key("follow", "F", "follow", "Follow the console", "Follow its end", "follow", 62)
_WHERE = {-1: "further up", 1: "further down"}
_LEVELS = (LogLevel.DEBUG, LogLevel.WARNING, LogLevel.ERROR, LogLevel.INFO)
"""The least that is shown, in the order in which a key goes through them."""
_MATCH = Key("match", "N", "match(1)", "Later match", "Go to the later match of a search")


class ConsolePane(KeyOwner, ConsoleView):
    """Shows the console of a session, if that has one."""

    TOPICS: ClassVar[Topics] = {
        "Console": (
            Key("zoom", "enter", "zoom", "Zoom", "Fill the screen with the console", "zoom", 70),
            Key("back", "escape", "back", "Back", "Go back: zoom, marks, search", "back", 75),
            Key("left", "left,h", "move(-1, 0)", "Scroll left", "Scroll"),
            Key("down", "down,j", "move(0, 1)", "Scroll down"),
            Key("up", "up,k", "move(0, -1)", "Scroll up"),
            Key("console-right", "right", "move(1, 0)", "Scroll right"),
            Key("next-page", "n,pagedown", "page(1)", "Next page", "Turn pages; n: earlier match"),
            Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
            _FOLLOW,
            Key("filter", "slash", "search", "Search", "Search all of the log", "search", 55),
            _MATCH,
            Key(
                "limits",
                "e",
                "error(-1)",
                "Earlier error",
                "Go to the earlier, later error",
                "error",
                64,
            ),
            Key("later-error", "E", "error(1)", "Later error"),
            Key("cursor", "c", "point", "Cursor here", "Set the charts' cursor to its time"),
            Key("level", "l", "level", "Filter by level", _LEVEL, "level", 63),
            Key("printer", "R", "printer", "One rank alone", _RANK, "one rank", 51),
            Key(
                "shape", "w", "wrap", "Wrap long lines", "Wrap long lines, or cut them", "wrap", 52
            ),
            Key("hide", "space", "mark", "Mark lines", "Mark lines, or none", "mark lines", 76),
            Key("copy", "Y", "copy", "Copy", "Copy marked lines, or all in view", "copy", 61),
        )
    }
    LENT: ClassVar[Topics] = {"Console": (_FOLLOW._replace(footer=0), _MATCH)}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    quiet_keys = ("zoom-x", "smoother", "x-axis", "log-y")
    about = (
        "The console has the focus: arrows and n, p scroll through all that the training has "
        "printed, / searches it, e finds errors, l leaves out lines of lower levels, c sets the "
        "charts' cursor to the time of a line, F goes back to its end, Enter lets it fill the "
        "screen. Space begins to mark lines, arrows mark more (or drag the mouse); Y copies those, "
        "else all in view."
    )

    def __init__(self, session: Session, charts: ChartPane, *, id: str | None = None) -> None:
        """`charts` are those whose cursor is where the console is."""
        super().__init__(id=id)
        self._session = session
        self._charts = charts
        self._tail: ConsoleTail | None = None
        if session.console is not None:
            self._tail = ConsoleTail(session.console, plain_file=session.run is None)
        self._news = Aside(self._read_news)
        self._terminal_size: tuple[int, int] | None = None
        self._looking = Lock()
        self._led = False
        """Whether the cursor of the charts has brought it where it is."""
        self._leads = False
        """Whether it brings the cursor to where that is to be."""
        self.find_prompt = Prompt(self._find, self._end_search, asked="find", history=[], id="find")
        """For the screen to place."""

    @property
    def exists(self) -> bool:
        """Whether there is a console."""
        return self._tail is not None

    def poll(self) -> None:
        """Look for new output."""
        if self._tail is not None and (news := self._news.ask()) is not None:
            self.set_lines(*news)

    def _read_news(self) -> tuple[list[str], int] | None:
        """In a thread: lines and columns of the training's terminal, if there is new output."""
        tail = self._tail
        assert tail is not None
        if self._terminal_size is not None:
            tail.resize(*self._terminal_size)
        return (tail.lines(), tail.columns) if tail.poll() else None

    def fit_terminal(self) -> None:
        """Emulate a terminal of the training's size, which whoever types into it may change."""
        status = self._session.status
        if status is not None:
            self._terminal_size = status.record.pty_cols, status.record.pty_rows

    def idle_keys(self) -> Collection[str]:
        return ("zoom",) if self.zoomed else ("back",)

    def key_labels(self) -> Mapping[str, str]:
        return {
            "hide": "unmark" if self.marking else "mark lines",
            "copy": "copy lines" if self.window.picked else "copy",
            "shape": "cut" if self.window.wraps else "wrap",
        }

    # Keys

    @property
    def zoomed(self) -> bool:
        """Whether it fills the screen; the style of the screen hides what is around it."""
        return self.screen.has_class("-zoomed")

    def action_zoom(self) -> None:
        self.screen.add_class("-zoomed")
        self.refresh_bindings()

    def action_back(self) -> None:
        if self.zoomed:
            self.screen.remove_class("-zoomed")
        elif self.window.picked:
            self.unmark()
        elif self.window.wanted:
            self.search("")
        else:
            raise SkipAction
        self.refresh_bindings()

    def action_move(self, columns: int, rows: int) -> None:
        if columns and not (columns < 0 and not self.left):
            self.scroll_columns(_COLUMNS * columns)
        elif columns or not (self.scroll_by(rows) or rows > 0):
            raise SkipAction

    def action_page(self, pages: int) -> None:
        if pages > 0 and self.window.wanted and not self.marking:
            self.action_match(-1)
        else:
            self.scroll_by(pages * (self.size.height - 2))

    def scroll_by(self, lines: int) -> bool:
        """Scroll down by so many lines (up when negative), or mark so many more.

        Returns whether there was anything to scroll to.
        """
        if self._hangs():
            return True
        if lines < 0:
            self._open()
        if self.marking:
            self.window.pick_more(lines)
        elif lines < 0 and self.window.leaves_out:
            self._look(lambda is_wanted: self.window.scroll(lines, is_wanted), "")
            return True
        else:
            return self._drawn(self.window.scroll(lines))
        return self._drawn(True)

    def _drawn(self, moved: bool) -> bool:
        self.draw()
        return moved

    def action_follow(self) -> None:
        """Go to the end, and stay there."""
        self.follow()
        if not self.display:
            self.notify("2 shows the console.")

    def action_mark(self) -> None:
        """Begin to mark lines, or mark none."""
        if self.marking:
            self.unmark()
        elif not self._hangs():
            self._open()
            self.mark()
        self.refresh_bindings()

    def action_copy(self) -> None:
        """Copy the lines that are marked, else those in view."""
        text = self.window.text()
        what = "marked" if self.window.picked else "visible"
        self.unmark()
        self.refresh_bindings()
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {text.count(chr(10))} {what} lines")

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.window.wraps = not self.window.wraps
        self.left = 0
        self.draw()
        self.refresh_bindings()

    def action_level(self) -> None:
        """Leave out lines of lower levels: the next of all, warnings, errors, all but debug."""
        if self._hangs():
            return
        self._open()
        next_one = (_LEVELS.index(self.window.least) + 1) % len(_LEVELS)
        self.window.least = _LEVELS[next_one]
        self._fill_window()

    def _fill_window(self) -> None:
        """Show what is not left out, as far as it has to be read."""
        self.unmark()
        self.window.leave_out(self.window.least)
        self.draw()
        self._look(self.window.fill, "")

    def action_printer(self) -> None:
        """Show what the next of the ranks (or other processes that lines name) has printed; after
        the last one all again."""
        from tuimon.recorder.console_metrics.line_printers import LinePrinters

        if self._hangs():
            return
        self._open()
        printers = LinePrinters(self.window.lines)
        after = printers.names.index(self.printer) + 1 if self.printer in printers.names else 0
        self.printer = "".join(printers.names[after : after + 1])
        self.window.passes = self._is_of(printers, self.printer) if self.printer else None
        if not printers.names:
            self.notify("No line tells which rank has printed it.")
        self._fill_window()

    @staticmethod
    def _is_of(printers: "LinePrinters", printer: str) -> Callable[[str], bool]:
        return lambda line: printers.of(line) == printer

    # The cursor of the charts

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self._charts, "cursor", self._lead, init=False)

    def _lead(self) -> None:
        """Show the lines of what the cursor reads; without it, the newest as before."""
        when = self._charts.moment
        if self._leads:
            return
        if when is not None and self.display and self.exists:
            self._led = True
            self._look(partial(self.window.find_moment, when), "")
        elif when is None and self._led:
            self._led = False
            self.follow()

    def action_point(self) -> None:
        """Put the cursor of the charts where they were when the line was printed; there, no more.

        Where nobody knows when that was, it is put as the charts do it.
        """
        self._open()
        charts, when = self._charts, self.window.time
        before = charts.cursor
        if when is None:
            charts.action_cursor()
            self._close_unless_used()
            return
        self.window.stay()
        self._leads = True
        if charts.put_cursor_at(when) and charts.cursor == before:
            charts.cursor = None
        self._leads = False
        self.draw()

    # Search

    def action_search(self) -> None:
        """Ask for a text to look for."""
        self.find_prompt.open()

    def action_match(self, steps: int) -> None:
        """Go to the earlier (-1) or later (1) match."""
        if self.window.wanted:
            self._look(partial(self.window.find, steps), f"nothing {_WHERE[steps]}")

    def action_error(self, steps: int) -> None:
        """Go to the earlier (-1) or later (1) error."""
        self._look(partial(self.window.find_error, steps), f"no error {_WHERE[steps]}")

    def _find(self, text: str) -> None:
        self.search(text)
        self.action_match(-1)

    def _end_search(self) -> None:
        self.screen.set_focus(self)

    @work(thread=True, exclusive=True, group="find", exit_on_error=False)
    def _look(self, look: Callable[[Callable[[], bool]], object], missing: str) -> None:
        """Look for something in all of the log; for long only until something else is wanted."""
        worker = get_current_worker()
        with self._looking:
            until = time.monotonic() + _LOOKS_FOR
            self._open()
            found = look(lambda: not worker.is_cancelled or time.monotonic() < until)
        self.app.call_from_thread(self._show_found)
        if missing and not found and not worker.is_cancelled:
            self.app.call_from_thread(self.notify, missing, timeout=2)

    def _show_found(self) -> None:
        self._close_unless_used()
        self.bring_into_view()
        self.draw()

    def _close_unless_used(self) -> None:
        """Show the terminal again where the log has led nowhere else."""
        if self.window.follows and not self.window.picked:
            self.window.follow()

    def _hangs(self) -> bool:
        """Whether the log cannot be read now; says so."""
        if self._news.hangs_for < _HANGS_AFTER:
            return False
        self.notify("The file with the output does not answer.", severity="warning", timeout=2)
        return True

    def _open(self) -> None:
        """Show lines of the log from now on."""
        if self._session.console is not None and self.window.log is None:
            self.window.open(ConsoleHistory(self._session.console))

    # Mouse

    def on_mouse_scroll_up(self) -> None:
        self.screen.set_focus(self)
        self.scroll_by(-3)

    def on_mouse_scroll_down(self) -> None:
        self.scroll_by(3)
