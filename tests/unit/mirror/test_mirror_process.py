"""Starting the mirror, and again: with a script in the place of the interpreter."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.waiting import wait_until
from tuimon.mirror.leftovers import MIRROR_VARIABLE, kill_leftovers
from tuimon.mirror.mirror_process import MirrorProcess
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorRecord, read_record, write_record


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[RunPaths]:
    paths = RunPaths(tmp_path)
    yield paths
    kill_leftovers(paths.directory)


@pytest.fixture
def mirror_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a shell script the mirror; each start adds a line to the file `starts`."""

    def make(body: str) -> None:
        script = tmp_path / "mirror.sh"
        script.write_text(f"#!/bin/sh\necho start >> {tmp_path}/starts\n{body}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))

    return make


def starts(paths: RunPaths) -> int:
    try:
        return len((paths.directory / "starts").read_text().splitlines())
    except FileNotFoundError:
        return 0


def run_to_end(mirror: MirrorProcess, now: float) -> None:
    """One life of the process, at a time that stands still."""
    mirror.tick(now)
    process = mirror._process
    assert process is not None
    process.wait(10)
    mirror.tick(now)


def test_a_mirror_that_ends_well_is_done(paths: RunPaths, mirror_is: Callable[[str], None]) -> None:
    mirror_is("exit 0")
    mirror = MirrorProcess(paths)
    run_to_end(mirror, 0.0)
    assert mirror.done
    mirror.tick(1000.0)
    assert starts(paths) == 1


def test_a_pause_ends_with_the_process(paths: RunPaths, mirror_is: Callable[[str], None]) -> None:
    mirror_is("exit 0")
    mirror = MirrorProcess(paths)
    mirror.tick(0.0)
    begin = time.monotonic()
    mirror.pause(60.0)
    mirror.tick(0.0)
    assert mirror.done
    assert time.monotonic() - begin < 30
    mirror.pause(0.0)


def test_what_it_logs_is_in_its_log_not_on_the_terminal(
    paths: RunPaths, mirror_is: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    mirror_is("echo out; echo err >&2; exit 75")
    run_to_end(MirrorProcess(paths), 0.0)
    assert paths.log.read_text() == "out\nerr\n"
    assert capfd.readouterr() == ("", "")


def test_one_that_fails_is_started_again_with_growing_delays(
    paths: RunPaths, mirror_is: Callable[[str], None]
) -> None:
    mirror_is("exit 75")
    mirror = MirrorProcess(paths)
    now = 0.0
    for delay in (1.0, 2.0, 4.0):
        run_to_end(mirror, now)
        before = starts(paths)
        mirror.tick(now + delay - 0.01)
        assert mirror._process is None
        now += delay
        assert starts(paths) == before
    assert not mirror.done
    assert starts(paths) == 3
    record = read_record(MirrorRecord, paths.mirror_json)
    assert record is not None
    assert (record.state, record.detail) == (
        "failed",
        "the mirror ended with code 75; trying again",
    )


def test_an_unusable_wandb_is_tried_again_rarely_and_what_it_said_stays(
    paths: RunPaths, mirror_is: Callable[[str], None]
) -> None:
    mirror_is("exit 78")
    said = MirrorRecord(state="failed", detail="wandb cannot be imported")
    write_record(paths.mirror_json, said)
    mirror = MirrorProcess(paths)
    run_to_end(mirror, 0.0)
    mirror.tick(599.0)
    assert mirror._process is None
    assert read_record(MirrorRecord, paths.mirror_json) == said
    run_to_end(mirror, 600.0)
    assert starts(paths) == 2


def test_a_crash_is_said_in_its_place(paths: RunPaths, mirror_is: Callable[[str], None]) -> None:
    mirror_is("kill -SEGV $$")
    write_record(paths.mirror_json, MirrorRecord(state="live", points=7, url="http://w/r"))
    mirror = MirrorProcess(paths)
    run_to_end(mirror, 0.0)
    record = read_record(MirrorRecord, paths.mirror_json)
    assert record is not None
    assert (record.state, record.points, record.url) == ("failed", 7, "http://w/r")
    assert record.detail == "the mirror was killed by SIGSEGV; trying again"


def test_after_the_end_of_the_training_it_has_three_attempts(
    paths: RunPaths, mirror_is: Callable[[str], None]
) -> None:
    mirror_is("exit 75")
    mirror = MirrorProcess(paths)
    run_to_end(mirror, 0.0)
    mirror.training_ended(0.1)
    now = 0.1
    while not mirror.done:
        if mirror._process is not None:
            mirror._process.wait(10)
        mirror.tick(now)
        now += 0.5
        assert now < 60
    assert starts(paths) == 4
    record = read_record(MirrorRecord, paths.mirror_json)
    assert record is not None
    assert record.detail == "the mirror ended with code 75", "not: trying again"


def test_stop_ends_it_tidily_or_by_force(paths: RunPaths, mirror_is: Callable[[str], None]) -> None:
    place = paths.directory
    tidy = f"trap 'echo tidy > {place}/end; exit 0' TERM\necho > {place}/ready"
    mirror_is(f"{tidy}\nwhile :; do sleep 0.05; done")
    mirror = MirrorProcess(paths)
    mirror.tick(0.0)
    wait_until((place / "ready").exists)
    mirror.stop()
    assert mirror.done
    assert (paths.directory / "end").read_text() == "tidy\n"


def test_leftovers_are_killed_in_whatever_session_they_are(paths: RunPaths) -> None:
    own = os.environ | {MIRROR_VARIABLE: str(paths.directory)}
    sleep = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    ours = subprocess.Popen(sleep, env=own, start_new_session=True, stdout=subprocess.PIPE)
    other = subprocess.Popen(
        sleep, env=own | {MIRROR_VARIABLE: "/another/run"}, stdout=subprocess.PIPE
    )
    try:
        for process in (ours, other):
            assert process.stdout is not None
            process.stdout.readline()
        kill_leftovers(paths.directory)
        ours.wait(10)
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.communicate()
