"""Trainings as jobs of a real Slurm: cancelled, preempted, out of time, requeued, stopped."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.host import TUIMON, WRITER, Host
from support.slurm import Slurm, slurm
from support.waiting import wait_until
from tuimon.runs.activity import activity
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus, list_runs

pytestmark = pytest.mark.long

TRAIN = (
    WRITER
    + """
import os, signal, sys
# Saves at SIGTERM alone, as determined, spd and others do; SIGINT is Python's.
out, steps, leave = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "leave"
got = []
def on_signal(number, _):
    got.append(signal.Signals(number).name)
    print("got", got[-1], flush=True)
for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, on_signal)
print("started", flush=True)
writer = EventFileWriter(out)
for step in range(steps):
    summary = Summary(value=[Summary.Value(tag="loss", simple_value=step / 3)])
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    time.sleep(0.05)
    if leave and "SIGTERM" in got:
        break
writer.close()
if "SIGTERM" in got:
    time.sleep(1)
    open(out + ".saved", "w").write(str(step))
open(out + ".signals", "a").write(" ".join(got) + "\\n")
"""
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Slurm]:
    # Not in pytest's directory: munge's socket has a short path.
    directory = Path(tempfile.mkdtemp(prefix="slurm"))
    try:
        with slurm(directory) as up:
            yield up
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class Jobs:
    """Batch jobs of a script that trains, below `tuimon run --foreground` or without."""

    def __init__(self, cluster: Slurm, host: Host) -> None:
        self.cluster = cluster
        self.host = host
        host.env |= cluster.environment
        host.script(TRAIN, "train.py")

    def submit(self, name: str, steps: int, leave: str, *options: str, step: str = "srun") -> str:
        """The id of a job whose training has started."""
        script = self.host.project / f"{name}.sh"
        train = f"{TUIMON} run --foreground --name {name} train.py {name} {steps} {leave}"
        script.write_text(f"#!/bin/bash\n{step} {train}\n")
        log = self.host.project / f"{name}.log"
        command = ["sbatch", "--parsable", "-D", str(self.host.project), "-o", str(log), *options]
        job = self.cluster.run(*command, str(script), **self.host.env)
        wait_until(lambda: log.exists() and "started" in log.read_text(), 60, 0.1)
        return job

    def wait(self, job: str, timeout: float = 90) -> None:
        wait_until(lambda: self.cluster.is_over(job), timeout, 0.3)

    def signals(self, name: str) -> str:
        """What has arrived at each life of a training, one line each."""
        path = self.host.project / f"{name}.signals"
        wait_until(path.exists)  # out of time is out of time before all of it has ended
        return path.read_text()

    def saved(self, name: str) -> int:
        """The last step of the checkpoint."""
        return int((self.host.project / f"{name}.saved").read_text())

    def status(self, name: str) -> RunStatus:
        """The newest run of that name."""
        return next(s for s in list_runs(self.host.home) if s.record.name == name)


@pytest.fixture
def jobs(cluster: Slurm, host: Host) -> Jobs:
    return Jobs(cluster, host)


def test_cancelled(jobs: Jobs):
    job = jobs.submit("cancel", 2000, "leave")
    jobs.cluster.run("scancel", job)
    jobs.wait(job)
    points = jobs.saved("cancel") + 1
    assert jobs.signals("cancel") == "SIGTERM\n"
    status = jobs.status("cancel")
    assert (status.state, status.record.exit_code) == (RunState.FINISHED, 0)
    assert (status.cause or "").startswith("exit code 0, ")
    assert (status.cause or "").endswith(f" s after SIGTERM to all of Slurm job {job}")
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", points)


def test_one_that_is_told_and_goes_on(jobs: Jobs):
    """By ``scancel --signal``, as by ``sbatch --signal`` before the time is up: no end, no stop."""
    job = jobs.submit("told", 200, "stay")
    for number in ("USR1", "USR2", "TERM"):
        jobs.cluster.run("scancel", f"--signal={number}", job)
        wait_until(lambda n=number: f"got SIG{n}" in (jobs.host.project / "told.log").read_text())
    jobs.wait(job)
    assert jobs.signals("told") == "SIGUSR1 SIGUSR2 SIGTERM\n"
    status = jobs.status("told")
    assert (status.state, status.record.stop_stage) == (RunState.FINISHED, "none")
    assert status.mirror is not None
    assert (status.mirror.state, status.mirror.points) == ("finished", 200)


def test_the_batch_shell_alone_is_told(jobs: Jobs):
    """As by ``--signal=B:USR1``, where the script passes it on."""
    job = jobs.submit("batch", 150, "stay", step="exec")
    jobs.cluster.run("scancel", "--batch", "--signal=USR1", job)
    jobs.wait(job)
    assert jobs.signals("batch") == "SIGUSR1\n"


@pytest.mark.timeout(300)
def test_out_of_time(jobs: Jobs):
    """With a notice first, which Slurm may give up to a minute early.

    To a step of srun it sends SIGTERM twice, with tuimon or without.
    """
    notice = "--signal=B:USR1@20"
    job = jobs.submit("limit", 4000, "leave", "--time=1", notice, step="exec")
    jobs.wait(job, 200)
    assert jobs.signals("limit") == "SIGUSR1 SIGTERM\n"
    status = jobs.status("limit")
    assert (status.cause or "").endswith(f" s after SIGTERM to all of Slurm job {job}")
    assert status.mirror is not None
    assert status.mirror.points == jobs.saved("limit") + 1


def test_its_patience_is_over(jobs: Jobs):
    """SIGKILL ends everything, tuimon's own processes too."""
    job = jobs.submit("deaf", 4000, "stay")
    jobs.cluster.run("scancel", job)
    wait_until(lambda: jobs.status("deaf").record.job_signal is not None)
    doing = activity(jobs.status("deaf"), time.time()) or ""
    assert doing.startswith("SIGTERM to the whole job ")
    jobs.wait(job)
    wait_until(lambda: jobs.status("deaf").state is RunState.LOST)
    status = jobs.status("deaf")
    assert status.reason == (
        "the guardian was killed after SIGTERM to the whole job; "
        "how the training ended is not known"
    )
    assert status.mirror is not None
    told = f"W&B misses points, or the end: tuimon sync {status.record.id}"
    assert (status.mirror.state, status.mirror.detail) == ("failed", told)
    assert told in jobs.host.run("ls").stdout
    jobs.host.run("sync", status.record.id, timeout=100)
    assert told not in jobs.host.run("ls").stdout


def test_preempted_and_requeued(jobs: Jobs):
    low = jobs.submit("low", 200, "leave", "--requeue")
    high = jobs.cluster.run(
        *("sbatch", "--parsable", "-p", "high", "-c", "8", "-o", "/dev/null"),
        *("-D", str(jobs.host.project), "--wrap", "sleep 2"),
    )
    wait_until(lambda: (jobs.host.project / "low.signals").exists(), 60, 0.2)
    first = jobs.saved("low") + 1
    assert jobs.signals("low") == "SIGTERM\n"
    jobs.wait(high)
    if not jobs.cluster.is_over(low):
        jobs.cluster.run("scontrol", "update", f"jobid={low}", "StartTime=now")
        jobs.wait(low)
        assert jobs.signals("low") == "SIGTERM\n\n"
    status = jobs.status("low")
    assert status.mirror is not None
    assert status.mirror.state == "finished"
    assert status.mirror.points >= first


def test_requeued(jobs: Jobs):
    job = jobs.submit("again", 300, "leave", "--requeue")
    jobs.cluster.run("scontrol", "requeue", job)
    wait_until(lambda: (jobs.host.project / "again.signals").exists(), 60, 0.2)
    first = jobs.saved("again") + 1
    wait_until(lambda: jobs.cluster.state(job) == "PENDING", 60, 0.2)
    jobs.cluster.run("scontrol", "update", f"jobid={job}", "StartTime=now")
    wait_until(lambda: jobs.signals("again").count("\n") == 2, 120, 0.2)
    jobs.wait(job)
    assert jobs.signals("again") == "SIGTERM\n\n"
    status = jobs.status("again")
    assert status.mirror is not None
    # The second life goes on in the W&B run of the first.
    assert (status.mirror.state, status.mirror.points) == ("finished", first + 300)


@pytest.mark.parametrize(
    ("how", "stage"),
    [
        ("train.py out 2000 leave", "SIGTERM"),
        ("keys.py", "SIGINT"),
    ],
)
def test_stop_of_an_srun(jobs: Jobs, how: str, stage: str):
    """At a handler for SIGTERM a task saves, without one at Ctrl-C."""
    jobs.host.script(
        "import time\ntry:\n    print('started', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    time.sleep(1); open('out.saved', 'w').write('1')\n",
        "keys.py",
    )
    host, python = jobs.host, sys.executable
    host.run("run", "--detach", "--name", "outer", "--", "srun", "-n2", python, *how.split())
    wait_until(lambda: "started" in host.run("logs", "outer").stdout, 60, 0.2)
    stopped = host.run("stop", "outer", timeout=60)
    assert f"by request ({stage}), exit code 0" in stopped.stdout
    assert jobs.saved("out") > 0
    if stage == "SIGTERM":
        assert jobs.signals("out") == "SIGTERM\nSIGTERM\n"
    assert jobs.cluster.run("squeue", "-h") == ""


def test_kill_of_an_srun_leaves_no_allocation(jobs: Jobs):
    host = jobs.host
    host.run(
        *("run", "--detach", "--name", "outer", "--"),
        *("srun", "-n1", sys.executable, "train.py", "out", "2000", "leave"),
    )
    wait_until(lambda: "started" in host.run("logs", "outer").stdout, 60, 0.2)
    assert "by request (SIGKILL)" in host.run("stop", "--now", "outer").stdout
    wait_until(lambda: jobs.cluster.run("squeue", "-h") == "", 20)
