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

from tuimon.events.log_kinds import is_of_one_training, run_home
from tuimon.events.log_roots import FoundFile
from tuimon.events.logdir import LogdirScan, UnreadablePath, is_event_file
from tuimon.events.points import EventBatch
from tuimon.mirror.log_copies import LogCopies, stands_for
from tuimon.mirror.namespaces import is_part_name
from tuimon.mirror.owner import NewFile
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord, RunRecord, RunState
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
    """Sort event files and other logs below a log directory into experiments, by name."""
    files: dict[PurePath, list[str]] = {}
    for file in found:
        files.setdefault(PurePath(_home(file.path)), []).append(str(file.path))
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


def _home(path: Path) -> Path:
    """The directory that a log is of."""
    return path.parent if is_event_file(path.name) else run_home(path)


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


class LogdirOwner:
    """The directories of one experiment below a log directory; `record` says which."""

    def __init__(self, record: LogdirRecord, paths: RunPaths) -> None:
        """`paths` is where the mirror works."""
        self._copies = LogCopies(paths.mirror)
        self._scans: dict[str, LogdirScan] = {}
        self._describe(record)
        self._quiet_since = time.monotonic()
        self._sizes: dict[Path, int] = {}
        self.own_run = None
        self.seen_at = None
        self.leaves_out = False
        self.stopped_code = 0
        self.console: Path | None = None
        self.alerts: Path | None = None
        self.is_sorting = False
        self.trials = 0
        self.others_have_arrived = True

    def _describe(self, record: LogdirRecord) -> None:
        self._described = record
        self._namespaces = dict(zip(record.directories, record.namespaces, strict=True))
        for path in record.directories:
            if path not in self._scans:
                self._scans[path] = LogdirScan([_source(Path(path))])

    @property
    def record(self) -> RunRecord:
        """As of a launch that has ended."""
        described = self._described
        return RunRecord(
            id=described.name,
            name=described.name,
            host=socket.gethostname(),
            machine_id="",
            boot_id="",
            argv=(),
            command=(),
            cwd=described.cwd,
            mirror=described.mirror,
            started_at=described.created_at,
            state=RunState.FINISHED,
        )

    @property
    def git(self) -> Mapping[str, Any]:
        """Where the logs are: of the code nothing is known."""
        return {"logdir": self._described.root}

    @property
    def exit_code(self) -> int:
        """How it ended is not known."""
        return 0

    @property
    def files(self) -> list[Path]:
        """The event files that were found."""
        return list(self._sizes)

    @property
    def unreadable(self) -> list[UnreadablePath]:
        """Directories that could not be looked into the last time."""
        closed = [one for scan in self._scans.values() for one in scan.unreadable]
        return closed + self._copies.problems

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has come."""
        return time.monotonic() - self._quiet_since

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come: with ``--watch``, nothing has come for a minute."""
        is_over = not self._described.watch or self.quiet_seconds > _QUIET_SECONDS
        return is_over and not self._copies.is_behind

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
        """Event files that were not returned before, and copies of other logs."""
        for path, size in self._sizes.items():
            with suppress(OSError):
                self._sizes[path] = path.stat().st_size
            if self._sizes[path] != size:
                self._quiet_since = time.monotonic()
        found: list[NewFile] = []
        for directory, scan in self._scans.items():
            for file in scan.scan():
                if is_event_file(file.path.name):
                    found.append(NewFile(str(file.path), file.run, self._namespaces[directory]))
                elif is_of_one_training(file.path) and str(_home(file.path)) == directory:
                    self._copies.follow(file)
            self._copies.leave(scan.displaced)
        for run, path in self._copies.look(ended=True):
            name = self._namespaces[stands_for(str(path.parent))]
            found.append(NewFile(str(path), run, name))
        self._sizes |= {Path(file.path): -1 for file in found}
        return found

    def goes_on_from(self, home: RunPaths) -> None:
        """Nothing: all files count in any case."""

    def begin(self, known: Iterable[NewFile]) -> None:
        """Nothing: what belongs to it is known."""

    def observe(self, path: str, batch: EventBatch) -> None:
        """Nothing: what belongs to it is known."""

    def stop_training(self) -> str | None:
        """Who writes the files is not known."""
        return "W&B's page asks for a stop: only `tuimon run` can stop a training"

    def keeps(self, path: str) -> bool:
        """It keeps all."""
        return True

    def upload(self) -> None:
        """Nothing: there is no other W&B run."""

    def incomplete(self, *, online: bool) -> str | None:
        """Nothing: there is no other W&B run."""

    def close(self) -> None:
        """Nothing: there is no other W&B run."""


def _source(directory: Path) -> LogSource:
    """Where the logs of a directory are: checkpoints below it have some, beside no event files."""
    try:
        holds_events = any(is_event_file(one.name) for one in directory.iterdir())
    except OSError:
        holds_events = True
    return LogSource(path=str(directory), recursive=not holds_events)
