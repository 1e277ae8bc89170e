"""What can be said of a summary that has no picture."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.summaries.graphs import Graph
from tuimon.summaries.hparams import SessionStart
from tuimon.summaries.meshes import MeshPart
from tuimon.summaries.raw import RawSummary
from tuimon.summaries.reader import Decoded
from tuimon.text import fit, format_value
from tuimon.views.layout import Place, clip, head

_NAME_CELLS = 12
_FEW_NUMBERS = 16


def rows(
    place: Place, plugin: str, size: int, decoded: Decoded, width: int, height: int
) -> list[Row]:
    """Name the kind of a summary, its size in bytes, and what its content says about itself.

    The rows never take more than `width` by `height` cells.
    """
    told = [("kind", plugin or "unknown"), ("record", f"{size:,} bytes"), *_content(decoded)]
    body = [
        clip([(fit(name, _NAME_CELLS) + " ", roles.NOTE), (text, roles.TEXT)], width)
        for name, text in told
    ]
    room = height - 5
    if len(body) > room > 0:
        more = len(body) - room + 1
        body[room - 1 :] = [clip([(f"+{more} more", roles.DIM)], width)]
    last = clip([("There is no picture of this kind yet.", roles.DIM)], width)
    return [*head(place, [], width), (), *body, (), last][: max(0, height)]


def _content(decoded: Decoded) -> list[tuple[str, str]]:
    match decoded:
        case Graph(nodes=nodes):
            return [("nodes", f"{len(nodes):,}")]
        case SessionStart(hparams=hparams):
            return [(name, str(value)) for name, value in hparams.items()]
        case MeshPart(array=array):
            return _array(array)
        case RawSummary(array=array) if array is not None:
            return _array(array)
        case _:
            return []


def _array(array: NDArray[Any]) -> list[tuple[str, str]]:
    shape = "×".join(map(str, array.shape)) or "a single number"
    found = [("array", f"{shape} of {array.dtype}")]
    if 0 < array.size <= _FEW_NUMBERS:
        found.append(("values", " ".join(format_value(float(one)) for one in array.flat)))
    return found
