"""Fields and numbers of the protobuf wire format.

Source: https://protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator
from typing import Protocol, TypeAlias, overload

VARINT, FIXED64, BYTES, _GROUP, _END_GROUP, FIXED32 = range(6)
"""Wire types."""

Buffer: TypeAlias = bytes | memoryview
"""What messages are read from. Memoryviews are those of `tuimon.events.buffer`."""


class Content(Protocol):
    """Bytes by their positions: a `Buffer`, or what reads them as they are looked at."""

    @overload
    def __getitem__(self, key: int, /) -> int: ...
    @overload
    def __getitem__(self, key: slice, /) -> Buffer: ...
    def __len__(self) -> int: ...


Span: TypeAlias = tuple[int, int]
"""Where a field's content lies in its payload: start and end."""

MOST_FIELDS = 1 << 18
"""Fields of one message. No writer comes near it; each costs memory many times its bytes."""
_MOST_NESTED_GROUPS = 100
_64_BITS = 2**64 - 1


class WireError(ValueError):
    """The bytes are no well-formed message."""


def fields(payload: Content, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The fields of the message at ``payload[start:end]``, in order.

    Each is (key, number, 0) for a varint, otherwise (key, start of the content, its end), where the
    key is the field number << 3 | the wire type. Raises WireError.
    """
    at = start
    for _ in range(MOST_FIELDS):
        if at >= end:
            return
        key = payload[at]
        if key < 0x80:
            at += 1
        else:
            key, at = read_varint(payload, at, end)
        if key < 8 or key >> 32:
            raise WireError("a field number is out of range")
        wire_type = key & 7
        if wire_type == VARINT:
            number, at = read_varint(payload, at, end)
            yield key, number, 0
            continue
        if wire_type == BYTES:
            if at < end and (length := payload[at]) < 0x80:
                at += 1
            else:
                length, at = read_varint(payload, at, end)
            stop = at + length
        else:
            stop = _content_end(payload, at, end, key, 0)
        if stop > end:
            raise WireError("a field ends behind its message")
        yield key, at, stop
        at = stop
    if at < end:
        raise WireError("a message has too many fields")


def _content_end(payload: Content, at: int, end: int, key: int, depth: int) -> int:
    """Where the content of the field with `key` ends. A group contains the key that ends it."""
    wire_type = key & 7
    if wire_type == FIXED32:
        return at + 4
    if wire_type == FIXED64:
        return at + 8
    if wire_type == VARINT:
        return read_varint(payload, at, end)[1]
    if wire_type == BYTES:
        length, at = read_varint(payload, at, end)
        return at + length
    if wire_type == _GROUP and depth < _MOST_NESTED_GROUPS:
        while True:
            inner, at = read_varint(payload, at, end)
            if inner & 7 == _END_GROUP and inner >> 3 == key >> 3:
                return at
            at = _content_end(payload, at, end, inner, depth + 1)
    raise WireError("a field has no valid wire type")


def read_varint(payload: Content, at: int, end: int) -> tuple[int, int]:
    """The base-128 number at `at` (its low 64 bits) and the position behind it.

    Raises WireError when it has more than ten bytes or does not end before `end`.
    """
    number = shift = 0
    while at < end and shift < 70:
        byte = payload[at]
        at += 1
        if byte < 0x80:
            return (number | byte << shift) & _64_BITS, at
        number |= (byte & 0x7F) << shift
        shift += 7
    raise WireError("a number does not end")


def signed(number: int) -> int:
    """The int64 that a 64-bit varint stands for."""
    return number if number < 2**63 else number - 2**64
