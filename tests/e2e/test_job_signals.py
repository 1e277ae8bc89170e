"""Signals as schedulers, container runtimes and people send them: each arrives once, as it is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from support.guarded import Training
from support.host import TUIMON, WRITER, Host
from support.waiting import wait_until
from tuimon.runs.lookup import find_run
from tuimon.runs.record import RunState

COUNT = """
import os, signal, sys, time
got = []
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(number, lambda number, _: print("got", number, flush=True))
print("ready", flush=True)
until = time.monotonic() + float(sys.argv[1])
while time.monotonic() < until: time.sleep(0.05)
sys.exit(int(sys.argv[2]))
"""
SAVE = """
import os, signal, sys, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
print("ready", flush=True)
while not stop: time.sleep(0.05)
time.sleep(0.5)
print("saved", flush=True)
"""
SIGNALS = ["TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "ALRM", "XCPU", "ABRT", "RTMIN"]


def signal_all(top: psutil.Process, number: int) -> None:
    """As a scheduler does that knows a process and finds all below it, leaves first."""
    for process in [*reversed(top.children(recursive=True)), top]:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


@pytest.fixture
def foreground(host: Host) -> Iterator["subprocess.Popen[str]"]:
    """``tuimon run --foreground`` of `COUNT`, which has begun to count."""
    host.script(COUNT)
    process = subprocess.Popen(
        [TUIMON, "run", "--foreground", "script.py", "60", "0"],
        cwd=host.project,
        env=host.env | {"WANDB_MODE": "disabled"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()


def test_signals_to_the_whole_job_arrive_once(foreground: "subprocess.Popen[str]", host: Host):
    """Twice each, as a scheduler may say a thing again."""
    assert foreground.stdout is not None
    for name in (*SIGNALS, *SIGNALS):
        number = getattr(signal, f"SIG{name}")
        signal_all(psutil.Process(foreground.pid), number)
        assert foreground.stdout.readline() == f"got {number}\n"
        time.sleep(0.3)  # nothing may follow
    record = find_run(None, host.home).record
    assert (record.state, record.stop_stage) == (RunState.RUNNING, "none")
    assert record.job_signal == signal.SIGQUIT
    foreground.send_signal(signal.SIGKILL)
    host.run("stop", "--now")
    assert foreground.stdout.read() == ""


def test_signals_to_the_foreground_process_are_passed_on_once(
    foreground: "subprocess.Popen[str]", host: Host
):
    assert foreground.stdout is not None
    for name in SIGNALS:
        number = getattr(signal, f"SIG{name}")
        foreground.send_signal(number)
        assert foreground.stdout.readline() == f"got {number}\n"
    host.run("stop", "--now")
    assert foreground.stdout.read() == ""


@pytest.mark.usefixtures("host")
class TestGuardianAlone:
    def test_sigterm_begins_the_ladder_as_it_is(self):
        training = Training.of(COUNT, "60", "0", stop_grace_term=0.6)
        training.wait_for_output("ready")
        training.guardian.terminate()
        training.wait_for_output("got 15")
        wait_until(lambda: training.record.stop_stage == "term")
        record = training.wait_for_end()
        assert training.output == "ready\ngot 15\n"
        assert (record.state, record.cause) == (
            RunState.KILLED,
            "stopped as its guardian got SIGTERM: a logout or shutdown? (SIGKILL)",
        )

    def test_what_ends_well_all_the_same_is_finished(self):
        training = Training.of(SAVE)
        training.wait_for_output("ready")
        training.guardian.terminate()
        record = training.wait_for_end()
        assert training.output == "ready\nsaved\n"
        assert (record.state, record.exit_code) == (RunState.FINISHED, 0)
        assert record.cause == "exit code 0, 1 s after its guardian got SIGTERM"

    def test_other_signals_are_nobodys(self):
        training = Training.of(COUNT, "1.5", "0")
        training.wait_for_output("ready")
        for name in ("INT", "HUP", "QUIT", "USR1", "USR2", "ALRM", "XCPU", "ABRT", "RTMIN"):
            training.guardian.send_signal(getattr(signal, f"SIG{name}"))
        assert training.wait_for_end().cause == "exit code 0"
        assert training.output == "ready\n"


@pytest.mark.usefixtures("host")
class TestJob:
    def test_default_action(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SLURM_JOB_ID", "17")
        training = Training.of("import time; print('ready', flush=True); time.sleep(60)")
        training.wait_for_output("ready")
        signal_all(training.guardian, signal.SIGTERM)
        record = training.wait_for_end()
        assert (record.state, record.cause) == (
            RunState.KILLED,
            "killed by SIGTERM, sent to all of Slurm job 17: cancelled, preempted or out of time?",
        )

    def test_viewers_see_it_and_no_stop(self):
        training = Training.of(COUNT, "60", "0")
        training.wait_for_output("ready")
        signal_all(training.guardian, signal.SIGTERM)
        wait_until(lambda: training.record.job_signal == signal.SIGTERM)
        assert abs((training.record.job_signal_at or 0.0) - time.time()) < 10
        assert training.control.status().stop_stage == "none"
        # It goes on, and a stop by request is one as ever.
        assert training.control.stop("kill") == "kill"
        assert training.wait_for_end().cause == "stopped by request (SIGKILL)"

    def test_during_a_stop_it_is_not_sent_again(self):
        training = Training.of(COUNT, "60", "0", stop_grace_int=1.0, stop_grace_term=1.0)
        training.wait_for_output("ready")
        training.control.stop()
        training.wait_for_output("got 2")
        signal_all(training.guardian, signal.SIGTERM)
        assert training.wait_for_end().cause == "stopped by request (SIGKILL)"
        assert training.output == "ready\ngot 2\ngot 15\n"


def test_recorder_and_mirror_outlive_it_and_send_the_rest(host: Host):
    """Even where wandb's own process does not."""
    host.script(
        WRITER + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "write('runs', 150, tags=('loss',), pause=0.05)\n"
    )
    process = subprocess.Popen(
        [TUIMON, "run", "--foreground", "script.py"],
        cwd=host.project,
        env=host.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )

    def mirrored() -> int:
        runs = host.runs()
        status = find_run(None, host.home) if runs else None
        return 0 if status is None or status.mirror is None else status.mirror.points

    wait_until(lambda: mirrored() > 5, 60)
    signal_all(psutil.Process(process.pid), signal.SIGTERM)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    status = find_run(None, host.home)
    assert (status.state, status.record.exit_code) == (RunState.FINISHED, 0)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 150)
    host.wait_for_end()


def test_a_job_that_is_cancelled_while_points_are_sent_still_sends_them(host: Host):
    host.script(WRITER + "write('runs', 100, tags=('loss',), pause=0)\nprint('written')\n")
    process = subprocess.Popen(
        [TUIMON, "run", "--foreground", "script.py"],
        cwd=host.project,
        env=host.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    wait_until(lambda: find_run(None, host.home).state is RunState.FINISHED)
    signal_all(psutil.Process(process.pid), signal.SIGTERM)
    assert process.wait(120) == 0
    status = find_run(None, host.home)
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 100)
    assert status.cause == "exit code 0"


def test_companions_end_when_their_guardian_is_gone(host: Host):
    training = Training.of("import time; print('ready', flush=True); time.sleep(60)")
    training.wait_for_output("ready")
    recorder = psutil.Process(wait_until(lambda: training.record.recorder).pid)
    wait_until(lambda: (training.paths.directory / "recorder.json").exists())
    recorder.terminate()
    time.sleep(0.5)
    assert recorder.is_running()
    guardian = training.guardian
    guardian.kill()
    wait_until(lambda: recorder.ppid() != guardian.pid)
    recorder.terminate()
    wait_until(lambda: not recorder.is_running() or recorder.status() == psutil.STATUS_ZOMBIE)
    os.kill(training.child.pid, signal.SIGKILL)


def test_torchrun_passes_a_stop_on(tmp_path: Path):
    pytest.importorskip("torch")
    (tmp_path / "worker.py").write_text(
        "import os, time\n"
        "try:\n"
        "    os.write(1, b'ready %s\\n' % os.environ['RANK'].encode()); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(0.5); open('saved' + os.environ['RANK'], 'w').close()\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "worker.py"]
    training = Training(*command, cwd=tmp_path)
    wait_until(lambda: {"ready 0", "ready 1"} <= set(training.output.splitlines()), 90)
    assert training.control.stop() == "int"
    record = training.wait_for_end(40)
    assert record.state is RunState.STOPPED
    assert sorted(path.name for path in tmp_path.glob("saved*")) == ["saved0", "saved1"]


FAKE = """#!{python}
# As Open MPI's: its ranks are in groups of their own; what it gets itself ends them at once.
import os, signal, subprocess, sys
rank = [sys.executable, "-S", "rank.py"]
ranks = [subprocess.Popen(rank, process_group=0) for _ in range(2)]
def abort(number, _):
    for rank in ranks: rank.kill()
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, abort)
codes = [rank.wait() for rank in ranks]
print("codes", *codes, flush=True)
"""


def test_ranks_of_mpirun_are_signalled_themselves(host: Host):
    host.script(FAKE.format(python=sys.executable), "mpirun")
    (host.project / "mpirun").chmod(0o755)
    host.script(
        "import os, time\n"
        "try:\n    print('ready', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(0.3); os.write(1, b'saved\\n')\n",
        "rank.py",
    )
    training = Training("./mpirun", cwd=host.project)
    wait_until(lambda: training.output.count("ready") == 2)
    training.control.stop()
    record = training.wait_for_end()
    assert record.cause == "stopped by request (SIGINT), exit code 0"
    assert training.output.splitlines()[2:] == ["saved", "saved", "codes 0 0"]


def test_ctrl_c_is_typed_for_who_passes_on_keys(host: Host):
    host.script(
        f"#!{sys.executable}\n"
        "import os, tty\n"
        "tty.setraw(0)\n"
        "print('ready', flush=True)\n"
        "print('got', os.read(0, 10), flush=True)\n",
        "docker",
    )
    (host.project / "docker").chmod(0o755)
    training = Training("./docker", cwd=host.project)
    training.wait_for_output("ready")
    training.control.stop()
    assert training.wait_for_end().cause == "stopped by request (SIGINT), exit code 0"
    assert "got b'\\x03'" in training.output
