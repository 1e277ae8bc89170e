"""Which runs and tags are on the screen, and which run stands out."""

from dataclasses import dataclass
from typing import NamedTuple

from tuimon.store.filters import EVERYTHING, FilterError, Predicate, parse_filter
from tuimon.store.parts import part_of, trainings
from tuimon.store.run import Run
from tuimon.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the user wants to see.

    Attributes:
        text: the filter as it was typed.
        shows: the filter.
        focus: name of the training whose curves stand out; empty for none.
    """

    text: str = ""
    shows: Predicate = EVERYTHING
    focus: str = ""

    def fades(self, run: Run, store: Store) -> bool:
        """Whether another training than that of `run` stands out."""
        if self.focus not in store.runs:
            return False
        part = part_of(run, store.runs)
        return self.focus != (part.parent if part else run.name)


def filter_or_everything(text: str) -> Predicate:
    """The filter of a text; everything where it is none."""
    try:
        return parse_filter(text)
    except FilterError:
        return EVERYTHING


class TagCount(NamedTuple):
    """How many tags are shown, of how many."""

    shown: int
    total: int


def shown_runs(store: Store, selection: Selection) -> list[str]:
    """Names of the trainings of which anything is shown."""
    runs = store.runs
    if not selection.text:
        return trainings(runs)
    found = set()
    for run in runs.values():
        if any(selection.shows(run.name, tag) for tag in run.series):
            part = part_of(run, runs)
            found.add(part.parent if part else run.name)
    return [name for name in trainings(runs) if name in found]


def count_tags(store: Store, selection: Selection) -> TagCount:
    """Count the tags of all runs, each once."""
    pairs = [(run.name, tag) for run in store.runs.values() for tag in run.series]
    shown = {tag for run, tag in pairs if selection.shows(run, tag)}
    return TagCount(len(shown), len({tag for _, tag in pairs}))
