"""Sound as its course and its spectrogram, one above the other over the same time, and as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import CurveShape, paint
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row, Span
from tuimon.charts.ticks import multiples, nice_steps
from tuimon.export.names import PathNames
from tuimon.summaries.audio_clips import Audio, Clip
from tuimon.summaries.samples import Samples, wav_samples
from tuimon.text import format_duration, safe, width
from tuimon.views.base import View, ViewDrawing, ViewOptions, view_key
from tuimon.views.colour_bar import colour_bar
from tuimon.views.grid import LEVELS, ramp_rows
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, beside_axis, clip, head, message
from tuimon.views.subject import ItemContext

_WINDOW_SECONDS = 0.04
_LEAST_WINDOW, _MOST_WINDOW = 64, 8192
_WINDOWS = 4
"""A column's at most, spread over its time: a long clip takes no longer than a short one."""
_DECIBELS = 70.0
"""From the loudest place to what is no longer seen."""
LOWEST = 40.0
"""Hz, of a logarithmic axis."""
Mode = Literal["both", "course", "spectrogram"]
MODES: tuple[Mode, ...] = ("both", "course", "spectrogram")
_LOUDNESS = (f"-{_DECIBELS:.0f}", f"-{_DECIBELS / 2:.0f}", "0 dB")
_AXIS_ROWS = 2
"""The axis of time and its labels."""
_LEAST_ROWS, _MOST_ROWS, _MOST_BESIDE = 3, 25, 9
_LEAST_BOTH = 8
"""Rows of a clip that hold its course and its spectrogram."""
_GUTTER = 8
_LEAST_WIDTH = _GUTTER + 8
_TICK_CELLS = 10
_LABEL_ROWS = 2
_ROUND = [digit * 10.0**exponent for exponent in range(1, 6) for digit in (1, 2, 5)]
"""Hz."""
Extremes = tuple[NDArray[np.float64], NDArray[np.float64]]


def spectrogram(samples: Samples, columns: int, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Levels of the ramp [dots from the top, columns], by loudness in dB, of all of the samples.

    The dots lie between `edges` in Hz, from the lowest one up.
    """
    wanted = 2 ** round(np.log2(max(1.0, samples.rate * _WINDOW_SECONDS)))
    size = int(min(max(wanted, _LEAST_WINDOW), _MOST_WINDOW))
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


class AudioView(View):
    """The clips of a step."""

    kind = "audio"
    name = "audio"
    plugins = frozenset({"audio"})
    about = (
        "A sound is drawn as its course, and as a spectrogram: frequency upwards, time to the "
        "right, the louder the brighter (70 dB). tuimon does not play it: w saves it as a file."
    )
    keys = (
        view_key("audio-save", "w", "Save", "Save the sounds of the step here", "save", 84),
        view_key("audio-mode", "m", "Mode", "Show course, spectrogram, both", "mode", 83),
        view_key("audio-frequency", "f", "Frequency axis", "Switch: linear, log", "axis", 82),
    )

    def __init__(self) -> None:
        self._mode: Mode = "both"
        self._logarithmic = False
        self._saves = False
        self._said: tuple[int, Piece] | None = None
        """What is told of saving, while its step is seen."""

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        place, audio = subject.summary(look.step, Audio)
        if self._saves:
            self._saves = False
            self._said = place.step, save(place, audio)
        said = [self._said[1]] if self._said and self._said[0] == place.step else []
        found = rows(place, audio, look, mode=self._mode, logarithmic=self._logarithmic, facts=said)
        return ViewDrawing(found, idle=("audio-frequency",) if self._mode == "course" else ())

    def press(self, key: str, text: str = "") -> None:
        match key:
            case "audio-mode":
                self._mode = MODES[(MODES.index(self._mode) + 1) % len(MODES)]
            case "audio-frequency":
                self._logarithmic = not self._logarithmic
            case "audio-save":
                self._saves = True


def save(place: StepPlace, audio: Audio) -> Piece:
    """Write the clips as files into the working directory, over none; says how it went."""
    names = PathNames()
    here = Path()
    name = f"{place.tag}-{place.step}"
    written: list[Path] = []
    try:
        for one in audio.clips:
            while True:
                path = names.new(here, name, ".wav" if one.wav else ".bin")
                try:
                    with path.open("xb") as file:
                        file.write(one.data)
                except FileExistsError:
                    continue
                written.append(path)
                break
    except OSError as error:
        return f"not saved: {error.strerror}", roles.WARN
    if not written:
        return "nothing to save", roles.WARN
    more = f" and {len(written) - 1} more" if len(written) > 1 else ""
    return f"saved {written[0]}{more}", roles.ACCENT


def rows(
    place: StepPlace,
    audio: Audio,
    look: ViewOptions,
    *,
    mode: Mode = "both",
    logarithmic: bool = False,
    facts: Sequence[Piece] = (),
) -> list[Row]:
    """Draw the clips of a step one below the other, as many as have room in the look's cells.

    Of clips that are no WAV files a line says what can be said. `mode` tells what is drawn of each,
    where there is room for it, `logarithmic` is the axis of frequencies; the head tells the
    `facts`, too.
    """
    width, height = look.width, look.height
    room = height - HEAD_ROWS
    if not audio.clips:
        return message(place, facts, ("No clip in this step.", roles.DIM), width, height)
    shown = max(1, min(len(audio.clips), room // (_LEAST_ROWS + 3)))
    told = list(facts)
    if len(audio.clips) > shown:
        told.append((f"{shown} of {len(audio.clips)} clips", roles.NOTE))
    result = list(head(place, told, width))
    for one in audio.clips[:shown]:
        drawn = _drawn(one, look._replace(height=room // shown - 2), mode, logarithmic)
        result += [(), _heading(one, look, mode, len(drawn)), *drawn]
    return result[: max(0, height)]


def _heading(one: Clip, look: ViewOptions, mode: Mode, drawn: int) -> Row:
    """What a clip is and, where there is a spectrogram in the rows drawn, its key."""
    said: list[Piece] = [(describe(one), roles.LEGEND)]
    least = 1 if mode == "spectrogram" else _LEAST_BOTH
    key = colour_bar(_LOUDNESS, look.ramp) if drawn - _AXIS_ROWS >= least else []
    room = look.width - sum(width(safe(text)) for text, _ in (*said, *key))
    if mode != "course" and key and room >= 2:
        said += [(" " * room, roles.BLANK), *key]
    return clip(said, look.width)


def describe(one: Clip) -> str:
    """Label, length and format of a clip."""
    wav = one.wav
    if wav is None or not wav.rate:
        return f"{one.label} {len(one.data):,} bytes, no WAV file".strip()
    seconds = wav.frames / wav.rate
    length = f"{seconds:.2f}s" if seconds < 60 else format_duration(seconds)
    channels = {1: "mono", 2: "stereo"}.get(wav.channels, f"{wav.channels} channels")
    return f"{one.label} {length}, {wav.rate:,} Hz, {wav.bits} bits, {channels}".strip()


def extremes(samples: Samples, columns: int) -> Extremes:
    """The least and the largest sample of each column over all channels.

    Clips shorter than `columns` are NaN at the end.
    """
    low, high = np.full(columns, np.nan), np.full(columns, np.nan)
    starts = np.unique(np.arange(columns) * samples.frames // columns)
    ends = np.append(starts[1:], samples.frames)
    for column, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        part = samples.part(start, end)
        low[column], high[column] = part.min(), part.max()
    return low, high


def _drawn(one: Clip, look: ViewOptions, mode: Mode, logarithmic: bool) -> list[Row]:
    """Draw one clip in all of the look's rows, in none where it cannot be drawn."""
    samples = wav_samples(one.data)
    room = look.height - _AXIS_ROWS
    if samples is None or look.width < _LEAST_WIDTH or room < 1:
        return []
    cells, ramp = look.width - _GUTTER, look.ramp
    upper, lower = room, 0
    if mode == "spectrogram":
        upper, lower = 0, room
    elif mode == "both" and room >= _LEAST_BOTH:
        upper = min(room // 3, _MOST_BESIDE)
        lower = room - upper
    result: list[Row] = []
    if upper:
        course = _course(samples, cells, min(upper, _MOST_ROWS), look.ascii_only)
        labels = {0: "1", len(course) // 2: "0", len(course) - 1: "-1"}
        result += beside_axis(labels, course, _GUTTER - 1)
    if lower:
        dots = lower if ramp else 2 * lower
        edges = frequencies(samples.rate, dots, logarithmic=logarithmic)
        levels = spectrogram(samples, cells, edges)
        labels = _frequency_labels(edges, lower, logarithmic=logarithmic)
        result += beside_axis(labels, ramp_rows(levels, ramp), _GUTTER - 1)
    return [*result, *_time_axis(samples.frames / samples.rate, cells)]


def _course(samples: Samples, cells: int, height: int, ascii_only: bool) -> list[list[Span]]:
    marks = MARKS["ascii" if ascii_only else "braille"]
    low, high = ((1 + part) / 2 for part in extremes(samples, cells * marks.across))
    middle = (low + high) / 2
    role = roles.curve(0)
    shape = CurveShape(role, role, low, high, middle, smoothed=False, dense=True)
    return paint([shape], cells, height, marks, band=True).rows()


def _frequency_labels(
    edges: NDArray[np.float64], rows: int, *, logarithmic: bool
) -> dict[int, str]:
    """Labels of round frequencies by row from the top, where they have room."""
    top = float(edges[-1])
    values: Sequence[float] = _ROUND
    if not logarithmic:
        values = multiples(next(nice_steps(top * _LABEL_ROWS / rows)), 0, top)
    labels: dict[int, str] = {}
    for at in values:
        dot = int(np.searchsorted(edges, at, side="right")) - 1
        row = rows - 1 - dot * rows // (len(edges) - 1)
        if edges[0] <= at < top and not {row, row + 1} & labels.keys():
            labels[row] = f"{at / 1000:.4g}k" if at >= 1000 else f"{at:.4g}"
    if labels:
        highest = min(labels)
        labels[highest] += "Hz" if labels[highest].endswith("k") else " Hz"
    return labels


def _time_axis(seconds: float, cells: int) -> list[Row]:
    axis, below = ["─"] * cells, [" "] * cells
    step = next(nice_steps(seconds * _TICK_CELLS / cells))
    for at in multiples(step, 0, seconds):
        column = min(int(at / seconds * cells), cells - 1)
        label = f"{at:.4g}s"
        start = column - len(label) // 2 if column else 0
        axis[column] = "┬"
        if start + len(label) <= cells:
            below[start : start + len(label)] = label
    gutter = " " * _GUTTER
    return [
        (Span(gutter[:-1] + "└" + "".join(axis), roles.AXIS),),
        (Span(gutter + "".join(below), roles.TICK),),
    ]
