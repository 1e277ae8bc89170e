"""What the process takes from the system, after its blocks are freed."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys, threading
from tuimon.terminal.memory import give_large_blocks_back
if sys.argv[1] == "back":
    give_large_blocks_back()
free = 16 << 20

def work():
    bytes(free)  # glibc keeps blocks of this size from now on, below what lives on
    block = bytearray(free)
    kept.append(bytearray(1 << 17))
    del block

kept = []
for _ in range(4):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * 4096)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_freed_blocks_leave_the_process():
    def resident(how: str) -> int:
        command = [sys.executable, "-c", SCRIPT, how]
        return int(subprocess.run(command, check=True, capture_output=True).stdout)

    assert resident("back") < resident("kept") - (8 << 20)
