"""The last, least, greatest and best values."""

import math

import numpy as np

from tuimon.events.points import ScalarColumns
from tuimon.mirror.handover import TagExtremes
from tuimon.mirror.keys import KeyTable


def columns(*values: float) -> ScalarColumns:
    return ScalarColumns(np.arange(len(values)), np.zeros(len(values)), np.array(values))


def test_extremes_are_over_all_that_was_seen_and_told_when_they_change() -> None:
    extremes = TagExtremes()
    extremes.add("", "loss", columns(3.0, float("nan"), float("inf"), 2.0))
    extremes.add("val", "acc", columns(0.5, 0.7))
    extremes.add("", "lr", columns(float("nan")))
    entries = extremes.take(KeyTable().key)
    assert math.isnan(entries.pop("lr"))
    assert entries == {
        "loss": 2.0,
        "loss.min": 2.0,
        "loss.max": 3.0,
        "loss.best": 2.0,
        "val/acc": 0.7,
        "val/acc.min": 0.5,
        "val/acc.max": 0.7,
        "val/acc.best": 0.7,
    }
    assert extremes.take(KeyTable().key) == {}
    extremes.add("", "loss", columns(2.5))
    assert extremes.take(KeyTable().key)["loss"] == 2.5
    extremes.add("", "loss", columns(1.0))
    assert extremes.take(KeyTable().key)["loss.best"] == 1.0
