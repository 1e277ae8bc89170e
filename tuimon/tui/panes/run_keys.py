"""What is done with runs: highlight, pin, hide, order, group."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import work
from textual.reactive import var

from tuimon.present.hparam_groups import HParams
from tuimon.present.look import ChangeLook, Look, selected
from tuimon.present.run_groups import GroupError, RunTraits, group_names
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.selection import BY_PREFIX
from tuimon.tui.dialogs.group_menu import Grouping, GroupMenu
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics
from tuimon.tui.panes.cells import CellView

_HIDE = "Hide or show the run"
_BRACKET = "right_square_bracket"
_NEXT_RUN = "Highlight the next, previous run"
_RANK = "Order runs by value, hyperparameter, name"
_JOIN = "Join train and val of several runs"
_GROUP = "Group runs: mean and spread of seeds, settings …"
_MEMBERS = "Show or hide the runs of groups"


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
            Key("group", "g", "group", "Group the runs", _GROUP),
            Key("members", "G", "members", "Runs of groups", _MEMBERS),
        )
    }
    look: var[Look] = var(Look(), init=False)
    """How the runs and tags are looked at."""

    def __init__(
        self,
        look: Look,
        read_hparams: Callable[[], HParams],
        read_traits: Callable[[], Mapping[str, RunTraits]],
        change_look: ChangeLook,
        *,
        id: str,
    ) -> None:
        """`read_hparams` and `read_traits` may take long."""
        super().__init__(id=id)
        self.set_reactive(RunKeys.look, look)
        self._read_hparams, self._read_traits = read_hparams, read_traits
        self._change_look = change_look
        self.groups: Mapping[str, str] = {}
        """The name of its group by name of the run."""
        self.hparams: HParams = {}
        """As far as they have been read."""
        self._hparams_of = -1
        """The structure of the store whose hyperparameters they are, or are being read."""
        self.table = RunTable()
        """The runs that are listed, with what is told of them."""

    @property
    def _runs(self) -> Sequence[RunRow]:
        """The rows of the runs; one alone is no list."""
        return self.table.rows if len(self.table.names) > 1 else ()

    @property
    def run(self) -> str | None:
        """The run under the cursor, if it is among the runs."""
        return None

    @property
    def group(self) -> Sequence[str]:
        """The runs of the group under the cursor, if it is on one."""
        return ()

    @property
    def tag(self) -> str | None:
        """The tag under the cursor, if it is on one."""
        return None

    def action_focus_run(self, steps: int) -> None:
        names = ["", *(name for name in self.table.names if name not in self.look.hidden)]
        index = names.index(self.look.focus) if self.look.focus in names else 0
        self._change_look(focus=names[(index + steps) % len(names)])

    def action_pin_run(self) -> None:
        if name := self._chosen_run():
            self._change_look(**selected(self.look.selection().toggled_pin(name)))

    def action_hide_run(self) -> None:
        if self.group and self.has_focus:
            hidden = set(self.look.hidden)
            shown = not hidden.issuperset(self.group)
            left = hidden.union(self.group) if shown else hidden.difference(self.group)
            self._change_look(hidden=tuple(sorted(left)))
        elif name := self._chosen_run():
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

    def action_group(self) -> None:
        """Ask how to group the runs."""
        # Shown at once, so that keys typed without waiting are meant for it.
        menu = GroupMenu(self.look.group, self.look.spread, self._read_traits)
        self.app.push_screen(menu, self._regroup)

    def _regroup(self, chosen: Grouping | None) -> None:
        if chosen is not None:
            self._change_look(spread=chosen.spread)
            self._group(chosen.way, chosen.traits)

    def action_members(self) -> None:
        if self.look.group not in ("", BY_PREFIX):
            self._change_look(members=not self.look.members)
        else:
            self.notify("First group the runs: g.")

    def follow_hparams(self, structure: int) -> None:
        """Read what the runs were given, where there are others than the last time."""
        if self._runs and structure != self._hparams_of:
            self._hparams_of = structure
            self._take_hparams()

    @work(exclusive=True, group="hparams")
    async def _take_hparams(self) -> None:
        hparams = await asyncio.to_thread(self._read_hparams)
        if self.look.group not in ("", BY_PREFIX):
            self._group(self.look.group, await asyncio.to_thread(self._read_traits))
        self.hparams = hparams

    def _group(self, way: str, traits: Mapping[str, RunTraits]) -> None:
        """Group in a way; by run where that cannot be."""
        try:
            self.groups = {} if way in ("", BY_PREFIX) else group_names(way, traits)
        except GroupError as error:
            self.groups = {}
            self.notify(f"not grouped: {error}", markup=False)
        self._change_look(group=way if self.groups or way == BY_PREFIX else "")

    @property
    def _run_in_focus(self) -> str | None:
        return self.run if self.has_focus else None

    def _chosen_run(self) -> str | None:
        """The run that a key acts on; tells how to choose one where there is none."""
        if name := self._run_in_focus or self.look.focus:
            return name
        self.notify("First choose a run: ] and [." if self._runs else "There is one run only.")
        return None
