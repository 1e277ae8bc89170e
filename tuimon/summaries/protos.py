"""Parsing of messages, hostile ones among them.

A message of two bytes may take a hundred in memory, so their number is looked at before protobuf
allocates them.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from tuimon.events.fields import BYTES, WireError, fields
from tuimon.summaries import SummaryError

MAX_PARTS = 1 << 21
"""Messages, strings and packed arrays in one message, at all depths. The graph of a model has some
ten for each node."""
_MAX_DEPTH = 100
"""protobuf's own limit."""


def parse(message: Any, data: bytes, name: str) -> Any:
    """`data` as a message of a type. Raises SummaryError, which calls it `name`."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        if (
            _most_parts(data) > MAX_PARTS
            and _parts(message.DESCRIPTOR, data, 0, len(data), MAX_PARTS, _MAX_DEPTH) > MAX_PARTS
        ):
            raise SummaryError(f"{name} of more than {MAX_PARTS} parts")
        return message.FromString(data)
    except (DecodeError, WireError, RecursionError):  # the last by protobuf in pure Python
        raise SummaryError(f"malformed {name}") from None


def _most_parts(data: bytes) -> int:
    """No message of these bytes has more parts: each has a key, which ends in its wire type."""
    return int(np.count_nonzero((np.frombuffer(data, np.uint8) & 7) == BYTES))


def _parts(descriptor: Any, data: bytes, start: int, end: int, most: int, depth: int) -> int:
    """Parts of the message at ``data[start:end]``, at all depths; may stop behind `most`."""
    if not depth:
        raise WireError("messages are nested too deep")
    nested = _nested(descriptor)
    count = 0
    for key, first, second in fields(data, start, end):
        if key & 7 == BYTES:
            count += 1
            if key >> 3 in nested:
                inner = nested[key >> 3]
                count += _parts(inner, data, first, second, most - count, depth - 1)
            if count > most:
                break
    return count


@lru_cache(maxsize=256)
def _nested(descriptor: Any) -> dict[int, Any]:
    """Descriptors of the fields that hold messages, by number."""
    return {
        number: field.message_type
        for number, field in descriptor.fields_by_number.items()
        if field.message_type is not None
    }
