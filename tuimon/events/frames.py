"""TFRecord frames, the container of TensorBoard's event files.

A frame is ``length: u64 · crc(length): u32 · payload · crc(payload): u32``, little-endian. The
checksum is CRC32C in the masked form of `tuimon.events.crc`. Source: TensorFlow,
``lib/io/record_writer.h``.

`scan_frames` walks the chain of frames while both checksums of each are right, and passes over a
record whose content alone is damaged. Where the chain is broken (a damaged length, bytes lost or
added) `header_positions` tells where it may go on.
"""

import os
import struct
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.crc import masked_crc, masked_crcs_of_short_lengths, masked_length_crcs
from tuimon.events.fields import Buffer, Span
from tuimon.regular_file import regular_file

HEADER_BYTES = 12
TRAILER_BYTES = 4
FRAME_BYTES = HEADER_BYTES + TRAILER_BYTES
"""What a frame adds to its payload."""

MAX_PAYLOAD_BYTES = 2**31 - 1
"""protobuf's own limit for a message: a frame that claims more is damaged, not long."""

MAX_RECORD_BYTES = 128 << 20
"""Bigger records are counted as unknown and not read: nothing on a screen is that big."""

SHORT_BYTES = 16 << 10
"""Where headers lead to no valid frame again and again, only those of shorter ones are followed:
a file full of headers would take the square of its size in time."""

_SEARCH_BYTES = 1 << 20
_BLOCK_WORDS = 1 << 17
"""Temporary arrays of more than this come from the system anew each time, page by page."""

_VIEWED_BYTES = 16 << 10
"""A payload of so many bytes is not copied to be verified; to make a view takes as long."""

_HEADER = struct.Struct("<QI")


class FrameError(ValueError):
    """The bytes at an offset are not a valid frame (any more)."""


class ScanStop(Enum):
    """Why `scan_frames` stopped."""

    CUT = "cut"
    """The buffer ends inside a frame."""
    LIMIT = "limit"
    """There were as many frames as asked for."""
    BROKEN = "broken"
    """There is no frame, or one that lost or gained bytes."""


class Scan(NamedTuple):
    """Outcome of `scan_frames`; positions count from the start of the scanned buffer."""

    payloads: list[Span]
    """Of the valid frames."""
    end: int
    """Everything before it is accounted for."""
    stop: ScanStop
    wanted: int
    """Bytes from `end` that are needed to go on (when cut)."""
    damaged: list[Span]
    """Frames that were passed over."""


def frame_header(length: int) -> bytes:
    """The header of a frame with a payload of `length` bytes."""
    packed = struct.pack("<Q", length)
    return packed + struct.pack("<I", masked_crc(packed))


def payload_length(buffer: Buffer, at: int) -> int:
    """Length that the frame header at `at` claims; -1 when there is no valid header."""
    return length_in_header(bytes(buffer[at : at + HEADER_BYTES]))


@lru_cache(maxsize=1024)  # a log has few lengths
def length_in_header(header: bytes) -> int:
    """What `payload_length` says of the header that is all of `header`."""
    if len(header) < HEADER_BYTES:
        return -1
    length, crc = _HEADER.unpack(header)
    return -1 if length > MAX_PAYLOAD_BYTES or masked_crc(header[:8]) != crc else int(length)


def scan_frames(buffer: Buffer, start: int = 0, limit: int | None = None) -> Scan:
    """Split `buffer`, where a frame begins at `start`, into at most `limit` frames. Never raises.

    A frame whose payload does not match its checksum is passed over when its end leads to a next
    one and no frame begins inside it; until a next one is there, nothing is decided.
    """
    payloads: list[Span] = []
    size = len(buffer)
    damaged: list[Span] = []
    at = start
    while True:
        if limit is not None and len(payloads) >= limit:
            stop, wanted = ScanStop.LIMIT, 0
            break
        first = at + HEADER_BYTES
        if size < first:
            stop, wanted = ScanStop.CUT, FRAME_BYTES
            break
        length = length_in_header(bytes(buffer[at:first]))
        if length < 0:
            stop, wanted = ScanStop.BROKEN, 0
            break
        last = first + length
        end = last + TRAILER_BYTES
        if end > size:
            stop, wanted = ScanStop.CUT, end - at
            break
        if _is_intact(buffer, first, last):
            payloads.append((first, last))
        elif end + HEADER_BYTES > size:
            stop, wanted = ScanStop.CUT, end + HEADER_BYTES - at
            break
        elif payload_length(buffer, end) < 0 or _holds_frame(buffer, at + 1, end):
            stop, wanted = ScanStop.BROKEN, 0
            break
        else:
            damaged.append((at, end))
        at = end
    return Scan(payloads, at, stop, wanted, damaged)


def is_valid_frame(buffer: Buffer, at: int) -> bool:
    """Whether `buffer` holds a whole frame at `at` with both checksums right."""
    length = payload_length(buffer, at)
    end = at + FRAME_BYTES + length
    if length < 0 or end > len(buffer):
        return False
    return _is_intact(buffer, at + HEADER_BYTES, end - TRAILER_BYTES)


def _is_intact(buffer: Buffer, start: int, end: int) -> bool:
    """Whether the payload between two positions is what the checksum behind it says."""
    if end - start < _VIEWED_BYTES:
        crc = masked_crc(bytes(buffer[start:end]))
    else:
        crc = masked_crc(np.frombuffer(buffer, np.uint8, end - start, start))
    return crc == int.from_bytes(buffer[end : end + TRAILER_BYTES], "little")


def _holds_frame(buffer: Buffer, start: int, end: int) -> bool:
    """Whether a valid frame lies between two positions."""
    wasted, most_wasted = 0, 16 * (end - start)
    for first in range(start, end, _SEARCH_BYTES):
        part = buffer[first : min(first + _SEARCH_BYTES + HEADER_BYTES - 1, end)]
        for at in (header_positions(part) + first).tolist():
            length = FRAME_BYTES + payload_length(buffer, at)
            if at + length > end or (length > SHORT_BYTES and wasted > most_wasted):
                continue
            if is_valid_frame(buffer, at):
                return True
            wasted += length
    return False


def header_positions(buffer: Buffer, start: int = 0) -> NDArray[np.int64]:
    """All positions at or behind `start` that hold a valid frame header, ascending.

    Looks at every byte: for damaged data, where no frame tells where the next one is.
    """
    count = len(buffer) - HEADER_BYTES + 1 - start
    if count <= 0:
        return np.empty(0, np.int64)
    words = np.ndarray(count + 8, "<u4", buffer, start, (1,))  # one at every byte position
    low, high, stored = words[:count], words[4 : 4 + count], words[8 : 8 + count]
    at = np.flatnonzero((high == 0) & (low <= MAX_PAYLOAD_BYTES))
    at = at[masked_length_crcs(low[at]) == stored[at]]
    positions: NDArray[np.int64] = at.astype(np.int64) + start
    return positions


class Chain(NamedTuple):
    """Frames of less than 64 KiB that follow each other; positions in the buffer."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def frame_chain(buffer: Buffer, start: int, stop: int) -> Chain:
    """Frames from `start` on that end before `stop`, found all at once; payloads are not checked.

    All valid headers in the range are frames of the chain: it ends where one lies inside a frame.
    """
    at, lengths = _short_headers(buffer, start, stop)
    ends = at + lengths + FRAME_BYTES
    if not len(at) or at[0] != start:
        return Chain(at[:0], at[:0])
    broken = np.flatnonzero(ends[:-1] != at[1:])
    count = int(broken[0]) + 1 if len(broken) else len(at)
    if ends[count - 1] > stop:
        count -= 1
    return Chain(at[:count], ends[:count])


def _short_headers(
    buffer: Buffer, start: int, stop: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the valid headers of frames below 64 KiB, ascending, and their lengths."""
    crcs = masked_crcs_of_short_lengths()
    everywhere = np.ndarray((max(stop - HEADER_BYTES + 1, 0),), "V12", buffer, 0, (1,))
    runs = _zero_runs(buffer, start, stop)
    found, lengths = [], []
    # Bytes 2 to 7 of a header are zero. Where the run begins in it depends on whether it lies at an
    # odd position with a length below 256, at an even one, or at an odd one with a longer length.
    for distance in (1, 2, 3):
        at = runs - distance
        inside = (at >= start) & (at < len(everywhere))
        runs, at = runs[inside], at[inside]
        words = everywhere[at].view("<u4").reshape(-1, 3)
        is_short = (words[:, 0] < 1 << 16) & (words[:, 1] == 0)
        valid = is_short & (crcs.take(words[:, 0] & 0xFFFF) == words[:, 2])
        found.append(at[valid])
        lengths.append(words[valid, 0].astype(np.int64))
        runs = runs[~valid]
    positions = np.concatenate(found)
    order = np.argsort(positions, kind="stable")
    return positions[order], np.concatenate(lengths)[order]


def _zero_runs(buffer: Buffer, start: int, stop: int) -> NDArray[np.int64]:
    """Where runs of zeros begin that have at least two words of 16 bits, and no such word before.

    Among the zeros of a header are two whole words, and the word before them holds its length.
    """
    words = np.frombuffer(buffer, "<u2", stop // 2)
    found = [np.empty(0, np.int64)]
    for first in range(max(start // 2, 1), len(words), _BLOCK_WORDS):
        zero = words[first - 1 : first + _BLOCK_WORDS + 1] == 0
        found.append(2 * (np.flatnonzero(zero[1:-1] & zero[2:] & ~zero[:-2]) + first))
    return np.concatenate(found)


def read_payload(path: str | os.PathLike[str], offset: int, length: int) -> bytes:
    """Payload of the frame at `offset` of the file at `path`, both checksums verified.

    Raises FrameError when the file does not hold that frame (damaged, truncated or replaced since)
    and OSError when it cannot be read.
    """
    with regular_file(path, buffering=0) as file:
        data = os.pread(file.fileno(), length + FRAME_BYTES, offset)
    if payload_length(data, 0) != length or not is_valid_frame(data, 0):
        raise FrameError(f"no valid record of {length} bytes at offset {offset} of {path}")
    return data[HEADER_BYTES:-TRAILER_BYTES]
