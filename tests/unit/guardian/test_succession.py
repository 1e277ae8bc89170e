"""What is a training and what is none of what a launcher leaves behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.guardian.child import Child, Outcome
from tuimon.guardian.succession import SETTLING, Succession, _script

LAUNCHER = Child(0, -1, -1, leader=-1, witness=-1)
WELL = Outcome(0, None)


@pytest.fixture
def left(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The PID of a process that executes a program of that name, or a script of a Python."""
    program = tmp_path / request.param
    program.symlink_to(sys.executable)
    (tmp_path / "wait.py").write_text("print(flush=True); input()")
    command = [str(program), "-S", str(tmp_path / "wait.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.parametrize("left", ["python3"], indirect=True)
def test_an_heir_is_found_after_a_good_end_only(left: int):
    for outcome, heir in ((WELL, left), (Outcome(1, None), None), (Outcome(None, 9), None)):
        succession = Succession(LAUNCHER)
        assert succession.open(outcome, 10.0) == outcome
        assert succession.heir(10.0) == heir
        assert (succession.deadline == float("inf")) == (heir is None)
        assert succession.heir(10.0 + SETTLING) is None
        assert succession.deadline == float("inf")


@pytest.mark.parametrize("left", ["python3"], indirect=True)
def test_one_beside_the_heir_that_fails_fails_the_whole(left: int):
    succession = Succession(LAUNCHER)
    succession.open(WELL, 10.0)
    succession.heir(10.0)
    succession.ended(left + 1, Outcome(4, None), 15.0)  # a tool of the launcher's
    assert succession.open(WELL, 20.0) == WELL
    succession.ended(left, Outcome(3, None), 25.0)
    assert succession.open(WELL, 30.0) == Outcome(3, None)


def test_it_is_looked_for_as_long_as_programs_take_to_be_executed():
    with subprocess.Popen(["sleep", "60"]) as process:
        succession = Succession(LAUNCHER)
        succession.open(WELL, 10.0)
        assert succession.heir(10.0) is None
        assert 10.0 < succession.deadline < 10.0 + SETTLING
        assert succession.heir(10.0 + SETTLING) is None
        assert succession.deadline == float("inf")
        process.kill()


class TestOutcome:
    def succeeded(self, *ends: tuple[float, Outcome]) -> list[Outcome]:
        succession = Succession(LAUNCHER)
        return [succession.open(outcome, at) for at, outcome in ends]

    def test_the_first_failure_is_that_of_the_whole(self):
        failed = Outcome(3, None)
        ends = (0.0, WELL), (20.0, WELL), (30.0, failed), (40.0, Outcome(None, 11)), (50.0, WELL)
        assert self.succeeded(*ends) == [WELL, WELL, failed, failed, failed]

    def test_what_a_launcher_has_killed_at_its_end_was_no_training(self):
        killed = Outcome(None, 15)
        assert self.succeeded((0.0, WELL), (0.1, killed)) == [WELL, WELL]
        assert self.succeeded((0.0, WELL), (9.0, killed)) == [WELL, killed]
        crashed = Outcome(None, 11)
        assert self.succeeded((0.0, WELL), (0.1, crashed)) == [WELL, crashed]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["train.py", "--lr", "1"], "train.py"),
        (["-u", "/venv/bin/tensorboard", "--logdir", "x"], "tensorboard"),
        (["-X", "dev", "-Werror", "-W", "ignore", "a/b.py"], "b.py"),
        (["-m", "tensorboard.main", "x"], "tensorboard"),
        (["-u", "/v/lib/python3.11/site-packages/ray/dashboard/dashboard.py", "x"], "ray"),
        (["-m"], ""),
        (["-c", "import x", "ray"], ""),
        ([], ""),
    ],
)
def test_what_a_python_runs(arguments: list[str], name: str):
    assert _script(arguments) == name
