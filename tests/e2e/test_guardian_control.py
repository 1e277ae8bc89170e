"""Real trainings under real guardians: stopped, paused, waited for, typed into."""

import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from support.guarded import WAIT_FOR_A_SIGNAL, Training, training_processes_of
from support.waiting import wait_until
from tuimon.guardian.client import ControlClient, ControlError, Typist
from tuimon.runs.record import RunState

pytestmark = pytest.mark.usefixtures("host")  # kills whatever a test leaves running


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
        assert (record.state, record.exit_code) == (RunState.STOPPED, 0)
        assert record.cause == "stopped by request (SIGINT), exit code 0"

    def test_unhandled_interrupt(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.control.stop("int")
        record = training.wait_for_end()
        assert (record.state, record.signal) == (RunState.STOPPED, signal.SIGINT)
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
        assert (record.state, record.signal) == (RunState.STOPPED, signal.SIGKILL)
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

    def test_sigterm_at_the_guardian_stops_and_is_told(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.guardian.terminate()
        cause = "stopped as its guardian got SIGTERM: a logout or shutdown? (SIGTERM)"
        record = training.wait_for_end()
        assert (record.state, record.cause) == (RunState.KILLED, cause)

    def test_one_that_has_failed_but_hangs_is_no_stop(self):
        training = Training.of(
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(60,)).start()\n"
            "raise ValueError('bad batch')"
        )
        training.wait_for_output("bad batch")
        training.control.stop()
        record = training.wait_for_end()
        assert (record.state, record.exit_code) == (RunState.FAILED, 1)
        assert record.cause == (
            "stopped by request (SIGINT), exit code 1; it had failed before: ValueError: bad batch"
        )

    def test_sigterm_at_the_guardian_after_a_request_is_the_next_stage_of_it(self):
        training = Training.of(
            "import signal; signal.signal(2, signal.SIG_IGN)\n" + WAIT_FOR_A_SIGNAL
        )
        training.wait_for_output("ready")
        training.control.stop()
        training.guardian.terminate()
        assert training.wait_for_end().cause == "stopped by request (SIGTERM)"

    def test_without_a_socket_a_stop_still_arrives(self):
        """A network home may allow none; here it is gone until the next heartbeat."""
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.paths.control_sock.unlink()
        with pytest.raises(ControlError, match="No such file"):
            training.control.status()
        assert training.control.stop() == "int"
        assert training.wait_for_end().signal == signal.SIGINT

    def test_without_a_socket_everything_can_be_killed_and_signals_pass(self):
        training = Training.of(
            "import signal, time\n"
            "for number in (2, 15): signal.signal(number, signal.SIG_IGN)\n"
            "signal.signal(10, lambda *_: print('usr1', flush=True))\n" + WAIT_FOR_A_SIGNAL
        )
        training.wait_for_output("ready")
        training.paths.control_sock.unlink()
        training.control.signal(signal.SIGUSR1)
        training.wait_for_output("usr1")
        training.paths.control_sock.unlink(missing_ok=True)
        assert training.control.stop("kill") == "kill"
        assert training.wait_for_end().signal == signal.SIGKILL

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
        tree = wait_until(lambda: (found := training_processes_of(training.guardian))[3:] and found)
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

    def test_what_a_client_asked_that_is_gone_is_not_done(self):
        """The guardian may be held up by a disk; its client was told that there is no answer."""
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.guardian.suspend()
        impatient = ControlClient(training.paths, timeout=0.3)
        for stage in ("next", "term", "kill"):
            with pytest.raises(ControlError, match="timed out; the request is withdrawn"):
                impatient.stop(stage)
        training.guardian.resume()
        assert training.control.status().stop_stage == "none"
        time.sleep(0.5)
        assert training.child.is_running()
        training.control.stop("kill")

    def test_who_waits_for_a_busy_guardian_is_served(self):
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        training.guardian.suspend()
        asked: list[float] = []

        def waits() -> bool:
            asked.append(time.monotonic())
            if len(asked) == 3:
                training.guardian.resume()
            return True

        assert ControlClient(training.paths, timeout=0.2).stop("next", waits) == "int"
        assert len(asked) >= 3
        assert training.wait_for_end().signal == signal.SIGINT

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
        tree = training_processes_of(training.guardian)
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

    @pytest.mark.parametrize(
        ("environment", "spread"),
        [
            ({"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}, "host"),
            ({"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1"}, "hosts"),
            ({"SLURM_JOB_NUM_NODES": "2", "SLURM_PROCID": "0"}, "hosts"),
        ],
    )
    def test_distributed_trainings(
        self, environment: dict[str, str], spread: str, monkeypatch: pytest.MonkeyPatch
    ):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        training = Training.of(WAIT_FOR_A_SIGNAL)
        training.wait_for_output("ready")
        if spread == "hosts":
            with pytest.raises(ControlError, match="several hosts"):
                training.control.pause()
            assert training.record.paused_at is None
        assert training.control.pause(force=True) == spread
        training.control.stop("kill")


class TestWaitingForInput:
    def test_is_told_while_it_waits(self):
        training = Training.of(
            "import threading, time\n"
            "def work():\n"
            "    for _ in range(11): print('busy', flush=True); time.sleep(0.2)\n"
            "threading.Thread(target=work).start()\n"
            "input('name? ')\n"
            "import pdb; pdb.set_trace()\n"
        )
        while training.output.count("busy") < 11:  # one that works need not be answered yet
            assert not training.record.waiting_for_input
            time.sleep(0.05)
        wait_until(lambda: training.record.waiting_for_input, 10)
        assert "name? " in training.output
        Typist(training.paths, "me").write("x\r")
        training.wait_for_output("(Pdb)")
        wait_until(lambda: training.record.waiting_for_input, 10)
        training.child.send_signal(signal.SIGTERM)
        assert not training.wait_for_end().waiting_for_input


class TestTyping:
    def test_what_ends_long_after_an_interrupt_ends_for_another_reason(self):
        training = Training.of(
            "import time\n"
            "try:\n"
            "    print('ready', flush=True); time.sleep(60)\n"
            "except KeyboardInterrupt:\n"
            "    print('caught', flush=True); time.sleep(0.7); raise SystemExit(3)",
            stop_grace_int=0.2,
        )
        training.wait_for_output("ready")
        training.control.signal(signal.SIGINT)
        training.wait_for_output("caught")
        record = training.wait_for_end()
        assert (record.state, record.cause) == (RunState.FAILED, "exit code 3")

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
        record = training.wait_for_end()
        cause = "stopped by Ctrl-C in its console (SIGINT)"
        assert (record.state, record.cause) == (RunState.STOPPED, cause)
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
