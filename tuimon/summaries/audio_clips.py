"""Audio: ``Summary.Audio``, and TF2-style tensors of strings [k, 2] of clip and label.

The clips stay encoded. Source: TensorBoard, ``data_compat.py`` and ``plugins/audio``; the WAV
header as in "Multimedia Programming Interface and Data Specifications 1.0" (RIFF).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tuimon.summaries import SummaryError
from tuimon.summaries.tensors import strings, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_MOST_CHUNKS = 64
"""Before the samples there are a handful of others in real files."""


class WavHeader(NamedTuple):
    """What a WAV file says about its samples."""

    rate: int
    """Frames a second."""
    channels: int
    frames: int
    """As many as there are, not as many as are claimed."""
    bits: int
    """Of one sample."""
    codec: int
    """1 for integers (PCM), 3 for floats, 0xFFFE when an extension tells; others are rare."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One encoded clip."""

    data: bytes
    """A file's content, as it was logged."""
    label: str
    """Often empty."""

    @property
    def wav(self) -> WavHeader | None:
        """What its header says; None when it is no WAV file."""
        return read_wav_header(self.data)


@dataclass(frozen=True, slots=True)
class Audio:
    """The audio of one step."""

    clips: tuple[Clip, ...]
    """One, or with TF2-style writers any number."""
    rate: float | None = None
    """Frames a second, as the writer says beside the clip; TF2-style writers leave it to the
    clip's header."""


def decode_audio(value: Summary.Value) -> Audio:
    """The clips of a value of plugin ``audio``. Raises SummaryError."""
    if value.WhichOneof("value") == "audio":
        audio = value.audio
        rate = audio.sample_rate if 0 < audio.sample_rate < math.inf else None
        return Audio((Clip(audio.encoded_audio_string, ""),), rate)
    shape, parts = strings(tensor_of(value))
    if len(shape) == 1:
        return Audio(tuple(Clip(data, "") for data in parts))
    if len(shape) != 2 or shape[1] != 2:
        raise SummaryError(f"audio of shape {list(shape)}, not [k] or [k, 2]")
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return Audio(tuple(Clip(data, label.decode(errors="replace")) for data, label in pairs))


def read_wav_header(data: bytes) -> WavHeader | None:
    """The header of a WAV file; None when `data` is none."""
    found = locate_wav_samples(data)
    return found[0] if found else None


def locate_wav_samples(data: bytes) -> tuple[WavHeader, int] | None:
    """The header of a WAV file and where its samples begin; None when `data` is none."""
    if len(data) < _RIFF.size or _RIFF.unpack_from(data)[::2] != (b"RIFF", b"WAVE"):
        return None
    at = _RIFF.size
    header: tuple[int, ...] | None = None
    for _ in range(_MOST_CHUNKS):
        if len(data) - at < _CHUNK.size:
            return None
        name, size = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if name == b"fmt " and len(data) - at >= _FORMAT.size:
            header = _FORMAT.unpack_from(data, at)
        elif name == b"data" and header is not None:
            codec, channels, rate, _, frame_bytes, bits = header
            frames = min(size, len(data) - at) // frame_bytes if frame_bytes else 0
            return WavHeader(rate, channels, frames, bits, codec), at
        at += size + size % 2
    return None
