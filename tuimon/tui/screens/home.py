"""The home screen: the runs of this host, and log directories of the place."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.worker import get_current_worker

from tuimon.abandoned import answer_within
from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.events.nearby import NearbyLogdir, find_logdirs
from tuimon.guardian.client import ControlClient, ControlError
from tuimon.present.facts import count
from tuimon.present.glance import GlanceBook
from tuimon.runs.paths import state_home
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.runs.removal import (
    CannotRemoveError,
    has_unsent,
    remove_run,
    size_of,
    why_it_stays,
)
from tuimon.text import format_bytes, safe
from tuimon.tui.dialogs.ask import Answer, AskScreen
from tuimon.tui.keys.key_owner import KeyScreen
from tuimon.tui.keys.key_tables import Key, Topics, bindings, help_rows
from tuimon.tui.panes.cells import CellView, line
from tuimon.tui.panes.cursor_list import CursorList
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.logdir_list import LogdirList
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.run_list import RunList
from tuimon.tui.screens.pages import TextScreen, TextSection

HOME_KEYS = (
    Key("home-leave", "q,ctrl+c,escape", "leave", "Leave", "Leave; trainings go on", "leave", 100),
    Key("home-open", "enter", "open", "Watch", "Watch the run", "watch", 90),
    Key("home-stop", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
    Key("home-remove", "d,delete", "remove", "Remove the run", "Remove it; asks", "remove", 60),
    Key("home-help", "question_mark,f1", "help", "Help", "Show this help", "help", 95),
    Key("home-messages", "M", "app.messages", "Messages", "List the messages"),
    Key("home-down", "down,j", "move(1)", "Next run", "Choose a run or directory", "choose", 70),
    Key("home-up", "up,k", "move(-1)", "Run before"),
    Key("home-page-down", "pagedown", "page(1)", "Next page"),
    Key("home-page-up", "pageup", "page(-1)", "Page before"),
)

_FIRST_SECONDS = 1.0
"""That the first frame waits for the runs."""
_LOOK_EVERY = 2.0
_SEARCH_EVERY = 30.0
_NO_RUNS = (
    "No runs on this host yet.",
    "Start one:  tuimon run train.py",
    "Watch the event files of any training:  tuimon view LOGDIR",
)
_ABOUT = """\
Runs that tuimon launched on this host, and on others that share the home directory, the newest \
first: state, age, and the last value and course of the metric that its charts begin with. Below \
them are the log directories at and below the working directory. Removing a run removes what \
tuimon keeps of it; the event files that the training wrote stay."""
_STOP = Answer("s", "stop: SIGINT like Ctrl-C; it can save a checkpoint", "next")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")


class _Title(CellView):
    """How many runs there are."""

    DEFAULT_CSS = "_Title { dock: top; height: 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[RunStatus] = ()
        self._unreadable = 0

    def tell(self, runs: Sequence[RunStatus], unreadable: int) -> None:
        self._runs, self._unreadable = runs, unreadable
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        going = sum(not run.state.ended for run in self._runs)
        running = f"  {going} running" if going else ""
        counts = f"  {count(len(self._runs), 'run')}" if self._runs else ""
        told = f"  {self._unreadable} unreadable: tuimon ls says why" if self._unreadable else ""
        return [
            line(
                (" tuimon", roles.TITLE), (counts, roles.DIM), (running, roles.OK),
                (told, roles.WARN),
            )
        ]  # fmt: skip


class HomeScreen(KeyScreen[None]):
    """Lists the runs and looks at each now and then, in a thread."""

    AUTO_FOCUS = "RunList"
    TOPICS: ClassVar[Topics] = {"": HOME_KEYS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HOME_KEYS)]

    def __init__(self) -> None:
        super().__init__()
        self._title = _Title()
        self._notice = Notice(id="home-notice")
        self._list = RunList(id="runs")
        self._logdirs = LogdirList(id="logdirs")
        self._runs: Sequence[RunStatus] = ()
        self._unreadable: Sequence[str] = ()
        self._glances = GlanceBook()

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._notice
        yield self._list
        yield self._logdirs
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self._list.ascii_only = self.app.has_class("-ascii")
        with suppress(TimeoutError):  # then they come when they do
            self._show(answer_within(_FIRST_SECONDS, self._list_runs))
        self.set_interval(_LOOK_EVERY, self._look)
        self.set_interval(_SEARCH_EVERY, self._search)
        self._look()
        self._search()

    def _list_runs(self) -> Sequence[RunStatus]:
        unreadable: list[str] = []
        runs = list_runs(on_unreadable=unreadable.append)
        self._unreadable = unreadable
        return runs

    def _show(self, runs: Sequence[RunStatus]) -> None:
        self._runs = runs
        self._title.tell(runs, len(self._unreadable))
        self._notice.display = not runs
        self._list.display = bool(runs)
        if runs:
            self._list.set_runs(runs, self._glances.glances)
        else:
            self._notice.say(_NO_RUNS)
        self._offer_keys()

    @on(CursorList.Moved)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    def idle_keys(self) -> set[str]:
        """Ids of the keys that do nothing for what is under the cursor."""
        run = self._chosen_run
        does = {
            "home-open": self._chosen is not None,
            "home-stop": run is not None and not run.state.ended,
            "home-remove": run is not None and why_it_stays(run) is None,
        }
        return {key for key, something in does.items() if not something}

    @property
    def _chosen(self) -> RunStatus | Path | None:
        """What is under the cursor: a run or log directory."""
        logdir = self._logdirs.chosen
        if self._logdirs.has_focus:
            return None if logdir is None else logdir.path
        return self._list.chosen

    @property
    def _chosen_run(self) -> RunStatus | None:
        """The run under the cursor; None where a log directory is."""
        return None if self._logdirs.has_focus else self._list.chosen

    def _search(self) -> None:
        self._begin("search", self._find_logdirs)

    def _look(self) -> None:
        self._begin("look", self._look_at_runs)

    def _begin(self, group: str, call: Callable[[], None]) -> None:
        """Do something in a thread, unless the last time hangs or takes as long."""
        if not any(worker.group == group and worker.is_running for worker in self.workers):
            self.run_worker(call, thread=True, group=group, exit_on_error=False)

    def _find_logdirs(self) -> None:
        place = Path.cwd()
        found = find_logdirs(place, apart_from=state_home())
        self.app.call_from_thread(self._show_logdirs, place, found)

    def _show_logdirs(self, place: Path, found: list[NearbyLogdir]) -> None:
        listed = {Path(source.path) for run in self._runs for source in run.log_sources}
        found = [one for one in found if one.path not in listed]
        self._logdirs.set_logdirs(place, found)
        if found and not self._list.display:
            self.set_focus(self._logdirs)
        self._offer_keys()

    def _look_at_runs(self) -> None:
        worker = get_current_worker()
        runs = self._list_runs()
        self.app.call_from_thread(self._show, runs)
        for run in runs:
            if worker.is_cancelled:
                return
            if self._glances.look(run):
                self.app.call_from_thread(self._show, runs)

    def action_leave(self) -> None:
        self.app.exit()

    def action_move(self, rows: int) -> None:
        here, beyond = (self._list, self._logdirs) if rows > 0 else (self._logdirs, self._list)
        if self.focused is not here:
            beyond.move_cursor(rows)
        elif not here.move_cursor(rows) and beyond.display:
            self.set_focus(beyond)

    def action_help(self) -> None:
        self.app.push_screen(TextScreen("home", _ABOUT, TextSection("", help_rows(self.keys))))

    def action_page(self, pages: int) -> None:
        if isinstance(self.focused, CursorList):
            self.action_move(pages * self.focused.page_rows)

    @on(CursorList.Opened)
    def action_open(self) -> None:
        if self._chosen is not None:
            self.app.exit(self._chosen)

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        run = self._chosen_run
        if run is None or "home-stop" in self.idle_keys():
            return
        if run.is_elsewhere:
            self.notify(safe(f"It runs on {run.record.host}: stop it there."), markup=False)
            return
        ask = AskScreen(f"Stop {safe(run.record.name)}?", [_STOP, _KILL])
        choice = await self.app.push_screen_wait(ask)
        if choice:
            try:
                stop = ControlClient(run.paths).stop
                await asyncio.to_thread(stop, "kill" if choice == "kill" else "next")
            except ControlError as error:
                self.notify(safe(str(error)), severity="error")
            self._look()

    @work(exclusive=True, group="ask")
    async def action_remove(self) -> None:
        run = self._chosen_run
        if run is None:
            return
        if reason := why_it_stays(run):
            self.notify(safe(reason), severity="warning", markup=False)
            return
        unsent, size = await asyncio.to_thread(lambda: (has_unsent(run), size_of(run)))
        unsaid = "; its W&B data were not uploaded" if unsent else ""
        what = f"remove: log, record, {format_bytes(size)}{unsaid}"
        answer = Answer("r", what, "remove")
        name = safe(run.record.name)
        if await self.app.push_screen_wait(
            AskScreen(f"Remove {name} ({run.record.id})?", [answer])
        ):
            try:
                await asyncio.to_thread(remove_run, run)
            except CannotRemoveError as error:
                self.notify(safe(str(error)), severity="error", markup=False)
            self._look()
