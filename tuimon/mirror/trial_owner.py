"""One trial of a launch, as its mirror sees it: log directories, and what the launch says of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuimon.mirror.logdir_owner import LogdirOwner
from tuimon.mirror.owner import NewFile
from tuimon.runs.ending import exit_code, has_ended
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord, RunRecord, RunState, read_record
from tuimon.runs.registry import RunStatus, read_status

_QUIET_SECONDS = 20.0
_SESSION_END = "_hparams_/session_end_info"


class TrialOwner(LogdirOwner):
    """Follows a trial until nothing comes any more; `paths` is where its record is."""

    def __init__(self, paths: RunPaths, described: LogdirRecord) -> None:
        """Raises RecordError when the launch is gone."""
        super().__init__(described, paths)
        self._paths = paths
        self._launch = self._read_launch()

    @property
    def record(self) -> RunRecord:
        """The launch's, under the trial's name; its processes are measured for the launch."""
        return self._launch.record._replace(
            id=self._described.name,
            mirror=self._described.mirror,
            started_at=self._described.created_at,
            state=RunState.FINISHED,
            child=None,
        )

    @property
    def git(self) -> Mapping[str, Any]:
        """Version of the code, and which launch it is a trial of."""
        recorder = self._launch.recorder
        told: dict[str, Any] = {"trial_of": self._launch.record.id}
        if recorder is not None and recorder.git_commit is not None:
            told |= {"git_commit": recorder.git_commit, "git_dirty": recorder.git_dirty}
        return told

    @property
    def ended(self) -> bool:
        """Whether the launch is over, or nothing has come for a while."""
        return has_ended(self._launch) or self.quiet_seconds > _QUIET_SECONDS

    @property
    def exit_code(self) -> int:
        """The launch's, of a trial that it was still at work on when it ended."""
        code = exit_code(self._launch) if has_ended(self._launch) else 0
        return 0 if code and self._has_finished() else code

    def stop_training(self) -> str | None:
        """Not for one of its trials."""
        return "W&B's page asks to stop this trial: only the whole launch can be stopped"

    @property
    def upload_command(self) -> str:
        """``tuimon sync RUN``."""
        return f"tuimon sync {self._launch.record.id}"

    def look(self) -> list[NewFile]:
        """Event files that were not returned before; directories may have been added."""
        self._launch = self._read_launch()
        described = read_record(LogdirRecord, self._paths.logdir_json)
        if described is not None and described.directories != self._described.directories:
            self._describe(described)
        return super().look()

    def _read_launch(self) -> RunStatus:
        return read_status(Path(self._described.launch))

    def _has_finished(self) -> bool:
        """Whether its session of hyperparameters was closed."""
        from tuimon.events.tail import EventFileTail

        for path in self.files:
            tail = EventFileTail(path)
            while batches := tail.poll():
                if any(ref.tag == _SESSION_END for batch in batches for ref in batch.refs):
                    return True
        return False
