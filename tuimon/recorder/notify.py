"""Telling somebody elsewhere: a command of the user's for each alert."""

import logging
import os
import subprocess
import threading
from collections.abc import Mapping

from tuimon.runs.alerts import Alert

_TIMEOUT = 60.0

log = logging.getLogger(__name__)


class Notifier:
    """Runs ``sh -c COMMAND`` with the alert in its environment.

    Variables: ``TUIMON_TITLE``, ``TUIMON_TEXT``, ``TUIMON_LEVEL`` (INFO, WARN or ERROR) and what
    `about` holds. What the command prints goes to tuimon.log; one that takes longer than a minute
    is killed.
    """

    def __init__(self, command: str | None, about: Mapping[str, str]) -> None:
        self._command = command
        self._about = dict(about)
        self._threads: list[threading.Thread] = []

    def tell(self, alert: Alert) -> None:
        """Run the command, if there is one, without waiting for it."""
        if self._command is None:
            return
        environment = {
            **os.environ,
            **self._about,
            "TUIMON_TITLE": alert.title.replace("\0", ""),
            "TUIMON_TEXT": alert.text.replace("\0", ""),
            "TUIMON_LEVEL": str(alert.level),
        }
        thread = threading.Thread(
            target=_run, args=(self._command, environment), name="notify", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """Wait for commands that still run, for as long as they may."""
        for thread in self._threads:
            thread.join(_TIMEOUT + 1)


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
