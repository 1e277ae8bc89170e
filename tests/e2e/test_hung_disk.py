"""What a training notices of a state directory that hangs, and of a pump that does not move."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.guarded import Training, pump_of, pumps_of
from support.hanging import HangingDirectory, hanging_directory
from support.waiting import wait_until
from tuimon.guardian.client import Typist
from tuimon.runs.alerts import read_alerts
from tuimon.runs.process import ASK
from tuimon.runs.record import RunState

pytestmark = pytest.mark.usefixtures("host")  # kills whatever a test leaves running

PRINTER = """
import os, sys, time
longest, count, begin = 0.0, 0, time.monotonic()
while not os.path.exists(sys.argv[2]) and time.monotonic() < begin + 60:
    before = time.monotonic()
    print("line", count, "." * 200, flush=True)
    longest, count = max(longest, time.monotonic() - before), count + 1
    time.sleep(0.003)
print("end", count)
open(sys.argv[1], "w").write(f"{longest} {count}")
sys.exit(7)
"""


class Printer:
    """A training that prints 300 lines a second and measures how long that takes."""

    def __init__(self, directory: Path) -> None:
        self._result, self._end = directory / "result", directory / "end"
        self.training = Training.of(PRINTER, str(self._result), str(self._end))
        self.training.wait_for_output("line 100 ")

    def end(self) -> float:
        """Let it end; the longest time that a line has taken. Every line must be there."""
        self._end.touch()
        wait_until(self._result.exists, 20)
        assert self.training.wait_for_end(20).exit_code == 7
        longest, count = self._result.read_text().split()
        lines = "".join(f"line {number} {'.' * 200}\n" for number in range(int(count)))
        assert self.training.output == f"{lines}end {count}\n"
        return float(longest)


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HangingDirectory]:
    """The state directory."""
    with hanging_directory(tmp_path) as directory:
        monkeypatch.setenv("TUIMON_HOME", str(directory.path))
        yield directory


def test_a_hung_state_directory_holds_nothing_up(hanging: HangingDirectory, tmp_path: Path):
    printer = Printer(tmp_path)
    typist = Typist(printer.training.paths, "the test")
    hanging.hang()
    end = time.monotonic() + 12  # two heartbeats, and more than a terminal holds
    slowest = 0.0
    while time.monotonic() < end:
        before = time.monotonic()
        typist.resize(40, 100 + int(before) % 20)
        slowest = max(slowest, time.monotonic() - before)
        time.sleep(0.1)
    hanging.go_on()
    typist.close()
    assert printer.end() < 0.5
    assert slowest < 0.5
    assert printer.training.record.console_dropped == 0


def test_a_training_is_stopped_while_the_state_directory_hangs(hanging: HangingDirectory):
    training = Training.of(
        "import time\nprint('ready', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: raise SystemExit(5)"
    )
    training.wait_for_output("ready")
    child, guardian = training.child, training.guardian
    hanging.hang()
    guardian.send_signal(ASK)
    try:
        wait_until(lambda: not _runs(child), 5)
    finally:
        hanging.go_on()
    record = training.wait_for_end()
    assert record.exit_code == 5
    wait_until(lambda: not _runs(guardian))


def test_a_pump_killed_while_the_disk_hangs_loses_nothing(
    hanging: HangingDirectory, tmp_path: Path
):
    printer = Printer(tmp_path)
    guardian = printer.training.guardian

    hanging.hang()
    for _ in range(6):
        time.sleep(0.5)
        for pump in pumps_of(guardian):
            pump.kill()
    hanging.go_on()
    assert printer.end() < 2.0


def test_a_stopped_pump_is_replaced(tmp_path: Path):
    printer = Printer(tmp_path)
    for _ in range(3):
        pump = wait_until(lambda: pump_of(printer.training))
        pump.suspend()
        wait_until(lambda stopped=pump: not stopped.is_running(), 10)
    assert printer.end() < 2.5


def test_an_idle_pump_stays(tmp_path: Path):
    training = Training.of("import time; print('ready', flush=True); time.sleep(4); print('end')")
    training.wait_for_output("ready")
    pump = pump_of(training)
    assert training.wait_for_end().exit_code == 0
    assert training.output == "ready\nend\n"
    assert pump is not None
    assert "replaced" not in training.paths.log.read_text()


@pytest.mark.long
def test_what_does_not_fit_into_memory_is_dropped_and_told(
    hanging: HangingDirectory, tmp_path: Path
):
    """40 MB, of which 32 wait; the guardian tells by what is in its memory."""
    go = tmp_path / "go"
    training = Training.of(
        "import os, sys, time\n"
        "print('ready', flush=True)\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.05)\n"
        "for n in range(400_000): sys.stdout.write('%08d ' % n + 'x' * 90 + '\\n')\n"
        "sys.stdout.flush()\n"
        "open(sys.argv[1] + '.done', 'w')\n"
        "time.sleep(3)\n"
        "print('after', flush=True)\n"
        "while os.path.exists(sys.argv[1]): time.sleep(0.05)",
        str(go),
    )
    training.wait_for_output("ready")
    guardian = training.guardian
    hanging.hang()
    go.touch()
    wait_until(go.with_suffix(".done").exists, 60)
    hanging.go_on()
    training.wait_for_output("after")
    go.unlink()
    record = training.wait_for_end(30)
    assert record.state is RunState.FINISHED
    data = training.output
    note = f"[tuimon: {record.console_dropped} bytes of output are missing here: "
    assert data.count(note) == 1
    assert record.console_dropped > 5_000_000
    sent = len("ready\r\n") + 400_000 * 101 + len("after\r\n")
    rest = data.replace("\n", "\r\n")
    at = rest.index("\r\n" + note)
    rest = rest[:at] + rest[rest.index("]\r\n", at) + 3 :]
    assert len(rest) + record.console_dropped == sent
    wait_until(lambda: not _runs(guardian), 90)  # the recorder has read all of it for metrics
    lost = [alert for alert in read_alerts(training.paths.alerts) if alert.key == "console lost"]
    assert [alert.title for alert in lost] == ["output of the training is lost"]
    assert "MB of its output are lost" in lost[0].text


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
