"""Meshes and point clouds: up to three tensors [b, n, 3] with tags of their own.

A writer logs ``tag_VERTEX``, ``tag_FACE`` and ``tag_COLOR`` (tensorboardX ``tag_1`` to ``tag_3``)
in one event (torch) or in three with the same step (TF2). `decode_mesh_part` reads one of them,
`join_mesh` joins those of a step. Source: TensorBoard, ``plugins/mesh``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries import SummaryError
from tuimon.summaries.protos import parse
from tuimon.summaries.tensors import numbers, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary


class MeshContent(IntEnum):
    """What a part of a mesh holds: ``MeshPluginData.ContentType``."""

    VERTEX = 1
    """Coordinates of the points, float32."""
    FACE = 2
    """Places of the three vertices of each triangle, int32."""
    COLOR = 3
    """Red, green, blue of each vertex, uint8."""


_DTYPES: dict[MeshContent, np.dtype[Any]] = {
    MeshContent.VERTEX: np.dtype(np.float32),
    MeshContent.FACE: np.dtype(np.int32),
    MeshContent.COLOR: np.dtype(np.uint8),
}
_SUFFIXES = {content.name: content for content in MeshContent}
# tensorboardX ends the tags with the numbers.
_SUFFIXES |= {str(content.value): content for content in MeshContent}


@dataclass(frozen=True, slots=True, eq=False)
class MeshPart:
    """One of the tensors of a mesh."""

    name: str
    """The tag that was given to the writer."""
    content: MeshContent
    array: NDArray[Any]
    """Shape [b, n, 3], b meshes (mostly 1); the type is the content's. Read-only."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """The meshes of one step. Read-only arrays."""

    name: str
    vertices: NDArray[np.float32]
    """Shape [b, n, 3]. NaN and ±Inf may be among them."""
    faces: NDArray[np.int32] | None
    """Shape [b, m, 3]; all are places of vertices. None for a point cloud."""
    colors: NDArray[np.uint8] | None
    """Shape [b, n, 3]."""


def mesh_of_tag(tag: str) -> tuple[str, MeshContent] | None:
    """Name and content that a tag tells; None when it is not the tag of a mesh's part."""
    name, _, suffix = tag.rpartition("_")
    return (name, _SUFFIXES[suffix]) if suffix in _SUFFIXES else None


def decode_mesh_part(value: Summary.Value) -> MeshPart:
    """The part in a value of plugin ``mesh``. Raises SummaryError.

    TF2-style writers say what it is with the first value only: then the tag tells it.
    """
    told = _told(value) or mesh_of_tag(value.tag)
    if told is None:
        raise SummaryError("a part of a mesh that is neither vertices, faces nor colours")
    name, content = told
    array = numbers(tensor_of(value))
    if array.ndim != 3 or array.shape[2] != 3:
        raise SummaryError(f"a part of a mesh of shape {list(array.shape)}, not [b, n, 3]")
    return MeshPart(name, content, _converted(array, content))


def join_mesh(parts: Iterable[MeshPart]) -> Mesh:
    """The mesh that the parts of one name and step make.

    Raises SummaryError when there are no vertices, and when parts do not fit each other.
    """
    by_content = {part.content: part for part in parts}
    vertices = by_content.get(MeshContent.VERTEX)
    if vertices is None:
        raise SummaryError("a mesh without vertices")
    faces, colors = (
        by_content[content].array if content in by_content else None
        for content in (MeshContent.FACE, MeshContent.COLOR)
    )
    batch, count, _ = vertices.array.shape
    if colors is not None and colors.shape != vertices.array.shape:
        raise SummaryError(f"a mesh of {batch} x {count} vertices and other colours")
    if faces is not None:
        if len(faces) != batch:
            raise SummaryError(f"a mesh of {batch} samples, and faces of {len(faces)}")
        if faces.size and not 0 <= faces.min() <= faces.max() < count:
            raise SummaryError("a mesh with faces between vertices that there are not")
    return Mesh(vertices.name, vertices.array, faces, colors)


def _told(value: Summary.Value) -> tuple[str, MeshContent] | None:
    """Name and content by the value's metadata, if there is any."""
    from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData

    data = value.metadata.plugin_data.content
    if not data:
        return None
    told = parse(MeshPluginData, data, "description of a mesh")
    if told.content_type not in [*MeshContent]:
        return None
    return told.name, MeshContent(told.content_type)


def _converted(array: NDArray[Any], content: MeshContent) -> NDArray[Any]:
    """The part's numbers as the type of its content: torch writes all as float32."""
    dtype = _DTYPES[content]
    if content is not MeshContent.VERTEX and array.size:
        limits = np.iinfo(dtype)
        if not limits.min <= array.min() <= array.max() <= limits.max:
            raise SummaryError(f"a mesh with a {content.name.lower()} out of range")
    with np.errstate(invalid="ignore", over="ignore"):
        converted = array.astype(dtype)
    converted.setflags(write=False)
    return converted
