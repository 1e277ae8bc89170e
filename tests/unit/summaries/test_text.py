import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.text import summary_v2
from tensorboard.plugins.text.text_plugin import reduce_to_2d
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.texts import Text, decode_text


@pytest.mark.parametrize("writer", WRITERS)
def test_text_of_summary_writers(tmp_path, writer) -> None:
    text = "# Lösung\n\n| a | b |"
    found = values(written(tmp_path, lambda w: w.add_text("t", text, 3), writer))
    assert decode_text(found["t/text_summary"]) == Text((1,), ((text,),))


@pytest.mark.parametrize(
    ("array", "rows"),
    [
        ("alone", (("alone",),)),
        (["a", "b"], (("a",), ("b",))),
        ([["a", "b", "c"], ["d", "e", "f"]], (("a", "b", "c"), ("d", "e", "f"))),
    ],
)
def test_tf2_style_text(tmp_path, array, rows) -> None:
    value = values(tf2_style(tmp_path, summary_v2.text_pb("t", array)))["t"]
    assert decode_text(value) == Text(np.shape(array), rows)


def test_of_more_dimensions_the_first_table_remains() -> None:
    array = np.array([f"{n}" for n in range(24)], object).reshape(2, 2, 3, 2)
    value = Summary.Value(tensor=make_tensor_proto(array))
    assert decode_text(value) == Text((2, 2, 3, 2), tuple(map(tuple, reduce_to_2d(array))))


@pytest.mark.parametrize("shape", [(0,), (0, 5), (5, 0), (2**31 - 1, 0), (0, 2, 2), (2, 0, 2)])
def test_empty_text(shape) -> None:
    value = Summary.Value(tensor=make_tensor_proto([], dtype="string", shape=(0,)))
    del value.tensor.tensor_shape.dim[:]
    for size in shape:
        value.tensor.tensor_shape.dim.add(size=size)
    assert decode_text(value) == Text(shape, ())


def test_invalid_utf8_is_replaced() -> None:
    value = Summary.Value(tensor=make_tensor_proto([b"a\xffb"]))
    assert decode_text(value).rows == (("a\N{REPLACEMENT CHARACTER}b",),)


@pytest.mark.parametrize(
    "value", [Summary.Value(), Summary.Value(tensor=make_tensor_proto([1.0, 2.0]))]
)
def test_malformed_text(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_text(value)
