"""Log directories that exist already, as the mirror sees them: sorted into experiments."""

import os
import shlex
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from tuimon.events.logdir import FoundFile, LogdirScan
from tuimon.mirror.launch_owner import LaunchOwner
from tuimon.mirror.namespaces import is_part_name
from tuimon.mirror.owner import NewFile, Owner
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord, RunRecord, RunState, read_record
from tuimon.runs.sources import LogSource

_QUIET_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Experiment:
    """The directories that become one W&B run."""

    name: str
    """Path relative to the log directory, whose own name stands for itself."""
    directories: tuple[str, ...]
    namespaces: tuple[str, ...]
    """The prefix for the tags of each directory, empty for none."""
    files: tuple[str, ...]

    def behind_links(self) -> "Experiment":
        """The same, named as what links lead to now: they may lead elsewhere tomorrow."""
        files = (os.path.split(path) for path in self.files)
        return replace(
            self,
            directories=tuple(map(os.path.realpath, self.directories)),
            files=tuple(os.path.join(os.path.realpath(above), name) for above, name in files),  # noqa: PTH118
        )


def experiments(root: Path, found: Iterable[FoundFile]) -> list[Experiment]:
    """Sort event files below a log directory into experiments, by name."""
    files: dict[PurePath, list[str]] = {}
    for file in found:
        files.setdefault(PurePath(file.path).parent, []).append(str(file.path))
    groups: dict[PurePath, list[PurePath]] = {}
    for directory in sorted(files):
        groups.setdefault(_top(directory, PurePath(root), files.keys()), []).append(directory)
    return [
        Experiment(
            name=root.name if top == root else str(top.relative_to(root)),
            directories=tuple(map(str, directories)),
            namespaces=tuple(
                "" if directory == top else str(directory.relative_to(top))
                for directory in directories
            ),
            files=tuple(path for directory in directories for path in files[directory]),
        )
        for top, directories in groups.items()
    ]


def _top(directory: PurePath, root: PurePath, holding: Iterable[PurePath]) -> PurePath:
    """The directory that the run of `directory` is named by."""
    known = set(holding)
    top = directory
    for ancestor in directory.parents:
        if not ancestor.is_relative_to(root):
            break
        if ancestor in known:
            top = ancestor
    return top.parent if top != root and is_part_name(top.name) else top


def subject_of(paths: RunPaths) -> Owner:
    """What a directory describes: a run, or log directories; raises RecordError."""
    record = read_record(LogdirRecord, paths.logdir_json)
    return LaunchOwner(paths) if record is None else LogdirOwner(record)


class LogdirOwner:
    """The directories of one experiment below a log directory; `record` says which."""

    def __init__(self, record: LogdirRecord) -> None:
        self._described = record
        self._namespaces = dict(zip(record.directories, record.namespaces, strict=True))
        sources = [LogSource(path=path, recursive=False) for path in record.directories]
        self._scans = [(source.path, LogdirScan([source])) for source in sources]
        self._files: list[Path] = []
        self._written_at = time.time()
        self.record = RunRecord(
            id=record.name,
            name=record.name,
            host=socket.gethostname(),
            machine_id="",
            boot_id="",
            argv=(),
            command=(),
            cwd=record.cwd,
            mirror=record.mirror,
            started_at=record.created_at,
            state=RunState.FINISHED,
        )
        self.git: Mapping[str, Any] = {"logdir": record.root}
        self.own_run = None
        self.exit_code = self.stopped_code = 0
        self.console: Path | None = None
        self.alerts: Path | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come: with ``--watch``, nothing has come for a minute."""
        return not self._described.watch or time.time() - self._written_at > _QUIET_SECONDS

    @property
    def settled(self) -> bool:
        """As `ended`: there is nobody who would know more."""
        return self.ended

    @property
    def upload_command(self) -> str:
        """``tuimon mirror``, again, with what tells this mirror from others of the directory."""
        options = self.record.mirror
        told = [("--project", options.project), ("--entity", options.entity)]
        where = [word for name, value in told if value for word in (name, value)]
        return shlex.join(["tuimon", "mirror", "--mirror", "online", *where, self._described.root])

    def look(self) -> list[NewFile]:
        """Event files that were not returned before."""
        for path in self._files:
            with suppress(OSError):
                self._written_at = max(self._written_at, path.stat().st_mtime)
        found = [
            NewFile(str(path), run, self._namespaces[directory])
            for directory, scan in self._scans
            for run, path in scan.scan()
        ]
        self._files += [Path(file.path) for file in found]
        return found

    def goes_on_from(self, started_at: float) -> None:
        """Nothing: all files count in any case."""
