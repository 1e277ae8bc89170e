"""Log directories near a place, found within a moment: for lists to choose from."""

import os
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

from tuimon.events.logdir import is_event_file

MOST_SECONDS = 0.8
_MOST_DIRECTORIES = 20_000
_MOST_ENTRIES = 20_000
_DEPTH = 5
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "venv", "env", "wandb"}
"""Beside hidden directories. W&B keeps copies of event files."""


class NearbyLogdir(NamedTuple):
    """A directory with event files at or below it."""

    path: Path
    runs: int
    """Directories with event files."""
    modified: float
    """Of the newest event file; Unix s."""
    whole: bool
    """Whether the search came to its end: else there may be more runs, and newer files."""


def find_logdirs(
    place: Path, seconds: float = MOST_SECONDS, *, apart_from: Path | None = None
) -> list[NearbyLogdir]:
    """The log directories at and below a place, the newest first.

    Runs side by side are one log directory: the lowest one that holds all of them. The search goes
    level by level and ends after so many seconds; `apart_from` and what is below are left out.
    """
    until = time.monotonic() + seconds
    runs: dict[Path, float] = {}
    left_out = os.fspath(apart_from) if apart_from is not None else None
    waiting = deque([(os.fspath(place), 0)])
    looked = 0
    while waiting and looked < _MOST_DIRECTORIES and time.monotonic() < until:
        directory, depth = waiting.popleft()
        looked += 1
        modified, below = _look(directory)
        if modified is not None:
            runs[Path(directory)] = modified
        if depth < _DEPTH:
            waiting.extend((path, depth + 1) for path in below if path != left_out)
    groups: dict[str, dict[Path, float]] = {}
    for path, modified in runs.items():
        parts = path.relative_to(place).parts
        groups.setdefault(parts[0] if parts else "", {})[path] = modified
    found = [
        NearbyLogdir(Path(os.path.commonpath(group)), len(group), max(group.values()), not waiting)
        for group in groups.values()
    ]
    return sorted(found, key=lambda one: -one.modified)


def _look(directory: str) -> tuple[float | None, list[str]]:
    """When the newest event file of a directory changed, and the directories in it."""
    newest: float | None = None
    below: list[str] = []
    try:
        with os.scandir(directory) as entries:
            for count, entry in enumerate(entries):
                if count > _MOST_ENTRIES:
                    break
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and entry.name not in _SKIPPED:
                        below.append(entry.path)
                elif is_event_file(entry.name):
                    newest = max(newest or 0.0, entry.stat().st_mtime)
    except OSError:
        pass
    return newest, sorted(below)
