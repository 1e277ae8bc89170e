"""CRC32C as TFRecord stores it, and that of many records at once.

The stored form is *masked*: rotated right by 15 bits plus 0xA282EAD8 modulo 2^32, so that the
checksum of data that hold checksums stays useful. Source: TensorFlow, ``lib/hash/crc32c.h``.

Many frames are verified by one checksum. The *remainder* of data is what a CRC register that
begins with zero holds behind them. It is linear over GF(2), and data that are followed by their own
remainder have the remainder zero. So in a copy of the frames each trailer is replaced by the
remainder that its frame must have if the payload matches the stored checksum: every sound frame
comes to zero, and so do sound frames in a row. The remainder of them all is one call of the
checksum library, which reads tens of gigabytes a second; only where it is not zero, halves of the
frames are asked until the damaged ones are found.

This is as strict as one checksum for each record: one damaged frame among others is found exactly
when its own checksum tells, and so are two with the same damage; that any more than one cancel each
other out has the probability of 2^-32 by which a checksum overlooks a damage at all.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

Crcs = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
"""Frames as rows of 64-bit words, contiguous [n, words]; what is behind a frame means nothing."""

_MASK_DELTA = 0xA282EAD8
_ZERO_REGISTER = 0xFFFFFFFF
"""What the library gives when its register holds zero: it begins and ends with an inversion."""


def masked_crc(data: bytes | Bytes) -> int:
    """Masked CRC32C of `data`."""
    return _masked_one(google_crc32c.value(data))


def masked_crc_of_parts(parts: Iterable[bytes | Bytes]) -> int:
    """Masked CRC32C of data in parts, each of which may be gone when the next is asked for."""
    return _masked_one(reduce(google_crc32c.extend, parts, 0))


def _masked_one(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def unmasked(stored: Crcs) -> Crcs:
    """The plain CRC32C behind the masked form that TFRecord stores."""
    rotated: Crcs = stored - np.uint32(_MASK_DELTA)
    return (rotated << np.uint32(15)) | (rotated >> np.uint32(17))


@lru_cache(maxsize=1)
def masked_crcs_of_short_lengths() -> Crcs:
    """Masked CRC32C of each length below 64 KiB as eight little-endian bytes [65536]."""
    crcs = _byte_terms(6)[:, None] ^ _byte_terms(7)[None, :]
    return _masked(crcs.ravel() ^ np.uint32(google_crc32c.value(bytes(8))))


def masked_length_crcs(lengths: Crcs) -> Crcs:
    """Masked CRC32C of each length as eight little-endian bytes."""
    crcs: Crcs = np.full(lengths.shape, google_crc32c.value(bytes(8)), np.uint32)
    for place in range(4):
        crcs ^= _byte_terms(7 - place).take(lengths >> np.uint32(8 * place) & np.uint32(0xFF))
    return _masked(crcs)


def _masked(crcs: Crcs) -> Crcs:
    return (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(_MASK_DELTA)


@lru_cache(maxsize=4)
def _byte_terms(distance: int) -> Crcs:
    """What a byte with `distance` bytes behind it adds to a CRC, by the byte's value [256]."""
    zero = google_crc32c.value(bytes(distance + 1))
    table: Crcs = np.zeros(1, np.uint32)
    for bit in range(8):
        term = google_crc32c.value(bytes([1 << bit]) + bytes(distance)) ^ zero
        table = np.concatenate([table, table ^ np.uint32(term)])
    return table


@lru_cache(maxsize=1024)
def trailer_key(length: int) -> int:
    """The remainder of a frame's header and payload, XOR the payload's CRC32C.

    It depends on nothing but the length of the payload.
    """
    header = struct.pack("<Q", length)
    header += struct.pack("<I", masked_crc(header))
    zeros = bytes(length)
    return remainder(header + zeros) ^ int(google_crc32c.value(zeros))


def remainder(data: bytes | Bytes) -> int:
    """The remainder of `data`, contiguous."""
    return int(google_crc32c.extend(_ZERO_REGISTER, data)) ^ _ZERO_REGISTER


def damaged_rows(rows: Bytes) -> Iterator[int]:
    """Indices of the rows [n, bytes], with trailers replaced, whose remainder is not zero."""
    pending = [(0, len(rows))]
    while pending:
        start, end = pending.pop()
        if start == end or not remainder(rows[start:end].reshape(-1)):
            continue
        if end - start == 1:
            yield start
        else:
            middle = (start + end) // 2
            pending += [(middle, end), (start, middle)]


def column(rows: NDArray[Any], at: int, dtype: str) -> NDArray[Any]:
    """What lies at byte `at` of each row, read as `dtype`; a view."""
    if not len(rows):
        return np.empty(0, dtype)
    return np.ndarray(len(rows), dtype, rows, at, rows.strides[:1])
