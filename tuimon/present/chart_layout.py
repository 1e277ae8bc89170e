"""Where the charts of a page stand, and how large each of them is."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.present.arrangement import section_of
from tuimon.present.pairing import Metric

_MIN_WIDTH, _MIN_HEIGHT = 34, 9
_BEST_ASPECT = 3.0
"""Columns per row of a well-shaped chart; a cell is about twice as high as wide."""
_LARGE, _NORMAL, _SMALL = 6, 4, 3
_WEIGHTS = {
    **dict.fromkeys(("loss", "likelihood", "error", "accuracy", "reward"), _LARGE),
    **dict.fromkeys(("learning rate", "rate", "time", "count", "size", "setting"), _SMALL),
}


def grid_shape(count: int, width: int, height: int) -> tuple[int, int]:
    """Columns and rows that show most of `count` charts in `width` x `height` cells, well shaped.

    At least one chart is shown, however small the room.
    """
    most_columns, most_rows = max(1, width // _MIN_WIDTH), max(1, height // _MIN_HEIGHT)
    wanted = max(1, min(count, most_columns * most_rows))

    def badness(shape: tuple[int, int]) -> float:
        columns, rows = shape
        aspect = max(width, 1) / columns / (max(height, 1) / rows)
        return abs(math.log(aspect / _BEST_ASPECT)) + 0.3 * (columns * rows - wanted)

    shapes = [
        (columns, rows)
        for columns in range(1, most_columns + 1)
        for rows in range(1, most_rows + 1)
        if columns * rows >= wanted > max((columns - 1) * rows, columns * (rows - 1))
    ]
    return min(shapes, key=badness)


class PageLayout(NamedTuple):
    """Charts of a page in rows of equally many columns.

    Where the last row has fewer charts, it leaves its first columns to those above, which are the
    more important ones.
    """

    columns: int
    charts: int

    @classmethod
    def of(cls, count: int, columns: int) -> "PageLayout":
        """The layout of so many charts in at most so many columns."""
        return cls(max(1, min(columns, count)), count)

    @property
    def rows(self) -> int:
        """How many rows there are, at least one."""
        return max(1, math.ceil(self.charts / self.columns))

    @property
    def _left(self) -> int:
        """How many columns the last row leaves to the one above."""
        return self.rows * self.columns - self.charts

    def cell(self, place: int) -> tuple[int, int]:
        """Row and column of a chart, the upper one of those that have two rows."""
        row, column = divmod(place, self.columns)
        return row, column + self._left if row == self.rows - 1 else column

    def place(self, row: int, column: int) -> int:
        """The chart at a row and a column."""
        if row == self.rows - 1:
            row, column = (row - 1, column) if column < self._left else (row, column - self._left)
        return row * self.columns + column

    def span(self, place: int) -> int:
        """How many rows a chart has."""
        row, column = divmod(place, self.columns)
        return 2 if row == self.rows - 2 and column < self._left else 1

    def beside(self, place: int, columns: int, rows: int) -> int | None:
        """The chart so many columns or rows from another one; None beyond the edge of the page."""
        row, column = self.cell(place)
        if rows > 0:
            row += self.span(place) - 1
        row, column = row + rows, column + columns
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return self.place(row, column)

    def heights(self, weights: Sequence[int], height: int, ruled: Collection[int]) -> list[int]:
        """Cells of the rows of so many in all, by the weights of the charts.

        Those that are `ruled` have one more, for the heading of a section.
        """
        ruled = ruled if height - len(ruled) >= self.rows else ()
        height -= len(ruled)
        most = [
            max(weights[row * self.columns : (row + 1) * self.columns], default=_NORMAL)
            for row in range(self.rows)
        ]
        sizes = [min(_MIN_HEIGHT, height // self.rows)] * self.rows
        for _ in range(height - sum(sizes)):
            row = min(range(self.rows), key=lambda row: (sizes[row] / most[row], row))
            sizes[row] += 1
        return [size + (row in ruled) for row, size in enumerate(sizes)]


class ChartPaging(NamedTuple):
    """Pages of charts, and the one that is shown."""

    charts: int = 0
    """On all pages."""
    columns: int = 1
    rows: int = 1
    page: int = 0

    @property
    def per_page(self) -> int:
        """How many charts a page has room for."""
        return self.columns * self.rows

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, math.ceil(self.charts / self.per_page))

    @property
    def first(self) -> int:
        """Index of the first chart of the page."""
        return self.page * self.per_page

    @property
    def layout(self) -> PageLayout:
        """Where the charts of the page stand."""
        return PageLayout.of(min(self.per_page, self.charts - self.first), self.columns)

    def shaped(self, charts: int, columns: int, rows: int) -> "ChartPaging":
        """The same in another shape: the chart in the upper left corner stays on the page."""
        made = ChartPaging(charts, columns, rows)
        return made._replace(page=min(self.first // made.per_page, made.pages - 1))

    def beside(self, place: int, columns: int, rows: int) -> int:
        """Index of the chart so many columns or rows from a place, over the edges of pages."""
        layout = self.layout
        beside = layout.beside(place, columns, rows)
        if beside is None and rows:
            column = layout.cell(place)[1]
            beside = column + (self.per_page if rows > 0 else -self.columns)
        target = self.first + (place + columns if beside is None else beside)
        return min(max(target, 0), self.charts - 1)

    def is_edge(self, place: int, columns: int, rows: int) -> bool:
        """Whether there is no chart beside a place: to the left and right on the page, up and down
        on all pages."""
        if self.layout.beside(place, columns, rows) is not None:
            return False
        return bool(columns) or self.page == (0 if rows < 0 else self.pages - 1)


def weight_of(metric: Metric) -> int:
    """How much of the screen a chart deserves beside others."""
    return max((_WEIGHTS.get(measure_of(tag).kind, _NORMAL) for _, tag in metric.curves), default=0)


class SectionRule(NamedTuple):
    """The section of a chart, and what stands above those of a row in which one begins, or goes on
    from a page before. A section of one chart is none.
    """

    name: str = ""
    """Of the section that begins here; empty where it is that of the chart on the left, or none."""
    place: str = ""
    """Which of its charts are on the page."""
    section: str = ""
    """The one that the chart belongs to; empty for none."""
    shown: bool = False
    """Whether it takes a row of the chart."""

    def title(self, title: str) -> str:
        """A title of the section without its name."""
        return title.removeprefix(f"{self.section}/") if self.section else title


def section_rules(metrics: Sequence[Metric], paging: ChartPaging) -> list[SectionRule]:
    """What stands above each chart of a page; all metrics of a section are beside each other.

    Rows in which no section begins have none of it (see `SectionRule.shown`).
    """
    layout, sizes = paging.layout, Counter(map(section_of, metrics))
    names = [name if sizes[name := section_of(one)] > 1 else "" for one in metrics]
    rules: list[SectionRule] = []
    for place in range(layout.charts):
        index = paging.first + place
        name = names[index]
        begins = name and (not place or names[index - 1] != name)
        begun = (name, _section_place(names, index, layout.charts - place)) if begins else ("", "")
        rules.append(SectionRule(*begun, name))
    ruled = {layout.cell(place)[0] for place, rule in enumerate(rules) if rule.name}
    return [rule._replace(shown=layout.cell(place)[0] in ruled) for place, rule in enumerate(rules)]


def _section_place(names: Sequence[str], index: int, most: int) -> str:
    """``30 charts``, or ``7–12 of 30`` where others are on other pages."""
    name, first = names[index], names.index(names[index])
    count = names.count(name)
    shown = sum(one == name for one in names[index : index + most])
    if shown == count:
        return f"{count} charts"
    begin = index - first + 1
    return f"{begin}–{begin + shown - 1} of {count}" if shown > 1 else f"{begin} of {count}"
