"""Sound as its course: from the least to the largest sample of each column."""

from __future__ import annotations

import wave
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import Shape, paint
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row
from tuimon.summaries.audio import Audio, Clip
from tuimon.text import format_duration
from tuimon.views.layout import HEAD_ROWS, Piece, Place, clip, head, message
from tuimon.views.subject import Subject
from tuimon.views.view import Look, Shown, View

_LEAST_ROWS, _MOST_ROWS = 3, 9
_FORMATS = {1: ("u1", 128.0, 128.0), 2: ("<i2", 0.0, 2.0**15), 4: ("<i4", 0.0, 2.0**31)}
"""Type, middle and largest amplitude of samples by their bytes; those of one are unsigned."""

Extremes = tuple[NDArray[np.float64], NDArray[np.float64]]


class AudioView(View):
    """The clips of a step."""

    kind = "audio"
    name = "audio"
    plugins = frozenset({"audio"})

    def draw(self, subject: Subject, look: Look) -> Shown:
        place, decoded = subject.summary(look.step, Audio)
        return Shown(rows(place, decoded, look.width, look.height, ascii_only=look.plain))


def rows(
    place: Place, audio: Audio, width: int, height: int, *, ascii_only: bool = False
) -> list[Row]:
    """Draw the clips of a step one below the other, as many as have room in `width` by `height`."""
    room = height - HEAD_ROWS
    shown = max(1, min(len(audio.clips), room // (_LEAST_ROWS + 2)))
    if not audio.clips:
        return message(place, [], ("No clip in this step.", roles.DIM), width, height)
    facts: list[Piece] = []
    if len(audio.clips) > shown:
        facts.append((f"{shown} of {len(audio.clips)} clips", roles.NOTE))
    result = list(head(place, facts, width))
    for one in audio.clips[:shown]:
        result += [(), clip([(describe(one), roles.LEGEND)], width)]
        result += _course(one, width, min(room // shown - 2, _MOST_ROWS), ascii_only)
    return result[: max(0, height)]


def describe(one: Clip) -> str:
    """Label, length and format of a clip."""
    wav = one.wav
    if wav is None or not wav.rate:
        return f"{one.label} {len(one.data):,} bytes, no WAV file".strip()
    seconds = wav.frames / wav.rate
    length = f"{seconds:.2f}s" if seconds < 60 else format_duration(seconds)
    channels = {1: "mono", 2: "stereo"}.get(wav.channels, f"{wav.channels} channels")
    return f"{one.label} {length}, {wav.rate:,} Hz, {wav.bits} bits, {channels}".strip()


def extremes(one: Clip, columns: int) -> Extremes | None:
    """The least and the largest sample of each column over all channels, -1 … 1.

    None for what is no WAV file of integers. Clips shorter than `columns` are NaN at the end.
    """
    try:
        with wave.open(BytesIO(one.data)) as file:
            kind = _FORMATS.get(file.getsampwidth())
            data = file.readframes(file.getnframes()) if kind else b""
    except (wave.Error, EOFError, ValueError, RuntimeError):
        return None
    if kind is None:
        return None
    dtype, middle, largest = kind
    samples = np.frombuffer(data[: len(data) - len(data) % np.dtype(dtype).itemsize], dtype)
    if not len(samples):
        return None
    starts = np.unique(np.arange(columns) * len(samples) // columns)
    blank = np.full(columns - len(starts), np.nan)
    low, high = (
        np.append((part.reduceat(samples, starts) - middle) / largest, blank)
        for part in (np.minimum, np.maximum)
    )
    return low, high


def _course(one: Clip, width: int, height: int, ascii_only: bool) -> list[Row]:
    if width < 1 or height < 1:
        return []
    marks = MARKS["ascii" if ascii_only else "braille"]
    found = extremes(one, width * marks.across)
    if found is None:
        return []
    low, high = ((1 + part) / 2 for part in found)
    middle = (low + high) / 2
    role = roles.curve(0)
    shape = Shape(role, role, low, high, middle, smoothed=False, dense=True)
    return [tuple(row) for row in paint([shape], width, height, marks, band=True).rows()]
