"""What is told of the curves under the pointer."""

import re
from dataclasses import replace

import pytest

from support.chart_series import curve, noisy_loss
from tuimon.charts.model import ChartOptions
from tuimon.charts.pointing import pointed_row, read_at
from tuimon.charts.viewport import Viewport
from tuimon.text import width


@pytest.mark.parametrize("cells", [20, 60, 200])
@pytest.mark.parametrize("runs", [0, 1, 30])
def test_what_is_under_the_pointer_fits_a_line(cells: int, runs: int):
    curves = [replace(curve(noisy_loss(9)), label=f"損失 {run}", colour=run) for run in range(runs)]
    options = ChartOptions()
    readings = read_at(curves, 4.0, options, Viewport(), None)
    row = pointed_row("a title \x1b[2J", readings, options, cells)
    shown = "".join(span.text for span in row)
    assert "\x1b" not in shown
    assert (" step 4 " in shown) == bool(runs)
    if cells == 200:
        assert width(shown) <= cells
        assert shown.count("損失") + int((re.findall(r"\+(\d+) more$", shown) or [0])[0]) == runs
