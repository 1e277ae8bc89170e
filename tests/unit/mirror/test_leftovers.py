"""Ending what a killed mirror has left behind, and nothing else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tuimon.mirror.leftovers import HOME_VARIABLE, MIRROR_VARIABLE, clear_away, kill_leftovers


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


def test_temporary_files_go_with_the_mirror_or_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    script = """if True:
        import pathlib, sys, tempfile
        from tuimon.mirror.leftovers import own_temporary_directory
        with own_temporary_directory(pathlib.Path("/a/run")):
            tempfile.mkdtemp("wandb-media")
            print("made", flush=True)
            sys.stdin.readline()
    """
    for killed in (True, True, False):
        with subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"made\n"
            (own,) = tmp_path.iterdir()
            assert len(list(own.iterdir())) == 1, "those of an earlier life are gone"
            if killed:
                process.send_signal(signal.SIGKILL)
        if killed:
            assert own.exists()
    assert not list(tmp_path.iterdir())
    own.mkdir()
    clear_away(Path("/a/run"))
    assert not own.exists()
