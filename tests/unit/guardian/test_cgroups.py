"""The memory of control groups, in the forms the kernel gives it in."""

from pathlib import Path

import pytest

from tuimon.guardian import cgroups
from tuimon.guardian.cgroups import memory_groups


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cgroups, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(cgroups, "_MOUNT", tmp_path / "cgroup")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_version_2_with_the_limits_above_it(system: Path) -> None:
    write(system / "proc/7/cgroup", "0::/slurm/job_3/step_0\n")
    root = system / "cgroup"
    write(root / "slurm/job_3/step_0/memory.max", "max\n")
    job = root / "slurm/job_3"
    write(job / "memory.max", "1000000\n")
    write(job / "memory.current", "900000\n")
    write(
        job / "memory.stat", "anon 500000\nfile 400000\nactive_file 100000\ninactive_file 250000\n"
    )
    write(job / "memory.swap.max", "5000\n")
    write(job / "memory.swap.current", "2000\n")
    groups = list(memory_groups(7))
    assert [group.directory for group in groups] == [
        job / "step_0",
        *(job, root / "slurm", root),
    ]
    assert [group.limit for group in groups] == [None, 1000000, None, None]
    assert (groups[1].used(), groups[1].caches(), groups[1].swap()) == (900000, 350000, 3000)


def test_version_1_counts_what_lies_below(system: Path) -> None:
    write(system / "proc/self/cgroup", "5:cpu,memory:/docker/abc\n0::/\n")
    mount = system / "cgroup/memory"  # the path is the host's
    write(mount / "memory.limit_in_bytes", "734003200\n")
    write(mount / "memory.usage_in_bytes", "700000000\n")
    write(mount / "memory.stat", "active_file 1\ntotal_active_file 20\ntotal_inactive_file 30\n")
    (group, _) = memory_groups()
    assert (group.directory, group.limit, group.used(), group.caches(), group.swap()) == (
        *(mount, 734003200, 700000000, 50),
        None,
    )


def test_no_limit_is_none(system: Path) -> None:
    write(system / "proc/self/cgroup", "5:memory:/\n")
    write(system / "cgroup/memory/memory.limit_in_bytes", f"{2**63 - 4096}\n")
    (group,) = memory_groups()
    assert group.limit is None


def test_paths_lead_nowhere_else(system: Path) -> None:
    write(system / "proc/self/cgroup", "0::/../../other\nnonsense\n")
    (system / "cgroup").mkdir()
    assert [group.directory for group in memory_groups()] == [system / "cgroup"]
    assert list(memory_groups(1)) == []
