import numpy as np
import pytest
import torch
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.mesh import metadata
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.meshes import (
    Mesh,
    MeshContent,
    MeshPart,
    decode_mesh_part,
    join_mesh,
    mesh_of_tag,
)

VERTICES = np.array([[[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1.5]]], np.float32)
FACES = np.array([[[0, 2, 3], [0, 3, 1], [0, 1, 2], [1, 3, 2]]], np.int32)
COLORS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 255]]], np.uint8)


def assert_tetrahedron(mesh: Mesh) -> None:
    assert mesh.name == "m/x"
    for array, logged in zip(
        (mesh.vertices, mesh.faces, mesh.colors), (VERTICES, FACES, COLORS), strict=True
    ):
        assert array is not None
        np.testing.assert_array_equal(array, logged)
        assert array.dtype == logged.dtype
        assert not array.flags.writeable


def tensor(tag: str, array: object) -> Summary.Value:
    return Summary.Value(tag=tag, tensor=make_tensor_proto(array))


def tf2_part(content: MeshContent, array: np.ndarray) -> Summary:
    """As `mesh_pb` makes it, which needs TensorFlow."""
    tag = metadata.get_instance_name("m/x", content)
    kind = metadata.create_summary_metadata("m/x", None, content, 0b1110, array.shape)
    return Summary(value=[Summary.Value(tag=tag, metadata=kind, tensor=make_tensor_proto(array))])


def part(content: MeshContent, array: np.ndarray) -> MeshPart:
    return MeshPart("m", content, array)


@pytest.mark.parametrize("writer", WRITERS)
def test_meshes_of_summary_writers(tmp_path, writer) -> None:
    vertices, faces, colors = map(torch.from_numpy, (VERTICES, FACES, COLORS))
    found = values(written(tmp_path, lambda w: w.add_mesh("m/x", vertices, colors, faces), writer))
    assert {mesh_of_tag(tag) for tag in found} == {("m/x", content) for content in MeshContent}
    assert_tetrahedron(join_mesh(map(decode_mesh_part, found.values())))


def test_tf2_style_meshes(tmp_path) -> None:
    found = values(tf2_style(tmp_path, *map(tf2_part, MeshContent, (VERTICES, FACES, COLORS))))
    assert_tetrahedron(join_mesh(map(decode_mesh_part, found.values())))
    for value in found.values():  # as all but the first are
        value.ClearField("metadata")
    assert_tetrahedron(join_mesh(map(decode_mesh_part, found.values())))


def test_point_cloud() -> None:
    mesh = join_mesh([part(MeshContent.VERTEX, VERTICES)])
    assert (mesh.faces, mesh.colors) == (None, None)


def test_tags_of_parts() -> None:
    name = metadata.get_instance_name("a_VERTEX", MeshContent.COLOR)
    assert mesh_of_tag(name) == ("a_VERTEX", MeshContent.COLOR)
    assert mesh_of_tag("VERTEX") == ("", MeshContent.VERTEX)
    assert mesh_of_tag("a_2") == ("a", MeshContent.FACE)
    assert mesh_of_tag("a_4") is mesh_of_tag("a_vertex") is mesh_of_tag("a") is None


def test_vertices_may_be_anything() -> None:
    logged = np.array([[[np.nan, np.inf, 1e300]]])
    vertices = decode_mesh_part(tensor("m_VERTEX", logged)).array
    np.testing.assert_array_equal(vertices, np.array([[[np.nan, np.inf, np.inf]]], np.float32))


@pytest.mark.parametrize(
    "value",
    [
        tensor("m", VERTICES),
        tensor("m_VERTEX", VERTICES[0]),
        tensor("m_VERTEX", VERTICES[:, :, :2]),
        tensor("m_VERTEX", [[["a", "b", "c"]]]),
        tensor("m_COLOR", [[[0, 0, 256]]]),
        tensor("m_COLOR", [[[0, 0, -1.0]]]),
        tensor("m_FACE", [[[0, 0, np.nan]]]),
        tensor("m_FACE", [[[0, 0, 2**31]]]),
        Summary.Value(tag="m_FACE", simple_value=1),
        Summary.Value(
            tag="m_FACE", metadata={"plugin_data": {"plugin_name": "mesh", "content": b"\xff"}}
        ),
    ],
)
def test_malformed_parts(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_mesh_part(value)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(MeshContent.FACE, FACES)],
        [part(MeshContent.VERTEX, VERTICES[:, :3]), part(MeshContent.FACE, FACES)],
        [part(MeshContent.VERTEX, VERTICES), part(MeshContent.FACE, FACES - 1)],
        [part(MeshContent.VERTEX, VERTICES), part(MeshContent.FACE, np.tile(FACES, (2, 1, 1)))],
        [part(MeshContent.VERTEX, VERTICES), part(MeshContent.COLOR, COLORS[:, :2])],
    ],
)
def test_parts_that_do_not_fit(parts) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        join_mesh(parts)
