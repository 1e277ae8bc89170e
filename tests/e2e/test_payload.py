"""Memory over a log of more than a gigabyte: views keep what they may, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench/payload.py"
MOST = 210 << 20
"""Records and pixels of 32 MB each, two images of 3840x2160 in work, and what they are made of;
some of it the system has not taken back yet."""
AGAIN = 48 << 20
"""What another pass may find in addition: the system does not take back every page at once."""


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(30_000_000, id="little", marks=pytest.mark.long),
        pytest.param(1_200_000_000, id="much", marks=[pytest.mark.long, pytest.mark.timeout(400)]),
    ],
)
def test_memory_stays_flat(size: int):
    command = [sys.executable, BENCH, "--json", "--bytes", str(size)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert found["bytes"] >= size
    assert {"images", "audio", "meshes"} == set(found["kinds"])
    assert found["peak"] < found["loaded"] + MOST
    for most in found["kinds"].values():
        forth, back = most["most"]
        assert back < forth + AGAIN
