"""Textual's terminal driver, made to never wait for the terminal, and to wake up only for a reason.

Textual 8.2 writes through a queue of 30 texts that blocks the event loop when it is full, looks for
keys ten times a second, and leaves what is queued to be sent before it can leave. This one holds
what the screen should show in an image, and sends the difference when the link takes it.
"""

import asyncio
import contextlib
import curses
import os
import selectors
import signal
import socket
import termios
import threading
from codecs import getincrementaldecoder
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from rich.color import ColorSystem
from textual import constants, events, messages
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tuimon.terminal.desktop_notice import desktop_notice
from tuimon.terminal.glyphs import encodable
from tuimon.terminal.graphics import Graphics, Protocol, TerminalPicture, removed_all
from tuimon.terminal.link import REQUEST, Link
from tuimon.terminal.placement import Placement
from tuimon.terminal.quickness import PictureGate
from tuimon.terminal.screen_image import TerminalImage
from tuimon.terminal.terminal_background import TerminalBackground
from tuimon.terminal.window_title import WindowTitle

_SYNC_BEGIN, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_WORTH_SYNC = 128
"""A change of fewer bytes is on the screen at once anyway."""
_CLEARED = "\x1b[m\x1b[2J"
"""Of a screen that has grown meanwhile, tmux 3.3 leaves the rest above the prompt otherwise."""
_LEAVE_WITHIN = 1.0
"""Seconds that a slow or hanging terminal may hold up the end."""


class _Output(threading.Thread):
    """Writes to the terminal in turn, in a thread: the kernel may make a write wait."""

    def __init__(self, fileno: int, written: Any) -> None:
        super().__init__(name="tuimon-output", daemon=True)
        self._fileno = fileno
        self._written = written
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._put = self._done = 0  # each changed by one thread alone

    @property
    def waiting(self) -> bool:
        """Whether the kernel has not taken everything yet."""
        return self._put > self._done

    def put(self, data: bytes) -> None:
        self._put += 1
        self._queue.put(data)

    def run(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                while data:
                    data = data[os.write(self._fileno, data) :]
            except OSError:
                pass  # the terminal is gone; its input tells so, too
            self._done += 1
            self._written()

    def close(self) -> None:
        """Let everything be written, for a second at most; what is left then is dropped."""
        self._queue.put(None)
        self.join(_LEAVE_WITHIN)
        if self.is_alive():
            try:
                termios.tcflush(self._fileno, termios.TCOFLUSH)
            except termios.error:
                return
            self.join(_LEAVE_WITHIN / 4)


class _Waker(threading.Event):
    """An event that a selector can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.reader, self._writer = socket.socketpair()

    def set(self) -> None:
        if not self.is_set():
            super().set()
            self._writer.send(b"\0")

    def clear(self) -> None:
        if self.is_set():
            self.reader.recv(1)
        super().clear()


@dataclass
class BackgroundTold(Message):
    """The terminal has told whether it is light."""

    is_light: bool


class TerminalDriver(LinuxDriver):
    """Draws what an image of the terminal lacks, as fast as the terminal acknowledges it."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.image = TerminalImage()
        self.link = Link()
        self.quickness = PictureGate(self.link)
        self.graphics = Graphics()
        self.background = TerminalBackground()
        self._placement = Placement(self.image)
        self.exit_event = self._waker = _Waker()
        self._loop = asyncio.get_running_loop()
        self._output: _Output | None = None
        self._draws = False
        """The screen is the app's."""
        self._timer: asyncio.TimerHandle | None = None
        self._synchronises = False
        self._erases = _erases_with_background()
        self._title = WindowTitle(os.environ.get("TERM", ""))

    # Output

    def show(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Let the terminal show an update of the screen, as soon as it can."""
        self.image.draw(update, self._app.size)
        self._placement.drawn()
        self._send()

    def repaint(self) -> None:
        """Assume nothing about what the terminal shows; the next update must be a full one."""
        self.image.forget()
        self._placement.forget()

    def ask_for_graphics(self) -> None:
        """Ask the terminal, unless it was asked, and send the first line of the screen again.

        Some terminals (macOS's) print what they should pass over: it is drawn over at once.
        """
        if question := self.graphics.ask():
            self.write(f"\x1b7\x1b[H{question}\x1b8")
            self.image.lose(0, 0, self._app.size.width, 1)
            self._send()

    def place(self, pictures: list[TerminalPicture]) -> None:
        """Show these pictures and no others, over cells that are blank."""
        self._placement.place(pictures)
        self._send()

    def show_title(self, text: str) -> None:
        """Let the terminal's window be called so, until the app leaves."""
        if title := self._title.change(text):
            self.write(title)

    def write(self, data: str) -> None:
        """Send something else than cells, at once and in order."""
        if self._output is not None:
            self._output.put(self._encode(data))

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        output = self._output
        if output is None or output.waiting or not self._draws:
            return
        if not (self.image.behind or self._placement.unplaced):
            return
        if wait := self.link.wait():
            self._timer = self._loop.call_later(wait, self._send)
            return
        colors = self._app.console._color_system or ColorSystem.STANDARD
        text = self.image.take(self.link.limit, self._app.size, colors, erases=self._erases)
        if not self.image.behind:
            text += self._placement.take(self.graphics.protocol)
        if not text:
            return
        if self._synchronises and len(text) > _WORTH_SYNC:
            text = f"{_SYNC_BEGIN}{text}{_SYNC_END}"
        data = self._encode(text + REQUEST)
        self.link.sent(len(data))
        output.put(data)

    def _send_soon(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._send)

    def _encode(self, text: str) -> bytes:
        assert self._file is not None
        return encodable(text, self._file.encoding)

    # The terminal's modes

    def start_application_mode(self) -> None:
        assert self._file is not None
        self._output = _Output(self._file.fileno(), self._send_soon)
        self._output.start()
        self.image.forget()
        self.link.restart()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._draws = True
        self.write(self._title.begin())
        self.write(self.background.ask())
        # Its answer tells how far away the terminal is before anything is drawn.
        self.link.sent(len(REQUEST))
        self.write(REQUEST)

        for number in (signal.SIGTTIN, signal.SIGTTOU):
            signal.signal(number, self._stop_like_ctrl_z)

    def _stop_like_ctrl_z(self, *_: object) -> None:
        # In the background, changing the terminal would bring the same signal again.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        if self._must_signal_resume:  # else the screen is there, and its modes are no shell's
            super()._sigcont_application()

    def abandon(self) -> None:
        """Leave the terminal as it was, from any thread, when the event loop does not."""
        self._draws = False
        self._disable_bracketed_paste()
        self._enable_line_wrap()
        self._disable_in_band_window_resize()
        self._disable_mouse_support()
        if self.attrs_before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self.write(
            f"{self._title.end()}{self.background.leave()}\x1b[<u{_CLEARED}\x1b[?1049l\x1b[?25h\x1b[?1004l"
        )
        self.close()

    def stop_application_mode(self) -> None:
        # An answer that came after the end would be typed into the shell.
        self._draws = False  # from now on: answers that come meanwhile would have it sent
        self.image.forget()
        if self._placement.seen:
            self.write(removed_all(self.graphics.protocol))
            self._placement.forget()
        self.write(self.background.leave())
        self.link.drain(_LEAVE_WITHIN)
        self.write(f"{self._title.end()}{_CLEARED}")
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        output, self._output = self._output, None
        if output is not None:
            output.close()

    # Input

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read keys and answers until the end; a terminal that is gone ends the app."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._waker.reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                pending = parser._timeout_time is not None or self.background.holds
                ready = selector.select(constants.ESCAPE_DELAY if pending else None)
                if any(key.fd == self.fileno for key, _ in ready):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        data = b""
                    if not data:
                        self._loop.call_soon_threadsafe(self._app.exit)
                        return
                    text = self._without_answers(self.graphics.feed(decode(data)))
                else:
                    text = self.background.release()
                # Nothing would be the end of the input for the parser.
                for message in parser.feed(text) if text else ():
                    self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _without_answers(self, text: str) -> str:
        """Input without what the terminal tells of its background, which the app is told."""
        before = self.background.is_light
        text = self.background.feed(text)
        is_light = self.background.is_light
        if is_light is not None and is_light != before:
            self.process_message(BackgroundTold(is_light))
        return text

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.CursorPosition):
            self.background.answered()
            self.link.answered()
            self._send_soon()
        elif isinstance(message, messages.TerminalSupportsSynchronizedOutput):
            self._synchronises = True
        else:
            super().process_message(message)


def ask_for_graphics(app: App[Any]) -> None:
    """Have the terminal say, some time, whether it can show pictures."""
    driver = app._driver
    if isinstance(driver, TerminalDriver):
        driver.ask_for_graphics()


def picture_cell(app: App[Any]) -> tuple[int, int] | None:
    """Width and height of a cell in pixels; None where no pictures can be shown, or not quickly."""
    driver = app._driver
    if not isinstance(driver, TerminalDriver) or not driver.graphics.protocol:
        return None
    return driver.graphics.cell if driver.quickness.judge() else None


def picture_protocol(app: App[Any]) -> Protocol:
    """How pictures have to be encoded."""
    driver = app._driver
    return driver.graphics.protocol if isinstance(driver, TerminalDriver) else ""


def place_pictures(app: App[Any], pictures: list[TerminalPicture]) -> None:
    """Show these pictures and no others."""
    driver = app._driver
    if isinstance(driver, TerminalDriver):
        driver.place(pictures)


def show_title(app: App[Any], text: str) -> None:
    """Let the terminal's window be called so, until the app leaves."""
    driver = app._driver
    if isinstance(driver, TerminalDriver):
        driver.show_title(text)


def notify_desktop(app: App[Any], title: str, text: str) -> None:
    """Let the desktop of the terminal show a notification, where it can."""
    driver = app._driver
    if isinstance(driver, TerminalDriver) and (sent := desktop_notice(title, text, os.environ)):
        driver.write(sent)


def round_trip(app: App[Any]) -> float | None:
    """Seconds from an app to its screen and back; None where nobody knows."""
    driver = app._driver
    return driver.link.round_trip if isinstance(driver, TerminalDriver) else None


def _erases_with_background() -> bool:
    try:
        curses.setupterm()
    except curses.error:
        return False
    return bool(curses.tigetflag("bce") > 0)
