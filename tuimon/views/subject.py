"""What a view looks at: an item of the list, and the way to its content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from tuimon.events.frames import FrameError
from tuimon.store.run_log import RunLog
from tuimon.store.series import Refs, RefSeries
from tuimon.store.step_order import Oddity
from tuimon.store.store import Store
from tuimon.summaries import SummaryError
from tuimon.summaries.reader import RecordKey, SummaryReader, record_key
from tuimon.views.layout import StepPlace

if TYPE_CHECKING:
    from tuimon.summaries.decoders import Decoded

T = TypeVar("T")

_NO_PLACES = np.empty(0, np.int64)
_NOTHING = Refs(_NO_PLACES, np.empty(0), _NO_PLACES, _NO_PLACES, np.empty(0, np.int32))


class ViewError(Exception):
    """A summary cannot be shown; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list: what one view shows."""

    kind: str
    """`View.kind`."""
    run: str
    """Empty where it is about all runs."""
    tag: str
    count: int
    """Of its steps, or of what else there is several of."""
    heading: str
    """In the list, above all items of the kind: `View.name`, mostly."""
    label: str = ""
    """In the list; the tag when empty."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.kind, self.run, self.tag


@dataclass(frozen=True, slots=True)
class ItemContext:
    """An item and its surroundings, for any thread. Series may appear, and vanish with a file."""

    item: Item
    store: Store
    reader: SummaryReader

    @property
    def run(self) -> RunLog | None:
        """The item's run."""
        return self.store.runs.get(self.item.run)

    @property
    def series(self) -> RefSeries | None:
        """The summaries of the item's tag."""
        run = self.run
        return run.refs.get(self.item.tag) if run else None

    @property
    def refs(self) -> Refs:
        """Where the summaries of the item's tag lie; those without a step are counted."""
        series = self.series
        if series is None:
            return _NOTHING
        refs = series.snapshot()
        if Oddity.NO_STEPS in series.oddities:
            refs = refs._replace(steps=np.arange(len(refs.steps)))
        return refs

    def summary(self, step: int | None, expected: type[T]) -> tuple[StepPlace, T]:
        """Where `Look.step` is, and the tag's summary there. Raises ViewError."""
        refs = self.refs
        if not len(refs.steps):
            raise ViewError("The file that held this is gone.")
        place = self.place(refs.steps, step)
        return place, as_a(expected, self.read(refs, place.index))

    def read(self, refs: Refs, index: int) -> Decoded:
        """One of the summaries of the item's tag. Raises ViewError."""
        run, series = self.run, self.series
        if run is None or series is None:
            raise ViewError("The file that held this is gone.")
        return self.read_from(run, series, refs, index)

    def read_from(self, run: RunLog, series: RefSeries, refs: Refs, index: int) -> Decoded:
        """One summary of any series. Raises ViewError."""
        return self.read_record(self.record(run, series, refs, index))

    def known(
        self,
        expected: type[T],
        refs: Refs,
        index: int,
        whose: tuple[RunLog, RefSeries] | None = None,
    ) -> T | None:
        """A summary of the item's tag, or of another series; None where none of the sort is."""
        try:
            decoded = self.read_from(*whose, refs, index) if whose else self.read(refs, index)
        except ViewError:
            return None
        return decoded if isinstance(decoded, expected) else None

    def record(self, run: RunLog, series: RefSeries, refs: Refs, index: int) -> RecordKey:
        """What tells one summary of a series from all others. Quick. Raises ViewError."""
        path = run.paths[int(refs.files[index])]
        where = int(refs.offsets[index]), int(refs.lengths[index])
        with _told(path):
            return record_key(path, series.tag, series.plugin, *where)

    def read_record(self, key: RecordKey) -> Decoded:
        """The summary that `record` tells of. Raises ViewError."""
        with _told(key.path):
            return self.reader.read_record(key)

    def alike(self) -> list[tuple[RunLog, RefSeries]]:
        """The item's tag in all runs that have it, the item's own run first."""
        series = self.series
        found = [
            (run, run.refs[self.item.tag])
            for run in self.store.runs.values()
            if series is not None
            and self.item.tag in run.refs
            and run.refs[self.item.tag].plugin == series.plugin
        ]
        return sorted(found, key=lambda one: one[0].name != self.item.run)

    def place(self, steps: NDArray[np.int64], step: int | None) -> StepPlace:
        """Which of ascending steps, at least one, `Look.step` means."""
        index = place_of(steps, step)
        return StepPlace(self.item.tag, int(steps[index]), index, len(steps), newest=step is None)


def as_a(expected: type[T], decoded: object) -> T:
    """A summary that has to be of this type. Raises ViewError."""
    if not isinstance(decoded, expected):
        raise ViewError(f"The record holds something else: {type(decoded).__name__}.")
    return decoded


@contextmanager
def _told(path: str | Path) -> Iterator[None]:
    """Errors of reading as one line for the user."""
    try:
        yield
    except (SummaryError, FrameError) as error:
        raise ViewError(str(error)) from None
    except OSError as error:
        raise ViewError(f"{error.strerror}: {Path(path).name}") from None


def place_of(steps: NDArray[np.int64] | Sequence[int], step: int | None) -> int:
    """The index of the summary that `Look.step` means among ascending steps, not empty."""
    if step is None:
        return len(steps) - 1
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)
