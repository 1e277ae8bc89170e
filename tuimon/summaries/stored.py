"""Summaries of a run of the store, read where its references point to."""

from __future__ import annotations

from tuimon.store.run import Run
from tuimon.store.series import Ref, RefSeries
from tuimon.summaries.errors import SummaryError
from tuimon.summaries.meshes import Mesh, MeshContent, MeshPart, join_mesh, mesh_of_tag
from tuimon.summaries.reader import Decoded, SummaryReader

Parts = dict[MeshContent, RefSeries]
"""The series of one mesh by what they hold."""


def read_summary(run: Run, series: RefSeries, ref: Ref, reader: SummaryReader) -> Decoded:
    """The summary of `series` at `ref`. Raises what `SummaryReader.read` raises."""
    path = run.paths[ref.file]
    return reader.read(path, series.tag, series.plugin, ref.offset, ref.length)


def meshes(run: Run) -> dict[str, Parts]:
    """The meshes of a run that have vertices, by the tag that was given to the writer."""
    found: dict[str, Parts] = {}
    for series in run.refs.values():
        named = mesh_of_tag(series.tag) if series.plugin == "mesh" else None
        if named is not None:
            found.setdefault(named[0], {})[named[1]] = series
    return {name: parts for name, parts in found.items() if MeshContent.VERTEX in parts}


def read_mesh(run: Run, parts: Parts, step: int, reader: SummaryReader) -> Mesh:
    """The mesh of a step, of all its parts that were logged with it.

    Raises what `SummaryReader.read` raises; SummaryError too where there are no vertices.
    """
    read = []
    for series in parts.values():
        ref = series.snapshot().at(step)
        if ref is not None:
            part = read_summary(run, series, ref, reader)
            if not isinstance(part, MeshPart):
                raise SummaryError("a part of a mesh that is none")
            read.append(part)
    return join_mesh(read)
