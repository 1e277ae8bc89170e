"""Hosts and containers that share a state directory, as namespaces of this kernel."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from support.host import Host
from tuimon.runs.process import pid_namespace
from tuimon.runs.registry import read_status

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"


def unshared(flags: str, command: str, host: Host) -> "subprocess.CompletedProcess[str]":
    """Run a shell command in namespaces of its own; skips where that is not allowed."""
    done = subprocess.run(
        ["unshare", *flags.split(), "bash", "-c", command],
        cwd=host.project,
        env=host.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("namespaces need root")
    return done


def on_another_host(command: str, host: Host) -> "subprocess.CompletedProcess[str]":
    return unshared("--uts", f"hostname other && {command}", host)


def age(run: dict[str, Any], seconds: float) -> None:
    """Make a run's last heartbeat older than it is."""
    then = time.time() - seconds
    os.utime(Path(run["directory"]) / "run.json", (then, then))


class TestTwoHosts:
    def test_runs_of_the_other_one_are_seen_and_left_alone(self, host: Host):
        assert host.run("run", "--detach", "--mirror", "off", host.script(SLEEP)).returncode == 0
        listed = on_another_host("tuimon ls", host)
        assert " running " in listed.stdout, listed
        assert "runs on " in listed.stdout
        assert "last sign of life" in listed.stdout
        refused = on_another_host("tuimon stop --now", host)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "do that there: ssh " in refused.stderr
        assert " tuimon stop " in refused.stderr
        assert host.runs()[0]["state"] == "running"

    def test_one_that_fell_silent_does_not_run(self, host: Host):
        assert host.run("run", "--detach", "--mirror", "off", host.script(SLEEP)).returncode == 0
        run = host.runs()[0]
        for process in host.processes():
            process.kill()
        age(run, 400)
        listed = on_another_host("tuimon ls", host)
        assert " lost " in listed.stdout, listed
        assert "for 7 min" in listed.stdout


class TestContainer:
    COMMAND = "tuimon run --detach --mirror off script.py && tuimon ls"
    FLAGS = "--pid --fork --mount-proc --kill-child"

    def test_training_that_ended_with_its_container_is_lost(self, host: Host):
        host.script(SLEEP)
        done = unshared(self.FLAGS, self.COMMAND, host)
        assert " running " in done.stdout, done
        assert "the training ends when this container does" in done.stderr
        run = host.runs()[0]
        assert run["cause"].startswith("runs in another container; last sign of life")
        age(run, 130)
        run = host.runs()[0]
        assert run["state"] == "lost"
        assert run["cause"] == "no sign of life in another container for 2 min"

    def test_container_that_was_started_again(self, host: Host):
        """The kernel uses the number of its namespace again."""
        host.script(SLEEP)
        assert unshared(self.FLAGS, self.COMMAND, host).returncode == 0
        (directory,) = (path.parent for path in host.home.rglob("run.json"))
        before = read_status(directory).record.pid_namespace
        for _ in range(50):
            done = unshared(self.FLAGS, "readlink /proc/self/ns/pid; tuimon ls", host)
            number, _, listed = done.stdout.partition("\n")
            if before.startswith(number):
                assert "its container has ended, and the training with it" in listed
                return
        pytest.skip("no namespace got the same number")

    def test_foreground_as_the_first_process(self, host: Host):
        """As in `docker run image tuimon run --foreground`: SIGTERM must reach the training."""
        host.script(
            "import signal, sys, time\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit('terminated'))\n"
            "print('ready', flush=True); time.sleep(60)"
        )
        command = "(sleep 4; kill -TERM 1) & exec tuimon run --foreground --mirror off script.py"
        done = unshared(self.FLAGS, command, host)
        assert "terminated" in done.stdout, done
        assert done.returncode == 1


def test_pid_that_was_given_again_is_not_the_process(tmp_path: Path, host: Host):
    program = """
    import os, subprocess, sys
    from tuimon.runs.process import boot_id, identify, is_alive
    first = subprocess.Popen(["sleep", "60"])
    ref = identify(first.pid)
    assert is_alive(ref, boot_id())
    first.kill(); first.wait()
    assert not is_alive(ref, boot_id())
    import time; time.sleep(0.05)  # clock ticks
    open("/proc/sys/kernel/ns_last_pid", "w").write(str(ref.pid - 1))
    second = subprocess.Popen(["sleep", "60"])
    assert second.pid == ref.pid, (second.pid, ref)
    os.kill(ref.pid, 0)  # somebody is there
    assert not is_alive(ref, boot_id())
    print("told apart")
    """
    path = tmp_path / "reuse.py"
    path.write_text(textwrap.dedent(program))
    done = unshared(TestContainer.FLAGS, f"{sys.executable} {path}", host)
    assert done.stdout == "told apart\n", done


def test_name_of_the_namespace():
    assert pid_namespace().startswith("pid:[")
    assert pid_namespace() == pid_namespace()
