"""Real trainings under real guardians: endings, kills, full disks and memory, broken clients."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.guarded import WAIT_FOR_A_SIGNAL, Training, pump_of
from support.host import Host
from support.terminal import Terminal
from support.waiting import wait_until
from tuimon.guardian.client import ControlError, Typist
from tuimon.guardian.launch import LaunchError, start_guardian
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import is_alive
from tuimon.runs.record import RunState
from tuimon.runs.registry import read_status

pytestmark = pytest.mark.usefixtures("host")  # kills whatever a test leaves running


class TestEnd:
    def test_finished(self):
        training = Training.of("print('hello')")
        record = training.wait_for_end()
        assert training.output == "hello\n"
        assert (record.state, record.exit_code, record.signal) == (RunState.FINISHED, 0, None)
        assert record.cause == "exit code 0"
        assert record.ended_at is not None
        assert record.ended_at >= record.started_at
        training.wait_for_guardian()
        assert not training.paths.control_sock.exists()
        assert read_status(training.paths.directory).state is RunState.FINISHED
        for path in training.paths.directory.iterdir():
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)

    def test_failed_on_the_first_line(self, tmp_path: Path):
        (tmp_path / "train.py").write_text("import nothing_of_that_name")
        training = Training(sys.executable, "train.py", cwd=tmp_path)
        record = training.wait_for_end()
        assert (record.state, record.exit_code) == (RunState.FAILED, 1)
        assert record.cause == (
            f"exit code 1: No module named 'nothing_of_that_name' in {sys.executable}; install it "
            "there, or activate the training's environment, then run it again"
        )
        assert "ModuleNotFoundError: No module named 'nothing_of_that_name'" in training.output

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGHUP])
    def test_killed(self, number: signal.Signals):
        record = Training.of(f"import os; os.kill(os.getpid(), {number})").wait_for_end()
        assert (record.state, record.exit_code, record.signal) == (RunState.KILLED, None, number)
        assert record.cause is not None
        assert record.cause.startswith(f"killed by {number.name}: ")

    def test_what_cannot_be_executed(self, tmp_path: Path):
        with pytest.raises(LaunchError) as caught:
            Training("./absent.sh", cwd=tmp_path)
        assert str(caught.value) == "exec failed: No such file or directory: ./absent.sh"
        (directory,) = (path.parent for path in Path(os.environ["TUIMON_HOME"]).rglob("run.json"))
        record = read_status(directory).record
        assert (record.state, record.exit_code) == (RunState.FAILED, 127)
        assert record.cause == str(caught.value)
        assert not (directory / "control.sock").exists()

    def test_run_that_is_over_is_not_started_again(self):
        training = Training.of("pass")
        training.wait_for_guardian()
        before = training.record
        with pytest.raises(LaunchError, match="does not describe a run to be started"):
            start_guardian(training.paths)
        assert training.record == before

    def test_guardian_that_cannot_write_anything(self, tmp_path: Path):
        with pytest.raises(LaunchError, match="could not be started: No such file or directory"):
            start_guardian(RunPaths(tmp_path / "gone"))

    def test_end_is_told_when_the_last_output_is_there(self):
        training = Training("sh", "-c", 'trap "" HUP; (sleep 0.7; echo late words) & exit 3')
        assert training.wait_for_end().exit_code == 3
        assert training.output == "late words\n"

    def test_daemon_that_holds_the_terminal_does_not_hold_up_the_end(self, tmp_path: Path):
        training = Training.of(
            "import subprocess\n"
            "subprocess.Popen(['sh', '-c', 'trap \"\" HUP; sleep 4; echo from the daemon'],\n"
            "                 start_new_session=True)\n"
            "print('main has ended')"
        )
        record = training.wait_for_end(timeout=3.9)
        assert record.state is RunState.FINISHED
        assert training.output == "main has ended\n"
        assert training.control.status().leftovers >= 1
        training.wait_for_guardian()
        assert training.output == "main has ended\nfrom the daemon\n"


class TestSurvival:
    def test_launcher_dies_with_its_terminal(self, tmp_path: Path):
        program = (
            "import sys; sys.path[:0] = sys.argv[1:]\n"
            "from support.guarded import Training\n"
            "training = Training.of('import time; time.sleep(1.5); print(\"survived\")')\n"
            "print(training.paths.directory, flush=True)\n"
            "input()"
        )
        here = Path(__file__).parent
        command = [sys.executable, "-c", program, str(here), str(here.parent)]
        with Terminal(command, cwd=tmp_path, env=os.environ, columns=250) as terminal:
            text = terminal.wait_for(lambda text: "runs/" in text)
            terminal.close()
            assert terminal.process.wait(10) == -signal.SIGHUP
        paths = RunPaths(Path(text.strip()))
        status = read_status(paths.directory)
        assert status.state is RunState.RUNNING
        # No signal to the terminal's processes, and no job control of its shell, reaches them.
        for process in (status.record.guardian, status.record.child):
            assert os.getsid(process.pid) not in (os.getsid(0), terminal.process.pid)
        wait_until(lambda: read_status(paths.directory).state.ended)
        assert read_status(paths.directory).record.exit_code == 0
        assert paths.console_log.read_bytes() == b"survived\r\n"

    @pytest.mark.parametrize("ending", ['exec env WITHIN=yes "$@"', "exit 1"])
    def test_prefix_that_executes_the_guardian_or_fails(self, tmp_path: Path, ending: str):
        """As `systemd-run --scope` does."""
        scope = tmp_path / "scope"
        scope.write_text(f"#!/bin/sh\n{ending}\n")
        scope.chmod(0o755)
        training = Training.of("print('there')", prefix=(str(scope),))
        within = training.guardian.environ().get("WITHIN")
        assert within == ("yes" if "exec" in ending else None)
        assert training.wait_for_end().exit_code == 0

    def test_signals_at_the_guardian_do_not_end_it(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        pump = wait_until(lambda: pump_of(training))
        for number in ("HUP", "INT", "QUIT", "PIPE", "TSTP", "TTOU", "USR1", "USR2"):
            training.guardian.send_signal(getattr(signal, f"SIG{number}"))
            pump.send_signal(getattr(signal, f"SIG{number}"))
        pump.terminate()  # a whole control group gets it; what the training then says is kept
        assert training.control.status().stop_stage == "none"
        assert training.child.is_running()
        Typist(training.paths, "me").write("\x03")
        training.wait_for_end()
        assert "KeyboardInterrupt" in training.output
        assert "the pump ended" not in training.paths.log.read_text()

    def test_error_of_the_system_does_not_end_the_guardian(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        guardian = training.guardian
        limits = guardian.rlimit(psutil.RLIMIT_NOFILE)
        guardian.rlimit(psutil.RLIMIT_NOFILE, (3, limits[1]))
        training.child.kill()
        wait_until(lambda: "Too many open files" in training.paths.log.read_text())
        guardian.rlimit(psutil.RLIMIT_NOFILE, limits)
        assert training.wait_for_end().signal == signal.SIGKILL
        training.wait_for_guardian()

    def test_killed_and_stuck_clients(self):
        training = Training.of(
            "import sys, time\n"
            "for number in range(3000): print('line', number, flush=True)\n"
            "time.sleep(0.5); print('end')"
        )
        client = (
            "import socket, sys, time\n"
            "s = socket.socket(socket.AF_UNIX); s.connect('control.sock')\n"
            's.send(b\'{"op": "status"}\\n\' * 2000 + b\'{"op"\')\n'
            "print('sent', flush=True); time.sleep(60)"
        )
        clients = [
            subprocess.Popen(
                [sys.executable, "-S", "-c", client],
                cwd=training.paths.directory,  # its path may be too long for an address
                stdout=subprocess.PIPE,
            )
            for _ in range(4)
        ]
        for process in clients:
            assert process.stdout is not None
            assert process.stdout.readline() == b"sent\n"
        clients[0].kill()
        clients[1].kill()
        assert training.control.status().console_dropped == 0
        record = training.wait_for_end()
        for process in clients:
            process.kill()
            process.communicate()
        assert record.exit_code == 0
        assert training.output == "".join(f"line {n}\n" for n in range(3000)) + "end\n"

    def test_killed_guardian_is_reported(self):
        """The training goes on: the pump holds its terminal, and records what it prints."""
        training = Training.of(
            "import sys; print('ready', flush=True); print('got', sys.stdin.readline())"
        )
        training.wait_for_output("ready")
        child = training.child
        training.guardian.kill()
        wait_until(lambda: read_status(training.paths.directory).state is RunState.LOST)
        status = read_status(training.paths.directory)
        assert status.reason == (
            f"the guardian was killed; the training (PID {child.pid}) still runs, "
            "and how it ends will not be known"
        )
        assert status.record.state is RunState.RUNNING
        with pytest.raises(ControlError, match="no answer from the guardian"):
            training.control.status()
        child.send_signal(signal.SIGINT)
        training.wait_for_output("KeyboardInterrupt")
        # Whoever is process 1 may take its time to fetch what has ended.
        wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        reason = "the guardian was killed; how the training ended is not known"
        assert read_status(training.paths.directory).reason == reason

    def test_guardian_and_pump_killed_together(self):
        """As by the OOM killer that ends a whole control group: the terminal hangs up."""
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        child, guardian, pump = training.child, training.guardian, pump_of(training)
        guardian.suspend()
        pump.kill()
        guardian.kill()
        wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        assert read_status(training.paths.directory).state is RunState.LOST

    def test_killed_pump_loses_no_line_and_no_exit_code(self):
        training = Training.of(
            "import time\n"
            "for number in range(40_000):\n"
            "    print('line', number, flush=number % 10 == 0)\n"
            "    if number % 200 == 0: time.sleep(0.01)\n"
            "raise SystemExit(5)"
        )
        for _ in range(7):  # each successor comes a little later
            wait_until(lambda: pump_of(training)).kill()
            time.sleep(0.02)
        assert training.wait_for_end(30).exit_code == 5
        assert training.paths.log.read_text().count("the pump ended with code -9") == 7
        assert training.output == "".join(f"line {number}\n" for number in range(40_000))

    def test_dead_recorder_is_replaced_and_the_heart_beats(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        first = wait_until(lambda: training.record.recorder)
        # When memory runs out the recorder goes first; the training's score is its own business.
        own, *others = (
            int(Path(f"/proc/{pid}/oom_score_adj").read_text())
            for pid in (training.guardian.pid, training.child.pid, first.pid)
        )
        assert others == [own, min(own + 200, 1000)]
        os.kill(first.pid, signal.SIGKILL)
        second = wait_until(
            lambda: training.record.recorder != first and training.record.recorder, 10
        )
        assert is_alive(second, training.record.boot_id)
        assert training.child.is_running()
        assert "the recorder ended with code -9" in training.paths.log.read_text()

        inode = training.paths.run_json.stat().st_ino
        before = training.record.heartbeat
        wait_until(lambda: training.record.heartbeat > before, 8)
        # In place: it is the same file.
        assert training.paths.run_json.stat().st_ino == inode


class TestOutput:
    def test_twenty_megabytes_are_whole(self):
        training = Training.of("for n in range(400_000): print(f'line {n:06} ' + 'x' * 37)")
        record = training.wait_for_end(timeout=30)
        assert record.exit_code == 0
        data = training.paths.console_log.read_bytes()
        expected = "".join(f"line {n:06} " + "x" * 37 + "\r\n" for n in range(400_000))
        assert len(data) == len(expected) == 20_400_000
        assert data == expected.encode()

    def test_last_words_of_a_crash_are_whole(self):
        training = Training.of("import os; os.write(1, b'x' * 15_000); os.kill(os.getpid(), 9)")
        training.wait_for_end()
        assert training.paths.console_log.read_bytes() == b"x" * 15_000

    def test_terminal_of_the_recorded_size(self):
        training = Training("stty", "size", pty_rows=33, pty_cols=111)
        training.wait_for_end()
        assert training.output == "33 111\n"

    def test_script_that_leaves_its_terminal_and_returns(self):
        training = Training.of(
            "import os, time\n"
            "for fd in (0, 1, 2): os.close(fd)\n"
            "time.sleep(0.3)\n"
            "terminal = os.open('/dev/tty', os.O_WRONLY)\n"
            "os.write(terminal, b'back again')"
        )
        training.wait_for_end()
        assert training.output == "back again"

    def test_launchers_files_are_not_kept_open(self):
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        training = Training("sh", "-c", "ls /proc/self/fd; sleep 60")
        training.wait_for_output("3")
        os.close(writer)
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
        os.close(reader)
        # Standard streams, and the directory that `ls` reads.
        assert training.output.split() == ["0", "1", "2", "3"]


def test_socket_path_longer_than_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TUIMON_HOME", str(tmp_path.joinpath(*["h" * 40] * 3)))
    training = Training.of(WAIT_FOR_A_SIGNAL)
    assert len(os.fsencode(training.paths.control_sock)) > 130
    training.wait_for_output("ready")
    assert training.control.stop("kill") == "kill"
    assert training.wait_for_end().signal == signal.SIGKILL
    training.wait_for_guardian()


class TestOutOfMemory:
    @pytest.fixture
    def group(self) -> Iterator[Path]:
        """A control group that may use 96 MB, in version 1 or 2."""
        root = Path("/sys/fs/cgroup")
        parent, limit = root, "memory.max"
        if (root / "memory").is_dir():
            parent, limit = root / "memory", "memory.limit_in_bytes"
        group = parent / f"tuimon-test-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(96 << 20))
        except OSError:
            pytest.skip("a control group of one's own needs root")
        yield group
        wait_until(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()

    @pytest.mark.parametrize("worker", [False, True])
    def test_oom_kill_is_told(self, group: Path, worker: bool):
        greedy = "blocks = [bytearray(1 << 20) for _ in range(400)]"
        script = (
            f"import subprocess, sys\n"
            f"sys.exit(subprocess.run([sys.executable, '-S', '-c', {greedy!r}]).returncode != 0)"
        )
        enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
        training = Training.of(script if worker else greedy, prefix=("/bin/sh", "-c", enter, "sh"))
        record = training.wait_for_end(30)
        assert record.cause is not None
        if worker:
            assert record.exit_code == 1
            assert record.cause.startswith(
                "exit code 1: the kernel was out of memory and killed a process of it (OOM kill; "
                "the limit is 96 MiB)"
            )
        else:
            assert record.signal == signal.SIGKILL
            assert "was out of memory (OOM kill; the limit is 96 MiB; its peak was" in record.cause
        # Not the guardian, which is in the same group.
        assert training.record.guardian is not None
        training.wait_for_guardian()
        # What was killed before a training does not explain its end.
        later = Training.of("raise SystemExit(1)", prefix=("/bin/sh", "-c", enter, "sh"))
        assert later.wait_for_end().cause == "exit code 1"
        later.wait_for_guardian()


class TestFullDisk:
    @pytest.fixture
    def small_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A state directory on a file system of 512 KB."""
        mount = tmp_path / "small"
        mount.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tuimon-test", str(mount)]
        if os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("mounting needs root")
        monkeypatch.setenv("TUIMON_HOME", str(mount))
        yield mount
        subprocess.run(["umount", "--lazy", str(mount)], check=True)

    def test_what_was_printed_meanwhile_is_there_once_there_is_space(self, small_home: Path):
        training = Training.of(
            "import signal, sys\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
            "for n in range(40_000): print('x' * 60)\n"
            "sys.stdout.flush()\n"
            "signal.sigwait([signal.SIGUSR1])\n"
            "sys.exit('the end')"
        )
        full = "No space left on device"
        status = wait_until(
            lambda: (found := training.control.status()).console_error == full and found
        )
        assert status.console_dropped == 0
        wait_until(lambda: training.record.console_error == full)
        assert os.statvfs(small_home).f_bavail == 0
        subprocess.run(["mount", "-o", "remount,size=16m", str(small_home)], check=True)
        wait_until(lambda: training.control.status().console_error is None)
        training.control.signal(signal.SIGUSR1)
        assert training.wait_for_end().exit_code == 1
        assert training.output == f"{'x' * 60}\n" * 40_000 + "the end\n"
        assert (training.record.console_error, training.record.console_dropped) == (None, 0)

    @pytest.mark.long
    def test_what_is_lost_is_told_everywhere(self, small_home: Path, host: Host):
        """Also why it failed, which is known from what could not be written."""
        script = host.script(
            "for n in range(40_000): print('x' * 60)\n"
            "import os, sys, time\n"
            "sys.stdout.flush()\n"
            "while not os.path.exists('go'): time.sleep(0.05)\n"
            "raise KeyError('the cause')"
        )
        host.env["TUIMON_HOME"] = str(small_home)
        assert host.run("run", "--detach", "--mirror", "off", script).returncode == 0
        why = "its output cannot be written: No space left on device"
        wait_until(lambda: why in host.run("ls").stdout, pause=0.5)
        assert f"tuimon: {why}" in host.run("logs").stderr
        with host.terminal("attach", columns=200) as terminal:
            rows = terminal.wait_for(lambda text: text.count(why) >= 2).splitlines()
            header, rule = (row for row in rows if why in row)
            assert "running" in header
            assert "─ console ─" in rule
            terminal.press("q")
            terminal.wait_for_exit()
            assert f"warning: {why}" in terminal.text
        (host.project / "go").touch()
        run = host.wait_for_state("failed")
        assert run["cause"] == "exit code 1: KeyError: 'the cause'"
        host.wait_for_run(lambda run: run["console_dropped"] > 1_900_000)
        lost = "of its output are lost"
        assert lost in host.run("ls").stdout
        assert lost in host.run("logs").stderr
        assert lost in host.run("attach", "--plain").stdout
