"""The time that is left of real trainings, told from what they printed."""

import pytest

from support.forecast_looks import share_right
from support.recorded_trainings import HELD_OUT, TRAININGS, looks

FOUND = {path.name.split(".")[0]: path for path in (*TRAININGS, *HELD_OUT)}


@pytest.mark.parametrize(
    "name", ["lines", "iters", "hf_steps", "keras", "warm", "zero", "pictures", "hf_resumed"]
)
def test_most_looks_are_right(name: str):
    found = list(looks(FOUND[name], 40))
    assert share_right(found) >= 0.85
    assert sum(look.is_range for look in found) <= 0.7 * len(found)
    assert sum(look.is_near for look in found) >= 0.6 * len(found)
