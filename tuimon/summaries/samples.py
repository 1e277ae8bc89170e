"""The samples of a WAV file as numbers, a part at a time: a clip may be hours long."""

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries.audio_clips import locate_wav_samples

_INTEGERS, _FLOATS, _EXTENDED = 1, 3, 0xFFFE
"""Codecs. What an extended one is lies beyond the header; nearly always integers."""

Floats = NDArray[np.float32]


class Samples:
    """Frames of samples, -1 … 1."""

    def __init__(self, raw: NDArray[np.uint8], rate: int, floats: bool) -> None:
        """`raw` are the bytes [frames, channels, bytes of a sample]."""
        self.rate = rate
        """Frames a second."""
        self.frames, self.channels, self._bytes = raw.shape
        self._raw = raw
        self._floats = floats

    def part(self, start: int, stop: int) -> Floats:
        """Some frames [n, channels]."""
        raw = self._raw[start:stop]
        if self._floats:
            kind = "<f4" if self._bytes == 4 else "<f8"
            with np.errstate(invalid="ignore", over="ignore"):
                found = np.ascontiguousarray(raw).view(kind)[..., 0].astype(np.float32)
            floats: Floats = np.nan_to_num(found, posinf=1, neginf=-1).clip(-1, 1)
            return floats
        if self._bytes == 1:  # unsigned
            return (raw[..., 0].astype(np.float32) - np.float32(128)) / np.float32(128)
        # The highest bytes of a wider integer: 3 bytes are no type of numpy.
        wide = np.zeros((*raw.shape[:2], 4), np.uint8)
        wide[..., 4 - self._bytes :] = raw
        return wide.view("<i4")[..., 0].astype(np.float32) / np.float32(2**31)

    def mixed(self, start: int, stop: int) -> Floats:
        """Some frames [n], the mean of their channels; silence where there are none."""
        found = np.zeros(stop - start, np.float32)
        first, last = max(0, start), min(self.frames, stop)
        if last > first:
            found[first - start : last - start] = self.part(first, last).mean(axis=1)
        return found


def wav_samples(data: bytes) -> Samples | None:
    """The samples of a WAV file of 8, 16, 24, 32 bits, or floats; None for anything else."""
    found = locate_wav_samples(data)
    if found is None:
        return None
    header, at = found
    size, odd = divmod(header.bits, 8)
    floats = header.codec == _FLOATS
    known = size in (4, 8) if floats else size in (1, 2, 3, 4)
    if odd or not known or header.codec not in (_INTEGERS, _FLOATS, _EXTENDED):
        return None
    frame = size * header.channels
    frames = min(header.frames, (len(data) - at) // frame if frame else 0)
    if not frames or not header.rate:
        return None
    raw = np.frombuffer(data, np.uint8, frames * frame, at)
    return Samples(raw.reshape(frames, header.channels, size), header.rate, floats)
