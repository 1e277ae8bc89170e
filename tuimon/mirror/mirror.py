"""The mirror of one training: from its event files to one W&B run, every point exactly once.

Everything that the event files of this launch hold goes to W&B, superseded points included: what a
restarted training wrote twice is part of the record, and W&B's charts show the later value.
"""

import logging
import math
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from tuimon.mirror.ending import exit_code, has_ended
from tuimon.mirror.fragments import Fragments
from tuimon.mirror.journal import Entry, FileEntry, Journal, KeyEntry, Stretch
from tuimon.mirror.keys import GLOBAL_STEP, TIMESTAMP, KeyTable, namespace, step_key
from tuimon.mirror.opening import Opening
from tuimon.mirror.rows import Row, rows_of
from tuimon.mirror.sources import EventSource, SourceFinder
from tuimon.mirror.status import MirrorStatus, one_line
from tuimon.mirror.wandb_run import (
    FINISH_TIMEOUT_OFFLINE,
    FINISH_TIMEOUT_ONLINE,
    WandbRun,
    teardown,
)
from tuimon.runs.paths import RunPaths
from tuimon.runs.registry import read_status

FREE_BYTES = 64 << 20
"""On a disk with less the mirror waits: wandb loses rows on a full one without a word."""

_TICK = 0.1
_LOOK_EVERY = 0.5
_LAST_SEARCH_TIMEOUT = 10.0
_QUIET_SECONDS = 0.5
_LOG_TIMEOUT = 120.0
_GRACE = 30.0

log = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """The mirror was told to end before the training has."""


class IncompleteError(Exception):
    """W&B has not taken everything; the message says what to do. A new mirror may succeed."""


class Mirror:
    """Follows one run to its end.

    `environ` is the environment as it was given; `stop` ends it early; `guard` gives a context
    that limits the time of calls into wandb.
    """

    def __init__(
        self,
        paths: RunPaths,
        environ: Mapping[str, str],
        journal: Journal,
        status: MirrorStatus,
        stop: threading.Event,
        guard: Callable[[str, float], AbstractContextManager[None]],
    ) -> None:
        self._paths = paths
        self._environ = environ
        self._journal = journal
        self._status = status
        self._stop = stop
        self._guard = guard
        self._keys = KeyTable(journal.renamed)
        self._defined: set[str] = set()
        self._plugins: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._sources: dict[str, EventSource] = {}
        self._seen = read_status(paths.directory)
        self._finder = SourceFinder(self._seen.record.started_at)
        self._looked_at = -math.inf
        self._ended_at: float | None = None
        self._fragments: Fragments | None = None
        self._run: WandbRun | None = None

    @property
    def cwd(self) -> str:
        """The training's working directory."""
        return self._seen.record.cwd

    def mirror(self) -> None:
        """Mirror until the training has ended and W&B has everything.

        Raises:
            Interrupted: `stop` was set.
            MirrorOff: W&B is switched off.
            IncompleteError: W&B does not have everything; call again later, in a new process.
            Exception: whatever else wandb raises; the same applies.
        """
        opening = Opening(
            self._seen.record.mirror,
            self._paths,
            self._environ,
            self._journal,
            self._status,
            self._guard,
        )
        self._restore_sources()
        self._status.update(detail="waiting for the first event file")
        while not self._sources:
            if self._look() and self._settled() and not self._sources:
                self._status.update(
                    state="finished", detail="the training wrote no event file: nothing to mirror"
                )
                return
            self._pause()
        self._status.update(detail=None)
        first_row = self._open(opening)
        self._replay(first_row)
        try:
            self._follow()
        except Interrupted:
            self._finish(128 + 15)
            raise
        self._finish(exit_code(self._seen))
        self._verify()
        self._report()
        self._status.update(state="finished")

    # Opening

    def _open(self, opening: Opening) -> int:
        """Open the W&B run; returns the number of the first row that it does not have."""
        while (opened := opening.attempt(self._seen)) is None:
            ended, again_at = has_ended(self._seen), time.monotonic() + opening.delay
            while time.monotonic() < again_at and self._look() == ended:
                self._pause()
        self._run = opened.run
        self._fragments = opened.fragments
        run = opened.run
        fragments = opened.fragments
        self._status.update(
            state="live" if fragments is None else "offline",
            detail=opened.detail,
            url=run.url,
            run_id=opened.run_id,
            project=run.project,
            entity=run.entity,
            directory=str(run.directory),
            sync_command=None if fragments is None else fragments.sync_command,
            rows=self._journal.next_row,
            points=self._journal.points,
        )
        return opened.first_row

    # Finding and restoring event files

    def _look(self) -> bool:
        """Look, twice a second, at the run's records and for new files; True when it has ended."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._seen = read_status(self._paths.directory)
            if self._seen.recorder is not None:
                self._finder.set_sources(self._seen.recorder.logdirs)
            for found in self._finder.find():
                if str(found.path) not in self._sources:
                    self._enter(str(found.path), found.run)
        return has_ended(self._seen)

    def _enter(self, path: str, run: str) -> EventSource:
        """Add an event file, or one that took the place of another, to the journal."""
        prefix = namespace(
            run,
            str(Path(path).parent),
            named_by_user=self._finder.given_by_user(Path(path)),
        )
        entry = FileEntry(id=len(self._journal.files), path=path, run=run, namespace=prefix)
        self._journal.append(entry)
        return self._follow_file(entry)

    def _follow_file(self, entry: FileEntry) -> EventSource:
        source = EventSource(entry, self._plugins[str(Path(entry.path).parent)])
        self._sources[entry.path] = source
        return source

    def _restore_sources(self) -> None:
        for entry in self._journal.files:
            self._follow_file(entry)

    def _replay(self, first_row: int) -> None:
        """Hand over what an earlier life has entered in the journal and W&B does not have."""
        journal = self._journal
        journal.next_row = max(journal.next_row, first_row)
        taken: dict[int, int] = {}
        missing: list[Stretch] = []
        for stretch in journal.earlier:
            if stretch.next_row <= first_row:
                taken[stretch.file] = max(stretch.end, taken.get(stretch.file, 0))
            else:
                missing.append(stretch)
        journal.earlier = []
        for source in list(self._sources.values()):
            if not source.skip_to(taken.get(source.entry.id, 0)):
                self._begin_again(source)
        for stretch in missing:
            self._hand_over_again(stretch, first_row)

    def _hand_over_again(self, stretch: Stretch, first_row: int) -> None:
        entry = self._journal.files[stretch.file]
        source = self._sources[entry.path]
        batches = source.read_again(stretch) if source.entry.id == stretch.file else None
        if batches is None:
            log.warning("%s was replaced: rows from %d cannot be repeated", entry.path, stretch.row)
            if source.entry.id == stretch.file:
                self._begin_again(source)
            return
        rows = list(rows_of(batches))
        if len(rows) != stretch.rows:
            log.warning("%s gave %d rows, had %d", entry.path, len(rows), stretch.rows)
        numbered = ((stretch.row + n, row) for n, row in enumerate(rows[: stretch.rows]))
        self._hand_over(entry, [pair for pair in numbered if pair[0] >= first_row])

    def _begin_again(self, source: EventSource) -> EventSource:
        log.warning("%s is another file now: mirrored from its start", source.entry.path)
        return self._enter(source.entry.path, source.entry.run)

    # Following

    def _follow(self) -> None:
        while not self._look():
            if self._has_room():
                now = time.monotonic()
                for source in list(self._sources.values()):
                    if source.due(now):
                        self._mirror_stretch(source)
            self._report()
            self._pause()
        self._drain()

    def _drain(self) -> None:
        """Read until the recorder has searched for the last time and nothing comes any more."""
        quiet_since = time.monotonic()
        while not self._settled() or time.monotonic() - quiet_since < _QUIET_SECONDS:
            self._look()
            if self._has_room():
                for source in list(self._sources.values()):
                    while self._mirror_stretch(source):
                        quiet_since = time.monotonic()
            else:
                quiet_since = time.monotonic()
            self._report()
            self._pause()

    def _settled(self) -> bool:
        """Whether the recorder's search is over: it writes its record once more after the end."""
        if not has_ended(self._seen):
            return False
        if self._ended_at is None:
            self._ended_at = self._seen.record.ended_at or time.time()
        recorder = self._seen.recorder
        if recorder is not None and recorder.updated_at > self._ended_at:
            return True
        return time.time() - self._ended_at > _LAST_SEARCH_TIMEOUT

    def _mirror_stretch(self, source: EventSource) -> bool:
        """Read the next stretch of a file and hand its rows over; False when there was none."""
        reading = source.read()
        entry = source.entry
        if reading.replaced:
            entry = self._reenter(source)
        rows = list(rows_of(reading.batches))
        if rows:
            first = self._journal.next_row
            stretch = Stretch(
                file=entry.id,
                begin=reading.begin,
                end=reading.end,
                row=first,
                rows=len(rows),
                points=sum(len(row.values) for row in rows),
            )
            self._journal.append(*self._new_keys(entry, rows), stretch)
            self._hand_over(entry, list(enumerate(rows, first)))
        return bool(reading.batches)

    def _reenter(self, source: EventSource) -> FileEntry:
        """A new entry for a source whose file was replaced; it has already begun to read it."""
        log.warning("%s was replaced: mirrored from its start", source.entry.path)
        old = source.entry
        source.entry = FileEntry(
            id=len(self._journal.files), path=old.path, run=old.run, namespace=old.namespace
        )
        self._journal.append(source.entry)
        return source.entry

    def _new_keys(self, entry: FileEntry, rows: Iterable[Row]) -> list[Entry]:
        known = len(self._keys.renamed)
        for row in rows:
            for tag in row.values:
                self._keys.key(entry.namespace, tag)
        renamed = list(self._keys.renamed.items())[known:]
        return [KeyEntry(namespace=prefix, tag=tag, key=key) for (prefix, tag), key in renamed]

    def _hand_over(self, entry: FileEntry, rows: list[tuple[int, Row]]) -> None:
        run = self._run
        assert run is not None
        prefix = entry.namespace
        own_step = step_key(prefix)
        with self._guard("log", _LOG_TIMEOUT):
            for number, row in rows:
                data: dict[str, float] = {}
                for tag, value in row.values.items():
                    key = self._keys.key(prefix, tag)
                    if key not in self._defined:
                        self._defined.add(key)
                        run.define(key, own_step)
                    data[key] = value
                data[GLOBAL_STEP] = data[own_step] = row.step
                if math.isfinite(row.wall_time):
                    data[TIMESTAMP] = row.wall_time
                run.log(data, number)

    def _report(self) -> None:
        self._status.update(rows=self._journal.next_row, points=self._journal.points)

    def _has_room(self) -> bool:
        try:
            disk = os.statvfs(self._paths.directory)
        except OSError:
            return False
        free = disk.f_bavail * disk.f_frsize
        if free < FREE_BYTES:
            self._status.update(
                detail=f"waiting: only {free >> 20} MB free where {self._paths.directory} is"
            )
            return False
        if (self._status.record.detail or "").startswith("waiting: only"):
            self._status.update(detail=None)
        return True

    # Ending

    def _finish(self, code: int) -> None:
        run = self._run
        assert run is not None
        online = self._fragments is None
        limit = FINISH_TIMEOUT_ONLINE if online else FINISH_TIMEOUT_OFFLINE
        try:
            with self._guard("finish", limit + _GRACE):
                run.finish(code)
                # Only then is the file complete: wandb-core writes its last block when it ends.
                teardown()
        except TimeoutError as error:
            raise IncompleteError(
                f"W&B did not take everything in time: {one_line(error)}"
            ) from error

    def _verify(self) -> None:
        """Offline: what is on disk must be all; wandb does not say when it is not."""
        if self._fragments is not None:
            on_disk = self._fragments.next_row(self._first_row())
            if on_disk < self._journal.next_row:
                raise IncompleteError(
                    f"{self._journal.next_row - on_disk} rows are not in the W&B file: disk full?"
                )

    def _first_row(self) -> int:
        run = self._journal.run
        return 0 if run is None else run.first_row

    def _pause(self) -> None:
        if self._stop.wait(_TICK):
            raise Interrupted
