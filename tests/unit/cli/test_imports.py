"""What importing numpy brings along."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import gc, os
from tuimon.cli.shared.viewer import quick_imports
with quick_imports():
    before = gc.isenabled()
    import numpy
assert not before and gc.isenabled() and gc.get_freeze_count()
print(len(os.listdir("/proc/self/task")), os.environ.get("OPENBLAS_NUM_THREADS"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("given", [None, "2"])
def test_numpy_is_imported_without_threads_and_nothing_is_handed_on(given: str | None) -> None:
    environment = {name: os.environ[name] for name in os.environ if "OPENBLAS" not in name}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    threads, variable = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert variable == str(given)
    assert int(threads) == min(int(given or 1), os.cpu_count() or 1)
