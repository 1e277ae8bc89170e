"""The recorder's keeper, with real processes and a clock of its own."""

import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.guardian.companion import DRAIN_TIME, LONGEST_DELAY, Companion


class Kept:
    """A companion that runs `script`, and a clock that the test turns."""

    def __init__(self, directory: Path, script: str) -> None:
        self.log = directory / "tuimon.log"
        self.now = 1000.0
        self.pids: list[int | None] = []
        environment = {"PYTHONPATH": "/training", "KEPT": "yes", "PATH": os.environ["PATH"]}
        self.companion = Companion(
            [sys.executable, "-S", "-c", script], environment, self.log, self.pids.append
        )

    def run(self) -> int:
        """Start if it is time to, and wait for the end; the seconds till then on its clock."""
        waited = 0.0
        if self.companion.pid is None:
            waited = max(0.0, self.companion.deadline - self.now)
            self.now += waited
            self.companion.tick(self.now)
        self.reap()
        return round(waited)

    def reap(self) -> None:
        assert self.companion.pid is not None
        _, status = os.waitpid(self.companion.pid, 0)
        self.companion.exited(os.waitstatus_to_exitcode(status), self.now)


@pytest.fixture
def kept(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Kept]:
    kept = Kept(tmp_path, request.param)
    kept.companion.start(kept.now)
    yield kept
    if kept.companion.pid is not None:
        os.kill(kept.companion.pid, signal.SIGKILL)
        kept.reap()


@pytest.mark.parametrize("kept", [""], indirect=True)
def test_one_that_is_done_is_not_started_again(kept: Kept):
    kept.run()
    assert kept.companion.done
    assert kept.companion.deadline == math.inf
    assert len(kept.pids) == 2
    assert kept.pids[1] is None


@pytest.mark.parametrize("kept", ["raise SystemExit(3)"], indirect=True)
def test_one_that_fails_is_restarted_ever_more_slowly(
    kept: Kept, capfd: pytest.CaptureFixture[str]
):
    kept.run()
    assert [kept.run() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "the recorder ended with code 3" in capfd.readouterr().err


@pytest.mark.parametrize("kept", ["raise SystemExit(3)"], indirect=True)
def test_delay_starts_over_after_a_long_life(kept: Kept):
    for _ in range(5):
        kept.run()
    kept.now = kept.companion.deadline
    kept.companion.tick(kept.now)
    kept.now += LONGEST_DELAY + 1
    kept.reap()
    assert kept.companion.deadline - kept.now == 1.0


@pytest.mark.parametrize("kept", ["raise SystemExit(3)"], indirect=True)
def test_after_the_end_a_broken_one_gets_a_few_attempts(kept: Kept):
    kept.run()
    kept.companion.training_ended(kept.now)
    attempts = 0
    while not kept.companion.done:
        kept.run()
        attempts += 1
        assert attempts < 10
    assert attempts == 4
    assert kept.now - 1000 < 60


@pytest.mark.parametrize("kept", ["import time; time.sleep(60)"], indirect=True)
def test_after_the_end_it_may_drain_for_a_bounded_time(kept: Kept):
    kept.companion.training_ended(kept.now)
    kept.now += DRAIN_TIME - 1
    kept.companion.tick(kept.now)
    assert not kept.companion.done
    assert kept.companion.deadline == kept.now + 1
    kept.now += 1
    kept.companion.tick(kept.now)
    kept.reap()  # SIGTERM was enough
    assert kept.companion.done


@pytest.mark.parametrize(
    "kept",
    ["import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=1)\n"
     "time.sleep(60)"],
    indirect=True,
)  # fmt: skip
def test_one_that_ignores_term_is_killed(kept: Kept):
    end = time.monotonic() + 10
    while not (kept.log.exists() and "deaf" in kept.log.read_text()):
        assert time.monotonic() < end
    kept.companion.training_ended(kept.now)
    for _ in range(2):
        kept.now = kept.companion.deadline
        kept.companion.tick(kept.now)
    kept.reap()
    assert kept.companion.done


@pytest.mark.parametrize(
    "kept",
    ["import os; print(os.environ, os.getsid(0) == os.getpid(), flush=True)"],
    indirect=True,
)
def test_environment_session_and_output(kept: Kept):
    kept.run()
    output = kept.log.read_text()
    assert "'KEPT': 'yes'" in output
    assert "'PYTHONSAFEPATH': '1'" in output
    assert "'TUIMON_COMPANION': '1'" in output
    assert "'OPENBLAS_NUM_THREADS': '1'" in output
    assert "PYTHONPATH" not in output
    assert output.endswith("True\n")
    assert kept.log.stat().st_mode & 0o777 == 0o600


def test_signals_that_the_guardian_ignores_are_reset(tmp_path: Path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        kept = Kept(tmp_path, "print(open('/proc/self/status').read(), flush=True)")
        kept.companion.start(kept.now)
    finally:
        signal.signal(signal.SIGHUP, before)
    kept.reap()
    (ignored,) = (line for line in kept.log.read_text().splitlines() if "SigIgn" in line)
    assert int(ignored.split()[1], 16) & 1 << signal.SIGHUP - 1 == 0


def test_program_that_is_gone_is_tried_again(tmp_path: Path):
    companion = Companion([str(tmp_path / "gone")], {}, tmp_path / "log", lambda _pid: None)
    companion.start(0.0)
    assert (companion.pid, companion.deadline) == (None, 1.0)
    companion.tick(1.0)
    assert companion.deadline == 3.0
