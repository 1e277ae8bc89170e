"""From the columns of an event file to rows of W&B's history.

W&B stores rows, and a row costs about the same with one value as with ten. So the points that a
training writes together, those of one step, become one row. A row holds each tag once and consists
of points that follow each other in time: the tags of an epoch, which count epochs, stay apart from
those that count batches and had the same number hours ago.

The rows follow from the points alone, however a reader has cut them into batches: a restarted
mirror reads a stretch again and must come to the same rows.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.points import EventBatch, ScalarColumns, SummaryRef

PLUGINS = frozenset({"audio", "histograms", "images", "mesh", "pr_curves", "text"})
"""What is mirrored of the summaries that are no scalars, by TensorBoard's names."""


class StepRow(NamedTuple):
    """Scalars, or other summaries, of one step; `wall_time` (Unix s) is that of the last one."""

    step: int
    wall_time: float
    values: dict[str, float]
    """By tag."""
    refs: tuple[SummaryRef, ...] = ()
    """Each tag and kind once."""


def rows_of(batches: Sequence[EventBatch]) -> Iterator[StepRow]:
    """Group the points of consecutive batches into rows: each in exactly one row.

    Summaries that are no scalars get rows of their own, behind the scalars' of the same batches.
    """
    yield from _scalar_rows(batches)
    refs: dict[tuple[str, str], SummaryRef] = {}
    last: SummaryRef | None = None
    for ref in (ref for batch in batches for ref in batch.refs if ref.plugin in PLUGINS):
        if last is not None and (ref.step != last.step or ref[:2] in refs):
            yield StepRow(last.step, last.wall_time, {}, tuple(refs.values()))
            refs = {}
        refs[ref[:2]] = last = ref
    if last is not None:
        yield StepRow(last.step, last.wall_time, {}, tuple(refs.values()))


def _scalar_rows(batches: Sequence[EventBatch]) -> Iterator[StepRow]:
    parts: dict[str, list[ScalarColumns]] = {}
    for batch in batches:
        for tag, part in batch.scalars.items():
            parts.setdefault(tag, []).append(part)
    if not parts:
        return
    tags = sorted(parts)
    columns = [ScalarColumns(*map(np.concatenate, zip(*parts[tag], strict=True))) for tag in tags]
    order = _merged(columns)
    step: int | None = None
    wall_time = 0.0
    values: dict[str, float] = {}
    for tag_number, point_step, point_time, value in zip(
        np.repeat(np.arange(len(tags)), [len(column.steps) for column in columns])[order].tolist(),
        np.concatenate([column.steps for column in columns])[order].tolist(),
        np.concatenate([column.wall_times for column in columns])[order].tolist(),
        shortest(np.concatenate([column.values for column in columns])[order]).tolist(),
        strict=True,
    ):
        tag = tags[tag_number]
        if point_step != step or tag in values:
            if step is not None:
                yield StepRow(step, wall_time, values)
            step, values = point_step, {}
        values[tag] = value
        wall_time = point_time
    if step is not None:
        yield StepRow(step, wall_time, values)


def shortest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with the fewest digits that mean the same: 0.1 where a float32 holds 0.10000000149.

    What is no float32 stays as it is, and so do whole numbers, all of whose digits count.
    """
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    single = np.flatnonzero((narrow == values) & (values != np.rint(values)))
    short = values.copy()
    short[single] = [float(str(value)) for value in narrow[single]]
    return short


def _merged(columns: Sequence[ScalarColumns]) -> NDArray[np.intp]:
    """The order in which the points of concatenated columns were written, as far as it is known.

    Columns hold no order across tags; the clock restores it. A clock that goes back, or that says
    nothing, never changes the order within a column.
    """
    clocks = [
        np.maximum.accumulate(np.where(np.isnan(column.wall_times), -np.inf, column.wall_times))
        for column in columns
    ]
    places = [np.arange(len(column.steps)) for column in columns]
    return np.lexsort((np.concatenate(places), np.concatenate(clocks)))
