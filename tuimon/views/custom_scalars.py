"""Charts of scalars as the writer has laid them out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.heading import option_notes, padded
from tuimon.charts.model import ChartOptions, Curve, Row, Scales, Span, x_axis_after
from tuimon.charts.smoothing import stepped
from tuimon.present.series_curves import SeriesCurves
from tuimon.store.store import Store
from tuimon.summaries.layouts import DashboardLayout, LayoutCategory, LayoutChart
from tuimon.text import width
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.layout import clip
from tuimon.views.subject import Item, ItemContext, ViewError

_TAG = "custom_scalars__config__"
_LEAST_CHART, _GAP = 38, 2
"""Cells."""
_BETWEEN = Span(" " * _GAP, roles.BLANK)
_CHART_ROWS, _LEAST_ROWS = 10, 7
_MOST_CURVES = 64
"""Of a chart; more cannot be told apart."""


class CustomScalarsView(View):
    """The charts of all layouts, category by category."""

    kind = "custom-scalars"
    name = "custom scalars"
    plugins = frozenset({"custom_scalars"})
    about = (
        "The charts that the script has laid out (add_custom_scalars), over all runs. A chart of "
        "margins shows a value in the band between its lower and upper tag."
    )
    keys = (
        *arrow_keys("custom-scalars", along=Arrows("Scroll up", "Scroll down", "Scroll", "go", 84)),
        view_key("custom-scalars-open", "o", "Unfold", "Unfold, fold all categories", "unfold", 70),
        view_key(
            "custom-scalars-smoother",
            "plus,equals_sign",
            "More smoothing",
            "Smooth more, less",
            "smooth",
            74,
        ),
        view_key("custom-scalars-rougher", "minus", "Less smoothing"),
        view_key("custom-scalars-log", "y", "Log y axis", "Switch y: log, linear", "log y", 72),
        view_key("custom-scalars-x", "x", "x axis", "Switch x: step, time, clock", "x axis", 71),
    )

    def __init__(self) -> None:
        self._options = ChartOptions()
        """Of the last drawing."""
        self._own: dict[str, Any] = {}
        """Those of the options that keys have set here; all else is as outside of the view."""
        self._opened: bool | None = None
        """All categories are; None leaves that to the writer."""
        self._top = 0
        self._last_top = 0
        self._scales: dict[tuple[str, LayoutChart], Scales | None] = {}
        self._curves = SeriesCurves()

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        count = sum(_TAG in run.refs for run in store.runs.values())
        return [Item(cls.kind, "", _TAG, count, cls.name, "all runs")] if count else []

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        blocks = list(self._blocks(subject, look))
        left = [sum(map(len, blocks[at:])) for at in range(len(blocks))]
        fitting = (at for at, rows in enumerate(left) if rows <= look.height)
        self._last_top = next(fitting, len(blocks) - 1)
        self._top = min(max(0, self._top), self._last_top)
        seen = [row for block in blocks[self._top :] for row in block]
        return ViewDrawing(seen[: max(0, look.height)], scrolls=bool(self._last_top))

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        self._opened = True
        size = look._replace(height=max(look.height, _LEAST_ROWS))
        return [row for block in self._blocks(subject, size) for row in block]

    def press(self, key: str, text: str = "") -> None:
        match key:
            case "custom-scalars-down":
                self._top += 1
            case "custom-scalars-up":
                self._top -= 1
            case "custom-scalars-open":
                self._opened = not self._opened
            case "custom-scalars-smoother" | "custom-scalars-rougher":
                steps = 1 if key == "custom-scalars-smoother" else -1
                self._set(smoothing=stepped(self._options.smoothing, steps))
            case "custom-scalars-log":
                self._set(log_y=not self._options.log_y)
            case "custom-scalars-x":
                options = self._options
                self._set(x_axis=x_axis_after(options.x_axis, options.x_formula))

    def _set(self, **changed: Any) -> None:
        self._own |= changed
        self._options = replace(self._options, **changed)

    def page(self, pages: int) -> None:
        self._top += pages

    def wheel(self, notches: int) -> None:
        self._top += notches

    def _blocks(self, subject: ItemContext, look: ViewOptions) -> Iterator[Sequence[Row]]:
        """Rows that are scrolled together: a heading, or charts side by side."""
        marks = "ascii" if look.ascii_only else look.charts.marks
        self._options = replace(look.charts, marks=marks, palette=look.palette, **self._own)
        cells = look.width
        columns = max(1, (cells + _GAP) // (_LEAST_CHART + _GAP))
        categories = merged(_layouts(subject))
        height = self._chart_rows(categories, columns, look.height)
        for category in categories:
            opened = self._is_open(category)
            count = len(category.charts)
            note = "  ".join([f"{count} chart" + "s" * (count != 1), *option_notes(self._options)])
            yield [_rule(category.title, note, opened, cells)]
            if not opened:
                continue
            for start in range(0, count, columns):
                charts = category.charts[start : start + columns]
                across = columns if count > columns else count
                size = (cells + _GAP) // across - _GAP
                drawn = [self._chart(subject, category, one, size, height, look) for one in charts]
                yield [
                    tuple(span for part in parts for span in (*part, _BETWEEN))[:-1]
                    for parts in zip(*drawn, strict=True)
                ]

    def _is_open(self, category: LayoutCategory) -> bool:
        return self._opened if self._opened is not None else not category.closed

    def _chart_rows(self, categories: Sequence[LayoutCategory], columns: int, height: int) -> int:
        """The height of a chart: all of the view is used where all charts find room."""
        lines = sum(-(-len(one.charts) // columns) for one in categories if self._is_open(one))
        share = (height - len(categories)) // max(1, lines)
        return max(1, min(height - 1, max(_CHART_ROWS, share)))

    def _chart(
        self,
        subject: ItemContext,
        category: LayoutCategory,
        chart: LayoutChart,
        cells: int,
        height: int,
        look: ViewOptions,
    ) -> Sequence[Row]:
        try:
            curves = list(self._curves_of(subject.store, chart))
        except re.error as error:
            why = f"{error.pattern!r} is no regular expression: {error.msg}"
            said = clip([(chart.title, roles.TITLE)], cells), clip([(why, roles.WARN)], cells)
            return [padded(row, cells) for row in (*said, *[()] * max(0, height - 2))][:height]
        options = replace(self._options, smoothing=0.0) if chart.margins else self._options
        key = category.title, chart
        title = chart.title or ", ".join(chart.tags)
        before = self._scales.get(key)
        drawing = draw_chart(title, curves[:_MOST_CURVES], cells, height, options, before)
        self._scales[key] = drawing.scales
        return drawing.rows

    def _curves_of(self, store: Store, chart: LayoutChart) -> Iterator[Curve]:
        """The curves of a chart over all runs, a colour each. Raises re.error."""
        patterns = [re.compile(tag) for tag in chart.tags]
        several = len([run for run in store.runs.values() if run.series]) > 1
        colour = 0
        x = self._options.x_formula
        for run in store.runs.values():
            for tag, series in run.series.items():
                if any(pattern.match(tag) for pattern in patterns):
                    label = f"{run.name} {tag}" if several else tag
                    yield self._curves.curve(run, series, label, x=x, colour=colour)
                    colour += 1
            for margin in chart.margins:
                if not all(tag in run.series for tag in margin):
                    continue
                label = f"{run.name} {margin.value}" if several else margin.value
                # The median of the three is the value, as long as it is within its margin.
                for tag in margin:
                    series = run.series[tag]
                    yield self._curves.curve(run, series, label, x=x, colour=colour, group=label)
                colour += 1


def merged(layouts: Sequence[DashboardLayout]) -> list[LayoutCategory]:
    """The categories of all layouts, charts of those with one title together: each chart once."""
    found: dict[str, LayoutCategory] = {}
    for layout in layouts:
        for category in layout.categories:
            known = found.get(category.title)
            if known is None:
                found[category.title] = category
                continue
            new = tuple(chart for chart in category.charts if chart not in known.charts)
            closed = known.closed and category.closed
            found[category.title] = LayoutCategory(category.title, (*known.charts, *new), closed)
    return list(found.values())


def _layouts(subject: ItemContext) -> list[DashboardLayout]:
    """The newest layout of each run. Raises ViewError when none can be read."""
    found: list[DashboardLayout] = []
    error = ViewError("No layout is there any more.")
    for run in subject.store.runs.values():
        series = run.refs.get(_TAG)
        refs = series.snapshot() if series is not None else None
        if series is None or refs is None or not len(refs.steps):
            continue
        try:
            decoded = subject.read_from(run, series, refs, len(refs.steps) - 1)
        except ViewError as why:
            error = why
            continue
        if isinstance(decoded, DashboardLayout):
            found.append(decoded)
    if not found:
        raise error
    return found


def _rule(title: str, note: str, opened: bool, cells: int) -> Row:
    start = clip(
        [
            ("▾ " if opened else "▸ ", roles.AXIS),
            (title or "charts", roles.TITLE),
            (f"  {note} ", roles.NOTE),
        ],
        cells,
    )
    used = sum(width(span.text) for span in start)
    return (*start, Span("─" * max(0, cells - used), roles.AXIS))
