"""One picture or several, laid out below the head of a view."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.images import Image, Images
from tuimon.text import fit
from tuimon.views.image.blocks import GAP, beside, dotted, painted, shaded
from tuimon.views.image.decoder import SHARED
from tuimon.views.image.pixels import ImageError, Pixels, Window, adjusted, size_of
from tuimon.views.layout import HEAD_ROWS, Piece, Place, clip, head, message
from tuimon.views.view import Look, Picture

_LEAST_SIDE = 12
"""Cells of one of several pictures."""


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

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        coloured: bool = True,
        cell: tuple[int, int] | None = None,
    ) -> None:
        self._paint: Callable[[Pixels], list[Row]]
        if ascii_only:
            self._paint, self._cell = shaded, (1, 2)
        elif coloured:
            self._paint, self._cell = painted, (1, 2)
        else:
            self._paint, self._cell = dotted, (2, 4)
        self._in_pixels = cell is not None
        self._cell = cell or self._cell
        self.pictures: list[Picture] = []

    def draw(
        self, image: Image, columns: int, room: int, scene: Scene, x: int, y: int
    ) -> tuple[int, list[Row]]:
        """The cells that an image at (x, y) takes of so many, and its rows."""
        across, down = self._cell
        try:
            found = SHARED.decode(image, columns * across, room * down, scene.window, scene.frame)
        except ImageError as error:
            return columns, [clip([(fit(str(error), columns), roles.WARN)], columns)]
        pixels = adjusted(found, *scene.tone)
        width, height = -(-pixels.shape[1] // across), -(-pixels.shape[0] // down)
        if not self._in_pixels:
            return width, self._paint(pixels)
        self.pictures.append(Picture(x, y, width, height, pixels))
        return width, _blank(width, height)

    def ahead(
        self, images: Sequence[Callable[[], Image | None]], columns: int, room: int, scene: Scene
    ) -> None:
        """Decode those of these images that take a while, to be drawn like this some time."""
        across, down = self._cell
        SHARED.ahead(images, columns * across, room * down, scene.window)


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
    shapes = [aspect_of(one.images) for one in several if one.images is not None] or [1.0]
    across, down = arranged(len(several), look.width, room, shapes[0])
    across = min(across, max(1, len(several)))
    down = min(down, -(-len(several) // across))
    each, lines = (look.width - GAP * (across - 1)) // across, room // max(1, down) - 1
    lines = min(lines, math.ceil(each / 2 / min(shapes)))
    if each < 1 or lines < 1:
        return result[: max(0, look.height)]
    result.append(())
    # All processors decode, while the pictures are drawn in turn.
    later = [one.images.images[:1] for one in several[1 : across * down] if one.images]
    painter.ahead([partial(_first, images) for images in later], each, lines, scene)
    for start in range(0, min(len(several), across * down), across):
        y = len(result)
        row = [
            _panel(one, each, lines, scene, painter, index * (each + GAP), y)
            for index, one in enumerate(several[start:][:across])
        ]
        result += beside(row)
    return result[: look.height]


def _first(images: Sequence[Image]) -> Image | None:
    return images[0] if images else None


def aspect_of(images: Images) -> float:
    """How many times as wide as high the first image of a step is."""
    size = size_of(images.images[0]) if images.images else None
    return size[0] / size[1] if size and all(size) else 1.0


def arranged(count: int, width: int, height: int, aspect: float = 1.0) -> tuple[int, int]:
    """How many of `count` pictures stand beside and below each other, as large as they can be.

    `aspect` is how many times as wide as high they are.
    """
    least = max(2, round(_LEAST_SIDE / 2 / max(1.0, aspect))) + 1
    best, found = -1.0, (1, 1)
    for across in range(1, max(1, (width + GAP) // (_LEAST_SIDE + GAP)) + 1):
        down = -(-count // across)
        down = min(down, max(1, height // least))
        side = min((width - GAP * (across - 1)) / across, 2 * (height / down - 1) * aspect)
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
