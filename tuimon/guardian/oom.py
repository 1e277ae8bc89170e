"""When memory runs out: whom the kernel shall kill first, and whether it did."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

COMPANION = 200
"""What is added to ``oom_score_adj`` (proc(5)), in thousandths of the memory there is.

The recorder, which is started again, goes before the training, whose own score stays what it was.
The guardian is the smallest of all."""

_OWN_SCORE = Path("/proc/self/oom_score_adj")
_CGROUP = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")
_VMSTAT = Path("/proc/vmstat")
_HIGHEST_SCORE = 1000
_NO_LIMIT = 1 << 60


@contextmanager
def likelier_victim(by: int) -> Iterator[None]:
    """What is started in this context is killed before this process."""
    try:
        own = int(_OWN_SCORE.read_text())
        _OWN_SCORE.write_text(str(min(own + by, _HIGHEST_SCORE)))
    except (OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            _OWN_SCORE.write_text(str(own))


class OomKills(NamedTuple):
    """How many processes the kernel has killed for want of memory, up to a moment."""

    cgroup: int
    """In this process's control group, and those below it."""
    host: int
    """On the whole host."""
    limit: int | None
    """Bytes that the control group may use."""

    def since(self, before: "OomKills") -> "OomKills":
        """The kills after `before`."""
        return OomKills(self.cgroup - before.cgroup, self.host - before.host, self.limit)


def oom_kills() -> OomKills:
    """The counts now; 0 where there is none."""
    cgroup, limit = 0, None
    for directory, events, maximum in _memory_cgroups():
        if (count := _count(directory / events)) is not None:
            cgroup, limit = count, _limit(directory / maximum)
            break
    return OomKills(cgroup, _count(_VMSTAT) or 0, limit)


def _memory_cgroups() -> Iterator[tuple[Path, str, str]]:
    """Where the memory controller may tell: directory, file of the count, file of the limit.

    ``/proc/self/cgroup`` (cgroups(7)) has a line ``0::PATH`` for version 2 and one with the
    controller's name for version 1. In a container the path may be the host's, not the mount's.
    """
    with suppress(OSError):
        for line in _CGROUP.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            inside = path.lstrip("/")
            if not controllers:
                for directory in (_MOUNT / inside, _MOUNT, _MOUNT / "unified" / inside):
                    yield directory, "memory.events", "memory.max"
            elif "memory" in controllers.split(","):
                for directory in (_MOUNT / "memory" / inside, _MOUNT / "memory"):
                    yield directory, "memory.oom_control", "memory.limit_in_bytes"


def _count(path: Path) -> int | None:
    """The number after ``oom_kill`` in a file of names and numbers."""
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            name, _, number = line.partition(" ")
            if name == "oom_kill":
                return int(number)
    return None


def _limit(path: Path) -> int | None:
    try:
        limit = int(path.read_text())
    except (OSError, ValueError):
        return None  # "max"
    return limit if limit < _NO_LIMIT else None
