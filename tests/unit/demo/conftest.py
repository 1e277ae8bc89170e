"""Run the demo trainings: as a user does, or, where that does not matter, forked.

Importing torch takes longer than these trainings; a fork of a process that has done so need not.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.forked import Forked, run_forked

DEMO = Path(__file__).parents[3] / "demo"
TINY = ("--batch-size", "256", "--threads", "1")  # five batches an epoch
ON_A_TERMINAL = """
import os, pty, sys
command = ["sh", "-c", 'stty rows 30 cols 100 && exec "$@"', "sh", *sys.argv[1:]]
sys.exit(os.waitstatus_to_exitcode(pty.spawn(command)))
"""


@pytest.fixture(scope="module")
def start_demo() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a demo script in a directory: start_demo(cwd, script, *options, terminal=False).

    Its input and output are pipes; with `terminal`, pipes to and from a terminal that it is on.
    """
    started: list[subprocess.Popen[str]] = []

    def start(
        cwd: Path, script: str, *options: str, terminal: bool = False
    ) -> "subprocess.Popen[str]":
        wrapper = [sys.executable, "-c", ON_A_TERMINAL] if terminal else []
        process = subprocess.Popen(
            [*wrapper, sys.executable, str(DEMO / script), *TINY, *options],
            cwd=cwd,
            env={**os.environ, "WANDB_MODE": "offline"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:  # closes the pipes and waits
            process.kill()


@pytest.fixture(scope="session")
def run_demo(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Forked]:
    """Run a demo script in a directory to its end: run_demo(cwd, script, *options)."""

    def run(cwd: Path, script: str, *options: str) -> Forked:
        return run_forked(DEMO / script, [*TINY, *options], cwd, tmp_path_factory.mktemp("said"))

    return run
