"""Runs with their colours and tags with their last values; one of them is under the cursor."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.facts import RunRow, TagRow
from tuimon.present.hparam_groups import HParams, differing, values_of
from tuimon.present.list_cursor import ListCursor
from tuimon.present.look import ChangeLook, Look, selected
from tuimon.present.selection import BY_PREFIX
from tuimon.present.tag_width import TAGS_WIDTH
from tuimon.store.filters import FilterError, parse_filter
from tuimon.text import fit, fit_name, format_value, safe
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.cells import CellView, line
from tuimon.tui.panes.prompt import filter_prompt

_VALUE_WIDTH = 9
_RUNS_SHARE, _RUNS_SHARE_FOCUSED = 3, 2
"""Runs take one part of so many of the pane; more while the cursor is among them."""
_CHOOSE = "Highlight the run; open the chart of the tag"
_HIDE = "Hide or show the run"
_BRACKET = "right_square_bracket"
_NEXT_RUN = "Highlight the next, previous run"
_MOST_LABEL = 20


class TagPane(KeyOwner, CellView, can_focus=True):
    """Two lists with one cursor, each scrolled so that the cursor stays in view.

    What is done with runs acts on the one under the cursor while the pane has the focus, else on
    the one that stands out.
    """

    OF_RUNS: ClassVar[Topics] = {
        "Runs": (
            Key("next-run", _BRACKET, "focus_run(1)", "Next run", _NEXT_RUN, "run", 47),
            Key("previous-run", "left_square_bracket", "focus_run(-1)", "Previous run"),
            Key("pin", "asterisk", "pin_run", "Pin the run", "Pin the run: highlight it always"),
            Key("hide", "space", "hide_run", "Hide the run", _HIDE, "hide run", 76),
            Key("isolate", "o", "isolate", "Isolate", "Show highlighted runs alone, or all"),
            Key("filter", "slash", "filter", "Filter", "Filter runs and tags", "filter", 55),
            Key("group", "g", "group", "Group", "Group: by run, prefix, hyperparameter"),
        )
    }
    TOPICS: ClassVar[Topics] = {
        "Runs and tags": (
            Key("zoom", "enter", "choose", "Choose", _CHOOSE, "choose", 70),
            Key("down", "down,j", "move(1)", "Next run or tag", "Choose a run or tag"),
            Key("up", "up,k", "move(-1)", "Run or tag before"),
            Key("next-page", "n,pagedown", "page(1)", "Next page", "Turn pages"),
            Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
        ),
        **OF_RUNS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    about = (
        "The list of runs and tags has the focus. Enter on a tag shows its chart; on a run, "
        "highlights it. / filters both."
    )
    DEFAULT_CSS = f"TagPane {{ dock: left; width: {TAGS_WIDTH}; background: $surface; }}"
    look: var[Look] = var(Look(), init=False)
    """How the runs and tags are looked at."""

    @dataclass
    class Chosen(Message):
        """Enter or a click on a tag."""

        tag: str

    def __init__(
        self,
        look: Look,
        read_hparams: Callable[[], HParams],
        change_look: ChangeLook,
        *,
        id: str,
    ) -> None:
        """`read_hparams` may take long."""
        super().__init__(id=id)
        self.set_reactive(TagPane.look, look)
        self.filter = filter_prompt(self._filter_by, self._end_filter, [*self.look.filters])
        """For the screen to place."""
        self._read_hparams = read_hparams
        self._change_look = change_look
        self.groups: Mapping[str, str] = {}
        """The value of the hyperparameter to group by, by name of the run."""
        self._shown: list[str] = []
        """Names of all runs, in a list or not."""
        self._runs: list[RunRow] = []
        self._tags: list[TagRow] = []
        self._known = 0
        """How many tags there are, shown or not."""
        self._among_runs = False
        self._run = 0
        self._tag = ListCursor()
        """Where the cursor is, or was, in each list."""
        self._moved = False
        """Whether it was ever moved: before, it stays on top while runs are loaded."""
        self._first_run = self._first_row = 0
        self._run_lines = 0

    def on_mount(self) -> None:
        self._restore_groups()

    def idle_keys(self) -> Collection[str]:
        idle = set()
        if len(self._shown) < 2:
            idle.add("next-run")
        if self.run is None:
            idle.add("hide")
        if not (self._known or self.look.filter):
            idle.add("filter")
        return idle

    def key_labels(self) -> Mapping[str, str]:
        found = {"next-run": self.look.focus, "filter": self.look.filter}
        short = {key: fit(text, _MOST_LABEL).rstrip() for key, text in found.items() if text}
        return short | {"filter": f"filter: {short['filter']}"} if "filter" in short else short

    @property
    def title_line(self) -> int:
        return 0 if self._among_runs else self._run_lines

    @property
    def run(self) -> str | None:
        """The run under the cursor, if it is among the runs."""
        return self._runs[self._run].name if self._among_runs and self._runs else None

    def set_content(
        self, runs: Sequence[RunRow], tags: Sequence[TagRow], known: int | None = None
    ) -> None:
        """Show these runs (only when there are several) and tags; the cursor stays on its run.

        `known` is how many tags there are, shown or not.
        """
        chosen = self._runs[self._run].name if self._runs and self._moved else ""
        self._shown = [run.name for run in runs]
        self._runs = list(runs) if len(runs) > 1 else []
        names = [run.name for run in self._runs]
        self._run = names.index(chosen) if chosen in names else 0
        self._among_runs &= bool(self._runs)
        self._tags = list(tags)
        self._tag.limit(len(tags))
        self._known = len(tags) if known is None else known
        self._tell_filter()
        self.draw()

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many rows (up when negative), from list to list."""
        count = len(self._runs)
        place = self._run if self._among_runs else count + self._tag.at
        place = min(max(place + rows, 0), max(0, count + len(self._tags) - 1))
        self._go_to(place)

    def action_choose(self) -> None:
        """Ask for what is under the cursor: the chart of a tag, or a run to stand out."""
        run = self.run
        if run is not None:
            focus = "" if self.look.focus == run else run
            hidden = tuple(name for name in self.look.hidden if name != focus)
            self._change_look(focus=focus, hidden=hidden)
        elif self._tags:
            self.post_message(self.Chosen(self._tags[self._tag.at].tag))

    # Keys

    def action_page(self, pages: int) -> None:
        self.action_move(pages * (self.size.height - 2))

    def action_focus_run(self, steps: int) -> None:
        names = ["", *(name for name in self._shown if name not in self.look.hidden)]
        index = names.index(self.look.focus) if self.look.focus in names else 0
        self._change_look(focus=names[(index + steps) % len(names)])

    def action_pin_run(self) -> None:
        if name := self._chosen_run():
            self._change_look(**selected(self.look.selection().toggled_pin(name)))

    def action_hide_run(self) -> None:
        if name := self._chosen_run():
            self._change_look(**selected(self.look.selection().toggled(name)))

    def action_isolate(self) -> None:
        """Draw nothing but what stands out, or all again."""
        look = self.look
        if look.isolated or look.pinned or self._chosen_run():
            focus = self._run_in_focus or look.focus
            self._change_look(isolated=not look.isolated, focus=focus)

    @work
    async def action_group(self) -> None:
        """Group by the next of: run, tag prefix, each hyperparameter in which runs differ."""
        hparams = await asyncio.to_thread(self._read_hparams)
        ways = ["", BY_PREFIX, *differing(hparams)]
        now = self.look.group
        group = ways[(ways.index(now) + 1) % len(ways)] if now in ways else ""
        self._group(group, hparams)
        names = {"": "One curve for each run.", BY_PREFIX: "One chart for each tag prefix."}
        self.notify(names.get(group, f"One curve for each value of {safe(group)}."), markup=False)

    @work
    async def _restore_groups(self) -> None:
        """Read what the group of the last viewer needs."""
        if self.look.group not in ("", BY_PREFIX):
            self._group(self.look.group, await asyncio.to_thread(self._read_hparams))

    def _group(self, group: str, hparams: HParams) -> None:
        """Group in a way; by run where no run has such a hyperparameter."""
        self.groups = {} if group == BY_PREFIX else values_of(hparams, group)
        self._change_look(group=group if self.groups or group == BY_PREFIX else "")

    @property
    def _run_in_focus(self) -> str | None:
        return self.run if self.has_focus else None

    def _chosen_run(self) -> str | None:
        """The run that a key acts on; tells how to choose one where there is none."""
        if name := self._run_in_focus or self.look.focus:
            return name
        several = len(self._shown) > 1
        self.notify("First choose a run: ] and [." if several else "There is one run only.")
        return None

    # Filter

    def action_filter(self) -> None:
        self.filter.open(self.look.filter)
        self._tell_filter()

    def _filter_by(self, text: str) -> None:
        try:
            parse_filter(text)
        except FilterError as error:
            self.filter.say(safe(str(error)), wrong=True)
        else:
            self._change_look(filter=text.strip())
            self.filter.say("")
            self._tell_filter()

    def _end_filter(self) -> None:
        self.screen.set_focus(None)
        self._change_look(filters=tuple(self.filter.history))

    def _tell_filter(self) -> None:
        if self.filter.display and not self.filter.is_wrong:
            shown = f"{len(self._tags)} of {self._known} tags"
            self.filter.say(f"{shown}   Enter keeps, Esc clears")

    # Rows

    def rows(self, width: int, height: int) -> list[Row]:
        """Runs, when there are several, and the tags in view."""
        rows = self._run_rows(width, height)
        self._run_lines = len(rows)
        rows.append(self._heading("tags", len(self._tags), width))
        self._first_row = len(rows)
        here = self.has_focus and not self._among_runs
        for index in self._tag.fit(len(self._tags), height - len(rows)):
            rows.append(self._tag_row(self._tags[index], width, here and index == self._tag.at))
        return rows

    def on_click(self, event: events.Click) -> None:
        self.choose_line(event.y)

    @property
    def choices(self) -> list[int]:
        """Rows of the pane that hold a run or tag."""
        return [y for y in range(self.size.height) if self._place_of(y) is not None]

    def choose_line(self, y: int) -> None:
        """Choose what is in a row of the pane."""
        place = self._place_of(y)
        if place is not None:
            self._go_to(place)
            self.action_choose()

    def _place_of(self, y: int) -> int | None:
        """Where among runs and then tags the one in a row is; None for other rows."""
        tag = self._tag.top + y - self._first_row
        run = self._first_run + y - 1
        if y >= self._first_row:
            return len(self._runs) + tag if tag < len(self._tags) else None
        more = self._run_lines - 1 < len(self._runs) and y == self._run_lines - 1
        return run if 0 < y < self._run_lines and run < len(self._runs) and not more else None

    def _go_to(self, place: int) -> None:
        count = len(self._runs)
        self._moved = True
        self._among_runs = place < count
        if self._among_runs:
            self._run = place
        else:
            self._tag.at = place - count
        self.draw()

    def _run_rows(self, width: int, height: int) -> list[Row]:
        if not self._runs:
            return []
        most = height // (_RUNS_SHARE_FOCUSED if self._among_runs else _RUNS_SHARE)
        most = max(1, most)
        shown = self._runs
        self._first_run = 0
        if len(shown) > most:
            focused = next((i for i, run in enumerate(self._runs) if run.focused), self._run)
            at = self._run if self._among_runs else focused
            self._first_run = min(max(at - most // 2, 0), len(self._runs) - most + 1)
            shown = self._runs[self._first_run : self._first_run + most - 1]
        rows = [self._heading("runs", len(self._runs), width)]
        here = self.has_focus and self._among_runs
        for index, run in enumerate(shown, self._first_run):
            rows.append(self._run_row(run, width, here and index == self._run))
        if len(shown) < len(self._runs):
            rows.append((Span(fit(f" +{len(self._runs) - len(shown)} more", width), roles.DIM),))
        return rows

    def _run_row(self, run: RunRow, width: int, selected: bool) -> Row:
        mark = "›" if run.focused else "*" if run.pinned else " "
        cue = "━" if run.drawn else "·"
        name = fit_name(run.name, width - 3)
        if selected:
            return (Span(fit(f"{mark}{cue} {name}", width), roles.SELECTED),)
        role = roles.FOCUS if run.focused else roles.TEXT if run.drawn else roles.DIM
        return line(
            (mark, roles.FOCUS),
            (cue, roles.curve(run.colour) if run.drawn else roles.DIM),
            (fit(f" {name}", width - 2), role),
        )

    def _heading(self, name: str, count: int, width: int) -> Row:
        rest = width - len(name) - len(str(count)) - 3
        return line(
            (" ", roles.AXIS),
            (name, roles.TITLE),
            (f" {count} ", roles.DIM),
            ("─" * max(0, rest - 1) + " ", roles.AXIS),
        )

    def _tag_row(self, row: TagRow, width: int, selected: bool) -> Row:
        last = row.value()
        value = "" if last is None else format_value(last)
        cells = width - _VALUE_WIDTH - 4
        name = fit_name(row.tag, cells)
        if selected:
            text = f" › {name}{fit(value, _VALUE_WIDTH, 'right')} "
            return (Span(fit(text, width), roles.SELECTED),)
        return line(
            (" · ", roles.DIM) if row.colour is None else (" ━ ", roles.curve(row.colour)),
            (name, roles.TEXT),
            (fit(value, _VALUE_WIDTH, "right") + " ", roles.DIM),
        )
