"""From a reference in an event file to the decoded summary."""

import os
from collections import OrderedDict
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from tuimon.events.frames import HEADER_BYTES, TRAILER_BYTES, FrameError, read_payload
from tuimon.regular_file import regular_file
from tuimon.summaries import SummaryError

if TYPE_CHECKING:
    from tuimon.store.run_log import RunLog
    from tuimon.summaries.decoders import Decoded

MAX_RECORD_BYTES = 128 << 20
"""Longer records are not decoded."""

_MOST_RECORDS = 100
"""Of one tag, that are read to be put together."""


class RecordKey(NamedTuple):
    """What tells the summary of a record from all others."""

    path: str
    tag: str
    plugin: str
    offset: int
    length: int
    checksum: bytes
    """Of the payload: files are replaced, and the system gives the same inode again."""


def record_key(
    path: str | os.PathLike[str], tag: str, plugin: str, offset: int, length: int
) -> RecordKey:
    """The key of a summary, of which 4 bytes are read; arguments as of `SummaryReader.read`.

    Raises OSError.
    """
    with regular_file(path, buffering=0) as file:
        checksum = os.pread(file.fileno(), TRAILER_BYTES, offset + HEADER_BYTES + length)
    return RecordKey(os.fspath(path), tag, plugin, offset, length, checksum)


class SummaryReader:
    """Reads and decodes summaries, and keeps those that were used last. Safe for any threads.

    What it returns is shared: nothing of it can be changed.
    """

    def __init__(self, max_bytes: int = 32 << 20) -> None:
        self.max_bytes = max_bytes
        """Most bytes of records whose decoded summaries are kept."""
        self._lock = Lock()
        self._kept: OrderedDict[RecordKey, Decoded] = OrderedDict()  # the last used one last
        self.kept_bytes = 0
        """Bytes of the records whose decoded summaries are kept."""

    def read(
        self, path: str | os.PathLike[str], tag: str, plugin: str, offset: int, length: int
    ) -> "Decoded":
        """The summary of `tag` in the record whose frame lies at `offset` of a file.

        `length` is that of the record's payload, `plugin` the name of TensorBoard's plugin.

        Raises:
            SummaryError: the content is not what the plugin demands.
            FrameError: the file does not hold that record (any more).
            OSError: it cannot be read.
        """
        return self.read_record(record_key(path, tag, plugin, offset, length))

    def newest(self, run: "RunLog", tag: str) -> "Decoded | None":
        """What the newest summary of a tag of a run says; None if none can be read."""
        series = run.refs.get(tag)
        last = series.last if series is not None else None
        if series is None or last is None:
            return None
        try:
            return self.read(run.paths[last.file], tag, series.plugin, last.offset, last.length)
        except (SummaryError, FrameError, OSError):
            return None

    def every(self, run: "RunLog", tag: str) -> "list[Decoded]":
        """What the summaries of a tag say, superseded ones too; those that can be read, in order.

        Of very many, the newest.
        """
        series = run.refs.get(tag)
        refs = series.all_refs() if series is not None else None
        found: list[Decoded] = []
        if series is None or refs is None:
            return found
        for index in range(len(refs.steps))[-_MOST_RECORDS:]:
            ref = refs.ref(index)
            with suppress(SummaryError, FrameError, OSError):
                path = run.paths[ref.file]
                found.append(self.read(path, tag, series.plugin, ref.offset, ref.length))
        return found

    def read_record(self, key: RecordKey) -> "Decoded":
        """The summary that `record_key` tells of. Raises as `read` does."""
        if key.length > MAX_RECORD_BYTES:
            raise SummaryError(f"a record of {key.length} bytes, more than {MAX_RECORD_BYTES}")
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        from tuimon.summaries.decoders import decode_payload

        payload = read_payload(key.path, key.offset, key.length)
        decoded = decode_payload(payload, key.tag, key.plugin)
        if key.length <= self.max_bytes:
            self._keep(key, decoded)
        return decoded

    def _keep(self, key: RecordKey, decoded: "Decoded") -> None:
        with self._lock:
            if key not in self._kept:
                self.kept_bytes += key.length
            self._kept[key] = decoded
            while self.kept_bytes > self.max_bytes:
                dropped, _ = self._kept.popitem(last=False)
                self.kept_bytes -= dropped.length
