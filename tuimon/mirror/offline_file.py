"""W&B's transaction log (``run-<id>.wandb``): reading back what really is on disk.

The format is LevelDB's log format with a 7-byte file header. The file is cut into blocks of 32 KiB;
a chunk, ``crc32: u32 · length: u16 · type: u8 · data``, little-endian, never crosses the end of a
block; a record is one chunk (full) or a first, any number of middle and a last chunk. The checksum
covers type and data. Each record is a protobuf ``Record`` of ``wandb_internal.proto``. Sources:
leveldb ``doc/log_format.md`` and ``core/internal/transactionlog`` of wandb.

wandb-core writes blocks at its leisure, so a file that is being written, or whose writer was
killed, may end anywhere. `Fragments` are the files of one run, one of each life of its mirror.
"""

import logging
import os
import shlex
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from tuimon.events.fields import BYTES, fields

MAGIC = b":W&B"
FILE_HEADER_BYTES = 7
BLOCK_BYTES = 32768
_TAIL_BLOCKS = 4

_CHUNK = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY = 2 << 3 | BYTES
_STATS = 7 << 3 | BYTES
"""The keys of the fields of a ``Record`` that hold a row, and system metrics."""
log = logging.getLogger(__name__)


def is_offline_run(directory: str) -> bool:
    """Whether the directory of a run, by wandb's naming, was written offline."""
    return Path(directory).name.startswith("offline-run-")


class OfflineFileError(ValueError):
    """The file is not a W&B transaction log; the message starts with its path."""


class OfflineFile:
    """Reads whole records from `offset` on; call again for what has been added since.

    `offset` is always behind the last whole record that was returned.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def records(self) -> Iterator[bytes]:
        """Serialized ``Record`` messages, up to the first that is not complete.

        Raises:
            OfflineFileError: the file is no transaction log.
            OSError: it cannot be read.
        """
        with self.path.open("rb") as file:
            if self.offset < FILE_HEADER_BYTES:
                header = file.read(FILE_HEADER_BYTES)
                if len(header) < FILE_HEADER_BYTES:
                    return  # wandb-core has not come to write it
                if not header.startswith(MAGIC):
                    raise OfflineFileError(f"{self.path}: not a W&B file")
                self.offset = FILE_HEADER_BYTES
            for end, record in _records(file, self.offset):
                self.offset = end
                yield record


def last_step(path: Path) -> int | None:
    """The highest step of a history row (W&B's row counter), or None when there is none.

    Reads backwards, so that it costs the same for any size of the file.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for start in _tail_starts(os.fstat(file.fileno()).st_size):
            steps = (_history_step(record) for _, record in _records(file, start))
            last = max((step for step in steps if step is not None), default=None)
            if last is not None:
                return last
    return None


def cut_torn_tail(path: Path) -> int:
    """Truncate a file to its last whole record; returns the number of bytes removed.

    ``wandb sync`` uploads what a torn file holds, reports an error, and does not mark the file as
    synced: with the next sync every row would arrive a second time. Only for a file whose writer
    is dead.

    Raises:
        OSError: the file cannot be read or written.
    """
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        for start in _tail_starts(size):
            end = max((end for end, _ in _records(file, start)), default=0)
            if end or start <= FILE_HEADER_BYTES:
                end = end or min(size, FILE_HEADER_BYTES)
                file.truncate(end)
                os.fsync(file.fileno())
                return size - end
    return 0


def _tail_starts(size: int) -> Iterator[int]:
    """Offsets from which to read the end of a file: ever farther back, at last its beginning."""
    blocks = _TAIL_BLOCKS
    while (start := (size // BLOCK_BYTES - blocks) * BLOCK_BYTES) > 0:
        yield start
        blocks *= 4
    yield FILE_HEADER_BYTES


def _records(file: BinaryIO, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole records from `start`, a chunk's or a block's beginning, with the offset behind each."""
    position = start
    record = b""
    inside = False
    while True:
        block_end = position - position % BLOCK_BYTES + BLOCK_BYTES
        file.seek(position)
        block = file.read(block_end - position)
        at = 0
        while position + at + _CHUNK.size <= block_end:
            if at + _CHUNK.size > len(block):
                return
            checksum, length, kind = _CHUNK.unpack_from(block, at)
            end = at + _CHUNK.size + length
            # The checksum runs from the type on. All zeros: space that was never written.
            if kind == 0 or end > len(block) or zlib.crc32(block[at + 6 : end]) != checksum:
                return
            data = block[at + _CHUNK.size : end]
            at = end
            if kind in (_FULL, _FIRST):
                record, inside = data, True
            else:
                record += data
            # A read that starts in the middle of the file may meet the rest of a record.
            if kind in (_FULL, _LAST) and inside:
                yield position + at, record
                inside = False
        position = block_end


def _history_step(record: bytes) -> int | None:
    return int(_parsed(record).history.step.num) if _holds(record, _HISTORY) else None


def _holds(record: bytes, kind: int) -> bool:
    """Whether a record is of a kind; parsing all of them would take long.

    The key is one byte, which most records of other kinds do not hold anywhere.
    """
    return kind in record and any(key == kind for key, _, _ in fields(record, 0, len(record)))


def _parsed(record: bytes) -> Any:
    from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]

    return Record.FromString(record)


class Fragments:
    """The offline directories of run `run_id` below `wandb_directory`."""

    def __init__(self, wandb_directory: Path, run_id: str) -> None:
        self._parent = wandb_directory
        self._run_id = run_id

    def files(self) -> list[Path]:
        """The transaction logs, oldest first."""
        run = self._run_id
        return sorted(self._parent.glob(f"offline-run-*-{run}/run-{run}.wandb"))

    @property
    def command(self) -> str:
        """wandb's own command that uploads all of them."""
        return f"wandb sync {shlex.quote(str(self._parent))}/offline-run-*-{self._run_id}"

    def mark_uploaded(self) -> None:
        """Keep ``wandb sync`` from uploading them: the run is online now, and gets all rows there.

        Raises:
            OSError: a marker cannot be written.
        """
        for path in self.files():
            path.with_name(f"{path.name}.synced").touch()

    def repair(self) -> None:
        """Cut off what killed writers have left half-written; they must be dead.

        Raises:
            OSError: a file cannot be written.
        """
        for path in self.files():
            if removed := cut_torn_tail(path):
                log.info("%s: cut off %d bytes of a torn record", path, removed)

    def system_metrics(self) -> Iterator[Any]:
        """wandb's records of system metrics.

        Raises:
            OSError: a file cannot be read.
        """
        for path in self.files():
            with suppress(OfflineFileError):
                yield from (
                    _parsed(record)
                    for record in OfflineFile(path).records()
                    if _holds(record, _STATS)
                )

    @property
    def measured(self) -> int:
        """How many records of system metrics they hold; raises OSError."""
        return sum(1 for _ in self.system_metrics())

    def next_row(self, first_row: int) -> int:
        """The number of the first row that no fragment holds; `first_row` when none holds any.

        Raises:
            OSError: a file cannot be read.
        """
        for path in reversed(self.files()):
            step = last_step(path)
            if step is not None:
                return step + 1
        return first_row
