"""Where lines are that tell it in a way nobody has heard of: by the number in them that grows.

``Sweep #100: loss 0.5`` is at 100 if the next such lines are at 200 and 300. What comes is held
back until that is clear, a few lines at most, and of what grows in two places nothing is taken.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.steps import Position
from tuimon.recorder.console_metrics.trainings import Trainings
from tuimon.recorder.console_metrics.unread_numbers import CountRow

_ENOUGH = 3
"""Lines after which it is clear whether a number grows."""
_COUNT = re.compile("step|iter|batch|update", re.IGNORECASE)
_MOST_HELD = 64
_MOST_PATTERNS = 256


@dataclass(slots=True)
class _LinePattern:
    """What is known of the lines that differ in their numbers alone."""

    rows: list[tuple[int, ...]] = field(default_factory=list)
    is_settled: bool = False
    column: int | None = None
    """The number that grows, once it is settled; None if none or more than one does."""
    counts_itself: bool = False
    """Whether nothing grows: each curve counts its points."""
    outer: int | None = None
    """The number that grows where that one begins anew."""
    last: tuple[int, ...] = ()
    """Of the line that was placed last."""

    in_epoch: bool = False
    """Whether its lines tell an epoch, which stands before their numbers."""

    @property
    def is_proven(self) -> bool:
        """Whether there were enough lines to tell growth from chance."""
        return len(self.rows) >= _ENOUGH

    def settle(self, words: Sequence[str]) -> None:
        """Decide by the lines that there are; of several that grow one may be called a count."""
        self.is_settled = True
        pairs = [*pairwise(self.rows)]
        if self.in_epoch:
            pairs = [(one, other) for one, other in pairs if one[0] == other[0]]
        growing = [
            column
            for column in range(len(self.rows[0]))
            if pairs and all(one[column] < other[column] for one, other in pairs)
        ]
        strides = {
            tuple(other[column] - one[column] for one, other in pairwise(self.rows))
            for column in growing
        }
        self.counts_itself = not growing
        called = [column for column in growing if _COUNT.search(words[column])]
        if len(called) == 1 or len(strides) == 1:
            self.column = (called or growing)[-1]

    def may_grow(self) -> bool:
        """Whether a number of the last line is above that of the one before."""
        *_, last, new = self.rows
        return any(one < other for one, other in zip(last, new, strict=True))

    def position(self, row: tuple[int, ...]) -> Position:
        """Where a line with these numbers is; nowhere if what grew does so no more."""
        column, last = self.column, self.last or row
        assert column is not None
        self.last = row
        if self.in_epoch:
            return Position(float(row[0]), row[column])
        if row[column] < last[column]:
            outer = [place for place in range(column) if row[place] > last[place]]
            self.outer = outer[0] if self.outer is None and len(outer) == 1 else self.outer
            is_anew = row[column] <= self.rows[0][column]
            if self.outer is None and not is_anew:
                return Position()
        epoch = None if self.outer is None else float(row[self.outer])
        return Position(epoch, row[column], unit="step")


class PlacedLine(NamedTuple):
    """A line whose place is known as far as it will be."""

    whose: Trainings
    part: str
    """What was under way when it was printed, ``fold 1``."""
    line: MetricLine


class _Held(NamedTuple):
    whose: Trainings
    part: str
    line: MetricLine
    pattern: _LinePattern | None
    """None of a line that waits for those before it alone."""
    row: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    needs_proof: bool = False


class _Outer(NamedTuple):
    """What stood in the last line of a pattern that counts something by name."""

    numbers: tuple[int, ...]
    done: int
    column: int | None = None
    """The number that is the epoch."""
    moved: frozenset[int] = frozenset()
    """Numbers that have changed while that count grew."""


class GrowingCounts:
    """Gives lines their places, in the order in which they came."""

    def __init__(self) -> None:
        self._patterns: dict[str, _LinePattern] = {}
        self._held: deque[_Held] = deque()
        self._outer: dict[str, _Outer] = {}

    def knows(self, pattern: str) -> bool:
        """Whether such a line came before."""
        return pattern in self._patterns

    def pass_by(self, whose: Trainings, line: MetricLine) -> Iterator[PlacedLine]:
        """A line that tells where it is, or that lies where the training is."""
        self._held.append(_Held(whose, whose.part, line, None))
        yield from self._clear()

    def place(
        self,
        whose: Trainings,
        line: MetricLine,
        counts: CountRow,
        *,
        needs_proof: bool,
    ) -> Iterator[PlacedLine]:
        """A line that tells nothing of where it is that is understood.

        One that `needs_proof` counts only if a number in it grows.
        """
        if len(self._patterns) >= _MOST_PATTERNS and counts.pattern not in self._patterns:
            yield from self.finish()
            self._patterns.clear()
        known = self._patterns.setdefault(counts.pattern, _LinePattern())
        row = counts.numbers
        if known.rows and len(known.rows[0]) != len(row):
            return
        self._held.append(_Held(whose, whose.part, line, known, row, counts.words, needs_proof))
        if not known.is_settled:
            known.rows.append(row)
            if known.is_proven or (known.rows[1:] and (known.in_epoch or not known.may_grow())):
                known.settle(counts.words)
        yield from self._clear()

    def place_in_epoch(
        self, whose: Trainings, line: MetricLine, counts: CountRow
    ) -> Iterator[PlacedLine]:
        """A line that tells its epoch alone, and has a number that may grow within that."""
        counts = counts.below(CountRow("", (int(line.position.epoch or 0),), ("",)))
        self._patterns.setdefault(counts.pattern, _LinePattern(in_epoch=True))
        yield from self.place(whose, line, counts, needs_proof=False)

    def epoch_of(self, counts: CountRow, done: int) -> float | None:
        """The epoch of a line that counts something by name: a number that grows where that count
        begins anew, ``Pass 1, Batch 0``; None as long as there is none."""
        if len(self._outer) >= _MOST_PATTERNS:
            self._outer.clear()
        known = self._outer.setdefault(counts.pattern, _Outer(counts.numbers, done))
        if len(known.numbers) != len(counts.numbers):
            return None
        column, moved = known.column, known.moved
        pairs = [*enumerate(zip(known.numbers, counts.numbers, strict=True))]
        if column is None and done < known.done:
            risen = [place for place, (one, other) in pairs if one < other and place not in moved]
            column = risen[0] if len(risen) == 1 else None
        elif column is None:
            moved |= {place for place, (one, other) in pairs if one != other}
        self._outer[counts.pattern] = _Outer(counts.numbers, done, column, moved)
        return None if column is None else float(counts.numbers[column])

    def finish(self) -> Iterator[PlacedLine]:
        """All that is held back."""
        for one in self._held:
            if one.pattern is not None and not one.pattern.is_settled:
                one.pattern.settle(one.words)
        yield from self._clear()

    def _clear(self) -> Iterator[PlacedLine]:
        if len(self._held) > _MOST_HELD and (first := self._held[0].pattern) is not None:
            first.settle(self._held[0].words)
        while self._held:
            one = self._held[0]
            if one.pattern is not None and not one.pattern.is_settled:
                return
            self._held.popleft()
            if (line := _placed(one)) is not None:
                yield PlacedLine(one.whose, one.part, line)


def _placed(one: _Held) -> MetricLine | None:
    """A line where it belongs; None where that is not known."""
    if one.pattern is None or (one.pattern.counts_itself and not one.needs_proof):
        return one.line
    if one.pattern.column is None or (one.needs_proof and not one.pattern.is_proven):
        return None
    position = one.pattern.position(one.row)
    word = one.words[one.pattern.column]
    values = ((split, _without(key, word), value) for split, key, value in one.line.values)
    named = tuple(value for value in values if value[1])
    return MetricLine(position, named, one.line.subject) if position.known and named else None


def _without(key: str, word: str) -> str:
    """A name without the word that tells where it is, ``checkpoint-100 eval_loss``."""
    return key.replace(word, "").strip(" :,-_/") if word in key.split() else key
