"""What an earlier life of a mirror has left: processes, known by their environment, and files.

Whoever starts mirrors imports this and nothing of what they are made of.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

MIRROR_VARIABLE = "TUIMON_MIRROR"
"""Names the run directory in the environment of a mirror and of what wandb starts."""
HOME_VARIABLE = "TUIMON_MIRROR_HOME"
"""Names the directory of the journal, where that is another launch's, in the environment of what
wandb starts."""
_KILL_GRACE = 5.0


def kill_leftovers(directory: Path, variable: str = MIRROR_VARIABLE) -> None:
    """Kill every process whose environment has `variable` for `directory`; wait for their ends."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(variable) == str(directory):
                process.kill()
                found.append(process)
    psutil.wait_procs(found, timeout=_KILL_GRACE)


def clear_away(directory: Path) -> None:
    """Kill what is left of the mirror of `directory`, and remove its temporary files."""
    kill_leftovers(directory)
    shutil.rmtree(_temporary(directory), ignore_errors=True)


@contextmanager
def own_temporary_directory(directory: Path) -> Iterator[None]:
    """Have this process, and what it starts, keep temporary files apart, and remove them after it.

    wandb leaves directories behind, always when it is killed. The name is that of an earlier life,
    whose files go, too; and short, because it has room for sockets.
    """
    own = _temporary(directory)
    shutil.rmtree(own, ignore_errors=True)
    try:
        own.mkdir(mode=0o700)
    except OSError:  # another user's, or no room
        yield
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _temporary(directory: Path) -> Path:
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:10]
    return Path(os.environ.get("TMPDIR") or tempfile.gettempdir(), f"tuimon-{os.getuid()}-{name}")
