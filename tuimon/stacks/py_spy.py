"""Asking Pythons without the hook where they are: with py-spy, where it is installed."""

import shutil
import subprocess
import time

from tuimon.stacks.call_stack import read_py_spy
from tuimon.stacks.where_signal import Answer

NO_PY_SPY = "not known (it runs without tuimon's hook, and py-spy is not installed)"


def spy(pid: int, until: float) -> Answer:
    """What py-spy reads of a process, which goes on meanwhile."""
    program = shutil.which("py-spy")
    if program is None:
        return (), NO_PY_SPY
    command = [program, "dump", "--json", "--nonblocking", "--pid", str(pid)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=max(0.1, until - time.monotonic()),
            check=False,
        )
        if done.returncode == 0:
            return read_py_spy(done.stdout), ""
        words = done.stderr.strip().splitlines()
        why = words[0][:200] if words else f"exit code {done.returncode}"
        return (), f"not known (py-spy: {why})"
    except subprocess.TimeoutExpired:
        return (), "not known (py-spy does not answer)"
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return (), f"not known (py-spy: {type(error).__name__})"
