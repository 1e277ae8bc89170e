"""Removing runs from the state directory; trainings' own files stay where they are."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from tuimon.runs.paths import runs_directory
from tuimon.runs.process import is_alive
from tuimon.runs.registry import RunStatus


class CannotRemoveError(Exception):
    """The run has to stay; the message is one line, not yet safe for a terminal."""


def why_it_stays(run: RunStatus) -> str | None:
    """Why a run cannot be removed; None where it can."""
    record = run.record
    if not run.state.ended:
        return f"{run.name} is {run.state}; stop it first: tuimon stop {record.id}"
    child = record.child
    if record.ended_at is None and child is not None and is_alive(child, record.boot_id):
        return f"{run.name} was lost, but its training (PID {child.pid}) still runs"
    return None


def has_unsent(run: RunStatus) -> bool:
    """Whether the run holds W&B data that were not uploaded."""
    mirror = run.mirror
    if mirror is None or not run.paths.wandb.exists():
        return False
    return bool(mirror.sync_command) or (mirror.state == "failed" and mirror.run_id is not None)


def size_of(run: RunStatus) -> int:
    """Bytes that the run's directory takes."""
    return _size(run.paths.directory)


def remove_run(run: RunStatus) -> None:
    """Remove all that tuimon keeps of a run that has ended.

    Raises:
        CannotRemoveError: it still runs, or the files cannot be removed.
    """
    reason = why_it_stays(run)
    if reason is not None:
        raise CannotRemoveError(reason)
    directory = run.paths.directory
    if directory.is_symlink() or directory.parent.parent != runs_directory():
        raise CannotRemoveError(f"{directory} is not below {runs_directory()}")
    try:
        # Without its record it is no run any more, should the rest take long or fail.
        run.paths.run_json.unlink()
        shutil.rmtree(directory)
    except OSError as error:
        raise CannotRemoveError(f"{error.filename or directory}: {error.strerror}") from None


def _size(directory: Path) -> int:
    total = 0
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    total += _size(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total
