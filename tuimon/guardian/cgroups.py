"""The control groups (cgroups(7)) that a process is in, where their memory controller tells."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_MOUNT = Path("/sys/fs/cgroup")
_NO_LIMIT = 1 << 60


class MemoryGroup(NamedTuple):
    """The directory of a control group, with the names of its files."""

    directory: Path
    events: str
    limit_file: str
    used_file: str
    swap_limit_file: str
    swap_used_file: str

    @property
    def limit(self) -> int | None:
        """Bytes of memory that the group may use; None where there is no limit."""
        return _bytes(self.directory / self.limit_file)

    def caches(self) -> int:
        """Bytes of used memory that the kernel takes back before it kills for want of memory."""
        # Version 1 tells of a group alone in names without total_. Pages of tmpfs are in neither.
        total = "total_" if self.limit_file.endswith("_in_bytes") else ""
        path = self.directory / "memory.stat"
        return sum(
            number_after(path, f"{total}{kind}_file") or 0 for kind in ("active", "inactive")
        )

    def used(self) -> int | None:
        """Bytes of memory in use; None where it is not told."""
        return _bytes(self.directory / self.used_file)

    def swap(self) -> int | None:
        """Bytes that may still be swapped out, as far as the group goes; None without a limit."""
        limit = _bytes(self.directory / self.swap_limit_file)
        used = _bytes(self.directory / self.swap_used_file)
        return None if limit is None or used is None else max(0, limit - used)


def memory_groups(pid: int | str = "self") -> Iterator[MemoryGroup]:
    """The groups of a process, innermost first, then those above, whose limits hold as well.

    ``/proc/PID/cgroup`` has a line ``0::PATH`` for version 2 and one with the controller's name
    for version 1. In a container the path may be the host's, not the mount's.
    """
    with suppress(OSError, ValueError):
        for line in (_PROC / str(pid) / "cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                for mount in (_MOUNT, _MOUNT / "unified"):
                    for directory in _upwards(mount, path):
                        yield MemoryGroup(directory, *_VERSION_2)
            elif "memory" in controllers.split(","):
                for directory in _upwards(_MOUNT / "memory", path):
                    yield MemoryGroup(directory, *_VERSION_1)


_VERSION_1 = (
    "memory.oom_control",
    *("memory.limit_in_bytes", "memory.usage_in_bytes"),
    *("memory.memsw.limit_in_bytes", "memory.memsw.usage_in_bytes"),
)
_VERSION_2 = (
    "memory.events",
    *("memory.max", "memory.current"),
    *("memory.swap.max", "memory.swap.current"),
)


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    # A path outside of the namespace begins with /.. (cgroup_namespaces(7)).
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for length in range(len(parts), -1, -1):
        if (directory := mount.joinpath(*parts[:length])).is_dir():
            yield directory


def number_after(path: Path, wanted: str) -> int | None:
    """The number after a name in a file of names and numbers."""
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            name, _, number = line.partition(" ")
            if name == wanted:
                return int(number)
    return None


def _bytes(path: Path) -> int | None:
    try:
        number = int(path.read_text())
    except (OSError, ValueError):
        return None  # "max"
    return number if number < _NO_LIMIT else None
