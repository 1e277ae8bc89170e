"""Reading many frames of one layout at once: their points, and whether they are intact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuimon.events.crc import advanced, terms, unmasked
from tuimon.events.frames import TRAILER_BYTES
from tuimon.events.points import ScalarColumns
from tuimon.events.templates import STEP_AT, WALL_AT, Layout

Frames = NDArray[np.uint8]
"""Frames as rows of bytes [n, >= bytes of a frame]; may be a view with any strides."""


def read_points(frames: Frames, layout: Layout) -> ScalarColumns:
    """The points of `frames`."""
    wall_times = _column(frames, WALL_AT, 8).view("<f8")[:, 0]
    values = _column(frames, layout.value_at, layout.value_bytes).view(layout.value_type)[:, 0]
    steps = np.zeros(len(frames), np.uint64)
    for place in range(layout.step_bytes):
        digits = (frames[:, STEP_AT + place] & 0x7F).astype(np.uint64)
        steps |= digits << np.uint64(7 * place)
    return ScalarColumns(
        steps.view(np.int64),
        wall_times.astype(np.float64, copy=False),
        values.astype(np.float64, copy=False),
    )


def are_intact(
    frames: Frames, layout: Layout, fixed_crcs: NDArray[np.uint32] | np.uint32
) -> NDArray[np.bool_]:
    """Which of `frames` have a payload that their checksum matches.

    `fixed_crcs` is `Layout.fixed_crc` of each frame's template [n], or of the only one.
    """
    trailer_at = layout.frame_bytes - TRAILER_BYTES
    stored = _column(frames, trailer_at, TRAILER_BYTES).view("<u4")[:, 0]
    value_end = layout.value_at + layout.value_bytes
    # From the front: terms as if the record ended with the step, then with the value, as it does.
    crcs = terms(_column(frames, WALL_AT, layout.step_end - WALL_AT))
    crcs = advanced(crcs, value_end - layout.step_end)
    crcs ^= terms(_column(frames, layout.value_at, layout.value_bytes))
    crcs = advanced(crcs, trailer_at - value_end)
    crcs ^= fixed_crcs
    intact: NDArray[np.bool_] = crcs == unmasked(stored)
    return intact


def _column(frames: Frames, at: int, size: int) -> Frames:
    return np.ascontiguousarray(frames[:, at : at + size])
