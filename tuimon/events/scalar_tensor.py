"""The number in a ``TensorProto`` that holds exactly one, of any numeric type.

TF2-style scalars are tensors: ``tensor_content`` holds the bytes of the array, or one of the typed
fields its elements. Source: TensorFlow, ``core/framework/tensor.proto`` and ``Tensor::FromProto``
(a typed field that is missing stands for zero).
"""

import struct
from typing import NamedTuple

import numpy as np

from tuimon.events.fields import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Buffer,
    Content,
    Span,
    WireError,
    fields,
    read_varint,
)

_DTYPE = 1 << 3 | VARINT
_SHAPE = 2 << 3 | BYTES
_CONTENT = 4 << 3 | BYTES
_DIM = 2 << 3 | BYTES
_SIZE = 1 << 3 | VARINT
_UNKNOWN_RANK = 3 << 3 | VARINT


class _ElementEncoding(NamedTuple):
    dtype: str
    """numpy's name for the bytes in ``tensor_content``."""
    field: int
    """Number of the typed field."""
    wire: int
    """Wire type of that field's elements."""


_BFLOAT16 = 14
_TYPES = {
    1: _ElementEncoding("<f4", 5, FIXED32),
    2: _ElementEncoding("<f8", 6, FIXED64),
    3: _ElementEncoding("<i4", 7, VARINT),
    4: _ElementEncoding("<u1", 7, VARINT),
    5: _ElementEncoding("<i2", 7, VARINT),
    6: _ElementEncoding("<i1", 7, VARINT),
    9: _ElementEncoding("<i8", 10, VARINT),
    10: _ElementEncoding("<u1", 11, VARINT),
    _BFLOAT16: _ElementEncoding("<u2", 13, VARINT),
    17: _ElementEncoding("<u2", 7, VARINT),
    19: _ElementEncoding("<f2", 13, VARINT),
    22: _ElementEncoding("<u4", 16, VARINT),
    23: _ElementEncoding("<u8", 17, VARINT),
}
"""By ``DataType``: float, double, int32, uint8, int16, int8, int64, bool, bfloat16, uint16, half,
uint32, uint64."""


def scalar_of_tensor(payload: Content, spans: list[Span]) -> float | None:
    """The one number of the tensor at `spans` of `payload`.

    None when it is not numeric or does not hold exactly one element. Raises WireError.
    """
    dtype, is_one = 0, True
    content: Span | None = None
    typed: dict[int, Span] = {}  # key → what `fields` gives of its first occurrence
    for start, end in spans:
        for key, first, second in fields(payload, start, end):
            if key == _DTYPE:
                dtype = first & 0xFFFFFFFF
            elif key == _SHAPE:
                is_one &= _is_one(payload, first, second)
            elif key == _CONTENT:
                content = first, second
            elif key & 7 != BYTES or second > first:
                typed.setdefault(key, (first, second))
    if dtype not in _TYPES or not is_one:
        return None
    kind = _TYPES[dtype]
    if content is not None and (size := content[1] - content[0]):
        is_one = size == np.dtype(kind.dtype).itemsize
        return _number(payload[content[0] : content[1]], dtype) if is_one else None
    packed, single = kind.field << 3 | BYTES, kind.field << 3 | kind.wire
    found = next((key for key in typed if key in (packed, single)), None)
    if found is None:
        return 0.0
    first, second = typed[found]
    if kind.wire == VARINT:
        number = first if found == single else read_varint(payload, first, second)[0]
        return _from_varint(number, dtype)
    size = 4 if kind.wire == FIXED32 else 8
    if (second - first) % size:
        raise WireError("a number is cut")
    return _number(payload[first : first + size], dtype)


def _is_one(payload: Content, start: int, end: int) -> bool:
    """Whether the shape is that of one element. The product of all sizes could get very long."""
    is_one = True
    for key, first, second in fields(payload, start, end):
        if key == _DIM:
            size = 0
            for inner_key, number, _ in fields(payload, first, second):
                if inner_key == _SIZE:
                    size = number
            is_one &= size == 1
        elif key == _UNKNOWN_RANK and first:
            is_one = False
    return is_one


def _number(raw: Buffer, dtype: int) -> float:
    if dtype == _BFLOAT16:
        return float(struct.unpack("<f", b"\0\0" + raw)[0])
    return float(np.frombuffer(raw, _TYPES[dtype].dtype)[0])


def _from_varint(number: int, dtype: int) -> float:
    """An element of a varint field: integers of the type, or the bit pattern of a half float."""
    size = np.dtype(_TYPES[dtype].dtype).itemsize
    return _number((number & (2 ** (8 * size) - 1)).to_bytes(size, "little"), dtype)
