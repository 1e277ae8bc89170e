"""The processes of a training: everything below its guardian but tuimon's own."""

import os
import time
from contextlib import suppress

import psutil

from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord
from tuimon.stacks.python_process import training_pids

_MAX_INSPECTED = 256
"""Processes of which files and arguments are read; data loaders come by the hundred."""


class ProcessTree:
    """Remembers every PID ever seen in the tree: a worker's event file may outlive the worker."""

    def __init__(self, guardian: int | None, training: int) -> None:
        """`guardian` is None for a training that has none; its parent is nobody's business."""
        self._unguarded = training if guardian is None else None
        self._roots = frozenset({training} if guardian is None else {guardian, training})
        self._seen = {training}
        self._training = training
        self.living: list[psutil.Process] = []
        """The processes that lived when they were last looked at."""

    def age(self) -> float:
        """Seconds since the training began, by a clock that nobody sets; 0 when it has ended."""
        with suppress(psutil.Error, OSError):
            begun = psutil.Process(self._training).create_time()
            return max(0.0, time.time() - begun)
        return 0.0

    def refresh(self) -> None:
        """Look at the living processes; costs a read of every process on the machine."""
        children: dict[int, list[psutil.Process]] = {}
        living: list[psutil.Process] = []
        for process in psutil.process_iter(["ppid"]):
            children.setdefault(process.info["ppid"], []).append(process)
            if process.pid == self._unguarded:
                living.append(process)
        self.living = living
        pending = list(self._roots)
        while pending:
            for process in children.pop(pending.pop(), ()):
                if process.pid in self._seen or not _is_ours(process.pid):
                    self._seen.add(process.pid)
                    self.living.append(process)
                    pending.append(process.pid)

    def owns(self, pid: int) -> bool:
        """Whether `pid` is, or was when last seen, a process of the training."""
        if pid in self._seen:
            return True
        try:
            ancestors = {process.pid for process in psutil.Process(pid).parents()}
        except psutil.Error:
            return False
        if self._roots & ancestors and not _is_ours(pid):
            self._seen.add(pid)
            return True
        return False

    def arguments(self) -> set[tuple[str, tuple[str, ...]]]:
        """Working directory and command line of each living process."""
        found = set()
        for process in self.living[:_MAX_INSPECTED]:
            with suppress(psutil.Error, OSError):
                found.add((process.cwd(), tuple(process.cmdline())))
        return found

    def open_files(self, *, written: bool = False) -> set[str]:
        """Paths of the regular files that living processes hold open, or that they may write to."""
        found: set[str] = set()
        for process in self.living[:_MAX_INSPECTED]:
            with suppress(psutil.Error, OSError):
                found.update(
                    file.path
                    for file in process.open_files()
                    if not written or getattr(file, "mode", "w") != "r"  # macOS tells no mode
                )
        return found


def _is_ours(pid: int) -> bool:
    """True for the recorder and what it started, adopted by the guardian or not."""
    if pid == os.getpid():
        return True
    try:
        return COMPANION_VARIABLE in psutil.Process(pid).environ()
    except (psutil.Error, OSError):
        return False


def run_pids(paths: RunPaths, record: RunRecord) -> list[int]:
    """The living processes of a run on this host; none before it has begun."""
    if record.child is None:
        return []
    tree = ProcessTree((record.guardian or record.child).pid, record.child.pid)
    return training_pids(paths.writers, living_pids(tree))


def living_pids(tree: ProcessTree) -> list[int]:
    """The processes of a tree that live now."""
    tree.refresh()
    return [process.pid for process in tree.living]
