"""The mirror: from event files to one W&B run, every point exactly once.

Everything that the event files of a training hold goes to W&B, superseded points included: what a
restarted training wrote twice is part of the record. Nothing is taken back of W&B's history (only
its cloud could); there, too, the points that were written last come last.

A mirror waits while its disk has no room.
"""

import logging
import math
import time
from contextlib import nullcontext
from pathlib import Path

from tuimon.events.points import EventBatch
from tuimon.mirror.attachments import attach_event_files, attach_requirements
from tuimon.mirror.context import MirrorContext, MirrorInterrupt, OnlineRestart
from tuimon.mirror.event_files import JournalFiles
from tuimon.mirror.event_source import EventSource
from tuimon.mirror.handover import Handover
from tuimon.mirror.journal import CodeEntry, FileEntry, Journal, StretchEntry
from tuimon.mirror.lines import AlertFeed, ConsoleFeeds, paths_of_lines
from tuimon.mirror.log_copies import stands_for
from tuimon.mirror.namespaces import Namespaces
from tuimon.mirror.offline_file import Fragments
from tuimon.mirror.opening import OpenRun, RunOpener
from tuimon.mirror.owner import NewFile
from tuimon.mirror.room import has_room
from tuimon.mirror.rows import StepRow, rows_of
from tuimon.mirror.running_time import RunningTime, enter_launches
from tuimon.mirror.status import one_line
from tuimon.mirror.stop_button import StopButton
from tuimon.mirror.upload_watch import IncompleteError, UploadWatch
from tuimon.mirror.wandb_client import (
    FINISH_TIMEOUT_OFFLINE,
    FINISH_TIMEOUT_ONLINE,
    GRACE,
    teardown,
)
from tuimon.mirror.wandb_run import WandbRun
from tuimon.runs.paths import RunPaths
from tuimon.runs.secrecy import mask_of

_TICK = 0.1
_LOOK_EVERY = 0.5
_QUIET_SECONDS = 0.5
_LOG_TIMEOUT = 120.0
_PROBLEMS_EVERY = 10.0
log = logging.getLogger(__name__)


class Mirror:
    """Follows one subject to its end.

    `home` holds journal and offline files; `wants_online` has an offline run opened online if that
    can be.
    """

    def __init__(
        self, context: MirrorContext, home: RunPaths, journal: Journal, *, wants_online: bool
    ) -> None:
        self._context = context
        self._subject = context.subject
        self._status = context.status
        self._guard = context.guard
        self._home = home
        self._journal = journal
        self._wants_online = wants_online
        self._handover = Handover(journal.renamed, mask_of(context.subject.record).text)
        names = _names(context, journal)
        self._files = JournalFiles(journal, home, context.paths, names, self._observe)
        self._looked_at = -math.inf
        self._fragments: Fragments | None = None
        self._run: WandbRun | None = None
        self._watch: UploadWatch | None = None
        self._button: StopButton | None = None
        self._consoles = ConsoleFeeds([], journal, None)
        self._alerts: list[AlertFeed] = []
        self._left_out: list[str] = []
        self._packages_sent = self._source_sent = False
        self._next_problems = 0.0

    def mirror(self, first: list[NewFile]) -> None:
        """Mirror until the subject has ended and W&B has everything; `first` files are known.

        Raises:
            MirrorInterrupt: it was told to stop.
            OnlineRestart: the run was closed, to be opened online.
            IncompleteError: W&B does not have everything; call again later, in a new process.
            Exception: whatever else wandb raises; the same applies.
        """
        opening = RunOpener(
            self._context, self._home, self._journal, wants_online=self._wants_online
        )
        self._add(first)
        journal = self._journal
        ours = [one for one in journal.files if one.id not in journal.left]
        self._subject.begin(NewFile(one.path, one.run) for one in ours)
        enter_launches(journal, dict.fromkeys((self._home, self._context.paths)))
        opened = self._open(opening)
        try:
            self._replay(opened.first_row)
            if opened.metrics and not self._subject.ended:
                raise OnlineRestart  # with wandb measuring
            self._follow()
            self._hand_over_end()
            self._wait_for_most()
        except MirrorInterrupt:
            self._finish(self._subject.stopped_code)
            raise
        except OnlineRestart:
            self._finish(0)
            raise
        self._finish(self._subject.exit_code)
        arrived = self._has_arrived()
        if (missing := self._subject.incomplete(online=self._fragments is None)) is not None:
            raise IncompleteError(missing)
        self._report(at_end=True)
        arrived = arrived and self._subject.others_have_arrived
        self._status.update(state="finished", total=None, arrived=arrived)

    def _observe(self, entry: FileEntry, batch: EventBatch) -> None:
        self._subject.observe(entry.path, batch)
        is_ours = entry.id not in self._journal.left and self._subject.keeps(entry.path)
        self._handover.observe(entry, batch, is_ours=is_ours)

    # Opening

    def _open(self, opening: RunOpener) -> OpenRun:
        self._look()  # it may have ended while the home was waited for: nothing is measured then
        while (opened := opening.attempt()) is None:
            ended, again_at = self._subject.ended, time.monotonic() + opening.delay
            while time.monotonic() < again_at and self._look() == ended:
                self._pause()
        run = self._run = opened.run
        self._fragments, self._button = opened.fragments, opened.button
        if opened.arrivals is not None:
            self._watch = UploadWatch(opened.arrivals, self._status, self._journal, opened.labels)
        running = RunningTime(self._journal.launches)
        self._handover.open(run, running, opened.first_row)
        if opened.metrics:
            with self._guard("log", _LOG_TIMEOUT):
                run.write_system_metrics(opened.metrics, running.origin)
        # Only now the journal knows how much of them this W&B run has.
        journal, subject = self._journal, self._subject
        told = [one.path for one in journal.lines.stretches]
        consoles = paths_of_lines(subject.console, told, journal)
        self._consoles = ConsoleFeeds(consoles, journal, opened.first_line)
        self._send_code()
        alerts = paths_of_lines(subject.alerts, [], journal)
        self._alerts = [AlertFeed(path, journal) for path in alerts]
        online = opened.fragments is None
        self._status.update(
            state="live" if online else "offline",
            detail=opened.detail,
            url=run.url,
            run_id=opened.run_id,
            project=run.project,
            entity=run.entity,
            directory=str(run.directory),
            sync_command=None if online else self._subject.upload_command,
            rows=self._journal.next_row,
            points=self._journal.points,
            confirmed=opened.first_row if online else None,
            files=None,
            arrived=False,
            total=None,
        )
        return opened

    @property
    def _open_run(self) -> WandbRun:
        assert self._run is not None
        return self._run

    def _look(self) -> bool:
        """Look, twice a second, at the subject and for new files; True when it has ended."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._add(self._subject.look())
            self._files.let_go(self._subject.keeps)
        return self._subject.ended

    def _add(self, found: list[NewFile]) -> None:
        subject = self._subject
        self._files.add(found, ended=subject.ended, waits=subject.is_sorting)

    def _replay(self, first_row: int) -> None:
        """Hand over what an earlier life has entered in the journal and W&B does not have."""
        journal = self._journal
        journal.next_row = max(journal.next_row, first_row)
        for entry, stretch, rows in self._files.replay(first_row):
            self._hand_over(entry, rows)
            self._status.update(rows=stretch.next_row, total=journal.next_row)
            self._look_at_server()
            if self._context.stop.is_set():
                raise MirrorInterrupt
        total = journal.next_row if self._subject.ended else None
        self._status.update(rows=journal.next_row, total=total)

    def _send_code(self) -> None:
        """Once for a W&B run: the source tree, if the user wants that."""
        directory = self._context.options.log_code
        if directory is not None and directory not in self._journal.code:
            with self._guard("log_code", _LOG_TIMEOUT):
                self._left_out += self._open_run.log_code(directory)
            digest, entry = self._open_run.code_digest, CodeEntry(directory=directory)
            if self._watch is None or digest is None:
                self._journal.append(entry)
            else:
                self._watch.expect_code(digest, entry)

    def _send_files(self) -> None:
        """Each once: the packages, and script and changes when the recorder has put them aside."""
        run, paths = self._open_run, self._context.paths
        save_code = self._context.options.save_code
        with self._guard("save", _LOG_TIMEOUT):
            if not self._packages_sent:
                attach_requirements(run, paths, self._subject.record.command)
                self._packages_sent = True
            if save_code and not self._source_sent and paths.source.exists():
                self._source_sent = True
                self._left_out += run.send_source(paths.source)

    def _attach_event_files(self) -> None:
        if self._context.options.save_events:
            with self._guard("save", _LOG_TIMEOUT):
                attach_event_files(self._open_run, self._journal.files)

    # Following

    def _follow(self) -> None:
        while not self._look():
            if has_room(self._home.directory, self._status):
                self._send_files()
                now = time.monotonic()
                for source in filter(self._files.reads, self._files):
                    if source.due(now):
                        self._mirror_stretch(source)
            self._send_rest()
            if self._fragments is not None and self._context.uploads.goes_online():
                raise OnlineRestart
            self._pause()
        self._drain()

    def _drain(self) -> None:
        """Read until the recorder has searched for the last time and nothing comes any more."""
        self._open_run.stop_measuring()
        quiet_since = time.monotonic()
        if (ended_at := self._subject.seen_at) is not None:
            quiet_since -= max(time.time() - ended_at, 0.0)  # nothing was written for so long
        while True:
            self._look()
            if has_room(self._home.directory, self._status):
                self._send_files()
                for source in filter(self._files.reads, self._files):
                    while self._mirror_stretch(source):
                        quiet_since = time.monotonic()
                        self._report()
            else:
                quiet_since = time.monotonic()
            self._send_rest()
            # Asked last: however long this process was not running, it has read once.
            if self._subject.settled and time.monotonic() - quiet_since >= _QUIET_SECONDS:
                return
            self._pause()

    def _mirror_stretch(self, source: EventSource) -> bool:
        """Read the next stretch of a file and hand its rows over; False when there was none."""
        if not self._subject.keeps(source.entry.path):
            return False
        reading = source.read()
        entry = source.entry
        if reading.replaced:
            entry = self._files.reenter(source)
        rows = list(rows_of(reading.batches))
        if rows or reading.gaps:
            first = self._journal.next_row
            stretch = StretchEntry(
                file=entry.id,
                begin=reading.begin,
                end=reading.end,
                row=first,
                rows=len(rows),
                points=sum(len(row.values) for row in rows),
                summaries=sum(len(row.refs) for row in rows),
                gaps=reading.gaps,
                late=reading.late,
                seam=reading.mark[1:] if reading.mark else (),
                head=reading.head[1:] if reading.head else (),
            )
            self._journal.append(*self._handover.new_keys(), stretch)
            if reading.head is not None:
                self._files.note_head(entry, reading.head)
            self._hand_over(entry, list(enumerate(rows, first)))
        return bool(reading.batches)

    def _hand_over(self, entry: FileEntry, rows: list[tuple[int, StepRow]]) -> None:
        with self._guard("log", _LOG_TIMEOUT):
            self._handover.rows(entry, rows)

    def _send_rest(self) -> None:
        """What is no points, and how far things are."""
        run = self._open_run
        if self._fragments is not None and (group := self._context.options.group) is not None:
            run.set_group(group)
        with self._guard("log", _LOG_TIMEOUT):
            self._handover.whole(self._subject.seen_at)
            self._consoles.send(run)
            for alerts in self._alerts:
                alerts.send(run)
        self._look_at_server()
        if self._button is not None and (told := self._button.look()):
            self._status.update(detail=told)
        self._report()

    def _look_at_server(self, *, soon: bool = False) -> None:
        if self._watch is not None and (lost := self._watch.look(soon=soon)):
            with self._guard("save", _LOG_TIMEOUT):
                self._open_run.upload(lost)

    def _report(self, *, at_end: bool = False) -> None:
        if at_end or time.monotonic() >= self._next_problems:
            self._next_problems = time.monotonic() + _PROBLEMS_EVERY
            problems = self._files.problems(self._subject.unreadable, at_end=at_end)
            self._status.update(problems=problems)
        self._status.update(
            rows=self._journal.next_row,
            points=self._journal.points,
            summaries=self._journal.summaries,
            bytes=self._journal.bytes,
            refused=self._handover.refused,
            masked=self._open_run.masked,
            left_out=tuple(self._left_out),
            trials=self._subject.trials,
        )

    # Ending

    def _hand_over_end(self) -> None:
        self._consoles.finish(self._open_run)
        for alerts in self._alerts:
            alerts.send(self._open_run)
        self._handover.ending(self._subject.record, self._subject.git)
        self._attach_event_files()
        if self._fragments is not None and self._context.uploads.goes_online(last=True):
            raise OnlineRestart

    def _wait_for_most(self) -> None:
        while self._watch is not None and self._watch.waits():
            self._look_at_server(soon=True)
            self._pause()

    def _finish(self, code: int) -> None:
        online = self._fragments is None
        limit = FINISH_TIMEOUT_ONLINE if online else FINISH_TIMEOUT_OFFLINE
        try:
            telling = nullcontext() if self._watch is None else self._watch.telling()
            with self._guard("finish", limit + GRACE), telling:
                self._handover.whole(self._subject.seen_at, at_end=True)
                self._open_run.finish(code)
                # Only then is the file complete: wandb-core writes its last block when it ends.
                teardown()
        except TimeoutError as error:
            raise IncompleteError(
                f"W&B did not take everything in time: {one_line(error)}"
            ) from error

    def _has_arrived(self) -> bool:
        """Whether everything is known to be at the server; what W&B has must be all.

        Raises:
            IncompleteError: something is missing there, or in the offline file.
        """
        if self._fragments is None:
            seconds = self._handover.runtime(self._subject.seen_at)
            return self._watch is not None and self._watch.has_all(seconds)
        run = self._journal.run
        on_disk = self._fragments.next_row(0 if run is None else run.first_row)
        if on_disk < self._journal.next_row:
            raise IncompleteError(
                f"{self._journal.next_row - on_disk} rows are not in the W&B file: disk full?"
            )
        return False

    def _pause(self) -> None:
        if self._context.stop.wait(_TICK):
            raise MirrorInterrupt


def _names(context: MirrorContext, journal: Journal) -> Namespaces:
    """Names for the directories of this launch, beside those that the journal has."""
    known = {stands_for(str(Path(entry.path).parent)): entry.namespace for entry in journal.files}
    record = context.subject.record
    own = str(context.paths.directory)
    return Namespaces(known, logdir=record.logdir, cwd=record.cwd, own=own)
