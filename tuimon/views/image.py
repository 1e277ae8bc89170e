"""Images: the newest, a strip of steps, several runs side by side; zoomed, adjusted, played."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.images import Image, Images
from tuimon.text import fit, format_step
from tuimon.views.blocks import GAP, beside, painted, shaded
from tuimon.views.buckets import sampled
from tuimon.views.layout import HEAD_ROWS, Piece, Place, clip, head, message
from tuimon.views.pixels import ImageError, Window, adjusted, decode, delays, size_of
from tuimon.views.subject import Subject, ViewError, place_of
from tuimon.views.view import Look, Picture, Shown, View, ViewKey

Mode = Literal["one", "strip", "runs"]
_LEAST_SIDE = 12
"""Cells of one of several pictures."""
_MOST_RUNS = 16
_MOST_STRIP_BYTES = 32 << 20
_LEAST_AGAIN = 0.1
"""Seconds between frames: ten a second are as many as a terminal shows."""
_NEARER = 1.5
_STRIDE = 0.2
_BRIGHTER, _STARKER = 0.1, 1.25


class Tone(NamedTuple):
    """How the light of a picture is changed."""

    brightness: float = 0.0
    contrast: float = 1.0

    def __str__(self) -> str:
        words = []
        if self.brightness:
            words.append(f"brightness {self.brightness:+.1f}")
        if self.contrast != 1:
            words.append(f"contrast ×{self.contrast:.2g}")
        return "  ".join(words)


class Scene(NamedTuple):
    """How pictures are seen."""

    window: Window = Window()
    tone: Tone = Tone()
    frame: int = 0
    """Of an animation."""


class Panel(NamedTuple):
    """A picture among several."""

    label: str
    images: Images | None
    """None where they cannot be read."""
    selected: bool = False


class Painter:
    """Draws images as cells, or where there is a cell's size in pixels as pictures over them."""

    def __init__(self, *, ascii_only: bool = False, cell: tuple[int, int] | None = None) -> None:
        self._paint = shaded if ascii_only else painted
        self._cell = cell
        self.pictures: list[Picture] = []

    def draw(
        self, image: Image, columns: int, room: int, scene: Scene, x: int, y: int
    ) -> tuple[int, list[Row]]:
        """The cells that an image at (x, y) takes of so many, and its rows."""
        across, down = self._cell or (1, 2)
        try:
            found = decode(image, columns * across, room * down, scene.window, scene.frame)
        except ImageError as error:
            return columns, [clip([(fit(str(error), columns), roles.WARN)], columns)]
        pixels = adjusted(found, *scene.tone)
        if self._cell is None:
            return pixels.shape[1], self._paint(pixels)
        width, height = -(-pixels.shape[1] // across), -(-pixels.shape[0] // down)
        self.pictures.append(Picture(x, y, width, height, pixels))
        return width, _blank(width, height)


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
        ViewKey("image-left", "left", "←", "Left", "Move what is seen", "move", 88, True),
        ViewKey("image-down", "down,j", "↓", "Down", "", inside=True),
        ViewKey("image-up", "up,k", "↑", "Up", "", inside=True),
        ViewKey("image-right", "right", "→", "Right", "", inside=True),
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
        cell = None if self._in_blocks or look.plain else look.cell
        painter = Painter(ascii_only=look.plain, cell=cell)
        several: list[Panel] = []
        if self._mode == "strip":
            several = self._strip(subject, place, look)
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
                painter = Painter(ascii_only=look.plain)
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

    def _strip(self, subject: Subject, place: Place, look: Look) -> list[Panel]:
        """The steps that have room, ascending, the selected one among them."""
        refs = subject.refs
        across, down = arranged(place.count, look.width, look.height - HEAD_ROWS - 1)
        most = across * down
        while True:
            indices = sampled(place.count, most, place.index)
            if len(indices) == 1 or int(refs.lengths[indices].sum()) <= _MOST_STRIP_BYTES:
                break
            most = len(indices) // 2
        found = []
        for index in indices:
            label = format_step(int(refs.steps[index]))
            images = _read(subject, index)
            found.append(Panel(f"step {label}", images, index == place.index))
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


def rows(
    place: Place,
    images: Images,
    width: int,
    height: int,
    *,
    scene: Scene | None = None,
    alone: int | None = None,
    frames: int = 0,
    facts: Sequence[Piece] = (),
    painter: Painter | None = None,
) -> list[Row]:
    """Draw the images of a step side by side, as many as have room.

    Args:
        place: what is selected.
        images: they need not be images at all: then a line says why.
        width, height: cells; the rows never take more.
        scene: how they are seen.
        alone: the only one of several that is drawn.
        frames: of the animation.
        facts: what else the head tells.
        painter: how they are drawn; as half blocks when left out.
    """
    scene, painter = scene or Scene(), painter or Painter()
    told: list[Piece] = [(f"{images.width}×{images.height}", roles.LEGEND)]
    if not images.images:
        return message(place, told, ("No image in this step.", roles.DIM), width, height)
    first = images.images[alone or 0]
    wide, high = size_of(first) or (images.width, images.height)
    told[0] = (f"{wide}×{high} {first.format}".rstrip(), roles.LEGEND)
    room = height - HEAD_ROWS - 1
    shown = max(1, min(len(images.images), (width + GAP) // (_LEAST_SIDE + GAP)))
    chosen: Sequence[Image] = images.images[:shown]
    if alone is not None:
        chosen = [first]
        told.append((f"image {alone + 1} of {len(images.images)}", roles.LEGEND))
    elif len(images.images) > 1:
        told.append((f"{shown} of {len(images.images)} images", roles.NOTE))
    if frames:
        told.append((f"frame {scene.frame + 1} of {frames}", roles.NOTE))
    told += _scene_facts(scene)
    told += facts
    if room < 1 or width < 1:
        return list(head(place, told, width))[: max(0, height)]
    each = (width - GAP * (len(chosen) - 1)) // len(chosen)
    drawn: list[tuple[int, list[Row]]] = []
    x = 0
    for image in chosen:
        drawn.append(painter.draw(image, each, room, scene, x, HEAD_ROWS + 1))
        x += drawn[-1][0] + GAP
    return [*head(place, told, width), (), *beside(drawn)]


def panels(
    place: Place,
    facts: Sequence[Piece],
    several: Sequence[Panel],
    look: Look,
    scene: Scene,
    painter: Painter,
) -> list[Row]:
    """Draw the first images of steps or runs in a grid, each below its name."""
    result = list(head(place, [*_scene_facts(scene), *facts], look.width))
    room = look.height - HEAD_ROWS - 1
    across, down = arranged(len(several), look.width, room)
    across = min(across, max(1, len(several)))
    down = min(down, -(-len(several) // across))
    each, lines = (look.width - GAP * (across - 1)) // across, room // max(1, down) - 1
    if each < 1 or lines < 1:
        return result[: max(0, look.height)]
    result.append(())
    for start in range(0, min(len(several), across * down), across):
        y = len(result)
        row = [
            _panel(one, each, lines, scene, painter, index * (each + GAP), y)
            for index, one in enumerate(several[start:][:across])
        ]
        result += beside(row)
    return result[: look.height]


def arranged(count: int, width: int, height: int) -> tuple[int, int]:
    """How many of `count` pictures stand beside and below each other, as large as they can be."""
    best, found = -1.0, (1, 1)
    for across in range(1, max(1, (width + GAP) // (_LEAST_SIDE + GAP)) + 1):
        down = -(-count // across)
        down = min(down, max(1, height // (_LEAST_SIDE // 2 + 1)))
        side = min((width - GAP * (across - 1)) / across, 2 * (height / down - 1))
        # As many as there are come first, then how large they are.
        worth = min(across * down, count) * 1000 + side
        if worth > best:
            best, found = worth, (across, down)
    return found


def _panel(
    one: Panel, cells: int, lines: int, scene: Scene, painter: Painter, x: int, y: int
) -> tuple[int, list[Row]]:
    role = roles.ACCENT if one.selected else roles.NOTE
    label = (Span(fit(one.label, cells), role),)
    if one.images is None or not one.images.images:
        why = (
            Span(fit("cannot be read" if one.images is None else "no image", cells), roles.WARN),
        )
        return cells, [label, why, *_blank(cells, lines - 1)]
    used, picture = painter.draw(one.images.images[0], cells, lines, scene, x, y + 1)
    padded: list[Row] = [(*row, Span(" " * (cells - used), roles.BLANK)) for row in picture]
    return cells, [label, *padded, *_blank(cells, lines - len(padded))]


def _blank(cells: int, lines: int) -> list[Row]:
    return [(Span(" " * cells, roles.BLANK),)] * max(0, lines)


def _scene_facts(scene: Scene) -> list[Piece]:
    facts: list[Piece] = []
    if scene.window.zoom > 1:
        facts.append((f"zoom ×{scene.window.zoom:.3g}", roles.ACCENT))
    if tone := str(scene.tone):
        facts.append((tone, roles.ACCENT))
    return facts
