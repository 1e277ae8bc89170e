"""Opening the W&B run: online, offline, or later."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tuimon.mirror.destination import LOGIN_HINT, Destination, choose_mode, destination
from tuimon.mirror.ending import has_ended
from tuimon.mirror.fragments import Fragments
from tuimon.mirror.journal import Journal, RunEntry
from tuimon.mirror.status import MirrorStatus, one_line
from tuimon.mirror.wandb_run import (
    INIT_TIMEOUT,
    WandbRun,
    has_key,
    new_run_id,
    settings_mode,
    teardown,
    wait_for_free_directory,
)
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions
from tuimon.runs.registry import RunStatus

_FIRST_DELAY = 5.0
_LONGEST_DELAY = 300.0
_GRACE = 40.0

log = logging.getLogger(__name__)

Guard = Callable[[str, float], AbstractContextManager[None]]


class MirrorOff(Exception):  # noqa: N818 - nothing went wrong
    """The environment or W&B's settings say that nothing is to be recorded."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open run and the number of the first row that it lacks; `fragments` only offline."""

    run: WandbRun
    run_id: str
    first_row: int
    fragments: Fragments | None
    detail: str | None


class Opening:
    """Tries to open the W&B run of a training.

    A run that has been online stays online: its rows are at the server, and only the server knows
    which. One that was never online is opened offline when the server cannot be reached: at once
    in mode auto, at the end of the training when the user asked for online.
    """

    def __init__(
        self,
        options: MirrorOptions,
        paths: RunPaths,
        environ: Mapping[str, str],
        journal: Journal,
        mirror_status: MirrorStatus,
        guard: Guard,
    ) -> None:
        """Decide where to.

        Raises:
            MirrorOff: nothing is to be recorded.
        """
        self._paths = paths
        self._environ = environ
        self._journal = journal
        self._status = mirror_status
        self._guard = guard
        self._destination = self._choose(options)
        self._run_id = journal.run.run_id if journal.run else new_run_id()
        self.delay = _FIRST_DELAY
        """Seconds to wait before the next attempt."""

    def attempt(self, training: RunStatus) -> Opened | None:
        """Open the run of a training, or return None: try again later.

        Raises:
            Exception: whatever wandb raises when there is no other way left.
        """
        if self._destination.mode == "offline":
            return self._offline(training, self._destination.reason)
        try:
            return self._online(training)
        except Exception as error:
            log.warning("W&B cannot be reached: %s", error)
            detail = _explained(error)
            # wandb-core goes on holding the id of a run that could not be opened.
            with self._guard("teardown", _GRACE):
                teardown()
        if self._journal.run is None and (has_ended(training) or not self._destination.insist):
            return self._offline(training, f"recording offline: {detail}")
        self._status.update(state="starting", detail=f"trying again: {detail}")
        self.delay = min(2 * self.delay, _LONGEST_DELAY)
        return None

    def _choose(self, options: MirrorOptions) -> Destination:
        if self._journal.run is not None:
            return Destination("online" if self._journal.run.online else "offline")
        with self._guard("start", INIT_TIMEOUT + _GRACE):
            wanted = choose_mode(options, self._environ, settings_mode=settings_mode())
            if wanted == "off":
                raise MirrorOff
            if wanted == "offline":
                return Destination("offline")
            try:
                return destination(wanted, has_key=has_key())
            except Exception as error:
                return Destination("offline", f"recording offline: {_explained(error)}")

    def _online(self, training: RunStatus) -> Opened:
        run = self._open(training, online=True)
        if self._journal.run is None:
            self._journal.append(
                RunEntry(run_id=self._run_id, online=True, first_row=run.first_row)
            )
        return Opened(run, self._run_id, run.first_row, None, None)

    def _offline(self, training: RunStatus, detail: str | None) -> Opened:
        fragments = Fragments(self._paths.wandb, self._run_id)
        fragments.repair()
        entry = self._journal.run or RunEntry(run_id=self._run_id, online=False)
        first_row = fragments.next_row(entry.first_row)
        run = self._open(training, online=False)
        if self._journal.run is None:
            self._journal.append(entry)
        return Opened(run, self._run_id, first_row, fragments, detail)

    def _open(self, training: RunStatus, *, online: bool) -> WandbRun:
        wait_for_free_directory(self._paths, self._run_id)
        with self._guard("init", INIT_TIMEOUT + _GRACE):
            return WandbRun.open(
                training.record,
                self._paths,
                run_id=self._run_id,
                online=online,
                git=_git(training),
            )


def _git(training: RunStatus) -> Mapping[str, Any]:
    recorder = training.recorder
    if recorder is None or recorder.git_commit is None:
        return {}
    return {"git_commit": recorder.git_commit, "git_dirty": recorder.git_dirty}


def _explained(error: Exception) -> str:
    """What went wrong and what to do, in one line."""
    text = one_line(error)
    # wandb has no error of its own for an answer 401; a malformed key raises AuthenticationError.
    if "401" in text or type(error).__name__ == "AuthenticationError":
        return f"the W&B key is refused: {LOGIN_HINT} ({text})"
    return f"W&B cannot be reached ({text})"
