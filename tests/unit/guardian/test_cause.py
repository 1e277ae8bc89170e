"""The sentence on why a training ended."""

import signal
from pathlib import Path
from signal import Signals

import pytest

from tuimon.guardian.cause import Ending, explain
from tuimon.guardian.child import Outcome
from tuimon.guardian.last_words import last_words
from tuimon.guardian.missing_module import with_advice
from tuimon.guardian.oom import OomKills
from tuimon.guardian.stop_log import Stop, StopCause
from tuimon.runs.record import RunRecord, RunState

NO_KILLS = OomKills(0, 0, None)
TRACEBACK = "Traceback (most recent call last):\r\n  File 'x.py', line 1\r\n{}\r\n"


def said(
    code: int | None = None,
    number: int | None = None,
    *,
    kills: OomKills = NO_KILLS,
    tail: str = "",
    peak: int | None = None,
) -> str:
    return explain(Outcome(code, number, peak), None, kills, b"", tail.encode()).cause


def test_ordinary_output_tells_nothing():
    tail = "epoch 1 loss 0.5\r\nErrorRate: 0.3\r\nValueError: printed by the script itself\r\n"
    assert last_words(tail.encode()) is None
    assert said(3, tail=tail) == "exit code 3"


def test_a_missing_module_is_told_with_its_python_and_what_to_do(tmp_path: Path) -> None:
    told = tmp_path / "pythons"
    crash = TRACEBACK.format("ModuleNotFoundError: No module named '{}'")

    def advised(module: str, *command: str) -> str:
        ending = explain(Outcome(1, None), None, NO_KILLS, b"", crash.format(module).encode())
        record = RunRecord(
            id="i", name="n", host="h", machine_id="m", boot_id="b", argv=command,
            command=command, cwd=str(tmp_path), started_at=0.0,
        )  # fmt: skip
        return with_advice(ending, record, told).cause

    activate = "activate the training's environment, then run it again"
    system = "exit code 1: No module named 'torch' in /usr/bin/python3; "
    assert advised("torch", "/usr/bin/python3", "train.py") == system + activate
    environment = tmp_path / "env"
    environment.mkdir()
    (environment / "pyvenv.cfg").touch()
    python = f"{environment}/bin/python"
    told.write_text(f"{python}\t3.12.1\n")  # what a launcher has started
    why = f"exit code 1: No module named 'a.b' in {python}; install it there, or {activate}"
    assert advised("a.b", "/usr/bin/uv", "run", "train.py") == why
    (tmp_path / "wandb" / "latest-run").mkdir(parents=True)
    assert advised("wandb", "/usr/bin/python3").endswith(f"/usr/bin/python3; {activate}")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.py").touch()
    assert advised("models.net", python).endswith(
        f"'models.net' in {python}; models lies in {tmp_path}: run it with PYTHONPATH=."
    )
    told.write_text(f"{python}\t3.12.1\n/usr/bin/python3\t3.11.2\n")
    hidden = "torch.nn'; 'torch' is not a package"
    assert advised(hidden, python).endswith(f"ModuleNotFoundError: No module named '{hidden}'")
    nobody_knows = "exit code 1: ModuleNotFoundError: No module named 'torch'"
    assert advised("torch", "/bin/bash", "train.sh") == nobody_knows


def test_a_watchdog_that_aborts_without_a_traceback():
    line = "[Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=5)"
    text = said(None, signal.SIGABRT, tail=f"{line}\r\n")
    assert text == (
        f"killed by SIGABRT: a rank did not answer: {line}; "
        "look at the rank that did not take part, or allow more time"
    )
    assert said(None, signal.SIGSEGV, tail=f"{line}\r\n").endswith("in native code")


def test_an_abort_is_the_end_of_what_was_told_before():
    bad_alloc = "terminate called after throwing an instance of 'std::bad_alloc'"
    tail = f"{bad_alloc}\r\n  what():  std::bad_alloc\r\n"
    assert said(None, signal.SIGABRT, tail=tail) == (
        f"killed by SIGABRT: out of host memory: {bad_alloc}; "
        "fewer workers or smaller batches need less"
    )
    assert said(None, signal.SIGABRT) == "killed by SIGABRT: aborted by its own native code"


def test_the_last_line_is_told_as_that():
    assert said(1, tail="epoch 1\r\n\x1b[31mno \x1b]0;data\x07here\r\nwandb: bye\r\n") == (
        'exit code 1: its last line: "no here"'
    )
    assert said(1, tail="epoch 1 loss 0.5\r\n") == "exit code 1"
    assert said(3, tail="no data here\r\n") == "exit code 3"
    assert said(1, tail="") == "exit code 1"


def test_success_needs_no_explanation():
    assert said(0, tail=TRACEBACK.format("KeyError: 'caught'")) == "exit code 0"


def stopped(
    code: int | None = None,
    number: int | None = None,
    sent: Signals = signal.SIGINT,
    *,
    by: StopCause = StopCause.REQUEST,
    kills: OomKills = NO_KILLS,
    before: str = "",
    after: str = "",
) -> Ending:
    """The end of a training that has printed something `before` it was stopped and `after` it."""
    stop = Stop(by, sent, 0.0, len(before.encode()))
    return explain(Outcome(code, number), stop, kills, before.encode(), after.encode())


class TestStop:
    @pytest.mark.parametrize(
        ("code", "number", "sent", "cause"),
        [
            (None, 2, signal.SIGINT, "stopped by request (SIGINT)"),
            (None, 9, signal.SIGKILL, "stopped by request (SIGKILL)"),
            (None, 9, signal.SIGTERM, "stopped by request (SIGTERM), killed by SIGKILL"),
            (None, 15, signal.SIGINT, "stopped by request (SIGINT), killed by SIGTERM"),
            (0, None, signal.SIGINT, "stopped by request (SIGINT), exit code 0"),
            (1, None, signal.SIGINT, "stopped by request (SIGINT), exit code 1"),
            (130, None, signal.SIGINT, "stopped by request (SIGINT), exit code 130"),
            (137, None, signal.SIGKILL, "stopped by request (SIGKILL), exit code 137"),
        ],
    )
    @pytest.mark.parametrize(
        "words",
        [
            "KeyboardInterrupt",
            "torch.distributed.elastic.multiprocessing.api.SignalException: got signal: 2",
            "RuntimeError: DataLoader worker (pid 7) is killed by signal: Interrupt.",
        ],
    )
    def test_however_it_ends(
        self, code: int | None, number: int | None, sent: Signals, cause: str, words: str
    ):
        ending = stopped(code, number, sent, after=TRACEBACK.format(words))
        assert ending == (RunState.STOPPED, cause)

    def test_what_has_failed_after_it_is_told(self):
        after = TRACEBACK.format("KeyboardInterrupt") + TRACEBACK.format("OSError: no checkpoint")
        assert stopped(1, after=after) == (
            RunState.STOPPED,
            "stopped by request (SIGINT), exit code 1: OSError: no checkpoint",
        )

    @pytest.mark.parametrize(
        ("code", "number", "sent", "cause"),
        [
            (1, None, signal.SIGINT, "stopped by request (SIGINT), exit code 1"),
            (None, 9, signal.SIGKILL, "stopped by request (SIGKILL)"),
        ],
    )
    def test_of_one_that_has_failed_and_does_not_come_to_its_end(
        self, code: int | None, number: int | None, sent: Signals, cause: str
    ):
        before = TRACEBACK.format("ValueError: bad batch") + "waiting for threads\r\n"
        ending = stopped(code, number, sent, before=before, after=TRACEBACK.format("KeyError: 1"))
        assert ending == (RunState.FAILED, f"{cause}; it had failed before: ValueError: bad batch")

    def test_an_exception_that_was_survived_is_none(self):
        survived = TRACEBACK.format("ValueError: bad sample") + "step\r\n" * 30
        assert stopped(1, before=survived).state is RunState.STOPPED
        # Nor is one in whose wake it is interrupted as usual.
        recent = TRACEBACK.format("ValueError: bad sample")
        assert stopped(None, signal.SIGINT, before=recent) == (
            RunState.STOPPED,
            "stopped by request (SIGINT)",
        )
        assert stopped(0, before=recent).state is RunState.STOPPED

    def test_crashes_on_the_way_are_no_stop(self):
        assert stopped(None, signal.SIGSEGV) == (
            RunState.KILLED,
            "stopped by request (SIGINT), killed by SIGSEGV: segmentation fault in native code",
        )
        assert stopped(139).state is RunState.FAILED
        kills = OomKills(1, 1, None)
        assert stopped(None, 9, kills=kills) == (
            RunState.KILLED,
            "stopped by request (SIGINT), killed by SIGKILL: "
            "the kernel was out of memory (OOM kill)",
        )
        assert stopped(None, 9, signal.SIGKILL, kills=kills).state is RunState.STOPPED

    def test_logout_and_shutdown_are_no_request(self):
        assert stopped(None, 15, signal.SIGTERM, by=StopCause.SYSTEM) == (
            RunState.KILLED,
            "stopped as its guardian got SIGTERM: a logout or shutdown? (SIGTERM)",
        )
        assert stopped(0, None, signal.SIGTERM, by=StopCause.SYSTEM) == (
            RunState.FINISHED,
            "exit code 0, 0 s after its guardian got SIGTERM",
        )

    @pytest.mark.parametrize(
        ("code", "number", "after", "state", "cause"),
        [
            (0, None, "saved\r\n", RunState.FINISHED, "exit code 0, 2 s after SIGTERM to {}"),
            (
                *(None, 15, "", RunState.KILLED),
                "killed by SIGTERM, sent to {}: cancelled, preempted or out of time?",
            ),
            (
                *(143, None, "", RunState.KILLED),
                "exit code 143: SIGTERM, sent to {}: cancelled, preempted or out of time?",
            ),
            (None, 9, "", RunState.KILLED, "killed by SIGKILL, 2 s after SIGTERM to {}"),
            (7, None, "", RunState.FAILED, "exit code 7, 2 s after SIGTERM to {}"),
            (
                *(1, None, TRACEBACK.format("ValueError: bad batch"), RunState.FAILED),
                "exit code 1, 2 s after SIGTERM to {}: ValueError: bad batch",
            ),
            (
                *(1, None, TRACEBACK.format("KeyboardInterrupt"), RunState.KILLED),
                "exit code 1, 2 s after SIGTERM to {}",
            ),
        ],
    )
    def test_a_signal_to_the_whole_job_may_be_what_it_ended_of(
        self, code: int | None, number: int | None, after: str, state: RunState, cause: str
    ):
        tail = after.encode()
        stop = Stop(StopCause.JOB, signal.SIGTERM, 0.0, 0, 2.0)
        ending = explain(Outcome(code, number), stop, NO_KILLS, b"", tail, "Slurm job 7")
        assert ending == (state, cause.format("all of Slurm job 7"))

    def test_a_scheduler_may_tell_in_the_console_why_it_has_ended_the_job(self):
        said = "CANCELLED AT 2026-01-01T10:00:00 DUE TO PREEMPTION ***"
        tail = f"step 5\r\nslurmstepd: error: *** STEP 7.0 ON n1 {said}\r\n".encode()
        stop = Stop(StopCause.JOB, signal.SIGTERM, 0.0, 0, 2.0)
        resume = "submit it again and go on from its last checkpoint"
        why = f"preempted by the scheduler: {said}; {resume}"
        told = [
            explain(Outcome(code, number), stop, NO_KILLS, b"", tail, "Slurm job 7").cause
            for code, number in ((None, 15), (0, None))
        ]
        assert told == [
            f"killed by SIGTERM, sent to all of Slurm job 7: {why}",
            f"exit code 0, 2 s after SIGTERM to all of Slurm job 7: {why}",
        ]

    def test_a_signal_to_a_job_without_a_name(self):
        stop = Stop(StopCause.JOB, signal.SIGTERM, 0.0, 0, 300.0)
        told = [
            explain(outcome, stop, NO_KILLS, b"", b"").cause
            for outcome in (Outcome(0, None), Outcome(None, 15))
        ]
        assert told == [
            "exit code 0, 5 min after SIGTERM to the whole job",
            "killed by SIGTERM, sent to the whole job: a scheduler, logout, shutdown?",
        ]

    def test_ctrl_c_may_be_meant_otherwise(self):
        by = StopCause.CTRL_C
        assert stopped(7, by=by) == (RunState.STOPPED, "stopped by Ctrl-C (SIGINT), exit code 7")
        assert stopped(1, by=by, after=TRACEBACK.format("ValueError: x")) == (
            RunState.FAILED,
            "exit code 1: ValueError: x",
        )

    def test_ctrl_c_may_be_meant_for_a_debugger(self):
        by = StopCause.TYPED
        assert stopped(0, by=by) == (RunState.FINISHED, "exit code 0")
        assert stopped(1, by=by) == (RunState.FAILED, "exit code 1")
        told = "stopped by Ctrl-C in its console (SIGINT)"
        assert stopped(None, signal.SIGINT, by=by) == (RunState.STOPPED, told)
        for code, after in ((130, ""), (1, TRACEBACK.format("KeyboardInterrupt"))):
            ending = stopped(code, by=by, after=after)
            assert ending == (RunState.STOPPED, f"{told}, exit code {code}")


class TestMemory:
    def test_oom_kill_of_the_own_control_group(self):
        kills = OomKills(1, 1, 16 * 2**30)
        text = said(None, 9, kills=kills, peak=int(15.5 * 2**30))
        assert text == (
            "killed by SIGKILL: the kernel was out of memory "
            "(OOM kill; the limit is 16.0 GiB; its peak was 15.5 GiB)"
        )

    def test_shell_reports_the_oom_kill_of_its_command(self):
        text = said(137, kills=OomKills(1, 1, None))
        assert text == "exit code 137: the kernel was out of memory (OOM kill)"

    def test_worker_was_killed(self):
        text = said(1, kills=OomKills(1, 1, None), tail=TRACEBACK.format("RuntimeError: gone"))
        assert text == (
            "exit code 1: the kernel was out of memory and killed a process of it (OOM kill); "
            "RuntimeError: gone"
        )

    def test_host_was_out_of_memory(self):
        assert said(None, 9, kills=OomKills(0, 2, None)) == (
            "killed by SIGKILL: probably out of memory: the kernel OOM-killed 2 of this host"
        )

    def test_nobody_knows(self):
        assert said(None, 9) == (
            "killed by SIGKILL: from outside (kill -9, a scheduler or an administrator)"
        )


def test_signals_are_explained():
    assert said(None, signal.SIGSEGV) == "killed by SIGSEGV: segmentation fault in native code"
    assert said(None, signal.SIGUSR1) == "killed by SIGUSR1"
    assert said(139) == (
        "exit code 139: its command was killed by SIGSEGV, segmentation fault in native code"
    )
