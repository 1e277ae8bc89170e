"""The time that is left of trainings of all kinds, which chance draws."""

from collections.abc import Callable
from random import Random

import pytest

from support.forecast_looks import share_right
from support.simulated_trainings import KINDS, Simulation, looks

SURPRISES = ("cold_data", "curriculum", "slowing", "hiccups")
"""What nobody can know before it has happened."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_most_looks_are_right(kind: Callable[[Random], Simulation]):
    found = []
    for seed in range(3):
        chance = Random(f"{kind.__name__} {seed}")
        found += looks(kind(chance), chance, 16)
    assert share_right(found) >= (0.7 if kind.__name__ in SURPRISES else 0.85)
    forecasts = [look.forecast for look in found if look.forecast is not None]
    assert len(forecasts) >= 0.8 * len(found)
    assert all(0 <= one.least <= one.seconds <= one.most for one in forecasts)
