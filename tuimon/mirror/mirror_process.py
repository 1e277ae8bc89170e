"""Keeping the mirror process running, and everybody else safe from it."""

import logging
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

from tuimon.mirror.forked_mirror import ForkedMirror
from tuimon.mirror.leftovers import MIRROR_VARIABLE, clear_away, kill_leftovers
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import ask_to_end
from tuimon.runs.record import TRYING_AGAIN, MirrorRecord, RecordError, read_record, write_record

_FIRST_DELAY = 1.0
_LONGEST_DELAY = 60.0
_UNUSABLE_DELAY = 600.0
EXIT_UNUSABLE = 78
"""Exit code of a mirror: wandb itself does not work here (EX_CONFIG)."""
_ATTEMPTS_AFTER_END = 3
_STEADY_SECONDS = 120.0
_ASK_GRACE = 10.0

log = logging.getLogger(__name__)


class MirrorProcess:
    """Starts the mirror of a run, and again, with growing delays, while it fails.

    All times are those of `time.monotonic`. `done` is True when it has ended well, or is not
    started any more.
    """

    def __init__(
        self, paths: RunPaths, environ: Mapping[str, str] | None = None, *, forks: bool = False
    ) -> None:
        """`environ` is that of the mirror; None is this process's own.

        With `forks` it begins with what this process, which has one thread, has imported.
        """
        self._paths = paths
        self._environ = environ
        self._forks = forks
        self._process: subprocess.Popen[bytes] | ForkedMirror | None = None
        self._start_at = -math.inf
        self._started_at = -math.inf
        self._delay = _FIRST_DELAY
        self._attempts_left: float = math.inf
        self.done = False

    def tick(self, now: float) -> None:
        """Start the process if it is time to, and notice its end."""
        if self.done:
            return
        if self._process is None:
            if now >= self._start_at:
                self._start(now)
        elif (code := self._process.poll()) is not None:
            self._process = None
            self._ended(code, now)

    def training_ended(self, now: float) -> None:
        """Few attempts from now on, the first of them at once."""
        self._attempts_left = _ATTEMPTS_AFTER_END
        self._delay = _FIRST_DELAY
        self._start_at = min(self._start_at, now)

    def pause(self, seconds: float) -> None:
        """Wait so long, or until the process ends."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        elif not self.done:
            time.sleep(seconds)

    def stop(self) -> None:
        """End the process: tidily if it can within ten seconds."""
        if self._process is not None and self._process.poll() is None:
            ask_to_end(self._process.pid)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ASK_GRACE)
        clear_away(self._paths.directory)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None
        self.done = True

    def _start(self, now: float) -> None:
        kill_leftovers(self._paths.directory)
        self._started_at = now
        self._attempts_left -= 1
        environment = dict(self._environ or os.environ) | {
            MIRROR_VARIABLE: str(self._paths.directory),
            # The working directory may hold anything, a logging.py for example.
            "PYTHONSAFEPATH": "1",
            # numpy, which wandb imports, would begin a thread for each core.
            "OPENBLAS_NUM_THREADS": "1",
        }
        try:
            # Not to the standard error of whoever started it: that may be a terminal.
            with open(self._paths.log, "ab", opener=_private) as said:
                if self._forks:
                    self._process = ForkedMirror(self._paths.directory, environment, said.fileno())
                    return
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tuimon.mirror", str(self._paths.directory)],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    cwd=self._paths.directory,
                    env=environment,
                    start_new_session=True,
                )
        except OSError as error:
            self._report(f"the mirror cannot be started: {error}")
            self._retry(now, _LONGEST_DELAY)

    def _ended(self, code: int, now: float) -> None:
        if code == 0:
            self.done = True
            return
        log.info("the mirror ended with code %d after %.0f s", code, now - self._started_at)
        if code < 0:
            self._report(f"the mirror was killed by {signal.Signals(-code).name}{TRYING_AGAIN}")
        else:
            self._report(f"the mirror ended with code {code}{TRYING_AGAIN}", unless_said=True)
        unusable = code == EXIT_UNUSABLE
        self._retry(now, _UNUSABLE_DELAY if unusable else 0.0)

    def _retry(self, now: float, least_delay: float) -> None:
        if self._attempts_left <= 0:
            clear_away(self._paths.directory)
            self._give_up()
            return
        if now - self._started_at > _STEADY_SECONDS:
            self._delay = _FIRST_DELAY
        self._start_at = now + max(self._delay, least_delay)
        self._delay = min(2 * self._delay, _LONGEST_DELAY)

    def _give_up(self) -> None:
        self.done = True
        with suppress(OSError, RecordError):
            record = read_record(MirrorRecord, self._paths.mirror_json)
            if record is not None and record.detail and record.detail.endswith(TRYING_AGAIN):
                self._report(record.detail.removesuffix(TRYING_AGAIN))

    def _report(self, detail: str, *, unless_said: bool = False) -> None:
        """Write ``mirror.json`` in place of a mirror that is dead; a failure is just logged."""
        try:
            record = read_record(MirrorRecord, self._paths.mirror_json) or MirrorRecord()
            if unless_said and record.state == "failed":
                return
            record = record._replace(state="failed", detail=detail, updated_at=time.time())
            write_record(self._paths.mirror_json, record)
        except (OSError, RecordError) as error:
            log.warning("mirror.json cannot be written: %s", error)


def _private(path: str, flags: int) -> int:
    """Open a file that, if it is new, only its owner can read."""
    return os.open(path, flags, 0o600)
