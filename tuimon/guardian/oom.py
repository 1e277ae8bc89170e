"""When memory runs out: whom the kernel shall kill first, and whether it did."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.guardian.cgroups import memory_groups, number_after

COMPANION = 200
"""What is added to ``oom_score_adj`` (proc(5)), in thousandths of the memory there is.

The recorder, which is started again, goes before the training, whose own score stays what it was.
The guardian is the smallest of all."""

_OWN_SCORE = Path("/proc/self/oom_score_adj")
_VMSTAT = Path("/proc/vmstat")
_HIGHEST_SCORE = 1000


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
    for group in memory_groups():
        if (count := number_after(group.directory / group.events, "oom_kill")) is not None:
            cgroup, limit = count, group.limit
            break
    return OomKills(cgroup, number_after(_VMSTAT, "oom_kill") or 0, limit)
