"""The Pythons of a training: which rank each is, and where its threads are."""

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.hook import REPORTS_VARIABLE
from tuimon.runs.process import parent_pid
from tuimon.runs.ranks import RANK_VARIABLES, Rank, ranks_of
from tuimon.stacks.call_stack import ThreadStack
from tuimon.stacks.proc_files import read_proc
from tuimon.stacks.py_spy import spy
from tuimon.stacks.where_signal import DUMB, answers, told_ranks, where_file

_MOST_PROCESSES = 1024
_MOST_SPIED = 16
_PY_SPY_SECONDS = 10.0
_NAMES = {name for names in RANK_VARIABLES for name in names if name}
_PYTHONS = (b"python", b"pt_")
"""What the kernel calls them; PyTorch renames its threads and processes."""
_HELPERS = "multiprocessing/resource_tracker.py", "multiprocessing/forkserver.py"


class PythonProcess(NamedTuple):
    """A Python of a training, and where its threads are: the main one first."""

    pid: int
    parent: int | None
    rank: Rank | None
    threads: tuple[ThreadStack, ...] = ()
    silence: str = ""
    """What it is, that there are no threads: a phrase, from outside."""

    @property
    def main(self) -> ThreadStack:
        """The stack of its main thread."""
        return self.threads[0] if self.threads else ThreadStack("main thread", ())

    @property
    def is_loader(self) -> bool:
        """Whether it is a worker of a DataLoader."""
        return self.main.is_in("torch/utils/data/_utils/worker.py")

    @property
    def is_helper(self) -> bool:
        """Whether it is a process that Python starts for itself."""
        return self.main.is_in(*_HELPERS) and not self.main.is_users


def training_pids(writers: Path, tree: Iterable[int]) -> list[int]:
    """The processes of a launch: of its `tree`, and those elsewhere (the tasks of an srun) that
    report to the same directory `writers`."""
    mark = f"{REPORTS_VARIABLE}={writers}".encode(errors="surrogateescape")
    numbers = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    marked = (pid for pid in numbers if mark in read_proc(pid, "environ").split(b"\0"))
    return sorted({*tree, *marked})


def ask_where(pids: Sequence[int]) -> list[PythonProcess]:
    """Where the Pythons among these processes are; takes seconds at most.

    A hooked one that can take the signal writes it. Without any, py-spy is run, if it is there.
    """
    files = {pid: file for pid in pids[:_MOST_PROCESSES] if (file := where_file(pid))}
    if files:
        told = {pid: told_ranks(file.name) for pid, file in files.items()}
        found = dict(answers(files.values()))
    else:
        pythons = [pid for pid in pids if read_proc(pid, "comm").startswith(_PYTHONS)]
        told = {pid: _environment(pid) for pid in pythons}
        until = time.monotonic() + _PY_SPY_SECONDS
        found = {pid: spy(pid, until) for pid in pythons[:_MOST_SPIED]}
    ranks = ranks_of(told)
    return [
        PythonProcess(pid, parent_pid(pid), ranks.get(pid), *found.get(pid, ((), DUMB)))
        for pid in told
    ]


def _environment(pid: int) -> dict[str, str]:
    text = os.fsdecode(read_proc(pid, "environ"))
    entries = (entry.partition("=") for entry in text.split("\0"))
    return {name: value for name, _, value in entries if name in _NAMES}
