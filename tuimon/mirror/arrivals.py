"""Whether what was handed to wandb has arrived: rows, lines of output, system metrics and files.

wandb says nothing when an upload stops for good (a key that was revoked, a project that was
deleted), nor which files a kill has cost, so the server is asked.
"""

import logging
import threading
import time

from tuimon.mirror.run_files import RunFiles
from tuimon.mirror.server import RunPlace, Server, ServerError, UnansweredError
from tuimon.text import safe

_ASK_EVERY = 10.0
_ASK_AGAIN_AFTER = 3.0
"""Seconds between two questions while something is wrong, or the end is waited for."""

_REST = 4.0
"""Times as long as an answer took, the server is left in peace at least."""

_FEW_ROWS = 200_000
_FEW_FILES = 100
"""That wandb uploads within the time that it gets for its end."""

_STUCK_AFTER = 120.0
"""Seconds without a new row at a server that answers, and rows waiting: uploading has stopped."""

_STUCK_AFTER_REFUSAL = 6.0
"""The same when the server had refused the key, say: wandb does not try again then."""

_LATE = 60.0
"""Seconds that what a server tells may lag behind what it has accepted."""

log = logging.getLogger(__name__)


class ArrivalCheck:
    """What of a run its server has, asked on a thread of its own, now and then."""

    def __init__(self, server: Server, place: RunPlace, files: RunFiles, measured: int = 0) -> None:
        """`measured` are the system metrics that are to be there, beside those to come."""
        self._measured = measured
        self._server = server
        self._place = place
        self._asking: threading.Thread | None = None
        self._ask_at = time.monotonic()
        self._grown_at = time.monotonic()
        self.files = files
        self.rows: int | None = None
        """As the server said last."""
        self.lines: int | None = None
        """Of output; None, too, where the server does not count them."""
        self.system: int | None = None
        """Of system metrics; the same applies."""
        self.code: str | None = None
        """What source files are known by that it has yet to have."""
        self.error: str | None = None
        """Why it did not say, the last time."""
        self.unanswered: str | None = None
        """Why nobody can know whether files have arrived."""
        self.refused = False
        """Whether the server refused something for good, which ends wandb's uploading."""
        self.stuck: str | None = None
        """Why no more rows will arrive; the run must be opened again."""

    def look(self, rows: int, *, soon: bool = False) -> None:
        """Ask if it is time to; so many rows were given to wandb. Never waits."""
        now = time.monotonic()
        if self._asking is not None and self._asking.is_alive():
            return
        if self._asking is not None:
            self._asking = None
            self._judge(rows, now)
        if now >= self._ask_at:
            hurry = soon or self.error is not None or self.refused
            self._ask_at = now + (_ASK_AGAIN_AFTER if hurry else _ASK_EVERY)
            self._asking = threading.Thread(target=self._ask, name="arrivals", daemon=True)
            self._asking.start()

    def missing(self, rows: int, lines: int) -> str | None:
        """After the end: what is wrong when the server does not have everything, else None.

        Waits for a server that lags. What it does not tell of, `unanswered` names.
        """
        if self._asking is not None:
            self._asking.join()
        self._grown_at = time.monotonic()
        pause = 0.2
        while True:
            self._ask(at_end=True)
            lacking = self._lacking(rows, lines)
            if not lacking and self.error is None:
                return None
            if self.error is not None or time.monotonic() - self._grown_at > _LATE:
                break
            time.sleep(pause)
            pause = min(2 * pause, 5.0)
        if self.refused and self.error is not None:
            return self.error
        if self.error is not None:
            return f"what has arrived at W&B cannot be checked: {self.error}"
        return f"{' and '.join(lacking)} have not arrived at W&B"

    def settle_runtime(self, seconds: int) -> str | None:
        """After the end: put right how long the run was running; why that could not be done."""
        try:
            self._server.settle_runtime(self._place, seconds)
        except UnansweredError as error:
            log.warning("the run time in the summary is wandb's: %s", error)
        except ServerError as error:
            return str(error)
        return None

    def waits(self, rows: int) -> bool:
        """Whether more is on its way, and arrives, than wandb is to be given an end with."""
        files, earlier = self.files.on_disk()
        if time.monotonic() - self._grown_at > _STUCK_AFTER:
            return False
        return earlier > 0 or files > _FEW_FILES or rows - (self.rows or 0) > _FEW_ROWS

    def _lacking(self, rows: int, lines: int) -> list[str]:
        lacking = []
        if self.rows is None or self.rows < rows:
            lacking.append(f"{rows - (self.rows or 0)} of {rows} rows")
        if self.lines is not None and self.lines < lines:
            lacking.append(f"{lines - self.lines} of {lines} lines of output")
        if self.system is not None and self.system < self._measured:
            missing = self._measured - self.system
            lacking.append(f"{missing} of {self._measured} system metrics")
        if self.files.left:
            lacking.append(f"{self.files.left} files ({safe(self.files.example)})")
        if self.code is not None and self.unanswered is None:
            lacking.append("the source files")
        return lacking

    def _ask(self, *, at_end: bool = False) -> None:
        begun = time.monotonic()
        before = self._progress
        try:
            counts = self._server.counts(self._place)
            self.rows, self.lines, self.system = counts
            self._ask_for_files(at_end=at_end)
            self.error = None
        except ServerError as error:
            self.error = str(error)
            self.refused |= error.final
        now = time.monotonic()
        if self._progress != before:
            self._grown_at = now
        self._ask_at = max(self._ask_at, now + _REST * (now - begun))

    @property
    def _progress(self) -> tuple[int | None, ...]:
        return self.rows, self.lines, self.system, self.files.left

    def _ask_for_files(self, *, at_end: bool) -> None:
        if self.lines is None:
            self.unanswered = "W&B does not count lines of output"
            return
        if self.system is None and self._measured:
            self.unanswered = "W&B does not count system metrics"
            return
        try:
            self.files.ask(lambda names: self._server.files(self._place, names), at_end=at_end)
            if self.code is not None and self.code in self._server.artifacts(self._place):
                self.code = None
            self.unanswered = None
        except UnansweredError as error:
            self.unanswered = str(error)

    def _judge(self, rows: int, now: float) -> None:
        if self.error is not None:
            return
        waiting = rows - (self.rows or 0)
        patience = _STUCK_AFTER_REFUSAL if self.refused else _STUCK_AFTER
        if waiting <= 0:
            self._grown_at, self.refused = now, False
        elif now - self._grown_at > patience:
            self.stuck = f"W&B takes nothing any more, {waiting} rows wait: trying again"
