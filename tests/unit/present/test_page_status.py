"""What is true for all charts of a page, in one line."""

import pytest

from tuimon.charts.model import ChartOptions
from tuimon.charts.viewport import Viewport
from tuimon.present.page_status import PageStatus, status_row
from tuimon.text import width


def told(status: PageStatus, cells: int = 100) -> str:
    row = "".join(span.text for span in status_row(status, cells))
    assert width(row) == cells
    return row.strip()


def test_only_what_is_true_is_told() -> None:
    assert told(PageStatus(ChartOptions())) == "x step"
    status = PageStatus(
        ChartOptions(smoothing=0.6, log_y=True, x_axis="wall", superseded=True, clip=False),
        Viewport(tail=100.0),
        filter="val/.*",
        order="by name",
        page=2,
        pages=9,
    )
    shown = told(status, 130)
    assert shown.startswith(
        "live tail 1m 40s  filter /val/.*/  smoothing 0.6  log y  x clock  overwritten shown"
        "  all values  by name   "
    )
    assert shown.endswith("page 2/9")


def test_outliers_and_a_logarithmic_axis_are_told_where_they_matter() -> None:
    status = PageStatus(ChartOptions(), clipped=True, falling=("train/loss", 4))
    assert told(status) == "x step  ▲ outliers clipped  train/loss falls over 4 decades: y for log"


@pytest.mark.parametrize("cells", [0, 1, 7, 20, 40])
def test_what_finds_no_room_is_left_out(cells: int) -> None:
    hostile = PageStatus(ChartOptions(smoothing=0.6), filter="\x1b[2J" * 30, pages=99)
    assert "\x1b" not in "".join(span.text for span in status_row(hostile, cells))
    assert sum(width(span.text) for span in status_row(hostile, cells)) <= max(cells, 9)
