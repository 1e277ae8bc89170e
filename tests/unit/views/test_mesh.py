import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.charts import roles
from tuimon.summaries.meshes import Mesh
from tuimon.views import mesh
from tuimon.views.base import ViewOptions
from tuimon.views.layout import StepPlace
from tuimon.views.mesh import MeshScene, MeshView, body_of
from tuimon.views.raster import Camera

SQUARE = np.array([[[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]], np.float32)
FACES = np.array([[[0, 1, 2], [0, 2, 3]]], np.int32)
FRONT = MeshScene(Camera(0, 0, 1))


def cloud(count: int = 300, batch: int = 1) -> Mesh:
    points = np.random.default_rng(0).normal(size=(batch, count, 3)).astype(np.float32)
    return Mesh("m", points, None, None)


def drawn(rows) -> str:
    return "\n".join("".join(span.text for span in row) for row in rows[3:])


def test_a_square_is_filled_and_a_cloud_is_boxed(place):
    filled = mesh.rows(place, Mesh("m", SQUARE, FACES, None), ViewOptions(None, 60, 23), FRONT)
    assert drawn(filled).count("⣿") > 100
    head = "".join(span.text for span in filled[1])
    assert "4 points  2 triangles  2 × 2 × 0" in head
    assert not any(span.role == roles.AXIS for row in filled for span in row)
    boxed = mesh.rows(place, cloud(), ViewOptions(None, 40, 23))
    assert any(span.role == roles.AXIS for row in boxed for span in row)


def test_colours_of_vertices_are_kept(place):
    red = np.broadcast_to(np.array([255, 0, 0], np.uint8), (1, 4, 3))
    found = mesh.rows(place, Mesh("m", SQUARE, FACES, red), ViewOptions(None, 40, 23), FRONT)
    inks = {span.role for row in found[3:] for span in row} - {roles.BLANK}
    assert len(inks) == 1
    (ink,) = inks
    assert isinstance(ink, roles.PixelRole)
    assert ink.ink.endswith("0000")


def test_a_surface_is_darker_when_it_is_seen_from_the_side(place):
    def level(camera: Camera) -> int:
        square = Mesh("m", SQUARE, FACES, None)
        found = mesh.rows(place, square, ViewOptions(None, 40, 23), MeshScene(camera))
        heats = {s.role for row in found[3:] for s in row if isinstance(s.role, roles.HeatRole)}
        return max(role.ink for role in heats)

    assert level(Camera(-20, 30)) > level(Camera(70, 0))


def test_no_size_is_exceeded(fits, place):
    colors = np.full((1, 4, 3), 200, np.uint8)
    several = (
        cloud(),
        cloud(5, batch=3),
        cloud(1),
        Mesh("m", SQUARE, FACES, colors),
        Mesh("m", np.full((1, 3, 3), np.nan, np.float32), None, None),
        Mesh("m", np.empty((0, 0, 3), np.float32), None, None),
        Mesh("m", np.empty((1, 0, 3), np.float32), None, None),
    )
    for one in several:
        fits(lambda w, h, one=one: mesh.rows(place, one, ViewOptions(None, w, h)))
        fits(lambda w, h, one=one: mesh.rows(place, one, ViewOptions(None, w, h, ascii_only=True)))
        fits(
            lambda w, h, one=one: mesh.rows(
                place, one, ViewOptions(None, w, h), MeshScene(box=True, sample=2)
            )
        )


@given(
    st.lists(st.tuples(*[st.floats(width=32, allow_subnormal=False)] * 3), min_size=1, max_size=12),
    st.lists(st.tuples(*[st.integers(0, 11)] * 3), max_size=8),
)
def test_any_numbers_are_drawn(vertices, faces):
    points = np.array([vertices], np.float32)
    triangles = np.array([faces], np.int32).reshape(1, -1, 3) % len(vertices)
    with np.errstate(all="raise", under="ignore", invalid="ignore"):
        mesh.rows(
            StepPlace("m", 0, 0, 1), Mesh("m", points, triangles, None), ViewOptions(None, 30, 12)
        )
        mesh.rows(StepPlace("m", 0, 0, 1), Mesh("m", points, None, None), ViewOptions(None, 30, 12))


def test_bodies_fill_the_ball_wherever_they_are():
    far = Mesh("m", SQUARE * 1e-3 + 1e3, None, None)
    body = body_of(far, 0)
    assert np.linalg.norm(body.points, axis=0).max() == pytest.approx(1, rel=0.1)


def test_keys_turn_it_and_reset_it():
    view = MeshView()
    first = view._scene
    view.press("mesh-right")
    view.press("mesh-arrow-up")
    assert view._scene.camera.yaw == first.camera.yaw + 10
    assert view._scene.camera.pitch == first.camera.pitch + 10
    view.wheel(-1)
    assert view._scene.camera.zoom > 1
    view.drag(4, 0)
    assert view._scene.camera.yaw == first.camera.yaw + 20
    view.press("mesh-reset")
    assert view._scene == first
    for _ in range(40):
        view.press("mesh-up")
        view.press("mesh-near")
        view.press("mesh-left")
    assert view._scene.camera.pitch == 90
    assert view._scene.camera.zoom == 20
    assert -180 <= view._scene.camera.yaw < 180


def test_a_step_joins_the_parts_that_a_writer_logged(subjects):
    import torch

    def write(w):
        for step in range(3):
            points = torch.from_numpy(SQUARE) + step
            faces = torch.from_numpy(FACES)
            w.add_mesh("shape", points, faces=faces, global_step=step)
        w.add_mesh("cloud/x", torch.rand(2, 50, 3), global_step=7)

    found = subjects(write)
    assert {tag for kind, _, tag in found if kind == "mesh"} == {"shape", "cloud/x"}
    shape = found["mesh", ".", "shape"]
    assert MeshView.steps(shape).tolist() == [0, 1, 2]
    view = MeshView()
    shown = view.draw(shape, ViewOptions(1, 60, 20))
    assert "4 points  2 triangles" in "".join(span.text for span in shown.rows[1])
    assert shown.idle == ("mesh-next",)
    view.press("mesh-spin")
    spinning = view.draw(shape, ViewOptions(1, 60, 20))
    assert spinning.again
    assert spinning.rows != shown.rows
    several = MeshView()
    several.draw(found["mesh", ".", "cloud/x"], ViewOptions(None, 60, 20))
    several.press("mesh-next")
    shown = several.draw(found["mesh", ".", "cloud/x"], ViewOptions(None, 60, 20))
    assert "mesh 2 of 2" in "".join(span.text for span in shown.rows[1])
