"""Whatever happens, each point is in W&B once."""

from pathlib import Path

import pytest

from support.mirror_scenarios import outcome, scenarios

SCENARIOS = scenarios(100)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, name: str) -> None:
    found = outcome(tmp_path, SCENARIOS[name])
    print(name, found)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.offline[0] > 0
    assert found.online[0] > 0
