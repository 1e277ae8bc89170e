"""Telling somebody elsewhere: a command of the user's, or URLs of services, for each event."""

import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tuimon.masking.mask import Mask
from tuimon.notice_urls import are_urls
from tuimon.runs.alerts import Alert

_TIMEOUT = 60.0
_LAST_SECONDS = 120.0
_GATHER_SECONDS = 1.0
"""What comes within it and is of one kind is one event: a NaN is soon in every metric."""
_SENDER = (sys.executable, "-m", "tuimon.recorder.url_sender")

log = logging.getLogger(__name__)


class EventNotice(NamedTuple):
    """An event, and the course of what it is about, as one line."""

    alert: Alert
    curve: str = ""


class Notifier:
    """Tells of events: one after the other, in order, by ``sh -c COMMAND`` or to URLs.

    The command's variables: ``TUIMON_TITLE``, ``TUIMON_TEXT``, ``TUIMON_LEVEL`` (INFO, WARN or
    ERROR), ``TUIMON_LINES`` (the last lines of the output), ``TUIMON_CURVE`` (what it is about, as
    one line) and what `about` holds. What the command prints goes to tuimon.log; what takes longer
    than a minute is killed.
    """

    def __init__(
        self,
        target: str | None,
        about: Mapping[str, str],
        mask: Mask,
        lines: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        """What is secret by `mask` is not told; `lines` are the last ones of the output."""
        self._target = target
        self._about = dict(about)
        self._mask = mask
        self._lines = lines
        self._untold: queue.SimpleQueue[EventNotice | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def tell(self, notice: EventNotice) -> None:
        """Have it told, if anybody wants that, without waiting for it."""
        if self._target is None:
            return
        self._untold.put(notice)
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(self._target,), name="notify", daemon=True
            )
            self._thread.start()

    def finish(self) -> None:
        """Wait until all is told, for two minutes at most."""
        if self._thread is not None:
            self._untold.put(None)
            self._thread.join(_LAST_SECONDS)

    def _work(self, target: str) -> None:
        event: list[EventNotice] = []
        while True:
            try:
                notice = self._untold.get(timeout=_GATHER_SECONDS if event else None)
            except queue.Empty:
                self._tell_event(target, event)
                event = []
                continue
            if event and (notice is None or _kind(notice) != _kind(event[0])):
                self._tell_event(target, event)
                event = []
            if notice is None:
                return
            event.append(notice)

    def _tell_event(self, target: str, event: Sequence[EventNotice]) -> None:
        told = self._variables(_as_one(event))
        if are_urls(target):
            _run(_SENDER, os.environ, json.dumps({"urls": target, **told}).encode())
        else:
            _run(("sh", "-c", target), {**os.environ, **told})

    def _variables(self, notice: EventNotice) -> dict[str, str]:
        told = {
            "TUIMON_TITLE": notice.alert.title,
            "TUIMON_TEXT": notice.alert.text,
            "TUIMON_LEVEL": str(notice.alert.level),
            "TUIMON_CURVE": notice.curve,
            "TUIMON_LINES": "\n".join(self._lines()),
        }
        masked = {name: self._mask.text(text.replace("\0", "")) for name, text in told.items()}
        return {**self._about, **masked}


def _kind(notice: EventNotice) -> str:
    """What keys of alerts have before the metric that they are about."""
    return notice.alert.key.partition(":")[0]


def _as_one(event: Sequence[EventNotice]) -> EventNotice:
    first = event[0]
    if len(event) == 1:
        return first
    others = "\n".join(f"{one.alert.title}: {one.alert.text}" for one in event[1:])
    title = f"{first.alert.title}, and {len(event) - 1} more"
    alert = replace(first.alert, title=title, text=f"{first.alert.text}\n{others}")
    return first._replace(alert=alert)


def _run(
    command: Sequence[str], environment: Mapping[str, str], given: bytes | None = None
) -> None:
    """What fails is told without what it was given, which may be secret."""
    try:
        subprocess.run(command, env=environment, input=given or b"", timeout=_TIMEOUT, check=True)
    except subprocess.TimeoutExpired:
        log.warning("a notice timed out after %d s", _TIMEOUT)
    except subprocess.CalledProcessError as error:
        log.warning("a notice failed with exit code %d", error.returncode)
    except (OSError, ValueError) as error:
        log.warning("no notice: %s", type(error).__name__)
