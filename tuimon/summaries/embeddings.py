"""Points of TensorBoard's projector, such as torch's ``add_embedding`` leaves.

They are no events: a ``projector_config.pbtxt`` in the run's directory names files of tab-separated
values. Source: TensorBoard, ``plugins/projector`` (``projector_config.proto``,
``projector_plugin.py``, ``data-provider.ts``); torch, ``utils/tensorboard/_embedding.py``.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuimon.regular_file import regular_file
from tuimon.summaries import SummaryError

MAX_POINTS = 20_000
"""Of a file with more, every second, fourth … is taken."""
MAX_TAKEN = 64 << 20
"""The same for bytes of their lines: about 6 million coordinates."""
MAX_BYTES = 4 << 30
"""Larger files are not read: this takes some 4 s, and much longer over a network."""
_MAX_LINE = 16 << 20
_MAX_METADATA = 256 << 20
_MAX_LABEL = 200
_MAX_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class EmbeddingFiles:
    """Where the points of one step are."""

    tag: str
    step: int
    tensors: str
    """Path, relative to the configuration's; empty where they are in a checkpoint."""
    metadata: str
    """Path of the labels; empty when there are none."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Points in many dimensions, and what each is."""

    points: NDArray[np.float64]
    """Shape [n, d], finite. Read-only."""
    labels: tuple[tuple[str, ...], ...]
    """By column of the metadata, each of n; empty without metadata. Not safe for a terminal."""
    names: tuple[str, ...]
    """Of the columns."""
    total: int
    """How many points the file holds; more than n where not all were taken."""
    fault: str = ""
    """What is wrong with the labels, where something is."""


@lru_cache(maxsize=64)
def read_config(text: str) -> tuple[EmbeddingFiles, ...]:
    """What a configuration names. Raises SummaryError."""
    from google.protobuf.text_format import Parse, ParseError  # type: ignore[import-untyped]
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    try:
        config = Parse(text, ProjectorConfig(), allow_unknown_field=True)
    except (ParseError, RecursionError):
        raise SummaryError("a configuration of the projector that cannot be read") from None
    found = {}
    for one in config.embeddings:
        tag, colon, step = one.tensor_name.rpartition(":")
        if not (colon and step.isdecimal() and len(step) < 19):
            tag, step = one.tensor_name, "0"
        files = EmbeddingFiles(tag, int(step), one.tensor_path, one.metadata_path)
        found[files.tag, files.step] = files  # a resumed run names its own again
    return tuple(found.values())


def read_embedding(directory: Path, files: EmbeddingFiles) -> Embedding:
    """The points that `files` of a configuration in `directory` name.

    Points with a coordinate that is no number are left out.

    Raises:
        SummaryError: the file does not hold points.
        OSError: it cannot be read.
    """
    if not files.tensors:
        raise SummaryError("these points are in a checkpoint, not in a file of their own")
    taken, stride, total = _lines(_inside(directory, files.tensors))
    if not taken:
        raise SummaryError("no points")
    dimensions = taken[0].count(b"\t") + 1
    points = np.empty((len(taken), dimensions))
    try:
        for at, line in enumerate(taken):
            points[at] = np.array(line.split(b"\t"), np.float64).reshape(dimensions)
    except ValueError:
        raise SummaryError("the points are not rows of numbers, as many in each") from None
    names, labels, fault = _labels_or_fault(directory, files, total, stride)
    sound = np.isfinite(points).all(axis=1)
    if not sound.any():
        raise SummaryError("no point has only finite coordinates")
    points = points[sound]
    points.setflags(write=False)
    kept = np.flatnonzero(sound).tolist()
    columns = tuple(tuple(column[at] for at in kept) for column in labels)
    return Embedding(points, columns, names, total, fault)


def _lines(path: Path) -> tuple[list[bytes], int, int]:
    """Every so many lines of a file that are not blank, how many, and how many there are.

    From the first on every 2^k-th is taken, which is no more than the bounds allow. Raises
    SummaryError, OSError.
    """
    taken: list[bytes] = []
    stride, total, size = 1, 0, 0
    with regular_file(path) as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise SummaryError(f"a file of more than {MAX_BYTES >> 20} MiB")
        while line := file.readline(_MAX_LINE):
            if len(line) == _MAX_LINE:
                raise SummaryError("the points are not rows of numbers, as many in each")
            if line.isspace():
                continue
            if total % stride == 0:
                taken.append(line)
                size += len(line)
                while len(taken) > MAX_POINTS or size > MAX_TAKEN:
                    del taken[1::2]
                    stride, size = 2 * stride, sum(map(len, taken))
            total += 1
    return taken, stride, total


def _labels_or_fault(
    directory: Path, files: EmbeddingFiles, count: int, stride: int
) -> tuple[tuple[str, ...], list[list[str]], str]:
    """Names and columns of the labels of the points that were taken, and what is wrong there."""
    if not files.metadata:
        return (), [], ""
    try:
        return _labels(directory, files, count, stride)
    except SummaryError as error:
        return (), [], str(error)
    except OSError as error:
        return (), [], f"{error.strerror or error}: {files.metadata}"


def _labels(
    directory: Path, files: EmbeddingFiles, count: int, stride: int
) -> tuple[tuple[str, ...], list[list[str]], str]:
    with regular_file(_inside(directory, files.metadata)) as file:
        data = file.read(_MAX_METADATA + 1)
    if len(data) > _MAX_METADATA:
        raise SummaryError(f"labels of more than {_MAX_METADATA >> 20} MiB")
    text = data.decode(errors="replace")
    lines = text.removesuffix("\n").split("\n")
    # TensorBoard: a table of several columns begins with their names, a single column does not.
    names: tuple[str, ...] = ("label",)
    if "\t" in lines[0] or len(lines) == count + 1:
        names, lines = tuple(lines[0].split("\t")[:_MAX_COLUMNS]), lines[1:]
    rows = [line.split("\t") for line in lines[:count:stride]]
    rows += [[]] * (len(range(0, count, stride)) - len(rows))
    columns = [
        [row[at][:_MAX_LABEL] if at < len(row) else "" for row in rows] for at in range(len(names))
    ]
    fault = "" if len(lines) >= count else f"{len(lines):,} labels for {count:,} points"
    return names, columns, fault


def _inside(directory: Path, name: str) -> Path:
    """A file below `directory`; others are not what a run has to show.

    Configurations written by hand name it as the training saw it: from a directory above.
    """
    if "\0" in name:
        raise SummaryError("the configuration names a file by what is no name")
    home = directory.resolve()
    path = (home / name).resolve()
    if not path.is_relative_to(home):
        raise SummaryError("the configuration names a file outside of its run")
    seen = ((above / name).resolve() for above in (home, *home.parents))
    return next((one for one in seen if one.is_relative_to(home) and one.exists()), path)


def principal_components(
    points: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates [n, count] along the directions of most variance, and shares of it [count].

    Where there are fewer dimensions the rest is 0. The sign of a direction, which is free, is that
    its largest weight is positive.
    """
    centred = points - points.mean(axis=0)
    samples, dimensions = centred.shape
    largest = float(np.abs(centred).max(initial=0.0)) or 1.0
    centred = centred / largest  # neither squares of huge numbers nor of tiny ones
    if dimensions <= samples:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, ::-1][:, :count]
    else:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        lengths = np.sqrt(np.maximum(values[::-1][:count], 1e-300))
        directions = (centred.T @ vectors[:, ::-1][:, :count]) / lengths
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), range(directions.shape[1])])
    found = centred @ (directions * np.where(signs == 0, 1, signs))
    total = float((centred**2).sum())
    shares = (found**2).sum(axis=0) / total if total else np.zeros(found.shape[1])
    missing = count - found.shape[1]
    return (
        np.pad(found * largest, ((0, 0), (0, missing))),
        np.pad(shares, (0, missing)),
    )


def neighbours(
    points: NDArray[np.float64], at: int, count: int, *, cosine: bool
) -> list[tuple[int, float]]:
    """The nearest points of the one at `at`, and how far they are, the nearest first.

    The distance is Euclid's, or 1 − the cosine of the angle, as in TensorBoard.
    """
    if cosine:
        lengths = np.linalg.norm(points, axis=1)
        lengths = np.where(lengths > 0, lengths, 1)
        distances = 1 - (points @ points[at]) / (lengths * lengths[at])
    else:
        distances = np.linalg.norm(points - points[at], axis=1)
    distances[at] = np.inf
    count = min(count, len(points) - 1)
    nearest = np.argpartition(distances, count - 1)[:count] if count else np.array([], np.int64)
    order = nearest[np.argsort(distances[nearest], kind="stable")]
    return [(int(index), float(distances[index])) for index in order]
