"""The training's processes in the guardian's hands: signals, pauses, and what they leave behind."""

import os
import signal
import time
from contextlib import suppress

from tuimon.guardian.child import Child, Outcome
from tuimon.guardian.control import RequestError
from tuimon.guardian.ladder import Stage
from tuimon.guardian.pause import distribution, freeze, thaw
from tuimon.guardian.state import RunFile
from tuimon.guardian.tree import training_processes


class Training:
    """The child and all below it; notes in run.json what viewers want to know."""

    def __init__(self, child: Child, file: RunFile) -> None:
        self.child = child
        self._file = file
        self.outcome: Outcome | None = None
        """How the child ended, once it has."""
        self.leftovers: list[int] = []
        """PIDs of what has outlived it."""
        self.reported = False
        """Whether run.json tells how it ended."""

    @property
    def is_over(self) -> bool:
        """True when nothing is there to be stopped any more: neither it nor what it left."""
        return self.reported and not self.leftovers

    def send(self, stage: Stage) -> None:
        """Deliver the signal of a stage of the stop ladder."""
        if stage is Stage.INT:
            self.signal(signal.SIGINT)
        elif stage is Stage.TERM and self.outcome is None:
            os.kill(self.child.pid, signal.SIGTERM)
        else:
            self._signal_all(signal.SIGTERM if stage is Stage.TERM else signal.SIGKILL)
        # What is frozen takes no signal but SIGKILL.
        self.resume()

    def signal(self, number: int) -> None:
        """What a key on the terminal would do; once the child has ended, all it left."""
        if self.outcome is not None:
            self._signal_all(number)
            return
        try:
            os.killpg(self.child.foreground_group(), number)
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

    def _signal_all(self, number: int) -> None:
        if self.outcome is None:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, number)
        for pid in training_processes():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
