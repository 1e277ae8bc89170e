"""Summaries of a run of the store, read where its references point to."""

from collections.abc import Callable
from functools import lru_cache

from tuimon.store.run_log import RunLog
from tuimon.store.series import Refs, RefSeries
from tuimon.summaries import SummaryError
from tuimon.summaries.decoders import Decoded
from tuimon.summaries.meshes import Mesh, MeshContent, MeshPart, join_mesh, mesh_of_tag

Parts = dict[MeshContent, RefSeries]
"""The series of one mesh by what they hold."""

Read = Callable[[RefSeries, Refs, int], Decoded]
"""Reads one of the summaries of a series."""


def meshes(run: RunLog) -> dict[str, Parts]:
    """The meshes of a run by the tag that was given to the writer."""
    found: dict[str, Parts] = {}
    for series in run.refs.values():
        if series.plugin == "mesh":
            name, content = mesh_of_tag(series.tag) or (series.tag, MeshContent.VERTEX)
            found.setdefault(name, {})[content] = series
    return found


def steps_from(parts: Parts) -> RefSeries:
    """The part whose steps are those of the mesh: its vertices, if there are any."""
    return parts[min(parts)]


def read_mesh(parts: Parts, step: int, read: Read) -> Mesh:
    """The mesh of a step, of all its parts that were logged with it.

    Raises what `read` raises, and SummaryError where the parts make no mesh. Parts that were read
    before give the same mesh again.
    """
    found = []
    for series in parts.values():
        refs = series.snapshot()
        index = refs.index_of(step)
        if index is not None:
            part = read(series, refs, index)
            if not isinstance(part, MeshPart):
                raise SummaryError("a part of a mesh that is none")
            found.append(part)
    return _joined(tuple(found))


_joined = lru_cache(maxsize=2)(join_mesh)
