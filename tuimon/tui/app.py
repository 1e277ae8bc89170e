"""The viewer of one session: commands, one main screen."""

import sys
from collections.abc import Mapping
from typing import Any

from textual import events

from tuimon.config.schema import Settings
from tuimon.guardian.client import Typist
from tuimon.present.look import NOTHING_ASKED
from tuimon.session.session import Session
from tuimon.terminal.terminal_app import has_few_colours, lacks_unicode
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.viewer_app import ViewerApp

_SWITCH_SECONDS = 0.001


class TuimonApp(ViewerApp[None]):
    """The viewer of one session. Leaving it touches nothing but the terminal."""

    def __init__(
        self,
        session: Session,
        *,
        ascii_only: bool = False,
        few_colours: bool = False,
        settings: Settings | None = None,
        typist: Typist | None = None,
        asked: Mapping[str, Any] = NOTHING_ASKED,
    ) -> None:
        """With a `typist` one types into the training at first; `asked` are fields of the look."""
        super().__init__(ascii_only=ascii_only, few_colours=few_colours, settings=settings)
        self._session = session
        self._typist = typist
        self._asked = asked

    def on_mount(self) -> None:
        monitor = MonitorScreen(self._session, self.settings, self._asked)
        self.push_screen(monitor)
        if self._typist is not None:
            monitor.type_with(self._typist)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._session.follower.give_way()
        await super().on_event(event)


def run_app(
    session: Session,
    settings: Settings,
    typist: Typist | None = None,
    asked: Mapping[str, Any] = NOTHING_ASKED,
) -> None:
    """Show the session on this terminal until the user leaves or the terminal goes away; with a
    `typist` one types into the training at first; `asked` are fields of the look.
    """
    # The thread that reads event files holds the interpreter for less, and keys wait less for it.
    sys.setswitchinterval(_SWITCH_SECONDS)
    TuimonApp(
        session,
        ascii_only=lacks_unicode(),
        few_colours=has_few_colours(),
        settings=settings,
        typist=typist,
        asked=asked,
    ).show()
