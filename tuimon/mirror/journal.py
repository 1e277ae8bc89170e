"""The mirror's write-ahead journal: what makes every point arrive exactly once.

The journal says which stretch of which event file became which rows of the W&B run, and it says so
before the rows are handed over. So after a crash of anything it knows at least what W&B has; what
W&B lacks is planned again from the same stretches, under the same row numbers. Row numbers are
never used twice.

One JSON object a line, appended and synced to disk; a line that a crash has cut off is dropped,
since nothing was handed over for it. One process writes (`locked`), others may read meanwhile.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from tuimon.events.fields import Span
from tuimon.mirror.file_marks import Mark, still_holds
from tuimon.mirror.line_numbers import LineNumbers, LinesEntry

FORMAT = 1


class JournalError(ValueError):
    """The journal is of another version or not readable; the message starts with its path."""


class IdEntry(NamedTuple):
    """The id that the W&B run is going to have: written before it is opened for the first time.

    A mirror that is killed while it opens the run leaves it to its successor, not empty at W&B.
    """

    run_id: str


class RunEntry(NamedTuple):
    """The W&B run: written when it has been opened for the first time, and when its mode changes.

    `first_row` is the number of the first row: not 0 when the W&B run had rows before. `project`
    and `entity` are what W&B settled on; empty when it did not say.
    """

    run_id: str
    online: bool
    first_row: int = 0
    project: str = ""
    entity: str = ""
    format: int = FORMAT


class FileEntry(NamedTuple):
    """An event file; `id` counts them. A file that was replaced is entered again."""

    id: int
    path: str
    run: str
    namespace: str


class MoveEntry(NamedTuple):
    """File `file` was renamed, or a directory above it."""

    file: int
    path: str


class LeaveEntry(NamedTuple):
    """File `file` turned out to be a trial's: no more of it comes."""

    file: int


class KeyEntry(NamedTuple):
    """A tag whose key in W&B is not the plain one."""

    namespace: str
    tag: str
    key: str


class StretchEntry(NamedTuple):
    """Bytes `begin` to `end` of file `file` became rows `row` to `row + rows` with `points`."""

    file: int
    begin: int
    end: int
    row: int
    rows: int
    points: int
    summaries: int = 0
    gaps: Sequence[Sequence[int]] = ()
    """Begin and end of parts that were passed over, and may be filled later."""
    late: bool = False
    """The bytes were a gap of an earlier stretch."""
    seam: Sequence[int] = ()
    """Length and CRC-32 of the bytes before `end`, by which the file is known again."""
    head: Sequence[int] = ()
    """The same of the first bytes of the file, with its first stretch."""

    @property
    def mark(self) -> Mark | None:
        """Where the file is known by what it holds; None where that was not written down."""
        return Mark(self.end, *self.seam) if self.seam else None

    @property
    def head_mark(self) -> Mark | None:
        """What the file is known by at its beginning; None where that was not written down."""
        return Mark(self.head[0], *self.head) if self.head else None

    @property
    def next_row(self) -> int:
        """The number behind the stretch's last row."""
        return self.row + self.rows


class SentEntry(NamedTuple):
    """How many lines of a file of alerts were handed over; once also, bytes of a console.

    Written before the handing over: after a crash such lines may be missing, but none comes twice.
    """

    path: str
    amount: int


class CodeEntry(NamedTuple):
    """A directory whose source files are at W&B, or in the offline file.

    What comes twice, after a kill, is one version there.
    """

    directory: str


class LaunchEntry(NamedTuple):
    """A launch whose points go into the W&B run; those of `directory`, relative to the state home.

    It began at `began` (Unix s), when launches `before` had been running for so many seconds.
    """

    directory: str
    began: float
    before: float = 0.0


class StopEntry(NamedTuple):
    """Whether a launch that goes on with the run is to heed that the server has it as stopped."""

    launch: str
    counts: bool


Entry = (
    IdEntry
    | RunEntry
    | LaunchEntry
    | FileEntry
    | MoveEntry
    | LeaveEntry
    | KeyEntry
    | StretchEntry
    | LinesEntry
    | SentEntry
    | CodeEntry
    | StopEntry
)
_KINDS: dict[str, type[Entry]] = {
    "id": IdEntry,
    "run": RunEntry,
    "launch": LaunchEntry,
    "file": FileEntry,
    "moved": MoveEntry,
    "left": LeaveEntry,
    "key": KeyEntry,
    "rows": StretchEntry,
    "lines": LinesEntry,
    "sent": SentEntry,
    "code": CodeEntry,
    "stop": StopEntry,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class Journal:
    """An append-only journal and what its entries add up to.

    `run_id` is None until a W&B run was about to be opened, `run` until one was; `files` are in
    order of their ids (those in `left` are read no more), `launches` in that of their begins;
    `earlier` are the stretches of the mirror's earlier lives, `lines` those of consoles; `sent`
    says how much of which file of alerts is in W&B, `code` the source files of which directories;
    `stops` by launch whether one counts.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the journal.

        Raises:
            JournalError: it was written by another version, or holds no journal.
            OSError: it cannot be read or written.
        """
        self.path = path
        self.run_id: str | None = None
        self.run: RunEntry | None = None
        self.launches: list[LaunchEntry] = []
        self.files: list[FileEntry] = []
        self.left: set[int] = set()
        self.renamed: dict[tuple[str, str], str] = {}
        self.earlier: list[StretchEntry] = []
        self.next_row = 0
        self.points = 0
        self.summaries = 0
        self.bytes = 0
        self.lines = LineNumbers()
        self.sent: dict[str, int] = {}
        self.code: set[str] = set()
        self.stops: dict[str, bool] = {}
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._load()

    def append(self, *entries: Entry) -> None:
        """Write entries and wait until they are on disk.

        Raises:
            OSError: they are not.
        """
        lines = [json.dumps({_NAMES[type(entry)]: entry._asdict()}) + "\n" for entry in entries]
        data = "".join(lines).encode("ascii")
        size = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        for entry in entries:
            self._apply(entry)

    def gone(self) -> str | None:
        """An event file whose rows cannot be read again, because it is gone or another one."""
        newest = {entry.path: entry.id for entry in self.files}
        stretches: dict[int, list[StretchEntry]] = {}
        for stretch in self.earlier:
            stretches.setdefault(stretch.file, []).append(stretch)
        for number, own in stretches.items():
            path = self.files[number].path
            marks = [stretch.mark for stretch in own]
            end = max(stretch.end for stretch in own)
            if newest[path] != number or not still_holds(path, marks, end):
                return path
        return None

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self) -> None:
        whole = 0
        for entry, end in whole_lines(self.path):
            whole = end
            self._apply(entry)
            if isinstance(entry, StretchEntry):
                self.earlier.append(entry)
        if whole < os.fstat(self._file).st_size:
            os.ftruncate(self._file, whole)
            os.fsync(self._file)

    def _apply(self, entry: Entry) -> None:
        match entry:
            case IdEntry():
                self.run_id = entry.run_id
            case RunEntry():
                if entry.format != FORMAT:
                    raise JournalError(f"{self.path}: written by another version of tuimon")
                if self.run is None:
                    self.next_row = entry.first_row
                elif entry.online != self.run.online:
                    # The server has not seen what lines and code the offline files hold.
                    self.sent = dict.fromkeys(self.sent, 0)
                    self.code.clear()
                self.run_id, self.run = entry.run_id, entry
            case LaunchEntry():
                self.launches.append(entry)
            case FileEntry():
                self.files.append(entry)
            case MoveEntry():
                self.files[entry.file] = self.files[entry.file]._replace(path=entry.path)
            case LeaveEntry():
                self.left.add(entry.file)
            case KeyEntry():
                self.renamed[entry.namespace, entry.tag] = entry.key
            case StretchEntry():
                self.next_row = max(self.next_row, entry.next_row)
                self.points += entry.points
                self.summaries += entry.summaries
                self.bytes += 0 if entry.late else entry.end - entry.begin
            case LinesEntry():
                self.lines.add(entry)
            case SentEntry():
                self.sent[entry.path] = entry.amount
            case CodeEntry():
                self.code.add(entry.directory)
            case StopEntry():
                self.stops[entry.launch] = entry.counts


def last_run(path: Path) -> RunEntry | None:
    """The W&B run of a journal that another process may be writing; None when it has none.

    Raises:
        JournalError: it was written by another version, or holds no journal.
        OSError: it cannot be read.
    """
    runs = [entry for entry, _ in whole_lines(path) if isinstance(entry, RunEntry)]
    return runs[-1] if runs else None


def gaps_of(stretches: Iterable[StretchEntry]) -> list[Span]:
    """What was passed over in stretches."""
    return [(begin, end) for one in stretches for begin, end in one.gaps]


def whole_lines(path: Path) -> Iterator[tuple[Entry, int]]:
    """Entries with the offset behind each, up to a line that is not whole."""
    end = 0
    with path.open("rb") as file:
        for line in file:
            entry = _decode(path, line) if line.endswith(b"\n") else None
            if entry is None:
                return
            end += len(line)
            yield entry, end


def _decode(path: Path, line: bytes) -> Entry | None:
    """The entry of a whole line; None for one that was cut off or never reached the disk."""
    try:
        ((name, fields),) = json.loads(line).items()
        entry = _KINDS[name](**fields)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        if b"\0" in line or not line.startswith(b"{"):
            return None
        raise JournalError(f"{path}: not a mirror journal of this version") from error
    return entry
