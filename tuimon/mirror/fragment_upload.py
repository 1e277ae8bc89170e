"""Uploading an offline file as `wandb sync` does: wandb-core reads it and sends what it holds.

That is quicker than reading the event files again, and as exact where the file has all: an earlier
life of the mirror came to its end, nothing was written since, and the server does not have the run.
What a kill leaves of it at the server are the first rows, under their numbers, as of an upload by
hand: the mirror goes on behind them.
"""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from tuimon.mirror.arrivals import ArrivalCheck
from tuimon.mirror.context import MirrorContext
from tuimon.mirror.fragment_sync import FragmentSync
from tuimon.mirror.journal import Journal, RunEntry, SentEntry
from tuimon.mirror.journal_home import has_news
from tuimon.mirror.label_sender import LabelSender
from tuimon.mirror.offline_file import Fragments, cut_torn_tail
from tuimon.mirror.owner import NewFile
from tuimon.mirror.run_files import RunFiles
from tuimon.mirror.running_time import RunningTime
from tuimon.mirror.server import NoSuchRunError, RunPlace, Server
from tuimon.mirror.status import one_line
from tuimon.mirror.upload_watch import IncompleteError, UploadWatch
from tuimon.mirror.wandb_client import (
    FINISH_TIMEOUT_ONLINE,
    GRACE,
    INIT_TIMEOUT,
    has_key,
    server,
    teardown,
)
from tuimon.runs.paths import RunPaths

_LOOK_EVERY = 0.2
_FIRST_LOOK = 2.0
"""Seconds; the server may have no run to tell of before."""

log = logging.getLogger(__name__)


class FragmentUpload:
    """The only offline file of a journal, `path`, on its way to a server that lacks the run."""

    def __init__(
        self, context: MirrorContext, journal: Journal, began: RunEntry, path: Path
    ) -> None:
        self._context = context
        self._journal = journal
        self._began = began
        self._path = path
        self._place = RunPlace(began.entity or None, began.project or None, began.run_id)
        self._server: Server | None = None

    def is_possible(self) -> bool:
        """Whether there is a server that takes the key, and has nothing of the run."""
        with self._context.guard("start", INIT_TIMEOUT + GRACE):
            try:
                self._server = server() if has_key() else None
                if self._server is not None:
                    self._server.counts(self._place)
            except NoSuchRunError:
                return True
            except Exception as error:  # it is told by whoever opens the run
                log.info("the offline file is not sent as it is: %s", one_line(error))
        return False

    def upload(self) -> bool:
        """Send it and see that all of it arrives; False when this wandb cannot, or it was stopped.

        Raises:
            IncompleteError: the server does not have everything.
        """
        assert self._server is not None
        journal, status, guard = self._journal, self._context.status, self._context.guard
        # Before anything is there: alerts, which nobody counts, are not to come twice.
        sent = [SentEntry(path=path, amount=amount) for path, amount in journal.sent.items()]
        journal.append(self._began._replace(online=True), *sent)
        try:
            with guard("sync", INIT_TIMEOUT + GRACE):
                sync = FragmentSync(self._path)
        except Exception as error:
            log.warning("wandb does not take an offline file as it is: %s", one_line(error))
            return False
        status.update(state="live", rows=journal.next_row, total=journal.next_row, confirmed=0)
        run_id, directory = self._began.run_id, self._path.parent.resolve()
        fragments = Fragments(directory.parent, run_id)
        files = RunFiles(directory.parent, run_id, directory, sync.ignored_files, offline=True)
        check = ArrivalCheck(self._server, self._place, files, fragments.measured)
        labels = LabelSender(self._context, self._server, self._place)
        watch = UploadWatch(check, status, journal, labels)
        try:
            if not self._wait(sync, watch):
                return False
        finally:
            with guard("teardown", GRACE):
                teardown()
        arrived = watch.has_all(self._seconds())
        fragments.mark_uploaded()
        self._tell(sync, arrived=arrived)
        return True

    def _seconds(self) -> int:
        """For how long the training was running, as the summary has it."""
        seen_at = self._context.subject.seen_at
        assert seen_at is not None
        return int(RunningTime(self._journal.launches).at(seen_at))

    def _wait(self, sync: FragmentSync, watch: UploadWatch) -> bool:
        """Wait until wandb-core says that it is done; False when the mirror is to stop."""
        begun = grown_at = time.monotonic()
        confirmed: int | None = None
        while not sync.is_done(_LOOK_EVERY):
            now = time.monotonic()
            if self._context.stop.is_set():
                return False
            if now - begun > _FIRST_LOOK:
                watch.look()
            if confirmed != (confirmed := self._context.status.record.confirmed):
                grown_at = now
            if now - grown_at > FINISH_TIMEOUT_ONLINE:
                raise IncompleteError("W&B did not take everything in time")
        return True

    def _tell(self, sync: FragmentSync, *, arrived: bool) -> None:
        assert self._server is not None
        place = self._server.whole_place(self._place)
        self._context.status.update(
            state="finished",
            detail=self._context.status.record.detail if not arrived else None,
            url=sync.url(place),
            entity=place.entity,
            project=place.project,
            run_id=place.run_id,
            sync_command=None,
            total=None,
            arrived=arrived,
        )


def whole_fragment(
    context: MirrorContext, home: RunPaths, journal: Journal, files: Iterable[NewFile]
) -> FragmentUpload | None:
    """The upload of the only offline file, where that holds all of a training; `files` are all.

    Media are not for it: their files are removed once the server has them.
    """
    subject, began = context.subject, journal.run
    if not context.was_finished or began is None or began.online or began.first_row:
        return None
    is_simple = home == context.paths and len(journal.launches) == 1 and not journal.left
    has_ended = subject.settled and subject.seen_at is not None and not subject.is_sorting
    has_others = bool(journal.summaries or subject.trials or context.options.log_code)
    if not is_simple or not has_ended or has_others:
        return None
    fragments = Fragments(home.wandb, began.run_id)
    if len(paths := fragments.files()) != 1 or cut_torn_tail(paths[0]):
        return None
    if fragments.next_row(0) != journal.next_row or journal.gone() is not None:
        return None
    if has_news(home, [file.path for file in files]):
        return None
    return FragmentUpload(context, journal, began, paths[0])
