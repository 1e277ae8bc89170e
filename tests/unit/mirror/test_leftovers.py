"""Ending what a killed mirror has left behind, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

from tuimon.mirror.leftovers import HOME_VARIABLE, MIRROR_VARIABLE, kill_leftovers


def sleeper(**variables: str) -> "subprocess.Popen[bytes]":
    """A process in a session of its own, as wandb-core is."""
    return subprocess.Popen(
        [sys.executable, "-S", "-c", "print(flush=True); import time; time.sleep(60)"],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def test_only_processes_of_the_directory_are_killed(tmp_path: Path) -> None:
    own, another = str(tmp_path / "own"), str(tmp_path / "own2")
    left = [sleeper(**{MIRROR_VARIABLE: own}) for _ in range(2)]
    others = [sleeper(**{MIRROR_VARIABLE: another}), sleeper(**{HOME_VARIABLE: own}), sleeper()]
    try:
        for process in left + others:
            assert process.stdout is not None
            process.stdout.readline()
        kill_leftovers(Path(own))
        assert all(process.poll() is not None for process in left)
        assert [process.poll() for process in others] == [None] * 3
        kill_leftovers(Path(own), HOME_VARIABLE)
        assert [process.poll() is None for process in others] == [True, False, True]
    finally:
        for process in left + others:
            process.kill()
            process.communicate()
