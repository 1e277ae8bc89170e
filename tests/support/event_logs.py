"""Big event files, written fast: records made by TensorBoard's protos, then by numpy."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import google_crc32c
import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from support.event_files import NAME, frame, version

_VALUE = 1.2345678
"""Stands for the value in a template; no tag contains its bytes."""
_STEP_AT, _WALL_AT = 10, 1
_CHUNK = 200_000

Bytes = NDArray[np.uint8]


def simple(tag: str) -> Summary.Value:
    """A value as `SummaryWriter.add_scalar` writes it."""
    return Summary.Value(tag=tag, simple_value=_VALUE)


def tf2(tag: str) -> Summary.Value:
    """A TF2-style value behind the first of its tag, which brings the metadata."""
    return Summary.Value(tag=tag, tensor=TensorProto(dtype=1, float_val=[_VALUE], tensor_shape={}))


def tf2_first(tag: str) -> bytes:
    """The first record of a TF2-style tag."""
    value = tf2(tag)
    value.metadata.CopyFrom(
        SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
    )
    return frame(Event(wall_time=1.7e9, step=0, summary={"value": [value]}).SerializeToString())


class Scalars(NamedTuple):
    """Points of several tags in the order in which they were logged; arrays [points]."""

    tags: list[str]
    which: NDArray[np.int64]
    """Index into `tags`."""
    steps: NDArray[np.int64]
    """Above zero."""


def cycle(count: int, tags: int = 10) -> Scalars:
    """A training loop that logs the same tags at every step."""
    number = np.arange(count)
    return Scalars(tag_names(tags), number % tags, number // tags + 1)


def irregular(count: int, tags: int = 10, seed: int = 0) -> Scalars:
    """Tags at differing rates (every step, every second, every third …), a tenth left out."""
    rng = np.random.default_rng(seed)
    every = 1 + np.arange(tags) % 7
    a_step = float((1 / every).sum()) * 0.9
    steps = np.arange(1, int(1.05 * count / a_step) + 9)
    logged = (steps[:, None] % every == 0) & (rng.random((len(steps), tags)) < 0.9)
    rows, which = np.nonzero(logged)
    return Scalars(tag_names(tags), which[:count], steps[rows[:count]])


def tag_names(count: int) -> list[str]:
    """Tags as people name them, of several lengths."""
    names = ["loss", "accuracy", "lr", "f1", "grad_norm"]
    splits = ["train", "val"]
    return [
        f"{names[n // 2 % 5]}/{splits[n % 2]}" + (f"/layer_{n // 10}" if n >= 10 else "")
        for n in range(count)
    ]


def encode(scalars: Scalars, make: Callable[[str], Summary.Value] = simple) -> list[bytes]:
    """The records of `scalars` as parts of a file; values are a random walk, 20 ms a point."""
    values = np.cumsum(np.random.default_rng(1).standard_normal(len(scalars.steps)) / 100)
    walls = 1.7e9 + np.arange(len(values)) * 0.02
    parts = []
    for start in range(0, len(values), _CHUNK):
        part = slice(start, start + _CHUNK)
        parts.append(
            _encode(
                scalars.tags,
                make,
                scalars.which[part],
                scalars.steps[part],
                walls[part],
                values[part].astype("<f4"),
            )
        )
    return parts


def record(payload: bytes) -> bytes:
    """A TFRecord around `payload`, however big."""
    header = struct.pack("<Q", len(payload))
    checks = [_masked(google_crc32c.value(part)) for part in (header, payload)]
    return b"".join([header, checks[0], payload, checks[1]])


def _masked(crc: int) -> bytes:
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def write_log(run: Path, parts: Iterable[bytes]) -> Path:
    """An event file of a version record and `parts` in the directory `run`."""
    run.mkdir(parents=True)
    path = run / NAME
    with path.open("wb") as file:
        file.write(version())
        file.writelines(parts)
    return path


def _encode(
    tags: list[str],
    make: Callable[[str], Summary.Value],
    which: NDArray[np.int64],
    steps: NDArray[np.int64],
    walls: NDArray[np.float64],
    values: NDArray[np.float32],
) -> bytes:
    step_bytes = 1 + (steps[:, None] >= 1 << 7 * np.arange(1, 9)).sum(axis=1)
    templates: dict[tuple[int, int], bytes] = {}
    for tag, size in {*zip(which.tolist(), step_bytes.tolist(), strict=True)}:
        step = 1 << 7 * (size - 1)
        event = Event(wall_time=1.0, step=step, summary={"value": [make(tags[tag])]})
        templates[tag, size] = event.SerializeToString()
    lengths = np.zeros((len(tags), 10), np.int64)
    for (tag, size), template in templates.items():
        lengths[tag, size] = len(template)
    sizes = lengths[which, step_bytes] + 16
    ends = np.cumsum(sizes)
    out: Bytes = np.empty(int(ends[-1]), np.uint8)
    for tag, size in templates:
        members = np.flatnonzero((which == tag) & (step_bytes == size))
        template = templates[tag, size]
        value_at = template.index(struct.pack("<f", _VALUE))
        rows = np.tile(np.frombuffer(template, np.uint8), (len(members), 1))
        rows[:, _WALL_AT : _WALL_AT + 8] = _bytes_of(walls[members])
        rows[:, value_at : value_at + 4] = _bytes_of(values[members])
        digits = steps[members, None] >> 7 * np.arange(size) & 0x7F
        digits[:, :-1] |= 0x80
        rows[:, _STEP_AT : _STEP_AT + size] = digits
        header = _bytes_of(np.array([len(template)], "<u8"))
        header = np.tile(np.hstack([header, _bytes_of(masked_crcs(header))]), (len(members), 1))
        frames = np.hstack([header, rows, _bytes_of(masked_crcs(rows))])
        out[(ends - sizes)[members][:, None] + np.arange(frames.shape[1])] = frames
    return out.tobytes()


def _bytes_of(numbers: NDArray[np.generic]) -> Bytes:
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(len(numbers), -1)


def masked_crcs(rows: Bytes) -> NDArray[np.uint32]:
    """Masked CRC32C of each row, byte by byte: slower than tuimon's way, and independent of it."""
    crcs = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in rows.T:
        crcs = _CRC_TABLE[(crcs ^ column) & 0xFF] ^ (crcs >> np.uint32(8))
    crcs = ~crcs
    return (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(0xA282EAD8)


def _crc_table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ np.where(table & 1, np.uint32(0x82F63B78), np.uint32(0))
    return table


_CRC_TABLE = _crc_table()
