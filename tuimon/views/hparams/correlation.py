"""How hyperparameters go with a metric: rank correlations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.views.hparams.sessions import Table, format_cell


class Importance(NamedTuple):
    """How a hyperparameter goes with a metric."""

    column: int
    correlation: float
    """Spearman's rank correlation -1 … 1; for texts the correlation ratio of ranks, 0 … 1."""
    ranked: bool
    """It is a rank correlation, and has a sign."""
    known: int
    """Sessions with both values."""


def importances(table: Table, metric: int) -> list[Importance]:
    """How the hyperparameters that vary go with a metric, the closest first."""
    target = table.columns[metric].numbers
    found = []
    for index, column in enumerate(table.columns):
        if column.metric or not column.varies or target is None:
            continue
        known = np.isfinite(target)
        if column.numbers is not None:
            known &= np.isfinite(column.numbers)
            count = int(known.sum())
            value = spearman(column.numbers[known], target[known])
        else:
            texts = [format_cell(session.values[index]) for session in table.sessions]
            count = int(known.sum())
            value = _ratio(
                [text for text, is_known in zip(texts, known, strict=True) if is_known],
                ranked(target[known]),
            )
        if np.isfinite(value):
            found.append(Importance(index, value, column.numbers is not None, count))
    return sorted(found, key=lambda one: -abs(one.correlation))


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of two samples, equal values sharing their ranks; or NaN."""
    if len(x) < 3:
        return np.nan
    a, b = ranked(x) - (len(x) - 1) / 2, ranked(y) - (len(y) - 1) / 2
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread else np.nan


def ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 on, equal values sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[places])


def _ratio(groups: Sequence[str], ranks: NDArray[np.float64]) -> float:
    """The correlation ratio: the root of the share of the variance that groups explain."""
    if len(ranks) < 3:
        return np.nan
    total = float(((ranks - ranks.mean()) ** 2).sum())
    names = np.array(groups)
    between = sum(
        float(np.sum(names == name)) * float(ranks[names == name].mean() - ranks.mean()) ** 2
        for name in dict.fromkeys(groups)
    )
    return float(np.sqrt(between / total)) if total else np.nan
