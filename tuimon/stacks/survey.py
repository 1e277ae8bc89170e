"""Where all of a training is, in a sentence: who waits at which line, and for whom.

Of ranks that wait for each other the line where most of them are tells little; what matters is the
one that is elsewhere. It is named only if nobody has moved between two looks.
"""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuimon.stacks.python_process import PythonProcess, ask_where
from tuimon.stacks.where_signal import STANDSTILLS

_BETWEEN_LOOKS = 0.5
"""Seconds."""
_COLLECTIVES = "torch/distributed/distributed_c10d.py", "torch/distributed/_functional_collectives"
_LOADER = "torch/utils/data/dataloader.py"
_MOST_GROUPS = 4
"""That are told in a sentence."""


class Survey(NamedTuple):
    """The Pythons of a training, and the numbers of those that were where they are before, too."""

    processes: Sequence[PythonProcess]
    unmoved: frozenset[int]

    @property
    def actors(self) -> list[PythonProcess]:
        """Those that train: its ranks, or what is no worker of anything."""
        ranks = {one.pid for one in self.processes if one.rank is not None}
        firsts: dict[int, PythonProcess] = {}
        for one in self.processes:
            if one.rank is not None and one.parent not in ranks:
                firsts.setdefault(one.rank.number, one)
        if firsts:
            return [firsts[number] for number in sorted(firsts)]
        return [one for one in self.processes if not one.is_loader and not one.is_helper]

    @property
    def gone(self) -> list[int]:
        """Numbers of the ranks of this host that have no process, while others have."""
        there = {one.rank.number for one in self.actors if one.rank is not None}
        return sorted(self._here - there)

    @property
    def elsewhere(self) -> frozenset[int]:
        """Numbers of the ranks on other hosts, where it is told which are on this one."""
        ranks = [one.rank for one in self.actors if one.rank is not None]
        if any(rank.local is None or rank.local_world is None for rank in ranks):
            return frozenset()
        return frozenset(range(max((rank.world for rank in ranks), default=0))) - self._here

    @property
    def _here(self) -> frozenset[int]:
        return frozenset(n for one in self.actors if one.rank for n in one.rank.neighbours)

    def headline(self) -> str:
        """All of it in a sentence; strings in it come from outside."""
        if not self.actors:
            return "no Python of it is known"
        groups = list(_by_place(self.actors).items())
        told = [f"{_named(group)} {place}" for place, group in groups[:_MOST_GROUPS]]
        if len(self.actors) == 1 and self.actors[0].rank is None:
            told = [groups[0][0]]
        if others := sum(len(group) for _, group in groups[_MOST_GROUPS:]):
            told.append(f"{others} elsewhere")
        if self.gone:
            told.append(f"{numbered('rank', self.gone)} {_be(self.gone)} gone")
        told += self._loaders()
        culprits = self.culprits()
        advice = f": look at {numbered('rank', culprits)}" if culprits else ""
        return "; ".join(told) + advice

    def culprits(self) -> list[int]:
        """The ranks that the others wait for; none where that is not sure."""
        actors = [one for one in self.actors if one.rank is not None]
        held = [one.rank.number for one in actors if one.rank and one.silence in STANDSTILLS]
        if held:
            return held if len(held) < len(actors) else []
        if any(one.silence or one.pid not in self.unmoved for one in actors):
            return []
        if self.gone or not actors:
            return self.gone
        working = [one for one in actors if not is_waiting(one)]
        if 0 < len(working) < len(actors):
            return [one.rank.number for one in working if one.rank]
        most = max(_by_place(actors).values(), key=len)
        others = [one.rank.number for one in actors if one not in most and one.rank]
        return others if len(others) < len(most) else []

    def _loaders(self) -> list[str]:
        """Where the workers are of whom waits for data."""
        waiting = {one.pid for one in self.actors if one.main.is_in(_LOADER)}
        busy = [one for one in self.processes if one.parent in waiting and one.is_loader]
        busy = [one for one in busy if one.silence or one.main.is_users]
        return [
            f"{numbered('DataLoader worker', [one.pid for one in group])} {place}"
            for place, group in list(_by_place(busy).items())[:_MOST_GROUPS]
        ]


def survey(pids: Sequence[int]) -> Survey:
    """Ask these processes twice."""
    before = {one.pid: one.main for one in ask_where(pids)}
    time.sleep(_BETWEEN_LOOKS)
    processes = ask_where(pids)
    unmoved = (one.pid for one in processes if before.get(one.pid) == one.main)
    return Survey(processes, frozenset(unmoved))


def numbered(noun: str, numbers: Sequence[int]) -> str:
    """``rank 1``, ``ranks 0-2, 5``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    told = [
        f"{part[0]}-{part[-1]}" if len(part) > 2 else ", ".join(map(str, part)) for part in parts
    ]
    return f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(told)}"


def _by_place(processes: Iterable[PythonProcess]) -> dict[str, list[PythonProcess]]:
    """Processes by what they are at, as a sentence tells it; the largest group first."""
    groups: dict[str, list[PythonProcess]] = {}
    for one in processes:
        groups.setdefault(one.silence or f"at {one.main.place}", []).append(one)
    largest = sorted(groups.items(), key=lambda item: -len(item[1]))
    return {
        f"{_be(group)} {place}" if group[0].silence else place: group for place, group in largest
    }


def _named(group: Sequence[PythonProcess]) -> str:
    ranks = [one.rank.number for one in group if one.rank is not None]
    if ranks:
        return numbered("rank", ranks)
    return "PID " + ", ".join(str(one.pid) for one in group)


def _be(several: Sequence[object]) -> str:
    return "is" if len(several) == 1 else "are"


def is_waiting(process: PythonProcess) -> bool:
    """Whether it is in a collective, which ends when all ranks have come to it."""
    return process.main.is_in(*_COLLECTIVES)
