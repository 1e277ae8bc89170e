"""The mirrors of a launch's trials: each has a directory as that of `tuimon mirror`, and a process.

The mirror of the launch keeps them at work, so that it has come to its end when they have.
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tuimon.mirror.journal_home import has_news
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.mirror.trials import TrialFile
from tuimon.mirror.upload import request_upload
from tuimon.runs.paths import RunPaths, known_name
from tuimon.runs.record import (
    LogdirRecord,
    MirrorRecord,
    RecordError,
    RunRecord,
    read_record,
    write_record,
)

_AT_ONCE = 3
"""Trials that are mirrored at the same time; each is a Python with wandb in it."""
_LOOK_EVERY = 1.0


@dataclass(slots=True)
class _TrialJob:
    paths: RunPaths
    record: LogdirRecord
    files: set[str] = field(default_factory=set)
    process: MirrorProcess | None = None
    is_wanted: bool = True
    """Whether a mirror had something to do at the last look."""
    has_given_up: bool = False
    """Its mirror was started a few times after the end of the launch, to no avail."""

    @property
    def told(self) -> MirrorRecord:
        try:
            return read_record(MirrorRecord, self.paths.mirror_json) or MirrorRecord()
        except RecordError:
            return MirrorRecord()

    def look(self) -> None:
        """See whether a mirror has something to do."""
        state = self.told.state
        asked = (self.paths.mirror / "upload").exists()
        self.is_wanted = state != "off" and (
            asked or state != "finished" or has_news(self.paths, self.files)
        )


class TrialMirrors:
    """Those of the launch in `paths`; they get `environ` as it was before it was cleaned."""

    def __init__(self, paths: RunPaths, environ: Mapping[str, str]) -> None:
        self._paths = paths
        self._environ = environ
        self._jobs: dict[str, _TrialJob] = {}
        self._look_at = 0.0
        self._launch_ended = False
        self.first_launch: str | None = None
        """The id of the launch that this one goes on from."""
        for file in sorted(paths.trials.glob("*/logdir.json")):
            with suppress(RecordError):
                record = read_record(LogdirRecord, file)
                if record is not None:
                    self._jobs[record.root] = _TrialJob(RunPaths(file.parent), record)

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def tops(self) -> list[str]:
        """The directories that the trials are named by."""
        return list(self._jobs)

    def group(self, launch: RunRecord) -> str:
        """The group in W&B of a launch and its trials, and of launches that go on with it."""
        asked = launch.mirror.group or self._environ.get("WANDB_RUN_GROUP")
        return asked or self.first_launch or launch.id

    def add(self, trial: TrialFile, launch: RunRecord) -> None:
        """Mirror an event file with its trial's. Raises OSError."""
        top, file = trial
        job = self._jobs.get(top)
        if job is None:
            job = self._jobs[top] = self._new_job(top, file.run, launch)
        job.files.add(file.path)
        job.is_wanted = True
        directory = str(Path(file.path).parent)
        if directory not in job.record.directories:
            namespace = os.path.relpath(directory, top)
            job.record = job.record._replace(
                directories=(*job.record.directories, directory),
                namespaces=(*job.record.namespaces, "" if namespace == "." else namespace),
            )
            job.paths.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_record(job.paths.logdir_json, job.record)
        self._look_at = 0.0

    def _new_job(self, top: str, run: str, launch: RunRecord) -> _TrialJob:
        from tuimon.store.parts import is_trial  # of few launches

        name = Path(top).name if run == "." else run
        if is_trial(name):  # called by the time alone
            name = f"trial-{len(self._jobs) + 1}"
        base = launch.mirror.name or self._environ.get("WANDB_NAME") or launch.id
        record = LogdirRecord(
            name=name,
            root=top,
            directories=(),
            namespaces=(),
            cwd=launch.cwd,
            created_at=time.time(),
            launch=str(self._paths.directory),
            mirror=launch.mirror._replace(
                name=f"{base}-{name}", group=self.group(launch), log_code=None, save_code=False
            ),
        )
        return _TrialJob(RunPaths(self._paths.trials / known_name(name, top)), record)

    def tick(self, *, ended: bool) -> None:
        """Start what is to be started; `ended` tells that the launch is over."""
        now = time.monotonic()
        if ended and not self._launch_ended:
            self._launch_ended, self._look_at = True, 0.0
            for job in self._jobs.values():
                if job.process is not None:
                    job.process.training_ended(now)
        for job in self._jobs.values():
            if job.process is not None:
                job.process.tick(now)
                if job.process.done:
                    job.process = None
                    job.look()
                    job.has_given_up = self._launch_ended and job.is_wanted
                    self._look_at = 0.0
        if now >= self._look_at:
            self._look_at = now + _LOOK_EVERY
            self._start(now)

    @property
    def are_done(self) -> bool:
        """Whether no mirror is at work and none has anything to do."""
        return all(
            job.process is None and (job.has_given_up or not job.is_wanted)
            for job in self._jobs.values()
        )

    def upload(self) -> None:
        """Have those go online that are not."""
        for job in self._jobs.values():
            if job.told.state != "finished" or job.told.sync_command is not None:
                with suppress(OSError):
                    request_upload(job.paths)
                job.is_wanted, job.has_given_up = True, False

    def incomplete(self, *, online: bool) -> str | None:
        """Which trial W&B does not have, and why; with `online` one that is offline, too."""
        for job in self._jobs.values():
            told = job.told
            if told.state not in ("finished", "off") or (online and told.sync_command is not None):
                why = told.detail or "offline"
                return f"trial {job.record.name}: {why}"
        return None

    @property
    def have_arrived(self) -> bool:
        """Whether everything of them is known to be at W&B."""
        return all(job.told.is_uploaded for job in self._jobs.values())

    def close(self) -> None:
        """End all mirrors."""
        for job in self._jobs.values():
            if job.process is not None:
                job.process.stop()
                job.process = None

    def _start(self, now: float) -> None:
        at_work = sum(job.process is not None for job in self._jobs.values())
        for job in self._jobs.values():
            if at_work >= _AT_ONCE:
                return
            if job.process is not None or job.has_given_up:
                continue
            job.look()
            if job.is_wanted:
                with suppress(OSError):  # as `tuimon mirror`: the last word is spoken again
                    write_record(job.paths.mirror_json, MirrorRecord(updated_at=time.time()))
                job.process = MirrorProcess(job.paths, self._environ)
                if self._launch_ended:
                    job.process.training_ended(now)
                job.process.tick(now)
                at_work += 1
