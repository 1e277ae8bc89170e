"""The time that is left of real trainings, told from what they printed."""

import pytest

from support.recorded_trainings import TRAININGS, looks

FOUND = {path.name.split(".")[0]: path for path in TRAININGS}


@pytest.mark.parametrize("name", ["lines", "iters", "hf_steps"])
def test_most_looks_are_right(name: str):
    found = list(looks(FOUND[name], 60))
    right = [one for one in found if one.error is not None and abs(one.error) <= 0.1]
    assert len(right) >= 0.8 * len(found)
    assert sum(one.is_range for one in found) <= 0.3 * len(found)
