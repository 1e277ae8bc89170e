"""The recorder beside a real training, with the real mirror below it."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

import tuimon
from support.host import WRITER, Host
from support.mirror_runs import comparable, mirrored, offline_rows, written
from support.waiting import wait_until
from tuimon.runs.alerts import read_alerts
from tuimon.runs.lookup import find_run
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import ASK
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource


def launch(host: Host, code: str, *options: str) -> RunPaths:
    """Launch `code`, which may call `write`, with ``tuimon run --detach``."""
    script = host.script(WRITER + code)
    done = host.run("run", "--detach", *(options or ("--mirror", "offline")), script)
    assert done.returncode == 0, done.stderr
    return find_run(None, host.home).paths


def status_when(host: Host, condition: object) -> RunStatus:
    """The run's status once `condition` of it is true."""

    def look() -> RunStatus | None:
        status = find_run(None, host.home)
        return status if condition(status) else None  # type: ignore[operator]

    found = wait_until(look, 30)
    assert found is not None
    return found


def status_at_end(host: Host) -> RunStatus:
    host.wait_for_end()
    return find_run(None, host.home)


def test_a_training_is_found_followed_and_mirrored_to_its_end(host: Host) -> None:
    (host.project / "script.py").write_text("first version")
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], cwd=host.project, check=True)
    code = "write('runs/exp/train', 100); write('runs/exp/train/extra', 5); sys.exit(3)"
    paths = launch(host, code)
    status = status_when(host, lambda status: status.recorder and status.recorder.logdirs)
    assert status.state is RunState.RUNNING
    status = status_at_end(host)
    runs = host.project / "runs" / "exp" / "train"
    assert status.recorder is not None
    assert status.recorder.logdirs == (
        LogSource(path=str(runs), recursive=False, found_by="hook"),
        LogSource(path=str(runs / "extra"), recursive=False, found_by="hook"),
    )
    assert status.recorder.git_commit is not None
    assert status.recorder.git_dirty is True
    assert (status.state, status.record.exit_code) == (RunState.FAILED, 3)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 210)
    # A directory called `train` is a part of the name, whoever else comes.
    expected = {f"train/{key}": points for key, points in written(runs).items()}
    points = mirrored(row.values for row in offline_rows(paths))
    assert comparable(points) == comparable(expected)


def test_a_writer_far_away_is_found_by_the_hook_alone(host: Host, tmp_path: Path) -> None:
    far = tmp_path / "far" / "away"
    launch(host, f"write({str(far)!r}, 5)")
    status = status_at_end(host)
    assert status.recorder is not None
    assert status.recorder.logdirs == (LogSource(path=str(far), recursive=False, found_by="hook"),)
    assert status.mirror is not None
    assert status.mirror.points == 10


def test_without_the_hook_the_environment_is_as_it_was(host: Host) -> None:
    code = "import os; print(os.environ.get('PYTHONPATH'), sys.path[1:]); write('runs', 2)"
    paths = launch(host, code, "--mirror", "off", "--no-hook")
    status = status_at_end(host)
    assert status.recorder is not None
    assert [source.found_by for source in status.recorder.logdirs] == ["name"]
    assert str(Path(tuimon.__file__).parent) not in paths.console_log.read_text()


def test_a_training_that_is_over_at_once_is_mirrored_too(host: Host) -> None:
    launch(host, "write('runs', 1)")
    status = status_at_end(host)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 2)


def test_a_given_log_directory_is_taken_as_it_is(host: Host) -> None:
    out = host.project / "out"
    code = "write('out/a', 3); write('out/b', 3); write('other', 3)"
    paths = launch(host, code, "--logdir", str(out), "--mirror", "offline")
    status = status_at_end(host)
    assert status.recorder is not None
    assert status.recorder.logdirs == (LogSource(path=str(out)),)
    points = mirrored(row.values for row in offline_rows(paths))
    assert set(points) == {"a/loss", "a/lr", "b/loss", "b/lr"}
    assert comparable(points) == comparable(written(out))


def test_a_killed_recorder_is_followed_by_one_that_goes_on(host: Host) -> None:
    paths = launch(host, "write('runs', 400)")
    status = status_when(host, lambda status: status.mirror and status.mirror.points > 20)
    killed = status.record.recorder
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    status_when(host, lambda status: status.record.recorder not in (None, killed))
    status = status_at_end(host)
    assert (status.state, status.record.exit_code) == (RunState.FINISHED, 0)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 800)
    points = mirrored(row.values for row in offline_rows(paths))
    assert comparable(points) == comparable(written(host.project / "runs"))


def test_a_recorder_that_is_asked_to_ends_its_mirror_tidily(host: Host) -> None:
    paths = launch(host, "write('runs', 3); time.sleep(60)")
    status = status_when(host, lambda status: status.mirror and status.mirror.points == 6)
    assert status.record.recorder is not None
    recorder = psutil.Process(status.record.recorder.pid)
    below = recorder.children(recursive=True)
    assert below
    recorder.terminate()  # not by this: it is no guardian's word
    recorder.send_signal(ASK)
    status = status_when(host, lambda status: status.record.recorder is None)
    psutil.wait_procs(below, 10)
    assert not any(process.is_running() for process in below)
    assert status.state is RunState.RUNNING
    assert status.mirror is not None
    assert "stopped before the end" in (status.mirror.detail or "")
    assert len(offline_rows(paths)) == 3


@pytest.mark.long
def test_a_mirror_that_fails_again_and_again_hurts_nobody(host: Host) -> None:
    host.env["WANDB_BASE_URL"] = "not an address"
    launch(host, "write('runs', 100)")
    status = status_at_end(host)
    assert (status.state, status.record.exit_code) == (RunState.FINISHED, 0)
    assert status.recorder is not None
    assert len(status.recorder.logdirs) == 1
    assert status.mirror is not None
    assert status.mirror.state == "failed"
    assert status.mirror.detail


def test_no_mirror_is_started_when_none_is_wanted(host: Host) -> None:
    paths = launch(host, "write('runs', 5)", "--mirror", "off")
    status = status_at_end(host)
    assert status.mirror is not None
    assert status.mirror.state == "off"
    assert not paths.wandb.exists()
    assert status.recorder is not None
    assert len(status.recorder.logdirs) == 1


@pytest.mark.parametrize("directory", ["runs/new", "lightning_logs/version_0"])
def test_a_new_log_directory_is_known_within_half_a_second(host: Host, directory: str) -> None:
    for number in range(100):
        (host.project / "src" / str(number)).mkdir(parents=True)
    code = f"time.sleep(2); open('at', 'w').close(); write({directory!r}, 1); time.sleep(60)"
    launch(host, code, "--mirror", "off")
    created = host.project / directory
    wait_until(created.exists, 30)
    begin = time.monotonic()
    status = status_when(host, lambda status: status.recorder and status.recorder.logdirs)
    assert time.monotonic() - begin < 0.5
    assert status.recorder is not None
    assert Path(status.recorder.logdirs[0].path) == created


def test_what_goes_wrong_is_told_once_and_to_somebody_else(host: Host) -> None:
    told = host.project / "told"
    command = f'echo "$TUIMON_LEVEL $TUIMON_RUN: $TUIMON_TITLE. $TUIMON_TEXT" >> {told}'
    code = """
writer = EventFileWriter("runs")
for step in range(4):
    value = float("nan") if step > 1 else 1.0
    summary = Summary(value=[Summary.Value(tag="Loss/train", simple_value=value)])
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
writer.close()
sys.exit(3)
"""
    paths = launch(host, code, "--mirror", "off", "--name", "broken", "--notify", command)
    status_at_end(host)
    assert wait_until(lambda: told.exists() and len(told.read_text().splitlines()) == 2, 20)
    broken, ended = told.read_text().splitlines()
    assert broken.startswith("ERROR broken: Loss/train is NaN. NaN at step 2.")
    assert ended.startswith("ERROR broken: broken failed. after ")
    assert [alert.key for alert in read_alerts(paths.alerts)] == [
        "not finite: Loss/train",
        "ended",
    ]
