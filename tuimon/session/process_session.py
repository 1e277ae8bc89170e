"""Watching a training that someone started without tuimon."""

import threading
import time
from pathlib import Path
from typing import Protocol

from tuimon.guardian.child import Outcome
from tuimon.runs.baselines import Baseline, baseline_of
from tuimon.runs.foreign import EndWatch, ForeignProcess
from tuimon.runs.record import RunState
from tuimon.runs.sources import LogSource
from tuimon.session.session import LogSearch, Session, TrainingFacts

_LOOK_EVERY = 0.2
_LAST_SEARCH_SECONDS = 2.0


class Finder(Protocol):
    """Finds log directories of a process; see `tuimon.recorder.discovery`."""

    @property
    def sources(self) -> tuple[LogSource, ...]:
        """The directories found so far."""

    def step(self) -> None:
        """Do what is due."""

    def finish(self, seconds: float) -> None:
        """Look once more, for so long at most: the process has ended."""


class ProcessSession(Session):
    """A session whose log directories are found, in a thread, while the process lives."""

    def __init__(self, process: ForeignProcess, finder: Finder) -> None:
        super().__init__(None)
        self.process: ForeignProcess = process
        self._finder = finder
        self._watch = EndWatch(process.ref)
        self._ended_at: float | None = None
        self._outcome: Outcome | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._search, name="tuimon-finder", daemon=True)

    def _find_baseline(self) -> Baseline | None:
        return baseline_of(self.process.cwd)

    @property
    def known_by(self) -> tuple[str, ...]:
        """The command and where it runs."""
        return (self.process.cwd, *self.process.command)

    @property
    def console(self) -> Path | None:
        """The file that the process prints to."""
        return self.process.console

    @property
    def outcome(self) -> Outcome | None:
        """How the process ended, where the kernel tells it."""
        if self._outcome is None and (status := self._watch.wait_status()) is not None:
            self._outcome = Outcome.from_wait_status(status)
        return self._outcome

    @property
    def subject(self) -> TrainingFacts:
        """The process."""
        outcome = self.outcome
        state = RunState.RUNNING
        if self._ended_at is not None:
            state = RunState.ENDED if outcome is None else outcome.state
        return TrainingFacts(
            name=self.process.name,
            state=state,
            reason=outcome.describe() if outcome and outcome.exit_code != 0 else None,
            started_at=self.process.started_at,
            ended_at=self._ended_at,
            search=LogSearch(self.process.cwd),
        )

    def start(self) -> None:
        """Start looking for event files and following them."""
        super().start()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and following."""
        self._stopping.set()
        self._thread.join(2 * _LAST_SEARCH_SECONDS)
        _ = self.outcome  # while the process is still held
        if not self._thread.is_alive():
            self._watch.close()
        super().stop()

    def poll(self) -> None:
        """Follow log directories found since."""
        super().poll()
        self._follow(self._finder.sources)

    def _search(self) -> None:
        while not self._stopping.is_set():
            self._finder.step()
            if self._watch.wait(_LOOK_EVERY):
                self._ended_at = time.time()
                self._finder.finish(_LAST_SEARCH_SECONDS)
                return
            if not self._watch.prompt:
                self._stopping.wait(_LOOK_EVERY)
