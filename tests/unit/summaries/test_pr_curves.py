import dataclasses

import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.pr_curve import metadata
from tensorboard.plugins.pr_curve.pr_curves_plugin import PrCurvesPlugin
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.pr_curves import decode_pr_curve

RANDOM = np.random.default_rng(1)
LABELS = RANDOM.integers(0, 2, 500)


def tensor(array: object) -> Summary.Value:
    kind = metadata.create_summary_metadata("", "", 5)
    return Summary.Value(tag="p", tensor=make_tensor_proto(array), metadata=kind)


def assert_as_tensorboard(value: Summary.Value) -> None:
    array = make_ndarray(value.tensor)
    entry = PrCurvesPlugin._make_pr_entry(None, 0, 0.0, array)
    curve = decode_pr_curve(value)
    for field in dataclasses.fields(curve):
        column = getattr(curve, field.name)
        assert column.tolist() == entry[field.name], field.name
        assert not column.flags.writeable


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("highest", [1.0, 0.5, 0.0])
def test_curves_of_summary_writers(tmp_path, writer, highest) -> None:
    predictions = RANDOM.random(500) * highest
    found = written(tmp_path, lambda w: w.add_pr_curve("p", LABELS, predictions), writer)
    assert_as_tensorboard(values(found)["p"])


def test_tf2_style_curve(tmp_path) -> None:
    table = np.vstack([RANDOM.integers(0, 9, (4, 5)), RANDOM.random((2, 5))])
    value = tensor(table.astype(np.float32))
    assert_as_tensorboard(values(tf2_style(tmp_path, Summary(value=[value])))["p"])


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_curves_of_nothing(columns: int) -> None:
    value = tensor(np.zeros((6, columns)))
    if columns:
        assert_as_tensorboard(value)
    assert len(decode_pr_curve(value).thresholds) == min(columns, 1)


@pytest.mark.parametrize(
    "value",
    [
        tensor(np.zeros((5, 3))),
        tensor(np.zeros(6)),
        tensor(np.full((6, 2), np.nan)),
        tensor(np.full((6, 2), np.inf)),
        tensor(np.full((6, 2), -1e30)),
        tensor([["a"]] * 6),
        Summary.Value(simple_value=1),
    ],
)
def test_malformed_curves(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_pr_curve(value)
