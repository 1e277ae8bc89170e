"""Summaries of plugins that tuimon does not know, such as those of torch's ``add_tensor``."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from tuimon.summaries.tensors import is_numeric, numbers

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary


_MOST_TEXTS = 100


@dataclass(frozen=True, slots=True, eq=False)
class RawSummary:
    """What can be said of any summary."""

    plugin: str
    """The plugin's name as the value itself says it; empty when it says none."""
    content: bytes
    """What the plugin says about itself: ``metadata.plugin_data.content``."""
    kind: str
    """Name of the field that holds the content: ``tensor``, ``image``, …; empty when none does."""
    array: NDArray[Any] | None
    """The numbers of a numeric tensor, in its shape. Read-only."""
    texts: tuple[bytes, ...]
    """The first elements of a tensor of strings."""
    data: bytes
    """The serialized ``Summary.Value``."""


def decode_raw(value: "Summary.Value") -> RawSummary:
    """A value of any plugin. Raises SummaryError when it holds a malformed tensor of numbers."""
    kind = value.WhichOneof("value") or ""
    return RawSummary(
        plugin=value.metadata.plugin_data.plugin_name,
        content=value.metadata.plugin_data.content,
        kind=kind,
        array=numbers(value.tensor) if kind == "tensor" and is_numeric(value.tensor) else None,
        texts=tuple(value.tensor.string_val[:_MOST_TEXTS]) if kind == "tensor" else (),
        data=value.SerializeToString(),
    )
