"""The Textual application: themes, commands, signals, one main screen."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.screen import Screen

from tuimon.charts.model import ChartOptions
from tuimon.store.session import Session
from tuimon.tui.compat import TerminalImage, screen_strips
from tuimon.tui.glyphs import has_unicode
from tuimon.tui.keymap import KEYS
from tuimon.tui.picture import screen_svg
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.theme import THEMES

_SWITCH_SECONDS = 0.001
_LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class TuimonApp(App[None]):
    """The viewer of one session. Leaving it touches nothing but the terminal."""

    CSS_PATH = "tuimon.tcss"
    TITLE = "tuimon"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    NOTIFICATION_TIMEOUT: ClassVar[float] = 4

    def __init__(self, session: Session, *, ascii_only: bool = False) -> None:
        """`ascii_only` is for terminals whose encoding has neither braille nor box drawings."""
        super().__init__()
        self._session = session
        self.ascii_only = ascii_only
        self.image = TerminalImage()
        self.set_class(ascii_only, "-ascii")
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def on_mount(self) -> None:
        options = ChartOptions(marks="ascii" if self.ascii_only else "braille")
        self.push_screen(MonitorScreen(self._session, options))
        self.app_resume_signal.subscribe(self, lambda _: self.image.forget())
        loop = asyncio.get_running_loop()
        for number in _LEAVE_SIGNALS:
            # Textual alone would die with the alternate screen and mouse reports left on.
            loop.add_signal_handler(number, self.exit)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._session.follower.give_way()
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        self.image.forget()

    def action_repaint(self) -> None:
        """Send the whole screen again, over whatever another program wrote on the terminal."""
        self.image.forget()
        self.refresh(layout=True)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every key of the main screen by name, and the themes."""
        if isinstance(screen, MonitorScreen):
            for key in KEYS:
                if key.id not in ("palette", "interrupt"):
                    run = self._runner(screen, key.action)
                    yield SystemCommand(key.name, f"key {key.shown}", run)
        yield SystemCommand("Change the theme", "dark, light and others", self.action_change_theme)
        yield SystemCommand("Save a picture", "the screen as SVG, here", self.action_save_picture)

    def action_save_picture(self) -> None:
        """Save the screen as an SVG in the working directory."""
        name = f"tuimon-{time.strftime('%Y%m%d-%H%M%S')}.svg"
        try:
            Path(name).write_text(screen_svg(screen_strips(self.screen), "tuimon"))
        except OSError as error:
            self.notify(f"{name}: {error.strerror}", severity="error")
        else:
            self.notify(f"saved {name}")

    def _runner(self, screen: Screen[Any], action: str) -> Any:
        async def run() -> None:
            await screen.run_action(action)

        return run


def run_app(session: Session) -> None:
    """Show the session on this terminal until the user leaves or the terminal goes away."""
    terminal = sys.__stderr__  # where Textual draws
    assert isinstance(terminal, TextIOWrapper)
    ascii_only = not has_unicode(terminal.encoding)
    if ascii_only:
        # Python's default would write what cannot be encoded as long escapes.
        terminal.reconfigure(errors="replace")
    # The thread that reads event files holds the interpreter for less, and keys wait less for it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = TuimonApp(session, ascii_only=ascii_only)
    app.image.install()
    app.run()
