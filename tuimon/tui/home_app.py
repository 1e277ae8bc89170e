"""The app of the home screen; what is chosen there is opened by the command line."""

from pathlib import Path

from tuimon.config.schema import Settings
from tuimon.runs.registry import RunStatus
from tuimon.terminal.terminal_app import has_few_colours, lacks_unicode
from tuimon.tui.screens.home import HomeScreen
from tuimon.tui.viewer_app import ViewerApp


class HomeApp(ViewerApp[RunStatus | Path]):
    """Exits with the run or log directory that was chosen, None when it was left."""

    def on_mount(self) -> None:
        self.title_window("tuimon")
        self.push_screen(HomeScreen())


def choose(settings: Settings) -> RunStatus | Path | None:
    """Show the runs, and log directories of this place; what to watch, None to leave."""
    return HomeApp(
        ascii_only=lacks_unicode(), few_colours=has_few_colours(), settings=settings
    ).show()
