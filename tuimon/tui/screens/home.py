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
from tuimon.events.nearby import NearbyLogdir
from tuimon.present.facts import count
from tuimon.present.home_memory import HomeMemory
from tuimon.present.look import wanted_marks
from tuimon.present.run_again import again_question
from tuimon.present.run_lines import RunLine
from tuimon.present.signs import STATE_SIGNS
from tuimon.present.whereabouts import Whereabouts, look_about
from tuimon.runs.registry import RunStatus
from tuimon.runs.removal import why_it_stays
from tuimon.runs.strays import StrayTraining
from tuimon.runs.text_mapping import read_mapping
from tuimon.text import safe
from tuimon.tui.dialogs.ask import Answer, AskScreen
from tuimon.tui.keys.key_tables import Key, Topics, bindings, help_rows
from tuimon.tui.panes.cursor_list import CursorList
from tuimon.tui.panes.home_title import HomeTitle
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.nearby_list import NearbyList
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.run_list import RunList
from tuimon.tui.panes.welcome import Welcome
from tuimon.tui.screens.asking import ask_to_remove, ask_to_stop
from tuimon.tui.screens.home_choice import Again, Attach, Choice, Together
from tuimon.tui.screens.pages import TextScreen, TextSection
from tuimon.tui.screens.remark_keys import RemarkKeys
from tuimon.tui.viewer_app import ViewerApp

_DIFFERS = "Show what differs in marked runs, or from the baseline"

HOME_KEYS = (
    Key("home-leave", "q,ctrl+c", "leave", "Leave", "Leave; trainings go on", "leave", 100),
    Key("home-help", "question_mark,f1", "help", "Help", "Show this help", "help", 95),
    Key("home-messages", "M", "app.messages", "Messages", "List the messages"),
    Key("home-open", "enter", "open", "Watch", "Watch it, or all that are marked", "watch", 90),
    Key("home-filter", "slash", "filter", "Filter", "Filter the runs", "filter", 85),
    Key("home-stop", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
    Key("home-mark", "space", "mark", "Mark", "Mark what to watch side by side", "mark", 75),
    Key("home-sort", "s", "sort", "Sort", "Sort: newest, best, name, state, longest", "sort", 70),
    Key(
        "home-diff",
        "D",
        "diff",
        "What differs",
        _DIFFERS,
        "diff",
        45,
    ),
    Key("home-again", "r", "again", "Run again", "Start it again; asks first", "again", 65),
    Key(
        "home-annotate",
        "e",
        "annotate",
        "Name, tags, note",
        "Change name, tags and note",
        "edit",
        60,
    ),
    Key("home-star", "asterisk", "star", "Star", "Add a star, or remove it"),
    Key(
        "home-baseline",
        "B",
        "baseline",
        "Baseline",
        "Compare the runs of its directory with it, or with none",
        "baseline",
        42,
    ),
    Key("home-archive", "A", "archive", "Archive", "Take it off the list; in /archived: put back"),
    Key("home-group", "b", "group", "By directory", "Group by directory", "by directory", 40),
    Key("home-remove", "d,delete", "remove", "Remove", "Remove it; asks first", "remove", 50),
    Key("home-back", "escape", "back", "Back", "Clear marks, then the filter; then leave"),
    Key("home-down", "down,j", "move(1)", "Next run", "Choose a run or directory"),
    Key("home-up", "up,k", "move(-1)", "Run before"),
    Key("home-page-down", "pagedown,ctrl+d", "page(1)", "Next page"),
    Key("home-page-up", "pageup,ctrl+u", "page(-1)", "Page before"),
    Key("home-first", "home,g", "ends(-1)", "First run", "Choose the first, the last"),
    Key("home-last", "end,G", "ends(1)", "Last run"),
)

_FIRST_SECONDS = 1.0
"""That the first frame waits for the runs."""
_LOOK_EVERY = 2.0
_SEARCH_EVERY = 30.0
_READING = ("Reading the runs…",)
_NO_MATCH = ("No run matches the filter.", "/ changes it, Esc clears it.")
_EXAMPLES = "adam -failed    lr=0.01    starred    #paper    run:big"
_ABOUT = """\
Runs that tuimon launched on this host, and on others that share the home directory: the arguments \
that tell those of a script apart, state, age, the best value and the course of the main metric \
(validation before training, losses first). ! is an alert, ⚠ an end that is not to be trusted, ★ a \
star, Δ the baseline of a directory. Below them are what runs here without tuimon (a Python that \
writes event files or has loaded torch), and the log directories at and below the working directory.

A filter looks in names, commands, directories, states, tags and notes. A name, tags, a note and a \
star are kept beside the run, and tuimon ls tells them; archived runs are listed by the filter \
archived alone. Removing a run removes what tuimon keeps \
of it; the event files that the training wrote stay."""


class HomeScreen(RemarkKeys):
    """Lists the runs and looks at each now and then, in a thread."""

    AUTO_FOCUS = "RunList"
    TOPICS: ClassVar[Topics] = {"": HOME_KEYS}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HOME_KEYS)]

    def __init__(self, memory: HomeMemory | None = None) -> None:
        """`memory` is that of the home screen before, if there was one."""
        super().__init__()
        self._memory = memory or HomeMemory()
        self._title = HomeTitle(self._memory)
        self._notice = Notice(id="home-notice")
        self._list = RunList(id="runs")
        self._nearby = NearbyList(id="nearby")
        self._welcome = Welcome(id="welcome")
        self._prompt = Prompt(
            self._filtered,
            self._filter_ended,
            asked="filter /",
            examples=_EXAMPLES,
            history=self._memory.filters,
            id="filter",
        )

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._notice
        yield self._welcome
        yield self._list
        yield self._nearby
        yield self._prompt
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        plain = isinstance(self.app, ViewerApp) and wanted_marks(self.app.settings) != "braille"
        self._list.ascii_only = plain or self.app.has_class("-ascii")
        self._notice.say(_READING)
        self._list.display = self._welcome.display = False
        with suppress(TimeoutError):  # then they come when they do
            self._show(answer_within(_FIRST_SECONDS, self._memory.looked))
        self._list.move_to(self._memory.chosen)
        self.set_interval(_LOOK_EVERY, self._look)
        self.set_interval(_SEARCH_EVERY, self._search)
        self._look()
        self._search()
        if not self._memory.lines:
            self._begin("check", self._check)
        if self._memory.to_say:
            self.notify(self._memory.to_say, severity="warning", markup=False)
            self._memory.to_say = ""

    def _show(self, lines: Sequence[RunLine]) -> None:
        if lines is not self._memory.lines or not lines:
            self._memory.take(lines)
            self._list_runs()
        self._list.draw()  # time has passed

    def _list_runs(self) -> None:
        """Show the runs as they are known and as they are looked at."""
        memory = self._memory
        entries = memory.entries()
        shown = sum(isinstance(entry, RunLine) for entry in entries)
        self._title.tell(shown)
        self._list.display = bool(shown)
        self._welcome.display = not memory.lines
        self._notice.display = bool(memory.lines) and not shown
        self._notice.say(_NO_MATCH)
        self._nearby.set_roomy(not memory.lines)
        self._list.set_runs(entries, marked=memory.marked, sort=memory.sort)
        self._nearby.set_marked(memory.places)
        self._prompt.say(f"{shown} of {count(len(memory.lines), 'run')}")
        self._offer_keys()

    @on(CursorList.Moved)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    def idle_keys(self) -> set[str]:
        """Ids of the keys that do nothing for what is under the cursor."""
        run, memory = self._run, self._memory
        does = {
            "home-open": self._chosen is not None or bool(memory.marks),
            "home-stop": run is not None and not run.state.ended,
            "home-remove": bool(memory.marked) or (run is not None and why_it_stays(run) is None),
            "home-mark": isinstance(self._chosen, RunStatus | Path),
            "home-diff": len(self._compared()) > 1,
            "home-again": run is not None and run.state.ended,
            **dict.fromkeys(("home-annotate", "home-star", "home-baseline"), run is not None),
            "home-archive": bool(memory.marked) or run is not None,
            "home-filter": bool(memory.lines),
            "home-sort": len(memory.lines) > 1,
            "home-group": len({line.run.record.cwd for line in memory.lines}) > 1,
        }
        return {key for key, something in does.items() if not something}

    def urgent_keys(self) -> set[str]:
        return {"home-diff"} if len(self._marked_runs) > 1 else set()

    @property
    def _chosen(self) -> Choice | None:
        """What is under the cursor, as it would be watched."""
        if not self._nearby.has_focus:
            return self._run
        match self._nearby.chosen:
            case NearbyLogdir(path):
                return path
            case StrayTraining(pid):
                return Attach(pid)
        return None

    @property
    def _run(self) -> RunStatus | None:
        line = None if self._nearby.has_focus else self._list.line
        return None if line is None else line.run

    @property
    def _marked_runs(self) -> list[RunStatus]:
        return [line.run for line in self._memory.marked_lines()]

    def _search(self) -> None:
        self._begin("search", self._look_about)

    def _look(self, *changed: RunStatus) -> None:
        self._memory.index.expect(*changed)
        self._begin("look", self._look_at_runs)

    def _begin(self, group: str, call: Callable[[], None]) -> None:
        """Do something in a thread, unless the last time hangs or takes as long."""
        if not any(worker.group == group and worker.is_running for worker in self.workers):
            self.run_worker(call, thread=True, group=group, exit_on_error=False)

    def _look_about(self) -> None:
        found = look_about(Path.cwd(), [line.run for line in self._memory.lines])
        self.app.call_from_thread(self._show_nearby, found)

    def _show_nearby(self, found: Whereabouts) -> None:
        self._nearby.set_nearby(found)
        if self._nearby.display and not self._list.display and not self._prompt.display:
            self.set_focus(self._nearby)
        self._offer_keys()

    def _check(self) -> None:
        if self._memory.check is not None:
            self.app.call_from_thread(self._welcome.tell, *self._memory.check())

    def _look_at_runs(self) -> None:
        worker = get_current_worker()
        self.app.call_from_thread(self._show, self._memory.looked())
        while self._memory.index.unread and not worker.is_cancelled:
            self.app.call_from_thread(self._show, self._memory.looked())
        first = (entry.id for entry in self._list.items if isinstance(entry, RunLine))
        for lines in self._memory.glances(first):
            if worker.is_cancelled:
                return
            self.app.call_from_thread(self._show, lines)

    def _exit_with(self, choice: Choice | None) -> None:
        line = self._list.line
        self._memory.chosen = line.id if line is not None else ""
        self.app.exit(choice)

    def action_leave(self) -> None:
        self._exit_with(None)

    def action_back(self) -> None:
        memory = self._memory
        if memory.marks:
            memory.marked.clear()
            memory.places.clear()
        elif memory.filter:
            memory.filter_by("")
        else:
            self.action_leave()
        self._list_runs()

    def action_move(self, rows: int) -> None:
        here, beyond = (self._list, self._nearby) if rows > 0 else (self._nearby, self._list)
        if self.focused is not here:
            beyond.move_cursor(rows)
        elif not here.move_cursor(rows) and beyond.display:
            self.set_focus(beyond)

    def action_ends(self, way: int) -> None:
        if isinstance(self.focused, CursorList):
            self.focused.move_cursor(way * len(self.focused.items))

    def action_help(self) -> None:
        keys, signs = TextSection("", help_rows(self.keys)), TextSection("Signs", STATE_SIGNS)
        self.app.push_screen(TextScreen("home", _ABOUT, keys, signs))

    def action_page(self, pages: int) -> None:
        if isinstance(self.focused, CursorList):
            self.action_move(pages * self.focused.page_rows)

    def action_filter(self) -> None:
        self._nearby.display = False  # its last row is where the line is typed
        self._prompt.open(self._memory.filter)

    def _filtered(self, text: str) -> None:
        why = self._memory.filter_by(text)
        self._list_runs()
        if why:
            self._prompt.say(safe(why), wrong=True)

    def _filter_ended(self) -> None:
        self._nearby.display = bool(self._nearby.items)
        self.set_focus(self._list if self._list.display else self._nearby)

    def action_sort(self) -> None:
        self._memory.next_sort()
        self._list_runs()
        self._list.move_cursor(-len(self._list.items))

    def action_group(self) -> None:
        self._memory.grouped ^= True
        self._list_runs()

    def action_mark(self) -> None:
        match self._chosen:
            case RunStatus() as run:
                self._memory.toggle_mark(run.record.id)
                self._list.move_cursor(1)
            case Path() as place:
                self._memory.toggle_mark(place)
                self._nearby.move_cursor(1)
        self._list_runs()

    @on(CursorList.Opened)
    def action_open(self) -> None:
        memory = self._memory
        runs = memory.marked_lines()
        if memory.marks > 1 and (sources := memory.marked_sources()):
            self._exit_with(Together(sources))
        elif memory.marks > 1:
            self.notify("None of them has written event files.", severity="warning")
        elif runs:
            self._exit_with(runs[0].run)
        elif (chosen := next(iter(memory.places), self._chosen)) is not None:
            self._exit_with(chosen)

    def _compared(self) -> list[RunStatus]:
        """The runs that are marked, the oldest first; one alone, or else the baseline, with the one
        under the cursor."""
        runs, run = self._marked_runs, self._run
        if run is not None and not runs:
            return [one for one in self._memory.baseline_of(run) if one != run] + [run]
        if run is not None and len(runs) == 1 and run.record.id != runs[0].record.id:
            runs.append(run)
        return sorted(runs, key=lambda run: run.record.started_at)

    def action_diff(self) -> None:
        # Which the first frame can do without.
        from tuimon.tui.screens.difference_page import MOST_RUNS, DifferencePage

        runs = self._compared()
        if len(runs) < 2:
            self.notify("First mark the runs to compare (Space), or pin a baseline (B).")
        elif len(runs) > MOST_RUNS:
            self.notify(f"At most {MOST_RUNS} runs have room beside each other.")
        else:
            self.app.push_screen(DifferencePage(runs))

    @work(exclusive=True, group="ask")
    async def action_again(self) -> None:
        run = self._run
        if run is None or not run.state.ended:
            return
        then = await asyncio.to_thread(read_mapping, run.paths.environment)
        answer = Answer("r", "run it again", "again", other_key="enter")
        if await self.app.push_screen_wait(AskScreen(again_question(run, then), [answer])):
            self._exit_with(Again(run))

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        run = self._run
        if run is not None and "home-stop" not in self.idle_keys():
            await ask_to_stop(self, run)
            self._look()

    @work(exclusive=True, group="ask")
    async def action_remove(self) -> None:
        if runs := self._marked_runs or ([self._run] if self._run is not None else []):
            await ask_to_remove(self, runs)
            self._look()
