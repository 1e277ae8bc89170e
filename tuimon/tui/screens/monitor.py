"""The main screen: header, tags, charts, console, keys."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tuimon.charts.model import ChartOptions
from tuimon.charts.plotext_figure import load_plotext
from tuimon.config.schema import Settings
from tuimon.present.arrangement import last_values
from tuimon.present.facts import header_facts
from tuimon.present.hparam_groups import read_hparams
from tuimon.present.look import NOTHING_ASKED, Look, LookFile, first_look, selected, wanted_marks
from tuimon.present.project_view import ProjectFile
from tuimon.present.run_colours import RunColours
from tuimon.present.run_events import RunEvents
from tuimon.present.run_groups import read_traits
from tuimon.present.screen_content import Judging, ScreenContent
from tuimon.present.selection import Selection
from tuimon.present.tag_width import TAGS_FROM_WIDTH
from tuimon.runs.activity import losses
from tuimon.runs.record import RunState
from tuimon.session.session import Session
from tuimon.terminal.driver import round_trip
from tuimon.text import safe
from tuimon.tui.dialogs.jump import JumpScreen, JumpTarget
from tuimon.tui.keys.key_owner import KeyLoan, lent
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.folded_sections import FoldedSection, FoldedSections
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import MIN_HEIGHT, MIN_WIDTH, Notice, why_no_curves, why_too_small
from tuimon.tui.panes.pane_map import PaneMap
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.panes.system_pane import SystemPane
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens.data_keys import DataKeys
from tuimon.tui.screens.system import SystemScreen

_TICK = 0.1
_DRAW_EVERY = 0.25
_STATE_EVERY = 1.0
"""While nothing happens: what the header tells is in whole seconds."""
_DRAW_SHARE = 6
"""Drawings that take long, as while much is read, leave most of the time to the keys."""
_PLOTEXT_AFTER = 1.0
_SHOW_SYSTEM = "Show or hide GPUs, CPU, memory"
_SHOW_CONSOLE = "Show or hide the console"


class _Version(NamedTuple):
    """What the charts and the lists of the main screen depend on."""

    data: tuple[int, int, bool, object]
    loading: bool
    look: Look
    groups: Mapping[str, str]
    options: ChartOptions
    judging: Judging


class MonitorScreen(DataKeys):
    """Watches a session; a timer looks for news, and only what changed is drawn.

    How it is looked at is one `look`, which `change_look` alone changes: panes are told of it, and
    what they show follows.
    """

    AUTO_FOCUS = ""
    TOPICS: ClassVar[Topics] = {
        **DataKeys.TOPICS,
        "Moving": (
            Key("next-pane", "tab", "next_pane(1)", "Next pane", "Go to another pane", "pane", 74),
            Key("previous-pane", "shift+tab", "next_pane(-1)", "Previous pane"),
            Key("left", "left,h", "cross(-1, 0)", "Pane on the left", "Go into the pane beside"),
            Key("down", "down,j", "cross(0, 1)", "Pane below"),
            Key("up", "up,k", "cross(0, -1)", "Pane above"),
            Key("right", "right,l", "cross(1, 0)", "Pane on the right"),
            Key("back", "escape", "back", "Back", "Leave the pane; show all again", "back", 75),
            Key("jump", "apostrophe", "jump", "Jump", "Jump to what a letter stands on"),
        ),
        "Panes": (
            Key("tags", "1", "toggle_tags", "Tags", "Show or hide the tags", "tags", 60),
            Key("console", "2", "toggle_console", "Console", _SHOW_CONSOLE, "console", 60),
            Key("system", "3", "toggle_system", "System", _SHOW_SYSTEM, "system", 48),
        ),
    }
    LOANS = (
        KeyLoan("#charts", ChartPane.TOPICS),
        KeyLoan("#folded", FoldedSections.LENT),
        KeyLoan("#tags", TagPane.OF_RUNS),
        KeyLoan("#output", ConsolePane.LENT),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*lent(LOANS), *bindings(all_of(TOPICS))]

    def __init__(
        self, session: Session, settings: Settings, asked: Mapping[str, Any] = NOTHING_ASKED
    ) -> None:
        """`asked` are fields of the look that options of a command give."""
        super().__init__(session)
        self._project = ProjectFile(session)
        self._events = RunEvents(session)
        first = self._project.view.first_look(first_look(settings))
        self._look_file = LookFile(session, first)
        self.set_reactive(DataKeys.look, self._look_file.load().with_asked(**asked))
        self._marks = wanted_marks(settings)
        self._content: ScreenContent | None = None
        """What was drawn last."""
        self._tag_to_open: str | None = None
        """Its chart is shown as soon as there is one."""
        self._drawn_version: _Version | None = None
        self._next_drawing = self._next_output = self._next_state = 0.0
        self._status = session.status
        self._gone = ""
        """What was said of a baseline that is gone."""

    def compose(self) -> ComposeResult:
        session, look = self.session, self.look
        hparams = partial(read_hparams, session.store, self._reader)
        traits = partial(read_traits, session.store, self._reader)
        self._header = RunHeader(id="header")
        self._too_small = Notice(id="too-small")
        self._notice = Notice(id="notice")
        self._tags = TagPane(look, hparams, traits, self.change_look, id="tags")
        self._charts = ChartPane(session.store, look, self._marks, self.change_look, id="charts")
        self._folded = FoldedSections(id="folded")
        self._output = ConsolePane(session, self._charts, id="output")
        self._system = SystemPane(id="system")
        self._panes = PaneMap(self._tags, self._charts, self._folded, self._output, self._system)
        yield self._header
        yield self._too_small
        with Horizontal(id="body"):
            yield self._tags.data_bind(MonitorScreen.look)
            with Vertical(id="centre"):
                yield self._notice
                yield self._tags.strip
                yield from (self._charts.status, self._charts.data_bind(MonitorScreen.look))
                yield self._folded
                yield self._output
            yield self._system
        yield KeyBar(id="keys")
        yield self._tags.filter
        yield self._output.find_prompt
        yield from (self._charts.limits, self._charts.formulas)

    def on_mount(self) -> None:
        self._show_panes()
        self._tell_project()
        self.set_interval(_TICK, self._tick)
        self.call_after_refresh(self._tick)
        # plotext takes longer to import than the first frame, or any key, may take.
        loading = Thread(target=load_plotext, name="tuimon-plotext", daemon=True)
        self.set_timer(_PLOTEXT_AFTER, loading.start)

    def on_resize(self) -> None:
        width, height = self.size
        self.set_class(width < MIN_WIDTH or height < MIN_HEIGHT, "-too-small")
        self._too_small.say(why_too_small(width, height))
        self._show_panes()

    # How it is looked at

    def change_look(self, **changes: Any) -> None:
        """Look at it in another way from now on, and so the next viewer."""
        before, self.look = self.look, replace(self.look, **changes)
        self._look_file.save(self.look)
        if self._project.keep(before, self.look):
            self.notify(f"kept in {safe(str(self._project.path))}", markup=False)
        self._tell_project()
        self._next_drawing = 0.0
        self.call_later(self._tick)

    def _tell_project(self) -> None:
        """Tell once what is wrong with the file of the project."""
        if self._project.fault:
            self.notify(safe(self._project.fault), severity="warning", markup=False)
            self._project.fault = ""

    def watch_look(self) -> None:
        self._show_panes()
        self.refresh_bindings()

    @property
    def selection(self) -> Selection:
        """Which runs and tags are shown."""
        return self.look.selection(self._tags.groups)

    @property
    def filters(self) -> list[str]:
        return self._tags.filter.history

    @property
    def options(self) -> ChartOptions:
        return self._charts.options

    @property
    def colours(self) -> RunColours:
        return self._charts.colours

    def _show_panes(self) -> None:
        """Show the panes that are wanted, as far as there is something to show in them."""
        look, system = self.look, self.session.system
        wide = self.size.width >= TAGS_FROM_WIDTH
        self._tags.take_width(self.size.width)
        self._tags.set_class(not (wide if look.tags is None else look.tags), "-off")
        self._output.display = self._output.exists and look.console
        self._system.display = look.system and system is not None
        if system is not None and look.system:
            system.start()
            self._system.set_devices(system.devices())

    # What is drawn, and when

    @property
    def version(self) -> _Version:
        """A value that changes whenever something is to be drawn."""
        loading = self.session.follower.loading  # before what is loaded is looked at
        store = self.session.store
        data = store.version, self.colours.version, self.session.is_growing, store.reference_version
        look, groups, options = self.look, self._tags.groups, self.options
        return _Version(data, loading, look, groups, options, self._judging)

    @property
    def _judging(self) -> Judging:
        """By what runs are compared now."""
        focused, cursor = self._charts.focused_chart, self._charts.cursor
        return Judging(focused.metric if focused else None, cursor, self._tags.hparams)

    @property
    def at_rest(self) -> bool:
        """Whether all that is known is drawn."""
        return self._drawn_version == self.version and not self._charts.drawing

    async def _tick(self) -> None:
        if not self.is_current:
            return
        self.session.poll()
        version, now = self.version, time.monotonic()
        if self._charts.drawing:
            self._next_drawing = now + self._rest_after(self._charts.drawing_seconds)
        elif version != self._drawn_version and now >= self._next_drawing:
            self._drawn_version = version
            await self._show_data(loading=version.loading)
            took = time.monotonic() - now
            self._next_drawing = now + self._rest_after(took)
            self._next_state = now
        if now >= self._next_output:
            self._next_output = now + _DRAW_EVERY
            self._output.poll()
            if self.session.follower.loading or self.session.status != self._status:
                self._next_state = now
        if now >= self._next_state:
            self._next_state = now + _STATE_EVERY
            self._show_state()

    def _rest_after(self, took: float) -> float:
        """Seconds until the next drawing, after one that took so long; a slow link sees no more."""
        return max(_DRAW_EVERY, _DRAW_SHARE * took, round_trip(self.app) or 0.0)

    async def _show_data(self, *, loading: bool) -> None:
        look, selection, colours = self.look, self.selection, self.colours
        options, judging = self.options, self._judging
        content = self._maker.make(look, selection, colours, options, judging, loading=loading)
        self._content, (charts, folded) = content, content.arrangement
        self._charts.events = self._events.newest(look)
        await self._charts.show(charts, content.selection, growing=self.session.is_growing)
        store = self.session.store
        self._folded.set_sections(
            [FoldedSection(one.name, len(one.metrics), last_values(one, store)) for one in folded]
        )
        newest = partial(self._maker.newest_series, selection=selection)
        marks = self.options.marks
        self._tags.set_content(content.table, content.tags, newest, content.known, marks)
        if not loading:
            self._tags.follow_hparams(store.structure)
        if colours.known != look.runs:
            self.change_look(runs=colours.known)
        self._open_wanted_tag()

    def _show_state(self) -> None:
        self._status = self.session.status
        facts = header_facts(self.session)
        self._header.tell(facts)
        self._output.fit_terminal()
        self._charts.events = self._events.newest(self.look)
        self._output.warn(losses(self._status.record) if self._status is not None else None)
        self._show_panes()
        self.tell_alerts()
        if self._gone != (gone := self.session.baseline.gone):
            self._gone = gone
            self.notify(gone, severity="warning", markup=False)
        self.set_class(facts.state in (RunState.FAILED, RunState.KILLED), "-failed")
        empty = facts.step is None
        nothing = not empty and not self._charts.count and not self._folded.display
        self.set_class(empty or nothing, "-empty")
        self.set_class(empty, "-bare")
        if empty:
            self._notice.say(why_no_curves(self.session))
            if not self.session.follower.loading:
                self.show_media_alone()
        elif nothing:
            self._notice.say(["No tag matches the filter.", "/ changes it, Esc clears it."])
        self.refresh_bindings()

    # Keys

    def idle_keys(self) -> Collection[str]:
        store = self.session.store
        works = {
            "back": self._output.zoomed,
            "console": self._output.exists,
            "system": self.session.system is not None,
            "summaries": store.has_other_data,
            "next-pane": bool(self._panes.panes),
            **dict.fromkeys(("tags", "table", "sparklines"), bool(store.runs)),
        }
        return {key for key, does in works.items() if not does}.union(super().idle_keys())

    def action_back(self) -> None:
        if self._output.zoomed:
            self.remove_class("-zoomed")
        elif self.focused is not None:
            self.set_focus(None)
        elif (shown := selected(Selection(pinned=self.selection.pinned))) != selected(
            self.selection
        ):
            self.change_look(**shown)

    # Panes

    def action_next_pane(self, steps: int) -> None:
        self._panes.enter_next(steps)

    def action_cross(self, columns: int, rows: int) -> None:
        """Go from the edge of a pane into the one beside it, from that of a page to the next."""
        self._panes.cross(columns, rows)

    def action_jump(self) -> None:
        # Shown at once, so that a letter typed without waiting is meant for it.
        self.app.push_screen(JumpScreen(self._panes.jump_targets()), self._jump)

    def _jump(self, target: JumpTarget | None) -> None:
        if target is not None:
            target.jump()

    def action_toggle_tags(self) -> None:
        self.change_look(tags=self._tags.has_class("-off"))

    def action_toggle_console(self) -> None:
        self.remove_class("-zoomed")
        self.change_look(console=not self.look.console)

    def action_toggle_system(self) -> None:
        if self.session.system is None:
            self.notify("Only the system of what tuimon launched is measured.")
        else:
            self.change_look(system=not self.look.system)

    # What panes ask for

    @on(FoldedSections.Chosen)
    def _unfold(self, message: FoldedSections.Chosen) -> None:
        self.set_focus(None)
        folded = tuple(name for name in self.look.folded if name != message.name)
        self.change_look(folded=folded)

    @on(SystemPane.Opened)
    def _show_machine(self) -> None:
        if self.session.system is not None:
            self.app.push_screen(SystemScreen(self.session.system, self.options))

    @on(TagPane.Chosen)
    def _open_tag(self, message: TagPane.Chosen) -> None:
        """Show the chart of a tag, at once if it is there already."""
        self._tag_to_open = message.tag
        folded = self._content.folded_around(message.tag) if self._content else ()
        if folded:
            self.change_look(folded=tuple(n for n in self.look.folded if n not in folded))
        elif self._drawn_version == self.version:
            self._open_wanted_tag()  # else the charts are about to change

    def _open_wanted_tag(self) -> None:
        tag = self._tag_to_open
        index = None if tag is None else self._charts.chart_of(tag)
        if index is not None:
            self._tag_to_open = None
            self._charts.show_chart(index)
