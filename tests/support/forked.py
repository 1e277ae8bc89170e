"""Scripts run in forks of a process that has imported torch, each as if Python had been started."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_TIMEOUT = 60.0

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["torch.utils.tensorboard", "sklearn.datasets", "tqdm"])


class Forked(NamedTuple):
    """A script that has ended."""

    exit_code: int
    output: str
    errors: str


def run_forked(script: Path, options: Sequence[str], cwd: Path, streams: Path) -> Forked:
    """Run a script to its end; what it prints goes through files in `streams`."""
    process = _forks.Process(target=_run, args=(script, options, cwd, streams))
    process.start()
    process.join(_TIMEOUT)
    assert process.exitcode is not None, "still runs"
    output, errors = ((streams / name).read_text() for name in ("output", "errors"))
    return Forked(process.exitcode, output, errors)


def _run(script: Path, options: Sequence[str], cwd: Path, streams: Path) -> None:
    for number, name in enumerate(("output", "errors"), start=1):
        file = os.open(streams / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    sys.argv = [str(script), *options]
    sys.path.insert(0, str(script.parent))
    runpy.run_path(str(script), run_name="__main__")
