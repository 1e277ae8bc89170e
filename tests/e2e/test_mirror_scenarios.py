"""Whatever happens, each point is in W&B once."""

from pathlib import Path

import pytest
from mirror_scenarios import Play, outcome, scenarios


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "play"), scenarios(100).items(), ids=str)
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, name: str, play: Play) -> None:
    found = outcome(tmp_path, play)
    print(name, found)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.offline[0] > 0
    assert found.online[0] > 0
