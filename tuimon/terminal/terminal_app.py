"""An app on a real terminal: the way there, keys that are typed ahead, signals, leaving."""

import asyncio
import contextlib
import logging
import os
import sys
import threading
import time
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from textual import events, on
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.dom import NoScreen
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed, get_current_worker

from tuimon.abandoned import AbandonedThreads
from tuimon.end_signals import EndSignals, SignalEnd, die_of
from tuimon.terminal.clipboard import fitting, for_screen, tell_tmux
from tuimon.terminal.driver import TerminalDriver
from tuimon.terminal.glyphs import has_unicode
from tuimon.terminal.svg import screen_svg
from tuimon.terminal.type_ahead import KeyDone, TypeAhead

R = TypeVar("R")

_LEAVE_WITHIN = 5.0
"""Seconds that leaving may take, whatever hangs."""

_log = logging.getLogger(__name__)


class TerminalApp(App[R]):
    """An app that sends little to the terminal and leaves it as it was, whatever happens."""

    # No widget of ours has text that Textual could select, and it fails where there is none.
    ALLOW_SELECT = False

    def __init__(self, *, ascii_only: bool = False, mouse: bool = True) -> None:
        """`ascii_only` is for terminals whose encoding has neither braille nor box drawings."""
        # Textual takes NO_COLOR at its word only where colours are the terminal's own.
        super().__init__(
            driver_class=TerminalDriver, ansi_color=True if "NO_COLOR" in os.environ else None
        )
        self.ascii_only = ascii_only
        self.set_class(ascii_only, "-ascii")
        self._mouse = mouse
        self.type_ahead = TypeAhead(self)
        self._end_signal: int | None = None
        """That ends the app."""
        self._left = threading.Event()
        """The terminal is as it was."""
        self._leaving = threading.Lock()
        """Held by the thread that sees to it that the app is left; never released."""

    def show(self) -> R | None:
        """Run on this terminal until the user leaves or the terminal goes away.

        Returns what the app exits with. An error that nobody handled ends the app, is raised here
        once the terminal is as it was; `SignalEnd` when a signal did.
        """
        hooks = threading.excepthook, sys.unraisablehook
        threading.excepthook = _log_of_thread
        sys.unraisablehook = _log_unraisable
        signals = EndSignals(self._leave_because)
        signals.start()
        try:
            result = self.run(mouse=self._mouse)
        finally:
            self._left.set()
            signals.stop()
            threading.excepthook, sys.unraisablehook = hooks
        if self._exception is not None:
            raise self._exception
        if self._end_signal is not None:
            raise SignalEnd(self._end_signal)
        return result

    def on_load(self) -> None:
        # A view may hang in a file, or compute for minutes: leaving waits for none of them.
        asyncio.get_running_loop().set_default_executor(AbandonedThreads())
        if self._end_signal is not None:
            self.exit()

    def exit(self, result: R | None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave, within seconds, whatever hangs."""
        if isinstance(self._driver, TerminalDriver):
            threading.Thread(target=self._leave_in_time, daemon=True).start()
        super().exit(result, return_code, message)

    def _leave_because(self, number: int) -> None:
        """In a thread: a signal has come, and Textual alone would die with its screen left on."""
        if self._end_signal is None:
            self._end_signal = number
            if (loop := self._loop) is not None:
                with contextlib.suppress(RuntimeError):  # it has ended
                    loop.call_soon_threadsafe(self.exit)
            self._leave_in_time()

    def _leave_in_time(self) -> None:
        """End the process at last if leaving does not."""
        if self._left.wait(_LEAVE_WITHIN) or not self._leaving.acquire(blocking=False):
            return
        if isinstance(self._driver, TerminalDriver):
            self._driver.abandon()
        if self._end_signal is not None:
            die_of(self._end_signal)
        os._exit(1)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.AppBlur | events.AppFocus):
            return  # Textual takes the focus from all widgets: side by side, one still reads
        if self._exit and isinstance(event, events.InputEvent):
            return  # typed after what leaves: there may be no screen any more
        if isinstance(event, events.AppBlur | events.AppFocus):
            return  # what has the focus is marked while one looks at another window, too
        try:
            await self.type_ahead.handle(event, super().on_event)
        except NoScreen:
            if not isinstance(event, events.MouseEvent):
                raise
            _log.warning("what is under the mouse has just gone", exc_info=True)

    @on(KeyDone)
    def _key_done(self) -> None:
        self.type_ahead.done()

    def on_resize(self, event: events.Resize) -> None:
        # Textual draws nothing anew when the size is again that of before.
        self.action_repaint()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Textual has an update of the screen for the terminal."""
        driver = self._driver
        if not isinstance(driver, TerminalDriver):
            super()._display(screen, renderable)
            return
        update = isinstance(renderable, LayoutUpdate | ChopsUpdate)
        if update and self._running and not self._closed and not self._batch_count:
            driver.show(renderable)
        self.post_display_hook()

    def pop_screen(self) -> AwaitComplete:
        """Take the uppermost screen away, but never the first: that is left by leaving alone."""
        # Below the first lies Textual's own, which is blank. A screen may be dismissed twice.
        return super().pop_screen() if len(self.screen_stack) > 2 else AwaitComplete()

    def _handle_exception(self, error: Exception) -> None:
        # A worker's failure is told by the app, whoever began it.
        is_workers = isinstance(error, WorkerFailed)
        pump = get_current_worker().node if is_workers else active_message_pump.get(None)
        is_gone = isinstance(pump, Widget) and not pump.is_attached
        if isinstance(pump, Widget) and not is_gone and self.survives(pump.screen, error):
            return
        if self._exit or is_gone:  # of what was under way when the screen went
            _log.warning("failed while it was left", exc_info=error)
        else:
            super()._handle_exception(error)

    def survives(self, screen: Screen[Any], error: Exception) -> bool:
        """Whether what a screen failed at is dealt with, so that the app goes on."""
        return False

    def _fatal_error(self) -> None:
        # Textual itself would print all of it on the terminal.
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Leave after an error that Textual would print in its own way; see `show`."""
        self._fatal_error()

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text into the clipboard of the user's own machine; of very long ones the start."""
        text = fitting(text)
        super().copy_to_clipboard(text)
        if "TMUX" in os.environ:
            threading.Thread(target=tell_tmux, args=(text, dict(os.environ)), daemon=True).start()
        elif "STY" in os.environ and self._driver is not None:
            self._driver.write(for_screen(text))

    def action_repaint(self) -> None:
        """Send the whole screen again, over whatever another program wrote on the terminal."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.repaint()
        if self.screen_stack:
            self.screen.refresh()

    def action_save_picture(self) -> None:
        """Save the screen as an SVG in the working directory."""
        name = f"tuimon-{time.strftime('%Y%m%d-%H%M%S')}.svg"
        try:
            Path(name).write_text(screen_svg(screen_strips(self.screen), "tuimon"))
        except OSError as error:
            self.notify(f"{name}: {error.strerror}", severity="error")
        else:
            self.notify(f"saved {name}")


def screen_strips(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row; Textual itself only gives it as a finished SVG."""
    return screen._compositor.render_strips()


def has_few_colours() -> bool:
    """Whether this terminal has 16 colours or none, or is to be without."""
    system = Console(file=sys.__stderr__, force_terminal=True).color_system
    return "NO_COLOR" in os.environ or system in (None, "standard")


def _log_of_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "unknown"
    _log.error("thread %s failed", name, exc_info=args.exc_value)


def _log_unraisable(args: "sys.UnraisableHookArgs") -> None:
    _log.error("%s: %r", args.err_msg or "ignored", args.object, exc_info=args.exc_value)


def lacks_unicode() -> bool:
    """Whether only ASCII may be drawn on this terminal; prepares its encoder for that."""
    terminal = sys.__stderr__  # where Textual draws
    assert isinstance(terminal, TextIOWrapper)
    if not has_unicode(terminal.encoding):
        # Python's default would write what cannot be encoded as long escapes.
        terminal.reconfigure(errors="replace")
        return True
    return os.environ.get("TERM") == "linux"  # the console's fonts have neither
