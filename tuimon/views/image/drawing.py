"""One picture or several, laid out below the head of a view."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.summaries.images import Images
from tuimon.text import fit
from tuimon.views.base import Picture, ViewOptions
from tuimon.views.image.blocks import GAP, beside, dotted, painted, shaded
from tuimon.views.image.decoder import SHARED, ImageSource
from tuimon.views.image.pixels import ImageError, ImageWindow, Pixels, adjusted, size_of
from tuimon.views.layout import HEAD_ROWS, Piece, StepPlace, clip, head, message

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


class ImageScene(NamedTuple):
    """How pictures are seen."""

    window: ImageWindow = ImageWindow()
    tone: Tone = Tone()
    frame: int = 0
    """Of an animation."""


class Panel(NamedTuple):
    """A picture among several."""

    label: str
    source: ImageSource | None
    """None where there is nothing to read."""
    selected: bool = False


Found = Pixels | ImageError | None
"""What has become of an image: nothing yet when None."""


class Painter:
    """Draws images as cells, or where there is a cell's size in pixels as pictures over them.

    Of several images those are drawn that are decoded within `patience` seconds, all when None.
    """

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        coloured: bool = True,
        cell: tuple[int, int] | None = None,
        patience: float | None = None,
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
        self._patience = patience
        self.pictures: list[Picture] = []
        self.partial = False
        """Some images are still being decoded."""

    def decode(
        self, sources: Sequence[ImageSource], columns: int, room: int, scene: ImageScene
    ) -> list[Found]:
        """What there is of images that are to take at most so many cells each."""
        size = columns * self._cell[0], room * self._cell[1]
        if len(sources) != 1:
            found = SHARED.several(sources, *size, scene.window, self._patience)
            self.partial = any(one is None for one in found)
            return found
        try:
            return [SHARED.decode(sources[0], *size, scene.window, scene.frame)]
        except ImageError as error:
            return [error]

    def draw(
        self, found: Found, columns: int, room: int, scene: ImageScene, x: int, y: int
    ) -> tuple[int, list[Row]]:
        """The cells that an image at (x, y) takes of so many, and its rows."""
        if found is None:
            return columns, _placeholder(columns, room)
        if isinstance(found, ImageError):
            return columns, [clip([(fit(str(found), columns), roles.WARN)], columns)]
        across, down = self._cell
        pixels = adjusted(found, *scene.tone)
        width, height = -(-pixels.shape[1] // across), -(-pixels.shape[0] // down)
        if not self._in_pixels:
            return width, self._paint(pixels)
        self.pictures.append(Picture(x, y, width, height, pixels))
        return width, _blank(width, height)

    def ahead(
        self, sources: Sequence[ImageSource], columns: int, room: int, scene: ImageScene
    ) -> None:
        """Decode those of these images that take a while, to be drawn like this some time."""
        across, down = self._cell
        SHARED.ahead(sources, columns * across, room * down, scene.window)


def rows(
    place: StepPlace,
    images: Images,
    sources: Sequence[ImageSource],
    width: int,
    height: int,
    *,
    scene: ImageScene | None = None,
    alone: int | None = None,
    frames: int = 0,
    facts: Sequence[Piece] = (),
    painter: Painter | None = None,
) -> list[Row]:
    """Draw the images of a step side by side, as many as have room in so many cells.

    They need not be images at all: then a line says why. `sources` tell where each is read, `alone`
    is the only one of several that is drawn, `frames` are those of the animation; the head tells
    the `facts`, too. They are drawn as half blocks without a `painter`.
    """
    scene, painter = scene or ImageScene(), painter or Painter()
    told: list[Piece] = [(f"{images.width}×{images.height}", roles.LEGEND)]
    if not images.images:
        return message(place, told, ("No image in this step.", roles.DIM), width, height)
    first = images.images[alone or 0]
    wide, high = size_of(first) or (images.width, images.height)
    told[0] = (f"{wide}×{high} {first.format}".rstrip(), roles.LEGEND)
    room = height - HEAD_ROWS - 1
    shown = max(1, min(len(images.images), (width + GAP) // (_LEAST_SIDE + GAP)))
    chosen = sources[:shown]
    if alone is not None:
        chosen = [sources[alone]]
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
    for found in painter.decode(chosen, each, room, scene):
        drawn.append(painter.draw(found, each, room, scene, x, HEAD_ROWS + 1))
        x += drawn[-1][0] + GAP
    return [*head(place, told, width), (), *beside(drawn)]


def panels(
    place: StepPlace,
    facts: Sequence[Piece],
    several: Sequence[Panel],
    aspect: float,
    look: ViewOptions,
    scene: ImageScene,
    painter: Painter,
) -> list[Row]:
    """Draw images of steps or runs, `aspect` times as wide as high, in a grid below their names."""
    result = list(head(place, [*_scene_facts(scene), *facts], look.width))
    room = look.height - HEAD_ROWS - 1
    across, down = arranged(len(several), look.width, room, aspect)
    across = min(across, max(1, len(several)))
    down = min(down, -(-len(several) // across))
    each, lines = (look.width - GAP * (across - 1)) // across, room // max(1, down) - 1
    lines = min(lines, math.ceil(each / 2 / aspect))
    if each < 1 or lines < 1:
        return result[: max(0, look.height)]
    result.append(())
    seen = several[: across * down]
    # The selected one comes first, then those around it.
    chosen = next((index for index, one in enumerate(seen) if one.selected), 0)
    order = sorted(range(len(seen)), key=lambda index: abs(index - chosen))
    sources = {index: one.source for index in order if (one := seen[index]).source is not None}
    decoded = painter.decode(list(sources.values()), each, lines, scene)
    found = dict(zip(sources, decoded, strict=True))
    for start in range(0, len(seen), across):
        y = len(result)
        row = [
            _panel(one, found.get(start + at), each, lines, scene, painter, at * (each + GAP), y)
            for at, one in enumerate(seen[start:][:across])
        ]
        result += beside(row)
    return result[: look.height]


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
    one: Panel,
    found: Found,
    cells: int,
    lines: int,
    scene: ImageScene,
    painter: Painter,
    x: int,
    y: int,
) -> tuple[int, list[Row]]:
    role = roles.ACCENT if one.selected else roles.NOTE
    label = (Span(fit(one.label, cells), role),)
    if one.source is None:
        why = (Span(fit("cannot be read", cells), roles.WARN),)
        return cells, [label, why, *_blank(cells, lines - 1)]
    used, picture = painter.draw(found, cells, lines, scene, x, y + 1)
    padded: list[Row] = [(*row, Span(" " * (cells - used), roles.BLANK)) for row in picture]
    return cells, [label, *padded, *_blank(cells, lines - len(padded))]


def _placeholder(cells: int, lines: int) -> list[Row]:
    """The room of a picture that is still to come."""
    sign = (Span(fit("…", cells, "center"), roles.DIM),)
    above = (lines - 1) // 2
    return [*_blank(cells, above), sign, *_blank(cells, lines - 1 - above)]


def _blank(cells: int, lines: int) -> list[Row]:
    return [(Span(" " * cells, roles.BLANK),)] * max(0, lines)


def _scene_facts(scene: ImageScene) -> list[Piece]:
    facts: list[Piece] = []
    if scene.window.zoom > 1:
        facts.append((f"zoom ×{scene.window.zoom:.3g}", roles.ACCENT))
    if tone := str(scene.tone):
        facts.append((tone, roles.ACCENT))
    return facts
