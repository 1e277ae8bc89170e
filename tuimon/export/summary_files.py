"""Summaries that are no scalars as a directory of files, and a manifest that tells of each.

One summary is in memory at a time. Images and sounds are the bytes that were logged; meshes become
Wavefront OBJ with colours behind the coordinates; text is text, tables of it CSV. What is numbers
(histograms, PR curves, hyperparameters) becomes one JSON-lines file a tag, a line a step. Numbers
that JSON lacks are the strings that protobuf's JSON mapping gives them.
"""

import csv
import errno
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from tuimon.events.frames import FrameError
from tuimon.export.names import PathNames
from tuimon.store.run_log import RunLog
from tuimon.store.series import Refs, RefSeries
from tuimon.summaries import SummaryError
from tuimon.summaries.audio_clips import Audio
from tuimon.summaries.decoders import Decoded
from tuimon.summaries.images import Images
from tuimon.summaries.meshes import Mesh
from tuimon.summaries.reader import SummaryReader
from tuimon.summaries.stored import meshes, read_mesh, steps_from
from tuimon.summaries.texts import Text
from tuimon.text import described

KINDS = {
    "histogram": "histograms",
    "image": "images",
    "audio": "audio",
    "text": "text",
    "mesh": "mesh",
    "pr-curve": "pr_curves",
    "graph": "graphs",
    "hparams": "hparams",
}
"""Plugin names by the kinds that can be written."""
MANIFEST = "manifest.jsonl"
_LINES = frozenset({"histogram", "pr-curve", "hparams"})
_CHUNK_ROWS = 1 << 14


class ExportSummary(NamedTuple):
    """One summary of a run, read; of a mesh all parts."""

    kind: str
    run: str
    tag: str
    step: int
    wall_time: float
    content: Decoded | Mesh


class UnreadableSummary(NamedTuple):
    """A summary that could not be read."""

    run: str
    tag: str
    step: int
    reason: str


class _SummaryFile(NamedTuple):
    """One file of a summary."""

    suffix: str
    data: Iterable[bytes]
    facts: dict[str, object]


def summaries(
    run: RunLog, kind: str, wants: Callable[[str], object]
) -> Iterator[ExportSummary | UnreadableSummary]:
    """Read the summaries of a kind, tag by tag, each when it is asked for.

    `wants` tells whether a tag is wanted; those of meshes are the ones given to the writer.
    """
    reader = SummaryReader(max_bytes=0)

    def read(series: RefSeries, refs: Refs, index: int) -> Decoded:
        ref = refs.ref(index)
        path = run.paths[ref.file]
        return reader.read(path, series.tag, series.plugin, ref.offset, ref.length)

    found = meshes(run) if kind == "mesh" else {}
    series = (
        {name: steps_from(parts) for name, parts in found.items()}
        if kind == "mesh"
        else {refs.tag: refs for refs in run.refs.values() if refs.plugin == KINDS[kind]}
    )
    for tag, refs in series.items():
        if not wants(tag):
            continue
        snapshot = refs.snapshot()
        for index in range(len(snapshot.steps)):
            ref = snapshot.ref(index)
            try:
                content: Decoded | Mesh = (
                    read_mesh(found[tag], ref.step, read)
                    if kind == "mesh"
                    else read(refs, snapshot, index)
                )
            except (SummaryError, FrameError) as error:
                yield UnreadableSummary(run.name, tag, ref.step, str(error))
            except OSError as error:
                yield UnreadableSummary(run.name, tag, ref.step, error.strerror or "cannot be read")
            except Exception as error:  # what nobody has thought of in one must not end the others
                yield UnreadableSummary(run.name, tag, ref.step, described(error))
            else:
                yield ExportSummary(kind, run.name, tag, ref.step, ref.wall_time, content)


class FilesWriter:
    """Writes summaries into a directory, and a line of the manifest when a file is complete."""

    def __init__(self, directory: Path) -> None:
        """Makes the directory. Raises OSError, FileExistsError when anything is in it."""
        directory.mkdir(exist_ok=True)
        if any(directory.iterdir()):
            raise FileExistsError(errno.EEXIST, "exists, and is not empty", str(directory))
        self.files = 0
        """How many there are, without the manifest."""
        self._directory = directory
        self._names = PathNames()
        self._names.new(directory, MANIFEST)
        self._manifest = (directory / MANIFEST).open("w", encoding="utf-8")
        self._lines: _TagLines | None = None

    def write(self, summary: ExportSummary) -> None:
        """Add a summary; those of a kind, run and tag follow each other."""
        told = {"kind": summary.kind, "run": _text(summary.run), "tag": _text(summary.tag)}
        if summary.kind in _LINES:
            key = (summary.kind, summary.run, summary.tag)
            if self._lines is None or self._lines.key != key:
                self._end_lines()
                path = self._new(self._names.of(self._directory, summary.run), summary.tag, "jsonl")
                self._lines = _TagLines(key, path, told)
            self._lines.write(summary)
            return
        self._end_lines()
        folder = self._names.of(self._names.of(self._directory, summary.run), summary.tag)
        for part in _parts(summary):
            path = self._new(folder, str(summary.step), part.suffix)
            with path.open("wb") as file:
                file.writelines(part.data)
            self._tell(
                path, {**told, "step": summary.step, "wall_time": summary.wall_time, **part.facts}
            )

    def write_table(
        self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Add one table of all runs, as CSV; empty cells where there is None."""
        self._end_lines()
        path = self._names.new(self._directory, kind, ".csv")
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])
        self._tell(path, {"kind": kind, "run": "", "tag": kind, "rows": len(rows)})

    def _new(self, folder: Path, name: str, suffix: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return self._names.new(folder, name, f".{suffix}")

    def _end_lines(self) -> None:
        if self._lines is not None:
            self._lines.file.close()
            self._tell(self._lines.path, {**self._lines.told, "summaries": self._lines.count})
            self._lines = None

    def _tell(self, path: Path, told: Mapping[str, object]) -> None:
        self.files += 1
        file = path.relative_to(self._directory).as_posix()
        self._manifest.write(json.dumps({"file": file, **_plain(told)}) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_lines()
        self._manifest.close()


class _TagLines:
    """A JSON-lines file of one tag."""

    def __init__(self, key: tuple[str, str, str], path: Path, told: dict[str, str]) -> None:
        self.key, self.path, self.told = key, path, told
        self.file = path.open("w", encoding="utf-8")
        self.count = 0

    def write(self, summary: ExportSummary) -> None:
        told = {**self.told, "step": summary.step, "wall_time": summary.wall_time}
        self.file.write(json.dumps({**_plain(told), **_plain(summary.content)}) + "\n")
        self.count += 1


def _parts(summary: ExportSummary) -> Iterator[_SummaryFile]:
    match summary.content:
        case Images() as images:
            size: dict[str, object] = {"width": images.width, "height": images.height}
            for image in images.images:
                yield _SummaryFile(image.format or "bin", [image.data], size)
        case Audio() as audio:
            for clip in audio.clips:
                wav = clip.wav
                facts: dict[str, object] = {"label": clip.label}
                if wav is not None:
                    facts |= {"rate": wav.rate, "channels": wav.channels, "frames": wav.frames}
                yield _SummaryFile("wav" if wav else "bin", [clip.data], facts)
        case Mesh() as mesh:
            for sample in range(len(mesh.vertices)):
                faces = None if mesh.faces is None else len(mesh.faces[sample])
                counts: dict[str, object] = {"vertices": mesh.vertices.shape[1], "faces": faces}
                yield _SummaryFile("obj", wavefront(mesh, sample), counts)
        case Text() as text:
            yield _text_part(text)
        case other:
            yield _SummaryFile("json", [json.dumps(_plain(other)).encode()], {})


def wavefront(mesh: Mesh, sample: int = 0) -> Iterator[bytes]:
    """One of the meshes as an OBJ file; colours are fractions, as MeshLab and Blender read them."""
    vertices = mesh.vertices[sample].astype(np.float64)
    form = "v %.9g %.9g %.9g\n"
    if mesh.colors is not None:
        vertices = np.column_stack([vertices, mesh.colors[sample] / 255])
        form = "v %.9g %.9g %.9g %.4g %.4g %.4g\n"
    yield from _rows(form, vertices)
    if mesh.faces is not None:
        yield from _rows("f %d %d %d\n", mesh.faces[sample].astype(np.int64) + 1)


def _rows(form: str, table: np.ndarray[Any, Any]) -> Iterator[bytes]:
    for start in range(0, len(table), _CHUNK_ROWS):
        chunk = table[start : start + _CHUNK_ROWS]
        yield (form * len(chunk) % tuple(chunk.ravel().tolist())).encode()


def _text_part(text: Text) -> _SummaryFile:
    if not text.shape or (len(text.rows) == 1 and len(text.rows[0]) == 1):
        content = text.rows[0][0] if text.rows else ""
        return _SummaryFile("md", [content.encode("utf-8", "replace")], {})
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(text.rows)
    return _SummaryFile("csv", [table.getvalue().encode("utf-8", "replace")], {"shape": text.shape})


def _plain(value: Any) -> Any:
    """Anything of a summary as JSON has it."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(content) for key, content in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return _text(value) if isinstance(value, str) else value


def _text(name: str) -> str:
    """Names of directories need not be valid Unicode."""
    return name.encode("utf-8", "replace").decode()
