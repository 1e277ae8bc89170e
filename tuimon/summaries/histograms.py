"""Histograms: ``HistogramProto``, and TF2-style tensors [k, 3].

Both become rows of left edge, right edge, count, as TensorBoard shows them. Source: TensorBoard,
``data_compat.py`` and ``plugins/histogram/summary_v2.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries import SummaryError
from tuimon.summaries.tensors import float64s, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.histogram_pb2 import HistogramProto
    from tensorboard.compat.proto.summary_pb2 import Summary


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """A histogram of one step."""

    buckets: NDArray[np.float64]
    """Shape [k, 3], a row a bucket: left edge, right edge, count. Read-only; k may be 0.

    What a writer logged, which may be anything: edges in any order, NaN, counts below zero."""

    @property
    def lefts(self) -> NDArray[np.float64]:
        """Left edges [k]."""
        return self.buckets[:, 0]

    @property
    def rights(self) -> NDArray[np.float64]:
        """Right edges [k]."""
        return self.buckets[:, 1]

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many values fell into each bucket [k]."""
        return self.buckets[:, 2]


def decode_histogram(value: Summary.Value) -> Histogram:
    """The histogram of a value of plugin ``histograms``. Raises SummaryError."""
    if value.WhichOneof("value") == "histo":
        buckets = _legacy_buckets(value.histo)
    else:
        buckets = float64s(tensor_of(value))
        if buckets.ndim != 2 or buckets.shape[1] != 3:
            raise SummaryError(f"a histogram of shape {list(buckets.shape)}, not [k, 3]")
    buckets.setflags(write=False)
    return Histogram(buckets)


def _legacy_buckets(histo: HistogramProto) -> NDArray[np.float64]:
    """Buckets between the outermost ones with a count; the extremes are the outer edges.

    The outermost limits are ±DBL_MAX in many logs, which no axis could show.
    """
    counts = np.array(histo.bucket, np.float64)
    limits = np.array(histo.bucket_limit, np.float64)
    filled = np.flatnonzero(counts > 0)
    if not len(filled):
        return np.empty((0, 3))
    start, end = int(filled[0]), int(filled[-1])
    inner = limits[start:end]
    if len(inner) < end - start:
        raise SummaryError(f"a histogram of {len(counts)} buckets with {len(limits)} limits")
    return np.column_stack(
        [
            np.concatenate([[histo.min], inner]),
            np.concatenate([inner, [histo.max]]),
            counts[start : end + 1],
        ]
    )
