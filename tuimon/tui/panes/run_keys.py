"""What is done with runs: highlight, pin, hide, order, group."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import work
from textual.reactive import var

from tuimon.present.hparam_groups import HParams, differing, values_of
from tuimon.present.look import ChangeLook, Look, selected
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.selection import BY_PREFIX
from tuimon.text import safe
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics
from tuimon.tui.panes.cells import CellView

_HIDE = "Hide or show the run"
_BRACKET = "right_square_bracket"
_NEXT_RUN = "Highlight the next, previous run"
_RANK = "Order runs by value, hyperparameter, name"
_JOIN = "Join train and val of several runs"


class RunKeys(KeyOwner, CellView):
    """A list of runs with keys that act on the one under its cursor while it has the focus, else on
    the one that stands out."""

    OF_RUNS: ClassVar[Topics] = {
        "Runs": (
            Key("next-run", _BRACKET, "focus_run(1)", "Next run", _NEXT_RUN, "run", 47),
            Key("previous-run", "left_square_bracket", "focus_run(-1)", "Previous run"),
            Key("pin", "asterisk", "pin_run", "Pin the run", "Pin the run: highlight it always"),
            Key("hide", "space", "hide_run", "Hide the run", _HIDE, "hide run", 76),
            Key("isolate", "o", "isolate", "Isolate", "Show highlighted runs alone, or all"),
            Key("filter", "slash", "filter", "Filter", "Filter runs and tags", "filter", 55),
            Key("rank", "r", "rank", "Rank the runs", _RANK, "rank", 41),
            Key("join", "J", "join", "Join train and val", _JOIN),
            Key("group", "g", "group", "Group", "Group: by run, prefix, hyperparameter"),
        )
    }
    look: var[Look] = var(Look(), init=False)
    """How the runs and tags are looked at."""

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
        self.set_reactive(RunKeys.look, look)
        self._read_hparams = read_hparams
        self._change_look = change_look
        self.groups: Mapping[str, str] = {}
        """The value of the hyperparameter to group by, by name of the run."""
        self.hparams: HParams = {}
        """As far as they have been read."""
        self._hparams_of = -1
        """The structure of the store whose hyperparameters they are, or are being read."""
        self.table = RunTable()
        """The runs that are listed, with what is told of them."""

    @property
    def _runs(self) -> Sequence[RunRow]:
        """The rows of the runs; one alone is no list."""
        return self.table.rows if len(self.table.rows) > 1 else ()

    @property
    def run(self) -> str | None:
        """The run under the cursor, if it is among the runs."""
        return None

    @property
    def tag(self) -> str | None:
        """The tag under the cursor, if it is on one."""
        return None

    def action_focus_run(self, steps: int) -> None:
        shown = [run.name for run in self.table.rows]
        names = ["", *(name for name in shown if name not in self.look.hidden)]
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

    def action_rank(self) -> None:
        """Order the runs by the values of the tag under the cursor, and by name again; elsewhere by
        the next of: what is told of them, each hyperparameter that has a column, name."""
        table, tag = self.table, self.tag if self.has_focus else None
        ways = ["", *(table.hparams if tag is None else ()), None]
        now = table.ordered_by or ("" if table.by_value and tag in (None, table.tag) else None)
        way = ways[(ways.index(now) + 1) % len(ways)] if now in ways else ""
        order = "name" if way is None else "best"
        self._change_look(rank=tag or table.tag, run_order=order, order_by=way or "")

    def action_join(self) -> None:
        joined = not self.look.joined
        self._change_look(joined=joined)
        if not self._runs:
            self.notify("One run has train and val of a metric in one chart.")

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

    def follow_hparams(self, structure: int) -> None:
        """Read what the runs were given, where there are others than the last time."""
        if self._runs and structure != self._hparams_of:
            self._hparams_of = structure
            self._take_hparams()

    @work(exclusive=True, group="hparams")
    async def _take_hparams(self) -> None:
        hparams = await asyncio.to_thread(self._read_hparams)
        if self.look.group not in ("", BY_PREFIX):
            self._group(self.look.group, hparams)
        self.hparams = hparams

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
        self.notify("First choose a run: ] and [." if self._runs else "There is one run only.")
        return None
