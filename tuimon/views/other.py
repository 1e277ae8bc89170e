"""What can be said of a summary that has no picture."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.store.store import Store
from tuimon.summaries.raw import RawSummary
from tuimon.text import fit, format_value
from tuimon.views.base import View, ViewDrawing, ViewOptions
from tuimon.views.layout import StepPlace, clip, head
from tuimon.views.subject import Item, ItemContext

_NAME_CELLS = 12
_FEW_NUMBERS = 16
_MOST_TEXT = 500


class OtherView(View):
    """A summary of a plugin that has no view of its own."""

    kind = "other"
    name = "other"
    plugins = frozenset()

    @classmethod
    def unclaimed(cls, store: Store, claimed: Collection[str]) -> list[Item]:
        """Items for the tags of all plugins but the `claimed` ones."""
        return [
            Item(cls.kind, run.name, tag, len(series), series.plugin or cls.name)
            for run in store.runs.values()
            for tag, series in run.refs.items()
            if series.plugin not in claimed
        ]

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        refs, series = subject.refs, subject.series
        place, decoded = subject.summary(look.step, object)
        size = int(refs.lengths[place.index])
        plugin = series.plugin if series else ""
        return ViewDrawing(rows(place, plugin, size, decoded, look.width, look.height))


def rows(
    place: StepPlace, plugin: str, size: int, decoded: object, width: int, height: int
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
    last = clip([("tuimon has no picture of this kind.", roles.DIM)], width)
    return [*head(place, [], width), (), *body, (), last][: max(0, height)]


def _content(decoded: object) -> list[tuple[str, str]]:
    if not isinstance(decoded, RawSummary):
        return []
    told = [("value", decoded.kind or "none")] if decoded.array is None else _array(decoded.array)
    told += [("text", text[:_MOST_TEXT].decode(errors="replace")) for text in decoded.texts]
    if decoded.content:
        told.append(("plugin data", f"{len(decoded.content):,} bytes"))
    return told


def _array(array: NDArray[Any]) -> list[tuple[str, str]]:
    shape = "×".join(map(str, array.shape)) or "a single number"
    found = [("array", f"{shape} of {array.dtype}")]
    if 0 < array.size <= _FEW_NUMBERS:
        found.append(("values", " ".join(format_value(float(one)) for one in array.flat)))
    elif array.size and array.dtype.kind in "fiub":
        numbers = array.astype(np.float64)
        finite = numbers[np.isfinite(numbers)]
        if len(finite):
            low, high = format_value(float(finite.min())), format_value(float(finite.max()))
            found.append(("range", f"{low} … {high}"))
            mean = format_value(float(f"{finite.mean():.4g}"))
            found.append(("mean", f"{mean}, standard deviation {finite.std():.4g}"))
        if len(finite) < array.size:
            found.append(("not finite", f"{array.size - len(finite):,} of {array.size:,}"))
    return found
