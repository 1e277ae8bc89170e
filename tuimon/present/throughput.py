"""Tokens or samples in a second: counted by the training, or so many a step by who launched it."""

import re
from collections.abc import Mapping

import numpy as np

from tuimon.runs.per_step import parse_per_step
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.text import format_value, safe

_COUNTS = re.compile(
    r"(?:.*[/.])?(?:num_|total_|n_|train_|consumed_)*(?:input_)?(tokens|samples)(?:_(?:seen|consumed))?",
    re.IGNORECASE,
)
"""What counts through the training: ``train/num_input_tokens_seen``, ``consumed_samples``."""
_WINDOW = 60.0
_FEWEST = 3


def throughput(rate: float | None, per_step: str | None, runs: Mapping[str, RunLog]) -> str:
    """``130k tokens/s``; empty where nobody counts. `rate` is in steps a second."""
    if per_step is not None and rate is not None:
        try:
            number, noun = parse_per_step(per_step)
        except ValueError:  # of a record that somebody has edited
            return ""
        return _told(number * rate, noun)
    for run in runs.values():
        for tag, series in run.series.items():
            match = _COUNTS.fullmatch(tag)
            if match is not None and (found := _rate(series)) is not None:
                return _told(found, match[1].lower())
    return ""


def _told(rate: float, noun: str) -> str:
    return f"{format_value(float(f'{rate:.2g}'))} {safe(noun)}/s"


def _rate(series: Series) -> float | None:
    """By how much it grew in a second of the last minute; None for what does not only grow."""
    _, times, values = series.snapshot()
    if len(values) < _FEWEST or (np.diff(values) < 0).any():
        return None
    recent = np.flatnonzero(times >= times[-1] - _WINDOW)
    begin = min(int(recent[0]), len(values) - _FEWEST)
    span = float(times[-1] - times[begin])
    gained = float(values[-1] - values[begin])
    return gained / span if span > 0 and np.isfinite(gained) and gained > 0 else None
