"""Scalar points as tables for other programs: CSV, JSON lines, Parquet.

Columns: run, tag, step (int64), wall_time (float64, Unix s), value (float64). Numbers are written
with as many digits as give the same float64 back.
"""

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tuimon.store.series import Series

COLUMNS = ("run", "tag", "step", "wall_time", "value")
CHUNK_ROWS = 1 << 16


class MissingLibraryError(Exception):
    """A format needs a package that is not installed; the message names it and how to get it."""


class Chunk(NamedTuple):
    """Some points of one series, in order; arrays [n]."""

    run: str
    tag: str
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]


def chunks(
    series: Series, *, every: bool = False, orphans: NDArray[np.bool_] | None = None
) -> Iterator[Chunk]:
    """The points of `series` that are in force, by step.

    With `every`, what TensorBoard's EventAccumulator keeps, in the order of the files: superseded
    points too, but not those that a restart (``SessionLog.START``) purged, nor the `orphans` among
    the first ones (see `tuimon.export.orphans`).
    """
    if every:
        points = series.all_points()
        keep = ~points.purged
        if orphans is not None and len(orphans) <= len(keep):
            keep[: len(orphans)] &= ~orphans
        steps, times, values = points.steps[keep], points.wall_times[keep], points.values[keep]
    else:
        steps, times, values = series.snapshot()
    for start in range(0, len(steps), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        yield Chunk(series.run, series.tag, steps[part], times[part], values[part])


class _TextWriter:
    """A table of lines, encoded as UTF-8; names that are no text keep their bytes.

    Leaving the context ends the table, not the file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.flush()

    def _put(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "surrogateescape"))


class CsvWriter(_TextWriter):
    """Comma-separated values as RFC 4180 has them, but lines end with ``\\n``; nan, inf, -inf."""

    def __init__(self, file: BinaryIO, clean: Callable[[str], str] = str) -> None:
        """`clean` is applied to the names of runs and tags."""
        super().__init__(file)
        self._clean = clean
        self._put(",".join(COLUMNS) + "\n")

    def write(self, chunk: Chunk) -> None:
        """Add the points of a chunk."""
        names = _csv_row([self._clean(chunk.run), self._clean(chunk.tag)])
        self._put(
            "".join(f"{names},{step},{time!r},{value!r}\n" for step, time, value in _rows(chunk))
        )


class JsonlWriter(_TextWriter):
    """One JSON object a line; numbers that JSON lacks as the strings NaN, Infinity, -Infinity.

    These are the names that protobuf's JSON mapping gives them.
    """

    def write(self, chunk: Chunk) -> None:
        """Add the points of a chunk."""
        names = f'"run": {json.dumps(chunk.run)}, "tag": {json.dumps(chunk.tag)}'
        self._put(
            "".join(
                f'{{{names}, "step": {step}, "wall_time": {_json(time)}, "value": {_json(value)}}}'
                "\n"
                for step, time, value in _rows(chunk)
            )
        )


class ParquetWriter:
    """Parquet with Zstandard, runs and tags as dictionaries; a row group has at most a million."""

    _GROUP_ROWS = 1 << 20

    def __init__(self, file: BinaryIO) -> None:
        """Raises MissingLibraryError when pyarrow is not installed."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise MissingLibraryError(
                "Parquet needs pyarrow: pip install 'tuimon[parquet]'"
            ) from None
        self._pa = pa
        name = pa.dictionary(pa.int32(), pa.string())
        types = (name, name, pa.int64(), pa.float64(), pa.float64())
        self._schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Chunk] = []
        self._held_rows = 0

    def write(self, chunk: Chunk) -> None:
        """Add the points of a chunk."""
        self._held.append(chunk)
        self._held_rows += len(chunk.steps)
        if self._held_rows + CHUNK_ROWS > self._GROUP_ROWS:
            self._write_group()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._held:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        held, self._held, self._held_rows = self._held, [], 0
        lengths = [len(chunk.steps) for chunk in held]
        columns = [
            self._dictionary([chunk.run for chunk in held], lengths),
            self._dictionary([chunk.tag for chunk in held], lengths),
            *(np.concatenate([chunk[number] for chunk in held]) for number in (2, 3, 4)),
        ]
        self._writer.write_table(self._pa.table(columns, schema=self._schema))

    def _dictionary(self, names: Iterable[str], lengths: list[int]) -> object:
        valid = [name.encode("utf-8", "replace").decode() for name in names]
        places = {name: place for place, name in enumerate(dict.fromkeys(valid))}
        codes = np.repeat(np.array([places[name] for name in valid], np.int32), lengths)
        return self._pa.DictionaryArray.from_arrays(codes, self._pa.array([*places]))


def _rows(chunk: Chunk) -> Iterator[tuple[int, float, float]]:
    return zip(chunk.steps.tolist(), chunk.wall_times.tolist(), chunk.values.tolist(), strict=True)


def _json(number: float) -> str:
    if math.isfinite(number):
        return repr(number)
    return '"NaN"' if math.isnan(number) else '"Infinity"' if number > 0 else '"-Infinity"'


class _LineSink(list[str]):
    write = list.append


def _csv_row(fields: list[str]) -> str:
    lines = _LineSink()
    csv.writer(lines, lineterminator="").writerow(fields)
    return lines[0]
