"""Trainings that never ran, of the kinds that are met: when they were where, by chance alone.

Each kind draws how it is, so that no estimate can be fitted to a few of them. A step takes about a
second.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from support.forecast_looks import Look
from tuimon.recorder.progress.time_to_go import TimeToGo


@dataclass
class Simulation:
    """What a training of `steps` does; functions are of the step."""

    steps: int
    epoch: int = 0
    """Steps of an epoch; 0 where the training tells none."""
    told: int = 1
    """A position is told behind so many steps."""
    begin: int = 0
    """Steps that were done before it was resumed."""
    noise: float = 0.08
    """Of the time of a step: the standard deviation of its logarithm."""
    paces: list[Callable[[int], float]] = field(default_factory=list)
    """Seconds for a step; they are multiplied."""
    stops: list[Callable[[int], float]] = field(default_factory=list)
    """Seconds behind a step; they are added."""


def looks(simulation: Simulation, chance: Random, count: int) -> Iterator[Look]:
    """So many, evenly over the time from 5 % of the way on."""
    arrivals, behind, at = [], [], 0.0
    for step in range(simulation.begin + 1, simulation.steps + 1):
        pace = math.prod(one(step) for one in simulation.paces)
        at += pace * chance.lognormvariate(0.0, simulation.noise)
        arrivals.append(at)
        at += sum(one(step) for one in simulation.stops)
        behind.append(at)
    track = TimeToGo(float(simulation.steps), float(simulation.epoch) if simulation.epoch else None)
    first = arrivals[int(0.05 * len(arrivals))]
    step = 0
    for number in range(count):
        now = first + (behind[-1] - first) * (number + 0.5) / count
        while step < len(arrivals) and arrivals[step] <= now:
            done = simulation.begin + step + 1
            if done % simulation.told == 0 or done == simulation.steps:
                track.see(arrivals[step], done)
            step += 1
        yield Look(track.forecast(now), behind[-1] - now, behind[-1])


def _every(steps: int, seconds: float, chance: Random) -> Callable[[int], float]:
    return lambda step: 0.0 if step % steps else seconds * chance.lognormvariate(0.0, 0.05)


def _epochs(chance: Random) -> Simulation:
    """Some epochs, each with a validation, and a checkpoint behind some of them."""
    epoch, count = chance.randint(100, 400), chance.randint(4, 12)
    found = Simulation(epoch * count, epoch, told=chance.choice((1, 10, 25)))
    found.stops.append(_every(epoch, epoch * chance.uniform(0.05, 0.5), chance))
    found.stops.append(_every(epoch * chance.randint(1, 3), epoch * 0.05, chance))
    return found


def steady(chance: Random) -> Simulation:
    """Steps and nothing else."""
    return Simulation(chance.randint(400, 4000), told=chance.choice((1, 20)), noise=0.3)


def epochs(chance: Random) -> Simulation:
    """Epochs with validations and checkpoints."""
    return _epochs(chance)


def many_epochs(chance: Random) -> Simulation:
    """A line an epoch, some with a validation."""
    count = chance.randint(30, 120)
    found = Simulation(count * 10, told=10)
    found.stops.append(_every(10 * chance.randint(1, 5), 10 * chance.uniform(0.2, 1.5), chance))
    return found


def evaluations(chance: Random) -> Simulation:
    """Steps without epochs; evaluations and checkpoints behind so many of them."""
    every, count = chance.randint(100, 300), chance.randint(6, 20)
    found = Simulation(every * count, told=chance.choice((1, 10)))
    found.stops.append(_every(every, every * chance.uniform(0.05, 0.4), chance))
    found.stops.append(_every(every * chance.randint(1, 4), every * 0.06, chance))
    return found


def slow_start(chance: Random) -> Simulation:
    """Compiles, or tries algorithms, in its first steps."""
    found, slow = _epochs(chance), chance.randint(1, 30)
    factor = 100 / slow * chance.uniform(0.3, 1.5)
    found.paces.append(lambda step: 1 + factor * (step <= slow))
    return found


def cold_data(chance: Random) -> Simulation:
    """The first epoch fills a cache."""
    found, factor = _epochs(chance), chance.uniform(1.2, 2.5)
    found.paces.append(lambda step: factor if step <= found.epoch else 1.0)
    return found


def slowing(chance: Random) -> Simulation:
    """Every step takes longer than the one before."""
    found, more = _epochs(chance), chance.uniform(0.3, 1.5)
    found.paces.append(lambda step: 1 + more * step / found.steps)
    return found


def growing(chance: Random) -> Simulation:
    """Sequences get many times as long."""
    found, more = Simulation(chance.randint(800, 3000), told=10), chance.uniform(1.5, 5.0)
    found.paces.append(lambda step: 1 + more * step / found.steps)
    return found


def ramp(chance: Random) -> Simulation:
    """Batches grow, but not to the end."""
    found, more = _epochs(chance), chance.uniform(0.3, 1.5)
    upto = chance.uniform(0.1, 0.6) * found.steps
    found.paces.append(lambda step: 1 + more * min(1.0, step / upto))
    return found


def curriculum(chance: Random) -> Simulation:
    """Sequences get longer, all at once, twice."""
    found, factor = _epochs(chance), chance.uniform(1.1, 1.4)
    levels = sorted(chance.uniform(0.05, 0.6) * found.steps for _ in range(2))
    found.paces.append(lambda step: factor ** sum(step > one for one in levels))
    return found


def easier_end(chance: Random) -> Simulation:
    """The last epochs do without augmentation."""
    found, last = _epochs(chance), chance.uniform(0.7, 0.9)
    found.paces.append(lambda step: 0.6 if step > last * found.steps else 1.0)
    return found


def shared_machine(chance: Random) -> Simulation:
    """Somebody else needs the machine, too, for a while and again."""
    found, level = _epochs(chance), [0.0]

    def busy(_step: int) -> float:
        level[0] = 0.99 * level[0] + chance.gauss(0.0, 0.02)
        return math.exp(level[0])

    found.paces.append(busy)
    return found


def hiccups(chance: Random) -> Simulation:
    """The file system makes it wait, seldom and for as long as it likes."""
    found = _epochs(chance)
    found.stops.append(
        lambda _step: 5 * chance.paretovariate(1.5) if chance.random() < 0.01 else 0.0
    )
    return found


def sorted_batches(chance: Random) -> Simulation:
    """Short sequences come first in each epoch."""
    found, more = _epochs(chance), chance.uniform(0.5, 2.5)
    found.paces.append(lambda step: 1 + more * (step % found.epoch) / found.epoch)
    return found


def resumed(chance: Random) -> Simulation:
    """Goes on from a checkpoint."""
    found = _epochs(chance)
    found.begin = round(found.steps * chance.uniform(0.2, 0.6))
    return found


KINDS = (
    steady, epochs, many_epochs, evaluations, slow_start, cold_data, slowing, growing, ramp,
    curriculum, easier_end, shared_machine, hiccups, sorted_batches, resumed,
)  # fmt: skip
