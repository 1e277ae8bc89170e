"""What a serialized event holds of a tag, by the plugin that wrote it.

Apart from the reader, so that a viewer that shows curves alone loads none of the decoders.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

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
