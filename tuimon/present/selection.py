"""Which runs and tags are on the screen, which runs stand out, and what counts as one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from tuimon.store.filters import EVERYTHING, FilterError, Predicate, parse_filter
from tuimon.store.parts import part_of
from tuimon.store.run_log import RunLog
from tuimon.store.spread import SpreadKind
from tuimon.store.store import Store

BY_PREFIX: Final = "tag prefix"
"""A way to group: the tags below one prefix share a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the user wants to see."""

    text: str = ""
    """The filter as it was typed."""
    shows: Predicate = EVERYTHING
    """The filter."""
    focus: str = ""
    """Name of the training whose curves stand out; empty for none."""
    pinned: frozenset[str] = frozenset()
    """Names of trainings that stand out whatever has the focus."""
    hidden: frozenset[str] = frozenset()
    """Names of trainings that are not drawn."""
    isolated: bool = False
    """Nothing but what stands out is drawn."""
    group: str = ""
    """Empty for each run by itself, `BY_PREFIX`, or how they are grouped (see `run_groups`)."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The name of its group by name of the training; of those that are in one."""
    spread: SpreadKind = "std"
    """What is told of a group."""
    members: bool = False
    """Whether the runs of groups are drawn below them."""
    leading: tuple[str, ...] = ()
    """Names of the trainings that stand out of many, where the user has chosen none."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What trainings are called, by name, where that is not their name."""
    named: bool = False
    """Whether trainings are named beside the charts, each with its colour."""

    def stands_out(self, name: str) -> bool:
        """Whether the training of this name has the focus or is pinned."""
        return name == self.focus or name in self.pinned

    def draws(self, name: str) -> bool:
        """Whether the training of this name is drawn at all."""
        if self.stands_out(name):
            return True
        return name not in self.hidden and not self.isolated

    def fades(self, name: str, store: Store) -> bool:
        """Whether others than the training of this name, or its group, stand out."""
        if self.focus not in store.runs or self.stands_out(name):
            return False
        lit = {self.groups.get(one) for one in (self.focus, *self.pinned)} - {None}
        return self.groups.get(name) not in lit

    def toggled_pin(self, name: str) -> "Selection":
        """The selection with a training pinned, or no more."""
        return replace(self, pinned=self.pinned ^ {name}, hidden=self.hidden - {name})

    def toggled(self, name: str) -> "Selection":
        """The selection with a training hidden, or no more."""
        focus = "" if self.focus == name else self.focus
        pinned = self.pinned - {name}
        return replace(self, hidden=self.hidden ^ {name}, focus=focus, pinned=pinned)


def training_of(run: RunLog, runs: Mapping[str, RunLog]) -> str:
    """The name of the training that a run is, or is a part of."""
    part = part_of(run, runs)
    return part.parent if part else run.name


@lru_cache(maxsize=8)
def filter_or_everything(text: str) -> Predicate:
    """The filter of a text, the same one for the same text; everything where it is none."""
    try:
        return parse_filter(text)
    except FilterError:
        return EVERYTHING
