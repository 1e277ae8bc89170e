"""The run that the others of a project are compared with, in ``baselines/`` of the state directory.

A project is a directory in which runs are started.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.decoding import checked
from tuimon.regular_file import read_regular
from tuimon.runs.paths import NoHomeError, known_name, state_home
from tuimon.runs.replacement import replace_file

_MOST_BYTES = 1 << 16


class Baseline(NamedTuple):
    """A run, as it was when it was pinned."""

    directory: str
    """Its run directory."""
    name: str

    @property
    def is_gone(self) -> bool:
        """Whether it was removed since."""
        return not Path(self.directory, "run.json").exists()


def baseline_of(project: str) -> Baseline | None:
    """The baseline of a directory; None where none is pinned."""
    try:
        return _read(_path(project))
    except (OSError, NoHomeError):  # a directory that is gone; a user without a home
        return None


def pinned_directories() -> frozenset[str]:
    """The run directories of the baselines of all projects."""
    try:
        found = [_read(path) for path in _directory().glob("*.json")]
    except (OSError, NoHomeError):
        return frozenset()
    return frozenset(one.directory for one in found if one is not None)


def baseline_above(paths: Sequence[str]) -> Baseline | None:
    """The baseline of the nearest directory in which all of these lie, or which is theirs."""
    if not paths:
        return None
    common = Path(os.path.commonpath([os.path.normpath(Path(one).absolute()) for one in paths]))
    return next(filter(None, map(baseline_of, map(str, (common, *common.parents)))), None)


def pin_baseline(project: str, baseline: Baseline | None) -> None:
    """Compare the runs of a directory with this one from now on, or with none.

    Raises:
        OSError: that cannot be kept.
    """
    path = _path(project)
    if baseline is None:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, json.dumps(baseline._asdict()).encode())


def _read(path: Path) -> Baseline | None:
    try:
        found: Baseline = checked(json.loads(read_regular(path, _MOST_BYTES)), Baseline)
    except (OSError, ValueError, RecursionError):
        return None
    return found


def _directory() -> Path:
    return state_home() / "baselines"


def _path(project: str) -> Path:
    place = str(Path(project).absolute())
    return _directory() / f"{known_name(place, place)}.json"
