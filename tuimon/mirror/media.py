"""Decoded summaries as W&B's media types. Files are left as they were logged, where they can be."""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuimon.summaries import SummaryError
from tuimon.summaries.audio_clips import Audio
from tuimon.summaries.decoders import Decoded
from tuimon.summaries.histograms import Histogram
from tuimon.summaries.images import Images
from tuimon.summaries.meshes import Mesh, MeshPart, join_mesh
from tuimon.summaries.pr_curves import PrCurve
from tuimon.summaries.texts import Text

_MOST_BINS = 512
"""W&B refuses histograms with more."""

_SUFFIXES = {"jpeg": "jpg"}
_IMAGE_FORMATS = frozenset({"png", "jpeg", "gif", "webp", "bmp"})


def media(parts: Sequence[Decoded], folder: Path, shown: Callable[[str], str] = str) -> Any:
    """What W&B logs of a summary, or of the parts of a mesh; files go into `folder`.

    Of texts it gets what is `shown` of them.

    Raises:
        SummaryError: it is nothing that W&B knows, or damaged.
        Exception: whatever wandb and PIL raise for content that they cannot take.
    """
    meshes = [part for part in parts if isinstance(part, MeshPart)]
    if meshes:
        return _mesh(join_mesh(meshes), folder)
    match parts[-1]:
        case Histogram() as histogram:
            return _histogram(histogram)
        case Images() as images:
            return _images(images, folder)
        case Audio() as audio:
            return _audio(audio, folder)
        case Text() as text:
            return _text(text, shown)
        case PrCurve() as curve:
            return _pr_curve(curve)
    raise SummaryError(f"W&B has nothing like a {type(parts[-1]).__name__}")


def _histogram(histogram: Histogram) -> Any:
    import wandb

    edges = np.append(histogram.lefts, histogram.rights[-1:])
    counts = histogram.counts
    if not len(counts):
        raise SummaryError("a histogram without buckets")
    if not (np.isfinite(edges).all() and np.isfinite(counts).all()):
        raise SummaryError("a histogram with edges or counts that are no numbers")
    together = -(-len(counts) // _MOST_BINS)
    starts = np.arange(0, len(counts), together)
    bins = np.append(edges[starts], edges[-1])
    return wandb.Histogram(np_histogram=(np.add.reduceat(counts, starts), bins))


def _images(images: Images, folder: Path) -> Any:
    import wandb

    logged = []
    for number, image in enumerate(images.images):
        if image.format not in _IMAGE_FORMATS:
            raise SummaryError("an image of no known format")
        path = folder / f"{number}.{_SUFFIXES.get(image.format, image.format)}"
        path.write_bytes(image.data)
        logged.append(wandb.Image(str(path)))
    return logged[0] if len(logged) == 1 else logged


def _audio(audio: Audio, folder: Path) -> Any:
    import wandb

    logged = []
    for number, clip in enumerate(audio.clips):
        path = folder / f"{number}.{'wav' if clip.wav else 'bin'}"
        path.write_bytes(clip.data)
        logged.append(wandb.Audio(str(path), caption=clip.label or None))
    return logged[0] if len(logged) == 1 else logged


def _text(text: Text, shown: Callable[[str], str]) -> Any:
    import wandb

    if len(text.rows) == 1 and len(text.rows[0]) == 1:
        page = f"<pre>{html.escape(shown(text.rows[0][0]))}</pre>"
    else:
        cells = (map(html.escape, map(shown, row)) for row in text.rows)
        rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in cells)
        page = "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    return wandb.Html(page, inject=False)


def _pr_curve(curve: PrCurve) -> Any:
    import wandb

    names: list[str | int] = ["threshold", "precision", "recall", "tp", "fp", "tn", "fn"]
    columns = (
        *(curve.thresholds, curve.precision, curve.recall),
        *(curve.true_positives, curve.false_positives),
        *(curve.true_negatives, curve.false_negatives),
    )
    rows = [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    return wandb.Table(columns=names, data=rows)


def _mesh(mesh: Mesh, folder: Path) -> Any:
    import wandb

    logged = []
    for number, vertices in enumerate(mesh.vertices):
        colors = None if mesh.colors is None else mesh.colors[number]
        if mesh.faces is None:
            logged.append(wandb.Object3D(_point_cloud(vertices, colors)))
        else:
            path = folder / f"{number}.obj"
            path.write_text(_wavefront(vertices, colors, mesh.faces[number]))
            logged.append(wandb.Object3D(str(path)))
    return logged[0] if len(logged) == 1 else logged


def _point_cloud(
    vertices: NDArray[np.float32], colors: NDArray[np.uint8] | None
) -> NDArray[np.float64]:
    known = np.isfinite(vertices).all(axis=1)
    columns = vertices if colors is None else np.column_stack([vertices, colors])
    return columns[known].astype(np.float64)


def _wavefront(
    vertices: NDArray[np.float32], colors: NDArray[np.uint8] | None, faces: NDArray[np.int32]
) -> str:
    """Wavefront OBJ, colours behind the coordinates of a vertex, as most readers know them."""
    places = np.nan_to_num(vertices.astype(np.float64))
    columns = places if colors is None else np.column_stack([places, colors / 255.0])
    lines = [f"v {' '.join(f'{value:.7g}' for value in row)}" for row in columns.tolist()]
    lines += [f"f {' '.join(str(place + 1) for place in face)}" for face in faces.tolist()]
    return "\n".join(lines) + "\n"
