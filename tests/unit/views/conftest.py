from collections.abc import Callable, Sequence

import pytest

from tuimon.charts.model import Row
from tuimon.text import safe, width
from tuimon.views.layout import Place

SIZES = [(w, h) for w in (1, 7, 20, 33, 52, 80, 121, 200) for h in (1, 2, 6, 11, 22, 60)]

Draw = Callable[[int, int], Sequence[Row]]


@pytest.fixture
def place() -> Place:
    return Place("layer/weight", 300, 3, 50)


@pytest.fixture
def fits() -> Callable[[Draw], None]:
    """Check that what a function draws never exceeds the size, and is safe."""

    def check(draw: Draw) -> None:
        for cells, height in SIZES:
            rows = draw(cells, height)
            assert len(rows) <= height
            for row in rows:
                assert sum(width(span.text) for span in row) <= cells, (cells, height, row)
                assert all(safe(span.text) == span.text for span in row)

    return check
