"""A run at a glance: the course of its first metric, for lists of runs."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.logdir import LogdirScan
from tuimon.present.pairing import pair_tags
from tuimon.runs.registry import RunStatus
from tuimon.store.loading import load
from tuimon.store.parts import trainings

MOST_BYTES = 32 << 20
"""Longer logs are not read for a line in a list."""


class LeadMetric(NamedTuple):
    """The metric that its charts begin with: the loss, as a rule."""

    title: str
    step: int
    values: NDArray[np.float64]
    """In order of steps; at least one."""


def log_bytes(status: RunStatus) -> int:
    """Size of a run's event files: tells whether to look again."""
    total = 0
    for file in LogdirScan(status.log_sources).scan():
        with suppress(OSError):
            total += file.path.stat().st_size
    return total


def glance(status: RunStatus) -> LeadMetric | None:
    """Read a run's event files. None when they hold no scalars, or too much."""
    if log_bytes(status) > MOST_BYTES:
        return None
    runs = load(status.log_sources).store.runs
    for metric in pair_tags(tag for name in trainings(runs) for tag in runs[name].series):
        for _, tag in metric.curves:
            for run in runs.values():
                series = run.series.get(tag)
                if series is not None and (last := series.last) is not None:
                    return LeadMetric(tag, last.step, series.snapshot().values)
    return None
