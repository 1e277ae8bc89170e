import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.views.raster import Camera, Raster

STRAIGHT = Camera(0, 0, 1)
ANGLES = st.floats(-360, 360)


def grid(raster: Raster) -> np.ndarray:
    return raster.owner.reshape(raster.rows, raster.columns)


def points(*places: tuple[float, float, float]) -> np.ndarray:
    return np.array(places, np.float32).T


def test_x_is_right_y_is_up_and_z_is_near():
    raster = Raster(40, 40)
    seen = raster.project(points((0.5, 0, 0), (0, 0.5, 0), (0, 0, 0.5), (0, 0, 0)), STRAIGHT)
    x, y, near = seen
    assert x[0] > x[3] == 20
    assert y[1] < y[3] == 20
    assert near[2] > near[3]


def test_turning_right_brings_the_front_to_the_right():
    raster = Raster(40, 40)
    x, _, _ = raster.project(points((0, 0, 1)), STRAIGHT.turned(yaw=30))
    assert x[0] > 21
    _, y, _ = raster.project(points((0, 1, 0)), STRAIGHT.turned(pitch=30))
    assert y[0] > raster.project(points((0, 1, 0)), STRAIGHT).y[0]  # one looks at it from above


@given(ANGLES, ANGLES)
def test_the_ball_stays_on_the_grid_however_it_is_turned(yaw, pitch):
    random = np.random.default_rng(0).normal(size=(3, 500))
    raster = Raster(30, 50)
    x, y, _ = raster.project(random / np.linalg.norm(random, axis=0), Camera(yaw, pitch))
    assert 9.9 <= x.min() <= x.max() <= 40.1
    assert -0.1 <= y.min() <= y.max() <= 30.1


def test_of_points_in_one_dot_the_nearest_is_seen():
    raster = Raster(9, 9)
    seen = raster.project(points((0, 0, -0.5), (0, 0, 0.5), (0, 0, 0), (9, 9, 0)), STRAIGHT)
    raster.draw_points(seen)
    assert grid(raster)[4, 4] == 1
    assert (raster.owner >= 0).sum() == 1


def test_points_that_are_no_numbers_are_left_out():
    raster = Raster(9, 9)
    raster.draw_points(raster.project(points((np.nan, 0, 0), (np.inf, 0, 0)), STRAIGHT))
    assert (raster.owner == -1).all()


def test_the_nearer_triangle_hides_the_farther_where_they_cross():
    """Two squares that cross at the middle: each is in front on one side."""
    corners = points(
        *((-0.5, -0.5, -0.4), (0.5, -0.5, 0.4), (0.5, 0.5, 0.4), (-0.5, 0.5, -0.4)),
        *((-0.5, -0.5, 0.4), (0.5, -0.5, -0.4), (0.5, 0.5, -0.4), (-0.5, 0.5, 0.4)),
    )
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]).T
    raster = Raster(40, 40)
    raster.draw_triangles(raster.project(corners, STRAIGHT), faces)
    found = grid(raster)[20]
    assert set(found[12:18].tolist()) <= {2, 3}
    assert set(found[23:28].tolist()) <= {0, 1}


@given(st.integers(0, 2**32 - 1))
def test_what_triangles_cover_equals_a_test_of_every_dot(seed):
    """Against the sign of the cross products at the middle of each dot."""
    raster = Raster(13, 17)
    corners = np.random.default_rng(seed).uniform(-1.2, 1.2, (3, 3))
    seen = raster.project(corners, STRAIGHT)
    raster.draw_triangles(seen, np.array([[0], [1], [2]]))
    at_y, at_x = np.mgrid[:13, :17] + 0.5
    signs = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        across = (seen.x[b] - seen.x[a]) * (at_y - seen.y[a])
        signs.append(across - (seen.y[b] - seen.y[a]) * (at_x - seen.x[a]))
    inside = (np.array(signs) > 1e-9).all(axis=0) | (np.array(signs) < -1e-9).all(axis=0)
    edge = (np.abs(signs) <= 1e-9).any(axis=0)
    assert ((grid(raster) == 0) == inside)[~edge].all()


def test_neighbours_leave_no_gap():
    """A square of 800 triangles covers what the square does."""
    side = np.linspace(-0.7, 0.7, 21)
    x, y = (part.ravel() for part in np.meshgrid(side, side))
    first = np.array([row * 21 + column for row in range(20) for column in range(20)])
    faces = np.concatenate(
        [
            np.stack([first, first + 1, first + 22]),
            np.stack([first, first + 22, first + 21]),
        ],
        axis=1,
    )
    raster, whole = Raster(60, 60), Raster(60, 60)
    camera = Camera(20, 30)
    raster.draw_triangles(raster.project(np.stack([x, y, 0 * x]), camera), faces)
    corner = points((-0.7, -0.7, 0), (0.7, -0.7, 0), (0.7, 0.7, 0), (-0.7, 0.7, 0))
    whole.draw_triangles(whole.project(corner, camera), np.array([[0, 0], [1, 2], [2, 3]]))
    assert ((raster.owner >= 0) == (whole.owner >= 0)).mean() > 0.999


def test_colours_between_corners():
    raster = Raster(40, 40)
    corners = points((-1, -1, 0), (1, -1, 0), (0, 1, 0))
    faces = np.array([[0], [1], [2]])
    seen = raster.project(corners, STRAIGHT)
    raster.draw_triangles(seen, faces)
    shares = raster.weights(seen, faces)
    assert shares.sum(axis=0) == pytest.approx(np.ones(shares.shape[1]))
    assert shares[2, 0] > 0.9  # the first dot from the top is that of the third corner


def test_triangles_that_cover_too_much_are_thinned_out():
    corners = points((-1, -1, 0), (1, -1, 0), (0, 1, 0))
    faces = np.tile(np.array([[0], [1], [2]]), 3000)
    raster = Raster(200, 200)
    raster.draw_triangles(raster.project(corners, STRAIGHT), faces)
    assert raster.simplified
    assert (raster.owner >= 0).any()
