"""The courses that notices have."""

import numpy as np
import pytest

from tuimon.events.points import ScalarColumns
from tuimon.recorder.recent_values import RecentValues


def points(values: list[float]) -> ScalarColumns:
    return ScalarColumns(np.arange(len(values)), np.zeros(len(values)), np.array(values))


def test_the_metric_that_it_is_about_or_else_the_loss_of_the_validation() -> None:
    recent = RecentValues()
    assert recent.line("ended") == ""
    for name in ("lr", "train/loss", "val/loss", "accuracy"):
        recent.take(name, points([1.0, 2.0]))
    assert recent.line("ended") == "val/loss ▁█ 2"
    assert recent.line("not finite: train/loss") == "train/loss ▁█ 2"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_course_is_thinned_out_evenly_however_it_comes(size: int) -> None:
    recent = RecentValues()
    course = [float(value) for value in range(1000)]
    for start in range(0, 1000, size):
        recent.take("loss", points(course[start : start + size]))
    assert recent._values["loss"] == course[::4]
