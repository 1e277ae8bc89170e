"""Event records → batches of scalar columns and references."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from tuimon.events.frames import Frame
from tuimon.events.points import EventBatch, ScalarColumns, SummaryRef
from tuimon.events.wire import Event, Value, WireError, parse_event

_LEGACY_PLUGINS = {
    "simple_value": "scalars",
    "image": "images",
    "histo": "histograms",
    "audio": "audio",
}
_GRAPHS = {"graph_def": "__run_graph__", "meta_graph_def": "__meta_graph__"}
_QUIET_KINDS = {"", "file_version", "log_message"}


class EventDecoder:
    """Turns the records of one file into batches, in file order.

    `plugins` maps the tags of a run to plugin names. Writers give the name with a tag's first value
    only; the map is filled here and shared by the decoders of a run's files.
    """

    def __init__(self, plugins: dict[str, str]) -> None:
        self._plugins = plugins
        self._started = False

    def decode(self, frames: Iterable[Frame], base: int, end: int) -> list[EventBatch]:
        """Decode `frames`, whose positions count from offset `base`, up to offset `end`.

        A record that is no well-formed ``Event`` counts as damaged and leaves nothing behind.
        """
        batches = [_Columns()]
        for frame in frames:
            columns = batches[-1]
            try:
                event = parse_event(frame.payload)
            except WireError:
                columns.batch.damaged_records += 1
                continue
            if not self._started:
                self._started = True
                columns.batch.start_time = event.wall_time
            if event.kind == "summary":
                for value in event.values:
                    self._add_value(columns, event, value, base + frame.at, len(frame.payload))
            elif event.kind == "session_log":
                if event.starts:
                    columns.batch.end_offset = base + frame.at
                    batches.append(_Columns(restart_step=event.step))
            elif event.kind in _GRAPHS:
                columns.add_ref(event, _GRAPHS[event.kind], "graphs", base, frame)
            elif event.kind == "tagged_run_metadata":
                columns.add_ref(event, event.tag, "graph_tagged_run_metadata", base, frame)
            elif event.kind not in _QUIET_KINDS:
                columns.count_unknown(event.kind)
        batches[-1].batch.end_offset = end
        return [columns.finish() for columns in batches]

    def _add_value(
        self, columns: _Columns, event: Event, value: Value, offset: int, length: int
    ) -> None:
        plugin = _LEGACY_PLUGINS.get(value.kind) or value.plugin
        if plugin:
            plugin = self._plugins.setdefault(value.tag, plugin)
        else:
            plugin = self._plugins.get(value.tag, "")
        if value.scalar is not None and "scalars" in (plugin, _LEGACY_PLUGINS.get(value.kind)):
            columns.add_scalar(value.tag, event.step, event.wall_time, value.scalar)
        elif plugin or value.kind == "tensor":
            columns.batch.refs.append(
                SummaryRef(value.tag, plugin, event.step, event.wall_time, offset, length)
            )
        else:
            columns.count_unknown(value.kind or "empty value")


class _Columns:
    """A batch in the making: typed columns for each tag."""

    def __init__(self, restart_step: int | None = None) -> None:
        self.batch = EventBatch(restart_step=restart_step)
        self._scalars: dict[str, tuple[array[int], array[float], array[float]]] = {}

    def add_scalar(self, tag: str, step: int, wall_time: float, value: float) -> None:
        columns = self._scalars.get(tag)
        if columns is None:
            columns = self._scalars[tag] = array("q"), array("d"), array("d")
        columns[0].append(step)
        columns[1].append(wall_time)
        columns[2].append(value)

    def add_ref(self, event: Event, tag: str, plugin: str, base: int, frame: Frame) -> None:
        self.batch.refs.append(
            SummaryRef(
                tag, plugin, event.step, event.wall_time, base + frame.at, len(frame.payload)
            )
        )

    def count_unknown(self, kind: str) -> None:
        self.batch.unknown[kind] = self.batch.unknown.get(kind, 0) + 1

    def finish(self) -> EventBatch:
        self.batch.scalars = {
            tag: ScalarColumns(
                np.frombuffer(steps, np.int64),
                np.frombuffer(wall_times, np.float64),
                np.frombuffer(values, np.float64),
            )
            for tag, (steps, wall_times, values) in self._scalars.items()
        }
        return self.batch
