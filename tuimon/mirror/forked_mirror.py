"""A mirror that goes on with what the process that starts it has imported already."""

import gc
import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import TimeoutExpired


class ForkedMirror:
    """A child in a session of its own that mirrors `directory`; to be used as a `Popen`.

    Its output goes to the file `said`. What it starts has `environ`, by which leftovers are found;
    it has itself that of its parent.
    """

    def __init__(self, directory: Path, environ: Mapping[str, str], said: int) -> None:
        """Only from a process with one thread."""
        self._process = get_context("fork").Process(target=_live, args=(directory, environ, said))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, or minus the signal that killed it; None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end. Raises TimeoutExpired."""
        self._process.join(timeout)
        if timeout is not None and self._process.exitcode is None:
            raise TimeoutExpired("mirror", timeout)

    def kill(self) -> None:
        """SIGKILL, if it is alive."""
        self._process.kill()


def _live(directory: Path, environ: Mapping[str, str], said: int) -> None:
    gc.disable()  # until everything is imported
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(directory)
    os.environ.update(environ)
    if not sys.flags.safe_path:
        sys.path.pop(0)  # the working directory, or that of the command
    from tuimon.mirror.__main__ import run  # numpy comes with it, and heeds the environment

    run(directory)
