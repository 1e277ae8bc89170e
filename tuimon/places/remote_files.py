"""What a remote file system can do: the one protocol, whatever carries it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

MOST_ENTRIES = 50_000
"""Of one directory: a log directory is no data set."""


class LinkError(Exception):
    """The connection is lost, or could not be made: to be tried again. One line, not yet safe."""


class RefusalError(Exception):
    """The other side says no to one thing: no such file, no permission. One line, not yet safe."""

    def __init__(self, message: str, *, is_gone: bool = False) -> None:
        super().__init__(message)
        self.is_gone = is_gone
        """Whether there is nothing of that name."""


class RemoteEntry(NamedTuple):
    """A file or a directory in a listing."""

    size: int
    """Bytes."""
    modified: float
    """Unix s, by the clock there; 0 where nobody knows."""
    is_directory: bool = False
    real: str = ""
    """Of a directory behind a link: its path without links, as the server has it."""


class RemoteListing(NamedTuple):
    """What a directory holds by name, or the only file that a place is, as ``""``."""

    entries: dict[str, RemoteEntry]
    truncated: bool = False


class RemoteRange(NamedTuple):
    """Bytes of a file, which may have fewer."""

    path: str
    offset: int
    length: int


class LinkTraffic(NamedTuple):
    """What went over the link since it was there."""

    received: int = 0
    """Bytes."""
    requests: int = 0


class RemoteFiles(Protocol):
    """A place, connected. Paths are relative to it, ``""`` is the place itself."""

    deep: bool
    """Whether a listing has all files below the directory (by relative paths), and no directories:
    then the place itself alone is listed."""

    @property
    def traffic(self) -> LinkTraffic:
        """So far."""

    def list(
        self, directories: Sequence[str]
    ) -> Iterator[tuple[str, "RemoteListing | RefusalError"]]:
        """List many at once, in the order in which answers come. Raises LinkError."""

    def look(self, paths: Sequence[str]) -> Iterator[tuple[str, RemoteEntry | RefusalError]]:
        """How many files are, at less cost than listings. Raises LinkError."""

    def read(
        self, ranges: Sequence[RemoteRange]
    ) -> Iterator[tuple[RemoteRange, bytes | RefusalError]]:
        """Read many at once, in the order in which answers come. Raises LinkError.

        Fewer bytes than were asked for come where the file has no more, or where the server gives
        no more at a time.
        """

    def close(self) -> None:
        """End the connection at once, whatever hangs."""
