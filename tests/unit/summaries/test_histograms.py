import sys

import numpy as np
import pytest
from tensorboard import data_compat
from tensorboard.compat.proto.histogram_pb2 import HistogramProto
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.histogram import summary_v2
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.histograms import decode_histogram

SAMPLES = np.random.default_rng(1).standard_normal(1000)


def histo(**fields: object) -> Summary.Value:
    return Summary.Value(tag="h", histo=HistogramProto(**fields))


def as_tensorboard(value: Summary.Value) -> np.ndarray:
    """TensorBoard rounds the edges to float32 on the way."""
    return make_ndarray(data_compat.migrate_value(value).tensor)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("bins", ["tensorflow", "auto", "fd"])
@pytest.mark.parametrize("samples", [SAMPLES, SAMPLES * 1e-9, np.zeros(10), np.array([3.0])])
def test_legacy_histograms_are_tensorboards(tmp_path, writer, bins, samples) -> None:
    found = written(tmp_path, lambda w: w.add_histogram("h", samples, 0, bins=bins), writer)
    value = values(found)["h"]
    buckets = decode_histogram(value).buckets
    assert buckets.dtype == np.float64
    np.testing.assert_array_equal(buckets.astype(np.float32), as_tensorboard(value))
    assert buckets[:, 2].sum() == len(samples)
    assert (buckets[0, 0], buckets[-1, 1]) == (samples.min(), samples.max())


@pytest.mark.parametrize("writer", WRITERS)
def test_raw_histogram_with_unbounded_limits(tmp_path, writer) -> None:
    def write(w) -> None:
        w.add_histogram_raw(
            "h",
            min=-2.5,
            max=7.5,
            num=6,
            sum=1,
            sum_squares=1,
            bucket_limits=[-sys.float_info.max, -1, 0, 1, sys.float_info.max],
            bucket_counts=[0, 1, 0, 2, 3],
        )

    histogram = decode_histogram(values(written(tmp_path, write, writer))["h"])
    assert histogram.lefts.tolist() == [-2.5, -1, 0, 1]
    assert histogram.rights.tolist() == [-1, 0, 1, 7.5]
    assert histogram.counts.tolist() == [1, 0, 2, 3]


def test_counts_beyond_float32_are_exact() -> None:
    value = histo(min=0, max=1, bucket_limit=[1], bucket=[2**24 + 1])
    assert decode_histogram(value).counts.tolist() == [2**24 + 1]


@pytest.mark.parametrize("samples", [SAMPLES, np.ones(5), np.empty(0)])
def test_tf2_style_histograms(tmp_path, samples) -> None:
    summary = summary_v2.histogram_pb("h", samples, buckets=7)
    value = values(tf2_style(tmp_path, summary))["h"]
    buckets = decode_histogram(value).buckets
    np.testing.assert_array_equal(buckets, make_ndarray(summary.value[0].tensor))
    assert not buckets.flags.writeable


@pytest.mark.parametrize("counts", [[], [0, 0], [-1], [float("nan")]])
def test_histogram_of_nothing(counts) -> None:
    value = histo(bucket_limit=[1.0] * len(counts), bucket=counts)
    assert decode_histogram(value).buckets.shape == as_tensorboard(value).shape == (0, 3)


@pytest.mark.parametrize(
    "value",
    [
        histo(bucket=[1, 1, 1], bucket_limit=[1]),
        Summary.Value(tag="h", simple_value=1),
        Summary.Value(tag="h"),
        Summary.Value(tag="h", tensor=make_tensor_proto([1.0, 2.0, 3.0])),
        Summary.Value(tag="h", tensor=make_tensor_proto([[1.0, 2.0]])),
        Summary.Value(tag="h", tensor=make_tensor_proto([["a", "b", "c"]])),
    ],
)
def test_malformed_histograms(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_histogram(value)
