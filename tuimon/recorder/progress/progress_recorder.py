"""Notes how far the training is, from its console, its logs and what it was given."""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.console.rotation import ConsoleReader
from tuimon.events.points import ScalarColumns
from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.pace import Pace
from tuimon.recorder.progress.known_totals import (
    KnownTotals,
    totals_of_arguments,
    totals_of_config,
    totals_of_state,
)
from tuimon.recorder.progress.position_lines import PositionLines, Sighting
from tuimon.recorder.progress.progress_tracks import Progress, ProgressTracks
from tuimon.runs.paths import RunPaths
from tuimon.runs.progress_record import ProgressRecord, write_progress
from tuimon.runs.record import RunRecord
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource

_WRITE_EVERY = 1.0
_STATE_EVERY = 30.0
_POLL_BYTES = 1 << 16
_MOST_UNREAD = 1 << 20
"""Of more output only the end is read: where the training was is no longer of interest."""
_SLICE = 0.02
_AT_LEAST_EVERY = 60.0
_SAME_GPU = 10.0
_SAME_SHARE, _SAME_END = 0.001, 0.02
"""What changes less is not worth writing."""
_LOGGED_EPOCH = frozenset(("epoch", "train/epoch", "epochs", "train/epochs"))

log = logging.getLogger(__name__)


class ProgressRecorder:
    """Writes ``progress.json`` as long as it is clear how far the training is."""

    def __init__(self, paths: RunPaths, record: RunRecord) -> None:
        self._paths = paths
        self._lines = PositionLines()
        self._segments = SegmentReader()
        self._arguments = totals_of_arguments(record.argv)
        self._state = KnownTotals()
        self._tracks = ProgressTracks(KnownTotals(record.epochs, record.steps), self._arguments)
        self._console = ConsoleReader(paths.console_log)
        if paths.progress.exists():  # a recorder before this one has read what is there
            with suppress(OSError):
                self._console.skip()
        self._clock = _WorkClock()
        self._reading = Pace(0.0, share=0.02)
        self._pace = Pace(_WRITE_EVERY, share=0.01)
        self._state_due = 0.0
        self._written: ProgressRecord | None = None

    def step(
        self,
        status: RunStatus,
        config: Mapping[str, object],
        sources: Sequence[LogSource],
        measured: Mapping[str, float],
    ) -> None:
        """Read what is new, and note it if it is time to; `measured` is the newest of the system,
        see `tuimon.recorder.system_metrics`."""
        self._clock.tick(time.monotonic(), paused=status.is_paused)
        if time.monotonic() >= self._reading.due:
            with self._reading.turn():
                self._read()
        if time.monotonic() >= self._pace.due:
            with self._pace.turn():
                self._look_for_totals(status.record, config, sources)
                self._write(self._progress(), _utilization(measured))

    def logged(self, tag: str, columns: ScalarColumns) -> None:
        """The training has written points of a scalar."""
        if not len(columns.steps):
            return
        if tag.lower() in _LOGGED_EPOCH:
            self._see(Sighting("epochs", float(columns.values[-1]), name="log"))
        elif "epoch" not in tag.lower():
            self._see(Sighting("steps", float(columns.steps[-1]), name=f"log {tag}"))

    def close(self) -> None:
        """The training has ended."""
        self._console.close()

    def _progress(self) -> Progress | None:
        """None of one of several trainings, unless the user has said how long all of them are."""
        if self._lines.is_one_of_many and not any(self._tracks.given):
            return None
        return self._tracks.progress(self._clock.worked)

    def _see(self, sighting: Sighting) -> None:
        self._tracks.see(sighting, self._clock.worked)

    def _read(self) -> None:
        deadline = time.monotonic() + _SLICE
        with suppress(OSError):
            if self._console.unread > _MOST_UNREAD:
                self._console.skip()
            while time.monotonic() < deadline and (data := self._console.read(_POLL_BYTES)):
                for text in self._segments.feed(data):
                    if (sighting := self._lines.read(text)) is not None:
                        self._see(sighting)

    def _look_for_totals(
        self, record: RunRecord, config: Mapping[str, object], sources: Sequence[LogSource]
    ) -> None:
        now = time.monotonic()
        if now >= self._state_due:
            self._state_due = now + _STATE_EVERY
            logs = [Path(source.path) for source in sources]
            places = [Path(record.cwd), *logs, *(path.parents[i] for path in logs for i in (0, 1))]
            self._state = totals_of_state(list(dict.fromkeys(places)), record.started_at)
        told = self._arguments.or_else(totals_of_config(config)).or_else(self._state)
        self._tracks.told = told

    def _write(self, progress: Progress | None, gpu: float | None) -> None:
        try:
            if progress is None:
                if self._written is not None:
                    self._paths.progress.unlink(missing_ok=True)
                    self._written = None
                return
            record = _record(progress, time.time())._replace(gpu=gpu)
            if self._written is None or _differs(record, self._written):
                write_progress(self._paths, record)
                self._written = record
        except OSError as error:
            log.warning("progress.json cannot be written: %s", error)


class _WorkClock:
    """Seconds that the training has worked: neither paused nor asleep with its machine, whose
    monotonic clock stands still then."""

    def __init__(self) -> None:
        self.worked = 0.0
        self._looked_at: float | None = None

    def tick(self, now: float, *, paused: bool) -> None:
        if self._looked_at is not None and not paused:
            self.worked += now - self._looked_at
        self._looked_at = now


def _record(progress: Progress, now: float) -> ProgressRecord:
    found = ProgressRecord(progress.scale, progress.done, progress.total, updated_at=now)
    if (forecast := progress.forecast) is None:
        return found
    return found._replace(
        pace=forecast.pace,
        ends_at=now + forecast.seconds,
        earliest=now + forecast.least,
        latest=now + forecast.most,
    )


def _utilization(measured: Mapping[str, float]) -> float | None:
    """The mean of the GPUs that the training has memory of, to five percent."""
    mine = {tag.partition("/")[0] for tag in measured if tag.endswith("/training memory [GB]")}
    shares = [measured.get(f"{gpu}/utilization [%]") for gpu in mine]
    known = [share for share in shares if share is not None]
    return 5.0 * round(sum(known) / len(known) / 5) if known else None


def _differs(new: ProgressRecord, old: ProgressRecord) -> bool:
    if (
        new.scale != old.scale
        or new.total != old.total
        or (new.ends_at is None) != (old.ends_at is None)
    ):
        return True
    if (new.gpu is None) != (old.gpu is None) or abs((new.gpu or 0) - (old.gpu or 0)) >= _SAME_GPU:
        return True
    if abs(new.share - old.share) >= _SAME_SHARE:
        return True
    if new.ends_at is None or old.ends_at is None:
        return new.updated_at - old.updated_at >= _AT_LEAST_EVERY
    if new.updated_at - old.updated_at >= _AT_LEAST_EVERY:
        return True
    return abs(new.ends_at - old.ends_at) > max(1.0, _SAME_END * (new.ends_at - new.updated_at))
