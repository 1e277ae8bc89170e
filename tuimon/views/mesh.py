"""Meshes and point clouds in braille, the nearest surface in each dot.

Triangles are lit from the viewer's upper left, points are the dimmer the farther. Colours of
vertices are kept; without any, a ramp tells how bright a place is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.canvas import spans
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.store.store import Store
from tuimon.summaries import SummaryError
from tuimon.summaries.meshes import Mesh
from tuimon.summaries.stored import Parts, meshes, read_mesh, steps_from
from tuimon.text import format_value
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.dots import thresholds
from tuimon.views.layout import HEAD_ROWS, SHADES, Piece, StepPlace, head, message
from tuimon.views.raster import Camera, Floats, Raster
from tuimon.views.subject import Item, ItemContext, ViewError

LEAST_WIDTH, LEAST_HEIGHT = 8, HEAD_ROWS + 3
_DOWN, _ACROSS = 4, 2
_LEVELS = 15
_LIGHT = np.array([-0.35, 0.55, 0.76])
_DARKEST = 0.35
_SHADES_OF_COLOUR = 15
"""Of red, green and blue: more cannot be told in dots, and cost bytes."""
_BOX = -2
"""Owner of the dots of the box around points."""
_TURN = 10.0
_DRAG = 2.5
"""Degrees a cell; rows are two cells high."""
_SPIN, _SPIN_EVERY = 6.0, 0.2
_NEARER = 1.2


class Body(NamedTuple):
    """One mesh, moved and scaled into a ball of radius 1."""

    points: NDArray[np.float32]
    """Shape [3, n]; NaN where a coordinate is no number."""
    faces: NDArray[np.intp] | None
    """Shape [3, m]."""
    colors: NDArray[np.uint8] | None
    """Shape [3, n]."""
    half: Floats
    """Half of the extent [3] of the points."""
    size: Floats
    """The extent [3] as it was logged."""


class MeshScene(NamedTuple):
    """How a mesh is seen."""

    camera: Camera = Camera()
    sample: int = 0
    """Which of the meshes of a step."""
    box: bool | None = None
    """Draw a box around it; None: around points, not around triangles."""


class MeshView(View):
    """A mesh or point cloud that one turns."""

    kind = "mesh"
    name = "meshes"
    plugins = frozenset({"mesh"})
    about = (
        "A mesh is turned with a d w s, or by dragging it; the box tells its extent. Points are "
        "the darker the farther; triangles are lit from the upper left."
    )
    keys = (
        view_key("mesh-left", "a", "Turn left", "Turn left, right", "turn", 84),
        view_key("mesh-right", "d", "Turn right"),
        view_key("mesh-up", "w", "Tilt up", "Tilt up, down", "tilt", 83),
        view_key("mesh-down", "s", "Tilt down"),
        *arrow_keys(
            "mesh-arrow",
            across=Arrows("Turn left", "Turn right", "Turn", "turn", 88),
            along=Arrows("Tilt up", "Tilt down", "Tilt"),
        ),
        view_key("mesh-near", "plus,equals_sign", "Nearer", "Go nearer, farther", "zoom", 82),
        view_key("mesh-far", "minus", "Farther"),
        view_key("mesh-spin", "o", "Spin", "Let it spin", "spin", 79),
        view_key("mesh-box", "b", "Box", "Draw a box around it", "box", 50),
        view_key("mesh-reset", "r", "Reset", "Show it as at first", "reset", 48),
        view_key("mesh-next", "m", "Next mesh", "Show the next mesh of the step", "mesh", 81),
    )

    def __init__(self) -> None:
        self._scene = MeshScene()
        self._spins = False
        self._boxed = False
        self._batch = 1

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        return [
            Item(cls.kind, run.name, name, len(steps_from(parts)), cls.name)
            for run in store.runs.values()
            for name, parts in meshes(run).items()
        ]

    @classmethod
    def steps(cls, subject: ItemContext) -> NDArray[np.int64]:
        parts = cls._parts(subject)
        return np.unique(steps_from(parts).snapshot().steps) if parts else np.empty(0, np.int64)

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        return tuple(series.version for series in cls._parts(subject).values())

    @staticmethod
    def _parts(subject: ItemContext) -> Parts:
        run = subject.run
        return meshes(run).get(subject.item.tag, {}) if run else {}

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        run, parts = subject.run, self._parts(subject)
        if run is None or not parts:
            raise ViewError("The file that held this is gone.")
        place = subject.place(steps_from(parts).snapshot().steps, look.step)
        try:
            mesh = read_mesh(parts, place.step, partial(subject.read_from, run))
        except SummaryError as error:
            raise ViewError(str(error)) from None
        self._batch = max(1, len(mesh.vertices))
        self._boxed = is_boxed(mesh, self._scene)
        if self._spins:
            self._scene = self._moved(yaw=_SPIN)
        found = rows(place, mesh, look, self._scene)
        idle = () if self._batch > 1 else ("mesh-next",)
        return ViewDrawing(found, idle=idle, again=_SPIN_EVERY if self._spins else None)

    def press(self, key: str, text: str = "") -> None:
        match key.removeprefix("mesh-").removeprefix("arrow-"):
            case "left":
                self._scene = self._moved(yaw=-_TURN)
            case "right":
                self._scene = self._moved(yaw=_TURN)
            case "up":
                self._scene = self._moved(pitch=_TURN)
            case "down":
                self._scene = self._moved(pitch=-_TURN)
            case "near":
                self._scene = self._moved(zoom=_NEARER)
            case "far":
                self._scene = self._moved(zoom=1 / _NEARER)
            case "spin":
                self._spins = not self._spins
            case "box":
                self._scene = self._scene._replace(box=not self._boxed)
            case "next":
                self._scene = self._scene._replace(sample=(self._scene.sample + 1) % self._batch)
            case "reset":
                self._scene, self._spins = MeshScene(), False

    def drag(self, dx: int, dy: int) -> None:
        self._scene = self._moved(yaw=dx * _DRAG, pitch=dy * 2 * _DRAG)

    def wheel(self, notches: int) -> None:
        self._scene = self._moved(zoom=_NEARER**-notches)

    def _moved(self, yaw: float = 0.0, pitch: float = 0.0, zoom: float = 1.0) -> MeshScene:
        return self._scene._replace(camera=self._scene.camera.turned(yaw, pitch, zoom))


@lru_cache(maxsize=2)
def body_of(mesh: Mesh, sample: int, *, boxed: bool = False) -> Body | None:
    """One of the meshes of a step; None when it has no point that can be seen.

    When it is `boxed`, the corners of its box lie in the ball, too.
    """
    x, y, z = vertices = mesh.vertices[sample].T.astype(np.float64)
    sound = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
    if not sound.any():
        return None
    inside = vertices[:, sound]
    low, high = inside.min(axis=1), inside.max(axis=1)
    middle = (low / 2 + high / 2)[:, None]
    farthest = high[:, None] if boxed else inside
    radius = float(np.sqrt(((farthest - middle) ** 2).sum(axis=0).max())) or 1.0
    with np.errstate(invalid="ignore"):
        points = ((vertices - middle) / radius).astype(np.float32)
    points[:, ~sound] = np.nan
    faces = None if mesh.faces is None or not mesh.faces.shape[1] else mesh.faces[sample]
    return Body(
        points,
        None if faces is None else faces.T.astype(np.intp),
        None if mesh.colors is None else np.ascontiguousarray(mesh.colors[sample].T),
        (high - low) / 2 / radius,
        high - low,
    )


def is_boxed(mesh: Mesh, scene: MeshScene) -> bool:
    """Whether a box is drawn around a mesh."""
    filled = mesh.faces is not None and mesh.faces.size > 0
    return scene.box if scene.box is not None else not filled


def rows(
    place: StepPlace, mesh: Mesh, look: ViewOptions, scene: MeshScene | None = None
) -> list[Row]:
    """Draw a mesh of a step in at most the look's cells; of several, `scene` tells which is seen.

    Shades of ASCII or braille; without many colours, dots are left out where triangles are dark.
    """
    scene = scene or MeshScene()
    width, height = look.width, look.height
    batch = len(mesh.vertices)
    sample = min(scene.sample, batch - 1)
    boxed = is_boxed(mesh, scene)
    body = body_of(mesh, sample, boxed=boxed) if batch else None
    if body is None:
        why = ("No point of this mesh is a number.", roles.DIM)
        return message(place, _counts(mesh), why, width, height)
    facts = _counts(mesh)
    if batch > 1:
        facts.insert(0, (f"mesh {sample + 1} of {batch}", roles.LEGEND))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return list(head(place, facts, width))[: max(0, height)]
    lines = height - HEAD_ROWS - 1
    down, across = (2, 1) if look.ascii_only else (_DOWN, _ACROSS)
    raster = Raster(lines * down, width * across)
    bright, colour = _drawn(raster, body, scene.camera)
    if boxed:
        _draw_box(raster, body, scene.camera)
    if raster.simplified:
        facts.append(("simplified", roles.NOTE))
    extent = " × ".join(format_value(float(f"{size:.3g}")) for size in body.size.tolist())
    facts.append((extent, roles.NOTE))
    if look.ascii_only:
        picture = _shaded(raster, bright, lines, width)
    else:
        if not look.coloured and body.faces is not None:
            # Dots of triangles are left out, the more the darker a place is.
            dark = bright <= thresholds(raster.rows, raster.columns).ravel()
            raster.owner[dark & (raster.owner >= 0)] = -1
        picture = _dotted(raster, bright, colour, lines, width)
    return [*head(place, facts, width), (), *picture]


def _counts(mesh: Mesh) -> list[Piece]:
    points = mesh.vertices.shape[1]
    facts: list[Piece] = [(f"{points:,} point{'s'[: points != 1]}", roles.LEGEND)]
    if mesh.faces is not None and mesh.faces.shape[1]:
        facts.append((f"{mesh.faces.shape[1]:,} triangles", roles.LEGEND))
    return facts


def _drawn(raster: Raster, body: Body, camera: Camera) -> tuple[Floats, Floats | None]:
    """Draw a body; brightness 0…1 [dots] and colours [dots, 3] of the dots, row by row."""
    seen = raster.project(body.points, camera)
    bright = np.zeros(len(raster.owner))
    colour = None if body.colors is None else np.zeros((len(raster.owner), 3))
    if body.faces is None:
        raster.draw_points(seen)
        dots = np.flatnonzero(raster.owner >= 0)
        near = raster.near[dots]
        if len(near):
            least, most = near.min(), near.max()
            bright[dots] = 1 - 0.8 * (most - near) / (most - least or 1.0)
        if colour is not None and body.colors is not None:
            colour[dots] = body.colors[:, raster.owner[dots]].T
    else:
        raster.draw_triangles(seen, body.faces)
        dots = np.flatnonzero(raster.owner >= 0)
        corners = body.faces[:, raster.owner[dots]]
        bright[dots] = _lit(body.points[:, corners], camera)
        if colour is not None and body.colors is not None:
            shares = raster.weights(seen, body.faces)
            colour[dots] = (body.colors[:, corners] * shares).sum(axis=1).T
    return bright, colour


def _lit(corners: NDArray[np.floating], camera: Camera) -> Floats:
    """How bright triangles [axis, corner, k] are; both sides are lit."""
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = camera.turn(np.cross(one, two, axis=0)).astype(np.float64)
    length = np.sqrt((normal**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine: Floats = np.abs((normal * _LIGHT[:, None]).sum(axis=0)) / length
    return np.nan_to_num(cosine).clip(0, 1)


def _draw_box(raster: Raster, body: Body, camera: Camera) -> None:
    along = np.linspace(-1, 1, 2 * max(raster.rows, raster.columns))
    edges = []
    for axis in range(3):
        for corner in range(4):
            at = np.empty((3, len(along)))
            at[axis] = along
            at[(axis + 1) % 3] = corner % 2 * 2 - 1
            at[(axis + 2) % 3] = corner // 2 * 2 - 1
            edges.append(at * body.half[:, None])
    box = Raster(raster.rows, raster.columns)
    box.draw_points(box.project(np.concatenate(edges, axis=1), camera))
    raster.owner[(box.owner >= 0) & (raster.owner < 0)] = _BOX


def _dotted(
    raster: Raster, bright: Floats, colour: Floats | None, lines: int, width: int
) -> list[Row]:
    def cells(dots: NDArray[np.generic]) -> NDArray[np.generic]:
        """Values of the dots [lines, width, dots of a cell], columns from the left."""
        grid = dots.reshape(lines, _DOWN, width, _ACROSS)
        return grid.transpose(0, 2, 3, 1).reshape(lines, width, _DOWN * _ACROSS)

    drawn = raster.owner != -1
    masks = (cells(drawn).astype(np.int64) << np.arange(_DOWN * _ACROSS)).sum(axis=2)
    # The box is behind everything.
    nearest = cells(np.where(drawn, raster.near + 1e-9, 0)).argmax(axis=2)

    def front(dots: NDArray[np.generic]) -> NDArray[np.generic]:
        """The value of the nearest dot of each cell."""
        return np.take_along_axis(cells(dots), nearest[:, :, None], axis=2)[:, :, 0]

    box = front(raster.owner) == _BOX
    if colour is None:
        code = 1 + np.ceil(front(bright).astype(np.float64) * (_LEVELS - 1)).astype(np.int64)
        names: dict[int, Role] = {level: roles.heat(level, 0) for level in range(1, _LEVELS + 1)}
    else:
        shade = _DARKEST + (1 - _DARKEST) * bright
        lit = np.round(colour * shade[:, None] / 255 * _SHADES_OF_COLOUR).astype(np.int64)
        packed = lit[:, 0] << 16 | lit[:, 1] << 8 | lit[:, 2]
        code = 1 + front(packed).astype(np.int64)
        unit = 255 // _SHADES_OF_COLOUR
        names = {one: roles.pixels((one - 1) * unit, None) for one in np.unique(code).tolist()}
    code = np.where(box, -1, np.where(masks == 0, 0, code))
    names |= {-1: roles.AXIS, 0: roles.BLANK}
    glyphs = MARKS["braille"].glyphs
    assert glyphs is not None
    used, numbers = np.unique(code, return_inverse=True)
    listed = [names[one] for one in used.tolist()]
    numbers = numbers.reshape(code.shape)
    return [
        tuple(spans(line, number, listed))
        for line, number in zip(glyphs[masks], numbers, strict=True)
    ]


def _shaded(raster: Raster, bright: Floats, lines: int, width: int) -> list[Row]:
    light = np.where(raster.owner == -1, 0, _DARKEST + (1 - _DARKEST) * bright)
    light = np.where(raster.owner == _BOX, 1 / len(SHADES), light)
    level = np.ceil(light.reshape(lines, 2, width).max(axis=1) * (len(SHADES) - 1)).astype(int)
    return [(Span("".join(SHADES[one] for one in line), roles.LEGEND),) for line in level.tolist()]
