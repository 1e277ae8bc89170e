"""What all apps of the viewer share: settings, themes, the user's keys, the palette."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from textual import on
from textual.app import App, SystemCommand
from textual.command import CommandPalette, Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen

from tuimon.config.schema import Settings
from tuimon.terminal.driver import BackgroundTold, notify_desktop, show_title
from tuimon.terminal.terminal_app import TerminalApp
from tuimon.tui.keys.key_tables import URGENT, Key
from tuimon.tui.keys.user_keys import user_keys
from tuimon.tui.palette import CommandIndex, Palette, told
from tuimon.tui.panes.message_line import SECONDS, AppMessage, MessageLine, app_message, message_row
from tuimon.tui.panes.passing_line import line_of
from tuimon.tui.themes.choice import ThemeChoice

R = TypeVar("R")

_log = logging.getLogger(__name__)
_MOST_MESSAGES = 100
_LIST = "app.messages"
_NOT_IN_PALETTE = ("app.command_palette", "interrupt")


@runtime_checkable
class KeyProvider(Protocol):
    """A screen that tells its keys."""

    @property
    def keys(self) -> Sequence[Key]:
        """As they are in force."""


class ViewerApp(TerminalApp[R]):
    """An app that looks and obeys as the user has set it."""

    CSS_PATH = "tuimon.tcss"
    TITLE = "tuimon"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandIndex}

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        few_colours: bool = False,
        settings: Settings | None = None,
    ) -> None:
        """`few_colours` is for terminals that have 16 colours or none."""
        self.settings = settings or Settings()
        super().__init__(ascii_only=ascii_only, mouse=self.settings.screen.mouse)
        self.user_keys = user_keys(self.settings)
        self.set_keymap(self.user_keys.keymap)
        self._themes = ThemeChoice(self, self.settings, few_colours=few_colours)
        self._themes.begin()
        self.messages: deque[AppMessage] = deque(maxlen=_MOST_MESSAGES)
        """What was said, the newest last."""

    def on_mount(self) -> None:
        self._themes.follow()

    def title_window(self, text: str) -> None:
        """Let the terminal's window be called so, if the user wants that."""
        if self.settings.screen.title:
            show_title(self, text)

    def notify_desktop(self, title: str, text: str) -> None:
        """Let the desktop of the terminal show a notification, if the user wants that."""
        if self.settings.screen.desktop:
            notify_desktop(self, title, text)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in the line at the bottom, for so many seconds; no markup is read."""
        said = app_message(message, title, severity)
        self.messages.append(said)
        keys = self.screen.keys if isinstance(self.screen, KeyProvider) else ()
        hints = [
            *(key for key in keys if key.footer >= URGENT),
            *(key._replace(label="messages", footer=1) for key in keys if key.action == _LIST),
        ]
        line = line_of(self.screen, MessageLine)
        line.show(partial(message_row, said, hints), timeout or SECONDS[severity])

    def action_messages(self) -> None:
        """List what was said, the newest first."""
        from tuimon.tui.screens.pages import FactsScreen

        self.push_screen(FactsScreen("messages", self._tell_messages))

    def _tell_messages(self) -> tuple[str, list[tuple[str, str]]]:
        rows = [message.told for message in reversed(self.messages)]
        return "" if rows else "No messages yet.", rows

    @on(BackgroundTold)
    def _background_told(self, message: BackgroundTold) -> None:
        self._themes.on_background(message.is_light)

    def action_change_theme(self) -> None:
        """Choose a theme from a list, beside what it looks like."""
        from tuimon.tui.dialogs.theme_list import ThemeList

        self.push_screen(ThemeList(self._themes))

    def action_command_palette(self) -> None:
        """Show all keys and themes by name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette())

    def survives(self, screen: Screen[Any], error: Exception) -> bool:
        """Of the palette, whose list is Textual's: it fails at a click on what has just gone."""
        if isinstance(screen, Palette):
            _log.warning("the palette failed", exc_info=error)
            self.call_later(screen.dismiss)
        return isinstance(screen, Palette)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The app has no keys of its own while a screen takes all of them."""
        if action in ("command_palette", "quit") and getattr(self.screen, "TAKES_ALL_KEYS", False):
            return False
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The themes, and every key of the screen by name: what the palette offers."""
        yield SystemCommand("Change the theme", "Dark, light and others", self.action_change_theme)
        yield SystemCommand("Save a picture", "The screen as SVG, here", self.action_save_picture)
        for key, help in told(screen.keys if isinstance(screen, KeyProvider) else ()):
            if key.action not in _NOT_IN_PALETTE:
                yield SystemCommand(key.name, help, partial(screen.run_action, key.action))


def keys_of(app: App[object], table: Sequence[Key]) -> tuple[Key, ...]:
    """A table of keys with the user's own in place."""
    return app.user_keys.of(table) if isinstance(app, ViewerApp) else tuple(table)
