"""Images: the newest, a strip of steps, several runs side by side; zoomed, adjusted, played."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from typing import Literal

from tuimon.charts import roles
from tuimon.store.series import Refs
from tuimon.summaries.images import Image, Images
from tuimon.text import format_step
from tuimon.views.buckets import sampled
from tuimon.views.image.drawing import (
    Painter,
    Panel,
    Scene,
    Tone,
    arranged,
    aspect_of,
    panels,
    rows,
)
from tuimon.views.image.pixels import Window, delays
from tuimon.views.layout import HEAD_ROWS, Piece, Place
from tuimon.views.subject import Subject, ViewError, place_of
from tuimon.views.view import Arrows, Look, Shown, View, ViewKey, arrow_keys

Mode = Literal["one", "strip", "runs"]
_MOST_RUNS = 16
_MOST_STRIP_BYTES = 32 << 20
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
        ViewKey("image-strip", "t", "t", "Strip of steps", "Strip of steps", "strip", 85),
        ViewKey("image-runs", "c", "c", "Compare runs", "With other runs", "runs", 84),
        ViewKey("image-near", "plus,equals_sign", "+", "Zoom in", "Zoom in, out", "zoom", 83),
        ViewKey("image-far", "minus", "-", "Zoom out", ""),
        *arrow_keys(
            "image",
            along=Arrows("Up", "Down", "Move what is seen", "move", 88),
            across=Arrows("Left", "Right", ""),
        ),
        ViewKey("image-brighter", "B", "B", "Brighter", "Brighter, darker", "light", 60),
        ViewKey("image-darker", "b", "b", "Darker", ""),
        ViewKey("image-starker", "C", "C", "More contrast", "More, less contrast", "contrast", 59),
        ViewKey("image-flatter", "x", "x", "Less contrast", ""),
        ViewKey("image-next", "m", "m", "Next image", "Next image of the step", "image", 80),
        ViewKey("image-play", "o", "o", "Play or stop", "Play an animation, stop it", "play", 82),
        ViewKey("image-pixels", "g", "g", "Pixels", "Pixels or half blocks", "pixels", 55),
        ViewKey("image-reset", "r", "r", "Reset", "As it was logged", "reset", 50),
    )

    def __init__(self) -> None:
        self._mode: Mode = "one"
        self._scene = Scene()
        self._alone: int | None = None
        """Which of several images of a step is seen alone."""
        self._count = 1
        self._plays = True
        self._in_blocks = False
        self._animation: tuple[float, ...] = ()
        self._size = (1, 1)
        self._index = 0
        """Of the step that was seen last."""

    @classmethod
    def stamp(cls, subject: Subject) -> Hashable:
        return tuple(series.version for _, series in subject.alike())

    def draw(self, subject: Subject, look: Look) -> Shown:
        place, images = subject.summary(look.step, Images)
        self._size = (max(1, look.width), max(1, look.height - HEAD_ROWS - 1))
        self._count = len(images.images)
        alike = subject.alike()
        facts = _time(subject, place)
        again = None
        cell = None if self._in_blocks or look.ascii_only else look.cell
        painter = Painter(ascii_only=look.ascii_only, coloured=look.coloured, cell=cell)
        several: list[Panel] = []
        if self._mode == "strip":
            several = self._strip(subject, place, images, look)
            facts.insert(0, (f"{len(several)} of {place.count} steps", roles.NOTE))
        elif self._mode == "runs" and len(alike) > 1:
            several = self._runs(subject, place)
            facts.insert(0, (f"{len(several)} of {len(alike)} runs", roles.NOTE))
        if several:
            found = panels(place, facts, several, look, self._scene, painter)
        else:
            alone = None if self._alone is None or self._count < 2 else self._alone % self._count
            self._animation = ()
            if self._count and (alone is not None or self._count == 1):
                self._animation = delays(images.images[alone or 0])
            frames = len(self._animation)
            scene = self._scene._replace(frame=self._scene.frame % frames if frames else 0)
            if frames and self._plays:  # pictures in pixels are too many bytes for that
                painter = Painter(ascii_only=look.ascii_only, coloured=look.coloured)
            found = rows(
                place,
                images,
                look.width,
                look.height,
                scene=scene,
                alone=alone,
                frames=frames,
                facts=facts,
                painter=painter,
            )
            if frames and self._plays:
                again = max(self._animation[scene.frame], _LEAST_AGAIN)
                self._scene = scene._replace(frame=(scene.frame + 1) % frames)
            if alone is not None or self._count == 1:
                painter.ahead(self._neighbours(subject, place, alone or 0), *self._size, scene)
        idle = [] if len(alike) > 1 else ["image-runs"]
        idle += [] if place.count > 1 else ["image-strip"]
        idle += [] if self._count > 1 else ["image-next"]
        idle += [] if self._animation else ["image-play"]
        idle += [] if look.cell else ["image-pixels"]
        return Shown(found, idle=idle, again=again, pictures=painter.pictures)

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
            case "left":
                window = window.moved(-_STRIDE, 0)
            case "right":
                window = window.moved(_STRIDE, 0)
            case "up":
                window = window.moved(0, -_STRIDE)
            case "down":
                window = window.moved(0, _STRIDE)
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
                window, tone = Window(), Tone()
        self._scene = self._scene._replace(window=window, tone=tone)

    def drag(self, dx: int, dy: int) -> None:
        width, height = self._size
        window = self._scene.window.moved(-dx / width, -dy / height)
        self._scene = self._scene._replace(window=window)

    def wheel(self, notches: int) -> None:
        window = self._scene.window.nearer(_NEARER**-notches)
        self._scene = self._scene._replace(window=window)

    def _neighbours(
        self, subject: Subject, place: Place, which: int
    ) -> list[Callable[[], Image | None]]:
        """What gives the images of steps that may be seen next, the likeliest first."""
        stride = place.index - self._index or -1
        self._index = place.index
        refs = subject.refs
        far = [place.index + stride * times for times in range(1, _AHEAD + 1)]
        near = [place.index + (1 if stride > 0 else -1), place.index + (-1 if stride > 0 else 1)]
        return [
            partial(_image_of, subject, refs, index, which)
            for index in dict.fromkeys([*far, *near])
            if 0 <= index < len(refs.steps) and refs.lengths[index] <= _MOST_AHEAD_BYTES
        ]

    def _strip(self, subject: Subject, place: Place, images: Images, look: Look) -> list[Panel]:
        """The steps that have room, ascending, the selected one among them."""
        refs = subject.refs
        across, down = arranged(
            place.count, look.width, look.height - HEAD_ROWS - 1, aspect_of(images)
        )
        most = across * down
        while True:
            indices = sampled(place.count, most, place.index)
            if len(indices) == 1 or int(refs.lengths[indices].sum()) <= _MOST_STRIP_BYTES:
                break
            most = len(indices) // 2
        found = []
        for index in indices:
            label = format_step(int(refs.steps[index]))
            found.append(Panel(f"step {label}", _read(subject, index), index == place.index))
        return found

    def _runs(self, subject: Subject, place: Place) -> list[Panel]:
        found = []
        for run, series in subject.alike()[:_MOST_RUNS]:
            refs = series.snapshot()
            if not len(refs.steps):
                continue
            index = place_of(refs.steps, None if place.newest else place.step)
            try:
                decoded = subject.read_from(run, series, refs, index)
            except ViewError:
                decoded = None
            images = decoded if isinstance(decoded, Images) else None
            label = f"{run.name}  {format_step(int(refs.steps[index]))}"
            found.append(Panel(label, images, run.name == subject.item.run))
        return found


def _image_of(subject: Subject, refs: Refs, index: int, which: int) -> Image | None:
    decoded = subject.read(refs, index)
    images = decoded.images if isinstance(decoded, Images) else ()
    return images[which] if which < len(images) else None


def _read(subject: Subject, index: int) -> Images | None:
    try:
        decoded = subject.read(subject.refs, index)
    except ViewError:
        return None
    return decoded if isinstance(decoded, Images) else None


def _time(subject: Subject, place: Place) -> list[Piece]:
    try:
        at = datetime.fromtimestamp(float(subject.refs.wall_times[place.index]))
    except (ValueError, OverflowError, OSError, IndexError):
        return []
    return [(f"{at:%H:%M:%S}", roles.NOTE)]
