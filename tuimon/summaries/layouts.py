"""Layouts of custom scalars: which charts show which tags. Source: TensorBoard,
``plugins/custom_scalar`` (``layout.proto``, ``custom_scalars_plugin.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tuimon.summaries import SummaryError
from tuimon.summaries.protos import parse
from tuimon.summaries.tensors import strings, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.custom_scalar import layout_pb2


class Margin(NamedTuple):
    """Three tags that are drawn as one curve in a band."""

    value: str
    lower: str
    upper: str


@dataclass(frozen=True, slots=True)
class LayoutChart:
    """One chart, with either `tags` or `margins`."""

    title: str
    tags: tuple[str, ...]
    """Regular expressions, as users wrote them; TensorBoard matches them at the start of a tag."""
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True)
class LayoutCategory:
    """A titled group of charts."""

    title: str
    charts: tuple[LayoutChart, ...]
    closed: bool
    """Whether it is folded at first."""


@dataclass(frozen=True, slots=True)
class DashboardLayout:
    """What a dashboard of custom scalars shows."""

    categories: tuple[LayoutCategory, ...]


def decode_layout(value: Summary.Value) -> DashboardLayout:
    """The layout in a value of plugin ``custom_scalars``. Raises SummaryError."""
    from tensorboard.plugins.custom_scalar.layout_pb2 import Layout as LayoutProto

    _, parts = strings(tensor_of(value))
    if len(parts) != 1:
        raise SummaryError(f"{len(parts)} layouts of custom scalars where one was expected")
    layout = parse(LayoutProto, parts[0], "layout of custom scalars")
    return DashboardLayout(
        tuple(
            LayoutCategory(category.title, tuple(map(_chart, category.chart)), category.closed)
            for category in layout.category
        )
    )


def _chart(chart: layout_pb2.Chart) -> LayoutChart:
    margins = (Margin(one.value, one.lower, one.upper) for one in chart.margin.series)
    return LayoutChart(chart.title, tuple(chart.multiline.tag), tuple(margins))
