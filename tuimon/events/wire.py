"""A walker over the protobuf wire format of ``Event`` records, without protobuf.

It reads what the store needs (times, steps, tags, plugin names, scalar values) and leaves heavy
content alone. As the wire format demands (https://protobuf.dev/programming-guides/encoding), fields
may come in any order, unknown ones are passed over, the last occurrence of a field wins, the last
member set of a ``oneof`` stays, and the parts of one message are merged. Messages: TensorFlow,
``core/util/event.proto`` and ``core/framework/summary.proto``.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from tuimon.events.fields import (
    BYTES,
    FIXED32,
    FIXED64,
    MOST_FIELDS,
    VARINT,
    Content,
    Span,
    WireError,
    fields,
    signed,
)
from tuimon.events.scalar_tensor import scalar_of_tensor

_F64 = struct.Struct("<d")
_F32 = struct.Struct("<f")

# Keys as they stand on the wire: field number << 3 | wire type.
_WALL_TIME = 1 << 3 | FIXED64
_STEP = 2 << 3 | VARINT
_SOURCE_METADATA = 10 << 3 | BYTES
_WHAT = {
    3 << 3 | BYTES: "file_version",
    4 << 3 | BYTES: "graph_def",
    5 << 3 | BYTES: "summary",
    6 << 3 | BYTES: "log_message",
    7 << 3 | BYTES: "session_log",
    8 << 3 | BYTES: "tagged_run_metadata",
    9 << 3 | BYTES: "meta_graph_def",
}

_VALUE = 1 << 3 | BYTES
_TAG = 1 << 3 | BYTES
_SIMPLE_VALUE = 2 << 3 | FIXED32
_NODE_NAME = 7 << 3 | BYTES
_TENSOR = 8 << 3 | BYTES
_METADATA = 9 << 3 | BYTES
_LEGACY_KINDS = {
    3 << 3 | BYTES: "obsolete_old_style_histogram",
    4 << 3 | BYTES: "image",
    5 << 3 | BYTES: "histo",
    6 << 3 | BYTES: "audio",
}

_PLUGIN_DATA = 1 << 3 | BYTES
_PLUGIN_NAME = 1 << 3 | BYTES
_STATUS = 1 << 3 | VARINT
_START = 1


class Value(NamedTuple):
    """One ``Summary.Value``."""

    tag: str
    kind: str
    """Name of the field set in the ``value`` oneof; empty when none is."""
    scalar: float | None
    """The number of a ``simple_value``, or of a tensor that holds exactly one."""
    plugin: str | None
    """``metadata.plugin_data.plugin_name``; None when the value has no metadata."""


class Event(NamedTuple):
    """One ``Event``: what a log file holds record by record."""

    wall_time: float
    step: int
    kind: str
    """Name of the field set in the ``what`` oneof; empty when none is, ``field 12`` if unknown."""
    values: tuple[Value, ...] = ()
    """Of kind ``summary``."""
    starts: bool = False
    """Of kind ``session_log``: whether its status is START."""
    tag: str = ""
    """Of kind ``tagged_run_metadata``."""


def parse_event(payload: Content, start: int = 0, end: int | None = None) -> Event:
    """Read the serialized ``Event`` between two positions of `payload`, by default all of it.

    Raises WireError on bytes that protobuf would reject, and IndexError, ValueError or struct.error
    where `payload` does not hold all that has to be looked at.
    """
    wall_time, step, kind = 0.0, 0, ""
    what: list[Span] = []
    for key, first, second in fields(payload, start, len(payload) if end is None else end):
        if key == _WALL_TIME:
            (wall_time,) = _F64.unpack(payload[first:second])
        elif key == _STEP:
            step = signed(first)
        elif key in _WHAT:
            if kind != _WHAT[key]:
                kind = _WHAT[key]
                what = []
            what.append((first, second))
        elif key != _SOURCE_METADATA and not kind:
            kind = f"field {key >> 3}"
    if kind == "summary":
        return Event(wall_time, step, kind, values=_values(payload, what))
    if kind == "session_log":
        status = 0
        for key, first, _ in _all_fields(payload, what):
            if key == _STATUS:
                status = first & 0xFFFFFFFF
        return Event(wall_time, step, kind, starts=status == _START)
    if kind == "tagged_run_metadata":
        return Event(wall_time, step, kind, tag=_text(payload, what, _TAG))
    return Event(wall_time, step, kind)


def _values(payload: Content, summary: list[Span]) -> tuple[Value, ...]:
    return tuple(
        [
            _value(payload, first, second)
            for key, first, second in _all_fields(payload, summary)
            if key == _VALUE
        ]
    )


def _value(payload: Content, start: int, end: int) -> Value:
    tag, kind = "", ""
    scalar: float | None = None
    tensor: list[Span] = []
    metadata: list[Span] = []
    for key, first, second in fields(payload, start, end):
        if key == _TAG:
            # Old writers in C++ put there what a name of a file or of a locale gave them.
            tag = _decode(payload, first, second, errors="surrogateescape")
        elif key == _SIMPLE_VALUE:
            kind = "simple_value"
            (scalar,) = _F32.unpack(payload[first:second])
        elif key == _TENSOR:
            if kind != "tensor":
                kind = "tensor"
                tensor = []
            tensor.append((first, second))
        elif key == _METADATA:
            metadata.append((first, second))
        elif key in _LEGACY_KINDS:
            kind = _LEGACY_KINDS[key]
        elif key != _NODE_NAME and not kind:
            kind = f"value field {key >> 3}"
    if kind == "tensor":
        scalar = scalar_of_tensor(payload, tensor)
    elif kind != "simple_value":
        scalar = None
    plugin: str | None = None
    if metadata:
        plugin_data = [
            (first, second)
            for key, first, second in _all_fields(payload, metadata)
            if key == _PLUGIN_DATA
        ]
        plugin = _text(payload, plugin_data, _PLUGIN_NAME)
    return Value(tag, kind, scalar, plugin)


def _text(payload: Content, spans: list[Span], wanted: int) -> str:
    text = ""
    for key, first, second in _all_fields(payload, spans):
        if key == wanted:
            text = _decode(payload, first, second)
    return text


def _all_fields(payload: Content, spans: list[Span]) -> Iterator[tuple[int, int, int]]:
    """The fields of a message whose parts lie at `spans`."""
    if len(spans) == 1:
        return fields(payload, *spans[0])
    return _merged_fields(payload, spans)


def _merged_fields(payload: Content, spans: list[Span]) -> Iterator[tuple[int, int, int]]:
    left = MOST_FIELDS
    for start, end in spans:
        for field in fields(payload, start, end):
            yield field
            left -= 1
        if left < 0:
            raise WireError("a message has too many fields")


def _decode(payload: Content, start: int, end: int, errors: str = "strict") -> str:
    content = payload[start:end]
    if len(content) < end - start:
        raise IndexError("the payload is cut")
    try:
        return str(content, "utf-8", errors)
    except UnicodeDecodeError as error:
        raise WireError("a string is not UTF-8") from error
