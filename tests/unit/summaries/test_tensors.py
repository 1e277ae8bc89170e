import numpy as np
import pytest
import torch
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.tensors import float64s, numbers, strings

DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def shape(*sizes: int) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("array", [[[0, 1, 2], [3, 4, 5]], [1], 1, np.empty((0, 3))])
def test_packed_numbers_of_every_type(dtype: str, array: object) -> None:
    expected = np.asarray(array).astype(dtype)
    content = TensorProto(
        dtype=make_tensor_proto(expected).dtype,
        tensor_shape=shape(*expected.shape),
        tensor_content=expected.tobytes(),
    )
    for proto in (content, make_tensor_proto(expected)):
        decoded = numbers(proto)
        np.testing.assert_array_equal(decoded, expected)
        assert decoded.shape == expected.shape
        assert decoded.dtype == expected.dtype
        assert not decoded.flags.writeable


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.int8, torch.int32, torch.int64, torch.uint8]
)
def test_tensors_of_torch(tmp_path, dtype) -> None:
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    proto = values(written(tmp_path, lambda w: w.add_tensor("t", tensor)))["t"].tensor
    np.testing.assert_array_equal(numbers(proto), tensor.numpy())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_halves_of_torch_which_tensorboard_cannot_read(tmp_path, dtype) -> None:
    """They are stored as bit patterns of float32."""
    tensor = torch.tensor([0, 1, -2.5, float("inf")]).to(dtype)
    proto = values(written(tmp_path, lambda w: w.add_tensor("t", tensor)))["t"].tensor
    assert numbers(proto).tolist() == [0, 1, -2.5, float("inf")]


def test_bfloat16_is_widened() -> None:
    patterns = [0x3F80, 0xC000, 0x7FC0]
    proto = TensorProto(dtype=14, tensor_shape=shape(3), half_val=patterns)
    np.testing.assert_array_equal(numbers(proto), np.array([1, -2, np.nan], np.float32))


def test_not_finite_numbers_stay() -> None:
    logged = np.array([np.nan, np.inf, -np.inf], np.float32)
    np.testing.assert_array_equal(float64s(make_tensor_proto(logged)), logged.astype(np.float64))


def test_strings_in_their_shape() -> None:
    assert strings(make_tensor_proto([[b"a", b"b"], [b"\xff", b""]])) == (
        (2, 2),
        [b"a", b"b", b"\xff", b""],
    )
    assert strings(make_tensor_proto("x")) == ((), [b"x"])


@pytest.mark.parametrize(
    "proto",
    [
        TensorProto(dtype=1, tensor_shape=shape(2**40), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(2**20), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(2**20, 2**20, 0), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(2**62, 0)),
        TensorProto(dtype=1, tensor_shape=shape(-1), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(-1, -1), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(*[1] * 100), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=TensorShapeProto(unknown_rank=True), float_val=[1]),
        TensorProto(dtype=1, tensor_shape=shape(2), float_val=[1, 2, 3]),
        TensorProto(dtype=1, tensor_shape=shape(1), tensor_content=b"abcde"),
        TensorProto(dtype=1, tensor_shape=shape()),
        TensorProto(dtype=4, tensor_shape=shape(1), int_val=[256]),
        TensorProto(dtype=8, tensor_shape=shape(1), scomplex_val=[1, 2]),
        TensorProto(tensor_shape=shape(0)),
        TensorProto(dtype=9999),
    ],
)
def test_hostile_tensors(proto) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        numbers(proto)


@pytest.mark.parametrize(
    "proto",
    [
        TensorProto(dtype=7, tensor_shape=shape(2**30), string_val=[b"a"]),
        TensorProto(dtype=7, tensor_shape=shape(1), tensor_content=b"a"),
        TensorProto(dtype=1, tensor_shape=shape(1), string_val=[b"a"]),
    ],
)
def test_hostile_strings(proto) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        strings(proto)
