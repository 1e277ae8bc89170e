"""From a reference in an event file to the decoded summary."""

import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tuimon.events.frames import HEADER_BYTES, TRAILER_BYTES, FrameError, read_payload
from tuimon.regular_file import regular_file
from tuimon.summaries import SummaryError
from tuimon.summaries.audio_clips import Audio, decode_audio
from tuimon.summaries.graphs import (
    Graph,
    RunMetadata,
    decode_graph,
    decode_graph_value,
    decode_keras_model,
    decode_meta_graph,
    decode_run_metadata,
    decode_run_metadata_value,
)
from tuimon.summaries.histograms import Histogram, decode_histogram
from tuimon.summaries.hparams import HParamExperiment, SessionEnd, SessionStart, decode_hparams
from tuimon.summaries.images import Images, decode_images
from tuimon.summaries.layouts import DashboardLayout, decode_layout
from tuimon.summaries.meshes import MeshPart, decode_mesh_part
from tuimon.summaries.pr_curves import PrCurve, decode_pr_curve
from tuimon.summaries.protos import parse
from tuimon.summaries.raw import RawSummary, decode_raw
from tuimon.summaries.texts import Text, decode_text

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    from tuimon.store.run_log import RunLog

Decoded: TypeAlias = (
    Audio
    | HParamExperiment
    | Graph
    | Histogram
    | Images
    | DashboardLayout
    | MeshPart
    | PrCurve
    | RawSummary
    | RunMetadata
    | SessionEnd
    | SessionStart
    | Text
)
"""What a summary can be."""

MAX_RECORD_BYTES = 128 << 20
"""Longer records are not decoded."""

_MOST_RECORDS = 100
"""Of one tag, that are read to be put together."""

_DECODERS: "dict[str, Callable[[Summary.Value], Decoded]]" = {
    "audio": decode_audio,
    "custom_scalars": decode_layout,
    "graph_keras_model": decode_keras_model,
    "graph_run_metadata": decode_run_metadata_value,
    "graph_run_metadata_graph": decode_run_metadata_value,
    "graphs": decode_graph_value,
    "histograms": decode_histogram,
    "hparams": decode_hparams,
    "images": decode_images,
    "mesh": decode_mesh_part,
    "pr_curves": decode_pr_curve,
    "text": decode_text,
}


def decode_payload(payload: bytes, tag: str, plugin: str) -> Decoded:
    """The summary of `tag` in a serialized ``tensorflow.Event``, which may hold other tags too.

    `plugin` is the name that the first value of the tag gave; where it is empty, the value's own
    counts. Raises SummaryError.
    """
    from tensorboard.compat.proto.event_pb2 import Event as EventProto

    event: Event = parse(EventProto, payload, "event")
    what = event.WhichOneof("what")
    if what == "graph_def":
        return decode_graph(event.graph_def)
    if what == "meta_graph_def":
        return decode_meta_graph(event.meta_graph_def)
    if what == "tagged_run_metadata":
        return decode_run_metadata(event.tagged_run_metadata.run_metadata)
    values = [value for value in event.summary.value if value.tag == tag]
    heavy = [value for value in values if value.WhichOneof("value") != "simple_value"]
    if not heavy:
        raise SummaryError("the event does not hold the tag")
    value = next((one for one in reversed(heavy) if _plugin_of(one) == plugin), heavy[-1])
    return _DECODERS.get(plugin or value.metadata.plugin_data.plugin_name, decode_raw)(value)


def _plugin_of(value: "Summary.Value") -> str:
    legacy = {"image": "images", "histo": "histograms", "audio": "audio"}
    return legacy.get(value.WhichOneof("value") or "") or value.metadata.plugin_data.plugin_name


class RecordKey(NamedTuple):
    """What tells the summary of a record from all others."""

    path: str
    tag: str
    plugin: str
    offset: int
    length: int
    checksum: bytes
    """Of the payload: files are replaced, and the system gives the same inode again."""


def record_key(
    path: str | os.PathLike[str], tag: str, plugin: str, offset: int, length: int
) -> RecordKey:
    """The key of a summary, of which 4 bytes are read; arguments as of `SummaryReader.read`.

    Raises OSError.
    """
    with regular_file(path, buffering=0) as file:
        checksum = os.pread(file.fileno(), TRAILER_BYTES, offset + HEADER_BYTES + length)
    return RecordKey(os.fspath(path), tag, plugin, offset, length, checksum)


class SummaryReader:
    """Reads and decodes summaries, and keeps those that were used last. Safe for any threads.

    What it returns is shared: nothing of it can be changed.
    """

    def __init__(self, max_bytes: int = 32 << 20) -> None:
        self.max_bytes = max_bytes
        """Most bytes of records whose decoded summaries are kept."""
        self._lock = Lock()
        self._kept: OrderedDict[RecordKey, Decoded] = OrderedDict()  # the last used one last
        self.kept_bytes = 0
        """Bytes of the records whose decoded summaries are kept."""

    def read(
        self, path: str | os.PathLike[str], tag: str, plugin: str, offset: int, length: int
    ) -> Decoded:
        """The summary of `tag` in the record whose frame lies at `offset` of a file.

        `length` is that of the record's payload, `plugin` the name of TensorBoard's plugin.

        Raises:
            SummaryError: the content is not what the plugin demands.
            FrameError: the file does not hold that record (any more).
            OSError: it cannot be read.
        """
        return self.read_record(record_key(path, tag, plugin, offset, length))

    def newest(self, run: "RunLog", tag: str) -> Decoded | None:
        """What the newest summary of a tag of a run says; None if none can be read."""
        series = run.refs.get(tag)
        last = series.last if series is not None else None
        if series is None or last is None:
            return None
        try:
            return self.read(run.paths[last.file], tag, series.plugin, last.offset, last.length)
        except (SummaryError, FrameError, OSError):
            return None

    def every(self, run: "RunLog", tag: str) -> list[Decoded]:
        """What the summaries of a tag say, superseded ones too; those that can be read, in order.

        Of very many, the newest.
        """
        series = run.refs.get(tag)
        refs = series.all_refs() if series is not None else None
        found: list[Decoded] = []
        if series is None or refs is None:
            return found
        for index in range(len(refs.steps))[-_MOST_RECORDS:]:
            ref = refs.ref(index)
            with suppress(SummaryError, FrameError, OSError):
                path = run.paths[ref.file]
                found.append(self.read(path, tag, series.plugin, ref.offset, ref.length))
        return found

    def read_record(self, key: RecordKey) -> Decoded:
        """The summary that `record_key` tells of. Raises as `read` does."""
        if key.length > MAX_RECORD_BYTES:
            raise SummaryError(f"a record of {key.length} bytes, more than {MAX_RECORD_BYTES}")
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        payload = read_payload(key.path, key.offset, key.length)
        decoded = decode_payload(payload, key.tag, key.plugin)
        if key.length <= self.max_bytes:
            self._keep(key, decoded)
        return decoded

    def _keep(self, key: RecordKey, decoded: Decoded) -> None:
        with self._lock:
            if key not in self._kept:
                self.kept_bytes += key.length
            self._kept[key] = decoded
            while self.kept_bytes > self.max_bytes:
                dropped, _ = self._kept.popitem(last=False)
                self.kept_bytes -= dropped.length
