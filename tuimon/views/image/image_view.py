"""Images: the newest, a strip of steps, several runs side by side; zoomed, adjusted, played."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.store.run_log import RunLog
from tuimon.store.series import Refs, RefSeries
from tuimon.summaries.images import Image, Images
from tuimon.summaries.reader import RecordKey
from tuimon.text import format_step
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.buckets import sampled
from tuimon.views.image.decoder import ImageSource
from tuimon.views.image.drawing import (
    ImageScene,
    Painter,
    Panel,
    Tone,
    arranged,
    aspect_of,
    panels,
    rows,
)
from tuimon.views.image.pixels import ImageError, ImageWindow, delays
from tuimon.views.layout import DIRECTIONS, HEAD_ROWS, Piece, StepPlace
from tuimon.views.subject import ItemContext, ViewError, as_a, place_of

Mode = Literal["one", "strip", "runs"]
_PATIENCE = 0.04
"""Seconds until those of several images are shown that are decoded."""
_LEAST_AGAIN = 0.1
"""Seconds between frames: ten a second are as many as a terminal shows."""
_NEARER = 1.5
_STRIDE = 0.2
_BRIGHTER, _STARKER = 0.1, 1.25
_AHEAD = 3
"""Steps that are decoded before they are gone to."""
_MOST_AHEAD_BYTES = 32 << 20
"""Of a record that is read for that."""


class ImageView(View):
    """The images of a step."""

    kind = "image"
    name = "images"
    plugins = frozenset({"images"})
    about = (
        "t shows a strip of steps, c the tag in all runs at the step. + and - zoom, the mouse or "
        "the arrows after Enter move what is seen; B b change the brightness, C x the contrast. "
        "Animations play; o stops them. Where the terminal can (kitty, iTerm2, sixel) and the link "
        "is quick, pixels are shown; g changes to half blocks."
    )
    keys = (
        view_key("image-strip", "t", "Strip of steps", "Show a strip of steps", "strip", 85),
        view_key("image-runs", "c", "Compare runs", "Compare with other runs", "runs", 84),
        view_key("image-near", "plus,equals_sign", "Zoom in", "Zoom in, out", "zoom", 83),
        view_key("image-far", "minus", "Zoom out"),
        *arrow_keys(
            "image",
            along=Arrows("Up", "Down", "Move what is seen", "move", 88),
            across=Arrows("Left", "Right", ""),
        ),
        view_key("image-brighter", "B", "Brighter", "Brighten, darken", "light", 60),
        view_key("image-darker", "b", "Darker"),
        view_key("image-starker", "C", "More contrast", "Change the contrast", "contrast", 59),
        view_key("image-flatter", "x", "Less contrast"),
        view_key("image-next", "m", "Next image", "Show the next image of the step", "image", 80),
        view_key("image-play", "o", "Play or stop", "Play an animation, stop it", "play", 82),
        view_key("image-pixels", "g", "Pixels", "Draw pixels or half blocks", "pixels", 55),
        view_key("image-reset", "r", "Reset", "Show it as it was logged", "reset", 50),
    )

    def __init__(self) -> None:
        self._mode: Mode = "one"
        self._scene = ImageScene()
        self._alone: int | None = None
        """Which of several images of a step is seen alone."""
        self._count = 1
        self._plays = True
        self._in_blocks = False
        self._animated: tuple[RecordKey, int] | None = None
        """The image that `_delays` are of."""
        self._delays: tuple[float, ...] = ()
        """Seconds of the frames of an animation."""
        self._size = (1, 1)
        self._index = 0
        """Of the step that was seen last."""

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        return tuple(series.version for _, series in subject.alike())

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        return self._draw(subject, look, _PATIENCE)

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        return self._draw(subject, look, None).rows

    def _draw(self, subject: ItemContext, look: ViewOptions, patience: float | None) -> ViewDrawing:
        seen = _StepImages.of(subject, look.step)
        self._size = (max(1, look.width), max(1, look.height - HEAD_ROWS - 1))
        self._count = len(seen.images.images)
        runs = len(subject.alike())
        cell = None if self._in_blocks or look.ascii_only else look.cell
        painter = Painter(
            ascii_only=look.ascii_only, coloured=look.coloured, cell=cell, patience=patience
        )
        several: list[Panel] = []
        if self._mode == "strip":
            several = self._steps(seen, look)
            told = f"{len(several)} of {seen.place.count} steps"
        elif self._mode == "runs" and runs > 1:
            several = self._runs(seen, look)
            told = f"{len(several)} of {runs} runs"
        if several:
            facts = [(told, roles.NOTE), *_time(seen)]
            aspect = aspect_of(seen.images)
            found = panels(seen.place, facts, several, aspect, look, self._scene, painter)
            shown = ViewDrawing(found, partial=painter.partial, pictures=painter.pictures)
        else:
            shown = self._one(seen, look, painter)
        idle = [] if runs > 1 else ["image-runs"]
        idle += [] if seen.place.count > 1 else ["image-strip"]
        idle += [] if self._count > 1 else ["image-next"]
        idle += [] if self._delays else ["image-play"]
        idle += [] if look.cell else ["image-pixels"]
        return shown._replace(idle=idle)

    def _one(self, seen: _StepImages, look: ViewOptions, painter: Painter) -> ViewDrawing:
        """The images of the step, or the one that was chosen of them."""
        alone = self._which if self._alone is not None and self._count > 1 else None
        single = alone is not None or self._count == 1
        whose = (seen.record, self._which) if single else None
        if self._animated != whose:
            self._animated = whose
            self._delays = delays(seen.images.images[self._which]) if single else ()
        frames = len(self._delays)
        plays = frames > 0 and self._plays
        scene = self._scene._replace(frame=self._scene.frame % frames if frames else 0)
        if plays:  # pictures in pixels are too many bytes for that
            painter = Painter(ascii_only=look.ascii_only, coloured=look.coloured)
        found = rows(
            seen.place,
            seen.images,
            [seen.source_of(seen.record, which) for which in range(self._count)],
            look.width,
            look.height,
            scene=scene,
            alone=alone,
            frames=frames,
            facts=_time(seen),
            painter=painter,
        )
        if single:
            ahead = [seen.source(index, self._which) for index in self._neighbours(seen)]
            painter.ahead([one for one in ahead if one is not None], *self._size, scene)
        again = None
        if plays:
            again = max(self._delays[scene.frame], _LEAST_AGAIN)
            self._scene = scene._replace(frame=(scene.frame + 1) % frames)
        return ViewDrawing(found, again=again, partial=painter.partial, pictures=painter.pictures)

    @property
    def _which(self) -> int:
        """Of the images of a step, from 0."""
        return (self._alone or 0) % max(1, self._count)

    def press(self, key: str, text: str = "") -> None:
        window, tone = self._scene.window, self._scene.tone
        match key.removeprefix("image-"):
            case "strip":
                self._mode = "one" if self._mode == "strip" else "strip"
            case "runs":
                self._mode = "one" if self._mode == "runs" else "runs"
            case "near":
                window = window.nearer(_NEARER)
            case "far":
                window = window.nearer(1 / _NEARER)
            case way if way in DIRECTIONS:
                across, down = DIRECTIONS[way]
                window = window.moved(across * _STRIDE, down * _STRIDE)
            case "brighter":
                tone = tone._replace(brightness=round(min(1, tone.brightness + _BRIGHTER), 3))
            case "darker":
                tone = tone._replace(brightness=round(max(-1, tone.brightness - _BRIGHTER), 3))
            case "starker":
                tone = tone._replace(contrast=round(min(10, tone.contrast * _STARKER), 3))
            case "flatter":
                tone = tone._replace(contrast=round(max(0.1, tone.contrast / _STARKER), 3))
            case "next":
                first = self._alone is None
                self._alone = 0 if first else ((self._alone or 0) + 1) % max(1, self._count)
                if not first and self._alone == 0:
                    self._alone = None  # after the last one, all of them
            case "play":
                self._plays = not self._plays
            case "pixels":
                self._in_blocks = not self._in_blocks
            case "reset":
                window, tone = ImageWindow(), Tone()
        self._scene = self._scene._replace(window=window, tone=tone)

    def drag(self, dx: int, dy: int) -> None:
        width, height = self._size
        window = self._scene.window.moved(-dx / width, -dy / height)
        self._scene = self._scene._replace(window=window)

    def wheel(self, notches: int) -> None:
        window = self._scene.window.nearer(_NEARER**-notches)
        self._scene = self._scene._replace(window=window)

    def _neighbours(self, seen: _StepImages) -> list[int]:
        """Indices of the steps that may be seen next, the likeliest first."""
        at, refs = seen.place.index, seen.refs
        stride = at - self._index or -1
        self._index = at
        towards = 1 if stride > 0 else -1
        likely = [*(at + stride * times for times in range(1, _AHEAD + 1)), at + towards]
        return [
            index
            for index in dict.fromkeys([*likely, at - towards])
            if 0 <= index < len(refs.steps) and refs.lengths[index] <= _MOST_AHEAD_BYTES
        ]

    def _steps(self, seen: _StepImages, look: ViewOptions) -> list[Panel]:
        """The steps that have room, ascending, the selected one among them."""
        place, refs = seen.place, seen.refs
        return [
            Panel(
                f"step {refs.steps[index]}",
                seen.source(index, self._which),
                index == place.index,
            )
            for index in sampled(place.count, seen.room_for(place.count, look), place.index)
        ]

    def _runs(self, seen: _StepImages, look: ViewOptions) -> list[Panel]:
        """The step in as many runs as have room, or that before it where a run has none."""
        found = []
        place, subject = seen.place, seen.subject
        alike = subject.alike()
        for run, series in alike[: seen.room_for(len(alike), look)]:
            refs = series.snapshot()
            if len(refs.steps):
                index = place_of(refs.steps, None if place.newest else place.step)
                label = f"{run.name}  {format_step(int(refs.steps[index]))}"
                source = seen._replace(run=run, series=series, refs=refs).source(index, self._which)
                found.append(Panel(label, source, run.name == subject.item.run))
        return found


class _StepImages(NamedTuple):
    """The selected step, and the images around it."""

    subject: ItemContext
    run: RunLog
    series: RefSeries
    refs: Refs
    """Of all steps of the tag."""
    place: StepPlace
    record: RecordKey
    images: Images

    @classmethod
    def of(cls, subject: ItemContext, step: int | None) -> _StepImages:
        """What `ViewOptions.step` means. Raises ViewError."""
        for run, series in subject.alike()[:1]:
            refs = series.snapshot()
            if len(refs.steps):
                place = subject.place(refs.steps, step)
                record = subject.record(run, series, refs, place.index)
                return cls(subject, run, series, refs, place, record, _images(subject, record))
        raise ViewError("The file that held this is gone.")

    def room_for(self, count: int, look: ViewOptions) -> int:
        """How many of so many pictures can be seen at once."""
        room = look.width, look.height - HEAD_ROWS - 1
        return math.prod(arranged(count, *room, aspect_of(self.images)))

    def source(self, index: int, which: int) -> ImageSource | None:
        """Where an image of a step is read; None where there is no file any more."""
        try:
            record = self.subject.record(self.run, self.series, self.refs, index)
        except ViewError:
            return None
        return self.source_of(record, which)

    def source_of(self, record: RecordKey, which: int) -> ImageSource:
        """Where an image of a record is read."""

        def read() -> Image:
            try:
                images = _images(self.subject, record).images
            except ViewError as error:
                raise ImageError(str(error)) from None
            if which >= len(images):
                raise ImageError("no image")
            return images[which]

        return ImageSource((record, which), read)


def _images(subject: ItemContext, record: RecordKey) -> Images:
    return as_a(Images, subject.read_record(record))


def _time(seen: _StepImages) -> list[Piece]:
    try:
        at = datetime.fromtimestamp(float(seen.refs.wall_times[seen.place.index]))
    except (ValueError, OverflowError, OSError):
        return []
    return [(f"{at:%H:%M:%S}", roles.NOTE)]
