"""From the W&B runs that a training opens itself to event files, while it writes none itself."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.events.event_file import HParam
from tuimon.mirror.offline_file import OfflineFile, OfflineFileError
from tuimon.recorder.held_points import HeldPoints
from tuimon.recorder.wandb_rows import RowReader, WandbRow
from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import WANDB, LogSource
from tuimon.runs.writers import WriterReports

_LOOK_EVERY = 0.5
_SLICE = 0.05
_MOST_RUNS = 64
_LONGEST_NAME = 100

log = logging.getLogger(__name__)


class WandbMetrics:
    """Follows the transaction logs that the hook reports; media stay where they are.

    A recorder that follows another reads them again from their start.
    """

    def __init__(
        self, paths: RunPaths, *, started_at: float, known: Sequence[LogSource] = ()
    ) -> None:
        """`known`: the directories that a recorder before this one has published."""
        self._paths = paths
        self._started_at = started_at
        self._reports = WriterReports(paths.writers)
        self._known = {source.path for source in known}
        self._runs: dict[Path, _WandbRunReader] = {}
        self.syncing = False
        """Whether the training has wandb take its event files to one of the runs."""
        self._look_at = 0.0
        self._done = False

    @property
    def imported(self) -> bool:
        """Whether the training has imported wandb."""
        return self._reports.imports_wandb

    @property
    def directories(self) -> tuple[str, ...]:
        """Of the W&B runs, in the order they were opened."""
        return tuple(str(path.parent) for path in self._runs)

    @property
    def sources(self) -> tuple[LogSource, ...]:
        """The log directories with their metrics, as far as there are any."""
        return tuple(held.source for held in self._held() if held.source is not None)

    @property
    def config(self) -> dict[str, HParam]:
        """What the script has configured its W&B runs with, as far as they are configured alike."""
        first, *more = [run.config for run in self._runs.values()] or [{}]
        return {
            name: value
            for name, value in first.items()
            if all(one.get(name, value) == value for one in more)
        }

    def step(self, *, others: bool) -> None:
        """Read a little of what is new; `others` tells whether the training writes event files."""
        self._look()
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_EVERY
        if others:
            self._stop()
        if self._done:
            for run in self._runs.values():
                run.read_config(now + _SLICE)
        else:
            for run in self._runs.values():
                run.read(now + _SLICE)
            for held in self._held():
                held.publish_if_time()

    def finish(self, *, others: bool) -> None:
        """The training has ended: read the rest."""
        self._look()
        if not others and not self._done:
            for run in self._runs.values():
                run.read()
            for held in self._held():
                held.publish(again=True)
        self._stop()
        for run in self._runs.values():
            run.read_config(time.monotonic() + _SLICE)

    def _look(self) -> None:
        for run in self._reports.new_wandb():
            self.syncing |= run.syncing
            if run.file not in self._runs and len(self._runs) < _MOST_RUNS:
                self._runs[run.file] = _WandbRunReader(run.file, self._hold)

    def _held(self) -> list[HeldPoints]:
        return [run.points for run in self._runs.values() if run.points is not None]

    def _hold(self, name: str) -> HeldPoints:
        directory = self._paths.wandb_metrics / name
        return HeldPoints(
            directory,
            WANDB,
            started_at=self._started_at,
            at_once=False,
            known=str(directory) in self._known,
        )

    def _stop(self) -> None:
        if not self._done:
            self._done = True
            for held in self._held():
                held.close()


class _WandbRunReader:
    """A W&B run that is being read; its points are held once its name has been read."""

    def __init__(self, path: Path, hold: Callable[[str], HeldPoints]) -> None:
        self._file = OfflineFile(path)
        self._rows = RowReader()
        self._hold = hold
        self._has_rows = False
        self.points: HeldPoints | None = None

    @property
    def config(self) -> dict[str, HParam]:
        """What the run was configured with, as far as it was read."""
        return self._rows.config

    def read_config(self, deadline: float) -> None:
        """Read what stands before the first row, until `deadline`, and no points."""
        if self._has_rows:
            return
        with suppress(OSError, OfflineFileError):  # wandb-core has not come to make it
            for record in self._file.records():
                if self._rows.read(record) is not None:
                    self._has_rows = True
                if self._has_rows or time.monotonic() > deadline:
                    return

    def read(self, deadline: float = float("inf")) -> None:
        """Read what is new, until `deadline` (of `time.monotonic`)."""
        if self.points is not None and self.points.is_full:
            return
        try:
            for record in self._file.records():
                row = self._rows.read(record)
                if row is not None:
                    self._has_rows = True
                    self._take(row)
                if self.points is not None:
                    self.points.hparams = self._rows.config
                if time.monotonic() > deadline:
                    return
        except FileNotFoundError:
            return  # wandb-core has not come to make it
        except (OSError, OfflineFileError) as error:
            log.warning("%s cannot be read: %s", self._file.path, error)

    def _take(self, row: WandbRow) -> None:
        if self.points is None:
            *_, run_id = self._file.path.stem.split("-")
            name = "-".join(filter(None, [self._rows.name, run_id]))
            self.points = self._hold(re.sub(r"[^\w.=-]", "_", name)[:_LONGEST_NAME])
        self.points.take(row.points, row.wall_time or time.time())
