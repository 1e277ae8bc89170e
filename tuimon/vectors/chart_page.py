"""Charts beside and below each other on one page."""

import math
from collections.abc import Sequence

from tuimon.charts import roles
from tuimon.text import safe
from tuimon.vectors.primitives import Label, VectorDrawing

ONE, EACH = 800, 640
"""Widths of a chart by itself, and of one among others, by default."""
_FEW, _MOST_COLUMNS = 8, 3
_HEAD = 34.0


def page_columns(charts: int) -> int:
    """How many of so many charts stand beside each other."""
    return 1 if charts < 2 else 2 if charts <= _FEW else _MOST_COLUMNS


def page_width(charts: int) -> int:
    """Pixels of a page of so many charts, by default."""
    return ONE if charts < 2 else EACH * page_columns(charts)


def chart_page(charts: Sequence[VectorDrawing], title: str = "") -> VectorDrawing:
    """Put charts of one width on a page, row by row, below a `title` (any text)."""
    columns = page_columns(len(charts))
    wide = max((chart.width for chart in charts), default=ONE)
    page = VectorDrawing(wide * columns, _HEAD if title else 0.0, safe(title))
    if title:
        page.shapes.append(Label(16, 26, page.title, roles.TITLE, 20, bold=True))
    for row in range(math.ceil(len(charts) / columns)):
        beside = charts[row * columns : (row + 1) * columns]
        for place, chart in enumerate(beside):
            page.put(chart, place * wide, page.height)
        page.height += max(chart.height for chart in beside)
    page.title = page.title or ", ".join(chart.title for chart in charts)
    return page
