"""Points that TensorBoard's EventAccumulator takes for orphans of a crash, in files that do not say
of which version they are.

Writers in other languages, and old ones, leave out the first record, and with it what a restart
looks like: the accumulator then goes by the old rule of TensorFlow. A record with a lower step than
the newest one of any tag purges its tags from its own step on. Source: TensorBoard,
``event_accumulator.py``.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuimon.events.fields import Buffer, Span, WireError
from tuimon.events.frames import ScanStop, scan_frames
from tuimon.events.wire import Event, Value, parse_event
from tuimon.regular_file import regular_file
from tuimon.summaries import SummaryError
from tuimon.summaries.protos import parse

_FIRST_BYTES, _WINDOW_BYTES = 1 << 10, 8 << 20
"""Mostly the first record tells the version, and no more is read."""
_NAMED = "brain.Event:"
_LEAST_VERSION = 2.0
"""From this on, a restart is told by ``SessionLog.START``."""


def find_orphans(paths: Iterable[Path]) -> dict[str, NDArray[np.bool_]]:
    """Which points of each tag are orphans, as far as files, in their order, tell no version.

    Flags of the first points of a tag in the order of the files; those behind them are none.
    """
    tags: dict[str, _OrphanRule] = {}
    newest = -1
    for event in _unversioned(paths):
        back = event.kind == "summary" and event.step < newest
        if not back:
            newest = event.step
        for value in event.values if back else ():
            if value.tag in tags:
                tags[value.tag].purge(event.step)
        for value in event.values:
            tags.setdefault(value.tag, _OrphanRule()).add(value, event.step)
    return {tag: np.array(points.orphans, np.bool_) for tag, points in tags.items()}


class _OrphanRule:
    """The points of a tag, and which of them are orphans."""

    def __init__(self) -> None:
        self.orphans: list[bool] = []
        self._plugin: str | None = None
        self._kept: list[tuple[int, int]] = []  # steps and places of what may become an orphan
        self._highest = -(2**63)

    def add(self, value: Value, step: int) -> None:
        self._plugin = self._plugin or value.plugin
        simple = value.kind == "simple_value"
        if not simple and (value.scalar is None or (value.plugin or self._plugin) != "scalars"):
            return
        if simple:  # the accumulator never purges tensors
            self._kept.append((step, len(self.orphans)))
            self._highest = max(self._highest, step)
        self.orphans.append(False)

    def purge(self, step: int) -> None:
        if step > self._highest:
            return
        for _, place in (one for one in self._kept if one[0] >= step):
            self.orphans[place] = True
        self._kept = [one for one in self._kept if one[0] < step]
        self._highest = max((one[0] for one in self._kept), default=-(2**63))


def _unversioned(paths: Iterable[Path]) -> Iterator[Event]:
    """The events of files up to the first that tells a version."""
    for path in paths:
        for window, (start, end) in _payloads(path):
            try:
                event = parse_event(window, start, end)
            except WireError:
                continue
            if event.kind == "file_version" and _version(window[start:end]) >= _LEAST_VERSION:
                return
            yield event


def _version(payload: Buffer) -> float:
    from tensorboard.compat.proto.event_pb2 import Event as EventProto

    try:
        event: EventProto = parse(EventProto, bytes(payload), "event")
        return float(event.file_version.removeprefix(_NAMED))
    except (SummaryError, ValueError):
        return 0.0


def _payloads(path: Path) -> Iterator[tuple[Buffer, Span]]:
    """Records up to the first that is damaged: TensorBoard reads no further."""
    offset, size = 0, _FIRST_BYTES
    with suppress(OSError), regular_file(path, buffering=0) as file:
        while window := os.pread(file.fileno(), size, offset):
            scan = scan_frames(window)
            for span in scan.payloads:
                yield window, span
            if not scan.end and (scan.stop is not ScanStop.CUT or len(window) < size):
                return
            offset += scan.end
            size = max(scan.wanted, _WINDOW_BYTES)
