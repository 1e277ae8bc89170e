"""Reading many frames of one layout at once: their points, and whether they are intact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.crc import Words, advanced, column, terms, unmasked
from tuimon.events.frames import TRAILER_BYTES
from tuimon.events.points import ScalarColumns
from tuimon.events.templates import STEP_AT, WALL_AT, Layout


def gather(window: bytes, starts: NDArray[np.int64], words: int) -> Words:
    """The bytes from each of `starts` on, as rows of words [n, words].

    Each row is copied as one item, which numpy does as fast as the memory allows.
    """
    size = 8 * words
    everywhere = np.ndarray((len(window) - size + 1,), f"V{size}", window, 0, (1,))
    rows: Words = everywhere[starts].view(np.uint64).reshape(-1, words)
    return rows


class Records(NamedTuple):
    """What frames of one layout hold."""

    points: ScalarColumns
    intact: NDArray[np.bool_]
    """Whether the payload is what its checksum says."""


def read_records(frames: Words, layout: Layout, fixed_crcs: NDArray[np.uint32]) -> Records:
    """Decode `frames` of one layout, rows [n, >= words of a frame].

    `fixed_crcs` is `Layout.fixed_crc` of the frames' templates, which come round in turn [<= n].
    """
    value_end = layout.value_at + layout.value_bytes
    trailer_at = layout.frame_bytes - TRAILER_BYTES
    # From the front: terms as if the record ended with the step, then with the value, as it does.
    crcs = advanced(terms(frames, WALL_AT, layout.step_end), value_end - layout.step_end)
    crcs ^= terms(frames, layout.value_at, value_end)
    crcs = advanced(crcs, trailer_at - value_end)
    crcs.reshape(-1, len(fixed_crcs))[:] ^= fixed_crcs
    with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
        values = column(frames, layout.value_at, layout.value_type).astype(np.float64)
    wall_times = column(frames, WALL_AT, "<f8").copy()
    points = ScalarColumns(_steps(frames, layout.step_bytes), wall_times, values)
    return Records(points, crcs == unmasked(column(frames, trailer_at, "<u4")))


def _steps(frames: Words, size: int) -> NDArray[np.int64]:
    """Varints of one length: seven bits a byte, least significant first."""
    steps = np.zeros(len(frames), np.uint64)
    for first in range(0, size, 8):
        digits = column(frames, STEP_AT + first, "<u8").copy()
        for place in range(first, min(first + 8, size)):
            # A digit lies at bit 8 * (place - first) and belongs at bit 7 * place.
            shift = np.uint64(7 * place)
            steps |= (digits >> np.uint64(8 * (place - first)) & np.uint64(0x7F)) << shift
    return steps.view(np.int64)
