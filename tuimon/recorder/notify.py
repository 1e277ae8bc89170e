"""Telling somebody elsewhere: a command of the user's for each alert."""

import logging
import os
import queue
import subprocess
import threading
from collections.abc import Mapping

from tuimon.masking.mask import Mask
from tuimon.runs.alerts import Alert

_TIMEOUT = 60.0
_LAST_SECONDS = 120.0

log = logging.getLogger(__name__)


class Notifier:
    """Runs ``sh -c COMMAND`` with the alert in its environment: one after the other, in order.

    Variables: ``TUIMON_TITLE``, ``TUIMON_TEXT``, ``TUIMON_LEVEL`` (INFO, WARN or ERROR) and what
    `about` holds. What the command prints goes to tuimon.log; one that takes longer than a minute
    is killed.
    """

    def __init__(self, command: str | None, about: Mapping[str, str], mask: Mask) -> None:
        """What is secret by `mask` is not told."""
        self._command = command
        self._about = dict(about)
        self._mask = mask
        self._untold: queue.SimpleQueue[Alert | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def tell(self, alert: Alert) -> None:
        """Have the command run, if there is one, without waiting for it."""
        if self._command is None:
            return
        self._untold.put(alert)
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(self._command,), name="notify", daemon=True
            )
            self._thread.start()

    def finish(self) -> None:
        """Wait until all is told, for two minutes at most."""
        if self._thread is not None:
            self._untold.put(None)
            self._thread.join(_LAST_SECONDS)

    def _work(self, command: str) -> None:
        while (alert := self._untold.get()) is not None:
            environment = {
                **os.environ,
                **self._about,
                "TUIMON_TITLE": self._mask.text(alert.title.replace("\0", "")),
                "TUIMON_TEXT": self._mask.text(alert.text.replace("\0", "")),
                "TUIMON_LEVEL": str(alert.level),
            }
            _run(command, environment)


def _run(command: str, environment: Mapping[str, str]) -> None:
    try:
        subprocess.run(
            ["sh", "-c", command],
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("%s", error)
