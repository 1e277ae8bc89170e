"""Numbers of histograms, against TensorBoard's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.data_compat import migrate_value
from tensorboard.plugins.distribution import compressor
from tensorboard.util import tensor_util
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries.histograms import Histogram, decode_histogram
from tuimon.views.buckets import BASIS_POINTS, bucket_at, next_bucket, percentiles

COUNTS = st.integers(0, 50).map(float)


def tensorboards(rows: np.ndarray) -> list[float]:
    return [value for _, value in compressor.compress_histogram(rows.tolist())]


@pytest.mark.parametrize("writer", WRITERS)
def test_percentiles_equal_tensorboards_distributions(tmp_path, writer):
    samples = np.random.default_rng(2).gamma(2, 3, 4000) - 4
    found = written(tmp_path, lambda w: w.add_histogram("h", samples), writer)
    event = next(event for event in found if event.summary.value)
    rows = tensor_util.make_ndarray(migrate_value(event.summary.value[0]).tensor)
    ours = decode_histogram(values(found)["h"])
    assert percentiles(ours) == pytest.approx(tensorboards(rows), rel=1e-6)  # it keeps float32
    assert percentiles(ours)[4] == pytest.approx(np.median(samples), abs=0.6)


def test_percentiles_of_tensors_as_keras_logs_them(tmp_path):
    counts, edges = np.histogram(np.random.default_rng(0).normal(size=500), 30)
    rows = np.column_stack([edges[:-1], edges[1:], counts])
    value = Summary.Value(tag="h", tensor=make_tensor_proto(rows))
    value.metadata.plugin_data.plugin_name = "histograms"
    found = values(tf2_style(tmp_path, Summary(value=[value])))
    ours = decode_histogram(found["h"])
    assert percentiles(ours) == pytest.approx(tensorboards(rows), rel=1e-9)


@given(st.lists(COUNTS, min_size=1, max_size=12), st.floats(-100, 100), st.floats(0.01, 10))
def test_percentiles_of_any_counts(counts, start, width):
    edges = start + width * np.arange(len(counts) + 1)
    rows = np.column_stack([edges[:-1], edges[1:], counts])
    found = percentiles(Histogram(rows))
    assert found == pytest.approx(tensorboards(rows), rel=1e-9, abs=1e-9)
    assert len(found) == len(BASIS_POINTS)


def test_no_buckets_are_zeros_as_in_tensorboard():
    assert percentiles(Histogram(np.empty((0, 3)))).tolist() == tensorboards(np.empty((0, 3)))


def test_the_bucket_that_holds_a_value():
    one = Histogram(np.array([[0, 1, 5], [1, 2, 7], [3, 4, 9]], np.float64))
    assert bucket_at(one, 0.5) == (0, 1, 5)
    assert bucket_at(one, 1.0) == (1, 2, 7)
    assert bucket_at(one, 2.2) == (1, 2, 7)  # the nearest
    assert bucket_at(one, 4.0) == (3, 4, 9)
    assert bucket_at(one, -1e9) == (0, 1, 5)
    assert bucket_at(Histogram(np.empty((0, 3))), 0) is None
    assert next_bucket(one, 0.5, 0.1) == 1.5
    assert next_bucket(one, 0.5, 2) == 3.5
    assert next_bucket(one, 3.5, 1) == 3.5
    assert next_bucket(one, 3.5, -0.1) == 1.5
