"""Real trainings under real guardians: endings, stops, kills, full disks, broken clients."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from host import wait_until
from terminal import Terminal

from tuimon.guardian.client import Control, ControlError, Typist
from tuimon.guardian.launch import LaunchError, start_guardian
from tuimon.guardian.tree import COMPANION_VARIABLE
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, is_alive, machine_id
from tuimon.runs.record import MirrorOptions, RunRecord, RunState, read_record, write_record
from tuimon.runs.registry import read_status

pytestmark = pytest.mark.usefixtures("host")  # kills whatever a test leaves running

WAIT_FOR_A_SIGNAL = "import time; print('ready', flush=True); time.sleep(60)"


class Training:
    """A command under a guardian of its own."""

    def __init__(
        self,
        *command: str,
        cwd: Path | str = "/",
        prefix: tuple[str, ...] = (),
        **fields: Any,
    ) -> None:
        self.paths: RunPaths = new_run_directory("test")
        write_record(
            self.paths.run_json,
            RunRecord(
                id=self.paths.id,
                name="test",
                host=socket.gethostname(),
                machine_id=machine_id(),
                boot_id=boot_id(),
                argv=command,
                command=command,
                cwd=str(cwd),
                mirror=MirrorOptions(mode="off"),
                started_at=time.time(),
                **fields,
            ),
        )
        start_guardian(self.paths, prefix)
        self.control = Control(self.paths)

    @classmethod
    def of(cls, script: str, *args: str, **fields: Any) -> "Training":
        """Run a Python script."""
        return cls(sys.executable, "-S", "-c", script, *args, **fields)

    @property
    def record(self) -> RunRecord:
        record = read_record(RunRecord, self.paths.run_json)
        assert record is not None
        return record

    @property
    def output(self) -> str:
        return self.paths.console_log.read_text().replace("\r\n", "\n")

    @property
    def guardian(self) -> psutil.Process:
        assert self.record.guardian is not None
        return psutil.Process(self.record.guardian.pid)

    @property
    def child(self) -> psutil.Process:
        assert self.record.child is not None
        return psutil.Process(self.record.child.pid)

    def wait_for_output(self, text: str) -> None:
        wait_until(lambda: text in self.output, 10)

    def wait_for_end(self, timeout: float = 10) -> RunRecord:
        wait_until(lambda: self.record.state.ended, timeout)
        return self.record

    def wait_for_guardian(self, timeout: float = 15) -> None:
        """Wait until nothing of the run is left."""
        guardian = self.record.guardian
        assert guardian is not None
        wait_until(lambda: not is_alive(guardian, self.record.boot_id), timeout)


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
        assert {path.stat().st_mode & 0o777 for path in training.paths.directory.iterdir()} == {
            0o600
        }

    def test_failed_on_the_first_line(self, tmp_path: Path):
        (tmp_path / "train.py").write_text("import nothing_of_that_name")
        training = Training(sys.executable, "train.py", cwd=tmp_path)
        record = training.wait_for_end()
        assert (record.state, record.exit_code) == (RunState.FAILED, 1)
        assert record.cause == (
            "exit code 1: ModuleNotFoundError: No module named 'nothing_of_that_name'"
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
            "import sys; sys.path[:0] = sys.argv[1:2]\n"
            "from test_guardian import Training\n"
            "training = Training.of('import time; time.sleep(1.5); print(\"survived\")')\n"
            "print(training.paths.directory, flush=True)\n"
            "input()"
        )
        here = str(Path(__file__).parent)
        with Terminal(
            [sys.executable, "-c", program, here], cwd=tmp_path, env=os.environ, columns=250
        ) as terminal:
            text = terminal.wait_for(lambda text: "runs/" in text)
            terminal.close()
            assert terminal.process.wait(10) == -signal.SIGHUP
        paths = RunPaths(Path(text.strip()))
        assert read_status(paths.directory).state is RunState.RUNNING
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
        for number in ("HUP", "INT", "QUIT", "PIPE", "TSTP", "TTOU", "USR1", "USR2"):
            training.guardian.send_signal(getattr(signal, f"SIG{number}"))
        assert training.control.status().stop_stage == "none"
        assert training.child.is_running()

    def test_killed_and_stuck_clients(self):
        training = Training.of(
            "import sys, time\n"
            "for number in range(3000): print('line', number, flush=True)\n"
            "time.sleep(0.5); print('end')"
        )
        client = (
            "import socket, sys, time\n"
            "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
            's.send(b\'{"op": "status"}\\n\' * 2000 + b\'{"op"\')\n'
            "print('sent', flush=True); time.sleep(60)"
        )
        clients = [
            subprocess.Popen(
                [sys.executable, "-S", "-c", client, training.paths.control_sock],
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
        wait_until(lambda: not child.is_running())
        reason = "the guardian was killed; how the training ended is not known"
        assert read_status(training.paths.directory).reason == reason

    def test_guardian_and_pump_killed_together(self):
        """As by the OOM killer that ends a whole control group: the terminal hangs up."""
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        child, guardian, pump = training.child, training.guardian, _pump(training)
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
            wait_until(lambda: _pump(training)).kill()
            time.sleep(0.02)
        assert training.wait_for_end(30).exit_code == 5
        assert training.paths.log.read_text().count("the pump ended with code -9") == 7
        assert training.output == "".join(f"line {number}\n" for number in range(40_000))

    def test_heartbeat(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        inode = training.paths.run_json.stat().st_ino
        before = training.record.heartbeat
        recorder = training.record.recorder
        wait_until(lambda: training.record.heartbeat > before, 8)
        # In place: unless the recorder came and went, it is the same file.
        if training.record.recorder == recorder:
            assert training.paths.run_json.stat().st_ino == inode

    def test_dead_recorder_is_replaced(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        first = wait_until(lambda: training.record.recorder)
        os.kill(first.pid, signal.SIGKILL)
        second = wait_until(
            lambda: training.record.recorder != first and training.record.recorder, 10
        )
        assert is_alive(second, training.record.boot_id)
        assert training.child.is_running()
        assert "the recorder ended with code -9" in training.paths.log.read_text()


class TestStop:
    def test_keyboard_interrupt_saves_a_checkpoint(self, tmp_path: Path):
        training = Training.of(
            "import time\n"
            "try:\n"
            "    print('ready', flush=True); time.sleep(60)\n"
            "except KeyboardInterrupt:\n"
            "    time.sleep(0.5); open('checkpoint', 'w').write('saved'); print('saved')",
            cwd=tmp_path,
        )
        training.wait_for_output("ready")
        assert training.control.stop() == "int"
        record = training.wait_for_end()
        assert (tmp_path / "checkpoint").read_text() == "saved"
        assert (record.state, record.exit_code) == (RunState.FINISHED, 0)
        assert record.cause == "stopped by request (SIGINT), exit code 0"

    def test_unhandled_interrupt(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.control.stop("int")
        record = training.wait_for_end()
        assert (record.state, record.signal) == (RunState.KILLED, signal.SIGINT)
        assert record.cause == "stopped by request (SIGINT)"
        assert "KeyboardInterrupt" in training.output

    def test_deaf_script_goes_through_the_ladder(self):
        training = Training.of(
            "import signal, time\n"
            "for number in (signal.SIGINT, signal.SIGTERM):\n"
            "    signal.signal(number, lambda number, _: print('deaf to', number, flush=True))\n"
            "print('ready', flush=True)\n"
            "while True: time.sleep(1)",
            stop_grace_int=0.6,
            stop_grace_term=0.4,
        )
        training.wait_for_output("ready")
        started = time.monotonic()
        training.control.stop()
        status = training.control.status()
        assert status.stop_stage == "int"
        assert status.next_stage_in is not None
        assert 0 < status.next_stage_in <= 0.6
        noted = wait_until(lambda: (found := training.record).stop_stage == "int" and found)
        assert 0 < noted.stop_next_at - time.time() <= 0.6
        record = training.wait_for_end()
        assert 1.0 <= time.monotonic() - started < 4
        assert (record.state, record.signal) == (RunState.KILLED, signal.SIGKILL)
        assert record.cause == "stopped by request (SIGKILL)"
        assert training.output == "ready\ndeaf to 2\ndeaf to 15\n"

    def test_second_request_skips_the_grace(self):
        training = Training.of(
            "import signal; signal.signal(2, signal.SIG_IGN)\n" + WAIT_FOR_A_SIGNAL
        )
        training.wait_for_output("ready")
        assert [training.control.stop(), training.control.stop()] == ["int", "term"]
        record = training.wait_for_end()
        assert record.cause == "stopped by request (SIGTERM)"

    def test_sigterm_at_the_guardian_is_a_request(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.guardian.terminate()
        assert training.wait_for_end().cause == "stopped by request (SIGINT)"

    def test_without_a_socket_a_stop_still_arrives(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.paths.control_sock.unlink()
        with pytest.raises(ControlError, match="No such file"):
            training.control.stop("kill")
        training.control.stop()
        assert training.wait_for_end().cause == "stopped by request (SIGINT)"

    def test_interrupt_reaches_what_a_shell_runs(self):
        # A shell waits for its command before it looks at its own signals.
        training = Training(
            "bash", "-c", f'{sys.executable} -S -c "{WAIT_FOR_A_SIGNAL}"; echo after'
        )
        training.wait_for_output("ready")
        training.control.stop()
        training.wait_for_end()
        assert "KeyboardInterrupt" in training.output

    def test_now_kills_the_whole_tree(self):
        training = Training.of(
            "import subprocess, time\n"
            "subprocess.Popen(['sh', '-c', 'trap \"\" INT TERM HUP; sleep 60; sleep 61'],\n"
            "                 start_new_session=True)\n"
            "subprocess.run(['sh', '-c', 'setsid sleep 62 &'])\n"
            "time.sleep(60)"
        )
        tree = wait_until(lambda: (found := _training_processes(training.guardian))[3:] and found)
        training.control.stop("kill")
        record = training.wait_for_end()
        assert (record.signal, record.cause) == (9, "stopped by request (SIGKILL)")
        training.wait_for_guardian()
        assert not any(process.is_running() for process in tree)

    def test_workers_left_behind_are_kept_until_stopped(self):
        training = Training.of(
            "import os, subprocess, sys\n"
            "worker = 'import time; print(\"worker\", flush=True); time.sleep(60)'\n"
            "subprocess.Popen([sys.executable, '-c', worker], start_new_session=True)\n"
            "sys.stdin.readline()"
        )
        training.wait_for_output("worker")
        training.child.kill()
        cause = "killed by SIGKILL: from outside (kill -9, a scheduler or an administrator)"
        assert training.wait_for_end().cause == cause
        assert training.control.status().leftovers == 1
        wait_until(lambda: training.record.leftovers == 1)
        training.control.stop("term")
        training.wait_for_guardian()
        assert (training.record.cause, training.record.leftovers) == (cause, 0)

    def test_leftovers_of_a_stopped_wrapper_are_stopped_too(self):
        # SIGTERM reaches the shell alone; what it ran is adopted, and told 5 s later.
        deaf = "import signal; signal.signal(1, signal.SIG_IGN); " + WAIT_FOR_A_SIGNAL
        training = Training("bash", "-c", f'{sys.executable} -S -c "{deaf}"; echo')
        training.wait_for_output("ready")
        training.control.stop("term")
        assert training.wait_for_end().cause == "stopped by request (SIGTERM)"
        assert training.control.status().leftovers == 1
        training.wait_for_guardian()

    def test_signal_reaches_the_foreground_group(self):
        training = Training.of(
            "import signal; signal.signal(10, lambda *_: print('usr1', flush=True))\n"
            "print('ready', flush=True)\n"
            "while True: signal.pause()"
        )
        training.wait_for_output("ready")
        training.control.signal(signal.SIGUSR1)
        training.wait_for_output("usr1")
        with pytest.raises(ControlError, match="unknown request"):
            training.control.signal(4711)

    def test_nothing_is_left_to_stop(self):
        training = Training("sleep", "1")
        recorder = psutil.Process(wait_until(lambda: training.record.recorder).pid)
        recorder.suspend()  # The guardian waits for it.
        training.wait_for_end()
        training.guardian.terminate()
        with pytest.raises(ControlError, match="the training has ended"):
            training.control.stop()
        assert training.control.status().stop_stage == "none"
        recorder.kill()
        training.wait_for_guardian()


class TestPause:
    COUNT = (
        "import os, subprocess, sys, time\n"
        "code = 'import time\\nwhile True: print(1, flush=True); time.sleep(0.02)'\n"
        "subprocess.Popen([sys.executable, '-S', '-c', code], start_new_session=True)\n"
        "while True: print(2, flush=True); time.sleep(0.02)"
    )

    def test_the_whole_tree_is_frozen_and_goes_on(self):
        training = Training.of(self.COUNT)
        wait_until(lambda: {"1", "2"} <= set(training.output.split()))
        assert training.control.pause() == "none"
        tree = _training_processes(training.guardian)
        wait_until(lambda: all(p.status() == psutil.STATUS_STOPPED for p in tree))
        assert len(tree) == 2
        wait_until(lambda: training.control.status().console_bytes == len(training.output) * 3 / 2)
        paused = training.record
        assert paused.state is RunState.RUNNING
        assert paused.paused_at is not None
        before = training.output
        training.control.resume()
        assert training.record.paused_at is None
        wait_until(lambda: {"1", "2"} <= set(training.output[len(before) :].split()))
        training.control.stop("kill")

    def test_a_paused_training_can_be_stopped(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.control.pause()
        training.control.stop()
        assert training.wait_for_end().cause == "stopped by request (SIGINT)"
        with pytest.raises(ControlError, match="the training has ended"):
            training.control.pause()

    @pytest.mark.parametrize(("local", "spread"), [("2", "host"), ("1", "hosts")])
    def test_distributed_trainings(self, local: str, spread: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("WORLD_SIZE", "2")
        monkeypatch.setenv("LOCAL_WORLD_SIZE", local)
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        if spread == "hosts":
            with pytest.raises(ControlError, match="several hosts"):
                training.control.pause()
            assert training.record.paused_at is None
        assert training.control.pause(force=True) == spread
        training.control.stop("kill")


class TestWaitingForInput:
    @pytest.mark.parametrize("reader", ["input('name? ')", "import pdb; pdb.set_trace()"])
    def test_is_told_while_it_waits(self, reader: str):
        training = Training.of(
            f"import time; print('quiet', flush=True); time.sleep(2.2)\n{reader}\n"
        )
        training.wait_for_output("quiet")
        assert not training.record.waiting_for_input
        wait_until(lambda: training.record.waiting_for_input, 10)
        training.child.send_signal(signal.SIGTERM)
        assert not training.wait_for_end().waiting_for_input


class TestTyping:
    def test_one_viewer_types_at_a_time(self):
        training = Training.of(
            "import shutil\n"
            "while line := input('> '): print('got', line, *shutil.get_terminal_size(), flush=True)"
        )
        training.wait_for_output("> ")
        first = Typist(training.paths, "anna on pts/1")
        assert training.record.console_held_by == "anna on pts/1"
        with pytest.raises(ControlError, match="held by anna on pts/1"):
            Typist(training.paths, "berta on pts/2")
        first.resize(20, 70)
        first.write("ä1\r")
        training.wait_for_output("got ä1 70 20\n")

        second = Typist(training.paths, "berta on pts/2", take=True)
        with pytest.raises(ControlError, match="taken over by berta on pts/2"):
            first.write("lost\r")
        first.close()
        assert training.record.console_held_by == "berta on pts/2"
        second.write("x\x7f2\r")
        training.wait_for_output("got 2 70 20\n")
        with pytest.raises(ControlError, match="is none"):
            second.resize(0, 80)
        second.close()
        wait_until(lambda: training.record.console_held_by is None)
        # The size stays when whoever has set it leaves.
        assert (training.record.pty_rows, training.record.pty_cols) == (20, 70)
        training.control.stop("kill")

    def test_interrupt_key(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        Typist(training.paths, "me").write("\x03")
        assert training.wait_for_end().signal == signal.SIGINT
        with pytest.raises(ControlError, match=r"the training has ended|no answer"):
            Typist(training.paths, "me")

    def test_training_that_reads_nothing_does_not_block_its_guardian(self):
        training = Training.of("import tty; tty.setraw(0)\n" + WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        typist = Typist(training.paths, "me")
        with pytest.raises(ControlError, match="does not read what is typed"):
            typist.write("x" * 50_000)
        assert training.control.status().stop_stage == "none"
        training.control.stop("kill")


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

    def test_training_and_exit_code_survive(self, small_home: Path):
        training = Training.of(
            "import signal, sys\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
            "for n in range(40_000): print('x' * 60)\n"
            "sys.stdout.flush()\n"
            "signal.sigwait([signal.SIGUSR1])\n"
            "sys.exit(7)"
        )
        status = wait_until(
            lambda: (found := training.control.status()).console_dropped > 1_900_000 and found
        )
        assert status.console_error == "No space left on device"
        assert os.statvfs(small_home).f_bavail == 0
        training.control.signal(signal.SIGUSR1)
        record = training.wait_for_end()
        assert (record.state, record.exit_code) == (RunState.FAILED, 7)
        assert not list(training.paths.directory.glob(".run.json*"))
        training.wait_for_guardian(timeout=30)


def _pump(training: Training) -> psutil.Process | None:
    """The fork of the guardian that empties the terminal, if there is one at the moment."""
    guardian = training.guardian
    return next((p for p in guardian.children() if p.cmdline() == guardian.cmdline()), None)


def _training_processes(guardian: psutil.Process) -> list[psutil.Process]:
    """Everything below the guardian but the recorder."""
    return [
        process
        for process in guardian.children(recursive=True)
        if COMPANION_VARIABLE not in process.environ()
    ]
