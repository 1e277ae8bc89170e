"""The process that keeps the copy of one place: connects, looks, copies, and again."""

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace

from tuimon.config.reading import ConfigError, read_settings
from tuimon.places.cache_room import CacheRoom, prepared
from tuimon.places.object_files import ObjectFiles
from tuimon.places.place_copy import DiskFullError, PlaceCopy
from tuimon.places.place_state import WANTED, LinkStanding, PlaceState, write_state
from tuimon.places.remote_files import LinkError, LinkTraffic, RefusalError, RemoteFiles
from tuimon.places.remote_place import RemotePlace, cache_home, state_of
from tuimon.places.remote_tree import TICK, RemoteTree, TreeNews
from tuimon.places.sftp_files import SftpFiles
from tuimon.places.ssh_login import advised, sftp_command
from tuimon.runs.lock import held
from tuimon.text import safe

log = logging.getLogger(__name__)

_STAND_BY = 0.5
"""Seconds between two looks whether another process still keeps the copy."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_FULL_PAUSE = 10.0
_RETRY_EVERY = 30.0
"""Seconds until what was refused is asked for again."""
_WRITE_EVERY = 1.0
_LIST_AT_ONCE = 256
_BYTES_AT_ONCE = 16 << 20
_MOST_PROBLEMS = 20


class Fetcher:
    """Keeps the copy of a place for as long as it runs."""

    def __init__(self, place: RemotePlace) -> None:
        self.place = place
        self._files: RemoteFiles | None = None
        self._tree: RemoteTree | None = None
        self._before = LinkTraffic()
        """What went over links that are closed."""
        self._state = PlaceState(began_at=time.time(), objects=place.scheme != "sftp")
        self._state_path = state_of(place.copy)
        self._closed: dict[str, str] = {}
        """Directories that cannot be listed, and why."""
        self._pruned = False
        self._attempts = 0
        self._answered_at = 0.0
        """When that was asked for which was answered last."""
        self._last_told: tuple[object, ...] = ()
        self._room = CacheRoom(cache_home(), place.directory, _most_bytes())
        self._copy = PlaceCopy(place.copy, prepared(place.directory / "parts"), self._room)

    def run(self) -> None:
        """Until the process is ended."""
        pause = _FIRST_PAUSE
        while True:
            try:
                self._files = self._connect()
                pause = _FIRST_PAUSE
                self._follow(self._files)
            except LinkError as error:
                told = advised(str(error), self.place)
                self._wait("lost", f"{self.place.short}: {told}", pause)
            except RefusalError as error:
                where = safe(self.place.text)
                self._wait("refused", f"{where}: {error}", max(pause, 2 * _FIRST_PAUSE))
            except OSError as error:
                self._wait("lost", f"{error.filename or self.place.copy}: {error.strerror}", pause)
            except Exception:  # whatever a server made of a library: viewers go on
                log.exception("%s", self.place.text)
                at = self.place.directory / "log"
                self._wait("lost", f"an error in tuimon itself (details: {at})", pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _connect(self) -> RemoteFiles:
        """Raises: LinkError, RefusalError."""
        if self.place.scheme != "sftp":
            return ObjectFiles(self.place)
        # A master may be what hangs: each second attempt goes without.
        shared, self._attempts = self._attempts % 2 == 0, self._attempts + 1
        return SftpFiles(sftp_command(self.place, shared=shared), self.place.path)

    def _follow(self, files: RemoteFiles) -> None:
        """Copy until the link is lost."""
        tree = self._tree
        if tree is None or tree.deep != files.deep:
            tree = self._tree = RemoteTree(deep=files.deep, began_at=time.time())
        self._attempts = 0
        began = retried_at = time.time()
        while True:
            before, began = began, time.time()
            if self._wanted_at() > tree.asked_at or began < before:  # the clock was set back
                tree.look_at_all(began)
            if not 0 <= began - retried_at < _RETRY_EVERY:
                retried_at = began
                self._copy.retry()
            self._list(files, tree, began)
            self._look(files, tree, began)
            try:
                self._read(files, tree)
            except DiskFullError as error:
                self._state = replace(self._state, is_full=True)
                self._tell("up", f"no room on the disk of the copy: {error}", now=True)
                time.sleep(_FULL_PAUSE)
                self._state = replace(self._state, is_full=False)
                continue
            due = tree.next_due()
            if self._copy.is_whole and due > began:
                self._note_whole(tree)
            self._tell("up", self._shortcoming(tree))
            if self._copy.is_whole:
                time.sleep(max(0.0, min(due - time.time(), TICK)))

    def _list(self, files: RemoteFiles, tree: RemoteTree, now: float) -> None:
        """Raises: LinkError; RefusalError: of the place itself."""
        for path, listing in files.list(tree.due(now, _LIST_AT_ONCE)):
            self._answered_at = now
            if isinstance(listing, RefusalError):
                if path == "":
                    raise listing
                if not listing.is_gone:
                    self._closed[path] = str(listing)
                tree.postpone(path, time.time())
                continue
            self._closed.pop(path, None)
            if path == "" and "" not in listing.entries:
                prepared(self.place.copy)
            self._note(tree.take(path, listing, time.time()))

    def _look(self, files: RemoteFiles, tree: RemoteTree, now: float) -> None:
        """Raises: LinkError."""
        for path, found in files.look(tree.looks(now, _LIST_AT_ONCE)):
            self._answered_at = now
            entry = None if isinstance(found, RefusalError) else found
            self._note(tree.see(path, entry, time.time()))

    def _note(self, news: TreeNews) -> None:
        for name in news.gone:
            self._copy.remove(name)
        for name, entry in news.changed.items():
            self._copy.expect(name, entry)

    def _read(self, files: RemoteFiles, tree: RemoteTree) -> None:
        """Raises: LinkError, DiskFullError."""
        for wanted, data in files.read(self._copy.ranges(_BYTES_AT_ONCE)):
            if not self._copy.take(wanted, data):
                tree.doubt(wanted.path, time.time())

    def _note_whole(self, tree: RemoteTree) -> None:
        """All that is known is here."""
        self._state = replace(self._state, looked_at=self._answered_at, whole_at=tree.whole_at)
        if tree.whole_at and not (self._pruned or tree.truncated or self._closed):
            self._copy.prune({*tree.files, *self._copy.refused})
            self._pruned = True

    def _shortcoming(self, tree: RemoteTree) -> str:
        if self._copy.left_out:
            return f"{len(self._copy.left_out)} files left out: {self._room.shortage}"
        return f"{safe(self.place.text)}: too large: not all is looked at" if tree.truncated else ""

    def _wait(self, link: LinkStanding, detail: str, pause: float) -> None:
        """Let go of the link, tell why, and wait."""
        if self._files is not None:
            received, requests = self._files.traffic
            self._before = LinkTraffic(
                self._before.received + received, self._before.requests + requests
            )
            self._files.close()
            self._files = None
        self._state = replace(self._state, retry_at=time.time() + pause)
        self._tell(link, detail, now=True)
        time.sleep(pause)

    def _tell(self, link: LinkStanding, detail: str = "", *, now: bool = False) -> None:
        """Write down how things stand, `now` or when that was not done for a second."""
        traffic = self._files.traffic if self._files is not None else LinkTraffic()
        refused = {**self._closed, **self._copy.refused}
        state = replace(
            self._state,
            link=link,
            detail=detail,
            received=self._before.received + traffic.received,
            requests=self._before.requests + traffic.requests,
            missing=self._copy.missing,
            problems=tuple(
                f"{path}: {why}" if path else why for path, why in sorted(refused.items())
            )[:_MOST_PROBLEMS],
        )
        told = state.link, state.detail, state.whole_at
        if now or told != self._last_told or time.time() - state.told_at >= _WRITE_EVERY:
            self._state, self._last_told = replace(state, told_at=time.time()), told
            write_state(self._state_path, self._state)

    def _wanted_at(self) -> float:
        with suppress(OSError):
            return (self._state_path.parent / WANTED).stat().st_mtime
        return 0.0


def keep(place: RemotePlace) -> None:
    """Keep the copy of a place from the first byte of standard input on, while that is open.

    Stands by while another process does.

    Raises:
        PlaceError, OSError: nothing can be kept here.
    """
    if not os.read(0, 1):
        return
    threading.Thread(target=_end_with_parent, daemon=True).start()
    directory = prepared(place.directory)
    while True:
        with held(directory / "lock") as free:
            if free:
                Fetcher(place).run()
        time.sleep(_STAND_BY)


def _end_with_parent() -> None:
    """End with whoever has started this process, and with what it has started, whatever hangs."""
    while os.read(0, 64):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _most_bytes() -> int:
    try:
        settings = read_settings()
    except ConfigError:
        from tuimon.config.schema import Settings

        settings = Settings()
    return int(settings.remote.cache_gb * 1e9)
