"""Signals as their sender meant them: to the whole job, or to the training by way of another.

A scheduler signals every process of a job within moments. Those that stand for the training, which
are ``tuimon run --foreground`` and the guardian itself, must then not pass on what it has as well.
"""

import math
from collections.abc import Callable, Mapping
from signal import SIGHUP, SIGINT, SIGQUIT, SIGTERM

ENDING = frozenset({SIGTERM, SIGINT, SIGHUP, SIGQUIT})
"""What is sent to have a job end; the others tell it something."""

_BEFORE = 1.0
"""Seconds that a process may take, on a busy machine, to ask for what it was sent itself."""

HOLD = 0.2
"""Seconds that a scheduler may take from the first process of a job to the last."""


class JobSignals:
    """Passes signals on to the training unless all of the job got them; times are monotonic."""

    def __init__(self) -> None:
        self._heard: dict[int, float] = {}
        self._held: dict[int, tuple[float, Callable[[int], None]]] = {}

    @property
    def deadline(self) -> float:
        """When `tick` has something to do."""
        return min((at for at, _ in self._held.values()), default=math.inf)

    def heard(self, number: int, now: float) -> None:
        """The whole job has got a signal."""
        self._heard[number] = now
        self._held.pop(number, None)

    def pass_on(self, number: int, now: float, deliver: Callable[[int], None]) -> None:
        """Somebody has got a signal for the training, and maybe the training as well.

        If not, it is delivered at a later `tick`.
        """
        if now - self._heard.get(number, -math.inf) > _BEFORE:
            self._held.setdefault(number, (now + HOLD, deliver))

    def tick(self, now: float) -> None:
        """Deliver what the job as a whole has not got in time."""
        for number, (at, deliver) in tuple(self._held.items()):
            if now >= at:
                del self._held[number]
                deliver(number)


_SCHEDULERS = {
    "SLURM_JOB_ID": "Slurm job",
    "PBS_JOBID": "PBS job",
    "LSB_JOBID": "LSF job",
    "RAY_JOB_ID": "Ray job",
}


def job_name(environment: Mapping[str, str]) -> str | None:
    """``Slurm job 12`` in a job of a scheduler that is known, else None."""
    for variable, name in _SCHEDULERS.items():
        if number := environment.get(variable):
            return f"{name} {number}"
    return None
