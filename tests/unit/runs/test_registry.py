"""Finding runs, and telling the living from the dead."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tuimon.runs import registry
from tuimon.runs.activity import remark
from tuimon.runs.lock import locked
from tuimon.runs.lookup import RunNotFound, find_run
from tuimon.runs.paths import RunPaths, new_run_directory, runs_directory
from tuimon.runs.process import boot_id, current, identify, machine_id
from tuimon.runs.record import (
    MirrorRecord,
    ProcessRef,
    RecorderRecord,
    RecordError,
    RunRecord,
    RunState,
    write_record,
)
from tuimon.runs.registry import list_runs, read_status

ELSEWHERE = {"host": "gpu99", "machine_id": "f" * 32}


def make_run(name: str = "train", **fields: Any) -> RunPaths:
    paths = new_run_directory(name)
    if "host" in fields:
        parent = runs_directory() / f"{fields['host']}-ffffffff"
        parent.mkdir(exist_ok=True)
        paths = RunPaths(paths.directory.rename(parent / paths.id))
    defaults = {
        "id": paths.id,
        "name": name,
        "host": socket.gethostname(),
        "machine_id": machine_id(),
        "boot_id": boot_id(),
        "argv": (name,),
        "command": (name,),
        "cwd": "/",
        "started_at": time.time(),
        "state": RunState.RUNNING,
        "guardian": current(),
    }
    write_record(paths.run_json, RunRecord(**(defaults | fields)))
    return paths


@pytest.fixture
def dead() -> ProcessRef:
    """A process that has ended."""
    child = subprocess.Popen(["true"])
    process = identify(child.pid)
    child.wait()
    assert process is not None
    return process


@pytest.fixture
def orphan() -> Iterator[ProcessRef]:
    """A process that lives on."""
    child = subprocess.Popen(["sleep", "30"])
    process = identify(child.pid)
    assert process is not None
    yield process
    child.kill()
    child.wait()


class TestState:
    def test_living_guardian(self):
        status = read_status(make_run().directory)
        assert (status.state, status.reason) == (RunState.RUNNING, None)

    def test_dead_guardian(self, dead: ProcessRef):
        status = read_status(make_run(guardian=dead, child=dead).directory)
        assert status.state is RunState.LOST
        assert status.reason == "the guardian was killed; how the training ended is not known"
        assert status.record.state is RunState.RUNNING

    def test_reused_pid_of_the_guardian(self):
        me = current()
        somebody_else = ProcessRef(pid=me.pid, start_ticks=me.start_ticks - 1)
        assert read_status(make_run(guardian=somebody_else).directory).state is RunState.LOST

    def test_training_that_outlived_its_guardian(self, dead: ProcessRef, orphan: ProcessRef):
        status = read_status(make_run(guardian=dead, child=orphan).directory)
        assert status.state is RunState.LOST
        assert status.reason is not None
        assert f"the training (PID {orphan.pid}) still runs" in status.reason

    def test_reboot(self):
        status = read_status(make_run(boot_id="an earlier boot").directory)
        assert (status.state, status.reason) == (RunState.LOST, "the host was rebooted")

    def test_end_of_a_lost_run_is_its_last_sign_of_life(self, dead: ProcessRef, orphan: ProcessRef):
        paths = make_run(guardian=dead, child=dead, started_at=1000.0)
        os.utime(paths.run_json, (1060.0,) * 2)
        assert read_status(paths.directory).ended_at == 1060.0
        paths.console_log.touch()  # the pump goes on without its guardian
        os.utime(paths.console_log, (1075.0,) * 2)
        status = read_status(paths.directory)
        assert (status.ended_at, status.took(5000.0)) == (1075.0, 75.0)
        still_running = read_status(make_run(guardian=dead, child=orphan).directory)
        assert still_running.ended_at is None

    def test_guardian_is_about_to_start(self):
        paths = make_run(state=RunState.STARTING, guardian=None)
        assert read_status(paths.directory).state is RunState.STARTING

    def test_guardian_never_started(self):
        paths = make_run(state=RunState.STARTING, guardian=None, started_at=time.time() - 120)
        status = read_status(paths.directory)
        assert (status.state, status.reason) == (RunState.LOST, "its guardian never started")

    @pytest.mark.parametrize(
        "state", [RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.KILLED]
    )
    def test_what_has_ended_needs_no_guardian(self, state: RunState, dead: ProcessRef):
        paths = make_run(state=state, guardian=dead, boot_id="an earlier boot")
        assert read_status(paths.directory).state is state

    def test_what_was_stopped_before_there_was_a_state_for_it(self):
        """As guardians that still run after an update of tuimon write it."""
        fields = {"state": RunState.FAILED, "exit_code": 1, "schema": 1}
        stopped = make_run(**fields, cause="stopped by request (SIGINT), exit code 1")
        assert read_status(stopped.directory).state is RunState.STOPPED
        failed = make_run(**fields, cause="exit code 1")
        assert read_status(failed.directory).state is RunState.FAILED
        # By now it is told apart where it ends.
        crashed = make_run(
            state=RunState.FAILED, cause="stopped by request (SIGINT); it had failed"
        )
        assert read_status(crashed.directory).state is RunState.FAILED

    def test_other_host_with_a_heartbeat(self):
        status = read_status(make_run(**ELSEWHERE).directory)
        assert status.state is RunState.RUNNING
        assert status.reason is not None
        assert "gpu99" in status.reason

    def test_silent_other_host(self):
        paths = make_run(**ELSEWHERE)
        os.utime(paths.run_json, (time.time() - 3600,) * 2)
        status = read_status(paths.directory)
        assert status.state is RunState.LOST
        assert status.reason == "no sign of life on gpu99 for 60 min"

    def test_clock_of_this_host_goes_wrong(self, monkeypatch: pytest.MonkeyPatch):
        paths = make_run(**ELSEWHERE)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 3600)
        assert read_status(paths.directory).state is RunState.RUNNING


def test_records_of_the_other_writers_come_along():
    paths = make_run()
    write_record(paths.recorder_json, RecorderRecord(git_commit="abc"))
    write_record(paths.mirror_json, MirrorRecord(points=7))
    status = read_status(paths.directory)
    assert status.recorder == RecorderRecord(git_commit="abc")
    assert status.mirror == MirrorRecord(points=7)


def test_garbage_of_the_other_writers_does_not_hide_a_run():
    paths = make_run()
    paths.mirror_json.write_text("{")
    assert read_status(paths.directory).mirror is None


def test_directory_without_a_record(tmp_path: Path):
    with pytest.raises(RecordError, match="does not exist"):
        read_status(tmp_path)


@pytest.mark.parametrize("id_", ["another", "$(reboot)", "", "-x", "a\x1b[m"])
def test_a_record_that_is_not_its_directorys_is_none(id_: str):
    """Ids stand in commands to be typed."""
    foreign = make_run(id=id_)
    with pytest.raises(RecordError, match="not the record of this directory"):
        read_status(foreign.directory)
    if id_:
        renamed = RunPaths(foreign.directory.rename(foreign.directory.with_name(id_)))
        if id_ == "another":
            assert read_status(renamed.directory).record.id == id_
        else:
            with pytest.raises(RecordError):
                read_status(renamed.directory)


def test_list_is_newest_first_over_all_hosts():
    old = make_run("old", started_at=1.0)
    remote = make_run("remote", started_at=3.0, **ELSEWHERE)
    new = make_run("new", started_at=2.0)
    assert [status.paths for status in list_runs()] == [remote, new, old]


def test_unreadable_runs_are_left_out_and_told():
    good = make_run()
    bad = make_run()
    bad.run_json.write_text("{")
    notes: list[str] = []
    assert [status.paths for status in list_runs(on_unreadable=notes.append)] == [good]
    assert len(notes) == 1
    assert str(bad.run_json) in notes[0]


def test_no_home_yet(tmp_path: Path):
    assert list_runs(tmp_path / "nothing") == []
    with pytest.raises(RunNotFound, match="no run yet"):
        find_run(None, tmp_path / "nothing")


class TestFind:
    def test_newest_of_this_host(self):
        make_run(started_at=1.0)
        newest = make_run(started_at=2.0)
        make_run(started_at=3.0, **ELSEWHERE)
        assert find_run(None).paths == newest

    def test_newest_of_all_where_this_host_has_none(self):
        remote = make_run(**ELSEWHERE)
        assert find_run(None).paths == remote

    def test_id_and_unique_beginning(self):
        first = make_run("alpha")
        make_run("beta")
        assert find_run(first.id).paths == first
        assert find_run(first.id[:19]).paths == first

    def test_newest_of_a_name(self):
        make_run("alpha", started_at=1.0)
        newest = make_run("alpha", started_at=2.0)
        make_run("beta", started_at=3.0)
        assert find_run("alpha").paths == newest

    def test_ambiguous_beginning(self):
        make_run("alpha")
        make_run("beta")
        with pytest.raises(RunNotFound, match="begins 2 run ids"):
            find_run("20")

    def test_nothing_of_that_name(self):
        make_run("alpha")
        with pytest.raises(RunNotFound, match=r"no run is called 'x\\x1b\[31m'"):
            find_run("x\x1b[31m")

    def test_unreadable_run(self):
        paths = make_run()
        paths.run_json.write_text("{")
        with pytest.raises(RunNotFound, match="not a record"):
            find_run(paths.id)


def test_guardian_that_ends_while_one_looks(monkeypatch: pytest.MonkeyPatch):
    paths = make_run()
    finished = read_status(paths.directory).record._replace(state=RunState.FINISHED)

    def ends_just_now(_process: ProcessRef, _boot: str) -> bool:
        write_record(paths.run_json, finished)
        return False

    monkeypatch.setattr(registry, "is_alive", ends_just_now)
    assert read_status(paths.directory).state is RunState.FINISHED


class TestMirrorThatNobodyKeeps:
    TOLD = "W&B misses points, or the end: tuimon sync {}"

    @pytest.mark.parametrize(
        ("state", "detail", "misses"),
        [
            ("live", None, True),
            ("offline", None, True),
            ("starting", None, True),
            ("failed", "no network; trying again", True),
            ("failed", "wandb cannot be imported", False),
            ("finished", None, False),
            ("own", "by the script", False),
            ("off", None, False),
        ],
    )
    def test_is_told(self, dead: ProcessRef, state: str, detail: str | None, misses: bool):
        paths = make_run(guardian=dead, recorder=dead)
        write_record(paths.mirror_json, MirrorRecord(state=state, detail=detail, points=7))
        status = read_status(paths.directory)
        assert status.mirror is not None
        assert status.mirror.points == 7
        told = self.TOLD.format(paths.id)
        expected = ("failed", told) if misses else (state, detail)
        assert (status.mirror.state, status.mirror.detail) == expected
        assert (told in (remark(status, time.time()) or "")) == misses

    @pytest.mark.parametrize("who", ["guardian", "recorder"])
    def test_somebody_keeps_it(self, dead: ProcessRef, who: str):
        paths = make_run(**{"guardian": dead, "recorder": dead, who: current()})
        write_record(paths.mirror_json, MirrorRecord(state="live"))
        status = read_status(paths.directory)
        assert status.mirror is not None
        assert status.mirror.state == "live"

    def test_it_goes_on_alone(self, dead: ProcessRef):
        paths = make_run(guardian=dead, recorder=None)
        write_record(paths.mirror_json, MirrorRecord(state="live"))
        with locked(paths.mirror) as free:
            assert free
            status = read_status(paths.directory)
            assert status.mirror is not None
            assert status.mirror.state == "live"
        status = read_status(paths.directory)
        assert status.mirror is not None
        assert status.mirror.detail == self.TOLD.format(paths.id)

    def test_other_hosts_and_containers_are_not_judged(self, dead: ProcessRef):
        for fields in (ELSEWHERE, {"pid_namespace": "pid:[1]:1"}):
            paths = make_run(guardian=dead, **fields)
            write_record(paths.mirror_json, MirrorRecord(state="live"))
            status = read_status(paths.directory)
            assert status.mirror is not None
            assert status.mirror.state == "live"


def test_a_signal_to_the_job_is_told_of_a_lost_run(dead: ProcessRef):
    paths = make_run(guardian=dead, job_signal=15, job_signal_at=time.time())
    assert read_status(paths.directory).reason == (
        "the guardian was killed after SIGTERM to the whole job; "
        "how the training ended is not known"
    )
