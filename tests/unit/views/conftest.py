from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.summary_files import written
from tuimon.charts.model import Row
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.text import safe, width
from tuimon.views.kinds import items
from tuimon.views.layout import StepPlace
from tuimon.views.subject import ItemContext

SIZES = [(w, h) for w in (1, 7, 20, 33, 52, 80, 121, 200) for h in (1, 2, 6, 11, 22, 60)]

Draw = Callable[[int, int], Sequence[Row]]


@pytest.fixture
def place() -> StepPlace:
    return StepPlace("layer/weight", 300, 3, 50)


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


Subjects = Callable[[Callable[[Any], object]], dict[tuple[str, str, str], ItemContext]]


@pytest.fixture
def subjects(tmp_path: Path) -> Subjects:
    """What can be looked at after torch's writer has written, by kind, run and tag."""

    def found(
        write: Callable[[Any], object], run: str = ""
    ) -> dict[tuple[str, str, str], ItemContext]:
        written(tmp_path / run, write)
        loaded = load([LogSource(path=str(tmp_path))])
        reader = SummaryReader()
        return {item.key: ItemContext(item, loaded.store, reader) for item in items(loaded.store)}

    return found
