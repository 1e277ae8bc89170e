"""Launch scripts that end before the training that they have put into the background."""

import signal
import sys
import time
from pathlib import Path

import pytest

from support.guarded import Training
from support.sampling import few
from support.waiting import wait_until
from tuimon.runs.record import RunState

pytestmark = pytest.mark.usefixtures("host")  # kills whatever a test leaves running

TRAIN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("saved", flush=True), os._exit(0)))
name, code, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
for step in range(10):
    print(name, step, flush=True)
    time.sleep(seconds / 10)
open(name, "w").write("done")
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""

DAEMON = """
import os, sys
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
null = os.open("log", os.O_RDWR | os.O_CREAT)
for stream in (0, 1, 2): os.dup2(null, stream)
exec(open("train.py").read())
"""

LAUNCHER = """
import subprocess, sys
subprocess.Popen([sys.executable, "-S", "train.py", *sys.argv[1:]])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("train", TRAIN), ("daemon", DAEMON), ("launch", LAUNCHER)):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def launched(project: Path, script: str, shell: str = "bash") -> Training:
    """A script whose `$PYTHON` runs without site: that takes a moment only."""
    (project / "launch.sh").write_text(f'PYTHON="{sys.executable} -S"\n{script}\n')
    return Training(shell, "launch.sh", cwd=project)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


WAYS = [
    "nohup $PYTHON train.py a {code} {seconds} > log 2>&1 &",
    "$PYTHON train.py a {code} {seconds} &",
    "setsid $PYTHON train.py a {code} {seconds} &",
    "($PYTHON train.py a {code} {seconds} &)",
    "nohup setsid nice $PYTHON train.py a {code} {seconds} > log 2>&1 < /dev/null & disown",
    "exec $PYTHON daemon.py a {code} {seconds}",
    "exec $PYTHON launch.py a {code} {seconds}",
    "$PYTHON train.py a {code} {seconds} & sleep 0.5",
]


@pytest.mark.parametrize("way", few(WAYS, 3))
def test_the_training_is_followed_to_its_end(project: Path, way: str):
    training = launched(project, way.format(code=3, seconds=3))
    wait_until(lambda: "a 5" in training.output + _read(project / "log"), 10)
    assert training.record.state is RunState.RUNNING
    assert training.child.cmdline()[2:] in (
        ["train.py", "a", "3", "3"],
        ["daemon.py", "a", "3", "3"],
    )
    record = training.wait_for_end()
    assert (project / "a").read_text() == "done"
    assert (record.state, record.exit_code, record.cause) == (RunState.FAILED, 3, "exit code 3")
    assert record.ended_at is not None
    assert record.ended_at - record.started_at > 3
    printed = _read(project / "log") or training.output
    assert printed.split() == [x for n in range(10) for x in ("a", str(n))]
    training.wait_for_guardian()
    assert training.record.leftovers == 0


@pytest.mark.parametrize(
    ("code", "state", "cause"),
    [
        (0, RunState.FINISHED, "exit code 0"),
        (-11, RunState.KILLED, "killed by SIGSEGV: segmentation fault in native code"),
    ],
)
def test_how_it_ends_is_how_the_run_ends(project: Path, code: int, state: RunState, cause: str):
    training = launched(project, WAYS[0].format(code=code, seconds=3))
    record = training.wait_for_end()
    assert (record.state, record.cause) == (state, cause)
    assert (project / "a").exists()


def test_one_that_fails_among_several(project: Path):
    training = launched(
        project, "for n in 0 3 0 4; do $PYTHON train.py r$n$RANDOM $n 3 > /dev/null & done"
    )
    record = training.wait_for_end()
    assert len(list(project.glob("r*"))) == 4
    assert record.state is RunState.FAILED
    assert record.exit_code in (3, 4)


def test_it_is_stopped_as_any_other(project: Path):
    training = launched(project, WAYS[0].format(code=0, seconds=60))
    launcher = training.record.child
    wait_until(lambda: training.record.child != launcher, 10)
    wait_until(lambda: "a 1" in (project / "log").read_text())
    # A shell without job control has what it puts into the background ignore SIGINT.
    assert training.control.stop() == "term"
    record = training.wait_for_end()
    assert (record.state, record.cause) == (
        RunState.STOPPED,
        "stopped by request (SIGTERM), exit code 0",
    )
    assert (project / "log").read_text().endswith("saved\n")


def test_services_and_workers_are_no_trainings(project: Path):
    (project / "tensorboard").write_text("import time; time.sleep(60)")
    worker = "from multiprocessing.resource_tracker import main; import time; time.sleep(60)"
    training = launched(
        project,
        "setsid $PYTHON tensorboard --logdir x &\n"
        f"setsid $PYTHON -c '{worker}' &\n"
        "sleep 60 & sh -c 'sleep 60; true' & $PYTHON -c 'import time; time.sleep(60)' &\n"
        "sleep 0.5; kill $!",
    )
    began = time.monotonic()
    record = training.wait_for_end()
    assert time.monotonic() - began < 5
    assert (record.state, record.cause) == (RunState.FINISHED, "exit code 0")
    wait_until(lambda: training.record.leftovers >= 4)
    training.control.stop("kill")
    training.wait_for_guardian()


def test_a_launcher_that_failed_leaves_no_training(project: Path):
    training = launched(project, "$PYTHON train.py a 0 8 & sleep 0.3; exit 5")
    record = training.wait_for_end(5)
    assert (record.state, record.exit_code) == (RunState.FAILED, 5)
    training.control.stop("kill")


def test_a_killed_leader_of_the_session_is_told_and_survived_by_the_guardian(project: Path):
    training = Training(sys.executable, "-S", "train.py", "a", "0", "60", cwd=project)
    training.wait_for_output("a 0")
    leader = next(p for p in training.guardian.children() if "leads the session" in p.cmdline()[0])
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1):
        leader.send_signal(number)
    time.sleep(0.2)
    assert training.child.is_running()
    leader.kill()
    record = training.wait_for_end()
    assert (record.state, record.signal) == (RunState.KILLED, signal.SIGHUP)
    assert "the leader of the training's session was killed" in training.paths.log.read_text()


def test_the_leader_of_the_session_ends_with_the_terminal(project: Path):
    """With guardian and pump gone nobody would ever end it."""
    training = Training(sys.executable, "-S", "train.py", "a", "0", "2", cwd=project)
    training.wait_for_output("a 0")
    leader = next(p for p in training.guardian.children() if "leads the session" in p.cmdline()[0])
    training.guardian.kill()
    wait_until(lambda: (project / "a").exists())
    wait_until(lambda: not leader.is_running())
    assert training.output.endswith("a 9\n")
