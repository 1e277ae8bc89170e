"""What an earlier life of a mirror has left running, known by its environment.

Whoever starts mirrors imports this and nothing of what they are made of.
"""

from contextlib import suppress
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
