"""CRC32C as TFRecord stores it, and that of many records that differ in few bytes.

The stored form is *masked*: rotated right by 15 bits plus 0xA282EAD8 modulo 2^32, so that the
checksum of data that hold checksums stays useful. Source: TensorFlow, ``lib/hash/crc32c.h``.

CRC32C is affine over GF(2). For messages of one length, ``crc(a XOR b) = crc(a) XOR L(b)``, where
``L`` is linear: ``L(b)`` is the XOR of one term for each byte, and the term depends on nothing but
the byte's value and its distance to the message's end. So the checksum of a record is that of its
*template*, the record with its free bytes zeroed, which is computed once by ordinary means, XOR the
terms of its 14 or so free bytes, which are looked up in tables for all records at once.

A term moves with the distance: the term of a byte `n` bytes further to the front is the old one
advanced by `n` zero bytes, and to advance is linear as well. So tables for a few short distances,
two bytes at a time, serve all records; what they give for the step's last byte, say, is then
advanced by what follows it in the record at hand.

All tables come from the checksum library itself, by its answers to single bits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

Crcs = NDArray[np.uint32]
Words = NDArray[np.uint64]
"""Records as rows of 64-bit words, contiguous [n, words]."""


_MASK_DELTA = 0xA282EAD8


def masked_crc(data: bytes) -> int:
    """Masked CRC32C of `data`."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def masked_length_crcs(lengths: Crcs) -> Crcs:
    """Masked CRC32C of each length as eight little-endian bytes."""
    crcs: Crcs = _pair_terms(6).take((lengths & np.uint32(0xFFFF)).astype(np.intp))
    crcs ^= _pair_terms(4).take((lengths >> np.uint32(16)).astype(np.intp))
    crcs ^= np.uint32(google_crc32c.value(bytes(8)))
    return (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(_MASK_DELTA)


def unmasked(stored: Crcs) -> Crcs:
    """The plain CRC32C behind the masked form that TFRecord stores."""
    rotated: Crcs = stored - np.uint32(_MASK_DELTA)
    return (rotated << np.uint32(15)) | (rotated >> np.uint32(17))


def terms(rows: Words, start: int, end: int) -> Crcs:
    """``L`` of the bytes from `start` to `end` of each row, as if the message ended there."""
    total: Crcs = np.zeros(len(rows), np.uint32)
    for at in range(start, end - 1, 2):
        # Indices of numpy's own type are looked up three times as fast as others.
        total ^= _pair_terms(end - at - 2).take(column(rows, at, "<u2").astype(np.intp))
    if (end - start) % 2:
        total ^= _byte_terms(0).take(column(rows, end - 1, "u1").astype(np.intp))
    return total


def column(rows: Words, at: int, dtype: str) -> NDArray[Any]:
    """What lies at byte `at` of each row, read as `dtype`; a view."""
    if not len(rows):
        return np.empty(0, dtype)
    return np.ndarray(len(rows), dtype, rows, at, rows.strides[:1])


def advanced(crcs: Crcs, zeros: int) -> Crcs:
    """Terms advanced by `zeros` bytes: what they are that much further to the front."""
    if not zeros:
        return crcs
    result: Crcs = np.zeros(len(crcs), np.uint32)
    for place, table in enumerate(_advance_tables(zeros)):
        result ^= table.take((crcs >> np.uint32(8 * place) & np.uint32(0xFF)).astype(np.intp))
    return result


@lru_cache(maxsize=256)
def _byte_terms(distance: int) -> Crcs:
    """Terms of a byte with `distance` bytes behind it, by the byte's value [256]."""
    zero = google_crc32c.value(bytes(distance + 1))
    bits = [google_crc32c.value(bytes([1 << bit]) + bytes(distance)) ^ zero for bit in range(8)]
    return _combinations(bits)


@lru_cache(maxsize=64)
def _pair_terms(distance: int) -> Crcs:
    """Terms of two bytes with `distance` bytes behind them, by their little-endian value."""
    first, second = _byte_terms(distance + 1), _byte_terms(distance)
    pairs: Crcs = (second[:, None] ^ first[None, :]).ravel()
    return pairs


@lru_cache(maxsize=1024)
def _advance_tables(zeros: int) -> tuple[Crcs, ...]:
    """Advanced terms for each byte of a term, least significant first, [4][256]."""
    padding = bytes(zeros)
    zero = google_crc32c.extend(0, padding)
    bits = [google_crc32c.extend(1 << bit, padding) ^ zero for bit in range(32)]
    return tuple(_combinations(bits[8 * place : 8 * place + 8]) for place in range(4))


def _combinations(bits: list[int]) -> Crcs:
    """The XOR of each subset of eight terms, by the subset as a number [256]."""
    table: Crcs = np.zeros(1, np.uint32)
    for bit in bits:
        table = np.concatenate([table, table ^ np.uint32(bit)])
    return table
