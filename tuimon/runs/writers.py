"""What the hook in the training's Python reports: where its writers write, and to which files."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tuimon.regular_file import read_regular, regular_file
from tuimon.runs.paths import RunPaths, runs_directory

_WANDB = ".wandb"
_SYNCING = ".wandb+tensorboard"
_FILE = "file:"
_IMPORT = "import:wandb"
_MOST_REPORT = 1 << 20
"""Bytes that a process reports."""
_MOST_LAUNCHES = 256
"""The newest launches that are asked whether a file is theirs."""


class OwnRun(NamedTuple):
    """A W&B run that the script opened; `syncing` if wandb takes its event files there as well."""

    file: Path
    syncing: bool


class WriterReports:
    """Reads what the hook reports: a file a process, a line or two a writer."""

    def __init__(self, reports: Path) -> None:
        self._reports = reports
        self._read: dict[Path, int] = {}  # bytes taken in, by file
        self.imports_wandb = False
        """Whether a process has imported wandb, as far as `new_wandb` has come."""

    def new(self) -> Iterator[str]:
        """Log directories, absolute, reported since the last call; one may come again."""
        for line in self.lines():
            if line.startswith(os.sep) and not line.endswith((_WANDB, _SYNCING)):
                yield line

    def new_wandb(self) -> Iterator[OwnRun]:
        """W&B runs by their transaction logs; else as `new`, in place of it."""
        for line in self.lines():
            self.imports_wandb |= line == _IMPORT
            if line.endswith((_WANDB, _SYNCING)):
                yield OwnRun(Path(line.removesuffix("+tensorboard")), line.endswith(_SYNCING))

    def lines(self) -> Iterator[str]:
        """All lines since the last call; in place of the others."""
        try:
            files = list(self._reports.iterdir())
        except OSError:
            return  # nothing was reported yet
        for path in files:
            start = self._read.get(path, 0)
            try:
                with regular_file(path) as file:
                    file.seek(start)
                    *lines, _ = file.read().split(b"\n")
            except OSError:
                continue
            self._read[path] = start + sum(len(line) + 1 for line in lines)
            yield from map(os.fsdecode, lines)

    def claim(self, path: str) -> None:
        """Report an event file that is known otherwise to be a training's own; raises OSError."""
        self._reports.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        file = os.open(self._reports / "found", flags, 0o600)
        try:
            os.write(file, os.fsencode(f"{_FILE}{path}\n"))
        finally:
            os.close(file)


def files_written_by(reports: Path, pid: int) -> list[Path]:
    """The event files that a process of this host has reported, oldest first."""
    try:
        lines = read_regular(reports / f"{os.uname().nodename}-{pid}", _MOST_REPORT).splitlines()
    except OSError:
        return []
    files = [os.fsdecode(line) for line in lines if line.startswith(_FILE.encode())]
    return [Path(file.removeprefix(_FILE)) for file in files]


class FileClaims:
    """Which event files are those of one launch, and which are those of others.

    By what the writers of all launches have reported: it needs no comparison of times.
    """

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._own = _Writings(paths.writers)
        self._others: dict[Path, _Writings] = {}
        self._rivals: list[_Writings] | None = None  # read since the last refresh
        self._allies: set[Path] = {paths.directory}

    def goes_on_from(self, launches: Iterable[Path]) -> None:
        """What these launches have written is no other's: they belong to the same W&B run."""
        self._allies |= {*launches}

    def refresh(self) -> None:
        """Read what has been reported since."""
        self._own.refresh()
        self._rivals = None

    def is_own(self, real: str) -> bool:
        """Whether a writer of this launch has reported that it writes a file (without links)."""
        return real in self._own.files

    def others(self, real: str) -> tuple[bool, bool]:
        """Whether a writer of another launch writes the file, and whether one writes beside it."""
        if self._rivals is None:
            self._rivals = self._other_launches()
        above = os.path.dirname(real)  # noqa: PTH120 - a string, as in the reports
        anothers = any(real in one.files for one in self._rivals)
        return anothers, anothers or any(above in one.directories for one in self._rivals)

    def _other_launches(self) -> list["_Writings"]:
        try:
            hosts = list(runs_directory().iterdir())
            launches = [launch for host in hosts if host.is_dir() for launch in host.iterdir()]
        except OSError:
            return []
        newest = sorted(launches, key=lambda launch: launch.name)[-_MOST_LAUNCHES:]
        for launch in newest:
            writings = self._others.setdefault(launch, _Writings(launch / self._paths.writers.name))
            writings.refresh()
        return [self._others[launch] for launch in newest if launch not in self._allies]


class _Writings:
    """What the writers of a launch have reported so far, without links."""

    def __init__(self, reports: Path) -> None:
        self._reports = WriterReports(reports)
        self.files: set[str] = set()
        self.directories: set[str] = set()

    def refresh(self) -> None:
        for line in self._reports.lines():
            if line.startswith(_FILE):
                self.files.add(os.path.realpath(line.removeprefix(_FILE)))
            elif line.startswith(os.sep) and not line.endswith((_WANDB, _SYNCING)):
                self.directories.add(os.path.realpath(line))
