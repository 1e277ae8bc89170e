"""Checkpoints that a training has written: files and directories that are named as such.

Names as torch, Lightning, Hugging Face, Keras, DeepSpeed and Ultralytics give them:
``epoch=3-step=400.ckpt``, ``checkpoint-500/``, ``ckpt_1000.pt``, ``global_step500/``, ``best.pt``.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_MOST_ENTRIES = 5_000
_DEEPEST = 4
_FILE = re.compile(r".+\.(?:ckpt|pt|pth|pth\.tar|safetensors|keras|weights\.h5|h5|msgpack)\Z")
_DIRECTORY = re.compile(r"(?:checkpoint|global_?step|ckpt|step|epoch)[-_=]?\d+\Z", re.IGNORECASE)
_STEP = re.compile(r"(?:step|checkpoint|ckpt|iter(?:ation)?)s?[-_=]?(\d+)", re.IGNORECASE)
_BEST = re.compile(r"(?:\A|[^a-z])best(?:[^a-z]|\Z)", re.IGNORECASE)
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "wandb"}
_HEADSTART_SHARE, _MOST_HEADSTART = 0.1, 5.0
"""Of the time between two points of a metric: so much before a point a training may save what it
tells; in seconds at most."""


class Checkpoint(NamedTuple):
    """A file or directory, of when (Unix s), and of the step that its name tells."""

    path: Path
    written_at: float
    step: int | None

    @property
    def is_best(self) -> bool:
        """Whether its name says that it is the best one."""
        return _BEST.search(self.path.name) is not None


class Moment(NamedTuple):
    """A point of a metric: its step, when it was logged, and its neighbours' times (Unix s)."""

    step: int
    at: float
    before: float | None = None
    after: float | None = None


def find_checkpoints(directories: Sequence[Path]) -> list[Checkpoint]:
    """Those below some directories; of large trees not all is looked at, links are not followed."""
    found: dict[Path, Checkpoint] = {}
    for directory in directories:
        for entry in _entries(directory):
            is_directory = entry.is_dir(follow_symlinks=False)
            if (_DIRECTORY if is_directory else _FILE).match(entry.name):
                try:
                    written_at = entry.stat(follow_symlinks=False).st_mtime
                except OSError:
                    continue
                steps = _STEP.findall(entry.name)
                path = Path(entry.path)
                found[path] = Checkpoint(path, written_at, int(steps[-1]) if steps else None)
    return list(found.values())


def _entries(directory: Path) -> Iterator["os.DirEntry[str]"]:
    """What lies below a directory; of a checkpoint that is a directory nothing."""
    left = _MOST_ENTRIES
    waiting = [(directory, 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)[:left]
        except OSError:
            continue
        left -= len(listed)
        for entry in listed:
            yield entry
            inside = entry.is_dir(follow_symlinks=False) and not _DIRECTORY.match(entry.name)
            if inside and depth < _DEEPEST and entry.name[0] != "." and entry.name not in _SKIPPED:
                waiting.append((Path(entry.path), depth + 1))


def checkpoint_of(moment: Moment, checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The one that holds what a point tells of; None where none surely does.

    Its name tells the step of the point (Lightning counts it before the point, or behind it), or it
    was written between that point and the next one.
    """
    begin, end = _then(moment)
    named = [one for one in checkpoints if one.step is not None and one.written_at >= begin]
    named = [one for one in named if abs((one.step or 0) - moment.step) <= 1]
    if named:
        return min(named, key=lambda one: (abs((one.step or 0) - moment.step), not one.is_best))
    then = [one for one in checkpoints if one.step is None and begin <= one.written_at < end]
    return min(then, key=lambda one: (not one.is_best, one.written_at), default=None)


def _then(moment: Moment) -> tuple[float, float]:
    """From when to when what a point tells of is written; never where there is no other point."""
    neighbours = [time for time in (moment.before, moment.after) if time is not None]
    if not neighbours:
        return moment.at, moment.at
    pause = min(abs(moment.at - time) for time in neighbours)
    headstart = min(_HEADSTART_SHARE * pause, _MOST_HEADSTART)
    end = moment.at + pause if moment.after is None else moment.after
    return moment.at - headstart, end - headstart
