"""Reading many frames of one layout at once: their points, and whether they are intact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.crc import advanced, terms, unmasked
from tuimon.events.frames import TRAILER_BYTES
from tuimon.events.points import ScalarColumns
from tuimon.events.templates import STEP_AT, WALL_AT, Layout, Words

Frames = NDArray[np.uint8]
"""Frames as rows of bytes [n, >= bytes of a frame]; may be a view with any strides."""


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


def read_records(
    frames: Frames, layout: Layout, fixed_crcs: NDArray[np.uint32] | np.uint32
) -> Records:
    """Decode `frames` of one layout.

    `fixed_crcs` is `Layout.fixed_crc` of each frame's template [n], or of the only one.
    """
    value_end = layout.value_at + layout.value_bytes
    trailer_at = layout.frame_bytes - TRAILER_BYTES
    times = _columns(frames, WALL_AT, layout.step_end)
    values = _columns(frames, layout.value_at, value_end)
    stored = _columns(frames, trailer_at, layout.frame_bytes).view("<u4")[:, 0]
    # From the front: terms as if the record ended with the step, then with the value, as it does.
    crcs = advanced(terms(times), value_end - layout.step_end)
    crcs ^= terms(values)
    crcs = advanced(crcs, trailer_at - value_end)
    crcs ^= fixed_crcs
    with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
        numbers = values.view(layout.value_type)[:, 0].astype(np.float64)
    points = ScalarColumns(
        _steps(times[:, STEP_AT - WALL_AT :]),
        _columns(times, 0, 8).view("<f8")[:, 0],
        numbers,
    )
    return Records(points, crcs == unmasked(stored))


def _steps(digits: Frames) -> NDArray[np.int64]:
    """Varints of one length: seven bits a byte, least significant first."""
    steps = np.zeros(len(digits), np.uint64)
    for place in range(digits.shape[1]):
        steps |= (digits[:, place] & 0x7F).astype(np.uint64) << np.uint64(7 * place)
    return steps.view(np.int64)


def _columns(frames: Frames, start: int, end: int) -> Frames:
    return np.ascontiguousarray(frames[:, start:end])
