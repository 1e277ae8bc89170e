"""Arrays in a ``TensorProto``: numbers of any type, and strings.

``tensor_content`` holds the bytes of the array, or one of the typed fields its elements. Source:
TensorFlow, ``core/framework/tensor.proto`` and ``types.proto``. Nothing is allocated by what a
shape claims: a tensor that does not hold all its elements is an error. (TensorFlow may leave out
repetitions at the end; no writer of summaries does.)
"""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries import SummaryError

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

MAX_RANK = 32
"""numpy's least limit; 64 since numpy 2."""
_MAX_SIZE = 2**31 - 1
_MAX_ELEMENTS = 2**60 - 1
"""numpy's limit for float64, also where another dimension is 0 and there are none."""
_STRING = 7
_BFLOAT16 = 14
_HALVES = "half_val"


class _ElementType(NamedTuple):
    dtype: str
    """numpy's name of the elements in ``tensor_content``."""
    field: str
    """The typed field."""


_TYPES = {
    1: _ElementType("<f4", "float_val"),
    2: _ElementType("<f8", "double_val"),
    3: _ElementType("<i4", "int_val"),
    4: _ElementType("u1", "int_val"),
    5: _ElementType("<i2", "int_val"),
    6: _ElementType("i1", "int_val"),
    9: _ElementType("<i8", "int64_val"),
    10: _ElementType("?", "bool_val"),
    _BFLOAT16: _ElementType("<u2", _HALVES),
    17: _ElementType("<u2", "int_val"),
    19: _ElementType("<f2", _HALVES),
    22: _ElementType("<u4", "uint32_val"),
    23: _ElementType("<u8", "uint64_val"),
}
"""By ``DataType``: float, double, int32, uint8, int16, int8, int64, bool, bfloat16, uint16, half,
uint32, uint64."""


def tensor_of(value: "Summary.Value") -> "TensorProto":
    """The tensor of a value. Raises SummaryError when it holds something else."""
    if value.WhichOneof("value") != "tensor":
        raise SummaryError(f"a tensor was expected, not {value.WhichOneof('value') or 'nothing'}")
    return value.tensor


def is_numeric(tensor: "TensorProto") -> bool:
    """Whether the elements are of a type that `numbers` reads."""
    return tensor.dtype in _TYPES


def shape_of(shape: "TensorShapeProto") -> tuple[int, ...]:
    """The dimensions of a tensor's shape. Raises SummaryError when it cannot be an array's."""
    if shape.unknown_rank:
        raise SummaryError("a tensor of unknown rank")
    if len(shape.dim) > MAX_RANK:
        raise SummaryError(f"a tensor with {len(shape.dim)} dimensions")
    sizes = tuple(dim.size for dim in shape.dim)
    too_large = math.prod(filter(None, sizes)) > _MAX_ELEMENTS
    if too_large or any(not 0 <= size <= _MAX_SIZE for size in sizes):
        raise SummaryError(f"a tensor of shape {list(sizes)}")
    return sizes


def numbers(tensor: "TensorProto") -> NDArray[Any]:
    """The elements of a tensor of numbers or truth values, in its shape. Read-only.

    bfloat16 becomes float32. Raises SummaryError for other types (complex numbers among them), and
    where the elements do not fill the shape.
    """
    kind = _TYPES.get(tensor.dtype)
    if kind is None:
        raise SummaryError(f"a tensor of numbers was expected, not of type {tensor.dtype}")
    shape = shape_of(tensor.tensor_shape)
    flat = _packed(tensor, kind) if tensor.tensor_content else _typed(tensor, kind)
    if len(flat) != math.prod(shape):
        raise _incomplete(shape, len(flat))
    if tensor.dtype == _BFLOAT16 and flat.dtype.kind == "u":
        flat = (flat.astype("<u4") << np.uint32(16)).view("<f4")
    array = flat.reshape(shape)
    array.setflags(write=False)
    return array


def float64s(tensor: "TensorProto") -> NDArray[np.float64]:
    """The elements of a tensor of numbers as float64, NaN and ±Inf among them. Read-only."""
    with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
        array = numbers(tensor).astype(np.float64)
    array.setflags(write=False)
    return array


def strings(tensor: "TensorProto") -> tuple[tuple[int, ...], list[bytes]]:
    """Shape and elements, in row-major order, of a tensor of strings.

    Raises SummaryError for other types, and where the elements do not fill the shape.
    """
    if tensor.dtype != _STRING:
        raise SummaryError(f"a tensor of strings was expected, not of type {tensor.dtype}")
    shape = shape_of(tensor.tensor_shape)
    if len(tensor.string_val) != math.prod(shape):
        raise _incomplete(shape, len(tensor.string_val))
    return shape, list(tensor.string_val)


def _packed(tensor: "TensorProto", kind: _ElementType) -> NDArray[Any]:
    content: bytes = tensor.tensor_content
    size = np.dtype(kind.dtype).itemsize
    if len(content) % size:
        raise SummaryError(f"a tensor of {len(content)} bytes, {size} an element")
    return np.frombuffer(content, kind.dtype)


def _typed(tensor: "TensorProto", kind: _ElementType) -> NDArray[Any]:
    # torch's `SummaryWriter.add_tensor` puts uint8 there.
    elements = getattr(tensor, kind.field) or tensor.uint32_val
    count = len(elements)
    if kind.field == _HALVES:
        patterns = np.fromiter(elements, np.int32, count)
        if ((patterns < 0) | (patterns > 0xFFFF)).any():
            # torch's `SummaryWriter.add_tensor` stores what they are as float32.
            return patterns.view("<f4")
        return patterns.astype("<u2").view(kind.dtype)
    dtype = np.dtype(kind.dtype)
    if dtype.kind not in "iu" or dtype.itemsize == np.dtype(np.int64).itemsize:
        return np.fromiter(elements, dtype, count)
    # NumPy 1 cuts off what does not fit, without a word.
    whole = np.fromiter(elements, np.int64, count)
    fitting = whole.astype(dtype)
    if (fitting != whole).any():
        raise SummaryError("an element of a tensor does not fit its type")
    return fitting


def _incomplete(shape: tuple[int, ...], count: int) -> SummaryError:
    return SummaryError(f"a tensor of shape {list(shape)} with {count} elements")
