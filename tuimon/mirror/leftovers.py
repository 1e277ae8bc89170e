"""What an earlier life of a mirror has left: processes, known by their environment, and files.

Whoever starts mirrors imports this and nothing of what they are made of.
"""

import hashlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuimon.runs.process import boot_id, identify, is_alive

MIRROR_VARIABLE = "TUIMON_MIRROR"
"""Names the run directory in the environment of a mirror and of what wandb starts."""
HOME_VARIABLE = "TUIMON_MIRROR_HOME"
"""Names the directory of the journal, where that is another launch's, in the environment of what
wandb starts."""
_KILL_GRACE = 5.0
_LOOK_EVERY = 0.01


def kill_leftovers(directory: Path, variable: str = MIRROR_VARIABLE) -> None:
    """Kill every process whose environment has `variable` for `directory`; wait for their ends."""
    wanted = os.fsencode(f"{variable}={directory}")
    killed = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another user's, or gone
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                process = identify(int(entry.name))
                os.kill(int(entry.name), signal.SIGKILL)
                killed.append(process)
    boot, deadline = boot_id(), time.monotonic() + _KILL_GRACE
    while any(one and is_alive(one, boot) for one in killed) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)


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
