"""The mirror's write-ahead journal: what makes every point arrive exactly once.

The journal says which stretch of which event file became which rows of the W&B run, and it says so
before the rows are handed over. So after a crash of anything it knows at least what W&B has; what
W&B lacks is planned again from the same stretches, under the same row numbers. Row numbers are
never used twice.

One JSON object a line, appended and synced to disk; a line that a crash has cut off is dropped,
since nothing was handed over for it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

FORMAT = 1


class JournalError(ValueError):
    """The journal is of another version or not readable; the message starts with its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """The W&B run: written when it has been opened for the first time, and when its mode changes.

    `first_row` is the number of the first row: not 0 when the W&B run had rows before.
    """

    run_id: str
    online: bool
    first_row: int = 0
    format: int = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """An event file; `id` counts them. A file that was replaced is entered again."""

    id: int
    path: str
    run: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A tag whose key in W&B is not the plain one."""

    namespace: str
    tag: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Bytes `begin` to `end` of file `file` became rows `row` to `row + rows` with `points`."""

    file: int
    begin: int
    end: int
    row: int
    rows: int
    points: int

    @property
    def next_row(self) -> int:
        """The number behind the stretch's last row."""
        return self.row + self.rows


Entry = RunEntry | FileEntry | KeyEntry | Stretch
_KINDS: dict[str, type[Entry]] = {
    "run": RunEntry,
    "file": FileEntry,
    "key": KeyEntry,
    "rows": Stretch,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class Journal:
    """An append-only journal and what its entries add up to.

    `run` is None until a W&B run was opened; `files` are in order of their ids; `earlier` are the
    stretches of the mirror's earlier lives.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the journal.

        Raises:
            JournalError: it was written by another version, or holds no journal.
            OSError: it cannot be read or written.
        """
        self.path = path
        self.run: RunEntry | None = None
        self.files: list[FileEntry] = []
        self.renamed: dict[tuple[str, str], str] = {}
        self.earlier: list[Stretch] = []
        self.next_row = 0
        self.points = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._load()

    def append(self, *entries: Entry) -> None:
        """Write entries and wait until they are on disk.

        Raises:
            OSError: they are not.
        """
        lines = [json.dumps({_NAMES[type(entry)]: asdict(entry)}) + "\n" for entry in entries]
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

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self) -> None:
        data = self.path.read_bytes()
        end = 0
        for line in data.splitlines(keepends=True):
            entry = self._decode(line) if line.endswith(b"\n") else None
            if entry is None:
                break
            self._apply(entry)
            if isinstance(entry, Stretch):
                self.earlier.append(entry)
            end += len(line)
        if end < len(data):
            os.ftruncate(self._file, end)
            os.fsync(self._file)

    def _decode(self, line: bytes) -> Entry | None:
        """The entry of a whole line; None for one that was cut off or never reached the disk."""
        try:
            ((name, fields),) = json.loads(line).items()
            entry = _KINDS[name](**fields)
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            if b"\0" in line or not line.startswith(b"{"):
                return None
            raise JournalError(f"{self.path}: not a mirror journal of this version") from error
        return entry

    def _apply(self, entry: Entry) -> None:
        match entry:
            case RunEntry():
                if entry.format != FORMAT:
                    raise JournalError(f"{self.path}: written by another version of tuimon")
                if self.run is None:
                    self.next_row = entry.first_row
                self.run = entry
            case FileEntry():
                self.files.append(entry)
            case KeyEntry():
                self.renamed[entry.namespace, entry.tag] = entry.key
            case Stretch():
                self.next_row = max(self.next_row, entry.next_row)
                self.points += entry.points
