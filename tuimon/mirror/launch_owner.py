"""A launch under a guardian, as the mirror sees it."""

import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimon.events.finder import SourceFinder
from tuimon.events.logdir import UnreadablePath, is_event_file
from tuimon.events.points import EventBatch
from tuimon.mirror.journal_home import is_settled, launches_of
from tuimon.mirror.log_copies import LogCopies
from tuimon.mirror.owner import NewFile
from tuimon.mirror.trial_mirrors import TrialMirrors
from tuimon.mirror.trials import TrialSplit
from tuimon.runs.ending import exit_code, has_ended
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecorderRecord, RecordError, RunRecord, read_record
from tuimon.runs.registry import read_status
from tuimon.runs.sources import CONSOLE, WANDB, LogSource
from tuimon.runs.writers import FileClaims

_LAST_SEARCH_TIMEOUT = 60.0
"""Seconds that the recorder, which reads the rest of the console, is waited for."""

_EVENT_FILE_PATIENCE = 10.0
"""Seconds in which event files may turn up in whose place another log would be sent."""

_OWN_RUN_PATIENCE = 20.0
"""Seconds that a training which has imported wandb has to open a W&B run itself."""


class LaunchOwner:
    """Follows the records of a run directory and the log directories that the recorder finds.

    Trials have mirrors of their own, which this one keeps at work.
    """

    def __init__(self, paths: RunPaths) -> None:
        """Raises RecordError when there is no readable run.json."""
        self._paths = paths
        self._status = read_status(paths.directory)
        self._ended_at: float | None = None
        self._has_begun = is_settled(paths)
        self._imported_at: float | None = None
        self._trials = TrialMirrors(paths, dict(os.environ))
        self._split = TrialSplit(self._trials.tops)
        self._claims = FileClaims(paths)
        self._finder = SourceFinder(self.record.started_at, self._claims)
        self._copies = LogCopies(paths.mirror, _EVENT_FILE_PATIENCE)

    @property
    def record(self) -> RunRecord:
        """run.json; with trials it is in one group with them."""
        record = self._status.record
        if not self._trials:
            return record
        return record._replace(mirror=record.mirror._replace(group=self._trials.group(record)))

    @property
    def git(self) -> Mapping[str, Any]:
        """Commit and whether there were changes."""
        recorder = self._status.recorder
        if recorder is None or recorder.git_commit is None:
            return {}
        return {"git_commit": recorder.git_commit, "git_dirty": recorder.git_dirty}

    @property
    def own_run(self) -> str | None:
        """What the hook in the training has reported last, unless the user wants another run."""
        recorder = self._status.recorder
        if self.record.mirror.mode != "auto" or recorder is None or not recorder.wandb_runs:
            return None
        return recorder.wandb_runs[-1]

    @property
    def seen_at(self) -> float | None:
        """The end of the training, or now."""
        return self._status.ended_at or time.time()

    @property
    def leaves_out(self) -> bool:
        """Whether it writes event files, and wandb was not told to take them."""
        recorder = self._status.recorder
        if recorder is None or recorder.wandb_syncs or self._has_begun:
            return False
        return any(source.found_by not in (WANDB, CONSOLE) for source in recorder.logdirs)

    @property
    def ended(self) -> bool:
        """Whether the training is over."""
        return has_ended(self._status)

    @property
    def settled(self) -> bool:
        """Whether all files are found and belong to somebody, and the trials are mirrored."""
        searched = self._is_searched and not self._copies.is_behind
        return searched and not self.is_sorting and self._trials.are_done

    @property
    def is_sorting(self) -> bool:
        """Whether there are files of which it is not known yet whether they are a trial's."""
        return self._split.is_waiting

    @property
    def _is_searched(self) -> bool:
        """Whether the recorder's search is over: it writes its record once more after the end."""
        if not self.ended:
            return False
        if self._ended_at is None:
            self._ended_at = self.record.ended_at or time.time()
        recorder = self._status.recorder
        if recorder is not None and recorder.updated_at > self._ended_at:
            return True
        return time.time() - self._ended_at > _LAST_SEARCH_TIMEOUT

    @property
    def exit_code(self) -> int:
        """The training's, or 128 + the signal that killed it."""
        return exit_code(self._status)

    @property
    def stopped_code(self) -> int:
        """As of a process that was ended: W&B's run is not to look finished."""
        return 128 + signal.SIGTERM

    @property
    def upload_command(self) -> str:
        """``tuimon sync RUN``."""
        return f"tuimon sync {self.record.id}"

    @property
    def console(self) -> Path | None:
        """console.log."""
        return self._paths.console_log

    @property
    def alerts(self) -> Path | None:
        """alerts.jsonl."""
        return self._paths.alerts

    @property
    def unreadable(self) -> list[UnreadablePath]:
        """Directories that could not be looked into the last time."""
        return [*self._finder.unreadable, *self._copies.problems]

    def look(self) -> list[NewFile]:
        """Read the records again, and look for new event files; other logs are copied to such."""
        self._status = read_status(self._paths.directory)
        if self._status.recorder is not None:
            self._finder.set_sources(self._sources(self._status.recorder))
        last = self._is_searched
        if self._awaits_own_run(last=last):
            return []
        found = self._finder.find(last=last)
        files = [NewFile(str(path), run) for run, path in found if is_event_file(path.name)]
        self._copies.leave(self._finder.displaced)
        for file in found:
            if not is_event_file(file.path.name):
                self._copies.follow(file)
        files += [NewFile(str(path), run) for run, path in self._copies.look(ended=last)]
        own, trials = self._split.sort(files, last=last)
        for trial in trials:
            self._trials.add(trial, self._status.record)
        self._trials.tick(ended=self.ended)
        return own

    def _awaits_own_run(self, *, last: bool) -> bool:
        """Whether the training may be about to open a W&B run: for a while after its import."""
        recorder = self._status.recorder
        if last or self._has_begun or recorder is None or not recorder.wandb_imported:
            return False
        if self.own_run is None and self.record.mirror.mode == "auto":
            now = time.monotonic()
            self._imported_at = self._imported_at or now
            return now - self._imported_at < _OWN_RUN_PATIENCE
        return False

    def begin(self, known: Iterable[NewFile]) -> None:
        """Find out from now on which files are those of trials."""
        self._has_begun = True
        self._split.begin(known)

    def observe(self, path: str, batch: EventBatch) -> None:
        """See whether a directory has a session of hyperparameters."""
        self._split.observe(path, batch)

    def keeps(self, path: str) -> bool:
        """Whether a file is none of a trial that was told so late."""
        return self._split.keeps(path)

    @property
    def trials(self) -> int:
        """Those with W&B runs of their own."""
        return len(self._trials)

    def stop_training(self) -> str | None:
        """By its guardian's stop ladder, unless the user does not want that."""
        if not self.record.mirror.stop:
            return "W&B's page asks to stop the training: not wanted (stop.wandb, --no-wandb-stop)"
        if not self.ended:
            from tuimon.guardian.client import ControlClient

            ControlClient(self._paths).stop_for("wandb")
        return None

    def upload(self) -> None:
        """Have the trials go online, too."""
        self._trials.upload()

    def incomplete(self, *, online: bool) -> str | None:
        """What is wrong with a trial."""
        return self._trials.incomplete(online=online)

    @property
    def others_have_arrived(self) -> bool:
        """Whether everything of the trials is known to be at W&B."""
        return self._trials.have_arrived

    def close(self) -> None:
        """End the mirrors of the trials."""
        self._trials.close()

    def _sources(self, recorder: RecorderRecord) -> Sequence[LogSource]:
        """The log directories, without what the training takes to W&B itself.

        Its own run is the W&B run, unless one was begun before it was opened.
        """
        if self.own_run is None:
            return recorder.logdirs
        if recorder.wandb_syncs or not self._has_begun:
            return ()
        return [source for source in recorder.logdirs if source.found_by != WANDB]

    def goes_on_from(self, home: RunPaths) -> None:
        """Take files of earlier launches, too: their own mirrors may not have come to them."""
        earlier = [home.directory, *launches_of(home)]
        self._claims.goes_on_from(earlier)
        self._copies.goes_on_from(RunPaths(one).mirror for one in earlier)
        started_at = self.record.started_at
        with suppress(RecordError):
            record = read_record(RunRecord, home.run_json)
            if record is not None:
                started_at = min(started_at, record.started_at)
                self._trials.first_launch = record.id
        self._finder = SourceFinder(started_at, self._claims)
