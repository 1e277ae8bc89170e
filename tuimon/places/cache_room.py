"""How much copies of other machines may take, and what goes first."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

from tuimon.places.remote_place import cache_home
from tuimon.runs.lock import is_held
from tuimon.text import format_bytes

_COUNT_EVERY = 60.0
_SPARE = 256 << 20
"""Bytes of the disk that are left to others."""


def prepared(directory: Path) -> Path:
    """A directory below `cache_home`, which nobody else can look into. Raises OSError."""
    home = cache_home()
    home.parent.parent.mkdir(parents=True, exist_ok=True)
    for level in (home.parent, home, *reversed(directory.parents), directory):
        if level == home.parent or home in (level, *level.parents):
            level.mkdir(mode=0o700, exist_ok=True)
    return directory


class CacheRoom:
    """The room that is left for the copy of one place."""

    def __init__(self, home: Path, own: Path, most: int) -> None:
        """At `most` so many bytes below `home`, for the place whose directory is `own`."""
        self._home = home
        self._own = own
        self._most = most
        self._left = 0
        self._counted = -_COUNT_EVERY
        self.shortage = ""
        """Why there was too little."""

    def take(self, size: int) -> bool:
        """Whether `size` more bytes may be written; copies of places that nobody looks at go, the
        one that was looked at longest ago first."""
        if size > self._left or time.monotonic() - self._counted >= _COUNT_EVERY:
            self._count(size)
        if size > self._left:
            return False
        self._left -= size
        return True

    def give(self, size: int) -> None:
        """So many bytes were removed."""
        self._left += size

    def _count(self, size: int) -> None:
        self._counted = time.monotonic()
        used = {place: _bytes_below(place) for place in _directories(self._home)}
        self._left = self._most - sum(used.values())
        self.shortage = f"copies may take {format_bytes(self._most)} (setting remote.cache_gb)"
        if (free := disk_usage(self._home).free - _SPARE) < self._left:
            self._left, self.shortage = free, "the disk of the copies is nearly full"
        idle = [one for one in used if one != self._own and not is_held(one / "lock")]
        for place in sorted(idle, key=_used_at):
            if self._left >= size:
                return
            shutil.rmtree(place, ignore_errors=True)
            self._left += used[place]


def _directories(home: Path) -> list[Path]:
    with suppress(OSError):
        return [
            Path(entry.path) for entry in os.scandir(home) if entry.is_dir(follow_symlinks=False)
        ]
    return []


def _used_at(place: Path) -> float:
    with suppress(OSError):
        return (place / "state.json").stat().st_mtime
    return 0.0


def _bytes_below(directory: Path) -> int:
    total = 0
    for base, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(base, name)).st_size  # noqa: PTH118 (many)
    return total
