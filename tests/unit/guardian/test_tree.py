"""Which processes are the training's."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tuimon.guardian.descendants import COMPANION_VARIABLE

# In a process of its own: this one has children of the test runner's.
PROGRAM = f"""
import os, subprocess, sys, time
from tuimon.guardian.descendants import become_subreaper, training_processes
become_subreaper()
sleep = ["sleep", "30"]
worker = subprocess.Popen(["sh", "-c", "sleep 30 & wait"])
# A daemon: its parent ends at once, and it has a session of its own.
subprocess.run(["sh", "-c", "setsid sleep 31 & echo $!"], stdout=open("daemon", "w"))
companion = subprocess.Popen(
    ["sh", "-c", "sleep 30 & wait"], env=os.environ | {{"{COMPANION_VARIABLE}": "1"}})
end = time.monotonic() + 10
while len(found := training_processes()) < 3 and time.monotonic() < end:
    pass
daemon = int(open("daemon").read())
assert worker.pid in found and daemon in found, (worker.pid, daemon, found)
assert companion.pid not in found
assert len(found) == 3, found
assert found.index(worker.pid) < max(found.index(pid) for pid in found if pid != daemon)
for pid in found:
    os.kill(pid, 9)
os.killpg(os.getpgid(0), 9)
"""


def test_adopted_processes_are_found_and_the_companions_are_not(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stderr == ""
    assert done.returncode == -9
