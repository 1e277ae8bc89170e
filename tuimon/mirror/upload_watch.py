"""Telling how much of an open run its server has, to the end: nothing is called uploaded before."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tuimon.mirror.arrivals import ArrivalCheck
from tuimon.mirror.journal import CodeEntry, Journal
from tuimon.mirror.label_sender import LabelSender
from tuimon.mirror.status import MirrorStatus

_TELL_EVERY = 0.5
log = logging.getLogger(__name__)


class IncompleteError(Exception):
    """W&B has not taken everything; the message says what to do. A new mirror may succeed."""


class UploadWatch:
    """Compares what the journal says was handed over with what the server has."""

    def __init__(
        self,
        check: ArrivalCheck,
        status: MirrorStatus,
        journal: Journal,
        labels: LabelSender | None,
    ) -> None:
        """`labels` are looked after on the way."""
        self._check = check
        self._labels = labels
        self._status = status
        self._journal = journal
        self._said: str | None = None
        self._code: CodeEntry | None = None

    def expect_code(self, digest: str, entry: CodeEntry) -> None:
        """Source files were handed over; enter that in the journal when they have arrived."""
        self._check.code, self._code = digest, entry

    def look(self, *, soon: bool = False) -> list[str]:
        """Tell what has arrived; returns the names of files that have to be uploaded again.

        Raises:
            IncompleteError: the server takes no more.
        """
        check = self._check
        check.look(self._journal.next_row, soon=soon)
        self._enter_code()
        if self._labels is not None:
            self._labels.look()
        if check.stuck is not None:
            raise IncompleteError(check.stuck)
        self._tell()
        if check.error is not None:
            self._said = f"{check.error}; nothing is lost"
            self._status.update(detail=self._said)
        elif self._said is not None:
            self._said = None
            self._status.update(detail=None)
        lost = check.files.take_over()
        if lost:
            log.info("%d files of an earlier life are sent again", len(lost))
        return lost

    def waits(self) -> bool:
        """Whether wandb has too much to upload, and does, to be told to end.

        Its end has a limit, and what is left then is left.
        """
        rows = self._journal.next_row
        self._status.update(total=rows)
        return self._check.waits(rows)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Go on telling while the thread that enters this waits for wandb."""
        done = threading.Event()

        def tell() -> None:
            while not done.wait(_TELL_EVERY):
                self._check.look(self._journal.next_row, soon=True)
                self._tell()

        teller = threading.Thread(target=tell, name="upload", daemon=True)
        teller.start()
        try:
            yield
        finally:
            done.set()
            teller.join()

    def has_all(self, seconds: int | None) -> bool:
        """Whether everything is at the server, once the run is closed; False where nobody knows.

        `seconds` is for how long the training was running.

        Raises:
            IncompleteError: something is missing there.
        """
        missing = self._check.missing(self._journal.next_row, self._journal.lines.next)
        self._tell()
        self._enter_code()
        if missing is None and seconds is not None:
            missing = self._check.settle_runtime(seconds)
        if missing is None and self._labels is not None:
            missing = self._labels.settle()
        if missing is not None:
            raise IncompleteError(missing)
        unanswered = self._check.unanswered
        if unanswered is not None:
            detail = f"whether all files are there cannot be checked: {unanswered}"
            self._status.update(detail=detail)
        return unanswered is None

    def _enter_code(self) -> None:
        if self._code is not None and self._check.code is None:
            self._journal.append(self._code)
            self._code = None

    def _tell(self) -> None:
        files = self._check.files
        self._status.update(confirmed=self._check.rows, files=files.left, files_since=files.since)
