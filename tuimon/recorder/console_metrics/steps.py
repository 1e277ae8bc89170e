"""Which step a printed point belongs to.

Train and validation curves share a chart, so they have to share its steps: once a training has
told its steps, what it prints without any (an epoch's average, a validation) lies at the last one.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from tuimon.metrics.splits import EVALUATIONS

_MOST_LAPS = 256


class Position(NamedTuple):
    """What a line tells of when it was printed; what it does not tell is None.

    `done` of `total` steps are done in this epoch, or in all if `is_global`.
    """

    epoch: float | None = None
    done: int | None = None
    total: int | None = None
    is_global: bool = False

    @property
    def known(self) -> bool:
        """Whether the line tells anything."""
        return self.epoch is not None or self.done is not None


class Step(NamedTuple):
    """A step and what it counts: ``step``, ``epoch`` or ``count`` (of points)."""

    kind: str
    number: int | None
    """None when each tag has to count for itself."""
    trained: int | None = None
    """The last step that the training has told before, in place of an epoch or a count."""


@dataclass(slots=True)
class _EpochCounter:
    """Where a counter that begins anew each epoch is."""

    count: int
    epoch: int | None
    offset: int = 0


@dataclass(slots=True)
class Stepper:
    """Turns positions into steps that grow through the whole training."""

    epoch: int | None = None
    """The epoch that was named last."""
    trained: int | None = None
    """The step that the training has told last."""
    _first_epoch: int | None = None
    _laps: dict[tuple[str, int | None], _EpochCounter] = field(default_factory=dict)

    def enter(self, epoch: float | None) -> None:
        """An epoch was named; fractions are those of a trainer that counts steps elsewhere."""
        if epoch is not None and epoch == int(epoch):
            self.epoch = int(epoch)
            if self._first_epoch is None:
                self._first_epoch = self.epoch

    def resolve(self, position: Position, split: str) -> Step:
        """The step of a line; `split` is the part of the data that it is about."""
        self.enter(position.epoch)
        if position.done is not None:
            return Step("step", self._step(position, position.done, split))
        if position.epoch is not None and position.epoch == int(position.epoch):
            return Step("epoch", int(position.epoch), self.trained)
        if position.epoch is None and self.epoch is not None:
            return Step("epoch", None, self.trained)
        return Step("count", None, self.trained)

    def _step(self, position: Position, count: int, split: str) -> int:
        if split not in EVALUATIONS:
            self.trained = self._count(position, count, split)
            return self.trained
        if self.trained is None or position.is_global:
            return self._count(position, count, split)
        return self.trained

    def _count(self, position: Position, count: int, split: str) -> int:
        if position.is_global:
            return count
        total = position.total
        if (lap := self._laps.get((split, total))) is None:
            if len(self._laps) >= _MOST_LAPS:
                self._laps.clear()
            begun = self._epochs_before() * total if total else 0
            self._laps[split, total] = _EpochCounter(count, self.epoch, begun)
            return begun + count
        next_epoch = lap.epoch != self.epoch
        if count < lap.count or (next_epoch and count == lap.count):
            if total:
                lap.offset = self._epochs_before() * total if next_epoch else lap.offset + total
            elif next_epoch:
                lap.offset += lap.count + 1
        lap.count, lap.epoch = count, self.epoch
        return lap.offset + count

    def _epochs_before(self) -> int:
        """Epochs done, for a training that calls its first one 1, unless it began with 0."""
        if self.epoch is None:
            return 0
        return max(0, self.epoch if self._first_epoch == 0 else self.epoch - 1)


class TagNames:
    """Keeps one kind of step to a tag: what comes with another has the kind before its name."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._trained: set[str] = set()
        """Tags that lie at the training's steps, as their first points do."""

    def place(self, tag: str, step: Step, epoch: int | None) -> tuple[str, int]:
        """The final tag and step of a point; `epoch` is the one that was named last."""
        kind = self._kinds.setdefault(tag, step.kind)
        if kind != step.kind:
            tag = f"{step.kind}/{tag}"
        number = step.number
        if step.trained is not None and tag not in self._last:
            self._trained.add(tag)
        if tag in self._trained and step.trained is not None:
            number = max(step.trained, self._last.get(tag, -1) + 1)
        elif number is None:
            last = self._last.get(tag, -1 if epoch == 0 else 0)
            number = max(last + 1, epoch or 0)
        self._last[tag] = number
        return tag, number
