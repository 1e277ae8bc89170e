"""Real control groups and file systems: what a training lives within, and writes to."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tuimon.recorder.disks import Disks
from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.system_metrics import Host, SystemMetrics
from tuimon.runs.paths import RunPaths

V1 = Path("/sys/fs/cgroup/memory")
V2 = Path("/sys/fs/cgroup")
LIMIT = 200 << 20

HOLDS = """
import os, sys
open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
block = bytearray(os.urandom(1)) * (120 << 20)
with open(sys.argv[2], "wb") as file:  # in the cache, which is no need
    for _ in range(60):
        file.write(bytes(1 << 20))
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group with a limit of 200 MiB."""
    version_1 = (V1 / "memory.limit_in_bytes").exists()
    path = (V1 if version_1 else V2) / f"tuimon-test-{os.getpid()}"
    try:
        path.mkdir()
    except OSError as error:
        pytest.skip(f"no control group of one's own here: {error}")
    try:
        limit = path / ("memory.limit_in_bytes" if version_1 else "memory.max")
        try:
            limit.write_text(str(LIMIT))
        except OSError as error:
            pytest.skip(f"no limit of memory here: {error}")
        yield path
    finally:
        deadline = time.monotonic() + 10
        while path.exists() and time.monotonic() < deadline:
            with suppress(OSError):  # until its last process is gone
                path.rmdir()
            time.sleep(0.05)


def test_memory_is_told_by_the_limit_of_the_trainings_own_group(
    group: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(group), str(tmp_path / "cached")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == b"ready\n"
        readings = dict(Host(str(tmp_path), process.pid).readings())
        assert 58 < readings["memory/limit [%]"] < 75, "120 of 200 MiB and the interpreter"
    finally:
        process.stdin.close()
        process.wait()


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB."""
    path = tmp_path / "scratch"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(path)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_disk_is_known_by_what_lies_on_it_now_or_did(mounted: Path, tmp_path: Path) -> None:
    disks = Disks(str(tmp_path))
    (own,) = disks.spaces()
    disks.note([str(mounted / "gone/ck.pt"), "/dev/shm/batch", "/proc/self/stat", "relative"])
    (mounted / "ck.pt").write_bytes(bytes(48 << 20))
    assert next(disks.spaces()).mount == own.mount
    (_, scratch) = disks.spaces()
    assert scratch == (str(mounted), 48 << 20, 16 << 20)


def test_a_disk_that_takes_nothing_is_not_full(mounted: Path, tmp_path: Path) -> None:
    (mounted / "data").write_bytes(bytes(63 << 20))
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    disks = Disks(str(tmp_path))
    disks.note([str(mounted)])
    assert str(mounted) not in [disk.mount for disk in disks.spaces()]


WRITES = """
import sys
with open(sys.argv[1], "wb") as file:
    file.write(bytes(32 << 20))
    file.flush()
    print("ready", flush=True)
    sys.stdin.readline()
"""


def until(found: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not found() and time.monotonic() < deadline:
        time.sleep(0.05)
    return found()


def test_a_disk_that_a_checkpoint_is_written_to_is_measured(mounted: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(mounted / "ck.pt")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    paths = RunPaths(tmp_path)
    metrics = SystemMetrics(
        paths,
        ProcessTree(None, process.pid),
        cwd=str(tmp_path),
        pid=process.pid,
        started_at=time.time(),
    )
    metrics.start()
    tag = f"disk {' '.join(mounted.parts[1:])}/used [%]"
    try:
        assert until(lambda: tag in metrics.latest[1])
        assert metrics.latest[1][tag] == pytest.approx(50)
    finally:
        metrics.stop()
        process.stdin.close()
        process.wait()
