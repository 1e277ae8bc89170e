"""Which event files of a launch are those of trials: a sweep in one script, by `add_hparams`.

A trial has a session of hyperparameters of its own, as TensorBoard has it, and gets a W&B run of
its own, so that its metrics stand beside its configuration. The first directory that a launch
writes to, and what belongs to it, is the launch's own W&B run, be it a trial or not. Of those that
come later

- one beside it is a trial as soon as anything of the launch has a session; it waits for that for a
  while, and is a part of the launch's own run after that, until it has a session itself: then it
  leaves that run, where what came before stays, and is a trial with all that it holds,
- one below it that begins with a session (as `add_hparams` makes them by itself) is a trial if
  there are several; a single one tells the configuration of the directory above it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from tuimon.events.points import EventBatch
from tuimon.mirror.log_copies import stands_for
from tuimon.mirror.namespaces import is_part_or_rank_name
from tuimon.mirror.owner import NewFile

if TYPE_CHECKING:
    from tuimon.events.tail import EventFileTail

PATIENCE = 20.0
"""Seconds that a second directory waits for a session before it is a part of the launch's run."""

SESSION_TAG = "_hparams_/session_start_info"
_POLL_BYTES = 8 << 20
_LAST_WORD = 0.3


class TrialFile(NamedTuple):
    """An event file of a trial, and the directory that the trial is named by."""

    top: str
    file: NewFile


@dataclass(slots=True)
class _HeldFile:
    file: NewFile
    tail: "EventFileTail | None" = None
    since: float = field(default_factory=time.monotonic)
    has_session: bool = False
    has_others: bool = False
    """Something else, before any session."""

    @property
    def directory(self) -> PurePath:
        return _directory(self.file.path)

    def read(self) -> None:
        """Look for a session in what is new."""
        if self.tail is None:
            from tuimon.events.tail import EventFileTail  # of launches with several directories

            self.tail = EventFileTail(self.file.path)
        while not self.has_session and (batches := self.tail.poll(_POLL_BYTES)):
            refs = [ref for batch in batches for ref in batch.refs]
            self.has_session = any(ref.tag == SESSION_TAG for ref in refs)
            hparams = any(ref.plugin == "hparams" for ref in refs)
            some = any(batch.scalars or batch.refs for batch in batches)
            self.has_others |= some and not hparams


class TrialSplit:
    """Sorts event files as they are found; `trials` are the top directories of known ones."""

    def __init__(self, trials: Iterable[str] = ()) -> None:
        self._trials = [PurePath(top) for top in trials]
        self._own: dict[PurePath, list[NewFile]] = {}
        """The directories of the launch's own run, the first one first, and their files."""
        self._leaving: list[TrialFile] = []
        self._held: list[_HeldFile] = []
        self._first: list[_HeldFile] | None = []
        """The launch's own, until these are read by its mirror."""
        self._began_at: float | None = None
        self._last_since: float | None = None
        self.has_session = False
        """Whether the launch's own run was seen to have one."""

    @property
    def is_waiting(self) -> bool:
        """Whether files are held back."""
        return bool(self._held)

    def begin(self, known: Iterable[NewFile]) -> None:
        """From now on the launch's own run is read, which has the files `known` already."""
        for file in known:
            self._add_own(file)
        self._began_at = time.monotonic()

    def observe(self, path: str, batch: EventBatch) -> None:
        """See what is read of a file of the launch's own run."""
        self._first = None
        if any(ref.tag == SESSION_TAG for ref in batch.refs):
            self.has_session = True
            self._let_leave(_directory(path))

    def keeps(self, path: str) -> bool:
        """Whether a file of the launch's own run has not left it, to be a trial's."""
        return self._trial_of(PurePath(stands_for(path))) is None

    def sort(
        self, found: Iterable[NewFile], *, last: bool
    ) -> tuple[list[NewFile], list[TrialFile]]:
        """Those of the launch's own run, and those of trials, of all that are known well enough.

        With `last` nothing more is being written: soon nothing is held back any more.
        """
        self._held += [_HeldFile(file) for file in found]
        for held in self._held:
            if self._own:
                held.read()
        for held in self._first or ():
            held.read()
            self.has_session |= held.has_session
        now = time.monotonic()
        if last and self._began_at is not None and self._last_since is None:
            self._last_since = now
        if self._began_at is not None:
            for held in self._held:
                if held.has_session:
                    self._let_leave(held.directory)
        own: list[NewFile] = []
        trials, self._leaving = self._leaving, []
        while sorted_out := [one for one in self._held if self._sort_one(one, now, own, trials)]:
            self._held = [one for one in self._held if one not in sorted_out]
        return own, trials

    def _sort_one(
        self, held: _HeldFile, now: float, own: list[NewFile], trials: list[TrialFile]
    ) -> bool:
        directory = held.directory
        top = self._trial_of(directory)
        if top is None and not self._is_own(held, now):
            if self._began_at is None or not self._is_trial(held):
                return False
            top = _unit(directory)
            self._trials.append(top)
        if top is None:
            self._add_own(held.file)
            if self._first is not None:
                self._first.append(held)
            own.append(held.file)
        else:
            trials.append(TrialFile(str(top), held.file))
        return True

    def _add_own(self, file: NewFile) -> None:
        if self.keeps(file.path):
            self._own.setdefault(_directory(file.path), []).append(file)

    def _trial_of(self, path: PurePath) -> PurePath | None:
        """The top directory of the trial that a path belongs to."""
        return next((top for top in self._trials if _is_in(path, top)), None)

    def _let_leave(self, directory: PurePath) -> None:
        """See that a session is in a directory: what it is in beside the first one is a trial."""
        units = [*map(_unit, self._own)]
        around = [one for one in units if _is_in(one, units[0]) or _is_in(units[0], one)]
        beside = [one for one in units if not any(_is_in(one, other) for other in around)]
        top = min((one for one in beside if _is_in(directory, one)), default=None)
        if top is not None:
            left = [one for one in self._own if _is_in(one, top)]
            self._leaving += [TrialFile(str(top), file) for one in left for file in self._own[one]]
            self._own = {one: files for one, files in self._own.items() if one not in left}
            self._trials.append(top)

    def _is_own(self, held: _HeldFile, now: float) -> bool:
        directory = held.directory
        if not self._own or directory in self._own:
            return True
        if self._began_at is None:
            return False  # an earlier life may have decided
        unit = _unit(directory)
        if any(_is_in(_unit(own), unit) for own in self._own):
            return True
        if self._is_overdue(held, now):
            return not self._is_trial(held)
        above = self._above(unit)
        if above is None:
            return False
        if held.has_session:
            return any(not _is_in(trial, above) for trial in self._trials)
        return held.has_others

    def _is_trial(self, held: _HeldFile) -> bool:
        above = self._above(_unit(held.directory))
        if above is None:
            return (
                self.has_session or bool(self._trials) or any(one.has_session for one in self._held)
            )
        beside = {one.directory for one in self._held if one.has_session}
        beside |= {trial for trial in self._trials if _is_in(trial, above)}
        return held.has_session and sum(_is_in(one, above) for one in beside) > 1

    def _is_overdue(self, held: _HeldFile, now: float) -> bool:
        if self._last_since is not None:
            return now - self._last_since > _LAST_WORD
        if held.has_session and self._above(held.directory) is not None:
            return False
        return now - max(held.since, self._began_at or now) > PATIENCE

    def _above(self, directory: PurePath) -> PurePath | None:
        """The directory of the launch's own run that another one is below."""
        return next((unit for unit in map(_unit, self._own) if _is_in(directory, unit)), None)


def _directory(path: str) -> PurePath:
    return PurePath(stands_for(str(PurePath(path).parent)))


def _unit(directory: PurePath) -> PurePath:
    """The directory itself, or what it holds a part of (``train``, ``val``, ``rank1``)."""
    return directory.parent if is_part_or_rank_name(directory.name) else directory


def _is_in(directory: PurePath, top: PurePath) -> bool:
    return directory == top or top in directory.parents
