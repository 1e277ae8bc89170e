"""When trainings give signs of life: healthy rhythms, and trainings that hang.

A rhythm is a list of stretches; each takes some seconds of which nothing comes out, at the end of
which points or a line do.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from numpy.random import Generator, default_rng


class Stretch(NamedTuple):
    """Seconds of silence, whether the training's processes work, and what ends it."""

    seconds: float
    busy: bool | None = True
    """None: it is not measured."""
    points: int = 1


Rhythm = list[Stretch]
Kind = Callable[[Generator], Rhythm]


def steps(seconds: float, count: int) -> Rhythm:
    return [Stretch(seconds)] * count


def _long(random: Generator) -> float:
    return float(random.uniform(200, 1500))


def steady(random: Generator) -> Rhythm:
    return steps(random.uniform(0.5, 100), 60)


def silent_epochs(random: Generator) -> Rhythm:
    epoch = random.uniform(200, 5000)
    return [Stretch(epoch * random.uniform(0.8, 1.3), points=5) for _ in range(6)]


def long_preparation(random: Generator) -> Rhythm:
    return [Stretch(_long(random) * 4, busy=False), *steps(2, 90)]


def first_validation(random: Generator) -> Rhythm:
    return [*steps(2, 100), Stretch(_long(random)), *steps(2, 100)]


def validation_in_turns(random: Generator) -> Rhythm:
    return [*steps(3, 30), Stretch(_long(random))] * 4


def slow_checkpoints(random: Generator) -> Rhythm:
    return [*steps(5, 30), Stretch(random.uniform(60, 170), busy=False)] * 4


def unmeasured(random: Generator) -> Rhythm:
    return [Stretch(one.seconds, None, one.points) for one in validation_in_turns(random)]


def work_elsewhere(random: Generator) -> Rhythm:
    return [Stretch(random.uniform(100, 900), busy=False) for _ in range(9)]


def uneven(random: Generator) -> Rhythm:
    return [Stretch(float(random.lognormal(2.5, 1.3))) for _ in range(60)]


def slower_and_slower(random: Generator) -> Rhythm:
    return [Stretch(1.2**turn) for turn in range(40)]


def lines_alone(random: Generator) -> Rhythm:
    return [Stretch(random.uniform(1, 60), points=0) for _ in range(60)]


HEALTHY: tuple[Kind, ...] = (
    *(steady, silent_epochs, long_preparation, first_validation, validation_in_turns),
    *(slow_checkpoints, unmeasured, work_elsewhere, uneven, slower_and_slower, lines_alone),
)

HANGS = {"asleep": (False, 2000.0), "spinning": (True, 4000.0), "unmeasured": (None, 4000.0)}
"""What a training that hangs does, and within how many seconds it is to be found, or within four
times its longest silence."""
HUNG: tuple[Kind, ...] = (steady, first_validation, validation_in_turns, uneven, lines_alone)


def rhythms(kinds: tuple[Kind, ...], seeds: int) -> Iterator[tuple[str, Rhythm]]:
    """Each kind, in several shapes, by its name."""
    for kind in kinds:
        for seed in range(seeds):
            yield kind.__name__, kind(default_rng([seed, len(kind.__name__)]))
