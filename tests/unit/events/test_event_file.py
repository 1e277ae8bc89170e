"""What tuimon writes of its own is read back as it was."""

import math
from pathlib import Path

import pytest

from support.event_files import read
from tuimon.events.event_file import EventFile, TagPoint
from tuimon.events.tail import EventFileTail

EXACT = [0, 3, 2**53, 0.5, 1 / 3, 16_777_217.0, 1e300, -1e-300, math.inf, -math.inf]


@pytest.mark.parametrize("value", [*EXACT, math.nan])
def test_a_value(tmp_path: Path, value: float):
    assert repr(_written(tmp_path, value)) == repr(float(value))


def test_short_fractions_take_as_little_room_as_they_need(tmp_path: Path):
    """0.1 is what a float32 says by 0.1: it has the same digits, and half of the bytes."""
    assert _written(tmp_path, 0.1) == pytest.approx(0.1, rel=1e-7)
    assert _written(tmp_path / "other", 0.1234567891) == 0.1234567891


def _written(directory: Path, value: float) -> float:
    directory.mkdir(exist_ok=True)
    file = EventFile(directory, "tuimon")
    file.write([TagPoint("loss", 7, value)], 1.5e9)
    file.close()
    (path,) = directory.iterdir()
    (batch,) = read(EventFileTail(path))
    ((step, wall_time, found),) = zip(*batch.scalars["loss"], strict=True)
    assert (step, wall_time) == (7, 1.5e9)
    return float(found)
