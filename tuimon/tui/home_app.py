"""The app of the home screen; what is chosen there is done by the command line."""

from tuimon.config.schema import Settings
from tuimon.present.home_memory import HomeMemory
from tuimon.terminal.terminal_app import has_few_colours, lacks_unicode
from tuimon.tui.screens.home import HomeScreen
from tuimon.tui.screens.home_choice import Choice
from tuimon.tui.viewer_app import ViewerApp


class HomeApp(ViewerApp[Choice]):
    """Exits with what was chosen, None when it was left."""

    memory: HomeMemory | None = None

    def on_mount(self) -> None:
        self.title_window("tuimon")
        self.push_screen(HomeScreen(self.memory))


def choose(settings: Settings, memory: HomeMemory) -> Choice | None:
    """Show the runs, and log directories of this place; what to do, None to leave."""
    app = HomeApp(ascii_only=lacks_unicode(), few_colours=has_few_colours(), settings=settings)
    app.memory = memory
    return app.show()
