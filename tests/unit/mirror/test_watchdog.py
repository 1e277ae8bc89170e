"""An end for calls that never return; in a process of its own, which it ends."""

import subprocess
import sys
import time

from tuimon.mirror.watchdog import BLOCKED_EXIT_CODE

CODE = """
import sys, time
from tuimon.mirror.watchdog import Watchdog
watchdog = Watchdog(lambda what, seconds: print(f"blocked in {what}", flush=True))
with watchdog.limit("short", 30):
    pass
with watchdog.limit(sys.argv[1], float(sys.argv[2])):
    time.sleep(float(sys.argv[3]))
print("went on")
"""


def run(what: str, limit: float, seconds: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CODE, what, str(limit), str(seconds)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_call_that_blocks_ends_the_process_and_says_so() -> None:
    begin = time.monotonic()
    done = run("init", 0.2, 60)
    assert (done.returncode, done.stdout) == (BLOCKED_EXIT_CODE, "blocked in init\n")
    assert time.monotonic() - begin < 20


def test_a_call_that_returns_in_time_goes_on() -> None:
    done = run("init", 30, 0.1)
    assert (done.returncode, done.stdout) == (0, "went on\n")
