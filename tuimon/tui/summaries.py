"""From the store to the view of one summary: what there is, what is selected, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.events.frames import FrameError
from tuimon.store.run import Run
from tuimon.store.series import Refs, RefSeries
from tuimon.store.store import Store
from tuimon.summaries.audio import Audio
from tuimon.summaries.errors import SummaryError
from tuimon.summaries.histograms import Histogram
from tuimon.summaries.images import Images
from tuimon.summaries.pr_curves import PrCurve
from tuimon.summaries.reader import Decoded, SummaryReader
from tuimon.summaries.text import Text
from tuimon.views import audio, histogram, image, other, pr_curve, text
from tuimon.views.layout import Place, message

_KINDS = ("histograms", "images", "text", "pr_curves", "audio", "mesh", "hparams", "graphs")
"""In the order in which they are listed; others follow."""
_MOST_COLUMN_BYTES = 32 << 20
"""Of the records that one heatmap is made of."""


@dataclass(frozen=True, slots=True)
class Item:
    """A tag of a run that holds summaries."""

    run: str
    plugin: str
    tag: str
    count: int
    """Of its steps."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.run, self.tag


@dataclass(frozen=True, slots=True)
class Wanted:
    """A view of one summary: equal ones look the same."""

    run: Run
    series: RefSeries
    version: int
    """Of the series."""
    step: int | None
    """The summary at it or, where there is none, before it; the newest when None."""
    top: int
    """First line that is seen, of what is longer than the view."""
    width: int
    height: int
    plain: bool
    """Without half blocks and colours."""


class Shown(NamedTuple):
    """The rows of a view, and where it stands."""

    rows: Sequence[Row]
    last_top: int = 0
    """The largest `Wanted.top` that makes sense."""


class _Unreadable(NamedTuple):
    """Why a summary cannot be shown."""

    reason: str


def items(store: Store) -> list[Item]:
    """All tags with summaries, by run, kind and name."""
    found = [
        Item(run.name, refs.plugin, tag, len(refs))
        for run in store.runs.values()
        for tag, refs in run.refs.items()
    ]
    return sorted(found, key=lambda item: (item.run, _order(item.plugin), item.tag))


def _order(plugin: str) -> tuple[int, str]:
    return _KINDS.index(plugin) if plugin in _KINDS else len(_KINDS), plugin


def place_of(steps: np.ndarray[tuple[int], np.dtype[np.int64]], step: int | None) -> int:
    """The index of the summary that `Wanted.step` means among ascending steps, not empty."""
    if step is None:
        return len(steps) - 1
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)


def view(wanted: Wanted, reader: SummaryReader) -> Shown:
    """Read what is wanted, and lay it out. May take long; for any thread."""
    refs = wanted.series.snapshot()
    if not len(refs.steps):
        return Shown(())
    index = place_of(refs.steps, wanted.step)
    place = Place(
        wanted.series.tag,
        int(refs.steps[index]),
        index,
        len(refs.steps),
        newest=wanted.step is None,
    )
    width, height = wanted.width, wanted.height
    decoded = _read(wanted, refs, index, reader)
    match decoded:
        case _Unreadable(reason):
            return Shown(message(place, [], (reason, roles.WARN), width, height))
        case Histogram():
            return Shown(_heatmap(place, wanted, refs, reader))
        case Images():
            rows = image.rows(place, decoded, width, height, ascii_only=wanted.plain)
            return Shown(rows)
        case Text():
            last_top = text.last_top(decoded, width, height)
            return Shown(text.rows(place, decoded, width, height, top=wanted.top), last_top)
        case Audio():
            return Shown(audio.rows(place, decoded, width, height, ascii_only=wanted.plain))
        case PrCurve():
            return Shown(pr_curve.rows(place, decoded, width, height, ascii_only=wanted.plain))
        case _:
            size = int(refs.lengths[index])
            return Shown(other.rows(place, wanted.series.plugin, size, decoded, width, height))


def _heatmap(place: Place, wanted: Wanted, refs: Refs, reader: SummaryReader) -> list[Row]:
    most = wanted.width - histogram.LEAST_GUTTER
    while True:
        indices = histogram.sampled(place.count, most, place.index)
        if len(indices) == 1 or int(refs.lengths[indices].sum()) <= _MOST_COLUMN_BYTES:
            break
        most = len(indices) // 2
    found = [_read(wanted, refs, index, reader) for index in indices]
    return histogram.rows(
        place,
        refs.steps[indices].tolist(),
        [one if isinstance(one, Histogram) else None for one in found],
        wanted.width,
        wanted.height,
        ascii_only=wanted.plain,
    )


def _read(wanted: Wanted, refs: Refs, index: int, reader: SummaryReader) -> Decoded | _Unreadable:
    path = wanted.run.paths[int(refs.files[index])]
    series = wanted.series
    place = int(refs.offsets[index]), int(refs.lengths[index])
    try:
        return reader.read(path, series.tag, series.plugin, *place)
    except (SummaryError, FrameError) as error:
        return _Unreadable(str(error))
    except OSError as error:
        return _Unreadable(f"{error.strerror}: {path.name}")
