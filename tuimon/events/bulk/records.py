"""Reading many frames at once: gathering them, verifying them, and the points of one layout."""

import numpy as np
from numpy.typing import NDArray

from tuimon.events.bulk.templates import STEP_AT, WALL_AT, RecordLayout
from tuimon.events.crc import Words, column, damaged_rows, trailer_key, unmasked
from tuimon.events.fields import Buffer
from tuimon.events.frames import FRAME_BYTES, TRAILER_BYTES
from tuimon.events.points import ScalarColumns


def gather(window: Buffer, starts: NDArray[np.int64], words: int) -> Words:
    """The bytes from each of `starts` on, as rows of words [n, words].

    Each row is copied as one item, which numpy does as fast as the memory allows.
    """
    size = 8 * words
    everywhere = np.ndarray((len(window) - size + 1,), f"V{size}", window, 0, (1,))
    rows: Words = everywhere[starts].view(np.uint64).reshape(-1, words)
    return rows


def find_damaged(frames: Words, frame_bytes: int) -> list[int]:
    """Indices of the `frames`, rows [n, words], whose payload is not what its checksum says.

    Overwrites the trailers, and what the rows hold behind them.
    """
    rows = frames.view(np.uint8)
    rows[:, frame_bytes:] = 0
    trailers = column(frames, frame_bytes - TRAILER_BYTES, "<u4")
    trailers[:] = unmasked(trailers) ^ np.uint32(trailer_key(frame_bytes - FRAME_BYTES))
    return list(damaged_rows(rows))


def read_points(frames: Words, layout: RecordLayout) -> ScalarColumns:
    """The points in `frames` of one layout that has one value, rows [n, words]."""
    (place,) = layout.values
    digits = column(frames, STEP_AT, step_word(layout.step_bytes)).copy()
    rest = column(frames, STEP_AT + 8, "<u8") if layout.step_bytes > 8 else None
    with np.errstate(invalid="ignore"):  # signalling NaNs become quiet ones
        values = column(frames, place.at, place.type).astype(np.float64)
    wall_times = column(frames, WALL_AT, "<f8").copy()
    return ScalarColumns(read_steps(digits, rest, layout.step_bytes), wall_times, values)


def step_word(size: int) -> str:
    """The type of words to read the first bytes of steps of `size` bytes in."""
    return "<u4" if size <= 4 else "<u8"


def read_steps(
    digits: NDArray[np.unsignedinteger], rest: Words | None, size: int
) -> NDArray[np.int64]:
    """Steps from varints of `size` bytes: seven bits a byte, least significant first.

    `digits` are words of the first bytes of each, as `step_word` says, `rest` the bytes behind the
    eighth where there are more.
    """
    word = digits.dtype.type
    steps = digits & word(0x7F)
    for place in range(1, min(size, 8)):
        # A digit lies at bit 8 * place and belongs at bit 7 * place.
        digit = digits >> word(place)
        digit &= word(0x7F << 7 * place)
        steps |= digit
    if rest is not None:
        for place in range(8, size):
            digit = rest >> np.uint64(8 * (place - 8)) & np.uint64(0x7F)
            steps |= digit << np.uint64(7 * place)
    return steps.view(np.int64) if size > 4 else steps.astype(np.int64)
