import pytest
import torch
from tensorboard.compat.proto.summary_pb2 import Summary

from support.summary_files import values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.raw import decode_raw


def test_tensors_of_torch(tmp_path) -> None:
    tensor = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    value = values(written(tmp_path, lambda w: w.add_tensor("t", tensor)))["t"]
    raw = decode_raw(value)
    assert (raw.plugin, raw.content, raw.kind) == ("tensor", b"", "tensor")
    assert raw.array is not None
    assert raw.array.tolist() == tensor.tolist()
    assert Summary.Value.FromString(raw.data) == value


def test_what_holds_no_numbers() -> None:
    metadata = {"plugin_data": {"plugin_name": "new", "content": b"\xff"}}
    for fields, kind in [
        ({"tensor": {"dtype": 7, "string_val": [b"a"]}}, "tensor"),
        ({"image": {"width": 1}}, "image"),
        ({}, ""),
    ]:
        raw = decode_raw(Summary.Value(tag="t", metadata=metadata, **fields))
        assert (raw.plugin, raw.content, raw.kind, raw.array) == ("new", b"\xff", kind, None)


def test_malformed_tensor() -> None:
    with pytest.raises(SummaryError):
        decode_raw(Summary.Value(tensor={"dtype": 1, "tensor_shape": {"dim": [{"size": 9}]}}))
