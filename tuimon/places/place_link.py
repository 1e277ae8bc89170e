"""From the side of whoever reads a copy: the process that keeps it, and how it stands."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tuimon.places.cache_room import prepared
from tuimon.places.object_files import lacking_package
from tuimon.places.place_state import WANTED, PlaceState, read_state
from tuimon.places.remote_place import PlaceError, RemotePlace, place_of, state_of
from tuimon.places.sftp_files import last_words
from tuimon.places.ssh_login import UnreachableError, login
from tuimon.runs.sources import PLACE, LogSource
from tuimon.text import safe

_LOOK_EVERY = 0.02
_PATIENCE = 10.0
"""Seconds until a screen opens though nothing has come yet."""
_TOLD_AFTER = 2.0
_LOST_PATIENCE = 20.0
"""Seconds for which a command that prints once waits for a link that is lost."""


class PlaceLink:
    """A copy that a process keeps, until `close` or the end of this process."""

    def __init__(self, place: RemotePlace, *, patient: bool = False) -> None:
        """Connect, which may ask at the terminal, and start to copy.

        A `patient` one goes on to try where there is a copy of a place that cannot be reached.

        Raises:
            PlaceError: it cannot be.
        """
        if lacking := lacking_package(place.scheme):
            raise PlaceError(f"{safe(place.text)}: pip install '{lacking}' reads such places")
        self.place = place
        self._state_path = state_of(place.copy)
        self._start()
        try:
            self.unreached = self._log_in(patient)
            """Why there is no link yet; empty when there is."""
            self._began = time.time()
            self._begin()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        """Start the process, which waits for `_begin`: that takes as long as to log in."""
        try:
            with (prepared(self.place.directory) / "log").open("wb") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "tuimon.places", json.dumps(self.place)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    start_new_session=True,
                    bufsize=0,
                )
        except OSError as error:
            raise PlaceError(f"{self.place.directory}: {error.strerror}") from None

    def _log_in(self, patient: bool) -> str:
        try:
            if self.place.scheme == "sftp":
                login(self.place)
        except UnreachableError as error:
            if not (patient and self.place.copy.exists()):
                raise
            return str(error)
        return ""

    def _begin(self) -> None:
        """Let it look at everything."""
        assert self._process.stdin is not None
        wanted = self.place.directory / WANTED
        try:
            wanted.touch(mode=0o600)
            os.utime(wanted, (self._began, self._began))
            self._process.stdin.write(b"\n")
        except OSError as error:
            raise PlaceError(f"{self.place.directory}: {error.strerror}") from None

    def __enter__(self) -> "PlaceLink":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def source(self) -> LogSource:
        """The copy, as what a session watches."""
        return LogSource(path=str(self.place.copy), found_by=PLACE, label=self.place.text)

    def close(self) -> None:
        """Keep the copy no longer."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()

    def await_first(self) -> None:
        """Until the place was looked at, as long as one waits for a screen.

        Raises:
            PlaceError: it cannot be looked at, and there is no copy of it.
        """
        state = self._state_within(_PATIENCE)
        if state is not None and state.link != "up" and not self.place.copy.exists():
            raise PlaceError(state.detail)

    def await_whole(self, told: Callable[[int], None] | None = None) -> PlaceState:
        """Until all that is there now is here, however long it takes.

        After two seconds the number of bytes that are to come is `told`.

        Raises:
            PlaceError: it cannot be had.
        """
        began = lost_at = time.monotonic()
        while True:
            state = self._state_within(_PATIENCE)
            now = time.monotonic()
            if state is None or state.link == "up":
                lost_at = now
            if state is not None:
                if state.link == "up" and state.whole_at >= self._began:
                    return state
                if told is not None and state.missing and now - began > _TOLD_AFTER:
                    told(state.missing)
                    told = None
                if state.link == "refused" or state.is_full or now - lost_at > _LOST_PATIENCE:
                    raise PlaceError(state.detail)
            time.sleep(_LOOK_EVERY)

    def _state_within(self, seconds: float) -> PlaceState | None:
        """What was told since this link began."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = read_state(self._state_path)
            if state is not None and state.told_at >= self._began:
                return state
            if self._process.poll() is not None:
                raise PlaceError(f"{safe(self.place.text)}: {self._last_words()}")
            time.sleep(_LOOK_EVERY)
        return None

    def _last_words(self) -> str:
        """Why the process has ended."""
        with suppress(OSError):
            return safe(last_words((self.place.directory / "log").read_bytes()))
        return "its process has ended"


def told_problems(place: RemotePlace, state: PlaceState) -> list[str]:
    """What of a place could not be copied, lines that are safe for a terminal."""
    lines = [state.detail, *(f"{place.text}: {one}: left out" for one in state.problems)]
    return [safe(line) for line in lines if line]


def local_path(named: str | os.PathLike[str]) -> Path:
    """A path on this machine; of a place that of its copy, once all of it is there.

    What could not be copied is warned of (`UserWarning`).

    Raises:
        PlaceError: the place cannot be had.
    """
    place = place_of(os.fspath(named)) if isinstance(named, str) else None
    if place is None:
        return Path(named).absolute()
    with PlaceLink(place) as link:
        for line in told_problems(place, link.await_whole()):
            warnings.warn(line, stacklevel=3)
    return place.copy
