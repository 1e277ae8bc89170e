"""Event files that tuimon writes itself, to be read like any other."""

import math
import os
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tuimon.events.crc import masked_crc
from tuimon.events.frames import frame_header
from tuimon.events.tail import EventFileTail


class TagPoint(NamedTuple):
    """A scalar; of more digits than a float32 has, too."""

    tag: str
    step: int
    value: float


_DOUBLE = 2
"""``DT_DOUBLE`` of TensorFlow's ``types.proto``."""

HParam = str | bool | int | float | None


class EventFile:
    """Appends points to ``events.out.tfevents.<origin>`` in `directory`.

    Each call is on disk when it returns. What another writer, who was killed, has left is kept.

    Raises:
        OSError: the file cannot be written.
    """

    PREFIX = "events.out.tfevents."

    def __init__(self, directory: Path, origin: str) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        path = directory / f"{self.PREFIX}{origin}"
        self.points, end = _known(path)
        """How many points are in the file."""
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._fd, end)  # what a writer that was killed has begun
        self._end = end
        if not end:
            self._append(_version_record())

    def write(self, points: Sequence[TagPoint], wall_time: float) -> None:
        """Add points that were measured at `wall_time` (Unix seconds)."""
        by_step = groupby(points, key=lambda point: point.step)
        self._append(b"".join(_record(step, group, wall_time) for step, group in by_step))
        self.points += len(points)

    def write_hparams(self, hparams: Mapping[str, HParam]) -> None:
        """Add a session with these hyperparameters, or with others than before."""
        self._append(_session_record(hparams))

    def close(self) -> None:
        """Close the file; nothing is left to write."""
        os.close(self._fd)

    def _append(self, data: bytes) -> None:
        """Write all or nothing: a full disk must leave no half record in the way of the next."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError:
            os.ftruncate(self._fd, self._end)
            raise
        self._end += len(data)


def _known(path: Path) -> tuple[int, int]:
    """Number of points in a file, and where its last whole record ends."""
    if not path.exists():
        return 0, 0
    tail = EventFileTail(path)
    points = 0
    while batches := tail.poll():
        points += sum(len(part.steps) for batch in batches for part in batch.scalars.values())
    return points, tail.offset


def _record(step: int, points: Iterable[TagPoint], wall_time: float) -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    event = Event(wall_time=wall_time, step=step, summary=Summary())
    for point in points:
        value = event.summary.value.add(tag=point.tag)
        if _is_single(point.value):
            value.simple_value = point.value
        else:
            value.tensor.dtype = _DOUBLE
            value.tensor.double_val.append(point.value)
            value.metadata.plugin_data.plugin_name = "scalars"
    return _framed(event.SerializeToString())


def _is_single(value: float) -> bool:
    """Whether a float32 says the same, of fractions with the fewest digits that it needs."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    is_short = float(str(single)) == value and not float(value).is_integer()  # counts are ints
    return float(single) == value or is_short or math.isnan(value)


def _session_record(hparams: Mapping[str, HParam]) -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    data = HParamsPluginData(version=0)
    data.session_start_info.start_time_secs = time.time()
    for name, value in hparams.items():
        entry = data.session_start_info.hparams[name]
        match value:
            case None:
                entry.null_value = 0
            case bool():
                entry.bool_value = value
            case str():
                entry.string_value = value
            case _:
                entry.number_value = float(value)
    event = Event(wall_time=time.time())
    metadata = event.summary.value.add(tag="_hparams_/session_start_info").metadata
    metadata.plugin_data.plugin_name = "hparams"
    metadata.plugin_data.content = data.SerializeToString()
    return _framed(event.SerializeToString())


def _version_record() -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event

    return _framed(Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())


def _framed(payload: bytes) -> bytes:
    """A TFRecord: length and payload, each with its checksum behind it."""
    return frame_header(len(payload)) + payload + struct.pack("<I", masked_crc(payload))
