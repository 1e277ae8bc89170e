import math

import numpy as np
import pytest

from tuimon.charts.sparkline import sparkline


def test_course() -> None:
    assert sparkline(np.arange(8.0), 8) == "▁▂▃▄▅▆▇█"
    assert sparkline(np.arange(800.0), 8) == "▁▂▃▄▅▆▇█"
    assert sparkline(np.array([0.0, 1.0]), 4) == "▁█  "
    assert sparkline(np.arange(5.0), 5, ascii_only=True).isascii()


def test_limits_may_be_wider_or_narrower_than_the_course() -> None:
    assert sparkline(np.array([0.0, 50.0, 100.0]), 3, limits=(0, 100)) == "▁▅█"
    assert sparkline(np.array([0.0, 0.0]), 2, limits=(0, 100)) == "▁▁"
    assert sparkline(np.array([-5.0, 500.0]), 2, limits=(0, 100)) == "▁█"


def test_nan_is_blank() -> None:
    assert sparkline(np.array([0, math.nan, 1, math.inf]), 4) == "▁ █ "


@pytest.mark.parametrize(
    "values", [[], [math.nan], [1e308, -1e308], [5e-324], [3.0] * 50, [math.inf] * 3]
)
@pytest.mark.parametrize("cells", [-1, 0, 1, 7])
def test_always_exactly_as_wide_as_asked_for(values: list[float], cells: int) -> None:
    assert len(sparkline(np.array(values), cells)) == max(0, cells)
