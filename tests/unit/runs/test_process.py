"""Who a process is, and whether it still runs."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tuimon.runs.process import (
    _from_proc,
    _from_ps,
    boot_id,
    current,
    identify,
    is_alive,
    machine_id,
    parent_pid,
    start_ticks,
)
from tuimon.runs.record import ProcessRef


def test_this_process_is_alive():
    assert current().pid == os.getpid()
    assert is_alive(current(), boot_id())
    assert parent_pid(os.getpid()) == os.getppid()


def test_same_pid_with_another_start_is_somebody_else():
    me = current()
    assert not is_alive(ProcessRef(pid=me.pid, start_ticks=me.start_ticks + 1), boot_id())


def test_same_process_in_another_boot_is_gone():
    assert not is_alive(current(), "another boot")


def test_zombie_is_gone_but_still_identified():
    child = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process = identify(child.pid)
    assert process is not None
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert start_ticks(child.pid) == process.start_ticks
    assert not is_alive(process, boot_id())
    child.wait()
    assert identify(child.pid) is None


def test_start_is_in_clock_ticks_since_boot():
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    child = subprocess.Popen(["sleep", "5"])
    ticks = start_ticks(child.pid)
    child.kill()
    child.wait()
    assert ticks is not None
    assert abs(ticks / os.sysconf("SC_CLK_TCK") - uptime) < 2


def test_name_with_parentheses_does_not_confuse_the_parser(tmp_path: Path):
    program = tmp_path / "a) S 1 (b"
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([str(program), "5"])
    end = time.monotonic() + 5
    while b"a) S" not in Path(f"/proc/{child.pid}/stat").read_bytes():
        assert time.monotonic() < end
    assert parent_pid(child.pid) == os.getpid()
    child.kill()
    child.wait()


def test_ps_tells_what_proc_tells():
    ticks = _from_proc(os.getpid())
    seconds = _from_ps(os.getpid())
    assert ticks is not None
    assert seconds is not None
    assert (seconds.is_zombie, seconds.parent) == (ticks.is_zombie, ticks.parent)
    booted = time.time() - float(Path("/proc/uptime").read_text().split()[0])
    assert abs(booted + ticks.start / os.sysconf("SC_CLK_TCK") - seconds.start) < 3
    assert _from_ps(2**22 + 1) is None


def test_machine_id_is_stable_and_not_the_raw_one():
    assert machine_id() == machine_id()
    assert len(machine_id()) == 32
    int(machine_id(), 16)
