"""How a training ended, for those who follow it to its end."""

import signal

from tuimon.runs.process import is_alive
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus


def has_ended(status: RunStatus) -> bool:
    """Whether the training is over. One that has lost its guardian may well be running on."""
    if status.state is RunState.LOST:
        record = status.record
        return record.child is None or not is_alive(record.child, record.boot_id)
    return status.state.ended


def exit_code(status: RunStatus) -> int:
    """The exit code that W&B is told: 0 is "finished" there, anything else "failed"."""
    record = status.record
    if record.signal is not None:
        return 128 + record.signal
    match status.state:
        case RunState.FINISHED | RunState.STOPPED:
            return record.exit_code or 0
        case RunState.KILLED:
            return record.exit_code or 128 + signal.SIGTERM
        case _:
            return record.exit_code or 1
