"""Which step a printed point belongs to.

A training has one axis: the iterations once it has told any, else its epochs. What it prints
without an iteration (an epoch's average, a validation) lies at the last one, where it happened.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

_MOST_LAPS = 256
_MOST_RECENT = 8
_OWN_STEP = frozenset(("global", "iteration", "step"))
"""Units of which an evaluation names its own step, not its batches."""


class Position(NamedTuple):
    """What a line tells of when it was printed; what it does not tell is None.

    `done` of `total` things that are called `unit` are done in this epoch, or in all if they are
    ``global``; the epoch is one of `epochs`.
    """

    epoch: float | None = None
    done: int | None = None
    total: int | None = None
    unit: str = "batch"
    epochs: int | None = None

    @property
    def known(self) -> bool:
        """Whether the line tells anything."""
        return self.epoch is not None or self.done is not None

    @property
    def is_global(self) -> bool:
        """Whether it counts through the whole training."""
        return self.unit == "global"


class Step(NamedTuple):
    """Where a line lies."""

    number: int | None
    """None when each tag has to count for itself."""
    told: bool
    """Whether the line has told its iteration; else it lies where the training was."""


@dataclass(slots=True)
class _Lap:
    """Where a counter is that may begin anew each epoch."""

    first: int
    count: int
    epoch: int | None
    offset: int = 0
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=_MOST_RECENT))

    def has_told(self, count: int) -> bool:
        """Whether it was at a count, as another process says that has come there later."""
        return self.first < count < self.count and count in self._recent

    def enter(self, count: int, epoch: int | None) -> None:
        """The counter is at a count."""
        self.count, self.epoch = count, epoch
        self._recent.append(count)


@dataclass(slots=True)
class StepAxis:
    """Turns positions into steps that grow through one training."""

    epoch: int | None = None
    """The epoch that was named last."""
    trained: int | None = None
    """The iteration that the training has told last."""
    _first_epoch: float | None = None
    _last_epoch: float | None = None
    """As named, with its fraction."""
    _has_fractions: bool = False
    has_trained: bool = False
    """Whether anything was told but evaluations."""
    _line: int | None = None
    """The last place on the axis of epochs, which counts lines where epochs have fractions."""
    _laps: dict[tuple[bool, str, int | None], _Lap] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Whether anything was told of where the training is."""
        return self.has_trained or self.is_somewhere

    @property
    def is_somewhere(self) -> bool:
        """Whether an epoch or a step was told."""
        return self.trained is not None or self._last_epoch is not None

    @property
    def counts_epochs(self) -> bool:
        """Whether no iteration was told, and no fraction of an epoch."""
        return self.trained is None and not self._has_fractions

    def begins_anew(self, position: Position) -> bool:
        """Whether a line of the training goes back to the start: that of another training."""
        epoch, last = position.epoch, self._last_epoch
        if epoch is not None and last is None and self.trained is not None:
            return False  # its batches had no epoch so far
        if epoch is not None and last is not None and self._first_epoch is not None:
            is_first = epoch == self._first_epoch
            is_far = (epoch < self._first_epoch and last - epoch > 1) or (
                self._has_fractions and epoch < min(1, last / 2)
            )  # by one alone from 0 here and from 1 there
            return epoch < last and (is_first or is_far)
        if position.done is None or (self.epoch is not None and not position.is_global):
            return False
        lap = self._laps.get((False, position.unit, position.total))
        if lap is None or (position.total is not None and position.unit not in _OWN_STEP):
            return False
        return position.done < lap.count and position.done <= lap.first

    def announce(self, epoch: float) -> None:
        """An epoch was named above what it has to tell: each curve counts for itself in it."""
        if epoch != self._last_epoch:
            self._line = None
        self.enter(epoch)

    def enter(self, epoch: float | None) -> None:
        """An epoch was named."""
        if epoch is None:
            return
        self._first_epoch = epoch if self._first_epoch is None else min(epoch, self._first_epoch)
        self._last_epoch = epoch
        if epoch == int(epoch):
            self.epoch = int(epoch)
        else:
            self._has_fractions = True

    def of_training(self, position: Position) -> Step:
        """Where a line lies that is about the training itself."""
        if not self.has_trained:  # an evaluation before all else is no first epoch
            self.has_trained, self._first_epoch = True, None
        return self._step(position)

    def _step(self, position: Position) -> Step:
        last = self._last_epoch
        if position.done is None and self.trained is None and position.epoch is not None:
            return Step(self._of_epoch(position, last), told=False)
        self.enter(position.epoch)
        if position.done is not None and not self._is_lost(position):
            self.trained = self._count(position, position.done, evaluates=False)
            return Step(self.trained, told=True)
        return Step(self.trained if self.trained is not None else self._line, told=False)

    def of_evaluation(self, position: Position, *, is_alone: bool) -> Step:
        """Where an evaluation lies: at the step that it names itself, else where it happened.

        `is_alone` tells whether its line tells nothing of the training.
        """
        if not is_alone and self.trained is not None:
            return Step(self.trained, told=False)
        is_own = self.trained is None or self.names_own_step(position)
        if position.done is not None and is_own:
            self.enter(position.epoch if self.trained is None else None)
            return Step(self._count(position, position.done, evaluates=True), told=True)
        if not self.has_trained:
            return self._step(position._replace(done=None))
        if self.trained is not None:
            return Step(self.trained, told=False)
        if position.epoch is not None and (self._line is None or not self._has_fractions):
            return Step(int(position.epoch), told=False)
        return Step(self._line, told=False)

    def names_own_step(self, position: Position) -> bool:
        """Whether an evaluation tells a step of the training, not how far it is itself."""
        if position.is_global or position.done is None or self.trained is None:
            return position.is_global
        if position.unit not in _OWN_STEP:
            return False
        lap = self._laps.get((False, position.unit, position.total))
        if position.total is not None and (lap is None or lap.offset):
            return False
        return position.done >= self.trained - max(1, self.trained // 100)

    def _of_epoch(self, position: Position, last: float | None) -> int:
        assert position.epoch is not None
        self.enter(position.epoch)
        if not self._has_fractions and not (position.epochs == 1 and last == position.epoch):
            self._line = int(position.epoch)
        elif last is None or position.epoch != last or position.epochs == 1:
            self._line = (self._line or 0) + 1
        return self._line or 0

    def _count(self, position: Position, count: int, *, evaluates: bool) -> int:
        key = evaluates, position.unit, position.total
        lap = self._laps.get(key)
        if lap is None:
            if len(self._laps) >= _MOST_LAPS:
                self._laps.clear()
            begun = self._epochs_before() * position.total if position.total else 0
            begun = 0 if position.is_global else begun
            self._laps[key] = _Lap(count, count, self.epoch, begun)
            return begun + count
        next_epoch = lap.epoch != self.epoch
        if not next_epoch and lap.has_told(count) and position.unit != "bar":
            return lap.offset + count
        if not position.is_global and (count < lap.count or (next_epoch and count == lap.count)):
            if position.total:
                before = self._epochs_before() * position.total if next_epoch else 0
                lap.offset = max(lap.offset + position.total, before)
            elif next_epoch:
                lap.offset += lap.count + (count == 0)
        lap.enter(count, self.epoch)
        return lap.offset + count

    def _is_lost(self, position: Position) -> bool:
        """Whether batches go back within an epoch: nobody knows which these are."""
        if position.total or position.unit != "batch" or position.done is None:
            return False
        lap = self._laps.get((False, position.unit, position.total))
        if lap is None:
            return False
        is_back = position.done < lap.count and not lap.has_told(position.done)
        return is_back and self.epoch is not None and lap.epoch == self.epoch

    def _epochs_before(self) -> int:
        """Epochs done, for a training that calls its first one 1, unless it began with 0."""
        if self.epoch is None:
            return 0
        return max(0, self.epoch if self._first_epoch == 0 else self.epoch - 1)


class CurveSteps:
    """Where the points of one curve lie.

    An average over an epoch is none of its iterations. Processes that print without a name each
    tell every step: of those the first that comes counts.
    """

    def __init__(self) -> None:
        self._told = 0
        """How many iterations were told."""
        self._recent: deque[int] = deque(maxlen=_MOST_RECENT)
        self._repeats = self._repeats_before = 0
        """How often the last step was told, and the one before."""
        self._has_echo = False
        self._subject = ""

    def place(
        self, step: Step, epoch: int | None, subject: str = "", *, evaluates: bool
    ) -> int | None:
        """The step of a point; `epoch` is the one that was named last. None if it has no place.

        Of the `subject` of a line nothing is known: what another has told of this step is another
        curve's.
        """
        if not evaluates and not step.told and self._told > 1:
            return None
        self._told += step.told
        number = step.number
        last = self._recent[-1] if self._recent else None
        if number is None:
            start = -1 if epoch == 0 else 0
            number = max((start if last is None else last) + 1, epoch or 0)
        if number == last and subject != self._subject:
            return None
        self._subject = subject
        if number == last:
            self._repeats += 1
            return None if self._has_echo else number
        if step.told and number in self._recent:
            return None
        self._has_echo = self._repeats > 1 and self._repeats == self._repeats_before
        self._repeats, self._repeats_before = 1, self._repeats
        self._recent.append(number)
        return number
