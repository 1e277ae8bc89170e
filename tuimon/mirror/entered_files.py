"""What a journal has of event files, read while another process may be writing it."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.events.fields import Span
from tuimon.events.gaps import cut_out
from tuimon.mirror.file_marks import Mark, still_holds
from tuimon.mirror.journal import FileEntry, MoveEntry, StretchEntry, gaps_of, whole_lines


class FileCoverage(NamedTuple):
    """How much of an event file was entered in a journal."""

    end: int = 0
    gaps: tuple[Span, ...] = ()
    """What is missing before the end."""


def read_coverage(path: Path) -> dict[str, FileCoverage]:
    """How much of each event file was entered in a journal that another process may be writing.

    Raises:
        JournalError: it was written by another version, or holds no journal.
        OSError: it cannot be read.
    """
    return {file.path: _coverage(file.stretches) for file in _entered(path)}


def is_outlived(path: Path, directories: Collection[str]) -> bool:
    """Whether these log directories held files that were entered in a journal, and none is left.

    Raises:
        JournalError: it was written by another version, or holds no journal.
        OSError: it cannot be read.
    """
    there = [file for file in _entered(path) if str(Path(file.path).parent) in directories]
    return bool(there) and not any(still_holds(file.path, [file.mark]) for file in there)


def is_renamed(path: Path, file: str) -> bool:
    """Whether a file is one that was entered in a journal under a name that is free now.

    Raises:
        JournalError: it was written by another version, or holds no journal.
        OSError: it cannot be read.
    """
    return any(
        known.mark is not None
        and still_holds(file, [known.mark])
        and not still_holds(known.path, [known.mark])
        for known in _entered(path)
    )


class _EnteredFile(NamedTuple):
    path: str
    stretches: list[StretchEntry]

    @property
    def mark(self) -> Mark | None:
        """By which it is known again."""
        marks = (one.head_mark or one.mark for one in self.stretches if not one.late)
        return next(filter(None, marks), None)


def _entered(path: Path) -> list[_EnteredFile]:
    files: list[_EnteredFile] = []
    for entry, _ in whole_lines(path):
        if isinstance(entry, FileEntry):
            files.append(_EnteredFile(entry.path, []))
        elif isinstance(entry, MoveEntry):
            files[entry.file] = files[entry.file]._replace(path=entry.path)
        elif isinstance(entry, StretchEntry):
            files[entry.file].stretches.append(entry)
    return files


def _coverage(stretches: Sequence[StretchEntry]) -> FileCoverage:
    late = [(one.begin, one.end) for one in stretches if one.late]
    gaps = cut_out(gaps_of(one for one in stretches if not one.late), late)
    return FileCoverage(max((one.end for one in stretches), default=0), tuple(gaps))
