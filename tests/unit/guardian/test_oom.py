"""The kernel's counts of OOM kills, in the forms it gives them in; who is killed first."""

import subprocess
from pathlib import Path

import pytest

from tuimon.guardian import cgroups, oom
from tuimon.guardian.oom import OomKills, likelier_victim, oom_kills


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cgroups, "_PROC", tmp_path)
    monkeypatch.setattr(cgroups, "_MOUNT", tmp_path / "cgroup")
    monkeypatch.setattr(oom, "_VMSTAT", tmp_path / "vmstat")
    (tmp_path / "vmstat").write_text("nr_free 5\noom_kill 7\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_version_2(system: Path):
    write(system / "self/cgroup", "0::/user.slice/a.scope\n")
    group = system / "cgroup/user.slice/a.scope"
    write(group / "memory.events", "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 0\n")
    write(group / "memory.max", "1073741824\n")
    assert oom_kills() == OomKills(2, 7, 1 << 30)
    write(group / "memory.max", "max\n")
    assert oom_kills() == OomKills(2, 7, None)


def test_version_1_in_a_container(system: Path):
    write(system / "self/cgroup", "5:cpu,memory:/docker/abc\n0::/\n")
    write(system / "cgroup/memory/memory.oom_control", "under_oom 0\noom_kill 4\n")
    write(system / "cgroup/memory/memory.limit_in_bytes", f"{2**63 - 4096}\n")
    assert oom_kills() == OomKills(4, 7, None)


def test_no_counter_at_all(system: Path):
    (system / "vmstat").unlink()
    assert oom_kills() == OomKills(0, 0, None)


def test_kills_since():
    assert OomKills(3, 9, 5).since(OomKills(1, 7, 4)) == OomKills(2, 2, 5)


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux")
def test_children_are_killed_first_and_this_process_is_not():
    before = Path("/proc/self/oom_score_adj").read_text()
    with likelier_victim(150):
        found = subprocess.run(
            ["cat", "/proc/self/oom_score_adj"], capture_output=True, text=True, check=True
        )
    assert int(found.stdout) == min(int(before) + 150, 1000)
    assert Path("/proc/self/oom_score_adj").read_text() == before
