"""What `tuimon run` ends with."""

import pytest

from support.stored_runs import made
from tuimon.cli.shared.viewer import exit_code
from tuimon.runs.record import RunState
from tuimon.runs.registry import read_status


@pytest.mark.parametrize(
    ("state", "code", "number", "ends_with"),
    [
        (RunState.FINISHED, 0, None, 0),
        (RunState.FAILED, 3, None, 3),
        (RunState.KILLED, None, 9, 137),
        (RunState.FAILED, None, None, 1),
        (RunState.RUNNING, None, None, 1),
    ],
)
def test_the_exit_code_is_what_a_shell_would_report(
    state: RunState, code: int | None, number: int | None, ends_with: int
) -> None:
    paths = made("train", state=state, exit_code=code, signal=number)
    assert exit_code(read_status(paths.directory)) == ends_with
