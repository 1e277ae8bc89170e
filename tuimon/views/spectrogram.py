"""Which frequencies a sound has at what time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries.samples import Samples
from tuimon.views.grid import LEVELS

_WINDOW_SECONDS = 0.04
_LEAST_WINDOW, _MOST_WINDOW = 64, 8192
_WINDOWS = 4
"""A column's at most, spread over its time: a long clip takes no longer than a short one."""
_DECIBELS = 70.0
"""From the loudest place to what is no longer seen."""
LOWEST = 40.0
"""Hz, of a logarithmic axis."""


def spectrogram(samples: Samples, columns: int, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Levels of the ramp [dots from the top, columns], by loudness in dB.

    Args:
        samples: all of it is shown.
        columns: from its beginning to its end.
        edges: Hz, between which frequencies the dots are, from the lowest one up.
    """
    size = _window_size(samples)
    column = samples.frames / columns
    count = int(min(_WINDOWS, max(1, np.ceil(2 * column / size))))
    middles = ((np.arange(columns * count) + 0.5) * column / count).astype(np.int64)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    cut = np.stack(
        [samples.mixed(at - size // 2, at - size // 2 + size) for at in middles.tolist()]
    )
    power = np.abs(np.fft.rfft(cut * window, axis=1)) ** 2
    power = power.reshape(columns, count, -1).mean(axis=1)
    # The loudest frequency of a dot; the nearest one where dots are finer than the spectrum.
    places = edges * size / samples.rate
    first = np.clip(np.rint(places[:-1]).astype(np.int64), 0, power.shape[1] - 1)
    last = np.clip(np.rint(places[1:]).astype(np.int64), first + 1, power.shape[1])
    loud = np.stack([power[:, a:b].max(axis=1) for a, b in zip(first, last, strict=True)])
    most = float(loud.max())
    if not most:
        return np.zeros(loud.shape, np.int64)
    with np.errstate(divide="ignore"):
        decibels = 10 * np.log10(loud / most)
    share = (1 + decibels / _DECIBELS).clip(0, 1)
    levels: NDArray[np.int64] = np.ceil(share[::-1] * LEVELS).astype(np.int64)
    return levels


def frequencies(rate: int, dots: int, *, logarithmic: bool) -> NDArray[np.float64]:
    """The edges [dots + 1] of so many dots, up to half of the rate."""
    top = rate / 2
    if logarithmic and top > LOWEST:
        return np.geomspace(LOWEST, top, dots + 1)
    return np.linspace(0, top, dots + 1)


def _window_size(samples: Samples) -> int:
    wanted = 2 ** round(np.log2(max(1.0, samples.rate * _WINDOW_SECONDS)))
    return int(min(max(wanted, _LEAST_WINDOW), _MOST_WINDOW))
