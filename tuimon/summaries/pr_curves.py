"""Precision-recall curves: tensors [6, n]. Source: TensorBoard, ``plugins/pr_curve``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries import SummaryError
from tuimon.summaries.tensors import float64s, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

_MOST = 2.0**63


@dataclass(frozen=True, slots=True, eq=False)
class PrCurve:
    """The curve of one step: arrays [n] by ascending threshold, read-only; n may be 0.

    Thresholds at the end above which nothing was predicted as positive, where precision is
    undefined, are left out, as in TensorBoard."""

    thresholds: NDArray[np.float64]
    """Evenly spaced from 0: writers do not store them."""
    true_positives: NDArray[np.int64]
    false_positives: NDArray[np.int64]
    true_negatives: NDArray[np.int64]
    false_negatives: NDArray[np.int64]
    precision: NDArray[np.float64]
    """As it was logged, which may be anything."""
    recall: NDArray[np.float64]


def decode_pr_curve(value: Summary.Value) -> PrCurve:
    """The curve of a value of plugin ``pr_curves``. Raises SummaryError."""
    table = float64s(tensor_of(value))
    if table.ndim != 2 or len(table) != 6:
        raise SummaryError(f"a precision-recall curve of shape {list(table.shape)}, not [6, n]")
    if not (np.abs(table[:4]) < _MOST).all():
        raise SummaryError("a precision-recall curve with counts that are no numbers")
    counts = table[:4].astype(np.int64)
    positive = np.flatnonzero((counts[0] != 0) | (counts[1] != 0))
    count = table.shape[1]
    end = min(count, int(positive[-1]) + 1 if len(positive) else 1)
    arrays = (np.linspace(0, 1, count)[:end], *counts[:, :end], *table[4:, :end])
    for array in arrays:
        array.setflags(write=False)
    return PrCurve(*arrays)
