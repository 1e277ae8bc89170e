"""Which points of a log have been seen: logs that are rewritten give them again.

A point is known by its tag, its step and how often that step came before in the log. So what is
appended is new, be it at steps that were there (a training that was resumed); what a rewritten or
rotated log repeats is not; and of what it holds in place of an old value the old one stays.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from tuimon.events.points import EventBatch, ScalarColumns

_Steps = NDArray[np.int64]
_Values = NDArray[np.float32]


class PointHistory:
    """Takes the batches of a log, from its start, and gives those points that are new."""

    def __init__(self) -> None:
        self._tags: dict[str, _TagHistory] = {}

    @property
    def changed(self) -> int:
        """How many points came again with other values, beyond the precision of a float32."""
        return sum(tag.changed for tag in self._tags.values())

    def begin_again(self) -> None:
        """What comes next is the log's beginning."""
        for tag in self._tags.values():
            tag.begin_again()

    def new_of(self, batch: EventBatch) -> dict[str, ScalarColumns]:
        """The points of the next batch that were not there before."""
        if batch.reset:
            self.begin_again()
        found = {
            name: self._tags.setdefault(name, _TagHistory()).new_of(columns)
            for name, columns in batch.scalars.items()
        }
        return {name: columns for name, columns in found.items() if len(columns.steps)}


class _TagHistory:
    """The points of one tag, in the order in which they came first."""

    def __init__(self) -> None:
        self._known: list[tuple[_Steps, _Values]] = []
        self._count = self._place = 0
        self._seen: Counter[int] | None = None
        """Steps of this pass, once it is not what it was."""
        self._at: dict[int, list[int]] = {}
        self.changed = 0

    def begin_again(self) -> None:
        self._place, self._seen, self._at, self.changed = 0, None, {}, 0

    def new_of(self, columns: ScalarColumns) -> ScalarColumns:
        values = _narrow(columns.values)
        if self._seen is None:
            again = self._repeated(columns.steps, values)
            self._place += again
            columns, values = columns.take(slice(again, None)), values[again:]
            if self._place < self._count and len(values):
                self._look_up()
        if self._seen is not None:
            new = self._unknown(self._seen, columns.steps, values)
            columns, values = columns.take(new), values[new]
        elif len(values):
            self._place += len(values)
        if len(values):
            self._known.append((np.array(columns.steps), values))
            self._count += len(values)
        return columns

    def _repeated(self, steps: _Steps, values: _Values) -> int:
        """How many of these are what follows in the history."""
        if self._place == self._count:
            return 0
        known_steps, known = self._joined()
        there = slice(self._place, self._place + len(steps))
        most = len(known[there])
        same = (known_steps[there] == steps[:most]) & _alike(known[there], values[:most])
        return most if same.all() else int(np.argmin(same))

    def _look_up(self) -> None:
        """From here on in this pass each point is looked for by its step."""
        steps, _ = self._joined()
        self._seen = Counter(steps[: self._place].tolist())
        for place, step in enumerate(steps.tolist()):
            self._at.setdefault(step, []).append(place)

    def _unknown(self, seen: Counter[int], steps: _Steps, values: _Values) -> NDArray[np.intp]:
        """Which of these are not in the history."""
        _, known = self._joined()
        new: list[int] = []
        for number, step in enumerate(steps.tolist()):
            places = self._at.setdefault(step, [])
            if seen[step] == len(places):
                places.append(self._count + len(new))
                new.append(number)
            else:
                self.changed += not _alike(known[places[seen[step]]], values[number])
            seen[step] += 1
        return np.array(new, np.intp)

    def _joined(self) -> tuple[_Steps, _Values]:
        if len(self._known) > 1:
            steps, values = zip(*self._known, strict=True)
            self._known = [(np.concatenate(steps), np.concatenate(values))]
        return self._known[0] if self._known else (np.empty(0, np.int64), np.empty(0, np.float32))


def _narrow(values: NDArray[np.float64]) -> _Values:
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def _alike(one: _Values, other: _Values) -> NDArray[np.bool_]:
    alike: NDArray[np.bool_] = (one == other) | (np.isnan(one) & np.isnan(other))
    return alike
