"""Event files for tests: records made by TensorBoard's protos, and what tuimon reads of them."""

import os
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.util.tensor_util import make_tensor_proto

from tuimon.events.points import EventBatch, ScalarColumns
from tuimon.events.tail import EventFileTail

NAME = "events.out.tfevents.1700000000.host.1.0"


def frame(payload: bytes) -> bytes:
    """A TFRecord around `payload`, checksums by TensorBoard's pure Python code."""
    header = struct.pack("<Q", len(payload))
    header += struct.pack("<I", masked_crc32c(header))
    return header + payload + struct.pack("<I", masked_crc32c(payload))


def scalar(tag: str, step: int, value: float, wall_time: float | None = None) -> bytes:
    """A record as `SummaryWriter.add_scalar` leaves it."""
    wall_time = 1.7e9 + step if wall_time is None else wall_time
    values = [Summary.Value(tag=tag, simple_value=value)]
    return frame(
        Event(wall_time=wall_time, step=step, summary=Summary(value=values)).SerializeToString()
    )


def tensor(
    tag: str, step: int, array: object, plugin: str | None = "scalars", wall_time: float = 1.7e9
) -> bytes:
    """A TF2-style record; without metadata when `plugin` is None."""
    value = Summary.Value(tag=tag, tensor=make_tensor_proto(np.asarray(array)))
    if plugin is not None:
        value.metadata.CopyFrom(
            SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
        )
    event = Event(wall_time=wall_time, step=step, summary=Summary(value=[value]))
    return frame(event.SerializeToString())


def version(wall_time: float = 1.7e9) -> bytes:
    """The record that every writer begins with."""
    return frame(Event(wall_time=wall_time, file_version="brain.Event:2").SerializeToString())


def start(step: int) -> bytes:
    """The record that `purge_step` writes."""
    log = SessionLog(status=SessionLog.START)
    return frame(Event(wall_time=1.7e9, step=step, session_log=log).SerializeToString())


def write(path: Path, records: Iterable[bytes]) -> Path:
    """An event file of `records` at `path`, or of the usual name below it when a directory."""
    if path.is_dir() or not path.suffix:
        path.mkdir(parents=True, exist_ok=True)
        path = path / NAME
    path.write_bytes(b"".join(records))
    return path


def append(path: Path, *records: bytes) -> None:
    """Add records to an event file."""
    with path.open("ab") as file:
        file.write(b"".join(records))


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read every file: be nobody for as long as the block lasts, in all threads."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def read(tail: EventFileTail, max_bytes: int = 1 << 20) -> list[EventBatch]:
    """Poll until nothing is left to read."""
    batches = tail.poll(max_bytes)
    for _ in range(100_000):
        if not tail.backlog:
            return batches
        batches += tail.poll(max_bytes)
    raise AssertionError("the tail never comes to the end of the file")


def points(batches: Sequence[EventBatch]) -> dict[str, list[tuple[int, float, float]]]:
    """All scalar points by tag as (step, wall time, value), in file order."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    for batch in batches:
        for tag, columns in batch.scalars.items():
            assert_sound(columns)
            found.setdefault(tag, []).extend(
                zip(*(column.tolist() for column in columns), strict=True)
            )
    return found


def said(batches: Sequence[EventBatch]) -> list[object]:
    """What batches say, however they were cut (but at restarts).

    For every part between restarts what it holds, and what was damaged in all.
    """
    parts: list[list[EventBatch]] = []
    for batch in batches:
        if not parts or batch.reset or batch.restart_step is not None:
            parts.append([])
        parts[-1].append(batch)
    found: list[object] = []
    for part in parts:
        columns: dict[str, list[ScalarColumns]] = {}
        for batch in part:
            for tag, new in batch.scalars.items():
                columns.setdefault(tag, []).append(new)
        scalars = {
            tag: [np.concatenate(column).tobytes() for column in zip(*news, strict=True)]
            for tag, news in columns.items()
        }
        refs = [ref for batch in part for ref in batch.refs]
        counts = Counter[str]()
        for batch in part:
            counts.update(batch.unknown)
        start_time = next((b.start_time for b in part if b.start_time is not None), None)
        found.append((part[0].restart_step, repr(start_time), scalars, repr(refs), counts))
    damaged = sum(batch.damaged_records for batch in batches)
    return [*found, (damaged, sum(batch.skipped_bytes for batch in batches))]


def steps(batches: Sequence[EventBatch], tag: str) -> list[int]:
    """The steps of one tag, in file order."""
    return [step for step, _, _ in points(batches).get(tag, [])]


def assert_sound(columns: ScalarColumns) -> None:
    """Types and shapes are what is promised."""
    assert [column.dtype for column in columns] == [np.int64, np.float64, np.float64]
    assert len({len(column) for column in columns}) == 1
    assert len(columns.steps)
