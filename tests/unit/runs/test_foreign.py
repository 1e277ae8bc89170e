"""Processes that tuimon did not launch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuimon.runs.foreign import EndWatch, NoSuchProcess, find_process
from tuimon.runs.process import identify
from tuimon.runs.record import ProcessRef

WAITER = [sys.executable, "-c", "input()"]


def test_a_process_is_found_and_its_end_is_noticed(tmp_path: Path):
    output = tmp_path / "out.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(WAITER, stdin=subprocess.PIPE, stdout=file, cwd=tmp_path)
    try:
        found = find_process(process.pid)
        if sys.platform == "linux":
            assert found.console == output
        watch = EndWatch(found.ref)
        assert not watch.wait(0)
    finally:
        process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # stays a zombie
    assert watch.wait(10)
    watch.close()
    with pytest.raises(NoSuchProcess):
        find_process(process.pid)
    process.communicate()


def test_a_later_process_with_the_same_number_is_another_one():
    own = identify(os.getpid())
    assert own is not None
    watch = EndWatch(ProcessRef(pid=own.pid, start_ticks=own.start_ticks - 1))
    assert watch.wait(0)
    watch.close()
