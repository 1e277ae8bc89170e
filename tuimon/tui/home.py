"""The home screen: the runs of this host; what is chosen there is opened by the command line."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import get_current_worker

from tuimon.charts.model import Row
from tuimon.config import Settings
from tuimon.guardian.client import Control, ControlError
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.text import safe
from tuimon.tui.glance import Glance, glance, log_bytes
from tuimon.tui.keymap import HOME_KEYS, bindings
from tuimon.tui.screens.ask import Answer, AskScreen
from tuimon.tui.terminal_app import TerminalApp, has_few_colours, lacks_unicode
from tuimon.tui.widgets.cells import CellView, line
from tuimon.tui.widgets.key_bar import KeyBar
from tuimon.tui.widgets.notice import Notice
from tuimon.tui.widgets.run_list import RunList

_LOOK_EVERY = 2.0
_NO_RUNS = (
    "No runs on this host yet.",
    "Start one:  tuimon run train.py",
    "Watch the event files of any training:  tuimon view LOGDIR",
)
_STOP = Answer("s", "stop: SIGINT, as Ctrl-C sends it (it can save a checkpoint)", "next")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")


class _Title(CellView):
    """How many runs there are."""

    DEFAULT_CSS = "_Title { dock: top; height: 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[RunStatus] = ()

    def tell(self, runs: Sequence[RunStatus]) -> None:
        self._runs = runs
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        going = sum(not run.state.ended for run in self._runs)
        running = f"  {going} running" if going else ""
        counts = f"  {len(self._runs)} runs" if self._runs else ""
        return [line((" tuimon", "title"), (counts, "dim"), (running, "ok"))]


class HomeScreen(Screen[None]):
    """Lists the runs and looks at each now and then, in a thread."""

    AUTO_FOCUS = "RunList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HOME_KEYS)]

    def __init__(self) -> None:
        super().__init__()
        self._title = _Title()
        self._notice = Notice(id="home-notice")
        self._list = RunList(id="runs")
        self._keys = KeyBar(HOME_KEYS, id="keys")
        self._glances: dict[str, Glance | None] = {}
        self._sizes: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._notice
        yield self._list
        yield self._keys

    def on_mount(self) -> None:
        self._list.ascii_only = self.app.has_class("-ascii")
        self._show(list_runs())
        self.set_interval(_LOOK_EVERY, self._look)
        self._look()

    def _show(self, runs: Sequence[RunStatus]) -> None:
        self._title.tell(runs)
        self._notice.display = not runs
        self._list.display = bool(runs)
        if runs:
            self._list.set_runs(runs, dict(self._glances))
        else:
            self._notice.say(_NO_RUNS)
        chosen = self._list.chosen
        ended = chosen is None or chosen.state.ended
        self._keys.offer({"home-stop"} if ended else set(), {})

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        worker = get_current_worker()
        runs = list_runs()
        self.app.call_from_thread(self._show, runs)
        for run in runs:
            if worker.is_cancelled:
                return
            size = log_bytes(run)
            if size == self._sizes.get(run.record.id):
                continue
            self._sizes[run.record.id] = size
            self._glances[run.record.id] = glance(run)
            self.app.call_from_thread(self._show, runs)

    def action_leave(self) -> None:
        self.app.exit()

    def action_move(self, rows: int) -> None:
        self._list.move_cursor(rows)
        chosen = self._list.chosen
        self._keys.offer({"home-stop"} if chosen is None or chosen.state.ended else set(), {})

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self._list.size.height - 2))

    def action_open(self) -> None:
        if self._list.chosen is not None:
            self.app.exit(self._list.chosen)

    @on(RunList.Opened)
    def _open(self, message: RunList.Opened) -> None:
        self.app.exit(message.run)

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        run = self._list.chosen
        if run is None or run.state.ended:
            return
        ask = AskScreen(f"Stop {safe(run.record.name)}?", [_STOP, _KILL])
        choice = await self.app.push_screen_wait(ask)
        if choice:
            try:
                Control(run.paths).stop("kill" if choice == "kill" else "next")
            except ControlError as error:
                self.notify(safe(str(error)), severity="error")
            self._look()


class HomeApp(TerminalApp[RunStatus]):
    """Exits with the run that was chosen, None when it was left."""

    def on_mount(self) -> None:
        self.push_screen(HomeScreen())


def choose_run(settings: Settings) -> RunStatus | None:
    """Show the runs on this terminal; the one to watch, None when the user leaves."""
    return HomeApp(
        ascii_only=lacks_unicode(), few_colours=has_few_colours(), settings=settings
    ).show()
