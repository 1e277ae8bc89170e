"""The viewer of one session: commands, one main screen."""

import sys
from collections.abc import Iterable
from typing import Any

from textual import events
from textual.app import SystemCommand
from textual.screen import Screen

from tuimon.config import Settings
from tuimon.store.session import Session
from tuimon.tui.keymap import KEYS
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.screens.summaries import SummariesScreen
from tuimon.tui.terminal_app import TerminalApp, has_few_colours, lacks_unicode

_SWITCH_SECONDS = 0.001


class TuimonApp(TerminalApp[None]):
    """The viewer of one session. Leaving it touches nothing but the terminal."""

    def __init__(
        self,
        session: Session,
        *,
        ascii_only: bool = False,
        few_colours: bool = False,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(ascii_only=ascii_only, few_colours=few_colours, settings=settings)
        self._session = session

    def on_mount(self) -> None:
        self.push_screen(MonitorScreen(self._session, self.settings, ascii_only=self.ascii_only))

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._session.follower.give_way()
        await super().on_event(event)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every key of the screen by name, and the themes."""
        if isinstance(screen, MonitorScreen):
            for key in self.user_keys.of(KEYS):
                if key.id not in ("palette", "interrupt"):
                    run = self._runner(screen, key.action)
                    yield SystemCommand(key.name, f"key {key.shown}", run)
        if isinstance(screen, SummariesScreen):
            for key in screen.keys:
                yield SystemCommand(key.name, f"key {key.shown}", self._runner(screen, key.action))
        yield SystemCommand("Change the theme", "dark, light and others", self.action_change_theme)
        yield SystemCommand("Save a picture", "the screen as SVG, here", self.action_save_picture)

    def _runner(self, screen: Screen[Any], action: str) -> Any:
        async def run() -> None:
            await screen.run_action(action)

        return run


def run_app(session: Session, settings: Settings) -> None:
    """Show the session on this terminal until the user leaves or the terminal goes away."""
    # The thread that reads event files holds the interpreter for less, and keys wait less for it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    TuimonApp(
        session, ascii_only=lacks_unicode(), few_colours=has_few_colours(), settings=settings
    ).show()
