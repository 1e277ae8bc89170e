"""The training's processes in the guardian's hands: signals, pauses, and what they leave behind.

`freeze` and `thaw` act on a whole tree; `distribution` tells over what it is spread.
"""

import math
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tuimon.guardian.child import Child, Outcome
from tuimon.guardian.control import RequestError
from tuimon.guardian.descendants import training_processes
from tuimon.guardian.ladder import Stage
from tuimon.guardian.launchers import catches, deliver, sruns, tasks_catch
from tuimon.guardian.state import RunFile
from tuimon.runs.process import identify

_SRUN_ENDS = 5.0
"""Seconds that an srun has to end once its tasks were killed."""

_MOST_SWEEPS = 10


class Training:
    """The child and all below it; notes in run.json what viewers want to know."""

    def __init__(self, child: Child, file: RunFile, mark: str) -> None:
        """`mark` is a part of the training's environment that no other process has."""
        self.child = child
        self._file = file
        self._mark = mark
        self._first = child.pid
        self.outcome: Outcome | None = None
        """How the child ended, once it has."""
        self.leftovers: list[int] = []
        """PIDs of what has outlived it."""
        self._spare_until = math.inf
        self.reported = False
        """Whether run.json tells how it ended."""

    @property
    def is_over(self) -> bool:
        """True when nothing is there to be stopped any more: neither it nor what it left."""
        return self.reported and not self.leftovers

    def go_on_in(self, pid: int) -> None:
        """What the child has left behind is the training from now on."""
        self.child = self.child._replace(pid=pid)
        self.outcome = None
        self._file.update(child=identify(pid))

    @property
    def first_stage(self) -> Stage:
        """Where a stop begins: with SIGINT, unless it is known to ask for less than SIGTERM does.

        What a shell has put into the background ignores SIGINT; what runs in a step of Slurm and
        handles SIGTERM saves its checkpoint then, as Slurm asks everybody.
        """
        if self.outcome is None and self.child.pid != self._first:
            ignored = catches(self.child.pid, signal.SIGINT, "SigIgn")
            return Stage.TERM if ignored else Stage.INT
        if sruns() and tasks_catch(signal.SIGTERM, self._mark):
            return Stage.TERM
        return Stage.INT

    def send(self, stage: Stage) -> None:
        """Deliver the signal of a stage of the stop ladder."""
        if stage is Stage.KILL:
            self._kill_all()
        elif self.outcome is None and stage.signal and deliver(self.child, stage.signal):
            pass
        elif stage is Stage.INT:
            self.signal(signal.SIGINT)
        elif self.outcome is None:
            os.kill(self.child.pid, signal.SIGTERM)
        else:
            self._signal_all(signal.SIGTERM)
        # What is frozen takes no signal but SIGKILL.
        self.resume()

    def signal(self, number: int) -> None:
        """What a key on the terminal would do; once the child has ended, all it left."""
        if self.outcome is not None:
            self._signal_all(number)
            return
        try:
            os.killpg(self.child.group(), number)
        except ProcessLookupError:
            os.kill(self.child.pid, number)

    def pause(self, *, force: bool) -> str:
        """Freeze the tree; how it is distributed.

        Raises:
            RequestError: over several hosts, and no `force`.
        """
        spread = distribution()
        if spread == "hosts" and not force:
            raise RequestError(
                "it is distributed over several hosts, whose ranks would run into a timeout"
            )
        freeze()
        if self._file.record.paused_at is None:
            self._file.note(paused_at=time.time(), waiting_for_input=False)
        return spread

    def resume(self) -> None:
        """Let it go on, if it is paused."""
        if self._file.record.paused_at is not None:
            thaw()
            self._file.note(paused_at=None)

    def look_for_leftovers(self) -> None:
        """To be asked at each SIGCHLD, which is enough: whoever is left behind is adopted."""
        self.leftovers = training_processes()
        if len(self.leftovers) != self._file.record.leftovers:
            self._file.note(leftovers=len(self.leftovers))

    def _kill_all(self) -> None:
        """SIGKILL, in sweeps; an srun without its tasks would leave its allocation behind."""
        spared = sruns()
        if spared and math.isinf(self._spare_until):
            self._spare_until = time.monotonic() + _SRUN_ENDS
            deliver(self.child, signal.SIGKILL)
        if not spared or time.monotonic() >= self._spare_until:
            self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: int) -> None:
        if self.outcome is None:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, number)
        for pid in training_processes():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def freeze() -> None:
    """Stop every process of the training, those forked meanwhile too."""
    stopped: set[int] = set()
    for _ in range(_MOST_SWEEPS):
        new = [pid for pid in training_processes() if pid not in stopped]
        if not new:
            return
        for pid in new:
            stopped.add(pid)
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP)


def thaw() -> None:
    """Let every process of the training go on, children first."""
    for pid in reversed(training_processes()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGCONT)


def distribution() -> str:
    """``none``, ``host`` or ``hosts``: over what the training is distributed.

    torchrun and its likes tell their workers by WORLD_SIZE and LOCAL_WORLD_SIZE, Slurm by its own.
    """
    found = "none"
    for pid in training_processes():
        environment = _environment(pid)
        world = _number(environment, "WORLD_SIZE")
        if _number(environment, "SLURM_JOB_NUM_NODES") > 1 and "SLURM_PROCID" in environment:
            return "hosts"
        if world > 1:
            if world > _number(environment, "LOCAL_WORLD_SIZE", world):
                return "hosts"
            found = "host"
    return found


def _environment(pid: int) -> dict[str, str]:
    try:
        data = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in data.split("\0") if "=" in entry)


def _number(environment: dict[str, str], name: str, default: int = 0) -> int:
    text = environment.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default
