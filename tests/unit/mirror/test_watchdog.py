"""An end for calls that never return; in a process of its own, which it ends."""

import subprocess
import sys
import time

from tuimon.mirror.watchdog import BLOCKED_EXIT_CODE

CODE = """
import sys, time
from tuimon.mirror.watchdog import Watchdog
watchdog = Watchdog(lambda what, seconds: print(f"blocked in {what}", flush=True))
with watchdog.limit("short", 0.6):
    pass
with watchdog.limit(sys.argv[1], float(sys.argv[2])):
    time.sleep(float(sys.argv[3]))
time.sleep(float(sys.argv[4]))
print("went on")
"""


def run(
    what: str, limit: float, seconds: float, afterwards: float = 0.0
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CODE, what, str(limit), str(seconds), str(afterwards)],
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


def test_calls_that_return_in_time_go_on() -> None:
    done = run("init", 0.6, 0.0, afterwards=1.5)
    assert (done.returncode, done.stdout) == (0, "went on\n")
