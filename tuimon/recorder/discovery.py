"""Finding the log directories of a training that was not told where to write.

The hook reports them where it runs (see `tuimon.hook`). Elsewhere, torch's writer has its event
file open for microseconds only, so it never shows among the open files of a process. But its name
tells host and PID; that of tensorboardX, which stays open, does not. Together the two ways find
both.
"""

# ruff: noqa: PTH110, PTH111, PTH112, PTH118, PTH119, PTH120 - paths are strings here, as in the search

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from tuimon.events.logdir import is_event_file
from tuimon.recorder.pace import Pace
from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.search import DirectorySearch
from tuimon.runs.sources import LogSource
from tuimon.runs.writers import WriterReports

# `events.out.tfevents.<time>.<host>.<pid>.<uid><suffix>`: tensorboard (and so torch), TensorFlow 2;
# tensorboardX and TensorFlow 1 leave out `.<pid>.<uid>`. The host may hold dots.
_NAME = re.compile(r"tfevents\.(?P<time>\d{9,11})\.(?P<rest>.+)$")
_PID = re.compile(r"\.(?P<pid>\d+)\.\d+(?!\d)")
_SLICE = 0.008
_FIRST_SLICE = 0.05
_CLOCK_SLACK = 2.0
_MAX_ROOTS = 32
_MAX_PATH = 4096
_SEARCH_EVERY = 0.2
_SEARCH_LATER = 0.5
_LATER = 120.0
_PROCESSES_EVERY = 1.0
_PROCESSES_LATER = 5.0


class WriterOrigin(NamedTuple):
    """Creation time (Unix seconds) and PID of an event file's writer; pid None when not told."""

    time: int
    pid: int | None


def origin(name: str, host: str) -> WriterOrigin | None:
    """Read the base name of an event file; None when no writer on `host` gave that name."""
    match = _NAME.search(name)
    if match is None or not match["rest"].startswith(host):
        return None
    tail = match["rest"][len(host) :]
    if tail and tail[0].isalnum():
        return None  # another host, whose name begins alike
    pid = _PID.match(tail)
    return WriterOrigin(int(match["time"]), int(pid["pid"]) if pid else None)


class Discovery:
    """Log directories with event files of one training; grows with each `step`.

    `started_at` is the start of the training in Unix seconds, `host` this host's name. Directories
    given as `known` (from before a restart of the recorder) stay. Processes are looked at every
    second, and every `processes_later` seconds when two minutes have passed.
    """

    def __init__(
        self,
        *,
        cwd: str,
        host: str,
        started_at: float,
        tree: ProcessTree,
        arguments: Iterable[str] = (),
        known: Iterable[LogSource] = (),
        reports: WriterReports | None = None,
        processes_later: float = _PROCESSES_LATER,
    ) -> None:
        self._host = host
        self._started_at = started_at
        self._tree = tree
        self._reports = reports
        self._processes_later = processes_later
        self._found = {source.path: source for source in known}
        self._search = DirectorySearch(is_event_file)
        self._roots: set[str] = set()
        self._nameless: dict[str, float] = {}
        self._claimed: set[str] = set()
        self._begin = time.monotonic()
        self._age = tree.age()
        self._search_pace = Pace(_SEARCH_EVERY, share=0.04)
        self._process_pace = Pace(_PROCESSES_EVERY, share=0.01)
        self._add_root(cwd)
        for path in directories_named(arguments, cwd):
            self._add_root(path)

    @property
    def sources(self) -> tuple[LogSource, ...]:
        """The directories found so far, in the order they were found."""
        return tuple(self._found.values())

    @property
    def due(self) -> float:
        """When `step` has something to do, in seconds of `time.monotonic`."""
        return min(self._search_pace.due, self._process_pace.due)

    def step(self) -> None:
        """Do what is due, for 0.1 s at most (apart from a slow file system's pauses)."""
        now = time.monotonic()
        if now - self._begin > _LATER:
            self._search_pace.interval = _SEARCH_LATER
            self._process_pace.interval = self._processes_later
        if now >= self._process_pace.due:
            with self._process_pace.turn():
                self._look_at_processes()
        if now >= self._search_pace.due:
            self._look_at_reports()
            with self._search_pace.turn():
                slice_ = _SLICE if self._search.complete else _FIRST_SLICE
                self._look_at_files(self._search.step(slice_))

    def finish(self, seconds: float) -> None:
        """Search everything once more, for `seconds` at most: the training has ended."""
        self._look_at_reports()
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < 2 and (left := deadline - time.monotonic()) > 0:
            found = self._search.step(left)
            self._look_at_files(found)
            quiet = quiet + 1 if self._search.complete and not found else 0

    def _look_at_reports(self) -> None:
        if self._reports is not None:
            for directory in self._reports.new():
                self._add(directory, "hook")

    def _look_at_files(self, paths: list[str]) -> None:
        check_open_files = False
        for path in paths:
            who = origin(os.path.basename(path), self._host)
            if who is None or who.time < self._begun_by_now() - _CLOCK_SLACK:
                continue
            if who.pid is None:
                self._nameless[path] = who.time
                check_open_files = True
            elif self._tree.owns(who.pid):
                self._claim(path, "name")
        if check_open_files:
            self._tree.refresh()
            self._look_at_open_files()
        self._look_below_known()

    def _look_below_known(self) -> None:
        """Nameless files of this host, written during this run below a directory of it, are its."""
        for path in list(self._nameless):
            directory = os.path.dirname(path)
            if directory in self._found:
                del self._nameless[path]
            elif any(directory.startswith(known + os.sep) for known in self._found):
                del self._nameless[path]
                self._add(directory, "name")

    def _look_at_processes(self) -> None:
        self._tree.refresh()
        for cwd, arguments in self._tree.arguments():
            self._add_root(cwd)
            for path in directories_named(arguments[1:], cwd):
                self._add_root(path)
        self._look_at_open_files()

    def _look_at_open_files(self) -> None:
        for path in self._tree.open_files(written=True):
            if is_event_file(os.path.basename(path)):
                self._claim(path, "open file")

    def _begun_by_now(self) -> float:
        """When the training began, by the clock as it was then or, if it was set back, as it is."""
        begun = time.time() - (time.monotonic() - self._begin) - self._age
        return min(self._started_at, begun)

    def _claim(self, path: str, found_by: str) -> None:
        """A file that a process of the training writes."""
        if path not in self._claimed and self._reports is not None:
            self._claimed.add(path)
            with suppress(OSError):  # told by its time alone, then
                self._reports.claim(path)
        self._add(os.path.dirname(path), found_by)

    def _add(self, directory: str, found_by: str) -> None:
        if directory not in self._found:
            self._found[directory] = LogSource(path=directory, recursive=False, found_by=found_by)
            if found_by in ("hook", "open file"):
                self._add_root(directory)  # it may be far from what is searched

    def _add_root(self, path: str) -> None:
        if path in self._roots or len(self._roots) >= _MAX_ROOTS or path == os.sep:
            return
        self._roots.add(path)
        self._search.add_root(path)


def directories_named(arguments: Iterable[str], cwd: str) -> list[str]:
    """Absolute paths of directories that command-line arguments name or may be about to create.

    `ARG`, `--option=ARG` and Hydra's `key=ARG` count. Of a file its directory is taken; what does
    not exist yet is taken when it is written like a path.
    """
    found: dict[str, None] = {}
    for argument in arguments:
        text = argument.rpartition("=")[2]
        if not text or text.startswith("-") or "\0" in text or len(text) > _MAX_PATH:
            continue
        path = os.path.normpath(os.path.join(cwd, os.path.expanduser(text)))
        if os.path.isdir(path):
            found[path] = None
        elif os.path.exists(path):
            found[os.path.dirname(path)] = None
        elif os.sep in text and "://" not in text:
            found[path] = None
    return list(found)
