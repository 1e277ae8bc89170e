"""Points and triangles in space to a grid of dots, the nearest one in each.

Coordinates come by axis, [3, n], and triangles by corner, [3, m]: numpy is several times faster on
long rows than on many short ones.

The camera looks at the middle of a ball of radius 1 from `DISTANCE` in front of it, x to the right,
y upwards, z towards it. What counts as near is ``1 / distance``, which is linear on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DISTANCE = 4.0
_BALL = DISTANCE / np.sqrt(DISTANCE**2 - 1)
"""Radius of the ball as it is seen."""
_MOST_DOTS = 6_000_000
"""That triangles may cover, hidden ones too; it takes about half a second."""
_CHUNK_DOTS = 1_000_000

Floats = NDArray[np.float64]


class Camera(NamedTuple):
    """How the ball is turned, in degrees, and how much it is enlarged."""

    yaw: float = -35.0
    pitch: float = 28.0
    zoom: float = 1.0

    def turned(self, yaw: float = 0.0, pitch: float = 0.0, zoom: float = 1.0) -> Camera:
        """The camera moved by that many degrees, and so many times nearer."""
        return Camera(
            (self.yaw + yaw + 180) % 360 - 180,
            min(90.0, max(-90.0, self.pitch + pitch)),
            min(20.0, max(0.2, self.zoom * zoom)),
        )

    @property
    def rotation(self) -> Floats:
        """The matrix [3, 3] that turns points."""
        yaw, pitch = np.radians([self.yaw, self.pitch])
        around_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        around_x = [
            [1, 0, 0],
            [0, np.cos(pitch), -np.sin(pitch)],
            [0, np.sin(pitch), np.cos(pitch)],
        ]
        return np.asarray(around_x) @ np.asarray(around_y)

    def turn(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Points, or normals, [3, n] as the camera has them."""
        # Not by matrix product: threads of BLAS wait for each other longer than this takes.
        x, y, z = points
        with np.errstate(invalid="ignore"):
            return np.stack(
                [float(a) * x + float(b) * y + float(c) * z for a, b, c in self.rotation]
            )


class Projection(NamedTuple):
    """Points on the screen, each array [n]."""

    x: Floats
    """Dots from the left; NaN, like the rest, where a coordinate is no number."""
    y: Floats
    """Dots from the top."""
    near: Floats


class Raster:
    """A grid of dots: how near the nearest thing is in each, and which one it is."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.near: Floats = np.zeros(rows * columns)
        """0 where there is nothing."""
        self.owner: NDArray[np.int64] = np.full(rows * columns, -1)
        """Number of the thing that was drawn; -1 for none."""
        self.simplified = False
        """Not all triangles were drawn: they cover too many dots."""

    def project(self, points: NDArray[np.floating], camera: Camera) -> Projection:
        """Where points [3, n] of the ball are seen on the grid, whose dots are square."""
        x, y, z = camera.turn(points).astype(np.float64)
        near = 1 / (DISTANCE - z)
        scale = min(self.rows, self.columns) / 2 / _BALL * camera.zoom * DISTANCE * near
        return Projection(self.columns / 2 + x * scale, self.rows / 2 - y * scale, near)

    def draw_points(self, points: Projection, first: int = 0) -> None:
        """Draw points as dots; they are numbered from `first` on."""
        x, y, near = points
        with np.errstate(invalid="ignore"):
            seen = np.flatnonzero((x >= 0) & (x < self.columns) & (y >= 0) & (y < self.rows))
        dots = y[seen].astype(np.int64) * self.columns + x[seen].astype(np.int64)
        self._put(dots, near[seen], first + seen)

    def draw_triangles(self, points: Projection, faces: NDArray[np.integer]) -> None:
        """Draw filled triangles [3, m] between points; they are numbered from 0 on.

        A dot is covered when its middle is, so triangles that share an edge leave no gap.
        """
        x, y = ([part[corner] for corner in faces] for part in points[:2])
        left, right = _least(x), _most(x)
        top, bottom = _least(y), _most(y)
        with np.errstate(invalid="ignore"):
            seen = (right >= 0) & (left < self.columns) & (bottom >= 0) & (top < self.rows)
        numbers = np.flatnonzero(seen)
        across = right[numbers].clip(max=self.columns) - left[numbers].clip(min=0)
        down = bottom[numbers].clip(max=self.rows) - top[numbers].clip(min=0)
        areas = (across + 1) * (down + 1)
        if (total := float(areas.sum())) > _MOST_DOTS:
            stride = int(np.ceil(total / _MOST_DOTS))
            numbers, areas, self.simplified = numbers[::stride], areas[::stride], True
        ends = np.cumsum(areas) // _CHUNK_DOTS
        for part in np.split(numbers, np.flatnonzero(np.diff(ends)) + 1):
            self._fill(points, faces[:, part], part)

    def weights(self, points: Projection, faces: NDArray[np.integer]) -> Floats:
        """The shares [3, k] of the corners in each dot that a triangle owns, in their order."""
        dots = np.flatnonzero(self.owner >= 0)
        owned = faces[:, self.owner[dots]]
        x, y = points.x[owned], points.y[owned]
        at_x, at_y = dots % self.columns + 0.5, dots // self.columns + 0.5
        area = _double_area(x, y)
        second = ((at_x - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (at_y - y[0])) / area
        third = ((x[1] - x[0]) * (at_y - y[0]) - (at_x - x[0]) * (y[1] - y[0])) / area
        shares: Floats = np.stack([1 - second - third, second, third]).clip(0, 1)
        return shares

    def _fill(
        self, points: Projection, faces: NDArray[np.integer], numbers: NDArray[np.int64]
    ) -> None:
        x, y, near = (part[faces] for part in points)
        first = np.ceil(_least(y).clip(0, self.rows) - 0.5).astype(np.int64)
        last = np.floor(_most(y).clip(0, self.rows) - 0.5).astype(np.int64)
        which, row = _expand(first, last)
        middle = row + 0.5
        # Each line of dots crosses two edges of its triangle.
        left, right = np.full(len(row), np.inf), np.full(len(row), -np.inf)
        for a, b in ((0, 1), (1, 2), (2, 0)):
            xa, xb, ya, yb = x[a][which], x[b][which], y[a][which], y[b][which]
            crosses = (ya <= middle) != (yb <= middle)
            with np.errstate(divide="ignore", invalid="ignore"):
                at = xa + (middle - ya) * (xb - xa) / (yb - ya)
            left = np.where(crosses, np.minimum(left, at), left)
            right = np.where(crosses, np.maximum(right, at), right)
        start = np.ceil(left.clip(0, self.columns) - 0.5).astype(np.int64)
        stop = np.floor(right.clip(0, self.columns) - 0.5).astype(np.int64)
        line, column = _expand(start, stop)
        which, middle = which[line], middle[line]
        one, two = near[1] - near[0], near[2] - near[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            area = _double_area(x, y)
            across = (one * (y[2] - y[0]) - two * (y[1] - y[0])) / area
            down = ((x[1] - x[0]) * two - (x[2] - x[0]) * one) / area
        depth = near[0][which] + across[which] * (column + 0.5 - x[0][which])
        depth += down[which] * (middle - y[0][which])
        sound = np.isfinite(depth)
        dots = row[line] * self.columns + column
        self._put(dots[sound], depth[sound], numbers[which[sound]])

    def _put(self, dots: NDArray[np.int64], near: Floats, numbers: NDArray[np.int64]) -> None:
        np.maximum.at(self.near, dots, near)
        nearest = self.near[dots] == near
        self.owner[dots[nearest]] = numbers[nearest]


def _least(corners: Sequence[Floats] | Floats) -> Floats:
    least: Floats = np.minimum(np.minimum(corners[0], corners[1]), corners[2])
    return least


def _most(corners: Sequence[Floats] | Floats) -> Floats:
    most: Floats = np.maximum(np.maximum(corners[0], corners[1]), corners[2])
    return most


def _double_area(x: Floats, y: Floats) -> Floats:
    area: Floats = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    return area


def _expand(
    first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All integers first…last of each pair, and the index of the pair that each belongs to."""
    counts = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return which, first[which] + np.arange(len(which)) - before[which]
