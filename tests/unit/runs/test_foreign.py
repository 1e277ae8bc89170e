"""Processes that tuimon did not launch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuimon.runs.foreign import EndWatch, ForeignProcessError, NoSuchProcess, find_process
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
        assert watch.prompt == (sys.platform == "linux")
        assert not watch.wait(0)
    finally:
        process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # stays a zombie
    assert watch.wait(10)
    watch.close()
    with pytest.raises(NoSuchProcess):
        find_process(process.pid)
    process.communicate()


@pytest.mark.parametrize("output", [subprocess.PIPE, subprocess.DEVNULL])
def test_a_console_that_is_no_file_is_none(output: int):
    process = subprocess.Popen(WAITER, stdin=subprocess.PIPE, stdout=output)
    found = find_process(process.pid)
    process.communicate(b"\n")
    assert found.console is None


@pytest.mark.parametrize(("end", "status"), [("exit 3", 3 << 8), ("kill -9 $$", 9)])
def test_how_it_ended_is_told_where_the_kernel_knows(end: str, status: int):
    process = subprocess.Popen(["sh", "-c", f"read line; {end}"], stdin=subprocess.PIPE)
    ref = identify(process.pid)
    assert ref is not None
    watch = EndWatch(ref)
    assert watch.wait_status() is None
    process.communicate(b"go\n")
    assert watch.wait(10)
    told = watch.wait_status()
    watch.close()
    assert watch.wait_status() is None
    linux = sys.platform == "linux" and tuple(map(int, os.uname().release.split(".")[:2]))
    assert told == (status if linux and linux >= (6, 15) else None)


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_process_of_another_user_is_refused_in_one_line():
    own, (reader, writer) = os.getpid(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setuid(65534)
            find_process(own)
        except ForeignProcessError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as told:
        assert told.read() == f"process {own} belongs to root: its open files may not be read"


def test_a_later_process_with_the_same_number_is_another_one():
    own = identify(os.getpid())
    assert own is not None
    watch = EndWatch(ProcessRef(pid=own.pid, start_ticks=own.start_ticks - 1))
    assert watch.wait(0)
    watch.close()
