"""Which points of a tag are in force, and in which order: what their steps and files tell.

A point supersedes only where a training restarted: earlier points with its step or a later one then
belong to what was given up. A restart is told by a ``SessionLog.START``, by a new file, and within
a file by steps that go back once and climb again over the same ground. All other steps that go
back are no restarts: writers that deliver out of order, several at once, counters that run over,
points that never had a step. The rules with pictures: ``docs/restarts.md``.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_COUNTERS = ((-(2**31), 2**31), (0, 2**32), (-(2**15), 2**15), (-(2**7), 2**7))
"""Lowest number, and the one behind the highest, of the types whose overflow can be told."""
_USUAL_STEPS = 4
"""A counter that runs over goes on in steps at most so many times as long as before."""

FEW_WITHOUT_STEP = 3
"""So many points of one file at one step have none; fewer are logged once a training."""
_FIRST_ROWS = 32
"""Of a new file; the lowest of their steps is where it restarts."""
_LATE_SHARE, _LATE_LEAST = 50, 2
"""A writer that has had its end writes less than a fiftieth of its points behind the next one's
first."""
_CLOCK_SECONDS = 60.0, 1e9
"""How far wall times may lie before and behind their file's beginning, if they are a clock's."""

_MOST_PLACES, _MOST_RESTARTS = 64, 3
"""What goes back more often than a training would be restarted within one process, does not."""
_LEAST_SUPERSEDED = 3
_MANY_ROWS = 16
"""So many on both sides tell a restart where no step is logged a second time."""
_DISORDER = 8
"""A training that restarted climbs: at most every eighth of its steps goes back."""


class Oddity(StrEnum):
    """What is unusual about the steps of a tag."""

    NO_STEPS = "no steps: in order of logging"
    OUT_OF_ORDER = "steps put in order"
    OVERFLOW = "steps ran over: counted on"
    WRITERS = "files written at once"


class FileRows(NamedTuple):
    """The rows of a tag in one file, in file order."""

    steps: Ints
    wall_times: Floats
    starts: Sequence[tuple[int, int]] = ()
    """Each ``SessionLog.START``: how many of the rows precede it, and its step."""
    begun_at: float | None = None
    """Unix s when the file was begun: by its name, or else the wall time of its first event."""
    is_dated: bool = False
    """Whether the name tells it."""


class StepOrder(NamedTuple):
    """What becomes of the rows of a tag, over all files in the order of their names."""

    steps: Ints
    """As they were meant: counters that ran over are counted on."""
    superseded: Flags
    purged: Flags
    """Superseded by a ``SessionLog.START``."""
    oddities: frozenset[Oddity]
    growth: "SettledSteps"
    """Of the last file."""


class SettledSteps(NamedTuple):
    """Which rows, behind those of a file, leave what becomes of these as it is."""

    climbs: bool
    """Those that go on from the last of the rows, which is above all others."""
    above: int | None
    """Those with a step above this one, in any order: steps go back too often for a restart."""


FIXED = SettledSteps(False, None)
"""No rows do."""


class _Cut(NamedTuple):
    """Where a restart takes the rows before it that have its step or a later one."""

    place: int
    step: int


def order_steps(files: Sequence[FileRows]) -> StepOrder:
    """Tell what becomes of the rows of files, given in the order of their names."""
    logged = np.concatenate([file.steps for file in files])
    firsts = np.cumsum([0, *(len(file.steps) for file in files)]).tolist()
    oddities = set[Oddity]()
    steps = unwrapped(logged)
    if steps is not logged:
        oddities.add(Oddity.OVERFLOW)
    starts = [
        _Cut(first + place, step)
        for file, first in zip(files, firsts, strict=False)
        for place, step in file.starts
    ]
    purged = superseded = _taken(logged, starts)
    if _without_steps(files):
        oddities.add(Oddity.NO_STEPS)
    else:
        cuts = _restarts(files, firsts, steps, oddities)
        superseded = purged | _taken(steps, cuts)
        kept = steps[~superseded]
        if Oddity.WRITERS not in oddities and (kept[1:] < kept[:-1]).any():
            oddities.add(Oddity.OUT_OF_ORDER)
    growth = growth_of(files[-1].steps) if oddities <= {Oddity.OUT_OF_ORDER} else FIXED
    return StepOrder(steps, superseded, purged, frozenset(oddities), growth)


def growth_of(steps: Ints) -> SettledSteps:
    """Tell it of the steps of a file."""
    if not len(steps):
        return FIXED
    places = _places_back(steps)
    above = int(steps[places[_MOST_PLACES]]) if len(places) > _MOST_PLACES else None
    return SettledSteps(len(steps) == 1 or bool(steps[-1] > steps[:-1].max()), above)


def _taken(steps: Ints, cuts: Sequence[_Cut]) -> Flags:
    """Which rows the cuts behind them take."""
    taken = np.zeros(len(steps), np.bool_)
    if cuts:
        places, levels = np.array(sorted(cuts), np.int64).T
        lowest = np.minimum.accumulate(levels[::-1])[::-1]
        before = slice(places[-1])
        taken[before] = steps[before] >= np.repeat(lowest, np.diff(places, prepend=0))
    return taken


def _without_steps(files: Sequence[FileRows]) -> bool:
    """Whether the writers gave no step: all points lie at the same one."""
    logged = [file.steps for file in files if len(file.steps)]
    return any(len(steps) >= FEW_WITHOUT_STEP for steps in logged) and all(
        steps[0] == logged[0][0] and steps[-1] == steps[0] and (steps == steps[0]).all()
        for steps in logged
    )


def _restarts(
    files: Sequence[FileRows], firsts: Sequence[int], steps: Ints, oddities: set[Oddity]
) -> list[_Cut]:
    """Where a file restarts those before it, or itself; notes where files were written at once."""
    cuts: list[_Cut] = []
    at_once: list[FileRows] = []
    for file, first in zip(files, firsts, strict=False):
        own = steps[first : first + len(file.steps)]
        if not len(own):
            continue
        if any(_goes_on(earlier, file) for earlier in at_once):
            at_once.append(file)
            oddities.add(Oddity.WRITERS)
        else:
            at_once = [file]
            if first:
                cuts.append(_Cut(first, int(own[:_FIRST_ROWS].min())))
        cuts += [_Cut(first + place, step) for place, step in restarts_within(own, file.wall_times)]
    return cuts


def _goes_on(earlier: FileRows, later: FileRows) -> bool:
    """Whether an earlier file was still written when a later one had begun, by their clocks.

    Times that follow from the steps, or lie far from when the files were begun, tell nothing.
    """
    count = max(_LATE_LEAST, len(earlier.steps) // _LATE_SHARE)
    if len(earlier.steps) < count or not (_has_clock(earlier) and _has_clock(later)):
        return False
    begun = later.wall_times[0]
    if not (earlier.wall_times[-count] > begun and later.wall_times[-1] > earlier.wall_times[0]):
        return False
    # A restart cannot have the same time as well, unless times follow from the steps.
    same = earlier.wall_times[earlier.steps == later.steps[0]] == begun
    return later.is_dated or not same.any()


def _has_clock(file: FileRows) -> bool:
    before, behind = _CLOCK_SECONDS
    begun = file.begun_at
    return begun is not None and bool(begun - before <= file.wall_times[0] <= begun + behind)


def unwrapped(steps: Ints) -> Ints:
    """Steps of a counter that ran over, counted on; `steps` themselves where none did."""
    if len(steps) < 3 or (steps[1:] >= steps[:-1]).all():
        return steps
    low, high = int(steps.min()), int(steps.max())
    for least, end in _COUNTERS:
        if low < least or high >= end or (low < 0) != (least < 0):
            continue
        period = end - least
        jumps = np.diff(steps)
        back = jumps < -(period // 2)
        first = int(np.argmax(back))
        if not back[first] or not first:
            continue
        usual = int(jumps[:first].max())
        on = jumps[back] + period
        if usual > 0 and (on > 0).all() and (on <= _USUAL_STEPS * usual).all():
            laps: Ints = np.cumsum(back.astype(np.int64) - (jumps > period // 2))
            counted: Ints = steps + np.append(0, laps) * period
            return counted
    return steps


def restarts_within(steps: Ints, wall_times: Floats) -> list[tuple[int, int]]:
    """Where a training restarted within a file: places and the steps there."""
    places = _places_back(steps)
    if len(places) > _MOST_PLACES or _is_of_laps(steps):
        return []
    found: list[tuple[int, int]] = []
    begin, in_turn = 0, False
    for place in places.tolist():
        before, after = slice(begin, place), slice(place, None)
        goes_on = bool(wall_times[place] >= wall_times[place - 1])
        if _restarted(steps[before], steps[after], in_turn=in_turn, goes_on=goes_on):
            found.append((place, int(steps[place])))
            begin = place
        else:
            in_turn = True
    return found if len(found) <= _MOST_RESTARTS else []


def _is_of_laps(steps: Ints) -> bool:
    """Whether a counter begins anew again and again, as one of the batches of each epoch does.

    Once may be a training that had ended and was begun anew; with the same ends twice it is none.
    """
    back = np.flatnonzero(steps[1:] < steps[:-1]) + 1
    if len(back) < 2:
        return False
    begins, ends = steps[np.append(0, back[:-1])], steps[back - 1]
    return bool((begins == begins[0]).all() and (ends == ends[0]).all())


def _places_back(steps: Ints) -> NDArray[np.intp]:
    """Where steps go back and never again as far: their steps ascend."""
    if len(steps) < 2 or (steps[1:] >= steps[:-1]).all():
        return np.empty(0, np.intp)
    later = np.minimum.accumulate(steps[::-1])[::-1]
    places = np.flatnonzero((steps[1:] < steps[:-1]) & (steps[1:] == later[1:])) + 1
    levels = steps[places]
    last = np.append(levels[:-1] < levels[1:], np.ones(min(len(levels), 1), np.bool_))
    found: NDArray[np.intp] = places[last]
    return found


def _restarted(before: Ints, after: Ints, *, in_turn: bool, goes_on: bool) -> bool:
    """Whether what comes `after` walks over the ground of what was there `before`.

    Steps that come back to where they were by a leap are another writer's, or late. `in_turn`:
    such have been seen before; `goes_on`: the clock has not gone back with the steps.
    """
    above = after > before.max()
    back = bool(above.any())
    walked = after[: int(np.argmax(above))] if back else after
    given_up = before[before >= after[0]]
    passed = given_up[given_up <= walked.max()]
    if back and 2 * (len(given_up) - len(passed)) >= len(given_up):
        return False
    if not back and (in_turn or len(given_up) < _LEAST_SUPERSEDED or len(walked) < 2):
        return False
    if np.count_nonzero(walked[1:] < walked[:-1]) * _DISORDER > len(walked):
        return False
    if 2 * np.count_nonzero(np.isin(walked, passed)) >= len(walked):
        return True
    many = min(len(walked), len(given_up)) >= _MANY_ROWS
    return many and goes_on and len(passed) * _MANY_ROWS >= len(walked)
